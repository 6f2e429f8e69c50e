//! Equality: what the caller presents against what the program holds. The heart of the comparison rules.

use super::condition::{Split, is_measure, measure_split, shape_split};
use super::event::{Comparator, Comparison, Event, Operand, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Origins, Part, Store};
use super::relevant;
use super::state::State;
use super::value::{Arguments, Constant, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// Equality of two values, however it is written. The heart of the comparison rules.
    pub(super) fn compare_equal(
        &mut self,
        state: State<'p>,
        left: Operand<'p>,
        right: Operand<'p>,
        comparator: Comparator,
        place: Place,
    ) -> Split<'p> {
        if let (Shape::Constant(a), Shape::Constant(b)) = (&left.value.shape, &right.value.shape)
            && let Some(is_equal) = equal_constants(a, b)
        {
            return if is_equal { (vec![state], Vec::new()) } else { (Vec::new(), vec![state]) };
        }
        if is_measure(&left.value) || is_measure(&right.value) {
            // `len(parts) == 2`: with that many parts there is a token. Fewer are what is refused, or the token alone.
            let has_token = [&left, &right].iter().any(|side| side.value.as_integer().is_some_and(|count| count >= 2));
            let mut equal = state.clone();
            equal.evidence.add(CheckKind::Shape, place);
            let (yes, no) = measure_split(state, place);
            return (if has_token { vec![equal] } else { yes }, no);
        }
        if let (Shape::Sequence(a), Shape::Sequence(b)) = (&left.value.shape, &right.value.shape)
            && a.len() == b.len()
        {
            return self.compare_elements(state, [&left, &right], a, b, comparator);
        }
        self.truth_is_tested(&left.value.deep_origins(), place);
        self.truth_is_tested(&right.value.deep_origins(), place);
        self.header_is_tested(&left.value.origins.union(&right.value.origins));
        let (presented, expected) = match (presented_rank(&left.value), presented_rank(&right.value)) {
            (0, 0) if self.called_signature(&right, &left.value).is_some() => (right, left),
            (a, b) if a >= b => (left, right),
            _ => (right, left),
        };
        if is_same_without_scheme(&presented.value, &expected.value) {
            // `header.removeprefix("Bearer ") == header`: equal where there was no scheme.
            let (without, with) = shape_split(state, CheckKind::Scheme, place);
            return (with, without);
        }
        let by_name = self.called_signature(&presented, &expected.value);
        let Some(origin) = by_name.or_else(|| presented_origin(&presented.value, &expected.value)) else {
            let claims = presented.value.deep_origins().union(&expected.value.deep_origins());
            if let Some(split) = self.claim_equality(&state, &presented, &expected, &claims, comparator, place) {
                return split;
            }
            return self.unpresented_equality(state, &presented, &expected, place);
        };
        let credential = match &origin.kind {
            OriginKind::Credential(credential) => credential.clone(),
            _ => Credential {
                channel: Channel::Header,
                kind: CredentialKind::Signature,
                name: Name::default(),
                part: Part::Token,
            },
        };
        if credential.part == Part::Scheme {
            return shape_split(state, CheckKind::Scheme, place);
        }
        let decides = !super::found::is_found_by(&expected.value, &origin);
        let held = if decides { self.expected_origin(&presented, &expected, &credential) } else { None };
        let Some(expected_origin) = held else {
            let mut state = state;
            if super::condition::is_blank(&expected.value) {
                // The check is made all the same; whether both sides can be empty is another question.
                state.evidence.forget(|check| check.kind == CheckKind::Unset);
            }
            return self.unknown_equality(state, &expected.value, &credential, place);
        };
        if credential.part != Part::Username {
            self.is_tried(place, &presented.value.origins);
            if self.is_loud() {
                self.facts.compared.insert(origin.trail.root().place);
                if expected_origin.kind == OriginKind::Mac {
                    self.facts.compared_signatures.insert(expected_origin.trail.root().place);
                }
            }
            if let OriginKind::Setting { name, .. } = &expected_origin.kind
                && self.is_loud()
                && !name.is_empty()
            {
                self.facts.expected_settings.insert(name.clone());
            }
            let comparison = Comparison {
                presented_origin: origin,
                expected_origin: expected_origin.clone(),
                presented: presented.clone(),
                expected: expected.clone(),
                comparator,
                place,
            };
            if !self.is_in_development(&state) {
                self.emit(&Event::Comparison(&comparison));
            }
            // What stands in a token is no secret, and neither is what that must equal, unless it looks like nothing else.
            if !is_piece(&comparison.presented_origin.kind) || expected.value.as_text().is_some() {
                self.secret_is_used(&expected.value, SecretRole::Comparison, "", place);
            }
        }
        let kind = match expected_origin.kind {
            OriginKind::Mac => CheckKind::DeliverySignature,
            _ if comparator == Comparator::ConstantTime => CheckKind::ConstantTimeComparison,
            _ => CheckKind::StaticComparison,
        };
        let can_be_equal = presented.value.nullness.and(expected.value.nullness);
        let mut yes = state.clone();
        yes.evidence.add(kind, place);
        let mut no = state;
        no.evidence.add(CheckKind::Rejected, place);
        (if can_be_equal.is_impossible() { Vec::new() } else { vec![yes] }, vec![no])
    }

    /// `(user, password) == (USER, PASSWORD)`: equal where all elements are.
    fn compare_elements(
        &mut self,
        state: State<'p>,
        [left, right]: [&Operand<'p>; 2],
        left_elements: &[Value<'p>],
        right_elements: &[Value<'p>],
        comparator: Comparator,
    ) -> Split<'p> {
        let (mut equal, mut unequal) = (vec![state], Vec::new());
        for (left_element, right_element) in left_elements.iter().zip(right_elements) {
            let mut still_equal = Vec::new();
            for state in equal {
                let left = Operand { value: left_element.clone(), place: left.place };
                let right = Operand { value: right_element.clone(), place: right.place };
                let whole = left.place;
                let (yes, no) = self.compare_equal(state, left, right, comparator, whole);
                still_equal.extend(yes);
                unequal.extend(no);
            }
            equal = still_equal;
        }
        (equal, unequal)
    }

    /// What a credential is compared with, when the program holds it.
    fn expected_origin(
        &self,
        presented: &Operand<'p>,
        expected: &Operand<'p>,
        credential: &Credential,
    ) -> Option<Origin> {
        let origins = expected.value.deep_origins();
        let held =
            origins.find(|kind| matches!(kind, OriginKind::Mac | OriginKind::Setting { .. } | OriginKind::IssuedToken));
        if let Some(origin) = held {
            // A signature is compared with a digest, never with a setting.
            return Some(origin.clone());
        }
        // What else the value may be, a setting perhaps, makes no guess about a name more certain.
        let mut credentials =
            presented.value.origins.iter().filter(|origin| matches!(origin.kind, OriginKind::Credential(_)));
        let is_named_parameter =
            credential.channel == Channel::Parameter && credentials.all(|origin| origin.confidence < Confidence::High);
        if let Some(text) = expected.value.as_text()
            && relevant::is_secret_literal(text, credential)
            && !self.names_a_user(presented, expected)
            && (!is_named_parameter || relevant::is_distinctive(text))
        {
            return expected.value.literal_origin().iter().next().cloned();
        }
        // What the program made itself (a random id) is as little known.
        let is_made = |origin: &Origin| matches!(origin.kind, OriginKind::Guessable { .. });
        let is_unknown = expected.value.origins.iter().all(is_made) && expected.value.as_text().is_none();
        // A header is one whatever the request is called, and a key or password is seldom anything else.
        let is_sure = credential.channel != Channel::Parameter
            || matches!(credential.kind, CredentialKind::ApiKey | CredentialKind::Password)
            || presented.value.origins.iter().any(|origin| origin.confidence == Confidence::High);
        // `Token.value == given`: a condition of a query, not a comparison.
        if !is_unknown || !is_sure || super::found::is_column(self.index.text(expected.place)) {
            return None;
        }
        let name = self.called_secret(expected)?;
        let trail = super::origin::Trail::begin(expected.place, format!("`{name}` is what it must equal"));
        let kind = OriginKind::Setting { store: Store::Attribute, name };
        Some(Origin { kind, confidence: Confidence::Medium, trail })
    }

    /// Whether one side is a user name by what it is called: it came apart from a password that nobody could follow.
    fn names_a_user(&self, presented: &Operand<'p>, expected: &Operand<'p>) -> bool {
        let last = |operand: &Operand<'p>| self.index.text(operand.place).rsplit('.').next().unwrap_or_default();
        vocabulary::names_a_user(last(presented)) || vocabulary::names_a_user(last(expected))
    }

    /// A credential is compared with something nobody knows: that may be a real check.
    fn unknown_equality(
        &mut self,
        state: State<'p>,
        expected: &Value<'p>,
        credential: &Credential,
        place: Place,
    ) -> Split<'p> {
        if let Some(text) = expected.as_text() {
            let is_blank =
                matches!(text.to_ascii_lowercase().as_str(), "null" | "none" | "undefined" | "nil" | "anonymous");
            let kind = match credential.part {
                Part::Whole => CheckKind::Scheme,
                _ if is_blank || vocabulary::is_scheme_or_word(text) => CheckKind::Shape,
                // A short word is a poor secret, and still the one value that gets in.
                _ => CheckKind::StaticComparison,
            };
            return shape_split(state, kind, place);
        }
        let mut state = state;
        if !expected.origins.any(|kind| matches!(kind, OriginKind::Credential(_))) {
            state.evidence.add(CheckKind::Opaque, place);
        }
        (vec![state.clone()], vec![state])
    }

    /// Equality in which nothing was presented as a credential.
    fn unpresented_equality(
        &mut self,
        mut state: State<'p>,
        left: &Operand<'p>,
        right: &Operand<'p>,
        place: Place,
    ) -> Split<'p> {
        let is_digest =
            |value: &Value<'_>| value.origins.any(|kind| matches!(kind, OriginKind::Mac | OriginKind::Digest));
        if is_digest(&left.value) || is_digest(&right.value) {
            state.evidence.add(CheckKind::Opaque, place);
        }
        if let Some(split) = nullness_split(&state, &left.value, &right.value) {
            return split;
        }
        (vec![state.clone()], vec![state])
    }

    /// A claim is compared: evidence when its token was verified.
    fn claim_equality(
        &mut self,
        state: &State<'p>,
        left: &Operand<'p>,
        right: &Operand<'p>,
        origins: &Origins,
        comparator: Comparator,
        place: Place,
    ) -> Option<Split<'p>> {
        let is_claim = |value: &Value<'_>| value.deep_origins().any(|kind| matches!(kind, OriginKind::Claim { .. }));
        let (claim, expected) = if is_claim(&left.value) { (left, right) } else { (right, left) };
        let origin = claim.value.deep_origins().find(|kind| matches!(kind, OriginKind::Claim { .. }))?.clone();
        let held = expected.value.deep_origins().find(|kind| matches!(kind, OriginKind::Setting { .. })).cloned();
        if let Some(expected_origin) = held {
            let comparison = Comparison {
                presented: claim.clone(),
                presented_origin: origin,
                expected: expected.clone(),
                expected_origin,
                comparator,
                place,
            };
            self.emit(&Event::Comparison(&comparison));
        }
        self.claim_split(state, origins, place)
    }

    pub(super) fn claim_split(&mut self, state: &State<'p>, origins: &Origins, place: Place) -> Option<Split<'p>> {
        let origin = origins.find(|kind| matches!(kind, OriginKind::Claim { .. }))?;
        let OriginKind::Claim { is_verified, name, .. } = &origin.kind else { return None };
        let kind = match (is_verified, name.as_str()) {
            (false, _) => CheckKind::UnverifiedClaim,
            (true, "aud") => CheckKind::Audience,
            (true, "iss") => CheckKind::Issuer,
            (true, "exp" | "iat" | "nbf") => CheckKind::Expiry,
            (true, _) => CheckKind::Scope,
        };
        let (mut yes, mut no) = (state.clone(), state.clone());
        yes.evidence.add(kind, place);
        no.evidence.add(CheckKind::Rejected, place);
        Some((vec![yes], vec![no]))
    }

    /// `a.__eq__(b)`.
    pub(super) fn equality_method(
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
            let joined = self.merge(yes.into_iter().chain(no).collect(), place);
            return joined.into_iter().map(|state| (state, Value::any_boolean())).collect();
        }
        let yes = yes.into_iter().map(|state| (state, Value::boolean(!is_negated)));
        let no = no.into_iter().map(|state| (state, Value::boolean(is_negated)));
        yes.chain(no).collect()
    }
}

