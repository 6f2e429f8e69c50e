//! Objects that a framework asks about the caller before a route runs: authenticators that say who calls, permissions that
//! refuse. Which attributes, decorators and settings name them is said by models (`[[policy]]`).

use super::entry::Entry;
use super::event::{EntryKind, Stage};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::library::object_of;
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::{PolicyArgument, PolicyDecision, PolicyModel};
use crate::program::{Binding, ClassRef};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};
use std::sync::Arc;

/// The class of the caller that nobody is.
const NOBODY: &str = "django.contrib.auth.models.AnonymousUser";

/// Policies combined in policies: nobody nests deeper.
const MAX_NESTING: u8 = 6;

/// What is asked.
#[derive(Clone, Debug)]
enum Policy<'p> {
    /// A class or an object of one.
    One(Value<'p>),
    /// All of them have to say yes.
    All(Vec<Policy<'p>>),
    /// One of them has to.
    Any(Vec<Policy<'p>>),
    /// The opposite of one.
    Not(Box<Policy<'p>>),
    /// Nobody can tell what.
    Unseen,
}

/// The policies of one kind that stand before a route.
struct Asked<'p> {
    model: Arc<PolicyModel>,
    policies: Vec<Policy<'p>>,
    at: Place,
}

/// What a policy is asked with.
struct Question<'a, 'p> {
    model: &'a PolicyModel,
    arguments: Arguments<'p>,
    at: Place,
}

impl<'p> Interpreter<'p, '_> {
    /// Asks everything that is asked before a route: the paths that are let through, and the answers to the others.
    pub(super) fn run_policies(&mut self, states: Vec<State<'p>>, entry: &Entry<'p>) -> (Vec<State<'p>>, Branches<'p>) {
        let mut refused = Branches::new();
        let Some(request) = entry.handler.request_class.as_deref().filter(|_| entry.info.kind == EntryKind::Route)
        else {
            return (states, refused);
        };
        let request = self.models.canonical(request).into_owned();
        let models: Vec<Arc<PolicyModel>> = self.models.policies(&request).cloned().collect();
        let asked: Vec<Asked<'p>> = models.into_iter().map(|model| self.policies_before(entry, model)).collect();
        let mut states = states;
        for asked in &asked {
            let mut next = Vec::new();
            for state in states {
                let question = self.question(entry, asked);
                next.extend(match asked.model.decides {
                    PolicyDecision::Caller => self.find_caller(state, asked, &question),
                    PolicyDecision::Permission => self.ask_permission(state, asked, &question, &mut refused),
                });
            }
            states = next;
        }
        (states, refused)
    }

    fn question<'a>(&mut self, entry: &Entry<'p>, asked: &'a Asked<'p>) -> Question<'a, 'p> {
        let given = asked.model.arguments.iter().map(|argument| match argument {
            PolicyArgument::Request => self.handed_request(entry),
            PolicyArgument::View => entry.view_class().map_or_else(Value::unknown, |class| {
                Value::of(Shape::Instance { class, object: Object::SelfOf(class.place()) })
            }),
        });
        Question { model: &asked.model, arguments: Arguments::of(given.collect()), at: asked.at }
    }

    /// The first authenticator that names a caller does; where none does, nobody calls.
    fn find_caller(&mut self, state: State<'p>, asked: &Asked<'p>, question: &Question<'_, 'p>) -> Vec<State<'p>> {
        let (mut found, mut pending, mut later) = (Vec::new(), vec![state], Vec::new());
        for policy in &asked.policies {
            let Policy::One(policy) = policy else {
                pending.iter_mut().for_each(|state| state.evidence.add(CheckKind::Opaque, question.at));
                later.push(Value::unknown());
                continue;
            };
            if matches!(policy.shape, Shape::External(_) | Shape::ExternalInstance { .. }) {
                later.push(policy.clone());
                continue;
            }
            let (with, without) = self.ask_caller(pending, policy, question);
            found.extend(with);
            pending = without;
        }
        if later.is_empty() {
            pending.iter_mut().for_each(|state| has_no_caller(state, question.at));
        }
        self.authenticators = Some(later);
        found.extend(pending);
        found
    }

    /// The paths on which an authenticator names a caller, and those on which it names none.
    fn ask_caller(
        &mut self,
        states: Vec<State<'p>>,
        policy: &Value<'p>,
        question: &Question<'_, 'p>,
    ) -> (Vec<State<'p>>, Vec<State<'p>>) {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for state in states {
            for (mut state, answer) in self.ask(state, policy, question) {
                if answer.nullness.may_be(Nullness::NONE) {
                    without.push(state.clone());
                }
                if answer.nullness.may_be(Nullness::PRESENT) && !answer.is_none() {
                    is_caller(&mut state, &answer);
                    with.push(state);
                }
            }
        }
        (with, without)
    }

    /// Somebody wants to know whether there is a caller: the authenticators from outside are asked now. That they would have
    /// found one says nothing where nobody wants to know.
    pub(super) fn ask_whether_there_is_caller(&mut self, state: State<'p>, place: Place) -> Branches<'p> {
        if let Some(has_caller) = has_caller(&state) {
            return one(state, Value::boolean(has_caller));
        }
        let Some(authenticators) = self.authenticators.clone() else {
            let mut known = state.clone();
            known.evidence.add(CheckKind::Identity, place);
            return [(known, Value::boolean(true)), (state, Value::boolean(false))].into_iter().collect();
        };
        let (mut all, mut pending) = (Branches::new(), vec![state]);
        for policy in authenticators {
            for mut state in std::mem::take(&mut pending) {
                let path = match &policy.shape {
                    Shape::External(path) | Shape::ExternalInstance { class: path, .. } => path.clone(),
                    _ => Name::default(),
                };
                let path: Name = format!("{path}.authenticate").into();
                if !matches!(self.models.meaning(&path), Some(Meaning::Verify(_))) {
                    state.evidence.add(CheckKind::Opaque, place);
                    pending.push(state.clone());
                    all.push((state, Value::boolean(true)));
                    continue;
                }
                for (mut state, answer) in self.verify_caller(state, &path, &Arguments::default(), None, place) {
                    if answer.is_none() {
                        pending.push(state);
                    } else {
                        is_caller(&mut state, &answer);
                        all.push((state, Value::boolean(true)));
                    }
                }
            }
        }
        for mut state in pending {
            has_no_caller(&mut state, place);
            all.push((state, Value::boolean(false)));
        }
        all
    }

    fn ask_permission(
        &mut self,
        state: State<'p>,
        asked: &Asked<'p>,
        question: &Question<'_, 'p>,
        refused: &mut Branches<'p>,
    ) -> Vec<State<'p>> {
        let mut let_on = vec![state];
        for policy in &asked.policies {
            let mut next = Vec::new();
            for state in let_on {
                let (yes, no) = self.split_by(state, policy, question);
                next.extend(yes);
                let answer = Value::of(Shape::Response { status: Some(403) });
                refused.extend(no.into_iter().map(|state| (state, answer.clone())));
            }
            let_on = self.merge(next, question.at);
        }
        let_on
    }

    /// The paths on which a policy says yes, and those on which it says no.
    fn split_by(
        &mut self,
        state: State<'p>,
        policy: &Policy<'p>,
        question: &Question<'_, 'p>,
    ) -> (Vec<State<'p>>, Vec<State<'p>>) {
        match policy {
            Policy::One(value) => {
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (state, answer) in self.ask(state, value, question) {
                    let place = self.asked_at(value, question);
                    let (holds, fails) = self.split_by_answer(&state, &answer, place);
                    yes.extend(holds);
                    no.extend(fails);
                }
                (yes, no)
            }
            Policy::Not(inner) => {
                let (yes, no) = self.split_by(state, inner, question);
                (no, yes)
            }
            Policy::All(all) | Policy::Any(all) => {
                let is_all = matches!(policy, Policy::All(_));
                let (mut open, mut decided) = (vec![state], Vec::new());
                for policy in all {
                    let mut next = Vec::new();
                    for state in open {
                        let (yes, no) = self.split_by(state, policy, question);
                        let (on, out) = if is_all { (yes, no) } else { (no, yes) };
                        next.extend(on);
                        decided.extend(out);
                    }
                    open = next;
                }
                if is_all { (open, decided) } else { (decided, open) }
            }
            Policy::Unseen => {
                let mut state = state;
                state.evidence.add(CheckKind::Opaque, question.at);
                (vec![state.clone()], vec![state])
            }
        }
    }

    /// Parts a path by whether an answer is true.
    fn split_by_answer(
        &mut self,
        state: &State<'p>,
        answer: &Value<'p>,
        place: Place,
    ) -> (Option<State<'p>>, Option<State<'p>>) {
        self.truth_is_tested(&answer.origins, place);
        let side = |wanted: Nullness, kind: CheckKind| {
            answer.nullness.may_be(wanted).then(|| {
                let mut state = state.clone();
                super::condition::add_presence(&mut state, &answer.origins, kind, place);
                state
            })
        };
        (side(Nullness::FULL, CheckKind::Presence), side(Nullness::NONE.or(Nullness::EMPTY), CheckKind::Rejected))
    }

    /// Calls the method of a policy.
    fn ask(&mut self, state: State<'p>, policy: &Value<'p>, question: &Question<'_, 'p>) -> Branches<'p> {
        let at = question.at;
        let is_class = matches!(policy.shape, Shape::Class(_) | Shape::External(_) | Shape::Partial(_));
        let objects =
            if is_class { self.call(state, policy, Arguments::default(), at) } else { one(state, policy.clone()) };
        let name = Name::new(&question.model.asks);
        let stage = Stage::Hook(policy_name(policy));
        let methods = self.then(objects, |this, state, object| this.attribute(state, &object, &name, at));
        let arguments = question.arguments.clone();
        let answers = self.then(methods, |this, state, method| this.call(state, &method, arguments.clone(), at));
        answers.iter().for_each(|(state, _)| self.note_stage(&state.evidence, &stage));
        answers
    }

    /// Where a policy of the program is written; where it is named for one from outside.
    fn asked_at(&mut self, policy: &Value<'p>, question: &Question<'_, 'p>) -> Place {
        let (Shape::Class(class) | Shape::Instance { class, .. }) = policy.shape else { return question.at };
        let method = self.find_method(class, &question.model.asks);
        method.map_or(question.at, |(owner, function)| Place { file: owner.file, span: function.name_span })
    }

    /// What of one kind stands before a route: the nearest place that names any counts.
    fn policies_before(&mut self, entry: &Entry<'p>, model: Arc<PolicyModel>) -> Asked<'p> {
        let at = entry.info.place;
        let written = self.asked_by_registration(entry, &model).or_else(|| self.asked_by_decorator(entry, &model));
        if let Some((file, list)) = written {
            return Asked {
                policies: self.listed(file, list, MAX_NESTING),
                model,
                at: Place { file, span: list.span },
            };
        }
        if let Some(class) = entry.view_class() {
            if let Some((owner, _)) = self.find_method(class, &model.getter) {
                return Asked { policies: self.asked_by_getter(class, entry, &model), model, at: owner.place() };
            }
            let (policies, at) = self.asked_by_class(class, &model);
            return Asked { model, policies, at };
        }
        Asked { policies: self.asked_by_default(entry.site.file, &model), model, at }
    }

    /// What a view's class says, or the settings in its place.
    fn asked_by_class(&mut self, class: ClassRef<'p>, model: &PolicyModel) -> (Vec<Policy<'p>>, Place) {
        if let Some((file, list)) = self.asked_by_attribute(class, model) {
            return (self.listed(file, list, MAX_NESTING), Place { file, span: list.span });
        }
        if self.has_unknown_base(class) {
            return (vec![Policy::Unseen], class.place());
        }
        (self.asked_by_default(class.file, model), class.place())
    }

    fn asked_by_default(&mut self, file: FileId, model: &PolicyModel) -> Vec<Policy<'p>> {
        self.asked_by_setting(file, model)
            .unwrap_or_else(|| model.default.iter().map(|path| Policy::One(Value::external(path.as_str()))).collect())
    }

    /// `super().get_permissions()` of a view whose policies are being asked for: what the framework would give.
    pub(super) fn policies_of_base(&mut self, name: &str) -> Option<Value<'p>> {
        let (class, model) = self.policies_of.clone().filter(|(_, model)| model.getter == name)?;
        let (policies, _) = self.asked_by_class(class, &model);
        let values = policies.into_iter().map(|policy| match policy {
            Policy::One(value) => value,
            _ => Value::unknown(),
        });
        Some(Value::of(Shape::Sequence(std::rc::Rc::new(values.collect()))))
    }

    /// `as_view(permission_classes=[…])`.
    fn asked_by_registration(&mut self, entry: &Entry<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let at = entry.at?;
        let arguments = self.call_at(at)?;
        listed_as(arguments, model).map(|list| (at.file, list))
    }

    /// `@permission_classes([…])`.
    fn asked_by_decorator(&mut self, entry: &Entry<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let file = entry.site.file;
        entry.site.function.decorators.iter().find_map(|decorator| {
            let ExpressionKind::Call { callee, arguments } = &decorator.kind else { return None };
            // `@action(detail=True, permission_classes=[…])`.
            if let Some(list) = listed_as(arguments, model) {
                return Some((file, list));
            }
            let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
            let Shape::External(path) = &value.shape else { return None };
            let path = self.models.canonical(path);
            let is_one = model.decorator.iter().any(|known| *known == *path);
            is_one.then(|| arguments.first().map(|argument| (file, &argument.value)))?
        })
    }

    /// The attribute of a view's class, where one of its classes sets it once.
    fn asked_by_attribute(&mut self, class: ClassRef<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let order = self.resolution_order(class);
        order.iter().find_map(|owner| {
            let scope = self.class_scope(*owner);
            match scope.names.get(model.attribute.as_str())?.last()?.binding {
                Binding::Value { expression, ref path } if path.is_empty() => Some((owner.file, expression)),
                Binding::Annotated { expression: Some(expression), .. } => Some((owner.file, expression)),
                _ => None,
            }
        })
    }

    /// What `get_permissions(self)` of the program gives, on all its paths.
    fn asked_by_getter(&mut self, class: ClassRef<'p>, entry: &Entry<'p>, model: &Arc<PolicyModel>) -> Vec<Policy<'p>> {
        let receiver = Value::of(Shape::Instance { class, object: Object::SelfOf(class.place()) });
        let name = Name::new(&model.getter);
        let place = class.place();
        let state = self.with_request(State::default(), entry);
        self.policies_of = Some((class, Arc::clone(model)));
        let answers = self.at_module_level(class.file, |this| {
            let methods = this.attribute(state, &receiver, &name, place);
            this.then(methods, |this, state, method| this.call(state, &method, Arguments::default(), place))
        });
        self.policies_of = None;
        // One list is the policies; one of several, by the request, cannot be told apart here.
        match answers.as_slice() {
            [(_, Value { shape: Shape::Sequence(elements), .. })] => {
                elements.iter().map(|element| as_policy(element.clone())).collect()
            }
            _ => vec![Policy::Unseen],
        }
    }

    /// The setting that names them for all routes.
    fn asked_by_setting(&mut self, file: FileId, model: &PolicyModel) -> Option<Vec<Policy<'p>>> {
        let mut keys = model.setting.split('.');
        let first = Name::new(keys.next()?);
        let mut value = self.at_module_level(file, |this| this.configuration_value(&first))?;
        for key in keys {
            value = match &value.shape {
                Shape::Dictionary(dictionary) => match dictionary.entries.get(key) {
                    Some(found) => found.clone(),
                    None if dictionary.rest.is_none() => return None,
                    None => return Some(vec![Policy::Unseen]),
                },
                _ => return Some(vec![Policy::Unseen]),
            };
        }
        let Shape::Sequence(names) = &value.shape else { return Some(vec![Policy::Unseen]) };
        Some(names.iter().map(|name| self.named_policy(file, name)).collect())
    }

    fn named_policy(&mut self, file: FileId, name: &Value<'p>) -> Policy<'p> {
        match name.as_text() {
            Some(dotted) => {
                let found = self.named_object(file, dotted);
                as_policy(if matches!(found.shape, Shape::Unknown) { Value::external(dotted.clone()) } else { found })
            }
            None => as_policy(name.clone()),
        }
    }

    /// The policies of a written list.
    fn listed(&mut self, file: FileId, list: &'p Expression, depth: u8) -> Vec<Policy<'p>> {
        let elements = self.elements_of(file, list);
        elements.into_iter().flat_map(|(file, element)| self.listed_one(file, element, list, depth)).collect()
    }

    fn listed_one(
        &mut self,
        file: FileId,
        element: &'p Expression,
        list: &'p Expression,
        depth: u8,
    ) -> Vec<Policy<'p>> {
        let Some(depth) = depth.checked_sub(1) else { return vec![Policy::Unseen] };
        // `PUBLIC + [HasKey]`, or a list that another file holds.
        let is_whole = std::ptr::eq(element, list);
        match &element.kind {
            ExpressionKind::Binary { left, operator: BinaryOperator::Add, right } if is_whole => {
                let mut all = self.listed(file, left, depth);
                all.extend(self.listed(file, right, depth));
                all
            }
            ExpressionKind::Starred(inner) => self.listed(file, inner, depth),
            _ if is_whole => {
                let value = self.at_module_level(file, |this| this.evaluate_alone(element));
                match &value.shape {
                    Shape::Sequence(elements) => elements.iter().map(|one| as_policy(one.clone())).collect(),
                    _ => vec![Policy::Unseen],
                }
            }
            _ => vec![self.combined(file, element, depth)],
        }
    }

    /// `IsOwner | (IsAuthenticated & ~IsGuest)`.
    fn combined(&mut self, file: FileId, written: &'p Expression, depth: u8) -> Policy<'p> {
        let Some(depth) = depth.checked_sub(1) else { return Policy::Unseen };
        match &written.kind {
            ExpressionKind::Binary {
                left,
                operator: operator @ (BinaryOperator::BitOr | BinaryOperator::BitAnd),
                right,
            } => {
                let both = vec![self.combined(file, left, depth), self.combined(file, right, depth)];
                if *operator == BinaryOperator::BitOr { Policy::Any(both) } else { Policy::All(both) }
            }
            ExpressionKind::Unary { operator: UnaryOperator::Invert, operand } => {
                Policy::Not(Box::new(self.combined(file, operand, depth)))
            }
            _ => {
                let value = self.at_module_level(file, |this| this.evaluate_alone(written));
                as_policy(value)
            }
        }
    }

    /// Whether a class inherits from one outside the program that no model describes.
    fn has_unknown_base(&mut self, class: ClassRef<'p>) -> bool {
        let bases = self.outside_bases(class);
        bases
            .iter()
            .any(|base| base != "object" && !self.models.is_class(base) && self.models.view_class(base).is_none())
    }
}

/// The list that an argument called like the class attribute gives.
fn listed_as<'p>(arguments: &'p [Argument], model: &PolicyModel) -> Option<&'p Expression> {
    let is_list =
        |argument: &&Argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if *name == model.attribute);
    arguments.iter().find(is_list).map(|argument| &argument.value)
}

