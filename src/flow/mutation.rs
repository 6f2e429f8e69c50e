//! Methods that change their receiver in place: what the name or attribute holds afterwards.

use super::containers::element_of;
use super::dictionaries;
use super::expression::join_all;
use super::guesses;
use super::interpreter::Interpreter;
use super::origin::{OriginKind, Origins};
use super::state::State;
use super::value::{Arguments, Dictionary, Nullness, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Changes what a name or attribute holds when a method of it changes it in place.
    pub(super) fn mutate(
        &mut self,
        state: State<'p>,
        callee: &'p Expression,
        callee_value: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> State<'p> {
        let ExpressionKind::Attribute { value: target, name, .. } = &callee.kind else { return state };
        let Some(receiver) = &receiver_of(callee_value) else { return state };
        let added = arguments.positional.last();
        if name == "update"
            && let (Shape::ExternalInstance { .. }, Some(added)) = (&receiver.shape, added)
            && let Some((holder, _)) = self.kept_target(&state, target).filter(|(_, meaning)| meaning == "headers")
        {
            let mut state = state;
            self.headers_are_kept(&mut state, holder, added);
            return state;
        }
        match self.changed(name, receiver, arguments, place) {
            Some(changed) => self.bind(state, target, changed).into_iter().next().unwrap_or_default(),
            None if receiver.is_unseen() => Self::saw_credential(state, target, arguments),
            None => state,
        }
    }

    /// What a method makes of the value that it changes in place, when it is one of those.
    fn changed(
        &mut self,
        name: &str,
        receiver: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Value<'p>> {
        let added = arguments.positional.last();
        let changed = match (name, &receiver.shape) {
            // One of several: each that the method changes is changed, the others stay.
            (_, Shape::Union(members)) => {
                let members = Rc::clone(members);
                let mut is_changed = false;
                let each = members.iter().map(|member| {
                    let changed = self.changed(name, member, arguments, place);
                    is_changed |= changed.is_some();
                    changed.unwrap_or_else(|| member.clone())
                });
                let joined = super::expression::join_all(each);
                return is_changed.then_some(joined);
            }
            (
                "append" | "appendleft" | "add" | "insert" | "extend" | "extendleft",
                Shape::Sequence(_) | Shape::Elements(_),
            ) => {
                let added = added?;
                let added = if name.starts_with("extend") { element_of(added) } else { added.clone() };
                let is_empty = matches!(&receiver.shape, Shape::Sequence(elements) if elements.is_empty());
                let typical = if is_empty { added } else { element_of(receiver).join(&added) };
                Value::of(Shape::Elements(Rc::new(typical)))
            }
            ("update" | "__ior__", Shape::Dictionary(known)) => {
                let mut known = Dictionary::clone(known);
                dictionaries::spread(&mut known, &super::gathering::dictionary_from(arguments));
                super::gathering::dictionary(known)
            }
            ("__setitem__", Shape::Dictionary(known)) => {
                let [key, held] = arguments.positional.as_slice() else { return None };
                dictionaries::with_item(known, key.as_text(), held)
            }
            ("popitem", Shape::Dictionary(known)) => {
                let mut rest = Dictionary::default();
                dictionaries::add_rest(&mut rest, &join_all(known.entries.values().chain(&known.rest).cloned()));
                super::gathering::dictionary(rest)
            }
            ("setdefault", Shape::Dictionary(known)) => {
                let key = arguments.positional.first().and_then(Value::as_text);
                let key = key.filter(|key| !known.entries.contains_key(*key))?;
                let held = arguments.get(1, "default").cloned().unwrap_or_else(Value::none);
                // Where other keys are not known, this one may have been among them.
                let held = known.rest.as_ref().map_or_else(|| held.clone(), |rest| rest.join(&held));
                let mut known = Dictionary::clone(known);
                known.entries.insert(key.clone(), held);
                super::gathering::dictionary(known)
            }
            ("pop", Shape::Dictionary(known)) => {
                let mut known = Dictionary::clone(known);
                let key = arguments.positional.first().and_then(Value::as_text);
                if key.is_none_or(|key| known.entries.remove(key).is_none()) {
                    // The header map's copy loses what should not be seen.
                    known.rest = None;
                }
                Value::of(Shape::Dictionary(Rc::new(known)))
            }
            // What is taken out of a copy of the headers, or written over in it, is what should not be seen.
            ("pop" | "popall" | "remove" | "discard", Shape::Request(_)) => Value::present(),
            ("update", Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs)) => {
                let given = super::gathering::dictionary_from(arguments);
                let is_written_over =
                    |given: &Dictionary<'_>| given.entries.keys().any(|name| vocabulary::header_kind(name).is_some());
                return given.as_dictionary().is_some_and(is_written_over).then(Value::present);
            }
            (_, Shape::ExternalInstance { class, .. }) => {
                let Some(Meaning::Decode(model)) = self.models.method(class, name) else { return None };
                return super::decode::held_after(model, arguments, receiver, place);
            }
            ("clear", Shape::Dictionary(_)) => super::gathering::dictionary(Dictionary::default()),
            ("clear", Shape::Sequence(_) | Shape::Elements(_)) => super::gathering::list(Vec::new()),
            ("update", _) if receiver.origins.any(|kind| matches!(kind, OriginKind::Mac | OriginKind::Digest)) => {
                let added = added?;
                let kind = super::library::digest_kind(added);
                let is_mac = kind == OriginKind::Mac || receiver.origins.any(|kind| *kind == OriginKind::Mac);
                let kind = if is_mac { OriginKind::Mac } else { OriginKind::Digest };
                if is_mac {
                    self.body_is_signed(&[added.deep_origins()], place);
                }
                let digest = Origins::one(kind, Confidence::High, place, "the digest is computed here");
                let guessed = if is_mac { Origins::default() } else { guesses::digested_further(receiver, added) };
                Value::from_origins(digest.union(&guessed), Nullness::FULL)
            }
            _ => return None,
        };
        Some(changed)
    }
}

/// The object whose method is called, or those of which it is one.
fn receiver_of<'p>(method: &Value<'p>) -> Option<Value<'p>> {
    match &method.shape {
        Shape::Method(pair) => Some(pair.0.clone()),
        Shape::Union(members) => {
            let each = members.iter().map(receiver_of).collect::<Option<Vec<_>>>()?;
            Some(super::expression::join_all(each.into_iter()))
        }
        _ => None,
    }
}
