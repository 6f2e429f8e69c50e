//! `unverified-jwt-signature`: claims of a token whose signature nobody checked decide something.

use super::shared::{Context, presented, root, steps, stricter_decode};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decision, Decode, Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::OriginKind;
use crate::flow::token::Constraint;
use crate::models::schema::DecodeGives;

const RULE: &str = "unverified-jwt-signature";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, outcomes } = event else { return Vec::new() };
    let unverified = facts.decodes.values().filter(|decode| !decode.is_verified && decode.model.gives != DecodeGives::Header);
    unverified.filter_map(|decode| finding(decode, entry, facts, outcomes, context)).collect()
}

/// Whether the form of the token alone decides: what cannot be read is turned away, and nobody who gets through has proven anything.
fn is_gate(decode: &Decode<'_>, entry: &EntryInfo, outcomes: &[Outcome]) -> bool {
    let has = |outcome: &&Outcome, kind: CheckKind| {
        outcome.evidence.iter().any(|check| check.place == decode.place && check.kind == kind)
    };
    let refuses = |outcome: &Outcome| {
        outcome.ending == Ending::Refusal
            && matches!(outcome.status, None | Some(401 | 403))
            && has(&outcome, CheckKind::Rejected)
    };
    let mut successes = outcomes.iter().filter(|outcome| outcome.ending == Ending::Success).peekable();
    let is_weak = |outcome: &Outcome| {
        outcome.evidence.iter().all(|check| !check.kind.is_proof() || check.kind == CheckKind::UnverifiedClaim)
    };
    // One that names an audience or issuer all the same is a check that does nothing: another rule's matter.
    let expects_nothing = decode.audience == Constraint::Absent && decode.issuer == Constraint::Absent;
    expects_nothing
        && matches!(entry.kind, EntryKind::Route | EntryKind::TokenCallback)
        && outcomes.iter().any(refuses)
        && successes.peek().is_some()
        && outcomes.iter().any(|outcome| outcome.ending == Ending::Success && has(&outcome, CheckKind::UnverifiedClaim))
        && successes.all(is_weak)
}

fn finding(
    decode: &Decode<'_>,
    entry: &EntryInfo,
    facts: &Facts<'_>,
    outcomes: &[Outcome],
    context: &Context<'_, '_>,
) -> Option<Finding> {
    if is_verified_elsewhere(decode, facts, outcomes) {
        return None;
    }
    let known = facts.decisions.iter().find(|decision| decision.decode == decode.place && decides(decision));
    let gate = Decision {
        decode: decode.place,
        claim: crate::syntax::tree::Name::default(),
        place: decode.place,
        what: "lets in whoever sends something that can be read",
    };
    let decision = match known {
        Some(decision) => decision,
        None if is_gate(decode, entry, outcomes) => &gate,
        None => return None,
    };
    let origin = decode.token.origins.find(|kind| matches!(kind, OriginKind::Credential(_)));
    let is_returned_alone = entry.kind == EntryKind::Function && decision.what == "is returned";
    let confidence = match origin {
        // A function that only hands claims on is judged by who calls it; nobody was seen to.
        _ if is_returned_alone => Confidence::Low,
        // A library that takes tokens apart does so in functions like this; nobody was seen to trust it.
        Some(origin) if decode.model.path.is_empty() && origin.confidence < Confidence::High => Confidence::Low,
        Some(origin) if decode.assumes_version => origin.confidence.lowered(),
        Some(origin) => origin.confidence,
        None => Confidence::Medium,
    };
    let claim = if decision.claim.is_empty() { "the whole set of claims".to_owned() } else { format!("the claim `{}`", decision.claim) };
    let message = format!(
        "`{}` reads {} without checking its signature, and {claim} {}: anyone can write such a token with any subject, audience and scope.",
        decode.function,
        origin.map_or_else(|| "a token".to_owned(), presented),
        decision.what,
    );
    let mut help = match decode.model.signature_fix.as_str() {
        "" => "verify the token with its key before its claims are used".to_owned(),
        words => words.to_owned(),
    };
    if let Some(parameter) = stricter_decode::verify_parameter(context, decode) {
        help = help.replace("`verify_signature: False`", &format!("`{parameter}=False`"));
    }
    let mut builder = FindingBuilder::new(RULE, Severity::Error, decode.place, "the signature is not verified here")
        .message(message)
        .help(help)
        .confidence(confidence)
        .about(decode.place)
        .fix(stricter_decode::verify(context, decode))
        .related(decision.place, format!("{claim} {} here", decision.what))
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    if let Some(origin) = origin {
        builder = builder
            .related(root(origin), origin.trail.root().step_text())
            .flow(steps(origin, decode.place, "decoded without verification"));
    }
    Some(builder.build())
}

/// Claims that only choose a key or tell when a token ends decide nothing.
fn decides(decision: &Decision) -> bool {
    !matches!(decision.claim.as_str(), "exp" | "iat" | "nbf" | "kid" | "alg")
}

/// The same token is verified too: after its issuer chose the key, or on every path on which its claims let anyone in.
fn is_verified_elsewhere(decode: &Decode<'_>, facts: &Facts<'_>, outcomes: &[Outcome]) -> bool {
    let is_same_token = facts.decodes.values().filter(|other| other.is_verified).any(|other| {
        let roots = |decode: &Decode<'_>| -> Vec<_> { decode.token.origins.iter().map(root).collect() };
        let (left, right) = (roots(decode), roots(other));
        (left.is_empty() && right.is_empty()) || left.iter().any(|place| right.contains(place))
    });
    let mut decisions = facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let only_chooses_key = decisions.all(|decision| matches!(decision.claim.as_str(), "iss" | "kid" | "alg" | "azp" | "tid"));
    let trusts = |outcome: &&Outcome| {
        let evidence = &outcome.evidence;
        outcome.ending == Ending::Success
            && evidence.has(CheckKind::UnverifiedClaim)
            && (!evidence.has(CheckKind::Signature) || evidence.has(CheckKind::FailedVerification))
    };
    is_same_token && (only_chooses_key || !outcomes.iter().any(|outcome| trusts(&outcome)))
}
