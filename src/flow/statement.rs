//! Statements: they carry paths forward, split them, and end them.

use std::rc::Rc;

use super::containers::{element_at, element_of};
use super::event::{Comparator, Operand};
use super::interpreter::{Interpreter, Raised, RaisedClass, one};
use super::origin::{OriginKind, Origins, Part, Step};
use super::state::{State, merge};
use super::value::{Arguments, Code, Dictionary, Nullness, Object, Shape, Value};
use crate::program::{ClassRef, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{
    BinaryOperator, Case, Expression, ExpressionKind, Function, Handler, ImportedName, Name, Pattern, Statement,
    StatementKind,
};

/// Paths that leave a loop body early.
#[derive(Default)]
struct LoopExits<'p> {
    breaks: Vec<State<'p>>,
    continues: Vec<State<'p>>,
}

impl<'p> Interpreter<'p, '_> {
    /// Runs statements on every path: the paths that reach the end.
    pub fn block(&mut self, states: Vec<State<'p>>, body: &'p [Statement]) -> Vec<State<'p>> {
        self.block_in_loop(states, body, &mut LoopExits::default())
    }

    fn block_in_loop(
        &mut self,
        mut states: Vec<State<'p>>,
        body: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        for statement in body {
            if states.is_empty() || !self.spend() {
                break;
            }
            let at = self.place(statement.span);
            let (merged, is_bounded) = merge(states, at);
            self.is_bounded |= is_bounded;
            states = Vec::new();
            for state in merged {
                states.extend(self.statement(state, statement, exits));
            }
        }
        let (merged, is_bounded) = match body.last() {
            Some(last) => merge(states, self.place(last.span)),
            None => (states, false),
        };
        self.is_bounded |= is_bounded;
        merged
    }

    fn statement(&mut self, state: State<'p>, statement: &'p Statement, exits: &mut LoopExits<'p>) -> Vec<State<'p>> {
        let place = self.place(statement.span);
        match &statement.kind {
            StatementKind::Expression(expression) => self.after(state, expression),
            StatementKind::Assign { targets, value } => {
                let mut next = Vec::new();
                for (state, value) in self.evaluate(state, value) {
                    let mut paths = vec![state];
                    for target in targets {
                        paths = paths.into_iter().flat_map(|state| self.bind(state, target, value.clone())).collect();
                    }
                    next.extend(paths);
                }
                next
            }
            StatementKind::AnnotatedAssign { target, annotation, value } => match value {
                Some(value) => {
                    let mut next = Vec::new();
                    for (state, value) in self.evaluate(state, value) {
                        next.extend(self.bind(state, target, value));
                    }
                    next
                }
                None => {
                    let value = self.annotated(annotation).unwrap_or_else(Value::unknown);
                    self.bind(state, target, value)
                }
            },
            StatementKind::AugmentedAssign { target, operator, value } => {
                let mut next = Vec::new();
                for (state, old) in self.evaluate(state, target) {
                    for (state, added) in self.evaluate(state, value) {
                        let joined = augmented(&old, *operator, &added);
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
                            match super::outcome::is_refusing_call(&value, written) {
                                true => (state, Value::of(Shape::Response { status: Some(401) }), at),
                                false => (state, value, at),
                            }
                        });
                        let returns: Vec<_> = returns.collect();
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
            StatementKind::If { branches, otherwise } => self.if_statement(state, branches, otherwise, exits),
            StatementKind::While { test, body, otherwise } => self.while_statement(state, test, body, otherwise, exits),
            StatementKind::For { target, iterable, body, otherwise } => {
                self.for_statement(state, target, iterable, body, otherwise, exits)
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.try_statement(state, body, handlers, otherwise, finally, exits)
            }
            StatementKind::With { items, body } => {
                let mut states = vec![state];
                for (context, target) in items {
                    states = self.enter_context(states, context, target.as_ref());
                }
                self.block_in_loop(states, body, exits)
            }
            StatementKind::Match { subject, cases } => self.match_statement(state, subject, cases, exits),
            StatementKind::Function(function) => self.define(state, function),
            StatementKind::Class(class) => {
                let mut state = state;
                let value = Value::of(Shape::Class(ClassRef { file: self.file(), class }));
                state.locals.set(class.name.clone(), value);
                vec![state]
            }
        }
    }

    fn after(&mut self, state: State<'p>, expression: &'p Expression) -> Vec<State<'p>> {
        self.evaluate(state, expression).into_iter().map(|(state, _)| state).collect()
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

    /// Binds a value to a target: a name, a tuple, an attribute, an item.
    pub(super) fn bind(&mut self, state: State<'p>, target: &'p Expression, value: Value<'p>) -> Vec<State<'p>> {
        let place = self.place(target.span);
        match &target.kind {
            ExpressionKind::Name(name) => {
                let mut state = state;
                let mut value = value.step(place, &Step::Assigned(name.clone()));
                if !value.origins.is_empty() && vocabulary::is_user_name(name) {
                    // `client_id = decoded`: what the program itself calls a name is none of the secret.
                    value.origins = super::expression::as_part(&value.origins, Part::Username);
                }
                state.locals.set(name.clone(), value);
                vec![state]
            }
            ExpressionKind::Tuple(targets) | ExpressionKind::List(targets) => {
                let mut states = vec![state];
                let has_star = targets.iter().any(|target| matches!(target.kind, ExpressionKind::Starred(_)));
                for (at, target) in targets.iter().enumerate() {
                    let element = if has_star { element_of(&value) } else { element_at(&value, at) };
                    states = states.into_iter().flat_map(|state| self.bind(state, target, element.clone())).collect();
                }
                states
            }
            ExpressionKind::Starred(inner) => {
                let rest = Value::of(Shape::Elements(Rc::new(element_of(&value))));
                self.bind(state, inner, rest)
            }
            ExpressionKind::Attribute { value: object, name, .. } => {
                self.bind_attribute(state, object, name, &value, place)
            }
            ExpressionKind::Subscript { value: object, index } => self.bind_item(state, object, index, &value, place),
            _ => vec![state],
        }
    }

    fn bind_attribute(
        &mut self,
        state: State<'p>,
        object: &'p Expression,
        name: &Name,
        value: &Value<'p>,
        place: Place,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (mut state, object_value) in self.evaluate(state, object) {
            let value =
                value.step(place, &Step::Assigned(self.text(object.span).chars().take(40).collect::<String>().into()));
            match &object_value.shape {
                Shape::Instance { object, .. } => state.set_attribute(*object, name.clone(), value),
                Shape::ExternalInstance { class, .. } if class == "flask.ctx._AppCtxGlobals" => {
                    self.claims_escape(&unverified(&value.deep_origins()), place, "is kept for the request");
                    state.set_attribute(Object::RequestGlobals, name.clone(), value);
                }
                Shape::ExternalInstance { class, .. }
                    if self.models.is_subclass(class, "flask.Flask") && name == "secret_key" =>
                {
                    self.configuration_is_set(&mut state, &Name::new("SECRET_KEY"), &value, place);
                }
                _ => {}
            }
            next.push(state);
        }
        next
    }

    fn bind_item(
        &mut self,
        state: State<'p>,
        object: &'p Expression,
        index: &'p Expression,
        value: &Value<'p>,
        place: Place,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (state, object_value) in self.evaluate(state, object) {
            for (mut state, key) in self.evaluate(state, index) {
                let key = key.as_text().cloned();
                match (&object_value.shape, key) {
                    (Shape::Dictionary(known), Some(key)) => {
                        let mut known = Dictionary::clone(known);
                        known.entries.insert(key, value.clone());
                        next.extend(self.bind(state, object, Value::of(Shape::Dictionary(Rc::new(known)))));
                        continue;
                    }
                    (Shape::ExternalInstance { class, .. }, Some(key)) if class == super::objects::CONFIGURATION => {
                        self.configuration_is_set(&mut state, &key, value, place);
                    }
                    (Shape::ExternalInstance { class, .. }, Some(key)) if class == "flask.sessions.Session" => {
                        self.claims_escape(&unverified(&value.deep_origins()), place, "is kept in the session");
                        state.set_attribute(Object::Session, key, value.clone());
                    }
                    _ if is_configuration(self.text(object.span)) => {
                        let key = match &index.kind {
                            ExpressionKind::String(text) => text.clone(),
                            _ => Name::default(),
                        };
                        if !key.is_empty() {
                            self.configuration_is_set(&mut state, &key, value, place);
                        }
                    }
                    _ => {}
                }
                next.push(state);
            }
        }
        next
    }

    fn delete(&mut self, mut state: State<'p>, targets: &'p [Expression]) -> State<'p> {
        for target in targets {
            match &target.kind {
                ExpressionKind::Name(name) => state.locals.remove(name),
                ExpressionKind::Subscript { value: object, .. } => {
                    // What is deleted from a copy of the headers is what should not be seen.
                    let Some((after, value)) = self.evaluate(state.clone(), object).into_iter().next() else {
                        continue;
                    };
                    state = after;
                    if matches!(value.shape, Shape::Request(_))
                        || value.origins.any(|kind| matches!(kind, OriginKind::HeaderMap))
                    {
                        state = self.bind(state.clone(), object, Value::present()).into_iter().next().unwrap_or(state);
                    }
                }
                _ => {}
            }
        }
        state
    }

    fn raise_statement(&mut self, state: State<'p>, exception: Option<&'p Expression>, place: Place) {
        let Some(exception) = exception else {
            return self.raise(state, RaisedClass::Unknown, Origins::default(), place);
        };
        for (state, value) in self.evaluate(state, exception) {
            let class = match &value.shape {
                Shape::Class(class) | Shape::Instance { class, .. } => RaisedClass::Program(*class),
                Shape::External(path) | Shape::ExternalInstance { class: path, .. } => {
                    RaisedClass::External(Rc::new(vec![path.clone()]))
                }
                Shape::Response { status } => RaisedClass::Http(*status),
                _ => RaisedClass::Unknown,
            };
            let carries = value.deep_origins();
            self.raise(state, class, carries, place);
        }
    }

    fn if_statement(
        &mut self,
        state: State<'p>,
        branches: &'p [(Expression, Vec<Statement>)],
        otherwise: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let mut open = vec![state];
        let mut next = Vec::new();
        for (test, body) in branches {
            let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
            for state in open {
                let (yes, no) = self.branch(state, test);
                taken.extend(yes);
                not_taken.extend(no);
            }
            next.extend(self.block_in_loop(taken, body, exits));
            open = not_taken;
        }
        next.extend(self.block_in_loop(open, otherwise, exits));
        next
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

    fn for_statement(
        &mut self,
        state: State<'p>,
        target: &'p Expression,
        iterable: &'p Expression,
        body: &'p [Statement],
        otherwise: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (state, walked) in self.evaluate(state, iterable) {
            let is_never_empty = matches!(&walked.shape, Shape::Sequence(elements) if !elements.is_empty());
            let mut done = if is_never_empty { Vec::new() } else { vec![state.clone()] };
            let started = self.bind(state, target, element_of(&walked));
            let mut inner = LoopExits::default();
            done.extend(self.block_in_loop(started, body, &mut inner));
            done.extend(inner.continues);
            next.extend(self.block_in_loop(done, otherwise, exits));
            next.extend(inner.breaks);
        }
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
            for (state, value) in opened {
                let entered = match &value.shape {
                    // A generator-based context manager gives what it yields.
                    Shape::Elements(element) => Value::clone(element),
                    _ => value,
                };
                match target {
                    Some(target) => next.extend(self.bind(state, target, entered)),
                    None => next.push(state),
                }
            }
        }
        next
    }

    fn try_statement(
        &mut self,
        state: State<'p>,
        body: &'p [Statement],
        handlers: &'p [Handler],
        otherwise: &'p [Statement],
        finally: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let entry = state.clone();
        let outer = std::mem::take(&mut self.frame().raised);
        if !handlers.is_empty() {
            self.frame().open_tries += 1;
        }
        let after = self.block_in_loop(vec![state], body, exits);
        if !handlers.is_empty() {
            self.frame().open_tries -= 1;
        }
        let mut raised = std::mem::replace(&mut self.frame().raised, outer);
        let mut next = self.block_in_loop(after, otherwise, exits);
        for handler in handlers {
            let (caught, rest) = self.caught_by(handler, raised);
            raised = rest;
            let states: Vec<State<'p>> = if caught.is_empty() {
                // Nothing known raises what this handler waits for: it may still come from anywhere in the body.
                vec![entry.clone()]
            } else {
                caught.into_iter().map(|raised| self.with_exception(raised, handler)).collect()
            };
            let (states, _) = merge(states, self.place(handler.span));
            next.extend(self.block_in_loop(states, &handler.body, exits));
        }
        self.frame().raised.extend(raised);
        if finally.is_empty() { next } else { self.block_in_loop(next, finally, exits) }
    }

    fn with_exception(&mut self, raised: Raised<'p>, handler: &'p Handler) -> State<'p> {
        let mut state = raised.state;
        // The frame of the function that raised is gone: only its world remains.
        if let Some(name) = &handler.name {
            let text = Value::from_origins(raised.carries, Nullness::FULL);
            state.locals.set(name.clone(), text);
        }
        state
    }

    fn if_may_catch(&mut self, class: &RaisedClass<'p>, wanted: &Value<'p>) -> Catch {
        let name = match &wanted.shape {
            Shape::External(path) => path.clone(),
            Shape::Class(class) => class.class.name.clone(),
            _ => return Catch::Perhaps,
        };
        if matches!(name.as_str(), "Exception" | "BaseException") {
            return Catch::Certainly;
        }
        match (class, &wanted.shape) {
            (RaisedClass::Program(raised), Shape::Class(wanted)) => {
                if self.inherits(*raised, *wanted, 8) {
                    Catch::Certainly
                } else {
                    Catch::Never
                }
            }
            (RaisedClass::External(classes), Shape::External(wanted)) => {
                let canonical = self.models.canonical(wanted).into_owned();
                match classes.iter().position(|known| *known == canonical || known == wanted) {
                    Some(0 | 1) => Catch::Certainly,
                    Some(_) => Catch::Perhaps,
                    None if is_builtin_exception(wanted) || classes.iter().all(|known| is_builtin_exception(known)) => {
                        Catch::Never
                    }
                    None => Catch::Perhaps,
                }
            }
            (RaisedClass::Http(_), Shape::External(wanted)) => {
                if wanted.ends_with("HTTPException") {
                    Catch::Certainly
                } else if is_builtin_exception(wanted) {
                    Catch::Never
                } else {
                    Catch::Perhaps
                }
            }
            (RaisedClass::Http(_), Shape::Class(_)) | (RaisedClass::External(_), Shape::Class(_)) => Catch::Never,
            (RaisedClass::Program(_), _) => Catch::Perhaps,
            (RaisedClass::Unknown, _) => Catch::Perhaps,
            _ => Catch::Perhaps,
        }
    }

    /// Splits exceptions into those a handler catches and those that fly on.
    fn caught_by(&mut self, handler: &'p Handler, raised: Vec<Raised<'p>>) -> (Vec<Raised<'p>>, Vec<Raised<'p>>) {
        let Some(exception) = &handler.exception else { return (raised, Vec::new()) };
        let wanted = self.evaluate_in_frame(exception);
        let classes: Vec<Value<'p>> = match &wanted.shape {
            Shape::Sequence(elements) => elements.to_vec(),
            _ => vec![wanted],
        };
        let (mut caught, mut rest) = (Vec::new(), Vec::new());
        for raised in raised {
            let catches: Vec<Catch> = classes.iter().map(|wanted| self.if_may_catch(&raised.class, wanted)).collect();
            if catches.contains(&Catch::Certainly) {
                caught.push(raised);
            } else if catches.contains(&Catch::Perhaps) {
                caught.push(raised.clone());
                rest.push(raised);
            } else {
                rest.push(raised);
            }
        }
        (caught, rest)
    }

    fn evaluate_in_frame(&mut self, expression: &'p Expression) -> Value<'p> {
        self.evaluate_alone(expression)
    }

    fn inherits(&mut self, class: ClassRef<'p>, base: ClassRef<'p>, depth: u32) -> bool {
        class.place() == base.place()
            || depth > 0
                && self.bases(class).into_iter().any(|parent| match parent.shape {
                    Shape::Class(parent) => self.inherits(parent, base, depth - 1),
                    _ => false,
                })
    }

    fn match_statement(
        &mut self,
        state: State<'p>,
        subject: &'p Expression,
        cases: &'p [Case],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (state, value) in self.evaluate(state, subject) {
            let operand = Operand { value, place: self.place(subject.span) };
            let mut open = vec![state];
            for case in cases {
                let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
                for state in open {
                    let (yes, no) = self.match_pattern(state, &operand, &case.pattern, case);
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
                open = merge(not_taken, self.place(case.span)).0;
            }
            next.extend(open);
        }
        next
    }

    fn match_pattern(
        &mut self,
        state: State<'p>,
        subject: &Operand<'p>,
        pattern: &'p Pattern,
        case: &'p Case,
    ) -> (Vec<State<'p>>, Vec<State<'p>>) {
        match pattern {
            Pattern::Value(expression) => {
                let mut split = (Vec::new(), Vec::new());
                let place = self.place(expression.span);
                for (state, value) in self.evaluate(state, expression) {
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
                    state.locals.set(name.clone(), subject.value.clone());
                }
                (vec![state], Vec::new())
            }
            Pattern::Or(patterns) => {
                let (mut taken, mut open) = (Vec::new(), vec![state]);
                for pattern in patterns {
                    let mut not_taken = Vec::new();
                    for state in open {
                        let (yes, no) = self.match_pattern(state, subject, pattern, case);
                        taken.extend(yes);
                        not_taken.extend(no);
                    }
                    open = not_taken;
                }
                (taken, open)
            }
            Pattern::As { pattern, name } => {
                let (mut yes, no) = self.match_pattern(state, subject, pattern, case);
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
                        let (yes, no) = self.match_pattern(state, &element, pattern, case);
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
                        matched.extend(self.match_pattern(state, &element, pattern, case).0);
                    }
                    taken = matched;
                }
                (taken, vec![state])
            }
            Pattern::Star(_) | Pattern::Class { .. } | Pattern::Unknown => (vec![state.clone()], vec![state]),
        }
    }
}

