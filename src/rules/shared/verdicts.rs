//! What becomes of a verdict in the function that has it: names that nobody reads, tests after which the same happens whatever
//! they say. Asked of the text of the function; what statements do the flow has said (`Facts::idle`).

use super::Context;
use crate::flow::event::{Binding, Facts};
use crate::flow::evidence::{Check, CheckKind};
use crate::flow::walk;
use crate::models::Meaning;
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};

/// Whether an identity is there because a library's guard asked a callback of the program: what that checked is written down too.
pub(in crate::rules) fn asks_program(check: &Check, facts: &Facts<'_>, context: &Context<'_, '_>) -> bool {
    let meaning = facts.verifiers.get(&check.place).and_then(|name| context.models.meaning(name));
    check.kind == CheckKind::Identity && matches!(meaning, Some(Meaning::Verify(model)) if !model.asks.is_empty())
}

/// A verdict that is dropped, or bound to names that nobody reads but to write them to a log.
pub(in crate::rules) fn goes_nowhere(binding: Option<Binding>, context: &Context<'_, '_>, facts: &Facts<'_>) -> bool {
    let Some(bound) = binding else { return true };
    let Some(function) = context.function_around(bound.names) else { return false };
    let names = words(context.index.text(bound.names));
    let mut names = names.filter(|name| !name.is_empty());
    names.all(|name| is_never_read(name, bound, function.span, context, facts))
}

/// `if not compare_digest(…): log.warning(…)`: the check is a test, and whatever it says, the same happens.
pub(in crate::rules) fn decides_nothing(check: Place, context: &Context<'_, '_>, facts: &Facts<'_>) -> bool {
    let Some(function) = context.function_around(check) else { return false };
    let may_return = !returns_something(&function.body);
    let body = Body { function, check, context, facts };
    body.decides_nothing(&function.body, may_return).unwrap_or(false)
}

/// A function that makes a check.
struct Body<'a, 'i, 'c, 'f> {
    function: &'a Function,
    check: Place,
    context: &'a Context<'i, 'c>,
    facts: &'a Facts<'f>,
}

impl Body<'_, '_, '_, '_> {
    /// Whether the `if` whose test holds the check decides nothing; none where there is no such `if`. A branch that returns
    /// decides nothing where nothing follows.
    fn decides_nothing(&self, body: &[Statement], is_last: bool) -> Option<bool> {
        let at = body.iter().position(|statement| statement.span.contains(self.check.span))?;
        let (statement, rest) = (body.get(at)?, body.get(at + 1..).unwrap_or_default());
        let is_last = is_last && rest.iter().all(|statement| self.is_idle(statement, true));
        if let StatementKind::If { branches, otherwise } = &statement.kind
            && branches.iter().any(|(test, _)| test.span.contains(self.check.span))
        {
            let mut bodies = branches.iter().map(|(_, body)| body).chain([otherwise]);
            return Some(bodies.all(|body| body.iter().all(|statement| self.is_idle(statement, is_last))));
        }
        walk::bodies(statement).into_iter().find_map(|inner| self.decides_nothing(inner, is_last))
    }

    /// Whether a statement changes nothing, for what comes after it and for anybody else.
    fn is_idle(&self, statement: &Statement, may_return: bool) -> bool {
        let at = |span: Span| Place { file: self.check.file, span };
        match &statement.kind {
            StatementKind::Pass => true,
            StatementKind::Return(value) => {
                may_return && value.as_ref().is_none_or(|value| matches!(value.kind, ExpressionKind::None))
            }
            StatementKind::Expression(Expression {
                kind: ExpressionKind::String(_) | ExpressionKind::Ellipsis,
                ..
            }) => true,
            StatementKind::Expression(expression) => self.facts.idle.contains(&at(expression.span)),
            StatementKind::Assign { targets, value } => {
                let is_written = matches!(
                    value.kind,
                    ExpressionKind::None
                        | ExpressionKind::Boolean(_)
                        | ExpressionKind::String(_)
                        | ExpressionKind::Integer(_)
                );
                is_written
                    && targets.iter().all(|target| {
                        let ExpressionKind::Name(name) = &target.kind else { return false };
                        let bound = Binding { names: at(target.span), end: value.span.end };
                        is_never_read(name, bound, self.function.span, self.context, self.facts)
                    })
            }
            _ => false,
        }
    }
}

/// Whether a function mentions a name nowhere behind its binding but in statements that change nothing. A binding is no mention.
fn is_never_read(name: &str, bound: Binding, function: Span, context: &Context<'_, '_>, facts: &Facts<'_>) -> bool {
    let piece =
        |start: u32, end: u32| context.index.text(Place { file: bound.names.file, span: Span::new(start, end) });
    let mut start = bound.end;
    let mut pieces = Vec::new();
    for idle in facts.idle.iter().filter(|idle| idle.file == bound.names.file && idle.span.end <= function.end) {
        if idle.span.start >= start {
            pieces.push(piece(start, idle.span.start));
            start = idle.span.end;
        }
    }
    pieces.push(piece(start, function.end.max(start)));
    pieces.into_iter().all(|piece| words(piece).all(|word| word != name))
}

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
}

fn returns_something(body: &[Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Return(Some(value)) => !matches!(value.kind, ExpressionKind::None),
        StatementKind::Function(_) | StatementKind::Class(_) => false,
        _ => walk::bodies(statement).into_iter().any(returns_something),
    })
}
