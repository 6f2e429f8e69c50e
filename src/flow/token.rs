//! What one call says about the token that it decodes or validates: what it expects of a claim, which algorithms it
//! accepts, what it does about expiry. Reads arguments only; what follows from them is for others to say.

use std::rc::Rc;

use super::library::named_parameter;
use super::origin::OriginKind;
use super::value::{Arguments, Dictionary, Nullness, Shape, Value};
use crate::models::schema::{ClaimParameter, DecodeModel, ExpiryModel};
use crate::syntax::tree::Name;

/// What a call expects of one claim. Ordered: what is later says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constraint {
    /// Nothing in the call speaks of it.
    Absent,
    /// A value is given, and the same call switches the check off.
    SwitchedOff,
    /// The expected value is what the token itself says before anything is verified.
    OfToken,
    /// It must be there; any value will do.
    AnyValue,
    /// Another value is refused, and a token without it passes.
    AcceptsMissing,
    /// It must be there and right, or what is asked cannot be read.
    Enforced,
}

/// Which algorithms a call accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithms {
    /// The call has no say in it, or what it says cannot be read.
    Unknown,
    /// None are named.
    Omitted,
    /// These.
    Named(Vec<Name>),
    /// The one that the token's own header names.
    FromToken,
}

impl Algorithms {
    /// Whether all that is accepted was signed with the private key of a pair (RFC 7518 section 3.1, RFC 8037).
    pub fn are_of_key_pairs(&self) -> bool {
        let is_of_pair = |name: &Name| ["RS", "PS", "ES", "Ed"].iter().any(|family| name.starts_with(family));
        matches!(self, Self::Named(names) if !names.is_empty() && names.iter().all(is_of_pair))
    }
}

/// What a call does about expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Whether an expired token is refused.
    pub is_checked: bool,
    /// Whether an argument switches that off, which the call would do otherwise.
    pub is_switched_off: bool,
    /// Whether a token without the claim is refused, or whether that cannot be read.
    pub is_required: bool,
    /// By how many seconds a token may be over.
    pub leeway: i64,
}

/// The arguments of a call, and the dictionary of options among them.
#[derive(Clone, Copy)]
pub(super) struct Call<'a, 'p> {
    /// The parameters of its model.
    pub(super) parameters: &'a [String],
    /// The arguments.
    pub(super) arguments: &'a Arguments<'p>,
    /// `options`.
    pub(super) options: Option<&'a Value<'p>>,
}

impl<'a, 'p> Call<'a, 'p> {
    /// An argument by the name of its parameter, or an entry of the options.
    fn given(self, name: &str) -> Option<&'a Value<'p>> {
        self.option(name).or_else(|| named_parameter(self.parameters, self.arguments, name))
    }

    /// An entry of the options.
    pub(super) fn option(self, name: &str) -> Option<&'a Value<'p>> {
        dictionary(self.options?)?.entries.get(name)
    }

    /// Whether options are given that cannot be read whole.
    fn has_unreadable_options(self) -> bool {
        let is_read = |options: &Value<'p>| dictionary(options).is_some_and(|known| known.rest.is_none());
        self.options.is_some_and(|options| !options.is_none() && !is_read(options))
    }

    /// Whether the call is not seen whole.
    pub(super) fn is_unreadable(self) -> bool {
        self.has_unreadable_options() || self.arguments.rest.is_some()
    }

    fn is_off(self, name: &str) -> bool {
        self.given(name).is_some_and(is_false)
    }

    fn is_on(self, name: &str) -> bool {
        self.given(name).is_some_and(is_true)
    }

    /// Whether a list of required claims names this one.
    fn requires(self, list: Option<&str>, claim: &str) -> bool {
        let Some(required) = list.and_then(|list| self.option(list)) else { return false };
        texts(required).is_none_or(|names| names.iter().any(|name| name == claim))
    }
}

/// Options that are one of several dictionaries, as one: what is the same in all is known, what differs is not.
pub(super) fn folded_options<'p>(options: &Value<'p>) -> Option<Value<'p>> {
    let Shape::Union(members) = &options.shape else { return None };
    let known: Option<Vec<&Dictionary<'p>>> =
        members.iter().map(|member| dictionary(member).filter(|known| known.rest.is_none())).collect();
    let known = known?;
    let mut all = Dictionary::default();
    for name in known.iter().flat_map(|one| one.entries.keys()) {
        let values = known.iter().map(|one| one.entries.get(name).cloned().unwrap_or_else(Value::unknown));
        if let Some(value) = values.reduce(|left, right| left.join(&right)) {
            all.entries.insert(name.clone(), value);
        }
    }
    Some(Value::of(Shape::Dictionary(Rc::new(all))))
}

/// `False`, `0`.
pub(super) fn is_false(value: &Value<'_>) -> bool {
    value.as_boolean() == Some(false) || value.as_integer() == Some(0)
}

fn is_true(value: &Value<'_>) -> bool {
    value.as_boolean() == Some(true) || value.as_integer() == Some(1)
}

fn dictionary<'a, 'p>(value: &'a Value<'p>) -> Option<&'a Dictionary<'p>> {
    match &value.shape {
        Shape::Dictionary(dictionary) => Some(dictionary),
        _ => None,
    }
}

