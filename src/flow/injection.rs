//! What a framework hands to parameters that say themselves where they come from: parts of the request, objects made of
//! its body, the results of other functions that are called with what they need in turn.

use std::rc::Rc;

use smallvec::SmallVec;

use super::bounds::Bound;
use super::dependency::Dependency;
use super::evidence::CheckKind;
use super::interpreter::{Branches, Frame, Interpreter, one};
use super::state::{MAX_PATHS, State};
use super::value::{Arguments, Closure, Code, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::{ClassRole, DependencyModel, Gives, ParameterModel};
use crate::source::Place;
use crate::syntax::tree::{ExpressionKind, Function, Name, Parameter, ParameterKind};
use crate::syntax::visit;

/// Dependencies of dependencies followed: real chains (settings, session, token, user, permission) are five deep.
const MAX_NESTING: u32 = 8;

/// The name under which an annotation carries more than a type.
pub(super) const ANNOTATED: &str = "typing.Annotated";

/// A function as the framework sees it: its parameters and where their defaults and annotations are looked up.
#[derive(Clone)]
struct Signature<'p> {
    closure: Rc<Closure<'p>>,
    /// Parameters that are bound already (`self`).
    bound: usize,
}

/// Where a parameter comes from.
enum Supply<'p> {
    /// A part of the request, as its default or annotation says.
    Part(std::sync::Arc<ParameterModel>, Arguments<'p>),
    /// The result of something the framework calls.
    Dependency(Dependency<'p>),
    /// An object of the type that its annotation names.
    Typed(Value<'p>),
    /// The parsed body: its type is a mapping, which no single part of the request is.
    Body,
    /// A part of the request with the parameter's own name, since nothing else is said.
    ByName,
}

impl<'p> Interpreter<'p, '_> {
    /// The arguments of a handler or dependency on every path that reaches it, those given already among them. Where
    /// `by_name` holds, parameters that say nothing get what the request has under their name.
    pub(super) fn inject(
        &mut self,
        state: State<'p>,
        callee: &Value<'p>,
        given: Arguments<'p>,
        by_name: bool,
    ) -> Vec<(State<'p>, Arguments<'p>)> {
        match signature(callee) {
            Some(signature) => self.inject_into(state, &signature, given, by_name, MAX_NESTING),
            None => vec![(state, given)],
        }
    }

    fn inject_into(
        &mut self,
        state: State<'p>,
        signature: &Signature<'p>,
        given: Arguments<'p>,
        by_name: bool,
        nesting: u32,
    ) -> Vec<(State<'p>, Arguments<'p>)> {
        let by_place = given.positional.len();
        let mut paths = vec![(state, given)];
        let parameters = signature.closure.code.parameters().iter().skip(signature.bound + by_place);
        for parameter in parameters.filter(|parameter| takes_one(parameter)) {
            let is_given = paths.first().is_some_and(|(_, given)| given.keyword(&parameter.name).is_some());
            let Some(supply) = self.supply_of(signature, parameter, by_name && !is_given) else { continue };
            let mut longer = Vec::with_capacity(paths.len());
            for (state, arguments) in paths {
                for (state, value) in self.supplied(state, &supply, parameter, signature, nesting) {
                    let mut arguments = arguments.clone();
                    arguments.keywords.retain(|(name, _)| *name != parameter.name);
                    arguments.keywords.push((parameter.name.clone(), value));
                    longer.push((state, arguments));
                }
            }
            if longer.len() > MAX_PATHS {
                let at = Place { file: signature.closure.file, span: parameter.span };
                self.bounds.note(Bound::Paths, at);
                longer.truncate(MAX_PATHS);
                longer.iter_mut().for_each(|(state, _)| state.evidence.add(CheckKind::Opaque, at));
            }
            paths = longer;
        }
        paths
    }

    /// What a parameter's default or annotation says of where it comes from.
    fn supply_of(&mut self, signature: &Signature<'p>, parameter: &'p Parameter, by_name: bool) -> Option<Supply<'p>> {
        let is_written = |kind: &ExpressionKind| {
            matches!(kind, ExpressionKind::Call { .. } | ExpressionKind::Name(_) | ExpressionKind::Attribute { .. })
        };
        let default = parameter.default.as_ref().filter(|default| is_written(&default.kind));
        let default = default.map(|default| self.in_scope_of(signature, |this| this.evaluate_alone(default)));
        let annotation = parameter.annotation.as_ref();
        let annotation = annotation.map(|annotation| match &annotation.kind {
            // `user: "CurrentUser"` means what stands under that name.
            ExpressionKind::String(name) if is_one_name(name) => self.global(signature.closure.file, name),
            _ => self.in_scope_of(signature, |this| this.evaluate_alone(annotation)),
        });
        let parts = annotation.as_ref().map(annotated_parts).unwrap_or_default();
        let (kind, extras) = parts
            .split_first()
            .map_or((annotation.clone(), &[] as &[Value<'p>]), |(kind, extras)| (Some(kind.clone()), extras));
        for marker in default.iter().chain(extras) {
            if let Some(supply) = self.marked(marker, kind.as_ref()) {
                return Some(supply);
            }
        }
        let kind = kind?;
        let place = Place { file: signature.closure.file, span: parameter.span };
        match &kind.shape {
            Shape::External(path) if self.models.is_class(path) => {
                let class = self.models.canonical(path).into_owned().into();
                // A request is what it is called, whatever framework hands it over.
                let is_request = self.models.role(path) == Some(ClassRole::Request);
                (by_name || is_request).then(|| Supply::Typed(Value::of(Shape::ExternalInstance { class, at: place })))
            }
            Shape::Class(_) if by_name => Some(Supply::Typed(kind)),
            // `service: FromContainer[Service]`: another library puts it there, whatever the parameter is called, and may have looked at
            // the request for it.
            _ if by_name && is_of_foreign_generic(parameter) => Some(Supply::Dependency(Dependency::unknown())),
            // A switch that is called after secrets is none.
            _ if by_name && is_switch(parameter) => Some(Supply::Typed(Value::any_boolean())),
            _ if by_name && is_mapping(parameter) => Some(Supply::Body),
            _ => by_name.then_some(Supply::ByName),
        }
    }

    /// What a marker of a dependency names; something unknown where it is no such marker.
    pub(super) fn dependency_of(&mut self, marker: &Value<'p>) -> Dependency<'p> {
        match self.marked(marker, None) {
            Some(Supply::Dependency(dependency)) => dependency,
            _ => Dependency::unknown(),
        }
    }

    /// A default or annotation that a model knows.
    fn marked(&mut self, marker: &Value<'p>, kind: Option<&Value<'p>>) -> Option<Supply<'p>> {
        let Shape::Partial(pair) = &marker.shape else { return None };
        let Shape::External(path) = &pair.0.shape else { return None };
        match self.models.meaning(path)?.clone() {
            Meaning::Parameter(model) => Some(Supply::Part(model, pair.1.clone())),
            Meaning::Dependency(model) => {
                // `user: User = Depends()` calls what the annotation names.
                let target = named_dependency(&model, &pair.1).filter(|target| !target.is_none());
                let target = target.or_else(|| kind.cloned()).unwrap_or_else(Value::unknown);
                Some(Supply::Dependency(Dependency { target, is_shared: is_shared(&model, &pair.1) }))
            }
            _ => None,
        }
    }

    fn supplied(
        &mut self,
        state: State<'p>,
        supply: &Supply<'p>,
        parameter: &'p Parameter,
        signature: &Signature<'p>,
        nesting: u32,
    ) -> Branches<'p> {
        let place = Place { file: signature.closure.file, span: parameter.span };
        match supply {
            Supply::Dependency(dependency) => self.depend_on(state, dependency, place, nesting),
            Supply::Part(model, arguments) => self.part_of_request(state, model, arguments, parameter, place),
            Supply::Typed(Value { shape: Shape::Class(class), .. }) => {
                let mut state = state;
                let body = self.data_object(&mut state, *class, place);
                one(state, body.unwrap_or_else(Value::unknown))
            }
            Supply::Typed(value) => one(state, value.clone()),
            Supply::Body => one(state, self.given(&Value::unknown(), &Gives::Json, place)),
            Supply::ByName => self.query_by_name(state, parameter, signature, place),
        }
    }

    /// A query parameter: what is neither marked nor part of the path.
    fn query_by_name(
        &mut self,
        state: State<'p>,
        parameter: &'p Parameter,
        signature: &Signature<'p>,
        place: Place,
    ) -> Branches<'p> {
        let default = parameter.default.as_ref();
        let default = default.map(|default| self.in_scope_of(signature, |this| this.evaluate_alone(default)));
        let value = self.query_item(&state, &parameter.name, default.as_ref(), place);
        one(state, value)
    }

    /// Calls what a dependency names, with what that needs. What nobody can see may check the caller.
    pub(super) fn call_dependency(
        &mut self,
        mut state: State<'p>,
        target: &Value<'p>,
        place: Place,
        nesting: u32,
    ) -> Branches<'p> {
        if nesting == 0 {
            self.bounds.note(Bound::Depth, place);
            state.evidence.add(CheckKind::Opaque, place);
            return one(state, Value::unknown());
        }
        if let Some(signature) = self.signature_of_dependency(target) {
            let is_generator = yields(signature.closure.code);
            let mut all: Branches<'p> = SmallVec::new();
            for (state, arguments) in self.inject_into(state, &signature, Arguments::default(), true, nesting - 1) {
                all.extend(self.call(state, target, arguments, place));
            }
            if is_generator {
                // What it yields is handed over; what stands after that runs when the answer is out.
                all.iter_mut().for_each(|(_, value)| *value = super::containers::element_of(value));
            }
            return super::expression::merge_branches(all);
        }
        match &target.shape {
            Shape::Union(members) => {
                let mut all: Branches<'p> = SmallVec::new();
                for member in members.iter() {
                    all.extend(self.call_dependency(state.clone(), member, place, nesting - 1));
                }
                super::expression::merge_branches(all)
            }
            Shape::Class(class) => match self.data_object(&mut state, *class, place) {
                Some(value) => one(state, value),
                None => self.call(state, target, Arguments::default(), place),
            },
            Shape::Instance { class, .. } => match self.library_base(*class) {
                Some(base) if self.models.method(&base, "__call__").is_some() => {
                    let library = Value::of(Shape::ExternalInstance { class: base, at: class.place() });
                    self.call(state, &library, Arguments::default(), place)
                }
                _ => opaque(state, place),
            },
            Shape::ExternalInstance { class, .. } if self.models.method(class, "__call__").is_some() => {
                self.call(state, target, Arguments::default(), place)
            }
            Shape::External(path) if self.models.is_class(path) => {
                let class = self.models.canonical(path).into_owned().into();
                one(state, Value::of(Shape::ExternalInstance { class, at: place }))
            }
            Shape::LibraryDecorator(_) => self.call(state, target, Arguments::default(), place),
            Shape::External(path) if self.models.meaning(path).is_some() => {
                self.call(state, target, Arguments::default(), place)
            }
            _ => opaque(state, place),
        }
    }

    /// The function behind a dependency: itself, the method of an object, the initialiser of a class.
    fn signature_of_dependency(&mut self, target: &Value<'p>) -> Option<Signature<'p>> {
        let method = |owner: crate::program::ClassRef<'p>, function: &'p Function| Signature {
            closure: Rc::new(Closure {
                code: Code::Function(function),
                file: owner.file,
                class: Some(owner),
                scope: None,
            }),
            bound: 1,
        };
        match &target.shape {
            Shape::Class(class) => {
                self.find_method(*class, "__init__").map(|(owner, function)| method(owner, function))
            }
            Shape::Instance { class, .. } => {
                self.find_method(*class, "__call__").map(|(owner, function)| method(owner, function))
            }
            _ => signature(target),
        }
    }

    /// Evaluates something that stands in a function's signature: names around the function are known there.
    fn in_scope_of<T>(&mut self, signature: &Signature<'p>, run: impl FnOnce(&mut Self) -> T) -> T {
        let closure = &signature.closure;
        let around =
            Closure { code: closure.code, file: closure.file, class: closure.class, scope: closure.scope.clone() };
        self.frames.push(Frame::new(closure.file, Some(Rc::new(around))));
        let result = self.quietly(run);
        self.frames.pop();
        result
    }
}

/// The arguments of `Annotated[kind, extra, …]`.
pub(super) fn annotated_parts<'p>(value: &Value<'p>) -> Vec<Value<'p>> {
    match &value.shape {
        Shape::Partial(pair) if matches!(&pair.0.shape, Shape::External(path) if path == ANNOTATED) => {
            pair.1.positional.clone()
        }
        _ => Vec::new(),
    }
}

