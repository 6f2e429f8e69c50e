//! The auth map as a Markdown table, one row a route, for a wiki or a pull request.

use super::{RoutesReport, words};
use crate::auth_map::Route;
use crate::report::present::visible_line;

pub(super) fn render(report: &RoutesReport<'_>) -> String {
    let mut out = String::from(
        "| route | handler | reads | checks, in order | established | missing | changes state |\n|---|---|---|---|---|---|---|\n",
    );
    for route in &report.routes {
        let cells = cells(report, route).map(|cell| escaped(&cell));
        out += "| ";
        out += &cells.join(" | ");
        out += " |\n";
    }
    out
}

fn cells(report: &RoutesReport<'_>, route: &Route) -> [String; 7] {
    let reads: Vec<String> = route.reads.iter().map(|(words, _)| report.masker.prose(words)).collect();
    let checks: Vec<String> =
        route.checks.iter().map(|step| format!("{} ({})", report.step(step), report.location(step.place))).collect();
    let mut established = words(route.established.iter().copied());
    if let Some(weaker) = &route.weaker {
        established = format!("{established}; on some paths {}", words(weaker.iter().copied()));
    }
    [
        format!("{} {}", RoutesReport::methods(route), report.path(route)),
        format!("{} ({})", report.masker.prose(&route.handler), report.location(route.place)),
        reads.join("; "),
        checks.join("; "),
        format!("{}: {established}", route.protection.word()),
        route.missing.join(", "),
        if route.changes_state { "yes" } else { "no" }.to_owned(),
    ]
}

/// Text in which nothing is markup and nothing ends the cell. Names in backticks stay readable, as they are.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in visible_line(text).chars() {
        if matches!(letter, '\\' | '|' | '*' | '_' | '<' | '>' | '[' | ']' | '~' | '#' | '!' | '&' | '`') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
