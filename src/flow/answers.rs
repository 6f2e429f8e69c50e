//! What leaves the program towards its caller: bodies, redirects and cookies; and configuration keys that get their values.

use super::event::{Answer, CookieCall, Event};
use super::interpreter::Interpreter;
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
        let function: Name = self.callee_text(place).trim().into();
        let expected = self.facts.expected_settings.clone();
        let answer = Answer { function, body, expected, address: address.cloned(), status, place };
        self.emit(&Event::Answer(&answer));
    }

    /// A view returns a value that is no answer object yet.
    pub(super) fn returned(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) {
        let is_handler = self.frames.last().and_then(|frame| frame.closure.as_ref()).is_some_and(|closure| {
            matches!(closure.code, Code::Function(_)) && Some(closure.code.place(closure.file)) == self.entry
        });
        if !self.is_route || !is_handler || matches!(value.shape, Shape::Response { .. }) {
            return;
        }
        let (_, status) = super::outcome::of_return(state, value);
        let (function, body, expected) = (Name::default(), vec![value.clone()], self.facts.expected_settings.clone());
        let answer = Answer { function, body, expected, address: None, status, place };
        self.emit(&Event::Answer(&answer));
    }

    /// A method that sets a cookie, on whatever object it is called.
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
