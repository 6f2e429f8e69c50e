//! `unset-secret-bypass`: both sides of a check can be the same nothing.

use super::shared::installed_when_set::{is_installed_only_with, is_settled_at_start};
use super::shared::{Context, demanding, held, lower, presented, required_setting, root, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Comparator, Comparison, Event};
use crate::flow::origin::{Origin, OriginKind, Part, Store};
use crate::flow::value::Nullness;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind};
use crate::syntax::visit;

const RULE: &str = "unset-secret-bypass";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Comparison(comparison) = event else { return Vec::new() };
    let Some(origin) = unset_origin(comparison) else { return Vec::new() };
    let is_optional = |name: &str| is_installed_only_with(name, comparison.place, context);
    if matches!(&origin.kind, OriginKind::Setting { name, .. } if !name.is_empty() && is_optional(name)) {
        return Vec::new();
    }
    if is_settled_at_start(root(read(comparison, origin)), context) {
        return Vec::new();
    }
    match common_nothing(comparison) {
        Some("\"\"") if !can_be_empty(origin, context) => Vec::new(),
        Some(_) if is_wanted_too(comparison, context) => Vec::new(),
        Some(nothing) => vec![finding(comparison, origin, nothing, context)],
        None => Vec::new(),
    }
}

/// The setting that may be unset, when a credential or a claim is compared with it.
fn unset_origin<'a>(comparison: &'a Comparison<'_>) -> Option<&'a Origin> {
    let is_presented = match &comparison.presented_origin.kind {
        OriginKind::Credential(credential) => matches!(credential.part, Part::Whole | Part::Token),
        OriginKind::Claim { .. } => true,
        _ => false,
    };
    let is_setting = |kind: &OriginKind| {
        matches!(kind, OriginKind::Setting { store: Store::Environment | Store::Configuration, .. })
    };
    comparison.expected.value.origins.find(is_setting).filter(|_| is_presented)
}

/// What the setting is read from in the end: the configuration may have it from the environment.
fn read<'a>(comparison: &'a Comparison<'_>, origin: &'a Origin) -> &'a Origin {
    let is_environment = |kind: &OriginKind| matches!(kind, OriginKind::Setting { store: Store::Environment, .. });
    comparison.expected.value.origins.find(is_environment).unwrap_or(origin)
}

/// Whether the program itself puts an empty string in the setting's place: a variable that is set to nothing is rare.
fn can_be_empty(origin: &Origin, context: &Context<'_, '_>) -> bool {
    let place = root(origin);
    let source = context.index.program.source(place.file);
    let is_read = context.index.text(place).contains(['(', '[']);
    let (first, last) = (source.line(place.span.start), source.line(place.span.end));
    let says_empty = |line: u32| ["\"\"", "''"].iter().any(|empty| source.line_text(line).contains(empty));
    !is_read || (first..=last).any(says_empty)
}

/// `token in (READ, WRITE) and token`: what is compared must also be there.
fn is_wanted_too(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> bool {
    let text = |expression: &Expression| {
        context.index.text(Place { file: comparison.place.file, span: expression.span })
    };
    let Some(function) = context.function_around(comparison.place) else { return false };
    let presented = context.index.text(comparison.presented.place);
    let mut is_found = false;
    visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::BooleanOperation { is_and: true, values } = &expression.kind {
            let compares = values.iter().any(|value| value.span.contains(comparison.place.span));
            is_found |= compares && values.iter().any(|value| text(value) == presented);
        }
    });
    is_found
}

/// What both sides can be at once. `compare_digest` raises on `None`, so only the empty string passes there.
fn common_nothing(comparison: &Comparison<'_>) -> Option<&'static str> {
    let common = comparison.presented.value.nullness.and(comparison.expected.value.nullness);
    let is_constant_time = comparison.comparator == Comparator::ConstantTime;
    if common.may_be(Nullness::NONE) && !is_constant_time {
        return Some("None");
    }
    // A token without the claim has nothing in its place. An empty claim is one that the issuer put there, and where nobody verifies the
    // signature, that is the flaw.
    let is_claim = matches!(comparison.presented_origin.kind, OriginKind::Claim { .. });
    (common.may_be(Nullness::EMPTY) && !is_claim).then_some("\"\"")
}

fn finding(comparison: &Comparison<'_>, origin: &Origin, nothing: &str, context: &Context<'_, '_>) -> Finding {
    let Comparison { presented_origin, place, .. } = comparison;
    let what = match &presented_origin.kind {
        OriginKind::Claim { .. } => "a token without that claim",
        _ => "a request without the credential",
    };
    let message = format!(
        "Where {} is not set, {} passes the comparison with {}: both sides are `{nothing}`, so anyone gets in on such a deployment.",
        held(origin),
        what,
        context.quote(*place),
    );
    FindingBuilder::new(RULE, Severity::Error, *place, format!("true when both are `{nothing}`"))
        .message(message)
        .help(format!(
            "refuse to start without it ({}, or raise when it is empty), and refuse {} before comparing",
            demanding(origin),
            if nothing == "None" { "a missing value" } else { "an empty value" },
        ))
        .confidence(lower(presented_origin.confidence, origin.confidence))
        .about(*place)
        .fix(required_setting::fix(context, root(read(comparison, origin))))
        .related(root(origin), origin.trail.root().step_text())
        .related(root(presented_origin), presented_origin.trail.root().step_text())
        .flow(steps(origin, *place, "both sides can be the same nothing here"))
        .identity(presented(presented_origin))
        .identity(held(origin))
        .build()
}
