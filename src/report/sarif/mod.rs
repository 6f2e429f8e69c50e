//! SARIF 2.1.0 for code scanning: one run, compact, within the limits that GitHub documents.
//!
//! Deliberately without snippets: the service has the files, and an excerpt is one more place for a secret to hide.

mod rules;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use super::line_hash::line_hashes;
use super::wire::showable_fix;
use super::{Report, json_text};
use crate::finding::{Diagnostic, DiagnosticKind, Finding, Fix, Label, Severity};
use crate::root::Uri;
use crate::rules::catalogue;
use crate::source::{FileId, Place};
use words::{
    ArtifactChange, ArtifactLocation, AutomationDetails, CodeFlow, Driver, FixObject, Invocation, Location, Log,
    Message, Notification, PhysicalLocation, Region, Replacement, ResultObject, ResultProperties, Run, Suppression,
    ThreadFlow, ThreadFlowLocation, Tool,
};

/// Results beyond this many are refused on upload; findings come ordered by severity, so the least are cut.
const MAX_RESULTS: usize = 25_000;
/// Locations of one result that are kept on upload.
const MAX_LOCATIONS: usize = 100;
/// Steps of one flow that are kept on upload.
const MAX_STEPS: usize = 1_000;
/// The name under which relative addresses find their root.
const SOURCE_ROOT: &str = "%SRCROOT%";

/// The report as one SARIF log.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut writer = Writer { report, hashes: BTreeMap::new(), addresses: addresses(report) };
    let mut notifications: Vec<Notification> =
        report.diagnostics.iter().map(|diagnostic| writer.notification(diagnostic)).collect();
    let total = report.shown().count();
    if total > MAX_RESULTS {
        let text = format!("{total} findings; the {MAX_RESULTS} most severe are listed, the most that is accepted");
        notifications.push(Notification { level: "warning", message: Message { text }, locations: Vec::new() });
    }
    let root = ArtifactLocation { uri: report.root.address(), uri_base_id: None };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "bearerlint",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: catalogue::pages().iter().map(rules::descriptor).collect(),
            },
        },
        automation_details: AutomationDetails { id: automation_id(report) },
        invocations: [Invocation {
            execution_successful: report.failed_files() == 0,
            exit_code: report.outcome.code(),
            tool_execution_notifications: notifications,
        }],
        original_uri_base_ids: BTreeMap::from([(SOURCE_ROOT, root)]),
        column_kind: "utf16CodeUnits",
        results: report.shown().take(MAX_RESULTS).map(|finding| writer.result(finding)).collect(),
    };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    let mut text = json_text::compact(&log);
    text.push('\n');
    text
}

/// Runs over different parts of a repository must not replace each other's alerts, so the part is in the id.
fn automation_id(report: &Report<'_>) -> String {
    let scope = report.prose(&report.scope);
    if scope.is_empty() { "bearerlint/".to_owned() } else { format!("bearerlint/{scope}/") }
}

pub(super) fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

struct Writer<'r, 'p> {
    report: &'r Report<'p>,
    hashes: BTreeMap<FileId, Vec<String>>,
    addresses: BTreeMap<FileId, ArtifactLocation>,
}

impl Writer<'_, '_> {
    fn result(&mut self, finding: &Finding) -> ResultObject {
        let related: Vec<&Label> = finding.related.iter().take(MAX_LOCATIONS).collect();
        ResultObject {
            rule_id: finding.rule,
            rule_index: catalogue::pages().binary_search_by_key(&finding.rule, |page| page.id).ok(),
            level: level(finding.severity),
            message: Message { text: self.message(finding, &related) },
            locations: [self.location(&finding.primary, None)],
            related_locations: related.iter().zip(1..).map(|(label, id)| self.location(label, Some(id))).collect(),
            code_flows: self.code_flows(finding),
            partial_fingerprints: self.fingerprints(finding),
            fixes: showable_fix(self.report, finding).map(|fix| self.fix(fix)).into_iter().collect(),
            suppressions: finding.suppressed.iter().map(|reason| self.suppression(reason)).collect(),
            properties: ResultProperties { confidence: finding.confidence.as_str() },
        }
    }

    /// The message, and links to the related places in it: code scanning shows only those that the text links.
    fn message(&self, finding: &Finding, related: &[&Label]) -> String {
        let mut text = without_links(self.report.prose(&finding.message));
        for (label, id) in related.iter().zip(1..) {
            let words = self.report.prose(&label.text);
            let words = if words.is_empty() { "related place".to_owned() } else { escape_links(&words) };
            let separator = if id == 1 { "\nSee: " } else { "; " };
            text = format!("{text}{separator}[{words}]({id})");
        }
        let help = without_links(self.report.prose(&finding.help));
        format!("{text}\nHelp: {help}")
    }

