//! Text to module: the only part that knows tree-sitter. Error tolerant: what could not be read is in the module's
//! errors, and only a text that is dangerous or endless to parse is refused as a whole.
//!
//! `guard` refuses what must not be parsed, `watchdog` bounds the time, `parse` runs the parser, `flat` copies its tree
//! without recursion, `lower` makes our own `tree` of it.

mod flat;
mod guard;
mod kinds;
mod lower;
mod parse;
pub mod tree;
pub mod visit;
mod watchdog;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tree::Module;

/// Why a text was not parsed at all. No message holds source text.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// The parser did not finish in its time.
    #[error("parsing took longer than {} s; split the file, or exclude it", .0.as_secs_f32())]
    TooSlow(Duration),
    /// The text holds a NUL byte.
    #[error("line {line} holds a NUL byte, which Python does not read; save the file as text, or exclude it")]
    NulByte {
        /// 1-based line of the first one.
        line: u32,
    },
    /// Blocks are nested deeper than any Python reads.
    #[error("line {line} is indented more than 128 levels deep, Python reads at most 100; exclude the file")]
    TooManyLevels {
        /// 1-based line.
        line: u32,
    },
    /// Indented in so many different ways, or continued over so many empty lines, that the parser could abort or stall.
    #[error(
        "the file is indented or continued in more ways than the parser can hold; reformat the file, or exclude it"
    )]
    TooManyIndentations,
    /// Brackets are nested deeper than any Python reads.
    #[error("line {line} has more than 1,000 open brackets, Python reads at most 200; exclude the file")]
    TooManyBrackets {
        /// 1-based line.
        line: u32,
    },
    /// The system gives no more threads.
    #[error("no thread could be started for parsing ({0}); use fewer jobs")]
    NoThread(String),
    /// A fault of ours.
    #[error("the analysis of this file failed; this is a fault in bearerlint, please report it")]
    Internal,
}

/// Parses and lowers one text. Gives up after `budget` of wall time (and a moment), whatever the parser does.
///
/// May be called from many threads at once. The parser works on threads of its own, which are kept for later calls.
pub fn parse(text: &Arc<str>, budget: Duration) -> Result<Module, Refusal> {
    let text = with_newlines(text);
    guard::check(&text)?;
    watchdog::parse(&text, budget)
}

/// Python ends a line at a lone `\r` too, the grammar does not. Offsets stay as they are.
fn with_newlines(text: &Arc<str>) -> Cow<'_, Arc<str>> {
    let bytes = text.as_bytes();
    if memchr::memchr_iter(b'\r', bytes).all(|at| bytes.get(at + 1) == Some(&b'\n')) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars().peekable();
    let mut changed = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let ends_line = character == '\r' && characters.peek() != Some(&'\n');
        changed.push(if ends_line { '\n' } else { character });
    }
    Cow::Owned(changed.into())
}

#[cfg(test)]
mod hazard_tests;
