//! What names suggest: used where data flow ends, at one confidence lower, and to tell headers and fields apart.
//!
//! Names are split into words (`apiKey`, `API_KEY`, `x-api-key` are `api key`), so `passed` is not `pass` and
//! `tokenizer` is not `token`.

mod callers;
mod literals;
mod settings;

use smallvec::SmallVec;

pub use callers::{
    holds_an_account, is_beside_a_token, is_guest, is_identity_claim, is_personal, is_user_name, is_validator,
    names_a_user, sounds_like_check, sounds_like_refusal, sounds_optional, verifies,
};
pub use literals::{is_placeholder, is_scheme_or_word};
pub use settings::{holds_settings, names_settings};

/// What a presented credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialKind {
    /// `Authorization`: a bearer token or a whole header with its scheme.
    Bearer,
    /// An API key or a shared webhook token.
    ApiKey,
    /// A password.
    Password,
    /// A signature over the delivery.
    Signature,
}

/// The lower-case words of a name.
pub fn words(name: &str) -> SmallVec<[String; 4]> {
    let mut words: SmallVec<[String; 4]> = SmallVec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for letter in name.chars() {
        let starts_word = letter.is_uppercase() && previous_lower;
        if (!letter.is_alphanumeric() || starts_word) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words that turn a name about tokens into a name about something else.
pub(in crate::program) const OTHER_MEANINGS: &[&str] = &[
    "tokenizer",
    "tokens",
    "count",
    "counts",
    "length",
    "len",
    "max",
    "min",
    "include",
    "exclude",
    "show",
    "reveal",
    "mask",
    "masked",
    "redacted",
    "obfuscated",
    "censored",
    "hide",
    "num",
    "number",
    "limit",
    "next",
    "page",
    "pagination",
    "continuation",
    "cursor",
    "sync",
    "csrf",
    "xsrf",
    "type",
    "types",
    "name",
    "names",
    "id",
    "ids",
    "url",
    "uri",
    "endpoint",
    "path",
    "file",
    "dir",
    "expires",
    "expiry",
    "expiration",
    "exp",
    "ttl",
    "age",
    "lifetime",
    "class",
    "location",
    "header",
    "headers",
    "details",
    "field",
    "param",
    "parameter",
    "prefix",
    "scheme",
    "algorithm",
    "algorithms",
    "alg",
    "error",
    "errors",
    "message",
    "status",
    "model",
    "schema",
    "form",
    "view",
    "validator",
    "required",
    "requires",
    "pattern",
    "patterns",
    "expire",
    "seconds",
    "minutes",
    "hours",
    "days",
    "configured",
    // What a sender of events wants back with the one answer.
    "reply",
    "captcha",
    "recaptcha",
    "hcaptcha",
    "turnstile",
    // Coins are tokens too.
    "amount",
    "balance",
    "symbol",
    "decimals",
    "supply",
    "enabled",
    "valid",
    "is",
    "has",
    "label",
    "index",
    "position",
    "pos",
    "separator",
    "special",
    "vocab",
    "kind",
    "format",
    "encoding",
    "public",
    "hint",
    "policy",
    "version",
    "method",
    "func",
    "function",
    "callback",
    "handler",
    "manager",
    "service",
    "factory",
    "provider",
    "time",
    "date",
    "created",
    "timeout",
    "size",
    "bytes",
    "usage",
    "stream",
    "logger",
    "hashed",
    "hash",
    "digest",
    "fingerprint",
    "identifier",
    "serializer",
    "backend",
    "config",
    "issuer",
    "audience",
    "scope",
    "scopes",
    "claim",
    "claims",
    "data",
    "info",
    "user",
    "response",
    "result",
    "request",
    "generator",
    "cls",
    "jti",
    "blocklist",
    "blacklist",
    "revoked",
    "loader",
    "env",
    "var",
    "idempotency",
    // Who bears it.
    "fee",
    "fees",
    "cost",
    "per",
    "price",
    "spend",
    "spent",
    "budget",
    "primary",
    "foreign",
    "sort",
    "cache",
    "partition",
    "row",
    "column",
    "dict",
    "map",
];

/// Words that say at the end of a name what it is, and elsewhere nothing: `TOKEN_EXCHANGE_THROTTLE_RATE` is a rate,
/// `EXCHANGE_RATE_API_KEY` is a key.
const OTHER_ENDINGS: &[&str] = &[
    "rate",
    "gc",
    "window",
    "interval",
    "delay",
    "username",
    "owner",
    "login",
    "email",
    "threshold",
    "strategy",
    "mode",
    "verified",
    "validated",
    "checked",
    "found",
    "at",
    "changed",
    "on",
    // Where a secret is kept, or what it is called there.
    "ref",
    "reference",
    "arn",
    "alias",
    "env",
    "var",
    "namespace",
    "bucket",
    "store",
    "backend",
    "domain",
];

fn is_about_something_else(words: &[String]) -> bool {
    words.iter().any(|word| OTHER_MEANINGS.contains(&word.as_str())) || ends_otherwise(words)
}

fn ends_otherwise(words: &[String]) -> bool {
    words.last().is_some_and(|word| OTHER_ENDINGS.contains(&word.as_str()))
}

pub(in crate::program) fn has(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}

pub(in crate::program) fn has_pair(words: &[String], first: &[&str], second: &[&str]) -> bool {
    words.windows(2).any(|pair| first.contains(&pair[0].as_str()) && second.contains(&pair[1].as_str()))
}

/// Words that name a signature.
const SIGNATURE_WORDS: &[&str] = &["signature", "sig", "hmac"];

/// Words that name a bearer token.
const BEARER_WORDS: &[&str] = &["token", "jwt", "bearer", "authorization", "accesstoken", "authtoken"];

/// What a variable, parameter, attribute or field of this name holds, when it is a credential or secret.
pub fn credential_kind(name: &str) -> Option<CredentialKind> {
    let words = words(name);
    if words.is_empty() || is_about_something_else(&words) {
        return None;
    }
    if has(&words, SIGNATURE_WORDS) {
        return Some(CredentialKind::Signature);
    }
    if has(&words, &["password", "passwd", "passphrase", "pwd"]) {
        return Some(CredentialKind::Password);
    }
    if has(&words, &["apikey", "secret", "secrets"])
        || has_pair(
            &words,
            &["api", "access", "secret", "auth", "signing", "shared", "private", "hook", "webhook"],
            &["key"],
        )
    {
        return Some(CredentialKind::ApiKey);
    }
    if has(&words, BEARER_WORDS) || matches!(words.as_slice(), [first, last] if first == "http" && last == "auth") {
        return Some(CredentialKind::Bearer);
    }
    None
}

/// Whether something of this name is a signature, whoever made it: `user_signature`, `raw_sig`.
pub fn names_signature(name: &str) -> bool {
    words(name).last().is_some_and(|word| SIGNATURE_WORDS.contains(&word.as_str()))
}

/// Whether a setting of this name may be a switch that is off, or a text that is empty: not one that names a credential.
pub fn may_be_off(name: &str) -> bool {
    let is_credential = |word: &String| {
        let stems = ["key", "secret", "token", "password", "passwd", "credential", "signature", "apikey"];
        stems.iter().any(|stem| word.strip_prefix(stem).is_some_and(|rest| matches!(rest, "" | "s")))
    };
    !is_secret(name) && !words(name).iter().any(is_credential)
}

/// Whether a setting of this name is a secret: `JWT_SECRET_KEY`, `apiToken`, `db_password`.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    // `PWD` and `OLDPWD` are where a shell stands.
    if words.is_empty() || name == "PWD" {
        return false;
    }
    // Alone it may as well say who bears a fee.
    if matches!(words.as_slice(), [word] if word == "bearer") {
        return false;
    }
    let is_other = words.iter().any(|word| {
        OTHER_MEANINGS.contains(&word.as_str())
            && !matches!(word.as_str(), "secrets" | "user" | "config" | "request" | "service" | "data" | "env")
    });
    !is_other && !ends_otherwise(&words) && speak_of_secret(&words)
}

/// Whether an attribute of this name holds a hash of somebody's password: `password_hash`, `hashed_password`.
pub fn names_password_hash(name: &str) -> bool {
    let words = words(name);
    has(&words, &["password", "passwd", "pwd"]) && has(&words, &["hash", "hashed", "digest"])
}

/// Words that name a secret.
const SECRET_WORDS: &[&str] = &[
    "secret",
    "secrets",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passkey",
    "token",
    "apikey",
    "bearer",
    "jwtsecret",
    "pepper",
];

/// Words before `key` that make it a secret.
const SECRET_KEYS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "encryption",
    "auth",
    "jwt",
    "hmac",
    "hook",
    "webhook",
    "shared",
    "app",
];

