//! How a model says what values are made by: random numbers, and what others can foresee.

use serde::Deserialize;

/// Random bytes that nobody can foresee, or a text that spells them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RandomModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Its parameters: `bytes` says how many.
    pub parameters: Vec<String>,
}

/// A call whose result somebody else can foresee or find out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GuessableModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What makes it.
    pub by: Guess,
    /// Its parameters, where `bound` says how many results there are: few are no credential but a choice.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Whether it gives several, one after the other.
    #[serde(default)]
    pub gives_several: bool,
}

/// How the value of a call can be foreseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guess {
    /// A generator whose state follows from what it has given out.
    Generator,
    /// One of several, picked by such a generator: what is picked may itself be a secret.
    Pick,
    /// The clock.
    Clock,
    /// The clock and the machine.
    Machine,
    /// One more than the last time.
    Counter,
    /// A digest of what others know: no call alone tells that, and no model says it.
    #[serde(skip)]
    PublicDigest,
    /// An identifier: unique and random, but nothing promises that it is kept secret.
    Identifier,
}
