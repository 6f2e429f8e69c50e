//! What names suggest: used where data flow ends, at one confidence lower, and to tell headers and fields apart.
//!
//! Names are split into words (`apiKey`, `API_KEY`, `x-api-key` are `api key`), so `passed` is not `pass` and
//! `tokenizer` is not `token`.

use smallvec::SmallVec;

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
pub(super) const OTHER_MEANINGS: &[&str] = &[
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
    "auth_type",
    "cls",
    "jti",
    "blocklist",
    "blacklist",
    "revoked",
    "loader",
    "env",
    "var",
    "idempotency",
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
    "at",
    "changed",
    "on",
];

fn is_about_something_else(words: &[String]) -> bool {
    words.iter().any(|word| OTHER_MEANINGS.contains(&word.as_str())) || ends_otherwise(words)
}

fn ends_otherwise(words: &[String]) -> bool {
    words.last().is_some_and(|word| OTHER_ENDINGS.contains(&word.as_str()))
}

/// Whether a name says at its end that it is a user's: half of a pair of which the other half is the secret.
pub fn names_a_user(name: &str) -> bool {
    words(name).last().is_some_and(|word| matches!(word.as_str(), "username" | "user" | "login"))
}

pub(super) fn has(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}

pub(super) fn has_pair(words: &[String], first: &[&str], second: &[&str]) -> bool {
    words.windows(2).any(|pair| first.contains(&pair[0].as_str()) && second.contains(&pair[1].as_str()))
}

/// What a variable, parameter, attribute or field of this name holds, when it is a credential or secret.
pub fn credential_kind(name: &str) -> Option<CredentialKind> {
    let words = words(name);
    if words.is_empty() || is_about_something_else(&words) {
        return None;
    }
    if has(&words, &["signature", "sig", "hmac"]) {
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
    if has(&words, &["token", "jwt", "bearer", "authorization", "accesstoken", "authtoken"])
        || (words.len() <= 2
            && words.last().is_some_and(|word| word == "auth")
            && words.len() == 2
            && words[0] == "http")
    {
        return Some(CredentialKind::Bearer);
    }
    None
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
    let is_other = words.iter().any(|word| {
        OTHER_MEANINGS.contains(&word.as_str())
            && !matches!(word.as_str(), "secrets" | "user" | "config" | "request" | "service" | "data" | "env")
    });
    if is_other || ends_otherwise(&words) {
        return false;
    }
    has(
        &words,
        &[
            "secret",
            "secrets",
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "token",
            "apikey",
            "bearer",
            "jwtsecret",
            "pepper",
        ],
    ) || has_pair(
        &words,
        &[
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
        ],
        &["key"],
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
    if has(&words, &["token", "apikey", "secret", "key", "auth", "jwt", "password", "bearer"])
        && !has(&words, &["id", "type", "name", "expires", "public", "timestamp", "scheme"])
    {
        return Some(CredentialKind::ApiKey);
    }
    None
}

/// Whether calling something of this name could be a check of the caller, though it was not handed the credential.
pub fn sounds_like_check(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| {
        [
            "auth",
            "verify",
            "verified",
            "check",
            "valid",
            "validate",
            "login",
            "permission",
            "permissions",
            "protect",
            "require",
            "required",
            "requires",
            "secure",
            "security",
            "guard",
            "identity",
            "authorize",
            "authorized",
            "authorise",
            "authenticate",
            "authenticated",
            "session",
            "token",
            "jwt",
            "signature",
            "access",
            "acl",
            "allowed",
            "forbid",
            "deny",
            "enforce",
            "ensure",
            "assert",
            "credential",
            "credentials",
            "principal",
            "oauth",
            "sso",
            "role",
            "roles",
            "admin",
            "introspect",
            "claims",
        ]
        .iter()
        .any(|stem| word == stem || (stem.len() >= 5 && word.starts_with(stem)))
    })
}

/// Whether a check of this name lets callers pass who show nothing.
pub fn sounds_optional(name: &str) -> bool {
    let is_one = |word: &String| {
        matches!(
            word.as_str(),
            "optional" | "optionally" | "maybe" | "try" | "load" | "soft" | "lenient" | "anonymous" | "public" | "may"
        )
    };
    words(name).iter().any(is_one)
}

/// Whether a claim of this name says who somebody is or what they may do.
pub fn is_identity_claim(name: &str) -> bool {
    words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "sub"
                | "subject"
                | "user"
                | "uid"
                | "id"
                | "username"
                | "identity"
                | "email"
                | "name"
                | "account"
                | "tenant"
                | "role"
                | "roles"
                | "scope"
                | "scopes"
                | "permission"
                | "permissions"
                | "groups"
                | "admin"
                | "client"
        )
    })
}

