//! How a path of an entry ends: with what the caller came for, or with a refusal.

use super::event::Ending;
use super::state::State;
use super::value::{Constant, Shape, Value};
use crate::models::schema::RefusingFieldModel;
use crate::program::vocabulary;

/// What returning a value from a route means, on a path that may have set the status of the answer before.
pub(super) fn of_return(state: &State<'_>, value: &Value<'_>) -> (Ending, Option<i64>) {
    let status = status(value).or(state.status);
    match status {
        Some(400..=599) => (Ending::Refusal, status),
        Some(_) => (Ending::Success, status),
        None if is_refusal_text(value) => (Ending::Refusal, None),
        None => (Ending::Success, None),
    }
}

/// Whether a field of an answer that says so refuses: the effect of a policy, a flag.
pub(super) fn is_refusing_answer(value: &Value<'_>, answers: &[RefusingFieldModel]) -> bool {
    answers.iter().any(|model| {
        let found = model.field.split('.').try_fold(value.clone(), |value, key| {
            let value = super::containers::element_of_list(&value);
            match &value.shape {
                Shape::Dictionary(dictionary) => dictionary.entries.get(key).cloned(),
                _ => None,
            }
        });
        found.is_some_and(|value| match &value.shape {
            Shape::Constant(Constant::Text { text, .. }) => *text == model.refuses,
            Shape::Constant(Constant::Boolean(truth)) => !truth && model.refuses == "False",
            _ => false,
        })
    })
}

/// A status as an integer, or a text that begins with one (`"401 Unauthorized"`).
pub(super) fn written_status(value: &Value<'_>) -> Option<i64> {
    value.as_integer().or_else(|| value.as_text()?.split(' ').next()?.parse().ok())
}

/// The status in any of the forms a view can return it: a tuple, a response object, a dictionary of a function service.
fn status(value: &Value<'_>) -> Option<i64> {
    match &value.shape {
        Shape::Response { status } => *status,
        Shape::Sequence(elements) => elements
            .iter()
            .skip(1)
            .find_map(|element| match &element.shape {
                Shape::Constant(Constant::Integer(number)) => Some(*number),
                Shape::Constant(Constant::Text { text, .. }) => text.split(' ').next()?.parse().ok(),
                _ => None,
            })
            .or_else(|| elements.first().and_then(status)),
        Shape::Dictionary(dictionary) => dictionary.entries.get("statusCode").and_then(Value::as_integer),
        Shape::Union(members) => {
            let statuses: Vec<Option<i64>> = members.iter().map(status).collect();
            statuses.windows(2).all(|pair| pair[0] == pair[1]).then(|| statuses.first().copied().flatten()).flatten()
        }
        _ => None,
    }
}

/// Whether a redirect, as it is written, leads to where callers log in.
pub(super) fn is_login_page(written: &str) -> bool {
    let words = vocabulary::words(written);
    let is_one = |word: &String| matches!(word.as_str(), "login" | "signin" | "logon");
    words.iter().any(is_one)
        || words.windows(2).any(|pair| matches!(pair, [first, second] if first == "sign" && second == "in"))
}

/// Words of an answer that turns the caller away although its status says otherwise.
pub(super) fn is_refusal_text(value: &Value<'_>) -> bool {
    match &value.shape {
        Shape::Constant(Constant::Text { text, .. }) => {
            let lower = text.to_ascii_lowercase();
            [
                "unauthori",
                "forbidden",
                "denied",
                "invalid token",
                "token is missing",
                "token is invalid",
                "missing token",
                "not authori",
                "not allowed",
                "invalid signature",
                "invalid credential",
                "login",
                "signin",
                "sign-in",
                "no token",
                "authentication required",
                "access denied",
                "token missing",
                "invalid api key",
                "missing api key",
                "missing authorization",
                "not authenticated",
                "bad token",
                "token expired",
                "token has expired",
            ]
            .iter()
            .any(|word| lower.contains(word))
        }
        Shape::Dictionary(dictionary) => {
            // An answer that names an error and nothing but the error; one that also carries data is an answer.
            let is_error = |key: &str| {
                matches!(key, "error" | "errors" | "erro" | "erros" | "errore" | "erreur" | "fehler" | "fout" | "fel")
            };
            let names_error = dictionary.entries.iter().any(|(key, value)| is_error(key) && !value.is_none());
            let says_only_that = dictionary.entries.keys().all(|key| {
                is_error(key)
                    || matches!(
                        key.as_str(),
                        "message"
                            | "msg"
                            | "mensagem"
                            | "mensaje"
                            | "status"
                            | "code"
                            | "detail"
                            | "details"
                            | "description"
                            | "success"
                            | "reason"
                            | "ok"
                            | "statusCode"
                            | "error_description"
                            | "type"
                            | "title"
                    )
            });
            names_error && says_only_that || dictionary.entries.values().any(is_refusal_text)
        }
        Shape::Sequence(elements) => elements.iter().any(is_refusal_text),
        _ => false,
    }
}

/// `return unauthorized()` of a function nobody can see.
pub(super) fn is_refusing_call(value: &Value<'_>, written: &str) -> bool {
    let Some((callee, _)) = written.split_once('(') else { return false };
    value.is_unseen() && vocabulary::sounds_like_refusal(callee.rsplit('.').next().unwrap_or_default())
}

/// What the answer of a token callback means: a true value lets the caller in.
pub(super) fn of_callback(value: &Value<'_>) -> Ending {
    if matches!(value.shape, Shape::Response { status: Some(400..=599) }) {
        return Ending::Refusal;
    }
    if value.nullness.may_be(super::value::Nullness::FULL) { Ending::Success } else { Ending::Refusal }
}
