//! Exceptions: what is raised, and which handler it reaches.

use super::evidence::CheckKind;
use super::interpreter::{Interpreter, Raised, RaisedClass};
use super::scheme::OpenTry;
use super::state::State;
use super::statement::LoopExits;
use super::value::{Nullness, Shape, Value};
use crate::program::triage;
use crate::source::{Place, Span};
use crate::syntax::tree::{Argument, Expression, ExpressionKind, Handler, Statement};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    pub(super) fn raise_statement(&mut self, state: State<'p>, exception: Option<&'p Expression>, place: Place) {
        let Some(exception) = exception else {
            let (class, value) =
                self.frame().caught.last().cloned().unwrap_or((RaisedClass::Unknown, Value::unknown()));
            return self.raise_value(state, class, value, place);
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
            self.raise_value(state, class, value, place);
        }
    }

    pub(super) fn try_statement(
        &mut self,
        states: Vec<State<'p>>,
        body: &'p [Statement],
        handlers: &'p [Handler],
        otherwise: &'p [Statement],
        finally: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let entry = states.clone();
        let returned = self.frame().returns.len();
        let outer = std::mem::take(&mut self.frame().raised);
        if !handlers.is_empty() {
            self.frame().open_tries += 1;
            let open = self.what_is_caught(handlers);
            self.open_tries.push(open);
        }
        let after = self.block_in_loop(states, body, exits);
        if !handlers.is_empty() {
            self.frame().open_tries -= 1;
            self.open_tries.pop();
        }
        let mut raised = std::mem::replace(&mut self.frame().raised, outer);
        let raised_before = self.frame().raised.len();
        let mut next = self.block_in_loop(after, otherwise, exits);
        for handler in handlers {
            let (caught, rest) = self.caught_by(handler, raised);
            raised = rest;
            let held = common(&caught);
            let states: Vec<State<'p>> = if caught.is_empty() {
                // Nothing known raises what this handler waits for: it may still come from anywhere in the body.
                entry.clone()
            } else {
                caught.into_iter().map(|raised| self.with_exception(raised, handler)).collect()
            };
            let states = self.merge(states, self.place(handler.span));
            self.frame().caught.push(held);
            next.extend(self.block_in_loop(states, &handler.body, exits));
            self.frame().caught.pop();
        }
        self.frame().raised.extend(raised);
        self.leave_through(finally, returned, raised_before);
        if finally.is_empty() { next } else { self.block_in_loop(next, finally, exits) }
    }

    /// `finally` also runs on the paths that return or raise; where it leaves itself, they end there.
    fn leave_through(&mut self, finally: &'p [Statement], returned: usize, raised: usize) {
        let (Some(first), Some(last)) = (finally.first(), finally.last()) else { return };
        let whole = self.place(Span { start: first.span.start, end: last.span.end });
        let text = &self.index.program.source(whole.file).text;
        if !super::walk::leaves(finally) && !triage::called_function_may_matter(text, whole.span) {
            return;
        }
        let returning = self.frame().returns.split_off(returned);
        for (state, value, at) in returning {
            for state in self.block(vec![state], finally) {
                self.frame().returns.push((state, value.clone(), at));
            }
        }
        let raising = self.frame().raised.split_off(raised);
        for raised in raising {
            for state in self.block(vec![raised.state.clone()], finally) {
                self.frame().raised.push(Raised { state, ..raised.clone() });
            }
        }
    }

    /// `with suppress(SomeError): …`: the body, and what is left of it where it raised.
    pub(super) fn suppressing(
        &mut self,
        states: Vec<State<'p>>,
        exceptions: &'p [Argument],
        body: &'p [Statement],
        exits: &mut LoopExits<'p>,
    ) -> Vec<State<'p>> {
        let outer = std::mem::take(&mut self.frame().raised);
        let wanted = exceptions.iter().map(|argument| self.evaluate_alone(&argument.value)).collect();
        self.frame().open_tries += 1;
        self.open_tries.push(OpenTry { catches_index_error: true, catches_value_error: true, ..OpenTry::default() });
        let mut next = self.block_in_loop(states, body, exits);
        self.open_tries.pop();
        self.frame().open_tries -= 1;
        let raised = std::mem::replace(&mut self.frame().raised, outer);
        let (caught, rest) = self.caught_as(wanted, raised);
        for raised in caught {
            if let Some(last) = body.last() {
                next.push(caught_at(raised.state, self.place(last.span)));
            }
        }
        self.frame().raised.extend(rest);
        next
    }

    /// The exceptions of `contextlib.suppress(…)`.
    pub(super) fn suppressed(&mut self, context: &'p Expression) -> Option<&'p [Argument]> {
        let ExpressionKind::Call { callee, arguments } = &context.kind else { return None };
        let is_named = matches!(&callee.kind, ExpressionKind::Name(_) | ExpressionKind::Attribute { .. });
        let called = is_named.then(|| self.evaluate_alone(callee))?;
        matches!(&called.shape, Shape::External(path) if path == "contextlib.suppress").then_some(arguments.as_slice())
    }

    /// Which errors of taking a value apart the handlers of a `try` wait for. What cannot be read may wait for any.
    fn what_is_caught(&mut self, handlers: &'p [Handler]) -> OpenTry {
        let mut open = OpenTry::default();
        for handler in handlers {
            let Some(exception) = &handler.exception else {
                return OpenTry { catches_index_error: true, catches_value_error: true, ..OpenTry::default() };
            };
            let wanted = self.evaluate_alone(exception);
            let classes: Vec<Value<'p>> = match &wanted.shape {
                Shape::Sequence(elements) => elements.to_vec(),
                _ => vec![wanted],
            };
            for class in classes {
                let name = match &class.shape {
                    Shape::External(path) => path.clone(),
                    Shape::Class(class) => class.class.name.clone(),
                    _ => "Exception".into(),
                };
                let is_any = matches!(name.as_str(), "Exception" | "BaseException");
                open.catches_index_error |= is_any || matches!(name.as_str(), "IndexError" | "LookupError");
                open.catches_value_error |= is_any || name == "ValueError";
                open.names_key_error |= matches!(name.as_str(), "KeyError" | "LookupError");
            }
        }
        open
    }

    fn with_exception(&mut self, raised: Raised<'p>, handler: &'p Handler) -> State<'p> {
        let mut state = caught_at(raised.state, self.place(handler.span));
        // The frame of the function that raised is gone: only its world remains.
        if let Some(name) = &handler.name {
            // It says something of what went wrong: `str(error)` is not empty.
            let is_silent = raised.value.origins.is_empty() && matches!(raised.value.shape, Shape::Unknown);
            let value = if is_silent { raised.value.with_nullness(Nullness::FULL) } else { raised.value };
            state.locals.set(name.clone(), value);
        }
        state
    }

    pub(super) fn if_may_catch(&mut self, class: &RaisedClass<'p>, wanted: &Value<'p>) -> Catch {
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
                if self.resolution_order(*raised).iter().any(|class| class.place() == wanted.place()) {
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
                    None if classes.first().is_some_and(|first| is_builtin_exception(first))
                        && is_of_another_kind(wanted) =>
                    {
                        Catch::Never
                    }
                    None => Catch::Perhaps,
                }
            }
            (RaisedClass::Http(_), Shape::External(wanted)) => {
                if wanted.ends_with("HTTPException") {
                    Catch::Certainly
                } else if is_builtin_exception(wanted) || is_of_another_kind(wanted) {
                    Catch::Never
                } else {
                    Catch::Perhaps
                }
            }
            (RaisedClass::Http(_) | RaisedClass::External(_), Shape::Class(_)) => Catch::Never,
            (RaisedClass::Program(_), _) => Catch::Perhaps,
            (RaisedClass::Unknown, _) => Catch::Perhaps,
            _ => Catch::Perhaps,
        }
    }

    /// Splits exceptions into those a handler catches and those that fly on.
    fn caught_by(&mut self, handler: &'p Handler, raised: Vec<Raised<'p>>) -> (Vec<Raised<'p>>, Vec<Raised<'p>>) {
        let Some(exception) = &handler.exception else { return (raised, Vec::new()) };
        let wanted = self.evaluate_alone(exception);
        self.caught_as(vec![wanted], raised)
    }

    fn caught_as(&mut self, wanted: Vec<Value<'p>>, raised: Vec<Raised<'p>>) -> (Vec<Raised<'p>>, Vec<Raised<'p>>) {
        let classes = wanted.into_iter().flat_map(|wanted| match &wanted.shape {
            Shape::Sequence(elements) => elements.to_vec(),
            _ => vec![wanted],
        });
        let classes: Vec<Value<'p>> = classes.collect();
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
}

