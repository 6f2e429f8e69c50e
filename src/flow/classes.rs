//! Classes of the program: their bases, methods and attributes, and how objects of them are made.

use super::interpreter::{Branches, Interpreter, one};
use super::origin::Store;
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::program::{Binding, ClassRef};
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Function, Name, StatementKind};

/// Bases followed upwards.
pub(super) const MAX_BASES: u32 = 10;

impl<'p> Interpreter<'p, '_> {
    /// An object of a class of the program.
    pub(super) fn instantiate(
        &mut self,
        state: State<'p>,
        class: ClassRef<'p>,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let object = Object::At(place);
        let receiver = Value::of(Shape::Instance { class, object });
        if let Some((owner, function)) = self.find_method(class, "__init__", 8) {
            let callee = Self::plain_function(owner.file, function, Some(owner));
            let mut all = Arguments::of(vec![receiver.clone()]);
            all.positional.extend(arguments.positional);
            all.keywords = arguments.keywords;
            all.rest = arguments.rest;
            let branches = self.call(state, &callee, all, place);
            return branches.into_iter().map(|(state, _)| (state, receiver.clone())).collect();
        }
        let mut state = state;
        let fields = class.class.body.iter().filter_map(|statement| match &statement.kind {
            StatementKind::AnnotatedAssign { target: Expression { kind: ExpressionKind::Name(name), .. }, .. } => {
                Some(name)
            }
            _ => None,
        });
        let mut is_plain = false;
        for (at, field) in fields.enumerate() {
            is_plain = true;
            if let Some(value) = arguments.get(at, field) {
                state.set_attribute(object, field.clone(), value.clone());
            }
        }
        if !is_plain {
            let values: Vec<&Value<'p>> = arguments.iter().collect();
            self.saw(&mut state, &values, place);
        }
        one(state, receiver)
    }

    /// The method of that name of a class or its bases in the program, and the class that defines it.
    pub fn find_method(&mut self, class: ClassRef<'p>, name: &str, depth: u32) -> Option<(ClassRef<'p>, &'p Function)> {
        match self.class_scope(class).names.get(name).and_then(|bindings| bindings.last()) {
            Some(Binding::Function(function)) => return Some((class, function)),
            Some(_) => return None,
            None => {}
        }
        let depth = depth.checked_sub(1)?;
        self.bases(class).into_iter().find_map(|base| match base.shape {
            Shape::Class(base) => self.find_method(base, name, depth),
            _ => None,
        })
    }

    /// The bases of a class, evaluated where it stands.
    pub(super) fn bases(&mut self, class: ClassRef<'p>) -> Vec<Value<'p>> {
        let arguments = class
            .class
            .arguments
            .iter()
            .filter(|argument| argument.kind == crate::syntax::tree::ArgumentKind::Positional);
        self.at_module_level(class.file, |this| {
            arguments.map(|argument| this.evaluate_alone(&argument.value)).collect()
        })
    }

    /// The library class that a class of the program inherits from, where a model describes it.
    pub(super) fn library_base(&mut self, class: ClassRef<'p>) -> Option<Name> {
        let mut pending = vec![class];
        for _ in 0..MAX_BASES {
            let current = pending.pop()?;
            for base in self.bases(current) {
                match base.shape {
                    Shape::External(path) if self.models.is_class(&path) => return Some(path),
                    Shape::Class(base) => pending.push(base),
                    _ => {}
                }
            }
        }
        None
    }

    /// An attribute of a class itself.
    pub(super) fn class_attribute(&mut self, class: ClassRef<'p>, name: &Name, depth: u32) -> Option<Value<'p>> {
        let key = (class.place(), name.clone());
        if let Some(known) = self.members.get(&key) {
            return known.clone();
        }
        if depth == 0 || !self.may_go_deeper() {
            return None;
        }
        self.members.insert(key.clone(), None);
        let found = self.own_class_attribute(class, name).or_else(|| {
            self.bases(class).into_iter().find_map(|base| match base.shape {
                Shape::Class(base) => self.class_attribute(base, name, depth - 1),
                _ => None,
            })
        });
        self.members.insert(key, found.clone());
        found
    }

    fn own_class_attribute(&mut self, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        let scope = self.class_scope(class);
        let bindings = scope.names.get(name)?;
        let place = class.place();
        self.at_module_level(class.file, |this| {
            let values = bindings.iter().map(|binding| match binding {
                Binding::Function(function) => this.decorated_function(class.file, function, Some(class)),
                Binding::Class(inner) => Value::of(Shape::Class(ClassRef { file: class.file, class: inner })),
                Binding::Value { expression, .. } | Binding::Annotated { expression: Some(expression), .. } => {
                    let value = this.evaluate_alone(expression);
                    let value = this.field_of_settings(class, name, value);
                    value.step(place, &super::origin::Step::Assigned(name.clone()))
                }
                _ => Value::unknown(),
            });
            let values: Vec<Value<'p>> = values.collect();
            values.into_iter().reduce(|left, right| left.join(&right))
        })
    }

    /// A field that is read from the environment: what the class body gives it is the default.
    fn field_of_settings(&mut self, class: ClassRef<'p>, name: &Name, value: Value<'p>) -> Value<'p> {
        let is_field = |text: &Name| !text.is_empty() && !name.starts_with('_');
        let Some(at) = value.as_text().filter(|text| is_field(text)).map(|_| value.literal_origin()) else {
            return value;
        };
        let base = self.library_base(class);
        let Some(place) = at
            .iter()
            .next()
            .map(|origin| origin.trail.root().place)
            .filter(|_| base.is_some_and(|base| self.models.reads_environment(&base)))
        else {
            return value;
        };
        let variable: Name = name.to_ascii_uppercase().into();
        let key = Value::text(variable.clone(), place, false);
        let read = self.setting(Store::Environment, &key, place, Nullness::FULL);
        let origins = read.origins.union(&value.as_default_of(&variable));
        Value { origins, ..read }
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
        let Some((owner, function)) = self.find_method(class, "__init__", MAX_BASES) else { return State::default() };
        let callee = Self::plain_function(owner.file, function, Some(owner));
        let receiver = Value::of(Shape::Instance { class, object });
        let mut arguments = Arguments::of(vec![receiver]);
        let given = function.parameters.iter().skip(1).filter(|parameter| parameter.default.is_none());
        arguments.keywords.extend(given.map(|parameter| (parameter.name.clone(), Value::unknown())));
        let saved = std::mem::take(&mut self.running);
        let branches =
            self.at_module_level(owner.file, |this| this.call(State::default(), &callee, arguments, class.place()));
        self.running = saved;
        branches.into_iter().map(|(state, _)| state).reduce(|left, right| left.join(&right)).unwrap_or_default()
    }

    /// `super()` in a method: the object seen as its first base.
    pub(super) fn super_of(&mut self, state: &State<'p>) -> Option<Value<'p>> {
        let closure = self.frames.last()?.closure.clone()?;
        let class = closure.class?;
        let first = closure.code.parameters().first()?.name.clone();
        let receiver = state.locals.get(&first)?.clone();
        let Shape::Instance { object, .. } = receiver.shape else { return None };
        let bases = self.bases(class);
        let base = bases.into_iter().find_map(|base| match base.shape {
            Shape::Class(base) => Some(base),
            _ => None,
        })?;
        Some(Value::of(Shape::Instance { class: base, object }))
    }
}
