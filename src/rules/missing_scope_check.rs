//! `missing-scope-check`: a verified token opens a route that changes something, and nobody asks what it allows.

use super::shared::decoding::{decode_finding, function_quote, presented_token};
use super::shared::{Context, entry_words, presented};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::models::schema::DecodeGives;

const RULE: &str = "missing-scope-check";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, outcomes } = event else { return Vec::new() };
    if entry.kind != EntryKind::Route || !changes_state(entry) || !outcomes.iter().any(is_open) {
        return Vec::new();
    }
    let verified = facts.decodes.values().filter(|decode| decode.is_verified && decode.model.gives != DecodeGives::Header);
    let by_library = outcomes.iter().find_map(|outcome| verified_by_library(outcome, entry, facts, context));
    verified.filter_map(|decode| finding(decode, entry, facts, context)).chain(by_library).collect()
}

/// `@jwt_required()` and nothing that asks whom it let in.
fn verified_by_library(outcome: &Outcome, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    if !is_open(outcome) || !facts.identity_reads.is_empty() {
        return None;
    }
    let mut signatures = outcome.evidence.iter().filter(|check| check.kind == CheckKind::Signature);
    let check = signatures.find(|check| facts.verifiers.get(&check.place).is_some_and(|path| context.models.tells_identity(path)))?;
    let message = format!(
        "{} verifies the caller's token, and {} then changes something for whoever holds one: no scope, role, permission or subject of it is ever read, so a token that its issuer made for reading, or for another user, does it too.",
        context.quote(check.place),
        entry_words(entry),
    );
    let builder = FindingBuilder::new(RULE, Severity::Warning, check.place, "what the token allows is never asked")
        .message(message)
        .help("refuse a token whose claims do not name this action, or whose subject may not do it: ask for them behind the check")
        .confidence(Confidence::Medium)
        .about(entry.place)
        .related(entry.place, "changes something")
        .identity(entry.name.as_str());
    Some(builder.build())
}

fn changes_state(entry: &EntryInfo) -> bool {
    let is_writing = entry.changes_state();
    is_writing || entry.path.as_deref().is_some_and(|path| path.contains("hook"))
}

/// A way in on which the token was verified and nothing else is known to have been asked.
fn is_open(outcome: &Outcome) -> bool {
    let others = [CheckKind::Scope, CheckKind::Opaque, CheckKind::Identity, CheckKind::Introspection, CheckKind::FailedVerification];
    outcome.ending == Ending::Success
        && outcome.evidence.has(CheckKind::Signature)
        && !others.into_iter().any(|kind| outcome.evidence.has(kind))
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let origin = presented_token(decode)?;
    let is_read = facts.claim_reads.iter().chain(&facts.claim_checks).any(|(place, name)| *place == decode.place && says_who(name));
    if is_read || facts.escaped_claims.contains(&decode.place) {
        return None;
    }
    let message = format!(
        "{} verifies {}, and {} then changes something for whoever holds one: no scope, role, permission or subject of it is ever read, so a token that its issuer made for reading, or for another user, does it too.",
        function_quote(decode, context),
        presented(origin),
        entry_words(entry),
    );
    let builder = decode_finding((RULE, Severity::Warning), decode, origin, entry, "what the token allows is never asked")
        .message(message)
        .help("refuse a token whose `scope` (or role, or permission) does not name this action: `if \"orders:write\" not in claims.get(\"scope\", \"\").split(): abort(403)`")
        .confidence(origin.confidence)
        .about(entry.place);
    Some(builder.build())
}

/// Whether a claim says more than when, by whom and for whom a token was made.
fn says_who(name: &str) -> bool {
    !matches!(name, "exp" | "nbf" | "iat" | "aud" | "iss" | "jti")
}
