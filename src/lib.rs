//! bearerlint reads Python web code and finds insecure handling of bearer tokens, JWTs, API keys and webhook
//! signatures. The stages are modules; arrows run one way: face → report, rules → flow → program → syntax → source.

pub mod finding;
pub mod source;
pub mod syntax;
