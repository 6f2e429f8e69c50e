//! One text through tree-sitter and into our tree, on the thread it is called on, stopping at a deadline where the
//! parser lets itself be stopped (see `watchdog` for where it does not).

use std::ops::ControlFlow;
use std::time::Instant;

use tree_sitter::{ParseOptions, Parser, Tree};

use super::flat::{Flat, Room};
use super::lower;
use super::tree::Module;

/// What is kept from text to text: a parser and memory.
#[derive(Default)]
pub(super) struct Parsing {
    parser: Option<Parser>,
    room: Room,
}

/// Parses and lowers; none where the deadline passed first.
pub(super) fn parse_until(parsing: &mut Parsing, text: &str, deadline: Instant) -> Option<Module> {
    let tree = parsing.tree(text, deadline)?;
    let mut flat = Flat::new(&tree, text, std::mem::take(&mut parsing.room));
    drop(tree);
    let module = lower::lower(&mut flat);
    parsing.room = flat.into_room();
    Some(module)
}

impl Parsing {
    fn tree(&mut self, text: &str, deadline: Instant) -> Option<Tree> {
        let parser = self.parser.get_or_insert_with(new_parser);
        let tree = parser.parse_with_options(
            &mut |offset, _| text.as_bytes().get(offset..).unwrap_or_default(),
            None,
            Some(ParseOptions::new().progress_callback(&mut |_| {
                if Instant::now() < deadline { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })),
        );
        if tree.is_none() {
            // A parser that was stopped would go on with this text at its next use.
            self.parser = None;
        }
        tree
    }
}

fn new_parser() -> Parser {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .expect("both crates are pinned to versions that fit each other");
    parser
}
