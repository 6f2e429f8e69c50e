//! Evaluation of expressions: each gives its value on every path that it may split into.

use std::rc::Rc;

use smallvec::SmallVec;

use super::containers;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins, Part, Step};
use super::state::State;
use super::value::{Arguments, Closure, Code, Constant, Dictionary, Nullness, Scope, Shape, Value};
use crate::program::vocabulary;
use crate::syntax::tree::{
    Argument, ArgumentKind, BinaryOperator, ComprehensionClause, ComprehensionKind, Expression, ExpressionKind,
    FormattedPart, Name, UnaryOperator,
};

impl<'p> Interpreter<'p, '_> {
    /// The value of an expression on every path.
    pub fn evaluate(&mut self, state: State<'p>, expression: &'p Expression) -> Branches<'p> {
        if !self.spend() {
            return one(state, Value::unknown());
        }
        let place = self.place(expression.span);
        match &expression.kind {
            ExpressionKind::Name(name) => {
                let value = self.lookup(&state, name);
                one(state, value)
            }
            ExpressionKind::String(text) => one(state, Value::text(text.clone(), place, false)),
            ExpressionKind::Bytes(text) => one(state, Value::text(text.clone(), place, true)),
            ExpressionKind::Integer(number) => one(state, number.map_or_else(Value::present, Value::integer)),
            ExpressionKind::Boolean(truth) => one(state, Value::boolean(*truth)),
            ExpressionKind::None => one(state, Value::none()),
            ExpressionKind::Float(_) | ExpressionKind::Ellipsis => one(state, Value::of(Shape::Unknown)),
            ExpressionKind::Opaque => one(state, Value::unknown()),
            ExpressionKind::Formatted(parts) => self.formatted(state, parts),
            ExpressionKind::Attribute { value, name, .. } => {
                let branches = self.evaluate(state, value);
                let found = self.then(branches, |this, state, object| this.attribute(state, &object, name, place));
                self.refined(found, expression)
            }
            ExpressionKind::Subscript { value, index } => {
                let branches = self.evaluate(state, value);
                let found = self.then(branches, |this, state, object| {
                    let indices = this.evaluate(state, index);
                    this.then(indices, |this, state, index_value| {
                        let value = this.subscript(&state, &object, &index_value, index, place);
                        one(this.relying_on(state, &value, place), value)
                    })
                });
                self.refined(found, expression)
            }
            ExpressionKind::Slice { lower, upper, step } => self.slice(state, [lower, upper, step]),
            ExpressionKind::Call { callee, arguments } => {
                let found = self.call_expression(state, expression, callee, arguments);
                self.refined(found, expression)
            }
            ExpressionKind::Unary { operator: UnaryOperator::Not, .. } => self.condition_value(state, expression),
            ExpressionKind::Unary { operator, operand } => {
                let branches = self.evaluate(state, operand);
                self.then(branches, |_, state, value| {
                    let number = value.as_integer().filter(|_| *operator == UnaryOperator::Minus);
                    one(state, number.map_or_else(Value::present, |number| Value::integer(number.wrapping_neg())))
                })
            }
            ExpressionKind::Binary { left, operator, right } => {
                let branches = self.evaluate(state, left);
                self.then(branches, |this, state, left| {
                    let rights = this.evaluate(state, right);
                    this.then(rights, |_, state, right| one(state, binary(&left, *operator, &right)))
                })
            }
            ExpressionKind::BooleanOperation { is_and, values } => self.boolean_operation(state, *is_and, values),
            ExpressionKind::Compare { .. } => self.condition_value(state, expression),
            ExpressionKind::Conditional { test, body, otherwise } => {
                let (yes, no) = self.branch(state, test);
                let mut all: Branches<'p> = SmallVec::new();
                for state in yes {
                    all.extend(self.evaluate(state, body));
                }
                for state in no {
                    all.extend(self.evaluate(state, otherwise));
                }
                merge_branches(all)
            }
            ExpressionKind::Lambda { parameters, body } => {
                let value = self.closure(&state, Code::Lambda(parameters, body, expression));
                one(state, value)
            }
            ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => {
                self.sequence(state, elements)
            }
            ExpressionKind::Dictionary(entries) => self.dictionary(state, entries),
            ExpressionKind::Comprehension { kind, key, element, clauses } => {
                self.comprehension(state, *kind, key.as_deref(), element, clauses)
            }
            ExpressionKind::Walrus { target, target_span, value } => {
                let target_place = self.place(*target_span);
                let branches = self.evaluate(state, value);
                self.then(branches, |_, mut state, value| {
                    let value = value.step(target_place, &Step::Assigned(target.clone()));
                    state.locals.set(target.clone(), value.clone());
                    one(state, value)
                })
            }
            ExpressionKind::Starred(inner) | ExpressionKind::Await(inner) => self.evaluate(state, inner),
            ExpressionKind::Yield(value) => match value {
                Some(value) => {
                    let branches = self.evaluate(state, value);
                    self.then(branches, |this, state, value| {
                        this.yielded(&value);
                        one(state, Value::unknown())
                    })
                }
                None => one(state, Value::unknown()),
            },
            ExpressionKind::YieldFrom(inner) => {
                let branches = self.evaluate(state, inner);
                self.then(branches, |this, state, value| {
                    this.yielded(&containers::element_of(&value));
                    one(state, Value::unknown())
                })
            }
        }
    }

    /// Goes on from every path.
    pub(super) fn then(
        &mut self,
        branches: Branches<'p>,
        mut next: impl FnMut(&mut Self, State<'p>, Value<'p>) -> Branches<'p>,
    ) -> Branches<'p> {
        let mut all: Branches<'p> = SmallVec::new();
        for (state, value) in branches {
            all.extend(next(self, state, value));
        }
        all
    }

    /// Applies what earlier tests of the same expression left possible.
    fn refined(&mut self, mut branches: Branches<'p>, expression: &'p Expression) -> Branches<'p> {
        for (state, value) in &mut branches {
            if state.has_known() {
                let left = value.nullness.and(state.known(self.text(expression.span)));
                if !left.is_impossible() {
                    value.nullness = left;
                }
            }
        }
        branches
    }

    fn yielded(&mut self, value: &Value<'p>) {
        let yields = &mut self.frame().yields;
        *yields = Some(yields.as_ref().map_or_else(|| value.clone(), |known| known.join(value)));
    }

    /// Evaluates expressions in order; the values of each path together.
    pub(super) fn evaluate_all(
        &mut self,
        state: State<'p>,
        expressions: &'p [Expression],
    ) -> Vec<(State<'p>, Vec<Value<'p>>)> {
        let mut paths = vec![(state, Vec::with_capacity(expressions.len()))];
        for expression in expressions {
            let mut longer = Vec::with_capacity(paths.len());
            for (state, values) in paths {
                for (state, value) in self.evaluate(state, expression) {
                    let mut values: Vec<Value<'p>> = values.clone();
                    values.push(value);
                    longer.push((state, values));
                }
            }
            paths = longer;
        }
        paths
    }

    /// The arguments of a call on every path.
    pub(super) fn arguments(&mut self, state: State<'p>, arguments: &'p [Argument]) -> Vec<(State<'p>, Arguments<'p>)> {
        let mut paths = vec![(state, Arguments::default())];
        for argument in arguments {
            let mut longer = Vec::with_capacity(paths.len());
            for (state, known) in paths {
                for (state, value) in self.evaluate(state, &argument.value) {
                    let mut known = known.clone();
                    add_argument(&mut known, &argument.kind, value);
                    longer.push((state, known));
                }
            }
            paths = longer;
        }
        paths
    }

    /// A function or lambda with the names around it.
    pub(super) fn closure(&mut self, state: &State<'p>, code: Code<'p>) -> Value<'p> {
        let parent = self.frame().closure.clone();
        let scope =
            parent.as_ref().map(|outer| Rc::new(Scope { locals: state.locals.clone(), parent: outer.scope.clone() }));
        let class = parent.as_ref().and_then(|outer| outer.class);
        let closure = Closure { code, file: self.file(), class, scope };
        Value::of(Shape::Function(Rc::new(closure)))
    }

    fn formatted(&mut self, state: State<'p>, parts: &'p [FormattedPart]) -> Branches<'p> {
        let mut paths = vec![(state, Origins::default(), Some(String::new()), false)];
        let mut first_place = None;
        for part in parts {
            match part {
                FormattedPart::Text(text) => {
                    for (_, _, constant, has_text) in &mut paths {
                        constant.iter_mut().for_each(|known| known.push_str(text));
                        *has_text |= !text.is_empty();
                    }
                }
                FormattedPart::Value { value, .. } => {
                    let mut longer = Vec::new();
                    for (state, origins, constant, has_text) in paths {
                        for (state, value) in self.evaluate(state, value) {
                            if let Shape::Constant(Constant::Text { at, .. }) = &value.shape {
                                first_place.get_or_insert(*at);
                            }
                            let constant = constant.clone().zip(value.as_text()).map(|(known, text)| known + text);
                            longer.push((
                                state,
                                origins.union(&value.deep_origins()),
                                constant,
                                has_text || value.nullness == Nullness::FULL,
                            ));
                        }
                    }
                    paths = longer;
                }
            }
        }
        paths
            .into_iter()
            .map(|(state, origins, constant, has_text)| {
                let nullness = if has_text { Nullness::FULL } else { Nullness::PRESENT };
                let value = match (constant, first_place) {
                    (Some(text), Some(at)) => Value::text(text.into(), at, false).with_origins(origins),
                    _ => Value::from_origins(origins, nullness),
                };
                (state, value)
            })
            .collect()
    }

    fn slice(&mut self, state: State<'p>, bounds: [&'p Option<Box<Expression>>; 3]) -> Branches<'p> {
        let mut state = state;
        for bound in bounds.into_iter().flatten() {
            if let Some((next, _)) = self.evaluate(state.clone(), bound).into_iter().next() {
                state = next;
            }
        }
        one(state, Value::unknown())
    }

    fn sequence(&mut self, state: State<'p>, elements: &'p [Expression]) -> Branches<'p> {
        let has_star = elements.iter().any(|element| matches!(element.kind, ExpressionKind::Starred(_)));
        let paths = self.evaluate_all(state, elements);
        paths
            .into_iter()
            .map(|(state, values)| {
                let nullness = if values.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
                let shape = if has_star {
                    let spread = values.iter().zip(elements).map(|(value, element)| match element.kind {
                        ExpressionKind::Starred(_) => containers::element_of(value),
                        _ => value.clone(),
                    });
                    Shape::Elements(Rc::new(join_all(spread)))
                } else {
                    Shape::Sequence(Rc::new(values))
                };
                (state, Value::of(shape).with_nullness(nullness))
            })
            .collect()
    }

    fn dictionary(&mut self, state: State<'p>, entries: &'p [(Option<Expression>, Expression)]) -> Branches<'p> {
        let mut paths = vec![(state, Dictionary::default())];
        for (key, value) in entries {
            let mut longer = Vec::new();
            for (state, known) in paths {
                let keys = match key {
                    Some(key) => self.evaluate(state, key),
                    None => one(state, Value::none()),
                };
                for (state, key_value) in keys {
                    for (state, value) in self.evaluate(state, value) {
                        let mut known = known.clone();
                        match (key.is_some(), key_value.as_text()) {
                            (true, Some(text)) => drop(known.entries.insert(text.clone(), value)),
                            (true, None) => containers::add_rest(&mut known, &value),
                            (false, _) => containers::spread(&mut known, &value),
                        }
                        longer.push((state, known));
                    }
                }
            }
            paths = longer;
        }
        let nullness = if entries.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
        paths
            .into_iter()
            .map(|(state, known)| (state, Value::of(Shape::Dictionary(Rc::new(known))).with_nullness(nullness)))
            .collect()
    }

    fn comprehension(
        &mut self,
        state: State<'p>,
        kind: ComprehensionKind,
        key: Option<&'p Expression>,
        element: &'p Expression,
        clauses: &'p [ComprehensionClause],
    ) -> Branches<'p> {
        let outer = state.locals.clone();
        let mut states = vec![state];
        let mut is_filtered_headers = false;
        for clause in clauses {
            let mut inner = Vec::new();
            for state in states {
                for (state, iterable) in self.evaluate(state, &clause.iterable) {
                    is_filtered_headers |= !clause.conditions.is_empty()
                        && iterable.deep_origins().any(|kind| matches!(kind, OriginKind::HeaderMap));
                    let element = containers::element_of(&iterable);
                    inner.extend(self.bind(state, &clause.target, element));
                }
            }
            for condition in &clause.conditions {
                inner = inner.into_iter().flat_map(|state| self.branch(state, condition).0).collect();
            }
            states = super::state::merge(inner, self.place(element.span)).0;
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
            *value = Value::of(shape).with_nullness(Nullness::PRESENT);
        }
        all
    }

    fn boolean_operation(&mut self, state: State<'p>, is_and: bool, values: &'p [Expression]) -> Branches<'p> {
        let Some((first, rest)) = values.split_first() else { return one(state, Value::unknown()) };
        let mut open: Vec<(State<'p>, Option<Value<'p>>)> = Vec::new();
        let mut done: Branches<'p> = SmallVec::new();
        let decides = if is_and { Nullness::NONE.or(Nullness::EMPTY) } else { Nullness::FULL };
        let mut take = |this: &mut Self,
                        state: State<'p>,
                        earlier: Option<Value<'p>>,
                        value: Value<'p>,
                        expression: &'p Expression,
                        is_last: bool,
                        open: &mut Vec<(State<'p>, Option<Value<'p>>)>| {
            let joined = |value: Value<'p>| match &earlier {
                Some(known) => {
                    // `getenv(…) or "literal"`: what stands in for the setting.
                    let setting = known.origins.setting_name().filter(|_| !is_and && value.as_text().is_some());
                    let value = match setting {
                        Some(name) => Value::from_origins(value.as_default_of(name), value.nullness),
                        None => value,
                    };
                    known.join(&value)
                }
                None => value,
            };
            let stays = value.nullness.and(decides);
            let goes_on = value.nullness.and(decides.not());
            if is_last || goes_on.is_impossible() {
                done.push((state, joined(value)));
            } else if stays.is_impossible() {
                let mut state = state;
                this.refine(&mut state, expression, goes_on);
                open.push((state, earlier));
            } else {
                let mut next = state.clone();
                this.refine(&mut next, expression, goes_on);
                let kept = joined(value.with_nullness(stays));
                open.push((next, Some(kept)));
            }
        };
        for (state, value) in self.evaluate(state, first) {
            take(self, state, None, value, first, rest.is_empty(), &mut open);
        }
        for (at, expression) in rest.iter().enumerate() {
            for (state, earlier) in std::mem::take(&mut open) {
                for (after, value) in self.evaluate(state.clone(), expression) {
                    if after.evidence == state.evidence {
                        take(self, after, earlier.clone(), value, expression, at + 1 == rest.len(), &mut open);
                    } else {
                        // What this operand established does not hold where the earlier one decided.
                        if let Some(earlier) = &earlier {
                            done_push(&mut open, &state, earlier);
                        }
                        take(self, after, None, value, expression, at + 1 == rest.len(), &mut open);
                    }
                }
            }
        }
        done.extend(open.into_iter().filter_map(|(state, value)| Some((state, value?))));
        merge_branches(done)
    }

    /// The members of a value that is a mapping of claims, as a claim of that name.
    pub(super) fn claim(&self, origins: &Origins, name: &str, place: crate::source::Place) -> Origins {
        origins.filter_map(|origin| match &origin.kind {
            OriginKind::Claims { decode, is_verified } => {
                let kind = OriginKind::Claim { decode: *decode, is_verified: *is_verified, name: Name::new(name) };
                let trail = origin.trail.then(place, Step::Derived(format!("claim {name}").into()));
                Some(super::origin::Origin { kind, confidence: origin.confidence, trail })
            }
            _ => None,
        })
    }
}

