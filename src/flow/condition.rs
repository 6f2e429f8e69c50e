//! Conditions: they split paths, narrow what values can be, and are where evidence is gained.

use super::event::{Comparator, Comparison, Decision, Event, Operand, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{Credential, CredentialKind, Origin, OriginKind, Origins, Part, Store};
use super::relevant;
use super::state::State;
use super::value::{Constant, Nullness, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Argument, CompareOperator, Expression, ExpressionKind, Name, UnaryOperator};

/// The paths on which a condition holds, and those on which it does not.
pub(super) type Split<'p> = (Vec<State<'p>>, Vec<State<'p>>);

impl<'p> Interpreter<'p, '_> {
    /// Splits a path at a condition.
    pub fn branch(&mut self, state: State<'p>, test: &'p Expression) -> Split<'p> {
        match &test.kind {
            ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => {
                let (yes, no) = self.branch(state, operand);
                (no, yes)
            }
            ExpressionKind::BooleanOperation { is_and, values } => self.branch_all(state, *is_and, values),
            ExpressionKind::Compare { left, rest } => self.branch_compare(state, test, left, rest),
            ExpressionKind::Await(inner) => self.branch(state, inner),
            // `all([A, B])` and `any((A, B))` are `A and B` and `A or B` for what each of them is then.
            ExpressionKind::Call { callee, arguments } if quantified(callee, arguments).is_some() => {
                let (is_and, values) = quantified(callee, arguments).unwrap_or((true, &[]));
                self.branch_all(state, is_and, values)
            }
            _ => {
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (state, value) in self.evaluate(state, test) {
                    let (holds, fails) = self.branch_truth(state, test, &value);
                    yes.extend(holds);
                    no.extend(fails);
                }
                (yes, no)
            }
        }
    }

    /// A condition as a value: one path where nothing depends on it, two where evidence does.
    pub(super) fn condition_value(&mut self, state: State<'p>, test: &'p Expression) -> Branches<'p> {
        let before = state.evidence.clone();
        let (yes, no) = self.branch(state, test);
        let is_plain = yes.iter().chain(&no).all(|state| state.evidence == before);
        if is_plain && !yes.is_empty() && !no.is_empty() {
            let at = self.place(test.span);
            let joined = super::state::merge(yes.into_iter().chain(no).collect(), at).0;
            return joined.into_iter().map(|state| (state, Value::any_boolean())).collect();
        }
        let at = self.place(test.span);
        let yes = super::state::merge(yes, at).0.into_iter().map(|state| (state, Value::boolean(true)));
        let no = super::state::merge(no, at).0.into_iter().map(|state| (state, Value::boolean(false)));
        yes.chain(no).collect()
    }

    fn branch_all(&mut self, state: State<'p>, is_and: bool, values: &'p [Expression]) -> Split<'p> {
        let mut open = vec![state];
        let mut decided = Vec::new();
        for value in values {
            let mut next = Vec::new();
            for state in open {
                let (yes, no) = self.branch(state, value);
                let (goes_on, decides) = if is_and { (yes, no) } else { (no, yes) };
                next.extend(goes_on);
                decided.extend(decides);
            }
            open = super::state::merge(next, self.place(value.span)).0;
        }
        if is_and { (open, decided) } else { (decided, open) }
    }

    /// Splits by the truth of a value that an expression gave.
    fn branch_truth(&mut self, state: State<'p>, test: &'p Expression, value: &Value<'p>) -> Split<'p> {
        let place = self.place(test.span);
        self.truth_is_tested(&value.origins, place);
        let side = |this: &mut Self, mut state: State<'p>, wanted: Nullness, kind: CheckKind| {
            if !value.nullness.may_be(wanted) {
                return Vec::new();
            }
            this.refine(&mut state, test, wanted);
            add_presence(&mut state, &value.origins, kind, place);
            vec![state]
        };
        let no = side(self, state.clone(), Nullness::NONE.or(Nullness::EMPTY), CheckKind::Rejected);
        let yes = side(self, state, Nullness::FULL, CheckKind::Presence);
        (yes, no)
    }

    /// A claim, or the answer of a validator that accepts everything, decides.
    fn truth_is_tested(&mut self, origins: &Origins, place: Place) {
        for origin in origins.iter() {
            match &origin.kind {
                OriginKind::Claim { decode, is_verified, name } => {
                    self.claim_is_tested(*decode, *is_verified, name, place)
                }
                OriginKind::StubResult { function, at } => {
                    let credential = origins.credential().map(|(origin, _)| origin.clone());
                    let event = Event::Stub { function, definition: *at, place, credential: credential.as_ref() };
                    self.emit(&event);
                }
                _ => {}
            }
        }
    }

    fn claim_is_tested(&mut self, decode: Place, is_verified: bool, name: &Name, place: Place) {
        if !self.is_loud() {
            return;
        }
        self.facts.claim_checks.insert((decode, name.clone()));
        if !is_verified {
            self.facts.decisions.insert(Decision { decode, claim: name.clone(), place, what: "is tested" });
        }
    }

    /// Narrows what an expression can be on a path from here on.
    pub(super) fn refine(&mut self, state: &mut State<'p>, expression: &'p Expression, nullness: Nullness) {
        match &expression.kind {
            ExpressionKind::Name(name) | ExpressionKind::Walrus { target: name, .. } => {
                let value = self.lookup(state, name);
                let left = value.nullness.and(nullness);
                if !left.is_impossible() && left != value.nullness {
                    state.locals.set(name.clone(), narrowed(value, left));
                }
            }
            ExpressionKind::Call { callee, arguments }
                if matches!(&callee.kind, ExpressionKind::Name(name) if name == "bool") && arguments.len() == 1 =>
            {
                let falsy = Nullness::NONE.or(Nullness::EMPTY);
                let inner = if nullness.may_be(falsy) { nullness.or(falsy) } else { nullness };
                self.refine(state, &arguments[0].value, inner);
            }
            ExpressionKind::Attribute { .. } | ExpressionKind::Subscript { .. } | ExpressionKind::Call { .. } => {
                state.set_known(Name::new(self.text(expression.span)), nullness);
            }
            ExpressionKind::Await(inner) => self.refine(state, inner, nullness),
            _ => {}
        }
    }

    fn branch_compare(
        &mut self,
        state: State<'p>,
        test: &'p Expression,
        left: &'p Expression,
        rest: &'p [(CompareOperator, Expression)],
    ) -> Split<'p> {
        let place = self.place(test.span);
        let mut split = (Vec::new(), Vec::new());
        let [(operator, right)] = rest else {
            // A chain is a range test: nothing of ours depends on it.
            let mut paths = vec![state];
            for expression in std::iter::once(left).chain(rest.iter().map(|(_, expression)| expression)) {
                paths = paths
                    .into_iter()
                    .flat_map(|state| self.evaluate(state, expression))
                    .map(|(state, _)| state)
                    .collect();
            }
            return (paths.clone(), paths);
        };
        for (state, left_value) in self.evaluate(state, left) {
            for (state, right_value) in self.evaluate(state, right) {
                let left_side = (Operand { value: left_value.clone(), place: self.place(left.span) }, Some(left));
                let right_side = (Operand { value: right_value, place: self.place(right.span) }, Some(right));
                let (yes, no) = self.compare(state, *operator, left_side, right_side, place);
                split.0.extend(yes);
                split.1.extend(no);
            }
        }
        split
    }

    /// Compares two values with an operator of the language.
    fn compare(
        &mut self,
        state: State<'p>,
        operator: CompareOperator,
        (left, left_written): (Operand<'p>, Option<&'p Expression>),
        (right, right_written): (Operand<'p>, Option<&'p Expression>),
        place: Place,
    ) -> Split<'p> {
        use CompareOperator::{Equal, In, Is, IsNot, NotEqual, NotIn};
        let is_negative = matches!(operator, NotEqual | IsNot | NotIn);
        let (yes, no) = match operator {
            Equal | NotEqual | Is | IsNot => {
                let blank = |value: &Value<'_>| value.is_none() || value.as_text().is_some_and(|text| text.is_empty());
                match (blank(&left.value), blank(&right.value)) {
                    (false, true) => self.compare_blank(state, &left, left_written, &right.value, place),
                    (true, false) => self.compare_blank(state, &right, right_written, &left.value, place),
                    _ => self.compare_equal(state, left, right, Comparator::Equality, place),
                }
            }
            In | NotIn => self.compare_membership(state, left, right, place),
            _ if is_measure(&left.value) || is_measure(&right.value) => measure_split(state, place),
            _ => {
                self.truth_is_tested(&left.value.origins, place);
                self.truth_is_tested(&right.value.origins, place);
                (vec![state.clone()], vec![state])
            }
        };
        if is_negative { (no, yes) } else { (yes, no) }
    }

    /// `value is None`, `value == ""`.
    fn compare_blank(
        &mut self,
        state: State<'p>,
        operand: &Operand<'p>,
        written: Option<&'p Expression>,
        blank: &Value<'p>,
        place: Place,
    ) -> Split<'p> {
        let value = &operand.value;
        let matches = blank.nullness;
        let mut side = |mut state: State<'p>, wanted: Nullness, kind: CheckKind| {
            if !value.nullness.may_be(wanted) {
                return Vec::new();
            }
            if let Some(written) = written {
                self.refine(&mut state, written, wanted);
            }
            add_presence(&mut state, &value.origins, kind, place);
            vec![state]
        };
        let yes = side(state.clone(), matches, CheckKind::Rejected);
        let no = side(state, matches.not(), CheckKind::Presence);
        (yes, no)
    }

    /// `left in right`.
    fn compare_membership(
        &mut self,
        mut state: State<'p>,
        left: Operand<'p>,
        right: Operand<'p>,
        place: Place,
    ) -> Split<'p> {
        let bearing = left.value.origins.credential().map(|(_, credential)| credential.clone());
        match (&right.value.shape, &left.value) {
            (Shape::Request(RequestMap::Headers | RequestMap::Environment), key) => {
                let name = key.as_text().cloned().unwrap_or_default();
                if vocabulary::header_kind(name.trim_start_matches("HTTP_")).is_some() {
                    return presence_split(state, &name, place);
                }
            }
            (Shape::Constant(Constant::Text { text: whole, .. }), key) if key.as_text().is_some() => {
                let holds = key.as_text().is_some_and(|text| whole.contains(text.as_str()));
                return if holds { (vec![state], Vec::new()) } else { (Vec::new(), vec![state]) };
            }
            (Shape::Sequence(elements), _) if bearing.is_some() => {
                let mut remaining = state.clone();
                let mut found = Vec::new();
                for element in elements.iter() {
                    let expected = Operand { value: element.clone(), place: right.place };
                    let (yes, no) =
                        self.compare_equal(remaining, left.clone(), expected, Comparator::Membership, place);
                    found.extend(yes);
                    match no.into_iter().next() {
                        Some(state) => remaining = state,
                        None => return (found, Vec::new()),
                    }
                }
                return (super::state::merge(found, place).0, vec![remaining]);
            }
            _ => {}
        }
        if let (Some(text), Some((_, credential))) = (left.value.as_text(), right.value.origins.credential()) {
            // `"Bearer" in header`: a look at the form.
            let kind = if vocabulary::is_scheme_or_word(text) || credential.part == Part::Whole {
                CheckKind::Scheme
            } else {
                CheckKind::Shape
            };
            return shape_split(state, kind, place);
        }
        self.truth_is_tested(&left.value.deep_origins(), place);
        self.truth_is_tested(&right.value.deep_origins(), place);
        if let Some(split) =
            self.claim_split(&state, &left.value.deep_origins().union(&right.value.deep_origins()), place)
        {
            return split;
        }
        if bearing.is_some_and(|credential| credential.part != Part::Scheme) {
            if let Some(split) = self.membership_of_secret(&state, &left, &right, place) {
                return split;
            }
            state.evidence.add(CheckKind::Opaque, place);
        }
        (vec![state.clone()], vec![state])
    }

    /// `token in VALUES` where what the values are is known only by a typical one.
    fn membership_of_secret(
        &mut self,
        state: &State<'p>,
        left: &Operand<'p>,
        right: &Operand<'p>,
        place: Place,
    ) -> Option<Split<'p>> {
        let is_collection = matches!(right.value.shape, Shape::Elements(_));
        let expected = Operand { value: super::containers::element_of(&right.value), place: right.place };
        if !is_collection || expected.value.origins.is_empty() {
            return None;
        }
        Some(self.compare_equal(state.clone(), left.clone(), expected, Comparator::Membership, place))
    }

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
            return measure_split(state, place);
        }
        self.truth_is_tested(&left.value.deep_origins(), place);
        self.truth_is_tested(&right.value.deep_origins(), place);
        let (presented, expected) = match (presented_rank(&left.value), presented_rank(&right.value)) {
            (a, b) if a >= b => (left, right),
            _ => (right, left),
        };
        let Some(origin) = presented_origin(&presented.value, &expected.value) else {
            let claims = presented.value.deep_origins().union(&expected.value.deep_origins());
            if let Some(split) = self.claim_equality(&state, &presented, &expected, &claims, comparator, place) {
                return split;
            }
            return self.unpresented_equality(state, &presented, &expected, place);
        };
        let credential = match &origin.kind {
            OriginKind::Credential(credential) => credential.clone(),
            _ => Credential {
                channel: super::origin::Channel::Header,
                kind: CredentialKind::Signature,
                name: Name::default(),
                part: Part::Token,
            },
        };
        if credential.part == Part::Scheme {
            return shape_split(state, CheckKind::Scheme, place);
        }
        let Some(expected_origin) = self.expected_origin(&presented, &expected, &credential) else {
            return self.unknown_equality(state, &expected.value, &credential, place);
        };
        if credential.part != Part::Username {
            let comparison = Comparison {
                presented_origin: origin,
                expected_origin: expected_origin.clone(),
                presented: presented.clone(),
                expected: expected.clone(),
                comparator,
                place,
            };
            self.emit(&Event::Comparison(&comparison));
            self.secret_is_used(&expected.value, SecretRole::Comparison, "", place);
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
        let is_named_parameter = credential.channel == super::origin::Channel::Parameter
            && presented.value.origins.iter().all(|origin| origin.confidence < Confidence::High);
        if let Some(text) = expected.value.as_text()
            && relevant::is_secret_literal(text, credential)
            && (!is_named_parameter || relevant::is_distinctive(text))
        {
            return expected.value.literal_origin().iter().next().cloned();
        }
        let written = self.index.text(expected.place);
        let last = written.rsplit('.').next().unwrap_or_default();
        let is_class_column = written
            .split('.')
            .next()
            .is_some_and(|first| written.contains('.') && first.starts_with(char::is_uppercase));
        let is_named = expected.value.origins.is_empty()
            && expected.value.as_text().is_none()
            && !is_class_column
            && last.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            && (vocabulary::is_secret(last) || vocabulary::credential_kind(last).is_some());
        let origin_confidence = presented.value.origins.iter().map(|origin| origin.confidence).max();
        (is_named && origin_confidence == Some(Confidence::High)).then(|| {
            let kind = OriginKind::Setting { store: Store::Attribute, name: last.into() };
            let trail = super::origin::Trail::begin(expected.place, format!("`{last}` is what it must equal"));
            Origin { kind, confidence: Confidence::Medium, trail }
        })
    }

    /// A credential is compared with something nobody knows: that may be a real check.
    fn unknown_equality(
        &mut self,
        state: State<'p>,
        expected: &Value<'p>,
        credential: &Credential,
        place: Place,
    ) -> Split<'p> {
        if expected.as_text().is_some() {
            let kind = if credential.part == Part::Whole { CheckKind::Scheme } else { CheckKind::Shape };
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

    fn claim_split(&mut self, state: &State<'p>, origins: &Origins, place: Place) -> Option<Split<'p>> {
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

    /// A string method that looks at the form of a value: `startswith`, `isdigit`.
    pub(super) fn form_test(
        &mut self,
        state: State<'p>,
        origins: &Origins,
        kind: CheckKind,
        place: Place,
    ) -> Branches<'p> {
        if origins.credential().is_none() {
            return one(state, Value::any_boolean());
        }
        let (yes, no) = shape_split(state, kind, place);
        yes.into_iter()
            .map(|state| (state, Value::boolean(true)))
            .chain(no.into_iter().map(|state| (state, Value::boolean(false))))
            .collect()
    }
}

/// A union loses the members that a test rules out.
fn narrowed<'p>(value: Value<'p>, left: Nullness) -> Value<'p> {
    value.with_nullness(left)
}

