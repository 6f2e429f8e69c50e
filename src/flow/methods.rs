//! Methods of strings, containers, request maps and of objects that only a name tells about.

use std::rc::Rc;
use std::sync::Arc;

use smallvec::SmallVec;

use super::containers::element_of;
use super::dictionaries;
use super::event::SecretRole;
use super::interpreter::{Branches, Interpreter, one};
use super::moments;
use super::origin::{OriginKind, Origins};
use super::state::State;
use super::value::{Arguments, Constant, Dictionary, Nullness, Object, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, DecodeModel, Gives};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// `receiver.name(arguments)`.
    pub(super) fn call_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if !self.is_left_to_heirs(receiver, name) {
            self.cookie_is_set(name, &arguments, place);
        }
        match &receiver.shape {
            Shape::Union(members) => {
                let mut all: Branches<'p> = SmallVec::new();
                for member in members.iter().filter(|member| !member.is_none()) {
                    let methods = self.attribute(state.clone(), member, name, place);
                    all.extend(
                        self.then(methods, |this, state, method| this.call(state, &method, arguments.clone(), place)),
                    );
                }
                super::expression::merge_branches(all)
            }
            Shape::Request(map) => self.request_method(state, receiver, *map, name, &arguments, place),
            Shape::ExternalInstance { class, .. } => {
                let class = class.clone();
                self.library_method(state, receiver, &class, name, arguments, place)
            }
            Shape::Instance { class, .. } if let Some((path, meaning)) = self.gathered_by(*class, name) => {
                self.apply(state, &meaning, &path, arguments, Some(receiver), place)
            }
            Shape::Dictionary(_) | Shape::Sequence(_) | Shape::Elements(_) => {
                self.container_method(state, receiver, name, &arguments, place)
            }
            Shape::Constant(Constant::Text { .. }) => self.text_method(state, receiver, name, &arguments, place),
            Shape::Function(_) if matches!(name.as_str(), "delay" | "apply_async" | "s" | "si") => {
                one(state, Value::unknown())
            }
            Shape::Moment(_) => match moments::same(receiver, name, &arguments) {
                Some(value) => one(state, value),
                None => self.unknown_method(state, receiver, name, &arguments, place),
            },
            _ if !receiver.origins.is_empty() => self.origin_method(state, receiver, name, &arguments, place),
            _ => self.unknown_method(state, receiver, name, &arguments, place),
        }
    }

    fn library_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        class: &str,
        name: &Name,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if let Some(policies) = self.policies_of_base(name) {
            return one(state, policies);
        }
        if let Some(meaning) = self.models.method(class, name).cloned() {
            let path: Name = format!("{class}.{name}").into();
            return self.apply(state, &meaning, &path, arguments, Some(receiver), place);
        }
        if let Some(Gives::Part(part)) = self.models.method_gives(class, name) {
            let part = part.clone();
            if part.name.is_some() {
                let value = self.part(&state, receiver, &part, None, place);
                return one(state, value);
            }
            let map = self.given(receiver, &part.of, place);
            // The name of the item comes first, whatever the parameter is called.
            let mut arguments = arguments;
            if arguments.positional.is_empty() && !arguments.keywords.is_empty() {
                arguments.positional.push(arguments.keywords.remove(0).1);
            }
            return self.get(state, &map, &arguments, place);
        }
        if let Some(gives) = self.models.method_gives(class, name).cloned() {
            let value = self.given(receiver, &gives, place);
            return one(state, value);
        }
        match (self.models.role(class), name.as_str()) {
            (Some(ClassRole::Session), "get")
                if let Some(key) = arguments.positional.first()
                    && self.is_session_user(&state, receiver, key) =>
            {
                let absent = arguments.positional.get(1).cloned().unwrap_or_else(Value::none);
                self.session_user(state, absent, place)
            }
            (Some(ClassRole::Configuration), "get" | "__getitem__") | (Some(ClassRole::Session), "get" | "pop") => {
                self.get(state, receiver, &arguments, place)
            }
            (_, "get" | "pop" | "__getitem__") if self.models.has_items(class) => {
                self.get(state, receiver, &arguments, place)
            }
            (Some(ClassRole::Configuration), "update" | "from_mapping") => {
                let mut given = Dictionary { entries: arguments.keywords.iter().cloned().collect(), rest: None };
                if let Some(first) = arguments.positional.first() {
                    dictionaries::spread(&mut given, first);
                }
                let mut state = state;
                for (key, value) in given.entries {
                    self.configuration_is_set(&mut state, &key, &value, place);
                }
                one(state, Value::none())
            }
            (Some(ClassRole::Configuration | ClassRole::RequestGlobals | ClassRole::Session), "setdefault") => {
                self.set_by_default(state, receiver, &arguments, place)
            }
            (Some(ClassRole::Configuration), "from_object") => {
                let mut state = state;
                if let Some(object) = arguments.positional.first() {
                    self.configure_from(&mut state, object, place);
                }
                one(state, Value::none())
            }
            (Some(ClassRole::Configuration), _) => one(state, Value::unknown()),
            (Some(ClassRole::RequestGlobals), "get" | "pop") => {
                let known = arguments
                    .positional
                    .first()
                    .and_then(Value::as_text)
                    .and_then(|key| state.attribute(super::value::Object::RequestGlobals, key).cloned());
                one(state, known.unwrap_or_else(Value::unknown))
            }
            _ => {
                if self.is_logger_method(receiver, name, place) {
                    return self.log_by_name(state, &arguments, place, Confidence::Medium);
                }
                if receiver.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) {
                    return self.claims_method(state, receiver, name, &arguments, place);
                }
                let written = format!("{class}.{name}");
                self.unknown_call(state, &written, Some(receiver), &arguments, place)
            }
        }
    }

    /// `object.setdefault(key, value)` of what lives as long as a request or longer: the value, unless there is one.
    fn set_by_default(
        &mut self,
        mut state: State<'p>,
        receiver: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let value = arguments.get(1, "default").cloned().unwrap_or_else(Value::none);
        let Some(key) = arguments.positional.first().and_then(Value::as_text).cloned() else {
            return one(state, value);
        };
        let home = match &receiver.shape {
            Shape::ExternalInstance { class, .. } => self.models.role(class),
            _ => None,
        };
        let home = match home {
            Some(ClassRole::Configuration) => Object::Configuration,
            Some(ClassRole::Session) => Object::Session,
            _ => Object::RequestGlobals,
        };
        if let Some(known) = state.attribute(home, &key).cloned() {
            return one(state, known);
        }
        // What stands in where an operator says nothing is no choice of the program's, unless it is a secret.
        if home == Object::Configuration && (self.models.is_secret_key(&key) || vocabulary::is_secret(&key)) {
            self.secret_is_used(&value, SecretRole::Configuration, &key, place);
        }
        state.set_attribute(home, key, value.clone());
        one(state, value)
    }

    /// `object.get(key, default)`.
    pub(super) fn get(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let key = arguments.get(0, "key").cloned().unwrap_or_else(Value::unknown);
        let default = arguments.get(1, "default").cloned();
        let value = self.item(&state, receiver, &key, default.as_ref(), place, Nullness::ANY);
        let state = super::lookup::looked_up(state, receiver, &key, place);
        one(self.relying_on(state, &value, place), value)
    }

    fn request_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        map: RequestMap,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match name.as_str() {
            "get" | "pop" | "__getitem__" | "getone" => self.get(state, receiver, arguments, place),
            "getlist" | "get_all" | "getall" => {
                let branches = self.get(state, receiver, arguments, place);
                self.then(branches, |_, state, value| one(state, Value::of(Shape::Elements(Rc::new(value)))))
            }
            "items" | "lists" => {
                let pair = vec![Value::present(), Value::from_origins(receiver.origins.clone(), Nullness::ANY)];
                let pair = Value::of(Shape::Sequence(Rc::new(pair)));
                one(state, Value::of(Shape::Elements(Rc::new(pair))))
            }
            "values" | "to_wsgi_list" | "listvalues" => one(
                state,
                Value::of(Shape::Elements(Rc::new(Value::from_origins(receiver.origins.clone(), Nullness::ANY)))),
            ),
            "keys" => one(state, Value::of(Shape::Elements(Rc::new(Value::present())))),
            "copy" | "to_dict" | "__str__" | "__repr__" => one(state, receiver.clone()),
            "has_key" | "__contains__" => one(state, Value::any_boolean()),
            _ if map == RequestMap::Json => one(state, Value::unknown()),
            _ => self.unknown_call(state, name, Some(receiver), arguments, place),
        }
    }

    pub(super) fn container_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match (name.as_str(), &receiver.shape) {
            ("get" | "pop" | "setdefault", Shape::Dictionary(_)) => self.get(state, receiver, arguments, place),
            ("items", Shape::Dictionary(dictionary)) => {
                let pairs = dictionary.entries.iter().map(|(key, value)| {
                    let key = Value::text(key.clone(), place, false);
                    Value::of(Shape::Sequence(Rc::new(vec![key, value.clone()])))
                });
                let rest = dictionary
                    .rest
                    .iter()
                    .map(|rest| Value::of(Shape::Sequence(Rc::new(vec![Value::present(), rest.clone()]))));
                one(state, Value::of(Shape::Sequence(Rc::new(pairs.chain(rest).collect()))))
            }
            ("values", Shape::Dictionary(dictionary)) => {
                let values: Vec<Value<'p>> =
                    dictionary.entries.values().cloned().chain(dictionary.rest.clone()).collect();
                one(state, Value::of(Shape::Sequence(Rc::new(values))))
            }
            ("keys", Shape::Dictionary(_)) => one(state, Value::of(Shape::Elements(Rc::new(Value::present())))),
            ("copy" | "keys", _) => one(state, receiver.clone()),
            ("pop" | "popleft", _) => one(state, element_of(receiver)),
            (_, _) => match self.compared_as_sets(&state, name, receiver, arguments, place) {
                Some(branches) => branches,
                None if name == "__contains__" => one(state, Value::any_boolean()),
                None => one(state, Value::unknown()),
            },
        }
    }

    pub(super) fn claims_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match name.as_str() {
            "get" | "pop" | "setdefault" | "__getitem__" => self.get(state, receiver, arguments, place),
            // The name of a claim says nothing of what the token says.
            "items" => {
                let pair = Shape::Sequence(Rc::new([Value::present(), receiver.clone()].into()));
                let pairs = Value::of(Shape::Elements(Rc::new(Value::of(pair))));
                one(state, pairs.with_origins(receiver.origins.clone()))
            }
            "values" | "copy" | "keys" => one(state, receiver.clone()),
            "update" => one(state, Value::none()),
            // A segment of a token, or several joined again.
            _ if super::texts::is_conversion(name)
                && receiver.origins.any(|kind| matches!(kind, OriginKind::TokenHeader { .. })) =>
            {
                one(state, super::texts::converted(receiver, name, arguments, place))
            }
            _ => match self.decode_validated_by(&receiver.origins, name) {
                Some(model) => self.claims_are_validated(state, &receiver.origins, &model, arguments, place),
                None => self.unknown_call(state, name, Some(receiver), arguments, place),
            },
        }
    }

    /// The decoder of claims whose library checks them later, in a method of this name.
    fn decode_validated_by(&self, claims: &Origins, name: &str) -> Option<Arc<DecodeModel>> {
        let places = claims.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Claims { decode, .. } => Some(decode),
            _ => None,
        });
        let mut models = places.filter_map(|place| self.facts.decodes.get(place)).map(|decode| &decode.model);
        models.find(|model| model.validated_by.as_deref() == Some(name)).cloned()
    }

    fn unknown_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if self.is_logger_method(receiver, name, place) {
            return self.log_by_name(state, arguments, place, Confidence::Medium);
        }
        match name.as_str() {
            "get"
                if arguments.positional.len() <= 2
                    && vocabulary::is_secret(
                        arguments.positional.first().and_then(Value::as_text).map_or("", |text| text),
                    ) =>
            {
                self.get(state, receiver, arguments, place)
            }
            "format" | "join" => {
                let origins = arguments
                    .iter()
                    .fold(Origins::default(), |all, value| all.union(&super::texts::shown_in(name, value)));
                one(state, Value::from_origins(origins, Nullness::PRESENT))
            }
            _ => {
                let mut branches = self.unknown_call(state, name, Some(receiver), arguments, place);
                if let Some(model) = self.models.obtaining_method(name) {
                    branches.iter_mut().for_each(|(_, value)| *value = super::library::obtained(model, place));
                }
                branches
            }
        }
    }
}
