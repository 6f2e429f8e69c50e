//! Looks at claims: that one is there, which proves nothing of its value, and tests of many of them at once. Judges nothing.

use super::event::Operand;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{Origin, OriginKind, Origins, Step, Store, Trail};
use super::state::State;
use super::value::{Arguments, Nullness, Shape, Value};
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// The truth of a value is tested. Of a claim that is only read, it says that the claim is there: whoever tests a role
    /// that way tests it, and whoever tests an audience does not.
    pub(super) fn claim_truth_is_tested(&mut self, test: &Expression, value: &Value<'p>, place: Place) {
        let origins = &value.origins;
        if !is_read(test) || matches!(value.shape, Shape::Elements(_)) {
            return self.truth_is_tested(origins, place);
        }
        let (addressed, others): (Vec<Origin>, Vec<Origin>) =
            origins.iter().cloned().partition(|origin| addressed(&origin.kind).is_some());
        self.claims_are_looked_for(&Origins::from_list(addressed), place);
        self.truth_is_tested(&Origins::from_list(others), place);
    }

    /// These claims are looked for, whatever they say.
    pub(super) fn claims_are_looked_for(&mut self, origins: &Origins, place: Place) {
        if !self.is_loud() {
            return;
        }
        for origin in origins {
            if let OriginKind::Claim { decode, name, .. } = &origin.kind {
                self.facts.claim_presence.insert((place, *decode, name.clone()));
            }
        }
    }

    /// `"aud" in claims`: the claim is looked for, whatever it says. Whether it is the name of a claim of some token.
    pub(super) fn claim_is_looked_for(&mut self, name: &Value<'p>, claims: &Value<'p>, place: Place) -> bool {
        let decodes = claims.origins.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Claims { decode, .. } => Some(*decode),
            _ => None,
        });
        let decodes: Vec<Place> = decodes.collect();
        let name = name.as_text().cloned().unwrap_or_default();
        if self.is_loud() {
            self.facts.claim_presence.extend(decodes.iter().map(|decode| (place, *decode, name.clone())));
        }
        !decodes.is_empty() && matches!(name.as_str(), "aud" | "iss")
    }

    /// `claims["iss"] in "https://id.example.com/"`: a piece of the text, or nothing at all, stands in it as well.
    pub(super) fn claim_is_sought_inside(&mut self, claim: &Value<'p>, whole: &Value<'p>, place: Place) {
        let is_variable = |origin: &Origin| {
            let read = self.index.text(origin.trail.root().place);
            let is_bound =
                |trail: &Trail| matches!(trail.step, Step::Assigned(_) | Step::Passed { .. } | Step::Source(_));
            matches!(origin.kind, OriginKind::Setting { store: Store::Environment, .. })
                && (read.contains("environ") || read.contains("getenv"))
                && std::iter::successors(Some(&*origin.trail), |trail| trail.previous.as_deref()).all(is_bound)
        };
        // What is read from the environment is one text until somebody takes it apart.
        let is_plain =
            !matches!(whole.shape, Shape::Sequence(_) | Shape::Elements(_) | Shape::Dictionary(_) | Shape::Union(_));
        let is_one_text = match whole.as_text() {
            Some(text) => !text.is_empty(),
            None => is_plain && !whole.origins.is_empty() && whole.origins.iter().all(is_variable),
        };
        let name = claim.origins.iter().find_map(|origin| match &origin.kind {
            OriginKind::Claim { name, .. } if matches!(name.as_str(), "aud" | "iss" | "sub" | "azp" | "client_id") => {
                Some(name.clone())
            }
            _ => None,
        });
        if let Some(name) = name.filter(|_| is_one_text && self.is_loud()) {
            self.facts.claims_inside.insert(place, name);
        }
    }

    /// `claims.get("aud", AUDIENCE) == AUDIENCE`: the path on which the claim is not there, and its stand-in is right.
    pub(super) fn claim_default_agrees(
        &mut self,
        state: &State<'p>,
        (left, left_written): &(Operand<'p>, Option<&'p Expression>),
        (right, right_written): &(Operand<'p>, Option<&'p Expression>),
        place: Place,
    ) -> Option<State<'p>> {
        let is_claim = |operand: &Operand<'p>| operand.value.origins.any(|kind| addressed(kind).is_some());
        let (claim, written, expected) = match (is_claim(left), is_claim(right)) {
            (true, false) => (left, left_written, right_written),
            (false, true) => (right, right_written, left_written),
            _ => return None,
        };
        let ExpressionKind::Call { arguments, .. } = &written.as_ref()?.kind else { return None };
        let [_, default] = arguments.as_slice() else { return None };
        if self.text(default.value.span) != self.text(expected.as_ref()?.span) {
            return None;
        }
        self.claims_are_looked_for(&claim.value.origins, place);
        let mut without = state.clone();
        without.evidence.add(CheckKind::Rejected, place);
        Some(without)
    }

    /// `Claims(**claims)`: a class that validates in ways of its own may test any of them.
    pub(super) fn class_may_validate(&mut self, class: ClassRef<'p>, claims: &Value<'p>, place: Place) {
        let outside = self.outside_bases(class);
        let is_plain = outside.iter().all(|base| self.models.describes_data(base) || base == "typing.NamedTuple");
        let bodies = self.resolution_order(class);
        let is_validator = |statement: &Statement| match &statement.kind {
            StatementKind::Function(function) => function.name.starts_with("__") || !function.decorators.is_empty(),
            _ => false,
        };
        let validates = bodies.iter().any(|class| class.class.body.iter().any(is_validator));
        let is_typed = |statement: &Statement, file| match &statement.kind {
            StatementKind::AnnotatedAssign { target, annotation, value } => {
                let is_addressed = matches!(&target.kind, ExpressionKind::Name(name) if name == "aud" || name == "iss");
                let is_made = value.as_ref().is_some_and(|value| matches!(value.kind, ExpressionKind::Call { .. }));
                is_addressed && (is_made || !is_any_text(self.index.text(Place { file, span: annotation.span })))
            }
            _ => false,
        };
        let restricts =
            bodies.iter().any(|class| class.class.body.iter().any(|statement| is_typed(statement, class.file)));
        if !is_plain || validates || restricts {
            self.claims_escape(&claims.origins, place, "passed on");
        }
    }

    /// `AUDIENCES.intersection(claims["aud"])`, `AUDIENCES.isdisjoint(…)`: what it gives tells of the claim's value.
    pub(super) fn compared_as_sets(
        &mut self,
        state: &State<'p>,
        name: &str,
        receiver: &Value<'p>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        let sides = arguments.iter().fold(receiver.deep_origins(), |all, value| all.union(&value.deep_origins()));
        match name {
            "isdisjoint" | "issubset" | "issuperset" | "__contains__" => {
                let (yes, no) = self.claim_split(state, &sides, place)?;
                self.truth_is_tested(&sides, place);
                let is_negated = name == "isdisjoint";
                let yes = yes.into_iter().map(|state| (state, Value::boolean(!is_negated)));
                Some(yes.chain(no.into_iter().map(|state| (state, Value::boolean(is_negated)))).collect())
            }
            "intersection" | "difference" | "symmetric_difference" => {
                sides.any(is_claim).then(|| one(state.clone(), in_common(&sides)))
            }
            _ => None,
        }
    }
}

