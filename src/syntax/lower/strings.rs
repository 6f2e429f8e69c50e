//! String literals: prefixes, escapes, neighbours joined, and f-strings with the expressions in them.

use smol_str::SmolStr;

use super::{Lowering, opaque};
use crate::source::Span;
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{ExpressionKind, FormattedPart};

/// What the letters before a string's quote say.
#[derive(Clone, Copy)]
struct Prefix {
    is_raw: bool,
    is_bytes: bool,
    is_formatted: bool,
}

/// The pieces of one literal, neighbours included.
#[derive(Default)]
struct Pieces {
    /// Text since the last value.
    text: String,
    parts: Vec<FormattedPart>,
}

impl Pieces {
    fn push_value(&mut self, part: FormattedPart) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(FormattedPart::Text(SmolStr::new(&self.text)));
            self.text.clear();
        }
    }

    fn finish(mut self) -> Vec<FormattedPart> {
        self.flush();
        self.parts
    }
}

impl<'f> Lowering<'f> {
    /// A string, or several side by side.
    pub(super) fn string(&mut self, node: Node<'f>) -> ExpressionKind {
        let mut pieces = Pieces::default();
        let mut is_bytes = false;
        let mut is_formatted = false;
        let is_joined = node.kind() == Kind::ConcatenatedString;
        let neighbours = node.children().filter(|part| is_joined && part.kind() == Kind::String);
        for literal in std::iter::once(node).filter(|_| !is_joined).chain(neighbours) {
            let Some(prefix) = prefix_of(literal) else { return ExpressionKind::Opaque };
            is_bytes |= prefix.is_bytes;
            is_formatted |= prefix.is_formatted;
            self.literal(literal, prefix, &mut pieces);
        }
        if is_formatted {
            return ExpressionKind::Formatted(pieces.finish());
        }
        let text = SmolStr::new(&pieces.text);
        if is_bytes { ExpressionKind::Bytes(text) } else { ExpressionKind::String(text) }
    }

    fn literal(&mut self, node: Node<'f>, prefix: Prefix, pieces: &mut Pieces) {
        if !prefix.is_formatted {
            unescape(content_of(node.text()), prefix, &mut pieces.text);
            return;
        }
        for part in node.children() {
            match part.kind() {
                Kind::StringContent => unescape(part.text(), prefix, &mut pieces.text),
                Kind::Interpolation => self.interpolation(part, pieces),
                _ => {}
            }
        }
    }

    /// `{value=!r:format}`.
    fn interpolation(&mut self, node: Node<'f>, pieces: &mut Pieces) {
        let conversion = node.child(Field::TypeConversion).and_then(|conversion| conversion.text().chars().nth(1));
        let specifier = node.child(Field::FormatSpecifier);
        let is_self_documenting = node.has(Kind::Equal);
        if is_self_documenting {
            pieces.text.push_str(self.self_documentation(node));
        }
        let value = node.child(Field::Expression);
        if let Some(misread) = value.filter(|value| value.kind() == Kind::NamedExpression) {
            return self.misread_format(node, misread, pieces);
        }
        let value = value.map_or_else(|| opaque(node), |value| self.expression(value));
        let format = specifier.and_then(|specifier| self.deeper(specifier, |lowering| lowering.format(specifier)));
        let has_format = specifier.is_some();
        let is_repr = is_self_documenting && conversion.is_none() && !has_format;
        let conversion = if is_repr { Some('r') } else { conversion };
        pieces.push_value(FormattedPart::Value { value, conversion, has_format, format: format.unwrap_or_default() });
    }

    /// `{name:=10}` has the format `=10`; the grammar takes it for an assignment, which needs parentheses here.
    fn misread_format(&mut self, node: Node<'f>, misread: Node<'f>, pieces: &mut Pieces) {
        let name = misread.child(Field::Name);
        let value = name.map_or_else(|| opaque(misread), |name| self.expression(name));
        let start = self.flat.slice(Span::new(value.span.end, node.span().end)).find(':').unwrap_or_default() as u32;
        let text = self.flat.slice(Span::new(value.span.end + start + 1, node.span().end.saturating_sub(1)));
        let format = vec![FormattedPart::Text(SmolStr::new(text))];
        pieces.push_value(FormattedPart::Value { value, conversion: None, has_format: true, format });
    }