/// Keeps the value an earlier operand decided on, once.
fn done_push<'p>(open: &mut Vec<(State<'p>, Option<Value<'p>>)>, state: &State<'p>, earlier: &Value<'p>) {
    let is_there = open.iter().any(|(known, value)| known.evidence == state.evidence && value.is_some());
    if !is_there {
        open.push((state.clone(), Some(earlier.clone())));
    }
}

fn add_argument<'p>(known: &mut Arguments<'p>, kind: &ArgumentKind, value: Value<'p>) {
    match kind {
        ArgumentKind::Positional => known.positional.push(value),
        ArgumentKind::Keyword(name) => known.keywords.push((name.clone(), value)),
        ArgumentKind::List => match &value.shape {
            Shape::Sequence(elements) => known.positional.extend(elements.iter().cloned()),
            _ => add_rest_argument(known, &containers::element_of(&value)),
        },
        ArgumentKind::Dictionary => match &value.shape {
            Shape::Dictionary(dictionary) => {
                known.keywords.extend(dictionary.entries.iter().map(|(name, value)| (name.clone(), value.clone())));
                if let Some(rest) = &dictionary.rest {
                    add_rest_argument(known, rest);
                }
            }
            _ => add_rest_argument(known, &containers::element_of(&value)),
        },
    }
}

