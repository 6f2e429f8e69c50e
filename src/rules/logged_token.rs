//! `logged-token`: a token, key or other secret reaches a log.

use super::logged_authorization_header::is_header;
use super::shared::{Context, capitalised, credential_words, held, lower, root, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::Event;
use crate::flow::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part};
use crate::flow::relevant;

const RULE: &str = "logged-token";

pub(super) fn judge(event: &Event<'_, '_>, _context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Log { sink, value, place, confidence, .. } = event else { return Vec::new() };
    let origins = value.deep_origins();
    if origins.any(is_header) {
        return Vec::new();
    }
    let Some(origin) = origins.iter().find(|origin| is_token(origin)) else { return Vec::new() };
    let what = match &origin.kind {
        OriginKind::Credential(credential) => credential_words(credential),
        OriginKind::IssuedToken => "a token that the program issues".to_owned(),
        OriginKind::TokenResponse => "the answer of a token endpoint".to_owned(),
        _ => held(origin),
    };
    let finding = FindingBuilder::new(RULE, Severity::Warning, *place, "it is written here")
        .message(format!("{} is written to {}: whoever can read it can use it.", capitalised(&what), sink.target))
        .help("log an id, a hash or at most the last four characters of it")
        .confidence(lower(origin.confidence, *confidence))
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, *place, "written to the log"))
        .identity(what);
    vec![finding.build()]
}

fn is_token(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(Credential { channel, kind, name, part }) => {
            let is_secret_part = matches!(part, Part::Whole | Part::Token | Part::Fragment);
            // A parameter called `token` is as often a word of a grammar as a credential.
            let is_telling = *channel != Channel::Parameter || !matches!(name.as_str(), "token" | "tok" | "key" | "secret");
            is_secret_part && is_telling && *kind != CredentialKind::Signature
        }
        OriginKind::IssuedToken | OriginKind::TokenResponse => true,
        _ => relevant::is_secret(origin),
    }
}
