//! `algorithm-confusion`: the token, not the program, decides how it is verified.

use super::shared::Context;
use super::shared::decoding::{call_at, function_quote, is_own_token};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts, SecretRole};
use crate::flow::origin::OriginKind;
use crate::flow::token::{Algorithms, texts};
use crate::flow::value::{Shape, Value};
use crate::models::Meaning;
use crate::models::schema::DecodeGives;
use crate::program::versions::Fit;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{ArgumentKind, Name};

const RULE: &str = "algorithm-confusion";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let (entry, facts) = match event {
        Event::EntryEnd { entry, facts, .. } => (entry, facts),
        Event::SecretUse { value, role: SecretRole::Key, user, place } => {
            return public_key_in_mac(value, user, *place, context).into_iter().collect();
        }
        Event::Algorithms { value, is_issued: false, user, place, .. } => {
            return mixed_in_configuration(value, user, *place, context).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    let is_asked = |decode: &&Decode<'_>| decode.is_verified && decode.model.gives != DecodeGives::Header;
    let verified = facts.decodes.values().filter(is_asked);
    verified.filter_map(|decode| finding(decode, entry, facts, context)).collect()
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    if decode.key.as_ref().is_some_and(|key| is_key_of_family(key, context)) {
        return None;
    }
    let call = function_quote(decode, context);
    let library = &decode.library;
    let is_shared = decode.key.as_ref().is_some_and(is_shared_secret);
    let (label, what, confidence) = match &decode.algorithms {
        Algorithms::FromToken if !facts.header_checks.contains("alg") && !is_issued_here(decode) => (
            "the algorithm comes from the token",
            format!("{call} accepts the algorithm that the token's own header names: whoever writes the token picks how it is verified, so a public key is taken for an HMAC secret, or no signature is asked for"),
            Confidence::High,
        ),
        Algorithms::Named(names) if mixes_families(names) && !is_own_token(decode, context) => (
            "both families are accepted with one key",
            if is_shared {
                format!("{call} accepts HMAC and public-key algorithms with the same shared secret: on the day when a public key takes its place, anyone who knows that key can sign tokens with it as the HMAC secret, unless this version of {library} recognises and refuses it")
            } else {
                format!("{call} accepts HMAC and public-key algorithms with the same key: where that is a public key, anyone who knows it can sign tokens with it as the HMAC secret, unless this version of {library} recognises and refuses it")
            },
            Confidence::High,
        ),
        Algorithms::Named(names) if !names.is_empty() && names.iter().all(is_hmac) && is_public_key(decode.key.as_ref(), (decode.place, 1), context) => (
            "a public key is the HMAC secret",
            format!("{call} verifies HMAC with a public key: anyone who knows that key can sign tokens with it, unless this version of {library} recognises and refuses it"),
            Confidence::Medium,
        ),
        Algorithms::Omitted if decode.follows_token != Fit::No && !is_issued_here(decode) => {
            let (versions, confidence) = match decode.follows_token {
                Fit::Unknown => (format!(" (in {library} {}, which nothing here rules out)", versions(decode)), Confidence::Medium),
                _ => (String::new(), Confidence::High),
            };
            let gain = if is_shared {
                "with a shared secret that is another HMAC, and on the day when a public key takes its place, whoever knows that key signs tokens"
            } else {
                "whoever writes the token picks how it is verified"
            };
            (
                "no algorithms are named here",
                format!("{call} names no algorithms, so that of the token's own header is used{versions}: {gain}"),
                confidence,
            )
        }
        _ => return None,
    };
    let severity = if is_shared && !matches!(decode.algorithms, Algorithms::FromToken) { Severity::Warning } else { Severity::Error };
    let builder = FindingBuilder::new(RULE, severity, decode.place, label)
        .message(format!("{what}."))
        .help("name the one algorithm that your issuer signs with: `algorithms=[\"RS256\"]`, or `[\"HS256\"]` for a shared secret")
        .confidence(confidence)
        .about(decode.place)
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    Some(builder.build())
}

/// Whether what is decoded was issued by the same run of the program just before: nobody else wrote its header.
fn is_issued_here(decode: &Decode<'_>) -> bool {
    let mut origins = decode.token.origins.iter().peekable();
    origins.peek().is_some() && origins.all(|origin| origin.kind == OriginKind::IssuedToken)
}

/// A setting that accepts both families: the library has one key for all of them.
fn mixed_in_configuration(value: &Value<'_>, key: &str, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let is_setting = context.models.configuration(key).is_some();
    if !is_setting || context.is_test(place.file) || !texts(value).is_some_and(|names| mixes_families(&names)) {
        return None;
    }
    let builder = FindingBuilder::new(RULE, Severity::Error, place, "both families are accepted with one key")
        .message(format!(
            "`{key}` accepts HMAC and public-key algorithms with the same key: where that is a public key, anyone who knows it can sign tokens with it as the HMAC secret, unless the installed version of the library recognises and refuses it."
        ))
        .help("name the one algorithm that your issuer signs with")
        .confidence(Confidence::Medium)
        .about(place)
        .identity(key);
    Some(builder.build())
}

fn versions(decode: &Decode<'_>) -> String {
    let range = decode.model.algorithms_from_token.as_ref();
    range.and_then(|range| range.before.as_deref()).map_or_else(|| "some versions".to_owned(), |before| format!("before {before}"))
}

/// `hmac.new(PUBLIC_KEY, …)`: what a decoder of the program's own does where the token says `HS256`.
fn public_key_in_mac(value: &Value<'_>, user: &str, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let is_mac = matches!(context.models.meaning(user), Some(Meaning::Mac(_)));
    if !is_mac || context.is_test(place.file) || !is_public_key(Some(value), (place, 0), context) {
        return None;
    }
    let message = format!(
        "{} computes an HMAC with a public key as its secret: anyone who knows that key, and it is no secret, computes the same and signs what they like with `\"alg\": \"HS256\"`.",
        context.quote(place),
    );
    let builder = FindingBuilder::new(RULE, Severity::Error, place, "a public key is the HMAC secret")
        .message(message)
        .help("verify with the key's own algorithm (`jwt.decode(token, public_key, algorithms=[\"RS256\"])`) and refuse every other, or sign with a secret of its own")
        .confidence(Confidence::Medium)
        .about(place)
        .identity(user);
    Some(builder.build())
}

/// Whether a key is a public one, by the names it goes by on its way or where it is used, or by its text.
fn is_public_key(key: Option<&Value<'_>>, call: (Place, usize), context: &Context<'_, '_>) -> bool {
    let Some(key) = key else { return false };
    let is_pem = key.as_text().is_some_and(|text| text.contains("BEGIN PUBLIC KEY") || text.contains("BEGIN RSA PUBLIC KEY"));
    let origins = key.deep_origins();
    let is_travelling = origins.iter().any(|origin| {
        let is_setting = matches!(&origin.kind, OriginKind::Setting { name, .. } if is_public_name(name));
        is_setting || origin.trail.names().any(|name| is_public_name(name))
    });
    let is_named = || key_argument(context, call).is_some_and(|text| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(is_public_name));
    is_pem || is_travelling || is_named()
}

/// Whether a key is an object, and no text that could be taken for the secret of an HMAC.
fn is_key_of_family(key: &Value<'_>, context: &Context<'_, '_>) -> bool {
    let is_it = |member: &Value<'_>| matches!(&member.shape, Shape::ExternalInstance { class, .. } if context.models.is_key_of_family(class));
    // One that was kept in a cache is taken out again as something unknown.
    let may_be = |member: &Value<'_>| is_it(member) || (member.is_unseen() && member.origins.is_empty()) || member.is_none();
    key.alternatives().iter().any(is_it) && key.alternatives().iter().all(may_be)
}

/// Whether a key is one text that both sides keep to themselves, by its own names: no public key can be meant.
fn is_shared_secret(key: &Value<'_>) -> bool {
    let is_secret = |name: &Name| vocabulary::words(name).iter().any(|word| word == "secret" || word == "secrets");
    let mut keys = key.origins.iter().peekable();
    keys.peek().is_some() && keys.all(|origin| matches!(&origin.kind, OriginKind::Setting { name, .. } if is_secret(name) && !is_public_name(name)))
}

/// The key as a call is given it: by its name, or at this position.
fn key_argument<'a>(context: &Context<'a, '_>, (place, position): (Place, usize)) -> Option<&'a str> {
    let arguments = call_at(context, place)?;
    let by_name = arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "key"));
    let argument = by_name.or_else(|| arguments.get(position))?;
    Some(context.index.text(Place { file: place.file, span: argument.value.span }))
}

/// `PUBLIC_KEY`, `jwt_public_pem`, `rsa_pubkey`.
fn is_public_name(name: &str) -> bool {
    let words = vocabulary::words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&["pubkey", "publickey"]) || (has(&["public", "pub"]) && has(&["key", "pem", "cert"]))
}

fn is_hmac(name: &Name) -> bool {
    name.to_ascii_uppercase().starts_with("HS")
}

/// HMAC (`HS256`) beside anything that verifies with a public key.
fn mixes_families(names: &[Name]) -> bool {
    let is_public = |name: &Name| {
        let name = name.to_ascii_uppercase();
        ["RS", "PS", "ES", "ED"].iter().any(|family| name.starts_with(family))
    };
    names.iter().any(is_hmac) && names.iter().any(is_public)
}