/// Whether a text names a caller whom nobody knows.
pub fn is_guest(text: &str) -> bool {
    let words = words(text);
    let is_one = |word: &String| {
        matches!(word.as_str(), "anonymous" | "anon" | "guest" | "nobody" | "public" | "visitor" | "unknown" | "none")
    };
    words.iter().any(is_one)
}

/// Whether a field of this name holds what is known about a person and is not for everybody to read.
pub fn is_personal(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_about_sending = has(&["sent", "verified", "count", "template", "subject", "enabled", "status"]);
    let is_one = has(&[
        "email",
        "phone",
        "mobile",
        "telephone",
        "birthday",
        "birthdate",
        "dob",
        "iban",
        "ssn",
        "passport",
        "salary",
        "balance",
        "diagnosis",
        "prescription",
        "prescriptions",
    ]) || (has(&["home", "postal", "billing", "shipping", "street"]) && has(&["address"]))
        || (has(&["date"]) && has(&["birth"]))
        || (has(&["card", "account"]) && has(&["number"]));
    is_one && !is_about_sending
}

/// Whether a variable of this name holds who somebody is and not what proves it.
pub fn is_user_name(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "username"
            | "user_name"
            | "user"
            | "login"
            | "email"
            | "client_id"
            | "clientid"
            | "user_id"
            | "userid"
            | "identity"
            | "scheme"
            | "auth_type"
            | "auth_scheme"
            | "type"
            | "token_type"
    )
}

/// Whether a function of this name says whether a credential is good.
pub fn is_validator(name: &str) -> bool {
    words(name).iter().any(|word| {
        ["verif", "valid", "check", "authenticat", "authoriz", "authoris", "introspect", "accept", "allow"]
            .iter()
            .any(|stem| word.starts_with(stem))
    })
}

/// Whether a function of this name answers with a refusal.
pub fn sounds_like_refusal(name: &str) -> bool {
    let words = words(name);
    has(
        &words,
        &[
            "unauthorized",
            "unauthorised",
            "forbidden",
            "denied",
            "deny",
            "refuse",
            "reject",
            "rejected",
            "abort",
            "error",
            "errors",
            "invalid",
            "fail",
            "failed",
            "failure",
            "unauthenticated",
            "bad",
            "challenge",
            "login",
            "missing",
            "exception",
            "401",
            "403",
            "fault",
            "problem",
        ],
    )
}

/// Whether a string is a word of an authentication scheme, a token type or a placeholder and no secret.
pub fn is_scheme_or_word(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "" | "bearer"
            | "basic"
            | "digest"
            | "token"
            | "jwt"
            | "apikey"
            | "api-key"
            | "api_key"
            | "key"
            | "hmac"
            | "negotiate"
            | "oauth"
            | "access"
            | "refresh"
            | "null"
            | "none"
            | "undefined"
            | "nil"
            | "true"
            | "false"
            | "anonymous"
            | "mac"
            | "secret"
            | "aws4-hmac-sha256"
            | "sha1"
            | "sha256"
            | "id_token"
            | "access_token"
            | "refresh_token"
            | "password"
            | "n/a"
            | "unknown"
            | "sso-key"
            | "hawk"
            | "scram"
            | "ntlm"
            | "kerberos"
            | "bearer:"
            | "default"
            | "*"
            | "-"
            | "public"
            | "private"
    )
}
