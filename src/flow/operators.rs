//! Operators: arithmetic and joining of values, and the boolean ones that decide for one of theirs.

use super::addresses::{self, Pieces};
use super::condition::add_presence;
use super::dictionaries::is_mapping;
use super::evidence::CheckKind;
use super::expression::merge_branches;
use super::interpreter::{Branches, Interpreter, one};
use super::moments;
use super::origin::Origins;
use super::state::State;
use super::value::{Constant, Nullness, RequestMap, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{BinaryOperator, Expression};
use smallvec::SmallVec;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// The right side of `text % value`: objects of the program stand for their text there.
    pub(super) fn shown_when_formatted(
        &mut self,
        state: &State<'p>,
        operator: BinaryOperator,
        right: &Value<'p>,
        place: Place,
    ) -> Value<'p> {
        if operator == BinaryOperator::Modulo { self.shown(state, right, place) } else { right.clone() }
    }

    pub(super) fn boolean_operation(
        &mut self,
        state: State<'p>,
        is_and: bool,
        values: &'p [Expression],
    ) -> Branches<'p> {
        let Some((first, rest)) = values.split_first() else { return one(state, Value::unknown()) };
        let mut open: Vec<Undecided<'p>> = Vec::new();
        let mut done: Branches<'p> = SmallVec::new();
        let mut ended: Branches<'p> = SmallVec::new();
        let decides = if is_and { Nullness::NONE.or(Nullness::EMPTY) } else { Nullness::FULL };
        let mut take = |this: &mut Self,
                        state: State<'p>,
                        earlier: Option<Kept<'p>>,
                        value: Value<'p>,
                        (expression, is_last): (&'p Expression, bool),
                        open: &mut Vec<Undecided<'p>>| {
            let joined = |value: Value<'p>| match &earlier {
                Some(known) => {
                    // `getenv(…) or "literal"`: what stands in for the setting.
                    let setting = known.value.origins.setting_name().filter(|_| !is_and && value.as_text().is_some());
                    let value = match setting {
                        Some(name) => Value::from_origins(value.as_default_of(name), value.nullness),
                        None => value,
                    };
                    known.value.join(&value)
                }
                None => value,
            };
            // Behind `token or ""` the token is what it was before: one operand decided on one path, the other on the other.
            let together = |state: State<'p>| match &earlier {
                Some(known) => known.state.join(&state),
                None => state,
            };
            let stays = value.nullness.and(decides);
            let goes_on = value.nullness.and(decides.not());
            if is_last || goes_on.is_impossible() {
                done.push((together(state), joined(value)));
            } else if stays.is_impossible() {
                let mut state = state;
                this.refine(&mut state, expression, goes_on);
                open.push(Undecided { state, earlier });
            } else {
                let mut next = state.clone();
                this.refine(&mut next, expression, goes_on);
                let mut decided = state;
                this.refine(&mut decided, expression, stays);
                let tested = value.origins.clone();
                let kept = Kept { value: joined(value.with_nullness(stays)), state: together(decided), tested };
                open.push(Undecided { state: next, earlier: Some(kept) });
            }
        };
        for (state, value) in self.evaluate(state, first) {
            take(self, state, None, value, (first, rest.is_empty()), &mut open);
        }
        let mut before = first;
        for (at, expression) in rest.iter().enumerate() {
            let written = (expression, at + 1 == rest.len());
            for Undecided { state, earlier } in std::mem::take(&mut open) {
                let raised_before = self.frame().raised.len();
                let found = self.evaluate(state.clone(), expression);
                if let (Some(kept), true) = (&earlier, found.is_empty()) {
                    ended.push(self.decided_alone(kept, is_and, raised_before, self.place(before.span)));
                }
                for (after, value) in found {
                    if after.evidence == state.evidence {
                        take(self, after, earlier.clone(), value, written, &mut open);
                    } else {
                        // What this operand established does not hold where the earlier one decided.
                        if let Some(earlier) = &earlier {
                            keep(&mut open, earlier);
                        }
                        take(self, after, None, value, written, &mut open);
                    }
                }
            }
            before = expression;
        }
        done.extend(open.into_iter().filter_map(|open| Some((open.state, open.earlier?.value))));
        done.extend(ended);
        merge_branches(done)
    }

    /// `token or abort(401)`: no path goes on behind the right side, so the left one has been tested: found wanting on the
    /// paths that ended, and there on the one that is left.
    fn decided_alone(
        &mut self,
        kept: &Kept<'p>,
        is_and: bool,
        raised_before: usize,
        place: Place,
    ) -> (State<'p>, Value<'p>) {
        let (here, ended) = if is_and {
            (CheckKind::Rejected, CheckKind::Presence)
        } else {
            (CheckKind::Presence, CheckKind::Rejected)
        };
        for raised in self.frame().raised.iter_mut().skip(raised_before) {
            add_presence(&mut raised.state, &kept.tested, ended, place);
        }
        self.truth_is_tested(&kept.tested, place);
        let mut state = kept.state.clone();
        add_presence(&mut state, &kept.tested, here, place);
        (state, kept.value.clone())
    }
}

/// A path on which the operands so far did not decide, and what the operation gives where one of them did.
struct Undecided<'p> {
    state: State<'p>,
    earlier: Option<Kept<'p>>,
}

