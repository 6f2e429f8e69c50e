//! Calls of library functions and builtins: what their models say happens.

use super::decode::is_incomplete;
use super::event::{Comparator, Event, HeaderUse, SecretRole};
use super::evidence::CheckKind;
use super::guesses;
use super::interpreter::{Branches, Interpreter, RaisedClass, one};
use super::moments;
use super::origin::{Channel, Origin, OriginKind, Origins, Step, Store};
use super::quantities;
use super::relevant;
use super::serialised::{as_written, parsed, query_pattern, read_back};
use super::state::State;
use super::value::{Arguments, Constant, LibraryDecorator, Nullness, RequestMap, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::{Missing, ObtainModel, StoreModel};
use crate::source::Place;
use crate::syntax::tree::Name;
use smallvec::SmallVec;
use std::rc::Rc;

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

/// The same where several parameters have one meaning: all that are given.
pub(super) fn parameters<'a, 'p>(
    parameters: &'a [String],
    arguments: &'a Arguments<'p>,
    meaning: &'a str,
) -> impl Iterator<Item = &'a Value<'p>> {
    let meant = parameters.iter().enumerate().filter(move |(_, one)| one.split('=').next() == Some(meaning));
    meant.filter_map(|(at, one)| arguments.positional.get(at).or_else(|| arguments.keyword(one.rsplit('=').next()?)))
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
        if let Some(words) = self.models.words(&format!("{path}()")) {
            return one(state, word_list(words, place));
        }
        if let Some(value) = quantities::as_number(path, &arguments) {
            return one(state, value);
        }
        if let Some(meaning) = self.models.meaning(path).cloned() {
            let canonical: Name = self.models.canonical(path).into_owned().into();
            if matches!(meaning, Meaning::Parameter(_) | Meaning::Dependency(_)) {
                return one(state, super::injection::marker(&canonical, arguments));
            }
            return self.apply(state, &meaning, &canonical, arguments, None, place);
        }
        if let Some(made_by) = path.strip_suffix("()") {
            return self.called_later(state, made_by, arguments, place);
        }
        if path == "functools.partialmethod" {
            return one(state, super::gathering::later(path, arguments));
        }
        if path == "functools.partial" {
            let mut given = arguments;
            if given.positional.is_empty() {
                return one(state, Value::unknown());
            }
            let callee = given.positional.remove(0);
            return one(state, Value::of(Shape::Partial(Rc::new((callee, given)))));
        }
        if !path.contains('.')
            && let Some(branches) = self.builtin(&state, path, &arguments, place)
        {
            return branches;
        }
        if let Some((holder, method)) = path.rsplit_once('.') {
            // `str.strip(text)`: a method of a builtin type, called with its object.
            if matches!(holder, "str" | "bytes" | "dict" | "list") && !arguments.positional.is_empty() {
                let mut rest = arguments;
                let receiver = rest.positional.remove(0);
                return self.call(state, &super::objects::method(&receiver, &Name::new(method)), rest, place);
            }
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
            Self::is_made_with(&mut state, &values, place);
            self.is_made_around(path, arguments.positional.first(), place);
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
                self.key_is_used(&model.parameters, &arguments, path, place);
                let user = parameter(&model.parameters, &arguments, "user");
                if let (Some(user), Some(password)) = (user, parameter(&model.parameters, &arguments, "password")) {
                    self.basic_is_sent(&user.clone(), &password.clone(), place);
                }
                // Who is handed the credential may check it later.
                let values: Vec<&Value<'p>> = arguments.iter().collect();
                // A method that is asked for an object by what the caller sent may not have it.
                if self.saw(&mut state, &values, place) && receiver.is_some() && self.frame().open_tries > 0 {
                    self.raise(state.clone(), RaisedClass::Unknown, Origins::default(), place);
                }
                if let Some(url) = parameter(&model.parameters, &arguments, "url") {
                    self.header_reaches(HeaderUse::Url, url, place);
                }
                if let Some(named) = parameter(&model.parameters, &arguments, "algorithms") {
                    let event =
                        Event::Algorithms { value: named, is_issued: false, accepts_none: true, user: path, place };
                    self.emit(&event);
                }
                self.object_is_made(model, &arguments, receiver, place);
                one(state, holding(object_of(&model.class, place), parameter(&model.parameters, &arguments, "token")))
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
                    let name = key.as_text().cloned().unwrap_or_default();
                    value.origins = value.origins.union(&default.as_default_of(&name));
                }
                one(state, answer(value, &model.held_in, model.object.as_deref(), place))
            }
            // What is called gives the mapping: `dotenv_values(".env")`.
            Meaning::SettingMap(_) => one(state, Value::external(path.clone())),
            Meaning::Identity => one(state, Self::identity(place)),
            Meaning::Derive(model) => {
                if model.may_raise && self.frame().open_tries > 0 {
                    let classes = Rc::new(vec![Name::new("ValueError")]);
                    self.raise(state.clone(), RaisedClass::External(classes), Origins::default(), place);
                }
                let written = arguments.positional.first().cloned();
                if let Some(value) = model.reads.and_then(|reads| read_back(written.as_ref()?, reads, place)) {
                    return one(state, value);
                }
                let arguments = self.all_shown(&state, &arguments, place);
                let value = derived(&arguments, receiver, path, place);
                let value = if model.reads.is_some() { parsed(&value, written.as_ref()) } else { value };
                if let Some(class) = &model.object {
                    let shape = Shape::ExternalInstance { class: class.as_str().into(), at: place };
                    return one(state, Value { shape, ..value });
                }
                if model.measures {
                    return one(state, measured(&value.origins));
                }
                if model.splits {
                    let given = written.as_ref().unwrap_or(&value);
                    return one(
                        state,
                        super::containers::split_parts(&given.origins, "partition", Some(" "), place, false, true),
                    );
                }
                if let Some(split) = model.pattern.and_then(|at| self.pattern_of_secret(&state, &arguments, at, place))
                {
                    return split;
                }
                let value = if model.serialises {
                    let value = super::partial::serialised(value, &arguments);
                    let query = written.as_ref().filter(|_| model.query).map(|written| query_pattern(written, place));
                    let origins = value.origins.union(&query.unwrap_or_default());
                    let value = value.with_origins(origins);
                    written.map_or_else(|| value.clone(), |whole| as_written(&value, whole))
                } else if model.shows && super::partial::is_parsed(&arguments) {
                    super::partial::serialised(value, &arguments)
                } else {
                    value
                };
                let value = self.claims_by_hand(value, model, path, place);
                if model.may_be_none && value.origins.credential().is_some() {
                    return super::scheme::form_is_matched(state, &value, place);
                }
                let nullness = if model.may_be_none { value.nullness.or(Nullness::NONE) } else { value.nullness };
                one(state, value.with_nullness(nullness))
            }
            Meaning::Gather(model) => self.gather(state, model, path, (&arguments, receiver), place),
            Meaning::Access(model) => self.access(state, model, path, (&arguments, receiver), place),
            Meaning::Entry(model) => {
                let handler = self.entry_is_registered(model, &arguments, receiver, place);
                one(state, handler.unwrap_or_else(Value::unknown))
            }
            Meaning::Mount(model) => {
                self.is_mounted(model, &arguments, receiver, place);
                one(state, Value::none())
            }
            Meaning::Scheme(model) => self.read_by_scheme(state, model, receiver, place),
            Meaning::Include => one(state, arguments.positional.first().cloned().unwrap_or_else(Value::unknown)),
            Meaning::Reader(model) => {
                let value = self.read_part(&state, model, &arguments, place);
                one(state, value)
            }
            Meaning::Answer(model) => self.answer_is_set(state, model, &arguments, place),
            Meaning::Before(_) => {
                let decorator = LibraryDecorator { path: path.clone(), arguments, of: None, place };
                one(state, Value::of(Shape::LibraryDecorator(Rc::new(decorator))))
            }
            Meaning::Parameter(_) | Meaning::Dependency(_) => one(state, Value::unknown()),
            Meaning::Inert | Meaning::Transparent => {
                match arguments.positional.first() {
                    // A decorator that registers hands the function back.
                    Some(only) if arguments.positional.len() == 1 && is_function(only) => one(state, only.clone()),
                    // A builtin function makes another number or its text.
                    Some(only) if !path.contains('.') => {
                        one(state, Value::unknown().with_origins(guesses::guesses(&only.origins)))
                    }
                    _ => one(state, Value::unknown()),
                }
            }
            Meaning::MethodDecorator => {
                let decorator = arguments.get(0, "decorator").cloned().unwrap_or_else(Value::unknown);
                let name = arguments.get(1, "name").and_then(Value::as_text).cloned();
                one(state, Value::of(Shape::ForMethods(Rc::new((decorator, name, None)))))
            }
            Meaning::Log(model) => {
                let arguments = self.all_shown(&state, &arguments, place);
                if self.is_kept_instead(&mut state, model, &arguments) {
                    return one(state, Value::none());
                }
                self.log(model, &arguments, place, Confidence::High);
                one(state, model.object.as_deref().map_or_else(Value::none, |class| object_of(class, place)))
            }
            Meaning::Mac(model) => {
                if !derives_key(&model.parameters, &arguments) {
                    self.key_is_used(&model.parameters, &arguments, path, place);
                }
                self.body_is_signed(&arguments.iter().map(Value::deep_origins).collect::<Vec<_>>(), place);
                let origins = Origins::one(OriginKind::Mac, Confidence::High, place, "the signature is computed here");
                one(state, Value::from_origins(origins, Nullness::FULL))
            }
            Meaning::Random(model) => one(state, quantities::random(&model.parameters, &arguments, place)),
            Meaning::Guessable(model) => one(state, guesses::made(model, &arguments, place)),
            Meaning::Clock => one(state, moments::now(place)),
            Meaning::Duration => one(state, quantities::duration(&arguments)),
            Meaning::Digest => {
                let kind = arguments
                    .iter()
                    .map(digest_kind)
                    .find(|kind| *kind == OriginKind::Mac)
                    .unwrap_or(OriginKind::Digest);
                if kind == OriginKind::Mac {
                    self.body_is_signed(&arguments.iter().map(Value::deep_origins).collect::<Vec<_>>(), place);
                }
                let origins = Origins::one(kind.clone(), Confidence::High, place, "the digest is computed here");
                let guessed = arguments.iter().filter(|_| kind == OriginKind::Digest).map(Value::deep_origins);
                let origins = guessed.fold(origins, |all, guessed| all.union(&guesses::guesses(&guessed)));
                one(state, Value::from_origins(origins, Nullness::FULL))
            }
            Meaning::Compare(model) => match (arguments.positional.first(), arguments.positional.get(1)) {
                (Some(left), Some(right)) => {
                    let comparator = if model.plain { Comparator::Equality } else { Comparator::ConstantTime };
                    self.equality(state, [left.clone(), right.clone()], comparator, model.negated, place)
                }
                _ => one(state, Value::any_boolean()),
            },
            // A class that decodes what it is given also makes new tokens.
            Meaning::Decode(model) if is_incomplete(model, &arguments) => {
                let values: Vec<&Value<'p>> = arguments.iter().collect();
                self.saw(&mut state, &values, place);
                let made = model.object.as_deref().map_or_else(Value::unknown, |class| object_of(class, place));
                one(state, holding(made, parameter(&model.parameters, &arguments, "token")))
            }
            Meaning::Decode(model) => self.decode(state, model, path, (&arguments, receiver), place),
            Meaning::Validate(model) => self.validate(state, model, receiver, &arguments, place),
            Meaning::Sink(model) => {
                self.sink(model, receiver, &arguments, place);
                let values: Vec<&Value<'p>> = arguments.iter().collect();
                self.saw(&mut state, &values, place);
                one(state, Value::unknown())
            }
            Meaning::Issue(model) => one(state, self.issue(model, &arguments, path, place)),
            Meaning::Introspect(model) => {
                let token = parameter(&model.parameters, &arguments, "token").cloned().unwrap_or_else(Value::unknown);
                self.saw(&mut state, &[&token], place);
                let answer = self.answer_about(&token, model.object.as_deref(), place);
                one(state, answer.unwrap_or_else(Value::unknown))
            }
            Meaning::Obtain(model) => {
                // A presented password or token that is traded in is checked by the server.
                let values: Vec<&Value<'p>> = arguments.iter().collect();
                if self.saw(&mut state, &values, place) && self.frame().open_tries > 0 {
                    self.raise(state.clone(), RaisedClass::Unknown, Origins::default(), place);
                }
                one(state, obtained(model, place))
            }
            Meaning::Verify(model) => {
                let of = receiver.and_then(super::startup::owner);
                self.callback_is_handed(model, &arguments, place);
                let asks_given = parameter(&model.parameters, &arguments, "callback").is_some();
                if let [only] = arguments.positional.as_slice()
                    && is_function(only)
                    && !asks_given
                {
                    let arguments = Arguments::default();
                    let decorator = Rc::new(LibraryDecorator { path: path.clone(), arguments, of, place });
                    return one(state, Value::of(Shape::Guarded(Rc::new((only.clone(), decorator)))));
                }
                if model.decorator {
                    let decorator = LibraryDecorator { path: path.clone(), arguments, of, place };
                    return one(state, Value::of(Shape::LibraryDecorator(Rc::new(decorator))));
                }
                self.verify_caller(state, path, &arguments, of, place)
            }
            Meaning::Refuse(model) => {
                let status = parameter(&model.parameters, &arguments, "status")
                    .and_then(super::outcome::written_status)
                    .or(model.status);
                self.refused(&arguments, status, place);
                let is_class = path.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
                if is_class {
                    // An exception is made here and raised elsewhere.
                    return one(state, Value::of(Shape::Response { status }));
                }
                self.raise(state, RaisedClass::Http(status), Origins::default(), place);
                SmallVec::new()
            }
            Meaning::Response(model) => {
                for value in arguments.iter() {
                    let unverified = super::binding::unverified(&value.deep_origins());
                    let what = if model.renders { "is shown in a page" } else { "is answered as if it were true" };
                    self.claims_escape(&unverified, place, what);
                }
                let written = parameter(&model.parameters, &arguments, "status")
                    .or_else(|| arguments.keyword("status"))
                    .or_else(|| arguments.keyword("status_code"));
                let given = written.and_then(super::outcome::written_status);
                let inner = arguments.positional.first().and_then(|body| match &body.shape {
                    Shape::Response { status } => *status,
                    Shape::Sequence(elements) => elements.get(1).and_then(Value::as_integer),
                    _ => None,
                });
                let refusal = arguments.iter().any(super::outcome::is_refusal_text).then_some(401);
                let is_empty = model.refuses_when_empty.as_deref().is_some_and(|name| {
                    parameter(&model.parameters, &arguments, name).is_some_and(|list| list.nullness == Nullness::EMPTY)
                });
                let denial = is_empty.then_some(403);
                let status = given.or(denial).or(inner).or(model.status).or(refusal);
                let is_sent_to_login = parameter(&model.parameters, &arguments, "url").is_some()
                    && state.evidence.has(CheckKind::Rejected)
                    && !state.evidence.has_proof()
                    && super::outcome::is_login_page(self.index.text(place));
                if !model.renders {
                    self.answered(&arguments, parameter(&model.parameters, &arguments, "url"), status, place);
                }
                // Who was found wanting and is sent to log in has been turned away.
                let status = if is_sent_to_login { Some(401) } else { status };
                one(state, Value::of(Shape::Response { status }))
            }
            Meaning::Outgoing(model) => self.outgoing(state, model, &arguments, receiver, path, place),
        }
    }

    /// The secret that a call works with.
    pub(super) fn key_is_used(&mut self, parameters: &[String], arguments: &Arguments<'p>, path: &Name, place: Place) {
        if let Some(key) = parameter(parameters, arguments, "key") {
            self.secret_is_used(&key.clone(), SecretRole::Key, path, place);
        }
    }
}

