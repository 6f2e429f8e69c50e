//! Checks of the caller whose answer goes nowhere: a statement of its own, a name that nobody reads, a test that cannot fail.
//! Only what the answer is, never what should follow from it.

use super::event::Binding;
use super::evidence::{Check, CheckKind, Evidence};
use super::interpreter::{Branches, Interpreter, Summary};
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part};
use super::state::State;
use super::value::{Constant, Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
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

    /// A call or comparison is a statement of its own.
    pub(super) fn answer_is_dropped(&mut self, before: &Evidence, expression: &'p Expression, branches: &Branches<'p>) {
        if !self.is_loud() {
            return;
        }
        // A refusal goes no further: no path is left of it.
        if !branches.is_empty() && branches.iter().all(|(_, value)| changes_nothing(value)) {
            let place = self.place(expression.span);
            self.facts.idle.insert(place);
        }
        self.goes_nowhere(before, expression, branches, None);
    }

    /// Its answer is bound to names: what becomes of them the function says as a whole.
    pub(super) fn answer_is_bound(
        &mut self,
        before: &Evidence,
        targets: &'p [Expression],
        expression: &'p Expression,
        branches: &Branches<'p>,
    ) {
        let [target] = targets else { return };
        let gained = branches.iter().any(|(state, _)| state.evidence != *before);
        if gained && self.is_loud() && binds_names_only(target) {
            let binding = Binding { names: self.place(target.span), end: expression.span.end };
            self.goes_nowhere(before, expression, branches, Some(binding));
        }
    }

    fn goes_nowhere(
        &mut self,
        before: &Evidence,
        expression: &'p Expression,
        branches: &Branches<'p>,
        binding: Option<Binding>,
    ) {
        if self.facts.tried.is_empty() {
            return;
        }
        self.verdict_is_dropped(before, branches, binding);
        let place = self.place(unawaited(expression).span);
        if self.facts.tried.contains_key(&place) {
            self.facts.unread.entry(place).or_insert(binding);
        }
        for (_, value) in branches {
            self.result_is_unread(value, binding);
        }
    }

    /// The truth of a tuple is tested: it is never empty, whatever stands in it.
    pub(super) fn tuple_is_tested(&mut self, value: &Value<'p>) {
        if matches!(&value.shape, Shape::Sequence(elements) if !elements.is_empty()) && self.is_loud() {
            self.result_is_unread(value, None);
        }
    }

    fn result_is_unread(&mut self, value: &Value<'p>, binding: Option<Binding>) {
        for origin in &value.deep_origins() {
            if let OriginKind::Claims { decode, is_verified: true } = &origin.kind {
                self.facts.unread.entry(*decode).or_insert(binding);
            }
        }
    }

    /// One path says no where another says yes, on the same check, and nothing else tells them apart.
    fn verdict_is_dropped(&mut self, before: &Evidence, branches: &Branches<'p>, binding: Option<Binding>) {
        let mut unheeded = Vec::new();
        for (refused, no) in branches {
            let is_new = |check: &&Check| !before.iter().any(|known| known == *check);
            let failed = refused.evidence.iter().filter(is_new).filter(|check| {
                matches!(check.kind, CheckKind::Rejected | CheckKind::FailedVerification)
                    && self.facts.tried.contains_key(&check.place)
            });
            let is_passed = |place: Place| {
                let mut opposite = branches.iter().filter(|(_, yes)| are_opposite(yes, no));
                opposite.any(|(passed, _)| {
                    let mut gained = passed.evidence.iter().filter(|check| check.place == place);
                    gained.any(|check| check.kind.is_proof() && check.kind != CheckKind::Opaque)
                        && have_same_attributes(passed, refused)
                })
            };
            unheeded.extend(failed.map(|check| check.place).filter(|place| is_passed(*place)));
        }
        for place in unheeded {
            self.facts.unheeded.entry(place).or_insert(binding);
        }
    }

    /// What a function returns where a verification failed in it takes the place of the claims that it returns otherwise.
    pub(super) fn failure_is_answered(&mut self, summary: &Summary<'p>) {
        if !self.is_loud() || self.facts.tried.is_empty() {
            return;
        }
        for (failed, value, _) in summary.returns.iter().filter(|(_, value, _)| stands_for_claims(value)) {
            let verified = |decode: Place| {
                summary.returns.iter().any(|(_, value, _)| value.deep_origins().any(|kind| is_claims_of(kind, decode)))
            };
            let tried = failures(&failed.evidence).filter(|decode| verified(*decode));
            let is_guest = is_guest(value);
            self.facts.stand_ins.extend(tried.map(|decode| (decode, is_guest)));
        }
    }

    /// A token callback answers with something that the program wrote: whoever asks is let in.
    pub(super) fn somebody_is_answered(&mut self, state: &State<'p>, value: &Value<'p>) {
        let is_written = matches!(&value.shape, Shape::Constant(_) | Shape::Dictionary(_)) && value.origins.is_empty();
        if is_written && self.is_loud() {
            self.facts.stand_ins.extend(failures(&state.evidence).map(|place| (place, false)));
        }
    }

    /// A name that holds verified claims, or a delivery, where its verification passed gets something else where it failed.
    pub(super) fn failure_is_bound(&mut self, state: &State<'p>, targets: &'p [Expression], value: &Value<'p>) {
        let Some(holder) = self.holder(targets).filter(|_| self.is_loud() && !self.facts.tried.is_empty()) else {
            return;
        };
        let is_sent = value.origins.any(|kind| matches!(kind, OriginKind::RequestData | OriginKind::Body { .. }));
        if stands_for_claims(value) || is_sent {
            let held = self.facts.holders.get(&holder).cloned().unwrap_or_default();
            let is_guest = is_guest(value);
            self.facts
                .stand_ins
                .extend(failures(&state.evidence).filter(|place| held.contains(place)).map(|place| (place, is_guest)));
        }
    }

    /// What was verified is bound to a name.
    pub(super) fn verified_is_bound(
        &mut self,
        targets: &'p [Expression],
        expression: &'p Expression,
        value: &Value<'p>,
    ) {
        let Some(holder) = self.holder(targets).filter(|_| self.is_loud() && !self.facts.tried.is_empty()) else {
            return;
        };
        let mut held: Vec<Place> = value
            .deep_origins()
            .iter()
            .filter_map(|origin| match origin.kind {
                OriginKind::Claims { decode, is_verified: true } => Some(decode),
                _ => None,
            })
            .collect();
        let place = self.place(unawaited(expression).span);
        if self.facts.tried.contains_key(&place) {
            held.push(place);
        }
        if !held.is_empty() {
            self.facts.holders.entry(holder).or_default().extend(held);
        }
    }

    /// What an assignment binds, in the function that runs: a name, or an attribute or item as it is written (`request.ctx.user`).
    fn holder(&self, targets: &'p [Expression]) -> Option<(Option<Place>, Name)> {
        let [target] = targets else { return None };
        let name = match &target.kind {
            ExpressionKind::Name(name) => name.clone(),
            ExpressionKind::Attribute { .. } | ExpressionKind::Subscript { .. } => {
                self.index.text(self.place(target.span)).into()
            }
            _ => return None,
        };
        let closure = self.frames.last().and_then(|frame| frame.closure.as_ref());
        Some((closure.map(|closure| closure.code.place(closure.file)), name))
    }
}

