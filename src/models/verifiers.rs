//! The part of a model file's shape that is about what verifies a caller: what success establishes and how failure shows.
//! Data only.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A verifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifyModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `key` has meaning, the secret that it verifies with, `message`, what was signed, what `optional`
    /// names, `asked`, the object whose callbacks it asks, and `callback`, one that it is handed itself.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// What success establishes.
    pub evidence: Vec<EvidenceModel>,
    /// How failure shows.
    pub failure: Failure,
    /// Exceptions of a failed verification.
    #[serde(default)]
    pub raises: Vec<String>,
    /// Whether it is called with settings first and gives a decorator or guard (`jwt_required()`).
    #[serde(default)]
    pub decorator: bool,
    /// The parameter that makes the check optional when true.
    #[serde(default)]
    pub optional: Option<String>,
    /// Whether it is optional where that parameter is not given.
    #[serde(default)]
    pub is_optional: bool,
    /// What it gives: "claims", "identity" or nothing.
    #[serde(default)]
    pub gives: Option<String>,
    /// Configuration keys, and what they make it establish besides where the program sets them.
    #[serde(default)]
    pub configured: BTreeMap<String, EvidenceModel>,
    /// The header in which it looks for the credential by itself.
    #[serde(default)]
    pub reads: Option<String>,
    /// The parameter that names another one where the object is made that it is a method of.
    #[serde(default)]
    pub reads_parameter: Option<String>,
    /// What registers the callbacks of the program that it asks: of the object that it is a method of, or that the
    /// parameter `asked` is; of any object where there is neither.
    #[serde(default)]
    pub asks: Vec<String>,
    /// Parameters of which one has to be given for what it verifies to have an end: the greatest age, or one that makes it tell
    /// the age.
    #[serde(default)]
    pub age: Vec<String>,
    /// Whether it verifies a message and nothing else: neither its age nor whether it came before.
    #[serde(default)]
    pub only_signature: bool,
}

/// Evidence in model files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceModel {
    /// A token's signature.
    Signature,
    /// Its audience.
    Audience,
    /// Its issuer.
    Issuer,
    /// Its expiry.
    Expiry,
    /// Scope or role.
    Scope,
    /// The delivery's signature.
    DeliverySignature,
    /// A framework's identity.
    Identity,
    /// An authorization server's answer.
    Introspection,
}

/// How a failed verification shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// It raises, or a decorator answers 401.
    Raises,
    /// It answers false.
    False,
    /// It answers `None`.
    None,
    /// It answers false or gives `None` because nobody is logged in, which is no failed check.
    Anonymous,
    /// It answers false where the policies before it (`[[policy]]`) found no caller, and is true of everybody else.
    WithoutCaller,
    /// It answers true to everybody.
    Never,
    /// It answers false to everybody.
    Always,
}
