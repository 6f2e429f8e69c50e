//! Classes of the program: the order in which bases are asked, their methods and attributes, and what `super()` means.

use super::expression::join_all;
use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind, Store};
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::program::{Binding, ClassRef, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Function, Name, Parameter};
use std::rc::Rc;

/// Bases followed upwards.
pub(super) const MAX_BASES: u32 = 10;

impl<'p> Interpreter<'p, '_> {
    /// The method of that name of a class or its bases in the program, and the class that defines it.
    pub fn find_method(&mut self, class: ClassRef<'p>, name: &str) -> Option<(ClassRef<'p>, &'p Function)> {
        let order = self.resolution_order(class);
        self.method_among(&order, name)
    }

    fn method_among(&mut self, order: &[ClassRef<'p>], name: &str) -> Option<(ClassRef<'p>, &'p Function)> {
        for class in order {
            if let Some(bound) = self.class_scope(*class).names.get(name).and_then(|bindings| bindings.last()) {
                return match bound.binding {
                    Binding::Function(function) => Some((*class, function)),
                    _ => None,
                };
            }
        }
        None
    }

    /// A class and its bases in the program, in the order in which Python asks them for a name (C3 linearisation).
    pub(super) fn resolution_order(&mut self, class: ClassRef<'p>) -> Rc<Vec<ClassRef<'p>>> {
        if let Some(known) = self.orders.get(&class.place()) {
            return Rc::clone(known);
        }
        // A class that inherits from itself is found here again: it stands alone then.
        self.orders.insert(class.place(), Rc::new(vec![class]));
        let bases: Vec<ClassRef<'p>> = self
            .bases(class)
            .iter()
            .filter_map(|base| match base.shape {
                Shape::Class(base) if base.place() != class.place() => Some(base),
                _ => None,
            })
            .take(MAX_BASES as usize)
            .collect();
        let mut lists: Vec<Vec<ClassRef<'p>>> = Vec::new();
        for base in &bases {
            let order = self.resolution_order(*base);
            lists.push(order.to_vec());
        }
        lists.push(bases);
        let order = Rc::new(merge_orders(class, lists));
        self.orders.insert(class.place(), Rc::clone(&order));
        order
    }

    /// The bases of a class, evaluated where it stands.
    pub(super) fn bases(&mut self, class: ClassRef<'p>) -> Rc<Vec<Value<'p>>> {
        if let Some(known) = self.bases.get(&class.place()) {
            return Rc::clone(known);
        }
        self.bases.insert(class.place(), Rc::default());
        let arguments = class.class.arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional);
        let bases: Vec<Value<'p>> = self.at_module_level(class.file, |this| {
            arguments.map(|argument| this.evaluate_alone(&argument.value)).collect()
        });
        let bases = Rc::new(bases);
        self.bases.insert(class.place(), Rc::clone(&bases));
        bases
    }

    /// The classes from outside that a class or its bases in the program inherit from, by their dotted names.
    pub(super) fn outside_bases(&mut self, class: ClassRef<'p>) -> Vec<Name> {
        let mut outside = Vec::new();
        for class in self.resolution_order(class).iter() {
            for base in self.bases(*class).iter() {
                if let Shape::External(path) = &base.shape
                    && !outside.contains(path)
                {
                    outside.push(path.clone());
                }
            }
        }
        outside
    }

    /// The library class that a class of the program inherits from, where a model describes it.
    pub(super) fn library_base(&mut self, class: ClassRef<'p>) -> Option<Name> {
        self.outside_bases(class).into_iter().find(|path| self.models.is_class(path))
    }

    /// An attribute of a class itself.
    pub(super) fn class_attribute(&mut self, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        let key = (class.place(), name.clone());
        if let Some(known) = self.members.get(&key) {
            return known.clone();
        }
        if !self.may_go_deeper(class.place()) {
            return None;
        }
        self.members.insert(key.clone(), None);
        let order = self.resolution_order(class);
        let found = order.iter().find_map(|owner| self.own_class_attribute(*owner, name));
        self.members.insert(key, found.clone());
        found
    }

    fn own_class_attribute(&mut self, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        let scope = self.class_scope(class);
        let bindings = scope.names.get(name)?;
        let place = class.place();
        let first = bindings.iter().rposition(|bound| bound.replaces).unwrap_or_default();
        self.at_module_level(class.file, |this| {
            let values = bindings.iter().skip(first).map(|bound| match &bound.binding {
                Binding::Function(function) => {
                    let modelled = this.modelled(class.file, Some(&class.class.name), &function.name);
                    modelled.unwrap_or_else(|| this.decorated_function(class.file, function, Some(class)))
                }
                Binding::Class(inner) => Value::of(Shape::Class(ClassRef { file: class.file, class: inner })),
                Binding::Value { expression, path } => {
                    let value = this.in_class_body(class, name, expression);
                    let value = path.iter().fold(value, |value, &at| super::containers::element_at(&value, at));
                    let value = this.field_of_settings(class, name, value, expression);
                    let value = this.field_of_library(class, value, expression);
                    value.step(place, &super::origin::Step::Assigned(name.clone()))
                }
                Binding::Annotated { annotation, expression: Some(expression) } => {
                    let value = this.in_class_body(class, name, expression);
                    let says_nothing = matches!(value.shape, Shape::Unknown) && value.origins.is_empty();
                    let value = match this.required_field(class, name, annotation).filter(|_| says_nothing) {
                        Some(required) => required,
                        None => this.field_of_settings(class, name, value, expression),
                    };
                    let value = this.in_hiding(annotation, value);
                    value.step(place, &super::origin::Step::Assigned(name.clone()))
                }
                Binding::Annotated { annotation, expression: None } => {
                    let value = this.required_field(class, name, annotation).unwrap_or_else(Value::unknown);
                    this.in_hiding(annotation, value)
                }
                _ => Value::unknown(),
            });
            let values: Vec<Value<'p>> = values.collect();
            let value = values.into_iter().reduce(|left, right| left.join(&right))?;
            let is_constant = matches!(value.shape, Shape::Constant(_));
            Some(if is_constant && this.is_given_later(class, name) { value.join(&Value::unknown()) } else { value })
        })
    }

    /// `cls.NAME = …` in a method: what the class body says is only where it begins.
    fn is_given_later(&self, class: ClassRef<'p>, name: &Name) -> bool {
        let text: &str = &self.index.program.source(class.file).text;
        let is_given = |owner: &str| text.contains(&format!("{owner}.{name} = "));
        is_given("cls") || is_given(&class.class.name)
    }

    /// Evaluates an expression of a class body: other names of the body are in reach.
    fn in_class_body(&mut self, class: ClassRef<'p>, name: &Name, expression: &'p Expression) -> Value<'p> {
        let scope = self.class_scope(class);
        let mut state = State::default();
        let mut asked = Vec::new();
        crate::syntax::visit::expression(expression, &mut |inner| {
            if let ExpressionKind::Name(known) = &inner.kind
                && known != name
                && scope.names.contains_key(known)
            {
                asked.push(known.clone());
            }
        });
        // Two names may each be made of the other: what is asked again on the way is not known.
        for known in asked {
            if let Some(value) = self.class_attribute(class, &known) {
                state.locals.set(known, value);
            }
        }
        let branches = self.quietly(|this| this.evaluate(state, expression));
        branches.iter().for_each(|(state, _)| self.keep_attributes(state));
        join_all(branches.into_iter().map(|(_, value)| value))
    }

    /// A field that is read from the environment: what the class body gives it is the default.
    fn field_of_settings(
        &mut self,
        class: ClassRef<'p>,
        name: &Name,
        value: Value<'p>,
        written: &Expression,
    ) -> Value<'p> {
        let is_default = value.is_none() || value.as_text().is_some();
        if !is_default || name.starts_with('_') || !self.describes_settings(class) {
            return value;
        }
        let place = value.literal_origin().iter().next().map(|origin| origin.trail.root().place);
        let place = place.unwrap_or(Place { file: class.file, span: written.span });
        let read = self.variable(name, place, value.nullness.or(Nullness::FULL));
        let origins = read.origins.union(&value.as_default_of(&name.to_ascii_uppercase().into()));
        Value { origins, ..read }
    }

    /// What a class describes to a base class that nobody can see (a column, a form field) is something else in its objects, and
    /// may be empty there.
    fn field_of_library(&mut self, class: ClassRef<'p>, value: Value<'p>, written: &Expression) -> Value<'p> {
        let is_unknown = match &value.shape {
            Shape::ExternalInstance { class, .. } => !self.models.is_class(class),
            _ => value.is_unseen(),
        };
        let is_made = matches!(written.kind, ExpressionKind::Call { .. }) && value.origins.is_empty();
        let is_field = is_unknown && is_made && !self.outside_bases(class).is_empty();
        if is_field { value.with_nullness(Nullness::ANY) } else { value }
    }

    /// A field that is read from the environment and has no default: without the variable, no object is made.
    fn required_field(&mut self, class: ClassRef<'p>, name: &Name, annotation: &'p Expression) -> Option<Value<'p>> {
        let is_secret = vocabulary::is_secret(name) || self.secret_type(annotation).is_some();
        if name.starts_with('_') || !is_secret || !self.describes_settings(class) {
            return None;
        }
        Some(self.variable(name, Place { file: class.file, span: annotation.span }, Nullness::FULL))
    }

    /// The library class among those that an annotation names whose objects hide a secret: `Optional[SecretStr]`.
    fn secret_type(&mut self, annotation: &'p Expression) -> Option<Name> {
        let mut named = Vec::new();
        crate::syntax::visit::expression(annotation, &mut |inner| {
            if matches!(inner.kind, ExpressionKind::Name(_) | ExpressionKind::Attribute { .. }) {
                named.push(inner);
            }
        });
        named.into_iter().find_map(|inner| match self.evaluate_alone(inner).shape {
            Shape::External(path) if self.models.hides_secret(&path) => {
                Some(self.models.canonical(&path).into_owned().into())
            }
            _ => None,
        })
    }

    /// A field's value as the object that its annotation says it is, where that is one that hides a secret.
    fn in_hiding(&mut self, annotation: &'p Expression, value: Value<'p>) -> Value<'p> {
        match self.secret_type(annotation).filter(|_| !value.is_none() && !value.origins.is_empty()) {
            Some(class) => {
                let shape = Shape::ExternalInstance { class, at: self.place(annotation.span) };
                // The type says that it is a secret, whatever its name.
                let origins = value.origins.filter_map(|origin| {
                    let kind = match &origin.kind {
                        OriginKind::Setting { store: Store::Environment, name } if !vocabulary::is_secret(name) => {
                            OriginKind::Setting { store: Store::SecretStore, name: name.clone() }
                        }
                        kind => kind.clone(),
                    };
                    Some(Origin { kind, ..origin.clone() })
                });
                Value { origins, shape, ..value }
            }
            None => value,
        }
    }

    fn describes_settings(&mut self, class: ClassRef<'p>) -> bool {
        self.library_base(class).is_some_and(|base| self.models.reads_environment(&base))
    }

    /// The environment variable that a field is called after.
    fn variable(&mut self, field: &Name, place: Place, nullness: Nullness) -> Value<'p> {
        let key = Value::text(field.to_ascii_uppercase().into(), place, false);
        self.setting(Store::Environment, &key, place, nullness)
    }

    /// What `__init__` assigned to an attribute of objects that nobody was seen to make.
    pub(super) fn initialised_attribute(&mut self, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        let object = Object::SelfOf(class.place());
        if !self.initialised.contains_key(&class.place()) {
            if !self.members_in_progress.insert(class.place()) {
                return None;
            }
            let state = self.initialise(class, object);
            self.members_in_progress.remove(&class.place());
            self.initialised.insert(class.place(), state);
        }
        self.initialised.get(&class.place())?.attribute(object, name).cloned()
    }

    fn initialise(&mut self, class: ClassRef<'p>, object: Object) -> State<'p> {
        let Some((owner, function)) = self.find_method(class, "__init__") else { return State::default() };
        let callee = Self::plain_function(owner.file, function, Some(owner));
        let receiver = Value::of(Shape::Instance { class, object });
        let mut arguments = Arguments::of(vec![receiver]);
        let handed = self.handed_by_makers(class, (owner.file, function));
        let is_left = |name: &Name| handed.iter().all(|(known, _)| known != name);
        let given = function.parameters.iter().skip(1);
        let given = given.filter(|parameter| is_open(parameter) && is_left(&parameter.name));
        arguments.keywords.extend(given.map(|parameter| (parameter.name.clone(), Value::unknown())));
        arguments.keywords.extend(handed);
        let saved = std::mem::take(&mut self.running);
        let branches =
            self.at_module_level(owner.file, |this| this.call(State::default(), &callee, arguments, class.place()));
        self.running = saved;
        branches.into_iter().map(|(state, _)| state).reduce(|left, right| left.join(&right)).unwrap_or_default()
    }

    /// `super()` and `super(Class, self)` in a method: the object, seen behind a class.
    pub(super) fn super_of(&mut self, state: &State<'p>, arguments: &'p [Argument]) -> Option<Value<'p>> {
        let closure = self.frames.last()?.closure.clone()?;
        let behind = match arguments.first() {
            Some(named) => match self.evaluate_alone(&named.value).shape {
                Shape::Class(class) => class,
                _ => closure.class?,
            },
            None => closure.class?,
        };
        let first = closure.code.parameters().first()?.name.clone();
        let receiver = state.locals.get(&first)?.clone();
        matches!(receiver.shape, Shape::Instance { .. } | Shape::Class(_))
            .then(|| Value::of(Shape::Super(Rc::new((receiver, behind)))))
    }

    /// The method that `super().name` reaches in the program.
    pub(super) fn super_method(
        &mut self,
        receiver: &Value<'p>,
        behind: ClassRef<'p>,
        name: &str,
    ) -> Option<(ClassRef<'p>, &'p Function)> {
        let rest = self.classes_behind(receiver, behind);
        self.method_among(&rest, name)
    }

    /// The value that `super().name` finds in a class body behind the class.
    pub(super) fn super_value(&mut self, receiver: &Value<'p>, behind: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        self.classes_behind(receiver, behind).into_iter().find_map(|class| self.own_class_attribute(class, name))
    }

    fn classes_behind(&mut self, receiver: &Value<'p>, behind: ClassRef<'p>) -> Vec<ClassRef<'p>> {
        let (Shape::Instance { class, .. } | Shape::Class(class)) = receiver.shape else { return Vec::new() };
        let order = self.resolution_order(class);
        let at = order.iter().position(|known| known.place() == behind.place());
        at.and_then(|at| order.get(at + 1..)).map(<[_]>::to_vec).unwrap_or_default()
    }
}

