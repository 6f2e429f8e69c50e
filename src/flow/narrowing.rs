//! What a test says of a secret beyond whether it is there: that it is a text, that it only names another secret, that the
//! header which could hold it was never sent.

use super::interpreter::Interpreter;
use super::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part, Store};
use super::state::State;
use super::value::{Constant, Nullness, Shape, Value};
use crate::syntax::tree::{Argument, Expression, ExpressionKind, Name};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Narrows what a name can hold on both sides of a test of its type or of its beginning.
    pub(super) fn narrow(&mut self, test: &'p Expression, yes: &mut Vec<State<'p>>, no: &mut Vec<State<'p>>) {
        let ExpressionKind::Call { callee, arguments } = &test.kind else { return };
        match (&callee.kind, arguments.as_slice()) {
            (ExpressionKind::Name(function), [tested, types]) if function == "isinstance" => {
                if let ExpressionKind::Name(name) = &tested.value.kind {
                    yes.retain(|state| is_of_type(state, name, &types.value) != Some(false));
                    no.retain(|state| is_of_type(state, name, &types.value) != Some(true));
                }
                yes.iter_mut().for_each(|state| self.refine(state, &tested.value, Nullness::PRESENT));
                if let ExpressionKind::Name(name) = &tested.value.kind
                    && are_texts(&types.value)
                {
                    no.retain_mut(|state| is_no_text(state, name));
                }
            }
            (ExpressionKind::Attribute { value, name: method, .. }, [Argument { value: beginning, .. }])
                if method == "startswith" && begins_reference(beginning) =>
            {
                if let ExpressionKind::Name(name) = &value.kind {
                    yes.iter_mut().for_each(|state| only_refers(state, name));
                }
            }
            _ => {}
        }
    }
}

/// What a value shows when it is written, where that is less than it is made of: nothing where this path knows that it is
/// absent or empty.
pub(super) fn without_absent<'p>(state: &State<'p>, value: &Value<'p>) -> Option<Value<'p>> {
    let is_absent = !value.nullness.may_be(Nullness::FULL);
    let holds_headers = |kind: &OriginKind| matches!(kind, OriginKind::HeaderMap);
    if is_absent {
        return (!value.origins.is_empty()).then(|| value.clone().with_origins(super::origin::Origins::default()));
    }
    let origins = value.deep_origins();
    if !origins.any(holds_headers) || !is_authorization_absent(state) {
        return None;
    }
    let rest = origins.filter_map(|origin| (!holds_headers(&origin.kind)).then(|| origin.clone()));
    Some(Value::from_origins(rest, value.nullness))
}

/// Whether a test on this path found no `Authorization` header.
fn is_authorization_absent(state: &State<'_>) -> bool {
    let is_header = |origin: &Origin| match &origin.kind {
        OriginKind::Credential(Credential {
            channel: Channel::Header,
            kind: CredentialKind::Bearer,
            name,
            part: Part::Whole,
        }) => name.to_ascii_lowercase().ends_with("authorization"),
        _ => false,
    };
    let is_absent = |value: &Value<'_>| !value.nullness.may_be(Nullness::FULL);
    !state.known("Header authorization").may_be(Nullness::FULL)
        || state.locals.iter().any(|(_, value)| is_absent(value) && value.origins.iter().any(is_header))
}

/// Whether what a name holds is of a type, where it is known what it is: a text that stands for a failure is no number.
fn is_of_type(state: &State<'_>, name: &Name, types: &Expression) -> Option<bool> {
    let own: &[&str] = match &state.locals.get(name)?.shape {
        Shape::Constant(Constant::Text { is_bytes, .. }) => &[if *is_bytes { "bytes" } else { "str" }],
        // A number may be a span of time as well, which is kept as its seconds.
        Shape::Constant(Constant::Boolean(_)) => &["bool", "int"],
        Shape::Constant(Constant::None) => &[],
        _ => return None,
    };
    let of_one = |kind: &Expression| match &kind.kind {
        ExpressionKind::Name(name) if own.contains(&name.as_str()) => Some(true),
        ExpressionKind::Name(name) if BUILTIN_TYPES.contains(&name.as_str()) => Some(false),
        _ => None,
    };
    let ExpressionKind::Tuple(kinds) = &types.kind else { return of_one(types) };
    let each: Vec<Option<bool>> = kinds.iter().map(of_one).collect();
    if each.contains(&Some(true)) { Some(true) } else { each.iter().all(|one| *one == Some(false)).then_some(false) }
}

