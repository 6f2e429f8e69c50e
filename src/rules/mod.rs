//! The registry of rules and nothing else: one line a rule.

pub mod catalogue;

/// Rule id and page text.
static PAGES: &[(&str, &str)] = &[
    ("hardcoded-secret", include_str!("../../rules/hardcoded-secret.md")),
    ("logged-authorization-header", include_str!("../../rules/logged-authorization-header.md")),
    ("logged-token", include_str!("../../rules/logged-token.md")),
    ("missing-audience-check", include_str!("../../rules/missing-audience-check.md")),
    ("missing-issuer-check", include_str!("../../rules/missing-issuer-check.md")),
    ("plain-token-comparison", include_str!("../../rules/plain-token-comparison.md")),
    ("presence-only-check", include_str!("../../rules/presence-only-check.md")),
    ("static-bearer-token", include_str!("../../rules/static-bearer-token.md")),
    ("stub-validator", include_str!("../../rules/stub-validator.md")),
    ("unset-secret-bypass", include_str!("../../rules/unset-secret-bypass.md")),
    ("unverified-jwt-signature", include_str!("../../rules/unverified-jwt-signature.md")),
    ("webhook-bearer-only", include_str!("../../rules/webhook-bearer-only.md")),
];
