//! Calls of library functions and builtins: what their models say happens.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use smallvec::SmallVec;

use super::containers::element_of;
use super::event::{Comparator, Decode, Event, SecretRole};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::origin::{CredentialKind, Origin, OriginKind, Origins, Part, Step, Store, Trail};
use super::relevant;
use super::state::State;
use super::value::{Arguments, Constant, LibraryDecorator, Nullness, Object, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::{
    ClaimParameter, DecodeGives, DecodeModel, EvidenceModel, Failure, LogModel, Missing, SignatureModel, StoreModel,
    VerifyModel,
};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;

/// The argument of a model's parameter. A parameter is written `meaning` or `meaning=name`, in the order of places.
pub(super) fn parameter<'a, 'p>(
    parameters: &[String],
    arguments: &'a Arguments<'p>,
    meaning: &str,
) -> Option<&'a Value<'p>> {
    let at = parameters.iter().position(|parameter| parameter.split('=').next() == Some(meaning))?;
    let name = parameters.get(at)?.rsplit('=').next()?;
    arguments.positional.get(at).or_else(|| arguments.keyword(name))
}

impl<'p> Interpreter<'p, '_> {
    /// Calls something outside the program by its dotted name.
    pub(super) fn call_library(
        &mut self,
        state: State<'p>,
        path: &Name,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if let Some(meaning) = self.models.meaning(path).cloned() {
            let canonical: Name = self.models.canonical(path).into_owned().into();
            return self.apply(state, &meaning, &canonical, arguments, None, place);
        }
        if !path.contains('.')
            && let Some(branches) = self.builtin(&state, path, &arguments, place)
        {
            return branches;
        }
        if let Some((holder, method)) = path.rsplit_once('.') {
            if self.is_setting_map(holder) && method == "copy" {
                return one(state, Value::external(holder));
            }
            let receiver = Value::external(holder);
            if self.is_logger_method(&receiver, method, place) {
                return self.log_by_name(state, &arguments, place, Confidence::Medium);
            }
        }
        if self.models.is_class(path) || looks_like_class(path) {
            return self.construct(state, path, &arguments, place);
        }
        self.unknown_call(state, path, None, &arguments, place)
    }

    /// An object of a class outside the program.
    fn construct(
        &mut self,
        mut state: State<'p>,
        path: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let class: Name = self.models.canonical(path).into_owned().into();
        let is_exception = class.ends_with("Error") || class.ends_with("Exception");
        let mut value = Value::of(Shape::ExternalInstance { class, at: place });
        if is_exception {
            // Its text carries what it is made of.
            value.origins =
                arguments.iter().fold(Origins::default(), |all, argument| all.union(&argument.deep_origins()));
        } else {
            let values: Vec<&Value<'p>> = arguments.iter().collect();
            self.saw(&mut state, &values, place);
        }
        one(state, value)
    }

    /// Does what a model says.
    pub(super) fn apply(
        &mut self,
        mut state: State<'p>,
        meaning: &Meaning,
        path: &Name,
        arguments: Arguments<'p>,
        receiver: Option<&Value<'p>>,
        place: Place,
    ) -> Branches<'p> {
        match meaning {
            Meaning::Instance(model) => {
                one(state, Value::of(Shape::ExternalInstance { class: model.class.as_str().into(), at: place }))
            }
            Meaning::Setting(model) => {
                let key = parameter(&model.parameters, &arguments, "key").cloned().unwrap_or_else(Value::unknown);
                let default = parameter(&model.parameters, &arguments, "default");
                let nullness = match (default, model.missing) {
                    (Some(default), _) => default.nullness.or(Nullness::FULL),
                    (None, Missing::None) => Nullness::NONE.or(Nullness::FULL),
                    (None, Missing::Raises) => Nullness::FULL,
                };
                let mut value = self.setting(store(model.store), &key, place, nullness);
                if let Some(default) = default {
                    value.origins = value.origins.union(&default.literal_origin()).union(&default.origins);
                }
                one(state, value)
            }
            Meaning::SettingMap(_) => one(state, Value::unknown()),
            Meaning::Derive(model) => {
                if model.may_raise && self.frame().open_tries > 0 {
                    let classes = Rc::new(vec![Name::new("ValueError")]);
                    self.raise(state.clone(), RaisedClass::External(classes), Origins::default(), place);
                }
                let value = derived(&arguments, receiver, path, place);
                if model.measures {
                    return one(state, measured(&value.origins));
                }
                let value = self.claims_by_hand(value, path, place);
                let nullness = if model.may_be_none { value.nullness.or(Nullness::NONE) } else { value.nullness };
                one(state, value.with_nullness(nullness))
            }
            Meaning::Inert | Meaning::Transparent | Meaning::Entry(_) => match arguments.positional.first() {
                // A decorator that registers hands the function back.
                Some(only) if arguments.positional.len() == 1 && matches!(only.shape, Shape::Function(_)) => {
                    one(state, only.clone())
                }
                _ => one(state, Value::unknown()),
            },
            Meaning::Log(model) => {
                self.log(model, &arguments, place, Confidence::High);
                one(state, Value::none())
            }
            Meaning::Mac(model) => {
                if let Some(key) = parameter(&model.parameters, &arguments, "key") {
                    let key = key.clone();
                    self.secret_is_used(&key, SecretRole::Key, path, place);
                }
                let origins = Origins::one(OriginKind::Mac, Confidence::High, place, "the signature is computed here");
                one(state, Value::from_origins(origins, Nullness::FULL))
            }
            Meaning::Digest => {
                let kind = arguments
                    .iter()
                    .map(digest_kind)
                    .find(|kind| *kind == OriginKind::Mac)
                    .unwrap_or(OriginKind::Digest);
                let origins = Origins::one(kind, Confidence::High, place, "the digest is computed here");
                one(state, Value::from_origins(origins, Nullness::FULL))
            }
            Meaning::Compare => match (arguments.positional.first(), arguments.positional.get(1)) {
                (Some(left), Some(right)) => {
                    self.equality(state, [left.clone(), right.clone()], Comparator::ConstantTime, false, place)
                }
                _ => one(state, Value::any_boolean()),
            },
            Meaning::Decode(model) => self.decode(state, model, path, &arguments, place),
            Meaning::Issue(model) => {
                if let Some(key) = parameter(&model.parameters, &arguments, "key") {
                    let key = key.clone();
                    self.secret_is_used(&key, SecretRole::Key, path, place);
                    if self.is_loud() {
                        self.facts.issuing_keys.push(key);
                    }
                }
                let origins =
                    Origins::one(OriginKind::IssuedToken, Confidence::High, place, "the token is issued here");
                one(state, Value::from_origins(origins, Nullness::FULL))
            }
            Meaning::Verify(model) => {
                if let [only] = arguments.positional.as_slice()
                    && matches!(
                        only.shape,
                        Shape::Function(_) | Shape::Partial(_) | Shape::Guarded(_) | Shape::Wrapped(_)
                    )
                {
                    let decorator =
                        Rc::new(LibraryDecorator { path: path.clone(), arguments: Arguments::default(), place });
                    return one(state, Value::of(Shape::Guarded(Rc::new((only.clone(), decorator)))));
                }
                if model.decorator {
                    let decorator = LibraryDecorator { path: path.clone(), arguments, place };
                    return one(state, Value::of(Shape::LibraryDecorator(Rc::new(decorator))));
                }
                self.verify_caller(state, path, &arguments, place)
            }
            Meaning::Refuse(model) => {
                let status = arguments
                    .positional
                    .first()
                    .or_else(|| arguments.keyword("http_status_code"))
                    .and_then(Value::as_integer)
                    .or(model.status);
                let is_class = path.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
                if is_class {
                    // An exception is made here and raised elsewhere.
                    return one(state, Value::of(Shape::Response { status: model.status.or(status) }));
                }
                self.raise(state, RaisedClass::Http(status), Origins::default(), place);
                SmallVec::new()
            }
            Meaning::Response(model) => {
                for value in arguments.iter() {
                    let unverified = super::statement::unverified(&value.deep_origins());
                    self.claims_escape(&unverified, place, "is answered as if it were true");
                }
                let written = parameter(&model.parameters, &arguments, "status")
                    .or_else(|| arguments.keyword("status"))
                    .or_else(|| arguments.keyword("status_code"));
                let given = written
                    .and_then(Value::as_integer)
                    .or_else(|| written.and_then(Value::as_text).and_then(|text| text.split(' ').next()?.parse().ok()));
                let inner = arguments.positional.first().and_then(|body| match &body.shape {
                    Shape::Response { status } => *status,
                    Shape::Sequence(elements) => elements.get(1).and_then(Value::as_integer),
                    _ => None,
                });
                let refusal = arguments.iter().any(super::outcome::is_refusal_text).then_some(401);
                one(state, Value::of(Shape::Response { status: given.or(inner).or(model.status).or(refusal) }))
            }
            Meaning::Outgoing(model) => {
                if let Some(headers) = parameter(&model.parameters, &arguments, "headers") {
                    self.headers_are_sent(&headers.clone(), place);
                }
                let values: Vec<&Value<'p>> = arguments.iter().chain(receiver).collect();
                if self.saw(&mut state, &values, place) && self.frame().open_tries > 0 {
                    self.raise(state.clone(), RaisedClass::Unknown, Origins::default(), place);
                }
                let url = parameter(&model.parameters, &arguments, "url");
                let origins = match url.is_some_and(is_token_endpoint) {
                    true => Origins::one(
                        OriginKind::TokenResponse,
                        Confidence::High,
                        place,
                        "the token endpoint answers here",
                    ),
                    false => Origins::default(),
                };
                one(state, Value::of(Shape::Unknown).with_origins(origins))
            }
        }
    }

    /// JSON that came out of a piece of a bearer token: the claims, read without looking at the signature.
    fn claims_by_hand(&mut self, value: Value<'p>, path: &Name, place: Place) -> Value<'p> {
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

    /// Literals sent as credentials.
    fn headers_are_sent(&mut self, headers: &Value<'p>, place: Place) {
        let Shape::Dictionary(dictionary) = &headers.shape else { return };
        for (name, value) in &dictionary.entries {
            if vocabulary::header_kind(name).is_some() {
                self.secret_is_used(value, SecretRole::Sent, name, place);
            }
        }
    }

    /// Every argument of a log call.
    pub(super) fn log(&mut self, sink: &LogModel, arguments: &Arguments<'p>, place: Place, confidence: Confidence) {
        let keywords = arguments
            .keywords
            .iter()
            .filter(|(name, _)| !sink.ignore.contains(&name.to_string()))
            .map(|(_, value)| value);
        for value in arguments.positional.iter().chain(keywords).chain(arguments.rest.iter()) {
            if self.is_loud() {
                let settings = value.deep_origins();
                let settings = settings.iter().filter(
                    |origin| matches!(&origin.kind, OriginKind::Setting { store, .. } if *store != Store::Literal),
                );
                self.facts.logged_settings.extend(settings.map(|origin| (origin.clone(), sink.target.clone(), place)));
            }
            self.emit(&Event::Log { sink, value, argument: place, place, confidence });
        }
    }

    /// A logger known by its name.
    pub(super) fn log_by_name(
        &mut self,
        state: State<'p>,
        arguments: &Arguments<'p>,
        place: Place,
        confidence: Confidence,
    ) -> Branches<'p> {
        let sink = LogModel {
            path: Vec::new(),
            target: "the log".to_owned(),
            ignore: ["exc_info", "stack_info", "stacklevel"].map(str::to_owned).to_vec(),
        };
        self.log(&sink, arguments, place, confidence);
        one(state, Value::none())
    }

    /// A token is decoded: claims on one path, an exception on the other.
    fn decode(
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
            has_audience: !is_verified || constrains(model.audience.as_ref(), options.as_ref(), arguments, "aud"),
            has_issuer: !is_verified || constrains(model.issuer.as_ref(), options.as_ref(), arguments, "iss"),
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
            // PyJWT 1.x was also called with `options=[("verify_signature", False)]`.
            _ => false,
        });
        let legacy = model.legacy_verify_parameter.as_deref().and_then(|name| arguments.keyword(name));
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
        let is_optional = model
            .optional
            .as_deref()
            .and_then(|name| arguments.keyword(name))
            .is_some_and(|value| value.as_boolean() != Some(false));
        let mut failed = state.clone();
        failed.evidence.add(CheckKind::FailedVerification, place);
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
            Failure::None => [(state, value), (failed, Value::none())].into_iter().collect(),
        }
    }

    /// Builtin functions that matter for values.
    fn builtin(
        &mut self,
        state: &State<'p>,
        name: &str,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        let first = arguments.positional.first();
        let value = match (name, first) {
            ("list" | "tuple" | "set" | "frozenset" | "iter" | "reversed" | "sorted", Some(walked)) => {
                match &walked.shape {
                    Shape::Sequence(_) | Shape::Elements(_) => walked.clone(),
                    _ => Value::of(Shape::Elements(Rc::new(element_of(walked)))),
                }
            }
            ("list" | "tuple" | "set" | "frozenset", None) => {
                Value::of(Shape::Sequence(Rc::new(Vec::new()))).with_nullness(Nullness::EMPTY)
            }
            ("dict", Some(copied)) => copied.clone(),
            ("dict", None) => {
                let entries = arguments.keywords.iter().cloned().collect();
                Value::of(Shape::Dictionary(Rc::new(super::value::Dictionary {
                    entries,
                    rest: arguments.rest.clone(),
                })))
            }
            ("enumerate", Some(walked)) => {
                let pair = vec![Value::present(), element_of(walked)];
                Value::of(Shape::Elements(Rc::new(Value::of(Shape::Sequence(Rc::new(pair))))))
            }
            ("zip", Some(_)) => {
                let parts = arguments.positional.iter().map(element_of).collect();
                Value::of(Shape::Elements(Rc::new(Value::of(Shape::Sequence(Rc::new(parts))))))
            }
            ("next", Some(walked)) => {
                let element = element_of(walked);
                arguments.positional.get(1).map_or_else(|| element.clone(), |default| element.join(default))
            }
            ("any" | "all", Some(walked)) => {
                let element = element_of(walked);
                element.as_boolean().map_or_else(Value::any_boolean, Value::boolean)
            }
            ("bool", Some(tested)) => match tested.nullness {
                Nullness::FULL => Value::boolean(true),
                _ => Value {
                    shape: Shape::Unknown,
                    nullness: bool_nullness(tested.nullness),
                    origins: tested.origins.clone(),
                },
            },
            ("filter" | "map", Some(function)) => {
                let walked = arguments.positional.get(1).map_or_else(Value::unknown, element_of);
                let results = self.call(state.clone(), function, Arguments::of(vec![walked.clone()]), place);
                return Some(self.then(results, |_, state, result| {
                    let element = if name == "filter" { walked.clone() } else { result };
                    one(state, Value::of(Shape::Elements(Rc::new(element))).with_nullness(Nullness::PRESENT))
                }));
            }
            ("getattr", Some(object)) => {
                let attribute = arguments.positional.get(1).and_then(Value::as_text)?.clone();
                let default = arguments.positional.get(2).cloned();
                let found = self.attribute(state.clone(), object, &attribute, place);
                return Some(self.then(found, |_, state, value| {
                    let nullness =
                        default.as_ref().map_or(value.nullness, |default| value.nullness.or(default.nullness));
                    one(state, value.with_nullness(nullness))
                }));
            }
            ("setattr", Some(object)) => {
                let attribute = arguments.positional.get(1).and_then(Value::as_text).cloned();
                let mut state = state.clone();
                if let (Shape::Instance { object, .. }, Some(name), Some(value)) =
                    (&object.shape, attribute, arguments.positional.get(2))
                {
                    state.set_attribute(*object, name, value.clone());
                }
                return Some(one(state, Value::none()));
            }
            ("vars", Some(object)) => Value::from_origins(object.deep_origins(), Nullness::FULL),
            _ => return None,
        };
        Some(one(state.clone(), value))
    }

    /// A configuration key of the application gets a value.
    pub(super) fn configuration_is_set(&mut self, state: &mut State<'p>, key: &Name, value: &Value<'p>, place: Place) {
        if self.models.is_secret_key(key) || vocabulary::is_secret(key) {
            self.secret_is_used(value, SecretRole::Configuration, key, place);
        }
        state.set_attribute(Object::Configuration, key.clone(), value.clone());
    }
}