/// A default or annotation of a library that says where a parameter comes from: kept with its arguments until asked.
pub(super) fn marker<'p>(path: &Name, arguments: Arguments<'p>) -> Value<'p> {
    Value::of(Shape::Partial(Rc::new((Value::external(path.clone()), arguments))))
}

/// What a dependency marker names.
fn named_dependency<'p>(model: &DependencyModel, arguments: &Arguments<'p>) -> Option<Value<'p>> {
    super::library::parameter(&model.parameters, arguments, "dependency").cloned()
}

/// Whether a marker says no more than what is called: what it adds (scopes) is another question to the same function.
fn is_shared(model: &DependencyModel, arguments: &Arguments<'_>) -> bool {
    let Some(switch) = &model.once_unless else { return false };
    arguments.positional.len() <= 1
        && arguments.rest.is_none()
        && arguments.keywords.iter().all(|(name, value)| {
            model.parameters.iter().any(|known| known == name) || (name == switch && value.as_boolean() != Some(false))
        })
}

/// The function that runs when a value is called, below what is wrapped around it, and how many parameters are bound.
fn signature<'p>(callee: &Value<'p>) -> Option<Signature<'p>> {
    match &callee.shape {
        Shape::Function(closure) => Some(Signature { closure: Rc::clone(closure), bound: 0 }),
        Shape::Wrapped(pair) => signature(&pair.0),
        Shape::Guarded(pair) => signature(&pair.0),
        Shape::Partial(pair) => {
            let inner = signature(&pair.0)?;
            Some(Signature { bound: inner.bound + pair.1.positional.len(), ..inner })
        }
        _ => None,
    }
}

