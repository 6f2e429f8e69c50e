//! Middleware that costs more than a route may before its handler has begun: the way to the handler is run once for all routes
//! behind it, and each handler goes on from where that arrived. What middleware does with an answer is seen once, for any answer.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::bounds::{Bound, MAX_WORK_BEFORE_HANDLER};
use super::entry::Entry;
use super::event::{Ending, Stage};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, Raised, RaisedClass, one};
use super::outcome;
use super::shared_run::Shared;
use super::state::State;
use super::summary::few_returns;
use super::value::{Shape, Value};
use crate::source::Place;

/// The paths of a way that is run for all.
#[derive(Debug, Default)]
pub(super) struct Arrivals<'p> {
    /// Those that go on from one middleware, with all that they established.
    paths: Vec<State<'p>>,
    /// Whether something asked for which route it stands before.
    pub asked_for_route: bool,
}

impl<'p> Interpreter<'p, '_> {
    /// The answers of an entry behind its middleware.
    pub(super) fn behind_middleware(&mut self, state: State<'p>, entry: &Entry<'p>, way: &[Entry<'p>]) -> Branches<'p> {
        let can_be_kept = self.is_loud() && self.bounds.at(Bound::Work).is_none();
        let Some(outermost) = way.first().filter(|_| can_be_kept) else { return self.go_on(state, 0) };
        let mut hasher = FxHasher::default();
        way.iter().for_each(|hook| hook.info.place.hash(&mut hasher));
        let place = outermost.info.place;
        let shared = Shared::Middleware(place, hasher.finish());
        let (before, in_handlers) = (self.work, self.work_in_handlers);
        let is_long = |this: &Self| {
            let handlers = this.work_in_handlers.saturating_sub(in_handlers);
            let on_the_way = this.work.saturating_sub(before).saturating_sub(handlers);
            this.bounds.at(Bound::Work).is_some() && on_the_way >= MAX_WORK_BEFORE_HANDLER
        };
        if let Some(answers) = self.run_unless_long(&state, shared, |this, start| this.go_on(start, 0), is_long) {
            return answers;
        }
        let arrived = self.recall_or_run(&state, shared, place, |this, start| this.arrivals(start, way));
        arrived.into_iter().flat_map(|(state, _)| self.answers_of(state, entry)).collect()
    }

    /// The paths that arrive at the handler, whichever it is; those that are turned away before count as raised. All paths go
    /// through one middleware before any goes on to the next, so those that established the same go on as one.
    fn arrivals(&mut self, start: State<'p>, way: &[Entry<'p>]) -> Branches<'p> {
        let locals = start.locals.clone();
        let mut paths: Branches<'p> = one(start, Value::unknown());
        for (number, hook) in way.iter().enumerate() {
            let place = hook.info.place;
            let mut arrived = Vec::new();
            for (state, _) in paths {
                let outer = self.arrivals.replace(Arrivals::default());
                let answers = self.run_middleware(state, hook, number);
                let arrivals = std::mem::replace(&mut self.arrivals, outer).unwrap_or_default();
                self.turned_away_by(place, answers);
                arrived.extend(arrivals.paths.into_iter().map(|mut state| {
                    state.locals = locals.clone();
                    // Middleware that looks at the path lets some routes pass: which of them is not known here.
                    if arrivals.asked_for_route {
                        state.evidence.add(CheckKind::Opaque, place);
                    }
                    (state, Value::unknown(), place)
                }));
            }
            paths = few_returns(arrived).into_iter().map(|(state, value, _)| (state, value)).collect();
            let stage = Stage::Hook(hook.info.name.clone());
            paths.iter().for_each(|(state, _)| self.note_stage(&state.evidence, &stage));
        }
        paths
    }

    /// Answers that a middleware gives by itself; a success among them is none of the handler's.
    fn turned_away_by(&mut self, place: Place, answers: Branches<'p>) {
        for (state, value) in answers {
            let (ending, status) = outcome::of_return(&state, &value);
            if ending == Ending::Refusal {
                let class = RaisedClass::Http(status);
                self.frame().raised.push(Raised { state, class, value: Value::unknown(), place });
            }
        }
    }

    /// A path of a way that is run for all goes on from the middleware that runs.
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
