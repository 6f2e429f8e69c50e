//! `weak-signing-key`: an HMAC key that can be guessed from one token.

use super::shared::{Context, required_setting};
use super::shared::surroundings::{is_refused_at_start, missed_variable};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, SecretRole};
use crate::flow::origin::OriginKind;
use crate::flow::value::{Constant, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::KeyUse;
use crate::source::Place;

const RULE: &str = "weak-signing-key";

/// A key as long as the hash's output (RFC 7518 section 3.2: `HS256` takes 256 bits or more).
const MIN_BYTES: usize = 32;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::SecretUse { value, role, user, place } = event else { return Vec::new() };
    if !signs(*role, user, value, context) {
        return Vec::new();
    }
    let is_token = matches!(context.models.meaning(user), Some(Meaning::Decode(_) | Meaning::Issue(_)));
    let Some(weak) = weakness(value, is_token) else { return Vec::new() };
    let at = weak.at.unwrap_or(*place);
    let written = weak.written.unwrap_or(at);
    // A test signs with what it likes; a placeholder that is refused signs nothing; a default is another flaw.
    let is_spoken_for = is_refused_at_start(context, written, "") || missed_variable(context, written).is_some();
    if context.is_test(at.file) || context.is_example(at.file) || is_spoken_for {
        return Vec::new();
    }
    let message = format!(
        "`{user}` signs or verifies with {}: whoever has one token tries keys against its signature offline, millions a second, and with the right one writes tokens for anybody.",
        weak.what,
    );
    let finding = FindingBuilder::new(RULE, Severity::Error, at, "the key is too weak")
        .message(message)
        .help("use 32 random bytes or more (`python -c \"import secrets; print(secrets.token_urlsafe(32))\"`), kept in the environment or a secret store")
        .confidence(Confidence::High)
        .related(*place, "it is used here")
        .about(at)
        .about(*place)
        .fix(required_setting::fix_literal(context, at))
        .identity(*user);
    vec![finding.build()]
}

struct Weakness {
    what: String,
    /// Where the finding stands, if not at the use.
    at: Option<Place>,
    /// Where the literal stands.
    written: Option<Place>,
}

/// Whether a secret signs: the key of a token, a signer or a MAC, or a setting that a framework signs with.
fn signs(role: SecretRole, user: &str, value: &Value<'_>, context: &Context<'_, '_>) -> bool {
    match role {
        SecretRole::Key => match context.models.meaning(user) {
            Some(Meaning::Decode(_) | Meaning::Issue(_)) => !is_other_key(value),
            Some(Meaning::Instance(model)) => model.key_use == Some(KeyUse::Signs),
            // A MAC with a fixed text for a key may only keep purposes apart; with a word of every list it keeps nothing.
            Some(Meaning::Mac(_)) => value.as_text().is_some_and(|text| is_word(text)),
            _ => false,
        },
        SecretRole::Configuration => context.models.configuration(user).is_some_and(|model| model.is_signing_key),
        _ => false,
    }
}

/// Text that is the key of something else than HMAC, or the name of where one is.
fn is_other_key(value: &Value<'_>) -> bool {
    value.as_text().is_some_and(|text| {
        let is_path = text.contains('/') || [".pem", ".key", ".pub", ".crt", ".json"].iter().any(|end| text.ends_with(end));
        text.starts_with("-----BEGIN") || text.starts_with("ssh-") || text.trim_start().starts_with('{') || is_path
    })
}

fn weakness(value: &Value<'_>, is_token: bool) -> Option<Weakness> {
    let few = value.origins.iter().find_map(|origin| match origin.kind {
        OriginKind::FewRandomBytes { count } => Some((count, origin.trail.root().place)),
        _ => None,
    });
    if let Some((count, at)) = few {
        let what = format!("{count} random {} where {MIN_BYTES} are the least", if count == 1 { "byte" } else { "bytes" });
        return Some(Weakness { what, at: Some(at), written: None });
    }
    let Shape::Constant(Constant::Text { text, at, .. }) = &value.shape else { return None };
    if text.is_empty() {
        return is_token.then(|| Weakness { what: "an empty key".to_owned(), at: None, written: Some(*at) });
    }
    let is_placeholder = text.contains(['<', '{', '…']) || text.contains("...");
    if is_placeholder || text.len() >= MIN_BYTES {
        return None;
    }
    let length = text.len();
    let what = if is_word(text) {
        "a word that everybody tries first".to_owned()
    } else {
        format!("a key of {length} {} where {MIN_BYTES} are the least", if length == 1 { "byte" } else { "bytes" })
    };
    Some(Weakness { what, at: Some(*at), written: Some(*at) })
}

/// Words that lists of keys to try begin with.
fn is_word(text: &str) -> bool {
    let bare: String = text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    ["secret", "password", "changeme", "key", "test", "dev", "development", "jwt", "admin", "supersecret", "default"]
        .iter()
        .any(|word| bare == *word || bare == format!("{word}key") || bare == format!("my{word}") || bare == format!("your{word}"))
}
