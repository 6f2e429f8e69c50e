//! Methods of strings, containers, request maps and of objects that only a name tells about.

use std::rc::Rc;
use std::sync::Arc;

use smallvec::SmallVec;

use super::containers::{self, element_of, split_parts};
use super::event::Comparator;
use super::event::Operand;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins, Part, Step};
use super::state::State;
use super::value::{Arguments, Constant, Dictionary, Nullness, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, DecodeModel, Gives};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name};

/// Methods whose result is the receiver in another form.
const CONVERSIONS: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "casefold",
    "title",
    "capitalize",
    "swapcase",
    "encode",
    "decode",
    "replace",
    "removeprefix",
    "removesuffix",
    "expandtabs",
    "zfill",
    "translate",
    "ljust",
    "rjust",
    "center",
    "hex",
    "hexdigest",
    "digest",
    "tobytes",
    "group",
    "groups",
    "groupdict",
    "format_map",
    "read",
    "getvalue",
    "to_bytes",
    "copy",
    "get_secret_value",
    "reveal_secret",
    "json",
];

impl<'p> Interpreter<'p, '_> {
    /// `receiver.name(arguments)`.
    pub(super) fn call_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match &receiver.shape {
            Shape::Union(members) => {
                let mut all: Branches<'p> = SmallVec::new();
                for member in members.iter().filter(|member| !member.is_none()) {
                    let methods = self.attribute(state.clone(), member, name, place);
                    all.extend(
                        self.then(methods, |this, state, method| this.call(state, &method, arguments.clone(), place)),
                    );
                }
                super::expression::merge_branches(all)
            }
            Shape::Request(map) => self.request_method(state, receiver, *map, name, &arguments, place),
            Shape::ExternalInstance { class, .. } => {
                let class = class.clone();
                self.library_method(state, receiver, &class, name, arguments, place)
            }
            Shape::Dictionary(_) | Shape::Sequence(_) | Shape::Elements(_) => {
                self.container_method(state, receiver, name, &arguments, place)
            }
            Shape::Constant(Constant::Text { .. }) => self.text_method(state, receiver, name, &arguments, place),
            Shape::Function(_) if matches!(name.as_str(), "delay" | "apply_async" | "s" | "si") => {
                one(state, Value::unknown())
            }
            _ if !receiver.origins.is_empty() => self.origin_method(state, receiver, name, &arguments, place),
            _ => self.unknown_method(state, receiver, name, &arguments, place),
        }
    }

    fn library_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        class: &str,
        name: &Name,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if let Some(meaning) = self.models.method(class, name).cloned() {
            let path: Name = format!("{class}.{name}").into();
            return self.apply(state, &meaning, &path, arguments, Some(receiver), place);
        }
        if let Some(gives) = self.models.method_gives(class, name).cloned() {
            let value = self.given(receiver, &gives, place);
            if matches!(gives, Gives::ItemOf(_)) {
                // The name of the item comes first, whatever the parameter is called.
                let mut arguments = arguments;
                if arguments.positional.is_empty() && !arguments.keywords.is_empty() {
                    arguments.positional.push(arguments.keywords.remove(0).1);
                }
                return self.get(state, &value, &arguments, place);
            }
            return one(state, value);
        }
        match (self.models.role(class), name.as_str()) {
            (Some(ClassRole::Configuration), "get" | "__getitem__") | (Some(ClassRole::Session), "get" | "pop") => {
                self.get(state, receiver, &arguments, place)
            }
            (_, "get" | "pop" | "__getitem__") if self.models.has_items(class) => {
                self.get(state, receiver, &arguments, place)
            }
            (Some(ClassRole::Configuration), "update" | "from_mapping") => {
                let mut given = Dictionary { entries: arguments.keywords.iter().cloned().collect(), rest: None };
                if let Some(first) = arguments.positional.first() {
                    containers::spread(&mut given, first);
                }
                let mut state = state;
                for (key, value) in given.entries {
                    self.configuration_is_set(&mut state, &key, &value, place);
                }
                one(state, Value::none())
            }
            (Some(ClassRole::Configuration), "from_object") => {
                let mut state = state;
                if let Some(object) = arguments.positional.first() {
                    self.configure_from(&mut state, object, place);
                }
                one(state, Value::none())
            }
            (Some(ClassRole::Configuration), _) => one(state, Value::unknown()),
            (Some(ClassRole::RequestGlobals), "get" | "pop") => {
                let known = arguments
                    .positional
                    .first()
                    .and_then(Value::as_text)
                    .and_then(|key| state.attribute(super::value::Object::RequestGlobals, key).cloned());
                one(state, known.unwrap_or_else(Value::unknown))
            }
            _ => {
                if self.is_logger_method(receiver, name, place) {
                    return self.log_by_name(state, &arguments, place, Confidence::Medium);
                }
                if receiver.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })) {
                    return self.claims_method(state, receiver, name, &arguments, place);
                }
                let written = format!("{class}.{name}");
                self.unknown_call(state, &written, Some(receiver), &arguments, place)
            }
        }
    }

    /// `object.get(key, default)`.
    fn get(&mut self, state: State<'p>, receiver: &Value<'p>, arguments: &Arguments<'p>, place: Place) -> Branches<'p> {
        let key = arguments.get(0, "key").cloned().unwrap_or_else(Value::unknown);
        let default = arguments.get(1, "default").cloned();
        let value = self.item(&state, receiver, &key, default.as_ref(), place, Nullness::ANY);
        one(self.relying_on(state, &value, place), value)
    }

    fn request_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        map: RequestMap,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match name.as_str() {
            "get" | "pop" | "__getitem__" | "getone" => self.get(state, receiver, arguments, place),
            "getlist" | "get_all" | "getall" => {
                let branches = self.get(state, receiver, arguments, place);
                self.then(branches, |_, state, value| one(state, Value::of(Shape::Elements(Rc::new(value)))))
            }
            "items" | "lists" => {
                let pair = vec![Value::present(), Value::from_origins(receiver.origins.clone(), Nullness::ANY)];
                let pair = Value::of(Shape::Sequence(Rc::new(pair)));
                one(state, Value::of(Shape::Elements(Rc::new(pair))))
            }
            "values" | "to_wsgi_list" | "listvalues" => one(
                state,
                Value::of(Shape::Elements(Rc::new(Value::from_origins(receiver.origins.clone(), Nullness::ANY)))),
            ),
            "keys" => one(state, Value::of(Shape::Elements(Rc::new(Value::present())))),
            "copy" | "to_dict" | "__str__" | "__repr__" => one(state, receiver.clone()),
            "has_key" | "__contains__" => one(state, Value::any_boolean()),
            _ if map == RequestMap::Json => one(state, Value::unknown()),
            _ => self.unknown_call(state, name, Some(receiver), arguments, place),
        }
    }

    fn container_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match (name.as_str(), &receiver.shape) {
            ("get" | "pop" | "setdefault", Shape::Dictionary(_)) => self.get(state, receiver, arguments, place),
            ("items", Shape::Dictionary(dictionary)) => {
                let pairs = dictionary.entries.iter().map(|(key, value)| {
                    let key = Value::text(key.clone(), place, false);
                    Value::of(Shape::Sequence(Rc::new(vec![key, value.clone()])))
                });
                let rest = dictionary
                    .rest
                    .iter()
                    .map(|rest| Value::of(Shape::Sequence(Rc::new(vec![Value::present(), rest.clone()]))));
                one(state, Value::of(Shape::Sequence(Rc::new(pairs.chain(rest).collect()))))
            }
            ("values", Shape::Dictionary(dictionary)) => {
                let values: Vec<Value<'p>> =
                    dictionary.entries.values().cloned().chain(dictionary.rest.clone()).collect();
                one(state, Value::of(Shape::Sequence(Rc::new(values))))
            }
            ("keys", _) => one(state, Value::of(Shape::Elements(Rc::new(Value::present())))),
            ("copy", _) => one(state, receiver.clone()),
            ("pop", _) => one(state, element_of(receiver)),
            ("__contains__", _) => one(state, Value::any_boolean()),
            (_, _) => one(state, Value::unknown()),
        }
    }

    /// Methods of a string constant.
    fn text_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let Shape::Constant(Constant::Text { text, at, is_bytes }) = &receiver.shape else {
            return one(state, Value::unknown());
        };
        let keep = |text: &str| Value::text(text.into(), *at, *is_bytes);
        let value = match name.as_str() {
            "encode" | "decode" => Value::text(text.clone(), *at, name == "encode"),
            "strip" => keep(text.trim()),
            "lower" | "casefold" => keep(&text.to_lowercase()),
            "upper" => keep(&text.to_uppercase()),
            "format" | "join" | "format_map" => {
                let origins = arguments.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
                Value::from_origins(origins, Nullness::FULL)
            }
            "startswith" | "endswith" => {
                if let Some(other) = arguments.positional.first().and_then(Value::as_text) {
                    let holds = if name == "startswith" {
                        text.starts_with(other.as_str())
                    } else {
                        text.ends_with(other.as_str())
                    };
                    return one(state, Value::boolean(holds));
                }
                let origins = arguments.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
                return self.form_test(state, &origins, CheckKind::Shape, place);
            }
            "isdigit" | "isnumeric" | "isdecimal" => {
                Value::boolean(!text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit()))
            }
            "__eq__" | "__ne__" => return self.equality_method(state, receiver, arguments, name == "__ne__", place),
            "split" => {
                let separator = arguments.positional.first().and_then(Value::as_text);
                let parts = match separator {
                    Some(separator) if !separator.is_empty() => text.split(separator.as_str()).map(keep).collect(),
                    _ => text.split_whitespace().map(keep).collect(),
                };
                Value::of(Shape::Sequence(Rc::new(parts)))
            }
            _ => Value::present(),
        };
        one(state, value)
    }

    /// Methods of a string, bytes or claims value that has origins.
    fn origin_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let origins = &receiver.origins;
        if origins.any(|kind| matches!(kind, OriginKind::Claims { .. } | OriginKind::TokenHeader)) {
            return self.claims_method(state, receiver, name, arguments, place);
        }
        let separator = arguments.get(0, "sep").and_then(Value::as_text).map(std::string::ToString::to_string);
        match name.as_str() {
            "split" | "rsplit" | "splitlines" => {
                // `split()` drops empty parts; `split(" ")` keeps them.
                let parts = split_parts(origins, name, separator.as_deref(), place, false, separator.is_some());
                if self.frame().open_tries > 0 {
                    let classes = ["ValueError", "IndexError", "AttributeError"].into_iter().map(Name::new).collect();
                    let mut failing = state.clone();
                    failing.evidence.add(CheckKind::Rejected, place);
                    self.raise(
                        failing,
                        super::interpreter::RaisedClass::External(Rc::new(classes)),
                        Origins::default(),
                        place,
                    );
                }
                one(state, parts)
            }
            "partition" | "rpartition" => {
                one(state, split_parts(origins, name, separator.as_deref(), place, true, true))
            }
            "startswith" | "endswith" => {
                let sees_secret = arguments.iter().any(|value| !value.deep_origins().is_empty());
                let kind = if sees_secret { CheckKind::Opaque } else { CheckKind::Scheme };
                self.form_test(state, origins, kind, place)
            }
            "isdigit" | "isalnum" | "isalpha" | "isascii" | "isnumeric" | "isdecimal" | "isidentifier"
            | "isprintable" | "islower" | "isupper" => self.form_test(state, origins, CheckKind::Shape, place),
            "count" | "find" | "index" | "rfind" | "rindex" | "__len__" => {
                one(state, super::library::measured(origins))
            }
            "__eq__" | "__ne__" => self.equality_method(state, receiver, arguments, name == "__ne__", place),
            "format" | "join" => {
                let all = arguments.iter().fold(origins.clone(), |all, value| all.union(&value.deep_origins()));
                one(state, Value::from_origins(all, Nullness::PRESENT))
            }
            "update" => one(state, Value::none()),
            _ if CONVERSIONS.contains(&name.as_str()) => one(state, converted(receiver, name, arguments, place)),
            _ if origins.credential().is_none() => {
                // A setting or request value that some unknown method looks at: nothing is known of the result.
                let written = name.clone();
                if self.is_logger_method(receiver, name, place) {
                    return self.log_by_name(state, arguments, place, Confidence::Medium);
                }
                self.unknown_call(state, &written, Some(receiver), arguments, place)
            }
            _ => self.unknown_call(state, name, Some(receiver), arguments, place),
        }
    }

    fn claims_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        match name.as_str() {
            "get" | "pop" | "setdefault" | "__getitem__" => self.get(state, receiver, arguments, place),
            "items" | "values" | "copy" | "keys" => one(state, receiver.clone()),
            "update" => one(state, Value::none()),
            _ => match self.decode_validated_by(&receiver.origins, name) {
                Some(model) => {
                    let classes = Rc::new(model.raises.iter().map(Name::new).collect());
                    let class = super::interpreter::RaisedClass::External(classes);
                    let mut failed = state.clone();
                    failed.evidence.add(CheckKind::FailedVerification, place);
                    self.raise(failed, class, Origins::default(), place);
                    let mut state = state;
                    state.evidence.add(CheckKind::Expiry, place);
                    one(state, Value::none())
                }
                None => self.unknown_call(state, name, Some(receiver), arguments, place),
            },
        }
    }

    /// The decoder of claims whose library checks them later, in a method of this name.
    fn decode_validated_by(&self, claims: &Origins, name: &str) -> Option<Arc<DecodeModel>> {
        let places = claims.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Claims { decode, .. } => Some(decode),
            _ => None,
        });
        let mut models = places.filter_map(|place| self.facts.decodes.get(place)).map(|decode| &decode.model);
        models.find(|model| model.validated_by.as_deref() == Some(name)).cloned()
    }

    /// `a.__eq__(b)`.
    fn equality_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        arguments: &Arguments<'p>,
        is_negated: bool,
        place: Place,
    ) -> Branches<'p> {
        let Some(other) = arguments.positional.first() else { return one(state, Value::any_boolean()) };
        self.equality(state, [receiver.clone(), other.clone()], Comparator::Equality, is_negated, place)
    }

    /// Equality as a value.
    pub(super) fn equality(
        &mut self,
        state: State<'p>,
        [left, right]: [Value<'p>; 2],
        comparator: Comparator,
        is_negated: bool,
        place: Place,
    ) -> Branches<'p> {
        let left = Operand { value: left, place };
        let right = Operand { value: right, place };
        let before = state.evidence.clone();
        let (yes, no) = self.compare_equal(state, left, right, comparator, place);
        if yes.iter().chain(&no).all(|state| state.evidence == before) {
            let joined = super::state::merge(yes.into_iter().chain(no).collect(), place).0;
            return joined.into_iter().map(|state| (state, Value::any_boolean())).collect();
        }
        let yes = yes.into_iter().map(|state| (state, Value::boolean(!is_negated)));
        let no = no.into_iter().map(|state| (state, Value::boolean(is_negated)));
        yes.chain(no).collect()
    }

    fn unknown_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if self.is_logger_method(receiver, name, place) {
            return self.log_by_name(state, arguments, place, Confidence::Medium);
        }
        match name.as_str() {
            "get"
                if arguments.positional.len() <= 2
                    && vocabulary::is_secret(
                        arguments.positional.first().and_then(Value::as_text).map_or("", |text| text),
                    ) =>
            {
                self.get(state, receiver, arguments, place)
            }
            "format" | "join" => {
                let origins = arguments.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
                one(state, Value::from_origins(origins, Nullness::PRESENT))
            }
            _ => self.unknown_call(state, name, Some(receiver), arguments, place),
        }
    }

    /// Whether a call logs, by the names of method and receiver.
    pub(super) fn is_logger_method(&self, receiver: &Value<'p>, name: &str, place: Place) -> bool {
        let is_level = matches!(
            name,
            "debug"
                | "info"
                | "warning"
                | "warn"
                | "error"
                | "exception"
                | "critical"
                | "fatal"
                | "trace"
                | "success"
                | "notice"
        );
        if !is_level
            || !matches!(
                receiver.shape,
                Shape::Unknown | Shape::Method(_) | Shape::External(_) | Shape::ExternalInstance { .. }
            )
        {
            return false;
        }
        is_logger_name(self.callee_text(place).trim_end().trim_end_matches(name).trim_end_matches('.'))
    }

    /// Changes what a name or attribute holds when a method of it changes it in place.
    pub(super) fn mutate(
        &mut self,
        state: State<'p>,
        callee: &'p Expression,
        callee_value: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> State<'p> {
        let (ExpressionKind::Attribute { value: target, name, .. }, Shape::Method(pair)) =
            (&callee.kind, &callee_value.shape)
        else {
            return state;
        };
        let receiver = &pair.0;
        let added = arguments.positional.last();
        let changed = match (name.as_str(), &receiver.shape) {
            ("append" | "add" | "insert" | "extend", Shape::Sequence(_) | Shape::Elements(_)) => {
                let Some(added) = added else { return state };
                let added = if name == "extend" { element_of(added) } else { added.clone() };
                let is_empty = matches!(&receiver.shape, Shape::Sequence(elements) if elements.is_empty());
                let typical = if is_empty { added } else { element_of(receiver).join(&added) };
                Value::of(Shape::Elements(Rc::new(typical)))
            }
            ("update", Shape::Dictionary(known)) => {
                let mut known = Dictionary::clone(known);
                known.entries.extend(arguments.keywords.iter().cloned());
                if let Some(added) = added {
                    containers::spread(&mut known, added);
                }
                Value::of(Shape::Dictionary(Rc::new(known)))
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
            ("pop", Shape::Request(_)) => Value::present(),
            ("update", _) if receiver.origins.any(|kind| matches!(kind, OriginKind::Mac | OriginKind::Digest)) => {
                let Some(added) = added else { return state };
                let kind = super::library::digest_kind(added);
                let is_mac = kind == OriginKind::Mac || receiver.origins.any(|kind| *kind == OriginKind::Mac);
                let kind = if is_mac { OriginKind::Mac } else { OriginKind::Digest };
                Value::from_origins(
                    Origins::one(kind, Confidence::High, place, "the digest is computed here"),
                    Nullness::FULL,
                )
            }
            _ => return state,
        };
        self.bind(state, target, changed).into_iter().next().unwrap_or_default()
    }
}

