//! Tokens and callers checked by libraries: decoders and verifiers, as their models say.

use super::containers::whole_header;
use super::event::{Decode, Event, HeaderUse, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::library::{named_parameter, parameter};
use super::origin::{CredentialKind, Origin, OriginKind, Origins, Part, Step, Trail};
use super::state::State;
use super::token::{self, Algorithms, Call, Constraint, Expiry, decode_constraint, expiry};
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::{
    DecodeGives, DecodeModel, DeriveModel, EvidenceModel, Failure, Reading, SignatureModel, VerifyModel, VersionRange,
};
use crate::program::versions::Fit;
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;
use std::sync::Arc;

impl<'p> Interpreter<'p, '_> {
    /// JSON that came out of a piece of a bearer token: the claims, read without looking at the signature.
    pub(super) fn claims_by_hand(
        &mut self,
        value: Value<'p>,
        model: &DeriveModel,
        path: &Name,
        place: Place,
    ) -> Value<'p> {
        let reads_value = model.reads == Some(Reading::Value);
        let origin = value.origins.iter().find(|origin| match &origin.kind {
            OriginKind::Credential(credential) => {
                credential.kind == CredentialKind::Bearer && credential.part == Part::Fragment
            }
            _ => false,
        });
        let Some(origin) = origin.filter(|_| reads_value) else { return value };
        let kind = OriginKind::Claims { decode: place, is_verified: false };
        let trail = origin.trail.then(place, Step::Source("the payload is read without its signature here".into()));
        let origins = Origins::from_list(vec![Origin { kind, confidence: origin.confidence, trail }]);
        if self.is_loud() {
            let decode = Decode {
                function: path.clone(),
                library: "Python".into(),
                model: Arc::new(by_hand()),
                place,
                token: value.clone(),
                key: None,
                is_verified: false,
                assumes_version: false,
                audience: Constraint::Absent,
                issuer: Constraint::Absent,
                expiry: Expiry { is_checked: false, is_switched_off: false, is_required: false, leeway: 0 },
                algorithms: Algorithms::Unknown,
                follows_token: Fit::No,
            };
            self.remember(decode);
        }
        Value::from_origins(origins, Nullness::FULL)
    }

    /// A token is decoded: claims on one path, an exception on the other.
    pub(super) fn decode(
        &mut self,
        state: State<'p>,
        model: &Arc<DecodeModel>,
        path: &Name,
        (arguments, receiver): (&Arguments<'p>, Option<&Value<'p>>),
        place: Place,
    ) -> Branches<'p> {
        let mut decode = self.decode_call(model, path, (arguments, receiver), place);
        if model.key_callback
            && let Some(key) = &decode.key
        {
            decode.key = self.key_of_callback(&state, &key.clone(), &decode.token, place).or(decode.key);
        }
        let is_verified = decode.is_verified;
        if is_verified && let Some(key) = &decode.key {
            // A text that verifies the signatures of a key pair is its public half, and no text at all verifies none.
            if key.as_text().is_none() || !decode.algorithms.are_of_key_pairs() {
                self.secret_is_used(&key.clone(), SecretRole::Key, path, place);
            }
            self.header_reaches(HeaderUse::Key, &key.clone(), place);
        }
        if let Some(named) = parameter(&model.parameters, arguments, "algorithms") {
            let accepts_none = model.accepts_none;
            self.emit(&Event::Algorithms { value: named, is_issued: false, accepts_none, user: path, place });
        }
        let mut failed = state.clone();
        failed.evidence.add(if is_verified { CheckKind::FailedVerification } else { CheckKind::Rejected }, place);
        let classes = model.raises.iter().map(Name::new).collect();
        self.raise(failed, RaisedClass::External(Rc::new(classes)), Origins::default(), place);
        let mut state = state;
        for kind in gained(&decode) {
            state.evidence.add(kind, place);
        }
        let value = decoded_value(model, &decode.token, is_verified, place);
        if is_verified {
            self.is_tried(place, &decode.token.deep_origins());
        }
        if self.is_loud() {
            self.remember(decode);
        }
        one(state, value)
    }

    /// The key that a function of the program chooses for a token, by what the token says of itself.
    fn key_of_callback(
        &mut self,
        state: &State<'p>,
        callback: &Value<'p>,
        token: &Value<'p>,
        place: Place,
    ) -> Option<Value<'p>> {
        if !matches!(callback.shape, Shape::Function(_) | Shape::Method(_) | Shape::Partial(_) | Shape::Instance { .. })
        {
            return None;
        }
        let confidence = token.origins.iter().map(|origin| origin.confidence).max().unwrap_or(Confidence::Medium);
        let part = |kind: OriginKind, words: &'static str| {
            Value::from_origins(Origins::one(kind, confidence, place, words), Nullness::FULL)
        };
        let header = part(whole_header(), "the token's unverified header is handed over here");
        let claims = OriginKind::Claims { decode: place, is_verified: false };
        let claims = part(claims, "the token's unverified claims are handed over here");
        let chosen = self.call(state.clone(), callback, Arguments::of(vec![header, claims]), place);
        chosen.into_iter().map(|(_, key)| key).reduce(|left, right| left.join(&right))
    }

    /// A call that is reached again with other arguments: what any of them expects counts.
    fn remember(&mut self, decode: Decode<'p>) {
        let place = decode.place;
        self.facts.decoded_before.remove(&place);
        let Some(known) = self.facts.decodes.get_mut(&place) else {
            self.facts.decodes.insert(place, decode);
            return;
        };
        known.learn(&decode);
        if known.token.origins.is_empty() {
            known.token = decode.token;
        }
    }

    /// What a decoding call says.
    fn decode_call(
        &mut self,
        model: &Arc<DecodeModel>,
        path: &Name,
        (arguments, receiver): (&Arguments<'p>, Option<&Value<'p>>),
        place: Place,
    ) -> Decode<'p> {
        let library: Name = self.models.library(path).unwrap_or("the library").into();
        let options = parameter(&model.parameters, arguments, "options");
        let folded = options.and_then(token::folded_options);
        let options = folded.as_ref().or(options);
        let call = Call { parameters: &model.parameters, arguments, options };
        let made = match receiver.map(|receiver| &receiver.shape) {
            Some(Shape::ExternalInstance { at, class }) => self.made_with(*at).map(|made| (class.clone(), made)),
            _ => None,
        };
        let maker = made.as_ref().filter(|_| model.of_holder).and_then(|(class, made)| {
            let Some(Meaning::Decode(maker)) = self.models.meaning(class) else { return None };
            Some((Arc::clone(maker), made))
        });
        let file = &self.index.program.source(place.file).path;
        let fit = |range: &VersionRange| self.index.program.versions().fit(file, &library, range);
        let switch = verification_switch(model, call, &fit);
        let is_verified = model.signature == SignatureModel::Verified && switch == Fit::No;
        let constraint = |claim, name: &str, always| {
            let is_always = is_verified && model.always.contains(&always);
            let made = maker.as_ref().map(|(maker, made)| {
                let call = Call { parameters: &maker.parameters, arguments: made, options: None };
                let claim = if name == "aud" { &maker.audience } else { &maker.issuer };
                decode_constraint(maker, claim.as_ref(), name, call)
            });
            match decode_constraint(model, claim, name, call).max(made.unwrap_or(Constraint::Absent)) {
                _ if is_always => Constraint::Enforced,
                // Without the signature the other checks are off too, unless they are asked for by name.
                Constraint::Enforced | Constraint::AcceptsMissing if !is_verified => Constraint::SwitchedOff,
                found => found,
            }
        };
        let kept = made.as_ref().and_then(|(_, made)| made.get(0, "algorithms"));
        let given = parameter(&model.parameters, arguments, "algorithms");
        let has_parameter = model.parameters.iter().any(|known| known.split('=').next() == Some("algorithms"));
        let algorithms = match (given, kept) {
            (None, Some(kept)) => token::algorithms(Some(kept), false),
            (None, None) if !has_parameter => Algorithms::Unknown,
            _ => token::algorithms(given, call.is_unreadable()),
        };
        let mut expiry = expiry(&model.expiry, model.required_claims.as_deref(), call);
        expiry.is_required |= model.always.contains(&EvidenceModel::Expiry);
        Decode {
            function: self.callee_text(place).trim().into(),
            place,
            token: token_of(model, arguments, receiver).unwrap_or_else(Value::unknown),
            key: parameter(&model.parameters, arguments, "key").cloned(),
            is_verified,
            assumes_version: switch == Fit::Unknown,
            audience: constraint(model.audience.as_ref(), "aud", EvidenceModel::Audience),
            issuer: constraint(model.issuer.as_ref(), "iss", EvidenceModel::Issuer),
            expiry: Expiry { is_checked: expiry.is_checked && model.checks_expiry, ..expiry },
            algorithms,
            follows_token: model.algorithms_from_token.as_ref().map_or(Fit::No, fit),
            model: Arc::clone(model),
            library,
        }
    }

    /// What a verifier of a library establishes.
    pub(super) fn verify_caller(
        &mut self,
        mut state: State<'p>,
        path: &Name,
        arguments: &Arguments<'p>,
        of: Option<Place>,
        place: Place,
    ) -> Branches<'p> {
        let Some(Meaning::Verify(model)) = self.models.meaning(path).cloned() else {
            return self.unknown_call(state, path, None, arguments, place);
        };
        self.key_is_used(&model.parameters, arguments, path, place);
        if self.is_loud() {
            self.facts.verifiers.insert(place, path.clone());
        }
        if let Some(message) = parameter(&model.parameters, arguments, "message") {
            self.message_is_verified(message, model.only_signature, place);
        }
        self.age_is_left_open(&model, arguments, place);
        let is_optional = model
            .optional
            .as_deref()
            .and_then(|name| named_parameter(&model.parameters, arguments, name))
            .map_or(Some(model.is_optional), Value::as_boolean);
        match model.failure {
            Failure::Never => return one(state, Value::boolean(true)),
            Failure::Always => return one(state, Value::boolean(false)),
            _ => {}
        }
        self.caller_is_verified(&model, arguments, place);
        if is_optional == Some(true) && self.is_loud() {
            self.facts.optional_checks.insert(place);
        }
        let mut failed = state.clone();
        let is_anonymous = model.failure == Failure::Anonymous;
        failed.evidence.add(if is_anonymous { CheckKind::Rejected } else { CheckKind::FailedVerification }, place);
        for kind in &model.evidence {
            state.evidence.add(check_kind(*kind), place);
        }
        for (key, kind) in &model.configured {
            let value = match state.attribute(Object::Configuration, key) {
                Some(value) => Some(value.clone()),
                None => self.configuration_value(&key.into()),
            };
            if value.is_some_and(|value| !value.is_none()) {
                state.evidence.add(check_kind(*kind), place);
            }
        }
        if let Some(header) = model.reads.as_ref().filter(|_| self.is_loud()) {
            let made = of.filter(|_| model.reads_parameter.is_some()).and_then(|of| self.made_with(of));
            let given = made.as_ref().zip(model.reads_parameter.as_ref()).and_then(|(made, name)| made.keyword(name));
            let header = given.and_then(Value::as_text).cloned().unwrap_or_else(|| header.into());
            self.facts.read_by_guards.insert(place, header);
        }
        if model.failure == Failure::WithoutCaller {
            return self.ask_whether_there_is_caller(state, place);
        }
        let value = verified_value(&model, place);
        let passed = self.asked(state, &model, arguments, of, place);
        let passed = |value: Value<'p>| passed.into_iter().map(move |state| (state, value.clone()));
        match model.failure {
            _ if is_optional != Some(false) => {
                failed.evidence.add(CheckKind::Opaque, place);
                passed(value).chain([(failed, Value::none())]).collect()
            }
            Failure::Raises => {
                let class = if model.raises.is_empty() {
                    RaisedClass::Http(Some(401))
                } else {
                    RaisedClass::External(Rc::new(model.raises.iter().map(Name::new).collect()))
                };
                self.raise(failed, class, Origins::default(), place);
                passed(value).collect()
            }
            Failure::False => passed(Value::boolean(true)).chain([(failed, Value::boolean(false))]).collect(),
            Failure::Anonymous if model.gives.is_none() => {
                passed(Value::boolean(true)).chain([(failed, Value::boolean(false))]).collect()
            }
            Failure::None | Failure::Anonymous | Failure::WithoutCaller | Failure::Never | Failure::Always => {
                passed(value).chain([(failed, Value::none())]).collect()
            }
        }
    }
}

