//! Statements: they carry paths forward, split them, and end them.

use super::interpreter::{Interpreter, RaisedClass, one};
use super::operators::augmented;
use super::origin::Origins;
use super::redaction;
use super::state::State;
use super::value::{Arguments, Code, Shape, Value};
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{Expression, Function, ImportedName, Name, Statement, StatementKind};
use std::rc::Rc;

/// Paths that leave a loop body early.
#[derive(Default)]
pub(super) struct LoopExits<'p> {
    pub(super) breaks: Vec<State<'p>>,
    pub(super) continues: Vec<State<'p>>,
}

impl<'p> Interpreter<'p, '_> {
    /// Runs statements on every path: the paths that reach the end.
    pub fn block(&mut self, states: Vec<State<'p>>, body: &'p [Statement]) -> Vec<State<'p>> {
        self.block_in_loop(states, body, &mut LoopExits::default())
    }

    pub(super) fn block_in_loop(
        &mut self,
        mut states: Vec<State<'p>>,
        body: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        for statement in body {
            let at = self.place(statement.span);
            if states.is_empty() || !self.spend(at) {
                break;
            }
            let merged = self.merge(states, at);
            self.tell_watched(&merged, at);
            states = self.statement(merged, statement, exits);
        }
        match body.last() {
            Some(last) => self.merge(states, self.place(last.span)),
            None => states,
        }
    }

    /// A statement that holds others takes all paths at once: those that become alike inside it go on as one.
    fn statement(
        &mut self,
        states: Vec<State<'p>>,
        statement: &'p Statement,
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        match &statement.kind {
            StatementKind::If { branches, otherwise } => self.if_statement(states, branches, otherwise, exits),
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.try_statement(states, body, handlers, otherwise, finally, exits)
            }
            StatementKind::With { items, body } => self.with_statement(states, items, body, exits),
            _ => states.into_iter().flat_map(|state| self.on_one_path(state, statement, exits)).collect(),
        }
    }

    fn on_one_path(&mut self, state: State<'p>, statement: &'p Statement, exits: &mut LoopExits<'p>) -> Vec<State<'p>> {
        let place = self.place(statement.span);
        match &statement.kind {
            StatementKind::Expression(expression) => {
                self.result_is_dropped(&state, expression);
                let before = state.evidence.clone();
                let branches = self.evaluate(state, expression);
                self.answer_is_dropped(&before, expression, &branches);
                self.claim_verdict_is_dropped(&before, &branches, &[], expression);
                branches.into_iter().map(|(state, _)| state).collect()
            }
            StatementKind::Assign { targets, value } => {
                self.result_is_bound(&state, targets, value);
                let before = state.evidence.clone();
                let branches = self.evaluate(state, value);
                self.answer_is_bound(&before, targets, value, &branches);
                self.claim_verdict_is_dropped(&before, &branches, targets, value);
                let mut next = Vec::new();
                let is_added_to = super::guesses::is_added_to(targets, value);
                for (state, bound) in branches {
                    let bound = if is_added_to { super::guesses::strung_together(bound) } else { bound };
                    self.verified_is_bound(targets, value, &bound);
                    self.failure_is_bound(&state, targets, &bound);
                    let mut paths = vec![state];
                    for target in targets {
                        paths = paths.into_iter().flat_map(|state| self.bind(state, target, bound.clone())).collect();
                    }
                    next.extend(paths);
                }
                next
            }
            StatementKind::AnnotatedAssign { target, annotation, value } => {
                if let Some(value) = value {
                    let mut next = Vec::new();
                    for (state, value) in self.evaluate(state, value) {
                        next.extend(self.bind(state, target, value));
                    }
                    next
                } else {
                    let value = self.annotated(annotation).unwrap_or_else(Value::unknown);
                    self.bind(state, target, value)
                }
            }
            StatementKind::AugmentedAssign { target, operator, value } => {
                let mut next = Vec::new();
                for (state, old) in self.evaluate(state, target) {
                    for (state, added) in self.evaluate(state, value) {
                        let joined = augmented(&old, *operator, &added);
                        let joined = Self::guessed_further(joined, (&old, Some(target)), (&added, Some(value)));
                        next.extend(self.bind(state, target, joined));
                    }
                }
                next
            }
            StatementKind::Return(value) => {
                match value {
                    Some(value) => {
                        let at = self.place(value.span);
                        let written = self.text(value.span);
                        let values = self.evaluate(state, value);
                        let returns = values.into_iter().map(|(state, value)| {
                            if super::outcome::is_refusing_call(&value, written) {
                                (state, Value::of(Shape::Response { status: Some(401) }), at)
                            } else {
                                (state, value, at)
                            }
                        });
                        let returns: Vec<_> = returns.collect();
                        for (state, value, at) in &returns {
                            self.returned(state, value, *at);
                            self.result_is_named(value, *at);
                        }
                        self.frame().returns.extend(returns);
                    }
                    None => self.frame().returns.push((state, Value::none(), place)),
                }
                Vec::new()
            }
            StatementKind::Raise { exception, .. } => {
                self.raise_statement(state, exception.as_ref(), place);
                Vec::new()
            }
            StatementKind::Assert { test, .. } => {
                let (yes, no) = self.branch(state, test);
                for state in no {
                    let class = RaisedClass::External(Rc::new(vec![Name::new("AssertionError")]));
                    self.raise(state, class, Origins::default(), place);
                }
                yes
            }
            StatementKind::Delete(targets) => vec![self.delete(state, targets)],
            StatementKind::Break => {
                exits.breaks.push(state);
                Vec::new()
            }
            StatementKind::Continue => {
                exits.continues.push(state);
                Vec::new()
            }
            StatementKind::Pass | StatementKind::Global(_) | StatementKind::Nonlocal(_) | StatementKind::Error => {
                vec![state]
            }
            // They take all paths at once.
            StatementKind::If { .. } | StatementKind::Try { .. } | StatementKind::With { .. } => {
                self.statement(vec![state], statement, exits)
            }
            StatementKind::Import(names) => vec![self.import(state, names)],
            StatementKind::ImportFrom { level, module, names, .. } => {
                let mut state = state;
                let file = self.file();
                for imported in names {
                    let value = self.imported_name(file, *level, module, &imported.name, 8);
                    state.locals.set(imported.alias.clone().unwrap_or_else(|| imported.name.clone()), value);
                }
                vec![state]
            }
            StatementKind::While { test, body, otherwise } => self.while_statement(state, test, body, otherwise, exits),
            StatementKind::For { target, iterable, body, otherwise } => {
                self.for_statement(state, target, iterable, body, otherwise, exits)
            }
            StatementKind::Match { subject, cases } => self.match_statement(state, subject, cases, exits),
            StatementKind::Function(function) => self.define(state, function),
            StatementKind::Class(class) => {
                let mut state = state;
                let value = Value::of(Shape::Class(ClassRef { file: self.file(), class }));
                state.locals.set(class.name.clone(), value.clone());
                // Nothing but what is registered depends on the decorators of a class.
                let decorators = if self.record.is_some() { class.decorators.as_slice() } else { &[] };
                for decorator in decorators {
                    for (_, registering) in self.evaluate(state.clone(), decorator) {
                        self.decorator_registers(&registering, &value, self.place(decorator.span));
                    }
                }
                vec![state]
            }
        }
    }

    fn define(&mut self, state: State<'p>, function: &'p Function) -> Vec<State<'p>> {
        let value = self.closure(&state, Code::Function(function));
        if let Shape::Function(closure) = &value.shape {
            let at = Place { file: closure.file, span: function.name_span };
            self.defined.entry(at).or_insert_with(|| Rc::clone(closure));
        }
        let decorated = self.decorate(state, value, function);
        let mut next = Vec::new();
        for (mut state, value) in decorated {
            state.locals.set(function.name.clone(), value);
            next.push(state);
        }
        next
    }

    fn import(&mut self, mut state: State<'p>, names: &'p [ImportedName]) -> State<'p> {
        let file = self.file();
        for imported in names {
            let value = self.imported_module(file, &imported.name, imported.alias.is_some());
            let bound =
                imported.alias.clone().unwrap_or_else(|| imported.name.split('.').next().unwrap_or_default().into());
            state.locals.set(bound, value);
        }
        state
    }

    fn if_statement(
        &mut self,
        states: Vec<State<'p>>,
        branches: &'p [(Expression, Vec<Statement>)],
        otherwise: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let copies: Vec<Name> = states.first().map(redaction::copies_of_headers).unwrap_or_default();
        let mut open = states;
        let mut next = Vec::new();
        for (test, body) in branches {
            let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
            let is_alone = branches.len() == 1 && otherwise.is_empty();
            for state in open {
                let before = state.evidence.clone();
                let (yes, no) = self.branch(state, test);
                if is_alone {
                    self.refusal_is_missing(&before, (&yes, &no), test, body);
                }
                taken.extend(yes);
                not_taken.extend(no);
            }
            self.lack_is_refused(&mut taken, test, body);
            next.extend(self.block_in_loop(taken, body, exits));
            open = self.few(not_taken, self.place(test.span));
        }
        next.extend(self.block_in_loop(open, otherwise, exits));
        if branches.len() == 1 && otherwise.is_empty() {
            redaction::hidden_everywhere(&copies, &mut next);
        }
        next
    }

    fn with_statement(
        &mut self,
        mut states: Vec<State<'p>>,
        items: &'p [(Expression, Option<Expression>)],
        body: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        if let [(context, None)] = items
            && let Some(exceptions) = self.suppressed(context)
        {
            return self.suppressing(states, exceptions, body, exits);
        }
        for (context, target) in items {
            states = self.enter_context(states, context, target.as_ref());
        }
        self.block_in_loop(states, body, exits)
    }

    fn while_statement(
        &mut self,
        state: State<'p>,
        test: &'p Expression,
        body: &'p [Statement],
        otherwise: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let (yes, mut no) = self.branch(state, test);
        let mut inner = LoopExits::default();
        let mut after = self.block_in_loop(yes, body, &mut inner);
        after.extend(inner.continues);
        // One round stands for all: after it the test fails, or the loop runs on until a break.
        for state in after {
            no.extend(self.branch(state, test).1);
        }
        let mut next = self.block_in_loop(no, otherwise, exits);
        next.extend(inner.breaks);
        next
    }

    fn enter_context(
        &mut self,
        states: Vec<State<'p>>,
        context: &'p Expression,
        target: Option<&'p Expression>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for state in states {
            let opened = self.evaluate(state, context);
            // A library's check can be entered as well as decorate: `with permission.require():`.
            let place = self.place(context.span);
            let opened = self.then(opened, |this, state, value| match &value.shape {
                Shape::LibraryDecorator(_) => this.call(state, &value, Arguments::default(), place),
                _ => one(state, value),
            });
            let opened = self.then(opened, |this, state, value| this.entered(state, &value, place));
            for (state, entered) in opened {
                match target {
                    Some(target) => next.extend(self.bind(state, target, entered)),
                    None => next.push(state),
                }
            }
        }
        next
    }
}