/// What a decoding call expects of a claim.
pub(super) fn decode_constraint(
    model: &DecodeModel,
    claim: Option<&ClaimParameter>,
    name: &str,
    call: Call<'_, '_>,
) -> Constraint {
    let is_present =
        |name: &String| named_parameter(&model.parameters, call.arguments, name).is_some_and(|value| !value.is_none());
    if model.validators.iter().any(is_present) {
        return Constraint::Enforced;
    }
    let Some(claim) = claim else { return Constraint::Absent };
    let found = constraint(claim, call);
    let is_required = call.requires(model.required_claims.as_deref(), name);
    if found == Constraint::AcceptsMissing && is_required { Constraint::Enforced } else { found }
}

/// What a call expects of a claim.
pub(super) fn constraint(claim: &ClaimParameter, call: Call<'_, '_>) -> Constraint {
    let given = named_parameter(call.parameters, call.arguments, &claim.parameter);
    let found = given.map_or(Constraint::Absent, |given| expectation(claim, given));
    if found != Constraint::Absent && claim.verify_option.as_deref().is_some_and(|option| call.is_off(option)) {
        // `if audience: arguments["audience"] = audience`, `else: arguments["options"] = …`: never both.
        let need_not_be = |value: Option<&Value<'_>>| value.is_some_and(|value| value.nullness.may_be(Nullness::NONE));
        let is_one_or_other = need_not_be(given) && need_not_be(call.options);
        return if is_one_or_other { Constraint::Enforced } else { Constraint::SwitchedOff };
    }
    match found {
        Constraint::AcceptsMissing if claim.require_option.as_deref().is_some_and(|option| call.is_on(option)) => {
            Constraint::Enforced
        }
        Constraint::Absent | Constraint::AcceptsMissing if call.is_unreadable() => Constraint::Enforced,
        found => found,
    }
}

/// What the argument that carries an expectation asks for.
fn expectation(claim: &ClaimParameter, given: &Value<'_>) -> Constraint {
    let when_missing = if claim.refuses_missing { Constraint::Enforced } else { Constraint::AcceptsMissing };
    let (expected, is_keyed) = match (&given.shape, &claim.key) {
        _ if given.is_none() => return Constraint::Absent,
        (Shape::Dictionary(all), Some(key)) => match (all.entries.get(key.as_str()), &all.rest) {
            (Some(expected), _) => (expected, true),
            (None, Some(_)) => return Constraint::Enforced,
            (None, None) => return Constraint::Absent,
        },
        (_, Some(_)) => return Constraint::Enforced,
        (_, None) => (given, false),
    };
    // An issuer that the token names chooses the key, which only that issuer's tokens fit.
    let is_own =
        |kind: &OriginKind| matches!(kind, OriginKind::Claim { is_verified: false, name, .. } if name == "aud");
    if expected.deep_origins().any(is_own) {
        return Constraint::OfToken;
    }
    match &expected.shape {
        // `check_claims={"aud": None}`: there must be one.
        _ if is_keyed && expected.is_none() => Constraint::AnyValue,
        Shape::Dictionary(parts) if claim.essential.is_some() => {
            let part = |name: &str| parts.entries.get(name);
            let is_essential =
                claim.essential.as_deref().and_then(part).is_some_and(|part| part.as_boolean() != Some(false));
            let has_value = claim.values.iter().any(|name| part(name).is_some_and(|part| !part.is_none()));
            match (has_value, is_essential) {
                _ if parts.rest.is_some() => Constraint::Enforced,
                (true, true) => Constraint::Enforced,
                (true, false) => when_missing,
                (false, true) => Constraint::AnyValue,
                (false, false) => Constraint::Absent,
            }
        }
        _ if claim.essential.is_some() => Constraint::Enforced,
        _ => when_missing,
    }
}

/// What a call does about expiry, where it checks it unless told otherwise.
pub(super) fn expiry(model: &ExpiryModel, required_claims: Option<&str>, call: Call<'_, '_>) -> Expiry {
    let is_skipped = model.skip_parameter.as_deref().is_some_and(|name| call.is_on(name));
    let is_switched_off = is_skipped || model.verify_options.iter().any(|name| call.is_off(name));
    let leeway = model.leeway.as_deref().and_then(|name| call.given(name)).and_then(Value::as_integer);
    let is_required = call.is_unreadable()
        || call.requires(required_claims, "exp")
        || model.require_option.as_deref().is_some_and(|option| call.is_on(option))
        || model.claim.as_ref().is_some_and(|claim| constraint(claim, call) >= Constraint::AnyValue);
    Expiry { is_checked: !is_switched_off, is_switched_off, is_required, leeway: leeway.unwrap_or_default() }
}

/// The algorithms that an argument names; `None` where the call has no such parameter.
pub(super) fn algorithms(given: Option<&Value<'_>>, is_unreadable: bool) -> Algorithms {
    let Some(given) = given.filter(|given| !given.is_none()) else {
        return if is_unreadable { Algorithms::Unknown } else { Algorithms::Omitted };
    };
    let is_of_token = |kind: &OriginKind| {
        matches!(kind, OriginKind::TokenHeader { .. } | OriginKind::Claim { is_verified: false, .. })
    };
    if given.deep_origins().any(is_of_token) {
        return Algorithms::FromToken;
    }
    texts(given).map_or(Algorithms::Unknown, Algorithms::Named)
}

/// The strings of a list, a string, or lists in it; nothing where one of them is not known.
pub fn texts(value: &Value<'_>) -> Option<Vec<Name>> {
    match &value.shape {
        Shape::Sequence(elements) => {
            let lists: Option<Vec<Vec<Name>>> = elements.iter().map(texts).collect();
            Some(lists?.into_iter().flatten().collect())
        }
        Shape::Elements(element) => texts(element),
        _ => value.as_text().map(|text| vec![text.clone()]),
    }
}