/// The length or count of something: of a credential, it tells of its form.
pub(super) fn measured<'p>(origins: &Origins) -> Value<'p> {
    let measure = origins.credential().map(|(origin, _)| Origin { kind: OriginKind::Measure, ..origin.clone() });
    Value::present().with_origins(Origins::from_list(measure.into_iter().collect()))
}

/// Whether a URL is that of a token endpoint (RFC 6749 section 3.2), by its path.
fn is_token_endpoint(url: &Value<'_>) -> bool {
    url.as_text().is_some_and(|text| {
        let path = text.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
        path.ends_with("/token") || path.ends_with("access_token") || path.ends_with("/tokens")
    })
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
            raises: Vec::new(),
            audience_fix: String::new(),
            issuer_fix: String::new(),
            signature_fix: "verify the token with a JWT library and its key (`jwt.decode(token, key, algorithms=[…], audience=…, issuer=…)`)".to_owned(),
        })
    });
    Arc::clone(&MODEL)
}

fn bool_nullness(nullness: Nullness) -> Nullness {
    let mut result = nullness.and(Nullness::FULL);
    if nullness.may_be(Nullness::NONE.or(Nullness::EMPTY)) {
        result = result.or(Nullness::EMPTY);
    }
    result
}

/// What kind of digest a value makes when it is hashed: with a secret in it, a keyed one.
pub(super) fn digest_kind(value: &Value<'_>) -> OriginKind {
    let has_secret = value.deep_origins().iter().any(relevant::is_secret);
    if has_secret { OriginKind::Mac } else { OriginKind::Digest }
}

