//! `tls-verification-disabled`: a credential is sent, or keys and tokens are fetched, without checking who answers.

use super::shared::sending::{addresses, carried, endpoint, host, is_near};
use super::shared::surroundings::is_development_only;
use super::shared::{Context, capitalised, verified_connection};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::Event;

const RULE: &str = "tls-verification-disabled";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Outgoing(call) = event else { return Vec::new() };
    let Some(off) = call.unverified else { return Vec::new() };
    let addresses = addresses(&call.address, context);
    let is_near_only = !addresses.is_empty()
        && addresses.iter().all(|address| !host(address).is_empty() && is_loopback_or_plain(address));
    if is_near_only || context.is_test(call.place.file) || is_development_only(context, off) {
        return Vec::new();
    }
    let fetched = addresses.iter().find_map(|address| endpoint(address));
    let (what, gain, confidence) = match (carried(call), fetched) {
        (Some(carried), _) => {
            (format!("{} {} sent", capitalised(&carried.what), if carried.is_plural { "are" } else { "is" }), "gets the credential", carried.confidence)
        }
        (None, Some(fetched)) => (
            format!("{} fetched", capitalised(fetched)),
            "chooses what the program then trusts",
            Confidence::High,
        ),
        (None, None) => return Vec::new(),
    };
    let finding = FindingBuilder::new(RULE, Severity::Error, off, "certificates are not checked here")
        .message(format!(
            "{what} by `{}` without checking the certificate of the other side: whoever can answer in its place {gain}.",
            call.function
        ))
        .help("leave verification on; for a private authority pass its certificate instead (`verify=\"/path/to/ca.pem\"`, or a context with `load_verify_locations`)")
        .confidence(confidence)
        .fix(verified_connection::fix(context, off))
        .identity(call.function.as_str());
    let finding = if off == call.place { finding } else { finding.related(call.place, "it is sent here") };
    vec![finding.build()]
}

fn is_loopback_or_plain(address: &str) -> bool {
    let host = host(address);
    is_near(host) && (host.contains("localhost") || host.starts_with("127.") || host == "::1" || host == "0.0.0.0")
}
