//! What tests said of expressions that are written again later: `if request.headers.get("X-Key"): ...request.headers["X-Key"]`.

use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Nullness, Shape, Value};
use crate::models::schema::ClassRole;
use crate::syntax::tree::{Expression, ExpressionKind, Name};

/// The attribute by which class-based views, handlers and viewsets hold the request.
const REQUEST: &str = "request";

impl<'p> Interpreter<'p, '_> {
    /// What earlier tests of the same expression left possible.
    pub(super) fn tested(&self, state: &State<'p>, expression: &'p Expression) -> Nullness {
        let form = self.text(expression.span);
        match self.local_beginning(state, expression) {
            Some(name) => state.locals.tested(name, form),
            None => state.known(form),
        }
    }

    /// A test left only these possibilities for an expression.
    pub(super) fn is_tested(&self, state: &mut State<'p>, expression: &'p Expression, nullness: Nullness) {
        let form = self.text(expression.span);
        match self.local_beginning(state, expression) {
            Some(name) => state.locals.set_tested(name, form, nullness),
            None => state.set_known(form, nullness),
        }
    }

    /// The name of the running function that an expression begins with. Other functions use the same name for other
    /// things, unless it is the request: that is one and the same everywhere.
    fn local_beginning(&self, state: &State<'p>, expression: &'p Expression) -> Option<&'p Name> {
        let (name, first) = beginning(expression)?;
        let value = state.locals.get(name)?;
        let is_request = first == Some(REQUEST) || self.is_whole_request(value);
        (!is_request).then_some(name)
    }

    fn is_whole_request(&self, value: &Value<'_>) -> bool {
        let Shape::ExternalInstance { class, .. } = &value.shape else { return false };
        self.models.role(class) == Some(ClassRole::Request)
    }
}

/// The name that a chain of attributes, subscripts and calls begins with, and the first attribute of it.
fn beginning(expression: &Expression) -> Option<(&Name, Option<&str>)> {
    match &expression.kind {
        ExpressionKind::Name(name) => Some((name, None)),
        ExpressionKind::Attribute { value, name, .. } => {
            let (first, attribute) = beginning(value)?;
            Some((first, attribute.or(Some(name.as_str()))))
        }
        ExpressionKind::Subscript { value, .. } => beginning(value),
        ExpressionKind::Call { callee, .. } => beginning(callee),
        _ => None,
    }
}
