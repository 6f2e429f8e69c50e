//! What the rules about requests to other services ask: which credential travels, and where to.

use super::{Context, credential_words, leaked};
use crate::finding::Confidence;
use crate::flow::event::OutgoingCall;
use crate::flow::origin::{CredentialKind, Origin, OriginKind, Part, Store};
use crate::flow::relevant;
use crate::flow::value::Value;
use crate::program::vocabulary;

/// A credential that a request carries.
pub(in crate::rules) struct Carried {
    /// It in words.
    pub(in crate::rules) what: String,
    /// Whether the words are in the plural.
    pub(in crate::rules) is_plural: bool,
    /// How sure that is.
    pub(in crate::rules) confidence: Confidence,
}

/// The credential that a request carries, where it carries one.
pub(in crate::rules) fn carried(call: &OutgoingCall<'_>) -> Option<Carried> {
    let sure = |what: String| Some(Carried { what, is_plural: false, confidence: Confidence::High });
    let header = call.headers.entries.iter().find(|(name, value)| {
        vocabulary::header_kind(name).is_some_and(|kind| kind != CredentialKind::Signature) && !value.is_none()
    });
    if let Some((name, _)) = header {
        return sure(format!("the `{name}` header"));
    }
    if call.authentication.is_some() {
        let what = "the credentials in `auth`".to_owned();
        return Some(Carried { what, is_plural: true, confidence: Confidence::High });
    }
    let elsewhere = call.query.iter().chain(&call.body).chain(&call.headers.rest).chain([&call.address]);
    let origins = elsewhere.flat_map(|value| value.deep_origins().iter().cloned().collect::<Vec<_>>());
    let mut secret = origins.filter(is_credential);
    secret.next().map(|origin| Carried { what: words(&origin), is_plural: false, confidence: origin.confidence })
}

/// Whether an origin lets whoever holds it act for somebody.
pub(in crate::rules) fn is_credential(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(credential) => {
            matches!(credential.part, Part::Whole | Part::Token) && credential.kind != CredentialKind::Signature
        }
        OriginKind::IssuedToken | OriginKind::TokenResponse => true,
        OriginKind::Setting { store: Store::Literal, .. } => false,
        _ => relevant::is_secret(origin),
    }
}

/// A credential in words.
pub(in crate::rules) fn words(origin: &Origin) -> String {
    match &origin.kind {
        OriginKind::Credential(credential) => credential_words(credential),
        OriginKind::TokenResponse => "the token from the authorization server".to_owned(),
        _ => leaked(origin),
    }
}

/// The texts that an address is known to begin with: a constant, the text around what is put into it, a default.
pub(in crate::rules) fn addresses(value: &Value<'_>, context: &Context<'_, '_>) -> Vec<String> {
    let mut texts: Vec<String> = value.as_text().map(std::string::ToString::to_string).into_iter().collect();
    for origin in &value.deep_origins() {
        match &origin.kind {
            OriginKind::Address { text } => texts.push(text.to_string()),
            OriginKind::Setting { store: Store::Literal, .. } => {
                let written = context.index.text(origin.trail.root().place);
                texts.push(written.trim_matches(['"', '\'', 'b']).to_owned());
            }
            _ => {}
        }
    }
    texts.retain(|text| text.contains("://") || text.contains('?'));
    texts
}

/// The host of an address; empty where it is not known.
pub(in crate::rules) fn host(address: &str) -> &str {
    let after = address.split_once("://").map_or("", |(_, after)| after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.contains(['{', '%', '<']) {
        return "";
    }
    match host.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Whether a host is this machine, or a name that only a private network knows.
pub(in crate::rules) fn is_near(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    let is_loopback = lower.starts_with("127.") || matches!(lower.as_str(), "localhost" | "::1" | "0.0.0.0");
    let is_local_name = [".localhost", ".local", ".svc", ".cluster.local", ".internal", ".test", ".invalid", ".lan"]
        .iter()
        .any(|suffix| lower.ends_with(suffix));
    is_loopback || is_local_name || !lower.contains('.')
}

/// What an address serves, as the beginning of a sentence, where it is an endpoint that issues, describes or checks tokens.
pub(in crate::rules) fn endpoint(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    if path.contains("jwks") || path.ends_with("/oauth2/v3/certs") || path.ends_with("/protocol/openid-connect/certs") {
        return Some("the keys that verify tokens are");
    }
    if path.contains("/.well-known/") {
        return Some("the description of the authorization server is");
    }
    match last {
        "token" | "tokens" | "access_token" => Some("the tokens of the authorization server are"),
        "introspect" | "introspection" | "tokeninfo" => Some("the answer that says whether a token is good is"),
        "userinfo" => Some("the answer that says who holds a token is"),
        _ => None,
    }
}
