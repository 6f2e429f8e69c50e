//! Lists, dictionaries and request maps: what their elements are, and what changing them means.

use std::rc::Rc;

use super::evidence::CheckKind;
use super::expression::{as_part, join_all};
use super::interpreter::{Interpreter, RaisedClass};
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part, Step, Store};
use super::state::State;
use super::value::{Nullness, Object, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, Gives};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name, UnaryOperator};

/// A typical element of something that is walked.
pub(super) fn element_of<'p>(value: &Value<'p>) -> Value<'p> {
    match &value.shape {
        Shape::Sequence(elements) => typical_of(elements),
        Shape::Elements(element) => Value::clone(element),
        Shape::Union(members) => join_all(members.iter().map(element_of)),
        Shape::Request(RequestMap::HeaderPairs) => {
            // What was sent has a value, be it an empty one.
            let sent = Value::from_origins(value.origins.clone(), Nullness::FULL.or(Nullness::EMPTY));
            let pair = vec![Value::present(), sent];
            Value::of(Shape::Sequence(Rc::new(pair)))
        }
        Shape::Dictionary(_) | Shape::Request(_) => Value::present(),
        Shape::Found(_) => value.clone().with_nullness(Nullness::ANY),
        _ => Value::from_origins(value.origins.clone(), Nullness::ANY),
    }
}

/// The typical element of a list, or the value itself where it is none.
pub(super) fn element_of_list<'p>(value: &Value<'p>) -> Value<'p> {
    match &value.shape {
        Shape::Sequence(_) | Shape::Elements(_) => element_of(value),
        _ => value.clone(),
    }
}

/// One element that stands for all; of rows of one length, one row.
fn typical_of<'p>(elements: &[Value<'p>]) -> Value<'p> {
    let row = |element: &'_ Value<'p>| match &element.shape {
        Shape::Sequence(parts) => Some(Rc::clone(parts)),
        _ => None,
    };
    let rows: Option<Vec<Rc<Vec<Value<'p>>>>> = elements.iter().map(row).collect();
    match rows.as_deref() {
        Some([first, rest @ ..]) if !rest.is_empty() && rest.iter().all(|row| row.len() == first.len()) => {
            let column = |at: usize| join_all(rows.iter().flatten().filter_map(|row| row.get(at)).cloned());
            Value::of(Shape::Sequence(Rc::new((0..first.len()).map(column).collect())))
        }
        _ => join_all(elements.iter().cloned()),
    }
}

/// The element at a place counted from the front, as in tuple unpacking.
pub(super) fn element_at<'p>(value: &Value<'p>, at: usize) -> Value<'p> {
    match &value.shape {
        Shape::Sequence(elements) => elements.get(at).cloned().unwrap_or_else(|| element_of(value)),
        Shape::Union(members) => join_all(members.iter().map(|member| element_at(member, at))),
        _ => element_of(value),
    }
}