/// Whether one side is a header as sent and the other the same without its scheme.
fn is_same_without_scheme(left: &Value<'_>, right: &Value<'_>) -> bool {
    let (Some((left, a)), Some((right, b))) = (left.origins.credential(), right.origins.credential()) else {
        return false;
    };
    let parts = [a.part, b.part];
    left.trail.root().place == right.trail.root().place && parts.contains(&Part::Whole) && parts.contains(&Part::Token)
}

fn equal_constants(left: &Constant, right: &Constant) -> Option<bool> {
    match (left, right) {
        (Constant::Text { text: a, .. }, Constant::Text { text: b, .. }) => Some(a == b),
        (Constant::Integer(a), Constant::Integer(b)) => Some(a == b),
        (Constant::Boolean(a), Constant::Boolean(b)) => Some(a == b),
        (Constant::None, Constant::None) => Some(true),
        (Constant::None, Constant::Text { .. } | Constant::Integer(_) | Constant::Boolean(_))
        | (Constant::Text { .. } | Constant::Integer(_) | Constant::Boolean(_), Constant::None) => Some(false),
        _ => None,
    }
}

/// How much a value looks like what the caller presents.
fn presented_rank(value: &Value<'_>) -> u8 {
    match value.origins.credential() {
        Some((origin, _)) if origin.confidence == Confidence::High => 4,
        Some(_) => 3,
        None if value.origins.any(|kind| {
            matches!(
                kind,
                OriginKind::RequestData | OriginKind::Body { .. } | OriginKind::HeaderMap | OriginKind::SortedHeader
            )
        }) =>
        {
            2
        }
        None => 0,
    }
}

