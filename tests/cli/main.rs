//! What a user sees: the built binary run over small folders, its output and its exit code.

mod bad_input;
mod bounds;
mod check;
mod configuration;
mod determinism;
mod explaining_a_line;
mod formats;
mod hostile;
mod masking;
mod own_models;
mod readme;
mod sarif;
mod support;
mod suppression;
mod the_rule_command;
mod triage;
