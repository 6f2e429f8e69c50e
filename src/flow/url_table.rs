//! Routes in tables: `urlpatterns = [path("orders/", views.orders), …]`, lists of calls that each name a path and its
//! handler. Which calls do is said by models; where the table is put under a prefix is not asked here.

use super::entry::Entry;
use super::event::{EntryInfo, EntryKind};
use super::interpreter::Interpreter;
use super::registration::written_methods;
use super::routing::joined;
use super::startup::{Mount, Prefix, Target, owner};
use super::value::{Constant, Shape};
use crate::models::Meaning;
use crate::models::schema::{EntryKindModel, EntryModel, HandlerModel};
use crate::program::{Binding, ClassRef};
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Name, Statement, StatementKind};
use std::sync::Arc;

/// Imports followed from the table to the view.
pub(super) const MAX_IMPORTS: u32 = 12;

/// What tables of a file say.
#[derive(Debug, Default)]
pub(super) struct Table<'p> {
    /// The routes.
    pub(super) entries: Vec<Entry<'p>>,
    /// Tables put under others; a file's own stands for the file.
    pub(super) mounts: Vec<Mount>,
    /// The path before what is being read.
    prefix: String,
}

impl Table<'_> {
    /// A path as it stands here, in a list inside a call that gives a prefix.
    fn below_prefix(&self, path: Option<Name>) -> Option<Name> {
        path.map(|path| if self.prefix.is_empty() { path } else { joined(&self.prefix, &path).into() })
    }
}

/// What stands for the tables of a file among the objects that hold routes.
fn table_of(file: FileId) -> Place {
    Place { file, span: Span::default() }
}

