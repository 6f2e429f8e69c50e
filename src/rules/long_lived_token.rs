//! `long-lived-token`: a token is good for much longer than its holder needs.

use super::shared::{Context, speaks_of_links};
use super::shared::surroundings::is_development_only;
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, IssueCall};
use crate::flow::value::{Shape, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::source::Place;

const RULE: &str = "long-lived-token";
const HARM: &str = "whoever finds one in a log or backup can use it all that time";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The longest an access token should be good for.
const MAX_ACCESS: i64 = DAY;
/// The same of a refresh token.
const MAX_REFRESH: i64 = 90 * DAY;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Issue(call) => issued(call, context).into_iter().collect(),
        Event::Configured { key, value, place } => configured(key, value, *place, context).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn issued(call: &IssueCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let by_argument = call.lifetime.as_ref().and_then(Value::as_integer);
    let seconds = by_argument.or_else(|| call.claims.as_ref().and_then(lifetime_of_claims))?;
    let is_refresh = is_refresh(call, context);
    if !is_too_long(seconds, is_refresh) || is_link(call, context) || context.issues_for_another_service(call) {
        return None;
    }
    let message = format!("`{}` issues {} that is good for {}: {HARM}.", call.function, words(is_refresh), shown(seconds));
    finding(call.place, message, &call.function, is_refresh, context)
}

fn configured(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let is_refresh = match context.models.configuration(key)?.decides? {
        ConfigurationMeaning::AccessLifetime => false,
        ConfigurationMeaning::RefreshLifetime => true,
        _ => return None,
    };
    let seconds = value.as_integer().filter(|seconds| is_too_long(*seconds, is_refresh))?;
    let message = format!("`{key}` makes {} good for {}: {HARM}.", words(is_refresh), shown(seconds));
    finding(place, message, key, is_refresh, context)
}

fn finding(place: Place, message: String, identity: &str, is_refresh: bool, context: &Context<'_, '_>) -> Option<Finding> {
    if context.is_test(place.file) || is_development_only(context, place) {
        return None;
    }
    let help = if is_refresh {
        "give it days or weeks, and replace it each time it is used"
    } else {
        "give it minutes (`timedelta(minutes=15)`) and renew it by a refresh token that can be revoked"
    };
    let finding = FindingBuilder::new(RULE, Severity::Note, place, "the lifetime is set here");
    Some(finding.message(message).help(help).about(place).identity(identity).build())
}

/// How far from now the claims end, where every alternative says so; the nearest of them.
fn lifetime_of_claims(claims: &Value<'_>) -> Option<i64> {
    let ends: Option<Vec<i64>> = claims.alternatives().iter().map(|claims| match &claims.shape {
        Shape::Dictionary(dictionary) => match dictionary.entries.get("exp")?.shape {
            Shape::Moment(seconds) => Some(seconds),
            _ => None,
        },
        _ => None,
    }).collect();
    ends?.into_iter().min()
}

/// Whether the token goes into a link that is sent by mail: how long that waits is another question.
fn is_link(call: &IssueCall<'_>, context: &Context<'_, '_>) -> bool {
    context.function_around(call.place).is_some_and(|function| speaks_of_links(&function.name))
}

/// Whether it is a refresh token, by the call, the function around it, or a claim that names its type.
fn is_refresh(call: &IssueCall<'_>, context: &Context<'_, '_>) -> bool {
    let speaks = |text: &str| text.to_ascii_lowercase().contains("refresh");
    let by_claims = call.claims.iter().flat_map(Value::alternatives).any(|claims| match &claims.shape {
        Shape::Dictionary(dictionary) => dictionary
            .entries
            .iter()
            .any(|(name, value)| speaks(name) || value.as_text().is_some_and(|text| speaks(text))),
        _ => false,
    });
    by_claims
        || speaks(context.index.text(call.place))
        || context.function_around(call.place).is_some_and(|function| speaks(&function.name))
}

/// `timedelta(days=1, seconds=5)` is a day: a few seconds more are there for clocks that differ.
fn is_too_long(seconds: i64, is_refresh: bool) -> bool {
    seconds >= HOUR + if is_refresh { MAX_REFRESH } else { MAX_ACCESS }
}

fn words(is_refresh: bool) -> &'static str {
    if is_refresh { "a refresh token" } else { "a token" }
}

fn shown(seconds: i64) -> String {
    if seconds >= 2 * DAY { format!("{} days", seconds / DAY) } else { format!("{} hours", seconds / HOUR) }
}
