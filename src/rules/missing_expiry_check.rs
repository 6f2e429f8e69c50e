//! `missing-expiry-check`: a verified token is accepted after its time, or without one.

use super::shared::decoding::{decode_finding, function_quote, is_checked_later, is_own_token, presented_token};
use super::shared::{Context, entry_words, presented, root, spelled, stricter_decode};
use crate::finding::{Confidence, Finding, Severity};
use crate::flow::event::{Decode, Ending, EntryInfo, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::Origin;
use crate::models::schema::DecodeGives;
use crate::program::vocabulary;

const RULE: &str = "missing-expiry-check";

/// Clocks of servers differ by seconds; a token that lives an hour and is accepted for another has twice its lifetime.
const MAX_LEEWAY: i64 = 3600;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, outcomes } = event else { return Vec::new() };
    // Who leaves may do so late.
    if vocabulary::words(&entry.name).iter().any(|word| matches!(word.as_str(), "logout" | "signout" | "revoke")) {
        return Vec::new();
    }
    let verified = facts.decodes.values().filter(|decode| decode.is_verified && decode.model.gives != DecodeGives::Header);
    let guarding = verified.filter(|decode| !is_open_without(decode, outcomes) && !is_dated_before(decode, facts));
    guarding.filter_map(|decode| finding(decode, entry, facts, context)).collect()
}

/// Whether callers whose token does not verify get on as others do: it guards nothing.
fn is_open_without(decode: &Decode<'_>, outcomes: &[Outcome]) -> bool {
    outcomes.iter().filter(|outcome| outcome.ending == Ending::Success).any(|outcome| {
        outcome.evidence.iter().any(|check| check.kind == CheckKind::FailedVerification && check.place == decode.place)
    })
}

/// Whether the time of the same token was tested on claims that were read before anybody verified them.
fn is_dated_before(decode: &Decode<'_>, facts: &Facts<'_>) -> bool {
    let is_same = |other: &&Decode<'_>| {
        let mut roots = other.token.origins.iter().map(root);
        !other.is_verified && roots.any(|place| decode.token.origins.iter().any(|origin| root(origin) == place))
    };
    facts.decodes.values().filter(is_same).any(|other| facts.claim_checks.contains(&(other.place, "exp".into())))
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let origin = presented_token(decode)?;
    if is_checked_later(decode, facts, "exp") || context.is_test(decode.place.file) {
        return None;
    }
    let expiry = decode.expiry;
    let is_validated = decode.model.validation.is_none() || facts.validated.contains(&decode.place);
    let is_read = facts.claim_reads.iter().any(|(place, _)| *place == decode.place);
    if expiry.is_switched_off {
        let label = "the check of expiry is switched off here";
        let what = "verifies the signature with the check of expiry switched off".to_owned();
        let fix = format!("drop what switches the check of `exp` off where `{}` verifies {}", decode.function, spelled(origin, context));
        let mut finding = build(decode, origin, entry, context, (label, &what, &fix), Severity::Warning, origin.confidence);
        finding.fix = stricter_decode::switch_on(context, decode, &decode.model.expiry.verify_options);
        return Some(finding);
    }
    if expiry.leeway > MAX_LEEWAY {
        let what = format!("accepts a token {} after its `exp`", duration(expiry.leeway));
        let fix = format!("lower the leeway of `{}` for {} to what clocks may differ by: a minute or less", decode.function, spelled(origin, context));
        return Some(build(decode, origin, entry, context, ("the leeway is given here", &what, &fix), Severity::Warning, origin.confidence));
    }
    if !expiry.is_checked && is_validated && is_read && !decode.model.checks_expiry {
        let what = "verifies the signature alone, and nothing tests the claim `exp` afterwards".to_owned();
        let fix = match decode.model.signature_fix.as_str() {
            "" => format!("test the claim `exp` of {} against the current time", spelled(origin, context)),
            code => format!("for {}, {code}", spelled(origin, context)),
        };
        return Some(build(decode, origin, entry, context, ("expiry is not checked here", &what, &fix), Severity::Warning, origin.confidence));
    }
    let is_strict = context.is_strict(decode.place.file);
    if is_strict && expiry.is_checked && !expiry.is_required && is_validated && !is_own_token(decode, context) {
        let what = "refuses an expired token and accepts one that has no `exp` at all".to_owned();
        let fix = match decode.model.expiry.require_fix.as_str() {
            "" => format!("refuse {} where it has no claim `exp`", spelled(origin, context)),
            code => format!("require the claim of {}: {code}", spelled(origin, context)),
        };
        return Some(build(decode, origin, entry, context, ("`exp` is not required here", &what, &fix), Severity::Warning, origin.confidence));
    }
    None
}

fn build(
    decode: &Decode<'_>,
    origin: &Origin,
    entry: &EntryInfo,
    context: &Context<'_, '_>,
    (label, what, fix): (&str, &str, &str),
    severity: Severity,
    confidence: Confidence,
) -> Finding {
    let message = format!(
        "{} {what}, for {} on the way from {}: whoever finds or stole an old token keeps its rights for good.",
        function_quote(decode, context),
        presented(origin),
        entry_words(entry),
    );
    decode_finding((RULE, severity), decode, origin, entry, label).message(message).help(fix).confidence(confidence).build()
}

/// Seconds in words.
fn duration(seconds: i64) -> String {
    match seconds {
        0..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