impl<'p> Interpreter<'p, '_> {
    /// `object[index]`.
    pub(super) fn subscript(
        &mut self,
        state: &State<'p>,
        object: &Value<'p>,
        index: &Value<'p>,
        written: &'p Expression,
        place: Place,
    ) -> Value<'p> {
        if let ExpressionKind::Slice { lower, upper, .. } = &written.kind {
            return slice(object, lower.as_deref(), upper.as_deref());
        }
        self.indexed(state, object, index, place)
    }

    /// Behind `request.headers["X-Api-Key"]` in a `try` that would catch its absence, the credential is there.
    pub(super) fn found_there(
        &mut self,
        mut state: State<'p>,
        object: &Value<'p>,
        value: &Value<'p>,
        place: Place,
    ) -> State<'p> {
        let is_demanded = self.frame().open_tries > 0 && matches!(object.shape, Shape::Request(_));
        if is_demanded {
            super::condition::add_presence(&mut state, &value.origins, CheckKind::Presence, place);
        }
        state
    }

    /// `operator.getitem(object, key)`: as the brackets do it.
    pub(super) fn taken(&mut self, state: &State<'p>, object: &Value<'p>, key: &Value<'p>, place: Place) -> Value<'p> {
        if let Some(value) = self.special_item(state, object, key, place) {
            return value;
        }
        let object = self.walked(state, object, place);
        self.indexed(state, &object, key, place)
    }

    fn indexed(&mut self, state: &State<'p>, object: &Value<'p>, index: &Value<'p>, place: Place) -> Value<'p> {
        match &object.shape {
            // `Annotated[kind, extra, …]` is kept whole: frameworks read the extras.
            Shape::External(path) if self.models.canonical(path) == super::injection::ANNOTATED => {
                let parts = match &index.shape {
                    Shape::Sequence(parts) => parts.to_vec(),
                    _ => vec![index.clone()],
                };
                super::injection::marker(&Name::new(super::injection::ANNOTATED), super::value::Arguments::of(parts))
            }
            Shape::Sequence(elements) => match index.as_integer() {
                Some(at) => {
                    let at = if at < 0 {
                        elements.len().checked_sub(at.unsigned_abs() as usize)
                    } else {
                        usize::try_from(at).ok()
                    };
                    match at.and_then(|at| elements.get(at)) {
                        Some(element) => {
                            // After a test of their number, the parts of a header are there.
                            let is_counted = state.evidence.has(CheckKind::Shape) && is_of_caller(&element.origins);
                            if !is_counted {
                                self.lookup_error(state, object, element, place);
                            }
                            element.clone()
                        }
                        None => element_of(object),
                    }
                }
                None => element_of(object),
            },
            Shape::Union(members) => {
                let members = Rc::clone(members);
                join_all(members.iter().map(|member| self.indexed(state, member, index, place)))
            }
            _ => {
                let found = self.item(state, object, index, None, place, Nullness::PRESENT);
                self.lookup_error(state, object, &found, place);
                found
            }
        }
    }

    /// A `KeyError` or `IndexError` that an enclosing `try` may catch. It says something about the caller only where what
    /// is looked for is a credential, or is part of one.
    fn lookup_error(&mut self, state: &State<'p>, object: &Value<'p>, found: &Value<'p>, place: Place) {
        if self.frame().open_tries == 0 || self.is_missed_by_accident(found) {
            return;
        }
        let classes = ["LookupError", "KeyError", "IndexError", "werkzeug.exceptions.BadRequestKeyError"];
        let class = RaisedClass::External(Rc::new(classes.into_iter().map(Name::new).collect()));
        let mut state = state.clone();
        if is_of_caller(&object.deep_origins()) || is_of_caller(&found.origins) {
            state.evidence.add(CheckKind::Rejected, place);
        }
        self.raise(state, class, Origins::default(), place);
    }

    /// A setting that a deployment lacks, where no handler waits for that: what else is caught there says something about callers.
    fn is_missed_by_accident(&self, found: &Value<'p>) -> bool {
        let is_setting = |kind: &OriginKind| {
            matches!(kind, OriginKind::Setting { store: Store::Environment | Store::Configuration, .. })
        };
        let mut origins = found.origins.iter().peekable();
        origins.peek().is_some()
            && origins.all(|origin| is_setting(&origin.kind))
            && !self.open_tries.iter().any(|open| open.names_key_error)
    }

    /// `object.get(key, default)` and `object[key]`: `absent` says what a missing key gives.
    pub(super) fn item(
        &mut self,
        state: &State<'p>,
        object: &Value<'p>,
        key: &Value<'p>,
        default: Option<&Value<'p>>,
        place: Place,
        absent: Nullness,
    ) -> Value<'p> {
        self.identity_is_looked_at(object, place);
        let found = match &object.shape {
            Shape::Request(map) => self.request_item(state, *map, object, key, place),
            Shape::Dictionary(dictionary) => match key.as_text() {
                Some(text) => match (dictionary.entries.get(text), &dictionary.rest) {
                    (Some(value), _) => {
                        let stubs = object.origins.filter_map(|origin| match origin.kind {
                            OriginKind::StubResult { .. } => Some(origin.clone()),
                            _ => None,
                        });
                        return value.clone().with_origins(value.origins.union(&stubs));
                    }
                    (None, Some(rest)) if super::dictionaries::holds_headers(rest) => {
                        self.header_among(state, rest, key, place)
                    }
                    (None, Some(rest)) => rest.clone(),
                    (None, None) => return default.cloned().unwrap_or_else(Value::none),
                },
                None => join_all(dictionary.entries.values().cloned().chain(dictionary.rest.clone())),
            },
            Shape::ExternalInstance { class, .. } if self.models.role(class) == Some(ClassRole::Configuration) => {
                // What the key was given is what `[]` gives, `None` included.
                return self.configured(state, key, default, place, absent);
            }
            Shape::ExternalInstance { class, .. } if self.models.role(class) == Some(ClassRole::Session) => {
                let known = key.as_text().and_then(|key| state.attribute(Object::Session, key)).cloned();
                known.unwrap_or_else(Value::unknown)
            }
            Shape::ExternalInstance { class, .. } if self.models.has_items(class) => {
                self.keyed_item(object, class, key, place)
            }
            Shape::External(path) if self.is_setting_map(path) => self.setting_item(path, key, place),
            Shape::Elements(element) => Value::clone(element),
            _ if super::dictionaries::holds_headers(object) && key.as_text().is_some() => {
                self.header_among(state, object, key, place)
            }
            _ => self.unknown_item(object, key, place),
        };
        // What `[]` gives is there; what `.get` gives may be absent, or is the default.
        match default {
            Some(default) if absent != Nullness::PRESENT => {
                let present = found.nullness.and(Nullness::PRESENT);
                let origins = if default.is_none() {
                    found.origins.clone()
                } else {
                    // A key that others can foresee is no better where it only stands in for another.
                    let foreseen = super::guesses::guesses(&default.origins);
                    found.origins.union(&default.literal_origin()).union(&foreseen)
                };
                Value { origins, nullness: present.or(default.nullness), ..found }
            }
            _ if absent == Nullness::PRESENT => {
                let left = found.nullness.and(Nullness::PRESENT);
                found.with_nullness(left)
            }
            _ => {
                let nullness = found.nullness.or(Nullness::NONE);
                found.with_nullness(nullness)
            }
        }
    }

    /// An item of a library's object whose keys a model describes.
    fn keyed_item(&mut self, object: &Value<'p>, class: &str, key: &Value<'p>, place: Place) -> Value<'p> {
        let gives = key.as_text().and_then(|key| self.models.item(class, key)).cloned();
        self.given(object, &gives.unwrap_or(Gives::RequestData), place)
    }

    fn unknown_item(&mut self, object: &Value<'p>, key: &Value<'p>, place: Place) -> Value<'p> {
        let value = self.unseen_item(object, key, place);
        if let Shape::Found(_) = &object.shape { Value { shape: object.shape.clone(), ..value } } else { value }
    }

    fn unseen_item(&mut self, object: &Value<'p>, key: &Value<'p>, place: Place) -> Value<'p> {
        let name = key.as_text().cloned().unwrap_or_default();
        if object.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) {
            return Value::from_origins(self.claim(&object.origins, &name, place), Nullness::ANY);
        }
        if object.origins.is_empty()
            && vocabulary::is_secret(&name)
            && (object.is_unseen() || matches!(object.shape, Shape::External(_)))
        {
            let kind = OriginKind::Setting { store: Store::Attribute, name: name.clone() };
            return Value::from_origins(
                Origins::one(kind, Confidence::Medium, place, format!("`{name}` is read here")),
                Nullness::ANY,
            );
        }
        // A stored secret is often a record, and its other fields (a host, a user's name) are harmless.
        let is_harmless =
            !name.is_empty() && !vocabulary::is_secret(&name) && !matches!(name.as_str(), "key" | "value");
        let origins = object.origins.filter_map(|origin| {
            if matches!(&origin.kind, OriginKind::TokenHeader { parameter } if parameter.is_empty()) {
                return Some(super::origin::Origin {
                    kind: OriginKind::TokenHeader { parameter: name.clone() },
                    ..origin.clone()
                });
            }
            let is_stored = matches!(origin.kind, OriginKind::Setting { store: Store::SecretStore, .. });
            let is_beside =
                origin.kind == OriginKind::TokenResponse && (is_reason(&name) || vocabulary::is_beside_a_token(&name));
            (!is_beside && (!is_harmless || !is_stored)).then(|| origin.clone())
        });
        // What whoever runs the program must give is given with all its parts.
        let is_required = object.nullness == Nullness::FULL
            && !object.origins.is_empty()
            && object.origins.iter().all(|origin| matches!(origin.kind, OriginKind::Setting { .. }));
        Value::from_origins(origins, if is_required { Nullness::FULL } else { Nullness::ANY })
    }

    /// Whether a library name is a mapping of settings such as `os.environ`.
    pub(super) fn is_setting_map(&self, path: &str) -> bool {
        matches!(self.models.meaning(path), Some(crate::models::Meaning::SettingMap(_)))
    }

    fn setting_item(&mut self, path: &str, key: &Value<'p>, place: Place) -> Value<'p> {
        let store = match self.models.meaning(path) {
            Some(crate::models::Meaning::SettingMap(model)) => super::library::store(model.store),
            _ => Store::Environment,
        };
        self.setting(store, key, place, Nullness::FULL)
    }

    /// A setting by its key.
    pub(super) fn setting(&mut self, store: Store, key: &Value<'p>, place: Place, nullness: Nullness) -> Value<'p> {
        let name = key.as_text().cloned().unwrap_or_else(|| Name::new(""));
        let description = match store {
            Store::Environment => format!("the environment variable `{name}` is read here"),
            Store::SecretStore => format!("the secret `{name}` is fetched here"),
            _ => format!("the setting `{name}` is read here"),
        };
        let kind = OriginKind::Setting { store, name };
        Value::from_origins(Origins::one(kind, Confidence::High, place, description), nullness)
    }

    /// A named part of the request: a credential where its name says so.
    pub(super) fn request_item(
        &mut self,
        state: &State<'p>,
        map: RequestMap,
        object: &Value<'p>,
        key: &Value<'p>,
        place: Place,
    ) -> Value<'p> {
        let name = key.as_text().cloned().unwrap_or_default();
        let confidence = object.origins.iter().map(|origin| origin.confidence).min().unwrap_or(Confidence::High);
        let written = match map {
            RequestMap::Environment => header_of_environment(&name),
            _ => name.clone(),
        };
        let (channel, kind) = match map {
            RequestMap::Headers | RequestMap::HeaderPairs | RequestMap::Environment => {
                (Channel::Header, vocabulary::header_kind(&written))
            }
            RequestMap::Query => (Channel::Query, vocabulary::credential_kind(&name)),
            RequestMap::Values => (Channel::Values, vocabulary::credential_kind(&name)),
            RequestMap::Form => (Channel::Form, vocabulary::credential_kind(&name)),
            RequestMap::Cookies => (Channel::Cookie, vocabulary::credential_kind(&name)),
            RequestMap::Json => (Channel::Body, vocabulary::credential_kind(&name)),
            RequestMap::Path => (Channel::Path, vocabulary::credential_kind(&name)),
            RequestMap::Authorization => return self.authorization_part(&name, confidence, place),
        };
        let nullness = state.known(&format!("{channel:?} {}", written.to_ascii_lowercase()));
        let nullness = if nullness.is_impossible() { Nullness::ANY } else { nullness };
        let Some(kind) = kind else {
            let what =
                if map == RequestMap::Json { OriginKind::Body { is_raw: false } } else { OriginKind::RequestData };
            let description = if name.is_empty() {
                "request data enters here".to_owned()
            } else {
                format!("`{name}` is read from the request here")
            };
            return Value::from_origins(Origins::one(what, confidence, place, description), nullness);
        };
        let part = if channel == Channel::Header && kind == CredentialKind::Bearer { Part::Whole } else { Part::Token };
        let description = match channel {
            Channel::Header => format!("the `{written}` header enters here"),
            Channel::Query => format!("`{written}` enters from the query string here"),
            Channel::Cookie => format!("the cookie `{written}` enters here"),
            _ => format!("`{written}` enters from the request here"),
        };
        let credential = Credential { channel, kind, name: written, part };
        let origins = Origins::one(OriginKind::Credential(credential), confidence, place, description);
        self.credential_is_read(&origins, place);
        Value::from_origins(origins, nullness)
    }

    /// Remembers that the entry reads a credential.
    pub(super) fn credential_is_read(&mut self, origins: &Origins, place: Place) {
        if self.is_loud()
            && let Some((origin, _)) = origins.credential()
        {
            self.facts.reads.insert(place, origin.clone());
        }
    }

    /// A part of `request.authorization`.
    pub(super) fn authorization_part(&mut self, name: &str, confidence: Confidence, place: Place) -> Value<'p> {
        let (kind, part) = match name {
            "token" => (CredentialKind::Bearer, Part::Token),
            "password" => (CredentialKind::Password, Part::Token),
            "username" => (CredentialKind::Password, Part::Username),
            "type" => (CredentialKind::Bearer, Part::Scheme),
            _ => (CredentialKind::Bearer, Part::Whole),
        };
        let credential = Credential { channel: Channel::Header, kind, name: "Authorization".into(), part };
        let description = format!(
            "the {} of the `Authorization` header enters here",
            if part == Part::Whole { "content" } else { name }
        );
        let origins = Origins::one(OriginKind::Credential(credential), confidence, place, description);
        self.credential_is_read(&origins, place);
        Value::from_origins(origins, Nullness::ANY)
    }
}

