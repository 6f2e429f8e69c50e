//! Conditions: they split paths, narrow what values can be, and are where evidence is gained.

use super::event::{Comparator, Decision, Event, Operand};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins, Part};
use super::quantified::quantified;
use super::state::State;
use super::value::{Constant, Nullness, RequestMap, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Name, UnaryOperator};

/// The paths on which a condition holds, and those on which it does not.
pub(super) type Split<'p> = (Vec<State<'p>>, Vec<State<'p>>);

impl<'p> Interpreter<'p, '_> {
    /// Splits a path at a condition.
    pub fn branch(&mut self, state: State<'p>, test: &'p Expression) -> Split<'p> {
        let (mut yes, mut no) = self.branch_undeployed(state, test);
        self.development(test, &mut yes, &mut no);
        self.method_is_asked(test, &mut yes, &mut no);
        self.narrow(test, &mut yes, &mut no);
        (yes, no)
    }

    fn branch_undeployed(&mut self, state: State<'p>, test: &'p Expression) -> Split<'p> {
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
                if let Some(split) = self.branch_each(&state, test) {
                    return split;
                }
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
            let joined = self.merge(yes.into_iter().chain(no).collect(), at);
            return joined.into_iter().map(|state| (state, Value::any_boolean())).collect();
        }
        let at = self.place(test.span);
        let yes = self.merge(yes, at).into_iter().map(|state| (state, Value::boolean(true)));
        let no = self.merge(no, at).into_iter().map(|state| (state, Value::boolean(false)));
        yes.chain(no).collect()
    }

    /// `bool(x)` as a value: two paths where `x` is what the caller presents, so that a helper can answer with it.
    pub(super) fn presence_value(&mut self, state: &State<'p>, tested: &'p Expression) -> Option<Branches<'p>> {
        let found = self.evaluate(state.clone(), tested);
        if !found.iter().any(|(_, value)| value.origins.credential().is_some()) {
            return None;
        }
        Some(self.then(found, |this, state, value| {
            let (yes, no) = this.branch_truth(state, tested, &value);
            let yes = yes.into_iter().map(|state| (state, Value::boolean(true)));
            yes.chain(no.into_iter().map(|state| (state, Value::boolean(false)))).collect()
        }))
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
            open = self.merge(next, self.place(value.span));
            decided = self.few(decided, self.place(value.span));
        }
        if is_and { (open, decided) } else { (decided, open) }
    }

    /// Splits by the truth of a value that an expression gave.
    fn branch_truth(&mut self, state: State<'p>, test: &'p Expression, value: &Value<'p>) -> Split<'p> {
        let place = self.place(test.span);
        self.claim_truth_is_tested(test, value, place);
        self.header_truth_is_tested(test, &value.origins);
        let is_claim = super::claims::is_read(test)
            && !matches!(value.shape, Shape::Elements(_))
            && value.origins.any(|kind| super::claims::addressed(kind).is_some());
        self.tuple_is_tested(value);
        self.identity_is_looked_at(value, place);
        let is_tail = super::scheme::is_tail(test) && value.deep_origins().credential().is_some();
        let side = |this: &mut Self, mut state: State<'p>, wanted: Nullness, kind: CheckKind| {
            if !value.nullness.may_be(wanted) {
                return Vec::new();
            }
            this.refine(&mut state, test, wanted);
            if kind == CheckKind::Rejected {
                this.secret_is_unset(&mut state, &value.origins, place);
                if is_claim {
                    state.evidence.add(CheckKind::Rejected, place);
                }
            }
            add_presence(&mut state, &value.origins, kind, place);
            if kind == CheckKind::Presence && is_tail {
                state.evidence.add(CheckKind::Shape, place);
            }
            vec![state]
        };
        let no = side(self, state.clone(), Nullness::NONE.or(Nullness::EMPTY), CheckKind::Rejected);
        let yes = side(self, state, Nullness::FULL, CheckKind::Presence);
        (yes, no)
    }

    /// A claim, or the answer of a validator that accepts everything, decides.
    pub(super) fn truth_is_tested(&mut self, origins: &Origins, place: Place) {
        for origin in origins {
            match &origin.kind {
                OriginKind::Claim { decode, is_verified, name } => {
                    self.claim_is_tested(*decode, *is_verified, name, place);
                }
                OriginKind::StubResult { function, at } => {
                    // Its trail begins where the credential entered.
                    let entry = self.entry;
                    let event = Event::Stub { function, definition: *at, place, entry, credential: Some(origin) };
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
                    let narrowed = super::narrowing::to_nullness(value, left);
                    match self.shared_home(name) {
                        Some(home) => state.set_attribute(home, name.clone(), narrowed),
                        None => state.locals.narrow(name.clone(), narrowed),
                    }
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
                self.is_tested(state, expression, nullness);
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
        let [(operator, right)] = rest else { return self.branch_chain(state, test, left, rest) };
        for (state, left_value) in self.evaluate(state, left) {
            for (state, right_value) in self.evaluate(state, right) {
                if let Some((yes, no)) = self.special_equality(&state, *operator, &left_value, &right_value, place) {
                    split.0.extend(yes);
                    split.1.extend(no);
                    continue;
                }
                if is_measure(&left_value)
                    && let Some((yes, no)) = self.word_is_found(&state, *operator, left, &right_value, place)
                {
                    split.0.extend(yes);
                    split.1.extend(no);
                    continue;
                }
                let left_side = (Operand { value: left_value.clone(), place: self.place(left.span) }, Some(left));
                let right_side = (Operand { value: right_value, place: self.place(right.span) }, Some(right));
                let without = self.claim_default_agrees(&state, &left_side, &right_side, place);
                let (mut yes, mut no) = self.compare(state, *operator, left_side, right_side, place);
                match operator {
                    CompareOperator::Equal => yes.extend(without),
                    CompareOperator::NotEqual => no.extend(without),
                    _ => {}
                }
                split.0.extend(yes);
                split.1.extend(no);
            }
        }
        split
    }

    /// `a < b == c`: every neighbours' comparison must hold.
    fn branch_chain(
        &mut self,
        state: State<'p>,
        test: &'p Expression,
        left: &'p Expression,
        rest: &'p [(CompareOperator, Expression)],
    ) -> Split<'p> {
        let (mut open, mut failed) = (vec![state], Vec::new());
        let mut before = left;
        for pair in rest {
            let mut holding = Vec::new();
            for state in open {
                let (yes, no) = self.branch_compare(state, test, before, std::slice::from_ref(pair));
                holding.extend(yes);
                failed.extend(no);
            }
            open = self.merge(holding, self.place(test.span));
            before = &pair.1;
        }
        (open, failed)
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
        self.identity_is_looked_at(&left.value, place);
        self.identity_is_looked_at(&right.value, place);
        let is_negative = matches!(operator, NotEqual | IsNot | NotIn);
        let (yes, no) = match operator {
            Equal | NotEqual | Is | IsNot => match (is_blank(&left.value), is_blank(&right.value)) {
                (false, true) => {
                    let mut split = self.compare_blank(state, &left, left_written, &right.value, place);
                    self.found_unset(&mut split.0, &left.value, right_written, place);
                    split
                }
                (true, false) => {
                    let mut split = self.compare_blank(state, &right, right_written, &left.value, place);
                    self.found_unset(&mut split.0, &right.value, left_written, place);
                    split
                }
                _ => self.compare_equal(state, left, right, Comparator::Equality, place),
            },
            In | NotIn => self.compare_membership(state, (&left, left_written), &right, place),
            _ if is_measure(&left.value) || is_measure(&right.value) => measure_split(state, place),
            _ => {
                for side in [&left.value, &right.value] {
                    self.truth_is_tested(&side.origins, place);
                    // `EXPECTED.items() <= claims.items()`
                    let whole = side.origins.filter_map(|origin| {
                        matches!(origin.kind, OriginKind::Claims { is_verified: true, .. }).then(|| origin.clone())
                    });
                    self.claims_escape(&whole, place, "is compared");
                }
                (vec![state.clone()], vec![state])
            }
        };
        if is_negative { (no, yes) } else { (yes, no) }
    }

    /// `value is None`, `value == ""`.
    pub(super) fn compare_blank(
        &mut self,
        state: State<'p>,
        operand: &Operand<'p>,
        written: Option<&'p Expression>,
        blank: &Value<'p>,
        place: Place,
    ) -> Split<'p> {
        let value = &operand.value;
        let matches = blank.nullness;
        self.claims_are_looked_for(&value.origins, place);
        let mut side = |mut state: State<'p>, wanted: Nullness, kind: CheckKind| {
            if !value.nullness.may_be(wanted) {
                return Vec::new();
            }
            if let Some(written) = written {
                self.refine(&mut state, written, wanted);
            }
            add_presence(&mut state, &value.origins, kind, place);
            if kind == CheckKind::Rejected {
                super::claims::without_claim(&mut state, operand, place);
            }
            vec![state]
        };
        let yes = side(state.clone(), matches, CheckKind::Rejected);
        let no = side(state, matches.not(), CheckKind::Presence);
        (yes, no)
    }

    /// `left in right`.
    pub(super) fn compare_membership(
        &mut self,
        mut state: State<'p>,
        (left, left_written): (&Operand<'p>, Option<&'p Expression>),
        right: &Operand<'p>,
        place: Place,
    ) -> Split<'p> {
        if self.is_session_user(&state, &right.value, &left.value) {
            let (yes, no) = Self::session_sides(state, place);
            return (vec![yes], vec![no]);
        }
        let bearing = left.value.origins.credential().map(|(_, credential)| credential.clone());
        let is_signature = bearing.is_none() && self.is_sought_among_signatures(left, &right.value);
        match (&right.value.shape, &left.value) {
            (Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs | RequestMap::Environment), key) => {
                let name = key.as_text().cloned().unwrap_or_default();
                if vocabulary::header_kind(name.trim_start_matches("HTTP_")).is_some() {
                    // Looking for the header is reading it as far as it is ever read.
                    self.item(&state, &right.value, key, None, place, Nullness::ANY);
                    return presence_split(state, &name, place);
                }
            }
            (Shape::Sequence(elements), key)
                if key.as_text().is_some() && elements.iter().all(|one| one.as_text().is_some()) =>
            {
                let holds = elements.iter().any(|one| one.as_text() == key.as_text());
                return if holds { (vec![state], Vec::new()) } else { (Vec::new(), vec![state]) };
            }
            (Shape::Constant(Constant::Text { text: whole, .. }), key) if key.as_text().is_some() => {
                let holds = key.as_text().is_some_and(|text| whole.contains(text.as_str()));
                return if holds { (vec![state], Vec::new()) } else { (Vec::new(), vec![state]) };
            }
            (Shape::Sequence(elements), _) if bearing.is_some() || is_signature => {
                let mut remaining = state.clone();
                let mut found = Vec::new();
                for element in elements.iter() {
                    let expected = Operand { value: element.clone(), place: right.place };
                    // `token in (None, "")` asks whether it is there.
                    let (yes, no) = if is_blank(element) {
                        self.compare_blank(remaining, left, left_written, element, place)
                    } else {
                        self.compare_equal(remaining, left.clone(), expected, Comparator::Membership, place)
                    };
                    found.extend(yes);
                    match no.into_iter().next() {
                        Some(state) => remaining = state,
                        None => return (found, Vec::new()),
                    }
                }
                return (self.merge(found, place), vec![remaining]);
            }
            _ => {}
        }
        if let (Some(text), Some((_, credential))) = (left.value.as_text(), right.value.origins.credential()) {
            // `"Bearer" in header`: a look at the form.
            self.scheme_is_searched(&state, text, &right.value, place);
            let kind = if vocabulary::is_scheme_or_word(text) || credential.part == Part::Whole {
                CheckKind::Scheme
            } else {
                CheckKind::Shape
            };
            return shape_split(state, kind, place);
        }
        if self.claim_is_looked_for(&left.value, &right.value, place) {
            let mut without = state.clone();
            without.evidence.add(CheckKind::Rejected, place);
            return (vec![state], vec![without]);
        }
        self.truth_is_tested(&left.value.deep_origins(), place);
        self.truth_is_tested(&right.value.deep_origins(), place);
        self.header_is_tested(&left.value.origins);
        self.claim_is_sought_inside(&left.value, &right.value, place);
        if let Some(split) =
            self.claim_split(&state, &left.value.deep_origins().union(&right.value.deep_origins()), place)
        {
            return split;
        }
        if is_signature || bearing.is_some_and(|credential| credential.part != Part::Scheme) {
            if let Some(split) = self.searched_in_secret(&state, &left.value, &right.value, place) {
                return split;
            }
            if let Some(split) = self.membership_of_secret(&state, left, right, place) {
                return split;
            }
            state.evidence.add(CheckKind::Opaque, place);
        }
        (vec![state.clone()], vec![state])
    }

    /// `sent in [signature(key) for key in keys]`
    fn is_sought_among_signatures(&self, left: &Operand<'p>, right: &Value<'p>) -> bool {
        let is_sent = |kind: &OriginKind| matches!(kind, OriginKind::RequestData | OriginKind::Body { .. });
        let are_signatures = || right.deep_origins().any(|kind| *kind == OriginKind::Mac);
        (left.value.origins.any(is_sent) && are_signatures()) || self.called_signature(left, right).is_some()
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

/// `None` or an empty text.
pub(super) fn is_blank(value: &Value<'_>) -> bool {
    value.is_none() || value.as_text().is_some_and(smol_str::SmolStr::is_empty)
}

/// A length or count of a credential: testing it looks at the credential's form.
pub(super) fn is_measure(value: &Value<'_>) -> bool {
    value.origins.any(|kind| matches!(kind, OriginKind::Measure))
}

/// A length is tested: either side may be the one that goes on.
pub(super) fn measure_split(mut state: State<'_>, place: Place) -> Split<'_> {
    state.evidence.add(CheckKind::Shape, place);
    state.evidence.add(CheckKind::Rejected, place);
    (vec![state.clone()], vec![state])
}

fn presence_split<'p>(state: State<'p>, header: &str, place: Place) -> Split<'p> {
    let form = format!("Header {}", header.trim_start_matches("HTTP_").replace('_', "-").to_ascii_lowercase());
    let (mut yes, mut no) = (state.clone(), state);
    yes.set_known(&form, Nullness::PRESENT);
    yes.evidence.add(CheckKind::Presence, place);
    no.set_known(&form, Nullness::NONE);
    no.evidence.add(CheckKind::Rejected, place);
    (vec![yes], vec![no])
}

pub(super) fn shape_split(state: State<'_>, kind: CheckKind, place: Place) -> Split<'_> {
    let (mut yes, mut no) = (state.clone(), state);
    yes.evidence.add(kind, place);
    no.evidence.add(CheckKind::Rejected, place);
    (vec![yes], vec![no])
}

pub(super) fn add_presence(state: &mut State<'_>, origins: &Origins, kind: CheckKind, place: Place) {
    if origins.any(|kind| matches!(kind, OriginKind::StubResult { .. })) {
        state.evidence.add(CheckKind::Stub, place);
    }
    let is_credential = origins.credential().is_some_and(|(_, credential)| credential.part != Part::Scheme);
    if is_credential || origins.any(|kind| matches!(kind, OriginKind::Measure)) {
        state.evidence.add(kind, place);
    }
}
