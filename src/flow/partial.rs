//! Checks that look at less than the whole: a credential found inside a secret, a secret taken for a pattern, a signature over a
//! copy of the body. Judges nothing.

use super::condition::{Split, shape_split};
use super::event::Event;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter};
use super::origin::{Origin, OriginKind, Origins, Part, Step, Store, Trail};
use super::relevant;
use super::state::State;
use super::value::{Arguments, Constant, RequestMap, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// `token in SECRET` where the secret is one text and no collection.
    pub(super) fn searched_in_secret(
        &mut self,
        state: &State<'p>,
        presented: &Value<'p>,
        secret: &Value<'p>,
        place: Place,
    ) -> Option<Split<'p>> {
        self.partial_match(state, presented, secret, "is looked for anywhere inside", place)
    }

    /// `SECRET.startswith(token)` and its like; none where it is something else.
    pub(super) fn part_of_secret(
        &mut self,
        state: &State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        let how = match name.as_str() {
            "startswith" => "only has to be the beginning of",
            "endswith" => "only has to be the end of",
            "find" | "rfind" | "index" | "rindex" | "count" | "__contains__" => "is looked for anywhere inside",
            _ => return None,
        };
        let split = self.partial_match(state, arguments.positional.first()?, receiver, how, place)?;
        Some(truths(split))
    }

    /// A secret as the pattern that a credential must match, or the other way round.
    pub(super) fn pattern_of_secret(
        &mut self,
        state: &State<'p>,
        arguments: &Arguments<'p>,
        at: usize,
        place: Place,
    ) -> Option<Branches<'p>> {
        let pattern = arguments.positional.get(at)?.clone();
        let mut others = arguments.positional.iter().enumerate().filter(|(other, _)| *other != at);
        if pattern.origins.credential().is_some() {
            // `fnmatch(SECRET, token)`: whoever sends `*` is let in.
            let secret = others.next()?.1.clone();
            let split = self.partial_match(
                state,
                &pattern,
                &as_text(secret),
                "is taken for the pattern that must match",
                place,
            )?;
            return Some(truths(split));
        }
        let presented = others.find(|(_, value)| value.origins.credential().is_some())?.1.clone();
        // An escaped secret stands for itself.
        let is_escaped =
            |origin: &Origin| steps(&origin.trail).any(|step| matches!(step, Step::Derived(name) if name == "escape"));
        // A pattern that is written out describes the form of a token.
        if pattern.as_text().is_some() || pattern.origins.iter().any(is_escaped) {
            return None;
        }
        let split = self.partial_match(state, &presented, &pattern, "is matched, as a pattern, with", place)?;
        Some(truths(split))
    }

    fn partial_match(
        &mut self,
        state: &State<'p>,
        presented: &Value<'p>,
        secret: &Value<'p>,
        how: &str,
        place: Place,
    ) -> Option<Split<'p>> {
        let (origin, credential) = presented.origins.credential()?;
        if matches!(credential.part, Part::Scheme | Part::Username) {
            return None;
        }
        let expected = match &secret.shape {
            Shape::Constant(Constant::Text { text, .. }) if relevant::is_secret_literal(text, credential) => {
                secret.literal_origin().iter().next()?.clone()
            }
            Shape::Unknown if !secret.origins.is_empty() && secret.origins.iter().all(is_one_text) => {
                secret.origins.iter().next()?.clone()
            }
            _ => return None,
        };
        let origin = origin.clone();
        self.emit(&Event::PartialMatch { presented: &origin, expected: &expected, how, place });
        Some(shape_split(state.clone(), CheckKind::StaticComparison, place))
    }

    /// A library verifies the signature over a message.
    pub(super) fn message_is_verified(&mut self, message: &Value<'p>, is_all: bool, place: Place) {
        self.body_is_signed(&[message.deep_origins()], place);
        if self.is_loud() {
            self.facts.verified_messages.insert(place);
            if is_all {
                self.facts.compared_signatures.insert(place);
            }
        }
    }

    /// A signature is computed over these.
    pub(super) fn body_is_signed(&mut self, parts: &[Origins], place: Place) {
        let is_raw = parts.iter().any(|part| part.any(|kind| matches!(kind, OriginKind::Body { is_raw: true })));
        let copy = parts.iter().find_map(|part| part.find(|kind| *kind == OriginKind::SerialisedBody));
        if let (false, true, Some(copy)) = (is_raw, self.is_loud(), copy) {
            self.facts.signed_copies.insert(place, copy.clone());
        }
    }
}

/// What a serialiser makes: a copy of the body where it is handed the parsed one.
pub(super) fn serialised<'p>(value: Value<'p>, arguments: &Arguments<'p>) -> Value<'p> {
    let is_form = is_parsed(arguments);
    let origins = value.origins.filter_map(|origin| {
        let is_body =
            matches!(origin.kind, OriginKind::Body { .. }) || (is_form && origin.kind == OriginKind::RequestData);
        let kind = if is_body { OriginKind::SerialisedBody } else { origin.kind.clone() };
        Some(Origin { kind, ..origin.clone() })
    });
    value.with_origins(origins)
}

/// Whether a call is handed the whole body as it was parsed.
pub(super) fn is_parsed(arguments: &Arguments<'_>) -> bool {
    arguments.positional.first().is_some_and(|argument| {
        matches!(argument.shape, Shape::Request(RequestMap::Json | RequestMap::Form | RequestMap::Values))
    })
}

/// Whether a setting is one text: read as such and neither split nor parsed.
fn is_one_text(origin: &Origin) -> bool {
    let is_text = matches!(origin.kind, OriginKind::Setting { store: Store::Environment | Store::SecretStore, .. });
    let keeps = |step: &Step| match step {
        Step::Derived(name) => matches!(name.as_str(), "strip" | "encode" | "decode" | "str" | "lower" | "upper"),
        _ => true,
    };
    is_text && steps(&origin.trail).all(keeps)
}

fn steps(trail: &Trail) -> impl Iterator<Item = &Step> {
    std::iter::successors(Some(trail), |trail| trail.previous.as_deref()).map(|trail| &trail.step)
}

/// The two ways a test goes, as values.
pub(super) fn truths((yes, no): Split<'_>) -> Branches<'_> {
    let yes = yes.into_iter().map(|state| (state, Value::boolean(true)));
    yes.chain(no.into_iter().map(|state| (state, Value::boolean(false)))).collect()
}

/// What a pattern is matched with is a text, wherever it comes from.
fn as_text(value: Value<'_>) -> Value<'_> {
    let origins = value.origins.filter_map(|origin| {
        let kind = match &origin.kind {
            OriginKind::Setting { store: Store::Configuration, name } => {
                OriginKind::Setting { store: Store::Environment, name: name.clone() }
            }
            kind => kind.clone(),
        };
        Some(Origin { kind, ..origin.clone() })
    });
    value.with_origins(origins)
}
