//! Numbers: integers of every base, Python 2's long and octal ones, floating-point and complex numbers.

use crate::syntax::tree::ExpressionKind;

/// The value of a number as it is written.
pub(super) fn number(text: &str) -> ExpressionKind {
    let digits: String = text.chars().filter(|&character| character != '_').collect::<String>().to_ascii_lowercase();
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (digits.get(2..).unwrap_or_default(), 16),
        Some("0o") => (digits.get(2..).unwrap_or_default(), 8),
        Some("0b") => (digits.get(2..).unwrap_or_default(), 2),
        _ => (digits.as_str(), 10),
    };
    let whole = digits.strip_suffix('l').unwrap_or(digits);
    if radix != 10 {
        return ExpressionKind::Integer(i64::from_str_radix(whole, radix).ok());
    }
    if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        // `0777` is octal in Python 2 and nothing in Python 3.
        let is_octal = whole.len() > 1 && whole.starts_with('0') && whole.bytes().all(|byte| byte < b'8');
        return ExpressionKind::Integer(i64::from_str_radix(whole, if is_octal { 8 } else { 10 }).ok());
    }
    // Of a complex number the size of its imaginary part is kept: nothing we judge depends on more.
    let real = whole.strip_suffix('j').unwrap_or(whole);
    real.parse().map_or(ExpressionKind::Opaque, ExpressionKind::Float)
}
