//! `for` loops: one round with an element that stands for all, or a round for each where the body tells them apart.

use super::containers::element_of;
use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind, Origins};
use super::redaction;
use super::state::State;
use super::statement::LoopExits;
use super::value::{Shape, Value};
use super::walk;
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};
use crate::syntax::visit;
use std::rc::Rc;

/// Elements of a list that start-up code walks over one by one: no program lists more blueprints in one place.
const MOST_LISTED: usize = 40;

/// Rounds of a loop whose body tells the elements apart: each costs as much as the body.
const MOST_TOLD_APART: usize = 8;

impl<'p> Interpreter<'p, '_> {
    pub(super) fn for_statement(
        &mut self,
        state: State<'p>,
        target: &'p Expression,
        iterable: &'p Expression,
        body: &'p [Statement],
        otherwise: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        let place = self.place(iterable.span);
        let copies = redaction::copies_of_headers(&state);
        let is_told_apart = first_name(target).is_some_and(|name| decides(body, name));
        for (state, walked) in self.evaluate(state, iterable) {
            let walked = self.walked(&state, &walked, place);
            if let Some(elements) = self.rounds(&walked, is_told_apart) {
                let mut states = vec![state];
                for element in elements {
                    let started = states.into_iter().flat_map(|state| self.bind(state, target, element.clone()));
                    let started: Vec<State<'p>> = started.collect();
                    let mut inner = LoopExits::default();
                    states = self.block_in_loop(started, body, &mut inner);
                    states.extend(inner.continues);
                    states = self.merge(states, place);
                    next.extend(inner.breaks);
                }
                next.extend(self.block_in_loop(states, otherwise, exits));
                continue;
            }
            let is_never_empty = matches!(&walked.shape, Shape::Sequence(elements) if !elements.is_empty());
            let mut done = if is_never_empty { Vec::new() } else { vec![state.clone()] };
            let element = element_of(&walked);
            let started = self.bind(state, target, if is_told_apart { sorted_headers(&element) } else { element });
            let mut inner = LoopExits::default();
            done.extend(self.block_in_loop(started, body, &mut inner));
            done.extend(inner.continues);
            redaction::hidden_everywhere(&copies, &mut done);
            next.extend(self.block_in_loop(done, otherwise, exits));
            next.extend(inner.breaks);
        }
        next
    }

    /// The elements of a short list, where a round for each is worth it: while start-up code runs, since each blueprint of a
    /// list is registered by itself, and where the body does one thing with one element and another with the next. For
    /// anything else one round with a typical element says as much.
    fn rounds(&self, walked: &Value<'p>, is_told_apart: bool) -> Option<Vec<Value<'p>>> {
        let Shape::Sequence(elements) = &walked.shape else { return None };
        let is_of_interest = || elements.iter().any(|element| !element.deep_origins().is_empty());
        let is_listed = self.record.is_some() && elements.len() <= MOST_LISTED;
        let is_few = is_told_apart && (2..=MOST_TOLD_APART).contains(&elements.len()) && is_of_interest();
        (is_listed || is_few).then(|| elements.to_vec())
    }
}

/// The name that a loop gives to its element, or to the first part of it.
pub(super) fn first_name(target: &Expression) -> Option<&Name> {
    match &target.kind {
        ExpressionKind::Name(name) => Some(name),
        ExpressionKind::Tuple(parts) | ExpressionKind::List(parts) => parts.first().and_then(first_name),
        _ => None,
    }
}

/// Whether a body does different things by what a name holds.
fn decides(body: &[Statement], name: &Name) -> bool {
    let by_statement = body.iter().any(|statement| {
        let is_test = match &statement.kind {
            StatementKind::If { branches, .. } => branches.iter().any(|(test, _)| is_mentioned(test, name)),
            StatementKind::Match { subject, .. } => is_mentioned(subject, name),
            _ => false,
        };
        is_test || walk::bodies(statement).into_iter().any(|inner| decides(inner, name))
    });
    let mut by_expression = false;
    visit::expressions(body, &mut |expression| by_expression |= is_decided_by(expression, name));
    by_statement || by_expression
}

/// Whether an expression is one thing or another by what a name holds.
pub(super) fn is_decided_by(expression: &Expression, name: &Name) -> bool {
    matches!(&expression.kind, ExpressionKind::Conditional { test, .. } if is_mentioned(test, name))
}

fn is_mentioned(expression: &Expression, name: &Name) -> bool {
    let mut is_found = false;
    visit::expression(expression, &mut |inner| {
        is_found |= matches!(&inner.kind, ExpressionKind::Name(known) if known == name);
    });
    is_found
}

/// A header and its value, taken apart by a body that asks which header it is: what should not be seen is told from the rest.
fn sorted_headers<'p>(element: &Value<'p>) -> Value<'p> {
    let sorted = |origins: &Origins| {
        origins.filter_map(|origin| match origin.kind {
            OriginKind::HeaderMap => Some(Origin { kind: OriginKind::SortedHeader, ..origin.clone() }),
            _ => Some(origin.clone()),
        })
    };
    let shape = match &element.shape {
        Shape::Sequence(parts) => {
            let parts = parts.iter().map(|part| Value { origins: sorted(&part.origins), ..part.clone() });
            Shape::Sequence(Rc::new(parts.collect()))
        }
        // One header is no longer the map.
        Shape::Request(_) => Shape::Unknown,
        _ => element.shape.clone(),
    };
    Value { origins: sorted(&element.origins), shape, ..element.clone() }
}
