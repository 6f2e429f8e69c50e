//! What a name means: locals, captured names, module globals through imports and re-exports, builtins.

use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::origin::{OriginKind, Origins, Part, Step, Store};
use super::state::State;
use super::value::{Closure, Code, Nullness, Object, Shape, Value};
use crate::finding::Confidence;
use crate::program::{Binding, Bound, ClassRef, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, Function, Name, StatementKind};
use std::rc::Rc;

/// Imports followed through re-exports.
const MAX_IMPORTS: u32 = 12;

impl<'p> Interpreter<'p, '_> {
    /// The value of a name in the running function.
    pub(super) fn lookup(&mut self, state: &State<'p>, name: &Name) -> Value<'p> {
        if let Some(value) = self.shared_home(name).and_then(|home| state.attribute(home, name)) {
            return value.clone();
        }
        if let Some(value) = state.locals.get(name) {
            return value.clone();
        }
        let mut scope =
            self.frames.last().and_then(|frame| frame.closure.as_ref()).and_then(|closure| closure.scope.clone());
        while let Some(current) = scope.clone() {
            if let Some(value) = current.locals.get(name) {
                return value.clone();
            }
            scope = current.parent.clone();
        }
        let file = self.file();
        if let Some(value) = state.module_attribute(file, name) {
            return value.clone();
        }
        self.global(file, name)
    }

    /// The value of a module's name, or of a builtin.
    pub(super) fn global(&mut self, file: FileId, name: &Name) -> Value<'p> {
        self.module_member(file, name).unwrap_or_else(|| Value::external(name.clone()))
    }

    /// The value of a module's own name.
    pub fn module_member(&mut self, file: FileId, name: &Name) -> Option<Value<'p>> {
        self.module_member_to_depth(file, name, MAX_IMPORTS)
    }

    fn module_member_to_depth(&mut self, file: FileId, name: &Name, depth: u32) -> Option<Value<'p>> {
        let key = (file, name.clone());
        if let Some(value) = self.globals.get(&key) {
            return Some(value.clone());
        }
        let index = self.index;
        let scope = index.scope(file);
        let Some(bindings) = scope.names.get(name) else {
            return self.starred_member(file, name, depth);
        };
        if depth == 0 || !self.in_progress.insert(key.clone()) {
            // `KEY = KEY.strip()`: what the name held before.
            return Some(self.earlier.get(&key).cloned().unwrap_or_else(Value::unknown));
        }
        let value = self.at_module_level(file, |this| {
            let value = this.join_bindings(file, name, bindings, depth);
            let value = this.changed_at_start(file, name, value);
            this.earlier.insert((file, name.clone()), value.clone());
            let later = this.assigned_by_functions(file, name);
            let value = later.map_or_else(|| value.clone(), |later| value.join(&later));
            this.guarded_at_start(file, name, value)
        });
        self.in_progress.remove(&key);
        self.earlier.remove(&key);
        self.globals.insert(key, value.clone());
        Some(value)
    }

    /// `NAME[key] = …`, `NAME.attribute = …`, `NAME.update(…)` at the top level: what the name holds once the module is
    /// loaded.
    fn changed_at_start(&mut self, file: FileId, name: &Name, value: Value<'p>) -> Value<'p> {
        let index = self.index;
        let Some(changes) = index.scope(file).changes.get(name) else { return value };
        let can_change = matches!(
            value.shape,
            Shape::Dictionary(_) | Shape::Sequence(_) | Shape::Elements(_) | Shape::Instance { .. }
        );
        if !can_change {
            return value;
        }
        let mut states = vec![State::default()];
        states[0].locals.set(name.clone(), value.clone());
        for change in changes {
            states = self.quietly(|this| this.block(states, std::slice::from_ref(*change)));
        }
        states.iter().for_each(|state| self.keep_attributes(state));
        let held = states.iter().filter_map(|state| state.locals.get(name).cloned());
        held.reduce(|left, right| left.join(&right)).unwrap_or(value)
    }

    /// `if not NAME: raise …` at the top level: once the module is loaded, the name is what the guard leaves of it.
    fn guarded_at_start(&mut self, file: FileId, name: &Name, value: Value<'p>) -> Value<'p> {
        if value.nullness == Nullness::FULL {
            return value;
        }
        let Some(module) = self.index.module(file) else { return value };
        let mut value = value;
        for statement in &module.body {
            let is_guard = match &statement.kind {
                StatementKind::If { branches, .. } => branches.iter().any(|(_, body)| super::walk::leaves(body)),
                StatementKind::Assert { .. } => true,
                _ => false,
            };
            if !is_guard || !self.text(statement.span).contains(name.as_str()) {
                continue;
            }
            let mut state = State::default();
            state.locals.set(name.clone(), value.clone());
            let after = self.quietly(|this| this.block(vec![state], std::slice::from_ref(statement)));
            let left = after
                .iter()
                .filter_map(|state| state.locals.get(name))
                .map(|known| known.nullness)
                .reduce(Nullness::or);
            if let Some(left) = left {
                value.nullness = left;
            }
        }
        value
    }

    fn starred_member(&mut self, file: FileId, name: &Name, depth: u32) -> Option<Value<'p>> {
        let index = self.index;
        let depth = depth.checked_sub(1)?;
        // The last star that brings a name wins, as at run time.
        for (level, module) in index.scope(file).stars.iter().rev() {
            if let Some(target) = index.program.paths().find(file, *level, module) {
                if self.is_exported(target, name, depth)
                    && let Some(value) = self.module_member_to_depth(target, name, depth)
                {
                    return Some(value);
                }
            } else if *level == 0 && is_known_export(self, module, name) {
                return Some(self.external(format!("{module}.{name}").into()));
            }
        }
        None
    }

    /// Whether `from module import *` brings a name: `__all__` says so, or it does not begin with an underscore.
    fn is_exported(&mut self, file: FileId, name: &Name, depth: u32) -> bool {
        let all = Name::new_static("__all__");
        if !self.index.scope(file).names.contains_key(&all) {
            return !name.starts_with('_');
        }
        match self.module_member_to_depth(file, &all, depth).map(|value| value.shape) {
            Some(Shape::Sequence(names)) => names.iter().any(|known| known.as_text().is_none_or(|known| known == name)),
            // A list that is put together somehow.
            _ => true,
        }
    }

    fn join_bindings(&mut self, file: FileId, name: &Name, bindings: &[Bound<'p>], depth: u32) -> Value<'p> {
        let mut joined: Option<Value<'p>> = None;
        let needs_earlier = |bound: &Bound<'p>| bound.replaces && !matches!(bound.binding, Binding::Augmented { .. });
        // What stands before a binding that always runs is needed only where that binding itself asks for it.
        let last = bindings.iter().rposition(needs_earlier).unwrap_or_default();
        let asks_itself = bindings.get(last).is_some_and(|bound| bound.binding.mentions(name));
        for bound in bindings.iter().skip(if asks_itself { 0 } else { last }) {
            if let Some(known) = &joined {
                self.earlier.insert((file, name.clone()), known.clone());
            }
            let value = match (&bound.binding, &joined) {
                (Binding::Augmented { operator, expression }, Some(known)) => {
                    let added = self.evaluate_alone(expression);
                    super::operators::augmented(known, *operator, &added)
                }
                (binding, _) => self.binding_value(file, name, binding, depth),
            };
            if bound.replaces {
                joined = None;
            }
            joined = Some(match joined {
                // `except ImportError: name = None`: the import is what runs.
                Some(known)
                    if value.is_none()
                        && matches!(
                            known.shape,
                            Shape::External(_) | Shape::Function(_) | Shape::Module(_) | Shape::Class(_)
                        ) =>
                {
                    known
                }
                // The language's own is always there: another library stands in for it nowhere.
                Some(known)
                    if bound.is_fallback && is_always_there(&known) && !matches!(value.shape, Shape::Function(_)) =>
                {
                    known
                }
                // `try: random = random.SystemRandom()`: where it fails, another platform runs.
                Some(_) if bound.is_tried && bound.binding.mentions(name) => value,
                Some(known) => known.join(&value),
                None => value,
            });
        }
        joined.unwrap_or_else(Value::unknown)
    }

    fn binding_value(&mut self, file: FileId, name: &Name, binding: &Binding<'p>, depth: u32) -> Value<'p> {
        match binding {
            Binding::Function(function) => match self.modelled(file, None, &function.name) {
                Some(value) => value,
                None => self.decorated_function(file, function, None),
            },
            Binding::Class(class) => {
                let modelled = self.modelled(file, None, &class.name);
                modelled.unwrap_or_else(|| Value::of(Shape::Class(ClassRef { file, class })))
            }
            Binding::Import { module, is_renamed } => self.imported_module(file, module, *is_renamed),
            Binding::From { level, module, name } => self.imported_name(file, *level, module, name, depth),
            Binding::Value { expression, path } => {
                let value = self.evaluate_alone(expression);
                let value = path.iter().fold(value, |value, &at| super::containers::element_at(&value, at));
                self.named_global(file, name, expression, value)
            }
            Binding::Annotated { annotation, expression } => match expression {
                Some(expression) => {
                    let value = self.evaluate_alone(expression);
                    self.named_global(file, name, expression, value)
                }
                None => self.annotated(annotation).unwrap_or_else(Value::unknown),
            },
            Binding::Context(expression) => self.evaluate_alone(expression).with_nullness(Nullness::ANY),
            // Another case answers for what is missing.
            Binding::Case(subject) => self.evaluate_alone(subject).with_nullness(Nullness::FULL),
            Binding::Element { iterable, path } => {
                let element = super::containers::element_of(&self.evaluate_alone(iterable));
                path.iter().fold(element, |value, &at| super::containers::element_at(&value, at))
            }
            Binding::Augmented { .. } | Binding::Other => Value::unknown(),
        }
    }

    /// A constant gets a step for its name; an unknown one with a secret's name is a secret by that name.
    fn named_global(&mut self, file: FileId, name: &Name, expression: &'p Expression, value: Value<'p>) -> Value<'p> {
        let place = Place { file, span: expression.span };
        if matches!(value.shape, Shape::Unknown) && value.origins.is_empty() && vocabulary::is_secret(name) {
            let kind = OriginKind::Setting { store: Store::Variable, name: name.clone() };
            let origins = Origins::one(kind, Confidence::Medium, place, format!("`{name}` is set here"));
            return value.with_origins(origins);
        }
        value.step(place, &Step::Assigned(name.clone()))
    }

    /// Evaluates an expression of a module's or class's level: every path joined.
    pub(super) fn evaluate_alone(&mut self, expression: &'p Expression) -> Value<'p> {
        let branches = self.quietly(|this| this.evaluate(State::default(), expression));
        branches.iter().for_each(|(state, _)| self.keep_attributes(state));
        super::expression::join_all(branches.into_iter().map(|(_, value)| value))
    }

    /// Attributes of objects that live as long as the module that made them.
    pub(super) fn keep_attributes(&mut self, state: &State<'p>) {
        for (object, name, value) in state.attributes().filter(|(object, ..)| matches!(object, Object::At(_))) {
            self.module_attributes.insert((object, name.clone()), value.clone());
        }
    }

    /// What an import binds.
    pub(super) fn imported_module(&mut self, file: FileId, module: &Name, is_renamed: bool) -> Value<'p> {
        let bound = if is_renamed { module.as_str() } else { module.split('.').next().unwrap_or_default() };
        match self.index.program.paths().find(file, 0, bound) {
            Some(target) => Value::of(Shape::Module(target)),
            None => self.external(bound.into()),
        }
    }

    /// What `from module import name` binds.
    pub(super) fn imported_name(
        &mut self,
        file: FileId,
        level: u32,
        module: &Name,
        name: &Name,
        depth: u32,
    ) -> Value<'p> {
        let paths = self.index.program.paths();
        // `from . import orders` in the package itself: only the module of that name can be meant.
        if let Some(target) = paths.find(file, level, module).filter(|target| *target != file)
            && let Some(value) = depth.checked_sub(1).and_then(|depth| self.module_member_to_depth(target, name, depth))
        {
            return value;
        }
        let dotted: Name = if module.is_empty() { name.clone() } else { format!("{module}.{name}").into() };
        match paths.find(file, level, &dotted) {
            Some(target) => Value::of(Shape::Module(target)),
            None if level == 0 => self.external(dotted),
            None => self.outside(format!("{}{dotted}", ".".repeat(level as usize)).into()),
        }
    }

    /// Something outside the program by its dotted name: an object of a library, a constant, or the name itself.
    pub(super) fn external(&mut self, path: Name) -> Value<'p> {
        if let Some(number) = self.models.integer(&path) {
            return Value::integer(number);
        }
        if let Some(words) = self.models.words(&path) {
            let nowhere = Place { file: self.file(), span: crate::source::Span::default() };
            return super::library::word_list(words, nowhere);
        }
        if let Some(class) = self.models.object(&path) {
            let at = Place::NOWHERE;
            return Value::of(Shape::ExternalInstance { class: class.into(), at });
        }
        self.outside(path)
    }

    /// Something that the program does not hold. What no model knows may be a constant or setting that is off.
    fn outside(&self, path: Name) -> Value<'p> {
        let is_callable = self.models.meaning(&path).is_some() || self.models.is_class(&path);
        let may_be_off = !is_callable && vocabulary::may_be_off(path.rsplit('.').next().unwrap_or_default());
        let value = Value::external(path);
        if may_be_off { value.with_nullness(Nullness::PRESENT) } else { value }
    }

    /// A function of a module or class as a value, with its decorators applied.
    pub(super) fn decorated_function(
        &mut self,
        file: FileId,
        function: &'p Function,
        class: Option<ClassRef<'p>>,
    ) -> Value<'p> {
        let plain = Self::plain_function(file, function, class);
        if function.decorators.is_empty() {
            return plain;
        }
        self.at_module_level(file, |this| {
            let decorated = this.decorate(State::default(), plain, function);
            decorated
                .into_iter()
                .map(|(_, value)| value)
                .reduce(|left, right| left.join(&right))
                .unwrap_or_else(Value::unknown)
        })
    }

    /// Something of the program that a user's model describes, as the model sees it.
    pub(super) fn modelled(&mut self, file: FileId, class: Option<&str>, name: &str) -> Option<Value<'p>> {
        let path = self.models.own_path(self.index.program.paths().components(file), class, name)?;
        Some(self.external(path.into()))
    }

    /// A function without its decorators.
    pub fn plain_function(file: FileId, function: &'p Function, class: Option<ClassRef<'p>>) -> Value<'p> {
        let closure = Closure { code: Code::Function(function), file, class, scope: None };
        Value::of(Shape::Function(Rc::new(closure)))
    }

    /// An object of the class that an annotation names, where a model describes it or the program defines it.
    pub(super) fn annotated(&mut self, annotation: &'p Expression) -> Option<Value<'p>> {
        let value = self.evaluate_alone(annotation);
        let place = self.place(annotation.span);
        match &value.shape {
            Shape::Class(class) => {
                let object = super::value::Object::SelfOf(class.place());
                Some(Value::of(Shape::Instance { class: *class, object }))
            }
            Shape::External(path) if self.models.is_class(path) => {
                let class = self.models.canonical(path).into_owned().into();
                Some(Value::of(Shape::ExternalInstance { class, at: place }))
            }
            _ => None,
        }
    }
}

/// Whether a value comes from a module that every Python of today brings along.
fn is_always_there(value: &Value<'_>) -> bool {
    const MODULES: &[&str] = &["secrets", "hmac", "hashlib", "uuid", "json", "urllib", "http", "importlib", "typing"];
    matches!(&value.shape, Shape::External(path) if path.split('.').next().is_some_and(|root| MODULES.contains(&root)))
}

/// `USERS[token]`, `USERS.get(token)`: what a credential finds among things written down was given to whoever has it.
pub(super) fn looked_up<'p>(mut state: State<'p>, object: &Value<'p>, key: &Value<'p>, place: Place) -> State<'p> {
    let is_presented = key
        .origins
        .credential()
        .is_some_and(|(_, credential)| !matches!(credential.part, Part::Scheme | Part::Username));
    if matches!(object.shape, Shape::Dictionary(_)) && is_presented {
        state.evidence.add(CheckKind::Opaque, place);
    }
    state
}

/// `from flask import *` binds what the models know of that module.
fn is_known_export(interpreter: &Interpreter<'_, '_>, module: &str, name: &str) -> bool {
    let path = format!("{module}.{name}");
    let models = interpreter.models;
    models.meaning(&path).is_some() || models.object(&path).is_some() || models.is_class(&path)
}
