//! Splits Python text into coarse tokens: words, string literals with their parts, operators, comments, line ends.
//!
//! Far less than Python's grammar, and never wrong-footed by text that is not Python: what is not understood is an
//! operator.

use std::ops::Range;

/// One token of Python, as coarse as the masker needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it stands in the scanned text.
    pub(crate) range: Range<usize>,
}

/// The kinds of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An identifier, keyword or number.
    Word,
    /// A string literal; `parts` is its text between the quotes, for an f-string the pieces outside the braces.
    String { parts: Vec<Range<usize>>, is_formatted: bool },
    /// An operator or bracket.
    Operator,
    /// A comment up to the end of its line.
    Comment,
    /// A line end outside brackets.
    LineEnd,
}

/// Splits Python text into tokens. Never fails: what is not understood is an operator.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    Lexer { text, bytes: text.as_bytes(), at: 0, depth: 0 }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let start = self.at;
            let byte = *self.bytes.get(start)?;
            let kind = match byte {
                b'\n' | b'\r' => {
                    self.at += 1;
                    if self.depth > 0 {
                        continue;
                    }
                    TokenKind::LineEnd
                }
                b' ' | b'\t' | b'\x0c' => {
                    self.at += 1;
                    continue;
                }
                b'\\' => {
                    self.at += 1;
                    self.at += usize::from(self.peek(0) == Some(b'\r') && self.peek(1) == Some(b'\n'));
                    self.at += usize::from(matches!(self.peek(0), Some(b'\n' | b'\r')));
                    continue;
                }
                b'#' => {
                    self.skip_while(|byte| !matches!(byte, b'\n' | b'\r'));
                    TokenKind::Comment
                }
                b'"' | b'\'' => self.string(start),
                _ if is_word_byte(byte) => {
                    self.skip_while(is_word_byte);
                    if matches!(self.peek(0), Some(b'"' | b'\'')) && is_prefix(&self.bytes[start..self.at]) {
                        self.string(start)
                    } else {
                        TokenKind::Word
                    }
                }
                _ => self.operator(byte),
            };
            return Some(Token { kind, range: start..self.at });
        }
    }
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&belongs) {
            self.at += 1;
        }
    }

    fn operator(&mut self, byte: u8) -> TokenKind {
        match byte {
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let is_pair = matches!(byte, b'=' | b'!' | b':' | b'<' | b'>') && self.peek(1) == Some(b'=');
        self.at += if is_pair { 2 } else { 1 };
        TokenKind::Operator
    }

    /// Reads a literal whose prefix began at `start`; `at` stands on its opening quote.
    fn string(&mut self, start: usize) -> TokenKind {
        let is_formatted = self.bytes[start..self.at].iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
        let quote = self.bytes[self.at];
        let is_triple = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let width = if is_triple { 3 } else { 1 };
        self.at += width;
        let mut parts = Vec::new();
        let mut part_start = self.at;
        while let Some(byte) = self.peek(0) {
            let closes = byte == quote && (!is_triple || (self.peek(1) == Some(quote) && self.peek(2) == Some(quote)));
            if closes {
                parts.push(part_start..self.at);
                self.at += width;
                return TokenKind::String { parts, is_formatted };
            }
            match byte {
                b'\n' | b'\r' if !is_triple => break,
                b'\\' => {
                    self.at += 1;
                    let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
                    self.at += next.map_or(0, char::len_utf8);
                }
                b'{' if is_formatted && self.peek(1) == Some(b'{') => self.at += 2,
                b'{' if is_formatted => {
                    parts.push(part_start..self.at);
                    self.replacement_field();
                    part_start = self.at;
                }
                _ => self.at += 1,
            }
        }
        parts.push(part_start..self.at);
        TokenKind::String { parts, is_formatted }
    }

    /// Skips `{…}` of an f-string, nested braces and quoted text (allowed since Python 3.12) included.
    fn replacement_field(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'\n' | b'\r' => return,
                b'"' | b'\'' => {
                    self.skip_while(|inner| inner != byte && !matches!(inner, b'\n' | b'\r'));
                    self.at += usize::from(self.peek(0) == Some(byte));
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_prefix(word: &[u8]) -> bool {
    word.len() <= 2 && word.iter().all(|byte| b"rRbBuUfFtT".contains(byte))
}
