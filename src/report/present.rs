//! The one gate every string passes on its way out: secrets become stars, and characters that could steer a terminal
//! or reorder text become visible.
//!
//! It deliberately knows no format; it keeps a map from source bytes to shown bytes so that carets stay right.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could steer a terminal, hide, or reorder the text around it.
///
/// C0 but line feed and tab, DEL, C1, the bidirectional controls, zero-width characters and Unicode's line separators.
pub fn is_hostile(letter: char) -> bool {
    matches!(letter,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Adds a character in a form that is safe to show.
pub fn push_visible(out: &mut String, letter: char) {
    match letter {
        // The Unicode pictures of the C0 controls stand in the same order as the controls.
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' => {
            out.push(char::from_u32(0x2400 + letter as u32).unwrap_or('\u{fffd}'));
        }
        '\u{7f}' => out.push('\u{2421}'),
        _ if is_hostile(letter) => {
            let _ = write!(out, "<U+{:04X}>", letter as u32);
        }
        _ => out.push(letter),
    }
}

/// A text in which every hostile character is visible.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        push_visible(&mut out, letter);
    }
    Cow::Owned(out)
}

/// The same for a text that has to stay on one line: line feeds and tabs are made visible too.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| is_hostile(letter) || matches!(letter, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\n' => out.push('\u{240a}'),
            '\t' => out.push('\u{2409}'),
            _ => push_visible(&mut out, letter),
        }
    }
    Cow::Owned(out)
}

/// A stretch of source made safe to show, with the way back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What is printed.
    pub text: String,
    /// Pairs (source byte, shown byte), ascending in both, one for each source character and one for the end.
    map: Vec<(usize, usize)>,
}

impl Shown {
    /// Shows `text`, which begins at byte `offset` of its source, with stars over the bytes `is_secret` names.
    pub fn new(text: &str, offset: usize, is_secret: impl Fn(usize) -> bool) -> Self {
        let mut shown = Self { text: String::with_capacity(text.len()), map: Vec::with_capacity(text.len() + 1) };
        for (at, letter) in text.char_indices() {
            shown.map.push((offset + at, shown.text.len()));
            if is_secret(offset + at) {
                shown.text.push('*');
            } else {
                push_visible(&mut shown.text, letter);
            }
        }
        shown.map.push((offset + text.len(), shown.text.len()));
        shown
    }

    /// Puts a mark before the text, which moves every byte of it.
    pub fn prefix(&mut self, mark: &str) {
        self.text.insert_str(0, mark);
        for (_, at) in &mut self.map {
            *at += mark.len();
        }
    }

    /// Where a source byte is shown; the nearest end where it lies outside.
    pub fn locate(&self, source_byte: usize) -> usize {
        let after = self.map.partition_point(|&(source, _)| source <= source_byte);
        self.map.get(after.saturating_sub(1)).map_or(0, |&(_, shown)| shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_become_visible() {
        assert_eq!(visible("a\u{1b}[31mb\u{7}\u{9b}\u{202e}c\u{200b}\u{7f}"), "a␛[31mb␇<U+009B><U+202E>c<U+200B>␡");
        assert_eq!(visible("tab\tand\nline"), "tab\tand\nline");
        assert_eq!(visible_line("tab\tand\nline"), "tab␉and␊line");
        assert!(matches!(visible("plain é 漢"), Cow::Borrowed(_)));
    }

    #[test]
    fn carets_survive_masking_and_escaping() {
        let text = "é\u{1b}x = 'ab'";
        let secret = text.find("ab").unwrap_or_default();
        let shown = Shown::new(text, 100, |at| at == 100 + secret || at == 101 + secret);
        assert_eq!(shown.text, "é␛x = '**'");
        assert_eq!(&shown.text[shown.locate(100 + secret)..shown.locate(102 + secret)], "**");
        assert_eq!(&shown.text[shown.locate(103)..shown.locate(104)], "x");
        assert_eq!(shown.locate(0), 0);
        assert_eq!(shown.locate(9_999), shown.text.len());
    }
}
