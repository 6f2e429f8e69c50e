//! `broad-scope-token`: a token for a machine may do everything.

use super::shared::Context;
use super::shared::surroundings::is_development_only;
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, IssueCall};
use crate::flow::value::{Dictionary, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Function;

const RULE: &str = "broad-scope-token";
/// Claims that say what a token is good for (RFC 8693 section 4.2, and what common issuers call it).
const SCOPE_CLAIMS: [&str; 6] = ["scope", "scopes", "scp", "permissions", "roles", "role"];
/// Claims that tokens of clients have (RFC 9068 section 2.2, `azp` of `OpenID` Connect, `gty` of an issuer).
const CLIENT_CLAIMS: [&str; 4] = ["client_id", "azp", "gty", "client"];
/// Words of programs that act for themselves.
const MACHINE_WORDS: [&str; 14] = [
    "client", "machine", "service", "worker", "job", "bot", "daemon", "agent", "device", "robot", "integration", "cron", "m2m",
    "scheduler",
];

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Issue(call) = event else { return Vec::new() };
    issued(call, context).into_iter().collect()
}

fn issued(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let claims = call.claims.as_ref()?;
    if context.is_test(call.place.file) || is_development_only(context, call.place) {
        return None;
    }
    let (claim, scope) = claims.alternatives().iter().find_map(|claims| match &claims.shape {
        Shape::Dictionary(dictionary) if is_for_a_machine(dictionary, call, context) => broad(dictionary),
        _ => None,
    })?;
    let message = format!(
        "`{}` issues a token for a machine with `{scope}` in its claim `{claim}`: whoever gets hold of this one token may do everything that the program allows anyone.",
        call.function
    );
    let finding = FindingBuilder::new(RULE, Severity::Note, call.place, "the token is issued here")
        .message(message)
        .help("name the few scopes that this client needs, and give each client its own")
        .about(call.place)
        .identity(claim);
    Some(finding.build())
}

/// A claim that allows everything, with the word that does.
fn broad(claims: &Dictionary<'_>) -> Option<(&'static str, String)> {
    SCOPE_CLAIMS.iter().find_map(|claim| {
        let value = claims.entries.get(*claim)?;
        let scope = words_of(value).into_iter().find(|scope| is_broad(scope))?;
        Some((*claim, scope))
    })
}

/// The scopes of a claim that the program itself writes: a text of several (RFC 6749 section 3.3) or a list.
fn words_of(value: &Value<'_>) -> Vec<String> {
    let words = |value: &Value<'_>| {
        let text = value.as_text().map(ToString::to_string).unwrap_or_default();
        text.split([' ', ',']).map(str::to_owned).collect::<Vec<_>>()
    };
    match &value.shape {
        Shape::Sequence(elements) => elements.iter().flat_map(words).collect(),
        Shape::Elements(element) => words(element),
        _ => words(value),
    }
}

/// `*`, `orders:*` of every resource is not enough: the wildcard stands alone or before its verb.
fn is_broad(scope: &str) -> bool {
    let lower = scope.to_ascii_lowercase();
    let is_wildcard = lower == "*" || lower.starts_with("*:") || lower.starts_with("*.") || lower == "all" || lower == "all:all";
    is_wildcard || matches!(lower.as_str(), "admin" | "administrator" | "superuser" | "root" | "superadmin" | "full_access" | "full")
}

/// Whether claims, or the function that writes them, speak of a program that acts for itself.
fn is_for_a_machine(claims: &Dictionary<'_>, call: &IssueCall<'_>, context: &Context<'_, '_>) -> bool {
    let speaks = |text: &str| vocabulary::words(text).iter().any(|word| MACHINE_WORDS.contains(&word.as_str()));
    let by_claim = CLIENT_CLAIMS.iter().any(|name| claims.entries.contains_key(*name));
    let by_subject = claims.entries.get("sub").and_then(Value::as_text).is_some_and(|subject| !subject.is_empty());
    let by_function = context.function_around(call.place).is_some_and(|function| speaks(&function.name));
    // RFC 6749 section 4.4: the grant of clients that act for themselves.
    let grants = |function: &Function| {
        context.index.text(Place { file: call.place.file, span: function.span }).contains("client_credentials")
    };
    by_claim || by_subject || by_function || context.function_around(call.place).is_some_and(grants)
}
