//! `presence-only-check`: the credential's presence or form is tested, its content never.

use super::shared::{Context, capitalised, credential_words, entry_words, name_place, root, spelled};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Outcome};
use crate::flow::evidence::{Check, CheckKind, Evidence};
use crate::flow::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part};

const RULE: &str = "presence-only-check";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    // A hook is judged with the routes it stands before: they may check more.
    if !matches!(entry.kind, EntryKind::Route | EntryKind::TokenCallback) {
        return Vec::new();
    }
    // An application that a test is made of guards nothing; and a key may be known by its digest to who is asked for it.
    if context.is_test(entry.place.file) || !facts.digests_handed.is_empty() {
        return Vec::new();
    }
    let read = facts.reads.values().chain(&facts.presented).find_map(|origin| match &origin.kind {
        OriginKind::Credential(credential) if guards(credential) => Some((origin, credential)),
        _ => None,
    });
    match read {
        Some((origin, credential)) if is_presence_only(outcomes) => vec![finding(entry, outcomes, origin, credential, context)],
        _ => Vec::new(),
    }
}

/// Credentials whose absence turns a caller away: headers. A missing form field is a missing form field.
fn guards(credential: &Credential) -> bool {
    credential.channel == Channel::Header && credential.kind != CredentialKind::Signature && credential.part != Part::Username
}

/// Some path without the credential is refused, and every path that succeeds has looked at its form at most.
fn is_presence_only(outcomes: &[Outcome]) -> bool {
    let refuses = outcomes.iter().any(|outcome| {
        outcome.ending == Ending::Refusal
            && outcome.evidence.has(CheckKind::Rejected)
            && matches!(outcome.status, None | Some(401 | 403 | 400 | 407 | 422))
    });
    let deployed = outcomes.iter().filter(|outcome| !outcome.evidence.has(CheckKind::Development));
    let mut successes = deployed.filter(|outcome| outcome.ending == Ending::Success).peekable();
    refuses && successes.peek().is_some() && successes.all(|outcome| is_weak(&outcome.evidence))
}

fn is_weak(evidence: &Evidence) -> bool {
    let is_form = |kind: CheckKind| matches!(kind, CheckKind::Presence | CheckKind::Scheme | CheckKind::Shape);
    evidence.iter().any(|check| is_form(check.kind))
        && evidence.iter().all(|check| is_form(check.kind) || matches!(check.kind, CheckKind::Rejected | CheckKind::Unset | CheckKind::Reading))
}

/// Whether a path is refused on which this test found the credential wanting and none after it did.
fn refuses_alone(outcomes: &[Outcome], test: &Check) -> bool {
    let refused = outcomes.iter().filter(|outcome| outcome.ending == Ending::Refusal);
    let mut last = refused.filter_map(|outcome| outcome.evidence.iter().rfind(|check| check.kind == CheckKind::Rejected));
    last.any(|check| check.place == test.place)
}

/// Reported where the test stands: a guard used by many routes is one flaw.
fn finding(
    entry: &EntryInfo,
    outcomes: &[Outcome],
    origin: &Origin,
    credential: &Credential,
    context: &Context<'_, '_>,
) -> Finding {
    let words = credential_words(credential);
    let is_whole = credential.part == Part::Whole && credential.kind == CredentialKind::Bearer;
    let example = if is_whole { "Bearer x" } else { "x" };
    let is_form = |check: &&Check| matches!(check.kind, CheckKind::Presence | CheckKind::Scheme | CheckKind::Shape);
    let successes = outcomes.iter().filter(|outcome| outcome.ending == Ending::Success);
    let tests: Vec<&Check> = successes.flat_map(|outcome| outcome.evidence.iter()).filter(is_form).collect();
    // A helper that takes the header apart tests it too: the guard is what turns callers away.
    let tested = tests.iter().rfind(|test| refuses_alone(outcomes, test)).or(tests.first()).copied();
    let guard = tested.and_then(|check| Some((context.function_around(check.place)?, check.place.file)));
    let guard = guard.map(|(function, file)| (&function.name, name_place(function, file)));
    let guard = guard.filter(|(_, place)| *place != entry.place);
    let (subject, place) = match &guard {
        Some((name, place)) => (format!("`{name}`, which guards {},", entry_words(entry)), *place),
        None => (capitalised(&entry_words(entry)), entry.place),
    };
    let mut builder = FindingBuilder::new(RULE, Severity::Error, place, "lets any value pass")
        .message(format!(
            "{subject} asks only whether {words} is there and looks right; nothing ever checks what it says, so any made-up value such as `{example}` gets in.",
        ))
        .help(format!(
            "verify {} before going on: its signature, audience, issuer and expiry for a JWT, `hmac.compare_digest` with the expected secret for a shared token",
            spelled(origin, context),
        ))
        .confidence(origin.confidence)
        .about(entry.place)
        .related(root(origin), origin.trail.root().step_text())
        .identity(guard.as_ref().map_or(entry.name.as_str(), |(name, _)| name.as_str()));
    if guard.is_some() {
        builder = builder.related(entry.place, "guarded by nothing else");
    }
    match tested {
        Some(check) => builder.related(check.place, "only its presence or form is tested").build(),
        None => builder.build(),
    }
}
