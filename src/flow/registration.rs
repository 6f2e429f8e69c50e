//! What frameworks call: routes, hooks and callbacks, found by the decorators and calls that register them.

use super::entry::{Entry, FileEntries};
use super::event::{EntryInfo, EntryKind};
use super::interpreter::Interpreter;
use super::routing::joined;
use super::startup::{Record, Registered, Target};
use super::url_table::Table;
use super::value::{Closure, Shape, Value};
use super::walk;
use super::walk::Site;
use crate::models::Meaning;
use crate::models::schema::{EntryKindModel, EntryModel, HandlerModel, ViewClassModel};
use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{
    Argument, ArgumentKind, Expression, ExpressionKind, Function, Name, Statement, StatementKind,
};
use std::sync::Arc;

/// What a decorator makes of the function below it.
struct Registration {
    kind: EntryKind,
    methods: Vec<Name>,
    is_application_wide: bool,
    handler: HandlerModel,
    /// The model that knows it; none where its form alone says what it is.
    model: Option<Arc<EntryModel>>,
}

impl Registration {
    fn by_model(model: &Arc<EntryModel>, is_application_wide: bool) -> Self {
        Self {
            kind: entry_kind(model.kind),
            methods: model.methods.iter().map(Name::new).collect(),
            is_application_wide: is_application_wide || model.application_wide,
            handler: model.handler.clone(),
            model: Some(Arc::clone(model)),
        }
    }
}

