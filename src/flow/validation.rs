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
use super::value::{Arguments, Object, Shape, Value};
use crate::models::schema::{ClaimParameter, DecodeModel, InstanceModel, ValidateModel};
use crate::source::Place;
use crate::syntax::tree::Name;

/// The attribute that tells that an object was seen being made.
const MADE: &str = "";

impl<'p> Interpreter<'p, '_> {
    /// Remembers what an object is made with, where its methods will want to know.
    pub(super) fn keep_arguments(
        state: &mut State<'p>,
        model: &InstanceModel,
        arguments: &Arguments<'p>,
        place: Place,
    ) {
        if !model.keeps || arguments.rest.is_some() {
            return;
        }
        let object = Object::At(place);
        let names = model.parameters.iter().map(|parameter| parameter.rsplit('=').next().unwrap_or_default());
        let positional = names.zip(&arguments.positional).map(|(name, value)| (Name::new(name), value.clone()));
        for (name, value) in positional.chain(arguments.keywords.iter().cloned()) {
            state.set_attribute(object, name, value);
        }
        state.set_attribute(object, Name::new(MADE), Value::present());
    }

    /// What a library's object was made with, by name; nothing where nobody saw that.
    pub(super) fn kept(&self, state: &State<'p>, receiver: Option<&Value<'p>>, name: &str) -> Option<Value<'p>> {
        let Some(Shape::ExternalInstance { at, .. }) = receiver.map(|receiver| &receiver.shape) else { return None };
        let object = Object::At(*at);
        state.attribute(object, name).or_else(|| self.module_attributes.get(&(object, Name::new(name)))).cloned()
    }

    /// Whether it is known what a library's object was made with.
    pub(super) fn is_made_in_sight(&self, state: &State<'p>, receiver: Option<&Value<'p>>) -> bool {
        self.kept(state, receiver, MADE).is_some()
    }

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
        let made = self.made_with(&state, model, receiver);
        let call = Call { parameters: &[], arguments: &made, options: None };
        let wanted = |claim: Option<&ClaimParameter>| claim.map_or(Constraint::Absent, |claim| constraint(claim, call));
        let (audience, issuer) = (wanted(model.audience.as_ref()), wanted(model.issuer.as_ref()));
        let found = expiry(&model.expiry, None, call);
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

    /// The arguments that a validator was made with; what was not seen may say anything.
    fn made_with(&self, state: &State<'p>, model: &ValidateModel, receiver: Option<&Value<'p>>) -> Arguments<'p> {
        if !self.is_made_in_sight(state, receiver) {
            return Arguments { rest: Some(Value::unknown()), ..Arguments::default() };
        }
        let claims = [&model.audience, &model.issuer].into_iter().flatten().map(|claim| claim.parameter.as_str());
        let own = model.expiry.claim.as_ref().map(|claim| claim.parameter.as_str());
        let names = claims.chain(model.expiry.leeway.as_deref()).chain(own);
        let keywords = names.filter_map(|name| Some((Name::new(name), self.kept(state, receiver, name)?)));
        Arguments { keywords: keywords.collect(), ..Arguments::default() }
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