impl<'p> Interpreter<'p, '_> {
    /// A verifier that would limit the age of a presented token, and is not told how.
    fn age_is_left_open(&mut self, model: &VerifyModel, arguments: &Arguments<'p>, place: Place) {
        let is_given = |name: &String| {
            named_parameter(&model.parameters, arguments, name).is_some_and(|value| value.nullness != Nullness::NONE)
        };
        let Some(first) = model.age.first() else { return };
        if arguments.rest.is_some() || model.age.iter().any(is_given) {
            return;
        }
        let Some((token, _)) =
            parameter(&model.parameters, arguments, "token").and_then(|token| token.origins.credential())
        else {
            return;
        };
        let function = Name::new(self.callee_text(place).trim());
        self.emit(&Event::Ageless { token, function: function.as_str(), parameter: first.as_str(), place });
    }

    /// What a verifier looks at, and whether it tells who the caller is.
    fn caller_is_verified(&mut self, model: &VerifyModel, arguments: &Arguments<'p>, place: Place) {
        if model.failure == Failure::Anonymous {
            if self.is_loud() && model.gives.is_some() {
                self.facts.identity_reads.insert(place);
            }
            return;
        }
        let is_signed =
            |kind: &EvidenceModel| matches!(kind, EvidenceModel::Signature | EvidenceModel::DeliverySignature);
        // A password that is looked up in vain is told by the answer alone.
        let is_answered = model.failure == Failure::False && !arguments.positional.is_empty();
        if is_answered || model.evidence.iter().any(is_signed) {
            let given = arguments.iter().fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
            // A verifier without a parameter for it takes it from the request.
            let is_handed = arguments.iter().any(|value| value.as_boolean().is_none());
            self.is_tried(place, &if is_handed { given } else { Self::is_found_in_request(place) });
        }
    }
}

