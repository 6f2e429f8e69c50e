//! The shape of a model file (`rules/models/*.toml`): what calls and objects of one library mean. Data only.
//!
//! Dotted names are as a program would import them (`flask.request`); a method of a library's class is
//! `module.Class.method`. Checked when the program is built: unknown keys and effects are errors there.

use std::collections::BTreeMap;

use serde::Deserialize;

#[path = "answers.rs"]
mod answers;
#[path = "classes.rs"]
mod classes;
#[path = "gathering.rs"]
mod gathering;
#[path = "injection.rs"]
mod injection;
#[path = "randomness.rs"]
mod randomness;
#[path = "routing.rs"]
mod routing;
#[path = "settings.rs"]
mod settings;
#[path = "tokens.rs"]
mod tokens;
#[path = "verifiers.rs"]
mod verifiers;

pub use answers::{AnswerModel, ClientAnswerModel, CookieModel, RefuseModel, ResponseModel};
pub use classes::{ClassModel, ClassRole, Gives, ObjectText, PartModel, RequestModel};
pub use gathering::{Access, AccessModel, GatherModel, Gathering, Reading};
pub use injection::{BeforeModel, DependencyModel, ParameterModel, ReaderModel, SchemeModel};
pub use randomness::{Guess, GuessableModel, RandomModel};
pub use routing::{
    EntryKindModel, EntryModel, HandlerModel, InheritedModel, InstalledModel, MountModel, PlatformFunctionModel,
    PolicyArgument, PolicyDecision, PolicyModel, RefusingFieldModel, VariableSyntax, ViewClassModel,
};
pub use settings::{
    ConfigurationMeaning, ConfigurationModel, Missing, SettingMapModel, SettingModel, StoreModel, VerifiesModel,
};
pub use tokens::{
    ClaimParameter, DecodeGives, DecodeModel, ExpiryModel, IntrospectModel, IssueModel, SignatureModel, ValidateModel,
    VersionRange,
};
pub use verifiers::{EvidenceModel, Failure, VerifyModel};

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
    /// Lists of words by dotted name, or by that of a call that gives them: names of algorithms.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// Constants by dotted name: integers such as `http.HTTPStatus.UNAUTHORIZED`.
    #[serde(default)]
    pub integer: BTreeMap<String, i64>,
    /// Classes.
    #[serde(default)]
    pub class: Vec<ClassModel>,
    /// The request classes of its handlers.
    #[serde(default)]
    pub request: Vec<RequestModel>,
    /// What the answers that its clients get say about themselves.
    #[serde(default)]
    pub client_answer: Vec<ClientAnswerModel>,
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
    /// Calls that put values into containers and objects, or take them out.
    #[serde(default)]
    pub gather: Vec<GatherModel>,
    /// Calls that do what an operator, a dot or a statement does.
    #[serde(default)]
    pub access: Vec<AccessModel>,
    /// Calls that check nothing and return nothing of interest, whatever they see.
    #[serde(default)]
    pub inert: Vec<NamesModel>,
    /// Calls that write where people or other systems read along.
    #[serde(default)]
    pub log: Vec<LogModel>,
    /// Calls to which no text of the caller's choice should come.
    #[serde(default)]
    pub sink: Vec<SinkModel>,
    /// Keyed digests.
    #[serde(default)]
    pub mac: Vec<MacModel>,
    /// Random bytes or texts of them.
    #[serde(default)]
    pub random: Vec<RandomModel>,
    /// Values that somebody else can foresee or find out.
    #[serde(default)]
    pub guessable: Vec<GuessableModel>,
    /// Lengths of time, made of keyword arguments that name units; without a name, of days and seconds.
    #[serde(default)]
    pub duration: Vec<NamesModel>,
    /// What reads the clock: a moment that arithmetic moves.
    #[serde(default)]
    pub clock: Vec<NamesModel>,
    /// Digests without a key.
    #[serde(default)]
    pub digest: Vec<NamesModel>,
    /// Constant-time comparisons.
    #[serde(default)]
    pub compare: Vec<CompareModel>,
    /// Token decoders and verifiers.
    #[serde(default)]
    pub decode: Vec<DecodeModel>,
    /// Calls that validate the claims of a decoded token.
    #[serde(default)]
    pub validate: Vec<ValidateModel>,
    /// Calls that ask an authorization server about a presented token (RFC 7662).
    #[serde(default)]
    pub introspect: Vec<IntrospectModel>,
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
    /// Methods that set cookies.
    #[serde(default)]
    pub cookie: Vec<CookieModel>,
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
    /// Functions that read an item of a part of the request they are handed.
    #[serde(default)]
    pub reader: Vec<ReaderModel>,
    /// Decorators that run a function before the handler.
    #[serde(default)]
    pub before: Vec<BeforeModel>,
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
    pub method_decorator: Vec<NamesModel>,
    /// Functions that a platform calls by what they look like.
    #[serde(default)]
    pub platform_function: Vec<PlatformFunctionModel>,
    /// Attributes of applications that hold their handlers by name: what is put there takes the handler's place.
    #[serde(default)]
    pub handler_table: Vec<String>,
    /// Paths that a platform alone asks a container for, after it has judged the caller.
    #[serde(default)]
    pub hosted_route: Vec<String>,
    /// Types of database columns that keep a hash and compare what they are compared with by it.
    #[serde(default)]
    pub hashing_column: Vec<String>,
    /// Calls that hand over a table of routes, or its module, to stand under a path.
    #[serde(default)]
    pub include: Vec<NamesModel>,
    /// Settings that list what stands before all routes.
    #[serde(default)]
    pub installed: Vec<InstalledModel>,
    /// Handlers that base classes bring along.
    #[serde(default)]
    pub inherited: Vec<InheritedModel>,
    /// Objects that are asked about the caller before a route runs.
    #[serde(default)]
    pub policy: Vec<PolicyModel>,
    /// Fields of an answer that say whether it refuses.
    #[serde(default)]
    pub refusing_field: Vec<RefusingFieldModel>,
    /// Decorators that leave a function as it is.
    #[serde(default)]
    pub transparent: Vec<NamesModel>,
    /// Functions and objects that tell who the verified caller is; nothing where nobody was verified.
    #[serde(default)]
    pub identity: Vec<NamesModel>,
    /// Configuration keys that matter.
    #[serde(default)]
    pub configuration: Vec<ConfigurationModel>,
    /// Webhook senders that sign their deliveries.
    #[serde(default)]
    pub provider: Vec<ProviderModel>,
}

