//! Middleware that costs more than a route may before its handler has begun: the way to the handler is run once for all routes
//! behind it, and each handler goes on from where that arrived. What middleware does with an answer is seen once, for any answer.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::bounds::{Bound, MAX_WORK};
use super::entry::Entry;
use super::event::Ending;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, Raised, RaisedClass, one};
use super::outcome;
use super::shared_run::Shared;
use super::state::State;
use super::value::{Shape, Value};
use crate::source::Place;

/// The paths of a way that is run for all.
#[derive(Debug, Default)]
pub(super) struct Arrivals<'p> {
    /// Those that came to the handler, with all that they established.
    paths: Vec<State<'p>>,
    /// Whether something asked for which route it stands before.
    pub asked_for_route: bool,
}

impl<'p> Interpreter<'p, '_> {
    /// The answers of an entry behind its middleware.
    pub(super) fn behind_middleware(&mut self, state: State<'p>, entry: &Entry<'p>, way: &[Place]) -> Branches<'p> {
        let Some(&outermost) = way.first().filter(|_| self.is_loud() && self.bounds.at(Bound::Work).is_none()) else {
            return self.go_on(state, 0);
        };
        let mut hasher = FxHasher::default();
        way.hash(&mut hasher);
        let shared = Shared::Middleware(outermost, hasher.finish());
        let (before, in_handlers) = (self.work, self.work_in_handlers);
        let is_at_fault = |this: &Self| {
            let handlers = this.work_in_handlers.saturating_sub(in_handlers);
            this.work.saturating_sub(before).saturating_sub(handlers) >= MAX_WORK / 2
        };
        if let Some(answers) = self.run_unless_long(&state, shared, |this, start| this.go_on(start, 0), is_at_fault) {
            return answers;
        }
        let arrived = self.recall_or_run(&state, shared, outermost, |this, start| this.arrivals(start, outermost));
        arrived.into_iter().flat_map(|(state, _)| self.answers_of(state, entry)).collect()
    }

    /// The paths that arrive at the handler, whichever it is; those that are turned away before count as raised.
    fn arrivals(&mut self, start: State<'p>, place: Place) -> Branches<'p> {
        let outer = self.arrivals.replace(Arrivals::default());
        let answers = self.go_on(start, 0);
        let arrivals = std::mem::replace(&mut self.arrivals, outer).unwrap_or_default();
        for (state, value) in answers {
            let (ending, status) = outcome::of_return(&state, &value);
            if ending == Ending::Refusal {
                let class = RaisedClass::Http(status);
                self.frame().raised.push(Raised { state, class, value: Value::unknown(), place });
            }
        }
        let arrived = arrivals.paths.into_iter().map(|mut state| {
            // Middleware that looks at the path lets some routes pass: which of them is not known here.
            if arrivals.asked_for_route {
                state.evidence.add(CheckKind::Opaque, place);
            }
            (state, Value::unknown())
        });
        arrived.collect()
    }

    /// A path has come to where the handler begins, on a way that is run for all.
    pub(super) fn has_arrived(&mut self, mut state: State<'p>) -> Branches<'p> {
        let answered = one(state.clone(), Value::of(Shape::Response { status: None }));
        let around = self.outer_evidence.iter().fold(state.evidence.clone(), |all, outer| all.union(outer));
        state.evidence = around;
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.paths.push(state);
        }
        answered
    }
}