    fn location(&self, label: &Label, id: Option<usize>) -> Location {
        let text = self.report.prose(&label.text);
        Location {
            id,
            physical_location: PhysicalLocation {
                artifact_location: self.address(label.place.file),
                region: Some(self.region(label.place)),
            },
            message: (!text.is_empty()).then_some(Message { text }),
        }
    }

    fn address(&self, file: FileId) -> ArtifactLocation {
        self.addresses
            .get(&file)
            .cloned()
            .unwrap_or_else(|| artifact(self.report, &self.report.program.source(file).path))
    }

    /// All four numbers, in UTF-16 units.
    fn region(&self, place: Place) -> Region {
        let (start, end) = (self.report.start(place), self.report.end(place));
        Region {
            start_line: start.line,
            start_column: Some(start.utf16_column),
            end_line: Some(end.line),
            end_column: Some(end.utf16_column),
        }
    }

    fn code_flows(&self, finding: &Finding) -> Vec<CodeFlow> {
        if finding.flow.is_empty() {
            return Vec::new();
        }
        // Of a flow that is too long its end is kept: that is where the harm is done.
        let skipped = finding.flow.len().saturating_sub(MAX_STEPS);
        let steps = finding.flow.iter().skip(skipped);
        let locations = steps.map(|step| ThreadFlowLocation { location: self.location(step, None) }).collect();
        vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }]
    }

    fn fingerprints(&mut self, finding: &Finding) -> BTreeMap<&'static str, String> {
        let place = finding.primary.place;
        let source = self.report.source(place);
        let hashes = self.hashes.entry(place.file).or_insert_with(|| line_hashes(&source.text));
        let line = source.line(place.span.start) as usize;
        let line_hash = hashes.get(line.saturating_sub(1)).cloned();
        let mut fingerprints = BTreeMap::from([("bearerlint/v1", finding.fingerprint.clone())]);
        fingerprints.extend(line_hash.map(|hash| ("primaryLocationLineHash", hash)));
        fingerprints
    }

    fn fix(&self, fix: &Fix) -> FixObject {
        let mut by_file: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
        for edit in &fix.edits {
            by_file.entry(edit.place.file).or_default().push(Replacement {
                deleted_region: self.region(edit.place),
                inserted_content: Message { text: edit.text.clone() },
            });
        }
        let changes = by_file
            .into_iter()
            .map(|(file, replacements)| ArtifactChange { artifact_location: self.address(file), replacements });
        FixObject { description: Message { text: self.report.prose(&fix.title) }, artifact_changes: changes.collect() }
    }

    fn suppression(&self, reason: &str) -> Suppression {
        let justification = self.report.prose(reason);
        Suppression { kind: "inSource", justification: (!justification.is_empty()).then_some(justification) }
    }

    fn notification(&self, diagnostic: &Diagnostic) -> Notification {
        let region = diagnostic.at.map(|(line, _)| Region {
            start_line: line.max(1),
            start_column: None,
            end_line: None,
            end_column: None,
        });
        let artifact_location = artifact(self.report, &diagnostic.path);
        Notification {
            level: match diagnostic.kind {
                DiagnosticKind::Notice => "note",
                DiagnosticKind::Partial => "warning",
                DiagnosticKind::Failed => "error",
            },
            message: Message { text: self.report.prose(&diagnostic.message) },
            locations: vec![Location {
                id: None,
                physical_location: PhysicalLocation { artifact_location, region },
                message: None,
            }],
        }
    }
}

/// The address of every file a shown finding speaks of; asking the file system once for each.
fn addresses(report: &Report<'_>) -> BTreeMap<FileId, ArtifactLocation> {
    let labels = report
        .shown()
        .flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related).chain(&finding.flow));
    let mut found = BTreeMap::new();
    for label in labels {
        let file = label.place.file;
        found.entry(file).or_insert_with(|| artifact(report, &report.program.source(file).path));
    }
    found
}

fn artifact(report: &Report<'_>, path: &Path) -> ArtifactLocation {
    let (uri, uri_base_id) = match report.root.uri(path) {
        Uri::Relative(uri) => (uri, Some(SOURCE_ROOT)),
        Uri::Absolute(uri) => (uri, None),
    };
    ArtifactLocation { uri: report.masker.path(&uri), uri_base_id }
}

/// A text of ours with what reads as a link in it made plain; other brackets stay as the user wrote them.
fn without_links(text: String) -> String {
    if text.contains("](") { escape_links(&text) } else { text }
}

/// Square brackets belong to the link's own syntax; a backslash takes their meaning away.
fn escape_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
