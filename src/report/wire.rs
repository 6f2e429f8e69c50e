//! The words of the `json` and `jsonl` formats. They are a promise: a change that could break a reader raises
//! [`VERSION`].
//!
//! Deliberately apart from `finding`: inner types carry no serialisation.

use serde::Serialize;

use super::Report;
use crate::finding::{Diagnostic, DiagnosticKind, Finding, Fix, Label, Severity};
use crate::rules::catalogue;
use crate::source::Place;

/// Version of the JSON documents.
pub(super) const VERSION: u32 = 1;

/// Who wrote a document.
#[derive(Serialize)]
pub(super) struct ToolRecord {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// This program.
pub(super) const TOOL: ToolRecord = ToolRecord { name: "bearerlint", version: env!("CARGO_PKG_VERSION") };

/// A range in a file, columns counted in characters from 1.
#[derive(Serialize)]
pub(super) struct LocationRecord {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    label: String,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingRecord {
    rule: &'static str,
    category: Option<&'static str>,
    severity: &'static str,
    confidence: &'static str,
    message: String,
    help: String,
    location: LocationRecord,
    related: Vec<LocationRecord>,
    flow: Vec<LocationRecord>,
    fingerprint: String,
    fix: Option<FixRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressionRecord>,
}

/// Why a finding is suppressed.
#[derive(Serialize)]
pub(super) struct SuppressionRecord {
    reason: String,
}

/// A machine edit.
#[derive(Serialize)]
pub(super) struct FixRecord {
    title: String,
    safe: bool,
    edits: Vec<EditRecord>,
}

/// One replacement.
#[derive(Serialize)]
pub(super) struct EditRecord {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: String,
}

/// Trouble with an input.
#[derive(Serialize)]
pub(super) struct DiagnosticRecord {
    path: String,
    line: Option<u32>,
    kind: &'static str,
    message: String,
}

/// The counts that close a document.
#[derive(Serialize)]
pub(super) struct SummaryRecord {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    below_confidence: usize,
    failed_files: usize,
    exit_code: u8,
}

impl FindingRecord {
    /// A finding as it is written.
    pub(super) fn new(report: &Report<'_>, finding: &Finding) -> Self {
        let locations = |labels: &[Label]| labels.iter().map(|label| LocationRecord::new(report, label)).collect();
        Self {
            rule: finding.rule,
            category: catalogue::page(finding.rule).map(|page| page.category.as_str()),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: report.prose(&finding.message),
            help: report.prose(&finding.help),
            location: LocationRecord::new(report, &finding.primary),
            related: locations(&finding.related),
            flow: locations(&finding.flow),
            fingerprint: finding.fingerprint.clone(),
            fix: showable_fix(report, finding).map(|fix| FixRecord::new(report, fix)),
            suppressed: finding.suppressed.as_ref().map(|why| SuppressionRecord { reason: report.prose(why) }),
        }
    }
}

/// A finding's fix, unless its text holds a secret: a masked edit would break the file, an open one would leak.
pub(super) fn showable_fix<'f>(report: &Report<'_>, finding: &'f Finding) -> Option<&'f Fix> {
    finding.fix.as_ref().filter(|fix| !fix.edits.iter().any(|edit| report.masker.touches(&edit.text)))
}

impl LocationRecord {
    fn new(report: &Report<'_>, label: &Label) -> Self {
        let (start, end) = (report.start(label.place), report.end(label.place));
        Self {
            path: path(report, label.place),
            line: start.line,
            column: start.char_column,
            end_line: end.line,
            end_column: end.char_column,
            label: report.prose(&label.text),
        }
    }
}

impl FixRecord {
    fn new(report: &Report<'_>, fix: &Fix) -> Self {
        let edits = fix.edits.iter().map(|edit| {
            let (start, end) = (report.start(edit.place), report.end(edit.place));
            EditRecord {
                path: path(report, edit.place),
                line: start.line,
                column: start.char_column,
                end_line: end.line,
                end_column: end.char_column,
                text: edit.text.clone(),
            }
        });
        Self { title: report.prose(&fix.title), safe: fix.is_safe, edits: edits.collect() }
    }
}

impl DiagnosticRecord {
    /// A trouble as it is written.
    pub(super) fn new(report: &Report<'_>, diagnostic: &Diagnostic) -> Self {
        Self {
            path: report.path(&diagnostic.path),
            line: diagnostic.at.map(|(line, _)| line),
            kind: match diagnostic.kind {
                DiagnosticKind::Notice => "notice",
                DiagnosticKind::Partial => "partial",
                DiagnosticKind::Failed => "failed",
            },
            message: report.prose(&diagnostic.message),
        }
    }
}

impl SummaryRecord {
    /// The run's counts.
    pub(super) fn new(report: &Report<'_>) -> Self {
        Self {
            files: report.program.files().count(),
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            suppressed: report.suppressed.len(),
            below_confidence: report.below_confidence,
            failed_files: report.failed_files(),
            exit_code: report.outcome.code(),
        }
    }
}

fn path(report: &Report<'_>, place: Place) -> String {
    report.path(&report.source(place).path)
}
