//! `partial-token-match`: less than the whole secret lets a caller in.

use super::shared::{Context, capitalised, held, lower, presented, root, spelled, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Comparison, Event};
use crate::flow::origin::{Channel, CredentialKind, Origin, OriginKind, Part, Store};
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind};

const RULE: &str = "partial-token-match";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let found = match event {
        Event::PartialMatch { presented, expected, .. } if is_only_called_so(presented, expected) => None,
        Event::PartialMatch { presented, expected, how, place } => {
            Some(finding([presented, expected], &format!("{how} {}", held(expected)), "one character may be enough", *place, context))
        }
        Event::Comparison(comparison) => compared(comparison, context),
        _ => None,
    };
    found.into_iter().filter(|finding| !context.is_test(finding.primary.place.file)).collect()
}

/// Whether nothing but a parameter's name speaks of a credential, and the other side is a text without a name: programs that take
/// texts apart look for pieces of them, which they call tokens too, in lists of letters.
fn is_only_called_so(presented: &Origin, expected: &Origin) -> bool {
    let is_literal = matches!(&expected.kind, OriginKind::Setting { store: Store::Literal, name } if name.is_empty());
    is_literal && matches!(&presented.kind, OriginKind::Credential(credential) if credential.channel == Channel::Parameter)
}

/// An equality of parts, or of both sides in lower case.
fn compared(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let Comparison { presented_origin, expected_origin, place, .. } = comparison;
    let OriginKind::Credential(credential) = &presented_origin.kind else { return None };
    let is_secret = matches!(&expected_origin.kind, OriginKind::Setting { store, .. } if *store != Store::Attribute);
    if !is_secret || credential.kind == CredentialKind::Signature || credential.part == Part::Username {
        return None;
    }
    let expected = held(expected_origin);
    if is_slice(comparison.presented.place, context) && is_slice(comparison.expected.place, context) {
        let what = format!("is compared with {expected} in a part of both only");
        return Some(finding([presented_origin, expected_origin], &what, "guessing that part takes far fewer attempts", *place, context));
    }
    if folds_case(comparison.presented.place, context) && folds_case(comparison.expected.place, context) {
        let what = format!("is compared with {expected} without regard to case");
        return Some(finding([presented_origin, expected_origin], &what, "every letter of the secret counts for half of what it could", *place, context));
    }
    None
}

fn finding([sent, expected]: [&Origin; 2], what: &str, gain: &str, place: Place, context: &Context<'_, '_>) -> Finding {
    let spelled = |origin: &Origin| spelled(origin, context).trim_matches('`').to_owned();
    FindingBuilder::new(RULE, Severity::Error, place, "less than the whole secret passes here")
        .message(format!("{} {what}: {gain}.", capitalised(&presented(sent))))
        .help(format!("compare the whole of both: `hmac.compare_digest({}.encode(), {}.encode())`", spelled(sent), spelled(expected)))
        .confidence(lower(sent.confidence, expected.confidence))
        .about(place)
        .related(root(sent), sent.trail.root().step_text())
        .related(root(expected), expected.trail.root().step_text())
        .flow(steps(sent, place, "it is compared here"))
        .identity(presented(sent))
        .identity(held(expected))
        .build()
}

/// `value[:8]`, as it is written where it is compared.
fn is_slice(place: Place, context: &Context<'_, '_>) -> bool {
    let is_it = |expression: &Expression| match &expression.kind {
        ExpressionKind::Subscript { index, .. } => matches!(index.kind, ExpressionKind::Slice { .. }),
        _ => false,
    };
    context.expression_at(place).is_some_and(is_it)
}

/// `value.lower()`, as it is written where it is compared.
fn folds_case(place: Place, context: &Context<'_, '_>) -> bool {
    let folds = |name: &str| matches!(name, "lower" | "upper" | "casefold" | "swapcase");
    context.expression_at(place).is_some_and(|expression| match &expression.kind {
        ExpressionKind::Call { callee, .. } => matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if folds(name)),
        _ => false,
    })
}