/// `all([…])`, `any([…])` over written elements, and `bool(x)`.
fn quantified<'p>(callee: &'p Expression, arguments: &'p [Argument]) -> Option<(bool, &'p [Expression])> {
    let ExpressionKind::Name(name) = &callee.kind else { return None };
    let [Argument { value, .. }] = arguments else { return None };
    match (name.as_str(), &value.kind) {
        ("all" | "any", ExpressionKind::List(values) | ExpressionKind::Tuple(values) | ExpressionKind::Set(values)) => {
            Some((name == "all", values))
        }
        ("bool", _) => Some((true, std::slice::from_ref(value))),
        _ => None,
    }
}

/// A length or count of a credential: testing it looks at the credential's form.
fn is_measure(value: &Value<'_>) -> bool {
    value.origins.any(|kind| matches!(kind, OriginKind::Measure))
}

/// A length is tested: either side may be the one that goes on.
fn measure_split(mut state: State<'_>, place: Place) -> Split<'_> {
    state.evidence.add(CheckKind::Shape, place);
    state.evidence.add(CheckKind::Rejected, place);
    (vec![state.clone()], vec![state])
}

fn presence_split<'p>(state: State<'p>, header: &str, place: Place) -> Split<'p> {
    let key: Name =
        format!("Header {}", header.trim_start_matches("HTTP_").replace('_', "-").to_ascii_lowercase()).into();
    let (mut yes, mut no) = (state.clone(), state);
    yes.set_known(key.clone(), Nullness::PRESENT);
    yes.evidence.add(CheckKind::Presence, place);
    no.set_known(key, Nullness::NONE);
    no.evidence.add(CheckKind::Rejected, place);
    (vec![yes], vec![no])
}

