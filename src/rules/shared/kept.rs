//! What is kept for the request and read by log lines alone: `request.state.tenant = claims["tenant"]`. Looks at what is written
//! only.

use super::Context;
use super::written::innermost;
use crate::flow::{logs, walk};
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// Whether the attribute that the statement around a place sets is read somewhere, and nowhere but in log lines. What frameworks
/// and templates read by its name is no such thing.
pub(in crate::rules) fn is_kept_for_log(place: Place, context: &Context<'_, '_>) -> bool {
    let Some(module) = context.index.module(place.file) else { return false };
    let Some(Statement { kind: StatementKind::Assign { targets, .. }, .. }) = innermost(&module.body, place.span)
    else {
        return false;
    };
    let Some((holder, name)) = targets.iter().find_map(held) else { return false };
    if matches!(name, "user" | "auth") {
        return false;
    }
    let mut reads = Reads { holder, name, in_log: false, elsewhere: false };
    for file in context.files_naming(place.file, name).filter(|file| !context.is_test(*file)) {
        if let Some(module) = context.index.module(file) {
            reads.look(&module.body);
        }
    }
    reads.in_log && !reads.elsewhere
}

/// What the assignments of a body set.
fn targets_in(body: &[Statement], found: &mut Vec<Span>) {
    for statement in body {
        if let StatementKind::Assign { targets, .. } = &statement.kind {
            found.extend(targets.iter().map(|target| target.span));
        }
        walk::bodies(statement).into_iter().for_each(|inner| targets_in(inner, found));
    }
}

/// `logger.info(…)`
fn is_log_call(expression: &Expression) -> bool {
    let ExpressionKind::Call { callee, .. } = &expression.kind else { return false };
    let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return false };
    logs::is_level(name) && last(value).is_some_and(logs::is_logger_name)
}

/// The last part of the object's name, and the attribute: `state` and `tenant` of `request.state.tenant`.
fn held(target: &Expression) -> Option<(&str, &str)> {
    let ExpressionKind::Attribute { value, name, .. } = &target.kind else { return None };
    Some((last(value)?, name))
}

fn last(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name),
        _ => None,
    }
}

struct Reads<'a> {
    holder: &'a str,
    name: &'a str,
    in_log: bool,
    elsewhere: bool,
}

impl Reads<'_> {
    fn look(&mut self, body: &[Statement]) {
        let (mut lines, mut written) = (Vec::new(), Vec::new());
        targets_in(body, &mut written);
        visit::expressions(body, &mut |expression| {
            if is_log_call(expression) {
                lines.push(expression.span);
            }
            if self.is_read(expression) && !written.contains(&expression.span) {
                let is_logged = lines.iter().any(|line| line.contains(expression.span));
                self.in_log |= is_logged;
                self.elsewhere |= !is_logged;
            }
        });
    }

    fn is_read(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Attribute { .. } => held(expression) == Some((self.holder, self.name)),
            // `getattr(request.state, "tenant", None)`
            ExpressionKind::Call { callee, arguments } => {
                let mut given = arguments.iter().map(|argument| &argument.value);
                matches!(&callee.kind, ExpressionKind::Name(name) if name == "getattr")
                    && given.next().and_then(last) == Some(self.holder)
                    && given
                        .next()
                        .is_some_and(|name| matches!(&name.kind, ExpressionKind::String(text) if text == self.name))
            }
            _ => false,
        }
    }
}
