//! What leaves the program towards its caller: bodies, redirects and cookies; and configuration keys that get their values.

use super::event::{Answer, CookieCall, Event};
use super::interpreter::{Interpreter, Summary};
use super::library::named_parameter;
use super::state::State;
use super::value::{Arguments, Code, Object, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// A call that makes an answer.
    pub(super) fn answered(
        &mut self,
        arguments: &Arguments<'p>,
        address: Option<&Value<'p>>,
        status: Option<i64>,
        place: Place,
    ) {
        let body: Vec<Value<'p>> = if address.is_some() { Vec::new() } else { arguments.iter().cloned().collect() };
        body.iter().for_each(|value| self.person_is_answered(value, place));
        arguments.keywords.iter().for_each(|(key, value)| self.entry_is_answered(key, value, place));
        self.answer(body, address, status, place);
    }

    fn answer(&mut self, body: Vec<Value<'p>>, address: Option<&Value<'p>>, status: Option<i64>, place: Place) {
        self.introspection_is_handed_on(&body);
        let function: Name = self.callee_text(place).trim().into();
        let expected = self.facts.expected_settings.clone();
        let expected_signatures = self.facts.compared_signatures.clone();
        let answer = Answer { function, body, expected, expected_signatures, address: address.cloned(), status, place };
        self.emit(&Event::Answer(&answer));
    }

    /// The caller is turned away with these words.
    pub(super) fn refused(&mut self, arguments: &Arguments<'p>, status: Option<i64>, place: Place) {
        self.answer(arguments.iter().cloned().collect(), None, status, place);
    }

    /// A view returns a value that is no answer object yet.
    pub(super) fn returned(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) {
        let is_handler = self.frames.last().and_then(|frame| frame.closure.as_ref()).is_some_and(|closure| {
            matches!(closure.code, Code::Function(_)) && Some(closure.code.place(closure.file)) == self.entry
        });
        if !self.is_route || !is_handler || matches!(value.shape, Shape::Response { .. }) {
            return;
        }
        self.person_is_answered(value, place);
        self.introspection_is_handed_on(std::slice::from_ref(value));
        let (_, status) = super::outcome::of_return(state, value);
        let (function, body, expected) = (Name::default(), vec![value.clone()], self.facts.expected_settings.clone());
        let expected_signatures = self.facts.compared_signatures.clone();
        let answer = Answer { function, body, expected, expected_signatures, address: None, status, place };
        self.emit(&Event::Answer(&answer));
    }

    /// An answer holds what is known about a person: found by the keys it is written with.
    fn person_is_answered(&mut self, value: &Value<'p>, place: Place) {
        match &value.shape {
            Shape::Dictionary(dictionary) => {
                dictionary.entries.iter().for_each(|(key, value)| self.entry_is_answered(key, value, place));
            }
            Shape::Sequence(elements) => elements.iter().for_each(|element| self.person_is_answered(element, place)),
            Shape::Elements(element) => self.person_is_answered(element, place),
            _ => {}
        }
    }

    fn entry_is_answered(&mut self, key: &Name, value: &Value<'p>, place: Place) {
        // What the program writes itself, or was just sent, is no secret of somebody's.
        let is_looked_up = (value.is_unseen() || matches!(value.shape, Shape::Method(_))) && value.origins.is_empty();
        if is_looked_up && vocabulary::is_personal(key) && self.is_loud() {
            self.facts.personal_answers.entry(place).or_insert_with(|| key.clone());
        }
        self.person_is_answered(value, place);
    }

    /// The handler of a route returned: what each of its paths had established by then, decorators and hooks included.
    pub(super) fn note_ways_out(&mut self, caller: &State<'p>, summary: &Summary<'p>) {
        if !self.is_loud() || !self.is_route {
            return;
        }
        let around = self.outer_evidence.iter().fold(caller.evidence.clone(), |all, outer| all.union(outer));
        for (state, _, at) in &summary.returns {
            let way = (*at, around.union(&state.evidence));
            if !self.facts.ways_out.contains(&way) {
                self.facts.ways_out.push(way);
            }
        }
    }

    /// A method that sets a cookie, on whatever object it is called that does not leave it to its heirs.
    pub(super) fn cookie_is_set(&mut self, name: &str, arguments: &Arguments<'p>, place: Place) {
        let Some(model) = self.models.cookie(name) else { return };
        let given = |meaning: &str| named_parameter(&model.parameters, arguments, meaning).cloned();
        let (Some(key), Some(value)) = (given("name"), given("value")) else { return };
        let cookie = CookieCall {
            name: key.as_text().cloned(),
            value,
            is_secure: given("secure"),
            is_http_only: given("httponly"),
            is_open: arguments.rest.is_some(),
            place,
        };
        self.emit(&Event::Cookie(&cookie));
    }

    /// A configuration key of the application gets a value.
    pub(super) fn configuration_is_set(&mut self, state: &mut State<'p>, key: &Name, value: &Value<'p>, place: Place) {
        if self.models.is_secret_key(key) || vocabulary::is_secret(key) {
            self.secret_is_used(value, super::event::SecretRole::Configuration, key, place);
        }
        self.key_is_configured(key, value, place);
        state.set_attribute(Object::Configuration, key.clone(), value.clone());
    }
}
