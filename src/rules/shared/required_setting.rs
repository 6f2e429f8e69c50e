//! The fix of a secret that may be unset: `os.environ["NAME"]`, which raises at start where the variable is missing.

use super::Context;
use super::edits::{Editor, call_parts};
use crate::finding::Fix;
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind};

const TITLE: &str = "Refuse to start without it";

/// For the call that reads the variable, wherever it stands.
pub(in crate::rules) fn fix(context: &Context<'_, '_>, read: Place) -> Option<Fix> {
    let mut editor = Editor::new(context, read.file);
    demand(&mut editor, context.expression_at(read)?)?;
    editor.fix(TITLE, false)
}

/// For the literal that stands in for the variable: `getenv("NAME", "literal")`, `getenv("NAME") or "literal"`.
pub(in crate::rules) fn fix_default(context: &Context<'_, '_>, literal: Place) -> Option<Fix> {
    let around = context.expression_around(literal)?;
    let mut editor = Editor::new(context, literal.file);
    match &around.kind {
        ExpressionKind::Call { .. } => demand(&mut editor, around)?,
        ExpressionKind::BooleanOperation { is_and: false, values } => {
            let [read, fallback] = values.as_slice() else { return None };
            if fallback.span != literal.span {
                return None;
            }
            demand(&mut editor, read)?;
            editor.replace(Span::new(read.span.end, around.span.end), "");
        }
        _ => return None,
    }
    editor.fix(TITLE, false)
}

/// For a literal that a name is given: `NAME = "literal"` becomes `NAME = os.environ["NAME"]`. Names of one word say too little
/// to be called so outside the file.
pub(in crate::rules) fn fix_literal(context: &Context<'_, '_>, literal: Place) -> Option<Fix> {
    let written = context.expression_at(literal)?;
    let name = context.name_given(literal)?;
    let is_telling = name.contains('_') || name.chars().all(|letter| letter.is_ascii_uppercase());
    let suffix = match &written.kind {
        // A scheme before it is no part of the secret.
        ExpressionKind::String(text) if !text.contains(' ') => "",
        ExpressionKind::Bytes(text) if !text.contains(' ') => ".encode()",
        _ => return None,
    };
    if !is_telling || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return None;
    }
    let mut editor = Editor::new(context, literal.file);
    let module = editor.module("os")?;
    editor.replace(written.span, format!("{module}.environ[\"{}\"]{suffix}", name.to_ascii_uppercase()));
    editor.fix("Read it from the environment", false)
}

/// `os.getenv("NAME", …)` and `os.environ.get("NAME", …)` become `os.environ["NAME"]`, `app.config.get("NAME", …)` becomes
/// `app.config["NAME"]`.
fn demand(editor: &mut Editor<'_, '_, '_>, read: &Expression) -> Option<()> {
    let (callee, arguments) = call_parts(read)?;
    let written = editor.text(callee.span.start, callee.span.end);
    let is_configuration = written == "config.get" || written.ends_with(".config.get");
    if !is_configuration && !matches!(written, "os.getenv" | "os.environ.get" | "getenv" | "environ.get") {
        return None;
    }
    let name = &arguments.first()?.value;
    let is_literal = matches!(name.kind, ExpressionKind::String(_) | ExpressionKind::Name(_));
    if !is_literal || editor.text(callee.span.end, name.span.start).trim() != "(" {
        return None;
    }
    if is_configuration {
        editor.replace(Span::new(callee.span.end - ".get".len() as u32, name.span.start), "[");
    } else {
        let module = editor.module("os")?;
        editor.replace(Span::new(callee.span.start, name.span.start), format!("{module}.environ["));
    }
    editor.replace(Span::new(name.span.end, read.span.end), "]");
    Some(())
}