/// The origin that makes a value presented: a credential, or request data where a computed digest is expected.
fn presented_origin(value: &Value<'_>, expected: &Value<'_>) -> Option<Origin> {
    if expected.origins.credential().is_some() && !expected.origins.any(|kind| matches!(kind, OriginKind::Mac)) {
        // Two fields of one request (password and its repetition).
        let both = value.origins.credential().is_some_and(|(origin, _)| origin.confidence == Confidence::High);
        let other_is_named =
            expected.origins.credential().is_some_and(|(origin, _)| origin.confidence < Confidence::High);
        if !(both && other_is_named) {
            return None;
        }
    }
    if let Some((origin, _)) = value.origins.credential() {
        return Some(origin.clone());
    }
    // Any part of the request, against something secret: it can only be a credential.
    let is_secret = |origin: &Origin| relevant::is_secret(origin) && origin.confidence == Confidence::High;
    let is_named_secret = expected.deep_origins().iter().any(is_secret);
    let is_secret_text = expected.as_text().is_some_and(|text| relevant::is_distinctive(text));
    let sent = value.origins.find(|kind| match kind {
        OriginKind::HeaderMap | OriginKind::SortedHeader => is_named_secret || is_secret_text,
        OriginKind::RequestData | OriginKind::Body { is_raw: false } => is_named_secret,
        _ => false,
    });
    if let Some(origin) = sent.filter(|_| !matches!(value.shape, Shape::Request(_))) {
        let credential = Credential {
            channel: Channel::Request,
            kind: CredentialKind::ApiKey,
            name: Name::default(),
            part: Part::Token,
        };
        return Some(Origin { kind: OriginKind::Credential(credential), ..origin.clone() });
    }
    let is_mac = expected.origins.any(|kind| matches!(kind, OriginKind::Mac));
    let request =
        value.origins.find(|kind| matches!(kind, OriginKind::RequestData | OriginKind::Body { is_raw: false }));
    request.filter(|_| is_mac).cloned()
}

/// Equality that can't hold, or must: both values are the same constant emptiness.
fn nullness_split<'p>(state: &State<'p>, left: &Value<'p>, right: &Value<'p>) -> Option<Split<'p>> {
    let common = left.nullness.and(right.nullness);
    (common.is_impossible()).then(|| (Vec::new(), vec![state.clone()]))
}

/// A piece of a token that says something, and not its signature.
fn is_piece(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Credential(credential)
        if credential.part == Part::Fragment && credential.kind != CredentialKind::Signature)
}
