//! Dictionaries of which some keys are known, and what all others hold.

use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind};
use super::state::State;
use super::value::{Dictionary, Nullness, RequestMap, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// `{**request.headers, **request.args}["Authorization"]`: of all the headers, the one that is asked for.
    pub(super) fn header_among(
        &mut self,
        state: &State<'p>,
        all: &Value<'p>,
        key: &Value<'p>,
        place: Place,
    ) -> Value<'p> {
        let header = self.request_item(state, RequestMap::Headers, all, key, place);
        let others = all.origins.filter_map(|origin| (origin.kind != OriginKind::HeaderMap).then(|| origin.clone()));
        Value::from_origins(header.origins.union(&others), header.nullness)
    }
}

/// Whether a value holds all headers of the request, among other things.
pub(super) fn holds_headers(value: &Value<'_>) -> bool {
    value.origins.any(|kind| *kind == OriginKind::HeaderMap)
}

/// A key holds something from here on. What is written over in a copy of the headers is what should not be seen.
pub(super) fn put<'p>(dictionary: &mut Dictionary<'p>, key: &Name, held: Value<'p>) {
    dictionary.entries.insert(key.clone(), held);
    if vocabulary::header_kind(key).is_some() {
        hide(dictionary);
    }
}

/// What should not be seen was taken out of a copy of the headers, or written over in it.
pub(super) fn hide(dictionary: &mut Dictionary<'_>) {
    if let Some(rest) = dictionary.rest.as_mut().filter(|rest| holds_headers(rest)) {
        let others = |origin: &Origin| (origin.kind != OriginKind::HeaderMap).then(|| origin.clone());
        rest.origins = rest.origins.filter_map(others);
    }
}

/// Adds what keys that are not known hold.
pub(super) fn add_rest<'p>(dictionary: &mut Dictionary<'p>, value: &Value<'p>) {
    dictionary.rest = Some(dictionary.rest.as_ref().map_or_else(|| value.clone(), |rest| rest.join(value)));
}

/// A dictionary in which a key, where it is known, holds something else.
pub(super) fn with_item<'p>(known: &Dictionary<'p>, key: Option<&Name>, held: &Value<'p>) -> Value<'p> {
    let mut known = known.clone();
    match key {
        Some(key) => put(&mut known, key, held.clone()),
        // `headers[name] = "***"`
        None if held.deep_origins().is_empty() && known.rest.as_ref().is_some_and(holds_headers) => hide(&mut known),
        None => add_rest(&mut known, held),
    }
    Value::of(Shape::Dictionary(Rc::new(known)))
}

/// `{**value}`.
pub(super) fn spread<'p>(dictionary: &mut Dictionary<'p>, value: &Value<'p>) {
    match &value.shape {
        Shape::Dictionary(other) => {
            for (key, value) in &other.entries {
                put(dictionary, key, value.clone());
            }
            if let Some(rest) = &other.rest {
                add_rest(dictionary, rest);
            }
        }
        Shape::Union(members) if is_mapping(value) => {
            let known_before = dictionary.clone();
            for (at, member) in members.iter().enumerate() {
                let before = dictionary.clone();
                spread(dictionary, member);
                for (key, held) in &mut dictionary.entries {
                    match before.entries.get(key) {
                        // What an earlier one holds under this key is what it holds if it is that one.
                        Some(earlier) if at > 0 => *held = earlier.join(held),
                        None if at > 0 => *held = held.clone().with_nullness(held.nullness.or(Nullness::NONE)),
                        _ => {}
                    }
                }
            }
            // A key that only some of them have need not be there.
            let lacks = |member: &Value<'p>, key: &Name| matches!(&member.shape, Shape::Dictionary(known) if known.rest.is_none() && !known.entries.contains_key(key));
            for (key, held) in &mut dictionary.entries {
                if !known_before.entries.contains_key(key) && members.iter().any(|member| lacks(member, key)) {
                    *held = held.clone().with_nullness(held.nullness.or(Nullness::NONE));
                }
            }
        }
        _ => add_rest(dictionary, &Value::from_origins(value.deep_origins(), Nullness::ANY)),
    }
}

/// Whether a value is a dictionary, whichever of several.
pub(super) fn is_mapping(value: &Value<'_>) -> bool {
    value.alternatives().iter().all(|member| matches!(member.shape, Shape::Dictionary(_)))
}
