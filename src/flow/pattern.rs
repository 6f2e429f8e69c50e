//! `match`: patterns bind names and compare values.

use super::condition::is_blank;
use super::containers::element_at;
use super::event::{Comparator, Operand};
use super::interpreter::{Interpreter, one};
use super::state::State;
use super::statement::LoopExits;
use super::value::{Nullness, Shape, Value};
use crate::syntax::tree::{Case, Expression, ExpressionKind, Name, Pattern};

impl<'p> Interpreter<'p, '_> {
    pub(super) fn match_statement(
        &mut self,
        state: State<'p>,
        subject: &'p Expression,
        cases: &'p [Case],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (state, value) in self.evaluate(state, subject) {
            self.identity_is_looked_at(&value, self.place(subject.span));
            let operand = Operand { value, place: self.place(subject.span) };
            let mut open = vec![state];
            for case in cases {
                let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
                for state in open {
                    let (yes, no) = self.match_pattern(state, (&operand, Some(subject)), &case.pattern);
                    for state in yes {
                        match &case.guard {
                            Some(guard) => {
                                let (yes, no) = self.branch(state, guard);
                                taken.extend(yes);
                                not_taken.extend(no);
                            }
                            None => taken.push(state),
                        }
                    }
                    not_taken.extend(no);
                }
                next.extend(self.block_in_loop(taken, &case.body, exits));
                open = self.merge(not_taken, self.place(case.span));
            }
            next.extend(open);
        }
        next
    }

    fn match_pattern(
        &mut self,
        state: State<'p>,
        (subject, written): (&Operand<'p>, Option<&'p Expression>),
        pattern: &'p Pattern,
    ) -> (Vec<State<'p>>, Vec<State<'p>>) {
        match pattern {
            Pattern::Value(expression) => {
                let mut split = (Vec::new(), Vec::new());
                let place = self.place(expression.span);
                for (state, value) in self.evaluate(state, expression) {
                    // `case None | "":` asks whether it is there.
                    if is_blank(&value) {
                        let (mut yes, no) = self.compare_blank(state, subject, written, &value, place);
                        self.found_unset(&mut yes, &subject.value, Some(expression), place);
                        split.0.extend(yes);
                        split.1.extend(no);
                        continue;
                    }
                    let expected = Operand { value, place };
                    let (yes, no) = self.compare_equal(state, subject.clone(), expected, Comparator::Match, place);
                    split.0.extend(yes);
                    split.1.extend(no);
                }
                split
            }
            Pattern::Capture(name) => {
                let mut state = state;
                if let Some(name) = name {
                    let left = self.left_of(&state, subject, written);
                    state.locals.set(name.clone(), left);
                }
                (vec![state], Vec::new())
            }
            Pattern::Or(patterns) => {
                let (mut taken, mut open) = (Vec::new(), vec![state]);
                for pattern in patterns {
                    let mut not_taken = Vec::new();
                    for state in open {
                        let (yes, no) = self.match_pattern(state, (subject, written), pattern);
                        taken.extend(yes);
                        not_taken.extend(no);
                    }
                    open = not_taken;
                }
                (taken, open)
            }
            Pattern::As { pattern, name } => {
                let (mut yes, no) = self.match_pattern(state, (subject, written), pattern);
                yes.iter_mut().for_each(|state| state.locals.set(name.clone(), subject.value.clone()));
                (yes, no)
            }
            Pattern::Sequence(patterns) => {
                let mut taken = vec![state.clone()];
                let mut missed = vec![state];
                for (at, pattern) in patterns.iter().enumerate() {
                    let element = Operand { value: element_at(&subject.value, at), place: subject.place };
                    let mut matched = Vec::new();
                    for state in taken {
                        let (yes, no) = self.match_pattern(state, (&element, None), pattern);
                        matched.extend(yes);
                        missed.extend(no);
                    }
                    taken = matched;
                }
                (taken, missed)
            }
            Pattern::Mapping { entries, .. } => {
                let mut taken = vec![state.clone()];
                for (key, pattern) in entries {
                    let key_value = self.evaluate_alone(key);
                    let place = self.place(key.span);
                    let mut matched = Vec::new();
                    for state in taken {
                        let item = self.item(&state, &subject.value, &key_value, None, place, Nullness::PRESENT);
                        let element = Operand { value: item, place };
                        matched.extend(self.match_pattern(state, (&element, None), pattern).0);
                    }
                    taken = matched;
                }
                (taken, vec![state])
            }
            Pattern::Class { class, positional, keyword } => {
                self.match_class(state, subject, class, positional, keyword)
            }
            Pattern::Star(name) => {
                let mut state = state;
                if let Some(name) = name {
                    state.locals.set(name.clone(), subject.value.clone());
                }
                (vec![state], Vec::new())
            }
            Pattern::Unknown => (vec![state.clone()], vec![state]),
        }
    }

    /// The subject, as far as the cases before this one left open what it can be.
    fn left_of(&mut self, state: &State<'p>, subject: &Operand<'p>, written: Option<&'p Expression>) -> Value<'p> {
        let tested = written.map_or(Nullness::ANY, |written| match &written.kind {
            ExpressionKind::Name(name) => self.lookup(state, name).nullness,
            _ => self.tested(state, written),
        });
        let left = subject.value.nullness.and(tested);
        if left.is_impossible() { subject.value.clone() } else { subject.value.clone().with_nullness(left) }
    }

    /// `Class(a, name=b)`: attributes in the order of the class's fields, or the subject itself for `str(a)` and its like.
    fn match_class(
        &mut self,
        state: State<'p>,
        subject: &Operand<'p>,
        class: &'p Expression,
        positional: &'p [Pattern],
        keyword: &'p [(Name, Pattern)],
    ) -> (Vec<State<'p>>, Vec<State<'p>>) {
        let named = self.evaluate_alone(class);
        let fields: Vec<Name> = match &named.shape {
            Shape::Class(class) => self.made_of(*class).into_iter().map(|field| field.name).collect(),
            _ => Vec::new(),
        };
        let mut parts: Vec<(Option<Name>, &'p Pattern)> = Vec::new();
        for (at, pattern) in positional.iter().enumerate() {
            parts.push((fields.get(at).cloned(), pattern));
        }
        parts.extend(keyword.iter().map(|(name, pattern)| (Some(name.clone()), pattern)));
        let is_plain = matches!(named.shape, Shape::External(_));
        let mut taken = vec![state.clone()];
        for (name, pattern) in parts {
            let mut matched = Vec::new();
            for state in taken {
                let found = match &name {
                    Some(name) => self.attribute(state, &subject.value, name, subject.place),
                    None if is_plain => one(state, subject.value.clone()),
                    None => one(state, Value::unknown()),
                };
                for (state, value) in found {
                    let part = Operand { value, place: subject.place };
                    matched.extend(self.match_pattern(state, (&part, None), pattern).0);
                }
            }
            taken = matched;
        }
        (taken, vec![state])
    }
}
