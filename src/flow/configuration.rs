//! `app.config[…]`: where a configuration key gets its value, in any file of the same application.

use super::event::{Event, SecretRole};
use super::interpreter::Interpreter;
use super::origin::{OriginKind, Origins, Store};
use super::state::State;
use super::value::{Constant, Nullness, Object, Shape, Value};
use crate::finding::Confidence;
use crate::program::{Binding, ClassRef, ModuleScope, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Name, Statement, StatementKind};

impl<'p> Interpreter<'p, '_> {
    /// `config[key]`, `config.get(key, default)`.
    pub(super) fn configured(
        &mut self,
        state: &State<'p>,
        key: &Value<'p>,
        default: Option<&Value<'p>>,
        place: Place,
        absent: Nullness,
    ) -> Value<'p> {
        let Some(name) = key.as_text().cloned() else { return Value::unknown() };
        let kind = OriginKind::Setting { store: Store::Configuration, name: name.clone() };
        let origins =
            Origins::one(kind, Confidence::High, place, format!("the configuration key `{name}` is read here"));
        let known = match state.attribute(Object::Configuration, &name) {
            Some(value) => Some(value.clone()),
            None => self.configuration_value(&name),
        };
        // A secret that is set is set to something; a switch may be off.
        let may_be_off = vocabulary::may_be_off(&name) && !self.models.is_secret_key(&name);
        let set = if may_be_off { Nullness::PRESENT } else { Nullness::FULL };
        match known {
            Some(value) => {
                let origins = origins.union(&value.origins).union(&value.literal_origin());
                Value { origins, ..value }
            }
            // Where it is set is not seen: `[]` would fail when it is not, `.get` gives nothing.
            None if absent == Nullness::PRESENT => Value::from_origins(origins, set),
            None if let Some(default) = default => {
                let origins = origins.union(&default.as_default_of(&name));
                Value::from_origins(origins, set.or(default.nullness))
            }
            None => Value::from_origins(origins, Nullness::NONE.or(set)),
        }
    }

    /// `config.from_object(Class)`, an object, a module, or the dotted name of one.
    pub(super) fn configure_from(&mut self, state: &mut State<'p>, object: &Value<'p>, place: Place) {
        let file = self.file();
        let found = match &object.shape {
            Shape::Class(_) | Shape::Module(_) => object.clone(),
            Shape::Instance { class, .. } => Value::of(Shape::Class(*class)),
            Shape::Constant(Constant::Text { text, .. }) => self.named_object(file, text),
            _ => return,
        };
        let keys: Vec<Name> = match &found.shape {
            Shape::Class(class) => self.class_scope(*class).names.keys().cloned().collect(),
            Shape::Module(file) => self.index.scope(*file).names.keys().cloned().collect(),
            _ => return,
        };
        let is_for_tests =
            matches!(&found.shape, Shape::Class(class) if class.class.name.to_ascii_lowercase().contains("test"));
        let mut keys: Vec<Name> = keys.into_iter().filter(|key| is_key_name(key) && !is_for_tests).collect();
        keys.sort();
        for key in keys {
            let value = match &found.shape {
                Shape::Class(class) => self.class_attribute(*class, &key),
                Shape::Module(file) => self.module_member(*file, &key),
                _ => None,
            };
            if let Some(value) = value {
                let bound = match &found.shape {
                    Shape::Class(class) if self.class_scope(*class).names.contains_key(&key) => {
                        Self::setting_place(class.file, &self.class_scope(*class), &key)
                    }
                    Shape::Module(file) => Self::setting_place(*file, self.index.scope(*file), &key),
                    _ => place,
                };
                self.configuration_is_set(state, &key, &value, bound);
            }
        }
    }

    pub(super) fn named_object(&mut self, file: FileId, dotted: &str) -> Value<'p> {
        let paths = self.index.program.paths();
        if let Some(module) = paths.find(file, 0, dotted) {
            return Value::of(Shape::Module(module));
        }
        let Some((module, name)) = dotted.rsplit_once('.') else { return Value::unknown() };
        self.imported_name(file, 0, &Name::new(module), &Name::new(name), 8)
    }

    /// Secrets in settings that a framework reads by their file's or class's name: `class Config`, `settings.py`.
    pub(super) fn settings_of_module(&mut self, file: FileId) {
        let index = self.index;
        let path = index.program.source(file).path.to_string_lossy().to_ascii_lowercase();
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut state = State::default();
        let package = super::settings_package::of(index, file);
        if name.contains("setting") || name.contains("config") || package.is_some() {
            let is_overridden = |key: &Name| package.as_ref().is_some_and(|package| package.overrides(key));
            let mut keys: Vec<Name> = index
                .scope(file)
                .names
                .keys()
                .filter(|key| self.models.configuration(key).is_some() && !is_overridden(key))
                .cloned()
                .collect();
            keys.sort();
            for key in keys {
                if let Some(value) = self.module_member(file, &key) {
                    self.configuration_is_set(
                        &mut state,
                        &key,
                        &value,
                        Self::setting_place(file, index.scope(file), &key),
                    );
                }
            }
        }
        let Some(module) = index.module(file) else { return };
        for statement in &module.body {
            let StatementKind::Class(class) = &statement.kind else { continue };
            if !vocabulary::holds_settings(&class.name) {
                continue;
            }
            let class = ClassRef { file, class };
            let mut keys: Vec<Name> = self
                .class_scope(class)
                .names
                .keys()
                .filter(|key| self.models.configuration(key).is_some())
                .cloned()
                .collect();
            keys.sort();
            for key in keys {
                if let Some(value) = self.class_attribute(class, &key) {
                    let place = Self::setting_place(class.file, &self.class_scope(class), &key);
                    self.configuration_is_set(&mut state, &key, &value, place);
                }
            }
        }
    }

    /// Constants of a module and attributes of its classes that are secrets by their names.
    pub(super) fn named_settings(&mut self, file: FileId) {
        let index = self.index;
        let Some(module) = index.module(file) else { return };
        let mut names: Vec<&Name> = index.scope(file).names.keys().filter(|name| vocabulary::is_secret(name)).collect();
        names.sort();
        for name in names {
            if let Some(value) = self.module_member(file, name) {
                self.secret_is_named(&value, name, file);
            }
        }
        for class in super::walk::classes(file, &module.body) {
            self.defaults_are_named(class);
            let scope = self.class_scope(class);
            let mut names: Vec<&Name> = scope.names.keys().filter(|name| vocabulary::is_secret(name)).collect();
            names.sort();
            for name in names {
                if let Some(value) = self.class_attribute(class, name) {
                    self.secret_is_named(&value, name, file);
                }
            }
        }
    }

    fn secret_is_named(&mut self, value: &Value<'p>, name: &Name, file: FileId) {
        let is_setting = |kind: &OriginKind| matches!(kind, OriginKind::Setting { store: Store::Literal, .. });
        // What other files hold is theirs to tell.
        let place = value.origins.find(is_setting).map(|origin| origin.trail.root().place);
        if let Some(place) = place.filter(|place| place.file == file && value.origins.setting_name().is_some()) {
            self.secret_is_used(value, SecretRole::Named, name, place);
        }
    }

    /// Where a module or class gives a setting its value.
    fn setting_place(file: FileId, scope: &ModuleScope<'p>, key: &str) -> Place {
        let bindings = scope.names.get(key).into_iter().flatten();
        let mut spans = bindings.filter_map(|bound| match &bound.binding {
            Binding::Value { expression, .. } | Binding::Annotated { expression: Some(expression), .. } => {
                Some(expression.span)
            }
            _ => None,
        });
        Place { file, span: spans.next().unwrap_or_default() }
    }

    /// Rules are told of keys that a model knows, and of the entries of dictionaries among them (`SIMPLE_JWT`).
    pub(super) fn key_is_configured(&mut self, key: &str, value: &Value<'p>, place: Place) {
        if let Shape::Dictionary(dictionary) = &value.shape {
            for (entry, inner) in &dictionary.entries {
                let whole = format!("{key}.{entry}");
                if self.models.configuration(&whole).is_some_and(|model| model.is_secret) {
                    self.secret_is_used(inner, SecretRole::Configuration, &whole, place);
                }
                self.key_is_configured(&whole, inner, place);
            }
        }
        let Some(model) = self.models.configuration(key).cloned() else { return };
        let place = match &value.shape {
            Shape::Constant(Constant::Text { at, .. }) => *at,
            _ => place,
        };
        self.emit(&Event::Configured { key, value, place });
        if model.is_algorithm {
            let event = Event::Algorithms { value, is_issued: false, accepts_none: false, user: key, place };
            self.emit(&event);
        }
    }

    pub(super) fn configuration_value(&mut self, name: &Name) -> Option<Value<'p>> {
        let here = self.file();
        let key = (here, name.clone());
        if let Some(known) = self.configuration.get(&key) {
            return known.clone();
        }
        self.configuration.insert(key.clone(), None);
        let index = self.index;
        let mut found: Option<Value<'p>> = None;
        let near = |file: &FileId| {
            index.is_same_project(here, *file)
                && (*file == here || holds_configuration(&index.program.source(*file).path))
        };
        let near: Vec<FileId> = index.program.files().filter(near).collect();
        for &file in &near {
            let source = index.program.source(file);
            if memchr::memmem::find(source.text.as_bytes(), name.as_bytes()).is_none() {
                continue;
            }
            for value in self.assignments(file, name, &near) {
                found = Some(match found {
                    Some(known) => known.join(&value),
                    None => value,
                });
            }
        }
        self.configuration.insert(key, found.clone());
        found
    }

    fn assignments(&mut self, file: FileId, name: &Name, near: &[FileId]) -> Vec<Value<'p>> {
        let Some(module) = self.index.module(file) else { return Vec::new() };
        let mut expressions = Vec::new();
        collect(&module.body, name, &mut expressions);
        for class in super::walk::classes(file, &module.body) {
            let span = class.class.span;
            let is_inside =
                |expression: &&Expression| span.start <= expression.span.start && expression.span.end <= span.end;
            if expressions.iter().any(is_inside) && self.is_setting_overridden(class, name, near) {
                expressions.retain(|expression| !is_inside(expression));
            }
        }
        self.at_module_level(file, |this| {
            expressions.into_iter().map(|expression| this.evaluate_alone(expression)).collect()
        })
    }
}

