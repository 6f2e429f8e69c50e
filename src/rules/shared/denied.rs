//! Comparisons that turn away what is equal: `if password in COMMON_PASSWORDS: errors.append("too common")`. What stands on
//! such a list opens nothing.

use super::Context;
use super::sorted_out::turns_sense;
use super::written::innermost;
use crate::program::vocabulary;
use crate::source::{Place, Span};
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

impl Context<'_, '_> {
    /// Whether a comparison is the test of an `if`, and what is equal is refused or complained of there.
    pub(in crate::rules) fn turns_away_what_is_equal(&self, place: Place) -> bool {
        let Some(module) = self.index.module(place.file) else { return false };
        let Some(statement) = innermost(&module.body, place.span) else { return false };
        let StatementKind::If { branches, otherwise } = &statement.kind else { return false };
        let Some((test, then)) = branches.iter().find(|(test, _)| test.span.contains(place.span)) else {
            return false;
        };
        let Some((is_met_by_equal, is_list)) = sense(test, place.span) else { return false };
        let taken = if is_met_by_equal { then } else { otherwise };
        taken.last().is_some_and(|last| complains(last, is_list))
    }
}

/// Whether a test is met by what is equal in the comparison at a span, and whether that looks into a list; nothing where
/// the answer depends on more than that.
fn sense(test: &Expression, span: Span) -> Option<(bool, bool)> {
    let mut around = Vec::new();
    visit::expression(test, &mut |expression| {
        if expression.span.contains(span) {
            around.push(expression);
        }
    });
    let (mut is_met, mut is_list) = (true, false);
    for expression in around.iter().rev() {
        match &expression.kind {
            // Who differs may be turned away by the other half of `a != b or c`.
            ExpressionKind::BooleanOperation { is_and: false, .. } if !is_met => return None,
            ExpressionKind::Comprehension { .. } => is_list = true,
            ExpressionKind::Call { callee, .. } => {
                let is_any = matches!(&callee.kind, ExpressionKind::Name(name) if name.as_str() == "any");
                if !is_any || !is_met {
                    return None;
                }
            }
            kind => {
                is_list |= looks_into_list(kind);
                is_met ^= turns_sense(expression)?;
            }
        }
    }
    Some((is_met, is_list))
}

fn looks_into_list(kind: &ExpressionKind) -> bool {
    let is_one = |operator: &CompareOperator| matches!(operator, CompareOperator::In | CompareOperator::NotIn);
    matches!(kind, ExpressionKind::Compare { rest, .. } if rest.iter().any(|(operator, _)| is_one(operator)))
}

/// `raise …`, `abort(…)`, `errors.append(…)`; for what stands on a list also `return False`, which alone may as well say that
/// nothing is missing.
fn complains(statement: &Statement, is_list: bool) -> bool {
    match &statement.kind {
        StatementKind::Raise { exception, .. } => exception.is_some(),
        StatementKind::Return(Some(value)) => match &value.kind {
            ExpressionKind::Boolean(answer) => is_list && !answer,
            _ => is_refusal(value),
        },
        StatementKind::Expression(value) => is_refusal(value),
        _ => false,
    }
}

fn is_refusal(call: &Expression) -> bool {
    let ExpressionKind::Call { callee, .. } = &call.kind else { return false };
    match &callee.kind {
        ExpressionKind::Name(name) => vocabulary::sounds_like_refusal(name),
        ExpressionKind::Attribute { value, name, .. } => {
            let holder = match &value.kind {
                ExpressionKind::Name(holder) | ExpressionKind::Attribute { name: holder, .. } => holder.as_str(),
                _ => "",
            };
            vocabulary::sounds_like_refusal(name)
                || (matches!(name.as_str(), "append" | "add") && vocabulary::sounds_like_refusal(holder))
        }
        _ => false,
    }
}