fn add_rest_argument<'p>(known: &mut Arguments<'p>, value: &Value<'p>) {
    known.rest = Some(known.rest.as_ref().map_or_else(|| value.clone(), |rest| rest.join(value)));
}

/// One value that stands for all.
pub(super) fn join_all<'p>(values: impl Iterator<Item = Value<'p>>) -> Value<'p> {
    values.reduce(|left, right| left.join(&right)).unwrap_or_else(Value::unknown)
}

/// Paths with equal evidence and equally telling values become one.
pub(super) fn merge_branches(branches: Branches<'_>) -> Branches<'_> {
    if branches.len() < 2 {
        return branches;
    }
    let mut merged: Branches<'_> = SmallVec::new();
    for (state, value) in branches {
        let same = merged
            .iter_mut()
            .find(|(known, known_value)| known.evidence == state.evidence && tells(known_value) == tells(&value));
        match same {
            Some((known, known_value)) => {
                *known = known.join(&state);
                *known_value = known_value.join(&value);
            }
            None => merged.push((state, value)),
        }
    }
    merged
}

/// What a later test could learn from a value: kept apart when paths merge.
fn tells(value: &Value<'_>) -> Option<bool> {
    match value.nullness {
        Nullness::FULL => Some(true),
        nullness if !nullness.may_be(Nullness::FULL) => Some(false),
        _ => None,
    }
}

fn binary<'p>(left: &Value<'p>, operator: BinaryOperator, right: &Value<'p>) -> Value<'p> {
    match operator {
        BinaryOperator::Add => add(left, right),
        BinaryOperator::Modulo if left.as_text().is_some() => Value::from_origins(right.deep_origins(), Nullness::FULL),
        BinaryOperator::BitOr => {
            Value::from_origins(left.deep_origins().union(&right.deep_origins()), Nullness::PRESENT)
        }
        BinaryOperator::Multiply => match (left.as_integer(), right.as_integer()) {
            (Some(left), Some(right)) => Value::integer(left.wrapping_mul(right)),
            _ => Value::present(),
        },
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
            Value::from_origins(left.deep_origins().union(&right.deep_origins()), nullness)
        }
    }
}

/// The same credential as another part of itself.
pub(super) fn as_part(origins: &Origins, part: Part) -> Origins {
    origins.filter_map(|origin| Some(super::origin::Origin { kind: origin.kind.with_part(part), ..origin.clone() }))
}
