//! Visits every expression of a tree, in order of place. Depth is bounded by `lower`.

use super::tree::{Argument, Expression, ExpressionKind, FormattedPart, Parameter, Pattern, Statement, StatementKind};

/// Calls `visit` for each expression in the statements, outer ones first.
pub fn expressions<'t>(body: &'t [Statement], visit: &mut dyn FnMut(&'t Expression)) {
    for statement in body {
        in_statement(statement, visit);
    }
}

fn in_statement<'t>(statement: &'t Statement, visit: &mut dyn FnMut(&'t Expression)) {
    match &statement.kind {
        StatementKind::Expression(value) => expression(value, visit),
        StatementKind::Assign { targets, value } => {
            for target in targets {
                expression(target, visit);
            }
            expression(value, visit);
        }
        StatementKind::AnnotatedAssign { target, annotation, value } => {
            expression(target, visit);
            expression(annotation, visit);
            if let Some(value) = value {
                expression(value, visit);
            }
        }
        StatementKind::AugmentedAssign { target, value, .. } => {
            expression(target, visit);
            expression(value, visit);
        }
        StatementKind::Return(value) => value.iter().for_each(|value| expression(value, visit)),
        StatementKind::Raise { exception, cause } => {
            exception.iter().chain(cause).for_each(|value| expression(value, visit));
        }
        StatementKind::Assert { test, message } => {
            expression(test, visit);
            if let Some(value) = message {
                expression(value, visit);
            }
        }
        StatementKind::Delete(targets) => targets.iter().for_each(|target| expression(target, visit)),
        StatementKind::If { branches, otherwise } => {
            for (test, body) in branches {
                expression(test, visit);
                expressions(body, visit);
            }
            expressions(otherwise, visit);
        }
        StatementKind::While { test, body, otherwise } => {
            expression(test, visit);
            expressions(body, visit);
            expressions(otherwise, visit);
        }
        StatementKind::For { target, iterable, body, otherwise } => {
            expression(target, visit);
            expression(iterable, visit);
            expressions(body, visit);
            expressions(otherwise, visit);
        }
        StatementKind::Try { body, handlers, otherwise, finally } => {
            expressions(body, visit);
            for handler in handlers {
                if let Some(value) = &handler.exception {
                    expression(value, visit);
                }
                expressions(&handler.body, visit);
            }
            expressions(otherwise, visit);
            expressions(finally, visit);
        }
        StatementKind::With { items, body } => {
            for (context, target) in items {
                expression(context, visit);
                if let Some(target) = target {
                    expression(target, visit);
                }
            }
            expressions(body, visit);
        }
        StatementKind::Match { subject, cases } => {
            expression(subject, visit);
            for case in cases {
                pattern(&case.pattern, visit);
                if let Some(guard) = &case.guard {
                    expression(guard, visit);
                }
                expressions(&case.body, visit);
            }
        }
        StatementKind::Function(function) => {
            for decorator in &function.decorators {
                expression(decorator, visit);
            }
            parameters(&function.parameters, visit);
            if let Some(value) = &function.returns {
                expression(value, visit);
            }
            expressions(&function.body, visit);
        }
        StatementKind::Class(class) => {
            for decorator in &class.decorators {
                expression(decorator, visit);
            }
            arguments(&class.arguments, visit);
            expressions(&class.body, visit);
        }
        StatementKind::Pass
        | StatementKind::Break
        | StatementKind::Continue
        | StatementKind::Global(_)
        | StatementKind::Nonlocal(_)
        | StatementKind::Import(_)
        | StatementKind::ImportFrom { .. }
        | StatementKind::Error => {}
    }
}

fn parameters<'t>(list: &'t [Parameter], visit: &mut dyn FnMut(&'t Expression)) {
    for parameter in list {
        parameter.annotation.iter().chain(&parameter.default).for_each(|value| expression(value, visit));
    }
}

fn arguments<'t>(list: &'t [Argument], visit: &mut dyn FnMut(&'t Expression)) {
    for argument in list {
        expression(&argument.value, visit);
    }
}

fn pattern<'t>(matched: &'t Pattern, visit: &mut dyn FnMut(&'t Expression)) {
    match matched {
        Pattern::Value(value) => expression(value, visit),
        Pattern::Or(inner) | Pattern::Sequence(inner) => inner.iter().for_each(|inner| pattern(inner, visit)),
        Pattern::As { pattern: inner, .. } => pattern(inner, visit),
        Pattern::Mapping { entries, .. } => {
            for (key, inner) in entries {
                expression(key, visit);
                pattern(inner, visit);
            }
        }
        Pattern::Class { class, positional, keyword } => {
            expression(class, visit);
            positional.iter().chain(keyword.iter().map(|(_, inner)| inner)).for_each(|inner| pattern(inner, visit));
        }
        Pattern::Capture(_) | Pattern::Star(_) | Pattern::Unknown => {}
    }
}

/// The same for one expression and those inside it.
pub fn expression<'t>(node: &'t Expression, visit: &mut dyn FnMut(&'t Expression)) {
    visit(node);
    match &node.kind {
        ExpressionKind::Formatted(parts) => {
            for part in parts {
                if let FormattedPart::Value { value, .. } = part {
                    expression(value, visit);
                }
            }
        }
        ExpressionKind::Attribute { value, .. }
        | ExpressionKind::Unary { operand: value, .. }
        | ExpressionKind::Walrus { value, .. }
        | ExpressionKind::Starred(value)
        | ExpressionKind::Await(value)
        | ExpressionKind::YieldFrom(value) => expression(value, visit),
        ExpressionKind::Subscript { value, index } => {
            expression(value, visit);
            expression(index, visit);
        }
        ExpressionKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().for_each(|value| expression(value, visit));
        }
        ExpressionKind::Call { callee, arguments: list } => {
            expression(callee, visit);
            arguments(list, visit);
        }
        ExpressionKind::Binary { left, right, .. } => {
            expression(left, visit);
            expression(right, visit);
        }
        ExpressionKind::BooleanOperation { values, .. }
        | ExpressionKind::Tuple(values)
        | ExpressionKind::List(values)
        | ExpressionKind::Set(values) => values.iter().for_each(|value| expression(value, visit)),
        ExpressionKind::Compare { left, rest } => {
            expression(left, visit);
            for (_, value) in rest {
                expression(value, visit);
            }
        }
        ExpressionKind::Conditional { test, body, otherwise } => {
            for value in [test, body, otherwise] {
                expression(value, visit);
            }
        }
        ExpressionKind::Lambda { parameters: list, body } => {
            parameters(list, visit);
            expression(body, visit);
        }
        ExpressionKind::Dictionary(entries) => {
            for (key, value) in entries {
                if let Some(key) = key {
                    expression(key, visit);
                }
                expression(value, visit);
            }
        }
        ExpressionKind::Comprehension { key, element, clauses, .. } => {
            if let Some(key) = key {
                expression(key, visit);
            }
            expression(element, visit);
            for clause in clauses {
                expression(&clause.target, visit);
                expression(&clause.iterable, visit);
                for condition in &clause.conditions {
                    expression(condition, visit);
                }
            }
        }
        ExpressionKind::Yield(value) => value.iter().for_each(|value| expression(value, visit)),
        ExpressionKind::Name(_)
        | ExpressionKind::String(_)
        | ExpressionKind::Bytes(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Boolean(_)
        | ExpressionKind::None
        | ExpressionKind::Ellipsis
        | ExpressionKind::Opaque => {}
    }
}
