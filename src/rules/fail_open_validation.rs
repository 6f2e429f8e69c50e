//! `fail-open-validation`: a verification that failed lets the caller in all the same.

use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::{Channel, OriginKind};
use crate::source::Place;

const RULE: &str = "fail-open-validation";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    let is_guarded = matches!(entry.kind, EntryKind::Route | EntryKind::Hook | EntryKind::TokenCallback);
    if !is_guarded || context.is_test(entry.place.file) {
        return Vec::new();
    }
    let Some(failed) = outcomes.iter().find_map(let_in) else { return Vec::new() };
    // A link that is no longer good is answered by a page that says so; what a caller shows in a header or cookie is to be refused.
    let is_shown = |kind: &OriginKind| {
        matches!(kind, OriginKind::Credential(credential) if matches!(credential.channel, Channel::Header | Channel::Cookie))
    };
    if facts.decodes.get(&failed).is_none_or(|decode| !decode.token.origins.any(is_shown)) {
        return Vec::new();
    }
    // Who is let in without any credential as well is a guest, and the route is for guests.
    let is_for_guests = outcomes.iter().any(|outcome| outcome.ending == Ending::Success && is_guest(outcome));
    if is_for_guests { Vec::new() } else { vec![finding(entry, failed)] }
}

/// Where the verification stands that failed on a path which succeeds and proves nothing else.
fn let_in(outcome: &Outcome) -> Option<Place> {
    let evidence = &outcome.evidence;
    let is_open = outcome.ending == Ending::Success && !evidence.has_proof() && !evidence.has(CheckKind::Opaque);
    evidence.iter().find(|check| is_open && check.kind == CheckKind::FailedVerification).map(|check| check.place)
}

/// A path on which nothing was verified, nor tried.
fn is_guest(outcome: &Outcome) -> bool {
    !outcome.evidence.has_proof() && !outcome.evidence.has(CheckKind::FailedVerification)
}

fn finding(entry: &EntryInfo, failed: Place) -> Finding {
    FindingBuilder::new(RULE, Severity::Error, failed, "its failure is not the end here")
        .message(format!(
            "{} goes on where this verification fails: a forged, expired or made-up token gets the same answer as a true one.",
            capitalised(&entry_words(entry)),
        ))
        .help("refuse where it fails: answer 401 (`abort(401)`) in the handler of its exception, or raise again")
        .confidence(Confidence::High)
        .about(entry.place)
        .related(entry.place, "lets the caller in all the same")
        .identity(entry.name.as_str())
        .build()
}
