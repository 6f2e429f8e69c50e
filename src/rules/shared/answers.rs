//! What the program has found out about an answer of another service before a place is reached.

use super::Context;
use crate::flow::walk;
use crate::models::Models;
use crate::models::schema::ClientAnswerModel;
use crate::source::{Place, Span};
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind, UnaryOperator};

/// Whether a place is reached only where a request failed: such an answer says why, and holds no token.
pub(in crate::rules) fn is_after_failure(context: &Context<'_, '_>, place: Place) -> bool {
    body_around(context, place).is_some_and(|body| fails_around(body, place.span, context.models))
}

/// Whether a place is reached only where a request succeeded: inside of a test for that, or after one that leaves on an error.
pub(in crate::rules) fn is_after_success(context: &Context<'_, '_>, place: Place) -> bool {
    body_around(context, place).is_some_and(|body| succeeds_before(body, place.span, context.models))
}

/// The statements of the function around a place, or of the script that it stands in.
fn body_around<'p>(context: &Context<'_, 'p>, place: Place) -> Option<&'p [Statement]> {
    match context.function_around(place) {
        Some(function) => Some(&function.body),
        None => Some(&context.index.module(place.file)?.body),
    }
}

fn succeeds_before(body: &[Statement], span: Span, models: &Models) -> bool {
    let Some(at) = body.iter().position(|statement| statement.span.contains(span)) else { return false };
    let (before, rest) = body.split_at(at);
    let is_guarded = before.iter().any(|statement| match &statement.kind {
        StatementKind::If { branches, .. } => {
            branches.iter().any(|(test, body)| outcome(test, models) == Some(false) && ends(body))
        }
        StatementKind::Expression(_) => raises(std::slice::from_ref(statement), models),
        // What an answer raises is answered by leaving.
        StatementKind::Try { body, handlers, .. } => {
            !handlers.is_empty() && handlers.iter().all(|handler| ends(&handler.body)) && raises(body, models)
        }
        _ => false,
    });
    let Some(statement) = rest.first() else { return is_guarded };
    let is_inside = match &statement.kind {
        StatementKind::If { branches, .. } => branches.iter().any(|(test, body)| {
            outcome(test, models) == Some(true) && body.iter().any(|inner| inner.span.contains(span))
        }),
        _ => false,
    };
    is_guarded || is_inside || walk::bodies(statement).into_iter().any(|inner| succeeds_before(inner, span, models))
}

/// Whether a statement of a body raises where an answer is an error.
fn raises(body: &[Statement], models: &Models) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, .. }, .. }) => {
            matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if says(models, name, |answer| &answer.raises))
        }
        _ => false,
    })
}

fn fails_around(body: &[Statement], span: Span, models: &Models) -> bool {
    let Some(at) = body.iter().position(|statement| statement.span.contains(span)) else { return false };
    let (before, rest) = body.split_at(at);
    // `if "access_token" in answer: return …`: behind it there is none.
    let is_left_over = before.iter().any(|statement| match &statement.kind {
        StatementKind::If { branches, .. } => {
            branches.iter().any(|(test, body)| outcome(test, models) == Some(true) && ends(body))
        }
        _ => false,
    });
    let Some(statement) = rest.first() else { return is_left_over };
    let holds = |body: &[Statement]| body.iter().any(|inner| inner.span.contains(span));
    let here = match &statement.kind {
        StatementKind::If { branches, otherwise } => {
            let is_inside = branches.iter().any(|(test, body)| holds(body) && outcome(test, models) == Some(false));
            is_inside || (holds(otherwise) && branches.iter().any(|(test, _)| outcome(test, models) == Some(true)))
        }
        _ => false,
    };
    here || is_left_over || walk::bodies(statement).into_iter().any(|inner| fails_around(inner, span, models))
}

/// Whether nothing behind a body is reached from it.
fn ends(body: &[Statement]) -> bool {
    walk::leaves(body) || body.last().is_some_and(|last| matches!(last.kind, StatementKind::Return(_)))
}