/// A store of a model file.
pub(super) fn store(model: StoreModel) -> Store {
    match model {
        StoreModel::Environment => Store::Environment,
        StoreModel::Configuration => Store::Configuration,
        StoreModel::SecretStore => Store::SecretStore,
    }
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

fn derived<'p>(arguments: &Arguments<'p>, receiver: Option<&Value<'p>>, path: &Name, place: Place) -> Value<'p> {
    let first = arguments.positional.first();
    // `str(x)` of one constant or request map keeps its shape; anything else keeps only its origins.
    if let Some(only) = first
        && arguments.positional.len() == 1
        && matches!(only.shape, Shape::Constant(Constant::Text { .. }))
    {
        return only.clone();
    }
    let mut origins = receiver.map(Value::deep_origins).unwrap_or_default();
    for value in arguments.iter() {
        let literal = if matches!(value.shape, Shape::Request(RequestMap::Headers | RequestMap::Environment)) {
            value.origins.clone()
        } else {
            value.deep_origins()
        };
        origins = origins.union(&literal);
    }
    let nullness = first.map_or(Nullness::PRESENT, |value| {
        let left = value.nullness.and(Nullness::PRESENT);
        if left.is_impossible() { Nullness::PRESENT } else { left }
    });
    let short = path.rsplit('.').next().unwrap_or_default();
    Value::from_origins(origins.step(place, &Step::Derived(short.into())), nullness)
}

/// Whether a decode call constrains a claim: by its parameter, or by something that cannot be read.
fn constrains(
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
    let given = arguments.keyword(&claim.parameter);
    given.is_some_and(|value| !value.is_none()) || arguments.rest.is_some()
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
        _ => value,
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

/// `module.Name(…)` makes an object.
fn looks_like_class(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase)
}
