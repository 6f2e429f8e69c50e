//! Classes that the program names, as text, only where a setting is set: middleware that settings add to their list.

use super::Context;
use crate::flow::walk;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind, UnaryOperator};
use crate::syntax::visit;

/// Whether the class around a place is only put to use under a test of a setting.
pub(in crate::rules) fn is_installed_only_with(setting: &str, place: Place, context: &Context<'_, '_>) -> bool {
    let body = context.index.module(place.file).map(|module| module.body.as_slice()).unwrap_or_default();
    let around = body.iter().find(|statement| statement.span.contains(place.span)).map(|statement| &statement.kind);
    let Some(StatementKind::Class(class)) = around else { return false };
    let mut named = Named::default();
    for file in context.files_naming(place.file, &class.name).filter(|file| !context.is_test(*file)) {
        let body = context.index.module(file).map(|module| module.body.as_slice()).unwrap_or_default();
        named.look(body, (&class.name, setting), false);
    }
    named.under_test && !named.elsewhere
}

#[derive(Default)]
struct Named {
    under_test: bool,
    elsewhere: bool,
}

impl Named {
    fn look(&mut self, body: &[Statement], (class, setting): (&str, &str), is_tested: bool) {
        for statement in body {
            let inner = walk::bodies(statement);
            if let StatementKind::If { branches, .. } = &statement.kind {
                for (test, body) in branches {
                    self.look(body, (class, setting), is_tested || is_set_where(test, setting, true));
                }
                for otherwise in inner.iter().skip(branches.len()) {
                    self.look(otherwise, (class, setting), is_tested);
                }
            } else if inner.is_empty() {
                let mut names_it = false;
                visit::expressions(std::slice::from_ref(statement), &mut |expression| {
                    names_it |= matches!(&expression.kind, ExpressionKind::String(text) if text.rsplit('.').next() == Some(class));
                });
                self.under_test |= names_it && is_tested;
                self.elsewhere |= names_it && !is_tested;
            } else {
                for inner in inner {
                    self.look(inner, (class, setting), is_tested);
                }
            }
        }
    }
}

/// Whether a test that holds, or one that fails, says that a setting is set.
fn is_set_where(test: &Expression, setting: &str, holds: bool) -> bool {
    match &test.kind {
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => is_set_where(operand, setting, !holds),
        // Each part of a conjunction holds with it, and each part of a disjunction fails with it.
        ExpressionKind::BooleanOperation { is_and, values } if *is_and == holds => {
            values.iter().any(|value| is_set_where(value, setting, holds))
        }
        ExpressionKind::BooleanOperation { values, .. } => {
            values.iter().all(|value| is_set_where(value, setting, holds))
        }
        ExpressionKind::Compare { left, rest } => match rest.as_slice() {
            [(operator, right)] if is_blank(right) => {
                let is_same = matches!(operator, CompareOperator::Equal | CompareOperator::Is);
                is_same != holds && is_named_in(left, setting)
            }
            [(operator, _)] => {
                let is_negative =
                    matches!(operator, CompareOperator::NotEqual | CompareOperator::NotIn | CompareOperator::IsNot);
                is_negative != holds && is_named_in(test, setting)
            }
            _ => false,
        },
        _ => holds && is_named_in(test, setting),
    }
}

fn is_blank(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::String(text) => text.is_empty(),
        kind => matches!(kind, ExpressionKind::None),
    }
}

/// Whether an expression reads something of a name: a variable, an attribute, a key.
fn is_named_in(expression: &Expression, name: &str) -> bool {
    let mut is_named = false;
    visit::expression(expression, &mut |inner| {
        is_named |= match &inner.kind {
            ExpressionKind::Name(known) | ExpressionKind::Attribute { name: known, .. } => known == name,
            ExpressionKind::String(text) => text == name,
            _ => false,
        };
    });
    is_named
}
