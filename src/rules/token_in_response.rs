//! `token-in-response`: the credential that a caller presented, or the secret it is measured against, is answered.

use super::shared::{Context, capitalised, leaked, root, spelled, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Answer, Event};
use crate::flow::origin::{Channel, CredentialKind, Origin, OriginKind, Origins, Part, Store};
use crate::flow::relevant;
use crate::flow::value::Value;
use crate::program::vocabulary;
use crate::syntax::tree::Function;

const RULE: &str = "token-in-response";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Answer(answer) = event else { return Vec::new() };
    if context.is_test(answer.place.file) {
        return Vec::new();
    }
    let origins = all_origins(answer);
    // Who is handed a new token is at the endpoint that issues it.
    if origins.any(|kind| matches!(kind, OriginKind::IssuedToken | OriginKind::TokenResponse)) {
        return Vec::new();
    }
    // Nor is who comes with an old one told anything new where it is renewed.
    let is_renewal = |function: &Function| {
        vocabulary::words(&function.name).iter().any(|word| matches!(word.as_str(), "refresh" | "renew" | "rotate"))
    };
    if context.function_around(answer.place).is_some_and(is_renewal) || context.index.text(answer.place).contains("refresh") {
        return Vec::new();
    }
    let Some(origin) = origins.iter().find(|origin| is_given_away(origin) || is_expected(origin, answer)) else { return Vec::new() };
    let what = leaked(origin);
    let gain = match &origin.kind {
        OriginKind::Mac => "whoever sends a wrong one is told the right one for the same body and has but to send it",
        OriginKind::Credential(_) | OriginKind::HeaderMap => "whatever stores or shows answers (caches, logs, error reports, scripts in the page) then has it too",
        _ => "whoever gets such an answer has it",
    };
    let finding = FindingBuilder::new(RULE, Severity::Error, answer.place, "it is answered here")
        .message(format!("{} is put into an answer: {gain}.", capitalised(&what)))
        .help(format!("answer with who the caller is, a request id or a fixed message instead of {}", spelled(origin, context)))
        .confidence(origin.confidence)
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, answer.place, "it is answered here"))
        .identity(what);
    vec![finding.build()]
}

/// Whether it is what a presented credential was just measured against.
fn is_expected(origin: &Origin, answer: &Answer<'_>) -> bool {
    // The right signature of what was sent, told to whoever sent a wrong one, makes the next one right.
    let is_refusal = answer.status.is_none_or(|status| status >= 400);
    if origin.kind == OriginKind::Mac && is_refusal && answer.expected_signatures.contains(&root(origin)) {
        return true;
    }
    matches!(&origin.kind, OriginKind::Setting { store: Store::Environment | Store::Configuration | Store::SecretStore, name } if answer.expected.contains(name))
        && origin.confidence == Confidence::High
}

fn all_origins(answer: &Answer<'_>) -> Origins {
    answer.body.iter().map(Value::deep_origins).fold(Origins::default(), |all, more| all.union(&more))
}

/// Whether an origin is a credential that came in a header or cookie, or a secret by more than a general name.
fn is_given_away(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::HeaderMap => origin.confidence == Confidence::High,
        OriginKind::Credential(credential) => {
            origin.confidence == Confidence::High
                && matches!(credential.channel, Channel::Header | Channel::Cookie)
                && matches!(credential.part, Part::Whole | Part::Token)
                && credential.kind != CredentialKind::Signature
        }
        // Keys that a browser needs (maps, analytics) are called keys and tokens as well.
        OriginKind::Setting { store: Store::Environment | Store::Configuration | Store::SecretStore, name } => {
            origin.confidence == Confidence::High
                && relevant::is_secret(origin)
                && vocabulary::words(name).iter().any(|word| matches!(word.as_str(), "secret" | "signing" | "jwt" | "private" | "password" | "admin" | "internal" | "master" | "service"))
        }
        _ => false,
    }
}
