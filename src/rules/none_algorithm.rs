//! `none-algorithm`: tokens without any signature are accepted or issued.

use super::shared::Context;
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::Event;
use crate::flow::token::texts;

const RULE: &str = "none-algorithm";

pub(super) fn judge(event: &Event<'_, '_>, _context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Algorithms { value, is_issued, accepts_none, user, place } = event else { return Vec::new() };
    let names_none = texts(value).is_some_and(|names| names.iter().any(|name| name.eq_ignore_ascii_case("none")));
    let is_null = *is_issued && value.is_none();
    if !names_none && !is_null {
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
        .identity(*user);
    vec![finding.build()]
}
