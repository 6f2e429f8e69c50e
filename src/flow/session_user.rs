//! What a session remembers of its caller: whoever has a user's number there has logged in before, since only the program
//! writes it. A preference or a basket says nothing of that kind.

use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter, one};
use super::state::State;
use super::value::{Nullness, Object, Shape, Value};
use crate::models::schema::ClassRole;
use crate::program::vocabulary;
use crate::source::Place;

/// Words of keys that stand for a caller who logged in.
const USER_WORDS: [&str; 12] = [
    "user",
    "userid",
    "username",
    "uid",
    "account",
    "login",
    "logged",
    "authenticated",
    "auth",
    "admin",
    "role",
    "identity",
];

impl<'p> Interpreter<'p, '_> {
    /// Whether a key of a session, which nothing on this path has set, says who the caller is.
    pub(super) fn is_session_user(&self, state: &State<'p>, session: &Value<'p>, key: &Value<'p>) -> bool {
        let Shape::ExternalInstance { class, .. } = &session.shape else { return false };
        let Some(key) = key.as_text() else { return false };
        self.models.role(class) == Some(ClassRole::Session)
            && state.attribute(Object::Session, key).is_none()
            && vocabulary::words(key).iter().any(|word| USER_WORDS.contains(&word.as_str()))
    }

    /// Somebody has logged in, or nobody.
    pub(super) fn session_sides(state: State<'p>, place: Place) -> (State<'p>, State<'p>) {
        let (mut yes, mut no) = (state.clone(), state);
        yes.evidence.add(CheckKind::Identity, place);
        no.evidence.add(CheckKind::Rejected, place);
        (yes, no)
    }

    /// `session.get("user_id")`: on one path it is there, on the other nobody has logged in.
    pub(super) fn session_user(&self, state: State<'p>, absent: Value<'p>, place: Place) -> Branches<'p> {
        let (yes, no) = Self::session_sides(state, place);
        [(yes, Value::unknown().with_nullness(Nullness::FULL)), (no, absent)].into_iter().collect()
    }

    /// `session["user_id"]`: without it there is an error.
    pub(super) fn session_user_is_there(mut state: State<'p>, place: Place) -> Branches<'p> {
        state.evidence.add(CheckKind::Identity, place);
        one(state, Value::unknown())
    }
}