/// Whether arguments switch verification off, in the version that is in use.
fn verification_switch(model: &DecodeModel, call: Call<'_, '_>, fit: &dyn Fn(&VersionRange) -> Fit) -> Fit {
    let is_off = |value: &Value<'_>| token::is_false(value);
    if model.verify_switches.iter().any(|switch| call.option(switch).is_some_and(is_off)) {
        return Fit::Yes;
    }
    if let (Some(range), Some(Shape::Sequence(pairs))) =
        (&model.options_in_pairs, call.options.map(|options| &options.shape))
    {
        let is_switch =
            |key: &Value<'_>| key.as_text().is_some_and(|key| model.verify_switches.iter().any(|known| known == key));
        let is_pair_off = |pair: &Value<'_>| match &pair.shape {
            Shape::Sequence(pair) => pair.first().is_some_and(is_switch) && pair.get(1).is_some_and(is_off),
            _ => false,
        };
        if pairs.iter().any(is_pair_off) {
            return fit(range);
        }
    }
    let parameter = model.verify_parameter.as_deref();
    // `jwt.decode(token, None, False)`: where the algorithms stand now, the switch stood before.
    let stands_in = named_parameter(call.parameters, call.arguments, "algorithms");
    if parameter.is_some() && stands_in.is_some_and(|value| value.as_boolean() == Some(false)) {
        return fit(&model.verify_parameter_in);
    }
    match parameter.and_then(|name| named_parameter(call.parameters, call.arguments, name)) {
        Some(value) if is_off(value) => fit(&model.verify_parameter_in),
        _ => Fit::No,
    }
}

