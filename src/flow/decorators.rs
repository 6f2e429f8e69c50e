//! Decorators: applied when a function is defined, run when it is called.

use super::call::is_callable;
use super::entry::Entry;
use super::event::Above;
use super::interpreter::{Branches, Interpreter, one};
use super::registration::looks_like_registration;
use super::state::State;
use super::value::{Arguments, Code, LibraryDecorator, Shape, Value};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Function, Name};
use crate::syntax::visit;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Applies a function's decorators, the lowest first.
    pub(super) fn decorate(
        &mut self,
        state: State<'p>,
        function_value: Value<'p>,
        function: &'p Function,
    ) -> Branches<'p> {
        self.decorate_with(state, function_value, &function.decorators)
    }

    /// Applies decorators, the last one first.
    pub(super) fn decorate_with(
        &mut self,
        state: State<'p>,
        function_value: Value<'p>,
        decorators: &'p [Expression],
    ) -> Branches<'p> {
        let mut branches = one(state, function_value);
        for decorator in decorators.iter().rev() {
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
        self.verify_caller(state, &decorator.path, &decorator.arguments, decorator.of, decorator.place)
    }
}

impl<'p> Interpreter<'p, '_> {
    /// The decorators that a framework gets to see: those below the one that registers the function.
    pub(super) fn applied_decorators(&mut self, entry: &Entry<'p>) -> &'p [Expression] {
        let decorators = entry.site.function.decorators.as_slice();
        match self.registering_decorator(entry) {
            Some(at) => decorators.get(at + 1..).unwrap_or_default(),
            None => decorators,
        }
    }

    /// The decorators above it.
    pub(super) fn decorators_above(&mut self, entry: &Entry<'p>) -> Vec<Above> {
        let at = self.registering_decorator(entry).unwrap_or_default();
        let file = entry.site.file;
        let decorators = entry.site.function.decorators.as_slice();
        let (above, rest) = decorators.split_at(at);
        let Some(registering) = rest.first() else { return Vec::new() };
        let registration = Place { file, span: registering.span };
        let above = above.iter().filter_map(|decorator| {
            let callee = match &decorator.kind {
                ExpressionKind::Call { callee, .. } => callee,
                _ => decorator,
            };
            if self.registers_itself(file, callee) {
                return None;
            }
            let name = Name::new(self.index.text(Place { file, span: callee.span }));
            let place = Place { file, span: decorator.span };
            Some(Above { name, place, is_verifier: self.is_verifier(file, callee), registration })
        });
        above.collect()
    }

    /// Whether a decorator of the program puts what it makes under a path of its own.
    fn registers_itself(&mut self, file: FileId, callee: &'p Expression) -> bool {
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let Shape::Function(closure) = &value.shape else { return false };
        let Code::Function(function) = closure.code else { return false };
        let mut is_registering = false;
        visit::expressions(&function.body, &mut |expression| {
            is_registering |= matches!(
                &expression.kind,
                ExpressionKind::Call { callee, .. } if matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if is_route_call(name))
            );
        });
        is_registering
    }

    /// Whether a model says that a decorator verifies the caller.
    fn is_verifier(&mut self, file: FileId, callee: &'p Expression) -> bool {
        use crate::models::Meaning;
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let meaning = match &value.shape {
            Shape::External(path) => self.models.meaning(path),
            Shape::Method(pair) => match &pair.0.shape {
                Shape::ExternalInstance { class, .. } => self.models.method(class, &pair.1),
                _ => None,
            },
            _ => None,
        };
        matches!(meaning, Some(Meaning::Verify(_)))
    }
}

/// Methods of applications and routers that put a function under a path, as the frameworks call them.
fn is_route_call(name: &str) -> bool {
    name == "route" || (name.starts_with("add_") && (name.ends_with("route") || name.ends_with("_rule")))
}
