//! The report for people: each finding with its excerpt, labels where the credential enters, where the secret comes
//! from and where they meet, what to do, and a closing count.
//!
//! Layout is miette's; this file decides which places are shown and in which order.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity as Level, SourceCode};

use super::excerpt::{CONTEXT_LINES, Excerpt};
use super::present::{visible, visible_line};
use super::{Report, Style};
use crate::finding::{Finding, Label, Severity};
use crate::source::{FileId, Span};

/// A fixed width: output does not depend on who looks at it.
const WIDTH: usize = 100;

/// More labels than this hide the code they explain.
const MAX_LABELS: usize = 8;

/// The whole report; one line where nothing was found.
pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    let theme = match style {
        Style::Plain => GraphicalTheme::unicode_nocolor(),
        Style::Coloured => GraphicalTheme::unicode(),
    };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false).with_context_lines(CONTEXT_LINES);
    let mut out = String::new();
    for finding in report.shown() {
        for block in blocks(report, finding) {
            if handler.render_report(&mut out, &block).is_err() {
                // Writing to a string cannot fail; the excerpt could only be refused, and then the words still count.
                out.push_str(&block.message);
                out.push('\n');
            }
        }
        out.push('\n');
    }
    out.push_str(&report.summary());
    out.push('\n');
    out
}

/// What miette prints in one go: words and the excerpt of one file.
#[derive(Debug)]
struct Block {
    level: Level,
    header: Option<String>,
    message: String,
    help: Option<String>,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

/// The finding's own file first, then the other files its labels lie in; the help closes the last.
fn blocks(report: &Report<'_>, finding: &Finding) -> Vec<Block> {
    let labels = labels_to_show(finding);
    let mut files: Vec<FileId> = Vec::new();
    for label in &labels {
        if !files.contains(&label.place.file) {
            files.push(label.place.file);
        }
    }
    let mut blocks: Vec<Block> = files.iter().map(|&file| block(report, finding, file, &labels)).collect();
    if let Some(last) = blocks.last_mut() {
        last.help = Some(visible(&report.prose(&finding.help)).into_owned());
    }
    blocks
}

/// The primary place, the related ones, then steps of the flow that say something new.
fn labels_to_show(finding: &Finding) -> Vec<&Label> {
    let mut shown: Vec<&Label> = Vec::new();
    for label in std::iter::once(&finding.primary).chain(&finding.related).chain(&finding.flow) {
        let is_new = shown.iter().all(|other| other.place != label.place);
        if is_new && shown.len() < MAX_LABELS {
            shown.push(label);
        }
    }
    shown
}

fn block(report: &Report<'_>, finding: &Finding, file: FileId, labels: &[&Label]) -> Block {
    let in_file: Vec<&Label> = labels.iter().copied().filter(|label| label.place.file == file).collect();
    let spans: Vec<Span> = in_file.iter().map(|label| label.place.span).collect();
    let source = report.program.source(file);
    let name = visible_line(&report.path(&source.path)).into_owned();
    let is_main = finding.primary.place.file == file;
    let message = if is_main { report.prose(&finding.message) } else { format!("see also {name}") };
    let (excerpt, located) = Excerpt::new(name, file, source, &report.masker, &spans);
    let spans_with_text = in_file.iter().zip(located).map(|(label, span)| {
        let text = Some(visible_line(&report.prose(&label.text)).into_owned()).filter(|text| !text.is_empty());
        if is_main && label.place == finding.primary.place {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    });
    Block {
        level: if is_main { level(finding.severity) } else { Level::Advice },
        header: is_main.then(|| header(report, finding)),
        message: visible(&message).into_owned(),
        help: None,
        labels: spans_with_text.collect(),
        excerpt,
    }
}

fn header(report: &Report<'_>, finding: &Finding) -> String {
    let base = format!("{}[{}] {} confidence", finding.severity, finding.rule, finding.confidence);
    match &finding.suppressed {
        None => base,
        Some(reason) if reason.is_empty() => format!("{base}, suppressed"),
        Some(reason) => format!("{base}, suppressed: {}", visible_line(&report.prose(reason))),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Advice,
    }
}

impl fmt::Display for Block {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Block {}

impl miette::Diagnostic for Block {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.header.as_ref().map(|header| Box::new(header) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Level> {
        Some(self.level)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