/// What an operand decided on.
#[derive(Clone)]
struct Kept<'p> {
    value: Value<'p>,
    /// The path on which it did.
    state: State<'p>,
    /// What the operand is made of.
    tested: Origins,
}

/// Keeps the value an earlier operand decided on, once.
fn keep<'p>(open: &mut Vec<Undecided<'p>>, earlier: &Kept<'p>) {
    let is_there = open.iter().any(|known| known.state.evidence == earlier.state.evidence && known.earlier.is_some());
    if !is_there {
        open.push(Undecided { state: earlier.state.clone(), earlier: Some(earlier.clone()) });
    }
}

pub(super) fn binary<'p>(left: &Value<'p>, operator: BinaryOperator, right: &Value<'p>) -> Value<'p> {
    if let Some(value) = moments::shifted(left, operator, right) {
        return value;
    }
    match operator {
        BinaryOperator::Add => add(left, right),
        BinaryOperator::Modulo if left.as_text().is_some() => {
            let filled = match &left.shape {
                Shape::Constant(Constant::Text { text, at, .. }) => {
                    Pieces::filled_by_percent(text, *at, right).origins()
                }
                _ => Origins::default(),
            };
            Value::from_origins(filled.union(&addresses::but_texts(&right.deep_origins())), Nullness::FULL)
        }
        BinaryOperator::BitOr if are_mappings(left, right) => {
            let mut all = super::value::Dictionary::default();
            super::dictionaries::spread(&mut all, left);
            super::dictionaries::spread(&mut all, right);
            super::gathering::dictionary(all)
        }
        // A union of sets; a path below another.
        BinaryOperator::BitOr | BinaryOperator::Divide => {
            Value::from_origins(left.deep_origins().union(&right.deep_origins()), Nullness::PRESENT)
        }
        // What two sets have in common, and what only one of them has.
        BinaryOperator::BitAnd | BinaryOperator::Subtract => {
            super::claims::in_common(&left.deep_origins().union(&right.deep_origins()))
        }
        BinaryOperator::Multiply => match (left.as_integer(), right.as_integer()) {
            (Some(left), Some(right)) => Value::integer(left.wrapping_mul(right)),
            // A text so many times.
            (None, Some(_)) => Value::from_origins(left.deep_origins(), Nullness::PRESENT),
            (Some(_), None) => Value::from_origins(right.deep_origins(), Nullness::PRESENT),
            _ => Value::present(),
        },
        BinaryOperator::Power => {
            let exponent = right.as_integer().and_then(|right| u32::try_from(right).ok());
            let power = left.as_integer().zip(exponent).and_then(|(left, exponent)| left.checked_pow(exponent));
            power.map_or_else(Value::present, Value::integer)
        }
        _ => Value::present(),
    }
}

fn add<'p>(left: &Value<'p>, right: &Value<'p>) -> Value<'p> {
    match (&left.shape, &right.shape) {
        (
            Shape::Constant(Constant::Text { text: a, at, is_bytes }),
            Shape::Constant(Constant::Text { text: b, at: b_at, .. }),
        ) => {
            // `"Bearer " + KEY`: what matters is where the key stands.
            let at = if vocabulary::is_scheme_or_word(a) || b.len() > a.len() { *b_at } else { *at };
            Value::text(format!("{a}{b}").into(), at, *is_bytes)
        }
        (Shape::Constant(Constant::Integer(a)), Shape::Constant(Constant::Integer(b))) => {
            Value::integer(a.wrapping_add(*b))
        }
        (Shape::Sequence(a), Shape::Sequence(b)) => {
            Value::of(Shape::Sequence(Rc::new(a.iter().chain(b.iter()).cloned().collect())))
        }
        _ => {
            let is_full = left.nullness == Nullness::FULL || right.nullness == Nullness::FULL;
            let nullness = if is_full { Nullness::FULL } else { Nullness::PRESENT };
            let origins = if addresses::have_text(left, right) {
                let mut pieces = Pieces::default();
                pieces.value(left);
                pieces.value(right);
                pieces.origins()
            } else {
                left.deep_origins().union(&right.deep_origins())
            };
            Value::from_origins(origins, nullness)
        }
    }
}

/// Whether two values are dictionaries, or one of them the map of all headers.
fn are_mappings(left: &Value<'_>, right: &Value<'_>) -> bool {
    let is_headers =
        |value: &Value<'_>| matches!(value.shape, Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs));
    match (is_mapping(left), is_mapping(right)) {
        (true, true) => true,
        (true, false) => is_headers(right),
        (false, true) => is_headers(left),
        (false, false) => false,
    }
}

pub(super) fn augmented<'p>(old: &Value<'p>, operator: BinaryOperator, added: &Value<'p>) -> Value<'p> {
    let origins = old.deep_origins().union(&added.deep_origins());
    match (operator, &old.shape, &added.shape) {
        (BinaryOperator::Add, Shape::Sequence(_), Shape::Sequence(_)) => add(old, added),
        (BinaryOperator::BitOr, ..) if are_mappings(old, added) => binary(old, operator, added),
        // `difference |= a ^ b`: a comparison written by hand in constant time.
        _ => Value::from_origins(origins, Nullness::PRESENT),
    }
}
