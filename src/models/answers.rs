//! The part of a model file's shape that is about how a request ends: refusals, answers, cookies, and what the answers of other
//! services say. Data only.

use serde::Deserialize;

/// A call that ends the request.
#[derive(Debug, Clone, Deserialize)]
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
    /// Of an exception: the class attribute in which subclasses say theirs.
    #[serde(default)]
    pub status_attribute: Option<String>,
}

fn only_status() -> Vec<String> {
    vec!["status=http_status_code".to_owned()]
}

/// A call that makes an answer.
#[derive(Debug, Clone, Deserialize)]
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
    /// A parameter that refuses everything where it is an empty list.
    #[serde(default)]
    pub refuses_when_empty: Option<String>,
    /// Whether it fills a template: what that shows of what it is handed is not known.
    #[serde(default)]
    pub renders: bool,
}

/// A method that sets a cookie, on whatever object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CookieModel {
    /// Its name.
    pub method: String,
    /// Parameters in order; `name`, `value`, `secure` and `httponly` have meaning.
    pub parameters: Vec<String>,
}

/// A call that sets the status of the answer that is under way (`self.set_status(401)`), or writes some of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnswerModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `status` and `body` have meaning.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The status where no argument says.
    #[serde(default)]
    pub status: Option<i64>,
}

/// What answers of a client's requests say about themselves: whether the other service did what it was asked.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientAnswerModel {
    /// Attributes that hold of a good answer.
    #[serde(default)]
    pub good: Vec<String>,
    /// Attributes that hold of an error.
    #[serde(default)]
    pub error: Vec<String>,
    /// Attributes that give the status.
    #[serde(default)]
    pub status: Vec<String>,
    /// Methods that raise on an error.
    #[serde(default)]
    pub raises: Vec<String>,
}
