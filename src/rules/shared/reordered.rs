//! The fix of a decorator that stands above the one that registers the function: it is moved below.

use super::Context;
use super::edits::Editor;
use crate::finding::Fix;
use crate::flow::event::Above;
use crate::flow::relevant;
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind, Function};
use crate::syntax::visit;

/// The decorator below the last registration that is written like the one it stands above. None where the two share lines, or
/// where the decorator holds a text that may be secret: edits repeat no such thing.
pub(in crate::rules) fn fix(context: &Context<'_, '_>, above: &Above, function: &Function) -> Option<Fix> {
    let decorators = &function.decorators;
    let moved = decorators.iter().find(|decorator| decorator.span == above.place.span)?;
    let registering = decorators.iter().find(|decorator| decorator.span == above.registration.span)?;
    let file = above.place.file;
    let editor = Editor::new(context, file);
    let written = |decorator: &Expression| {
        let callee = match &decorator.kind {
            ExpressionKind::Call { callee, .. } => callee.span,
            _ => decorator.span,
        };
        editor.text(callee.start, callee.end)
    };
    let last = decorators.iter().rfind(|decorator| written(decorator) == written(registering))?;
    if holds_secret(moved) {
        return None;
    }
    let from = lines(context, Place { file, span: moved.span })?;
    let to = lines(context, Place { file, span: last.span })?;
    let text = editor.text(from.start, from.end).to_owned();
    let mut editor = editor;
    editor.replace(from, "");
    editor.insert(to.end, text);
    editor.fix(format!("Move `@{}` below the registration", above.name), false)
}

/// The lines of a decorator, where nothing else stands on them.
fn lines(context: &Context<'_, '_>, decorator: Place) -> Option<Span> {
    let source = context.index.program.source(decorator.file);
    let (first, last) = (source.line(decorator.span.start), source.line(decorator.span.end));
    let start = *source.line_starts().get(first as usize - 1)?;
    let end = *source.line_starts().get(last as usize)?;
    let before = source.slice(Span::new(start, decorator.span.start));
    let behind = source.slice(Span::new(decorator.span.end, end)).trim();
    let is_alone = before.trim() == "@" && (behind.is_empty() || behind.starts_with('#'));
    is_alone.then(|| Span::new(start, end))
}

fn holds_secret(decorator: &Expression) -> bool {
    let mut found = false;
    visit::expression(decorator, &mut |inner| {
        found |= match &inner.kind {
            ExpressionKind::String(text) => relevant::is_distinctive(text),
            ExpressionKind::Bytes(_) | ExpressionKind::Formatted(_) => true,
            _ => false,
        };
    });
    found
}
