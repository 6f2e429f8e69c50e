//! Comprehensions: one element that stands for all, or each of a few that are known.

use super::containers;
use super::dictionaries;
use super::expression::merge_branches;
use super::gathering;
use super::interpreter::{Branches, Interpreter, one};
use super::looping::{first_name, is_decided_by};
use super::origin::OriginKind;
use super::state::State;
use super::value::{Dictionary, Nullness, RequestMap, Shape, Value};
use crate::syntax::tree::{ComprehensionClause, ComprehensionKind, Expression, ExpressionKind, Name};
use smallvec::SmallVec;
use std::rc::Rc;

/// Elements that are taken one by one: a dictionary that somebody wrote down has no more.
const MOST_TAKEN: usize = 16;

/// Whether an element is among those that a comprehension keeps.
enum Stays<'p> {
    /// It is, and so the state is afterwards.
    Certainly(Box<State<'p>>),
    No,
    Perhaps,
}

/// Classes of which a comprehension makes objects that are kept apart.
const MAX_CLASSES: usize = 8;

impl<'p> Interpreter<'p, '_> {
    pub(super) fn comprehension(
        &mut self,
        state: State<'p>,
        kind: ComprehensionKind,
        key: Option<&'p Expression>,
        element: &'p Expression,
        clauses: &'p [ComprehensionClause],
    ) -> Branches<'p> {
        if let ([clause], None) = (clauses, key)
            && clause.conditions.is_empty()
            && kind != ComprehensionKind::Dictionary
            && let Some(branches) = self.comprehension_of_classes(state.clone(), clause, element)
        {
            return branches;
        }
        let outer = state.locals.clone();
        if let [clause] = clauses
            && let Some((mut state, value)) = self.one_by_one(&state, kind, key, element, clause)
        {
            state.locals = outer;
            return one(state, value);
        }
        let mut states = vec![state];
        let mut is_filtered_headers = false;
        for clause in clauses {
            let mut inner = Vec::new();
            for state in states {
                for (state, iterable) in self.evaluate(state, &clause.iterable) {
                    let is_told_apart = first_name(&clause.target).is_some_and(|name| is_decided_by(element, name));
                    let typical = containers::element_of(&iterable);
                    is_filtered_headers |= (is_told_apart || !clause.conditions.is_empty())
                        && iterable.deep_origins().any(|kind| matches!(kind, OriginKind::HeaderMap))
                        && (is_told_apart || !self.keeps_credential(&state, &typical, clause));
                    inner.extend(self.bind(state, &clause.target, typical));
                }
            }
            for condition in &clause.conditions {
                inner = inner.into_iter().flat_map(|state| self.branch(state, condition).0).collect();
            }
            states = self.merge(inner, self.place(element.span));
        }
        let mut all: Branches<'p> = SmallVec::new();
        for state in states {
            let keys = match key {
                Some(key) => self.evaluate(state, key),
                None => one(state, Value::none()),
            };
            for (state, _) in keys {
                all.extend(self.evaluate(state, element));
            }
        }
        let mut all = merge_branches(all);
        for (state, value) in &mut all {
            state.locals = outer.clone();
            // A condition on header names drops what should not be seen.
            let typical = if is_filtered_headers { Value::unknown() } else { value.clone() };
            let shape = if kind == ComprehensionKind::Dictionary {
                Shape::Dictionary(Rc::new(Dictionary { rest: Some(typical), ..Dictionary::default() }))
            } else {
                Shape::Elements(Rc::new(typical))
            };
            // `{name.lower(): value for name, value in headers.items()}` is the headers under other keys.
            let is_header_map = value.origins.any(|kind| matches!(kind, OriginKind::HeaderMap));
            if kind == ComprehensionKind::Dictionary
                && is_header_map
                && !is_filtered_headers
                && matches!(element.kind, ExpressionKind::Name(_))
            {
                let headers = Shape::Request(RequestMap::Headers);
                *value = Value::of(headers).with_origins(value.origins.clone());
                continue;
            }
            *value = Value::of(shape).with_nullness(Nullness::PRESENT);
        }
        all
    }

    /// Each element of a container that is known whole and holds something of interest, where it is certain for each
    /// whether it stays: `{name: value for name, value in settings.items() if name != "key"}`.
    fn one_by_one(
        &mut self,
        state: &State<'p>,
        kind: ComprehensionKind,
        key: Option<&'p Expression>,
        element: &'p Expression,
        clause: &'p ComprehensionClause,
    ) -> Option<(State<'p>, Value<'p>)> {
        let iterable = self.quietly(|this| this.evaluate(state.clone(), &clause.iterable));
        let [(_, iterable)] = iterable.as_slice() else { return None };
        let Shape::Sequence(elements) = &iterable.shape else { return None };
        let is_of_interest = elements.iter().any(|element| !element.deep_origins().is_empty());
        if elements.len() > MOST_TAKEN || !is_of_interest {
            return None;
        }
        let (mut state, _) = self.evaluate(state.clone(), &clause.iterable).into_iter().next()?;
        let mut values = Vec::new();
        let mut entries = Dictionary::default();
        for taken in elements.iter() {
            let [bound] = <[State<'p>; 1]>::try_from(self.bind(state.clone(), &clause.target, taken.clone())).ok()?;
            let stays = match self.stays(bound, &clause.conditions) {
                Stays::Certainly(state) => *state,
                Stays::No => continue,
                Stays::Perhaps => return None,
            };
            let keys = key.map_or_else(|| one(stays.clone(), Value::none()), |key| self.evaluate(stays.clone(), key));
            let [(stays, name)] = <[_; 1]>::try_from(keys.into_vec()).ok()?;
            let found = merge_branches(self.evaluate(stays, element));
            let [(after, value)] = <[_; 1]>::try_from(found.into_vec()).ok()?;
            state = after;
            match name.as_text() {
                Some(name) => drop(entries.entries.insert(name.clone(), value)),
                None if key.is_some() => dictionaries::add_rest(&mut entries, &value),
                None => values.push(value),
            }
        }
        let value = if kind == ComprehensionKind::Dictionary {
            gathering::dictionary(entries)
        } else {
            gathering::list(values)
        };
        Some((state, value))
    }

    /// Whether a header that holds a credential is certain to meet all conditions, in any of the spellings that its name has
    /// in the maps of headers: `if name != "Host"`.
    fn keeps_credential(&mut self, state: &State<'p>, header: &Value<'p>, clause: &'p ComprehensionClause) -> bool {
        let Shape::Sequence(pair) = &header.shape else { return false };
        let [_, held] = pair.as_slice() else { return false };
        let place = self.place(clause.iterable.span);
        ["Authorization", "authorization", "HTTP_AUTHORIZATION"].iter().all(|name| {
            let named = gathering::list(vec![Value::text(Name::new(name), place, false), held.clone()]);
            let bound = self.bind(state.clone(), &clause.target, named);
            let [bound] = bound.as_slice() else { return false };
            matches!(self.stays(bound.clone(), &clause.conditions), Stays::Certainly(_))
        })
    }

    /// Whether an element meets all conditions.
    fn stays(&mut self, bound: State<'p>, conditions: &'p [Expression]) -> Stays<'p> {
        let mut bound = bound;
        for condition in conditions {
            let (mut holds, fails) = self.quietly(|this| this.branch(bound, condition));
            match (holds.len(), fails.len()) {
                (1, 0) => bound = holds.swap_remove(0),
                (0, _) => return Stays::No,
                _ => return Stays::Perhaps,
            }
        }
        Stays::Certainly(Box::new(bound))
    }

    /// `[make() for make in (A, B)]`: what is made of known classes is known one by one.
    fn comprehension_of_classes(
        &mut self,
        state: State<'p>,
        clause: &'p ComprehensionClause,
        element: &'p Expression,
    ) -> Option<Branches<'p>> {
        let iterables = self.quietly(|this| this.evaluate(state, &clause.iterable));
        let [(state, iterable)] = iterables.as_slice() else { return None };
        let Shape::Sequence(classes) = &iterable.shape else { return None };
        let is_class = |value: &Value<'p>| matches!(value.shape, Shape::Class(_) | Shape::External(_));
        if classes.len() > MAX_CLASSES || !classes.iter().all(is_class) {
            return None;
        }
        let outer = state.locals.clone();
        let (mut state, mut made) = (state.clone(), Vec::new());
        for class in classes.iter() {
            let bound = self.bind(state, &clause.target, class.clone()).into_iter().next()?;
            let (next, value) = self.evaluate(bound, element).into_iter().next()?;
            state = next;
            made.push(value);
        }
        state.locals = outer;
        Some(one(state, Value::of(Shape::Sequence(Rc::new(made)))))
    }
}
