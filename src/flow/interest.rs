//! Which calls are worth following: those that are handed something of interest, and those whose own text speaks of it.
//!
//! Most of the work of a run is calls. A callee that is handed a credential is followed wherever it leads; one that is
//! handed other data of the request or of the configuration is followed near the entry; one that is handed nothing is
//! followed near the entry when its text says that it looks at requests, credentials or refusals for itself.

use std::rc::Rc;

use super::bounds::{Bound, REACH_WITH_NOTHING};
use super::interpreter::Interpreter;
use super::origin::{Guess, OriginKind, Store};
use super::reads::Part;
use super::relevant;
use super::state::State;
use super::value::{Arguments, Closure, Code, Object, Shape, Value};
use crate::program::triage;

/// How much a value can tell a callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Interest {
    /// Nothing that a rule could be about.
    None,
    /// Data of the request, a setting, something that can be called: worth a look near the entry.
    Some,
    /// A credential, a secret or the request itself: followed wherever it goes.
    Credential,
}

/// Levels of containers and objects that are looked into.
const MAX_NESTING: u8 = 4;

impl<'p> Interpreter<'p, '_> {
    /// Whether running a function can tell its caller anything. What it calls in turn is asked the same.
    pub(super) fn can_matter(
        &mut self,
        state: &State<'p>,
        closure: &Rc<Closure<'p>>,
        arguments: &Arguments<'p>,
    ) -> bool {
        let Code::Function(function) = closure.code else { return true };
        if !self.facts.optional_checks.is_empty() {
            // Whether the identity is looked at is asked of the whole route: a helper may do it, whatever it is handed.
            let is_near = self.depth() <= self.reach;
            if !is_near {
                self.bounds.note(Bound::Depth, closure.code.place(closure.file));
            }
            return is_near;
        }
        let given = arguments.iter().map(|value| self.noted_interest(state, value)).max();
        match given.unwrap_or(Interest::None) {
            Interest::Credential => return true,
            // Far from the entry such a call says little; where nothing else reaches the callee, it is judged alone.
            Interest::Some if self.depth() > self.reach => return false,
            Interest::None if self.depth() > self.reach.min(REACH_WITH_NOTHING) => return false,
            Interest::Some => return true,
            Interest::None => {}
        }
        let identity = closure.code.place(closure.file);
        let text = &self.index.program.source(closure.file).text;
        let body = text.get(function.span.start as usize..function.span.end as usize).unwrap_or_default();
        // At start-up what registers something matters, whatever else it speaks of.
        if self.record.is_some() && self.models.may_register(text, body) {
            return true;
        }
        if let Some(known) = self.may_matter.get(&identity) {
            return *known;
        }
        let own = triage::called_function_may_matter(text, function.span) || self.models.mentions_own(body);
        self.may_matter.insert(identity, own);
        own
    }

    /// What a value can tell a callee; what it was asked of is noted.
    fn noted_interest(&self, state: &State<'p>, value: &Value<'p>) -> Interest {
        self.interest(value, MAX_NESTING, &|object, depth| {
            state.log().read(Part::Interest(object, depth));
            self.interest_of_object(state, object, depth)
        })
    }

    /// What a class of the program keeps on its objects; the methods themselves are the callee's affair.
    fn interest_of_object(&self, state: &State<'p>, object: Object, depth: u8) -> Interest {
        let of = |value| self.interest(value, depth, &|object, depth| self.interest_of_object(state, object, depth));
        state.held_by(object).map(|(_, value)| of(value)).max().unwrap_or(Interest::None)
    }

    /// A hash of a part of the world.
    pub(super) fn part_fingerprint(&self, state: &State<'p>, part: &Part) -> u64 {
        match part {
            Part::Interest(object, depth) => self.interest_of_object(state, *object, *depth) as u64,
            _ => state.part_fingerprint(part),
        }
    }

    fn interest(&self, value: &Value<'p>, depth: u8, of_object: &dyn Fn(Object, u8) -> Interest) -> Interest {
        let own = value.origins.iter().map(|origin| interest_of(&origin.kind)).max().unwrap_or(Interest::None);
        if own == Interest::Credential || depth == 0 {
            return own;
        }
        let of = |inner: &Value<'p>| self.interest(inner, depth - 1, of_object);
        let held = match &value.shape {
            Shape::Sequence(elements) | Shape::Union(elements) => elements.iter().map(of).max(),
            Shape::Elements(element) => Some(of(element)),
            Shape::Dictionary(dictionary) => dictionary.entries.values().chain(&dictionary.rest).map(of).max(),
            Shape::Instance { object, .. } => Some(of_object(*object, depth - 1)),
            Shape::Request(_) => Some(Interest::Credential),
            Shape::ExternalInstance { .. } => relevant::is_request(value, self.models).then_some(Interest::Credential),
            Shape::Method(pair) => Some(of(&pair.0)),
            Shape::Partial(pair) => pair.1.iter().map(of).max().max(Some(Interest::Some)),
            Shape::Function(_) | Shape::Wrapped(_) | Shape::Guarded(_) | Shape::LibraryDecorator(_) => {
                Some(Interest::Some)
            }
            _ => None,
        };
        own.max(held.unwrap_or(Interest::None))
    }
}

fn interest_of(kind: &OriginKind) -> Interest {
    match kind {
        OriginKind::RequestData | OriginKind::Measure => Interest::Some,
        OriginKind::Guessable { by: Guess::Clock | Guess::Identifier } => Interest::None,
        OriginKind::Guessable { .. } => Interest::Some,
        OriginKind::Setting { store: Store::SecretStore, .. } => Interest::Credential,
        OriginKind::Setting { store: Store::Literal, .. } => Interest::Some,
        OriginKind::Setting { name, .. } if !crate::program::vocabulary::is_secret(name) => Interest::Some,
        _ => Interest::Credential,
    }
}
