//! Parts of the request as frameworks hand them over by name: headers, query parameters, fields of a body, and what a
//! library's security scheme reads by itself.

use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::library::parameter;
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part};
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{AnswerModel, Gives, ParameterModel, PartModel, ReaderModel, SchemeModel};
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{Argument, Expression, ExpressionKind, Name, Parameter, StatementKind};

/// The status of a request that lacks what a handler's signature demands (RFC 4918 section 11.2).
const UNPROCESSABLE: i64 = 422;

/// Models of data inside models of data.
const MAX_NESTED_MODELS: u32 = 3;

impl<'p> Interpreter<'p, '_> {
    /// One item of a part of the request.
    pub(super) fn part(
        &mut self,
        state: &State<'p>,
        receiver: &Value<'p>,
        part: &PartModel,
        name: Option<&str>,
        place: Place,
    ) -> Value<'p> {
        let map = self.given(receiver, &part.of, place);
        let Some(name) = part.name.as_deref().or(name) else { return Value::unknown() };
        let key = Value::text(name.into(), place, false);
        let value = self.item(state, &map, &key, None, place, Nullness::ANY);
        if part.always { value.with_nullness(Nullness::FULL) } else { value }
    }

    /// What a function reads of the request that it is handed.
    pub(super) fn read_part(
        &mut self,
        state: &State<'p>,
        model: &ReaderModel,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Value<'p> {
        let request = arguments.positional.first().cloned().unwrap_or_else(Value::unknown);
        let map = self.given(&request, &model.reads.of, place);
        let key = Value::text(model.reads.name.as_deref().unwrap_or_default().into(), place, false);
        let empty = Value::text(Name::default(), place, false);
        self.item(state, &map, &key, Some(&empty), place, Nullness::ANY)
    }

    /// What a parameter gets that names its part of the request: `x_token: str = Header(None)`.
    pub(super) fn part_of_request(
        &mut self,
        state: State<'p>,
        model: &ParameterModel,
        given: &Arguments<'p>,
        written: &'p Parameter,
        place: Place,
    ) -> Branches<'p> {
        let map = self.given(&Value::unknown(), &model.from, place);
        if model.from == Gives::Json && !self.is_one_field(written, given) {
            return one(state, map);
        }
        let alias = parameter(&model.parameters, given, "alias").and_then(Value::as_text).cloned();
        let keeps_underscores = model
            .hyphens_unless
            .as_deref()
            .is_none_or(|name| given.keyword(name).is_some_and(|value| value.as_boolean() != Some(true)));
        let name = alias.unwrap_or_else(|| {
            if keeps_underscores { written.name.clone() } else { written.name.replace('_', "-").into() }
        });
        // The default stands in the marker, or behind the annotation that holds the marker.
        let behind = written.default.as_ref().filter(|default| !matches!(default.kind, ExpressionKind::Call { .. }));
        let default = parameter(&model.parameters, given, "default").cloned();
        let default = default
            .or_else(|| behind.map(|default| self.at_module_level(place.file, |this| this.evaluate_alone(default))));
        let key = Value::text(name, place, false);
        if let Some(default) = default.filter(|default| !is_ellipsis(default)) {
            let value = self.item(&state, &map, &key, Some(&default), place, Nullness::ANY);
            return one(state, value);
        }
        let value = self.item(&state, &map, &key, None, place, Nullness::PRESENT);
        self.demanded(state, value, CheckKind::Presence, UNPROCESSABLE, place)
    }

    /// A value without which the framework turns the caller away.
    fn demanded(
        &mut self,
        mut state: State<'p>,
        value: Value<'p>,
        kind: CheckKind,
        status: i64,
        place: Place,
    ) -> Branches<'p> {
        if value.origins.credential().is_some() {
            let mut refused = state.clone();
            refused.evidence.add(CheckKind::Rejected, place);
            self.raise(refused, RaisedClass::Http(Some(status)), Origins::default(), place);
            state.evidence.add(kind, place);
        }
        one(state, value)
    }

    /// What the query string has under a parameter's own name.
    pub(super) fn query_item(
        &mut self,
        state: &State<'p>,
        name: &Name,
        default: Option<&Value<'p>>,
        place: Place,
    ) -> Value<'p> {
        let map = self.given(&Value::unknown(), &Gives::Query, place);
        let key = Value::text(name.clone(), place, false);
        let absent = if default.is_some() { Nullness::ANY } else { Nullness::PRESENT };
        self.item(state, &map, &key, default, place, absent)
    }

    /// Whether a parameter gets one field of the body and not the whole of it.
    fn is_one_field(&self, written: &'p Parameter, given: &Arguments<'p>) -> bool {
        let is_embedded = given.keyword("embed").is_some_and(|value| value.as_boolean() == Some(true));
        let text = written
            .annotation
            .as_ref()
            .map_or("", |annotation| self.index.text(Place { file: self.file(), span: annotation.span }));
        is_embedded
            || ["str", "bytes"]
                .iter()
                .any(|kind| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == *kind))
                && !["dict", "Dict", "list", "List", "Mapping"].iter().any(|kind| text.contains(kind))
    }

    /// An object of a class of the program that describes what a caller sends: its fields are fields of the body.
    pub(super) fn data_object(
        &mut self,
        state: &mut State<'p>,
        class: ClassRef<'p>,
        place: Place,
    ) -> Option<Value<'p>> {
        let base = self.library_base(class)?;
        if !self.models.describes_data(&base) {
            return None;
        }
        let map = self.given(&Value::unknown(), &Gives::Json, place).with_nullness(Nullness::FULL);
        Some(self.described(state, class, &map, place, MAX_NESTED_MODELS))
    }

    fn described(
        &mut self,
        state: &mut State<'p>,
        class: ClassRef<'p>,
        map: &Value<'p>,
        place: Place,
        nesting: u32,
    ) -> Value<'p> {
        let object = Object::At(place);
        for (owner, field, annotation, default) in self.fields(class) {
            let at = Place { file: owner.file, span: annotation.span };
            let kind = self.at_module_level(owner.file, |this| this.evaluate_alone(annotation));
            let key = Value::text(field.clone(), at, false);
            let value = match &kind.shape {
                Shape::Class(inner) if nesting > 0 => self.described(state, *inner, map, at, nesting - 1),
                _ => {
                    let absent = if default.is_some() { Nullness::ANY } else { Nullness::PRESENT };
                    self.item(state, map, &key, None, at, absent)
                }
            };
            state.set_attribute(object, field, value);
        }
        Value { shape: Shape::Instance { class, object }, ..map.clone() }
    }

    /// The annotated names of a class and its bases in the program: where they stand, annotation and default.
    fn fields(&mut self, class: ClassRef<'p>) -> Vec<(ClassRef<'p>, Name, &'p Expression, Option<&'p Expression>)> {
        let mut fields = Vec::new();
        for current in self.resolution_order(class).iter() {
            for statement in &current.class.body {
                if let StatementKind::AnnotatedAssign { target, annotation, value } = &statement.kind
                    && let ExpressionKind::Name(name) = &target.kind
                {
                    fields.push((*current, name.clone(), annotation, value.as_ref()));
                }
            }
        }
        fields
    }

    /// An object of a library reads a credential from the request.
    pub(super) fn read_by_scheme(
        &mut self,
        state: State<'p>,
        model: &SchemeModel,
        receiver: Option<&Value<'p>>,
        place: Place,
    ) -> Branches<'p> {
        let made = match receiver.map(|receiver| &receiver.shape) {
            Some(Shape::ExternalInstance { at, .. }) => self.made_with(*at),
            _ => None,
        };
        let setting = |meaning: &str| made.as_ref().and_then(|made| parameter(&model.parameters, made, meaning));
        let name = setting("name").and_then(Value::as_text).cloned();
        let value = match &model.gives {
            Gives::Part(part) => self.part(&state, &Value::unknown(), part, name.as_deref(), place),
            Gives::Instance(class) => {
                let whole = self.given(&Value::unknown(), &Gives::Authorization, place);
                Value { shape: Shape::ExternalInstance { class: class.as_str().into(), at: place }, ..whole }
            }
            gives => self.given(&Value::unknown(), gives, place),
        };
        let value = self.credential_of_scheme(value, model, name.as_deref(), place);
        let present = if model.may_be_empty { Nullness::PRESENT } else { Nullness::FULL };
        let refuses = match (made.is_some(), setting("refuses")) {
            (true, None) => true,
            (_, Some(given)) => given.as_boolean() == Some(true),
            (false, None) => false,
        };
        if !refuses {
            if self.is_loud() && setting("refuses").is_some() {
                self.facts.optional_schemes.insert(place);
            }
            return one(state, value.with_nullness(present.or(Nullness::NONE)));
        }
        let kind = if model.tests_scheme { CheckKind::Scheme } else { CheckKind::Presence };
        self.demanded(state, value.with_nullness(present), kind, model.status, place)
    }

    /// What a scheme reads is a credential, whatever it is called.
    fn credential_of_scheme(
        &mut self,
        value: Value<'p>,
        model: &SchemeModel,
        name: Option<&str>,
        place: Place,
    ) -> Value<'p> {
        let (Gives::Part(part), Some(name)) = (&model.gives, name) else { return value };
        let channel = match *part.of {
            Gives::Headers => Channel::Header,
            Gives::Query => Channel::Query,
            Gives::Cookies => Channel::Cookie,
            _ => return value,
        };
        if value.origins.credential().is_some() {
            return value;
        }
        let credential = Credential { channel, kind: CredentialKind::ApiKey, name: name.into(), part: Part::Token };
        let words = format!("`{name}` enters here, which the scheme says is a key");
        let origins = Origins::one(OriginKind::Credential(credential), Confidence::High, place, words);
        if let Some((origin, _)) = origins.credential().filter(|_| self.is_loud()) {
            self.facts.reads.insert(place, origin.clone());
        }
        Value::from_origins(origins, value.nullness)
    }

    /// The arguments of the call that made an object, where it stands in the program.
    pub(super) fn made_with(&mut self, at: Place) -> Option<Arguments<'p>> {
        let written = self.call_at(at)?;
        let paths = self.at_module_level(at.file, |this| this.arguments(State::default(), written));
        paths.into_iter().next().map(|(_, arguments)| arguments)
    }

    /// The arguments of the call at a place.
    pub(super) fn call_at(&mut self, at: Place) -> Option<&'p [Argument]> {
        // An object that a model names was made nowhere in the program.
        if at.file.0 as usize >= self.index.program.files().count() {
            return None;
        }
        if let Some(known) = self.made.get(&at) {
            return *known;
        }
        let found = self.find_call(at);
        self.made.insert(at, found);
        found
    }

    fn find_call(&self, at: Place) -> Option<&'p [Argument]> {
        let module = self.index.module(at.file)?;
        let mut found = None;
        crate::syntax::visit::expressions(&module.body, &mut |expression| {
            if expression.span == at.span
                && let ExpressionKind::Call { arguments, .. } = &expression.kind
            {
                found = Some(arguments.as_slice());
            }
        });
        found
    }

    /// A call sets the status of the answer.
    pub(super) fn answer_is_set(
        &mut self,
        mut state: State<'p>,
        model: &AnswerModel,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if let Some(body) = parameter(&model.parameters, arguments, "body") {
            let unverified = super::binding::unverified(&body.deep_origins());
            self.claims_escape(&unverified, place, "is answered as if it were true");
        }
        let status = parameter(&model.parameters, arguments, "status").and_then(super::outcome::written_status);
        state.status = status.or(model.status).or(state.status);
        one(state, Value::none())
    }
}

/// `...`, where a default would stand.
fn is_ellipsis(value: &Value<'_>) -> bool {
    matches!(value.shape, Shape::Unknown) && value.nullness == Nullness::FULL && value.origins.is_empty()
}
