//! The registry of rules and nothing else: one line a rule.

pub mod catalogue;

/// Rule id and page text.
static PAGES: &[(&str, &str)] = &[("unused-suppression", include_str!("../../rules/unused-suppression.md"))];
