//! `any(…)`, `all(…)` and `bool(…)`: conditions that are made of the conditions of their elements.

use super::condition::Split;
use super::interpreter::Interpreter;
use super::state::State;
use super::value::Shape;
use crate::syntax::tree::{Argument, ComprehensionClause, Expression, ExpressionKind};

/// Elements that are taken one after the other. Longer lists are judged by a typical element.
const MOST_TAKEN: usize = 8;

impl<'p> Interpreter<'p, '_> {
    /// `any(request.headers.get(name) for name in ("Authorization", "X-Api-Key"))`: what is asked of each text of a list that is
    /// written out, in order.
    pub(super) fn branch_each(&mut self, state: &State<'p>, test: &'p Expression) -> Option<Split<'p>> {
        let (is_all, element, clause) = asked_of_each(test)?;
        let iterables = self.quietly(|this| this.evaluate(state.clone(), &clause.iterable));
        let [(_, iterable)] = iterables.as_slice() else { return None };
        let Shape::Sequence(elements) = &iterable.shape else { return None };
        if elements.len() > MOST_TAKEN || !elements.iter().all(|element| element.as_text().is_some()) {
            return None;
        }
        let outer = state.locals.clone();
        let (mut open, mut decided) = (vec![state.clone()], Vec::new());
        for taken in elements.iter() {
            let mut next = Vec::new();
            for state in open {
                for bound in self.bind(state, &clause.target, taken.clone()) {
                    let (yes, no) = self.branch(bound, element);
                    let (goes_on, decides) = if is_all { (yes, no) } else { (no, yes) };
                    next.extend(goes_on);
                    decided.extend(decides);
                }
            }
            let at = self.place(element.span);
            open = self.merge(next, at);
            decided = self.merge(decided, at);
        }
        for state in open.iter_mut().chain(&mut decided) {
            state.locals = outer.clone();
        }
        Some(if is_all { (open, decided) } else { (decided, open) })
    }
}

/// `all(element for target in iterable)`, or `any`.
fn asked_of_each(test: &Expression) -> Option<(bool, &Expression, &ComprehensionClause)> {
    let ExpressionKind::Call { callee, arguments } = &test.kind else { return None };
    let ExpressionKind::Name(name) = &callee.kind else { return None };
    let [Argument { value, .. }] = arguments.as_slice() else { return None };
    let ExpressionKind::Comprehension { key: None, element, clauses, .. } = &value.kind else { return None };
    let [clause] = clauses.as_slice() else { return None };
    (matches!(name.as_str(), "all" | "any") && clause.conditions.is_empty()).then_some((name == "all", element, clause))
}

/// What `bool(x)` asks about.
pub(super) fn tested_alone<'p>(callee: &'p Expression, arguments: &'p [Argument]) -> Option<&'p Expression> {
    match (&callee.kind, arguments) {
        (ExpressionKind::Name(name), [Argument { value, .. }]) if name == "bool" => Some(value),
        _ => None,
    }
}

/// `all([…])`, `any([…])` over written elements, and `bool(x)`.
pub(super) fn quantified<'p>(callee: &'p Expression, arguments: &'p [Argument]) -> Option<(bool, &'p [Expression])> {
    let ExpressionKind::Name(name) = &callee.kind else { return None };
    let [Argument { value, .. }] = arguments else { return None };
    match (name.as_str(), &value.kind) {
        ("all" | "any", ExpressionKind::List(values) | ExpressionKind::Tuple(values) | ExpressionKind::Set(values)) => {
            Some((name == "all", values))
        }
        ("bool", _) => Some((true, std::slice::from_ref(value))),
        _ => None,
    }
}
