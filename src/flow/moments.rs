//! Moments, told by their seconds from now: when what the program issues ends. A part that is not known makes the whole
//! unknown. What reads the clock stands in the models.

use super::guesses;
use super::origin::Guess;
use super::value::{Arguments, Shape, Value};
use crate::source::Place;
use crate::syntax::tree::BinaryOperator;

/// So many seconds from now.
fn moment<'p>(seconds: i64) -> Value<'p> {
    Value { shape: Shape::Moment(seconds), ..Value::present() }
}

/// What the clock says.
pub(super) fn now<'p>(place: Place) -> Value<'p> {
    moment(0).with_origins(guesses::origin(Guess::Clock, place))
}

/// A method of a moment that gives the same one in another form.
pub(super) fn same<'p>(receiver: &Value<'p>, name: &str, arguments: &Arguments<'p>) -> Option<Value<'p>> {
    let is_same = match name {
        "timestamp" | "astimezone" => true,
        // Any other part that is replaced makes another moment.
        "replace" => {
            arguments.positional.is_empty()
                && arguments.rest.is_none()
                && arguments.keywords.iter().all(|(part, _)| matches!(part.as_str(), "tzinfo" | "microsecond"))
        }
        // Its text tells no rule when it is.
        "strftime" | "isoformat" | "ctime" | "date" | "time" => {
            return Some(Value::present().with_origins(receiver.origins.clone()));
        }
        _ => false,
    };
    is_same.then(|| receiver.clone())
}

/// A moment so much later or earlier.
pub(super) fn shifted<'p>(left: &Value<'p>, operator: BinaryOperator, right: &Value<'p>) -> Option<Value<'p>> {
    let seconds = match (operator, &left.shape, &right.shape) {
        (BinaryOperator::Add, Shape::Moment(from), _) => from.checked_add(right.as_integer()?),
        (BinaryOperator::Add, _, Shape::Moment(from)) => from.checked_add(left.as_integer()?),
        (BinaryOperator::Subtract, Shape::Moment(from), _) => from.checked_sub(right.as_integer()?),
        _ => None,
    };
    seconds.map(moment)
}
