//! One line a finding: `path:line:column: severity[rule] message`, for editors, `grep` and short logs.
//!
//! Deliberately shows neither excerpts nor counts.

use std::fmt::Write as _;

use super::Report;
use super::present::visible_line;

/// The report, one finding a line; nothing where there is none.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in report.shown() {
        let place = finding.primary.place;
        let start = report.start(place);
        let path = report.path(&report.source(place).path);
        let message = report.prose(&finding.message);
        let note = if finding.suppressed.is_some() { " (suppressed)" } else { "" };
        let _ = writeln!(
            out,
            "{}:{}:{}: {}[{}] {}{note}",
            visible_line(&path),
            start.line,
            start.char_column,
            finding.severity,
            finding.rule,
            visible_line(&message),
        );
    }
    out
}
