//! `token-without-expiry`: a token is issued that is good for ever.

use super::shared::Context;
use super::shared::surroundings::is_development_only;
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, IssueCall};
use crate::flow::value::{Dictionary, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{ExpressionKind, Name};
use crate::syntax::visit;

const RULE: &str = "token-without-expiry";
const HARM: &str = "one that leaks is good for ever, and nothing but a new key ends it";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Issue(call) => issued(call, context).into_iter().collect(),
        Event::Configured { key, value, place } => configured(key, value, *place, context).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn issued(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    if context.is_test(call.place.file) {
        return None;
    }
    // Refresh tokens without an end are a choice where they are kept and can be revoked.
    let is_never = !call.function.contains("refresh") && call.lifetime.as_ref().is_some_and(|lifetime| lifetime.as_boolean() == Some(false));
    if is_never {
        let message = format!("`{}` is told to issue a token that never expires: {HARM}.", call.function);
        return Some(finding(call, message, "give it a lifetime: `expires_delta=timedelta(minutes=15)`"));
    }
    let claims = call.claims.as_ref().filter(|_| call.expires_by_claims)?;
    let whole = |claims| Value::as_dictionary(claims).filter(|claims| claims.rest.is_none());
    let known = claims.alternatives().iter().map(whole).collect::<Option<Vec<&Dictionary<'_>>>>()?;
    let expires = |claims: &&Dictionary<'_>| ["exp", "jti"].iter().any(|name| claims.entries.contains_key(*name));
    if known.iter().any(expires) || is_changed_elsewhere(call.place, context) {
        return None;
    }
    // A program that looks at the time of issue itself sets its own limit.
    if known.iter().any(|claims| claims.entries.contains_key("iat")) && reads_issue_time(call.place, context) {
        return None;
    }
    if known.iter().any(|claims| claims.entries.keys().any(|name| is_own_end(name) && reads_claim(call.place, name, context))) {
        return None;
    }
    let message = format!("`{}` issues a token whose claims have no `exp`: {HARM}.", call.function);
    Some(finding(call, message, "add `\"exp\": datetime.now(timezone.utc) + timedelta(minutes=15)` to the claims"))
}

fn finding(call: &IssueCall<'_>, message: String, help: &str) -> Finding {
    FindingBuilder::new(RULE, Severity::Warning, call.place, "issued without an end here")
        .message(message)
        .help(help)
        .about(call.place)
        .identity(call.function.as_str())
        .build()
}

/// A library that is told to issue tokens without an end.
fn configured(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let meaning = context.models.configuration(key)?.decides?;
    let is_access = meaning == ConfigurationMeaning::AccessLifetime;
    if !is_access || value.as_boolean() != Some(false) || context.is_test(place.file) || is_development_only(context, place) {
        return None;
    }
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "switched off here")
        .message(format!("`{key}` is `False`, so access tokens never expire: {HARM}."))
        .help(format!("give it a lifetime (`{key} = timedelta(minutes=15)`) and renew by refresh tokens"))
        .identity(key);
    Some(finding.build())
}

/// Whether the claims are handed, by their name, to another call of the same function, which may add to them.
fn is_changed_elsewhere(place: Place, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_around(place) else { return false };
    let (mut own, mut others): (Vec<Name>, Vec<Name>) = (Vec::new(), Vec::new());
    visit::expressions(&function.body, &mut |expression| {
        let ExpressionKind::Call { arguments, .. } = &expression.kind else { return };
        let names = arguments.iter().filter_map(|argument| match &argument.value.kind {
            ExpressionKind::Name(name) => Some(name.clone()),
            _ => None,
        });
        if expression.span == place.span { own.extend(names) } else { others.extend(names) }
    });
    own.iter().any(|name| others.contains(name))
}

fn reads_issue_time(place: Place, context: &Context<'_, '_>) -> bool {
    reads_claim(place, "iat", context)
}

/// A claim of the program's own that says when the token ends: `expires_at`, `jwt_exp`, `valid_until`.
fn is_own_end(name: &str) -> bool {
    let is_end = |word: &String| matches!(word.as_str(), "exp" | "expires" | "expiry" | "expiration" | "expire" | "until");
    vocabulary::words(name).iter().any(is_end)
}

/// Whether the program takes a claim out of what it decodes.
fn reads_claim(place: Place, name: &str, context: &Context<'_, '_>) -> bool {
    let reads = [format!("[\"{name}\"]"), format!("['{name}']"), format!(".get(\"{name}\""), format!(".get('{name}'")];
    context.files_naming(place.file, name).any(|file| {
        let text = &context.index.program.source(file).text;
        reads.iter().any(|read| text.contains(read.as_str()))
    })
}
