//! Entries: what frameworks call, what surrounds it, and how one is run from the outside in.

use super::bounds::{REACH_OF_FUNCTIONS, REACH_OF_MODULES, REACH_OF_ROUTES};
use super::event::{Ending, EntryInfo, EntryKind, Event, Outcome, Stage};
use super::evidence::{CheckKind, Evidence};
use super::interpreter::{Branches, Frame, Interpreter};
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part};
use super::outcome;
use super::passage::Unseen;
use super::placement::Surroundings;
use super::routing::Way;
use super::startup::{Made, Mount};
use super::state::State;
use super::value::{Arguments, Nullness, Object, RequestMap, Shape, Value};
use super::walk::Site;
use crate::finding::Confidence;
use crate::models::schema::{EntryModel, HandlerModel, VariableSyntax};
use crate::program::{ClassRef, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{ArgumentKind, Expression, ExpressionKind, Name, Parameter, ParameterKind};
use smallvec::SmallVec;
use std::rc::Rc;
use std::sync::Arc;

/// What stands for a handler that a base class from outside brings along.
const INHERITED: &str = "bearerlint.inherited";

/// A function that a framework calls.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one function")]
pub struct Entry<'p> {
    /// The function.
    pub site: Site<'p>,
    /// What rules are told about it.
    pub info: EntryInfo,
    /// The decorator or call that registers it.
    pub at: Option<Place>,
    /// The application or blueprint it is registered on: where that was made, when it is known.
    pub owner: Option<Place>,
    /// The way from the application to the owner; empty where that is not known.
    pub way: Way,
    /// Whether the owner is a whole application: its hooks hold for everything in the project.
    pub is_application_wide: bool,
    /// Whether the registering call was given more than the bare function.
    pub is_wrapped: bool,
    /// What an error handler waits for.
    pub error: Option<Name>,
    /// What the framework gives it.
    pub handler: HandlerModel,
    /// The class whose object answers, where that is another one than the function stands in: one that inherits from it.
    pub view: Option<ClassRef<'p>>,
    /// Whether a base class from outside answers: the function is not to be seen.
    pub is_inherited: bool,
    /// What stands in the path behind the one that it is registered under.
    pub below: Name,
    /// What registers it, where a model knows that.
    pub model: Option<Arc<EntryModel>>,
    /// Whether a call of it was seen that was not followed: what it is handed has nothing to tell, whatever its parameters are
    /// called.
    pub is_called: bool,
    /// Decorators that it is wrapped in where it is registered, the outermost first, and the file they are written in.
    pub around: Vec<(FileId, &'p Expression)>,
}

impl<'p> Entry<'p> {
    /// An entry of which nothing is known but what it runs.
    pub fn new(site: Site<'p>, info: EntryInfo) -> Self {
        Self {
            site,
            info,
            at: None,
            owner: None,
            way: Way::default(),
            is_application_wide: false,
            is_wrapped: false,
            error: None,
            handler: HandlerModel::default(),
            view: None,
            is_inherited: false,
            below: Name::default(),
            model: None,
            is_called: false,
            around: Vec::new(),
        }
    }

    /// The class whose object answers.
    pub fn view_class(&self) -> Option<ClassRef<'p>> {
        self.view.or(self.site.class)
    }
}

/// Everything in one file that can run.
#[derive(Debug, Default)]
pub struct FileEntries<'p> {
    /// What frameworks call.
    pub entries: Vec<Entry<'p>>,
    /// All functions, entries included.
    pub sites: Vec<Site<'p>>,
    /// Objects with routes that it makes.
    pub made: Vec<(Place, Made)>,
    /// What it puts under what.
    pub mounts: Vec<Mount>,
    /// What it puts before routes that cannot be followed.
    pub unseen: Vec<Unseen>,
}

