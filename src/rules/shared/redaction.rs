//! The fix of a log line that tells too much: a fixed word in place of the argument.

use super::Context;
use super::edits::{Editor, call_parts};
use crate::finding::Fix;
use crate::flow::origin::Origin;
use crate::source::{Place, Span};
use crate::syntax::tree::{ArgumentKind, ExpressionKind, FormattedPart};

/// What stands in the log instead.
const WORD: &str = "[redacted]";

/// The call at a place with its argument of this position redacted; none where others use the same line for other values,
/// or where it is not plain which part of the argument carries the value.
pub(in crate::rules) fn fix(
    context: &Context<'_, '_>,
    call: Place,
    position: Option<usize>,
    origin: &Origin,
) -> Option<Fix> {
    // A helper that logs what it is given is right for what is no secret.
    if !origin.trail.is_local() {
        return None;
    }
    let (_, arguments) = call_parts(context.expression_at(call)?)?;
    let argument = arguments.get(position?)?;
    if arguments.iter().any(|argument| argument.kind == ArgumentKind::List) {
        return None;
    }
    let mut editor = Editor::new(context, call.file);
    match &argument.value.kind {
        ExpressionKind::Formatted(parts) => {
            let mut values = parts.iter().filter_map(|part| match part {
                FormattedPart::Value { value, .. } => Some(value.span),
                FormattedPart::Text(_) => None,
            });
            let (Some(value), None) = (values.next(), values.next()) else { return None };
            editor.replace(braces(&editor, argument.value.span, value)?, WORD);
        }
        ExpressionKind::Name(_)
        | ExpressionKind::Attribute { .. }
        | ExpressionKind::Subscript { .. }
        | ExpressionKind::Call { .. }
        | ExpressionKind::Dictionary(_) => editor.replace(argument.value.span, format!("\"{WORD}\"")),
        _ => return None,
    }
    editor.fix("Write a fixed word in its place", false)
}

/// `{value}` around a value of an f-string, with whatever conversion and format follow.
fn braces(editor: &Editor<'_, '_, '_>, whole: Span, value: Span) -> Option<Span> {
    let before = editor.text(whole.start, value.start);
    let open = before.trim_end().strip_suffix('{')?.len() as u32;
    let close = editor.text(value.end, whole.end).find('}')? as u32;
    Some(Span::new(whole.start + open, value.end + close + 1))
}
