//! The registry of rules and nothing else: one line a rule.

pub mod catalogue;
