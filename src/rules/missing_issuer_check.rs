//! `missing-issuer-check`: a verified token is accepted whoever issued it.

use super::shared::Context;
use super::shared::decoding::{Claim, unconstrained};
use crate::finding::Finding;
use crate::flow::event::Event;
use crate::flow::token::Constraint;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    unconstrained(event, context, &ISSUER)
}

const ISSUER: Claim = Claim {
    rule: "missing-issuer-check",
    name: "iss",
    noun: "issuer",
    is_constrained: |decode| decode.issuer != Constraint::Absent,
    fix: |decode| match decode.model.issuer_fix.as_str() {
        "" => "check that the claim `iss` names the expected issuer".to_owned(),
        fix => format!("pass `{fix}`, naming the expected issuer, to `{}`", decode.function),
    },
    parameter: |decode| decode.model.issuer.as_ref(),
    variable: "JWT_ISSUER",
    attack: "a token of any other issuer that shares the key or key set is accepted here",
};
