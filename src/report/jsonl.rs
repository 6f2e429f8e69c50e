//! One JSON record a line, each with a `type`: `header`, `finding`, `diagnostic`, and a closing `summary` that tells a
//! reader of a stream that it got everything.

use serde::Serialize;

use super::wire::{DiagnosticRecord, FindingRecord, SummaryRecord, TOOL, ToolRecord, VERSION};
use super::{Report, json_text};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Record<'a> {
    Header { version: u32, tool: ToolRecord, rules: &'a [&'static str] },
    Finding(Box<FindingRecord>),
    Diagnostic(DiagnosticRecord),
    Summary(SummaryRecord),
}

/// The report, one record a line.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    let mut push = |record: &Record<'_>| {
        out.push_str(&json_text::compact(record));
        out.push('\n');
    };
    push(&Record::Header { version: VERSION, tool: TOOL, rules: &report.rules });
    for finding in report.shown() {
        push(&Record::Finding(Box::new(FindingRecord::new(report, finding))));
    }
    for trouble in &report.diagnostics {
        push(&Record::Diagnostic(DiagnosticRecord::new(report, trouble)));
    }
    push(&Record::Summary(SummaryRecord::new(report)));
    out
}
