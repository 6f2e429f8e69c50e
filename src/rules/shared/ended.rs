//! An entry that was run to its end, as rules about whole routes and the tokens decoded in them ask for it.

use super::Context;
use crate::flow::event::{Ending, EntryInfo, Event, Facts, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::source::Place;

/// An entry with everything that happened in it.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Ended<'a, 'p, 'c, 'i> {
    /// The entry.
    pub(in crate::rules) entry: &'a EntryInfo,
    /// How its paths end.
    pub(in crate::rules) outcomes: &'a [Outcome],
    /// What happened on them.
    pub(in crate::rules) facts: &'a Facts<'p>,
    /// What it is judged in.
    pub(in crate::rules) context: &'a Context<'c, 'i>,
}

impl<'a, 'p, 'c, 'i> Ended<'a, 'p, 'c, 'i> {
    /// The entry that an event tells the end of.
    pub(in crate::rules) fn of(event: &'a Event<'_, 'p>, context: &'a Context<'c, 'i>) -> Option<Self> {
        match event {
            Event::EntryEnd { entry, outcomes, facts } => Some(Self { entry, outcomes, facts, context }),
            _ => None,
        }
    }

    /// The paths that let somebody in.
    pub(in crate::rules) fn successes(&self) -> impl Iterator<Item = &'a Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.ending == Ending::Success)
    }

    /// Whether a path of which this is known leaves where one does that passed a check, by a way out that is `meant`.
    pub(in crate::rules) fn ends_as_passed(
        &self,
        path: &Evidence,
        check: Place,
        meant: impl Fn(&Evidence) -> bool,
    ) -> bool {
        let mut ways = self.facts.ways_out.iter();
        ways.any(|(at, way)| {
            meant(way)
                && way.iter().all(|known| path.iter().any(|held| held == known))
                && self.facts.ways_out.iter().any(|(other, passed)| other == at && has_passed(passed, check))
        })
    }
}

/// On this path the check said no.
pub(in crate::rules) fn has_failed(evidence: &Evidence, check: Place) -> bool {
    let mut known = evidence.iter().filter(|known| known.place == check);
    known.any(|known| matches!(known.kind, CheckKind::FailedVerification | CheckKind::Rejected))
}

/// On this path the check said yes.
fn has_passed(evidence: &Evidence, check: Place) -> bool {
    !has_failed(evidence, check) && evidence.iter().any(|known| known.place == check && known.kind.is_proof())
}
