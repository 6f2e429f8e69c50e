//! Comparisons that only keep everything else: `[entry for entry in entries if entry.token != token]` takes one entry out of a
//! list, and the caller learns nothing of it.

use super::Context;
use super::written::innermost;
use crate::flow::walk;
use crate::source::{Place, Span};
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Name, Statement, StatementKind, UnaryOperator};
use crate::syntax::visit;

impl<'p> Context<'_, 'p> {
    /// Whether a comparison keeps the elements of a collection that are not equal, and does nothing else.
    pub(in crate::rules) fn only_sorts_out(&self, place: Place) -> bool {
        let Some(module) = self.index.module(place.file) else { return false };
        let Some(statement) = innermost(&module.body, place.span) else { return false };
        let mut around: Vec<&'p Expression> = Vec::new();
        visit::expressions(std::slice::from_ref(statement), &mut |expression| {
            if expression.span.contains(place.span) {
                around.push(expression);
            }
        });
        let mut keeps_equal = true;
        let mut inner = place.span;
        while let Some(expression) = around.pop() {
            match &expression.kind {
                ExpressionKind::Comprehension { clauses, .. } => {
                    let mut conditions = clauses.iter().flat_map(|clause| &clause.conditions);
                    return !keeps_equal && conditions.any(|condition| condition.span == inner);
                }
                ExpressionKind::Lambda { .. } => {
                    let call = around.pop();
                    return call.and_then(|call| kept_by_filter(call, expression.span)) == Some(!keeps_equal);
                }
                _ => match turns_sense(expression) {
                    Some(is_turned) => keeps_equal ^= is_turned,
                    None => return false,
                },
            }
            inner = expression.span;
        }
        is_kept_in_loop(&module.body, inner, keeps_equal) || self.is_filter_function(place, inner, keeps_equal)
    }

    /// `def is_other(entry): return entry.token != token`, handed to `filter` in the function around it.
    fn is_filter_function(&self, place: Place, returned: Span, keeps_equal: bool) -> bool {
        let functions = self.functions_around(place);
        let [.., outer, function] = functions.as_slice() else { return false };
        let [Statement { kind: StatementKind::Return(Some(value)), .. }] = function.body.as_slice() else {
            return false;
        };
        if value.span != returned {
            return false;
        }
        let (mut uses, mut filters) = (0, 0);
        visit::expressions(&outer.body, &mut |expression| match &expression.kind {
            ExpressionKind::Name(name) if *name == function.name => uses += 1,
            ExpressionKind::Call { arguments, .. } => {
                let first = arguments.first().map(|argument| &argument.value);
                let is_handed =
                    |handed: &&Expression| matches!(&handed.kind, ExpressionKind::Name(name) if *name == function.name);
                let kept = first.filter(is_handed).and_then(|handed| kept_by_filter(expression, handed.span));
                filters += u32::from(kept == Some(!keeps_equal));
            }
            _ => {}
        });
        filters > 0 && uses == filters
    }
}

/// Whether a test around a comparison, or the comparison itself, is met by what is not equal; nothing where it is no such test.
pub(super) fn turns_sense(test: &Expression) -> Option<bool> {
    match &test.kind {
        ExpressionKind::Compare { rest, .. } => match rest.as_slice() {
            [(operator, _)] => Some(matches!(operator, CompareOperator::NotEqual | CompareOperator::NotIn)),
            _ => None,
        },
        ExpressionKind::Unary { operator: UnaryOperator::Not, .. } => Some(true),
        ExpressionKind::BooleanOperation { .. } => Some(false),
        _ => None,
    }
}

/// `for entry in entries: if entry.token != token: kept.append(entry)`.
fn is_kept_in_loop(body: &[Statement], test: Span, keeps_equal: bool) -> bool {
    let Some(statement) = body.iter().find(|statement| statement.span.contains(test)) else { return false };
    if let StatementKind::For { target, body, .. } = &statement.kind
        && let ExpressionKind::Name(element) = &target.kind
        && let [Statement { kind: StatementKind::If { branches, otherwise }, .. }] = body.as_slice()
        && let [(written, then)] = branches.as_slice()
        && written.span == test
    {
        let all_are_taken = then.iter().all(|statement| adds(statement) || is_handed_on(statement, element));
        return !keeps_equal && otherwise.is_empty() && all_are_taken;
    }
    if let StatementKind::If { branches, otherwise } = &statement.kind
        && let [(written, then)] = branches.as_slice()
        && written.span == test
    {
        return !keeps_equal && otherwise.is_empty() && matches!(then.as_slice(), [only] if adds(only));
    }
    walk::bodies(statement).into_iter().any(|inner| is_kept_in_loop(inner, test, keeps_equal))
}

/// For `filter(test, values)`, whether what meets the test goes on; nothing for any other call.
fn kept_by_filter(call: &Expression, test: Span) -> Option<bool> {
    let ExpressionKind::Call { callee, arguments } = &call.kind else { return None };
    let (ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }) = &callee.kind else { return None };
    let is_first = arguments.first().is_some_and(|argument| argument.value.span == test);
    let kept = match name.as_str() {
        "filter" => true,
        "filterfalse" => false,
        _ => return None,
    };
    is_first.then_some(kept)
}

/// `session.delete(entry)`: every other element meets the same end.
fn is_handed_on(statement: &Statement, element: &Name) -> bool {
    let StatementKind::Expression(expression) = &statement.kind else { return false };
    let call = if let ExpressionKind::Await(inner) = &expression.kind { inner } else { expression };
    let ExpressionKind::Call { callee, arguments } = &call.kind else { return false };
    let is_element = |value: &Expression| matches!(&value.kind, ExpressionKind::Name(name) if name == element);
    let is_own_method = matches!(&callee.kind, ExpressionKind::Attribute { value, .. } if is_element(value));
    is_own_method || arguments.iter().any(|argument| is_element(&argument.value))
}

/// Whether a statement puts something into a collection, or hands it to whoever walks over a generator.
fn adds(statement: &Statement) -> bool {
    let StatementKind::Expression(expression) = &statement.kind else { return false };
    match &expression.kind {
        ExpressionKind::Call { callee, .. } => {
            let is_adding = |name: &Name| matches!(name.as_str(), "append" | "add" | "appendleft");
            matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if is_adding(name))
        }
        ExpressionKind::Yield(_) => true,
        _ => false,
    }
}
