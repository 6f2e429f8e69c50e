//! Handlers that answer in place of a route that raised. What they answer turns the caller away, as a rule: a page that says
//! so, the text of the error. It lets the caller in where it gives what the route would have given.

use std::collections::BTreeSet;

use super::entry::Entry;
use super::event::{Ending, Outcome};
use super::evidence::CheckKind;
use super::exception::{Catch, is_builtin_exception};
use super::interpreter::{Interpreter, Raised, RaisedClass};
use super::outcome;
use super::value::{Shape, Value};
use super::walk;
use crate::models::Meaning;
use crate::program::{ClassRef, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// How sure it is that a handler answers an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Certainly,
    Perhaps,
}

/// Exceptions that say nothing about what went wrong; their handlers come after those that know more.
const ANY: [&str; 5] = ["Exception", "BaseException", "HTTPException", "500", "404"];

impl<'p> Interpreter<'p, '_> {
    /// Exceptions that reach the framework turn the caller away, unless a handler of the program answers otherwise.
    pub(super) fn take_raised(&mut self, outcomes: &mut Vec<Outcome>) {
        for raised in std::mem::take(&mut self.frame().raised) {
            let handlers = if self.is_route { self.handlers_of(&raised) } else { Vec::new() };
            let is_certain = handlers.iter().any(|(_, reach)| *reach == Reach::Certainly);
            for (handler, reach) in handlers {
                self.answered_by(&handler, reach, &raised, outcomes);
            }
            if !is_certain {
                outcomes.push(self.turned_away(raised));
            }
        }
    }

    /// What the framework itself makes of an exception.
    fn turned_away(&mut self, raised: Raised<'p>) -> Outcome {
        let status = self.status_of(&raised.class);
        let ending = if status.is_some_and(|status| status < 400) { Ending::Success } else { Ending::Refusal };
        Outcome { ending, status, evidence: raised.state.evidence, place: raised.place }
    }

    /// The status that an exception stands for.
    fn status_of(&mut self, class: &RaisedClass<'p>) -> Option<i64> {
        match class {
            RaisedClass::Http(status) => *status,
            RaisedClass::Program(class) => self.status_of_class(*class),
            RaisedClass::External(_) | RaisedClass::Unknown => None,
        }
    }

    /// The status of an HTTP error of the program: what its body says, or the library's class that it inherits from.
    fn status_of_class(&mut self, class: ClassRef<'p>) -> Option<i64> {
        let models = self.models;
        let model = self.outside_bases(class).iter().find_map(|base| match models.meaning(base) {
            Some(Meaning::Refuse(model)) => Some(model),
            _ => None,
        })?;
        let own = model.status_attribute.as_ref().and_then(|name| self.class_attribute(class, &name.into()));
        own.and_then(|value| value.as_integer()).or(model.status)
    }

    /// The handlers that may answer an exception, in the order in which they are asked, up to the one that does.
    fn handlers_of(&mut self, raised: &Raised<'p>) -> Vec<(Entry<'p>, Reach)> {
        let all = std::rc::Rc::clone(&self.error_handlers);
        let is_any = |handler: &Entry<'p>| handler.error.as_deref().is_none_or(|error| ANY.contains(&last(error)));
        let mut found = Vec::new();
        for knows_more in [true, false] {
            for handler in all.iter().filter(|handler| is_any(handler) != knows_more) {
                let Some(reach) = self.reach_of(handler, &raised.class) else { continue };
                found.push((handler.clone(), reach));
                if reach == Reach::Certainly {
                    return found;
                }
            }
        }
        found
    }

    fn reach_of(&mut self, handler: &Entry<'p>, class: &RaisedClass<'p>) -> Option<Reach> {
        let Some(error) = &handler.error else { return Some(Reach::Perhaps) };
        if matches!(error.as_str(), "Exception" | "BaseException") {
            return Some(Reach::Certainly);
        }
        let certainly = |is_so: bool| is_so.then_some(Reach::Certainly);
        let status = self.status_of(class);
        let wanted = error.parse::<i64>().ok().or_else(|| match self.models.meaning(error) {
            Some(Meaning::Refuse(model)) => model.status,
            _ => None,
        });
        if wanted.is_some() && (status.is_some() || matches!(class, RaisedClass::Http(_))) {
            return if status.is_none() { Some(Reach::Perhaps) } else { certainly(status == wanted) };
        }
        match class {
            RaisedClass::Http(_) => certainly(last(error) == "HTTPException"),
            RaisedClass::Program(class) => {
                let is_own = self.resolution_order(*class).iter().any(|known| known.class.name == *error);
                certainly(is_own || self.outside_bases(*class).iter().any(|base| last(base) == last(error)))
            }
            // A class of the program is written without its module, and no library raises it.
            RaisedClass::External(_) if !error.contains('.') && !is_builtin_exception(error) => None,
            RaisedClass::External(_) => match self.if_may_catch(class, &Value::external(error.clone())) {
                Catch::Certainly => Some(Reach::Certainly),
                Catch::Perhaps => Some(Reach::Perhaps),
                Catch::Never => None,
            },
            RaisedClass::Unknown => wanted.is_none().then_some(Reach::Perhaps),
        }
    }

    /// Runs a handler with the exception, and says how that ends.
    fn answered_by(&mut self, handler: &Entry<'p>, reach: Reach, raised: &Raised<'p>, outcomes: &mut Vec<Outcome>) {
        let lets_in = reach == Reach::Certainly && self.gives_what_was_refused(handler);
        if lets_in && self.is_loud() {
            self.facts.answered_instead.insert(handler.info.place);
        }
        let mut state = raised.state.clone();
        state.evidence.add(CheckKind::Caught, handler.info.place);
        let callee = self.entry_function(&state, handler);
        let mut arguments = self.entry_arguments(&state, handler);
        arguments.positional.push(raised.value.clone());
        for (mut state, value) in self.call(state, &callee, arguments, handler.info.place) {
            let (ending, status) = outcome::of_return(&state, &value);
            let ending = if lets_in { ending } else { Ending::Refusal };
            if ending == Ending::Success && self.is_loud() {
                state.evidence.add(CheckKind::Caught, handler.info.place);
                // It gives what the route gives, so it returns where that does.
                let returns: BTreeSet<Place> = self.facts.ways_out.iter().map(|(at, _)| *at).collect();
                self.facts.ways_out.extend(returns.into_iter().map(|at| (at, state.evidence.clone())));
            }
            outcomes.push(Outcome { ending, status, evidence: state.evidence, place: handler.info.place });
        }
        for raised in std::mem::take(&mut self.frame().raised) {
            outcomes.push(self.turned_away(raised));
        }
    }

    /// Whether a handler of a refusal gives what the caller was refused: it answers with what a function of the program
    /// gives that is told nothing of the error.
    fn gives_what_was_refused(&mut self, handler: &Entry<'p>) -> bool {
        let Some(error) = &handler.error else { return false };
        if ANY.contains(&last(error)) || error.parse::<i64>().is_ok_and(|status| !matches!(status, 401 | 403)) {
            return false;
        }
        let file = handler.site.file;
        let mut callees = Vec::new();
        called_in_answers(&handler.site.function.body, &mut callees);
        callees.into_iter().any(|callee| {
            let (ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }) = &callee.kind else {
                return false;
            };
            let value: Value<'p> = self.at_module_level(file, |this| this.evaluate_alone(callee));
            matches!(value.shape, Shape::Function(_)) && !vocabulary::sounds_like_refusal(name)
        })
    }
}

/// What is called without arguments in what a function returns.
fn called_in_answers<'p>(body: &'p [Statement], callees: &mut Vec<&'p Expression>) {
    for statement in body {
        if let StatementKind::Return(Some(_)) = &statement.kind {
            visit::expressions(std::slice::from_ref(statement), &mut |expression| {
                if let ExpressionKind::Call { callee, arguments } = &expression.kind
                    && arguments.is_empty()
                {
                    callees.push(callee);
                }
            });
        }
        walk::bodies(statement).into_iter().for_each(|inner| called_in_answers(inner, callees));
    }
}

fn last(error: &str) -> &str {
    error.rsplit('.').next().unwrap_or(error)
}
