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

/// A fixed width, that of the narrowest usual terminal: output does not depend on who looks at it.
const WIDTH: usize = 80;

/// Letters of the line that leads from a place to its label.
const ARM: usize = 4;

/// A label at the end of a line runs over it rather than be torn into words.
const NARROWEST_LABEL: usize = 24;

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
    without_trailing_space(&out)
}

/// An empty line of source has nothing after its bar.
fn without_trailing_space(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim_end_matches(' '), "\n"]).collect()
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
    let labels = labels_to_show(report, finding);
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

/// The primary place, the related ones, then steps of the flow on lines of their own: where a line is explained already,
/// "assigned to `token`" only repeats what stands there.
fn labels_to_show<'f>(report: &Report<'_>, finding: &'f Finding) -> Vec<&'f Label> {
    let line = |label: &Label| (label.place.file, report.start(label.place).line);
    let mut shown: Vec<&Label> = vec![&finding.primary];
    for label in &finding.related {
        if shown.iter().all(|other| other.place != label.place) {
            shown.push(label);
        }
    }
    for step in &finding.flow {
        if shown.iter().all(|other| line(other) != line(step)) {
            shown.push(step);
        }
    }
    shown.truncate(MAX_LABELS);
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
        let text = visible_line(&report.prose(&label.text)).into_owned();
        let text =
            Some(wrapped(&text, WIDTH.saturating_sub(excerpt.middle(span) + ARM))).filter(|text| !text.is_empty());
        if is_main && label.place == finding.primary.place {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    });
    let labels = spans_with_text.collect();
    Block {
        level: if is_main { level(finding.severity) } else { Level::Advice },
        header: is_main.then(|| header(report, finding)),
        message: visible(&message).into_owned(),
        help: None,
        labels,
        excerpt,
    }
}

/// A label's text in lines of at most `room` letters: from the middle of a wide place there is little left of a line.
fn wrapped(text: &str, room: usize) -> String {
    let room = room.max(NARROWEST_LABEL);
    let mut out = String::with_capacity(text.len());
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
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
