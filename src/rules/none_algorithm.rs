//! `none-algorithm`: tokens without any signature are accepted or issued.

use super::shared::Context;
use super::shared::edits::Editor;
use crate::finding::{Finding, FindingBuilder, Fix, Severity};
use crate::flow::event::Event;
use crate::flow::token::texts;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind};
use crate::syntax::visit;

const RULE: &str = "none-algorithm";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Algorithms { value, is_issued, accepts_none, user, place } = event else { return Vec::new() };
    let names_none = texts(value).is_some_and(|names| names.iter().any(|name| name.eq_ignore_ascii_case("none")));
    // What a mapping seems not to hold may come from elsewhere; only what is written is sure.
    let is_null = *is_issued && value.is_none() && context.index.text(*place).contains("None");
    // A test issues such a token to see it refused.
    let is_attempt = *is_issued && context.is_test(place.file);
    if !(names_none || is_null) || is_attempt {
        return Vec::new();
    }
    let (severity, message) = match (is_issued, accepts_none) {
        (true, _) => (
            Severity::Error,
            format!("`{user}` issues tokens with the algorithm `none`: they carry no signature, so anyone can write one that says anything."),
        ),
        (false, true) => (
            Severity::Error,
            format!("`{user}` accepts tokens of the algorithm `none`, which carry no signature: anyone can write one with any subject, audience and scope."),
        ),
        (false, false) => (
            Severity::Warning,
            format!("`{user}` lists `none` among the accepted algorithms. The version that was measured refuses such a token; others, and other libraries handed the same list, let anyone write one."),
        ),
    };
    let help = if *is_issued {
        "name the algorithm that the key is for, such as `HS256` or `RS256`"
    } else {
        "name only the algorithm that your issuer signs with, such as `[\"RS256\"]`"
    };
    let finding = FindingBuilder::new(RULE, severity, *place, "`none` is named here")
        .message(message)
        .help(help)
        .about(*place)
        .fix(without_none(context, *place))
        .identity(*user);
    vec![finding.build()]
}

/// The algorithm taken out of the one list around it that names others too.
fn without_none(context: &Context<'_, '_>, place: Place) -> Option<Fix> {
    let mut lists: Vec<&Expression> = Vec::new();
    visit::expressions(&context.index.module(place.file)?.body, &mut |expression| {
        if place.span.contains(expression.span) && position(expression).is_some() {
            lists.push(expression);
        }
    });
    let [list] = lists.as_slice() else { return None };
    let (elements, at) = position(list)?;
    let mut editor = Editor::new(context, place.file);
    editor.drop_element(elements, at, list.span.end.checked_sub(1)?)?;
    editor.fix("Accept no unsigned tokens", false)
}

/// Where a list of several names `none`.
fn position(list: &Expression) -> Option<(&[Expression], usize)> {
    let (ExpressionKind::List(elements) | ExpressionKind::Tuple(elements) | ExpressionKind::Set(elements)) = &list.kind else {
        return None;
    };
    let is_none = |element: &Expression| matches!(&element.kind, ExpressionKind::String(text) if text.eq_ignore_ascii_case("none"));
    let at = elements.iter().position(is_none)?;
    (elements.len() > 1).then_some((elements, at))
}