/// What a test that holds says of an answer: `Some(true)` that it is good, `Some(false)` that it is an error.
fn outcome(test: &Expression, models: &Models) -> Option<bool> {
    match &test.kind {
        ExpressionKind::Attribute { name, .. } if says(models, name, |answer| &answer.good) => Some(true),
        ExpressionKind::Attribute { name, .. } if says(models, name, |answer| &answer.error) => Some(false),
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => {
            outcome(operand, models).map(|is_good| !is_good)
        }
        // Each of several that must hold says what it says; of several that may, only what all of them say is known.
        ExpressionKind::BooleanOperation { is_and, values } => {
            let said: Vec<Option<bool>> = values.iter().map(|value| outcome(value, models)).collect();
            if *is_and {
                said.into_iter().flatten().next()
            } else {
                said.iter().all(|one| *one == Some(false)).then_some(false)
            }
        }
        ExpressionKind::Compare { left, rest } => match rest.as_slice() {
            [(operator, right)] if is_status(left, models) => compared(*operator, right),
            // What a token endpoint answers holds a token or says what is wrong (RFC 6749 section 5).
            [(CompareOperator::In, _)] => held(left),
            [(CompareOperator::NotIn, _)] => held(left).map(|is_good| !is_good),
            _ => None,
        },
        _ => None,
    }
}

/// What it says of an answer that it has a key.
fn held(key: &Expression) -> Option<bool> {
    match &key.kind {
        ExpressionKind::String(name) if matches!(name.as_str(), "access_token" | "id_token") => Some(true),
        ExpressionKind::String(name) if name == "error" => Some(false),
        _ => None,
    }
}

fn is_status(value: &Expression, models: &Models) -> bool {
    match &value.kind {
        ExpressionKind::Attribute { name, .. } => says(models, name, |answer| &answer.status),
        // A name that was given to it: `status`, `answer_status_code`.
        ExpressionKind::Name(name) => {
            let bare = name.find("status_code").map_or(name.as_str(), |at| &name[at..]);
            says(models, bare, |answer| &answer.status)
        }
        _ => false,
    }
}

/// Whether a word is among those with which the answers of any client say something.
fn says(models: &Models, word: &str, words: fn(&ClientAnswerModel) -> &Vec<String>) -> bool {
    models.client_answers().iter().any(|answer| words(answer).iter().any(|known| known == word))
}

fn compared(operator: CompareOperator, with: &Expression) -> Option<bool> {
    let codes: Vec<i64> = match &with.kind {
        ExpressionKind::Tuple(values) | ExpressionKind::List(values) | ExpressionKind::Set(values) => {
            values.iter().map(code).collect::<Option<_>>()?
        }
        _ => vec![code(with)?],
    };
    let are_good = codes.iter().all(|code| (200..300).contains(code));
    let are_errors = codes.iter().all(|code| *code >= 300);
    match operator {
        CompareOperator::Equal | CompareOperator::In if are_good => Some(true),
        CompareOperator::NotEqual | CompareOperator::NotIn if are_good => Some(false),
        CompareOperator::Equal | CompareOperator::In if are_errors => Some(false),
        CompareOperator::GreaterOrEqual | CompareOperator::Greater if codes.iter().all(|code| *code >= 299) => {
            Some(false)
        }
        CompareOperator::Less | CompareOperator::LessOrEqual if codes.iter().all(|code| (299..=400).contains(code)) => {
            Some(true)
        }
        _ => None,
    }
}

/// A status as a number or as the constant that names it: `requests.codes.ok`, `HTTPStatus.OK`, `status.HTTP_200_OK`.
fn code(value: &Expression) -> Option<i64> {
    match &value.kind {
        ExpressionKind::Integer(number) => *number,
        ExpressionKind::Attribute { name, .. } if name.eq_ignore_ascii_case("ok") => Some(200),
        ExpressionKind::Attribute { name, .. } => name.strip_prefix("HTTP_")?.get(..3)?.parse().ok(),
        _ => None,
    }
}