/// What a path knows after a decode.
fn gained(decode: &Decode<'_>) -> Vec<CheckKind> {
    if decode.model.gives == DecodeGives::Header {
        return Vec::new();
    }
    if !decode.is_verified {
        return vec![CheckKind::UnverifiedClaim];
    }
    let constrained = [
        (true, CheckKind::Signature),
        (decode.audience > Constraint::SwitchedOff, CheckKind::Audience),
        (decode.issuer > Constraint::SwitchedOff, CheckKind::Issuer),
        (decode.expiry.is_checked, CheckKind::Expiry),
    ];
    constrained.into_iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| kind).collect()
}

/// The decoder that a program writes itself.
fn by_hand() -> DecodeModel {
    let fix = "verify the token with a JWT library and its key (`jwt.decode(token, key, algorithms=[…], audience=…, issuer=…)`)";
    DecodeModel { signature: SignatureModel::Never, signature_fix: fix.to_owned(), ..DecodeModel::default() }
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

/// The token that a call decodes: the one it is handed, or that of the object that it is a method of.
fn token_of<'p>(model: &DecodeModel, arguments: &Arguments<'p>, receiver: Option<&Value<'p>>) -> Option<Value<'p>> {
    let held = || {
        receiver.filter(|_| model.of_holder).map(|holder| Value::from_origins(holder.origins.clone(), Nullness::FULL))
    };
    parameter(&model.parameters, arguments, "token").cloned().or_else(held)
}

/// What the object that a token is held by holds after a call of its method: the token that it was handed, or its claims.
pub(super) fn held_after<'p>(
    model: &DecodeModel,
    arguments: &Arguments<'p>,
    holder: &Value<'p>,
    place: Place,
) -> Option<Value<'p>> {
    if !model.of_holder {
        return None;
    }
    let token = token_of(model, arguments, Some(holder))?;
    let origins = if is_incomplete(model, arguments) {
        token.deep_origins()
    } else {
        decoded_value(model, &token, model.signature == SignatureModel::Verified, place).origins
    };
    Some(holder.clone().with_origins(origins))
}

