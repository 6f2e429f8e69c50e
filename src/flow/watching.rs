//! Telling what is known at a line that somebody asked about. Nothing is told otherwise.

use super::event::Event;
use super::interpreter::Interpreter;
use super::state::State;
use crate::source::Place;

impl<'p> Interpreter<'p, '_> {
    /// Tells the paths on which a statement of the watched line begins.
    pub(super) fn tell_watched(&mut self, states: &[State<'p>], place: Place) {
        let is_watched = self.watched.is_some_and(|line| {
            line.file == place.file && (line.span.start..line.span.end).contains(&place.span.start)
        });
        if !is_watched {
            return;
        }
        for state in states {
            let function = self.frame().closure.as_ref().map(|closure| closure.code.name());
            self.emit(&Event::Statement { state, function, place });
        }
    }
}
