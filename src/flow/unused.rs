//! Comparisons of claims whose result goes nowhere: a statement of their own, a name that nobody reads, a condition that only
//! writes a log.

use super::evidence::{CheckKind, Evidence};
use super::interpreter::{Branches, Interpreter};
use super::logs::is_level;
use super::origin::OriginKind;
use super::state::State;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};

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

    /// A call that says whether a claim is right stands alone, or what it says is bound to a name that nobody reads.
    pub(super) fn claim_verdict_is_dropped(
        &mut self,
        before: &Evidence,
        results: &Branches<'p>,
        targets: &'p [Expression],
        expression: &'p Expression,
    ) {
        let call = match &expression.kind {
            ExpressionKind::Await(inner) => inner,
            _ => expression,
        };
        if !self.is_loud() || !matches!(call.kind, ExpressionKind::Call { .. }) {
            return;
        }
        let says = |truth: bool| results.iter().filter(move |(_, value)| value.as_boolean() == Some(truth));
        let found = says(true).find_map(|(state, _)| gained(before, &state.evidence));
        if let Some(claim) = found.filter(|_| says(false).next().is_some())
            && (targets.is_empty() || self.is_never_read(targets))
        {
            self.facts.unused_comparisons.insert(self.place(expression.span), claim);
        }
    }

    /// `if claims["aud"] != AUDIENCE: log.warning(…)`: the paths on which the claim is wrong go on as the others do.
    pub(super) fn refusal_is_missing(
        &mut self,
        before: &Evidence,
        (taken, not_taken): (&[State<'p>], &[State<'p>]),
        test: &'p Expression,
        body: &'p [Statement],
    ) {
        if !self.is_loud() || !body.iter().all(is_idle) {
            return;
        }
        let right = not_taken.iter().find_map(|state| gained(before, &state.evidence));
        if let Some(claim) = right.filter(|_| taken.iter().all(|state| gained(before, &state.evidence).is_none())) {
            self.facts.unused_comparisons.insert(self.place(test.span), claim);
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

/// The claim whose right value is known after something and was not before.
fn gained(before: &Evidence, after: &Evidence) -> Option<Name> {
    let new =
        |kind: CheckKind| after.iter().any(|check| check.kind == kind && !before.iter().any(|known| known == check));
    match (new(CheckKind::Audience), new(CheckKind::Issuer)) {
        (true, _) => Some(Name::new_static("aud")),
        (_, true) => Some(Name::new_static("iss")),
        _ => None,
    }
}

/// Whether a statement does nothing but write a log.
fn is_idle(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Pass => true,
        StatementKind::Expression(expression) => match &expression.kind {
            ExpressionKind::Call { callee, .. } => match &callee.kind {
                ExpressionKind::Attribute { name, .. } => is_level(name),
                ExpressionKind::Name(name) => name == "print",
                _ => false,
            },
            ExpressionKind::String(_) => true,
            _ => false,
        },
        _ => false,
    }
}

/// Whether a text has a name as a word of its own.
fn mentions(text: &str, name: &Name) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).any(|word| word == name.as_str())
}
