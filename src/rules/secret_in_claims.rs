//! `secret-in-claims`: a password, key or other secret stands in the claims of a token, where everyone who has it can read it.

use super::shared::decoding::call_at;
use super::shared::edits::call_parts;
use super::shared::{Context, capitalised, leaked, root, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, IssueCall};
use crate::flow::origin::{Credential, CredentialKind, Origin, OriginKind, Part, Store};
use crate::flow::relevant;
use crate::flow::value::Value;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::ExpressionKind;
use crate::syntax::visit;

const RULE: &str = "secret-in-claims";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Issue(call) = event else { return Vec::new() };
    issued(call, context).into_iter().collect()
}

fn issued(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    if context.is_test(call.place.file) || is_encrypted(call, context) {
        return None;
    }
    // Whom a token is for stands in it like any other claim, with all that it consists of.
    let of_identity = || {
        let (claim, origin) = secret_among(call.identity.as_ref()?)?;
        let claim = claim.unwrap_or_else(|| "sub".to_owned());
        (!is_an_identifier(&claim, &origin)).then_some((Some(claim), origin))
    };
    let found = call.claims.as_ref().and_then(secret_among).or_else(of_identity);
    let Some((claim, origin)) = found else { return hash_among(call, context) };
    let what = leaked(&origin);
    let (subject, place_in_token) = match &claim {
        Some(claim) => (capitalised(&what), format!("into the claim `{claim}` of the token")),
        None => (capitalised(&what), "into the token".to_owned()),
    };
    let message = message(&subject, &place_in_token, call);
    let finding = FindingBuilder::new(RULE, Severity::Warning, call.place, "the token is issued here")
        .message(message)
        .help(HELP)
        .confidence(origin.confidence)
        .about(call.place)
        .related(root(&origin), origin.trail.root().step_text())
        .flow(steps(&origin, call.place, "written into the token"))
        .identity(what);
    Some(finding.build())
}

const HELP: &str = "leave it out: put an id into the token and look the secret up on the server where it is needed";

fn message(subject: &str, place_in_token: &str, call: &IssueCall<'_>) -> String {
    format!(
        "{subject} is put {place_in_token} that `{}` issues: a token is signed and not encrypted, so its holder and everyone who finds it in a log or a browser can read it.",
        call.function
    )
}

/// A hash of a password among the claims that are written in the call, or in the dictionary that it is handed by name: whoever reads
/// it can try passwords at home.
fn hash_among(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let arguments = call_at(context, call.place)?;
    let function = context.function_around(call.place)?;
    let mut written = Vec::new();
    for argument in arguments {
        match &argument.value.kind {
            ExpressionKind::Name(name) => visit::expressions(&function.body, &mut |inner| {
                let is_given = || context.name_given(Place { span: inner.span, ..call.place }) == Some(name);
                if matches!(inner.kind, ExpressionKind::Dictionary(_)) && is_given() {
                    written.push(inner);
                }
            }),
            _ => written.push(&argument.value),
        }
    }
    let mut entries = written.into_iter().filter_map(|claims| match &claims.kind {
        ExpressionKind::Dictionary(entries) => Some(entries),
        _ => None,
    });
    let (claim, hash) = entries.find_map(|entries| {
        entries.iter().find_map(|(claim, value)| match (&claim.as_ref()?.kind, &value.kind) {
            (ExpressionKind::String(claim), ExpressionKind::Attribute { name, .. }) if vocabulary::names_password_hash(name) => {
                Some((claim, value))
            }
            _ => None,
        })
    })?;
    let at = Place { span: hash.span, ..call.place };
    let subject = format!("The password hash `{}`", context.index.text(at));
    let finding = FindingBuilder::new(RULE, Severity::Warning, call.place, "the token is issued here")
        .message(message(&subject, &format!("into the claim `{claim}` of the token"), call))
        .help(HELP)
        .confidence(Confidence::Medium)
        .about(call.place)
        .related(at, "it is put among the claims here")
        .identity(subject.as_str());
    Some(finding.build())
}

/// The first secret among claims, with the claim that holds it.
fn secret_among(claims: &Value<'_>) -> Option<(Option<String>, Origin)> {
    let secret = |value: &Value<'_>| value.deep_origins().iter().find(|origin| is_secret(origin)).cloned();
    for alternative in claims.alternatives() {
        let Some(dictionary) = alternative.as_dictionary() else { continue };
        for (claim, value) in &dictionary.entries {
            if let Some(origin) = secret(value).filter(|origin| !is_an_identifier(claim, origin)) {
                return Some((Some(claim.to_string()), origin));
            }
        }
        if let Some(origin) = dictionary.rest.as_ref().and_then(secret) {
            return Some((None, origin));
        }
    }
    let is_text = claims.alternatives().iter().all(|value| value.as_dictionary().is_none());
    is_text.then(|| claims.origins.iter().find(|origin| is_secret(origin)).cloned()).flatten().map(|origin| (None, origin))
}

/// A secret of the program, or what a caller proves who they are with. A token inside a token is another matter.
fn is_secret(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(Credential { kind, part, .. }) => {
            matches!(kind, CredentialKind::Password | CredentialKind::ApiKey) && matches!(part, Part::Whole | Part::Token)
        }
        // An attribute called `token` is as often an object or a public id.
        OriginKind::Setting { store: Store::Attribute | Store::Variable, name } => {
            let is_token = vocabulary::words(name).iter().any(|word| word == "token");
            !is_token && !matches!(name.as_str(), "key" | "secret") && vocabulary::is_secret(name)
        }
        _ => relevant::is_secret(origin),
    }
}

/// What names a party is no secret, whatever it is called: services hand out pairs of a key and a secret, of which the key
/// says who signed.
fn is_an_identifier(claim: &str, origin: &Origin) -> bool {
    let is_key = match &origin.kind {
        OriginKind::Credential(credential) => credential.kind == CredentialKind::ApiKey,
        OriginKind::Setting { name, .. } => vocabulary::words(name).iter().any(|word| word == "key" || word == "apikey"),
        _ => false,
    };
    is_key && matches!(claim, "iss" | "sub" | "aud" | "jti" | "kid" | "azp" | "client_id")
}

/// Whether nobody reads the claims who has no key: the header says how they are encrypted (`enc`, RFC 7516 section 4.1.2) or
/// may say so, or the token goes into one that is (RFC 7519 section 11.2).
fn is_encrypted(call: &IssueCall<'_>, context: &Context<'_, '_>) -> bool {
    let signs = |header: &Value<'_>| {
        header.as_dictionary().is_some_and(|known| known.rest.is_none() && !known.entries.contains_key("enc"))
    };
    let is_signed = call.header.as_ref().is_none_or(|header| header.alternatives().iter().all(signs));
    !is_signed || is_put_into_encrypted(call, context)
}

/// Whether the function around the call encrypts something too.
fn is_put_into_encrypted(call: &IssueCall<'_>, context: &Context<'_, '_>) -> bool {
    let mut encrypts = false;
    if let Some(function) = context.function_around(call.place) {
        visit::expressions(&function.body, &mut |expression| {
            encrypts |= call_parts(expression).is_some_and(|(callee, _)| {
                let written = context.index.text(Place { file: call.place.file, span: callee.span });
                vocabulary::words(written).iter().any(|word| word.starts_with("encrypt") || word == "jwe")
            });
        });
    }
    encrypts
}
