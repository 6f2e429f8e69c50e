//! The part of a model file's shape that is about what frameworks hand to the parameters of a handler: request data by
//! name, the results of other functions, credentials that an object of the library reads by itself. Data only.

use serde::Deserialize;

use super::{Gives, PartModel};

/// A default value or annotation that says which part of the request a parameter gets (`x_token: str = Header(None)`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ParameterModel {
    /// Dotted names of the calls that make it.
    pub path: Vec<String>,
    /// The part of the request.
    pub from: Gives,
    /// Parameters in order, as `meaning` or `meaning=name`; `default` and `alias` have meaning.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Whether underscores in the parameter's name stand for hyphens, unless the parameter of this name is false.
    #[serde(default)]
    pub hyphens_unless: Option<String>,
}

/// A default value or annotation that names a function or class whose result the parameter gets (`Depends(current_user)`).
/// What it needs in turn is handed to it the same way.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DependencyModel {
    /// Dotted names of the calls that make it.
    pub path: Vec<String>,
    /// Parameters in order; `dependency` has meaning.
    pub parameters: Vec<String>,
    /// The keyword under which calls that make objects with routes, mount them or register a route list such markers.
    #[serde(default)]
    pub listed_in: Option<String>,
    /// One request calls it once, whoever names it, unless the parameter of this name is false (`use_cache`).
    #[serde(default)]
    pub once_unless: Option<String>,
}

/// A function that reads one item of a part of the request that it is handed; an empty text where it is not there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReaderModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What it reads.
    pub reads: PartModel,
}

/// A decorator whose argument is a function that runs before the handler (`falcon.before(check)`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BeforeModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What that function is handed, in order.
    pub arguments: Vec<Gives>,
}

/// An object that reads a credential from the request when the framework calls it (`HTTPBearer()`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SchemeModel {
    /// Dotted names of the method that is called (`fastapi.security.HTTPBearer.__call__`).
    pub path: Vec<String>,
    /// What it gives: a part of the request whose name, where that is open, is the constructor's `name`.
    pub gives: Gives,
    /// The constructor's parameters in order; `name` and `refuses` have meaning: the latter says, unless it is false, that
    /// a request without the credential is turned away.
    pub parameters: Vec<String>,
    /// The status of that refusal.
    pub status: i64,
    /// Whether the scheme word is tested, too.
    #[serde(default)]
    pub tests_scheme: bool,
    /// Whether it can give an empty string.
    #[serde(default)]
    pub may_be_empty: bool,
}