/// What two sets have in common, or only one of them has, of which these are the origins: whether there is any tells of the
/// claims among them.
pub(super) fn in_common<'p>(origins: &Origins) -> Value<'p> {
    let claims = origins.filter_map(|origin| is_claim(&origin.kind).then(|| origin.clone()));
    if claims.is_empty() {
        return Value::present();
    }
    let shape = Shape::Elements(Rc::new(Value::from_origins(claims.clone(), Nullness::PRESENT)));
    Value { origins: claims, shape, nullness: Nullness::PRESENT }
}

fn is_claim(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::Claim { .. })
}

/// The path on which a claim that was looked for is not there.
pub(super) fn without_claim(state: &mut State<'_>, operand: &Operand<'_>, place: Place) {
    if operand.value.origins.any(|kind| addressed(kind).is_some()) {
        state.evidence.add(CheckKind::Rejected, place);
    }
}

/// The name of a claim that says for whom or by whom a token was made.
pub(super) fn addressed(kind: &OriginKind) -> Option<&Name> {
    match kind {
        OriginKind::Claim { name, .. } if matches!(name.as_str(), "aud" | "iss") => Some(name),
        _ => None,
    }
}

/// Whether an expression only reads something: a name, a field, an item, `get`.
pub(super) fn is_read(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Name(_)
        | ExpressionKind::Attribute { .. }
        | ExpressionKind::Subscript { .. }
        | ExpressionKind::Walrus { .. } => true,
        ExpressionKind::Call { callee, .. } => {
            matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if name == "get")
        }
        _ => false,
    }
}

/// Whether an annotation says no more than that there is text, or a list of it.
fn is_any_text(annotation: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words = annotation.split(|letter| !is_part(letter)).filter(|word| !word.is_empty());
    words.all(|word| {
        matches!(
            word,
            "str"
                | "Optional"
                | "Union"
                | "List"
                | "list"
                | "Sequence"
                | "Set"
                | "set"
                | "None"
                | "Any"
                | "typing"
                | "t"
        )
    })
}
