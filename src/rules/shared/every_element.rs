//! Constant time by hand: `for a, b in zip(left, right): same &= a == b` goes through all of both values, however early they
//! differ.

use super::Context;
use super::written::innermost;
use crate::flow::walk;
use crate::source::{Place, Span};
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

impl Context<'_, '_> {
    /// Whether a comparison is of two elements in a loop over both values, which gathers what it finds and does not end early.
    pub(in crate::rules) fn goes_through_every_element(&self, place: Place) -> bool {
        let Some(module) = self.index.module(place.file) else { return false };
        let is_gathered = innermost(&module.body, place.span).is_some_and(|statement| gathers(&statement.kind));
        is_gathered
            && loop_around(&module.body, place.span)
                .is_some_and(|(iterable, body)| is_zip(iterable) && !ends_early(body))
    }
}

fn gathers(statement: &StatementKind) -> bool {
    use BinaryOperator::{BitAnd, BitOr, BitXor};
    matches!(statement, StatementKind::AugmentedAssign { operator: BitAnd | BitOr | BitXor, .. })
}

/// What the innermost loop around a span goes through, and its body.
fn loop_around(body: &[Statement], span: Span) -> Option<(&Expression, &[Statement])> {
    let around = body.iter().find(|statement| statement.span.contains(span))?;
    let inner = walk::bodies(around).into_iter().find_map(|inner| loop_around(inner, span));
    inner.or(match &around.kind {
        StatementKind::For { iterable, body, .. } => Some((iterable, body.as_slice())),
        _ => None,
    })
}

fn is_zip(iterable: &Expression) -> bool {
    let mut found = false;
    visit::expression(iterable, &mut |expression| {
        if let ExpressionKind::Call { callee, .. } = &expression.kind {
            found |=
                matches!(&callee.kind, ExpressionKind::Name(name) if matches!(name.as_str(), "zip" | "zip_longest"));
        }
    });
    found
}

fn ends_early(body: &[Statement]) -> bool {
    body.iter().any(|statement| {
        matches!(statement.kind, StatementKind::Break | StatementKind::Return(_) | StatementKind::Raise { .. })
            || walk::bodies(statement).into_iter().any(ends_early)
    })
}
