//! `fail-open-validation`: a verification that failed lets the caller in all the same.

use std::collections::BTreeSet;

use super::shared::verdicts::{decides_nothing, goes_nowhere};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::flow::origin::{Channel, Origin, OriginKind};
use crate::program::vocabulary;
use crate::source::Place;

const RULE: &str = "fail-open-validation";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    // A hook is judged with the routes it stands before: they may refuse whom it found nobody to be.
    if !matches!(entry.kind, EntryKind::Route | EntryKind::TokenCallback) || context.is_test(entry.place.file) {
        return Vec::new();
    }
    let route = Guarded { entry, outcomes, facts, context };
    let opened = facts.tried.iter().filter(|(place, presented)| presented.any(is_shown) && route.is_opened(**place));
    opened
        .map(|(place, presented)| finding(&route, *place, presented.iter().find(|origin| is_shown(&origin.kind))))
        .collect()
}

/// What a caller shows in a header or cookie is to be refused; a link that is no longer good is answered by a page that says so.
fn is_shown(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Credential(credential) if matches!(credential.channel, Channel::Header | Channel::Cookie))
}

/// An entry with everything that happened in it.
struct Guarded<'a, 'p, 'c, 'i> {
    entry: &'a EntryInfo,
    outcomes: &'a [Outcome],
    facts: &'a Facts<'p>,
    context: &'a Context<'c, 'i>,
}

impl Guarded<'_, '_, '_, '_> {
    /// Whether some path succeeds on which this check failed and nothing else proves anything.
    fn is_opened(&self, check: Place) -> bool {
        let is_unheeded = self.is_unheeded(check);
        let mut opened = self.outcomes.iter().filter(|outcome| {
            outcome.ending == Ending::Success
                && has_failed(&outcome.evidence, check)
                && !self.proves_anything(&outcome.evidence, check)
                && (is_unheeded || !self.is_refused_later(&outcome.evidence, check))
        });
        let is_relied_on = is_unheeded
            || (self.is_verification(check) && (self.is_unread(check) || self.refuses(check) || self.is_replaced(check)));
        is_relied_on
            && opened.any(|outcome| {
                self.facts.answered_instead.contains(&outcome.place) || self.answers_as_usual(&outcome.evidence, check)
            })
            && !self.is_for_guests(check)
    }

    fn is_unheeded(&self, check: Place) -> bool {
        let dropped = self.facts.unheeded.get(&check);
        dropped.is_some_and(|names| goes_nowhere(*names, self.context, self.facts))
            || decides_nothing(check, self.context, self.facts)
    }

    /// Where it fails, the path goes on with something else in the place of what was verified.
    fn is_replaced(&self, check: Place) -> bool {
        let mut stand_ins = self.facts.stand_ins.iter().filter(|(verified, _)| *verified == check);
        // A guest may look at what is there for everybody.
        stand_ins.any(|(_, is_guest)| !is_guest || self.entry.changes_state())
    }

    /// A comparison has a result like any other value; only a verification is there for nothing but its failure.
    fn is_verification(&self, check: Place) -> bool {
        let mut evidence = self.outcomes.iter().flat_map(|outcome| outcome.evidence.iter());
        evidence.any(|known| known.place == check && known.kind == CheckKind::FailedVerification)
    }

    /// Nobody reads what the verification gives, nor who the library then says the caller is.
    fn is_unread(&self, check: Place) -> bool {
        let mut claims = self.facts.claim_reads.iter().chain(&self.facts.claim_checks);
        let dropped = self.facts.unread.get(&check);
        (dropped.is_some_and(|names| goes_nowhere(*names, self.context, self.facts)) || self.is_made_by_guard(check))
            && !claims.any(|(decode, _)| *decode == check)
            && !self.facts.escaped_claims.contains(&check)
            && self.facts.identity_reads.is_empty()
    }

    /// Callers who prove nothing are turned away somewhere: the route is not for everybody.
    fn refuses(&self, check: Place) -> bool {
        self.outcomes.iter().any(|outcome| {
            is_turned_away(outcome, &[400, 401, 403, 407, 422])
                && (has_failed(&outcome.evidence, check) || is_rejected(outcome))
                && !self.proves_anything(&outcome.evidence, check)
        })
    }