/// Configuration takes upper-case names only.
pub(super) fn is_key_name(name: &str) -> bool {
    name.chars().any(|letter| letter.is_ascii_uppercase()) && !name.chars().any(|letter| letter.is_ascii_lowercase())
}

/// Files in which applications keep their settings, by name.
fn holds_configuration(path: &std::path::Path) -> bool {
    let text = path.to_string_lossy().to_ascii_lowercase();
    [
        "config",
        "setting",
        "__init__",
        "app.py",
        "main.py",
        "factory",
        "wsgi",
        "server",
        "application",
        "run.py",
        "create",
        "constants",
        "env",
    ]
    .iter()
    .any(|part| text.contains(part))
}

/// Every expression that a configuration key of this name is given.
fn collect<'p>(body: &'p [Statement], name: &str, found: &mut Vec<&'p Expression>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { targets, value } => {
                if targets.iter().any(|target| is_key(target, name)) {
                    found.push(value);
                }
            }
            StatementKind::AnnotatedAssign { target, value: Some(value), .. } if is_key(target, name) => {
                found.push(value);
            }
            StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, arguments }, .. }) => {
                let sets = matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if matches!(name.as_str(), "update" | "from_mapping" | "setdefault"));
                if let [Argument { value: key, .. }, Argument { value, .. }] = arguments.as_slice()
                    && sets
                    && matches!(&key.kind, ExpressionKind::String(text) if text == name)
                {
                    found.push(value);
                }
                for argument in arguments.iter().filter(|_| sets) {
                    match (&argument.kind, &argument.value.kind) {
                        (ArgumentKind::Keyword(key), _) if key == name => found.push(&argument.value),
                        (ArgumentKind::Positional, ExpressionKind::Dictionary(entries)) => {
                            let values = entries.iter().filter(|(key, _)| {
                                matches!(key, Some(Expression { kind: ExpressionKind::String(text), .. }) if text == name)
                            });
                            found.extend(values.map(|(_, value)| value));
                        }
                        _ => {}
                    }
                }
            }
            _ => super::walk::bodies(statement).into_iter().for_each(|inner| collect(inner, name, found)),
        }
    }
}

/// `NAME = …` in a settings class or module, `config["NAME"] = …`.
fn is_key(target: &Expression, name: &str) -> bool {
    match &target.kind {
        ExpressionKind::Name(known) => known == name,
        ExpressionKind::Subscript { index, .. } => matches!(&index.kind, ExpressionKind::String(text) if text == name),
        _ => false,
    }
}