/// Calls that return an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstanceModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// The class of what they return.
    pub class: String,
    /// Parameters in order; `key` has meaning, the secret that the object works with, `user` and `password` of Basic
    /// credentials, and for an object with routes `middleware`, what stands before them, `prefix`, the path before them, `parent`, what it is put under, and
    /// `name`, what it is called; for one that decodes tokens `algorithms`, those that it accepts, `none` included,
    /// `url`, where it fetches keys, and `token`, one that it holds.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// What it does with its key, where that matters.
    pub key_use: Option<KeyUse>,
    /// Whether it is a whole web application: its hooks hold for everything under it.
    #[serde(default)]
    pub application: bool,
    /// Whether the path before its routes is its name where no `prefix` is given.
    #[serde(default)]
    pub prefix_from_name: bool,
}

/// What an object does with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// It signs with it by HMAC.
    Signs,
    /// It shows it to another service, which it asks: that tells nothing about a caller.
    Asks,
}

impl InstanceModel {
    /// Whether routes are registered on such objects, or on what is put under them.
    pub fn holds_routes(&self) -> bool {
        let mut meanings = self.parameters.iter().filter_map(|parameter| parameter.split('=').next());
        self.application || meanings.any(|meaning| matches!(meaning, "prefix" | "parent"))
    }
}

/// A call whose result is made of its arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "independent questions about one call")]
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
    /// Whether it writes a parsed value out again, as text that need not be the one it was parsed from.
    #[serde(default)]
    pub serialises: bool,
    /// Whether it writes what the language shows of a value: of a parsed body another text than the one that came.
    #[serde(default)]
    pub shows: bool,
    /// Whether what it writes is the query of an address.
    #[serde(default)]
    pub query: bool,
    /// What it reads where its argument is a text that a serialising call wrote.
    #[serde(default)]
    pub reads: Option<Reading>,
    /// The class of what it gives, where the content is reached through attributes.
    #[serde(default)]
    pub object: Option<String>,
    /// Whether it takes a header apart: the scheme, and what follows the first space.
    #[serde(default)]
    pub splits: bool,
    /// Which argument, from 0, is a pattern that a part of another one may match.
    #[serde(default)]
    pub pattern: Option<usize>,
}

/// Names of which the kind of entry says everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NamesModel {
    /// Dotted names.
    pub path: Vec<String>,
}

/// A sink that people or other systems read.
#[derive(Debug, Clone, Deserialize)]
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
    /// The keyword that names another object to write to (`print(…, file=buffer)`).
    #[serde(default)]
    pub to: Option<String>,
}

/// A call to which no text of the caller's choice should come.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SinkModel {
    /// Dotted names.
    #[serde(default)]
    pub path: Vec<String>,
    /// Names of methods, whatever their object is.
    #[serde(default)]
    pub method: Vec<String>,
    /// What it does with its first argument, or with the object that it is a method of.
    pub kind: SinkKind,
}

/// What a sink does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkKind {
    /// Opens a file of that name.
    File,
    /// Runs it as an SQL statement.
    Sql,
}

/// A keyed digest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MacModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `key` and `message` have meaning.
    pub parameters: Vec<String>,
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

/// A call that gets a token from an authorization server: for the program itself, not from its caller.
#[derive(Debug, Clone, Deserialize)]
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
    /// Methods that say enough where nobody knows whose they are: clients are often kept where they cannot be followed.
    #[serde(default)]
    pub methods: Vec<String>,
}

/// A call to another service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutgoingModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `url`, `headers`, `auth`, `json`, `data`, `params`, `verify` have meaning, `connection` (an object that
    /// knows whether to verify), and `name` and `value` of one header.
    pub parameters: Vec<String>,
    /// The class of what it gives (a client, a prepared request). What it is made with belongs to what that sends.
    #[serde(default)]
    pub object: Option<String>,
    /// Whether what it gives checks no certificates.
    #[serde(default)]
    pub unverified: bool,
}

/// A sender of webhooks that signs its deliveries.
#[derive(Debug, Clone, Deserialize)]
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
