//! Tokens that a script makes to try a library: nobody accepts them. Judges nothing.

use super::Context;
use super::decoding::{call_at, key_argument};
use crate::source::Place;
use crate::syntax::tree::ExpressionKind;

/// Whether a token is issued outside of every function with a key that is written into the very call: a service keeps its key
/// where what verifies can reach it.
pub(in crate::rules) fn is_made_for_a_try(context: &Context<'_, '_>, issue: Place) -> bool {
    let key = call_at(context, issue).and_then(key_argument);
    let is_written = key.is_some_and(|argument| matches!(argument.value.kind, ExpressionKind::String(_)));
    is_written && context.function_around(issue).is_none()
}
