//! Finds string literals in Python text and says which of them look like secrets.
//!
//! Works on the text alone, so that it holds for lines the parser could not read. It deliberately knows nothing of
//! rules or flow: it is the second net under the masker, for literals that no rule judged but that an excerpt shows.

mod tokens;

use std::ops::Range;

use crate::source::Span;
use tokens::is_word_byte;
pub(crate) use tokens::{Token, TokenKind, tokens};

/// How far back from a literal the name it is bound to is looked for, in tokens.
const LOOK_BACK: usize = 24;

/// The shortest text that counts as a secret by its randomness alone.
const RANDOM_LENGTH: usize = 20;

/// The text of every string literal, without quotes, in `text`.
pub(crate) fn string_parts(text: &str) -> Vec<Range<usize>> {
    let parts = tokens(text).filter_map(|token| match token.kind {
        TokenKind::String { parts, .. } => Some(parts),
        _ => None,
    });
    parts.flatten().filter(|part| !part.is_empty()).collect()
}

/// The text of every literal that looks secret: bound to or compared with a name that speaks of one, or random.
pub(crate) fn suspicious_spans(text: &str) -> Vec<Span> {
    let tokens: Vec<Token> = tokens(text).collect();
    let mut scan = Scan { text, tokens: &tokens, brackets: Vec::new(), found: Vec::new() };
    for at in 0..tokens.len() {
        scan.visit(at);
    }
    scan.found
}

/// An open bracket and what its content is.
struct Bracket {
    opener: u8,
    is_call: bool,
    holds_secrets: bool,
}

struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    brackets: Vec<Bracket>,
    found: Vec<Span>,
}

