//! The auth map in each of its formats: one file a format, over one [`RoutesReport`]. Text of the analysed source passes the
//! masker and the escape of its reader here, as findings do.

mod human;
mod json;
mod markdown;

use super::mask::Masker;
use crate::auth_map::{Route, Step, check_words};
use crate::finding::Diagnostic;
use crate::program::Program;
use crate::root;
use crate::source::Place;

/// How the map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutesFormat {
    /// For people.
    Human,
    /// One versioned document.
    Json,
    /// A table for a wiki or a pull request.
    Markdown,
}

/// The routes of a run.
#[derive(Debug)]
pub struct RoutesReport<'a> {
    /// The files that were read.
    pub program: &'a Program,
    /// The routes that are shown, in order.
    pub routes: Vec<Route>,
    /// Routes that a filter left out.
    pub left_out: usize,
    /// Troubles with inputs, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// What must not be shown.
    pub masker: Masker,
}

impl RoutesReport<'_> {
    /// The map in a format.
    pub fn render(&self, format: RoutesFormat) -> String {
        match format {
            RoutesFormat::Human => human::render(self),
            RoutesFormat::Json => json::render(self),
            RoutesFormat::Markdown => markdown::render(self),
        }
    }

    fn line(&self, place: Place) -> u32 {
        self.program.source(place.file).line(place.span.start)
    }

    fn file(&self, place: Place) -> String {
        self.masker.path(&root::display(&self.program.source(place.file).path))
    }

    fn location(&self, place: Place) -> String {
        format!("{}:{}", self.file(place), self.line(place))
    }

    /// `GET`, `GET, POST`, or `ANY` where a route answers whatever it is told to.
    fn methods(route: &Route) -> String {
        if route.methods.is_empty() { "ANY".to_owned() } else { route.methods.join(", ") }
    }

    /// The path; a question mark where it cannot be read.
    fn path(&self, route: &Route) -> String {
        route.path.as_deref().map_or_else(|| "?".to_owned(), |path| self.masker.prose(path))
    }

    /// `hook load_customer: token signature, audience`.
    fn step(&self, step: &Step) -> String {
        let name = self.masker.prose(&step.name);
        let space = if name.is_empty() { "" } else { " " };
        format!("{}{space}{name}: {}", step.position.word(), words(step.kinds.iter().copied()))
    }
}

/// Checks in a few words; "nothing" where there is none.
fn words(kinds: impl Iterator<Item = crate::flow::evidence::CheckKind>) -> String {
    let words: Vec<&str> = kinds.map(check_words).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// `1 route`, `2 routes`.
fn counted(count: usize) -> String {
    if count == 1 { "1 route".to_owned() } else { format!("{count} routes") }
}
