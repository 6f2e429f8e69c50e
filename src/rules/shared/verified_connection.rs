//! The fix of a connection whose other side nobody checks: the switch is taken out, or turned.

use super::Context;
use super::edits::{Editor, call_parts};
use super::written::innermost;
use crate::finding::Fix;
use crate::flow::walk;
use crate::source::Place;
use crate::syntax::tree::{ArgumentKind, Expression, ExpressionKind, Statement, StatementKind};

/// For the place where the check is switched off. Unsafe: a peer with another certificate is no longer reached.
pub(in crate::rules) fn fix(context: &Context<'_, '_>, off: Place) -> Option<Fix> {
    let mut editor = Editor::new(context, off.file);
    match context.expression_at(off).filter(|value| call_parts(value).is_some()) {
        Some(call) => in_call(&mut editor, call)?,
        None => in_assignment(&mut editor, &context.index.module(off.file)?.body, off)?,
    }
    editor.fix("Check the certificate of the other side", false)
}

/// `f(…, verify=False)`, `ssl._create_unverified_context()`.
fn in_call(editor: &mut Editor<'_, '_, '_>, call: &Expression) -> Option<()> {
    let (callee, arguments) = call_parts(call)?;
    let mut switches = arguments.iter().filter_map(|argument| match &argument.kind {
        ArgumentKind::Keyword(name) if is_off(&argument.value) => Some(name),
        _ => None,
    });
    match (switches.next(), switches.next(), &callee.kind) {
        (Some(name), None, _) => editor.drop_keyword(call, name),
        (None, _, ExpressionKind::Attribute { name, name_span, .. })
            if name == "_create_unverified_context" && arguments.is_empty() =>
        {
            editor.replace(*name_span, "create_default_context");
            Some(())
        }
        _ => None,
    }
}

/// `session.verify = False`, `context.verify_mode = ssl.CERT_NONE`.
fn in_assignment(editor: &mut Editor<'_, '_, '_>, body: &[Statement], off: Place) -> Option<()> {
    let StatementKind::Assign { targets, value } = &innermost(body, off.span)?.kind else { return None };
    let [Expression { kind: ExpressionKind::Attribute { value: owner, .. }, .. }] = targets.as_slice() else {
        return None;
    };
    turn(editor, value)?;
    // A context that requires a certificate must also look at whom it is for.
    let owner = editor.text(owner.span.start, owner.span.end);
    let around = editor.context.function_around(off);
    hostname_switches(around.map_or(body, |function| &function.body), &mut |target, value| {
        if editor.text(target.span.start, target.span.end) == owner {
            editor.turn_on(value);
        }
    });
    Some(())
}

fn is_off(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Boolean(truth) => !truth,
        ExpressionKind::String(text) => text == "CERT_NONE",
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name == "CERT_NONE",
        _ => false,
    }
}

fn turn(editor: &mut Editor<'_, '_, '_>, value: &Expression) -> Option<()> {
    match &value.kind {
        ExpressionKind::Attribute { name, name_span, .. } if name == "CERT_NONE" => {
            editor.replace(*name_span, "CERT_REQUIRED");
            Some(())
        }
        _ => editor.turn_on(value),
    }
}

/// Every `owner.check_hostname = value`.
fn hostname_switches<'t>(body: &'t [Statement], found: &mut dyn FnMut(&'t Expression, &'t Expression)) {
    for statement in body {
        if let StatementKind::Assign { targets, value } = &statement.kind
            && let [Expression { kind: ExpressionKind::Attribute { value: owner, name, .. }, .. }] = targets.as_slice()
            && name == "check_hostname"
        {
            found(owner, value);
        }
        if !matches!(statement.kind, StatementKind::Function(_) | StatementKind::Class(_)) {
            walk::bodies(statement).into_iter().for_each(|inner| hostname_switches(inner, found));
        }
    }
}
