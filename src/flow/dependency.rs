//! Functions that a framework calls before a handler for what they give: one request calls each once, however many ask for
//! it. One that is long (a whole module's decisions about who may do what) stands before many routes: these wait for each
//! other, and it is run once for all.

use super::bounds::{Bound, MAX_WORK_BEFORE_HANDLER};
use super::interpreter::{Branches, Interpreter, one};
use super::shared_run::Shared;
use super::state::State;
use super::value::{Object, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::Name;

/// Something that the framework calls for its result.
pub(super) struct Dependency<'p> {
    /// What is called.
    pub target: Value<'p>,
    /// Whether a request that has called it already gets what that gave.
    pub is_shared: bool,
}

impl Dependency<'_> {
    /// Something that nobody can see.
    pub(super) fn unknown() -> Self {
        Self { target: Value::unknown(), is_shared: false }
    }
}

impl<'p> Interpreter<'p, '_> {
    /// What a dependency gives this request: the second time, what it gave the first.
    pub(super) fn depend_on(
        &mut self,
        state: State<'p>,
        dependency: &Dependency<'p>,
        place: Place,
        nesting: u32,
    ) -> Branches<'p> {
        let Dependency { target, is_shared } = dependency;
        if !is_shared {
            return self.call_dependency(state, target, place, nesting);
        }
        let name = Name::new(format!("{:x}", target.fingerprint()));
        if let Some(value) = state.attribute(Object::Dependencies, &name).cloned() {
            return one(state, value);
        }
        let mut branches = match of_module(target) {
            Some(identity) => self.call_or_recall(state, target, identity, place, nesting),
            None => self.call_dependency(state, target, place, nesting),
        };
        for (state, value) in &mut branches {
            state.set_attribute(Object::Dependencies, name.clone(), value.clone());
        }
        branches
    }

    /// Calls a dependency for this route, unless that is known to cost more than it may.
    fn call_or_recall(
        &mut self,
        state: State<'p>,
        target: &Value<'p>,
        identity: Place,
        place: Place,
        nesting: u32,
    ) -> Branches<'p> {
        let can_be_kept = self.is_loud() && self.bounds.at(Bound::Work).is_none();
        if !can_be_kept {
            return self.call_dependency(state, target, place, nesting);
        }
        let shared = Shared::Dependency(identity);
        let before = self.work;
        let call = |this: &mut Self, start| this.call_dependency(start, target, place, nesting);
        let is_long = |this: &Self| {
            let is_cut_short = this.bounds.at(Bound::Work).is_some();
            is_cut_short || this.work.saturating_sub(before) >= MAX_WORK_BEFORE_HANDLER
        };
        if let Some(branches) = self.run_unless_long(&state, shared, call, is_long) {
            return branches;
        }
        // `identity` is the function itself: what it is handed is told to be handed there.
        self.recall_or_run(&state, shared, identity, |this, start| {
            this.call_dependency(start, target, identity, nesting)
        })
    }
}

/// The place of a function that is the same for every file: it stands in a module or a class.
fn of_module(target: &Value<'_>) -> Option<Place> {
    match &target.shape {
        Shape::Function(closure) if closure.scope.is_none() => Some(closure.code.place(closure.file)),
        _ => None,
    }
}
