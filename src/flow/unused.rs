//! Comparisons of claims whose result goes nowhere: a statement of their own, or a name that nobody reads.

use super::interpreter::Interpreter;
use super::origin::OriginKind;
use super::state::State;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name};

impl<'p> Interpreter<'p, '_> {
    /// A comparison stands alone.
    pub(super) fn result_is_dropped(&mut self, state: &State<'p>, expression: &'p Expression) {
        let ExpressionKind::Compare { left, rest } = &expression.kind else { return };
        if !self.is_loud() {
            return;
        }
        let sides = std::iter::once(left.as_ref()).chain(rest.iter().map(|(_, side)| side));
        let place = self.place(expression.span);
        for side in sides {
            let values = self.quietly(|this| this.evaluate(state.clone(), side));
            for (_, value) in values {
                if let Some(OriginKind::Claim { name, .. }) =
                    value.origins.find(|kind| matches!(kind, OriginKind::Claim { .. })).map(|origin| &origin.kind)
                {
                    self.facts.unused_comparisons.insert(place, name.clone());
                }
            }
        }
    }

    /// The result of a comparison is bound to a name that its function never reads.
    pub(super) fn result_is_bound(&mut self, state: &State<'p>, targets: &'p [Expression], expression: &'p Expression) {
        if matches!(expression.kind, ExpressionKind::Compare { .. }) && self.is_never_read(targets) {
            self.result_is_dropped(state, expression);
        }
    }

    /// Whether what is bound here has one name, which its function never reads.
    pub(super) fn is_never_read(&self, targets: &[Expression]) -> bool {
        let [Expression { kind: ExpressionKind::Name(name), span }] = targets else { return false };
        let Some(closure) = self.frames.last().and_then(|frame| frame.closure.as_ref()) else { return false };
        let super::value::Code::Function(function) = closure.code else { return false };
        let around = self.index.text(Place { file: closure.file, span: function.span });
        let after = span.end.saturating_sub(function.span.start) as usize;
        around.get(after..).is_some_and(|rest| !mentions(rest, name))
    }
}

/// Whether a text has a name as a word of its own.
fn mentions(text: &str, name: &Name) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).any(|word| word == name.as_str())
}
