//! Loops and tests that take out of a copy of the headers what should not be seen. Deliberately unknown: which names are hidden;
//! who writes such a loop has thought of it.

use super::dictionaries::holds_headers;
use super::state::State;
use super::value::{Shape, Value};
use crate::syntax::tree::Name;

/// Names that hold all headers before a loop or a test that may hide some of them.
pub(super) fn copies_of_headers(state: &State<'_>) -> Vec<Name> {
    let held = state.locals.iter().filter(|(_, value)| holds_all(value));
    held.map(|(name, _)| name.clone()).collect()
}

/// What some path hid is hidden: on the others there was nothing to hide.
pub(super) fn hidden_everywhere(copies: &[Name], paths: &mut [State<'_>]) {
    for name in copies {
        let is_hidden = |state: &State<'_>| state.locals.get(name).is_some_and(|value| !holds_all(value));
        let Some(hidden) = paths.iter().find(|state| is_hidden(state)) else { continue };
        let Some(rest) = hidden.locals.get(name).cloned() else { continue };
        for state in paths.iter_mut().filter(|state| state.locals.get(name).is_some_and(holds_all)) {
            state.locals.set(name.clone(), rest.clone());
        }
    }
}

/// Looks no deeper than a copy is: this is asked at every test.
fn holds_all(value: &Value<'_>) -> bool {
    match &value.shape {
        Shape::Dictionary(dictionary) => dictionary.rest.as_ref().is_some_and(holds_headers),
        Shape::Union(members) => members.iter().any(holds_all),
        _ => holds_headers(value),
    }
}
