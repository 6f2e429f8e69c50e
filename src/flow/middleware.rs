//! What a request passes on its way to a handler: hooks that answer or let it on, middleware that is handed what goes on,
//! dependencies that stand beside the route or the objects it lies under.

use std::rc::Rc;
use std::sync::Arc;

use super::entry::Entry;
use super::event::{Ending, EntryKind, Outcome};
use super::interpreter::{Branches, Interpreter, one};
use super::outcome;
use super::policies::has_caller;
use super::state::State;
use super::value::{Arguments, Object, Shape, Value};
use crate::models::schema::ViewClassModel;
use crate::program::{Binding, Bound, ClassRef};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Parameter, StatementKind};

/// Dependencies beside a route are the outermost ones: what they need in turn is followed as deep as anywhere.
const MAX_NESTING: u32 = 8;

/// The entry that runs, and the hooks that are handed what goes on to it.
#[derive(Debug)]
pub(super) struct Course<'p> {
    entry: Entry<'p>,
    middleware: Rc<[Entry<'p>]>,
}

impl<'p> Interpreter<'p, '_> {
    /// Sets out for an entry behind middleware.
    pub(super) fn set_out(&mut self, entry: &Entry<'p>, middleware: &[&Entry<'p>]) {
        let middleware = middleware.iter().copied().cloned().collect();
        self.course = Some(Rc::new(Course { entry: entry.clone(), middleware }));
    }

    /// The middleware that the running entry stands behind, the outermost first.
    pub(super) fn way(&self) -> Option<Rc<[Entry<'p>]>> {
        self.course.as_ref().map(|course| Rc::clone(&course.middleware))
    }

    /// Goes on to the middleware of that number, or to the handler behind the last one. What they leave on objects is one
    /// world for all their answers: the rest of the middleware, and a request that it sends in again, are not run anew for
    /// every path that differs in nothing but that. Whether there is a caller stays apart: the middleware may ask.
    pub(super) fn go_on(&mut self, state: State<'p>, number: usize) -> Branches<'p> {
        let went_on_at = std::mem::replace(&mut self.went_on_at, self.running.len());
        let mut answers = self.answers_behind(state, number);
        self.went_on_at = went_on_at;
        for known in [None, Some(false), Some(true)] {
            State::share_world(answers.iter_mut().map(|(state, _)| state).filter(|state| has_caller(state) == known));
        }
        answers
    }

    fn answers_behind(&mut self, state: State<'p>, number: usize) -> Branches<'p> {
        let Some(course) = self.course.clone() else {
            // Middleware that is looked at alone: whatever lies behind it answers.
            return one(state, Value::of(Shape::Response { status: None }));
        };
        // What was checked so far is the matter of the one that goes on.
        if let Some(before) = number.checked_sub(1).and_then(|before| course.middleware.get(before)) {
            self.note_stage(&state.evidence, &super::event::Stage::Hook(before.info.name.clone()));
        }
        if self.arrivals.is_some() {
            return self.has_arrived(state);
        }
        let Some(hook) = course.middleware.get(number) else {
            let before = self.work;
            let answers = self.answers_of(state, &course.entry);
            self.work_in_handlers += self.work.saturating_sub(before);
            return answers;
        };
        self.run_middleware(state, hook, number)
    }

    /// Runs the middleware of that number; what it hands on goes on to the next one.
    pub(super) fn run_middleware(&mut self, state: State<'p>, hook: &Entry<'p>, number: usize) -> Branches<'p> {
        if hook.handler.is_made_with_continuation {
            return self.go_through(state, hook, number);
        }
        let state = self.with_made_object(state, hook);
        let callee = self.entry_function(&state, hook);
        let mut arguments = self.entry_arguments(&state, hook);
        let parameters = own_parameters(hook);
        if let Some(parameter) = hook.handler.continuation.and_then(|at| parameters.get(at)) {
            arguments.keywords.retain(|(name, _)| *name != parameter.name);
            arguments.keywords.push((parameter.name.clone(), Value::of(Shape::Continuation(number + 1))));
        }
        self.call(state, &callee, arguments, hook.info.place)
    }

    /// Runs a hook that answers itself or lets the request on.
    pub(super) fn run_hook(
        &mut self,
        states: Vec<State<'p>>,
        hook: &Entry<'p>,
        outcomes: &mut Vec<Outcome>,
    ) -> Vec<State<'p>> {
        let mut next = Vec::new();
        for state in states {
            let callee = self.entry_function(&state, hook);
            let arguments = self.entry_arguments(&state, hook);
            let branches = self.call(state, &callee, arguments, hook.info.place);
            for (state, _) in &branches {
                self.note_stage(&state.evidence, &super::event::Stage::Hook(hook.info.name.clone()));
            }
            self.let_on(branches, hook.info.place, &mut next, outcomes);
        }
        self.merge(next, hook.info.place)
    }

    /// Parts the paths of a hook into those that go on and those that it answered.
    fn let_on(&mut self, branches: Branches<'p>, place: Place, next: &mut Vec<State<'p>>, outcomes: &mut Vec<Outcome>) {
        for (state, value) in branches {
            let (ending, status) = outcome::of_return(&state, &value);
            let lets_on = value.is_none() || value.is_unseen();
            if lets_on && ending == Ending::Success {
                next.push(state);
            } else {
                outcomes.push(Outcome { ending, status, evidence: state.evidence, place });
            }
        }
        self.take_raised(outcomes);
    }

    /// The methods of a view that run before the one that answers (`prepare`).
    pub(super) fn run_before(
        &mut self,
        state: State<'p>,
        entry: &Entry<'p>,
        outcomes: &mut Vec<Outcome>,
    ) -> Vec<State<'p>> {
        let Some(class) = entry.view_class().filter(|_| entry.info.kind == EntryKind::Route) else {
            return vec![state];
        };
        let Some(model) = self.view_class_model(class) else { return vec![state] };
        let mut states = vec![state];
        for name in &model.before {
            let Some((owner, function)) = self.find_method(class, name) else { continue };
            let callee = self.decorated_function(owner.file, function, Some(owner));
            let receiver = Value::of(Shape::Instance { class, object: Object::SelfOf(class.place()) });
            let mut next = Vec::new();
            for state in states {
                let mut arguments = Arguments::of(vec![receiver.clone()]);
                if entry.handler.request_class.is_some() && !entry.handler.request_is_attribute {
                    arguments.positional.push(self.handed_request(entry));
                    arguments.rest = Some(Value::unknown());
                }
                let branches = self.call(state, &callee, arguments, entry.info.place);
                self.let_on(branches, entry.info.place, &mut next, outcomes);
            }
            states = self.merge(next, entry.info.place);
        }
        states
    }

    /// Runs the dependencies that stand beside a route and beside the objects it lies under, the outermost first.
    pub(super) fn run_dependencies(&mut self, state: State<'p>, entry: &Entry<'p>) -> Vec<State<'p>> {
        let mut states = vec![state];
        if entry.info.kind != EntryKind::Route {
            return states;
        }
        let beside = entry.way.chain.iter().chain(&entry.way.mounted).chain(entry.at.iter()).copied();
        for at in beside.collect::<Vec<Place>>() {
            for (file, written) in self.listed_dependencies(at) {
                let place = Place { file, span: written.span };
                let marker = self.at_module_level(file, |this| this.evaluate_alone(written));
                let dependency = self.dependency_of(&marker);
                let mut next = Vec::new();
                for state in states {
                    let branches = self.depend_on(state, &dependency, place, MAX_NESTING);
                    next.extend(branches.into_iter().map(|(state, _)| state));
                }
                states = self.merge(next, place);
            }
        }
        states
    }

    /// The markers in `dependencies=[…]` of a call that makes, mounts or registers.
    fn listed_dependencies(&mut self, at: Place) -> Vec<(FileId, &'p Expression)> {
        let Some(arguments) = self.call_at(at) else { return Vec::new() };
        let is_list = |argument: &&Argument| match &argument.kind {
            ArgumentKind::Keyword(name) => self.models.lists_dependencies(name),
            _ => false,
        };
        let Some(list) = arguments.iter().find(is_list) else { return Vec::new() };
        self.elements_of(at.file, &list.value)
    }

    /// The written elements of a list, also of one that a module's name holds.
    pub(super) fn elements_of(&mut self, file: FileId, list: &'p Expression) -> Vec<(FileId, &'p Expression)> {
        match &list.kind {
            ExpressionKind::List(elements) | ExpressionKind::Tuple(elements) => {
                elements.iter().map(|element| (file, element)).collect()
            }
            ExpressionKind::None => Vec::new(),
            ExpressionKind::Name(name) => {
                let bindings = self.index.scope(file).names.get(name).map(Vec::as_slice);
                match bindings {
                    Some([Bound { binding: Binding::Value { expression, path }, .. }])
                        if path.is_empty() && !matches!(expression.kind, ExpressionKind::Name(_)) =>
                    {
                        self.elements_of(file, expression)
                    }
                    _ => vec![(file, list)],
                }
            }
            _ => vec![(file, list)],
        }
    }

    /// A class's parameters from the framework: the request, the answer, what goes on.
    pub(super) fn hand_over(
        &mut self,
        entry: &Entry<'p>,
        parameters: &'p [Parameter],
        arguments: &mut Arguments<'p>,
    ) -> &'p [Parameter] {
        let handler = &entry.handler;
        let mut own = parameters;
        if handler.request_class.is_some()
            && !handler.request_is_attribute
            && let Some((_, rest)) = parameters.split_first()
        {
            arguments.positional.push(self.handed_request(entry));
            own = rest;
        }
        if let Some(class) = &handler.answer_class
            && let Some((_, rest)) = own.split_first()
        {
            let class = self.models.canonical(class).into_owned();
            arguments.positional.push(super::library::object_of(&class, entry.info.place));
            own = rest;
        }
        if let Some(parameter) = handler.continuation.and_then(|at| parameters.get(at)) {
            let goes_on = Value::of(Shape::Continuation(usize::MAX));
            arguments.keywords.push((parameter.name.clone(), goes_on));
        }
        own
    }

    /// Whether a class without a known base is one whose methods a framework calls: its file imports the framework, and it
    /// has such a method.
    pub(super) fn is_known_by_methods(&self, class: ClassRef<'p>) -> Option<&Arc<ViewClassModel>> {
        let scope = self.index.scope(class.file);
        self.models.view_classes_by_import().find(|model| {
            model.imported.iter().any(|module| scope.imports(module))
                && class.class.body.iter().any(|statement| match &statement.kind {
                    StatementKind::Function(function) => {
                        model.methods.iter().chain(&model.dispatch).any(|name| *name == function.name)
                    }
                    _ => false,
                })
        })
    }
}

fn own_parameters<'p>(entry: &Entry<'p>) -> &'p [Parameter] {
    let skipped =
        usize::from(entry.site.class.is_some() && !super::objects::has_decorator(entry.site.function, "staticmethod"));
    entry.site.function.parameters.get(skipped..).unwrap_or_default()
}