/// Whether a value is a function that a decorator could be applied to.
fn is_function(value: &Value<'_>) -> bool {
    matches!(
        value.shape,
        Shape::Function(_) | Shape::Partial(_) | Shape::Guarded(_) | Shape::Wrapped(_) | Shape::ForMethods(_)
    )
}

/// The length or count of something: of a credential, it tells of its form.
pub(super) fn measured<'p>(origins: &Origins) -> Value<'p> {
    let measure = origins.credential().map(|(origin, _)| Origin { kind: OriginKind::Measure, ..origin.clone() });
    Value::present().with_origins(Origins::from_list(measure.into_iter().collect()))
}

/// What a call gives that gets a token.
pub(super) fn obtained<'p>(model: &ObtainModel, place: Place) -> Value<'p> {
    let words = "the token is obtained here";
    let origins = Origins::one(OriginKind::TokenResponse, Confidence::High, place, words);
    let value = Value::from_origins(origins, Nullness::ANY);
    answer(value, &model.held_in, model.object.as_deref(), place)
}

/// What kind of digest a value makes when it is hashed: with a secret in it, or a keyed digest, again a keyed one.
pub(super) fn digest_kind(value: &Value<'_>) -> OriginKind {
    let has_secret =
        value.deep_origins().iter().any(|origin| origin.kind == OriginKind::Mac || relevant::is_secret(origin));
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
        let literal = if matches!(
            value.shape,
            Shape::Request(RequestMap::Headers | RequestMap::HeaderPairs | RequestMap::Environment)
        ) {
            value.origins.clone()
        } else {
            value.deep_origins()
        };
        origins = origins.union(&literal).union(&value.address_origin());
    }
    let nullness = first.map_or(Nullness::PRESENT, |value| {
        let left = value.nullness.and(Nullness::PRESENT);
        if left.is_impossible() { Nullness::PRESENT } else { left }
    });
    let short = path.rsplit('.').next().unwrap_or_default();
    Value::from_origins(origins.step(place, &Step::Derived(short.into())), nullness)
}

