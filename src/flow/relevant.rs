//! Questions about values that several parts of the interpreter and the rules ask.

use super::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Origins, Part, Store};
use super::value::{RequestMap, Shape, Value};
use crate::models::Models;
use crate::models::schema::ClassRole;
use crate::program::vocabulary;

/// Whether a value holds a credential that a check could be about, or the map that holds it.
pub fn carries_credential(origins: &Origins) -> bool {
    origins.any(|kind| match kind {
        OriginKind::Credential(credential) => credential.part != Part::Scheme,
        OriginKind::HeaderMap
        | OriginKind::SortedHeader
        | OriginKind::Claims { .. }
        | OriginKind::TokenHeader { .. } => true,
        OriginKind::Claim { name, .. } => !matches!(name.as_str(), "exp" | "iat" | "nbf"),
        _ => false,
    })
}

/// Whether a value is the whole request, or a map of it that holds the credential.
pub fn is_request(value: &Value<'_>, models: &Models) -> bool {
    match &value.shape {
        Shape::Request(map) => matches!(
            map,
            RequestMap::Headers | RequestMap::HeaderPairs | RequestMap::Environment | RequestMap::Authorization
        ),
        Shape::ExternalInstance { class, .. } => models.role(class) == Some(ClassRole::Request),
        _ => false,
    }
}

/// Whether an origin is something that the program keeps secret.
pub fn is_secret(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Setting { store: Store::SecretStore, .. } => true,
        OriginKind::Setting { store: Store::Literal, .. } => false,
        OriginKind::Setting { name, .. } => vocabulary::is_secret(name),
        _ => false,
    }
}

/// Whether a credential is one that lets its holder in: a token, key or password, not its scheme or user name.
pub fn is_bearing(credential: &Credential) -> bool {
    matches!(credential.part, Part::Whole | Part::Token)
}

/// Whether a string looks like nothing but a secret: long, without spaces, letters and digits mixed.
pub fn is_distinctive(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    text.len() >= 12 && digits >= 2 && letters >= 2 && !text.contains(char::is_whitespace) && !text.contains("://")
}

/// Whether a literal of a test looks like a secret of the world outside: not like one that was made up for the test.
pub fn looks_real(literal: &str) -> bool {
    let text = literal.trim_start_matches('b').trim_matches(['"', '\'']);
    let lower = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let is_made_up = has(&["123", "456", "789", "abc", "xyz", "000"])
        && has(&["test", "secret", "token", "key", "fake", "dummy", "example"]);
    // A signed token that somebody wrote down was issued for the occasion, and has ended since.
    is_distinctive(text) && !is_made_up && !text.starts_with("eyJ")
}

/// Whether a string literal, compared with a credential, is a secret: not a scheme word, a placeholder or a prefix.
pub fn is_secret_literal(text: &str, credential: &Credential) -> bool {
    let bare = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("Token ")).unwrap_or(text);
    // Words that name a kind of secret are also the first ones that people choose for one.
    let is_chosen = matches!(bare, "secret" | "password" | "default") && credential.channel != Channel::Parameter;
    // Of a part of a key nobody knows which it is: a prefix, an id, or the secret.
    (credential.part != Part::Fragment || is_distinctive(bare))
        && (is_chosen || !vocabulary::is_scheme_or_word(bare))
        && bare.len() >= if credential.kind == CredentialKind::Password { 1 } else { 4 }
        && !bare.chars().all(|letter| letter.is_ascii_punctuation() || letter.is_whitespace())
}
