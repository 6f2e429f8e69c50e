//! `check --explain FILE:LINE`: what the interpreter knows at a line, what made it give up, and what rules said there.
//! Decides nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::finding::Finding;
use crate::flow::bounds::Bound;
use crate::flow::event::{Event, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::flow::value::Value;
use crate::program::Program;
use crate::rules::shared::{entry_words, held, presented};
use crate::source::Place;

/// Paths of a statement that are told; more say the same again.
const MAX_PATHS: usize = 8;

/// What was heard of one line.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    line: Option<Place>,
    was_reached: bool,
    paths: usize,
    told: BTreeSet<String>,
    /// The explanation, one fact a line.
    pub(crate) lines: Vec<String>,
}

impl Watch {
    /// Watches a line, or nothing.
    pub(crate) fn new(line: Option<Place>) -> Self {
        Self { line, ..Self::default() }
    }

    /// Hears an event and which findings the rules made of it.
    pub(crate) fn hear(&mut self, program: &Program, event: &Event<'_, '_>, findings: &[Finding]) {
        let Some(line) = self.line else { return };
        match event {
            Event::Statement { state, function, .. } => {
                self.was_reached = true;
                self.paths += 1;
                if self.paths > MAX_PATHS {
                    return;
                }
                let within = function.as_ref().map_or_else(|| "the module".to_owned(), |name| format!("`{name}`"));
                self.say(format!("in {within}, on a path that established {}", evidence(program, &state.evidence)));
                for (name, value) in state.locals.iter() {
                    for words in origins(program, value) {
                        self.say(format!("  `{name}` {words}"));
                    }
                }
            }
            Event::EntryEnd { entry, outcomes, facts } if std::mem::take(&mut self.was_reached) => {
                self.paths = 0;
                self.say(format!("reached from {}", entry_words(entry)));
                outcomes.iter().for_each(|outcome| self.say(ending(program, outcome)));
                for bound in Bound::ALL {
                    if let Some(at) = facts.bounds.at(bound) {
                        self.say(format!("  the bound on {} was reached at {}", bound.words(), at_line(program, at)));
                    }
                }
            }
            _ => {}
        }
        for finding in findings {
            let at = finding.primary.place;
            if at.file == line.file && at.span.start < line.span.end && line.span.start < at.span.end {
                self.say(format!("rule {} speaks here with {} confidence", finding.rule, finding.confidence));
            }
        }
    }

    fn say(&mut self, words: String) {
        if self.told.insert(words.clone()) {
            self.lines.push(words);
        }
    }
}

fn ending(program: &Program, outcome: &Outcome) -> String {
    let status = outcome.status.map_or_else(String::new, |status| format!(" with status {status}"));
    format!(
        "  a path ends in {:?}{status}, having established {}",
        outcome.ending,
        evidence(program, &outcome.evidence)
    )
    .replace("Success", "success")
    .replace("Refusal", "refusal")
}

fn evidence(program: &Program, evidence: &Evidence) -> String {
    let check = |kind: CheckKind, place: Place| format!("{} at {}", kind_words(kind), at_line(program, place));
    let checks: Vec<String> = evidence.iter().map(|one| check(one.kind, one.place)).collect();
    if checks.is_empty() { "nothing".to_owned() } else { checks.join(", ") }
}

/// `StaticComparison` as "static comparison".
fn kind_words(kind: CheckKind) -> String {
    if kind == CheckKind::Opaque {
        return "opaque (nobody can see what was done with the credential)".to_owned();
    }
    let mut words = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn origins(program: &Program, value: &Value<'_>) -> Vec<String> {
    let origins = value.deep_origins();
    let one = |origin: &crate::flow::origin::Origin| {
        let what = if origins.credential().is_some_and(|(known, _)| known.kind == origin.kind) {
            presented(origin)
        } else if matches!(origin.kind, crate::flow::origin::OriginKind::Setting { .. }) {
            held(origin)
        } else {
            "what the steps say".to_owned()
        };
        let mut words = format!("holds {what} ({} confidence)", origin.confidence);
        for label in origin.trail.labels() {
            let _ = write!(words, "; {}: {}", at_line(program, label.place), label.text);
        }
        words
    };
    origins.iter().map(one).collect()
}

/// A place as a reader finds it.
fn at_line(program: &Program, place: Place) -> String {
    if place.file.0 as usize >= program.files().count() {
        return "a library".to_owned();
    }
    let source = program.source(place.file);
    format!("{}:{}", crate::root::display(&source.path), source.line(place.span.start))
}
