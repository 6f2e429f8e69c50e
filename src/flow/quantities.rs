//! Calls that make so and so much of something: random bytes, lengths of time in seconds, numbers of what counts.

use super::library::parameter;
use super::origin::{OriginKind, Origins};
use super::value::{Arguments, Shape, Value};
use crate::finding::Confidence;
use crate::source::Place;

/// From so many random bytes on, nobody tries them all.
const ENOUGH_BYTES: i64 = 16;

/// Random bytes, or a text that spells them.
pub(super) fn random<'p>(parameters: &[String], arguments: &Arguments<'p>, place: Place) -> Value<'p> {
    let count = parameter(parameters, arguments, "bytes").and_then(Value::as_integer);
    match count.filter(|count| (0..ENOUGH_BYTES).contains(count)) {
        Some(count) => {
            let kind = OriginKind::FewRandomBytes { count };
            Value::unknown().with_origins(Origins::one(kind, Confidence::High, place, "the random bytes are made here"))
        }
        None => Value::unknown(),
    }
}

/// A moment, or a number that is known, that a builtin function makes a number of: `int(HTTPStatus.UNAUTHORIZED)`.
pub(super) fn as_number<'p>(function: &str, arguments: &Arguments<'p>) -> Option<Value<'p>> {
    let is_number = |value: &&Value<'_>| matches!(value.shape, Shape::Moment(_)) || value.as_integer().is_some();
    let only = arguments.positional.first().filter(is_number)?;
    matches!(function, "int" | "float" | "round").then(|| only.clone())
}

/// A length of time in seconds, where all its parts are known.
pub(super) fn duration<'p>(arguments: &Arguments<'p>) -> Value<'p> {
    seconds(arguments).map_or_else(Value::unknown, Value::integer)
}

fn seconds(arguments: &Arguments<'_>) -> Option<i64> {
    if arguments.rest.is_some() || arguments.positional.len() > 2 {
        return None;
    }
    let positional = arguments.positional.iter().zip(["days", "seconds"]);
    let named = arguments.keywords.iter().map(|(name, value)| (value, name.as_str()));
    positional.chain(named).try_fold(0_i64, |total, (value, unit)| {
        let length = match unit {
            "weeks" => 604_800,
            "days" => 86_400,
            "hours" => 3600,
            "minutes" => 60,
            "seconds" => 1,
            _ => return None,
        };
        total.checked_add(value.as_integer()?.checked_mul(length)?)
    })
}