/// What a handler answered for a credential that failed is handed to somebody else: whoever looks a user up by the words of a
/// message finds none, and nobody can see that. A name written there may well be somebody's.
pub(super) fn failure_is_shown<'p>(state: &mut State<'p>, values: &[&Value<'p>], place: Place) {
    let covers = |handler: Place, at: Place| handler.file == at.file && handler.span.contains(at.span);
    let is_answer = |value: &&Value<'p>| match &value.shape {
        Shape::Constant(Constant::Text { text, at, .. }) if text.is_empty() || text.contains(' ') => state
            .evidence
            .iter()
            .any(|check| check.kind == CheckKind::Caught && covers(check.place, *at) && !covers(check.place, place)),
        _ => false,
    };
    if values.iter().any(is_answer) {
        state.evidence.add(CheckKind::Opaque, place);
    }
}

/// The verifications that failed on a path.
fn failures(evidence: &Evidence) -> impl Iterator<Item = Place> {
    evidence.iter().filter(|check| check.kind == CheckKind::FailedVerification).map(|check| check.place)
}

fn is_claims_of(kind: &OriginKind, decode: Place) -> bool {
    matches!(kind, OriginKind::Claims { decode: at, is_verified: true } if *at == decode)
}

/// Written by the program in the form of claims: it says who somebody is, or what they may do.
fn stands_for_claims(value: &Value<'_>) -> bool {
    let Shape::Dictionary(dictionary) = &value.shape else { return false };
    let mut entries = dictionary.entries.iter();
    entries.any(|(key, value)| vocabulary::is_identity_claim(key) && value.nullness.may_be(Nullness::FULL))
        && !super::outcome::is_refusal_text(value)
}

/// Whether what the program writes in place of claims is somebody without rights.
fn is_guest(value: &Value<'_>) -> bool {
    let Shape::Dictionary(dictionary) = &value.shape else { return false };
    dictionary.entries.values().any(|value| value.as_text().is_some_and(|text| vocabulary::is_guest(text)))
}

/// Whether one answer says yes and the other no.
fn are_opposite(yes: &Value<'_>, no: &Value<'_>) -> bool {
    let refuses = |value: &Value<'_>| match &value.shape {
        Shape::Response { status } => status.is_some_and(|status| status >= 400),
        Shape::Sequence(elements) => {
            elements.iter().skip(1).any(|one| one.as_integer().is_some_and(|status| (400..600).contains(&status)))
        }
        _ => false,
    };
    let may_hold = |value: &Value<'_>| value.nullness.may_be(Nullness::FULL);
    may_hold(yes) && !may_hold(no) || refuses(no) && !refuses(yes)
}

/// A value that a statement makes and drops, and whose making does nothing else.
fn changes_nothing(value: &Value<'_>) -> bool {
    let is_exception = |name: &str| name.ends_with("Error") || name.ends_with("Exception");
    match &value.shape {
        Shape::Response { .. } | Shape::Sequence(_) | Shape::Constant(Constant::Text { .. } | Constant::Integer(_)) => {
            true
        }
        Shape::ExternalInstance { class, .. } => is_exception(class),
        Shape::Instance { class, .. } => is_exception(&class.class.name),
        _ => false,
    }
}

fn binds_names_only(target: &Expression) -> bool {
    match &target.kind {
        ExpressionKind::Name(_) => true,
        ExpressionKind::Tuple(targets) | ExpressionKind::List(targets) => targets.iter().all(binds_names_only),
        _ => false,
    }
}

/// Whether two paths left the same on the objects that outlive them.
fn have_same_attributes(left: &State<'_>, right: &State<'_>) -> bool {
    let held = |state: &State<'_>| -> Vec<_> {
        state.attributes().map(|(object, name, value)| (object, name.clone(), value.fingerprint())).collect()
    };
    held(left) == held(right)
}

fn unawaited(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Await(inner) => unawaited(inner),
        _ => expression,
    }
}