/// Types of the language that no literal of another one is an instance of.
const BUILTIN_TYPES: &[&str] = &["str", "bytes", "int", "float", "bool", "dict", "list", "tuple", "set"];

/// `str`, or several types with `str` among them.
fn are_texts(types: &Expression) -> bool {
    match &types.kind {
        ExpressionKind::Name(name) => name == "str",
        ExpressionKind::Tuple(types) => types.iter().any(are_texts),
        _ => false,
    }
}

/// `vault:`, `os.environ/`, `file://`: what begins so says where the secret is.
fn begins_reference(beginning: &Expression) -> bool {
    matches!(&beginning.kind, ExpressionKind::String(text) if text.len() > 1 && text.ends_with(['/', ':']))
}

/// What a name holds is no text: what could only be one is absent, and what was taken for a secret by its name is something else.
/// False where the path cannot exist.
fn is_no_text(state: &mut State<'_>, name: &Name) -> bool {
    let Some(value) = state.locals.get(name) else { return true };
    let is_union = matches!(value.shape, Shape::Union(_));
    if !(is_union || matches!(value.shape, Shape::Unknown | Shape::Method(_))) || value.deep_origins().is_empty() {
        return true;
    }
    if !is_union && value.origins.iter().all(is_text) {
        let left = value.nullness.and(Nullness::NONE);
        let narrowed = value.clone().with_nullness(left);
        state.locals.narrow(name.clone(), narrowed);
        return !left.is_impossible();
    }
    let narrowed = without_guesses(value);
    state.locals.narrow(name.clone(), narrowed);
    true
}

/// A value of which a test left only this. `None` is no secret, whatever it is called.
pub(super) fn to_nullness(value: Value<'_>, left: Nullness) -> Value<'_> {
    let value = if left == Nullness::NONE { without_guesses(&value) } else { value };
    let Shape::Union(members) = &value.shape else { return value.with_nullness(left) };
    // An alternative that this path rules out is none.
    let kept: Vec<Value<'_>> = members
        .iter()
        .map(|member| member.clone().with_nullness(member.nullness.and(left)))
        .filter(|member| !member.nullness.is_impossible())
        .collect();
    if kept.is_empty() {
        return value.with_nullness(left);
    }
    Value { shape: Shape::Union(Rc::new(kept)), origins: value.origins, nullness: left }
}

/// A value without what was only taken for a secret by its name.
fn without_guesses<'p>(value: &Value<'p>) -> Value<'p> {
    without(value, &|origin| {
        matches!(&origin.kind, OriginKind::Setting { store: Store::Attribute | Store::Variable, .. })
    })
}

/// A value without some of its origins, whichever of its alternatives has them.
fn without<'p>(value: &Value<'p>, is_dropped: &dyn Fn(&Origin) -> bool) -> Value<'p> {
    let origins = value.origins.filter_map(|origin| (!is_dropped(origin)).then(|| origin.clone()));
    let shape = match &value.shape {
        Shape::Union(members) => {
            Shape::Union(Rc::new(members.iter().map(|member| without(member, is_dropped)).collect()))
        }
        shape => shape.clone(),
    };
    Value { origins, shape, nullness: value.nullness }
}

/// Whether what has this origin is a text wherever it is anything.
fn is_text(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(credential) => {
            matches!(
                credential.channel,
                Channel::Header | Channel::Cookie | Channel::Query | Channel::Form | Channel::Values
            )
        }
        OriginKind::Setting { store, .. } => *store == Store::Environment,
        _ => false,
    }
}

/// A setting that begins with the name of a place is not the secret but says where it is.
fn only_refers(state: &mut State<'_>, name: &Name) {
    let Some(value) = state.locals.get(name) else { return };
    let is_setting =
        |origin: &Origin| matches!(&origin.kind, OriginKind::Setting { store, .. } if *store != Store::Literal);
    let narrowed = without(value, &is_setting);
    state.locals.narrow(name.clone(), narrowed);
}
