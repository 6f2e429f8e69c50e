//! Attributes: of objects and classes of the program, of modules, and of what libraries give.

use std::rc::Rc;

use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins, Store};
use super::state::State;
use super::value::{Arguments, Constant, Nullness, Object, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, Gives};
use crate::program::{ClassRef, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{Function, Name};

impl<'p> Interpreter<'p, '_> {
    /// `value.name`.
    pub(super) fn attribute(&mut self, state: State<'p>, value: &Value<'p>, name: &Name, place: Place) -> Branches<'p> {
        // Nobody has no attributes: that ends in an error.
        self.identity_is_looked_at(value, place);
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
                let found = self.attribute_of_class(&state, *class, name);
                one(state, found.unwrap_or_else(|| method(value, name)))
            }
            Shape::Super(pair) => self.super_attribute(state, value, &pair.0, pair.1, name, place),
            Shape::Module(file) if state.attribute(Object::Module(*file), name).is_some() => {
                let found = state.attribute(Object::Module(*file), name).cloned();
                one(state, found.unwrap_or_else(Value::unknown))
            }
            Shape::Module(file) => {
                let found = self.module_member(*file, name).or_else(|| self.submodule(*file, name));
                one(state, found.unwrap_or_else(Value::unknown))
            }
            Shape::External(path) => {
                let found = self.external_attribute(path, name);
                one(state, found)
            }
            Shape::ExternalInstance { class, .. }
                if self.models.role(class) == Some(ClassRole::Request)
                    && let Some(known) = state.attribute(Object::Request, name) =>
            {
                let known = known.clone();
                one(state, known)
            }
            Shape::ExternalInstance { class, .. } if self.models.attribute(class, name) == Some(&Gives::Check) => {
                let path: Name = format!("{class}.{name}").into();
                self.verify_caller(state, &path, &Arguments::default(), None, place)
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
            Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs)
                if name == "authorization" || name == "authorization_" =>
            {
                let key = Value::text("Authorization".into(), place, false);
                let found = self.item(&state, value, &key, None, place, Nullness::NONE);
                one(state, found)
            }
            Shape::Dictionary(_) if value.origins.is_empty() => one(state, method(value, name)),
            // A member of an enumeration of constants is that constant.
            Shape::Constant(Constant::Text { .. } | Constant::Integer(_)) if name == "value" => {
                one(state, value.clone())
            }
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
        if value.origins.any(|kind| matches!(kind, OriginKind::TokenHeader { .. })) {
            origins = value.origins.clone();
        } else if value.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) && !is_mapping_method(name) {
            origins = self.claim(&value.origins, name, place);
        } else if value.origins.iter().all(|origin| origin.kind == OriginKind::Identity) && vocabulary::is_secret(name)
        {
            // Of somebody unknown, and of who the caller is as well.
            let kind = OriginKind::Setting { store: Store::Attribute, name: name.clone() };
            origins = Origins::one(kind, Confidence::Medium, place, format!("`{name}` is read here"));
        }
        origins = origins.union(&Self::guessed_part(&value.origins));
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
            return match gives {
                Gives::Part(part) => self.part(state, value, part, None, place),
                _ => self.given(value, gives, place),
            };
        }
        if self.models.role(class) == Some(ClassRole::Configuration) && super::configuration::is_key_name(name) {
            let key = Value::text(name.clone(), place, false);
            return self.configured(state, &key, None, place, Nullness::PRESENT);
        }
        let (object, key) = match &value.shape {
            _ if self.models.role(class) == Some(ClassRole::RequestGlobals) => (Object::RequestGlobals, name.clone()),
            Shape::ExternalInstance { at, .. } => own_attribute(class, *at, name),
            _ => (Object::At(place), name.clone()),
        };
        if let Some(known) = state.attribute(object, &key) {
            return known.clone();
        }
        if let Some(known) = self.module_attributes.get(&(object, key)) {
            return known.clone();
        }
        if name == "__dict__" {
            return self.fields_by_name(state, value);
        }
        let is_callable = self.models.method(class, name).is_some() || self.models.method_gives(class, name).is_some();
        if is_callable {
            return method(value, name);
        }
        // `app.debug`, `app.testing`: whether it is on, nobody says.
        if !vocabulary::is_secret(name) {
            let nullness = if vocabulary::may_be_off(name) { Nullness::PRESENT } else { Nullness::FULL };
            return method(value, name).with_nullness(nullness);
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
            Gives::HeaderPairs => {
                with(RequestMap::HeaderPairs, OriginKind::HeaderMap, "all request headers enter here")
            }
            Gives::Environment => with(
                RequestMap::Environment,
                OriginKind::HeaderMap,
                "the request environment, headers included, enters here",
            ),
            Gives::Query => with(RequestMap::Query, OriginKind::RequestData, "the query string enters here")
                .with_nullness(Nullness::PRESENT),
            Gives::Form => {
                with(RequestMap::Form, OriginKind::RequestData, "the form enters here").with_nullness(Nullness::PRESENT)
            }
            Gives::Values => with(RequestMap::Values, OriginKind::RequestData, "query string and form enter here")
                .with_nullness(Nullness::PRESENT),
            Gives::Cookies => with(RequestMap::Cookies, OriginKind::RequestData, "the cookies enter here")
                .with_nullness(Nullness::PRESENT),
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
            Gives::RoutePath | Gives::RouteName => self.of_running_route(gives).unwrap_or_else(|| {
                let origins = Origins::one(OriginKind::RequestData, confidence, place, "request data enters here");
                Value::from_origins(origins, Nullness::ANY)
            }),
            Gives::GivenName => {
                let made = super::startup::owner(receiver).and_then(|at| self.route_objects.get(&at));
                let name = made.and_then(|made| made.name.clone());
                name.map_or_else(Value::unknown, |name| Value::text(name, place, false))
            }
            Gives::Instance(class) => Value::of(Shape::ExternalInstance { class: class.as_str().into(), at: place }),
            Gives::Itself => receiver.clone(),
            Gives::Content => {
                let hides =
                    matches!(&receiver.shape, Shape::ExternalInstance { class, .. } if self.models.hides_secret(class));
                Value::from_origins(receiver.origins.clone(), if hides { receiver.nullness } else { Nullness::ANY })
            }
            Gives::Tuple(parts) => {
                let values: Vec<Value<'p>> = parts.iter().map(|part| self.given(receiver, part, place)).collect();
                let origins = values.iter().fold(Origins::default(), |all, value| all.union(&value.origins));
                Value { origins, shape: Shape::Sequence(Rc::new(values)), nullness: Nullness::NONE.or(Nullness::FULL) }
            }
            Gives::Part(part) => self.part(&State::default(), receiver, part, None, place),
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
        if name == "__dict__" {
            let fields = self.fields_by_name(&state, value);
            return one(state, fields);
        }
        if let Some((owner, function)) = self.find_method(class, name) {
            return self.method_or_property(state, value, class, owner, function, place);
        }
        let set_on_class = self
            .resolution_order(class)
            .iter()
            .find_map(|class| state.attribute(Object::Class(class.place()), name))
            .cloned();
        if let Some(found) = set_on_class.or_else(|| self.class_attribute(class, name))
            && !found.is_none()
        {
            return one(state, bound_partial(found, value));
        }
        if let Some(found) = self.initialised_attribute(class, name) {
            return one(state, found);
        }
        if let Some(found) = self.special_attribute(&state, value, name, place) {
            return one(state, found);
        }
        let class_path = self.library_base(class);
        let found = match class_path {
            // It asks for the fields that the program's class has.
            Some(_) if self.gathered_by(class, name).is_some() => method(value, name),
            Some(path) => {
                let at = match object {
                    Object::At(at) => at,
                    _ => place,
                };
                let library = Value { shape: Shape::ExternalInstance { class: path.clone(), at }, ..value.clone() };
                self.library_attribute(&state, &library, &path, name, place)
            }
            None => self.unknown_attribute(value, name, place),
        };
        one(state, found)
    }

    /// What a method is as an attribute: what a property gives, or the method with its object.
    fn method_or_property(
        &mut self,
        state: State<'p>,
        value: &Value<'p>,
        class: ClassRef<'p>,
        owner: ClassRef<'p>,
        function: &'p Function,
        place: Place,
    ) -> Branches<'p> {
        if has_decorator(function, "property") || has_decorator(function, "cached_property") {
            let plain = Self::plain_function(owner.file, function, Some(owner));
            return self.call(state, &plain, Arguments::of(vec![value.clone()]), place);
        }
        let bound = self.bound_method(value, class, owner, function);
        one(state, bound)
    }

    /// `Class.name`: what was set on this path, a class method with its class, a value of the body.
    fn attribute_of_class(&mut self, state: &State<'p>, class: ClassRef<'p>, name: &Name) -> Option<Value<'p>> {
        for owner in self.resolution_order(class).iter() {
            if let Some(known) = state.attribute(Object::Class(owner.place()), name) {
                return Some(known.clone());
            }
        }
        if let Some((owner, function)) = self.find_method(class, name)
            && has_decorator(function, "classmethod")
        {
            return Some(self.bound_method(&Value::of(Shape::Class(class)), class, owner, function));
        }
        let found = self.class_attribute(class, name)?;
        // A member of an enumeration is its value until somebody asks for `.value`.
        let is_member = self.is_enumeration(class) && found.as_text().is_none() && found.as_integer().is_none();
        if is_member && !matches!(found.shape, Shape::Function(_)) {
            let at =
                self.class_scope(class).names.get(name).and_then(|bindings| bindings.last()?.binding.place(class.file));
            let object = Object::At(at.unwrap_or(class.place()));
            self.module_attributes.insert((object, Name::new_static("value")), found);
            return Some(Value::of(Shape::Instance { class, object }));
        }
        Some(found)
    }

    fn is_enumeration(&mut self, class: ClassRef<'p>) -> bool {
        let bases = self.outside_bases(class);
        bases.iter().any(|base| base.ends_with("Enum") || base.ends_with("Flag"))
    }

    /// `super().name`.
    fn super_attribute(
        &mut self,
        state: State<'p>,
        value: &Value<'p>,
        receiver: &Value<'p>,
        behind: ClassRef<'p>,
        name: &Name,
        place: Place,
    ) -> Branches<'p> {
        let (Shape::Instance { class, .. } | Shape::Class(class)) = receiver.shape else {
            return one(state, Value::unknown());
        };
        if let Some((owner, function)) = self.super_method(receiver, behind, name) {
            return self.method_or_property(state, receiver, class, owner, function, place);
        }
        if let Some(found) = self.super_value(receiver, behind, name) {
            return one(state, found);
        }
        let found = match self.library_base(class) {
            Some(path) => {
                let library =
                    Value { shape: Shape::ExternalInstance { class: path.clone(), at: place }, ..receiver.clone() };
                self.library_attribute(&state, &library, &path, name, place)
            }
            None => method(value, name),
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
        if let Some(value) = self.modelled(owner.file, Some(&owner.class.name), &function.name) {
            return value;
        }
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
}

/// Where an object of a library keeps what the program assigns to an attribute. Objects that every program has are made
/// nowhere: their class tells them apart.
pub(super) fn own_attribute(class: &str, at: Place, name: &Name) -> (Object, Name) {
    let is_made = at.is_somewhere();
    (Object::At(at), if is_made { name.clone() } else { format!("{class}.{name}").into() })
}

/// `name = partialmethod(function, …)` in a class: the function with the object first.
fn bound_partial<'p>(found: Value<'p>, object: &Value<'p>) -> Value<'p> {
    match &found.shape {
        Shape::Partial(pair) if matches!(&pair.0.shape, Shape::External(path) if path == "functools.partialmethod()") =>
        {
            let mut given = pair.1.clone();
            let Some(function) = given.positional.first_mut() else { return found };
            let function = std::mem::replace(function, object.clone());
            Value::of(Shape::Partial(Rc::new((function, given))))
        }
        _ => found,
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
