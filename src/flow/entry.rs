//! Entries: what frameworks call, what surrounds it, and how one is run from the outside in.

use std::rc::Rc;

use super::event::{Ending, EntryInfo, EntryKind, Event, Outcome};
use super::evidence::CheckKind;
use super::interpreter::{
    Frame, Interpreter, REACH_OF_FUNCTIONS, REACH_OF_MODULES, REACH_OF_ROUTES, Raised, RaisedClass,
};
use super::origin::{Channel, Credential, CredentialKind, OriginKind, Origins, Part};
use super::outcome;
use super::state::State;
use super::value::{Arguments, Nullness, Object, RequestMap, Shape, Value};
use super::walk::{self, Site};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::models::schema::EntryKindModel;
use crate::program::{ClassRef, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{
    Argument, ArgumentKind, Expression, ExpressionKind, Name, Parameter, ParameterKind, Statement, StatementKind,
};

/// A function that a framework calls.
#[derive(Clone, Debug)]
pub struct Entry<'p> {
    /// The function.
    pub site: Site<'p>,
    /// What rules are told about it.
    pub info: EntryInfo,
    /// The application or blueprint it is registered on: where that was made, when it is known.
    pub owner: Option<Place>,
    /// Whether the owner is a whole application: its hooks hold for everything in the project.
    pub is_application_wide: bool,
}

/// Everything in one file that can run.
#[derive(Debug, Default)]
pub struct FileEntries<'p> {
    /// What frameworks call.
    pub entries: Vec<Entry<'p>>,
    /// All functions, entries included.
    pub sites: Vec<Site<'p>>,
}

/// Whether a decorator or call registers its function by its form alone: `X.route("/…")`, `X.post("/…")`.
pub(super) fn looks_like_registration(written: &Expression) -> bool {
    registration_by_form(written).is_some()
}

fn registration_by_form(written: &Expression) -> Option<(EntryKind, Vec<Name>)> {
    let (callee, arguments): (&Expression, &[Argument]) = match &written.kind {
        ExpressionKind::Call { callee, arguments } => (callee, arguments),
        _ => (written, &[]),
    };
    let ExpressionKind::Attribute { name, .. } = &callee.kind else { return None };
    let has_path = arguments.first().is_some_and(|argument| match &argument.value.kind {
        ExpressionKind::String(text) => text.starts_with('/') || text.is_empty(),
        ExpressionKind::Formatted(_) => true,
        _ => false,
    });
    match name.as_str() {
        "route" if !arguments.is_empty() => Some((EntryKind::Route, Vec::new())),
        "get" | "post" | "put" | "patch" | "delete" if has_path => {
            Some((EntryKind::Route, vec![name.to_uppercase().into()]))
        }
        "before_request" | "before_app_request" => Some((EntryKind::Hook, Vec::new())),
        "errorhandler" | "app_errorhandler" | "after_request" | "teardown_request" | "context_processor"
        | "after_app_request" => Some((EntryKind::Other, Vec::new())),
        _ => None,
    }
}

