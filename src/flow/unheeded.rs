//! Checks of the caller whose answer goes nowhere: a statement of its own, a name that nobody reads, a test that cannot fail.
//! Only what the answer is, never what should follow from it.

use super::evidence::{Check, CheckKind, Evidence};
use super::interpreter::{Branches, Interpreter};
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part};
use super::state::State;
use super::value::{Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name};

impl<'p> Interpreter<'p, '_> {
    /// Something presented is verified, or compared with what the program holds.
    pub(super) fn is_tried(&mut self, place: Place, presented: &Origins) {
        if self.is_loud() {
            let known = self.facts.tried.entry(place).or_default();
            *known = known.union(presented);
        }
    }

    /// A verifier that finds what it verifies in the request by itself, where it is handed nothing.
    pub(super) fn is_found_in_request(place: Place) -> Origins {
        let credential = Credential {
            channel: Channel::Header,
            kind: CredentialKind::Bearer,
            name: Name::new("Authorization"),
            part: Part::Token,
        };
        let words = "the library takes it from the request here";
        Origins::one(OriginKind::Credential(credential), Confidence::High, place, words)
    }

    /// Something is looked at that tells who the verified caller is, called or not.
    pub(super) fn identity_is_read(&mut self, value: &Value<'p>, place: Place) {
        let Shape::External(path) = &value.shape else { return };
        let is_asked = self.is_loud() && !self.facts.tried.is_empty();
        if is_asked && matches!(self.models.meaning(path), Some(Meaning::Identity)) {
            self.facts.identity_reads.insert(place);
        }
    }

    /// A call or comparison is a statement of its own.
    pub(super) fn answer_is_dropped(&mut self, before: &Evidence, expression: &'p Expression, branches: &Branches<'p>) {
        if !self.is_loud() || self.facts.tried.is_empty() {
            return;
        }
        self.verdict_is_dropped(before, branches);
        let place = self.place(unawaited(expression).span);
        if self.facts.tried.contains_key(&place) {
            self.facts.unread.insert(place);
        }
        for (_, value) in branches {
            self.result_is_unread(value);
        }
    }

    /// Its answer is bound to a name that the function never reads.
    pub(super) fn answer_is_bound(
        &mut self,
        before: &Evidence,
        targets: &'p [Expression],
        expression: &'p Expression,
        branches: &Branches<'p>,
    ) {
        let gained = branches.iter().any(|(state, _)| state.evidence != *before);
        if gained && self.is_loud() && !self.facts.tried.is_empty() && self.is_never_read(targets) {
            self.answer_is_dropped(before, expression, branches);
        }
    }

    /// The truth of a tuple is tested: it is never empty, whatever stands in it.
    pub(super) fn tuple_is_tested(&mut self, value: &Value<'p>) {
        if matches!(&value.shape, Shape::Sequence(elements) if !elements.is_empty()) && self.is_loud() {
            self.result_is_unread(value);
        }
    }

    fn result_is_unread(&mut self, value: &Value<'p>) {
        for origin in &value.deep_origins() {
            if let OriginKind::Claims { decode, is_verified: true } = &origin.kind {
                self.facts.unread.insert(*decode);
            }
        }
    }

    /// One path says no where another says yes, on the same check, and nothing else tells them apart.
    fn verdict_is_dropped(&mut self, before: &Evidence, branches: &Branches<'p>) {
        let (yes, no): (Vec<_>, Vec<_>) = branches.iter().partition(|(_, value)| value.nullness.may_be(Nullness::FULL));
        let mut unheeded = Vec::new();
        for (refused, _) in &no {
            let is_new = |check: &&Check| !before.iter().any(|known| known == *check);
            let failed = refused.evidence.iter().filter(is_new).filter(|check| {
                matches!(check.kind, CheckKind::Rejected | CheckKind::FailedVerification)
                    && self.facts.tried.contains_key(&check.place)
            });
            let is_passed = |place: Place| {
                let alike = yes.iter().filter(|(passed, _)| have_same_attributes(passed, refused));
                alike
                    .flat_map(|(passed, _)| passed.evidence.iter())
                    .any(|check| check.place == place && check.kind.is_proof() && check.kind != CheckKind::Opaque)
            };
            unheeded.extend(failed.map(|check| check.place).filter(|place| is_passed(*place)));
        }
        self.facts.unheeded.extend(unheeded);
    }
}

/// Whether two paths left the same on the objects that outlive them.
fn have_same_attributes(left: &State<'_>, right: &State<'_>) -> bool {
    let held = |state: &State<'_>| -> Vec<_> {
        state.attributes().map(|((object, name), value)| (*object, name.clone(), value.fingerprint())).collect()
    };
    held(left) == held(right)
}

fn unawaited(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Await(inner) => unawaited(inner),
        _ => expression,
    }
}