/// Whether a receiver is called a logger: `log`, `self.logger`, `app.logger`, `LOG`.
fn is_logger_name(written: &str) -> bool {
    let last =
        written.rsplit('.').next().unwrap_or_default().trim_end_matches("()").trim_matches('_').to_ascii_lowercase();
    matches!(
        last.as_str(),
        "log" | "logger" | "logging" | "audit_log" | "auditlog" | "log_" | "get_logger" | "getlogger"
    ) || last.ends_with("_logger")
        || last.ends_with("logger")
        || last.starts_with("logger")
}

/// A string method's result: the same origins, perhaps another part of the credential.
fn converted<'p>(receiver: &Value<'p>, name: &Name, arguments: &Arguments<'p>, place: Place) -> Value<'p> {
    let text = arguments.positional.first().and_then(Value::as_text).map(|text| text.to_ascii_lowercase());
    let drops_scheme = matches!(name.as_str(), "replace" | "removeprefix" | "lstrip" | "strip" | "group")
        && (name == "group"
            || text.is_some_and(|text| vocabulary::is_scheme_or_word(text.trim()) && !text.trim().is_empty()));
    let origins = receiver.origins.filter_map(|origin| {
        let kind = match &origin.kind {
            OriginKind::Credential(credential) if credential.part == Part::Whole && drops_scheme => {
                origin.kind.with_part(Part::Token)
            }
            kind => kind.clone(),
        };
        let trail =
            if drops_scheme { origin.trail.then(place, Step::Derived(name.clone())) } else { Rc::clone(&origin.trail) };
        Some(super::origin::Origin { kind, confidence: origin.confidence, trail })
    });
    let keeps_emptiness = matches!(name.as_str(), "encode" | "decode" | "lower" | "upper" | "casefold");
    let is_settled = receiver.nullness == Nullness::FULL && receiver.origins.credential().is_none();
    let nullness =
        if keeps_emptiness || is_settled { receiver.nullness.and(Nullness::PRESENT) } else { Nullness::PRESENT };
    Value::from_origins(origins, if nullness.is_impossible() { Nullness::PRESENT } else { nullness })
}