fn takes_one(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::Normal | ParameterKind::PositionalOnly | ParameterKind::KeywordOnly)
}

/// Whether running a function gives a generator.
fn yields(code: Code<'_>) -> bool {
    let Code::Function(function) = code else { return false };
    let mut found = false;
    crate::syntax::visit::expressions(&function.body, &mut |expression| {
        found |= matches!(expression.kind, ExpressionKind::Yield(_) | ExpressionKind::YieldFrom(_));
    });
    found
}

fn opaque(mut state: State<'_>, place: Place) -> Branches<'_> {
    state.evidence.add(CheckKind::Opaque, place);
    one(state, Value::unknown())
}

/// A parameter whose annotation is a generic class that is none of Python's own: no framework makes one of a text that a caller sends.
fn is_of_foreign_generic(parameter: &Parameter) -> bool {
    let Some(ExpressionKind::Subscript { value, .. }) =
        parameter.annotation.as_ref().map(|annotation| &annotation.kind)
    else {
        return false;
    };
    let (ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }) = &value.kind else { return false };
    !OWN_GENERICS.contains(&name.as_str())
}

/// The generic types of Python that a parameter of a request may have.
const OWN_GENERICS: &[&str] = &[
    "Annotated",
    "Optional",
    "Union",
    "Literal",
    "List",
    "Set",
    "FrozenSet",
    "Tuple",
    "Dict",
    "Sequence",
    "Iterable",
    "Mapping",
    "Collection",
    "list",
    "set",
    "frozenset",
    "tuple",
    "dict",
    "Type",
    "type",
];

fn is_one_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// A parameter that is said to be a dictionary.
fn is_mapping(parameter: &Parameter) -> bool {
    let written = parameter.annotation.as_ref().map(|annotation| match &annotation.kind {
        ExpressionKind::Subscript { value, .. } => &value.kind,
        kind => kind,
    });
    let Some(ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }) = written else { return false };
    matches!(name.as_str(), "dict" | "Dict" | "Mapping" | "MutableMapping")
}

/// A parameter that is said to be true or false, or not there.
fn is_switch(parameter: &Parameter) -> bool {
    let mut words = Vec::new();
    if let Some(written) = &parameter.annotation {
        visit::expression(written, &mut |part| {
            if let ExpressionKind::Name(name) = &part.kind {
                words.push(name.as_str());
            }
        });
    }
    words.contains(&"bool") && words.iter().all(|word| matches!(*word, "bool" | "Optional"))
}