    /// Whether the same failure, handled by the same handlers, is refused further on: then it is looked at, and what still
    /// succeeds is open to everybody.
    fn is_refused_later(&self, opened: &Evidence, check: Place) -> bool {
        let handlers: BTreeSet<Place> = caught(opened).collect();
        self.outcomes.iter().any(|outcome| {
            let handled: BTreeSet<Place> = caught(&outcome.evidence).collect();
            outcome.place != check && is_turned_away(outcome, &[401, 403, 407]) && has_failed(&outcome.evidence, check) && handled.is_superset(&handlers)
        })
    }

    /// The handler returns where it also does for a caller who passed: an answer of its own tells of the failure.
    fn answers_as_usual(&self, opened: &Evidence, check: Place) -> bool {
        if self.entry.kind == EntryKind::TokenCallback {
            return true;
        }
        let mut ways = self.facts.ways_out.iter();
        let has_passed = |evidence: &Evidence| !has_failed(evidence, check) && evidence.iter().any(|known| known.place == check && known.kind.is_proof());
        ways.any(|(at, failed)| {
            has_failed(failed, check)
                && failed.iter().all(|known| opened.iter().any(|held| held == known))
                && self.facts.ways_out.iter().any(|(other, passed)| other == at && has_passed(passed))
        })
    }

    /// Who is let in without any credential as well is a guest.
    fn is_for_guests(&self, check: Place) -> bool {
        let is_guest = |evidence: &Evidence| !has_failed(evidence, check) && !evidence.has_proof() && !evidence.has(CheckKind::FailedVerification);
        self.outcomes.iter().any(|outcome| outcome.ending == Ending::Success && is_guest(&outcome.evidence))
    }

    /// Whether a path knows something of its caller beside what is said of this check. What is validated was decoded before: its
    /// signature alone does not make up for claims that are wrong.
    fn proves_anything(&self, evidence: &Evidence, check: Place) -> bool {
        let is_decoded_before = |place: Place| {
            self.facts.decodes.contains_key(&place) && !self.facts.decodes.contains_key(&check) && self.facts.validated.contains(&place)
        };
        evidence.has(CheckKind::Development) || evidence.iter().any(|known| known.kind.is_proof() && !is_decoded_before(known.place))
    }

    /// A decorator that is there to check: what it keeps of a verified token is not why it stands on a route.
    fn is_made_by_guard(&self, check: Place) -> bool {
        let is_around = !self.facts.stages.keys().any(|known| known.place == check);
        let names = self.context.functions_around(check);
        is_around
            && self.entry.kind == EntryKind::Route
            && names.iter().any(|name| vocabulary::sounds_like_check(name))
            && !names.iter().any(|name| vocabulary::sounds_optional(name))
    }
}

/// On this path the check said no.
fn has_failed(evidence: &Evidence, check: Place) -> bool {
    evidence.iter().any(|known| known.place == check && matches!(known.kind, CheckKind::FailedVerification | CheckKind::Rejected))
}

/// Something that was not there, or not right, was refused: more than a key that a lookup did not find.
fn is_rejected(outcome: &Outcome) -> bool {
    outcome.evidence.iter().any(|known| known.kind == CheckKind::Rejected && (known.place != outcome.place || outcome.status.is_some()))
}

/// The handlers that ran on a path.
fn caught(evidence: &Evidence) -> impl Iterator<Item = Place> {
    evidence.iter().filter(|check| check.kind == CheckKind::Caught).map(|check| check.place)
}

fn is_turned_away(outcome: &Outcome, statuses: &[i64]) -> bool {
    outcome.ending == Ending::Refusal && outcome.status.is_none_or(|status| statuses.contains(&status))
}

fn finding(route: &Guarded<'_, '_, '_, '_>, check: Place, presented: Option<&Origin>) -> Finding {
    let entry = route.entry;
    let (label, message, help) = if route.is_unheeded(check) {
        (
            "its answer goes nowhere",
            "never looks at the answer of this check: whatever is sent, made up or right, gets the same.",
            "act on the answer: `if not …: abort(401)`",
        )
    } else {
        (
            "its failure is not the end here",
            "goes on where this check fails: a forged, expired or made-up credential gets the same answer as a true one.",
            "refuse where it fails: answer 401 (`abort(401)`), or let the exception go on",
        )
    };
    FindingBuilder::new(RULE, Severity::Error, check, label)
        .message(format!("{} {message}", capitalised(&entry_words(entry))))
        .help(help)
        .confidence(presented.map_or(Confidence::Medium, |origin| origin.confidence))
        .about(check)
        .related(entry.place, "lets the caller in all the same")
        .identity(entry.name.as_str())
        .build()
}
