//! Machine edits for fixes, made from the tree and the text at hand. Each answers none where the code has a form in which the
//! edit could go wrong: a comment in between, brackets nobody counted.
//!
//! Edits insert and remove; they never repeat a piece of source, which may hold a secret.

use super::Context;
use crate::finding::{Edit, Fix};
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Statement};
use crate::syntax::visit;

/// The call at a place, as callee and arguments.
pub(in crate::rules) type Call<'p> = (&'p Expression, &'p [Argument]);

/// Collects edits of one file.
pub(in crate::rules) struct Editor<'c, 'i, 'p> {
    pub(super) context: &'c Context<'i, 'p>,
    pub(super) file: FileId,
    edits: Vec<Edit>,
}

impl<'c, 'i, 'p> Editor<'c, 'i, 'p> {
    /// An editor without edits.
    pub(in crate::rules) fn new(context: &'c Context<'i, 'p>, file: FileId) -> Self {
        Self { context, file, edits: Vec::new() }
    }

    /// The edits so far as one fix; none where they overlap.
    pub(in crate::rules) fn fix(mut self, title: impl Into<String>, is_safe: bool) -> Option<Fix> {
        self.edits.sort_by_key(|edit| edit.place.span);
        let overlaps = self.edits.windows(2).any(|pair| pair[0].place.span.end > pair[1].place.span.start);
        (!self.edits.is_empty() && !overlaps).then(|| Fix { title: title.into(), is_safe, edits: self.edits })
    }

    /// Puts text in place of a range.
    pub(in crate::rules) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { place: Place { file: self.file, span }, text: text.into() });
    }

    /// Puts text at an offset.
    pub(in crate::rules) fn insert(&mut self, at: u32, text: impl Into<String>) {
        self.replace(Span::new(at, at), text);
    }

    /// The text of a range.
    pub(in crate::rules) fn text(&self, start: u32, end: u32) -> &'p str {
        self.context.index.text(Place { file: self.file, span: Span::new(start, end) })
    }

    /// What ends a line in this file.
    pub(super) fn line_end(&self) -> &'static str {
        let text = &self.context.index.program.source(self.file).text;
        match text.find(['\n', '\r']).map(|at| text.get(at..).unwrap_or_default()) {
            Some(rest) if rest.starts_with("\r\n") => "\r\n",
            Some(rest) if rest.starts_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// Adds an argument behind the others.
    pub(in crate::rules) fn add_argument(&mut self, call: &Expression, text: &str) -> Option<()> {
        let (callee, arguments) = call_parts(call)?;
        let close = call.span.end.checked_sub(1).filter(|close| self.text(*close, call.span.end) == ")")?;
        let inside = arguments.last().map_or(callee.span.end, |last| last.value.span.end);
        let tail = self.text(inside, close);
        // Behind a comma that ends its line the arguments have lines of their own.
        if let Some((brackets, rest)) = tail.split_once(',')
            && brackets.chars().all(|letter| letter == ')' || letter.is_whitespace())
            && let Some(comment) = rest.lines().next().filter(|comment| comment.len() < rest.len())
            && rest.get(comment.len()..)?.trim().is_empty()
            && (comment.trim().is_empty() || comment.trim().starts_with('#'))
        {
            let source = self.context.index.program.source(self.file);
            let line = source.line(arguments.last()?.value.span.end);
            let written = source.line_text(line);
            let indentation = written.get(..written.len() - written.trim_start().len())?;
            let next = *source.line_starts().get(line as usize)?;
            self.insert(next, format!("{indentation}{text},{}", self.line_end()));
            return Some(());
        }
        if tail.contains('#') {
            return None;
        }
        let at = inside + tail.trim_end().len() as u32;
        let comma = match (arguments.is_empty(), tail.trim_end().ends_with(',')) {
            (true, _) => "",
            (false, true) => " ",
            (false, false) => ", ",
        };
        self.insert(at, format!("{comma}{text}"));
        Some(())
    }

    /// Adds a line below a statement that has its lines to itself, with its indentation.
    pub(in crate::rules) fn add_line_below(&mut self, statement: &Statement, line: &str) -> Option<()> {
        let source = self.context.index.program.source(self.file);
        let Span { start, end } = statement.span;
        let line_start = *source.line_starts().get(source.line(start) as usize - 1)?;
        let indentation = self.text(line_start, start);
        let (of_end, last) = (source.line(end), source.line_text(source.line(end)));
        let behind = last.get((end - source.line_starts().get(of_end as usize - 1)?) as usize..)?.trim();
        if !indentation.trim().is_empty() || !(behind.is_empty() || behind.starts_with('#')) {
            return None;
        }
        match source.line_starts().get(of_end as usize) {
            Some(next) => self.insert(*next, format!("{indentation}{line}{}", self.line_end())),
            None => self.insert(source.text.len() as u32, format!("{}{indentation}{line}", self.line_end())),
        }
        Some(())
    }

    /// Writes `True` where a keyword argument is written as `False`.
    pub(in crate::rules) fn turn_on(&mut self, flag: &Expression) -> Option<()> {
        matches!(flag.kind, ExpressionKind::Boolean(false) | ExpressionKind::None)
            .then(|| self.replace(flag.span, "True"))
    }

    /// Takes a keyword argument out of a call.
    pub(in crate::rules) fn drop_keyword(&mut self, call: &Expression, name: &str) -> Option<()> {
        let (callee, arguments) = call_parts(call)?;
        let at = arguments.iter().position(|argument| is_keyword(argument, name))?;
        let before = at.checked_sub(1).and_then(|at| arguments.get(at));
        let previous = before.map_or(callee.span.end, |argument| argument.value.span.end);
        let argument = arguments.get(at)?;
        let gap = self.text(previous, argument.value.span.start);
        let start = previous + gap.rfind(name)? as u32;
        let close = call.span.end.checked_sub(1)?;
        self.drop_item(before.map(|_| previous), Span::new(start, argument.value.span.end), close)
    }

    /// Takes an entry with a string key out of a dictionary display.
    pub(in crate::rules) fn drop_entry(&mut self, dictionary: &Expression, key: &str) -> Option<()> {
        let ExpressionKind::Dictionary(entries) = &dictionary.kind else { return None };
        let is_it = |entry: &(Option<Expression>, Expression)| matches!(&entry.0, Some(Expression { kind: ExpressionKind::String(text), .. }) if text == key);
        let at = entries.iter().position(is_it)?;
        let (Some(written), value) = entries.get(at)? else { return None };
        let previous = at.checked_sub(1).and_then(|at| entries.get(at)).map(|(_, value)| value.span.end);
        let close = dictionary.span.end.checked_sub(1)?;
        self.drop_item(previous, Span::new(written.span.start, value.span.end), close)
    }

    /// Takes an element out of a list, tuple or set display that holds others.
    pub(in crate::rules) fn drop_element(&mut self, elements: &[Expression], at: usize, close: u32) -> Option<()> {
        let previous = at.checked_sub(1).and_then(|at| elements.get(at)).map(|element| element.span.end);
        self.drop_item(previous, elements.get(at)?.span, close)
    }

    /// An item with the comma that sets it off: the one behind it, or the one before the last.
    fn drop_item(&mut self, previous: Option<u32>, item: Span, close: u32) -> Option<()> {
        let tail = self.text(item.end, close);
        let behind = tail.trim_start();
        let span = if let Some(rest) = behind.strip_prefix(',') {
            let spaces = rest.len() - rest.trim_start().len();
            // What stands behind a comma at the end of a line stays where it is.
            let spaces = if rest.trim_start().is_empty() { 0 } else { spaces };
            let taken = (tail.len() - behind.len() + 1 + spaces) as u32;
            match previous {
                Some(previous) if rest.trim_start().is_empty() => {
                    Span::new(self.comma(previous, item.start)?, item.end)
                }
                _ => Span::new(item.start, item.end + taken),
            }
        } else if behind.is_empty() {
            match previous {
                Some(previous) => Span::new(self.comma(previous, item.start)?, item.end),
                None => item,
            }
        } else {
            return None;
        };
        if self.text(span.start, span.end).contains('#') {
            return None;
        }
        self.replace(span, "");
        Some(())
    }

    /// The offset of the one comma between two items.
    fn comma(&self, previous: u32, item: u32) -> Option<u32> {
        let gap = self.text(previous, item);
        (gap.trim() == ",").then(|| previous + gap.find(',').unwrap_or_default() as u32)
    }
}

