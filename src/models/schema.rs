//! The shape of a model file (`rules/models/*.toml`): what calls and objects of one library mean. Data only.
//!
//! Dotted names are as a program would import them (`flask.request`); a method of a library's class is
//! `module.Class.method`. Checked when the program is built: unknown keys and effects are errors there.

use std::collections::BTreeMap;

use serde::Deserialize;

#[path = "classes.rs"]
mod classes;
#[path = "injection.rs"]
mod injection;
#[path = "routing.rs"]
mod routing;

pub use classes::{ClassModel, ClassRole, Gives, PartModel, RequestModel};
pub use injection::{AnswerModel, DependencyModel, ParameterModel, SchemeModel};
pub use routing::{
    EntryKindModel, EntryModel, HandlerModel, MountModel, PlatformFunctionModel, RefusingFieldModel, VariableSyntax,
    ViewClassModel,
};

/// One library.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelFile {
    /// The name users know it by.
    pub library: String,
    /// The version its facts were measured on.
    #[serde(default)]
    pub measured: String,
    /// Other names for the same thing: `"quart.request" = "flask.request"`.
    #[serde(default)]
    pub alias: BTreeMap<String, String>,
    /// Objects by dotted name and the class they are of.
    #[serde(default)]
    pub object: BTreeMap<String, String>,
    /// Constants by dotted name: integers such as `http.HTTPStatus.UNAUTHORIZED`.
    #[serde(default)]
    pub integer: BTreeMap<String, i64>,
    /// Classes.
    #[serde(default)]
    pub class: Vec<ClassModel>,
    /// The request classes of its handlers.
    #[serde(default)]
    pub request: Vec<RequestModel>,
    /// Calls that return an object of a class.
    #[serde(default)]
    pub instance: Vec<InstanceModel>,
    /// Calls that read a setting.
    #[serde(default)]
    pub setting: Vec<SettingModel>,
    /// Mappings of settings (`os.environ`).
    #[serde(default)]
    pub setting_map: Vec<SettingMapModel>,
    /// Calls whose result is made of their arguments.
    #[serde(default)]
    pub derive: Vec<DeriveModel>,
    /// Calls that check nothing and return nothing of interest, whatever they see.
    #[serde(default)]
    pub inert: Vec<InertModel>,
    /// Calls that write where people or other systems read along.
    #[serde(default)]
    pub log: Vec<LogModel>,
    /// Keyed digests.
    #[serde(default)]
    pub mac: Vec<MacModel>,
    /// Digests without a key.
    #[serde(default)]
    pub digest: Vec<DigestModel>,
    /// Constant-time comparisons.
    #[serde(default)]
    pub compare: Vec<CompareModel>,
    /// Token decoders and verifiers.
    #[serde(default)]
    pub decode: Vec<DecodeModel>,
    /// Token issuers and signers.
    #[serde(default)]
    pub issue: Vec<IssueModel>,
    /// Calls that get a token from an authorization server.
    #[serde(default)]
    pub obtain: Vec<ObtainModel>,
    /// Verifiers that raise or answer true or false, and library decorators and calls that authenticate the request.
    #[serde(default)]
    pub verify: Vec<VerifyModel>,
    /// Calls that end the request with an error.
    #[serde(default)]
    pub refuse: Vec<RefuseModel>,
    /// Calls that make an answer.
    #[serde(default)]
    pub response: Vec<ResponseModel>,
    /// Calls to other services.
    #[serde(default)]
    pub outgoing: Vec<OutgoingModel>,
    /// Decorators and calls that register entries.
    #[serde(default)]
    pub entry: Vec<EntryModel>,
    /// Defaults and annotations that say which part of the request a parameter gets.
    #[serde(default)]
    pub parameter: Vec<ParameterModel>,
    /// Defaults and annotations that name a function whose result a parameter gets.
    #[serde(default)]
    pub dependency: Vec<DependencyModel>,
    /// Objects that read a credential from the request when they are called.
    #[serde(default)]
    pub scheme: Vec<SchemeModel>,
    /// Calls that set the status of the answer.
    #[serde(default)]
    pub answer: Vec<AnswerModel>,
    /// Calls that put one object with routes under another.
    #[serde(default)]
    pub mount: Vec<MountModel>,
    /// Base classes whose methods answer requests.
    #[serde(default)]
    pub view_class: Vec<ViewClassModel>,
    /// Calls that make a decorator of functions one of methods, or of the method of a class that `name` says.
    #[serde(default)]
    pub method_decorator: Vec<InertModel>,
    /// Functions that a platform calls by what they look like.
    #[serde(default)]
    pub platform_function: Vec<PlatformFunctionModel>,
    /// Fields of an answer that say whether it refuses.
    #[serde(default)]
    pub refusing_field: Vec<RefusingFieldModel>,
    /// Decorators that leave a function as it is.
    #[serde(default)]
    pub transparent: Vec<InertModel>,
    /// Configuration keys that matter.
    #[serde(default)]
    pub configuration: Vec<ConfigurationModel>,
    /// Webhook senders that sign their deliveries.
    #[serde(default)]
    pub provider: Vec<ProviderModel>,
}

/// Calls that return an object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstanceModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// The class of what they return.
    pub class: String,
    /// Parameters in order; `key` has meaning, the secret that the object works with, `user` and `password` of Basic
    /// credentials, and for an object with routes `prefix`, the path before them, `parent`, what it is put under, and
    /// `decorators`, those around each of its handlers.
    #[serde(default)]
    pub parameters: Vec<String>,
}

