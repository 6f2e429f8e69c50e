//! `static-bearer-token`: all a route ever learns of its caller is that it knows one fixed token.

use super::shared::verdicts::asks_program;
use super::shared::{Context, entry_words};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryKind, Event};
use crate::flow::evidence::{Check, CheckKind, Evidence};

const RULE: &str = "static-bearer-token";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    if entry.kind != EntryKind::Route {
        return Vec::new();
    }
    let successes: Vec<&Evidence> =
        outcomes.iter().filter(|outcome| outcome.ending == Ending::Success).map(|outcome| &outcome.evidence).collect();
    let is_only_asked = |check: &Check| asks_program(check, facts, context);
    if successes.is_empty() || !successes.iter().all(|evidence| is_static_only(evidence, is_only_asked)) {
        return Vec::new();
    }
    let place = successes.iter().flat_map(|evidence| evidence.iter()).find(|check| is_static(check.kind)).map(|check| check.place);
    let finding = FindingBuilder::new(RULE, Severity::Note, entry.place, "nothing but one fixed token guards this")
        .message(format!(
            "All that {} ever establishes is that the caller knows one static token: it has no expiry, audience, issuer or scope, so a leaked copy works everywhere it is accepted until somebody replaces it by hand.",
            entry_words(entry),
        ))
        .help("accept short-lived signed tokens whose audience, issuer, expiry and scope are checked, or a signature over each delivery")
        .about(entry.place)
        .identity(entry.name.as_str());
    vec![match place {
        Some(place) => finding.about(place).related(place, "the token is compared here").build(),
        None => finding.build(),
    }]
}

fn is_static(kind: CheckKind) -> bool {
    matches!(kind, CheckKind::StaticComparison | CheckKind::ConstantTimeComparison)
}

fn is_static_only(evidence: &Evidence, is_only_asked: impl Fn(&Check) -> bool) -> bool {
    let is_form = |kind: CheckKind| {
        matches!(kind, CheckKind::Presence | CheckKind::Scheme | CheckKind::Shape | CheckKind::Rejected | CheckKind::Reading)
    };
    evidence.iter().any(|check| is_static(check.kind))
        && evidence.iter().all(|check| is_static(check.kind) || is_form(check.kind) || is_only_asked(check))
}
