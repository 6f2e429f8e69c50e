//! Objects that a framework asks about the caller before a route runs: authenticators that say who calls, permissions that
//! refuse. Which of them stand before a route is worked out in `policy_lists.rs`.

use super::entry::Entry;
use super::event::{EntryKind, Stage};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::library::object_of;
use super::policy_lists::{Asked, Policy};
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::{PolicyArgument, PolicyDecision, PolicyModel};
use crate::source::Place;
use crate::syntax::tree::Name;
use std::sync::Arc;

/// The class of the caller that nobody is.
const NOBODY: &str = "django.contrib.auth.models.AnonymousUser";

/// What the policies of one kind are asked with.
struct Question<'a, 'p> {
    asked: &'a Asked<'p>,
    arguments: Arguments<'p>,
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
            let question = self.question(entry, asked);
            let mut next = Vec::new();
            for state in states {
                next.extend(match asked.model.decides {
                    PolicyDecision::Caller => self.find_caller(state, &question),
                    PolicyDecision::Permission => self.ask_permission(state, &question, &mut refused),
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
        Question { asked, arguments: Arguments::of(given.collect()) }
    }

    /// The first authenticator that names a caller does; where none does, nobody calls.
    fn find_caller(&mut self, state: State<'p>, question: &Question<'_, 'p>) -> Vec<State<'p>> {
        let (mut found, mut pending, mut later) = (Vec::new(), vec![state], Vec::new());
        for policy in &question.asked.policies {
            let Policy::One(policy) = policy else {
                pending.iter_mut().for_each(|state| state.evidence.add(CheckKind::Opaque, question.asked.at));
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
            pending.iter_mut().for_each(|state| has_no_caller(state, question.asked.at));
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
        question: &Question<'_, 'p>,
        refused: &mut Branches<'p>,
    ) -> Vec<State<'p>> {
        let mut let_on = vec![state];
        for policy in &question.asked.policies {
            let mut next = Vec::new();
            for state in let_on {
                let (yes, no) = self.split_by(state, policy, question);
                next.extend(yes);
                let answer = Value::of(Shape::Response { status: Some(403) });
                refused.extend(no.into_iter().map(|state| (state, answer.clone())));
            }
            let_on = self.merge(next, question.asked.at);
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
                state.evidence.add(CheckKind::Opaque, question.asked.at);
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
        let at = question.asked.at;
        let is_class = matches!(policy.shape, Shape::Class(_) | Shape::External(_) | Shape::Partial(_));
        let objects =
            if is_class { self.call(state, policy, Arguments::default(), at) } else { one(state, policy.clone()) };
        let name = Name::new(&question.asked.model.asks);
        let stage = Stage::Hook(policy_name(policy));
        let methods = self.then(objects, |this, state, object| this.attribute(state, &object, &name, at));
        let arguments = question.arguments.clone();
        let answers = self.then(methods, |this, state, method| this.call(state, &method, arguments.clone(), at));
        answers.iter().for_each(|(state, _)| self.note_stage(&state.evidence, &stage));
        answers
    }

    /// Where a policy of the program is written; where it is named for one from outside.
    fn asked_at(&mut self, policy: &Value<'p>, question: &Question<'_, 'p>) -> Place {
        let (Shape::Class(class) | Shape::Instance { class, .. }) = policy.shape else { return question.asked.at };
        let method = self.find_method(class, &question.asked.model.asks);
        method.map_or(question.asked.at, |(owner, function)| Place { file: owner.file, span: function.name_span })
    }
}

/// Whether the policies found a caller; none where nobody asked.
pub(super) fn has_caller(state: &State<'_>) -> Option<bool> {
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
