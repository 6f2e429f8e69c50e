//! Tests of the request's method: a path on which it only asks (`GET`) is told apart from those on which something is sent.
//! Judges by how a test is written; what it means for a route is the rules' business.

use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::state::State;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind};

/// The sides of a test that requests get to which only ask.
struct Asking {
    yes: bool,
    no: bool,
}

impl<'p> Interpreter<'p, '_> {
    /// Marks the sides of `request.method == "POST"` that only asking requests get to.
    pub(super) fn method_is_asked(&self, test: &Expression, yes: &mut [State<'p>], no: &mut [State<'p>]) {
        if !self.is_for_request {
            return;
        }
        let Some(asking) = asking(test) else { return };
        let place = self.place(test.span);
        for (is_asking, side) in [(asking.yes, yes), (asking.no, no)] {
            if is_asking {
                side.iter_mut().for_each(|state| state.evidence.add(CheckKind::Reading, place));
            }
        }
    }
}

fn asking(test: &Expression) -> Option<Asking> {
    let ExpressionKind::Compare { left, rest } = &test.kind else { return None };
    let [(operator, right)] = rest.as_slice() else { return None };
    let methods = match (is_method(left), is_method(right)) {
        (true, false) => named(right)?,
        (false, true) => named(left)?,
        _ => return None,
    };
    let names = |method: &str| methods.iter().any(|known| known.eq_ignore_ascii_case(method));
    let holds = !["POST", "PUT", "PATCH", "DELETE"].iter().any(|method| names(method));
    let fails = names("POST");
    match operator {
        CompareOperator::Equal | CompareOperator::In => Some(Asking { yes: holds, no: fails }),
        CompareOperator::NotEqual | CompareOperator::NotIn => Some(Asking { yes: fails, no: holds }),
        _ => None,
    }
}

/// `request.method`, `self.request.method`, `event["httpMethod"]`.
fn is_method(asked: &Expression) -> bool {
    match &asked.kind {
        ExpressionKind::Attribute { value, name, .. } => match &value.kind {
            ExpressionKind::Name(object) | ExpressionKind::Attribute { name: object, .. } => {
                name == "method" && matches!(object.as_str(), "request" | "req")
            }
            _ => false,
        },
        ExpressionKind::Subscript { index, .. } => {
            matches!(&index.kind, ExpressionKind::String(key) if matches!(key.as_str(), "httpMethod" | "REQUEST_METHOD"))
        }
        _ => false,
    }
}

/// The methods that a literal or a collection of literals names.
fn named(written: &Expression) -> Option<Vec<&str>> {
    match &written.kind {
        ExpressionKind::String(text) => Some(vec![text.as_str()]),
        ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => elements
            .iter()
            .map(|element| match &element.kind {
                ExpressionKind::String(text) => Some(text.as_str()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}
