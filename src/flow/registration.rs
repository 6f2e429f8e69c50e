//! What frameworks call: routes, hooks and callbacks, found by the decorators and calls that register them.

use super::entry::{Entry, FileEntries};
use super::event::{EntryInfo, EntryKind};
use super::interpreter::Interpreter;
use super::value::{Shape, Value};
use super::walk;
use super::walk::Site;
use crate::models::Meaning;
use crate::models::schema::{EntryKindModel, EntryModel, HandlerModel, ViewClassModel};
use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Name, Statement, StatementKind};
use std::sync::Arc;

/// What a decorator makes of the function below it.
struct Registration {
    kind: EntryKind,
    methods: Vec<Name>,
    owner: Option<Place>,
    is_application_wide: bool,
    handler: HandlerModel,
}

impl Registration {
    fn by_model(model: &EntryModel, owner: Option<Place>, is_application_wide: bool) -> Self {
        Self {
            kind: entry_kind(model.kind),
            methods: model.methods.iter().map(Name::new).collect(),
            owner,
            is_application_wide,
            handler: model.handler.clone(),
        }
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
        self.tabled(file, &module.body, &mut entries);
        self.signed(&module.body, &sites, &mut entries);
        FileEntries { entries, sites }
    }

    fn entry_of_decorator(&mut self, site: Site<'p>, decorator: &'p Expression) -> Option<Entry<'p>> {
        let (callee, arguments): (&'p Expression, &'p [Argument]) = match &decorator.kind {
            ExpressionKind::Call { callee, arguments } => (callee, arguments),
            _ => (decorator, &[]),
        };
        let Registration { kind, methods, owner, is_application_wide, handler } =
            self.registration(site.file, callee, decorator)?;
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
        Some(Entry { site, info, owner, is_application_wide, handler, around: Vec::new() })
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
    fn registration(&mut self, file: FileId, callee: &'p Expression, whole: &'p Expression) -> Option<Registration> {
        let ExpressionKind::Attribute { value: owner, name, .. } = &callee.kind else {
            return self.registration_by_import(file, callee);
        };
        let owner = self.at_module_level(file, |this| this.evaluate_alone(owner));
        let (meaning, at, class) = match &owner.shape {
            Shape::ExternalInstance { class, at } => (self.models.method(class, name), Some(*at), class.clone()),
            Shape::External(path) => (self.models.meaning(&format!("{path}.{name}")), None, path.clone()),
            _ => (None, None, Name::default()),
        };
        if let Some(Meaning::Entry(model)) = meaning {
            let is_application_wide = model.application_wide || class == "flask.Flask";
            return Some(Registration::by_model(model, at, is_application_wide));
        }
        let (kind, methods) = registration_by_form(whole)?;
        Some(Registration { kind, methods, owner: None, is_application_wide: true, handler: HandlerModel::default() })
    }

    /// A registering decorator that is imported by its own name: `@expose("/users")`.
    fn registration_by_import(&mut self, file: FileId, callee: &'p Expression) -> Option<Registration> {
        let ExpressionKind::Name(_) = &callee.kind else { return None };
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let Shape::External(path) = &value.shape else { return None };
        let Some(Meaning::Entry(model)) = self.models.meaning(path) else { return None };
        Some(Registration::by_model(model, None, false))
    }

    /// `get`, `post`, … of a view class.
    fn entry_of_class_method(&mut self, site: Site<'p>) -> Option<Entry<'p>> {
        let class = site.class?;
        let name = site.function.name.as_str();
        let model = self.view_class_model(class)?;
        let answers_one = model.methods.iter().any(|known| known == name);
        if !answers_one && !model.dispatch.iter().any(|known| known == name) {
            return None;
        }
        let methods = if answers_one { vec![name.to_uppercase().into()] } else { Vec::new() };
        let path = class.class.decorators.iter().find_map(|decorator| match &decorator.kind {
            ExpressionKind::Call { arguments, .. } => match &arguments.first()?.value.kind {
                ExpressionKind::String(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        });
        let name: Name = format!("{}.{name}", class.class.name).into();
        let info = EntryInfo { kind: EntryKind::Route, name, path, methods, place: site.place() };
        Some(Entry {
            site,
            info,
            owner: None,
            is_application_wide: false,
            handler: model.handler.clone(),
            around: Vec::new(),
        })
    }

    /// What the base classes of a class make of its methods, where one of them answers requests.
    pub(super) fn view_class_model(&mut self, class: ClassRef<'p>) -> Option<Arc<ViewClassModel>> {
        let mut pending = vec![class];
        for _ in 0..8 {
            for base in self.bases(pending.pop()?) {
                match base.shape {
                    Shape::Class(base) => pending.push(base),
                    Shape::External(path) => {
                        if let Some(model) = self.models.view_class(&path) {
                            return Some(Arc::clone(model));
                        }
                    }
                    _ => {}
                }
            }
        }
        None
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
                entries.push(Entry {
                    site,
                    info,
                    owner: owner_place,
                    is_application_wide: kind == EntryKind::Hook,
                    handler: HandlerModel::default(),
                    around: Vec::new(),
                });
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
    pub(super) fn class_entries(
        &mut self,
        class: ClassRef<'p>,
        path: Option<&Name>,
        owner: Option<Place>,
    ) -> Vec<Entry<'p>> {
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
    pub(super) fn site_at(&self, place: Place) -> Option<Site<'p>> {
        let module = self.index.module(place.file)?;
        walk::functions(place.file, &module.body).into_iter().find(|site| site.place() == place)
    }
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

pub(super) fn entry_kind(model: EntryKindModel) -> EntryKind {
    match model {
        EntryKindModel::Route => EntryKind::Route,
        EntryKindModel::Hook => EntryKind::Hook,
        EntryKindModel::TokenCallback => EntryKind::TokenCallback,
        EntryKindModel::Other | EntryKindModel::ErrorHandler => EntryKind::Other,
    }
}

/// `methods=["POST"]`.
fn written_methods(arguments: &[Argument]) -> Vec<Name> {
    let list =
        arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "methods"));
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

pub(super) fn function_place(value: &Value<'_>) -> Option<Place> {
    match &value.shape {
        Shape::Function(closure) => Some(closure.code.place(closure.file)),
        Shape::Wrapped(pair) => function_place(&pair.0),
        Shape::Guarded(pair) => function_place(&pair.0),
        Shape::Partial(pair) => function_place(&pair.0),
        _ => None,
    }
}