/// An argument by the name of its parameter, or at its place where the model knows that.
pub(super) fn named_parameter<'a, 'p>(
    parameters: &[String],
    arguments: &'a Arguments<'p>,
    name: &str,
) -> Option<&'a Value<'p>> {
    parameter(parameters, arguments, name).or_else(|| arguments.keyword(name))
}

/// Words that a library's name stands for.
pub(super) fn word_list<'p>(words: &[String], place: Place) -> Value<'p> {
    let texts = words.iter().map(|word| Value::text(word.into(), place, false));
    Value::of(Shape::Sequence(Rc::new(texts.collect())))
}

/// An object of a library's class.
pub(super) fn object_of<'p>(class: &str, place: Place) -> Value<'p> {
    Value::of(Shape::ExternalInstance { class: class.into(), at: place })
}

/// An object that holds the token that it was made with.
fn holding<'p>(object: Value<'p>, token: Option<&Value<'p>>) -> Value<'p> {
    match token {
        Some(token) => object.with_origins(token.deep_origins()),
        None => object,
    }
}

/// A value inside the answer that carries it: an object of a class, or dictionaries in which other keys are harmless.
fn answer<'p>(value: Value<'p>, held_in: &[String], class: Option<&str>, place: Place) -> Value<'p> {
    if let Some(class) = class {
        return Value { shape: Shape::ExternalInstance { class: class.into(), at: place }, ..value };
    }
    if held_in.is_empty() {
        return value;
    }
    let mut whole = super::value::Dictionary { rest: Some(Value::unknown()), ..Default::default() };
    for path in held_in {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let inner: Vec<String> = if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] };
        whole.entries.insert(first.into(), answer(value.clone(), &inner, None, place));
    }
    Value::of(Shape::Dictionary(Rc::new(whole)))
}

/// `module.Name(…)` makes an object.
fn looks_like_class(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase)
}

/// `hmac.new(b"purpose", secret)`: a text that keeps purposes apart stands where the key does, and the secret is what is digested.
fn derives_key(parameters: &[String], arguments: &Arguments<'_>) -> bool {
    let is_text = parameter(parameters, arguments, "key").is_some_and(|key| key.as_text().is_some());
    let message = || parameter(parameters, arguments, "message").map(Value::deep_origins);
    let is_secret = |origin: &Origin| {
        let is_handed =
            matches!(&origin.kind, OriginKind::Credential(credential) if credential.channel == Channel::Parameter);
        is_handed || super::relevant::is_secret(origin)
    };
    is_text && message().is_some_and(|message| message.iter().any(is_secret))
}