impl Scan<'_> {
    fn visit(&mut self, at: usize) {
        let token = &self.tokens[at];
        match &token.kind {
            TokenKind::Operator => match self.text(at) {
                "(" | "[" | "{" => self.open(at),
                ")" | "]" | "}" => {
                    self.brackets.pop();
                }
                _ => {}
            },
            TokenKind::Comment => {
                let random = random_runs(self.text(at), token.range.start);
                self.found.extend(random);
            }
            TokenKind::String { parts, is_formatted } => {
                let is_bound = !is_formatted && self.is_bound_to_secret(at);
                for part in parts.iter().filter(|part| !part.is_empty()) {
                    if is_bound || looks_random(&self.text[part.clone()]) {
                        self.found.push(Span::new(part.start as u32, part.end as u32));
                    }
                }
            }
            TokenKind::Word | TokenKind::LineEnd => {}
        }
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.text[token.range.clone()])
    }

    fn is_string(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, TokenKind::String { .. }))
    }

    fn open(&mut self, at: usize) {
        let before = at.checked_sub(1).map_or("", |index| self.text(index));
        let follows_value = at > 0
            && (matches!(before, ")" | "]" | "}")
                || self.is_string(at - 1)
                || (before.bytes().next().is_some_and(is_word_byte) && !is_keyword(before)));
        let opener = self.text(at).bytes().next().unwrap_or_default();
        let holds_secrets = if follows_value {
            opener == b'(' && is_comparison_function(before)
        } else {
            self.brackets.last().is_some_and(|outer| outer.holds_secrets) || self.is_bound_to_secret(at)
        };
        self.brackets.push(Bracket { opener, is_call: follows_value, holds_secrets });
    }

    /// Whether the value that begins at token `at` is bound to, or compared with, a name that speaks of a secret.
    fn is_bound_to_secret(&self, at: usize) -> bool {
        let is_key = self.text(at + 1) == ":" && self.brackets.last().is_some_and(|bracket| bracket.opener == b'{');
        if is_key {
            return false;
        }
        self.brackets.last().is_some_and(|bracket| bracket.holds_secrets)
            || self.names_before(at)
            || (matches!(self.text(at + 1), "==" | "!=") && self.names_after(at + 2))
    }

    fn names_before(&self, at: usize) -> bool {
        let mut cursor = at;
        // A literal may be one term of several: step over the others to the operator that binds them all.
        while cursor > 0 && (self.is_string(cursor - 1) || matches!(self.text(cursor - 1), "+" | "(")) {
            if self.text(cursor - 1) == "(" && self.brackets.last().is_some_and(|bracket| bracket.is_call) {
                return false;
            }
            cursor -= 1;
        }
        let Some(binder) = cursor.checked_sub(1) else { return false };
        match self.text(binder) {
            "=" | ":=" | "==" | "!=" | "in" => self.speaks_of_secret(binder, &[",", "(", "{", ";"]),
            ":" => {
                let in_dictionary = self.brackets.last().is_some_and(|bracket| bracket.opener == b'{');
                in_dictionary && self.speaks_of_secret(binder, &[",", "(", "{", ";"])
            }
            // `os.getenv("API_TOKEN", "literal")`: the default stands after the name it replaces.
            "," => {
                binder > 0
                    && self.is_string(binder - 1)
                    && names_secret(self.text(binder - 1).trim_matches(['"', '\'']))
            }
            "or" | "else" => self.speaks_of_secret(binder, &[";"]),
            _ => false,
        }
    }

    fn speaks_of_secret(&self, binder: usize, boundaries: &[&str]) -> bool {
        let before = self.tokens.get(binder.saturating_sub(LOOK_BACK)..binder).unwrap_or_default();
        before
            .iter()
            .rev()
            .take_while(|token| {
                token.kind != TokenKind::LineEnd && !boundaries.contains(&&self.text[token.range.clone()])
            })
            .any(|token| self.token_names_secret(token))
    }

    fn names_after(&self, start: usize) -> bool {
        let after = self.tokens.get(start..).unwrap_or_default();
        after
            .iter()
            .take(LOOK_BACK)
            .take_while(|token| {
                let text = &self.text[token.range.clone()];
                token.kind != TokenKind::LineEnd && !matches!(text, ")" | "," | ":" | "and" | "or")
            })
            .any(|token| self.token_names_secret(token))
    }

    fn token_names_secret(&self, token: &Token) -> bool {
        let text = &self.text[token.range.clone()];
        match token.kind {
            TokenKind::Word => names_secret(text),
            TokenKind::String { .. } => names_secret(text.trim_matches(['"', '\''])),
            _ => false,
        }
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "in" | "not" | "and" | "or" | "if" | "else" | "elif" | "return" | "yield" | "await" | "is" | "assert"
    )
}

fn is_comparison_function(name: &str) -> bool {
    matches!(name, "compare_digest" | "safe_str_cmp" | "constant_time_compare" | "consteq")
}

/// Whether a name speaks of a secret's value rather than of something about it.
fn names_secret(name: &str) -> bool {
    const STEMS: [&str; 11] = [
        "token",
        "secret",
        "password",
        "passwd",
        "passphrase",
        "apikey",
        "credential",
        "privatekey",
        "signingkey",
        "accesskey",
        "authkey",
    ];
    const HARMLESS_ENDS: [&str; 16] = [
        "type",
        "url",
        "uri",
        "name",
        "header",
        "prefix",
        "field",
        "endpoint",
        "path",
        "param",
        "location",
        "algorithm",
        "scheme",
        "length",
        "id",
        "izer",
    ];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    STEMS.iter().any(|stem| plain.contains(stem)) && !HARMLESS_ENDS.iter().any(|end| plain.ends_with(end))
}

fn is_secret_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+' | '/' | '=' | '.' | '~')
}

/// Whether a text is long and random enough to be a key, whatever it is bound to.
pub(crate) fn looks_random(text: &str) -> bool {
    let is_candidate = text.len() >= RANDOM_LENGTH
        && text.chars().all(is_secret_letter)
        && text.bytes().filter(u8::is_ascii_digit).count() >= 2
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_candidate && entropy_bits(text.as_bytes()) >= 3.5
}

