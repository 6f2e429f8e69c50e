//! `token-over-http`: a credential goes over the network in clear text.

use super::shared::sending::{addresses, carried, host, is_near};
use super::shared::surroundings::is_development_only;
use super::shared::{Context, capitalised};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::Event;

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
    let host = host(address);
    let finding = FindingBuilder::new(RULE, Severity::Error, call.place, "it goes out in clear text here")
        .message(format!(
            "{} {} sent to `{host}` over plain HTTP: everyone on the way can read and use what is sent.",
            capitalised(&carried.what),
            if carried.is_plural { "are" } else { "is" }
        ))
        .help(format!("use `https://{host}`, and refuse addresses of other schemes where they are configured"))
        .confidence(carried.confidence)
        .identity(call.function.as_str())
        .identity(host);
    vec![finding.build()]
}