impl<'p> Interpreter<'p, '_> {
    /// The routes that tables at the top level of a module register.
    pub(super) fn tabled(&mut self, file: FileId, body: &'p [Statement], found: &mut Table<'p>) {
        for statement in body {
            match &statement.kind {
                StatementKind::Assign { value, .. }
                | StatementKind::AugmentedAssign { value, .. }
                | StatementKind::AnnotatedAssign { value: Some(value), .. } => self.table(file, value, found),
                StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, arguments }, .. })
                    if is_growth(callee) =>
                {
                    arguments.iter().for_each(|argument| self.table(file, &argument.value, found));
                }
                StatementKind::If { .. } | StatementKind::Try { .. } => {
                    super::walk::bodies(statement).into_iter().for_each(|inner| self.tabled(file, inner, found));
                }
                _ => {}
            }
        }
    }

    /// The elements of a table, however it is put together.
    fn table(&mut self, file: FileId, written: &'p Expression, found: &mut Table<'p>) {
        match &written.kind {
            ExpressionKind::List(elements) | ExpressionKind::Tuple(elements) => {
                elements.iter().for_each(|element| self.table(file, element, found));
            }
            ExpressionKind::Starred(inner) => self.table(file, inner, found),
            ExpressionKind::Binary { left, right, .. } => {
                self.table(file, left, found);
                self.table(file, right, found);
            }
            ExpressionKind::Call { callee, arguments } => {
                if let Some(model) = self.tabling(file, callee) {
                    return self.tabled_call(file, &model, arguments, found);
                }
                // `format_suffix_patterns([…])`, `path("api/", include([…]))`, `Mount("/api", routes=[…])`.
                let prefix = self.mounting(file, callee, arguments);
                let first = found.entries.len();
                arguments.iter().for_each(|argument| self.table(file, &argument.value, found));
                for entry in found.entries.iter_mut().skip(first).filter(|_| prefix.is_some()) {
                    let path = entry.info.path.take();
                    entry.info.path = path.zip(prefix.as_ref()).map(|(path, prefix)| joined(prefix, &path).into());
                }
            }
            _ => {}
        }
    }

    /// The path that a call puts before the tables that it is handed.
    fn mounting(&mut self, file: FileId, callee: &'p Expression, arguments: &'p [Argument]) -> Option<Name> {
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let Shape::External(path) = &value.shape else { return None };
        let Some(Meaning::Mount(model)) = self.models.meaning(path) else { return None };
        match &argument_of(&model.parameters, arguments, "prefix")?.value.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The model of a call that names a path and a handler and is no method of an application.
    fn tabling(&mut self, file: FileId, callee: &'p Expression) -> Option<Arc<EntryModel>> {
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        let Shape::External(path) = &value.shape else { return None };
        match self.models.meaning(path) {
            Some(Meaning::Entry(model))
                if model.kind == EntryKindModel::Route
                    && model.parameters.iter().any(|parameter| meaning(parameter) == "handler") =>
            {
                Some(Arc::clone(model))
            }
            _ => None,
        }
    }

    fn tabled_call(&mut self, file: FileId, model: &EntryModel, arguments: &'p [Argument], found: &mut Table<'p>) {
        let path = argument(model, arguments, "path").and_then(|argument| match &argument.value.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        });
        let path = found.below_prefix(path);
        let Some(view) = argument(model, arguments, "handler") else { return };
        // `path("api/", include([path("orders/", views.orders)]))`.
        if let ExpressionKind::Call { callee, arguments } = &view.value.kind
            && self.is_include(file, callee)
        {
            let outer = std::mem::replace(&mut found.prefix, path.map(String::from).unwrap_or_default());
            for argument in arguments {
                self.included(file, &argument.value, found);
            }
            found.prefix = outer;
            return;
        }
        let (view, around) = unwrapped(&view.value);
        let around: Vec<(FileId, &'p Expression)> = around.into_iter().map(|decorator| (file, decorator)).collect();
        if let Some(class) = self.made_view(file, view) {
            let mapped = mapped_methods(view);
            for mut entry in self.class_entries(class) {
                if let Some(mapped) = &mapped {
                    let name = entry.info.name.rsplit('.').next().unwrap_or_default();
                    let Some((method, _)) = mapped.iter().find(|(_, known)| known == name) else { continue };
                    entry.info.methods = vec![method.clone()];
                }
                entry.info.path = path.clone().or_else(|| entry.info.path.take());
                entry.owner = Some(table_of(file));
                entry.around.extend(around.iter().copied());
                found.entries.push(entry);
            }
            return;
        }
        let Some(site) = self.written_function(file, view).and_then(|place| self.site_at(place)) else { return };
        // Its own decorators may say which methods it answers and what it is given.
        let decorators = site.function.decorators.iter();
        let own: Vec<Entry<'p>> = decorators
            .filter_map(|decorator| self.entry_of_decorator(site, decorator))
            .filter(|entry| entry.info.kind == EntryKind::Route && entry.handler.request_class.is_some())
            .collect();
        // The one that says most narrowly what it answers counts, wherever it stands.
        let said = own.iter().map(|own| &own.info.methods).filter(|methods| !methods.is_empty());
        let methods = said.min_by_key(|methods| methods.len());
        let methods = methods.cloned().unwrap_or_else(|| table_methods(model, arguments));
        let handler = own.first().map_or(&model.handler, |own| &own.handler);
        let handler = HandlerModel { variables: model.handler.variables, ..handler.clone() };
        let name = site.function.name.clone();
        let info = EntryInfo { kind: EntryKind::Route, name, path, methods, place: site.place() };
        found.entries.push(Entry { handler, around, owner: Some(table_of(file)), ..Entry::new(site, info) });
    }

    fn is_include(&mut self, file: FileId, callee: &'p Expression) -> bool {
        let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
        matches!(&value.shape, Shape::External(path) if matches!(self.models.meaning(path), Some(Meaning::Include)))
    }

    /// `include("shop.urls")`, `include(router.urls)`, `include([…])`, `include((patterns, "shop"))`.
    fn included(&mut self, file: FileId, written: &'p Expression, found: &mut Table<'p>) {
        let value = self.at_module_level(file, |this| this.evaluate_alone(written));
        let child = match &value.shape {
            Shape::Constant(Constant::Text { text, .. }) => {
                self.index.program.paths().find(file, 0, text).map(table_of)
            }
            Shape::Module(module) => Some(table_of(*module)),
            _ => owner(&value),
        };
        match child {
            Some(child) => {
                let prefix = Prefix::Known(found.prefix.as_str().into());
                let (parent, at) = (table_of(file), Some(Place { file, span: written.span }));
                found.mounts.push(Mount { child, parent, prefix, replaces_prefix: false, at });
            }
            None => self.table(file, written, found),
        }
    }

    /// The function that an expression names: the one that is written, not what its decorators make of it.
    fn written_function(&mut self, file: FileId, view: &'p Expression) -> Option<Place> {
        let named = match &view.kind {
            ExpressionKind::Name(name) => self.named_function(file, name, MAX_IMPORTS),
            ExpressionKind::Attribute { value, name, .. } => {
                match self.at_module_level(file, |this| this.evaluate_alone(value)).shape {
                    Shape::Module(module) => self.named_function(module, name, MAX_IMPORTS),
                    _ => None,
                }
            }
            _ => None,
        };
        named.or_else(|| {
            let value = self.at_module_level(file, |this| this.evaluate_alone(view));
            match self.innermost(&value) {
                Some(Target::Function(place)) => Some(place),
                _ => None,
            }
        })
    }

    pub(super) fn named_function(&self, file: FileId, name: &Name, depth: u32) -> Option<Place> {
        let depth = depth.checked_sub(1)?;
        let scope = self.index.scope(file);
        let paths = self.index.program.paths();
        match scope.names.get(name).and_then(|bindings| bindings.last()).map(|bound| &bound.binding) {
            Some(Binding::Function(function)) => Some(Place { file, span: function.name_span }),
            Some(Binding::From { level, module, name }) => {
                self.named_function(paths.find(file, *level, module)?, name, depth)
            }
            Some(_) => None,
            None => scope
                .stars
                .iter()
                .find_map(|(level, module)| self.named_function(paths.find(file, *level, module)?, name, depth)),
        }
    }

    /// The class of `Class.as_view(…)`.
    fn made_view(&mut self, file: FileId, view: &'p Expression) -> Option<ClassRef<'p>> {
        let ExpressionKind::Call { callee, .. } = &view.kind else { return None };
        let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return None };
        let class = self.at_module_level(file, |this| this.evaluate_alone(value));
        let Shape::Class(class) = class.shape else { return None };
        let model = self.view_class_model(class)?;
        (model.made_by.as_deref() == Some(name.as_str())).then_some(class)
    }
}

