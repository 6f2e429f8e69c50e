//! `claims-not-validated`: a library that splits decoding in two is asked for the first half only.

use super::shared::decoding::{decode_finding, function_quote, is_checked_later, presented_token};
use super::shared::ended::Ended;
use super::shared::{Context, entry_words, name_place, presented, stricter_decode};
use crate::finding::{Finding, Severity};
use crate::flow::event::{Decode, Event, Outcome};
use crate::flow::evidence::{Check, CheckKind};
use crate::flow::token::Constraint;
use crate::source::Place;

const RULE: &str = "claims-not-validated";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(ended) = Ended::of(event, context) else { return Vec::new() };
    let verified = ended.facts.decodes.values().filter(|decode| decode.is_verified);
    verified.filter_map(|decode| finding(decode, ended)).collect()
}

fn finding(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Option<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let is_validated = facts.validated.contains(&decode.place);
    let loses_claims = |outcome: &Outcome| is_left_by_exception(outcome, decode, context);
    if is_validated && !ended.successes().any(|outcome| goes_around(outcome, decode) && !loses_claims(outcome)) {
        return None;
    }
    let validation = decode.model.validation.as_deref()?;
    let origin = presented_token(decode)?;
    if is_checked_later(decode, facts, "exp") {
        return None;
    }
    let has_expectations = decode.audience != Constraint::Absent || decode.issuer != Constraint::Absent;
    let in_vain = if has_expectations { " The expectations handed to it are only looked at by that call." } else { "" };
    let without = if is_validated { "on a path on which they are not validated" } else { "without being validated" };
    let message = format!(
        "{} of {} checks the signature of {} and nothing else, and its claims are used by {} {without}: an expired token and one for another audience pass.{in_vain}",
        function_quote(decode, context),
        decode.library,
        presented(origin),
        entry_words(entry),
    );
    let label = if is_validated { "the claims are not always validated" } else { "the claims are never validated" };
    let builder = decode_finding((RULE, Severity::Error), decode, origin, entry, label)
        .message(message)
        .fix(stricter_decode::validate(context, decode).filter(|_| !is_validated))
        .help(format!("call `{validation}` before the claims are used"))
        .confidence(origin.confidence);
    Some(builder.build())
}

/// A way in on which the signature was verified, and the validation did not happen or failed to no effect.
fn goes_around(outcome: &Outcome, decode: &Decode<'_>) -> bool {
    let is_signature = |check: &Check| check.kind == CheckKind::Signature && check.place == decode.place;
    outcome.evidence.iter().any(is_signature) && !outcome.evidence.has(CheckKind::Expiry)
}

/// The validation failed, and a handler in another function than the one that has the claims went on: nobody has them there.
fn is_left_by_exception(outcome: &Outcome, decode: &Decode<'_>, context: &Context<'_, '_>) -> bool {
    let around = |place: Place| context.function_around(place).map(|function| name_place(function, place.file));
    let is_elsewhere = |check: &Check| check.kind == CheckKind::Caught && around(check.place) != around(decode.place);
    outcome.evidence.has(CheckKind::FailedVerification) && outcome.evidence.iter().any(is_elsewhere)
}
