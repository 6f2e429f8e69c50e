//! How much one entry may cost, and which bound it reached. A bound that is reached means opaque: nothing is concluded
//! from what was not seen.

use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::state::{self, State};
use crate::source::Place;

/// Calls followed into each other. Real call chains from a route to a comparison are four or five deep; the longest met, an error
/// that is logged with what the request cost, has 22 calls.
const MAX_DEPTH: usize = 28;

/// How deep calls are followed that are handed settings and request data but no credential, from a route with its hooks
/// and decorators.
pub(super) const REACH_OF_ROUTES: usize = 6;
/// The same from a function judged alone: what it calls is judged alone too.
pub(super) const REACH_OF_FUNCTIONS: usize = 2;
/// The same from the top level of a module.
pub(super) const REACH_OF_MODULES: usize = 1;

/// How deep calls are followed that are handed a credential, once something proved who the caller is, from where the request last went
/// on (middleware, handler): what is left to be found is where the credential leaks, and that stands near.
pub(super) const REACH_BEHIND_PROOF: usize = 4;

/// How deep calls are followed that are handed nothing at all: a helper that looks at the request for itself is called
/// by the handler, by its decorator, or by a helper of these.
pub(super) const REACH_WITH_NOTHING: usize = 3;

/// Expressions and statements evaluated for one entry. Of 9,500 entries of real packages, 99 in a hundred need less.
pub(super) const MAX_WORK: u32 = 50_000;

/// The most of it for one dependency, or for all middleware where that leaves too little: what costs more is run once for many.
pub(super) const MAX_WORK_BEFORE_HANDLER: u32 = MAX_WORK / 2;

/// What a run for many routes may cost. The longest one met, a dependency of a thousand lines that decide by eight kinds of keys,
/// needs half of that.
pub(super) const MAX_WORK_FOR_ALL: u32 = 8 * MAX_WORK;

/// Paths that stay apart between the tests of one statement, although they have established the same.
const MAX_BETWEEN_TESTS: usize = 8;

/// Something that keeps the cost of an entry finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// Expressions and statements evaluated.
    Work,
    /// Calls followed into each other.
    Depth,
    /// Paths kept apart.
    Paths,
}

impl Bound {
    /// Every bound.
    pub const ALL: [Self; 3] = [Self::Work, Self::Depth, Self::Paths];

    /// What it bounds, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Depth => "call depth",
            Self::Paths => "paths",
        }
    }
}

/// The bounds that an entry has reached, each with the place where it did first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reached([Option<Place>; Bound::ALL.len()]);

impl Reached {
    /// Notes that a bound was reached.
    pub(super) fn note(&mut self, bound: Bound, at: Place) {
        self.0[bound as usize].get_or_insert(at);
    }

    /// Notes what something that belongs to the entry has reached.
    pub(super) fn absorb(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.or(other);
        }
    }

    /// Where a bound was reached, if it was.
    pub fn at(&self, bound: Bound) -> Option<Place> {
        self.0[bound as usize]
    }

    /// Whether any was.
    pub fn is_any(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

impl<'p> Interpreter<'p, '_> {
    /// Counts one piece of work; false when the entry has used up what it may do.
    pub(super) fn spend(&mut self, at: Place) -> bool {
        self.work += 1;
        if self.work > self.most_work {
            self.bounds.note(Bound::Work, at);
        }
        // What waits for others is run anew with them. What is only looked up meanwhile is kept for other entries: it is looked up
        // to its end.
        self.work <= self.most_work && (self.waits_for.is_none() || !self.is_loud())
    }

    /// Runs something that costs the entry nothing, with a budget of its own, and says which bounds it reached.
    pub(super) fn within<T>(&mut self, most_work: u32, run: impl FnOnce(&mut Self) -> T) -> (T, Reached) {
        let entry = (self.work, self.most_work, self.bounds);
        (self.work, self.most_work, self.bounds) = (0, most_work, Reached::default());
        let result = run(self);
        let reached = self.bounds;
        (self.work, self.most_work, self.bounds) = entry;
        (result, reached)
    }

    /// Whether calls may still be followed deeper.
    pub(super) fn may_go_deeper(&mut self, at: Place) -> bool {
        if self.running.len() >= MAX_DEPTH {
            self.bounds.note(Bound::Depth, at);
        }
        self.running.len() < MAX_DEPTH
    }

    /// Paths with equal evidence become one, and too many become fewer.
    pub(super) fn merge(&mut self, states: Vec<State<'p>>, at: Place) -> Vec<State<'p>> {
        let (merged, is_bounded) = state::merge(states, at);
        if is_bounded {
            self.bounds.note(Bound::Paths, at);
        }
        merged
    }

    /// Paths between the tests of one statement: a few stay apart for what the next test makes of them. They would multiply
    /// with every `elif` otherwise.
    pub(super) fn few(&mut self, states: Vec<State<'p>>, at: Place) -> Vec<State<'p>> {
        if states.len() > MAX_BETWEEN_TESTS { self.merge(states, at) } else { states }
    }

    /// An entry whose work was cut short is opaque as a whole: what it did not come to may have been the check.
    pub(super) fn close_entry(&mut self, outcomes: &mut [super::event::Outcome]) {
        self.facts.bounds = self.bounds;
        let Some(at) = self.bounds.at(Bound::Work) else { return };
        for outcome in outcomes {
            outcome.evidence.add(CheckKind::Opaque, at);
        }
        let decodes: Vec<Place> = self.facts.decodes.keys().copied().collect();
        self.facts.escaped_claims.extend(decodes);
    }
}
