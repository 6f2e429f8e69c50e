//! `decorator-above-route`: the decorator that checks the caller stands above the one that registers the route.

use super::shared::{Context, capitalised, entry_words, reordered};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Above, EntryInfo, EntryKind, Event, Outcome, Ending};
use crate::flow::evidence::CheckKind;
use crate::program::vocabulary;

const RULE: &str = "decorator-above-route";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    let Some(above) = facts.decorators_above.iter().find(|above| above.is_verifier || checks_the_caller(&above.name)) else {
        return Vec::new();
    };
    let asks_itself = facts.identity_looks.values().any(|by_handler| *by_handler);
    let is_guarded = entry.kind != EntryKind::Route || asks_itself || is_checked_otherwise(entry, outcomes, context);
    if is_guarded || context.is_test(entry.place.file) { Vec::new() } else { vec![finding(above, entry, context)] }
}

/// Whether a decorator of this name lets only some callers through.
fn checks_the_caller(name: &str) -> bool {
    let words = vocabulary::words(name.rsplit('.').next().unwrap_or_default());
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_about_access = has(&[
        "auth", "authenticated", "authenticate", "authenticates", "authorize", "authorized", "authorise", "authorised", "login", "jwt",
        "token", "permission", "permissions", "role", "roles", "admin", "scope", "scopes", "credential", "credentials", "signature",
        "apikey", "protected", "superuser", "principal", "oauth", "oidc", "authentication", "authorization", "acl",
    ]) || (has(&["key"]) && has(&["api", "access"]))
        || (has(&["user", "access", "identity"]) && has(&["required", "requires", "require", "has", "check", "verify"]));
    let is_about_less = has(&[
        "csrf", "exempt", "optional", "no", "skip", "public", "not", "without", "anonymous", "limit", "limiter", "log", "patch", "doc",
        "docs", "mock", "cache", "cached", "count", "track", "refresh",
    ]);
    is_about_access && !is_about_less
}

/// A hook, a second decorator below the route, or the handler itself establishes something. What the handler's own body does
/// out of sight is not taken for a check: its author relied on the decorator.
fn is_checked_otherwise(entry: &EntryInfo, outcomes: &[Outcome], context: &Context<'_, '_>) -> bool {
    let body = context.function_at(entry.place).map(|function| (function.span, function.body.first().map(|first| first.span.start)));
    let is_in_body = |place: crate::source::Place| {
        place.file == entry.place.file
            && body.is_some_and(|(span, first)| span.contains(place.span) && first.is_some_and(|first| place.span.start >= first))
    };
    let is_redirected = |outcome: &Outcome| {
        let is_away = outcome.status.is_some_and(|status| (300..400).contains(&status));
        let failed = |place| outcome.evidence.iter().any(|check| check.kind == CheckKind::Rejected && check.place == place);
        is_away && outcomes.iter().any(|other| other.evidence.iter().any(|check| check.kind.is_proof() && failed(check.place)))
    };
    let mut successes = outcomes.iter().filter(|outcome| outcome.ending == Ending::Success && !is_redirected(outcome)).peekable();
    successes.peek().is_none()
        || successes.all(|outcome| {
            let mut checks = outcome.evidence.iter();
            checks.any(|check| check.kind.is_proof() && !(check.kind == CheckKind::Opaque && is_in_body(check.place)))
        })
}

fn finding(above: &Above, entry: &EntryInfo, context: &Context<'_, '_>) -> Finding {
    let name = &above.name;
    let confidence = if above.is_verifier { Confidence::High } else { Confidence::Medium };
    FindingBuilder::new(RULE, Severity::Error, above.place, "never runs")
        .message(format!(
            "`@{name}` stands above {}, which registers the bare function: {} answers everyone, and the check of `{name}` never runs.",
            context.quote(above.registration),
            entry_words(entry),
        ))
        .help(format!("move `@{name}` below {}, next to the function", context.quote(above.registration)))
        .confidence(confidence)
        .about(entry.place)
        .fix(context.function_at(entry.place).and_then(|function| reordered::fix(context, above, function)))
        .related(above.registration, "the function is registered here, without what stands above")
        .related(entry.place, format!("{} is open", capitalised(&entry_words(entry))))
        .identity(entry.name.as_str())
        .build()
}
