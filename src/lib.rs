//! bearerlint reads Python web code and finds insecure handling of bearer tokens, JWTs, API keys and webhook
//! signatures. The stages are modules; arrows run one way: face → report, rules → flow → program → syntax → source.

pub mod analysis;
pub mod discover;
mod embedded;
pub mod finding;
pub mod flow;
pub mod models;
pub mod program;
pub mod rules;
pub mod source;
pub mod syntax;
