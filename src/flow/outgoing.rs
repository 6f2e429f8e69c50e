//! Requests to other services: what they carry, where they go, and whether the other side's certificate is checked.
//! What a client or prepared request was made with, and what was assigned to it later, belongs to each of its requests.

use std::rc::Rc;

use super::event::{Event, HeaderUse, OutgoingCall, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Frame, Interpreter, RaisedClass, one};
use super::library::{object_of, parameter};
use super::origin::{OriginKind, Origins};
use super::state::State;
use super::value::{Arguments, Constant, Dictionary, Object, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::OutgoingModel;
use crate::program::vocabulary;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Name};

/// What a client keeps for its requests, by the meaning of the parameter.
const KEPT: &[&str] = &["url", "headers", "auth", "verify", "params", "data"];

impl<'p> Interpreter<'p, '_> {
    /// A call that sends a request, or makes what sends it later.
    pub(super) fn outgoing(
        &mut self,
        mut state: State<'p>,
        model: &OutgoingModel,
        arguments: &Arguments<'p>,
        receiver: Option<&Value<'p>>,
        path: &Name,
        place: Place,
    ) -> Branches<'p> {
        let given = |meaning: &str| parameter(&model.parameters, arguments, meaning).cloned();
        if let Some(headers) = given("headers") {
            self.headers_are_sent(&headers, place);
        }
        if let Some(Shape::Sequence(pair)) = given("auth").map(|auth| auth.shape)
            && let [user, password] = pair.as_slice()
        {
            self.basic_is_sent(&user.clone(), &password.clone(), place);
        }
        let header = given("name").and_then(|name| name.as_text().cloned());
        if let (Some(name), Some(value)) = (header, given("value")) {
            if vocabulary::header_kind(&name).is_some() {
                self.secret_is_used(&value, SecretRole::Sent, &name, place);
            }
            self.header_is_added(&mut state, receiver, name, value);
        }
        let switches_off = given("verify").is_some_and(|value| self.unverified_at(&state, &value, place).is_some());
        if model.object.is_some() {
            self.keep_for_requests(&mut state, model, arguments, place);
        }
        // What only makes a client is a request where it says all that there is to judge.
        if (model.object.is_none() || switches_off)
            && model.parameters.iter().any(|parameter| parameter.split('=').next() == Some("url"))
        {
            let call = self.outgoing_call(&state, model, arguments, receiver, path, place);
            self.emit(&Event::Outgoing(&call));
        }
        let values: Vec<&Value<'p>> = arguments.iter().chain(receiver).collect();
        self.is_inquired(&values, place);
        let handed = values.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
        self.is_judged_elsewhere(&handed, place);
        self.claims_go_with_token(&handed, &handed, place);
        if self.saw(&mut state, &values, place) && self.frame().open_tries > 0 {
            self.raise(state.clone(), RaisedClass::Unknown, Origins::default(), place);
        }
        if let Some(url) = given("url") {
            let what = if super::addresses::names_host(&url) { HeaderUse::UrlPath } else { HeaderUse::Url };
            self.header_reaches(what, &url, place);
        }
        if let Some(answer) = self.introspection(arguments, given("url").as_ref(), place) {
            return one(state, answer);
        }
        let origins = if given("url").as_ref().is_some_and(is_token_endpoint) {
            Origins::one(OriginKind::TokenResponse, Confidence::High, place, "the token endpoint answers here")
        } else {
            Origins::default()
        };
        let value = model.object.as_deref().map_or_else(Value::unknown, |class| object_of(class, place));
        one(state, value.with_origins(origins))
    }

    /// What a client or prepared request is made with.
    fn keep_for_requests(
        &mut self,
        state: &mut State<'p>,
        model: &OutgoingModel,
        arguments: &Arguments<'p>,
        place: Place,
    ) {
        for meaning in KEPT {
            if let Some(value) = parameter(&model.parameters, arguments, meaning) {
                let value = value.clone();
                self.keep(state, Object::At(place), meaning, value, place);
            }
        }
        if model.unverified {
            self.keep(state, Object::At(place), "verify", Value::boolean(false), place);
        }
    }

    /// An object keeps a value for the requests that it sends.
    pub(super) fn keep(
        &mut self,
        state: &mut State<'p>,
        object: Object,
        meaning: &str,
        value: Value<'p>,
        place: Place,
    ) {
        let value = if meaning == "verify" && self.unverified_at(state, &value, place).is_some() {
            let words = "certificates are not checked from here on";
            value.clone().with_origins(Origins::one(OriginKind::Unverified, Confidence::High, place, words))
        } else {
            value
        };
        state.set_attribute(object, Name::new(meaning), value);
    }

    /// The object that an expression such as `session.headers` is kept in, and as what.
    pub(super) fn kept_target(&mut self, state: &State<'p>, target: &'p Expression) -> Option<(Object, Name)> {
        let ExpressionKind::Attribute { value: owner, name, .. } = &target.kind else { return None };
        let value = self.evaluate(state.clone(), owner).into_iter().next().map(|(_, value)| value)?;
        let Shape::ExternalInstance { class, at } = &value.shape else { return None };
        let meaning = self.models.keeps(class, name)?;
        Some((Object::At(*at), Name::new(meaning)))
    }

    /// `session.headers[name] = value`, `session.headers.update({…})`.
    pub(super) fn headers_are_kept(&mut self, state: &mut State<'p>, object: Object, added: &Value<'p>) {
        let mut all = match self.kept(state, object, "headers").map(|known| known.shape) {
            Some(Shape::Dictionary(known)) => Dictionary::clone(&known),
            _ => Dictionary::default(),
        };
        super::dictionaries::spread(&mut all, added);
        state.set_attribute(object, Name::new("headers"), Value::of(Shape::Dictionary(Rc::new(all))));
    }

    fn header_is_added(&mut self, state: &mut State<'p>, receiver: Option<&Value<'p>>, name: Name, value: Value<'p>) {
        let Some(Shape::ExternalInstance { at, .. }) = receiver.map(|receiver| &receiver.shape) else { return };
        let mut added = Dictionary::default();
        added.entries.insert(name, value);
        self.headers_are_kept(state, Object::At(*at), &Value::of(Shape::Dictionary(Rc::new(added))));
    }

    /// What an object keeps: set on this path, by the object that owns it, or when its module was loaded.
    fn kept(&mut self, state: &State<'p>, object: Object, meaning: &str) -> Option<Value<'p>> {
        if let Some(known) = state.attribute(object, meaning) {
            return Some(known.clone());
        }
        if let Some(known) = self.initialised.values().find_map(|state| state.attribute(object, meaning)) {
            return Some(known.clone());
        }
        let key = (object, Name::new(meaning));
        if let Some(known) = self.module_attributes.get(&key) {
            return Some(known.clone());
        }
        if let Object::At(at) = object {
            self.load(at.file);
        }
        self.module_attributes.get(&key).cloned()
    }

    /// Runs the top level of a module once, for what it assigns to the objects that it makes.
    fn load(&mut self, file: FileId) {
        if file.0 as usize >= self.index.program.files().count() || !self.loaded.insert(file) {
            return;
        }
        let Some(module) = self.index.module(file) else { return };
        let assigns = |name: &str| self.index.program.source(file).text.contains(name);
        if ![".verify", ".headers", ".auth"].into_iter().any(assigns) {
            return;
        }
        let states = self.aside(|this| {
            this.frames.push(Frame::new(file, None));
            let states = this.quietly(|this| this.block(vec![State::default()], &module.body));
            this.frames.pop();
            states
        });
        for state in &states {
            let made = state.attributes().filter(|(object, ..)| matches!(object, Object::At(_)));
            for (object, name, value) in made {
                self.module_attributes.insert((object, name.clone()), value.clone());
            }
        }
    }

    fn outgoing_call(
        &mut self,
        state: &State<'p>,
        model: &OutgoingModel,
        arguments: &Arguments<'p>,
        receiver: Option<&Value<'p>>,
        path: &Name,
        place: Place,
    ) -> OutgoingCall<'p> {
        let given = |meaning: &str| parameter(&model.parameters, arguments, meaning).cloned();
        let mut holders: Vec<Object> = Vec::new();
        let url = given("url").unwrap_or_else(Value::unknown);
        for holder in receiver.into_iter().chain([&url]).chain(given("connection").iter()) {
            if let Shape::ExternalInstance { at, .. } = &holder.shape {
                holders.push(Object::At(*at));
            }
        }
        let kept =
            |this: &mut Self, meaning: &str| holders.iter().find_map(|holder| this.kept(state, *holder, meaning));
        let mut headers = match kept(self, "headers").map(|headers| headers.shape) {
            Some(Shape::Dictionary(known)) => Dictionary::clone(&known),
            _ => Dictionary::default(),
        };
        if let Some(own) = given("headers") {
            super::dictionaries::spread(&mut headers, &own);
        }
        let base = kept(self, "url");
        // Where the whole address stands in what the client was made with, the call gives the rest of it.
        let address = match (base, url.as_text().is_some_and(|text| text.contains("://"))) {
            (Some(base), false) => Value { origins: base.deep_origins().union(&url.deep_origins()), ..base },
            _ => url,
        };
        let verify = given("verify").or_else(|| kept(self, "verify"));
        let authentication = given("auth").or_else(|| kept(self, "auth")).filter(|value| !value.is_none());
        let is_caller_checked = self.is_caller_checked(state);
        OutgoingCall {
            function: self.callee_text(place).trim().into(),
            library: self.models.library(path).unwrap_or("the library").into(),
            address,
            headers,
            authentication,
            query: given("params").or_else(|| kept(self, "params")),
            body: given("json").or_else(|| given("data")).or_else(|| kept(self, "data")),
            unverified: verify.and_then(|value| self.unverified_at(state, &value, place)),
            is_caller_checked,
            place,
        }
    }

    /// Whether something has checked the caller on the way here.
    pub(super) fn is_caller_checked(&mut self, state: &State<'p>) -> bool {
        let kinds = [
            CheckKind::Signature,
            CheckKind::Identity,
            CheckKind::Introspection,
            CheckKind::StaticComparison,
            CheckKind::ConstantTimeComparison,
        ];
        self.frame().is_caller_checked || kinds.into_iter().any(|kind| state.evidence.has(kind))
    }

    /// Where the check of certificates is switched off, when a value does that.
    fn unverified_at(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) -> Option<Place> {
        if let Some(origin) = value.origins.find(|kind| *kind == OriginKind::Unverified) {
            return Some(origin.trail.root().place);
        }
        let is_off = match &value.shape {
            Shape::Constant(Constant::Boolean(false)) => true,
            Shape::Constant(Constant::Text { text, .. }) => text == "CERT_NONE",
            Shape::External(path) => path.ends_with(".CERT_NONE"),
            Shape::ExternalInstance { at, .. } => {
                let kept = self.kept(state, Object::At(*at), "verify")?;
                return kept
                    .origins
                    .find(|kind| *kind == OriginKind::Unverified)
                    .map(|origin| origin.trail.root().place);
            }
            _ => false,
        };
        is_off.then_some(place)
    }

    /// Basic credentials. Where the user's name is not written out it is the secret, and the password a filler: `(KEY, "x")`.
    pub(super) fn basic_is_sent(&mut self, user: &Value<'p>, password: &Value<'p>, place: Place) {
        if user.as_text().is_some() {
            self.secret_is_used(password, SecretRole::Sent, "Authorization", place);
        }
    }

    /// Literals sent as credentials.
    fn headers_are_sent(&mut self, headers: &Value<'p>, place: Place) {
        let Shape::Dictionary(dictionary) = &headers.shape else { return };
        for (name, value) in &dictionary.entries {
            if vocabulary::header_kind(name).is_some() {
                self.secret_is_used(value, SecretRole::Sent, name, place);
            }
        }
    }
}

/// Whether a URL is that of a token endpoint (RFC 6749 section 3.2), by its path.
fn is_token_endpoint(url: &Value<'_>) -> bool {
    url.as_text().is_some_and(|text| {
        let path = text.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
        path.ends_with("/token") || path.ends_with("access_token") || path.ends_with("/tokens")
    })
}
