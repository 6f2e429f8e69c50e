//! Evaluation of expressions: each gives its value on every path that it may split into.

use std::rc::Rc;

use smallvec::SmallVec;

use super::containers;
use super::dictionaries;
use super::interpreter::{Branches, Interpreter, one};
use super::masking;
use super::operators::binary;
use super::origin::{OriginKind, Origins, Part, Step};
use super::state::State;
use super::summary::return_class;
use super::value::{Arguments, Closure, Code, Dictionary, Scope, Shape, Value};
use crate::syntax::tree::{Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};

impl<'p> Interpreter<'p, '_> {
    /// The value of an expression on every path.
    pub fn evaluate(&mut self, state: State<'p>, expression: &'p Expression) -> Branches<'p> {
        let place = self.place(expression.span);
        if !self.spend(place) {
            return one(state, Value::unknown());
        }
        match &expression.kind {
            ExpressionKind::Name(name) => {
                let value = self.lookup(&state, name);
                self.identity_is_read(&value, place);
                one(state, value)
            }
            ExpressionKind::String(text) => one(state, Value::text(text.clone(), place, false)),
            ExpressionKind::Bytes(text) => one(state, Value::text(text.clone(), place, true)),
            ExpressionKind::Integer(number) => one(state, number.map_or_else(Value::present, Value::integer)),
            ExpressionKind::Boolean(truth) => one(state, Value::boolean(*truth)),
            ExpressionKind::None => one(state, Value::none()),
            ExpressionKind::Float(_) | ExpressionKind::Ellipsis => one(state, Value::of(Shape::Unknown)),
            ExpressionKind::Opaque => one(state, Value::unknown()),
            ExpressionKind::Formatted(parts) => self.formatted(state, parts, place),
            ExpressionKind::Attribute { value, name, .. } => {
                let branches = self.evaluate(state, value);
                let found = self.then(branches, |this, state, object| this.attribute(state, &object, name, place));
                found.iter().for_each(|(_, value)| self.identity_is_read(value, place));
                self.refined(found, expression)
            }
            ExpressionKind::Subscript { value, index } => {
                let branches = self.evaluate(state, value);
                let found = self.then(branches, |this, state, object| {
                    let indices = this.evaluate(state, index);
                    this.then(indices, |this, state, index_value| {
                        this.part_is_taken(&state, &object, &index_value, place);
                        if let Some(value) = this.special_item(&state, &object, &index_value, place) {
                            return one(state, value);
                        }
                        if this.is_session_user(&state, &object, &index_value) {
                            return Self::session_user_is_there(state, place);
                        }
                        let object = this.walked(&state, &object, place);
                        let value = this.subscript(&state, &object, &index_value, index, place);
                        let value = Self::pointed_at(value, &index_value);
                        let state = this.found_there(state, &object, &value, place);
                        let state = super::lookup::looked_up(state, &object, &index_value, place);
                        one(this.relying_on(state, &value, place), value)
                    })
                });
                self.refined(found, expression)
            }
            ExpressionKind::Slice { lower, upper, step } => self.slice(state, [lower, upper, step]),
            ExpressionKind::Call { callee, arguments } => {
                let tested = super::quantified::tested_alone(callee, arguments);
                if let Some(branches) = tested.and_then(|tested| self.presence_value(&state, tested)) {
                    return branches;
                }
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
            ExpressionKind::Binary { left: left_written, operator, right: right_written } => {
                let branches = self.evaluate(state, left_written);
                self.then(branches, |this, state, left| {
                    let rights = this.evaluate(state, right_written);
                    this.then(rights, |this, state, right| {
                        let right = this.shown_when_formatted(&state, *operator, &right, place);
                        let value = binary(&left, *operator, &right);
                        let value = Self::found_by_both(&state, value, [&left, &right]);
                        let is_masked =
                            *operator == BinaryOperator::Add && masking::is_masked(left_written, right_written);
                        let value = if is_masked { Value::present() } else { value };
                        let sides = ((&left, Some(&**left_written)), (&right, Some(&**right_written)));
                        one(state, Self::guessed_together(value, *operator, sides.0, sides.1, place))
                    })
                })
            }
            ExpressionKind::BooleanOperation { is_and, values } => self.boolean_operation(state, *is_and, values),
            ExpressionKind::Compare { .. } => match self.condition_of_query(&state, expression) {
                Some(branches) => branches,
                None => self.condition_value(state, expression),
            },
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
            ExpressionKind::Starred(inner) => self.evaluate(state, inner),
            ExpressionKind::Await(inner) => {
                let branches = self.evaluate(state, inner);
                self.then(branches, |_, state, value| one(state.clone(), super::access::awaited(&state, &value)))
            }
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
            let left = value.nullness.and(self.tested(state, expression));
            if !left.is_impossible() {
                value.nullness = left;
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
        let scope = parent.as_ref().map(|outer| {
            let function = outer.code.place(outer.file);
            Rc::new(Scope { locals: state.locals.clone(), parent: outer.scope.clone(), function })
        });
        let class = parent.as_ref().and_then(|outer| outer.class);
        let closure = Closure { code, file: self.file(), class, scope };
        Value::of(Shape::Function(Rc::new(closure)))
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

    /// The members of a value that is a mapping of claims, as a claim of that name.
    pub(super) fn claim(&mut self, origins: &Origins, name: &str, place: crate::source::Place) -> Origins {
        if self.is_loud() {
            let decodes = origins.iter().filter_map(|origin| match &origin.kind {
                OriginKind::Claims { decode, .. } => Some(*decode),
                _ => None,
            });
            self.facts.claim_reads.extend(decodes.map(|decode| (decode, Name::new(name))));
        }
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

fn add_argument<'p>(known: &mut Arguments<'p>, kind: &ArgumentKind, value: Value<'p>) {
    match kind {
        ArgumentKind::Positional => known.positional.push(value),
        ArgumentKind::Keyword(name) => known.keywords.push((name.clone(), value)),
        ArgumentKind::List => match &value.shape {
            Shape::Sequence(elements) => known.positional.extend(elements.iter().cloned()),
            _ => add_rest_argument(known, &containers::element_of(&value)),
        },
        ArgumentKind::Dictionary if dictionaries::is_mapping(&value) => {
            let mut all = Dictionary::default();
            dictionaries::spread(&mut all, &value);
            known.keywords.extend(all.entries);
            if let Some(rest) = &all.rest {
                add_rest_argument(known, rest);
            }
        }
        ArgumentKind::Dictionary => add_rest_argument(known, &containers::element_of(&value)),
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
        let class = return_class(&value);
        let same =
            merged.iter_mut().find(|(known, known_value)| known.is_like(&state) && return_class(known_value) == class);
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

/// The same credential as another part of itself.
pub(super) fn as_part(origins: &Origins, part: Part) -> Origins {
    origins.filter_map(|origin| Some(super::origin::Origin { kind: origin.kind.with_part(part), ..origin.clone() }))
}