impl<'p> Interpreter<'p, '_> {
    /// What of a file frameworks call.
    pub fn entries(&mut self, file: FileId) -> FileEntries<'p> {
        let Some(module) = self.index.module(file) else { return FileEntries::default() };
        let sites = walk::functions(file, &module.body);
        let Record { made, mounts, registered, unseen } = self.start_up(file, &sites);
        let mut entries = Vec::new();
        for one in &registered {
            self.entries_of(one, &mut entries);
        }
        for site in &sites {
            for decorator in &site.function.decorators {
                entries.extend(self.entry_of_decorator(*site, decorator));
            }
            entries.extend(self.entry_of_class_method(*site));
        }
        for class in walk::classes(file, &module.body) {
            entries.extend(self.inherited_entries(class));
        }
        self.registered_by_call(file, &module.body, &mut entries);
        let mut table = Table::default();
        self.tabled(file, &module.body, &mut table);
        entries.append(&mut table.entries);
        let (mut mounts, mut unseen) = (mounts, unseen);
        mounts.append(&mut table.mounts);
        self.installed(file, &module.body, &mut entries, &mut unseen);
        self.signed(&module.body, &sites, &mut entries);
        FileEntries { entries, sites, made, mounts, unseen }
    }

    /// The entries that something registered at start-up makes: one a path.
    fn entries_of(&mut self, one: &Registered<'p>, entries: &mut Vec<Entry<'p>>) {
        let paths: Vec<Option<&Name>> =
            if one.paths.is_empty() { vec![None] } else { one.paths.iter().map(Some).collect() };
        for path in paths {
            let mut found = match one.target {
                Target::Class(class) => self.class_entries(class),
                Target::Function(place) => {
                    let Some(site) = self.site_at(place) else { continue };
                    let name = site.function.name.clone();
                    let kind = if one.is_other { EntryKind::Other } else { entry_kind(one.model.kind) };
                    let info = EntryInfo { kind, name, path: None, methods: one.methods.clone(), place };
                    vec![Entry { handler: one.model.handler.clone(), ..Entry::new(site, info) }]
                }
            };
            for entry in &mut found {
                entry.at = Some(one.at);
                entry.owner = one.owner;
                entry.is_wrapped = one.is_wrapped;
                entry.error.clone_from(&one.error);
                entry.model = Some(Arc::clone(&one.model));
                entry.is_application_wide |= one.model.application_wide;
                if entry.info.methods.is_empty() {
                    entry.info.methods.clone_from(&one.methods);
                }
                let below = &entry.below;
                let whole = path.map(|path| Name::from(format!("{path}{below}")));
                entry.info.path = whole.or_else(|| entry.info.path.take());
            }
            entries.extend(found);
        }
    }

    pub(super) fn entry_of_decorator(&mut self, site: Site<'p>, decorator: &'p Expression) -> Option<Entry<'p>> {
        let (callee, arguments): (&'p Expression, &'p [Argument]) = match &decorator.kind {
            ExpressionKind::Call { callee, arguments } => (callee, arguments),
            _ => (decorator, &[]),
        };
        let Registration { kind, methods, is_application_wide, handler, model } =
            self.registration(site.file, callee, decorator)?;
        let path = arguments.first().and_then(|argument| match &argument.value.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        });
        let prefix = site.class.and_then(|class| self.prefix_of_class(class));
        let path = match (path, prefix) {
            (Some(path), Some(prefix)) => Some(joined(&prefix, &path).into()),
            (path, _) => path,
        };
        let is_list = |known: &String| known.split('=').next() == Some("methods");
        let methods_at = model.as_ref().and_then(|model| model.parameters.iter().position(is_list));
        let info = EntryInfo {
            kind,
            name: site.function.name.clone(),
            path,
            methods: Some(written_methods(arguments, methods_at))
                .filter(|written| !written.is_empty())
                .unwrap_or(methods),
            place: site.place(),
        };
        let at = Some(Place { file: site.file, span: decorator.span });
        Some(Entry { at, is_application_wide, handler, model, ..Entry::new(site, info) })
    }

    /// The outermost decorator that registers a route's function as it is then: what stands above it comes too late.
    /// Methods are registered later, with all their decorators.
    pub(super) fn registering_decorator(&mut self, entry: &Entry<'p>) -> Option<usize> {
        if entry.info.kind != EntryKind::Route || entry.site.class.is_some() {
            return None;
        }
        let file = entry.site.file;
        entry.site.function.decorators.iter().position(|decorator| {
            let callee = match &decorator.kind {
                ExpressionKind::Call { callee, .. } => callee,
                _ => decorator,
            };
            let ExpressionKind::Attribute { value: owner, .. } = &callee.kind else { return false };
            let found = self.registration(file, callee, decorator);
            found.is_some_and(|found| {
                found.kind == EntryKind::Route
                    && (found.model.is_some() || is_application_name(self.index.text(Place { file, span: owner.span })))
            })
        })
    }

    /// What registering with this callee means. What it is registered on is known from start-up, where it can be known.
    fn registration(&mut self, file: FileId, callee: &'p Expression, whole: &'p Expression) -> Option<Registration> {
        let ExpressionKind::Attribute { value: owner, name, .. } = &callee.kind else {
            return self.registration_by_import(file, callee);
        };
        let owner = self.at_module_level(file, |this| this.evaluate_alone(owner));
        let (meaning, class) = match &owner.shape {
            Shape::ExternalInstance { class, .. } => (self.models.method(class, name), Some(class.clone())),
            Shape::External(path) => (self.models.meaning(&format!("{path}.{name}")), None),
            _ => (None, None),
        };
        if let Some(Meaning::Entry(model)) = meaning {
            let is_application = class.is_some_and(|class| self.makes_application(&class));
            let mut registration = Registration::by_model(model, is_application);
            let is_other = |argument: &Argument| matches!(&argument.value.kind, ExpressionKind::String(text) if model.other_when.iter().any(|when| when == text));
            if matches!(&whole.kind, ExpressionKind::Call { arguments, .. } if arguments.iter().any(is_other)) {
                registration.kind = EntryKind::Other;
            }
            return Some(registration);
        }
        let (kind, methods) = registration_by_form(whole)?;
        Some(Registration { kind, methods, is_application_wide: true, handler: HandlerModel::default(), model: None })
    }

    /// Whether objects of a library's class are whole applications.
    pub(super) fn makes_application(&self, class: &str) -> bool {
        matches!(self.models.meaning(class), Some(Meaning::Instance(model)) if model.application)
    }

    /// A registering decorator that is imported by its own name: `@expose("/users")`.
    fn registration_by_import(&mut self, file: FileId, callee: &'p Expression) -> Option<Registration> {
        let ExpressionKind::Name(_) = &callee.kind else { return None };
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let Shape::External(path) = &value.shape else { return None };
        let Some(Meaning::Entry(model)) = self.models.meaning(path) else { return None };
        Some(Registration::by_model(model, false))
    }

    /// `get`, `post`, … of a view class.
    fn entry_of_class_method(&mut self, site: Site<'p>) -> Option<Entry<'p>> {
        let class = site.class?;
        let name = site.function.name.as_str();
        let model = self.view_class_model(class)?;
        let answers_one = model.methods.iter().any(|known| known == name);
        let is_callback = model.callbacks.iter().any(|known| known == name);
        if !answers_one && !is_callback && !model.dispatch.iter().any(|known| known == name) {
            return None;
        }
        let methods = match &model.methods_attribute {
            _ if answers_one => vec![http_method(&model, name)],
            Some(attribute) => self.listed_attribute(class, attribute),
            None => Vec::new(),
        };
        let below = below(&model, name);
        let path = class.class.decorators.iter().find_map(|decorator| match &decorator.kind {
            ExpressionKind::Call { arguments, .. } => match &arguments.first()?.value.kind {
                ExpressionKind::String(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        });
        let name: Name = format!("{}.{name}", class.class.name).into();
        let kind = if is_callback { EntryKind::TokenCallback } else { entry_kind(model.kind) };
        let info = EntryInfo { kind, name, path, methods, place: site.place() };
        let is_application_wide = kind == EntryKind::Hook;
        Some(Entry { is_application_wide, below, handler: model.handler.clone(), ..Entry::new(site, info) })
    }

    /// What the base classes of a class make of its methods, where one of them answers requests.
    pub(super) fn view_class_model(&mut self, class: ClassRef<'p>) -> Option<Arc<ViewClassModel>> {
        let outside = self.outside_bases(class);
        let by_base = outside.iter().find_map(|base| self.models.view_class(base)).map(Arc::clone);
        by_base.or_else(|| self.is_known_by_methods(class).cloned())
    }

    /// `app.before_request(check)`, `app.add_url_rule("/path", view_func=view)` on something that nobody can tell what it is.
    fn registered_by_call(&mut self, file: FileId, body: &'p [Statement], entries: &mut Vec<Entry<'p>>) {
        for statement in body {
            let StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, arguments }, span }) =
                &statement.kind
            else {
                walk::bodies(statement).into_iter().for_each(|inner| self.registered_by_call(file, inner, entries));
                continue;
            };
            let ExpressionKind::Attribute { name, .. } = &callee.kind else { continue };
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
            let path = match &arguments.first().map(|argument| &argument.value.kind) {
                Some(ExpressionKind::String(text)) => Some(text.clone()),
                _ => None,
            };
            let value = self.at_module_level(file, |this| this.evaluate_alone(&view.value));
            let mut found = match self.innermost(&value) {
                Some(Target::Class(class)) => self.class_entries(class),
                Some(Target::Function(target)) => {
                    let Some(site) = self.site_at(target) else { continue };
                    let name = site.function.name.clone();
                    let methods = written_methods(arguments, None);
                    vec![Entry::new(site, EntryInfo { kind, name, path: None, methods, place: target })]
                }
                None => continue,
            };
            for entry in &mut found {
                entry.at = Some(Place { file, span: *span });
                entry.is_application_wide = kind == EntryKind::Hook;
                entry.info.path = path.clone().or_else(|| entry.info.path.take());
            }
            entries.extend(found);
        }
    }

    /// The methods of a view class that answer, those of its bases included.
    pub(super) fn class_entries(&mut self, class: ClassRef<'p>) -> Vec<Entry<'p>> {
        let mut entries: Vec<Entry<'p>> = Vec::new();
        for owner in self.resolution_order(class).iter() {
            let Some(module) = self.index.module(owner.file) else { continue };
            let sites = walk::functions(owner.file, &module.body);
            for site in sites.into_iter().filter(|site| site.class.is_some_and(|known| known.place() == owner.place()))
            {
                let known = |entry: &Entry<'p>| entry.site.function.name == site.function.name;
                if entries.iter().any(known) {
                    continue;
                }
                let Some(mut entry) = self.entry_of_class_method(site).or_else(|| self.entry_of_method_decorator(site))
                else {
                    continue;
                };
                if owner.place() != class.place() {
                    entry.view = Some(class);
                    entry.info.name = format!("{}.{}", class.class.name, site.function.name).into();
                }
                entries.push(entry);
            }
        }
        entries.extend(self.inherited_entries(class));
        entries
    }

    /// A method of a view that a decorator makes one that answers.
    fn entry_of_method_decorator(&mut self, site: Site<'p>) -> Option<Entry<'p>> {
        let decorators = site.function.decorators.iter();
        let mut entries = decorators.filter_map(|decorator| self.entry_of_decorator(site, decorator));
        let is_one =
            |entry: &Entry<'p>| entry.info.kind == EntryKind::Route && entry.handler.request_attribute.is_some();
        entries.find(is_one).map(|entry| Entry { below: below_by_decorator(site), ..entry })
    }

    /// Handlers that the bases of a view class from outside bring along and the program does not replace.
    fn inherited_entries(&mut self, class: ClassRef<'p>) -> Vec<Entry<'p>> {
        let bases = self.outside_bases(class);
        let all: Vec<String> = bases.iter().flat_map(|base| self.models.inherited(base)).cloned().collect();
        if all.is_empty() {
            return Vec::new();
        }
        let Some(model) = self.view_class_model(class) else { return Vec::new() };
        let mut entries = Vec::new();
        for name in all {
            if self.find_method(class, &name).is_some() || !model.methods.contains(&name) {
                continue;
            }
            let site =
                Site { file: class.file, function: no_function(), class: Some(class), outer: None, outer_class: None };
            let info = EntryInfo {
                kind: EntryKind::Route,
                name: format!("{}.{name}", class.class.name).into(),
                path: None,
                methods: vec![http_method(&model, &name)],
                place: class.place(),
            };
            let (handler, below) = (model.handler.clone(), below(&model, &name));
            entries.push(Entry { handler, below, is_inherited: true, ..Entry::new(site, info) });
        }
        entries
    }

    /// The function or class that a callable comes down to: what decorators wrapped, what arguments were given to.
    pub(super) fn innermost(&self, value: &Value<'p>) -> Option<Target<'p>> {
        match &value.shape {
            Shape::Function(closure) => {
                let itself = || Target::Function(closure.code.place(closure.file));
                Some(self.decorated_by(closure).unwrap_or_else(itself))
            }
            Shape::Class(class) | Shape::Instance { class, .. } => Some(Target::Class(*class)),
            Shape::Wrapped(pair) => self.innermost(&pair.0),
            Shape::Guarded(pair) => self.innermost(&pair.0),
            Shape::Partial(pair) => self.innermost(&pair.0),
            _ => None,
        }
    }

    /// The function that a decorator was given, where a function is the one that the decorator put in its place: the only
    /// callable among the parameters of the function around it.
    fn decorated_by(&self, closure: &Closure<'p>) -> Option<Target<'p>> {
        let locals = &closure.scope.as_ref()?.locals;
        let own = closure.code.place(closure.file);
        let module = self.index.module(closure.file)?;
        let around = walk::functions(closure.file, &module.body)
            .into_iter()
            .filter(|site| site.place() != own && site.function.span.contains(own.span))
            .min_by_key(|site| site.function.span.end - site.function.span.start)?;
        let given = around.function.parameters.iter().filter_map(|parameter| locals.get(&parameter.name));
        let mut targets = given.filter_map(|value| self.innermost(value));
        let only = targets.next()?;
        targets.next().is_none().then_some(only)
    }

    /// The function whose name stands at a place.
    pub(super) fn site_at(&self, place: Place) -> Option<Site<'p>> {
        let module = self.index.module(place.file)?;
        walk::functions(place.file, &module.body).into_iter().find(|site| site.place() == place)
    }
}

/// The HTTP method that a method of a view answers.
fn http_method(model: &ViewClassModel, name: &str) -> Name {
    let bare = name.strip_prefix(model.method_prefix.as_str()).unwrap_or(name);
    model.http_methods.get(name).map_or_else(|| bare.to_uppercase().into(), Name::new)
}

/// What stands in the path behind the one that a view is registered under.
fn below(model: &ViewClassModel, name: &str) -> Name {
    if model.keyed.iter().any(|known| known == name) { Name::new_static("/<pk>") } else { Name::default() }
}

/// The same for a method that a decorator makes one that answers: `@action(detail=True, url_path="pay")`.
fn below_by_decorator(site: Site<'_>) -> Name {
    let arguments = site.function.decorators.iter().filter_map(|decorator| match &decorator.kind {
        ExpressionKind::Call { arguments, .. } => Some(arguments),
        _ => None,
    });
    let (mut key, mut last) = ("", site.function.name.clone());
    for argument in arguments.flatten() {
        match (&argument.kind, &argument.value.kind) {
            (ArgumentKind::Keyword(name), ExpressionKind::Boolean(true)) if name == "detail" => key = "/<pk>",
            (ArgumentKind::Keyword(name), ExpressionKind::String(text)) if name == "url_path" => last = text.clone(),
            _ => {}
        }
    }
    format!("{key}/{last}").into()
}

/// A function that stands nowhere, for what a base class from outside answers.
pub(super) fn no_function() -> &'static Function {
    static NONE: std::sync::OnceLock<Function> = std::sync::OnceLock::new();
    NONE.get_or_init(Function::default)
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

/// Whether something is called like an application, blueprint or router that stands in another file.
fn is_application_name(written: &str) -> bool {
    let last = written.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let mut words = last.split('_');
    words
        .any(|word| matches!(word, "app" | "application" | "bp" | "blueprint" | "router" | "api" | "routes" | "server"))
}

pub(super) fn entry_kind(model: EntryKindModel) -> EntryKind {
    match model {
        EntryKindModel::Route => EntryKind::Route,
        EntryKindModel::Hook => EntryKind::Hook,
        EntryKindModel::TokenCallback => EntryKind::TokenCallback,
        EntryKindModel::ErrorHandler => EntryKind::ErrorHandler,
        EntryKindModel::Other => EntryKind::Other,
    }
}

/// `methods=["POST"]`, or the argument that takes them.
pub(super) fn written_methods(arguments: &[Argument], at: Option<usize>) -> Vec<Name> {
    let by_name =
        arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "methods"));
    let list = by_name.or_else(|| arguments.get(at?).filter(|argument| argument.kind == ArgumentKind::Positional));
    let kind = list.map(|list| &list.value.kind);
    let Some(ExpressionKind::List(elements) | ExpressionKind::Tuple(elements) | ExpressionKind::Set(elements)) = kind
    else {
        return Vec::new();
    };
    let texts = elements.iter().filter_map(|element| match &element.kind {
        ExpressionKind::String(text) => Some(Name::from(text.to_uppercase())),
        _ => None,
    });
    texts.collect()
}
