//! The registry of rules and nothing else: one line a rule.

pub mod catalogue;
pub mod shared;

use crate::finding::Finding;
use crate::flow::event::Event;
use shared::Context;

/// One rule: its id and its judgement.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The id: the page's name.
    pub id: &'static str,
    /// What it says of an event.
    pub judge: fn(&Event<'_, '_>, &Context<'_, '_>) -> Vec<Finding>,
}

/// Declares each rule's module and lists the rule.
macro_rules! registry {
    ($($id:literal => $module:ident,)*) => {
        $(mod $module;)*

        /// Every rule that judges code, in order of name.
        pub static RULES: &[Rule] = &[$(Rule { id: $id, judge: $module::judge },)*];
    };
}

registry! {
    "check-skipped-when-unset" => check_skipped_when_unset,
    "decorator-above-route" => decorator_above_route,
    "default-secret" => default_secret,
    "hardcoded-secret" => hardcoded_secret,
    "logged-authorization-header" => logged_authorization_header,
    "logged-token" => logged_token,
    "loose-scheme-parsing" => loose_scheme_parsing,
    "missing-audience-check" => missing_audience_check,
    "missing-issuer-check" => missing_issuer_check,
    "plain-token-comparison" => plain_token_comparison,
    "presence-only-check" => presence_only_check,
    "static-bearer-token" => static_bearer_token,
    "stub-validator" => stub_validator,
    "unauthenticated-webhook" => unauthenticated_webhook,
    "unset-secret-bypass" => unset_secret_bypass,
    "unverified-jwt-signature" => unverified_jwt_signature,
    "webhook-bearer-only" => webhook_bearer_only,
}
