//! Functions that a framework calls before a handler for what they give: one request calls each once, however many ask for
//! it. One that is long (a whole module's decisions about who may do what) stands before many routes: these wait for each
//! other, and it is run once for all.

use super::bounds::{Bound, MAX_WORK_OF_DEPENDENCY, Reached};
use super::event::{Decode, Facts};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, Summary, one};
use super::reads::Footprint;
use super::state::State;
use super::summary::{continue_after, few_returns};
use super::value::{Object, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::Name;
use std::collections::BTreeMap;
use std::rc::Rc;

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

/// One run of a long dependency: for routes, any of them.
#[derive(Debug)]
pub(super) struct Kept<'p> {
    /// What it gave.
    summary: Summary<'p>,
    /// What became known on the way.
    facts: Facts<'p>,
    /// What became known of tokens that the route had decoded before.
    decoded_before: BTreeMap<Place, Decode<'p>>,
    /// The bounds that it reached.
    bounds: Reached,
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

    /// Calls a dependency for this route, unless that is known to cost more than a route may.
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
        if !self.long_dependencies.contains_key(&identity) {
            let (work, bounds, facts) = (self.work, self.bounds, self.facts.clone());
            let raised = self.frame().raised.len();
            let branches = self.call_dependency(state.clone(), target, place, nesting);
            if self.bounds.at(Bound::Work).is_none() || self.waits_for.is_some() {
                return branches;
            }
            (self.work, self.bounds, self.facts) = (work, bounds, facts);
            self.frame().raised.truncate(raised);
            self.long_dependencies.insert(identity, Vec::new());
        }
        if self.may_wait {
            self.waits_for = Some(identity);
            return Branches::new();
        }
        let known = self.long_dependencies.get(&identity).into_iter().flatten();
        let alike = known
            .map(Rc::clone)
            .find(|kept| kept.summary.footprint.sees_the_same(|part| self.part_fingerprint(&state, part)));
        let kept = alike.unwrap_or_else(|| {
            let kept = Rc::new(self.run_for_all(&state, target, identity, nesting));
            self.long_dependencies.entry(identity).or_default().push(Rc::clone(&kept));
            kept
        });
        self.continue_behind(&state, &kept)
    }

    /// Runs a dependency with a budget of its own and without asking which route it stands before.
    /// `place` is the function itself: what it is handed is told to be handed there.
    fn run_for_all(&mut self, state: &State<'p>, target: &Value<'p>, place: Place, nesting: u32) -> Kept<'p> {
        let touched_by_route = state.log().begin();
        let mut start = state.clone();
        start.evidence = state.evidence.of_callee();
        // What the route decoded before may be validated here.
        let known = Facts {
            decodes: self.facts.decodes.clone(),
            decoded_before: self.facts.decodes.keys().copied().collect(),
            tried: self.facts.tried.clone(),
            ..Facts::default()
        };
        let before = std::mem::replace(&mut self.facts, known);
        let route = self.route.take();
        let raised_before = std::mem::take(&mut self.frame().raised);
        // What was cut short for the route is not what a longer run would give.
        self.summaries.clear();
        let (mut branches, bounds) =
            self.within(MAX_WORK_OF_DEPENDENCY, |this| this.call_dependency(start, target, place, nesting));
        self.summaries.clear();
        let raised = std::mem::replace(&mut self.frame().raised, raised_before);
        self.route = route;
        let mut facts = std::mem::replace(&mut self.facts, before);
        let decodes = std::mem::take(&mut facts.decodes);
        let (decoded_before, decodes) =
            decodes.into_iter().partition(|(place, _)| facts.decoded_before.contains(place));
        facts.decodes = decodes;
        facts.tried.retain(|place, _| !self.facts.tried.contains_key(place));
        if let Some(at) = bounds.at(Bound::Work) {
            branches.iter_mut().for_each(|(state, _)| state.evidence.add(CheckKind::Opaque, at));
            facts.escaped_claims.extend(facts.decodes.keys().copied());
        }
        let touched = state.log().end(touched_by_route);
        let summary = Summary {
            footprint: Footprint::new(touched, |part| self.part_fingerprint(state, part)),
            before: state.clone(),
            returns: few_returns(branches.into_iter().map(|(state, value)| (state, value, place)).collect()),
            raised,
            says_yes: false,
        };
        Kept { summary, facts, decoded_before, bounds }
    }

    /// The paths of a route behind a dependency that was run for all.
    fn continue_behind(&mut self, state: &State<'p>, kept: &Rc<Kept<'p>>) -> Branches<'p> {
        let Kept { summary, facts, decoded_before, bounds } = &**kept;
        summary.footprint.note(state.log());
        // Once: what the handler has heeded on one path would be unheeded again with the next.
        if !self.recalled.iter().any(|known| Rc::ptr_eq(known, kept)) {
            self.recalled.push(Rc::clone(kept));
            self.facts.absorb(facts);
            for (place, decode) in decoded_before {
                if let Some(known) = self.facts.decodes.get_mut(place) {
                    known.learn(decode);
                }
            }
            self.bounds.absorb(bounds);
        }
        for raised in &summary.raised {
            let mut raised = raised.clone();
            raised.state = continue_after(state, summary, &raised.state);
            self.frame().raised.push(raised);
        }
        let ways_on = summary.returns.iter();
        ways_on.map(|(after, value, _)| (continue_after(state, summary, after), value.clone())).collect()
    }
}

/// The place of a function that is the same for every file: it stands in a module or a class.
fn of_module(target: &Value<'_>) -> Option<Place> {
    match &target.shape {
        Shape::Function(closure) if closure.scope.is_none() => Some(closure.code.place(closure.file)),
        _ => None,
    }
}