/// Whether words name a secret, whatever else they speak of.
pub(in crate::program) fn speak_of_secret(words: &[String]) -> bool {
    has(words, SECRET_WORDS) || has_pair(words, SECRET_KEYS, &["key"])
}

/// The words of names of secrets and credentials, as a text writes them: `api_key`, `api-key`, `apiKey`.
pub(in crate::program) fn written_words() -> impl Iterator<Item = String> {
    let single = [SECRET_WORDS, SIGNATURE_WORDS, BEARER_WORDS].concat();
    single.into_iter().map(str::to_owned).chain(written_pairs(SECRET_KEYS, &["key"]))
}

/// Two words of a name in each way of writing them side by side; letters count alike in both cases.
pub(in crate::program) fn written_pairs(
    first: &'static [&'static str],
    second: &'static [&'static str],
) -> impl Iterator<Item = String> {
    let pairs = first.iter().flat_map(|first| second.iter().map(move |second| (first, second)));
    pairs.flat_map(|(first, second)| ["_", "-", ""].map(|between| format!("{first}{between}{second}")))
}

/// Whether a parameter of a token's header says how the token is written and verified, and nothing about who issued it for
/// whom (RFC 7515, 7516, 7518 and 7797).
pub fn is_about_signature(parameter: &str) -> bool {
    matches!(
        parameter,
        "alg"
            | "apu"
            | "apv"
            | "b64"
            | "crit"
            | "cty"
            | "enc"
            | "epk"
            | "iv"
            | "jku"
            | "jwk"
            | "kid"
            | "p2c"
            | "p2s"
            | "tag"
            | "typ"
            | "x5c"
            | "x5t"
            | "x5t#S256"
            | "x5u"
            | "zip"
    )
}

