//! bearerlint reads Python web code and finds insecure handling of bearer tokens, JWTs, API keys and webhook
//! signatures. The stages are modules; arrows run one way: face → report, rules → flow → program → syntax → source.

pub mod analysis;
pub mod auth_map;
mod circumstance;
pub mod cli;
pub mod config;
pub mod discover;
mod embedded;
pub mod explain;
pub mod finding;
mod fingerprint;
pub mod fix;
pub mod flow;
pub mod input;
mod literals;
pub mod models;
pub mod output;

mod precedence;
pub mod program;
pub mod report;
pub mod root;
mod routes;
pub mod rules;
pub mod run;
pub mod settle;
pub mod source;
pub mod suggest;
pub mod suppress;
pub mod syntax;
mod watch;
