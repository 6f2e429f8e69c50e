//! Which files and functions can matter at all: a scan over bytes, before anything is parsed. It may only save time.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{making, vocabulary};
use crate::source::Span;

/// Every finding rests on a word that names a credential or a secret ([`vocabulary`] and [`making`] know those), on one of
/// these, which tell how a program asks for one or checks it, or on something that a framework calls, which the models know.
const WORDS: &[&str] = &[
    "authoriz",
    "authenticate",
    "headers",
    "meta[",
    "meta.get(",
    "request.meta",
    "context.meta",
    "invocation_metadata",
    "getenv",
    "environ",
    "before_request",
    "urlpatterns",
    "webhook",
    "jwks",
    "openid",
];

/// A word as short as this stands inside of others: it counts only where no letter is beside it.
const SHORT_WORD: usize = 3;

static MATCHER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let named = vocabulary::written_words().chain(making::written_words());
    let words: Vec<String> = named.chain(WORDS.iter().map(|word| (*word).to_owned())).collect();
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// Whether anything in a text could lead to a finding, whoever calls it.
pub fn may_matter(text: &str) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    MATCHER.as_ref().is_none_or(|matcher| {
        matcher.find_overlapping_iter(text).any(|found| {
            let before = found.start().checked_sub(1).and_then(|before| text.as_bytes().get(before));
            found.len() > SHORT_WORD || !(is_letter(before) || is_letter(text.as_bytes().get(found.end())))
        })
    })
}

/// Words of functions that send what another part of the program holds, or make what it uses.
const SENDING_WORDS: &[&str] = &[
    "random",
    "uuid1",
    "hexdigest",
    "session.get(",
    "session.post(",
    "session.put(",
    "session.patch(",
    "session.delete(",
    "session.request(",
    "client.get(",
    "client.post(",
    "client.put(",
    "client.patch(",
    "client.delete(",
    "client.request(",
    "urlopen(",
    "set_cookie(",
    "requests.",
    "httpx.",
];

static SENDING_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(SENDING_WORDS).ok());

/// The same for one function of it.
pub fn function_may_matter(text: &str, span: Span) -> bool {
    let body = text.get(span.start as usize..span.end as usize);
    body.is_none_or(|body| may_matter(body) || SENDING_MATCHER.as_ref().is_none_or(|matcher| matcher.is_match(body)))
}

/// Words that tell how a request ends, or that a function looks at the request itself.
const CALLED_WORDS: &[&str] = &["request", "session", "abort", "401", "403", "forbidden", "current_user", "g."];

static CALLED_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(CALLED_WORDS).ok());

/// A function shorter than this costs less to run than to think about, in bytes.
const SHORT: u32 = 300;

/// Whether a function can matter to its caller although it is handed nothing of interest.
pub fn called_function_may_matter(text: &str, span: Span) -> bool {
    let body = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    span.end - span.start < SHORT
        || may_matter(body)
        || CALLED_MATCHER.as_ref().is_none_or(|matcher| matcher.is_match(body))
}

#[cfg(test)]
mod tests {
    use super::may_matter;

    #[test]
    fn whatever_names_a_credential_is_a_word_that_matters() {
        let names = [
            "APP_KEY",
            "hookKey",
            "shared-key",
            "db_passphrase",
            "PEPPER",
            "x-sig",
            "Sig",
            "magic_link",
            "smsCode",
            "pwd",
        ];
        for name in names {
            let is_credential = super::vocabulary::is_secret(name)
                || super::vocabulary::credential_kind(name).is_some()
                || super::making::is_made_credential(name);
            assert!(is_credential, "{name}");
            assert!(may_matter(&format!("settings['{name}']")), "{name}");
        }
    }

    #[test]
    fn short_words_inside_of_others_do_not_matter() {
        for text in ["signal = design", "footprint", "def area(width, height): return width * height"] {
            assert!(!may_matter(text), "{text}");
        }
    }
}
