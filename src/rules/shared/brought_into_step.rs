//! Comparisons that only ask whether a kept value has to be changed: `if user.secret != secret: user.secret = secret`. Whoever
//! may write the value learns nothing of it.

use super::Context;
use super::written::innermost;
use crate::source::{Place, Span};
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

impl Context<'_, '_> {
    /// Whether a comparison is the test of an `if` that makes both sides equal where they differ.
    pub(in crate::rules) fn only_asks_for_change(&self, place: Place) -> bool {
        let Some(module) = self.index.module(place.file) else { return false };
        let Some(statement) = innermost(&module.body, place.span) else { return false };
        let StatementKind::If { branches, .. } = &statement.kind else { return false };
        let Some((test, then)) = branches.iter().find(|(test, _)| test.span.contains(place.span)) else {
            return false;
        };
        let Some((left, right)) = sides_that_differ(test, place.span) else { return false };
        let text = |expression: &Expression| self.index.text(Place { file: place.file, span: expression.span });
        let sides = [text(left), text(right)];
        then.iter().any(|statement| {
            let Some((targets, value)) = assigned(statement) else { return false };
            let given = text(value);
            targets
                .iter()
                .any(|target| sides.contains(&text(target)) && sides.contains(&given) && text(target) != given)
        })
    }
}

/// The sides of the comparison at a span, where they differ whenever the test is met.
fn sides_that_differ(test: &Expression, span: Span) -> Option<(&Expression, &Expression)> {
    let mut around = Vec::new();
    visit::expression(test, &mut |expression| {
        if expression.span.contains(span) {
            around.push(expression);
        }
    });
    let comparison = around.pop()?;
    let is_weaker =
        |expression: &&Expression| !matches!(&expression.kind, ExpressionKind::BooleanOperation { is_and: true, .. });
    if around.iter().any(is_weaker) {
        return None;
    }
    match &comparison.kind {
        ExpressionKind::Compare { left, rest } => match rest.as_slice() {
            [(CompareOperator::NotEqual, right)] => Some((left, right)),
            _ => None,
        },
        _ => None,
    }
}

fn assigned(statement: &Statement) -> Option<(&[Expression], &Expression)> {
    match &statement.kind {
        StatementKind::Assign { targets, value } => Some((targets, value)),
        _ => None,
    }
}