/// What a request header of this name carries.
pub fn header_kind(name: &str) -> Option<CredentialKind> {
    let lower = name.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "authorization" | "proxy-authorization" | "x-authorization" | "x-forwarded-authorization"
    ) {
        return Some(CredentialKind::Bearer);
    }
    let words = words(name);
    if has(&words, &["csrf", "xsrf", "csrftoken", "idempotency", "websocket"]) {
        return None;
    }
    if has(&words, &["signature", "hmac", "sig"])
        && !has(&words, &["timestamp", "type", "version", "algorithm", "input"])
    {
        return Some(CredentialKind::Signature);
    }
    // A load balancer that logs users in hands on what their provider said, signed by itself.
    let is_login = has_pair(&words, &["oidc"], &["data", "accesstoken"]);
    if (is_login || has(&words, &["token", "apikey", "secret", "key", "auth", "jwt", "password", "bearer"]))
        && !has(&words, &["id", "type", "name", "expires", "public", "timestamp", "scheme"])
    {
        return Some(CredentialKind::ApiKey);
    }
    None
}

/// Whether something of this name says where or who somebody is: `db_host`, `callback_url`, `bot_username`.
pub fn names_an_address(name: &str) -> bool {
    let places = [
        "name", "host", "hostname", "port", "url", "uri", "user", "username", "origin", "origins", "region", "project",
        "email", "address", "queue", "location", "database", "db",
    ];
    words(name).last().is_some_and(|word| places.contains(&word.as_str()))
}

/// Whether an attribute of this name holds the address of another service, with which others begin: `base_url`, `api_root`.
pub fn names_a_server(name: &str) -> bool {
    has(&words(name), &["base", "host", "server", "url", "root"])
}

/// Whether a method of this name writes down what it is handed, and decides nothing by it: `emitter.record(…)`, `span.set_attribute(…)`.
pub fn keeps_records(method: &str) -> bool {
    matches!(
        words(method).first().map(String::as_str),
        Some("record" | "track" | "observe" | "capture" | "annotate" | "log" | "trace")
    ) || matches!(method, "set_attribute" | "set_tag" | "add_event" | "add_breadcrumb" | "set_user")
}
