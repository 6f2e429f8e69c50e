//! Start-up: what a program registers while it is loaded and while its factories run. The code is run like any other, so
//! loops, helpers in other files and objects that are handed around are followed; what it registers is written down here.
//! Where the objects lie in the end is worked out in `routing.rs`.

use std::sync::Arc;

use super::bounds::REACH_OF_ROUTES;
use super::interpreter::{Frame, Interpreter};
use super::library::{named_parameter, parameter, parameters};
use super::passage::Unseen;
use super::state::State;
use super::value::{Arguments, Object, Shape, Value};
use super::walk::{self, Site};
use crate::models::Meaning;
use crate::models::schema::{EntryKindModel, EntryModel, InstanceModel, MountModel};
use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Name};

/// An object that routes are registered on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Its name, as far as the framework asks for one.
    pub name: Option<Name>,
    /// The path before its routes.
    pub prefix: Option<Name>,
    /// Whether it is a whole application.
    pub is_application: bool,
}

/// One object put under another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What goes under.
    pub child: Place,
    /// What it goes under.
    pub parent: Place,
    /// The path before it: none where none is given, empty text where it cannot be read.
    pub prefix: Prefix,
    /// Whether that path takes the place of the child's own.
    pub replaces_prefix: bool,
    /// The call that does it.
    pub at: Option<Place>,
}

/// A path that may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// None is given.
    Absent,
    /// This one.
    Known(Name),
    /// One that cannot be read.
    Unreadable,
}

/// What is registered, on what, under which path.
#[derive(Clone, Debug)]
pub struct Registered<'p> {
    /// The decorator or call that registers.
    pub at: Place,
    /// What it means.
    pub model: Arc<EntryModel>,
    /// Where the object it is registered on was made.
    pub owner: Option<Place>,
    /// Paths, as written.
    pub paths: Vec<Name>,
    /// HTTP methods.
    pub methods: Vec<Name>,
    /// What an error handler waits for: a status or the name of an exception.
    pub error: Option<Name>,
    /// The function or class.
    pub target: Target<'p>,
    /// Whether it runs at other times than the model says: an argument says so.
    pub is_other: bool,
    /// Whether what is registered is more than the bare function or class: a call wraps it.
    pub is_wrapped: bool,
}

impl<'p> Registered<'p> {
    /// A bare function or class that is handed over without a path.
    pub(super) fn bare(target: Target<'p>, model: EntryModel, owner: Option<Place>, at: Place) -> Self {
        Self {
            at,
            model: Arc::new(model),
            owner,
            paths: Vec::new(),
            methods: Vec::new(),
            error: None,
            target,
            is_other: false,
            is_wrapped: false,
        }
    }
}

/// What answers.
#[derive(Clone, Copy, Debug)]
pub enum Target<'p> {
    /// A function, by the place of its name.
    Function(Place),
    /// A view class.
    Class(ClassRef<'p>),
}

/// What start-up code did.
#[derive(Debug, Default)]
pub struct Record<'p> {
    /// Objects by the place that makes them.
    pub made: Vec<(Place, Made)>,
    /// What was put under what.
    pub mounts: Vec<Mount>,
    /// What was registered.
    pub registered: Vec<Registered<'p>>,
    /// What stands before routes and cannot be followed.
    pub unseen: Vec<Unseen>,
}

