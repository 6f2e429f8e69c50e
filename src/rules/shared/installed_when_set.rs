//! Classes that the program names, as text, and functions that it names only where a setting is set: middleware that settings
//! add to their list, guards that are installed. And what the start of the program makes of a setting that is not set.

use super::Context;
use crate::flow::walk;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind, UnaryOperator};
use crate::syntax::visit;

/// Whether the class or function around a place is only put to use under a test of a setting.
pub(in crate::rules) fn is_installed_only_with(setting: &str, place: Place, context: &Context<'_, '_>) -> bool {
    let body = context.index.module(place.file).map(|module| module.body.as_slice()).unwrap_or_default();
    let around = body.iter().find(|statement| statement.span.contains(place.span)).map(|statement| &statement.kind);
    let wanted = match around {
        Some(StatementKind::Class(class)) => Wanted { name: &class.name, is_text: true, setting },
        Some(StatementKind::Function(function)) => Wanted { name: &function.name, is_text: false, setting },
        _ => return false,
    };
    let mut named = Named::default();
    for file in context.files_naming(place.file, wanted.name).filter(|file| !context.is_test(*file)) {
        let body = context.index.module(file).map(|module| module.body.as_slice()).unwrap_or_default();
        named.look(body, &wanted, false);
    }
    named.under_test && !named.elsewhere
}

/// Whether the module that reads a setting asks, where it is loaded, whether it is unset, and then stops or decides something by it.
pub(in crate::rules) fn is_settled_at_start(read: Place, context: &Context<'_, '_>) -> bool {
    let Some(name) = context.name_given(read) else { return false };
    let body = context.index.module(read.file).map(|module| module.body.as_slice()).unwrap_or_default();
    let settles = |body: &[Statement]| {
        walk::leaves(body)
            || body.iter().any(|statement| {
                matches!(
                    statement.kind,
                    StatementKind::Assign { .. } | StatementKind::AnnotatedAssign { value: Some(_), .. }
                )
            })
    };
    body.iter().any(|statement| {
        let StatementKind::If { branches, .. } = &statement.kind else { return false };
        branches.iter().any(|(test, body)| asks_whether_unset(test, name) && settles(body))
    })
}

/// Whether a test is met, whatever else it asks, by a variable that is not set.
fn asks_whether_unset(test: &Expression, name: &str) -> bool {
    let is_it = |expression: &Expression| matches!(&expression.kind, ExpressionKind::Name(known) if known == name);
    match &test.kind {
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => is_it(operand),
        ExpressionKind::BooleanOperation { values, .. } => values.iter().any(|value| asks_whether_unset(value, name)),
        ExpressionKind::Compare { left, rest } => {
            matches!(rest.as_slice(), [(CompareOperator::Equal | CompareOperator::Is, right)] if is_blank(right))
                && is_it(left)
        }
        _ => false,
    }
}

/// What is looked for, and under which setting.
struct Wanted<'a> {
    name: &'a str,
    /// Whether it is named as text: `"shop.guards.KeyMiddleware"`.
    is_text: bool,
    setting: &'a str,
}

impl Wanted<'_> {
    fn is(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::String(text) => self.is_text && text.rsplit('.').next() == Some(self.name),
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => !self.is_text && name == self.name,
            _ => false,
        }
    }
}

#[derive(Default)]
struct Named {
    under_test: bool,
    elsewhere: bool,
}

impl Named {
    fn look(&mut self, body: &[Statement], wanted: &Wanted<'_>, is_tested: bool) {
        for statement in body {
            let inner = walk::bodies(statement);
            if let StatementKind::If { branches, .. } = &statement.kind {
                for (test, body) in branches {
                    self.look(body, wanted, is_tested || is_set_where(test, wanted.setting, true));
                }
                for otherwise in inner.iter().skip(branches.len()) {
                    self.look(otherwise, wanted, is_tested);
                }
            } else if inner.is_empty() {
                let mut names_it = false;
                visit::expressions(std::slice::from_ref(statement), &mut |expression| {
                    names_it |= wanted.is(expression);
                });
                self.under_test |= names_it && is_tested;
                self.elsewhere |= names_it && !is_tested;
            } else {
                for inner in inner {
                    self.look(inner, wanted, is_tested);
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
            ExpressionKind::Name(known) | ExpressionKind::Attribute { name: known, .. } => {
                known.trim_start_matches('_') == name
            }
            ExpressionKind::String(text) => text == name,
            _ => false,
        };
    });
    is_named
}
