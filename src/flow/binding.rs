//! Assignment: values bound to names, tuples, attributes, items, and forgotten again.

use super::containers::{element_at, element_of};
use super::dictionaries::with_item;
use super::expression::join_all;
use super::interpreter::Interpreter;
use super::origin::{Credential, Origin, OriginKind, Origins, Part, Step};
use super::placement::Placement;
use super::state::State;
use super::value::{Dictionary, Object, RequestMap, Shape, Value};
use crate::models::schema::ClassRole;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Binds a value to a target: a name, a tuple, an attribute, an item.
    pub(super) fn bind(&mut self, state: State<'p>, target: &'p Expression, value: Value<'p>) -> Vec<State<'p>> {
        let place = self.place(target.span);
        match &target.kind {
            ExpressionKind::Name(name) => {
                let mut state = state;
                self.is_named(&value, name, place);
                let mut value = value.step(place, &Step::Assigned(name.clone()));
                if !value.origins.is_empty() && vocabulary::is_user_name(name) {
                    // `client_id = decoded`: what the program itself calls a name is none of the secret.
                    value.origins = no_secret(&value.origins);
                }
                if let Some(home) = self.shared_home(name) {
                    state.set_attribute(home, name.clone(), value.clone());
                    if matches!(home, Object::Module(_)) {
                        return vec![state];
                    }
                }
                state.locals.set(name.clone(), value);
                vec![state]
            }
            ExpressionKind::Tuple(targets) | ExpressionKind::List(targets) => {
                if targets.len() >= 2 {
                    self.parts_are_unpacked(&state, &value, place);
                }
                let value = self.walked(&state, &value, place);
                let mut states = vec![state];
                let star = targets.iter().position(|target| matches!(target.kind, ExpressionKind::Starred(_)));
                for (at, target) in targets.iter().enumerate() {
                    let element = match star {
                        Some(star) => unpacked_around_star(&value, at, star, targets.len()),
                        None => element_at(&value, at),
                    };
                    states = states.into_iter().flat_map(|state| self.bind(state, target, element.clone())).collect();
                }
                states
            }
            ExpressionKind::Starred(inner) => self.bind(state, inner, value),
            ExpressionKind::Attribute { value: object, name, .. } => {
                self.bind_attribute(state, object, name, &value, place)
            }
            ExpressionKind::Subscript { value: object, index } => self.bind_item(state, object, index, &value, place),
            _ => vec![state],
        }
    }

    fn bind_attribute(
        &mut self,
        state: State<'p>,
        object: &'p Expression,
        name: &Name,
        value: &Value<'p>,
        place: Place,
    ) -> Vec<State<'p>> {
        self.is_named(value, name, place);
        let mut next = Vec::new();
        for (mut state, object_value) in self.evaluate(state, object) {
            if object_value.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) {
                self.expectations_are_set(&object_value.origins, name, value);
            }
            let value =
                value.step(place, &Step::Assigned(self.text(object.span).chars().take(40).collect::<String>().into()));
            self.set_attribute_of(&mut state, &object_value, name, value, place);
            next.push(state);
        }
        next
    }

    /// Claims are kept for what runs later in the same request. Where that is known, it is judged there what they are worth.
    fn claims_are_kept(&mut self, value: &Value<'p>, place: Place) {
        let kept = value.deep_origins();
        let is_judged_later = |(placement, entry): (&Placement<'p>, Place)| placement.stands_before_routes(entry);
        let is_judged_later = self.placement.zip(self.entry).is_some_and(is_judged_later);
        let kept = if is_judged_later { kept } else { unverified(&kept) };
        self.claims_escape(&kept, place, "is kept for the request");
    }

    /// `object.name = value`, however it is written.
    pub(super) fn set_attribute_of(
        &mut self,
        state: &mut State<'p>,
        object_value: &Value<'p>,
        name: &Name,
        value: Value<'p>,
        place: Place,
    ) {
        match &object_value.shape {
            Shape::Instance { object, .. } => state.set_attribute(*object, name.clone(), value),
            Shape::Class(class) => state.set_attribute(Object::Class(class.place()), name.clone(), value),
            Shape::Module(file) => state.set_attribute(Object::Module(*file), name.clone(), value),
            Shape::ExternalInstance { class, .. } if self.models.sets_status(class, name) => {
                state.status = super::outcome::written_status(&value);
            }
            Shape::ExternalInstance { class, .. } if self.models.answers_with(class, name) => {
                self.claims_escape(&unverified(&value.deep_origins()), place, "is answered as if it were true");
            }
            Shape::ExternalInstance { class, .. } if self.models.role(class) == Some(ClassRole::Request) => {
                self.claims_are_kept(&value, place);
                state.set_attribute(Object::Request, name.clone(), value);
            }
            Shape::ExternalInstance { class, .. } if self.models.role(class) == Some(ClassRole::RequestGlobals) => {
                self.claims_are_kept(&value, place);
                state.set_attribute(Object::RequestGlobals, name.clone(), value);
            }
            Shape::ExternalInstance { class, .. }
                if self.models.gives_itself(class, name) && self.makes_application(class) =>
            {
                self.stands_before(&value, super::startup::owner(object_value), place);
            }
            Shape::ExternalInstance { class, .. }
                if self.models.is_subclass(class, "flask.Flask") && name == "secret_key" =>
            {
                self.configuration_is_set(state, &Name::new("SECRET_KEY"), &value, place);
            }
            Shape::ExternalInstance { class, at } if let Some(meaning) = self.models.keeps(class, name) => {
                let meaning = meaning.to_owned();
                self.keep(state, Object::At(*at), &meaning, value, place);
            }
            Shape::ExternalInstance { class, at } => {
                let (object, key) = super::objects::own_attribute(class, *at, name);
                let says_nothing = matches!(value.shape, Shape::Unknown) && value.origins.is_empty();
                if !says_nothing || state.attribute(object, &key).is_some() {
                    state.set_attribute(object, key, value);
                }
            }
            _ => {}
        }
    }

    fn bind_item(
        &mut self,
        state: State<'p>,
        object: &'p Expression,
        index: &'p Expression,
        value: &Value<'p>,
        place: Place,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for (state, object_value) in self.evaluate(state, object) {
            for (mut state, key) in self.evaluate(state, index) {
                let key = key.as_text().cloned();
                if let Some(key) = &key {
                    self.is_named(value, key, place);
                }
                match (&object_value.shape, key) {
                    (Shape::Dictionary(known), key) => {
                        next.extend(self.bind(state, object, with_item(known, key.as_ref(), value)));
                        continue;
                    }
                    // One of several is changed, whichever it is.
                    (Shape::Union(members), key)
                        if members.iter().any(|member| matches!(member.shape, Shape::Dictionary(_))) =>
                    {
                        let changed = members.iter().map(|member| match &member.shape {
                            Shape::Dictionary(known) => with_item(known, key.as_ref(), value),
                            _ => member.clone(),
                        });
                        let changed = join_all(changed);
                        next.extend(self.bind(state, object, changed));
                        continue;
                    }
                    // What is written over in a copy of the headers is what should not be seen.
                    (Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs), key)
                        if key.as_ref().map_or_else(
                            || value.deep_origins().is_empty(),
                            |key| vocabulary::header_kind(key).is_some(),
                        ) =>
                    {
                        next.extend(self.bind(state, object, Value::present()));
                        continue;
                    }
                    (Shape::ExternalInstance { class, .. }, Some(key))
                        if self.models.role(class) == Some(ClassRole::Configuration) =>
                    {
                        self.configuration_is_set(&mut state, &key, value, place);
                    }
                    (Shape::ExternalInstance { class, .. }, Some(key))
                        if self.models.role(class) == Some(ClassRole::Session) =>
                    {
                        self.claims_escape(&unverified(&value.deep_origins()), place, "is kept in the session");
                        state.set_attribute(Object::Session, key, value.clone());
                    }
                    (Shape::ExternalInstance { .. }, Some(key))
                        if let Some((holder, meaning)) = self.kept_target(&state, object)
                            && meaning == "headers" =>
                    {
                        let mut added = Dictionary::default();
                        added.entries.insert(key, value.clone());
                        self.headers_are_kept(&mut state, holder, &Value::of(Shape::Dictionary(Rc::new(added))));
                    }
                    _ if is_configuration(self.text(object.span)) => {
                        let key = match &index.kind {
                            ExpressionKind::String(text) => text.clone(),
                            _ => Name::default(),
                        };
                        if !key.is_empty() {
                            self.configuration_is_set(&mut state, &key, value, place);
                        }
                    }
                    _ => {}
                }
                next.push(state);
            }
        }
        next
    }

    pub(super) fn delete(&mut self, mut state: State<'p>, targets: &'p [Expression]) -> State<'p> {
        for target in targets {
            match &target.kind {
                ExpressionKind::Name(name) => state.locals.remove(name),
                ExpressionKind::Subscript { value: object, index } => {
                    // What is deleted from a copy of the headers is what should not be seen.
                    let Some((after, value)) = self.evaluate(state.clone(), object).into_iter().next() else {
                        continue;
                    };
                    state = after;
                    if let Shape::Dictionary(known) = &value.shape {
                        let key = self.evaluate(state.clone(), index).into_iter().next();
                        let mut known = Dictionary::clone(known);
                        let key = key.as_ref().and_then(|(_, key)| key.as_text());
                        if key.is_none_or(|key| known.entries.remove(key).is_none()) {
                            super::dictionaries::hide(&mut known);
                        }
                        let left = super::gathering::dictionary(known);
                        state = self.bind(state.clone(), object, left).into_iter().next().unwrap_or(state);
                    } else if matches!(value.shape, Shape::Request(_))
                        || value.origins.any(|kind| matches!(kind, OriginKind::HeaderMap))
                    {
                        state = self.bind(state.clone(), object, Value::present()).into_iter().next().unwrap_or(state);
                    }
                }
                _ => {}
            }
        }
        state
    }
}

