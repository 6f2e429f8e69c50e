//! A cheap look at a text before the parser sees it: refuses what is known to abort the process or to be no program.
//!
//! The parser keeps its indentation levels in a buffer of fixed size and aborts the process (no panic: nothing can
//! catch it) when 510 levels, or fewer with many open strings, do not fit (tree-sitter-python #350). `CPython` stops at
//! 100 levels and 200 brackets, so the limits here lose no valid program. One pass over the bytes; knows of Python
//! only where strings, comments and lines begin and end.

use super::Refusal;

/// Nested blocks. `CPython` refuses 100.
const MAX_INDENTATION_LEVELS: usize = 128;

/// Open brackets. `CPython` refuses 200.
const MAX_OPEN_BRACKETS: usize = 1_000;

/// The parser's levels, counted at their worst, that fit its buffer of 1,024 bytes beside 255 open strings: two bytes a
/// level, one a string, two for the counts.
const MAX_PARSER_LEVELS: usize = 380;

/// Lines in a row that hold nothing but a backslash. The parser needs 10 s for 32,000 of them.
const MAX_EMPTY_CONTINUATIONS: usize = 100;

/// Refuses texts that the parser must not see.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(Refusal::NulByte { line: line_of(bytes, at) });
    }
    check_nesting(bytes)?;
    if !has_far_indentation(bytes) {
        return Ok(());
    }
    match rising_indentations(bytes) {
        Some(levels) if levels <= MAX_PARSER_LEVELS => Ok(()),
        _ => Err(Refusal::TooManyIndentations),
    }
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = bytes.get(..at).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() as u32 + 1
}

/// Counts blocks and brackets as Python's tokeniser does.
fn check_nesting(bytes: &[u8]) -> Result<(), Refusal> {
    let mut scan = Scan { bytes, at: 0 };
    let mut indentations: Vec<usize> = Vec::new();
    let mut open_brackets = 0_usize;
    let mut is_line_start = true;
    while let Some(byte) = scan.peek() {
        if is_line_start {
            is_line_start = false;
            let Some(width) = scan.indentation() else { continue };
            while indentations.last().is_some_and(|&outer| outer >= width) {
                indentations.pop();
            }
            if width > 0 {
                indentations.push(width);
            }
            if indentations.len() > MAX_INDENTATION_LEVELS {
                return Err(Refusal::TooManyLevels { line: line_of(bytes, scan.at) });
            }
            continue;
        }
        if !is_interesting(byte) {
            scan.skip_plain();
            continue;
        }
        scan.at += 1;
        match byte {
            b'(' | b'[' | b'{' => {
                open_brackets += 1;
                if open_brackets > MAX_OPEN_BRACKETS {
                    return Err(Refusal::TooManyBrackets { line: line_of(bytes, scan.at) });
                }
            }
            b')' | b']' | b'}' => open_brackets = open_brackets.saturating_sub(1),
            b'\'' | b'"' => scan.skip_string(byte),
            b'#' => scan.skip_line(),
            // A continued line does not begin a new one.
            b'\\' => scan.at += 1,
            b'\n' => is_line_start = open_brackets == 0,
            _ => {}
        }
    }
    Ok(())
}

/// Whether a byte can open or close something.
fn is_interesting(byte: u8) -> bool {
    INTERESTING.get(usize::from(byte)).is_some_and(|&is| is)
}

/// A table, because this is asked for most bytes of every file.
static INTERESTING: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"()[]{}'\"#\\\n";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over the white space that begins a line; its width, or none where the line is blank or a comment.
    fn indentation(&mut self) -> Option<usize> {
        let mut width = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' => width += 1,
                b'\t' => width = (width / 8 + 1) * 8,
                b'\x0c' => width = 0,
                b'\n' | b'\r' | b'#' => return None,
                _ => return Some(width),
            }
            self.at += 1;
        }
        None
    }

    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&byte| is_interesting(byte)).unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Steps over a string whose first quote was just read. A string that does not end stops at the end of its line, or
    /// of the text where it is triple-quoted.
    fn skip_string(&mut self, quote: u8) {
        let is_triple = self.bytes.get(self.at..self.at + 2) == Some(&[quote, quote]);
        if is_triple {
            self.at += 2;
        }
        loop {
            // A step from one byte that matters to the next; long strings are common.
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(plain) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                self.at = self.bytes.len();
                return;
            };
            let byte = rest.get(plain).copied().unwrap_or(quote);
            self.at += plain + 1;
            if byte == b'\\' {
                self.at += 1;
            } else if byte == b'\n' && !is_triple {
                self.at -= 1;
                return;
            } else if byte == quote {
                if !is_triple {
                    return;
                }
                if self.bytes.get(self.at..self.at + 2) == Some(&[quote, quote]) {
                    self.at += 2;
                    return;
                }
            }
        }
    }
}

