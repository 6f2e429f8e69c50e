//! Abstract interpretation of handlers: origins, evidence, paths, function summaries. Judges nothing.

mod call;
mod condition;
mod configuration;
mod containers;
pub mod entry;
pub mod event;
pub mod evidence;
mod expression;
pub mod interpreter;
mod library;
mod lookup;
mod methods;
mod objects;
pub mod origin;
mod outcome;
pub mod relevant;
pub mod state;
mod statement;
pub mod value;
pub mod walk;