/// A call that reads a setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Where settings are kept.
    pub store: StoreModel,
    /// Parameters in order; `key` and `default` have meaning.
    pub parameters: Vec<String>,
    /// What happens when the setting is absent and there is no default.
    pub missing: Missing,
    /// Where in the answer the value stands, as keys joined by dots (`Parameter.Value`); everywhere where this is empty.
    #[serde(default)]
    pub held_in: Vec<String>,
    /// The class of the answer, where the value is reached through its attributes.
    #[serde(default)]
    pub object: Option<String>,
}

/// A mapping of settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingMapModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Where settings are kept.
    pub store: StoreModel,
}

/// Where settings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreModel {
    /// The process's environment.
    Environment,
    /// Configuration.
    Configuration,
    /// A secret manager: every value is a secret.
    SecretStore,
}

/// What a missing setting does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The call gives `None`.
    None,
    /// The call raises.
    Raises,
}

/// A call whose result is made of its arguments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeriveModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Whether it raises `ValueError` on what it cannot read.
    #[serde(default)]
    pub may_raise: bool,
    /// Whether its result can be `None` (a match that fails).
    #[serde(default)]
    pub may_be_none: bool,
    /// Whether its result is only a length or count.
    #[serde(default)]
    pub measures: bool,
}

/// Calls without effect on what is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InertModel {
    /// Dotted names.
    pub path: Vec<String>,
}

/// A sink that people or other systems read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What to call it in a message: "the log", "standard output".
    pub target: String,
    /// Parameters by name that are not written.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The class of what it gives, where that goes on writing (`log.bind(…)`).
    #[serde(default)]
    pub object: Option<String>,
}

/// A keyed digest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MacModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `key` and `message` have meaning.
    pub parameters: Vec<String>,
}

/// A digest without a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DigestModel {
    /// Dotted names.
    pub path: Vec<String>,
}

/// A comparison of its first two arguments, in constant time unless it is plain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CompareModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Whether it stops at the first difference.
    #[serde(default)]
    pub plain: bool,
    /// Whether it says true where they differ.
    #[serde(default)]
    pub negated: bool,
}

/// How a decoder learns of an expected claim.
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
    /// The key in `options` that makes the claim required.
    #[serde(default)]
    pub require_option: Option<String>,
    /// The key in `options` that switches the check off.
    #[serde(default)]
    pub verify_option: Option<String>,
}

fn yes() -> bool {
    true
}

fn only_token() -> Vec<String> {
    vec!["token".to_owned()]
}

/// A token decoder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
    /// The key in `options`, or the parameter, that switches verification off when false.
    #[serde(default)]
    pub verify_switches: Vec<String>,
    /// A parameter that switches verification off when false, with the versions it does so in.
    #[serde(default)]
    pub legacy_verify_parameter: Option<String>,
    /// How `aud` is constrained; none where the library cannot.
    #[serde(default)]
    pub audience: Option<ClaimParameter>,
    /// How `iss` is constrained.
    #[serde(default)]
    pub issuer: Option<ClaimParameter>,
    /// Whether a verified call also checks expiry.
    #[serde(default = "yes")]
    pub checks_expiry: bool,
    /// Parameters that check claims in ways nobody can read from the call (`claims_cls`).
    #[serde(default)]
    pub validators: Vec<String>,
    /// What a verified call checks without being told to, or by configuration that stands elsewhere.
    #[serde(default)]
    pub always: Vec<EvidenceModel>,
    /// Where claims are validated later: the method that does it (`validate`).
    #[serde(default)]
    pub validated_by: Option<String>,
    /// The class of what it gives, where the claims are reached through its attributes.
    #[serde(default)]
    pub object: Option<String>,
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

/// What a decoder does about the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureModel {
    /// Verifies it, unless told not to.
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
}

/// A token issuer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssueModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `claims`, `key` and `algorithm` have meaning.
    pub parameters: Vec<String>,
}

/// A call that gets a token from an authorization server: for the program itself, not from its caller.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ObtainModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Where in the answer tokens stand, as keys joined by dots; everywhere where this is empty.
    #[serde(default)]
    pub held_in: Vec<String>,
    /// The class of the answer, where the token is reached through its attributes.
    #[serde(default)]
    pub object: Option<String>,
}

/// A verifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifyModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `key` has meaning, the secret that it verifies with, and what `optional` names.
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
    /// What it gives: "claims", "identity" or nothing.
    #[serde(default)]
    pub gives: Option<String>,
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
}

/// A call that ends the request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefuseModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `status` has meaning.
    #[serde(default = "only_status")]
    pub parameters: Vec<String>,
    /// The status it answers with where no argument says.
    #[serde(default)]
    pub status: Option<i64>,
}

fn only_status() -> Vec<String> {
    vec!["status=http_status_code".to_owned()]
}

/// A call that makes an answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResponseModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `status` and `body` have meaning.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The status where no argument says.
    #[serde(default)]
    pub status: Option<i64>,
}

/// A call to another service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutgoingModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `url`, `headers`, `auth`, `json`, `data`, `params`, `verify` have meaning, and `name` and
    /// `value` of one header.
    pub parameters: Vec<String>,
    /// The class of what it gives (a client, a prepared request).
    #[serde(default)]
    pub object: Option<String>,
}

/// A configuration key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigurationModel {
    /// Keys.
    pub key: Vec<String>,
    /// Whether their values are secrets.
    #[serde(default)]
    pub is_secret: bool,
}

/// A sender of webhooks that signs its deliveries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProviderModel {
    /// The name users know.
    pub name: String,
    /// Words of paths and function names that mean it.
    pub words: Vec<String>,
    /// The header that carries the signature.
    pub header: String,
    /// How to verify a delivery, in words.
    pub fix: String,
}
