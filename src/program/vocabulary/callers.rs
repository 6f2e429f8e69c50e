//! What names say of callers, of functions that check them and of those that turn them away.

use super::{has, words};

/// Whether a name says at its end that it is a user's (`BASIC_AUTH_USERNAME`): half of a pair of which the other half is the
/// secret.
pub fn names_a_user(name: &str) -> bool {
    words(name).last().is_some_and(|word| matches!(word.as_str(), "username" | "user" | "login"))
}

/// Whether something of this name is the record of somebody who may come in: `user`, `service_account`.
pub fn holds_an_account(name: &str) -> bool {
    let accounts = ["user", "account", "agent", "member", "owner", "tenant", "customer", "device", "partner"];
    words(name).last().is_some_and(|word| accounts.contains(&word.as_str()))
}

/// Whether a variable that is called exactly so holds who somebody is, or of which kind a credential is, and not what proves it.
/// Unlike a setting, a variable that only ends so may hold the secret: `token_of_user`. What ends in `username` is one.
pub fn is_user_name(name: &str) -> bool {
    let ends_in_user_name = words(name).last().is_some_and(|word| word == "username");
    let is_called_so = matches!(
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
    );
    is_called_so || ends_in_user_name
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

/// Whether a field of this name, in the answer that brings a token, says whose it is or how long it is good for, and is no token.
pub fn is_beside_a_token(field: &str) -> bool {
    let words = words(field);
    let ends = |wanted: &[&str]| words.last().is_some_and(|word| wanted.contains(&word.as_str()));
    let is_about_caller = ends(&[
        "user",
        "users",
        "profile",
        "account",
        "member",
        "person",
        "employee",
        "customer",
        "tenant",
        "organization",
    ]);
    let is_a_field = ends(&[
        "id",
        "name",
        "username",
        "email",
        "role",
        "roles",
        "scope",
        "scopes",
        "permissions",
        "type",
        "expires",
        "in",
        "at",
    ]);
    (is_about_caller || is_a_field) && !super::is_secret(field)
}

/// Whether a field of this name holds what is known about a person and is not for everybody to read.
pub fn is_personal(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| has(&words, wanted);
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

/// Whether a function of this name, handed a token, finds out whether it is genuine: `verify`, `is_valid`, `check_and_decode_token`.
pub fn verifies(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&[
        "verify",
        "verifies",
        "verified",
        "validate",
        "validates",
        "validated",
        "valid",
        "authenticate",
        "authenticated",
        "introspect",
    ]) || (has(&["check", "checks", "checked"]) && has(&["token", "jwt", "signature", "sig"]))
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
