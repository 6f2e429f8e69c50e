//! What one run of a function says for all equal calls: which calls are equal, which ways out are one, and whether a
//! function that was asked about a credential can say no.

use super::evidence::{CheckKind, Evidence};
use super::interpreter::{Raised, Summary, SummaryKey};
use super::origin::{Origin, OriginKind, Step, Trail};
use super::relevant;
use super::state::{MAX_PATHS, State};
use super::value::{Arguments, Closure, Code, Constant, Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{ExpressionKind, Name, Statement, StatementKind};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

pub(super) fn summary_key<'p>(
    identity: Place,
    closure: &Rc<Closure<'p>>,
    arguments: &Arguments<'p>,
    state: &State<'p>,
) -> SummaryKey {
    let mut hasher = FxHasher::default();
    closure.scope.as_ref().map(|scope| Rc::as_ptr(scope) as usize).hash(&mut hasher);
    for value in &arguments.positional {
        value.fingerprint().hash(&mut hasher);
    }
    for (name, value) in &arguments.keywords {
        (name, value.fingerprint()).hash(&mut hasher);
    }
    if let Some(rest) = &arguments.rest {
        rest.fingerprint().hash(&mut hasher);
    }
    (state.status, state.evidence.is_proved()).hash(&mut hasher);
    (identity, hasher.finish())
}

/// The caller's path after a callee that was run once: its own names, its world with the callee's changes, the evidence of
/// both.
pub(super) fn continue_after<'p>(caller: &State<'p>, summary: &Summary<'p>, callee: &State<'p>) -> State<'p> {
    let mut state = caller.with_changes(&summary.footprint, &summary.before, callee);
    state.status = callee.status;
    state.evidence.add_all(&callee.evidence);
    state
}

/// A way out of a function.
type Return<'p> = (State<'p>, Value<'p>, Place);

