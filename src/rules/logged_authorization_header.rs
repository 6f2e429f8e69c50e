//! `logged-authorization-header`: the header that carries the credential, or all headers, reach a log.

use super::shared::{Context, lower, redaction, root, spelled, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::Event;
use crate::flow::origin::{Channel, Credential, CredentialKind, OriginKind, Part};

const RULE: &str = "logged-authorization-header";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Log { sink, value, position, place, confidence } = event else { return Vec::new() };
    let origins = value.deep_origins();
    let Some(origin) = origins.find(is_header) else { return Vec::new() };
    let spelled = spelled(origin, context);
    let (what, help) = match &origin.kind {
        OriginKind::Credential(credential) => (
            format!("The `{}` header", credential.name),
            format!("log the caller's identity after verification, or a request id, instead of {spelled}"),
        ),
        _ => (
            "The map of all request headers, `Authorization` among them,".to_owned(),
            format!("log the headers you need by name instead of {spelled}, or a copy without those that hold credentials"),
        ),
    };
    let finding = FindingBuilder::new(RULE, Severity::Error, *place, "it is written here")
        .message(format!("{what} is written to {}: whoever can read it can send the same requests.", sink.target))
        .help(help)
        .confidence(lower(origin.confidence, *confidence))
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, *place, "written to the log"))
        .fix(redaction::fix(context, *place, *position, origin))
        .about(*place)
        .identity(what);
    vec![finding.build()]
}

/// The header as sent, or the map that holds it.
pub(super) fn is_header(kind: &OriginKind) -> bool {
    match kind {
        OriginKind::HeaderMap => true,
        OriginKind::Credential(Credential { channel, kind, part, .. }) => {
            *channel == Channel::Header && *kind == CredentialKind::Bearer && *part == Part::Whole
        }
        _ => false,
    }
}