/// Whether some line begins with so much white space that it could be indented by more columns than the parser has
/// levels, at eight columns a tab. Without one, there are too few different widths to fill them.
fn has_far_indentation(bytes: &[u8]) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c' | b'\r' | b'\n' | b'\\');
    memchr::memchr_iter(b'\n', bytes).any(|newline| {
        let lead = bytes.get(newline + 1..=newline + MAX_PARSER_LEVELS / 8);
        // From the end: code is met there at once in most lines.
        lead.is_some_and(|lead| lead.iter().rev().all(is_blank))
    })
}

/// The most indentation levels the parser can ever hold at once: its levels only grow from bottom to top, and in error
/// recovery any line may add one and none be taken away, so it is the longest rising sequence of the lines' widths.
/// None where a line's width cannot be told in reasonable time.
fn rising_indentations(bytes: &[u8]) -> Option<usize> {
    // `smallest_top[n]` is the smallest width that ends a rising sequence of n + 1 lines.
    let mut smallest_top: Vec<u16> = Vec::new();
    for newline in memchr::memchr_iter(b'\n', bytes) {
        let width = parser_width(bytes.get(newline + 1..).unwrap_or_default())?;
        if width == 0 {
            continue;
        }
        let place = smallest_top.partition_point(|&top| top < width);
        match smallest_top.get_mut(place) {
            Some(top) => *top = width,
            None => smallest_top.push(width),
        }
    }
    Some(smallest_top.len())
}

/// A line's indentation as the parser's scanner counts it: a tab is eight, continued lines add up, and it wraps.
fn parser_width(line: &[u8]) -> Option<u16> {
    let mut width = 0_u16;
    let mut continuations = 0;
    let mut bytes = line.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' => width = width.wrapping_add(1),
            b'\t' => width = width.wrapping_add(8),
            b'\r' | b'\x0c' => width = 0,
            b'\\' => {
                let ends_line = match bytes.next() {
                    Some(b'\r') => bytes.next() == Some(&b'\n'),
                    next => next == Some(&b'\n'),
                };
                if !ends_line {
                    return Some(width);
                }
                continuations += 1;
                if continuations > MAX_EMPTY_CONTINUATIONS {
                    return None;
                }
            }
            // The next line is looked at on its own.
            b'\n' | b'#' => return Some(0),
            _ => return Some(width),
        }
    }
    Some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(count: usize, innermost: &str) -> String {
        let mut text = String::new();
        for level in 0..count {
            text.push_str(&" ".repeat(level));
            text.push_str("if x:\n");
        }
        text + &" ".repeat(count) + innermost + "\n"
    }

    #[test]
    fn deep_indentation_is_refused_with_its_line() {
        assert_eq!(check(&levels(128, "s = 'a'")), Ok(()));
        assert_eq!(check(&levels(129, "s = 'a'")), Err(Refusal::TooManyLevels { line: 130 }));
        assert!(check(&levels(600, "s = 'a'")).is_err());
    }

    #[test]
    fn lines_inside_brackets_and_strings_are_no_levels() {
        let staircase: String = (1..200).map(|width| " ".repeat(width) + "1,\n").collect();
        assert_eq!(check(&format!("x = [\n{staircase}]\n")), Ok(()));
        assert_eq!(check(&format!("x = '''\n{staircase}'''\n")), Ok(()));
    }

    #[test]
    fn levels_that_only_error_recovery_could_open_are_counted_at_their_worst() {
        let staircase: String = (1..400).map(|width| " ".repeat(width) + "1,\n").collect();
        assert_eq!(check(&format!("x = [\n{staircase}]\n")), Err(Refusal::TooManyIndentations));
        let saw: String = (1..4_000).map(|line| " ".repeat(line % 60) + "1,\n").collect();
        assert_eq!(check(&format!("x = [\n{saw}]\n")), Ok(()));
    }

    #[test]
    fn open_brackets_are_counted_outside_strings_and_comments() {
        assert_eq!(check(&"(".repeat(1_000)), Ok(()));
        assert_eq!(check(&format!("\n{}", "[(".repeat(50_000))), Err(Refusal::TooManyBrackets { line: 2 }));
        assert_eq!(check(&format!("'{0}' # {0}\n\"\"\"\n{0}\"\"\"", "(".repeat(5_000))), Ok(()));
        assert_eq!(check(&"f(x)\n".repeat(5_000)), Ok(()));
    }

    #[test]
    fn nul_bytes_are_refused_with_their_line() {
        assert_eq!(check("a = 1\nb = '\0'\n"), Err(Refusal::NulByte { line: 2 }));
    }

    #[test]
    fn continued_lines_add_up_as_in_the_parser() {
        assert_eq!(parser_width(b"   \\\n    x"), Some(7));
        assert_eq!(parser_width(b"\t x"), Some(9));
        assert_eq!(parser_width(b"   # comment\n  x"), Some(0));
    }
}
