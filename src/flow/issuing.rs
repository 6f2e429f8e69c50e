//! Calls that issue tokens: what the token says, how it is signed, and for how long it is good.

use super::event::{Event, IssueCall};
use super::interpreter::Interpreter;
use super::library::parameter;
use super::origin::{OriginKind, Origins};
use super::value::{Arguments, Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::models::schema::IssueModel;
use crate::source::Place;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// A token that a call issues.
    pub(super) fn issue(
        &mut self,
        model: &IssueModel,
        arguments: &Arguments<'p>,
        path: &Name,
        place: Place,
    ) -> Value<'p> {
        self.key_is_used(&model.parameters, arguments, path, place);
        if let Some(named) = issued_algorithm(&model.parameters, arguments) {
            let event = Event::Algorithms { value: named, is_issued: true, accepts_none: true, user: path, place };
            self.emit(&event);
        }
        let given = |meaning: &str| parameter(&model.parameters, arguments, meaning).cloned();
        let call = IssueCall {
            function: self.callee_text(place).trim().into(),
            claims: given("claims"),
            identity: given("identity"),
            header: given("header"),
            lifetime: given("lifetime"),
            expires_by_claims: model.expires_by_claims && arguments.rest.is_none(),
            place,
        };
        self.emit(&Event::Issue(&call));
        let origins = Origins::one(OriginKind::IssuedToken, Confidence::High, place, "the token is issued here");
        let value = Value::from_origins(origins, Nullness::FULL);
        match &model.object {
            Some(class) => {
                Value { shape: Shape::ExternalInstance { class: class.as_str().into(), at: place }, ..value }
            }
            None => value,
        }
    }
}

/// The algorithm that a token is issued with: an argument of its own, or an entry of the header.
fn issued_algorithm<'a, 'p>(parameters: &[String], arguments: &'a Arguments<'p>) -> Option<&'a Value<'p>> {
    let in_header = || match &parameter(parameters, arguments, "header")?.shape {
        Shape::Dictionary(header) => header.entries.get("alg"),
        _ => None,
    };
    parameter(parameters, arguments, "algorithm").or_else(in_header)
}
