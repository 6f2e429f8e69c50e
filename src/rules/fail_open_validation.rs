//! `fail-open-validation`: a verification that failed lets the caller in all the same.

use std::collections::BTreeSet;

use super::shared::ended::{Ended, has_failed};
use super::shared::verdicts::{decides_nothing, goes_nowhere};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryKind, Event, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::flow::origin::{Channel, Origin, OriginKind};
use crate::program::vocabulary;
use crate::source::Place;

const RULE: &str = "fail-open-validation";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(ended) = Ended::of(event, context) else { return Vec::new() };
    // A hook is judged with the routes it stands before: they may refuse whom it found nobody to be.
    let is_judged = matches!(ended.entry.kind, EntryKind::Route | EntryKind::TokenCallback);
    if !is_judged || context.is_test(ended.entry.place.file) {
        return Vec::new();
    }
    let route = Guarded(ended);
    let opened = ended.facts.tried.iter().filter_map(|(place, presented)| {
        let shown = presented.iter().find(|origin| is_shown(&origin.kind))?;
        Some(finding(&route, *place, shown, route.opened(*place)?))
    });
    opened.collect()
}

/// What a caller shows in a header or cookie is to be refused; a link that is no longer good is answered by a page that says so.
fn is_shown(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Credential(credential) if matches!(credential.channel, Channel::Header | Channel::Cookie))
}

/// An entry whose checks are asked what their failure comes to.
struct Guarded<'a, 'p, 'c, 'i>(Ended<'a, 'p, 'c, 'i>);

/// How a check that failed comes to nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// Nothing looks at its answer.
    Unheeded,
    /// Its failure is not the end.
    Survived,
}

impl Guarded<'_, '_, '_, '_> {
    /// Whether and how some path succeeds on which this check failed and nothing else proves anything.
    fn opened(&self, check: Place) -> Option<Opened> {
        let is_failed = |outcome: &&Outcome| {
            has_failed(&outcome.evidence, check) && !self.proves_anything(&outcome.evidence, check)
        };
        let mut failed = self.0.successes().filter(is_failed).peekable();
        failed.peek()?;
        let opened = if self.is_unheeded(check) { Opened::Unheeded } else { Opened::Survived };
        let is_relied_on = opened == Opened::Unheeded
            || (self.is_verification(check) && (self.is_unread(check) || self.refuses(check) || self.is_replaced(check)));
        let mut lets_in = failed.filter(|outcome| {
            let is_final = opened == Opened::Unheeded || !self.is_refused_later(&outcome.evidence, check);
            is_final && (self.0.facts.answered_instead.contains(&outcome.place) || self.answers_as_usual(&outcome.evidence, check))
        });
        (is_relied_on && lets_in.next().is_some() && !self.is_for_guests(check)).then_some(opened)
    }

    fn is_unheeded(&self, check: Place) -> bool {
        let dropped = self.0.facts.unheeded.get(&check);
        dropped.is_some_and(|names| goes_nowhere(*names, self.0.context, self.0.facts))
            || decides_nothing(check, self.0.context, self.0.facts)
    }

    /// Where it fails, the path goes on with something else in the place of what was verified.
    fn is_replaced(&self, check: Place) -> bool {
        let mut stand_ins = self.0.facts.stand_ins.iter().filter(|(verified, _)| *verified == check);
        // A guest may look at what is there for everybody.
        stand_ins.any(|(_, is_guest)| !is_guest || self.0.entry.changes_state())
    }

    /// A comparison has a result like any other value; only a verification is there for nothing but its failure.
    fn is_verification(&self, check: Place) -> bool {
        let mut evidence = self.0.outcomes.iter().flat_map(|outcome| outcome.evidence.iter());
        evidence.any(|known| known.place == check && known.kind == CheckKind::FailedVerification)
    }

    /// Nobody reads what the verification gives, nor who the library then says the caller is.
    fn is_unread(&self, check: Place) -> bool {
        let mut claims = self.0.facts.claim_reads.iter().chain(&self.0.facts.claim_checks);
        let dropped = self.0.facts.unread.get(&check);
        (dropped.is_some_and(|names| goes_nowhere(*names, self.0.context, self.0.facts)) || self.is_made_by_guard(check))
            && !claims.any(|(decode, _)| *decode == check)
            && !self.0.facts.escaped_claims.contains(&check)
            && self.0.facts.identity_reads.is_empty()
    }

    /// Callers who prove nothing are turned away somewhere: the route is not for everybody.
    fn refuses(&self, check: Place) -> bool {
        self.0.outcomes.iter().any(|outcome| {
            is_turned_away(outcome, &[400, 401, 403, 407, 422])
                && (has_failed(&outcome.evidence, check) || is_rejected(outcome))
                && !self.proves_anything(&outcome.evidence, check)
        })
    }

