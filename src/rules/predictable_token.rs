//! `predictable-token`: a credential is made of what others can foresee or find out.

use super::shared::unguessable;
use super::shared::{Context, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{CookieCall, Event, SecretRole};
use crate::flow::origin::{Guess, Origin, OriginKind};
use crate::flow::value::{Shape, Value};
use crate::program::making;
use crate::source::Place;

const RULE: &str = "predictable-token";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        // What is called the hash of a token is no token.
        Event::SecretUse { value, role: SecretRole::Named, user, .. }
            if making::is_called_digest(user) && worst(value).is_some_and(|(guess, _)| guess == Guess::PublicDigest) =>
        {
            Vec::new()
        }
        // A time in what another service is sent tells it when that was made: what lets the caller in is what both know.
        Event::SecretUse { value, role: SecretRole::Sent, .. } if worst(value).is_some_and(|(guess, _)| guess == Guess::Clock) => Vec::new(),
        Event::SecretUse { value, role, user, place } => {
            let (what, confidence) = match role {
                SecretRole::Named => (format!("`{user}`"), Confidence::Medium),
                SecretRole::Key => (format!("the key of `{user}`"), Confidence::High),
                SecretRole::Configuration => (format!("`{user}` of the configuration"), Confidence::High),
                SecretRole::Sent => (format!("the credential in the `{user}` header"), Confidence::High),
                SecretRole::Comparison => ("what a presented credential must equal".to_owned(), Confidence::High),
            };
            finding(value, &what, *place, confidence, context).into_iter().collect()
        }
        Event::Cookie(call) => cookie(call, context).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A cookie that lets its holder in.
fn cookie(call: &CookieCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let name = call.name.as_ref()?;
    let is_session = ["session", "sid", "auth", "remember"].iter().any(|word| name.to_ascii_lowercase().contains(word));
    if !is_session && !making::is_made_credential(name) {
        return None;
    }
    finding(&call.value, &format!("the cookie `{name}`"), call.place, Confidence::Medium, context)
}

fn finding(value: &Value<'_>, what: &str, used: Place, confidence: Confidence, context: &Context<'_, '_>) -> Option<Finding> {
    if matches!(value.shape, Shape::Moment(_)) {
        return None;
    }
    let (guess, origin) = worst(value)?;
    let made = origin.trail.root().place;
    if context.is_test(made.file) || context.is_test(used.file) || (guess == Guess::Identifier && !context.is_strict(made.file)) {
        return None;
    }
    let severity = if guess == Guess::Identifier { Severity::Note } else { Severity::Error };
    let finding = FindingBuilder::new(RULE, severity, made, "made here")
        .message(message(guess, what, &quoted(made, context)))
        .help("use `secrets.token_urlsafe(32)`, or `secrets.choice` and `secrets.randbelow` where the form is fixed")
        .confidence(confidence)
        .flow(steps(origin, used, "used as a credential here"))
        .about(made)
        .fix(unguessable::fix(context, value, made))
        .identity(what);
    Some(finding.build())
}

/// The origin that helps an attacker most. What was only picked may be a secret, whoever knows which one it is.
fn worst<'v>(value: &'v Value<'_>) -> Option<(Guess, &'v Origin)> {
    let guesses = value.origins.iter().filter_map(|origin| match origin.kind {
        OriginKind::Guessable { by } if by != Guess::Pick => Some((by, origin)),
        _ => None,
    });
    guesses.min_by_key(|(by, _)| *by)
}

/// The code that makes it, without the texts that it is handed: they may be secrets of their own.
fn quoted(made: Place, context: &Context<'_, '_>) -> String {
    let whole = context.quote(made);
    match whole.split_once('(') {
        Some((callee, arguments)) if arguments.contains(['"', '\'']) => format!("{callee}(…)`"),
        _ => whole,
    }
}

fn message(guess: Guess, what: &str, made: &str) -> String {
    match guess {
        Guess::Generator | Guess::Pick => format!(
            "{made} makes {what} with a generator whose state follows from what it has given out: whoever collects some of these values computes those that others get."
        ),
        Guess::Clock => format!(
            "{made} makes {what} from the time: whoever knows roughly when it was made tries the few values that it can have."
        ),
        Guess::Machine => format!(
            "{made} makes {what} from the time and the machine: whoever has one such value knows most of every other."
        ),
        Guess::Counter => format!("{made} makes {what} by counting: whoever has one knows the next and the one before."),
        Guess::PublicDigest => format!(
            "{made} makes {what} as a digest of what others know: whoever finds out how computes it for anybody."
        ),
        Guess::Identifier => format!(
            "{made} makes {what} as an identifier, which is unique and not meant to be kept secret: RFC 9562 warns against using one as a credential."
        ),
    }
}
