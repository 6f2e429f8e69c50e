//! Long ways to many handlers (a dependency that is a whole module's decisions about who may do what, a stack of middleware):
//! routes that need the same one wait for each other, and it is run once for all of them, on a budget of its own and without
//! asking which route it stands before.

use super::bounds::{Bound, MAX_WORK_FOR_ALL, Reached};
use super::event::{Decode, Facts};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, Summary};
use super::reads::Footprint;
use super::state::State;
use super::summary::{continue_after, very_few_returns};
use crate::source::Place;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is run once for many routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shared {
    /// A dependency, by its function.
    Dependency(Place),
    /// Middleware up to the handler: the outermost one, and a hash of all.
    Middleware(Place, u64),
}

/// One run of a long way: for routes, any of them.
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
    /// Runs something for this route alone, and gives nothing where it cost more than it may: it is long from then on.
    pub(super) fn run_unless_long(
        &mut self,
        state: &State<'p>,
        shared: Shared,
        run: impl FnOnce(&mut Self, State<'p>) -> Branches<'p>,
        is_long: impl FnOnce(&Self) -> bool,
    ) -> Option<Branches<'p>> {
        if self.shared_runs.contains_key(&shared) {
            return None;
        }
        let (work, bounds, facts) = (self.work, self.bounds, self.facts.clone());
        let raised = self.frame().raised.len();
        let branches = run(self, state.clone());
        if self.waits_for.is_some() || !is_long(self) {
            return Some(branches);
        }
        (self.work, self.bounds, self.facts) = (work, bounds, facts);
        self.frame().raised.truncate(raised);
        self.shared_runs.insert(shared, Vec::new());
        None
    }

    /// What is behind a long way for this route: what it gave others that came in the same world, or what it gives now. Nothing
    /// where the route waits for others.
    pub(super) fn recall_or_run(
        &mut self,
        state: &State<'p>,
        shared: Shared,
        place: Place,
        run: impl FnOnce(&mut Self, State<'p>) -> Branches<'p>,
    ) -> Branches<'p> {
        if self.may_wait {
            self.waits_for = Some(shared);
            return Branches::new();
        }
        let known = self.shared_runs.get(&shared).into_iter().flatten();
        let alike = known
            .map(Rc::clone)
            .find(|kept| kept.summary.footprint.sees_the_same(|part| self.part_fingerprint(state, part)));
        let kept = alike.unwrap_or_else(|| {
            let kept = Rc::new(self.run_for_all(state, place, run));
            self.shared_runs.entry(shared).or_default().push(Rc::clone(&kept));
            kept
        });
        self.continue_behind(state, &kept)
    }

    fn run_for_all(
        &mut self,
        state: &State<'p>,
        place: Place,
        run: impl FnOnce(&mut Self, State<'p>) -> Branches<'p>,
    ) -> Kept<'p> {
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
        let (mut branches, bounds) = self.within(MAX_WORK_FOR_ALL, |this| run(this, start));
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
            returns: very_few_returns(branches.into_iter().map(|(state, value)| (state, value, place)).collect()),
            raised,
            says_yes: false,
        };
        Kept { summary, facts, decoded_before, bounds }
    }

    /// The paths of a route behind what was run for all.
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
