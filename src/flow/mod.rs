//! Abstract interpretation of handlers: origins, evidence, paths, function summaries. Judges nothing.

mod binding;
mod call;
mod comparison;
mod condition;
mod configuration;
mod containers;
mod decode;
pub mod entry;
pub mod event;
pub mod evidence;
mod exception;
mod expression;
pub mod interpreter;
mod library;
mod lookup;
mod methods;
mod objects;
pub mod origin;
mod outcome;
mod pattern;
mod registration;
pub mod relevant;
pub mod state;
mod statement;
mod summary;
pub mod value;
pub mod walk;
