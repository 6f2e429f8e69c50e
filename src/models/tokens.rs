//! The part of the schema that is about tokens: how libraries decode, validate and issue them, and since which of their
//! versions. Data only.

use serde::Deserialize;

use super::EvidenceModel;

/// Versions of the library in which something holds: every one where nothing is said.
///
/// `since = "2.0"` means that version and all later ones, `before = "2.0"` all earlier ones. What is in use is read from the
/// project's requirement files; where none says, a finding that depends on it is one confidence less sure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionRange {
    /// The first version in which it holds.
    #[serde(default)]
    pub since: Option<String>,
    /// The first version in which it no longer holds.
    #[serde(default)]
    pub before: Option<String>,
}

/// How a decoder or validator learns of an expected claim.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClaimParameter {
    /// The parameter that carries the expected value; one that is in the decoder's list may also stand at its place.
    pub parameter: String,
    /// The key of the expectation, where the parameter is a dictionary of them (`claims_options={"aud": …}`).
    #[serde(default)]
    pub key: Option<String>,
    /// Whether a token that lacks the claim is refused then (measured).
    #[serde(default = "yes")]
    pub refuses_missing: bool,
    /// The key of an expectation that is itself a dictionary which makes the claim required (`"essential": True`).
    #[serde(default)]
    pub essential: Option<String>,
    /// The keys of such an expectation that carry the value; without one of them any value will do.
    #[serde(default)]
    pub values: Vec<String>,
    /// The key in `options` that makes the claim required.
    #[serde(default)]
    pub require_option: Option<String>,
    /// The key in `options` that switches the check off.
    #[serde(default)]
    pub verify_option: Option<String>,
}

/// What a decoder or validator does about expiry, and how it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpiryModel {
    /// The key in `options`, or the parameter, that switches the check off when false.
    #[serde(default)]
    pub verify_options: Vec<String>,
    /// The parameter that switches it off when true.
    #[serde(default)]
    pub skip_parameter: Option<String>,
    /// The key in `options`, or the parameter, that takes the seconds by which a token may be over.
    #[serde(default)]
    pub leeway: Option<String>,
    /// The key in `options` that makes the claim required when true.
    #[serde(default)]
    pub require_option: Option<String>,
    /// How the claim is expected among others (`exp={"essential": True}`).
    #[serde(default)]
    pub claim: Option<ClaimParameter>,
    /// The smallest change that makes the claim required, as code.
    #[serde(default)]
    pub require_fix: String,
}

pub(super) fn yes() -> bool {
    true
}

fn only_token() -> Vec<String> {
    vec!["token".to_owned()]
}

