//! Decorators: applied when a function is defined, run when it is called.

use super::call::is_callable;
use super::interpreter::{Branches, Interpreter, one};
use super::registration::looks_like_registration;
use super::state::State;
use super::value::{Arguments, LibraryDecorator, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Function};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Applies a function's decorators, the lowest first.
    pub(super) fn decorate(
        &mut self,
        state: State<'p>,
        function_value: Value<'p>,
        function: &'p Function,
    ) -> Branches<'p> {
        let mut branches = one(state, function_value);
        for decorator in function.decorators.iter().rev() {
            let place = self.place(decorator.span);
            branches = self.then(branches, |this, state, inner| {
                let decorators = this.evaluate(state, decorator);
                this.then(decorators, |this, state, value| {
                    this.apply_decorator(state, &value, inner.clone(), decorator, place)
                })
            });
        }
        branches
    }

    pub(super) fn apply_decorator(
        &mut self,
        state: State<'p>,
        decorator: &Value<'p>,
        inner: Value<'p>,
        written: &'p Expression,
        place: Place,
    ) -> Branches<'p> {
        if self.is_transparent_decorator(decorator, written) {
            self.decorator_registers(decorator, &inner, place);
            return one(state, inner);
        }
        // What a decorator does when it is applied happens at start-up, not for the caller.
        let before = state.evidence.clone();
        let mut branches = self.call(state, decorator, Arguments::of(vec![inner.clone()]), place);
        for (state, value) in &mut branches {
            state.evidence = before.clone();
            if !is_callable(value) {
                *value = Value::of(Shape::Wrapped(Rc::new((inner.clone(), place))));
            }
        }
        branches
    }

    /// Whether a decorator leaves the function as it is: it registers it, or a model says so.
    fn is_transparent_decorator(&mut self, decorator: &Value<'p>, written: &'p Expression) -> bool {
        use crate::models::Meaning;
        match &decorator.shape {
            Shape::External(path) => {
                matches!(self.models.meaning(path), Some(Meaning::Transparent | Meaning::Entry(_)))
            }
            Shape::Method(pair) => match &pair.0.shape {
                Shape::ExternalInstance { class, .. } => {
                    matches!(self.models.method(class, &pair.1), Some(Meaning::Entry(_) | Meaning::Transparent))
                }
                _ => looks_like_registration(written),
            },
            // `functools.wraps(f)`, `app.route(…)`: called already.
            _ => match &written.kind {
                ExpressionKind::Call { callee, .. } => {
                    let callee_value = self.evaluate_alone(callee);
                    self.is_transparent_decorator(&callee_value, callee) || looks_like_registration(written)
                }
                _ => false,
            },
        }
    }

    /// A library decorator or call that checks the caller.
    pub(super) fn guard(&mut self, state: State<'p>, decorator: &Rc<LibraryDecorator<'p>>) -> Branches<'p> {
        if let Some(crate::models::Meaning::Before(model)) = self.models.meaning(&decorator.path).cloned() {
            let mut given = decorator.arguments.positional.iter();
            let Some(check) = given.next() else { return one(state, Value::unknown()) };
            let handed = model.arguments.iter().map(|gives| self.given(&Value::unknown(), gives, decorator.place));
            let arguments = Arguments { rest: Some(Value::unknown()), ..Arguments::of(handed.collect()) };
            return self.call(state, check, arguments, decorator.place);
        }
        self.verify_caller(state, &decorator.path, &decorator.arguments, decorator.place)
    }
}
