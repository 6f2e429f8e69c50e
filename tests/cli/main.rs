//! What a user sees: the built binary run over small folders, its output and its exit code.

mod check;
mod configuration;
mod formats;
mod support;
mod suppression;
mod the_rule_command;
