//! The beginning of a secret with a mask behind it: `key[:6] + "*" * 10`, `f"{key[:6]}…"`. It shows to its owner which one it is.

use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, FormattedPart, UnaryOperator};

/// Characters that may be left of a secret before its mask: twice what may be shown of one without, since keys begin with what
/// says of which kind they are (`sk-live-`).
const MOST_SHOWN: i64 = 8;

/// Characters of a secret that a mask has to hide where it shows all before them: as many as a random token of 128 bits has.
const LEAST_HIDDEN: i64 = 20;

/// Whether one expression shows the beginning of something and the next one hides the rest.
pub(super) fn is_masked(shown: &Expression, next: &Expression) -> bool {
    is_beginning(shown) && is_mask(next)
}

/// The same of a part of a formatted string.
pub(super) fn is_masked_part(shown: &Expression, next: Option<&FormattedPart>) -> bool {
    let hides_rest = match next {
        Some(FormattedPart::Text(text)) => begins_with_mask(text),
        Some(FormattedPart::Value { value, .. }) => is_mask(value),
        None => false,
    };
    hides_rest && is_beginning(shown)
}

/// Whether an expression takes the first few characters of something, or all but so many that nobody guesses them.
fn is_beginning(expression: &Expression) -> bool {
    let ExpressionKind::Subscript { index, .. } = &expression.kind else { return false };
    let ExpressionKind::Slice { lower: None, upper: Some(upper), .. } = &index.kind else { return false };
    match &upper.kind {
        ExpressionKind::Integer(Some(shown)) => (0..=MOST_SHOWN).contains(shown),
        ExpressionKind::Unary { operator: UnaryOperator::Minus, operand } => {
            matches!(operand.kind, ExpressionKind::Integer(Some(hidden)) if hidden >= LEAST_HIDDEN)
        }
        _ => false,
    }
}

/// Whether an expression is a row of one character that stands for what is hidden.
fn is_mask(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::String(text) => begins_with_mask(text),
        ExpressionKind::Binary { left, operator: BinaryOperator::Multiply, right } => {
            let hides =
                |side: &Expression| matches!(&side.kind, ExpressionKind::String(text) if text.chars().all(hides));
            hides(left) || hides(right)
        }
        ExpressionKind::Binary { left, operator: BinaryOperator::Add, .. } => is_mask(left),
        _ => false,
    }
}

/// Whether a text begins with a mask.
fn begins_with_mask(text: &str) -> bool {
    text.starts_with('…') || (text.chars().count() >= 3 && text.chars().take(3).all(hides))
}

fn hides(letter: char) -> bool {
    matches!(letter, '*' | '.' | '…' | '•' | '#' | 'x' | 'X')
}
