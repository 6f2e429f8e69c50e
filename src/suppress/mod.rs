//! Suppression comments: which findings they cover, and which of them cover nothing.
//!
//! `# bearerlint: ignore[rule] reason` counts on any line of a statement, or alone on the line above it;
//! `# bearerlint: ignore-file[rule] reason` before the first statement counts for the file. A comment that names no rule
//! or an unknown one suppresses nothing by that name and is a finding of `unused-suppression` with severity error: never
//! a blanket ignore. Knows no other rule, and neither sorts nor filters.

mod comment;
mod statements;

use std::collections::BTreeSet;

use crate::finding::{Finding, FindingBuilder, Severity};
use crate::source::{FileId, Place, Source, Span};
use crate::suggest;
use crate::syntax::tree::Module;
use comment::{Directive, Mistake, Reach};
use statements::Lines;

/// The rule that speaks of suppressions.
pub const RULE: &str = "unused-suppression";

/// Whether a text can hold a suppression at all; only then is its tree needed.
pub fn may_suppress(source: &Source) -> bool {
    memchr::memmem::find(source.text.as_bytes(), comment::MARK.as_bytes()).is_some()
}

/// The suppressions of one file.
#[derive(Debug)]
pub struct Suppressions {
    /// The file they stand in.
    pub file: FileId,
    entries: Vec<Entry>,
    mistakes: Vec<Mistake>,
    /// Whether all of the file was read; if not, a comment without a finding proves nothing.
    is_whole: bool,
}

/// One rule named in one comment.
#[derive(Debug)]
struct Entry {
    name: Span,
    line: u32,
    rule: String,
    reason: String,
    covers: Covers,
    is_used: bool,
}

#[derive(Debug, Clone)]
enum Covers {
    File,
    /// Lines that the comment belongs to; none where it stands beside no code.
    Lines(Vec<Lines>),
}

impl Suppressions {
    /// Reads a file's comments. `known` are the ids of all rules.
    pub fn collect(file: FileId, source: &Source, module: &Module, known: &[&str]) -> Self {
        let mut found = Self { file, entries: Vec::new(), mistakes: Vec::new(), is_whole: module.errors.is_empty() };
        let mut placement = None;
        for &span in &module.comments {
            match comment::read(source, span) {
                None => {}
                Some(Err(mistake)) => found.mistakes.push(mistake),
                Some(Ok(directive)) => {
                    let placement = placement.get_or_insert_with(|| Placement::new(source, module));
                    match placement.covers(span, directive.reach) {
                        Ok(covers) => found.add(source, directive, &covers, known),
                        Err(mistake) => found.mistakes.push(mistake),
                    }
                }
            }
        }
        found
    }

    fn add(&mut self, source: &Source, directive: Directive, covers: &Covers, known: &[&str]) {
        for (rule, name) in directive.names {
            if known.contains(&rule.as_str()) {
                let line = source.line(name.start);
                let reason = directive.reason.clone();
                self.entries.push(Entry { name, line, rule, reason, covers: covers.clone(), is_used: false });
            } else {
                self.mistakes.push(unknown_rule(&rule, name, known));
            }
        }
    }

    /// Marks what the comments cover. `findings` are those of this file.
    pub fn mark<'f>(&mut self, source: &Source, findings: impl IntoIterator<Item = &'f mut Finding>) {
        for finding in findings {
            let line = source.line(finding.primary.place.span.start);
            for entry in self.entries.iter_mut().filter(|entry| entry.rule == finding.rule && entry.reaches(line)) {
                entry.is_used = true;
                finding.suppressed.get_or_insert_with(|| entry.reason.clone());
            }
        }
    }

    /// What is wrong with the comments themselves, after [`Self::mark`]. A comment for a rule that did not run says
    /// nothing about being unused.
    pub fn findings(&mut self, source: &Source, ran: &BTreeSet<&'static str>) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.mistakes.iter().map(|mistake| self.mistaken(mistake)).collect();
        let unused = self
            .entries
            .iter()
            .filter(|entry| self.is_whole && !entry.is_used && entry.rule != RULE && ran.contains(entry.rule.as_str()));
        found.extend(unused.map(|entry| self.unused(entry)));
        self.mark(source, &mut found);
        found
    }

    fn mistaken(&self, mistake: &Mistake) -> Finding {
        let place = Place { file: self.file, span: mistake.span };
        FindingBuilder::new(RULE, Severity::Error, place, "this suppresses nothing")
            .message(mistake.message.clone())
            .help(mistake.help.clone())
            .build()
    }

    fn unused(&self, entry: &Entry) -> Finding {
        let place = Place { file: self.file, span: entry.name };
        let rule = &entry.rule;
        FindingBuilder::new(RULE, Severity::Warning, place, "nothing to suppress")
            .message(format!("`{rule}` finds nothing here; left in place, the comment would hide the next real flaw"))
            .help(format!("remove `{rule}` from the comment, or the comment if it names nothing else"))
            .identity(rule.as_str())
            .build()
    }
}

impl Entry {
    fn reaches(&self, line: u32) -> bool {
        // A comment can speak of itself: then the finding is on the comment's own line.
        (self.rule == RULE && self.line == line)
            || match &self.covers {
                Covers::File => true,
                Covers::Lines(units) => units.iter().any(|&(first, last)| (first..=last).contains(&line)),
            }
    }
}

fn unknown_rule(rule: &str, span: Span, known: &[&str]) -> Mistake {
    let help = match suggest::nearest(rule, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bearerlint rule` lists every rule".to_owned(),
    };
    Mistake { span, message: format!("`{rule}` is no rule, so nothing is suppressed by that name"), help }
}

/// Where comments may reach in one file.
struct Placement<'a> {
    source: &'a Source,
    units: Vec<Lines>,
    first_statement: u32,
}

impl<'a> Placement<'a> {
    fn new(source: &'a Source, module: &Module) -> Self {
        let units = statements::units(source, module);
        Self { source, units, first_statement: statements::first_statement(source, module) }
    }

    fn covers(&self, comment: Span, reach: Reach) -> Result<Covers, Mistake> {
        match reach {
            Reach::File if comment.start <= self.first_statement => Ok(Covers::File),
            Reach::File => Err(Mistake {
                span: comment,
                message: "`ignore-file` counts only before the first statement, so this comment suppresses nothing"
                    .to_owned(),
                help: "move it to the top of the file, or write `ignore[rule-name]` beside one statement".to_owned(),
            }),
            Reach::Statement => Ok(Covers::Lines(self.lines(comment))),
        }
    }

    fn lines(&self, comment: Span) -> Vec<Lines> {
        let line = self.source.line(comment.start);
        let here = self.units_at(line);
        if !here.is_empty() || !statements::stands_alone(self.source, comment) {
            return here;
        }
        let mut below = line + 1;
        while self.source.line_text(below).trim_start().starts_with('#') {
            below += 1;
        }
        self.units_at(below)
    }

    /// Units are ordered and overlap on their edge lines at most, so those of a line lie side by side.
    fn units_at(&self, line: u32) -> Vec<Lines> {
        let after = self.units.partition_point(|&(first, _)| first <= line);
        let before = self.units.iter().take(after).rev();
        before.take_while(|&&(_, last)| last >= line).copied().collect()
    }
}

#[cfg(test)]
mod tests;