    /// Whether the same failure, handled by the same handlers, is refused further on: then it is looked at, and what still
    /// succeeds is open to everybody.
    fn is_refused_later(&self, opened: &Evidence, check: Place) -> bool {
        let handlers: BTreeSet<Place> = caught(opened).collect();
        // Who was handed the caller of a verified token may not find the nobody that stands there otherwise.
        let is_looked_up = self.0.outcomes.iter().any(|outcome| {
            let known = &outcome.evidence;
            !has_failed(known, check) && known.iter().any(|known| known.place == check) && known.iter().any(|known| known.kind == CheckKind::Opaque && known.place != check)
        });
        let statuses: &[i64] = if is_looked_up { &[401, 403, 404, 407] } else { &[401, 403, 407] };
        self.0.outcomes.iter().any(|outcome| {
            let handled: BTreeSet<Place> = caught(&outcome.evidence).collect();
            outcome.place != check && is_turned_away(outcome, statuses) && has_failed(&outcome.evidence, check) && handled.is_superset(&handlers)
        })
    }

    /// The handler returns where it also does for a caller who passed: an answer of its own tells of the failure.
    fn answers_as_usual(&self, opened: &Evidence, check: Place) -> bool {
        if self.0.entry.kind == EntryKind::TokenCallback {
            return true;
        }
        self.0.ends_as_passed(opened, check, |failed| has_failed(failed, check))
    }

    /// Who is let in without any credential as well is a guest.
    fn is_for_guests(&self, check: Place) -> bool {
        // A header whose form is right is no guest's, even where something else went wrong before the check.
        let shows_nothing = |evidence: &Evidence| {
            evidence.has(CheckKind::Rejected) || ![CheckKind::Presence, CheckKind::Scheme, CheckKind::Shape].iter().any(|kind| evidence.has(*kind))
        };
        let is_guest = |evidence: &Evidence| {
            shows_nothing(evidence) && !has_failed(evidence, check) && !evidence.has_proof() && !evidence.has(CheckKind::FailedVerification)
        };
        // Who gets in by the very handler that takes a failure for nothing is let in by accident too.
        let failed = self.0.successes().filter(|outcome| has_failed(&outcome.evidence, check));
        let handlers: BTreeSet<Place> = failed.flat_map(|outcome| caught(&outcome.evidence)).collect();
        let is_accident = |evidence: &Evidence| caught(evidence).any(|handler| handlers.contains(&handler));
        self.0.successes().any(|outcome| is_guest(&outcome.evidence) && !is_accident(&outcome.evidence))
    }

    /// Whether a path knows something of its caller beside what is said of this check. What is validated was decoded before: its
    /// signature alone does not make up for claims that are wrong.
    fn proves_anything(&self, evidence: &Evidence, check: Place) -> bool {
        let is_decoded_before = |place: Place| {
            self.0.facts.decodes.contains_key(&place) && !self.0.facts.decodes.contains_key(&check) && self.0.facts.validated.contains(&place)
        };
        evidence.has(CheckKind::Development) || evidence.iter().any(|known| known.kind.is_proof() && !is_decoded_before(known.place))
    }

    /// A decorator that is there to check: what it keeps of a verified token is not why it stands on a route.
    fn is_made_by_guard(&self, check: Place) -> bool {
        let is_around = !self.0.facts.stages.keys().any(|known| known.place == check);
        let around = self.0.context.functions_around(check);
        is_around
            && self.0.entry.kind == EntryKind::Route
            && around.iter().any(|function| vocabulary::sounds_like_check(&function.name))
            && !around.iter().any(|function| vocabulary::sounds_optional(&function.name))
    }
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

fn finding(route: &Guarded<'_, '_, '_, '_>, check: Place, presented: &Origin, opened: Opened) -> Finding {
    let entry = route.0.entry;
    let code = route.0.context.quote_called(check);
    let (label, message, help) = if opened == Opened::Unheeded {
        (
            "its answer goes nowhere",
            format!("never looks at the answer of {code}: whatever is sent, made up or right, gets the same."),
            "act on the answer: refuse (`abort(401)`) where it says no".to_owned(),
        )
    } else {
        (
            "its failure is not the end here",
            format!("goes on where {code} fails: a forged, expired or made-up credential gets the same answer as a true one."),
            format!("refuse where {code} fails: answer 401 (`abort(401)`), or let the exception go on"),
        )
    };
    FindingBuilder::new(RULE, Severity::Error, check, label)
        .message(format!("{} {message}", capitalised(&entry_words(entry))))
        .help(help)
        .confidence(presented.confidence)
        .about(check)
        .related(entry.place, "lets the caller in all the same")
        .identity(entry.name.as_str())
        .build()
}