/// A path that goes on in a handler: where a verification failed, or what it asks for was not there, it matters which one.
fn caught_at(mut state: State<'_>, handler: Place) -> State<'_> {
    if state.evidence.has(CheckKind::FailedVerification) || state.evidence.has(CheckKind::Rejected) {
        state.evidence.add(CheckKind::Caught, handler);
    }
    state
}

/// Whether an exception class of a library is named for an error of something else than HTTP: `InvalidTokenError`.
fn is_of_another_kind(class: &str) -> bool {
    let name = class.rsplit('.').next().unwrap_or_default();
    let stem = name.strip_suffix("Error").unwrap_or_default();
    ["Token", "Signature", "SignatureVerification", "Decode", "JWT", "PyJWT", "JWS", "JOSE", "Jose"]
        .iter()
        .any(|word| stem.ends_with(word))
}

/// Whether a handler catches an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Catch {
    Certainly,
    Perhaps,
    Never,
}

pub(super) fn is_builtin_exception(path: &str) -> bool {
    !path.contains('.')
        && (path.ends_with("Error")
            || path.ends_with("Exception")
            || matches!(path, "StopIteration" | "KeyboardInterrupt"))
}

/// What a bare `raise` raises again: what was caught, where that is of one kind.
fn common<'p>(caught: &[Raised<'p>]) -> (RaisedClass<'p>, Value<'p>) {
    let value = caught.iter().map(|raised| raised.value.clone()).reduce(|left, right| left.join(&right));
    let is_same = |left: &RaisedClass<'_>, right: &RaisedClass<'_>| match (left, right) {
        (RaisedClass::Program(left), RaisedClass::Program(right)) => left.place() == right.place(),
        (RaisedClass::External(left), RaisedClass::External(right)) => left == right,
        (RaisedClass::Http(left), RaisedClass::Http(right)) => left == right,
        _ => false,
    };
    let class = match caught {
        [first, rest @ ..] if rest.iter().all(|raised| is_same(&first.class, &raised.class)) => first.class.clone(),
        _ => RaisedClass::Unknown,
    };
    (class, value.unwrap_or_else(Value::unknown))
}
