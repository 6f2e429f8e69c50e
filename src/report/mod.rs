//! What is told about a run, in each of its formats: one file a format, over one [`Report`].
//!
//! This is the report boundary: every string passes [`Report::prose`], [`Report::path`] or an excerpt on its way out.
//! No format opens a file, prints, or decides an exit code.

mod concise;
mod excerpt;
mod human;
mod json;
pub(crate) mod json_text;
mod jsonl;
mod line_hash;
pub mod mask;
pub mod present;
pub mod routes;
mod sarif;
mod statistics;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;

use crate::analysis::Statistics;
use crate::finding::{Diagnostic, DiagnosticKind, Finding, Severity};
use crate::program::Program;
use crate::root::{self, Root};
use crate::source::{Place, Position, Source};
use mask::Masker;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: labelled excerpts.
    Human,
    /// One line a finding.
    Concise,
    /// One versioned document.
    Json,
    /// One JSON record a line.
    Jsonl,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
}

/// Whether a report may use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// With the terminal's colours.
    Coloured,
}

/// What a run amounts to; its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// No finding at or above the failing severity.
    Clean,
    /// Findings.
    Findings,
    /// Wrong use or configuration, or a file that could not be analysed.
    Trouble,
}

impl Outcome {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Trouble => 2,
        }
    }
}

/// Everything the formats need to know of a run.
#[derive(Debug)]
pub struct Report<'a> {
    /// The files that were read.
    pub program: &'a Program,
    /// Findings in their final order.
    pub findings: Vec<Finding>,
    /// Findings that comments suppress, in order; shown only where `shows_suppressed`.
    pub suppressed: Vec<Finding>,
    /// Whether suppressed findings are shown.
    pub shows_suppressed: bool,
    /// Findings below the wanted confidence.
    pub below_confidence: usize,
    /// Troubles with inputs, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// Ids of the rules that ran, in order.
    pub rules: Vec<&'static str>,
    /// What must not be shown.
    pub masker: Masker,
    /// Where relative names start.
    pub root: Root,
    /// The part of the repository this run is about, as a path from its root; empty for all of it.
    pub scope: String,
    /// What the run amounts to.
    pub outcome: Outcome,
    /// Counters of the analysis.
    pub statistics: Statistics,
}

impl Report<'_> {
    /// The report in a format.
    pub fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Human => human::render(self, style),
            Format::Concise => concise::render(self),
            Format::Json => json::render(self),
            Format::Jsonl => jsonl::render(self),
            Format::Sarif => sarif::render(self),
        }
    }

    /// The counters people ask for with `--statistics`.
    pub fn statistics_table(&self) -> String {
        statistics::render(self)
    }

    /// Every finding that is to be shown, suppressed ones last.
    fn shown(&self) -> impl Iterator<Item = &Finding> {
        let suppressed = if self.shows_suppressed { self.suppressed.as_slice() } else { &[] };
        self.findings.iter().chain(suppressed)
    }

    fn source(&self, place: Place) -> &Source {
        self.program.source(place.file)
    }

    fn start(&self, place: Place) -> Position {
        self.source(place).position(place.span.start)
    }

    fn end(&self, place: Place) -> Position {
        self.source(place).position(place.span.end)
    }

    /// Our own words, without secrets.
    pub fn prose(&self, text: &str) -> String {
        self.masker.prose(text)
    }

    /// A file's name, without secrets.
    pub fn path(&self, path: &Path) -> String {
        self.masker.path(&root::display(path))
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn failed_files(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.kind == DiagnosticKind::Failed).count()
    }

    fn partial_files(&self) -> impl Iterator<Item = &Path> {
        let partial = self.diagnostics.iter().filter(|diagnostic| diagnostic.kind == DiagnosticKind::Partial);
        partial.map(|diagnostic| diagnostic.path.as_path())
    }

    /// One line that closes the human report, or is all of it.
    fn summary(&self) -> String {
        let total = self.findings.len();
        let mut line = if total == 0 { "no findings".to_owned() } else { counted(total, "finding") };
        if total > 0 {
            let severities = [Severity::Error, Severity::Warning, Severity::Note];
            let parts: Vec<String> = severities
                .into_iter()
                .filter(|&severity| self.count(severity) > 0)
                .map(|severity| counted(self.count(severity), severity.as_str()))
                .collect();
            line = format!("{line} ({})", parts.join(", "));
        }
        line = format!("{line} in {}", counted(self.program.files().count(), "file"));
        for (count, what) in
            [(self.suppressed.len(), "suppressed"), (self.below_confidence, "below the wanted confidence")]
        {
            if count > 0 {
                line = format!("{line}; {count} {what}");
            }
        }
        let partial: BTreeSet<&Path> = self.partial_files().collect();
        if !partial.is_empty() {
            line = format!("{line}; {} read in part", partial.len());
        }
        if self.failed_files() > 0 {
            line = format!("{line}; {} not analysed, so the result is partial (exit code 2)", self.failed_files());
        }
        line
    }
}

/// `1 finding`, `2 findings`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// One trouble as a line for standard error; safe for a terminal.
pub fn diagnostic_line(diagnostic: &Diagnostic, masker: &Masker) -> String {
    let word = match diagnostic.kind {
        DiagnosticKind::Notice => "note",
        DiagnosticKind::Partial => "warning",
        DiagnosticKind::Failed => "error",
    };
    let path = masker.path(&root::display(&diagnostic.path));
    let place = diagnostic.at.map_or(String::new(), |(line, _)| format!(":{line}"));
    let message = masker.prose(&diagnostic.message);
    format!("{word}: {}{place}: {}", present::visible_line(&path), present::visible(&message))
}

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
