//! A few lines of one file, masked and bounded, in the shape miette reads: only the lines that are shown exist, and
//! they keep their numbers.
//!
//! It deliberately holds no styling and no labels' text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::mask::Masker;
use crate::source::{FileId, Source, Span};

/// Longer lines are cut around what they are shown for.
const MAX_LINE: usize = 160;

/// What is kept to the left of the place of interest when a line is cut.
const LEFT_OF_FOCUS: usize = 48;

/// A label over more lines than this marks its first line only.
const MAX_LABEL_LINES: u32 = 4;

/// Letters to the left of each line beside its number.
const MARGIN: usize = 4;

/// Letters that miette shows for a tab.
const TAB_WIDTH: usize = 4;

/// Lines before and after a labelled one.
pub(super) const CONTEXT_LINES: usize = 1;

/// Lines of one file, ready to be printed.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where a label starts in `text`, and the 1-based column in the file that is printed for it.
    columns: BTreeMap<usize, u32>,
}

#[derive(Debug)]
struct Line {
    number: u32,
    range: Range<usize>,
}

impl Excerpt {
    /// The lines around `spans`, and where each span lies in the excerpt, in the order given.
    pub(super) fn new(
        name: String,
        file: FileId,
        source: &Source,
        masker: &Masker,
        spans: &[Span],
    ) -> (Self, Vec<SourceSpan>) {
        let spans: Vec<Span> = spans.iter().map(|&span| shorten(source, span)).collect();
        let mut excerpt = Self { name, text: String::new(), lines: Vec::new(), columns: BTreeMap::new() };
        let mut starts = BTreeMap::new();
        for number in lines_around(source, &spans) {
            let shown = excerpt.push_line(file, source, masker, number, &spans);
            starts.insert(number, shown);
        }
        let located = spans.iter().zip(apart(source, &spans)).map(|(&span, drawn)| {
            let shown = excerpt.locate(source, drawn, &starts);
            // A label keeps the column of its whole place, whatever part of it is underlined.
            excerpt.columns.insert(shown.offset(), source.position(span.start).char_column);
            shown
        });
        let located = located.collect();
        (excerpt, located)
    }

    fn push_line(
        &mut self,
        file: FileId,
        source: &Source,
        masker: &Masker,
        number: u32,
        spans: &[Span],
    ) -> super::present::Shown {
        let line = source.line_text(number);
        let start = source.line_starts().get(number as usize - 1).map_or(0, |&start| start as usize);
        let inside = spans.iter().map(|span| (span.start as usize).wrapping_sub(start));
        let focus = inside.filter(|&at| at <= line.len()).min().unwrap_or(0);
        let window = window(line, focus);
        let mut shown = masker.excerpt(file, source, start + window.start..start + window.end);
        if window.start > 0 {
            shown.prefix("…");
        }
        let from = self.text.len();
        self.text.push_str(&shown.text);
        if window.end < line.len() {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { number, range: from..self.text.len() });
        shown
    }

    fn locate(&self, source: &Source, span: Span, shown: &BTreeMap<u32, super::present::Shown>) -> SourceSpan {
        let start = self.offset(source, span.start, shown);
        let end = self.offset(source, span.end, shown).max(start);
        SourceSpan::from(start..end)
    }

    fn offset(&self, source: &Source, byte: u32, shown: &BTreeMap<u32, super::present::Shown>) -> usize {
        let number = source.line(byte);
        let line = self.lines.iter().find(|line| line.number == number);
        match (line, shown.get(&number)) {
            (Some(line), Some(shown)) => line.range.start + shown.locate(byte as usize),
            _ => 0,
        }
    }

