//! One versioned JSON document: `version`, `tool`, `rules` that ran, `findings`, `diagnostics`, `summary`.

use serde::Serialize;

use super::wire::{DiagnosticRecord, FindingRecord, SummaryRecord, TOOL, ToolRecord, VERSION};
use super::{Report, json_text};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: ToolRecord,
    /// The rules that ran: without a finding of theirs the code has none.
    rules: &'a [&'static str],
    findings: Vec<FindingRecord>,
    diagnostics: Vec<DiagnosticRecord>,
    summary: SummaryRecord,
}

/// The report as one document.
pub(super) fn render(report: &Report<'_>) -> String {
    json_text::indented(&Document {
        version: VERSION,
        tool: TOOL,
        rules: &report.rules,
        findings: report.shown().map(|finding| FindingRecord::new(report, finding)).collect(),
        diagnostics: report.diagnostics.iter().map(|trouble| DiagnosticRecord::new(report, trouble)).collect(),
        summary: SummaryRecord::new(report),
    })
}
