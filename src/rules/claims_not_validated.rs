//! `claims-not-validated`: a library that splits decoding in two is asked for the first half only.

use super::shared::decoding::{decode_finding, function_quote, is_checked_later, presented_token};
use super::shared::{Context, entry_words, presented, stricter_decode};
use crate::finding::{Finding, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts};
use crate::flow::token::Constraint;

const RULE: &str = "claims-not-validated";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let verified = facts.decodes.values().filter(|decode| decode.is_verified && !facts.validated.contains(&decode.place));
    verified.filter_map(|decode| finding(decode, entry, facts, context)).collect()
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let validation = decode.model.validation.as_deref()?;
    let origin = presented_token(decode)?;
    if is_checked_later(decode, facts, "exp") {
        return None;
    }
    let has_expectations = decode.audience != Constraint::Absent || decode.issuer != Constraint::Absent;
    let in_vain = if has_expectations { " The expectations handed to it are only looked at by that call." } else { "" };
    let message = format!(
        "{} of {} checks the signature of {} and nothing else, and its claims are used by {} without being validated: an expired token and one for another audience pass.{in_vain}",
        function_quote(decode, context),
        decode.library,
        presented(origin),
        entry_words(entry),
    );
    let builder = decode_finding((RULE, Severity::Error), decode, origin, entry, "the claims are never validated")
        .message(message)
        .fix(stricter_decode::validate(context, decode))
        .help(format!("call `{validation}` before the claims are used"))
        .confidence(origin.confidence);
    Some(builder.build())
}
