//! Lengths of time, and moments told by their distance from now: how long what the program issues is good for. Knows the
//! standard library's clock and its arithmetic; a part that is not a constant makes the whole unknown.

use super::value::{Arguments, Shape, Value};
use crate::syntax::tree::BinaryOperator;

/// The parameters of `timedelta` in order, each with its seconds; smaller ones do not matter for a lifetime.
const UNITS: &[(&str, i64)] = &[
    ("days", 86_400),
    ("seconds", 1),
    ("microseconds", 0),
    ("milliseconds", 0),
    ("minutes", 60),
    ("hours", 3_600),
    ("weeks", 604_800),
];

fn duration<'p>(seconds: i64) -> Value<'p> {
    Value { shape: Shape::Duration(seconds), ..Value::present() }
}

fn moment<'p>(seconds: i64) -> Value<'p> {
    Value { shape: Shape::Moment(seconds), ..Value::present() }
}

/// What a call of the clock, of `timedelta` or of a conversion gives.
pub(super) fn of_call<'p>(path: &str, arguments: &Arguments<'p>) -> Option<Value<'p>> {
    match path {
        "datetime.timedelta" => length(arguments),
        "time.time" | "datetime.datetime.now" | "datetime.datetime.utcnow" | "django.utils.timezone.now" => {
            Some(moment(0))
        }
        "int" | "float" | "round" | "calendar.timegm" | "datetime.datetime.timestamp" => {
            let only = arguments.positional.first()?;
            matches!(only.shape, Shape::Moment(_)).then(|| only.clone())
        }
        _ => None,
    }
}

fn length<'p>(arguments: &Arguments<'p>) -> Option<Value<'p>> {
    if arguments.rest.is_some() {
        return None;
    }
    let by_place = arguments.positional.iter().zip(UNITS).map(|(value, (_, unit))| (value, *unit));
    let by_name = arguments.keywords.iter().map(|(name, value)| {
        let unit = UNITS.iter().find(|(known, _)| name == known).map_or(0, |(_, unit)| *unit);
        (value, unit)
    });
    let total = by_place
        .chain(by_name)
        .try_fold(0_i64, |total, (value, unit)| total.checked_add(value.as_integer()?.checked_mul(unit)?))?;
    Some(duration(total))
}

/// What a method of such a value gives.
pub(super) fn of_method<'p>(receiver: &Value<'p>, name: &str, arguments: &Arguments<'p>) -> Option<Value<'p>> {
    match (&receiver.shape, name) {
        (Shape::Duration(seconds), "total_seconds") => Some(Value::integer(*seconds)),
        (Shape::Moment(_), "timestamp" | "astimezone" | "utctimetuple" | "timetuple") => Some(receiver.clone()),
        // Any other part that is replaced makes another moment.
        (Shape::Moment(_), "replace")
            if arguments.keywords.iter().all(|(name, _)| matches!(name.as_str(), "tzinfo" | "microsecond")) =>
        {
            Some(receiver.clone())
        }
        _ => None,
    }
}

/// Arithmetic with them.
pub(super) fn combine<'p>(left: &Value<'p>, operator: BinaryOperator, right: &Value<'p>) -> Option<Value<'p>> {
    let seconds = |value: &Value<'p>| match value.shape {
        Shape::Duration(seconds) => Some(seconds),
        _ => value.as_integer(),
    };
    match (operator, &left.shape, &right.shape) {
        (BinaryOperator::Add, Shape::Duration(a), Shape::Duration(b)) => Some(duration(a.checked_add(*b)?)),
        (BinaryOperator::Subtract, Shape::Duration(a), Shape::Duration(b)) => Some(duration(a.checked_sub(*b)?)),
        (BinaryOperator::Add, Shape::Moment(a), _) => Some(moment(a.checked_add(seconds(right)?)?)),
        (BinaryOperator::Add, _, Shape::Moment(b)) => Some(moment(b.checked_add(seconds(left)?)?)),
        (BinaryOperator::Subtract, Shape::Moment(a), _) => Some(moment(a.checked_sub(seconds(right)?)?)),
        (BinaryOperator::Multiply, Shape::Duration(a), _) => Some(duration(a.checked_mul(right.as_integer()?)?)),
        (BinaryOperator::Multiply, _, Shape::Duration(b)) => Some(duration(b.checked_mul(left.as_integer()?)?)),
        _ => None,
    }
}
