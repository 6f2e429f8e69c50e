//! `tls-verification-disabled`: a credential is sent, or keys and tokens are fetched, without checking who answers.

use super::shared::sending::{addresses, carried, endpoint, host, is_near};
use super::shared::surroundings::is_development_only;
use super::shared::edits::{call_parts, keyword};
use super::shared::{Context, capitalised, verified_connection};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::Event;
use crate::source::Place;
use crate::program::vocabulary;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind, UnaryOperator};
use crate::syntax::visit;

const RULE: &str = "tls-verification-disabled";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Outgoing(call) = event else { return Vec::new() };
    let Some(off) = call.unverified else { return Vec::new() };
    let addresses = addresses(&call.address, context);
    let is_near_only = !addresses.is_empty()
        && addresses.iter().all(|address| !host(address).is_empty() && is_loopback_or_plain(address));
    if is_near_only || context.is_test(call.place.file) || is_development_only(context, off) || is_off_when_near(context, off) || is_off_for_tests(context, off) {
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

/// `verify=not settings.PAYMENT_TEST`, `verify=not DEBUG`: off where the program is tried out.
fn is_off_for_tests(context: &Context<'_, '_>, off: Place) -> bool {
    let call = context.expression_at(off).and_then(call_parts);
    let Some(flag) = call.and_then(|call| keyword(call, "verify")) else { return false };
    let ExpressionKind::Unary { operator: UnaryOperator::Not, operand } = &flag.kind else { return false };
    let (ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }) = &operand.kind else { return false };
    let is_trial = |word: &String| matches!(word.as_str(), "test" | "testing" | "sandbox" | "staging" | "debug" | "dev" | "development");
    vocabulary::words(name).iter().any(is_trial)
}

/// `verify=not is_local`, where `is_local` asks for the loopback address: whoever answers there is on the same machine.
fn is_off_when_near(context: &Context<'_, '_>, off: Place) -> bool {
    let call = context.expression_at(off).and_then(call_parts);
    let Some(flag) = call.and_then(|call| keyword(call, "verify")) else { return false };
    let speaks = |value: &Expression| {
        let text = context.index.text(Place { file: off.file, span: value.span });
        text.contains("localhost") || text.contains("127.0.0.1")
    };
    let mut names: Vec<&str> = Vec::new();
    visit::expression(flag, &mut |inner| {
        if let ExpressionKind::Name(name) = &inner.kind {
            names.push(name);
        }
    });
    let is_asked = |statement: &Statement| match &statement.kind {
        StatementKind::Assign { targets, value } => {
            let is_meant = |target: &Expression| matches!(&target.kind, ExpressionKind::Name(name) if names.contains(&name.as_str()));
            targets.iter().any(is_meant) && speaks(value)
        }
        _ => false,
    };
    speaks(flag) || context.function_around(off).is_some_and(|function| function.body.iter().any(is_asked))
}
