//! The fix of an ordinary comparison: `hmac.compare_digest` with both sides as `bytes`.
//!
//! Safe only where both sides are known to be text, or both `bytes`, and neither can be `None`: `compare_digest` raises on
//! `None`, on a mixture, and on text that is not ASCII (`CPython` 3.11), so text is encoded.

use super::Context;
use super::edits::Editor;
use crate::finding::Fix;
use crate::flow::event::{Comparison, Operand};
use crate::flow::origin::{Channel, OriginKind, Origins, Step, Store, Trail};
use crate::flow::value::{Constant, Nullness, Shape};
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind};

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Text,
    Bytes,
    Unknown,
}

/// The comparison as a call of `hmac.compare_digest`; none where it is not one `==` or `!=`.
pub(in crate::rules) fn fix(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> Option<Fix> {
    let whole = context.expression_at(comparison.place)?;
    let ExpressionKind::Compare { left, rest } = &whole.kind else { return None };
    let [(operator, right)] = rest.as_slice() else { return None };
    let negation = match operator {
        CompareOperator::Equal => "",
        CompareOperator::NotEqual => "not ",
        _ => return None,
    };
    let operand_of = |side: &Expression| {
        [&comparison.presented, &comparison.expected].into_iter().find(|operand| operand.place.span == side.span)
    };
    let operands = (operand_of(left)?, operand_of(right)?);
    let made = (made(operands.0, left), made(operands.1, right));
    if matches!(made, (Made::Text, Made::Bytes) | (Made::Bytes, Made::Text)) {
        return None;
    }
    let mut editor = Editor::new(context, comparison.place.file);
    let module = editor.module("hmac")?;
    let gap = editor.text(left.span.end, right.span.start);
    let sign = if *operator == CompareOperator::Equal { "==" } else { "!=" };
    let at = gap.find(sign)?;
    let is_plain = |text: &str| text.chars().all(|letter| letter.is_whitespace() || matches!(letter, '(' | ')' | '\\'));
    if !is_plain(gap.get(..at)?) || !is_plain(gap.get(at + sign.len()..)?) {
        return None;
    }
    let before = gap.get(..at)?.trim_end().len() as u32;
    let after = (at + sign.len()) as u32;
    let spaces = gap.get(at + sign.len()..)?.chars().take_while(|letter| *letter == ' ').count() as u32;
    editor.insert(whole.span.start, format!("{negation}{module}.compare_digest("));
    if made == (Made::Text, Made::Text) {
        encode(&mut editor, left, whole.span.start, left.span.end + before);
        encode(&mut editor, right, left.span.end + after + spaces, whole.span.end);
    }
    editor.replace(span(left.span.end + before, left.span.end + after + spaces), ", ");
    editor.insert(whole.span.end, ")");
    let is_there = |operand: &Operand<'_>| !operand.value.nullness.may_be(Nullness::NONE);
    let is_safe = made.0 != Made::Unknown && made.0 == made.1 && is_there(operands.0) && is_there(operands.1);
    editor.fix("Compare in constant time", is_safe)
}

fn span(start: u32, end: u32) -> crate::source::Span {
    crate::source::Span::new(start, end)
}

/// `.encode()` behind an operand that stands between two offsets, in brackets where it has none and needs them.
fn encode(editor: &mut Editor<'_, '_, '_>, operand: &Expression, start: u32, end: u32) {
    let is_primary = matches!(
        operand.kind,
        ExpressionKind::Name(_)
            | ExpressionKind::Attribute { .. }
            | ExpressionKind::Subscript { .. }
            | ExpressionKind::Call { .. }
            | ExpressionKind::String(_)
            | ExpressionKind::Formatted(_)
    );
    // Neighbouring literals and brackets that reach further than one operand are left alone.
    let has_brackets = editor.text(start, operand.span.start).contains('(');
    if has_brackets || is_primary {
        editor.insert(if has_brackets { end } else { operand.span.end }, ".encode()");
    } else {
        editor.insert(operand.span.start, "(");
        editor.insert(operand.span.end, ").encode()");
    }
}

/// What an operand is made of, by how it is written and by where its value comes from.
fn made(operand: &Operand<'_>, written: &Expression) -> Made {
    if let Shape::Constant(Constant::Text { is_bytes, .. }) = &operand.value.shape {
        return if *is_bytes { Made::Bytes } else { Made::Text };
    }
    let by_form = match &written.kind {
        ExpressionKind::Formatted(_) => Made::Text,
        ExpressionKind::Call { callee, .. } => match &callee.kind {
            ExpressionKind::Attribute { name, .. } => made_by(name),
            _ => Made::Unknown,
        },
        _ => Made::Unknown,
    };
    if by_form == Made::Unknown { made_of(&operand.value.origins) } else { by_form }
}

/// What a method or function makes.
fn made_by(name: &str) -> Made {
    match name.rsplit('.').next().unwrap_or_default() {
        "encode" | "digest" | "b64decode" | "urlsafe_b64decode" | "unhexlify" | "fromhex" | "hexlify" | "b64encode"
        | "urlsafe_b64encode" | "read_bytes" | "bytes" => Made::Bytes,
        "decode" | "hexdigest" | "hex" | "str" | "read_text" => Made::Text,
        _ => Made::Unknown,
    }
}

/// All origins agree, or nothing is known.
fn made_of(origins: &Origins) -> Made {
    let mut all = origins.iter().map(|origin| {
        let steps = std::iter::successors(Some(&*origin.trail), |trail: &&Trail| trail.previous.as_deref());
        let last = steps
            .filter_map(|trail| match &trail.step {
                Step::Derived(name) => Some(made_by(name)),
                _ => None,
            })
            .find(|made| *made != Made::Unknown);
        last.unwrap_or(match &origin.kind {
            OriginKind::Credential(credential) => match credential.channel {
                Channel::Header
                | Channel::Cookie
                | Channel::Query
                | Channel::Form
                | Channel::Values
                | Channel::Path => Made::Text,
                Channel::Body | Channel::Request | Channel::Parameter => Made::Unknown,
            },
            OriginKind::Setting { store: Store::Environment, .. } => Made::Text,
            _ => Made::Unknown,
        })
    });
    let Some(first) = all.next() else { return Made::Unknown };
    if all.all(|made| made == first) { first } else { Made::Unknown }
}