/// The header of a token, not one parameter of it.
pub(super) fn whole_header() -> OriginKind {
    OriginKind::TokenHeader { parameter: Name::default() }
}

/// `HTTP_X_API_KEY` as the header it stands for: `X-Api-Key` (PEP 3333).
fn header_of_environment(key: &str) -> Name {
    let Some(bare) = key.strip_prefix("HTTP_") else { return Name::new(key) };
    let words = bare.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{first}{}", rest.to_ascii_lowercase())
    });
    words.collect::<Vec<_>>().join("-").into()
}

/// `value[lower:upper]` of something that may be a credential.
fn slice<'p>(value: &Value<'p>, lower: Option<&Expression>, upper: Option<&Expression>) -> Value<'p> {
    let number = |bound: Option<&Expression>| match bound.map(|bound| &bound.kind) {
        Some(ExpressionKind::Integer(number)) => *number,
        Some(ExpressionKind::Unary { operator: UnaryOperator::Minus, operand }) => match &operand.kind {
            ExpressionKind::Integer(number) => number.map(i64::wrapping_neg),
            _ => None,
        },
        _ => None,
    };
    match &value.shape {
        Shape::Sequence(elements) => {
            let from = number(lower).map_or(0, |from| usize::try_from(from).unwrap_or_default()).min(elements.len());
            let to = number(upper)
                .filter(|to| *to >= 0)
                .map_or(elements.len(), |to| usize::try_from(to).unwrap_or_default())
                .clamp(from, elements.len());
            Value::of(Shape::Sequence(Rc::new(elements[from..to].to_vec())))
        }
        Shape::Elements(_) => value.clone(),
        _ if value.origins.is_empty() => Value::present(),
        _ => {
            let is_masked = upper.is_some() && lower.is_none() && number(upper).is_some_and(|to| (0..=4).contains(&to));
            let is_tail = upper.is_none() && number(lower).is_some_and(|from| (-4..0).contains(&from));
            if is_masked || is_tail {
                // Four characters of a token identify it to its owner and help nobody else.
                return Value::present();
            }
            let part = if lower.is_some() && upper.is_none() { Part::Token } else { Part::Fragment };
            let origins = value.origins.filter_map(|origin| {
                let part = match &origin.kind {
                    OriginKind::Credential(credential) if credential.part == Part::Whole && lower.is_none() => {
                        Part::Scheme
                    }
                    _ => part,
                };
                Some(super::origin::Origin { kind: origin.kind.with_part(part), ..origin.clone() })
            });
            Value::from_origins(origins, Nullness::PRESENT)
        }
    }
}