/// Whether the policies found a caller; none where nobody asked.
fn has_caller(state: &State<'_>) -> Option<bool> {
    let caller = state.attribute(Object::Request, "user")?;
    let is_nobody = matches!(&caller.shape, Shape::ExternalInstance { class, .. } if class == NOBODY);
    Some(!is_nobody && !caller.is_none())
}

fn has_no_caller(state: &mut State<'_>, place: Place) {
    state.set_attribute(Object::Request, Name::new_static("user"), object_of(NOBODY, place));
    state.set_attribute(Object::Request, Name::new_static("auth"), Value::none());
}

/// An authenticator's answer becomes the request's caller.
fn is_caller<'p>(state: &mut State<'p>, answer: &Value<'p>) {
    let known = Value::unknown().with_nullness(Nullness::FULL);
    let (user, auth) = match &answer.shape {
        Shape::Sequence(pair) => (pair.first().cloned(), pair.get(1).cloned()),
        _ => (None, None),
    };
    state.set_attribute(Object::Request, Name::new_static("user"), user.unwrap_or_else(|| known.clone()));
    state.set_attribute(Object::Request, Name::new_static("auth"), auth.unwrap_or(known));
}

fn as_policy(value: Value<'_>) -> Policy<'_> {
    match &value.shape {
        Shape::Class(_)
        | Shape::Instance { .. }
        | Shape::External(_)
        | Shape::ExternalInstance { .. }
        | Shape::Partial(_) => Policy::One(value),
        _ => Policy::Unseen,
    }
}

/// What a policy is called.
fn policy_name(policy: &Value<'_>) -> Name {
    match &policy.shape {
        Shape::Class(class) | Shape::Instance { class, .. } => class.class.name.clone(),
        Shape::External(path) | Shape::ExternalInstance { class: path, .. } => {
            path.rsplit('.').next().unwrap_or_default().into()
        }
        _ => Name::default(),
    }
}
