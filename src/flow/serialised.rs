//! Texts that serialisers write: what they were written of, what is read from them again, and the names in the query of an address.

use super::origin::{Origin, OriginKind, Origins};
use super::value::{RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::Reading;
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;

/// The names of what is put into the query of an address, as the text that stands around it: `token={}`.
pub(super) fn query_pattern(written: &Value<'_>, place: Place) -> Origins {
    let names: Vec<&Name> = match &written.shape {
        Shape::Dictionary(known) => {
            known.entries.iter().filter(|(_, value)| value.as_text().is_none()).map(|(name, _)| name).collect()
        }
        Shape::Sequence(pairs) => pairs.iter().filter_map(filled_in).collect(),
        _ => Vec::new(),
    };
    if names.is_empty() {
        return Origins::default();
    }
    let names: Vec<&str> = names.into_iter().map(Name::as_str).collect();
    let kind = OriginKind::Address { text: format!("{}={{}}", names.join("={}&")).into() };
    Origins::one(kind, Confidence::High, place, "the query stands here")
}

/// The name in a pair of a name and something that is not written out.
fn filled_in<'a>(pair: &'a Value<'_>) -> Option<&'a Name> {
    match &pair.shape {
        Shape::Sequence(pair) => match pair.as_slice() {
            [name, value] if value.as_text().is_none() => name.as_text(),
            _ => None,
        },
        _ => None,
    }
}

/// What is read from the raw body is no longer raw: who sees a part of it cannot verify the whole. Read whole as JSON it is the
/// same as what frameworks parse.
pub(super) fn parsed<'p>(value: &Value<'p>, written: Option<&Value<'p>>) -> Value<'p> {
    let is_raw = |origin: &Origin| matches!(origin.kind, OriginKind::Body { is_raw: true });
    let is_body = written.is_some_and(|written| !written.origins.is_empty() && written.origins.iter().all(is_raw));
    let origins = value.origins.filter_map(|origin| {
        let kind = if is_raw(origin) { OriginKind::Body { is_raw: false } } else { origin.kind.clone() };
        Some(Origin { kind, ..origin.clone() })
    });
    let shape = if is_body { Shape::Request(RequestMap::Json) } else { value.shape.clone() };
    Value { origins, shape, nullness: value.nullness }
}

/// The text that a serialiser writes of a container keeps what it was written of.
pub(super) fn as_written<'p>(text: &Value<'p>, whole: Value<'p>) -> Value<'p> {
    match whole.shape {
        Shape::Dictionary(_) | Shape::Sequence(_) | Shape::Elements(_) => {
            Value { shape: Shape::Written(Rc::new(whole)), ..text.clone() }
        }
        _ => text.clone(),
    }
}

/// What is read from a text that a serialiser wrote; none where nobody saw it being written.
pub(super) fn read_back<'p>(text: &Value<'p>, reads: Reading, place: Place) -> Option<Value<'p>> {
    let Shape::Written(whole) = &text.shape else { return None };
    let in_list = |value: &Value<'p>| super::gathering::list(vec![value.clone()]);
    match (reads, &whole.shape) {
        (Reading::Value, _) => Some(Value::clone(whole)),
        (Reading::Lists, Shape::Dictionary(known)) => {
            let entries = known.entries.iter().map(|(key, value)| (key.clone(), in_list(value))).collect();
            let rest = known.rest.as_ref().map(in_list);
            Some(super::gathering::dictionary(super::value::Dictionary { entries, rest }))
        }
        (Reading::Pairs, Shape::Dictionary(known)) => {
            let pairs = known.entries.iter().map(|(key, value)| {
                let key = Value::text(key.clone(), place, false);
                super::gathering::list(vec![key, value.clone()])
            });
            let rest = known.rest.iter().map(|rest| super::gathering::list(vec![Value::present(), rest.clone()]));
            Some(super::gathering::list(pairs.chain(rest).collect()))
        }
        _ => None,
    }
}
