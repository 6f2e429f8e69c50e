//! Tokens and callers checked by libraries: decoders and verifiers, as their models say.

use super::event::{Decode, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::library::{named_parameter, parameter};
use super::origin::{CredentialKind, Origin, OriginKind, Origins, Part, Step, Trail};
use super::state::State;
use super::value::{Arguments, Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::{
    ClaimParameter, DecodeGives, DecodeModel, EvidenceModel, Failure, SignatureModel, VerifyModel,
};
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

impl<'p> Interpreter<'p, '_> {
    /// JSON that came out of a piece of a bearer token: the claims, read without looking at the signature.
    pub(super) fn claims_by_hand(&mut self, value: Value<'p>, path: &Name, place: Place) -> Value<'p> {
        let is_json = path.ends_with(".loads");
        let origin = value.origins.iter().find(|origin| match &origin.kind {
            OriginKind::Credential(credential) => {
                credential.kind == CredentialKind::Bearer && credential.part == Part::Fragment
            }
            _ => false,
        });
        let Some(origin) = origin.filter(|_| is_json) else { return value };
        let kind = OriginKind::Claims { decode: place, is_verified: false };
        let trail = origin.trail.then(place, Step::Source("the payload is read without its signature here".into()));
        let origins = Origins::from_list(vec![Origin { kind, confidence: origin.confidence, trail }]);
        if self.is_loud() {
            let decode = Decode {
                function: path.clone(),
                library: "Python".into(),
                model: by_hand(),
                place,
                is_verified: false,
                is_legacy: false,
                has_audience: true,
                has_issuer: true,
                token: value.clone(),
                key: None,
            };
            self.facts.decodes.entry(place).or_insert(decode);
        }
        Value::from_origins(origins, Nullness::FULL)
    }

    /// A token is decoded: claims on one path, an exception on the other.
    pub(super) fn decode(
        &mut self,
        state: State<'p>,
        model: &Arc<DecodeModel>,
        path: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let token = parameter(&model.parameters, arguments, "token").cloned().unwrap_or_else(Value::unknown);
        let key = parameter(&model.parameters, arguments, "key").cloned();
        let options = parameter(&model.parameters, arguments, "options").cloned();
        let switch = self.verification_switch(model, options.as_ref(), arguments);
        let is_verified = model.signature == SignatureModel::Verified && !switch;
        let decode = Decode {
            function: self.callee_text(place).trim().into(),
            library: self.models.library(path).unwrap_or("the library").into(),
            model: Arc::clone(model),
            place,
            is_verified,
            is_legacy: model.legacy_verify_parameter.as_deref().is_some_and(|name| arguments.keyword(name).is_some()),
            has_audience: !is_verified
                || model.always.contains(&EvidenceModel::Audience)
                || constrains(model, model.audience.as_ref(), options.as_ref(), arguments, "aud"),
            has_issuer: !is_verified
                || model.always.contains(&EvidenceModel::Issuer)
                || constrains(model, model.issuer.as_ref(), options.as_ref(), arguments, "iss"),
            token: token.clone(),
            key: key.clone(),
        };
        if is_verified && let Some(key) = &key {
            self.secret_is_used(key, SecretRole::Key, path, place);
        }
        let (has_audience, has_issuer) = (decode.has_audience, decode.has_issuer);
        if self.is_loud() {
            let known = self.facts.decodes.entry(place).or_insert_with(|| decode.clone());
            known.has_audience |= decode.has_audience;
            known.has_issuer |= decode.has_issuer;
            if known.token.origins.is_empty() {
                known.token = decode.token;
            }
        }
        let mut failed = state.clone();
        failed.evidence.add(if is_verified { CheckKind::FailedVerification } else { CheckKind::Rejected }, place);
        let classes = model.raises.iter().map(Name::new).collect();
        self.raise(failed, RaisedClass::External(Rc::new(classes)), Origins::default(), place);
        let mut state = state;
        if !is_verified && model.gives != DecodeGives::Header {
            state.evidence.add(CheckKind::UnverifiedClaim, place);
        }
        if is_verified && model.gives != DecodeGives::Header {
            state.evidence.add(CheckKind::Signature, place);
            let constrained = [
                (has_audience, CheckKind::Audience),
                (has_issuer, CheckKind::Issuer),
                (model.checks_expiry, CheckKind::Expiry),
            ];
            for (_, kind) in constrained.into_iter().filter(|(is_so, _)| *is_so) {
                state.evidence.add(kind, place);
            }
        }
        let value = decoded_value(model, &token, is_verified, place);
        one(state, value)
    }

    /// Whether arguments switch verification off.
    fn verification_switch(&self, model: &DecodeModel, options: Option<&Value<'p>>, arguments: &Arguments<'p>) -> bool {
        let is_off = |value: &Value<'p>| value.as_boolean() == Some(false);
        let in_options = options.is_some_and(|options| match &options.shape {
            Shape::Dictionary(dictionary) => {
                model.verify_switches.iter().any(|switch| dictionary.entries.get(switch.as_str()).is_some_and(is_off))
            }
            // `options=[("verify_signature", False)]`, as PyJWT 1.x was also called.
            Shape::Sequence(pairs) => pairs.iter().any(|pair| match &pair.shape {
                Shape::Sequence(pair) => {
                    let is_switch = |key: &Value<'p>| {
                        key.as_text().is_some_and(|key| model.verify_switches.iter().any(|known| known == key))
                    };
                    pair.first().is_some_and(is_switch) && pair.get(1).is_some_and(is_off)
                }
                _ => false,
            }),
            _ => false,
        });
        let legacy = model.legacy_verify_parameter.as_deref();
        let legacy = legacy.and_then(|name| named_parameter(&model.parameters, arguments, name));
        in_options || legacy.is_some_and(is_off)
    }

    /// What a verifier of a library establishes.
    pub(super) fn verify_caller(
        &mut self,
        mut state: State<'p>,
        path: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let Some(Meaning::Verify(model)) = self.models.meaning(path).cloned() else {
            return self.unknown_call(state, path, None, arguments, place);
        };
        self.key_is_used(&model.parameters, arguments, path, place);
        let is_optional = model
            .optional
            .as_deref()
            .and_then(|name| named_parameter(&model.parameters, arguments, name))
            .is_some_and(|value| value.as_boolean() != Some(false));
        let mut failed = state.clone();
        let is_anonymous = model.failure == Failure::Anonymous;
        failed.evidence.add(if is_anonymous { CheckKind::Rejected } else { CheckKind::FailedVerification }, place);
        for kind in &model.evidence {
            state.evidence.add(check_kind(*kind), place);
        }
        let value = verified_value(&model, place);
        match model.failure {
            _ if is_optional => {
                failed.evidence.add(CheckKind::Opaque, place);
                [(state, value), (failed, Value::none())].into_iter().collect()
            }
            Failure::Raises => {
                let class = if model.raises.is_empty() {
                    RaisedClass::Http(Some(401))
                } else {
                    RaisedClass::External(Rc::new(model.raises.iter().map(Name::new).collect()))
                };
                self.raise(failed, class, Origins::default(), place);
                one(state, value)
            }
            Failure::False => [(state, Value::boolean(true)), (failed, Value::boolean(false))].into_iter().collect(),
            Failure::Anonymous if model.gives.is_none() => {
                [(state, Value::boolean(true)), (failed, Value::boolean(false))].into_iter().collect()
            }
            Failure::None | Failure::Anonymous => [(state, value), (failed, Value::none())].into_iter().collect(),
        }
    }
}

/// The decoder that a program writes itself.
fn by_hand() -> Arc<DecodeModel> {
    static MODEL: LazyLock<Arc<DecodeModel>> = LazyLock::new(|| {
        Arc::new(DecodeModel {
            path: Vec::new(),
            parameters: Vec::new(),
            signature: SignatureModel::Never,
            gives: DecodeGives::Claims,
            verify_switches: Vec::new(),
            legacy_verify_parameter: None,
            audience: None,
            issuer: None,
            checks_expiry: false,
            validated_by: None,
            object: None,
            needs: Vec::new(),
            validators: Vec::new(),
            always: Vec::new(),
            raises: Vec::new(),
            audience_fix: String::new(),
            issuer_fix: String::new(),
            signature_fix: "verify the token with a JWT library and its key (`jwt.decode(token, key, algorithms=[…], audience=…, issuer=…)`)".to_owned(),
        })
    });
    Arc::clone(&MODEL)
}

fn check_kind(evidence: EvidenceModel) -> CheckKind {
    match evidence {
        EvidenceModel::Signature => CheckKind::Signature,
        EvidenceModel::Audience => CheckKind::Audience,
        EvidenceModel::Issuer => CheckKind::Issuer,
        EvidenceModel::Expiry => CheckKind::Expiry,
        EvidenceModel::Scope => CheckKind::Scope,
        EvidenceModel::DeliverySignature => CheckKind::DeliverySignature,
        EvidenceModel::Identity => CheckKind::Identity,
        EvidenceModel::Introspection => CheckKind::Introspection,
    }
}

/// Whether a decoder is called without what it needs.
pub(super) fn is_incomplete(model: &DecodeModel, arguments: &Arguments<'_>) -> bool {
    let is_missing = |meaning: &String| parameter(&model.parameters, arguments, meaning).is_none_or(Value::is_none);
    arguments.rest.is_none() && model.needs.iter().any(is_missing)
}

/// Whether a decode call constrains a claim: by its parameter, or by something that cannot be read.
fn constrains(
    model: &DecodeModel,
    claim: Option<&ClaimParameter>,
    options: Option<&Value<'_>>,
    arguments: &Arguments<'_>,
    name: &str,
) -> bool {
    let Some(claim) = claim else { return false };
    if let Some(Shape::Dictionary(dictionary)) = options.map(|options| &options.shape) {
        let is_off = claim.verify_option.as_deref().and_then(|option| dictionary.entries.get(option));
        if is_off.is_some_and(|value| value.as_boolean() == Some(false)) {
            return false;
        }
        if dictionary.entries.contains_key(name) {
            return true;
        }
    } else if options.is_some_and(|options| !options.is_none()) {
        return true;
    }
    let given = named_parameter(&model.parameters, arguments, &claim.parameter);
    let is_given = given.is_some_and(|value| match (&value.shape, &claim.key) {
        (Shape::Dictionary(expected), Some(key)) => {
            expected.rest.is_some() || expected.entries.get(key.as_str()).is_some_and(|value| !value.is_none())
        }
        _ => !value.is_none(),
    });
    let is_present =
        |name: &String| named_parameter(&model.parameters, arguments, name).is_some_and(|value| !value.is_none());
    is_given || model.validators.iter().any(is_present) || arguments.rest.is_some()
}

fn decoded_value<'p>(model: &DecodeModel, token: &Value<'p>, is_verified: bool, place: Place) -> Value<'p> {
    let (kind, words) = match (model.gives, is_verified) {
        (DecodeGives::Header, _) => (OriginKind::TokenHeader, "the token's unverified header is read here"),
        (_, true) => (OriginKind::Claims { decode: place, is_verified }, "the token is verified here"),
        (_, false) => {
            (OriginKind::Claims { decode: place, is_verified }, "the token is decoded without verification here")
        }
    };
    let trail = match token.origins.iter().next() {
        Some(origin) => origin.trail.then(place, Step::Source(words.into())),
        None => Trail::begin(place, words),
    };
    let confidence = token.origins.iter().map(|origin| origin.confidence).max().unwrap_or(Confidence::Medium);
    let origins = Origins::from_list(vec![Origin { kind, confidence, trail }]);
    let value = Value::from_origins(origins, Nullness::FULL);
    match model.gives {
        DecodeGives::Complete => {
            let mut dictionary = super::value::Dictionary::default();
            dictionary.entries.insert("payload".into(), value.clone());
            dictionary.rest = Some(Value::unknown());
            Value::of(Shape::Dictionary(Rc::new(dictionary)))
        }
        DecodeGives::HeaderAndClaims => {
            let words = "the token's header is read here";
            let header = Origins::one(OriginKind::TokenHeader, confidence, place, words);
            Value::of(Shape::Sequence(Rc::new(vec![Value::from_origins(header, Nullness::FULL), value])))
        }
        DecodeGives::Claims | DecodeGives::Header => match model.object.as_deref() {
            Some(class) => Value { shape: Shape::ExternalInstance { class: class.into(), at: place }, ..value },
            None => value,
        },
    }
}

fn verified_value<'p>(model: &VerifyModel, place: Place) -> Value<'p> {
    match model.gives.as_deref() {
        Some("claims") => {
            let kind = OriginKind::Claims { decode: place, is_verified: true };
            Value::from_origins(
                Origins::one(kind, Confidence::High, place, "the token is verified here"),
                Nullness::FULL,
            )
        }
        _ => Value::unknown(),
    }
}
