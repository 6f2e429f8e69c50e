//! `webhook-bearer-only`: a provider that signs its deliveries is trusted for a shared token alone.

use super::shared::receivers::provider;
use super::shared::verdicts::asks_program;
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryKind, Event, Outcome};
use crate::flow::evidence::{Check, CheckKind, Evidence};
use crate::models::schema::ProviderModel;

const RULE: &str = "webhook-bearer-only";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    if entry.kind != EntryKind::Route {
        return Vec::new();
    }
    let Some(provider) = provider(entry, context) else { return Vec::new() };
    let is_only_asked = |check: &Check| asks_program(check, facts, context);
    let Some(check) = shared_token(outcomes, is_only_asked) else { return Vec::new() };
    let ProviderModel { name, header, fix, .. } = provider;
    let finding = FindingBuilder::new(RULE, Severity::Warning, entry.place, "receives the deliveries")
        .message(format!(
            "{} takes deliveries of {name}, which signs each of them in `{header}`, but checks only a shared token: whoever learns the token can invent deliveries, and a captured one can be changed and sent again.",
            capitalised(&entry_words(entry)),
        ))
        .help(fix.clone())
        .confidence(Confidence::Medium)
        .about(entry.place)
        .related(check, "only a shared token is checked")
        .identity(entry.name.as_str());
    vec![finding.build()]
}

/// Where the shared token is compared, when that is all that any path to success establishes.
fn shared_token(outcomes: &[Outcome], is_only_asked: impl Fn(&Check) -> bool) -> Option<crate::source::Place> {
    let delivers = |outcome: &&Outcome| outcome.ending == Ending::Success && !outcome.evidence.has(CheckKind::Reading);
    let mut successes = outcomes.iter().filter(delivers).peekable();
    let first = successes.peek()?.evidence.clone();
    if !successes.all(|outcome| is_shared_token(&outcome.evidence, &is_only_asked)) {
        return None;
    }
    first.iter().find(|check| is_static(check.kind)).map(|check| check.place)
}

fn is_static(kind: CheckKind) -> bool {
    matches!(kind, CheckKind::StaticComparison | CheckKind::ConstantTimeComparison)
}

fn is_shared_token(evidence: &Evidence, is_only_asked: impl Fn(&Check) -> bool) -> bool {
    evidence.iter().any(|check| is_static(check.kind))
        && evidence.iter().all(|check| {
            is_static(check.kind) || is_only_asked(check) || matches!(check.kind, CheckKind::Presence | CheckKind::Scheme | CheckKind::Shape | CheckKind::Rejected)
        })
}