/// A token decoder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "independent questions about one call")]
pub struct DecodeModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order, as `meaning` or `meaning=name`; `token`, `key`, `algorithms`, `options` have meaning.
    pub parameters: Vec<String>,
    /// Meanings of parameters without which a call decodes nothing: it makes a new token, or waits for its key.
    #[serde(default = "only_token")]
    pub needs: Vec<String>,
    /// What it does about the signature.
    pub signature: SignatureModel,
    /// What it gives.
    #[serde(default)]
    pub gives: DecodeGives,
    /// The key in `options` that switches verification off when false.
    #[serde(default)]
    pub verify_switches: Vec<String>,
    /// The versions in which `options` may also be a list of pairs; in none where this is not said.
    #[serde(default)]
    pub options_in_pairs: Option<VersionRange>,
    /// A parameter that switches verification off when false.
    #[serde(default)]
    pub verify_parameter: Option<String>,
    /// The versions in which that parameter does so.
    #[serde(default)]
    pub verify_parameter_in: VersionRange,
    /// The versions in which a call without `algorithms` uses what the token's own header names; none where this is not
    /// said: the call fails, or the library's own list counts.
    #[serde(default)]
    pub algorithms_from_token: Option<VersionRange>,
    /// Whether a token of the algorithm `none` passes where that is among the accepted ones (measured).
    #[serde(default)]
    pub accepts_none: bool,
    /// How `aud` is constrained; none where the library cannot.
    #[serde(default)]
    pub audience: Option<ClaimParameter>,
    /// How `iss` is constrained.
    #[serde(default)]
    pub issuer: Option<ClaimParameter>,
    /// Whether a verified call also checks expiry.
    #[serde(default = "yes")]
    pub checks_expiry: bool,
    /// How that check is told what to do.
    #[serde(default)]
    pub expiry: ExpiryModel,
    /// The key in `options` that lists claims a token must have.
    #[serde(default)]
    pub required_claims: Option<String>,
    /// Parameters that check claims in ways nobody can read from the call (`claims_cls`).
    #[serde(default)]
    pub validators: Vec<String>,
    /// What a verified call checks without being told to, or by configuration that stands elsewhere.
    #[serde(default)]
    pub always: Vec<EvidenceModel>,
    /// Where the claims are validated later by a method of their own: its name (`validate`).
    #[serde(default)]
    pub validated_by: Option<String>,
    /// Whether the key may be a function: it is handed the token's header and claims, neither of them verified, and gives
    /// the key.
    #[serde(default)]
    pub key_callback: bool,
    /// An attribute of the claims that takes what `validated-by` is to expect, as the parameter of the claims does.
    #[serde(default)]
    pub expectations_attribute: Option<String>,
    /// Where the claims are validated later: the call that does it, as code.
    #[serde(default)]
    pub validation: Option<String>,
    /// The class of what it gives, where the claims are reached through its attributes.
    #[serde(default)]
    pub object: Option<String>,
    /// Whether it is a method of the object that holds the token: that one is meant where none is handed over, what it is to
    /// expect may have been said when it was made, and its attributes give the claims afterwards.
    #[serde(default)]
    pub of_holder: bool,
    /// Exceptions of a failed verification, by dotted name, the most general one first.
    pub raises: Vec<String>,
    /// The smallest change that constrains the audience, as code.
    #[serde(default)]
    pub audience_fix: String,
    /// The smallest change that constrains the issuer, as code.
    #[serde(default)]
    pub issuer_fix: String,
    /// The smallest change that verifies the signature, in words.
    #[serde(default)]
    pub signature_fix: String,
}

/// A call that validates the claims of a token whose signature was verified before. Where it is a method, the claims that it
/// expects are what its object was made with (`keeps` of an `[[instance]]`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ValidateModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `claims` has meaning.
    pub parameters: Vec<String>,
    /// How `aud` is constrained.
    #[serde(default)]
    pub audience: Option<ClaimParameter>,
    /// How `iss` is constrained.
    #[serde(default)]
    pub issuer: Option<ClaimParameter>,
    /// How the check of expiry is told what to do.
    #[serde(default)]
    pub expiry: ExpiryModel,
    /// Exceptions of a failed validation.
    pub raises: Vec<String>,
}

/// What a decoder does about the signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureModel {
    /// Verifies it, unless told not to.
    #[default]
    Verified,
    /// Never verifies it.
    Never,
}

/// What a decoder gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecodeGives {
    /// The claims.
    #[default]
    Claims,
    /// The token's header.
    Header,
    /// An object or tuple with claims and header (`decode_complete`).
    Complete,
    /// A tuple: the header, then the claims.
    HeaderAndClaims,
    /// A tuple: whether the token is genuine, then the claims.
    VerdictAndClaims,
}

/// A token issuer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssueModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `claims`, `key`, `algorithm`, `lifetime` and, where the library signs or encrypts as that says,
    /// `header` have meaning.
    pub parameters: Vec<String>,
    /// Whether its tokens expire only where the claims say so (`exp`); otherwise it sets an end itself, or knows none.
    #[serde(default)]
    pub expires_by_claims: bool,
    /// The class of what it gives, where that is an object that stands for the token.
    #[serde(default)]
    pub object: Option<String>,
}

/// A call that asks an authorization server about a presented token (RFC 7662).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IntrospectModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `token` has meaning.
    pub parameters: Vec<String>,
    /// The class of the answer, where that is an HTTP answer; otherwise it is the claims themselves.
    #[serde(default)]
    pub object: Option<String>,
}