impl<'p> Interpreter<'p, '_> {
    /// Runs what runs when a file is loaded, and its functions that register something, and says what they did.
    pub(super) fn start_up(&mut self, file: FileId, sites: &[Site<'p>]) -> Record<'p> {
        let index = self.index;
        let source = &index.program.source(file).text;
        let Some(module) = index.module(file).filter(|_| self.models.may_register(source, source)) else {
            return Record::default();
        };
        self.record = Some(Record::default());
        self.begin_start_up(file);
        self.quietly(|this| this.block(vec![State::default()], &module.body));
        let factories = sites.iter().filter(|site| site.outer.is_none());
        let factories: Vec<Site<'p>> = factories
            .copied()
            .filter(|site| {
                let span = site.function.span;
                source
                    .get(span.start as usize..span.end as usize)
                    .is_some_and(|text| self.models.may_register(source, text))
            })
            .collect();
        for site in factories {
            self.begin_start_up(file);
            self.run_factory(site);
        }
        self.frames.clear();
        self.record.take().unwrap_or_default()
    }

    fn begin_start_up(&mut self, file: FileId) {
        self.begin_entry();
        self.reach = REACH_OF_ROUTES;
        self.frames.push(Frame::new(file, None));
    }

    /// Calls a function with nothing known of its arguments.
    fn run_factory(&mut self, site: Site<'p>) {
        let value = Self::plain_function(site.file, site.function, site.class);
        let mut arguments = Arguments { rest: Some(Value::unknown()), ..Arguments::default() };
        if let Some(class) = site.class
            && !super::objects::has_decorator(site.function, "staticmethod")
        {
            let object = Object::SelfOf(class.place());
            arguments.positional.push(Value::of(Shape::Instance { class, object }));
        }
        self.annotated_applications(site, &mut arguments);
        self.at_module_level(site.file, |this| this.call(State::default(), &value, arguments, site.place()));
    }

    /// A parameter that is said to be an application is one, made who knows where: `def add_middleware(app: FastAPI)`.
    fn annotated_applications(&mut self, site: Site<'p>, arguments: &mut Arguments<'p>) {
        for parameter in &site.function.parameters {
            let Some(annotation) = &parameter.annotation else { continue };
            let value = self.at_module_level(site.file, |this| this.evaluate_alone(annotation));
            let Shape::External(path) = &value.shape else { continue };
            let class: Name = self.models.canonical(path).into_owned().into();
            if self.makes_application(&class) {
                let at = Place::NOWHERE;
                arguments.keywords.push((parameter.name.clone(), Value::of(Shape::ExternalInstance { class, at })));
            }
        }
    }

    /// The handler that a call was given, by running again the code that holds the call.
    pub(super) fn registered_value(&mut self, at: Place) -> Option<Value<'p>> {
        if !self.handed_handlers.contains_key(&at) {
            let module = self.index.module(at.file)?;
            let sites = walk::functions(at.file, &module.body);
            let around = sites.into_iter().find(|site| site.outer.is_none() && site.function.span.contains(at.span));
            let (work, running) = (self.work, std::mem::take(&mut self.running));
            match around {
                Some(site) => self.run_factory(site),
                None => drop(self.at_module_level(at.file, |this| this.block(vec![State::default()], &module.body))),
            }
            (self.work, self.running) = (work, running);
        }
        self.handed_handlers.get(&at).cloned()
    }

    /// A library's object is made: it may hold routes.
    pub(super) fn object_is_made(
        &mut self,
        model: &InstanceModel,
        arguments: &Arguments<'p>,
        receiver: Option<&Value<'p>>,
        place: Place,
    ) {
        if self.record.is_none() || !model.holds_routes() {
            return;
        }
        let text = |meaning: &str| parameter(&model.parameters, arguments, meaning).and_then(Value::as_text).cloned();
        let name = text("name");
        let by_name = || name.as_ref().filter(|_| model.prefix_from_name).map(|name| format!("/{name}").into());
        let made = Made { prefix: text("prefix").or_else(by_name), name, is_application: model.application };
        let parent = parameter(&model.parameters, arguments, "parent").or(receiver).and_then(owner);
        for middleware in parameters(&model.parameters, arguments, "middleware") {
            self.stands_before(middleware, Some(place), place);
        }
        self.route_objects.insert(place, made.clone());
        if let Some(record) = &mut self.record {
            record.made.push((place, made));
            record.mounts.extend(parent.map(|parent| Mount {
                child: place,
                parent,
                prefix: Prefix::Absent,
                replaces_prefix: false,
                at: None,
            }));
        }
    }

    /// The same for a class of the program that inherits from the library's.
    pub(super) fn object_of_program_is_made(&mut self, class: ClassRef<'p>, arguments: &Arguments<'p>, place: Place) {
        if self.record.is_some()
            && let Some(base) = self.library_base(class)
            && let Some(Meaning::Instance(model)) = self.models.meaning(&base).cloned()
        {
            self.object_is_made(&model, arguments, None, place);
        }
    }

    /// The path and the name under which a request reaches a route: hooks tell routes apart by them. Known where the whole way
    /// from the application is, and the route is called like its function.
    pub(super) fn path_and_name(&self, entry: &super::entry::Entry<'p>) -> Option<(Name, Name)> {
        let path = entry.info.path.as_deref()?;
        let is_renamed = entry.at.is_none_or(|at| self.index.text(at).contains("endpoint"));
        let is_known = entry.way.is_complete && entry.site.class.is_none() && !is_renamed;
        let names = entry.way.names.iter().map(Name::as_str).chain([entry.info.name.as_str()]);
        let name = names.collect::<Vec<_>>().join(".");
        is_known.then(|| (super::routing::typical(path).into(), name.into()))
    }

    /// What a hook learns of the running route.
    pub(super) fn of_running_route(&mut self, gives: &crate::models::schema::Gives) -> Option<Value<'p>> {
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.asked_for_route = true;
        }
        let (path, name) = self.route.as_ref()?;
        let text = if *gives == crate::models::schema::Gives::RouteName { name } else { path };
        Some(Value::text(text.clone(), self.entry?, false))
    }

    /// One object is put under another.
    pub(super) fn is_mounted(
        &mut self,
        model: &MountModel,
        arguments: &Arguments<'p>,
        receiver: Option<&Value<'p>>,
        place: Place,
    ) {
        let Some(record) = &mut self.record else { return };
        let child = parameter(&model.parameters, arguments, "child");
        let parent = parameter(&model.parameters, arguments, "parent");
        let prefix = match parameter(&model.parameters, arguments, "prefix") {
            None => Prefix::Absent,
            Some(value) if value.is_none() => Prefix::Absent,
            Some(value) => value.as_text().cloned().map_or(Prefix::Unreadable, Prefix::Known),
        };
        let (children, parents) = match (child, parent) {
            (Some(child), _) => (owners(child), receiver.map(owners).unwrap_or_default()),
            (None, Some(parent)) => (receiver.map(owners).unwrap_or_default(), owners(parent)),
            (None, None) => return,
        };
        for child in children {
            for parent in parents.iter().copied().filter(|parent| *parent != child) {
                let prefix = prefix.clone();
                let mount = Mount { child, parent, prefix, replaces_prefix: model.replaces_prefix, at: Some(place) };
                if !record.mounts.contains(&mount) {
                    record.mounts.push(mount);
                }
            }
        }
    }

    /// A registering call or decorator with its arguments: with the handler among them it is complete, without it waits for
    /// the function below.
    pub(super) fn entry_is_registered(
        &mut self,
        model: &Arc<EntryModel>,
        arguments: &Arguments<'p>,
        receiver: Option<&Value<'p>>,
        place: Place,
    ) -> Option<Value<'p>> {
        let function =
            parameter(&model.parameters, arguments, "function").filter(|given| self.innermost(given).is_some());
        let given = function.or_else(|| parameter(&model.parameters, arguments, "handler")).or_else(|| {
            // A class that comes first may also be what the handler waits for.
            let waits = model.parameters.first().is_some_and(|first| first.starts_with("error"));
            arguments
                .positional
                .first()
                .filter(|only| !waits && arguments.positional.len() == 1 && self.innermost(only).is_some())
        });
        let handler = given.filter(|handler| self.innermost(handler).is_some()).cloned();
        if let Some(handler) = &handler {
            self.handed_handlers.insert(place, handler.clone());
        }
        self.record.as_ref()?;
        let partial = Partial {
            model: Arc::clone(model),
            owner: receiver.and_then(owner),
            paths: paths(model, arguments),
            methods: methods(model, arguments),
            error: parameter(&model.parameters, arguments, "error").and_then(error_name),
            is_other: arguments
                .iter()
                .filter_map(Value::as_text)
                .any(|text| model.other_when.iter().any(|when| when == text)),
        };
        // Hooks that are not functions of the program, or not of a form that runs as one.
        let is_hook = model.kind == EntryKindModel::Hook;
        let passage = given.filter(|given| (is_hook || model.passage) && given.as_text().is_none());
        if let Some(passage) = passage.filter(|_| !partial.is_other) {
            let target = handler.as_ref().and_then(|handler| self.innermost(handler));
            if !(is_hook && matches!(target, Some(Target::Function(_)))) {
                self.stands_before(passage, partial.owner, place);
            }
        }
        match &handler {
            Some(handler) => self.is_registered(partial, handler, place, true),
            None => drop(self.waiting.insert(place, partial)),
        }
        handler.or_else(|| passage.cloned())
    }

    /// A registering decorator meets the function below it.
    pub(super) fn decorator_registers(&mut self, decorator: &Value<'p>, inner: &Value<'p>, place: Place) {
        if self.record.is_none() {
            return;
        }
        if let Some(partial) = self.waiting.get(&place).cloned() {
            return self.is_registered(partial, inner, place, false);
        }
        let (meaning, receiver) = match &decorator.shape {
            Shape::Method(pair) => match &pair.0.shape {
                Shape::ExternalInstance { class, .. } => (self.models.method(class, &pair.1), Some(&pair.0)),
                _ => (None, None),
            },
            Shape::External(path) => (self.models.meaning(path), None),
            _ => (None, None),
        };
        if let Some(Meaning::Entry(model)) = meaning.cloned() {
            let methods = model.methods.iter().map(Name::new).collect();
            let owner = receiver.and_then(owner);
            let partial = Partial { model, owner, paths: Vec::new(), methods, error: None, is_other: false };
            self.is_registered(partial, inner, place, false);
        }
    }

    /// `app.middleware("http")(check)`: a registering decorator that is called by hand.
    pub(super) fn applied_by_hand(&mut self, decorator: &Expression, given: &Arguments<'p>) {
        if self.record.is_none() || !matches!(decorator.kind, ExpressionKind::Call { .. }) {
            return;
        }
        let place = self.place(decorator.span);
        if let (Some(partial), [function]) = (self.waiting.get(&place).cloned(), given.positional.as_slice()) {
            self.is_registered(partial, function, place, true);
        }
    }

    fn is_registered(&mut self, partial: Partial, handler: &Value<'p>, at: Place, is_handed_over: bool) {
        // On what nobody knows, a decorator's registration is found where it is written.
        if partial.owner.is_none() && !is_handed_over {
            return;
        }
        let Some(target) = self.innermost(handler) else { return };
        // What stands below a decorator is found with the function itself.
        let is_wrapped = is_handed_over
            && match (&handler.shape, target) {
                (Shape::Function(closure), Target::Function(place)) => closure.code.place(closure.file) != place,
                (Shape::Class(_) | Shape::Instance { .. }, Target::Class(_)) => false,
                // A method of an object is called with the object, as methods of views are.
                (Shape::Partial(pair), Target::Function(place)) => !is_bound_method(pair, place),
                _ => true,
            };
        let Partial { model, owner, paths, methods, error, is_other } = partial;
        if let Some(record) = &mut self.record {
            record.registered.push(Registered {
                at,
                model,
                owner,
                paths,
                methods,
                error,
                target,
                is_other,
                is_wrapped,
            });
        }
    }
}

