//! Claims validated by a call of their own, after the signature was verified: by a method of the claims, or by a validator
//! that is made with what it expects.

use std::rc::Rc;
use std::sync::Arc;

use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::library::parameter;
use super::origin::{OriginKind, Origins};
use super::state::State;
use super::token::{Call, Constraint, constraint, expiry};
use super::value::{Arguments, Shape, Value};
use crate::models::schema::{ClaimParameter, DecodeModel, ValidateModel};
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// `claims.validate()`.
    pub(super) fn claims_are_validated(
        &mut self,
        state: State<'p>,
        claims: &Origins,
        model: &Arc<DecodeModel>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let call = Call { parameters: &[], arguments, options: None };
        let found = expiry(&model.expiry, None, call);
        self.claims_are_tried(claims, place);
        for decode in decodes(claims) {
            if self.is_loud() {
                self.facts.validated.insert(decode);
                if let Some(known) = self.facts.decodes.get_mut(&decode) {
                    known.expiry.is_checked = found.is_checked;
                    known.expiry.leeway = known.expiry.leeway.max(found.leeway);
                }
            }
        }
        self.validated(state, &model.raises, &[CheckKind::Expiry], place)
    }

    /// `claims.options = {"aud": …}` before they are validated.
    pub(super) fn expectations_are_set(&mut self, claims: &Origins, name: &str, value: &Value<'p>) {
        for decode in decodes(claims) {
            let Some(known) = self.facts.decodes.get_mut(&decode) else { continue };
            let model = Arc::clone(&known.model);
            if self.facts.validated.contains(&decode) || model.expectations_attribute.as_deref() != Some(name) {
                continue;
            }
            let wanted = |claim: Option<&ClaimParameter>| {
                claim.map_or(Constraint::Absent, |claim| {
                    let keywords = vec![(Name::new(&claim.parameter), value.clone())];
                    let arguments = Arguments { keywords, ..Arguments::default() };
                    constraint(claim, Call { parameters: &[], arguments: &arguments, options: None })
                })
            };
            known.audience = known.audience.max(wanted(model.audience.as_ref()));
            known.issuer = known.issuer.max(wanted(model.issuer.as_ref()));
            known.expiry.is_required |= wanted(model.expiry.claim.as_ref()) >= Constraint::AnyValue;
        }
    }

    /// `registry.validate(claims)`.
    pub(super) fn validate(
        &mut self,
        state: State<'p>,
        model: &ValidateModel,
        receiver: Option<&Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let claims = parameter(&model.parameters, arguments, "claims").map(Value::deep_origins).unwrap_or_default();
        let made = self.expectations(receiver);
        let call = Call { parameters: &[], arguments: &made, options: None };
        let wanted = |claim: Option<&ClaimParameter>| claim.map_or(Constraint::Absent, |claim| constraint(claim, call));
        let (audience, issuer) = (wanted(model.audience.as_ref()), wanted(model.issuer.as_ref()));
        let found = expiry(&model.expiry, None, call);
        self.claims_are_tried(&claims, place);
        for decode in decodes(&claims) {
            if self.is_loud() {
                self.facts.validated.insert(decode);
                if let Some(known) = self.facts.decodes.get_mut(&decode) {
                    known.audience = known.audience.max(audience);
                    known.issuer = known.issuer.max(issuer);
                    known.expiry.is_checked = true;
                    known.expiry.is_required |= found.is_required;
                    known.expiry.leeway = known.expiry.leeway.max(found.leeway);
                }
            }
        }
        let mut gained = vec![CheckKind::Expiry];
        gained.extend((audience != Constraint::Absent).then_some(CheckKind::Audience));
        gained.extend((issuer != Constraint::Absent).then_some(CheckKind::Issuer));
        self.validated(state, &model.raises, &gained, place)
    }

    /// What is validated is what the caller presented to the decoder.
    fn claims_are_tried(&mut self, claims: &Origins, place: Place) {
        let tokens = decodes(claims).into_iter().filter_map(|decode| self.facts.tried.get(&decode));
        let presented = tokens.fold(Origins::default(), |all, token| all.union(token));
        self.is_tried(place, &presented);
    }

    /// The arguments of the call that made a library's object; what was not seen may say anything.
    fn expectations(&mut self, receiver: Option<&Value<'p>>) -> Arguments<'p> {
        let made = match receiver.map(|receiver| &receiver.shape) {
            Some(Shape::ExternalInstance { at, .. }) => self.made_with(*at),
            _ => None,
        };
        made.unwrap_or_else(|| Arguments { rest: Some(Value::unknown()), ..Arguments::default() })
    }

    /// A validation that raises where it fails.
    fn validated(
        &mut self,
        mut state: State<'p>,
        raises: &[String],
        gained: &[CheckKind],
        place: Place,
    ) -> Branches<'p> {
        let mut failed = state.clone();
        failed.evidence.add(CheckKind::FailedVerification, place);
        let classes = Rc::new(raises.iter().map(Name::new).collect());
        self.raise(failed, RaisedClass::External(classes), Origins::default(), place);
        for kind in gained {
            state.evidence.add(*kind, place);
        }
        one(state, Value::none())
    }
}

/// Where the tokens of these claims were decoded.
fn decodes(claims: &Origins) -> Vec<Place> {
    let places = claims.iter().filter_map(|origin| match &origin.kind {
        OriginKind::Claims { decode, .. } => Some(*decode),
        _ => None,
    });
    places.collect()
}