impl<'p> Interpreter<'p, '_> {
    /// Runs an entry with what surrounds it and tells the observer how it ended.
    /// What stands before it and cannot be followed counts as a check. Where it has to wait for what is run once for many, nothing is told
    /// of how it ended.
    pub fn run_entry(&mut self, entry: &Entry<'p>) -> Vec<Outcome> {
        self.begin_entry();
        let Surroundings { hooks, error_handlers, unseen } =
            self.placement.map(|placement| placement.around(entry, self.index)).unwrap_or_default();
        self.error_handlers = error_handlers.into_iter().cloned().collect();
        self.entry = Some(entry.info.place);
        self.is_for_request = matches!(entry.info.kind, EntryKind::Route | EntryKind::Hook | EntryKind::TokenCallback);
        self.route = self.path_and_name(entry);
        self.is_route = entry.info.kind == EntryKind::Route;
        self.reach = if entry.info.kind == EntryKind::Function { REACH_OF_FUNCTIONS } else { REACH_OF_ROUTES };
        self.frames.push(Frame::new(entry.site.file, None));
        let mut outcomes = Vec::new();
        let mut start = State::default();
        if let Some(at) = unseen {
            start.evidence.add(CheckKind::Opaque, at);
        }
        if let Some(at) = self.guarded_at(entry) {
            start.evidence.add(CheckKind::Opaque, at);
        }
        let mut states = vec![start];
        let (middleware, hooks): (Vec<&Entry<'p>>, Vec<&Entry<'p>>) = hooks
            .into_iter()
            .partition(|hook| hook.handler.continuation.is_some() || hook.handler.is_made_with_continuation);
        for hook in hooks {
            states = self.run_hook(states, hook, &mut outcomes);
        }
        if !middleware.is_empty() {
            self.set_out(entry, &middleware);
        }
        for state in states {
            self.run_handler(state, entry, &mut outcomes);
        }
        self.course = None;
        self.frames.clear();
        if self.waits_for.is_some() {
            return Vec::new();
        }
        self.close_entry(&mut outcomes);
        self.facts.decorators_above = self.decorators_above(entry);
        let facts = std::mem::take(&mut self.facts);
        self.emit(&Event::EntryEnd { entry: &entry.info, outcomes: &outcomes, facts: &facts });
        self.facts = facts;
        outcomes
    }

    /// Where the registering call, or the class around the handler, names something that checks the caller before the route.
    fn guarded_at(&mut self, entry: &Entry<'p>) -> Option<Place> {
        let model = entry.model.clone().filter(|model| !model.guarded_by.is_empty())?;
        let class = entry.view_class();
        let mut attributes = model.guarded_by.iter().filter_map(|name| self.class_attribute(class?, &Name::new(name)));
        if attributes.any(|guard| !guard.is_none()) {
            return class.map(|class| class.place());
        }
        let at = entry.at?;
        let guard = self.call_at(at)?.iter().find(|argument| match &argument.kind {
            ArgumentKind::Keyword(name) => model.guarded_by.iter().any(|known| known == name),
            _ => false,
        })?;
        let is_given = !matches!(guard.value.kind, ExpressionKind::None);
        is_given.then_some(Place { file: at.file, span: guard.value.span })
    }

    fn run_handler(&mut self, state: State<'p>, entry: &Entry<'p>, outcomes: &mut Vec<Outcome>) {
        let mut branches: Branches<'p> = SmallVec::new();
        let state = self.with_request(state, entry);
        for state in self.run_before(state, entry, outcomes) {
            branches.extend(match self.way() {
                Some(way) => self.behind_middleware(state, entry, &way),
                None => self.answers_of(state, entry),
            });
        }
        for (state, value) in branches {
            let (ending, status) = match entry.info.kind {
                _ if outcome::is_refusing_answer(&value, self.models.refusing_fields()) => (Ending::Refusal, None),
                EntryKind::TokenCallback => (outcome::of_callback(&value), None),
                EntryKind::Hook if value.is_none() => (Ending::Success, None),
                EntryKind::Function if !value.nullness.may_be(Nullness::FULL) => (Ending::Refusal, None),
                // A view that nothing in sight registers still says by its answer that it refuses.
                _ => outcome::of_return(&state, &value),
            };
            if entry.info.kind == EntryKind::Function {
                self.claims_escape(&value.deep_origins(), entry.info.place, "is returned");
            }
            if entry.info.kind == EntryKind::TokenCallback && ending == Ending::Success {
                let held = match &value.shape {
                    Shape::Instance { object, .. } => state
                        .attributes_of(*object)
                        .fold(value.deep_origins(), |held, attribute| held.union(&attribute.deep_origins())),
                    _ => value.deep_origins(),
                };
                let unverified = super::binding::unverified(&held);
                self.claims_escape(&unverified, entry.info.place, "says who the caller is");
            }
            if entry.info.kind == EntryKind::Route && ending == Ending::Success {
                let unverified = super::binding::unverified(&value.deep_origins());
                self.claims_escape(&unverified, entry.info.place, "is answered as if it were true");
            }
            if entry.info.kind == EntryKind::TokenCallback && ending == Ending::Success {
                self.somebody_is_answered(&state, &value);
            }
            outcomes.push(Outcome { ending, status, evidence: state.evidence, place: entry.info.place });
        }
        self.take_raised(outcomes);
    }

    /// The checks of a path that no earlier part of what surrounds the handler made are of this one.
    pub(super) fn note_stage(&mut self, evidence: &Evidence, stage: &Stage) {
        if self.is_loud() {
            for check in evidence {
                self.facts.stages.entry(*check).or_insert_with(|| stage.clone());
            }
        }
    }

    /// The request where a view's object keeps it.
    pub(super) fn with_request(&mut self, state: State<'p>, entry: &Entry<'p>) -> State<'p> {
        let mut state = self.with_made_object(state, entry);
        if let (Some(attribute), Some(class)) = (&entry.handler.name_attribute, entry.view_class()) {
            let name = entry.info.name.rsplit('.').next().unwrap_or_default().into();
            let name = Value::text(name, entry.info.place, false);
            state.set_attribute(Object::SelfOf(class.place()), attribute.as_str().into(), name);
        }
        if let (Some(attribute), Some(class)) = (&entry.handler.request_attribute, entry.view_class()) {
            let request = self.handed_request(entry);
            state.set_attribute(Object::SelfOf(class.place()), attribute.as_str().into(), request);
        }
        state
    }

    /// What the function of an entry answers, behind the dependencies that stand beside it.
    pub(super) fn answers_of(&mut self, state: State<'p>, entry: &Entry<'p>) -> Branches<'p> {
        let by_name = entry.info.kind == EntryKind::Route && entry.handler.parameters_by_name;
        let states = self.run_dependencies(state, entry);
        let (states, mut branches) = self.run_policies(states, entry);
        for state in states {
            let callee = self.entry_function(&state, entry);
            let arguments = self.entry_arguments(&state, entry);
            let plain = self.undecorated(entry.site);
            for (state, arguments) in self.inject(state, &plain, arguments, by_name) {
                self.note_stage(&state.evidence, &Stage::Dependency);
                let (callee, arguments) = self.surrounded(&state, entry, callee.clone(), arguments);
                branches.extend(self.call(state, &callee, arguments, entry.info.place));
            }
        }
        self.behind = None;
        branches
    }

    /// The function of an entry with its decorators, and what it captured.
    pub(super) fn entry_function(&mut self, state: &State<'p>, entry: &Entry<'p>) -> Value<'p> {
        if entry.is_wrapped
            && let Some(value) = entry.at.and_then(|at| self.registered_value(at))
        {
            if let Some(class) = entry.view_class() {
                let method = self.own_function(state, entry);
                self.answering = Some((class.place(), method));
            }
            return value;
        }
        // A hook inside the function that makes it: what it captured is what that function was given there.
        let is_made_hook = entry.info.kind == EntryKind::Hook && entry.site.outer.is_some();
        if let Some(at) = entry.at.filter(|_| is_made_hook && !self.defined.contains_key(&entry.site.place())) {
            self.registered_value(at);
        }
        self.own_function(state, entry)
    }

    /// The method that answers for a view class in this entry.
    pub(super) fn answering_method(&self, class: ClassRef<'p>) -> Option<Value<'p>> {
        self.answering.as_ref().filter(|(known, _)| *known == class.place()).map(|(_, method)| method.clone())
    }

    /// The function of an entry with its own decorators and those of its class.
    fn own_function(&mut self, state: &State<'p>, entry: &Entry<'p>) -> Value<'p> {
        let site = entry.site;
        if entry.is_inherited {
            return self.class_decorated(state, Value::external(INHERITED), entry);
        }
        let plain = self.undecorated(site);
        let is_alone = entry.info.kind == EntryKind::Function;
        if site.function.decorators.is_empty() || is_alone {
            return self.class_decorated(state, plain, entry);
        }
        self.frames.push(Frame::new(site.file, None));
        let applied = self.applied_decorators(entry);
        let decorated = self.decorate_with(state.clone(), plain, applied);
        self.frames.pop();
        let value = decorated.into_iter().map(|(_, value)| value).next().unwrap_or_else(Value::unknown);
        self.class_decorated(state, value, entry)
    }

    /// A function as it is written, with what it captured.
    fn undecorated(&mut self, site: Site<'p>) -> Value<'p> {
        match site.outer {
            Some(outer) => self.nested_function(site, outer),
            None => Self::plain_function(site.file, site.function, site.class),
        }
    }

    /// `decorators = [...]` and `method_decorators = [...]` of a view class.
    fn class_decorated(&mut self, state: &State<'p>, inner: Value<'p>, entry: &Entry<'p>) -> Value<'p> {
        let Some(class) = entry.view_class().filter(|_| entry.info.kind == EntryKind::Route) else { return inner };
        let Some(model) = self.view_class_model(class) else { return inner };
        let mut value = inner;
        for list in &model.decorators {
            let Some(decorators) = self.class_attribute(class, &Name::new(list)) else { continue };
            // `{"get": [cached], "post": [checked]}` has a list for each method; the others get none.
            let listed = match &decorators.shape {
                Shape::Dictionary(by_method) => {
                    match by_method.entries.get(&entry.site.function.name).or(by_method.rest.as_ref()) {
                        Some(list) => list.clone(),
                        None => continue,
                    }
                }
                _ => decorators,
            };
            let all: Vec<Value<'p>> = match &listed.shape {
                Shape::Sequence(elements) => elements.to_vec(),
                _ => vec![Value::unknown()],
            };
            for decorator in all {
                let place = class.place();
                let applied = self.call(state.clone(), &decorator, Arguments::of(vec![value.clone()]), place);
                value = match applied.into_iter().next() {
                    Some((_, wrapped)) if super::call::is_callable(&wrapped) => wrapped,
                    _ => Value::of(Shape::Wrapped(Rc::new((value, place)))),
                };
            }
        }
        value
    }

    /// A function inside another: what it captured is what the outer one had when it was defined.
    fn nested_function(&mut self, site: Site<'p>, outer: &'p crate::syntax::tree::Function) -> Value<'p> {
        if !self.defined.contains_key(&site.place()) {
            let value = Self::plain_function(site.file, outer, site.outer_class);
            let arguments = Arguments { rest: Some(Value::unknown()), ..Arguments::default() };
            self.at_module_level(site.file, |this| this.call(State::default(), &value, arguments, site.place()));
        }
        match self.defined.get(&site.place()) {
            Some(closure) => Value::of(Shape::Function(Rc::clone(closure))),
            None => Self::plain_function(site.file, site.function, site.class),
        }
    }

    pub(super) fn entry_arguments(&mut self, state: &State<'p>, entry: &Entry<'p>) -> Arguments<'p> {
        let site = entry.site;
        let mut arguments = Arguments::default();
        let mut parameters = site.function.parameters.as_slice();
        let is_static = super::objects::has_decorator(site.function, "staticmethod");
        if let (Some(class), false) = (entry.view_class(), is_static) {
            let object = Object::SelfOf(class.place());
            let is_class_method = super::objects::has_decorator(site.function, "classmethod");
            let receiver = if is_class_method {
                Value::of(Shape::Class(class))
            } else {
                Value::of(Shape::Instance { class, object })
            };
            arguments.positional.push(receiver);
            parameters = parameters.get(1..).unwrap_or_default();
        }
        match entry.info.kind {
            EntryKind::Route => self.route_arguments(state, entry, parameters, &mut arguments),
            EntryKind::TokenCallback
                if entry.handler.request_class.is_some() && !entry.handler.request_is_attribute =>
            {
                let request = self.handed_request(entry);
                arguments.positional.push(request);
                arguments.rest = Some(Value::unknown());
            }
            EntryKind::TokenCallback => {
                for parameter in parameters {
                    let value = match parameter.name.as_str() {
                        "request" | "req" => self.labelled(parameter, site.file, true),
                        _ => None,
                    };
                    let value = value.unwrap_or_else(|| callback_argument(parameter, site.file));
                    if let Some((origin, _)) = value.origins.credential() {
                        self.facts.presented.push(origin.clone());
                    }
                    arguments.positional.push(value);
                }
            }
            EntryKind::Function => {
                for parameter in parameters {
                    if let Some(value) = self.labelled(parameter, site.file, !entry.is_called) {
                        arguments.keywords.push((parameter.name.clone(), value));
                    }
                }
                self.handed_by_nobody_seen(site, parameters, &mut arguments);
            }
            _ => {
                self.hand_over(entry, parameters, &mut arguments);
                arguments.rest = Some(Value::unknown());
            }
        }
        arguments
    }

    /// The request, where the framework hands it over, and the variable parts of the path.
    fn route_arguments(
        &mut self,
        state: &State<'p>,
        entry: &Entry<'p>,
        parameters: &'p [Parameter],
        arguments: &mut Arguments<'p>,
    ) {
        let site = entry.site;
        let map = Value::of(Shape::Request(RequestMap::Path));
        let own = self.hand_over(entry, parameters, arguments);
        arguments.rest = Some(Value::unknown());
        if entry.handler.hides_variables {
            return;
        }
        let path = entry.info.path.as_deref().unwrap_or_default();
        for name in path_variables(path, entry.handler.variables) {
            let key = Value::text(name.clone(), entry.info.place, false);
            let value = self.item(state, &map, &key, None, entry.info.place, Nullness::PRESENT);
            arguments.keywords.push((name, value));
        }
        // Where the path cannot be read, a parameter called like a credential comes from it.
        let is_readable = entry.info.path.is_some();
        for parameter in own.iter().filter(|parameter| !is_readable && parameter.default.is_none()) {
            let key = Value::text(parameter.name.clone(), entry.info.place, false);
            let place = Place { file: site.file, span: parameter.span };
            let value = self.item(state, &map, &key, None, place, Nullness::PRESENT);
            if value.origins.credential().is_some() {
                arguments.keywords.push((parameter.name.clone(), value));
            }
        }
    }

    /// The request object that a handler is handed.
    pub(super) fn handed_request(&self, entry: &Entry<'p>) -> Value<'p> {
        let Some(class) = &entry.handler.request_class else { return Value::unknown() };
        let class: Name = self.models.canonical(class).into_owned().into();
        let origins = self.headers_inside(entry, &class);
        Value::of(Shape::ExternalInstance { class, at: entry.info.place }).with_origins(origins)
    }

    /// What a parameter of a function judged alone holds, by its annotation or, where nothing else is known, its name.
    fn labelled(&mut self, parameter: &'p Parameter, file: FileId, is_named: bool) -> Option<Value<'p>> {
        if !matches!(parameter.kind, ParameterKind::Normal | ParameterKind::PositionalOnly | ParameterKind::KeywordOnly)
        {
            return None;
        }
        let place = Place { file, span: parameter.span };
        if let Some(annotation) = &parameter.annotation
            && let Some(value) = self.at_module_level(file, |this| this.annotated(annotation))
        {
            return Some(value);
        }
        let by_name = |kind: OriginKind, words: String| Origins::one(kind, Confidence::Medium, place, words);
        let name = parameter.name.as_str();
        let scope = self.index.scope(file);
        if let Some(class) = self.models.request_class(name, &|module| scope.imports(module)) {
            let origins = by_name(OriginKind::RequestData, format!("`{name}` is taken for a request by its name"));
            return Some(Value::of(Shape::ExternalInstance { class: class.into(), at: place }).with_origins(origins));
        }
        let kind = vocabulary::credential_kind(name).filter(|_| is_named)?;
        let is_whole = kind == CredentialKind::Bearer && name.contains("authorization");
        let part = if is_whole { Part::Whole } else { Part::Token };
        let credential = Credential { channel: Channel::Parameter, kind, name: parameter.name.clone(), part };
        let origins =
            by_name(OriginKind::Credential(credential), format!("`{name}` is taken for a credential by its name"));
        let nullness = parameter.default.as_ref().map_or(Nullness::PRESENT, |_| Nullness::ANY);
        Some(Value::from_origins(origins, nullness))
    }

    /// Runs the statements at the top level of a module as an entry of their own.
    pub fn run_module(&mut self, file: FileId) {
        let Some(module) = self.index.module(file) else { return };
        self.begin_entry();
        self.reach = REACH_OF_MODULES;
        self.frames.push(Frame::new(file, None));
        self.block(vec![State::default()], &module.body);
        self.settings_of_module(file);
        self.named_settings(file);
        self.frames.clear();
        self.close_entry(&mut []);
        let place = Place { file, span: crate::source::Span::default() };
        let entry =
            EntryInfo { kind: EntryKind::Module, name: Name::default(), path: None, methods: Vec::new(), place };
        let facts = std::mem::take(&mut self.facts);
        self.emit(&Event::EntryEnd { entry: &entry, outcomes: &[], facts: &facts });
    }

    /// A function judged alone.
    pub fn alone(site: Site<'p>) -> Entry<'p> {
        let info = EntryInfo {
            kind: EntryKind::Function,
            name: site.function.name.clone(),
            path: None,
            methods: Vec::new(),
            place: site.place(),
        };
        Entry::new(site, info)
    }
}

/// The token, user name or password that a callback of an authentication extension gets.
fn callback_argument<'p>(parameter: &Parameter, file: FileId) -> Value<'p> {
    let place = Place { file, span: parameter.span };
    let lower = parameter.name.to_ascii_lowercase();
    let (kind, part) = if lower.contains("user") || lower.contains("name") || lower.contains("mail") {
        (CredentialKind::Password, Part::Username)
    } else if lower.contains("pass") {
        (CredentialKind::Password, Part::Token)
    } else {
        (CredentialKind::Bearer, Part::Token)
    };
    let credential = Credential { channel: Channel::Header, kind, name: "Authorization".into(), part };
    let words = format!("`{}` is what the caller presents", parameter.name);
    Value::from_origins(
        Origins::one(OriginKind::Credential(credential), Confidence::High, place, words),
        Nullness::PRESENT,
    )
}

/// The names of a path's variable parts: `/users/<int:user_id>/<token>`, `/users/{user_id:int}`, `^users/(?P<id>\d+)$`.
fn path_variables(path: &str, syntax: VariableSyntax) -> Vec<Name> {
    let (opening, closing) = match syntax {
        VariableSyntax::Angle => ("<", '>'),
        VariableSyntax::Braces => ("{", '}'),
        VariableSyntax::Groups => ("(?P<", '>'),
    };
    let inner = path.split(opening).skip(1).filter_map(|rest| rest.split(closing).next());
    // `<int:number>` and `<number:int>` are both written: the name of a converter is no parameter's.
    let names = inner.flat_map(|inner| match syntax {
        VariableSyntax::Angle => inner.split(':').collect::<Vec<_>>(),
        VariableSyntax::Braces | VariableSyntax::Groups => inner.split(':').take(1).collect(),
    });
    names.map(|name| Name::new(name.trim())).collect()
}
