//! `token-without-expiry`: a token is issued that is good for ever.

use super::shared::{Context, presented, root};
use super::shared::surroundings::is_development_only;
use super::shared::trial::is_made_for_a_try;
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, IssueCall};
use crate::flow::origin::Origin;
use crate::flow::value::{Dictionary, Shape, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::program::vocabulary;
use crate::source::Place;
use crate::flow::walk;
use crate::syntax::tree::{Expression, ExpressionKind, Function, Name, Statement, StatementKind};
use crate::syntax::visit;

const RULE: &str = "token-without-expiry";
const HARM: &str = "one that leaks is good for ever, and nothing but a new key ends it";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Issue(call) => issued(call, context).into_iter().collect(),
        Event::Configured { key, value, place } => configured(key, value, *place, context).into_iter().collect(),
        Event::Ageless { token, function, parameter, place } => {
            ageless(token, function, parameter, *place, context).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn issued(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    if context.is_test(call.place.file) || is_made_for_a_try(context, call.place) {
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
    if known.iter().any(expires) || is_changed_elsewhere(call.place, context) || is_dated_for_another_service(call, &known, context) {
        return None;
    }
    if known.iter().all(|claims| is_trial(claims)) {
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

/// Claims that are written down and speak of nobody: a token made to see whether a key works.
fn is_trial(claims: &Dictionary<'_>) -> bool {
    let is_told = |name: &Name| vocabulary::is_identity_claim(name) || matches!(name.as_str(), "iss" | "aud" | "iat" | "nbf");
    let mut entries = claims.entries.iter();
    !claims.entries.is_empty() && entries.all(|(name, value)| !is_told(name) && matches!(value.shape, Shape::Constant(_)))
}

/// A signed token that tells when it was made, accepted however old it is.
fn ageless(token: &Origin, function: &str, parameter: &str, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let around = context.function_around(place);
    let has_end = around.is_some_and(|around| {
        let text = context.index.text(Place { file: place.file, span: around.span });
        // A link that ends a subscription is as good years later; other code may know an end of its own.
        let is_other = |word: &String| matches!(word.as_str(), "unsubscribe" | "timestamp" | "age") || word.starts_with("exp");
        vocabulary::words(text).iter().any(is_other)
    });
    if has_end || context.is_test(place.file) {
        return None;
    }
    let message = format!(
        "`{function}` accepts {} however old it is, since no `{parameter}` is given: {HARM}.",
        presented(token),
    );
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "accepted without an end here")
        .message(message)
        .help(format!("say how old it may be: `{parameter}=900`"))
        .confidence(token.confidence)
        .about(place)
        .related(root(token), token.trail.root().step_text())
        .identity(function);
    Some(finding.build())
}

/// Whether another service accepts the token, and the claims tell it when the token was issued and nothing of who uses the
/// program: it limits the age itself.
fn is_dated_for_another_service(call: &IssueCall<'_>, known: &[&Dictionary<'_>], context: &Context<'_, '_>) -> bool {
    let says_when = |claims: &&Dictionary<'_>| ["iat", "timestamp", "ts"].iter().any(|name| claims.entries.contains_key(*name));
    // A pass for somebody else's wallet, say: that one knows what it accepts.
    let is_pass = || {
        known.iter().all(|claims| ["iss", "aud"].iter().all(|name| claims.entries.contains_key(*name)) && !claims.entries.contains_key("sub"))
            && context.issues_for_another_service(call)
    };
    is_pass() || known.iter().all(says_when) && (!known.iter().any(|claims| claims.entries.contains_key("sub")) || context.is_for_named_server(call)) && context.signs_for_another_service(call)
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

/// Whether something else than the statements that are followed may add to the claims: another call that they are handed to
/// by their name, another name that they get, another method where an attribute holds them.
fn is_changed_elsewhere(place: Place, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_around(place) else { return false };
    let (mut own, mut others): (Vec<&Expression>, Vec<&Expression>) = (Vec::new(), Vec::new());
    visit::expressions(&function.body, &mut |expression| {
        let ExpressionKind::Call { arguments, .. } = &expression.kind else { return };
        let all = if expression.span == place.span { &mut own } else { &mut others };
        all.extend(arguments.iter().map(|argument| &argument.value));
    });
    let is_same = |left: &Expression, right: &Expression| match (&left.kind, &right.kind) {
        (ExpressionKind::Name(left), ExpressionKind::Name(right)) => left == right,
        (ExpressionKind::Attribute { name: left, .. }, ExpressionKind::Attribute { name: right, .. }) => left == right,
        _ => false,
    };
    own.iter().any(|claims| {
        let is_in_class =
            || matches!(&claims.kind, ExpressionKind::Attribute { name, .. } if is_written_into(name, function, place, context));
        others.iter().any(|other| is_same(claims, other))
            || is_renamed(&function.body, &|other| is_same(claims, other))
            || is_in_class()
    })
}

/// Whether a body gives something a second name: `claims = payload`, `claims = payload = {…}`.
fn is_renamed(body: &[Statement], is_it: &dyn Fn(&Expression) -> bool) -> bool {
    body.iter().any(|statement| {
        let is_here = match &statement.kind {
            StatementKind::Assign { targets, value } => is_it(value) || targets.len() > 1 && targets.iter().any(is_it),
            StatementKind::AnnotatedAssign { value: Some(value), .. } => is_it(value),
            _ => false,
        };
        is_here || walk::bodies(statement).into_iter().any(|inner| is_renamed(inner, is_it))
    })
}

/// Whether another function of the file writes into what an attribute of this name holds.
fn is_written_into(attribute: &str, function: &Function, place: Place, context: &Context<'_, '_>) -> bool {
    let text = &context.index.program.source(place.file).text;
    let own = function.span.start as usize..function.span.end as usize;
    let is_write = |after: &str| {
        ["[", ".update(", ".setdefault(", ".__setitem__(", " |="].iter().any(|written| after.starts_with(written))
    };
    text.match_indices(attribute).any(|(at, found)| {
        !own.contains(&at) && text[..at].ends_with('.') && is_write(&text[at + found.len()..])
    })
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
