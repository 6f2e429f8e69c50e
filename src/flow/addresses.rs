//! The text of a value that is put together of pieces, as far as it is known, where it is an address or holds what somebody
//! chose who wrote a token. Put together with something unknown, the text would be lost.

use super::origin::{OriginKind, Origins};
use super::value::{Arguments, Constant, Shape, Value, is_address};
use crate::finding::Confidence;
use crate::source::Place;

/// Stands for a piece of which nothing is known.
const UNKNOWN: &str = "{}";
/// Stands for a piece that whoever wrote an unverified token chose.
const CHOSEN: &str = "{*}";
/// Bytes of a text that are kept: no address that a program writes down is longer.
const LONGEST: usize = 400;

/// Pieces, one behind the other.
#[derive(Clone, Default)]
pub(super) struct Pieces {
    text: String,
    /// What the pieces are made of, but for the addresses whose text is in the whole.
    origins: Origins,
    addresses: Origins,
    /// Where the first text stands.
    at: Option<Place>,
}

impl Pieces {
    /// A text that is written out.
    pub(super) fn text(&mut self, text: &str, at: Place) {
        self.text.push_str(text);
        self.at.get_or_insert(at);
    }

    /// A value that is put in.
    pub(super) fn value(&mut self, value: &Value<'_>) {
        let origins = value.deep_origins();
        if let Shape::Constant(Constant::Text { text, at, .. }) = &value.shape {
            self.text(text, *at);
            self.addresses = self.addresses.union(&value.address_origin());
            self.origins = self.origins.union(&origins);
            return;
        }
        let mut known = origins.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Address { text } => Some((origin, text)),
            _ => None,
        });
        if let (Some((address, text)), None) = (known.next(), known.next()) {
            self.text.push_str(text);
            self.at.get_or_insert(address.trail.root().place);
            self.addresses = self.addresses.union(&Origins::from_list(vec![address.clone()]));
            self.origins = self.origins.union(&but_texts(&origins));
        } else {
            self.text.push_str(if origins.any(is_chosen) { CHOSEN } else { UNKNOWN });
            self.origins = self.origins.union(&origins);
        }
    }

    /// `text % values`: the values in the places that the text leaves for them, by their order or by name.
    pub(super) fn filled_by_percent(text: &str, at: Place, given: &Value<'_>) -> Self {
        let mut pieces = Self::default();
        let mut values = match &given.shape {
            Shape::Sequence(values) => values.iter().collect::<Vec<_>>(),
            _ => vec![given],
        }
        .into_iter();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            pieces.text(before, at);
            let named = behind.strip_prefix('(').and_then(|behind| behind.split_once(')'));
            let value = match (named, given.as_dictionary()) {
                (Some((name, _)), Some(known)) => known.entries.get(name).or(known.rest.as_ref()),
                (Some(_), None) => None,
                (None, _) if behind.starts_with('%') => None,
                (None, _) => values.next(),
            };
            match value {
                Some(value) => pieces.value(value),
                None => pieces.text.push_str(UNKNOWN),
            }
            let behind = named.map_or(behind, |(_, behind)| behind);
            rest = behind.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic() && letter != '%');
            rest = rest.get(1..).unwrap_or_default();
        }
        pieces.text(rest, at);
        pieces
    }

    /// `text.format(values)`: the same.
    pub(super) fn filled_by_format(text: &str, at: Place, given: &Arguments<'_>) -> Self {
        let mut pieces = Self::default();
        let mut next = 0;
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            pieces.text(before, at);
            let Some((field, behind)) = behind.split_once('}') else { break };
            let name = field.split([':', '!', '.', '[']).next().unwrap_or_default();
            let value = match name.parse::<usize>() {
                Ok(position) => given.positional.get(position),
                Err(_) if name.is_empty() => given.positional.get(next),
                Err(_) => given.keyword(name),
            };
            next += usize::from(name.is_empty());
            match value {
                Some(value) => pieces.value(value),
                None => pieces.text.push_str(UNKNOWN),
            }
            rest = behind;
        }
        pieces.text(rest, at);
        pieces
    }

    /// `text.join(parts)`.
    pub(super) fn joined(parts: &[Value<'_>], text: &str, at: Place) -> Self {
        let mut pieces = Self::default();
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                pieces.text(text, at);
            }
            pieces.value(part);
        }
        pieces
    }

    /// What the whole is made of: its text as one address, or what each piece is.
    pub(super) fn origins(self) -> Origins {
        let is_known = is_address(&self.text) || self.text.contains(CHOSEN);
        match self.at {
            Some(at) if is_known && self.text.len() <= LONGEST => {
                let kind = OriginKind::Address { text: self.text.into() };
                Origins::one(kind, Confidence::High, at, "the address stands here").union(&self.origins)
            }
            _ => self.addresses.union(&self.origins),
        }
    }
}

/// Whether a piece of either value would be lost if only their origins were kept.
pub(super) fn have_text(left: &Value<'_>, right: &Value<'_>) -> bool {
    let has = |value: &Value<'_>| value.as_text().is_some() || value.origins.any(is_text);
    has(left) || has(right)
}

/// Whether the host of an address stands before whatever somebody chose who wrote a token: that is a part of its path then.
pub(super) fn names_host(url: &Value<'_>) -> bool {
    let origins = url.deep_origins();
    let texts = || {
        origins.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Address { text } => Some(text.as_str()),
            _ => None,
        })
    };
    let mut chosen = texts().filter(|text| text.contains(CHOSEN)).peekable();
    if chosen.peek().is_some() {
        return chosen.all(|text| is_host_before(text.split(CHOSEN).next().unwrap_or_default()));
    }
    texts().any(|text| {
        let behind = text.split_once("://").map_or("", |(_, behind)| behind);
        behind.split_once('/').is_some_and(|(host, _)| !host.contains('{'))
    })
}

/// Whether the beginning of an address has its host. One that nobody knows, and that something is put behind, has it.
fn is_host_before(text: &str) -> bool {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    behind.contains('/') || text.starts_with(UNKNOWN)
}

/// The same without the texts of addresses.
pub(super) fn but_texts(origins: &Origins) -> Origins {
    origins.filter_map(|origin| (!is_text(&origin.kind)).then(|| origin.clone()))
}

fn is_text(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Address { .. })
}

fn is_chosen(kind: &OriginKind) -> bool {
    match kind {
        OriginKind::TokenHeader { parameter } => !parameter.is_empty(),
        OriginKind::Claim { is_verified, .. } => !is_verified,
        _ => false,
    }
}