/// Whether a partial call is the method of this place with its object and nothing else.
fn is_bound_method(pair: &(Value<'_>, Arguments<'_>), place: Place) -> bool {
    let is_object = |value: &Value<'_>| matches!(value.shape, Shape::Instance { .. });
    let is_itself = matches!(&pair.0.shape, Shape::Function(closure) if closure.code.place(closure.file) == place);
    let [only] = pair.1.positional.as_slice() else { return false };
    is_itself && is_object(only) && pair.1.keywords.is_empty()
}

/// A registration whose function is still to come.
#[derive(Clone, Debug)]
pub(super) struct Partial {
    model: Arc<EntryModel>,
    owner: Option<Place>,
    paths: Vec<Name>,
    methods: Vec<Name>,
    error: Option<Name>,
    is_other: bool,
}

/// Where the object that a value stands for was made.
pub(super) fn owner(value: &Value<'_>) -> Option<Place> {
    match &value.shape {
        // An object that every program has (`current_app`) was made nowhere.
        Shape::ExternalInstance { at, .. } => at.is_somewhere().then_some(*at),
        Shape::Instance { object: Object::At(at), .. } => Some(*at),
        _ => None,
    }
}

fn owners(value: &Value<'_>) -> Vec<Place> {
    value.alternatives().iter().filter_map(owner).collect()
}