/// Whether an argument is passed by this name.
pub(in crate::rules) fn is_keyword(argument: &Argument, name: &str) -> bool {
    matches!(&argument.kind, ArgumentKind::Keyword(known) if known == name)
}

/// The value of a keyword argument.
pub(in crate::rules) fn keyword<'p>(call: Call<'p>, name: &str) -> Option<&'p Expression> {
    call.1.iter().find(|argument| is_keyword(argument, name)).map(|argument| &argument.value)
}

/// Callee and arguments of a call.
pub(in crate::rules) fn call_parts(expression: &Expression) -> Option<Call<'_>> {
    match &expression.kind {
        ExpressionKind::Call { callee, arguments } => Some((callee, arguments)),
        _ => None,
    }
}

impl<'p> Context<'_, 'p> {
    /// The outermost expression that stands exactly at a place.
    pub(in crate::rules) fn expression_at(&self, place: Place) -> Option<&'p Expression> {
        let mut found = None;
        visit::expressions(&self.index.module(place.file)?.body, &mut |expression| {
            if found.is_none() && expression.span == place.span {
                found = Some(expression);
            }
        });
        found
    }

    /// The innermost expression that has the one at a place as a part.
    pub(in crate::rules) fn expression_around(&self, place: Place) -> Option<&'p Expression> {
        let mut found: Option<&'p Expression> = None;
        visit::expressions(&self.index.module(place.file)?.body, &mut |expression| {
            if expression.span != place.span && expression.span.contains(place.span) {
                found = Some(expression);
            }
        });
        found
    }
}
