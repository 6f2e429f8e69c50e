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
    "algorithm-confusion" => algorithm_confusion,
    "broad-scope-token" => broad_scope_token,
    "check-skipped-when-unset" => check_skipped_when_unset,
    "claims-not-validated" => claims_not_validated,
    "decorator-above-route" => decorator_above_route,
    "default-secret" => default_secret,
    "fail-open-validation" => fail_open_validation,
    "hardcoded-secret" => hardcoded_secret,
    "ineffective-claim-check" => ineffective_claim_check,
    "introspection-result-unchecked" => introspection_result_unchecked,
    "key-from-token-header" => key_from_token_header,
    "logged-authorization-header" => logged_authorization_header,
    "logged-token" => logged_token,
    "long-lived-token" => long_lived_token,
    "loose-scheme-parsing" => loose_scheme_parsing,
    "missing-audience-check" => missing_audience_check,
    "missing-expiry-check" => missing_expiry_check,
    "missing-issuer-check" => missing_issuer_check,
    "missing-scope-check" => missing_scope_check,
    "none-algorithm" => none_algorithm,
    "optional-auth-unchecked" => optional_auth_unchecked,
    "partial-token-match" => partial_token_match,
    "plain-token-comparison" => plain_token_comparison,
    "predictable-token" => predictable_token,
    "presence-only-check" => presence_only_check,
    "secret-in-claims" => secret_in_claims,
    "signature-over-parsed-body" => signature_over_parsed_body,
    "static-bearer-token" => static_bearer_token,
    "stub-validator" => stub_validator,
    "tls-verification-disabled" => tls_verification_disabled,
    "token-in-insecure-cookie" => token_in_insecure_cookie,
    "token-in-response" => token_in_response,
    "token-in-url" => token_in_url,
    "token-over-http" => token_over_http,
    "token-passthrough" => token_passthrough,
    "token-type-unchecked" => token_type_unchecked,
    "token-without-expiry" => token_without_expiry,
    "unauthenticated-webhook" => unauthenticated_webhook,
    "unset-secret-bypass" => unset_secret_bypass,
    "unverified-jwt-signature" => unverified_jwt_signature,
    "weak-signing-key" => weak_signing_key,
    "webhook-bearer-only" => webhook_bearer_only,
    "webhook-replay" => webhook_replay,
}