fn paths(model: &EntryModel, arguments: &Arguments<'_>) -> Vec<Name> {
    let all = model.parameters.iter().position(|meaning| meaning == "paths");
    let values: Vec<&Value<'_>> = match all {
        Some(from) => arguments.positional.iter().skip(from).collect(),
        None => parameter(&model.parameters, arguments, "path").into_iter().collect(),
    };
    let texts = values.into_iter().flat_map(|value| match &value.shape {
        Shape::Sequence(elements) => elements.iter().filter_map(Value::as_text).cloned().collect(),
        _ => value.as_text().cloned().into_iter().collect::<Vec<_>>(),
    });
    texts.collect()
}

fn methods(model: &EntryModel, arguments: &Arguments<'_>) -> Vec<Name> {
    let given = named_parameter(&model.parameters, arguments, "methods");
    let listed = given.map(|given| match &given.shape {
        Shape::Sequence(elements) => {
            elements.iter().filter_map(Value::as_text).map(|text| Name::from(text.to_uppercase())).collect()
        }
        _ => given.as_text().map(|text| Name::from(text.to_uppercase())).into_iter().collect::<Vec<_>>(),
    });
    listed.filter(|listed| !listed.is_empty()).unwrap_or_else(|| model.methods.iter().map(Name::new).collect())
}

fn error_name(value: &Value<'_>) -> Option<Name> {
    match &value.shape {
        Shape::Class(class) => Some(class.class.name.clone()),
        Shape::External(path) | Shape::ExternalInstance { class: path, .. } => Some(path.clone()),
        _ => value.as_integer().map(|status| status.to_string().into()),
    }
}