/// `app.config`, `self.app.config`, `current_app.config` of an application nobody was seen to make.
fn is_configuration(written: &str) -> bool {
    matches!(
        written,
        "app.config"
            | "application.config"
            | "current_app.config"
            | "self.app.config"
            | "server.config"
            | "flask_app.config"
            | "_app.config"
    )
}

/// Claims that nobody verified, and nothing else.
pub(super) fn unverified(origins: &Origins) -> Origins {
    origins.filter_map(|origin| match &origin.kind {
        OriginKind::Claims { is_verified: false, .. } | OriginKind::Claim { is_verified: false, .. } => {
            Some(origin.clone())
        }
        _ => None,
    })
}

/// What a target of `first, *rest, last = value` gets: the star what the others leave.
fn unpacked_around_star<'p>(value: &Value<'p>, at: usize, star: usize, targets: usize) -> Value<'p> {
    let behind = targets - 1 - star;
    match &value.shape {
        Shape::Sequence(elements) if elements.len() + 1 >= targets => {
            let end = elements.len() - behind;
            match at {
                _ if at < star => elements.get(at).cloned().unwrap_or_else(Value::unknown),
                _ if at > star => elements.get(end + at - star - 1).cloned().unwrap_or_else(Value::unknown),
                _ => Value::of(Shape::Sequence(Rc::new(elements.get(star..end).unwrap_or_default().to_vec()))),
            }
        }
        _ if at == star => Value::of(Shape::Elements(Rc::new(element_of(value)))),
        _ => element_of(value),
    }
}

/// The same credential as the name that goes with it; the word for its scheme stays what it is.
fn no_secret(origins: &Origins) -> Origins {
    origins.filter_map(|origin| match &origin.kind {
        OriginKind::Credential(Credential { part: Part::Scheme, .. }) => Some(origin.clone()),
        kind => Some(Origin { kind: kind.with_part(Part::Username), ..origin.clone() }),
    })
}
