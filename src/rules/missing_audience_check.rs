//! `missing-audience-check`: a verified token is accepted whoever it was meant for.

use super::shared::Context;
use super::shared::decoding::{Claim, unconstrained};
use crate::finding::Finding;
use crate::flow::event::Event;
use crate::flow::token::Constraint;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    unconstrained(event, context, &AUDIENCE)
}

const AUDIENCE: Claim = Claim {
    rule: "missing-audience-check",
    name: "aud",
    noun: "audience",
    is_constrained: |decode| decode.audience != Constraint::Absent,
    fix: |decode| match decode.model.audience_fix.as_str() {
        "" => "check that the claim `aud` names this service".to_owned(),
        fix => format!("pass `{fix}`, naming this service, to `{}`, and have the issuer put it into the tokens", decode.function),
    },
    parameter: |decode| decode.model.audience.as_ref(),
    variable: "JWT_AUDIENCE",
    attack: "a token that the same issuer made for another service is accepted here",
};