    /// The text that `{value = }` puts before the value: all up to and with the white space after `=`.
    fn self_documentation(&self, node: Node<'f>) -> &'f str {
        let mut after = node.children().skip_while(|part| part.kind() != Kind::Equal).skip(1);
        let end = after.next().map_or(node.span().end.saturating_sub(1), |next| next.span().start);
        self.flat.slice(Span::new(node.span().start + 1, end))
    }

    fn format(&mut self, specifier: Node<'f>) -> Vec<FormattedPart> {
        let mut pieces = Pieces::default();
        // The text between the nested values has no nodes of its own. The first byte is the colon.
        let mut at = specifier.span().start + 1;
        for nested in specifier.children().filter(|part| part.kind() == Kind::FormatExpression) {
            pieces.text.push_str(self.flat.slice(Span::new(at, nested.span().start)));
            self.interpolation(nested, &mut pieces);
            at = nested.span().end;
        }
        pieces.text.push_str(self.flat.slice(Span::new(at, specifier.span().end)));
        pieces.finish()
    }
}

/// None for Python 2's backquotes, which are no string but a call of `repr`.
fn prefix_of(literal: Node<'_>) -> Option<Prefix> {
    let text = literal.text();
    let letters = text.get(..text.find(['\'', '"', '`'])?)?;
    if text.get(letters.len()..)?.starts_with('`') {
        return None;
    }
    let has = |letter: char| letters.contains([letter, letter.to_ascii_uppercase()]);
    Some(Prefix { is_raw: has('r'), is_bytes: has('b'), is_formatted: has('f') || has('t') })
}

/// What stands between the quotes of a literal.
fn content_of(text: &str) -> &str {
    let quoted = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let quote = if quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) { 3 } else { 1 };
    quoted.get(quote..quoted.len().saturating_sub(quote)).unwrap_or_default()
}

/// Appends the characters that a literal's content stands for.
fn unescape(content: &str, prefix: Prefix, text: &mut String) {
    let is_special = |byte: u8| match byte {
        b'\\' => !prefix.is_raw,
        b'{' | b'}' => prefix.is_formatted,
        b'\r' => true,
        _ => prefix.is_bytes && !byte.is_ascii(),
    };
    let mut rest = content;
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(plain);
        rest = unescape_first(special, prefix, text);
    }
    text.push_str(rest);
}

/// Appends what the special character at the start of `special` stands for; the rest after it.
fn unescape_first<'t>(special: &'t str, prefix: Prefix, text: &mut String) -> &'t str {
    let mut characters = special.chars();
    match characters.next() {
        Some('\\') => return escape(characters.as_str(), prefix, text),
        // Python reads every line end in a literal as `\n`.
        Some('\r') => {
            text.push('\n');
            return characters.as_str().strip_prefix('\n').unwrap_or(characters.as_str());
        }
        // Doubled braces are one; a single one cannot be here.
        Some(brace @ ('{' | '}')) => {
            text.push(brace);
            return characters.as_str().strip_prefix(brace).unwrap_or(characters.as_str());
        }
        // Python refuses such a bytes literal; its bytes in UTF-8 are the best guess.
        Some(character) => {
            let mut buffer = [0; 4];
            text.extend(character.encode_utf8(&mut buffer).bytes().map(char::from));
        }
        None => {}
    }
    characters.as_str()
}

/// Appends what a backslash and the start of `rest` stand for; the rest after that.
fn escape<'t>(rest: &'t str, prefix: Prefix, text: &mut String) -> &'t str {
    let mut characters = rest.chars();
    let Some(letter) = characters.next() else {
        text.push('\\');
        return rest;
    };
    let after = characters.as_str();
    let simple = match letter {
        '\\' | '\'' | '"' => letter,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        // A line that goes on.
        '\n' => return after,
        '\r' => return after.strip_prefix('\n').unwrap_or(after),
        '0'..='7' => return coded(rest, 1, 3, 8, text),
        'x' => return coded(after, 2, 2, 16, text),
        'u' if !prefix.is_bytes => return coded(after, 4, 4, 16, text),
        'U' if !prefix.is_bytes => return coded(after, 8, 8, 16, text),
        'N' if !prefix.is_bytes && after.starts_with('{') => return named(rest, text),
        _ => {
            // Unknown escapes keep their backslash.
            text.push('\\');
            return rest;
        }
    };
    text.push(simple);
    after
}

/// A character by its code: between `least` and `most` digits of a base.
fn coded<'t>(rest: &'t str, least: usize, most: usize, radix: u32, text: &mut String) -> &'t str {
    let length = rest.chars().take(most).take_while(|digit| digit.is_digit(radix)).count();
    let (digits, after) = rest.split_at_checked(length).unwrap_or(("", rest));
    match u32::from_str_radix(digits, radix) {
        // Halves of surrogate pairs are no characters of Rust.
        Ok(code) if length >= least => text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        _ => text.push_str(digits),
    }
    after
}

/// `\N{NAME}` stays as it is: the table of names is not worth its size.
fn named<'t>(rest: &'t str, text: &mut String) -> &'t str {
    text.push('\\');
    let length = rest.find('}').map_or(rest.len(), |end| end + 1);
    let (name, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    text.push_str(name);
    after
}