/// Whether a handler catches an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Catch {
    Certainly,
    Perhaps,
    Never,
}

fn is_builtin_exception(path: &str) -> bool {
    !path.contains('.')
        && (path.ends_with("Error")
            || path.ends_with("Exception")
            || matches!(path, "StopIteration" | "KeyboardInterrupt"))
}

/// `app.config`, `self.app.config`, `current_app.config` of an application nobody was seen to make.
fn is_configuration(written: &str) -> bool {
    matches!(
        written,
        "app.config"
            | "application.config"
            | "current_app.config"
            | "self.app.config"
            | "server.config"
            | "flask_app.config"
            | "_app.config"
    )
}

pub(super) fn unverified(origins: &Origins) -> Origins {
    origins.filter_map(|origin| match &origin.kind {
        OriginKind::Claims { is_verified: false, .. } | OriginKind::Claim { is_verified: false, .. } => {
            Some(origin.clone())
        }
        _ => None,
    })
}

fn augmented<'p>(old: &Value<'p>, operator: BinaryOperator, added: &Value<'p>) -> Value<'p> {
    let origins = old.deep_origins().union(&added.deep_origins());
    match operator {
        BinaryOperator::Add => Value::from_origins(origins, Nullness::PRESENT),
        // `difference |= a ^ b`: a comparison written by hand in constant time.
        _ => Value::from_origins(origins, Nullness::PRESENT),
    }
}
