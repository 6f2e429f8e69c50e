//! Questions to an authorization server about a presented token (RFC 7662): known by the address, which says so.

use super::event::Introspection;
use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind, Origins, Step, Trail};
use super::value::{Arguments, Nullness, Shape, Value};
use crate::source::Place;

/// The class of an answer whose body is reached through attributes and methods.
const ANSWER: &str = "requests.Response";

impl<'p> Interpreter<'p, '_> {
    /// The answer to a call that asks about a token; nothing where the call asks for something else.
    pub(super) fn introspection(
        &mut self,
        arguments: &Arguments<'p>,
        url: Option<&Value<'p>>,
        place: Place,
    ) -> Option<Value<'p>> {
        if !self.asks_about_token(url?, place) {
            return None;
        }
        let token = arguments.iter().find(|value| value.deep_origins().credential().is_some())?;
        self.answer_about(token, Some(ANSWER), place)
    }

    /// What an authorization server says about a token: an answer of a class, or the claims themselves.
    pub(super) fn answer_about(&mut self, token: &Value<'p>, class: Option<&str>, place: Place) -> Option<Value<'p>> {
        let (origin, _) = token.deep_origins().credential().map(|(origin, kind)| (origin.clone(), kind.clone()))?;
        if self.is_loud() {
            let token = Value::from_origins(Origins::from_list(vec![origin.clone()]), Nullness::FULL);
            self.facts.introspections.entry(place).or_insert(Introspection { place, token });
        }
        let words = "the authorization server answers here";
        let trail = Trail::then(&origin.trail, place, Step::Source(words.into()));
        let kind = OriginKind::Claims { decode: place, is_verified: true };
        let origins = Origins::from_list(vec![Origin { kind, confidence: origin.confidence, trail }]);
        let shape = class.map_or(Shape::Unknown, |class| Shape::ExternalInstance { class: class.into(), at: place });
        Some(Value { origins, shape, nullness: Nullness::FULL })
    }

    /// An answer holds the whole of what an authorization server said: its reader sees `active` there, and judges it.
    pub(super) fn introspection_is_handed_on(&mut self, body: &[Value<'p>]) {
        if self.facts.introspections.is_empty() {
            return;
        }
        for origin in body.iter().flat_map(|value| value.deep_origins().iter().cloned().collect::<Vec<Origin>>()) {
            if let OriginKind::Claims { decode, .. } = origin.kind
                && self.facts.introspections.contains_key(&decode)
            {
                self.facts.escaped_claims.insert(decode);
            }
        }
    }

    /// Whether an address is that of an introspection endpoint: by its text, by the setting it comes from, or by how the
    /// call spells it.
    fn asks_about_token(&self, url: &Value<'p>, place: Place) -> bool {
        let says = |text: &str| text.to_ascii_lowercase().contains("introspect");
        let is_setting = |origin: &Origin| matches!(&origin.kind, OriginKind::Setting { name, .. } if says(name));
        let is_named = |origin: &Origin| origin.trail.names().any(|name| says(name));
        let written = self.index.text(place);
        let first = written.split_once('(').map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
        let origins = url.deep_origins();
        url.as_text().is_some_and(|text| says(text))
            || origins.iter().any(|origin| is_setting(origin) || is_named(origin))
            || says(first)
    }
}
