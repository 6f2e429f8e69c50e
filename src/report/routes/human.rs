//! The auth map for people: one block a route, from what is read to what is missing, and a closing count.

use std::fmt::Write as _;

use super::{RoutesReport, counted, words};
use crate::auth_map::{Protection, Route};
use crate::report::present::{visible, visible_line};

pub(super) fn render(report: &RoutesReport<'_>) -> String {
    let mut out = String::new();
    for route in &report.routes {
        block(report, route, &mut out);
        out.push('\n');
    }
    out.push_str(&summary(report));
    out.push('\n');
    visible(&out).into_owned()
}

fn block(report: &RoutesReport<'_>, route: &Route, out: &mut String) {
    let head = format!("{} {}", RoutesReport::methods(route), report.path(route));
    let handler = report.masker.prose(&route.handler);
    writeln!(out, "{}", visible_line(&head)).ok();
    let mut row = |label: &str, text: &str| {
        writeln!(out, "    {label:<12}{}", visible_line(text)).ok();
    };
    row("handler", &format!("{handler} ({})", report.location(route.place)));
    for (at, (words, place)) in route.reads.iter().enumerate() {
        let label = if at == 0 { "reads" } else { "" };
        row(label, &format!("{} ({})", report.masker.prose(words), report.location(*place)));
    }
    for (at, step) in route.checks.iter().enumerate() {
        let label = if at == 0 { "checks" } else { "" };
        row(label, &format!("{} ({})", report.step(step), report.location(step.place)));
    }
    row("protection", route.protection.word());
    row("established", &words(route.established.iter().copied()));
    if let Some(weaker) = &route.weaker {
        row("weaker", &format!("on some paths {}", words(weaker.iter().copied())));
    }
    if !route.missing.is_empty() {
        row("missing", &route.missing.join(", "));
    }
    row("changes", if route.changes_state { "state" } else { "nothing, by its methods" });
}

fn summary(report: &RoutesReport<'_>) -> String {
    let count = |wanted: Protection| report.routes.iter().filter(|route| route.protection == wanted).count();
    let kinds = [Protection::Checked, Protection::Unknown, Protection::Partial, Protection::Open, Protection::Closed];
    let parts: Vec<String> = kinds
        .into_iter()
        .filter(|kind| count(*kind) > 0)
        .map(|kind| format!("{} {}", count(kind), kind.word()))
        .collect();
    let mut line = counted(report.routes.len());
    if !parts.is_empty() {
        line = format!("{line}: {}", parts.join(", "));
    }
    if report.left_out > 0 {
        line = format!("{line}; {} left out", report.left_out);
    }
    line
}
