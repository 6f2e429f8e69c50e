//! Which lines belong together for a suppression comment: a simple statement whole, of a compound one its header.
//!
//! Deliberately knows neither comments' meaning nor findings.

use crate::source::{Source, Span};
use crate::syntax::tree::{Module, Statement, StatementKind};

/// First and last line, 1-based, both included.
pub(super) type Lines = (u32, u32);

/// The units of a module, in order of their first line.
pub(super) fn units(source: &Source, module: &Module) -> Vec<Lines> {
    let mut walk = Walk { source, module, units: Vec::new() };
    walk.body(&module.body);
    walk.units.sort_unstable();
    walk.units
}

/// The place of the first statement that is no docstring; the end of the file where there is none.
pub(super) fn first_statement(source: &Source, module: &Module) -> u32 {
    use crate::syntax::tree::ExpressionKind;
    let is_docstring = |statement: &Statement| matches!(&statement.kind, StatementKind::Expression(value) if matches!(value.kind, ExpressionKind::String(_)));
    let mut statements = module.body.iter().enumerate();
    let first = statements.find(|(index, statement)| *index > 0 || !is_docstring(statement));
    first.map_or(source.text.len() as u32, |(_, statement)| statement.span.start)
}

struct Walk<'a> {
    source: &'a Source,
    module: &'a Module,
    units: Vec<Lines>,
}

impl Walk<'_> {
    fn body(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::If { branches, otherwise } => {
                for (index, (test, body)) in branches.iter().enumerate() {
                    let start = if index == 0 { statement.span.start } else { test.span.start };
                    self.header(start, test.span.end, body);
                }
                self.body(otherwise);
            }
            StatementKind::While { test, body, otherwise } => {
                self.header(statement.span.start, test.span.end, body);
                self.body(otherwise);
            }
            StatementKind::For { iterable, body, otherwise, .. } => {
                self.header(statement.span.start, iterable.span.end, body);
                self.body(otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.header(statement.span.start, statement.span.start, body);
                for handler in handlers {
                    self.header(handler.span.start, handler.span.start, &handler.body);
                }
                self.body(otherwise);
                self.body(finally);
            }
            StatementKind::With { items, body } => {
                let end = items.last().map_or(statement.span.start, |(value, _)| value.span.end);
                self.header(statement.span.start, end, body);
            }
            StatementKind::Match { subject, cases } => {
                self.add(statement.span.start, subject.span.end);
                for case in cases {
                    self.header(case.span.start, case.span.start, &case.body);
                }
            }
            StatementKind::Function(function) => {
                self.header(statement.span.start, function.name_span.end, &function.body);
            }
            StatementKind::Class(class) => self.header(statement.span.start, class.name_span.end, &class.body),
            _ => self.add(statement.span.start, statement.span.end),
        }
    }

    /// The lines from `start` to where `body` begins, then the body's own units. `least` is an offset that the header
    /// surely reaches, for a body that could not be read.
    fn header(&mut self, start: u32, least: u32, body: &[Statement]) {
        let end = body.first().map_or(least, |first| self.end_of_header(start, first.span.start));
        self.add(start, end.max(least));
        self.body(body);
    }

    /// Goes back over blank space and whole-line comments: those belong to the body's first statement.
    fn end_of_header(&self, start: u32, body_start: u32) -> u32 {
        let mut end = body_start;
        loop {
            let before = self.source.slice(Span::new(start, end));
            end = start + before.trim_end().len() as u32;
            match self.comment_ending_at(end) {
                Some(comment) if comment.start > start && stands_alone(self.source, comment) => end = comment.start,
                _ => return end,
            }
        }
    }

    fn comment_ending_at(&self, end: u32) -> Option<Span> {
        let index = self.module.comments.partition_point(|comment| comment.end < end);
        self.module.comments.get(index).copied().filter(|comment| comment.end == end)
    }

    fn add(&mut self, start: u32, end: u32) {
        let last = end.saturating_sub(1).max(start);
        self.units.push((self.source.line(start), self.source.line(last)));
    }
}

/// Whether nothing but blank space stands before a comment on its line.
pub(super) fn stands_alone(source: &Source, comment: Span) -> bool {
    let line = source.line(comment.start);
    let start = source.line_starts().get(line as usize - 1).copied().unwrap_or(0);
    source.slice(Span::new(start, comment.start)).trim().is_empty()
}