    /// How many letters stand on the screen to the left of a place's middle, where its label hangs.
    pub(super) fn middle(&self, span: SourceSpan) -> usize {
        let letters = |range: Range<usize>| {
            let text = self.text.get(range).unwrap_or_default();
            text.chars().map(|letter| if letter == '\t' { TAB_WIDTH } else { 1 }).sum::<usize>()
        };
        let start = self.lines.get(self.line_at(span.offset())).map_or(0, |line| line.range.start);
        let digits = self.lines.last().map_or(1, |line| line.number.to_string().len());
        digits + MARGIN + letters(start..span.offset()) + letters(span.offset()..span.offset() + span.len()) / 2
    }

    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.range.start <= offset).saturating_sub(1)
    }

    /// Whether the lines at `index` and the next one are neighbours in the file too.
    fn continues(&self, index: usize) -> bool {
        match (self.lines.get(index), self.lines.get(index + 1)) {
            (Some(line), Some(next)) => line.number + 1 == next.number,
            _ => false,
        }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let last_byte = (span.offset() + span.len()).saturating_sub(1).max(span.offset());
        let (mut first, mut last) = (self.line_at(span.offset()), self.line_at(last_byte));
        for _ in 0..context_lines_before {
            first -= usize::from(first > 0 && self.continues(first - 1));
        }
        for _ in 0..context_lines_after {
            last += usize::from(self.continues(last));
        }
        let (Some(top), Some(bottom)) = (self.lines.get(first), self.lines.get(last)) else {
            return Err(MietteError::OutOfBounds);
        };
        let range = top.range.start..bottom.range.end;
        let column = if context_lines_before == 0 { self.columns.get(&span.offset()).copied().unwrap_or(1) } else { 1 };
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes().get(range.clone()).unwrap_or_default(),
            SourceSpan::from(range),
            top.number as usize - 1,
            column as usize - 1,
            last - first + 1,
        );
        Ok(Box::new(contents))
    }
}

/// A span that marks a few lines at most.
fn shorten(source: &Source, span: Span) -> Span {
    let end = span.end.min(source.text.len() as u32);
    let start = span.start.min(end);
    let first = source.line(start);
    if source.line(end.saturating_sub(1).max(start)) - first < MAX_LABEL_LINES {
        return Span::new(start, end);
    }
    let line_start = source.line_starts().get(first as usize - 1).copied().unwrap_or(0);
    Span::new(start, line_start + source.line_text(first).len() as u32)
}

/// What is underlined for each span: lines under one another's text cannot be told apart, so a span that has others inside
/// it gets a part that is its own. Of `token == os.environ["T"]` with a label on the right side, `token ==` is left.
fn apart(source: &Source, spans: &[Span]) -> Vec<Span> {
    spans.iter().map(|&span| own_part(source, span, spans)).collect()
}

fn own_part(source: &Source, span: Span, spans: &[Span]) -> Span {
    let mut inside: Vec<Span> = spans.iter().copied().filter(|&other| other != span && span.contains(other)).collect();
    if inside.is_empty() {
        return span;
    }
    inside.sort_unstable();
    inside.push(Span::new(span.end, span.end));
    let mut gaps = Vec::new();
    let mut from = span.start;
    for other in inside {
        gaps.push(trimmed(source, Span::new(from, other.start)));
        from = from.max(other.end);
    }
    let length = |gap: &Span| gap.end - gap.start;
    // The first that is more than a bracket, else the longest there is.
    let own = gaps.iter().find(|gap| length(gap) > 1).or_else(|| gaps.iter().max_by_key(|gap| length(gap)));
    own.copied().filter(|gap| length(gap) > 0).unwrap_or(span)
}

/// A span without the white space at its ends.
fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let start = span.start + (text.len() - text.trim_start().len()) as u32;
    Span::new(start, start + text.trim().len() as u32)
}

fn lines_around(source: &Source, spans: &[Span]) -> BTreeSet<u32> {
    let count = source.line_starts().len() as u32;
    let mut lines = BTreeSet::new();
    for span in spans {
        let first = source.line(span.start);
        let last = source.line(span.end.saturating_sub(1).max(span.start));
        let context = CONTEXT_LINES as u32;
        lines.extend(first.saturating_sub(context).max(1)..=(last + context).min(count));
    }
    lines
}

