//! Attributes: of objects and classes of the program, of modules, and of what libraries give.

use std::rc::Rc;

use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins, Store};
use super::state::State;
use super::value::{Arguments, Nullness, Object, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, Gives};
use crate::program::{Binding, ClassRef, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{Function, Name};

/// Bases followed upwards.
pub(super) const MAX_BASES: u32 = 10;

impl<'p> Interpreter<'p, '_> {
    /// `value.name`.
    pub(super) fn attribute(&mut self, state: State<'p>, value: &Value<'p>, name: &Name, place: Place) -> Branches<'p> {
        match &value.shape {
            Shape::Union(members) => {
                let members: Vec<Value<'p>> = members.iter().filter(|member| !member.is_none()).cloned().collect();
                let mut found = None;
                let mut after = state;
                for member in members {
                    let Some((next, value)) = self.attribute(after.clone(), &member, name, place).into_iter().next()
                    else {
                        continue;
                    };
                    after = next;
                    found = Some(match found {
                        Some(known) => Value::join(&known, &value),
                        None => value,
                    });
                }
                one(after, found.unwrap_or_else(Value::unknown))
            }
            Shape::Instance { class, object } => self.instance_attribute(state, value, *class, *object, name, place),
            Shape::Class(class) => {
                let found = self.class_attribute(*class, name, MAX_BASES);
                one(state, found.unwrap_or_else(|| method(value, name)))
            }
            Shape::Module(file) => {
                let found = self.module_member(*file, name).or_else(|| self.submodule(*file, name));
                one(state, found.unwrap_or_else(Value::unknown))
            }
            Shape::External(path) => {
                let found = self.external_attribute(path, name);
                one(state, found)
            }
            Shape::ExternalInstance { class, .. } if self.models.attribute(class, name) == Some(&Gives::Check) => {
                let path: Name = format!("{class}.{name}").into();
                self.verify_caller(state, &path, &Arguments::default(), place)
            }
            Shape::ExternalInstance { class, .. } => {
                let class = class.clone();
                let found = self.library_attribute(&state, value, &class, name, place);
                one(state, found)
            }
            Shape::Request(RequestMap::Authorization) if !matches!(name.as_str(), "get") => {
                let confidence = value.origins.iter().map(|origin| origin.confidence).min().unwrap_or(Confidence::High);
                let part = self.authorization_part(name, confidence, place);
                one(state, part)
            }
            Shape::Request(RequestMap::Headers) if name == "authorization" || name == "authorization_" => {
                let key = Value::text("Authorization".into(), place, false);
                let found = self.item(&state, value, &key, None, place, Nullness::NONE);
                one(state, found)
            }
            Shape::Dictionary(_) if value.origins.is_empty() => one(state, method(value, name)),
            _ => {
                let found = self.unknown_attribute(value, name, place);
                one(state, found)
            }
        }
    }

    fn submodule(&mut self, file: crate::source::FileId, name: &Name) -> Option<Value<'p>> {
        let target = self.index.program.paths().find(file, 1, name)?;
        Some(Value::of(Shape::Module(target)))
    }

    fn external_attribute(&mut self, path: &Name, name: &Name) -> Value<'p> {
        let dotted: Name = format!("{path}.{name}").into();
        let paths = self.index.program.paths();
        if paths.has_name(path.split('.').next().unwrap_or_default()) {
            let file = self.file();
            if let Some(target) = paths.find(file, 0, &dotted) {
                return Value::of(Shape::Module(target));
            }
        }
        self.external(dotted)
    }

    /// An attribute of something unknown: a method to be called, a claim, a secret by its name.
    fn unknown_attribute(&mut self, value: &Value<'p>, name: &Name, place: Place) -> Value<'p> {
        let mut origins = Origins::default();
        if value.origins.any(|kind| matches!(kind, OriginKind::TokenResponse))
            && matches!(name.as_str(), "text" | "content" | "body" | "data")
        {
            return Value::from_origins(value.origins.clone(), Nullness::PRESENT);
        }
        if value.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) && !is_mapping_method(name) {
            origins = self.claim(&value.origins, name, place);
        } else if value.origins.is_empty() && vocabulary::is_secret(name) {
            let kind = OriginKind::Setting { store: Store::Attribute, name: name.clone() };
            origins = Origins::one(kind, Confidence::Medium, place, format!("`{name}` is read here"));
        }
        let shape = Shape::Method(Rc::new((value.clone(), name.clone())));
        Value { origins, shape, nullness: Nullness::ANY }
    }

    fn library_attribute(
        &mut self,
        state: &State<'p>,
        value: &Value<'p>,
        class: &str,
        name: &Name,
        place: Place,
    ) -> Value<'p> {
        if let Some(gives) = self.models.attribute(class, name) {
            return self.given(value, gives, place);
        }
        if self.models.role(class) == Some(ClassRole::Configuration) && super::configuration::is_key_name(name) {
            let key = Value::text(name.clone(), place, false);
            return self.configured(state, &key, None, place, Nullness::PRESENT);
        }
        let object = match class {
            "flask.Flask" | "flask.Blueprint" => Some(Object::At(place)),
            _ if self.models.role(class) == Some(ClassRole::RequestGlobals) => Some(Object::RequestGlobals),
            _ => None,
        };
        if let Some(known) = object.and_then(|object| state.attribute(object, name)) {
            return known.clone();
        }
        let is_callable = self.models.method(class, name).is_some() || self.models.method_gives(class, name).is_some();
        if is_callable || !vocabulary::is_secret(name) {
            return method(value, name);
        }
        self.unknown_attribute(&Value::unknown(), name, place)
    }

    /// What a model says an attribute or method gives.
    pub(super) fn given(&mut self, receiver: &Value<'p>, gives: &Gives, place: Place) -> Value<'p> {
        let confidence = receiver.origins.iter().map(|origin| origin.confidence).min().unwrap_or(Confidence::High);
        let with = |map: RequestMap, kind: OriginKind, words: &'static str| {
            Value::of(Shape::Request(map)).with_origins(Origins::one(kind, confidence, place, words))
        };
        match gives {
            Gives::Headers => with(RequestMap::Headers, OriginKind::HeaderMap, "all request headers enter here"),
            Gives::Environment => with(
                RequestMap::Environment,
                OriginKind::HeaderMap,
                "the request environment, headers included, enters here",
            ),
            Gives::Query => with(RequestMap::Query, OriginKind::RequestData, "the query string enters here"),
            Gives::Form => with(RequestMap::Form, OriginKind::RequestData, "the form enters here"),
            Gives::Values => with(RequestMap::Values, OriginKind::RequestData, "query string and form enter here"),
            Gives::Cookies => with(RequestMap::Cookies, OriginKind::RequestData, "the cookies enter here"),
            Gives::Json => with(RequestMap::Json, OriginKind::Body { is_raw: false }, "the JSON body enters here")
                .with_nullness(Nullness::ANY),
            Gives::PathParameters => with(RequestMap::Path, OriginKind::RequestData, "path parameters enter here"),
            Gives::RawBody => {
                let origins =
                    Origins::one(OriginKind::Body { is_raw: true }, confidence, place, "the raw body enters here");
                Value::from_origins(origins, Nullness::PRESENT)
            }
            Gives::RequestData => {
                let origins = Origins::one(OriginKind::RequestData, confidence, place, "request data enters here");
                Value::from_origins(origins, Nullness::ANY)
            }
            Gives::Authorization => {
                let whole = self.authorization_part("", confidence, place);
                Value {
                    shape: Shape::Request(RequestMap::Authorization),
                    nullness: Nullness::NONE.or(Nullness::FULL),
                    ..whole
                }
            }
            Gives::AuthorizationText => {
                let headers = with(RequestMap::Headers, OriginKind::HeaderMap, "the request enters here");
                let key = Value::text("Authorization".into(), place, false);
                self.item(&State::default(), &headers, &key, None, place, Nullness::PRESENT)
            }
            // Called with the name of the item.
            Gives::ItemOf(map) => self.given(receiver, map, place),
            Gives::Instance(class) => Value::of(Shape::ExternalInstance { class: class.as_str().into(), at: place }),
            Gives::Itself => receiver.clone(),
            Gives::Content => Value::from_origins(receiver.origins.clone(), Nullness::ANY),
            // Answered where the attribute is read, since it parts the path in two.
            Gives::Check => Value::any_boolean(),
        }
    }

    fn instance_attribute(
        &mut self,
        state: State<'p>,
        value: &Value<'p>,
        class: ClassRef<'p>,
        object: Object,
        name: &Name,
        place: Place,
    ) -> Branches<'p> {
        if let Some(known) = state.attribute(object, name) {
            let known = known.clone();
            return one(state, known);
        }
        if let Some(known) = self.module_attributes.get(&(object, name.clone())) {
            return one(state, known.clone());
        }
        if let Some((owner, function)) = self.find_method(class, name, MAX_BASES) {
            let is_property = has_decorator(function, "property") || has_decorator(function, "cached_property");
            if is_property {
                let plain = Self::plain_function(owner.file, function, Some(owner));
                return self.call(state, &plain, Arguments::of(vec![value.clone()]), place);
            }
            let bound = self.bound_method(value, class, owner, function);
            return one(state, bound);
        }
        if let Some(found) = self.class_attribute(class, name, MAX_BASES)
            && !found.is_none()
        {
            return one(state, found);
        }
        if let Some(found) = self.initialised_attribute(class, name) {
            return one(state, found);
        }
        let class_path = self.library_base(class);
        let found = match class_path {
            Some(path) => {
                let library =
                    Value { shape: Shape::ExternalInstance { class: path.clone(), at: place }, ..value.clone() };
                self.library_attribute(&state, &library, &path, name, place)
            }
            None => self.unknown_attribute(value, name, place),
        };
        one(state, found)
    }

    /// A method as a value that already has its `self`.
    fn bound_method(
        &mut self,
        receiver: &Value<'p>,
        class: ClassRef<'p>,
        owner: ClassRef<'p>,
        function: &'p Function,
    ) -> Value<'p> {
        let callee = if function.decorators.is_empty() {
            Self::plain_function(owner.file, function, Some(owner))
        } else {
            self.decorated_function(owner.file, function, Some(owner))
        };
        if has_decorator(function, "staticmethod") {
            return callee;
        }
        let first =
            if has_decorator(function, "classmethod") { Value::of(Shape::Class(class)) } else { receiver.clone() };
        Value::of(Shape::Partial(Rc::new((callee, Arguments::of(vec![first])))))
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
    fn initialised_attribute(&mut self, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
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

/// A method of a value, not yet called.
pub(super) fn method<'p>(value: &Value<'p>, name: &Name) -> Value<'p> {
    Value::of(Shape::Method(Rc::new((value.clone(), name.clone()))))
}

/// Whether a function has a decorator whose last name is this one.
pub(super) fn has_decorator(function: &Function, name: &str) -> bool {
    use crate::syntax::tree::ExpressionKind;
    function.decorators.iter().any(|decorator| match &decorator.kind {
        ExpressionKind::Name(known) => known == name,
        ExpressionKind::Attribute { name: known, .. } => known == name,
        _ => false,
    })
}

fn is_mapping_method(name: &str) -> bool {
    matches!(name, "get" | "items" | "keys" | "values" | "pop" | "copy" | "setdefault" | "update" | "validate")
}
