//! What something that nobody can see into gave for a credential, or for a claim that nobody has verified: the row that a database
//! found by it, and what belongs to that row. Its own copy of the credential says nothing that the search did not say.

use super::expression::merge_branches;
use super::interpreter::{Branches, Interpreter};
use super::origin::{Origin, OriginKind, Origins};
use super::relevant::is_bearing;
use super::state::State;
use super::value::{Arguments, Object, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Name};

/// Under which name an object keeps what it was made with: `Q(api_key=key)`.
const MADE_WITH: Name = Name::new_static("(made with)");

/// Levels of rows and methods that are looked through.
const MAX_NESTING: u8 = 8;

impl<'p> Interpreter<'p, '_> {
    /// What a call gives that nobody can follow, by what it was handed.
    pub(super) fn found_by(state: &State<'p>, handed: &[&Value<'p>]) -> Value<'p> {
        let asked_with = handed.iter().fold(Origins::default(), |all, value| all.union(&asked_with(state, value)));
        if asked_with.is_empty() {
            return Value::unknown();
        }
        Value { shape: Shape::Found(asked_with), ..Value::unknown() }
    }

    /// An object outside the program is made with a credential: whoever is handed it may search by that.
    pub(super) fn is_made_with(state: &mut State<'p>, handed: &[&Value<'p>], place: Place) {
        let found = Self::found_by(state, handed);
        if matches!(found.shape, Shape::Found(_)) {
            state.set_attribute(Object::At(place), MADE_WITH, found);
        }
    }

    /// What an operator makes of conditions of a query: `Q(key=key) | Q(old_key=key)`.
    pub(super) fn found_by_both(state: &State<'p>, value: Value<'p>, sides: [&Value<'p>; 2]) -> Value<'p> {
        let is_unknown = matches!(value.shape, Shape::Unknown) && value.origins.is_empty();
        if is_unknown { Value { shape: Self::found_by(state, &sides).shape, ..value } } else { value }
    }

    /// A method that nobody can see had a credential: what its object gives later (`cursor.fetchone()`) may be found by it, and
    /// what the object holds may have been compared there.
    pub(super) fn saw_credential(mut state: State<'p>, object: &Expression, arguments: &Arguments<'p>) -> State<'p> {
        let ExpressionKind::Name(name) = &object.kind else { return state };
        let Some(known) = state.locals.get(name) else { return state };
        let given: Vec<&Value<'p>> = arguments.iter().chain([known]).collect();
        let seen = Value { shape: Self::found_by(&state, &given).shape, ..known.clone() };
        if matches!(seen.shape, Shape::Found(_)) {
            state.locals.set(name.clone(), seen);
        }
        state
    }

    /// What a comparison with a column gives: a condition of a query, by which rows are found.
    pub(super) fn condition_of_query(&mut self, state: &State<'p>, test: &'p Expression) -> Option<Branches<'p>> {
        let ExpressionKind::Compare { left, rest } = &test.kind else { return None };
        let [(CompareOperator::Equal, right)] = rest.as_slice() else { return None };
        let searched = match (is_column(self.text(left.span)), is_column(self.text(right.span))) {
            (true, false) => right,
            (false, true) => left,
            _ => return None,
        };
        let values = self.quietly(|this| this.evaluate(state.clone(), searched));
        let condition = Self::found_by(state, &values.iter().map(|(_, value)| value).collect::<Vec<_>>());
        if !matches!(condition.shape, Shape::Found(_)) {
            return None;
        }
        let sides = self.condition_value(state.clone(), test);
        Some(merge_branches(sides.into_iter().map(|(state, _)| (state, condition.clone())).collect()))
    }
}

/// Whether a value is what was found by a credential, or belongs to it.
pub(super) fn is_found_by(value: &Value<'_>, presented: &Origin) -> bool {
    let is_found = |member: &Value<'_>| {
        searched_with(&member.shape, MAX_NESTING).is_some_and(|found| found.iter().any(|by| is_same(by, presented)))
    };
    value.alternatives().iter().all(is_found)
}

/// Both ways a value may have come: only what it was found by on each of them is certain.
pub(super) fn common<'p>(left: &Shape<'p>, right: &Shape<'p>) -> Shape<'p> {
    let (Shape::Found(left), Shape::Found(right)) = (left, right) else { return Shape::Unknown };
    let both = left.filter_map(|origin| right.iter().any(|other| is_same(origin, other)).then(|| origin.clone()));
    if both.is_empty() { Shape::Unknown } else { Shape::Found(both) }
}

/// Whether a text names a column of a table: `Token.value`, `models.Token.value`, `cls.value`, `tokens.c.value`.
pub(super) fn is_column(written: &str) -> bool {
    let mut parts = written.rsplit('.').skip(1);
    let Some(holder) = parts.next() else { return false };
    let is_table = holder == "c" && parts.next().is_some();
    holder == "cls"
        || is_table
        || (holder.starts_with(char::is_uppercase) && holder.contains(char::is_lowercase))
        || written.starts_with(char::is_uppercase)
}

/// Whether a value belongs to what was found by a claim that a decode read without verifying its token.
pub fn is_found_by_claim(value: &Value<'_>, of: Place) -> bool {
    let is_it =
        |origin: &Origin| matches!(&origin.kind, OriginKind::Claim { decode, is_verified: false, .. } if *decode == of);
    value
        .alternatives()
        .iter()
        .any(|member| searched_with(&member.shape, MAX_NESTING).is_some_and(|found| found.iter().any(is_it)))
}

/// The credentials and claims in a value, and those by which it was found itself.
fn asked_with<'p>(state: &State<'p>, value: &Value<'p>) -> Origins {
    let bears = |origin: &Origin| match &origin.kind {
        OriginKind::Credential(credential) => is_bearing(credential),
        OriginKind::Claim { is_verified, .. } => !is_verified,
        _ => false,
    };
    let presented = value.deep_origins().filter_map(|origin| bears(origin).then(|| origin.clone()));
    let kept = match &value.shape {
        Shape::ExternalInstance { at, .. } => state.attribute(Object::At(*at), &MADE_WITH),
        _ => None,
    };
    let found = searched_with(kept.map_or(&value.shape, |kept| &kept.shape), MAX_NESTING);
    found.map_or_else(|| presented.clone(), |found| presented.union(found))
}

fn searched_with<'a>(shape: &'a Shape<'_>, depth: u8) -> Option<&'a Origins> {
    match shape {
        Shape::Found(by) => Some(by),
        Shape::Method(pair) => searched_with(&pair.0.shape, depth.checked_sub(1)?),
        Shape::Elements(element) => searched_with(&element.shape, depth.checked_sub(1)?),
        _ => None,
    }
}

/// Whether two origins are one credential of a request, read twice perhaps, or one claim.
fn is_same(left: &Origin, right: &Origin) -> bool {
    if matches!(left.kind, OriginKind::Claim { .. }) {
        return left.kind == right.kind;
    }
    let (OriginKind::Credential(one), OriginKind::Credential(other)) = (&left.kind, &right.kind) else { return false };
    let is_named_alike =
        !one.name.is_empty() && (one.channel, one.kind, &one.name) == (other.channel, other.kind, &other.name);
    is_named_alike || left.trail.root().place == right.trail.root().place
}
