//! Which files and functions can matter at all: a scan over bytes, before anything is parsed. It may only save time.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::source::Span;

/// Every finding rests on at least one of these words: a credential's, a secret's, a request's, a check's.
const WORDS: &[&str] = &[
    "flask",
    "quart",
    "fastapi",
    "starlette",
    "include_router",
    "aiohttp.web",
    "import web",
    "sanic",
    "bottle",
    "falcon",
    "rest_framework",
    "tornado",
    "add_url_rule",
    "urlpatterns",
    "authoriz",
    "bearer",
    "token",
    "jwt",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "private_key",
    "hmac",
    "signature",
    "password",
    "passwd",
    "webhook",
    "headers",
    "before_request",
    "getenv",
    "environ",
    "authenticate",
    "signing_key",
    "passcode",
    "otp",
    "activation_key",
    "reset_code",
    "reset_key",
    "reset_link",
    "confirmation_code",
    "confirm_code",
    "verification_code",
    "login_code",
    "auth_code",
    "security_code",
    "recovery_code",
    "backup_code",
    "invite_code",
    "invitation_code",
    "activation_code",
];

static MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

/// Whether anything in a text could lead to a finding.
pub fn may_matter(text: &str) -> bool {
    MATCHER.as_ref().is_none_or(|matcher| matcher.is_match(text))
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