impl<'p> Interpreter<'p, '_> {
    /// What of a file frameworks call.
    pub fn entries(&mut self, file: FileId) -> FileEntries<'p> {
        let Some(module) = self.index.module(file) else { return FileEntries::default() };
        let sites = walk::functions(file, &module.body);
        let mut entries = Vec::new();
        for site in &sites {
            for decorator in &site.function.decorators {
                entries.extend(self.entry_of_decorator(*site, decorator));
            }
            entries.extend(self.entry_of_class_method(*site));
        }
        self.registered_by_call(file, &module.body, &sites, &mut entries);
        FileEntries { entries, sites }
    }

    fn entry_of_decorator(&mut self, site: Site<'p>, decorator: &'p Expression) -> Option<Entry<'p>> {
        let (callee, arguments): (&'p Expression, &'p [Argument]) = match &decorator.kind {
            ExpressionKind::Call { callee, arguments } => (callee, arguments),
            _ => (decorator, &[]),
        };
        let (kind, methods, owner, is_application_wide) = self.registration(site.file, callee, decorator)?;
        let path = arguments.first().and_then(|argument| match &argument.value.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        });
        let info = EntryInfo {
            kind,
            name: site.function.name.clone(),
            path: path.map(|path| self.prefixed(&path, owner)),
            methods: if methods.is_empty() { written_methods(arguments) } else { methods },
            place: site.place(),
        };
        Some(Entry { site, info, owner, is_application_wide })
    }

    /// A path with the prefix that its blueprint was made with.
    fn prefixed(&self, path: &Name, owner: Option<Place>) -> Name {
        let prefix = owner.and_then(|owner| {
            let text = self.index.text(owner);
            let after = text.split_once("url_prefix")?.1.trim_start().strip_prefix('=')?.trim_start();
            let quote = after.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
            after[1..].split(quote).next()
        });
        match prefix {
            Some(prefix) => format!("{}{path}", prefix.trim_end_matches('/')).into(),
            None => path.clone(),
        }
    }

    /// What registering with this callee means.
    fn registration(
        &mut self,
        file: FileId,
        callee: &'p Expression,
        whole: &'p Expression,
    ) -> Option<(EntryKind, Vec<Name>, Option<Place>, bool)> {
        let ExpressionKind::Attribute { value: owner, name, .. } = &callee.kind else {
            return None;
        };
        let owner = self.at_module_level(file, |this| this.evaluate_alone(owner));
        let (meaning, at, class) = match &owner.shape {
            Shape::ExternalInstance { class, at } => (self.models.method(class, name), Some(*at), class.clone()),
            Shape::External(path) => (self.models.meaning(&format!("{path}.{name}")), None, path.clone()),
            _ => (None, None, Name::default()),
        };
        if let Some(Meaning::Entry(model)) = meaning {
            let kind = match model.kind {
                EntryKindModel::Route => EntryKind::Route,
                EntryKindModel::Hook => EntryKind::Hook,
                EntryKindModel::TokenCallback => EntryKind::TokenCallback,
                EntryKindModel::Other => EntryKind::Other,
            };
            let is_application_wide = name == "before_app_request" || class == "flask.Flask";
            return Some((kind, model.methods.iter().map(Name::new).collect(), at, is_application_wide));
        }
        let (kind, methods) = registration_by_form(whole)?;
        Some((kind, methods, None, true))
    }

    /// `get`, `post`, … of a view class.
    fn entry_of_class_method(&mut self, site: Site<'p>) -> Option<Entry<'p>> {
        let class = site.class?;
        let name = site.function.name.as_str();
        if !matches!(name, "get" | "post" | "put" | "patch" | "delete" | "dispatch_request")
            || !self.is_view_class(class)
        {
            return None;
        }
        let methods = if name == "dispatch_request" { Vec::new() } else { vec![name.to_uppercase().into()] };
        let path = class.class.decorators.iter().find_map(|decorator| match &decorator.kind {
            ExpressionKind::Call { arguments, .. } => match &arguments.first()?.value.kind {
                ExpressionKind::String(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        });
        let name: Name = format!("{}.{name}", class.class.name).into();
        let info = EntryInfo { kind: EntryKind::Route, name, path, methods, place: site.place() };
        Some(Entry { site, info, owner: None, is_application_wide: false })
    }

    fn is_view_class(&mut self, class: ClassRef<'p>) -> bool {
        let mut pending = vec![class];
        for _ in 0..8 {
            let Some(current) = pending.pop() else { return false };
            for base in self.bases(current) {
                match base.shape {
                    Shape::Class(base) => pending.push(base),
                    Shape::External(path) => {
                        let last = path.rsplit('.').next().unwrap_or_default();
                        if matches!(
                            last,
                            "MethodView" | "View" | "Resource" | "MethodResource" | "APIView" | "HTTPEndpoint"
                        ) {
                            return true;
                        }
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// `app.before_request(check)`, `app.add_url_rule("/path", view_func=view)`.
    fn registered_by_call(
        &mut self,
        file: FileId,
        body: &'p [Statement],
        sites: &[Site<'p>],
        entries: &mut Vec<Entry<'p>>,
    ) {
        for statement in body {
            let StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, arguments }, .. }) =
                &statement.kind
            else {
                walk::bodies(statement)
                    .into_iter()
                    .for_each(|inner| self.registered_by_call(file, inner, sites, entries));
                continue;
            };
            let ExpressionKind::Attribute { value: owner, name, .. } = &callee.kind else { continue };
            let (kind, at) = match name.as_str() {
                "before_request" | "before_app_request" => (EntryKind::Hook, 0),
                "add_url_rule" => (EntryKind::Route, 2),
                _ => continue,
            };
            let by_name = arguments.iter().find(
                |argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "view_func" || name == "f"),
            );
            let Some(view) =
                by_name.or_else(|| arguments.get(at).filter(|argument| argument.kind == ArgumentKind::Positional))
            else {
                continue;
            };
            let owner = self.at_module_level(file, |this| this.evaluate_alone(owner));
            let owner_place = match &owner.shape {
                Shape::ExternalInstance { at, .. } => Some(*at),
                _ => None,
            };
            let path = match &arguments.first().map(|argument| &argument.value.kind) {
                Some(ExpressionKind::String(text)) => Some(text.clone()),
                _ => None,
            };
            let path = path.map(|path| self.prefixed(&path, owner_place));
            if let Some(class) = self.view_class(file, &view.value) {
                entries.extend(self.class_entries(class, path.as_ref(), owner_place));
                continue;
            }
            let value = self.at_module_level(file, |this| this.evaluate_alone(&view.value));
            let Some(target) = function_place(&value) else { continue };
            let site = sites.iter().copied().find(|site| site.place() == target).or_else(|| self.site_at(target));
            if let Some(site) = site {
                let info = EntryInfo {
                    kind,
                    name: site.function.name.clone(),
                    path,
                    methods: written_methods(arguments),
                    place: target,
                };
                entries.push(Entry { site, info, owner: owner_place, is_application_wide: kind == EntryKind::Hook });
            }
        }
    }

    /// The class of `Class.as_view("name")`.
    fn view_class(&mut self, file: FileId, view: &'p Expression) -> Option<ClassRef<'p>> {
        let ExpressionKind::Call { callee, .. } = &view.kind else { return None };
        let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return None };
        let class = self.at_module_level(file, |this| this.evaluate_alone(value));
        match class.shape {
            Shape::Class(class) if name == "as_view" => Some(class),
            _ => None,
        }
    }

    /// The methods of a view class, registered at a path on an application or blueprint.
    fn class_entries(&mut self, class: ClassRef<'p>, path: Option<&Name>, owner: Option<Place>) -> Vec<Entry<'p>> {
        let Some(module) = self.index.module(class.file) else { return Vec::new() };
        let sites = walk::functions(class.file, &module.body);
        let own = sites.into_iter().filter(|site| site.class.is_some_and(|known| known.place() == class.place()));
        let mut entries: Vec<Entry<'p>> = own.filter_map(|site| self.entry_of_class_method(site)).collect();
        for entry in &mut entries {
            entry.owner = owner;
            entry.info.path = path.cloned().or_else(|| entry.info.path.take());
        }
        entries
    }

    /// The function whose name stands at a place.
    fn site_at(&self, place: Place) -> Option<Site<'p>> {
        let module = self.index.module(place.file)?;
        walk::functions(place.file, &module.body).into_iter().find(|site| site.place() == place)
    }

    /// Runs an entry with what surrounds it and tells the observer how it ended.
    pub fn run_entry(&mut self, entry: &Entry<'p>, hooks: &[&Entry<'p>]) -> Vec<Outcome> {
        self.begin_entry();
        self.reach = if entry.info.kind == EntryKind::Function { REACH_OF_FUNCTIONS } else { REACH_OF_ROUTES };
        self.frames.push(Frame::new(entry.site.file, None));
        let mut outcomes = Vec::new();
        let mut states = vec![State::default()];
        for hook in hooks {
            states = self.run_hook(states, hook, &mut outcomes);
        }
        for state in states {
            self.run_handler(state, entry, &mut outcomes);
        }
        self.frames.clear();
        let facts = std::mem::take(&mut self.facts);
        self.emit(&Event::EntryEnd { entry: &entry.info, outcomes: &outcomes, facts: &facts });
        self.facts = facts;
        outcomes
    }

    fn run_hook(&mut self, states: Vec<State<'p>>, hook: &Entry<'p>, outcomes: &mut Vec<Outcome>) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for state in states {
            let callee = self.entry_function(&state, hook);
            let branches = self.call(state, &callee, Arguments::default(), hook.info.place);
            for (state, value) in branches {
                if value.is_none() || matches!(value.shape, Shape::Unknown) {
                    next.push(state);
                } else {
                    let (ending, status) = outcome::of_return(&value);
                    outcomes.push(Outcome { ending, status, evidence: state.evidence, place: hook.info.place });
                }
            }
            self.take_raised(outcomes);
        }
        super::state::merge(next, hook.info.place).0
    }

    fn run_handler(&mut self, state: State<'p>, entry: &Entry<'p>, outcomes: &mut Vec<Outcome>) {
        let callee = self.entry_function(&state, entry);
        let arguments = self.entry_arguments(&state, entry);
        let branches = self.call(state, &callee, arguments, entry.info.place);
        for (state, value) in branches {
            let (ending, status) = match entry.info.kind {
                EntryKind::TokenCallback => (outcome::of_callback(&value), None),
                EntryKind::Hook if value.is_none() => (Ending::Success, None),
                EntryKind::Function if !value.nullness.may_be(Nullness::FULL) => (Ending::Refusal, None),
                EntryKind::Function => (Ending::Success, None),
                _ => outcome::of_return(&value),
            };
            if entry.info.kind == EntryKind::Function {
                self.claims_escape(&value.deep_origins(), entry.info.place, "is returned");
            }
            if entry.info.kind == EntryKind::Route && ending == Ending::Success {
                let unverified = super::statement::unverified(&value.deep_origins());
                self.claims_escape(&unverified, entry.info.place, "is answered as if it were true");
            }
            outcomes.push(Outcome { ending, status, evidence: state.evidence, place: entry.info.place });
        }
        self.take_raised(outcomes);
    }

    /// Exceptions that reach the framework turn the caller away.
    fn take_raised(&mut self, outcomes: &mut Vec<Outcome>) {
        for Raised { state, class, place, .. } in std::mem::take(&mut self.frame().raised) {
            let status = match class {
                RaisedClass::Http(status) => status,
                _ => None,
            };
            let ending = if status.is_some_and(|status| status < 400) { Ending::Success } else { Ending::Refusal };
            outcomes.push(Outcome { ending, status, evidence: state.evidence, place });
        }
    }

    /// The function of an entry with its decorators, and what it captured.
    fn entry_function(&mut self, state: &State<'p>, entry: &Entry<'p>) -> Value<'p> {
        let site = entry.site;
        let plain = match site.outer {
            Some(outer) => self.nested_function(site, outer),
            None => Self::plain_function(site.file, site.function, site.class),
        };
        let is_alone = entry.info.kind == EntryKind::Function;
        if site.function.decorators.is_empty() || is_alone {
            return self.class_decorated(state, plain, entry);
        }
        self.frames.push(Frame::new(site.file, None));
        let decorated = self.decorate(state.clone(), plain, site.function);
        self.frames.pop();
        let value = decorated.into_iter().map(|(_, value)| value).next().unwrap_or_else(Value::unknown);
        self.class_decorated(state, value, entry)
    }

    /// `decorators = [...]` and `method_decorators = [...]` of a view class.
    fn class_decorated(&mut self, state: &State<'p>, inner: Value<'p>, entry: &Entry<'p>) -> Value<'p> {
        let Some(class) = entry.site.class.filter(|_| entry.info.kind == EntryKind::Route) else { return inner };
        let mut value = inner;
        for list in ["decorators", "method_decorators"] {
            let Some(decorators) = self.class_attribute(class, &Name::new(list), 8) else { continue };
            let all: Vec<Value<'p>> = match &decorators.shape {
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

    fn entry_arguments(&mut self, state: &State<'p>, entry: &Entry<'p>) -> Arguments<'p> {
        let site = entry.site;
        let mut arguments = Arguments::default();
        let mut parameters = site.function.parameters.as_slice();
        let is_static = super::objects::has_decorator(site.function, "staticmethod");
        if let (Some(class), false) = (site.class, is_static) {
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
            EntryKind::Route => {
                for name in path_variables(entry.info.path.as_deref().unwrap_or_default()) {
                    let key = Value::text(name.clone(), entry.info.place, false);
                    let map = Value::of(Shape::Request(RequestMap::Path));
                    let value = self.item(state, &map, &key, None, entry.info.place, Nullness::PRESENT);
                    arguments.keywords.push((name, value));
                }
                // Where the path cannot be read, a parameter called like a credential comes from it.
                let is_readable = entry.info.path.is_some();
                for parameter in parameters.iter().filter(|parameter| !is_readable && parameter.default.is_none()) {
                    let key = Value::text(parameter.name.clone(), entry.info.place, false);
                    let map = Value::of(Shape::Request(RequestMap::Path));
                    let place = Place { file: site.file, span: parameter.span };
                    let value = self.item(state, &map, &key, None, place, Nullness::PRESENT);
                    if value.origins.credential().is_some() {
                        arguments.keywords.push((parameter.name.clone(), value));
                    }
                }
                arguments.rest = Some(Value::unknown());
            }
            EntryKind::TokenCallback => {
                let given: Vec<Value<'p>> =
                    parameters.iter().map(|parameter| callback_argument(parameter, site.file)).collect();
                self.facts.presented.extend(
                    given.iter().filter_map(|value| value.origins.credential()).map(|(origin, _)| origin.clone()),
                );
                arguments.positional.extend(given);
            }
            EntryKind::Function => {
                for parameter in parameters {
                    if let Some(value) = self.labelled(parameter, site.file) {
                        arguments.keywords.push((parameter.name.clone(), value));
                    }
                }
                arguments.rest = None;
                let unlabelled = parameters.iter().filter(|parameter| {
                    parameter.default.is_none()
                        && matches!(
                            parameter.kind,
                            ParameterKind::Normal | ParameterKind::PositionalOnly | ParameterKind::KeywordOnly
                        )
                });
                for parameter in unlabelled {
                    if arguments.keyword(&parameter.name).is_none() {
                        arguments.keywords.push((parameter.name.clone(), Value::unknown()));
                    }
                }
            }
            _ => arguments.rest = Some(Value::unknown()),
        }
        arguments
    }

    /// What a parameter of a function judged alone holds, by its annotation or name.
    fn labelled(&mut self, parameter: &'p Parameter, file: FileId) -> Option<Value<'p>> {
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
        match parameter.name.as_str() {
            "request" | "req" | "http_request" => {
                let origins = by_name(
                    OriginKind::RequestData,
                    format!("`{}` is taken for a request by its name", parameter.name),
                );
                Some(
                    Value::of(Shape::ExternalInstance { class: "flask.Request".into(), at: place })
                        .with_origins(origins),
                )
            }
            name => {
                let kind = vocabulary::credential_kind(name)?;
                let is_whole = kind == CredentialKind::Bearer && name.contains("authorization");
                let part = if is_whole { Part::Whole } else { Part::Token };
                let credential = Credential { channel: Channel::Parameter, kind, name: parameter.name.clone(), part };
                let origins = by_name(
                    OriginKind::Credential(credential),
                    format!("`{name}` is taken for a credential by its name"),
                );
                let nullness = parameter.default.as_ref().map_or(Nullness::PRESENT, |_| Nullness::ANY);
                Some(Value::from_origins(origins, nullness))
            }
        }
    }

    /// Runs the statements at the top level of a module as an entry of their own.
    pub fn run_module(&mut self, file: FileId) {
        let Some(module) = self.index.module(file) else { return };
        self.begin_entry();
        self.reach = REACH_OF_MODULES;
        self.frames.push(Frame::new(file, None));
        self.block(vec![State::default()], &module.body);
        self.settings_of_module(file);
        self.frames.clear();
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
        Entry { site, info, owner: None, is_application_wide: false }
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
    let credential = Credential { channel: Channel::Header, kind, name: parameter.name.clone(), part };
    let words = format!("`{}` is what the caller presents", parameter.name);
    Value::from_origins(
        Origins::one(OriginKind::Credential(credential), Confidence::High, place, words),
        Nullness::PRESENT,
    )
}

/// `methods=["POST"]`.
fn written_methods(arguments: &[Argument]) -> Vec<Name> {
    let list =
        arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "methods"));
    let elements = match list.map(|list| &list.value.kind) {
        Some(ExpressionKind::List(elements) | ExpressionKind::Tuple(elements) | ExpressionKind::Set(elements)) => {
            elements
        }
        _ => return Vec::new(),
    };
    let texts = elements.iter().filter_map(|element| match &element.kind {
        ExpressionKind::String(text) => Some(Name::from(text.to_uppercase())),
        _ => None,
    });
    texts.collect()
}

/// The names in `/users/<int:user_id>/<token>`.
fn path_variables(path: &str) -> Vec<Name> {
    path.split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .map(|inner| Name::new(inner.rsplit(':').next().unwrap_or_default()))
        .collect()
}

fn function_place(value: &Value<'_>) -> Option<Place> {
    match &value.shape {
        Shape::Function(closure) => Some(closure.code.place(closure.file)),
        Shape::Wrapped(pair) => function_place(&pair.0),
        Shape::Guarded(pair) => function_place(&pair.0),
        Shape::Partial(pair) => function_place(&pair.0),
        _ => None,
    }
}

/// Evidence that stands for anything: the entry was not understood.
pub fn is_opaque(outcome: &Outcome) -> bool {
    outcome.evidence.has(CheckKind::Opaque)
}
