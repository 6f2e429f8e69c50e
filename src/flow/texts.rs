//! Methods of strings and bytes: of constants, and of values that carry a credential or a secret.

use super::addresses::{self, Pieces};
use super::containers::split_parts;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{Channel, OriginKind, Origins, Part, Step};
use super::state::State;
use super::value::{Arguments, Constant, Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;

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
    "finalize",
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
    /// Methods of a string constant.
    pub(super) fn text_method(
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
        if let Some(branches) = self.part_of_secret(&state, receiver, name, arguments, place) {
            return branches;
        }
        let value = match name.as_str() {
            "encode" | "decode" => Value::text(text.clone(), *at, name == "encode"),
            "strip" => keep(text.trim()),
            "lower" | "casefold" => keep(&text.to_lowercase()),
            "upper" => keep(&text.to_uppercase()),
            "format" | "join" | "format_map" => {
                let arguments = self.all_shown(&state, arguments, place);
                let filled = match (name.as_str(), arguments.positional.first().map(|first| &first.shape)) {
                    ("format", _) => Pieces::filled_by_format(text, *at, &arguments).origins(),
                    ("join", Some(Shape::Sequence(parts))) => Pieces::joined(parts, text, *at).origins(),
                    _ => Origins::default(),
                };
                let shown = arguments.iter().fold(Origins::default(), |all, value| all.union(&shown_in(name, value)));
                Value::from_origins(filled.union(&addresses::but_texts(&shown)), Nullness::FULL)
            }
            // `Path("keys").joinpath(name)`: a path is known by its text.
            "replace" | "joinpath" if arguments.iter().any(|value| !value.deep_origins().is_empty()) => {
                let origins = arguments.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
                Value::from_origins(origins, Nullness::PRESENT)
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
    pub(super) fn origin_method(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let origins = &receiver.origins;
        if origins.any(|kind| matches!(kind, OriginKind::TokenHeader { parameter } if !parameter.is_empty()))
            && let Some(branches) = self.header_method(&state, receiver, name, arguments, place)
        {
            return branches;
        }
        if origins.any(|kind| matches!(kind, OriginKind::Claims { .. } | OriginKind::TokenHeader { .. })) {
            return self.claims_method(state, receiver, name, arguments, place);
        }
        if let Some(branches) = self.part_of_secret(&state, receiver, name, arguments, place) {
            return branches;
        }
        let separator = arguments.get(0, "sep").and_then(Value::as_text).map(std::string::ToString::to_string);
        match name.as_str() {
            // `claims["iss"].startswith(ISSUER)`: as good as a comparison, as far as anybody can see.
            "startswith" | "endswith" | "__contains__"
                if let Some((yes, no)) = self.claim_split(&state, origins, place) =>
            {
                self.truth_is_tested(origins, place);
                let yes = yes.into_iter().map(|state| (state, Value::boolean(true)));
                yes.chain(no.into_iter().map(|state| (state, Value::boolean(false)))).collect()
            }
            "split" | "rsplit" | "splitlines" => {
                // `split()` drops empty parts; `split(" ")` keeps them.
                let parts = split_parts(origins, name, separator.as_deref(), place, false, separator.is_some());
                if self.frame().open_tries > 0 {
                    let classes = ["ValueError", "IndexError", "AttributeError"].into_iter().map(Name::new).collect();
                    let mut failing = state.clone();
                    if super::containers::is_of_caller(origins) {
                        failing.evidence.add(CheckKind::Rejected, place);
                    }
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
            // `sessions.find(token)`: what is no text of the caller's or of the settings looks up what it is handed.
            "count" | "find" | "index" | "rfind" | "rindex" | "__len__"
                if origins.any(|kind| !matches!(kind, OriginKind::RequestData | OriginKind::Setting { .. }))
                    || !arguments.iter().any(|value| value.origins.credential().is_some()) =>
            {
                one(state, super::library::measured(origins))
            }
            "__eq__" | "__ne__" => self.equality_method(state, receiver, arguments, name == "__ne__", place),
            "format" | "join" | "joinpath" => {
                let arguments = self.all_shown(&state, arguments, place);
                let all = arguments.iter().fold(origins.clone(), |all, value| all.union(&shown_in(name, value)));
                one(state, Value::from_origins(all, Nullness::PRESENT))
            }
            "update" => one(state, Value::none()),
            _ if CONVERSIONS.contains(&name.as_str()) => {
                self.scheme_is_removed(&state, receiver, name, arguments, place);
                one(state, converted(receiver, name, arguments, place))
            }
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
}

/// Whether a method's result is its object in another form.
pub(super) fn is_conversion(name: &str) -> bool {
    CONVERSIONS.contains(&name)
}

/// A string method's result: the same origins, perhaps another part of the credential.
pub(super) fn converted<'p>(receiver: &Value<'p>, name: &Name, arguments: &Arguments<'p>, place: Place) -> Value<'p> {
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
        // `request.url.replace(request.host_url, BACKEND)`: what is sent there is no longer all the caller's.
        let is_rewritten = name == "replace" && origin.kind == OriginKind::RequestData;
        let trail = if drops_scheme || is_rewritten {
            origin.trail.then(place, Step::Derived(name.clone()))
        } else {
            Rc::clone(&origin.trail)
        };
        Some(super::origin::Origin { kind, confidence: origin.confidence, trail })
    });
    let keeps_emptiness = matches!(name.as_str(), "encode" | "decode" | "lower" | "upper" | "casefold");
    // Servers hand headers over without the blanks around them: there is nothing to strip but what is there.
    let is_bare_header = matches!(name.as_str(), "strip" | "lstrip" | "rstrip")
        && arguments.positional.is_empty()
        && receiver.origins.credential().is_some_and(|(_, credential)| {
            credential.channel == Channel::Header && matches!(credential.part, Part::Whole | Part::Token)
        });
    let is_settled = receiver.nullness == Nullness::FULL && (receiver.origins.credential().is_none() || is_bare_header);
    let nullness =
        if keeps_emptiness || is_settled { receiver.nullness.and(Nullness::PRESENT) } else { Nullness::PRESENT };
    let nullness = if nullness.is_impossible() { Nullness::PRESENT } else { nullness };
    let shape = match &receiver.shape {
        written @ Shape::Written(_) if matches!(name.as_str(), "encode" | "decode" | "strip") => written.clone(),
        _ => Shape::Unknown,
    };
    Value { origins, shape, nullness }
}

/// What `format` and `join` take of an argument: a dictionary that is joined is walked, and gives its keys.
pub(super) fn shown_in(name: &str, value: &Value<'_>) -> Origins {
    match &value.shape {
        Shape::Dictionary(_) if name == "join" => value.origins.clone(),
        _ => value.deep_origins(),
    }
}