/// The merge of C3: the first class that no list keeps behind another one comes next. Where there is no such order, Python
/// refuses the class; here the lists are taken one after the other.
fn merge_orders<'p>(class: ClassRef<'p>, mut lists: Vec<Vec<ClassRef<'p>>>) -> Vec<ClassRef<'p>> {
    let mut order = vec![class];
    loop {
        lists.retain(|list| !list.is_empty());
        let is_behind = |candidate: &ClassRef<'p>| {
            lists.iter().any(|list| list.iter().skip(1).any(|known| known.place() == candidate.place()))
        };
        let heads = lists.iter().filter_map(|list| list.first());
        let Some(next) = heads.clone().find(|head| !is_behind(head)).or_else(|| heads.clone().next()).copied() else {
            return order;
        };
        for list in &mut lists {
            list.retain(|known| known.place() != next.place());
        }
        order.push(next);
    }
}

/// Whether nobody knows what a parameter of a constructor is given: it has no default, or is a secret that whoever makes the object
/// may hand over.
pub(super) fn is_open(parameter: &Parameter) -> bool {
    let is_none = |default: &Expression| matches!(default.kind, ExpressionKind::None);
    parameter.default.as_ref().is_none_or(|default| is_none(default) && vocabulary::is_secret(&parameter.name))
}