/// Which bytes of a line are shown: all of a short one, else a stretch around `focus`.
fn window(line: &str, focus: usize) -> Range<usize> {
    if line.chars().take(MAX_LINE + 1).count() <= MAX_LINE {
        return 0..line.len();
    }
    let mut focus = focus.min(line.len());
    while !line.is_char_boundary(focus) {
        focus -= 1;
    }
    let start = line[..focus].char_indices().rev().take(LEFT_OF_FOCUS).last().map_or(focus, |(at, _)| at);
    let end = line[start..].char_indices().nth(MAX_LINE).map_or(line.len(), |(at, _)| start + at);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, spans: &[Span]) -> (Excerpt, Vec<SourceSpan>) {
        let source = Source::new("a.py".into(), text);
        Excerpt::new("a.py".to_owned(), FileId(0), &source, &Masker::default(), spans)
    }

    #[test]
    fn only_lines_near_a_label_are_held_and_numbered_as_in_the_file() {
        let text = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let (excerpt, located) = excerpt(text, &[Span::new(2, 3), Span::new(12, 13)]);
        assert_eq!(excerpt.text, "a\nb\nc\nf\ng\nh\n");
        assert_eq!(excerpt.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3, 6, 7, 8]);
        let contents = located.last().and_then(|span| excerpt.read_span(span, 1, 1).ok());
        assert_eq!(contents.as_ref().map(|contents| contents.data()), Some(b"f\ng\nh\n".as_slice()));
        assert_eq!(contents.map(|contents| contents.line()), Some(5));
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let text = format!("{}target{}", "é".repeat(100_000), "x".repeat(100_000));
        let at = 200_000;
        let (excerpt, located) = excerpt(&text, &[Span::new(at, at + 6)]);
        assert!(excerpt.text.chars().count() <= MAX_LINE + 3);
        let span = located.first().copied().unwrap_or(SourceSpan::from(0..0));
        assert_eq!(&excerpt.text[span.offset()..span.offset() + span.len()], "target");
    }

    #[test]
    fn labels_inside_another_leave_it_a_part_of_its_own() {
        let drawn = |text: &str, pieces: &[&str]| {
            let source = Source::new("a.py".into(), text);
            let start = |piece: &str| text.find(piece).unwrap_or_default() as u32;
            let spans: Vec<Span> =
                pieces.iter().map(|piece| Span::new(start(piece), start(piece) + piece.len() as u32)).collect();
            apart(&source, &spans).into_iter().map(|span| source.slice(span).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            drawn("if token != getenv('T'):", &["token != getenv('T')", "getenv('T')"]),
            ["token !=", "getenv('T')"]
        );
        assert_eq!(
            drawn("getenv('T') != token", &["getenv('T') != token", "getenv('T')"]),
            ["!= token", "getenv('T')"]
        );
        assert_eq!(drawn("(a) == b", &["(a) == b", "a", "b"]), [") ==", "a", "b"]);
        assert_eq!(drawn("f(a)(b)", &["f(a)(b)", "f(a)", "a"]), ["(b)", "f(", "a"]);
        assert_eq!(drawn("a", &["a", "a"]), ["a", "a"]);
    }

    #[test]
    fn labels_over_many_lines_and_spans_outside_the_file_are_bounded() {
        let text = "first = 1\n".repeat(50);
        let (excerpt_, located) = excerpt(&text, &[Span::new(0, 500), Span::new(9_000, 9_100)]);
        assert!(excerpt_.lines.len() <= 4);
        assert_eq!(located.first().map(SourceSpan::len), Some(9));
        let (empty, _) = excerpt("", &[Span::new(0, 0)]);
        assert_eq!(empty.text, "\n");
    }
}
