//! What stands around a handler besides its own decorators: the method of a view class that calls it, bases that check the
//! caller, decorators of the whole class, and those it is wrapped in where it is registered.

use super::call::is_callable;
use super::entry::Entry;
use super::event::EntryKind;
use super::interpreter::{Branches, Frame, Interpreter, one};
use super::state::State;
use super::value::{Arguments, LibraryDecorator, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::ViewClassModel;
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// A handler with everything around it, and what that is called with.
    pub(super) fn surrounded(
        &mut self,
        state: &State<'p>,
        entry: &Entry<'p>,
        callee: Value<'p>,
        arguments: Arguments<'p>,
    ) -> (Value<'p>, Arguments<'p>) {
        if entry.info.kind != EntryKind::Route {
            return (callee, arguments);
        }
        let (mut callee, mut arguments) = (callee, arguments);
        if let Some(class) = entry.view_class()
            && let Some(model) = self.view_class_model(class)
            && model.wraps.is_some()
            && !arguments.positional.is_empty()
        {
            let receiver = arguments.positional.remove(0);
            let bound = Value::of(Shape::Partial(Rc::new((callee, Arguments::of(vec![receiver.clone()])))));
            callee = self.wrapped_by_class(state, entry, class, &model, bound, &receiver);
        }
        let guards = self.class_guards(entry);
        for (file, decorator) in entry.around.iter().chain(&guards).rev() {
            let place = Place { file: *file, span: decorator.span };
            self.frames.push(Frame::new(*file, None));
            let value = self.evaluate_alone(decorator);
            let applied = self.apply_decorator(state.clone(), &value, callee.clone(), decorator, place);
            self.frames.pop();
            callee = applied.into_iter().next().map_or_else(Value::unknown, |(_, value)| value);
        }
        (callee, arguments)
    }

    fn wrapped_by_class(
        &mut self,
        state: &State<'p>,
        entry: &Entry<'p>,
        class: ClassRef<'p>,
        model: &ViewClassModel,
        handler: Value<'p>,
        receiver: &Value<'p>,
    ) -> Value<'p> {
        let wraps = Name::new(model.wraps.as_deref().unwrap_or_default());
        let mut callee = handler;
        for base in self.outside_bases(class) {
            callee = self.behind_base(&base, &wraps, callee, class.place());
        }
        if entry.site.function.name != wraps
            && let Some((owner, function)) = self.find_method(class, &wraps)
        {
            self.behind = Some((wraps.clone(), callee));
            let own = self.decorated_function(owner.file, function, Some(owner));
            callee = Value::of(Shape::Partial(Rc::new((own, Arguments::of(vec![receiver.clone()])))));
        }
        for decorator in class.class.decorators.iter().rev() {
            self.frames.push(Frame::new(class.file, None));
            let value = self.evaluate_alone(decorator);
            if let Shape::ForMethods(parts) = &value.shape
                && parts.1.as_ref().is_some_and(|name| *name == wraps || *name == entry.site.function.name)
            {
                let place = Place { file: class.file, span: decorator.span };
                let decorators = match &parts.0.shape {
                    Shape::Sequence(list) => list.to_vec(),
                    _ => vec![parts.0.clone()],
                };
                for one in decorators.iter().rev() {
                    let applied = self.apply_decorator(state.clone(), one, callee.clone(), decorator, place);
                    callee = applied.into_iter().next().map_or_else(Value::unknown, |(_, value)| value);
                }
            }
            self.frames.pop();
        }
        callee
    }

    /// A handler behind a base class from outside: one that checks, one that is known not to, or one nobody can see.
    fn behind_base(&mut self, base: &Name, wraps: &Name, handler: Value<'p>, place: Place) -> Value<'p> {
        if let Some(Meaning::Verify(_)) = self.models.method(base, wraps) {
            let path: Name = format!("{}.{wraps}", self.models.canonical(base)).into();
            let decorator = Rc::new(LibraryDecorator { path, arguments: Arguments::default(), of: None, place });
            return Value::of(Shape::Guarded(Rc::new((handler, decorator))));
        }
        if self.models.view_class(base).is_some() || self.models.is_class(base) || base == "object" {
            return handler;
        }
        Value::of(Shape::Wrapped(Rc::new((handler, place))))
    }

    /// The handler, where `super().dispatch` leaves the program.
    pub(super) fn reached_behind(&mut self, state: &State<'p>, callee: &'p Expression) -> Option<Value<'p>> {
        let (method, handler) = self.behind.clone()?;
        let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return None };
        let ExpressionKind::Call { callee: of, .. } = &value.kind else { return None };
        let is_super = matches!(&of.kind, ExpressionKind::Name(name) if name == "super");
        if !is_super || *name != method {
            return None;
        }
        let is_own = match self.super_of(state, &[]).map(|value| value.shape) {
            Some(Shape::Super(pair)) => self.super_method(&pair.0, pair.1, name).is_some(),
            _ => false,
        };
        (!is_own).then_some(handler)
    }

    /// Calls a decorator for methods: with a method, then with its object and arguments.
    pub(super) fn call_for_methods(
        &mut self,
        state: State<'p>,
        parts: &Rc<(Value<'p>, Option<Name>, Option<Value<'p>>)>,
        mut arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let (decorator, name, inner) = &**parts;
        let Some(inner) = inner else {
            return match arguments.positional.into_iter().next() {
                Some(class) if matches!(class.shape, Shape::Class(_)) => one(state, class),
                Some(method) => {
                    let shape = Shape::ForMethods(Rc::new((decorator.clone(), name.clone(), Some(method))));
                    one(state, Value::of(shape))
                }
                None => one(state, Value::unknown()),
            };
        };
        let mut bound = inner.clone();
        if !arguments.positional.is_empty() {
            let receiver = arguments.positional.remove(0);
            bound = Value::of(Shape::Partial(Rc::new((bound, Arguments::of(vec![receiver])))));
        }
        let decorators = match &decorator.shape {
            Shape::Sequence(list) => list.to_vec(),
            _ => vec![decorator.clone()],
        };
        for decorator in decorators.iter().rev() {
            let applied = self.call(State::default(), decorator, Arguments::of(vec![bound.clone()]), place);
            bound = match applied.into_iter().next() {
                Some((_, value)) if is_callable(&value) => value,
                _ => Value::of(Shape::Wrapped(Rc::new((bound, place)))),
            };
        }
        self.call(state, &bound, arguments, place)
    }
}