/// Ways out with equal evidence whose values a caller could not tell apart become one; where too many are left, those
/// that established the same kinds of things do.
pub(super) fn merge_returns(returns: Vec<Return<'_>>) -> Vec<Return<'_>> {
    let merged = merge_returns_by(returns, State::is_like, return_class);
    if merged.len() <= MAX_PATHS { merged } else { merge_returns_by(merged, State::is_of_same_kinds, return_class) }
}

/// The same for what stands before every route: each way out that is left has the whole handler run again, so those that
/// proved something, by whatever means, and left the same doubts become one, and those that proved nothing too.
pub(super) fn few_returns(returns: Vec<Return<'_>>) -> Vec<Return<'_>> {
    let is_same = |one: &State<'_>, other: &State<'_>| {
        one.is_like(other) || one.proves_as_much(other) || one.proves_as_little(other)
    };
    merge_returns_by(returns, is_same, |value| (u8::from(value.nullness.may_be(Nullness::FULL)), return_class(value).1))
}

/// The most ways out of what stands before many routes that are followed into each of them.
const MAX_WAYS_OF_ALL: usize = 12;

/// The same for what is run once for many routes. Where too many ways are left, no more is asked than whether they proved
/// something, and each of those that are left stands for more than can be told apart.
pub(super) fn very_few_returns(returns: Vec<Return<'_>>) -> Vec<Return<'_>> {
    let few = few_returns(returns);
    if few.len() <= MAX_WAYS_OF_ALL {
        return few;
    }
    let is_same = |one: &State<'_>, other: &State<'_>| {
        one.evidence.has_proof() == other.evidence.has_proof() && one.status == other.status
    };
    let class = |value: &Value<'_>| (u8::from(value.nullness.may_be(Nullness::FULL)), None);
    let mut merged = merge_returns_by(few, is_same, class);
    merged.iter_mut().for_each(|(state, _, at)| state.evidence.add(CheckKind::Opaque, *at));
    merged
}

fn merge_returns_by<'p>(
    returns: Vec<Return<'p>>,
    is_same: impl Fn(&State<'p>, &State<'p>) -> bool,
    class: impl Fn(&Value<'p>) -> (u8, Option<i64>),
) -> Vec<Return<'p>> {
    let mut merged: Vec<(State<'p>, Value<'p>, Place)> = Vec::new();
    for (state, value, at) in returns {
        let same = merged
            .iter_mut()
            .find(|(known, known_value, _)| is_same(known, &state) && class(known_value) == class(&value));
        match same {
            Some((known, known_value, _)) => {
                let locals = known.locals.clone();
                *known = known.join(&state);
                known.locals = locals;
                *known_value = known_value.join(&value);
            }
            None => merged.push((state, value, at)),
        }
    }
    merged
}

/// What a caller can tell apart: nothing, falsehood, truth, a status.
pub(super) fn return_class(value: &Value<'_>) -> (u8, Option<i64>) {
    let status = match &value.shape {
        Shape::Response { status } => *status,
        Shape::Sequence(elements) => elements
            .get(1)
            .and_then(Value::as_integer)
            .or_else(|| elements.first().and_then(Value::as_boolean).map(i64::from)),
        _ => None,
    };
    let class = match value.nullness {
        Nullness::NONE => 0,
        Nullness::EMPTY => 1,
        Nullness::FULL => 2,
        _ => 3,
    };
    (class, status)
}

/// Exceptions of one place with equal evidence become one. More than a reader could follow are not kept apart: an
/// exception that reaches the framework turns the caller away, and one that is caught is caught by the same handlers.
pub(super) fn merge_raised(raised: Vec<Raised<'_>>) -> Vec<Raised<'_>> {
    let mut merged: Vec<Raised<'_>> = Vec::new();
    for one in raised {
        let is_known =
            merged.iter().any(|known| known.place == one.place && known.state.evidence.is_like(&one.state.evidence));
        if !is_known && merged.len() < MAX_PATHS {
            merged.push(one);
        }
    }
    merged
}

/// A validator that accepts everything: it gets the credential and can only answer yes.
pub(super) fn stub_origin<'p>(
    closure: &Rc<Closure<'p>>,
    arguments: &Arguments<'p>,
    summary: &Summary<'p>,
) -> Option<Origin> {
    let credential = arguments.iter().find_map(|value| {
        value
            .origins
            .credential()
            .filter(|(_, credential)| relevant::is_bearing(credential))
            .map(|(origin, _)| origin.clone())
    })?;
    let name = closure.code.name();
    let can_refuse = match closure.code {
        Code::Function(function) => {
            can_refuse(&function.body) || super::objects::has_decorator(function, "abstractmethod")
        }
        Code::Lambda(..) => false,
    };
    if can_refuse || !summary.says_yes {
        return None;
    }
    let at = closure.code.place(closure.file);
    let trail: Rc<Trail> =
        credential.trail.then(at, Step::Passed { function: name.clone(), parameter: Name::new("credential") });
    let kind = OriginKind::StubResult { function: name, at };
    Some(Origin { kind, confidence: Confidence::High, trail })
}

/// Whether a body has a way out that says no, on this call or another: the paths of one call do not show it.
fn can_refuse(body: &[Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Raise { .. } | StatementKind::Assert { .. } => true,
        StatementKind::Return(None) => true,
        StatementKind::Return(Some(value)) => match &value.kind {
            ExpressionKind::Boolean(truth) => !truth,
            ExpressionKind::Integer(number) => *number == Some(0),
            ExpressionKind::None => true,
            ExpressionKind::Dictionary(_) | ExpressionKind::Name(_) => false,
            _ => true,
        },
        StatementKind::Function(_) | StatementKind::Class(_) => false,
        _ => super::walk::bodies(statement).into_iter().any(can_refuse),
    })
}

/// Every way out of a function says yes and nothing on the way looked at anything.
pub(super) fn accepts_everything(name: &str, returns: &[(State<'_>, Value<'_>, Place)], raised: &[Raised<'_>]) -> bool {
    // Where every answer is yes, a test of its form decides nothing.
    let looks = |evidence: &Evidence| evidence.iter().any(|check| !check.kind.is_of_form());
    let is_yes = |value: &Value<'_>| match &value.shape {
        Shape::Constant(Constant::Boolean(truth)) => *truth,
        Shape::Constant(Constant::Integer(number)) => *number != 0,
        Shape::Dictionary(dictionary) => {
            dictionary.entries.get("active").is_some_and(|active| active.as_boolean() == Some(true))
                || vocabulary::is_validator(name) && is_written_down(value)
        }
        // Handing the credential back is a yes from a validator; from any other function it is what was asked for.
        _ => {
            vocabulary::is_validator(name)
                && value.origins.credential().is_some_and(|(_, credential)| relevant::is_bearing(credential))
        }
    };
    !returns.is_empty()
        && raised.is_empty()
        && returns.iter().all(|(state, value, _)| !looks(&state.evidence) && is_yes(value))
}

/// Somebody whom the program wrote down, and nothing in it that says no.
fn is_written_down(value: &Value<'_>) -> bool {
    let Shape::Dictionary(dictionary) = &value.shape else { return false };
    let says_no = |value: &Value<'_>| value.is_none() || value.as_boolean() == Some(false);
    let mut values = dictionary.entries.values();
    dictionary.rest.is_none()
        && !dictionary.entries.is_empty()
        && values.all(|value| matches!(value.shape, Shape::Constant(_)) && !says_no(value))
        && !super::outcome::is_refusal_text(value)
}