/// Whether a decoder is called without what it needs.
pub(super) fn is_incomplete(model: &DecodeModel, arguments: &Arguments<'_>) -> bool {
    let is_missing = |meaning: &String| parameter(&model.parameters, arguments, meaning).is_none_or(Value::is_none);
    arguments.rest.is_none() && model.needs.iter().any(is_missing)
}

fn decoded_value<'p>(model: &DecodeModel, token: &Value<'p>, is_verified: bool, place: Place) -> Value<'p> {
    let (kind, words) = match (model.gives, is_verified) {
        (DecodeGives::Header, _) => (whole_header(), "the token's unverified header is read here"),
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
            if !is_verified {
                let header =
                    Origins::one(whole_header(), confidence, place, "the token's unverified header is read here");
                dictionary.entries.insert("header".into(), Value::from_origins(header, Nullness::FULL));
            }
            dictionary.rest = Some(Value::unknown());
            Value::of(Shape::Dictionary(Rc::new(dictionary)))
        }
        DecodeGives::HeaderAndClaims => {
            let words = "the token's header is read here";
            let header = Origins::one(whole_header(), confidence, place, words);
            Value::of(Shape::Sequence(Rc::new(vec![Value::from_origins(header, Nullness::FULL), value])))
        }
        DecodeGives::VerdictAndClaims => Value::of(Shape::Sequence(Rc::new(vec![Value::any_boolean(), value]))),
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
        Some("identity") => Interpreter::identity(place),
        _ => Value::unknown(),
    }
}
