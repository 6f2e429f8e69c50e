//! `token-over-http`: a credential goes over the network in clear text.

use super::shared::sending::{addresses, carried, host, is_near};
use super::shared::surroundings::is_development_only;
use super::shared::{Context, capitalised, root};
use super::shared::edits::Editor;
use crate::finding::{Finding, FindingBuilder, Fix, Severity};
use crate::flow::event::Event;
use crate::flow::origin::OriginKind;
use crate::flow::value::{Constant, Shape, Value};
use crate::source::Place;

const RULE: &str = "token-over-http";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Outgoing(call) = event else { return Vec::new() };
    let Some(carried) = carried(call) else { return Vec::new() };
    let addresses = addresses(&call.address, context);
    let clear = addresses.iter().find(|address| {
        let host = host(address);
        address.starts_with("http://") && !host.is_empty() && !is_near(host)
    });
    let Some(address) = clear else { return Vec::new() };
    // An address that may also be another one, with TLS, is the deployment's choice.
    let may_be_safe = addresses.iter().any(|address| address.starts_with("https://"));
    if may_be_safe || context.is_test(call.place.file) || is_development_only(context, call.place) {
        return Vec::new();
    }
    // Settings of another environment are no longer told apart where they are used; where they are written they are.
    let is_clear = |place: &Place| context.index.text(*place).contains("http://");
    let mut written = places(&call.address).into_iter().filter(is_clear).peekable();
    if written.peek().is_some() && written.all(|place| is_development_only(context, place)) {
        return Vec::new();
    }
    let host = host(address);
    let finding = FindingBuilder::new(RULE, Severity::Error, call.place, "it goes out in clear text here")
        .message(format!(
            "{} {} sent to `{host}` over plain HTTP: everyone on the way can read and use what is sent.",
            capitalised(&carried.what),
            if carried.is_plural { "are" } else { "is" }
        ))
        .help(format!("use `https://{host}`, and refuse addresses of other schemes where they are configured"))
        .confidence(carried.confidence)
        .fix(over_tls(&call.address, host, context))
        .identity(call.function.as_str())
        .identity(host);
    vec![finding.build()]
}

/// `https://` where the address is written. Unsafe: the other side may not answer there.
fn over_tls(address: &Value<'_>, host: &str, context: &Context<'_, '_>) -> Option<Fix> {
    let start = format!("http://{host}");
    let (place, at) = places(address).into_iter().find_map(|place| {
        let mut found = context.index.text(place).match_indices(&start);
        let (Some((at, _)), None) = (found.next(), found.next()) else { return None };
        Some((place, at as u32))
    })?;
    let mut editor = Editor::new(context, place.file);
    editor.insert(place.span.start + at + 4, "s");
    editor.fix("Use TLS", false)
}

/// Where an address, or what it is made of, is written.
fn places(address: &Value<'_>) -> Vec<Place> {
    let alternatives = address.alternatives();
    let written = alternatives.iter().filter_map(|one| match &one.shape {
        Shape::Constant(Constant::Text { at, .. }) => Some(*at),
        _ => None,
    });
    let origins = address.deep_origins();
    let roots = origins.iter().filter(|origin| matches!(origin.kind, OriginKind::Address { .. } | OriginKind::Setting { .. }));
    written.chain(roots.map(root)).collect()
}
