//! One file's text: how its bytes became text, where its lines begin, and how columns are counted for each reader.
//!
//! Knows nothing of Python beyond its encoding declaration (PEP 263).

mod declaration;
mod decode;
mod purpose;
mod read;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use decode::decode;
pub use purpose::Purpose;
pub use read::{ReadError, ReadSource, read};

/// The size from which on a file is not read, unless the user says otherwise.
pub const DEFAULT_MAX_BYTES: u64 = 5_000_000;

/// The size from which on a file is never read: decoded, it still fits the `u32` offsets of a [`Span`].
pub const MAX_BYTES: u64 = 1 << 30;

/// A byte range in a source's text, 0-based, `end` exclusive, always on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Whether `other` lies wholly inside this range.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Which source of a run: an index into its files in sorted order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in one of the run's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// Where things are made that every program has: no file holds it, so it must not be looked up.
    pub const NOWHERE: Self = Self { file: FileId(u32::MAX), span: Span { start: 0, end: 0 } };

    /// Whether a file holds it.
    pub fn is_somewhere(self) -> bool {
        self.file != Self::NOWHERE.file
    }
}

/// A position for people and report formats: 1-based line and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in UTF-8 bytes.
    pub byte_column: u32,
    /// 1-based column in UTF-16 code units (SARIF, language server).
    pub utf16_column: u32,
    /// 1-based column in characters (terminal).
    pub char_column: u32,
}

/// One file of the run: its path and its decoded text.
#[derive(Debug)]
pub struct Source {
    /// The path as it was found or typed.
    pub path: PathBuf,
    /// The decoded text; without a byte order mark, line ends as in the file.
    pub text: Arc<str>,
    /// What the file is for: by its path, unless somebody who knows the project's root or its configuration says otherwise.
    pub purpose: Purpose,
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// A source from text that is already decoded.
    pub fn new(path: PathBuf, text: impl Into<Arc<str>>) -> Self {
        let purpose = Purpose::of_path(&path.to_string_lossy().replace('\\', "/"));
        Self { path, text: text.into(), purpose, line_starts: OnceLock::new() }
    }

    /// The text of a span; empty where the span does not fit this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Byte offsets at which lines begin. `\n`, `\r\n` and a lone `\r` end a line, as in Python.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                if bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n') {
                    starts.push(at as u32 + 1);
                }
            }
            starts
        })
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|&start| start <= offset) as u32
    }

    /// The text of a 1-based line without its line end; empty where there is no such line.
    pub fn line_text(&self, line: u32) -> &str {
        let starts = self.line_starts();
        let Some(&start) = starts.get((line as usize).wrapping_sub(1)) else { return "" };
        let end = starts.get(line as usize).map_or(self.text.len(), |&next| next as usize);
        self.text.get(start as usize..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and columns of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.line_starts().get(line as usize - 1).copied().unwrap_or_default();
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        Position {
            line,
            byte_column: before.len() as u32 + 1,
            utf16_column: before.encode_utf16().count() as u32 + 1,
            char_column: before.chars().count() as u32 + 1,
        }
    }
}
