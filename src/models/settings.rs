//! The part of a model file's shape that is about settings: where they are kept and what their keys decide. Data only.

use serde::Deserialize;

/// A call that reads a setting.
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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

/// A configuration key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigurationModel {
    /// Keys.
    pub key: Vec<String>,
    /// Whether their values are secrets.
    #[serde(default)]
    pub is_secret: bool,
    /// What they decide, where rules ask.
    #[serde(default)]
    pub decides: Option<ConfigurationMeaning>,
    /// Whether tokens, cookies or links are signed with them.
    #[serde(default)]
    pub is_signing_key: bool,
    /// Whether their values are names of algorithms.
    #[serde(default)]
    pub is_algorithm: bool,
    /// Keys that only fill in a claim: the one that checks it, without which a token with any value passes.
    #[serde(default)]
    pub checked_by: Option<String>,
    /// Keys that hold the public key of whoever issues the tokens.
    #[serde(default)]
    pub verifies: Option<VerifiesModel>,
}

/// What a configuration key decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigurationMeaning {
    /// How long access tokens are good for; `False` for ever.
    AccessLifetime,
    /// The same for refresh tokens.
    RefreshLifetime,
    /// Whether cookies with tokens are sent over TLS only.
    SecureCookie,
    /// The same, of a library that reads cookies only where it is told to, and whose default is no.
    SecureTokenCookie,
    /// Whether scripts are kept from cookies with tokens.
    HttpOnlyCookie,
    /// Whether requests that bring a cookie must also prove where they come from.
    CookieProtection,
    /// Where tokens are taken from.
    TokenLocation,
}

/// What a configuration that names a public key also says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifiesModel {
    /// The module whose mention says that a project uses the library: others give the key other meanings.
    pub module: String,
    /// The key with which the program issues tokens itself.
    pub issues_with: String,
    /// The key that names the expected audience.
    pub audience: String,
    /// The key that names the expected issuer.
    pub issuer: String,
}