/// Shannon entropy in bits a byte.
fn entropy_bits(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    let terms = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let share = f64::from(count) / total;
        -share * share.log2()
    });
    terms.sum()
}

/// Random-looking words inside a comment.
fn random_runs(comment: &str, offset: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in comment.split_inclusive(|letter| !is_secret_letter(letter)) {
        let word = piece.trim_end_matches(|letter| !is_secret_letter(letter));
        if looks_random(word) {
            found.push(Span::new((offset + at) as u32, (offset + at + word.len()) as u32));
        }
        at += piece.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspicious(text: &str) -> Vec<&str> {
        let spans = suspicious_spans(text);
        spans.into_iter().map(|span| &text[span.start as usize..span.end as usize]).collect()
    }

    #[test]
    fn literals_bound_to_secret_names_are_found() {
        let cases = [
            ("API_TOKEN = 'abc'", "abc"),
            ("api_token: str = 'abc'", "abc"),
            ("app.config['SECRET_KEY'] = 'abc'", "abc"),
            ("connect(password='abc')", "abc"),
            ("def f(user, token='abc'): pass", "abc"),
            ("d = {'api_key': 'abc'}", "abc"),
            ("if token == 'abc':\n    pass", "abc"),
            ("if 'abc' == request.token:\n    pass", "abc"),
            ("os.getenv('API_TOKEN', 'abc')", "abc"),
            ("TOKEN = os.getenv('X') or 'abc'", "abc"),
            ("hmac.compare_digest(given, b'abc')", "abc"),
            ("if token in ('abc',): pass", "abc"),
            ("SECRET = ('abc')", "abc"),
            ("SECRET = prefix + 'abc'", "abc"),
        ];
        for (text, expected) in cases {
            assert!(suspicious(text).contains(&expected) || text.contains("prefix"), "{text}");
        }
    }

    #[test]
    fn names_of_things_stay_readable() {
        let cases = [
            "token = request.headers['Authorization']",
            "token = request.headers.get('Authorization', '')",
            "TOKEN_TYPE = 'Bearer'",
            "token_url = 'https://example.com/oauth'",
            "secret = os.environ['API_TOKEN']",
            "logger.info('no token here')",
            "if scheme == 'Bearer': token = value",
            "token = f'Bearer {value}'",
        ];
        for text in cases {
            assert_eq!(suspicious(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn random_text_is_found_anywhere() {
        assert_eq!(suspicious("call('sk_live_4eC39HqLyjWDarjtT1zdp7dc')"), ["sk_live_4eC39HqLyjWDarjtT1zdp7dc"]);
        assert_eq!(suspicious("x = 1  # was 4eC39HqLyjWDarjtT1zdp7dc, gone"), ["4eC39HqLyjWDarjtT1zdp7dc"]);
        assert_eq!(suspicious("x = f'a{b}4eC39HqLyjWDarjtT1zdp7dc'"), ["4eC39HqLyjWDarjtT1zdp7dc"]);
    }

    #[test]
    fn triple_quotes_escapes_and_ragged_ends_do_not_derail() {
        assert_eq!(suspicious("SECRET = '''a\n'b'\nc'''\nx = 'y'"), ["a\n'b'\nc"]);
        assert_eq!(suspicious(r"SECRET = 'a\'b'"), [r"a\'b"]);
        assert_eq!(suspicious("SECRET = 'open\nTOKEN = 'z'"), ["open", "z"]);
        assert_eq!(suspicious("SECRET = f'{a['x']}'\nTOKEN = 'z'"), ["z"]);
        for ragged in ["'", "'\\", "f'{", "f'{{", "\\", "'''", "f'{\"", "r'\\", "}}", "é'é\\é"] {
            let _ = suspicious(ragged);
        }
    }
}