/// The parts of a credential that is split at a separator.
pub(super) fn split_parts<'p>(
    origins: &Origins,
    method: &str,
    separator: Option<&str>,
    place: Place,
    with_separator: bool,
    may_be_empty: bool,
) -> Value<'p> {
    let stepped = origins.step(place, &Step::Derived(method.into()));
    // `signed, signature = token.rsplit(".", 1)`: all but the signature still is header and claims.
    let is_from_behind = method.starts_with('r') && separator == Some(".");
    let first_part = |credential: &Credential| match (credential.part, separator) {
        (Part::Token, _) if is_from_behind => Part::Token,
        // A token without a scheme before it: the parts of a JWT.
        (Part::Whole, Some(".")) => Part::Fragment,
        (Part::Whole, _) => Part::Scheme,
        (Part::Token, Some(":")) => Part::Username,
        (Part::Token, Some("=")) if credential.kind == CredentialKind::Signature => Part::Scheme,
        _ => Part::Fragment,
    };
    let (first, second) = match stepped.credential() {
        Some((_, credential)) => {
            let is_rest_a_part = is_from_behind || first_part(credential) == Part::Fragment;
            let rest = if is_rest_a_part { Part::Fragment } else { Part::Token };
            (as_part(&stepped, first_part(credential)), as_part(&stepped, rest))
        }
        None => (stepped.clone(), stepped.clone()),
    };
    // The first part of a JWT is its header, the second its claims (RFC 7515 section 3.1).
    // So is what was cut off something longer (`presentation.split("~")[0].split(".")`).
    let is_token = matches!(stepped.credential(), Some((_, credential))
        if matches!(credential.part, Part::Token | Part::Whole) || credential.kind == CredentialKind::Bearer);
    let first = if separator == Some(".") && is_token && !is_from_behind {
        first.filter_map(|origin| Some(super::origin::Origin { kind: whole_header(), ..origin.clone() }))
    } else {
        first
    };
    // Only what a caller sends can have empty parts at will.
    let nullness = if may_be_empty && stepped.credential().is_some() { Nullness::PRESENT } else { Nullness::FULL };
    let first = Value::from_origins(first, nullness);
    let second = Value::from_origins(second, nullness);
    let elements = match (with_separator, separator) {
        (true, _) => vec![first, Value::present(), second],
        (false, Some(".")) if is_token && !is_from_behind => vec![first, second.clone(), second],
        (false, _) => vec![first, second],
    };
    Value::of(Shape::Sequence(Rc::new(elements)))
}

/// Whether what is missing would have told something about the caller.
pub(super) fn is_of_caller(origins: &Origins) -> bool {
    origins.any(|kind| {
        matches!(
            kind,
            OriginKind::Credential(_)
                | OriginKind::HeaderMap
                | OriginKind::Claims { .. }
                | OriginKind::Claim { .. }
                | OriginKind::TokenHeader { .. }
                | OriginKind::TokenResponse
                | OriginKind::Identity
        )
    })
}

/// A field of a token endpoint's answer that says why there is no token (RFC 6749 section 5.2), as services spell it.
fn is_reason(field: &str) -> bool {
    let starts = ["error", "err", "message", "msg", "detail", "reason", "status", "code"];
    vocabulary::words(field).first().is_some_and(|word| starts.iter().any(|start| word.starts_with(start)))
}