/// `Orders.as_view({"get": "list"})`: the HTTP methods and the names of the methods that answer them.
fn mapped_methods(view: &Expression) -> Option<Vec<(Name, Name)>> {
    let ExpressionKind::Call { arguments, .. } = &view.kind else { return None };
    let by_name = |argument: &&Argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "actions");
    let given = arguments
        .iter()
        .find(by_name)
        .or_else(|| arguments.first().filter(|first| first.kind == ArgumentKind::Positional))?;
    let ExpressionKind::Dictionary(pairs) = &given.value.kind else { return None };
    let pairs = pairs.iter().map(|(key, value)| match (key.as_ref().map(|key| &key.kind), &value.kind) {
        (Some(ExpressionKind::String(method)), ExpressionKind::String(name)) => {
            Some((Name::from(method.to_uppercase()), name.clone()))
        }
        _ => None,
    });
    pairs.collect()
}

/// `urlpatterns.append(…)`, `urlpatterns.extend([…])`.
fn is_growth(callee: &Expression) -> bool {
    matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if matches!(name.as_str(), "append" | "extend" | "insert"))
}

/// A view and the decorators that it is wrapped in where it is registered, the outermost first:
/// `csrf_exempt(login_required(view))`.
fn unwrapped(view: &Expression) -> (&Expression, Vec<&Expression>) {
    let (mut view, mut around) = (view, Vec::new());
    while let ExpressionKind::Call { callee, arguments } = &view.kind
        && let [Argument { kind: ArgumentKind::Positional, value }] = arguments.as_slice()
        && matches!(
            value.kind,
            ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Call { .. }
        )
    {
        around.push(&**callee);
        view = value;
    }
    (view, around)
}

/// The methods that a call of a table names, or those of its model.
fn table_methods(model: &EntryModel, arguments: &[Argument]) -> Vec<Name> {
    let written = written_methods(arguments, None);
    if written.is_empty() { model.methods.iter().map(Name::new).collect() } else { written }
}

fn meaning(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or_default()
}

/// The argument of a model's parameter, as it is written.
fn argument<'t>(model: &EntryModel, arguments: &'t [Argument], wanted: &str) -> Option<&'t Argument> {
    argument_of(&model.parameters, arguments, wanted)
}

fn argument_of<'t>(parameters: &[String], arguments: &'t [Argument], wanted: &str) -> Option<&'t Argument> {
    let at = parameters.iter().position(|parameter| meaning(parameter) == wanted)?;
    let name = parameters.get(at)?.rsplit('=').next()?;
    let by_name =
        arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(known) if known == name));
    by_name.or_else(|| arguments.get(at).filter(|argument| argument.kind == ArgumentKind::Positional))
}