fn shape_split(state: State<'_>, kind: CheckKind, place: Place) -> Split<'_> {
    let (mut yes, mut no) = (state.clone(), state);
    yes.evidence.add(kind, place);
    no.evidence.add(CheckKind::Rejected, place);
    (vec![yes], vec![no])
}

fn add_presence(state: &mut State<'_>, origins: &Origins, kind: CheckKind, place: Place) {
    if origins.any(|kind| matches!(kind, OriginKind::StubResult { .. })) {
        state.evidence.add(CheckKind::Stub, place);
    }
    let is_credential = origins.credential().is_some_and(|(_, credential)| credential.part != Part::Scheme);
    if is_credential || origins.any(|kind| matches!(kind, OriginKind::Measure)) {
        state.evidence.add(kind, place);
    }
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
        None if value
            .origins
            .any(|kind| matches!(kind, OriginKind::RequestData | OriginKind::Body { .. } | OriginKind::HeaderMap)) =>
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
    // One header of all of them, against something secret: it can only be a credential.
    let is_secret = expected.deep_origins().iter().any(relevant::is_secret)
        || expected.as_text().is_some_and(|text| relevant::is_distinctive(text));
    let header = value.origins.find(|kind| matches!(kind, OriginKind::HeaderMap));
    if let Some(origin) = header.filter(|_| is_secret && matches!(value.shape, Shape::Unknown)) {
        let credential = Credential {
            channel: super::origin::Channel::Header,
            kind: CredentialKind::ApiKey,
            name: "…".into(),
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
