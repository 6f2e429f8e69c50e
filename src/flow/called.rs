//! What the sides of a comparison are by what they are called, where no value tells: the secret that is read from somewhere
//! nobody can see, and the signature that a library is handed. Knows no values.

use super::event::Operand;
use super::interpreter::Interpreter;
use super::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part, Trail};
use super::value::Value;
use crate::finding::Confidence;
use crate::program::vocabulary;
use crate::syntax::tree::Name;

/// Words of functions that give what a configuration holds under the name that they are handed.
const READING_WORDS: [&str; 12] = [
    "get",
    "config",
    "configuration",
    "conf",
    "cfg",
    "setting",
    "settings",
    "option",
    "options",
    "read",
    "require",
    "env",
];
/// Words of objects that hold what the caller sent, or what was kept for a caller, under any name.
const CALLERS_WORDS: [&str; 15] = [
    "request", "session", "cookie", "cookies", "form", "args", "params", "query", "headers", "body", "payload", "data",
    "cache", "claims", "response",
];

impl<'p> Interpreter<'p, '_> {
    /// The name of the secret that an expression holds: its own (`self.api_key`), or that under which a configuration is asked
    /// for it (`self.get_config(API_KEY)`, `settings().get(["api", "key"])`).
    pub(super) fn called_secret(&self, operand: &Operand<'p>) -> Option<Name> {
        let written = self.index.text(operand.place);
        let last = written.rsplit('.').next().unwrap_or_default();
        if is_identifier(last) {
            return names_credential(last).then(|| last.into());
        }
        asked_for(written)
    }

    /// A signature that came in, by its name alone, where the program computed the one that it must equal.
    pub(super) fn called_signature(&self, operand: &Operand<'p>, expected: &Value<'p>) -> Option<Origin> {
        // The name is looked at first: it decides most comparisons, and costs least.
        let last = last_name(self.index.text(operand.place)).filter(|last| vocabulary::names_signature(last))?;
        let value = &operand.value;
        if !value.origins.is_empty() || value.as_text().is_some() || !value.deep_origins().is_empty() {
            return None;
        }
        let is_mac = |origin: &Origin| origin.kind == OriginKind::Mac && origin.confidence == Confidence::High;
        if !expected.deep_origins().iter().any(is_mac) {
            return None;
        }
        let (channel, kind) = (Channel::Name, CredentialKind::Signature);
        let credential = Credential { channel, kind, name: last.into(), part: Part::Token };
        let trail = Trail::begin(operand.place, format!("`{last}` is taken for a signature by its name"));
        Some(Origin { kind: OriginKind::Credential(credential), confidence: Confidence::Medium, trail })
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn names_credential(name: &str) -> bool {
    let is_password = vocabulary::words(name).last().is_some_and(|word| word == "pass");
    is_password || vocabulary::is_secret(name) || vocabulary::credential_kind(name).is_some()
}

/// What an expression calls its value at the end: `signature` of `self.signature` and of `sent["signature"]`.
fn last_name(written: &str) -> Option<&str> {
    let item = written.strip_suffix(']').and_then(|item| item.rsplit_once('['));
    let name = match item {
        Some((_, key)) => constant_name(key)?,
        None => written.rsplit('.').next()?,
    };
    is_identifier(name).then_some(name)
}

/// The name under which a call asks a configuration for a secret. What is asked of the request or a session is the caller's, and
/// what is asked with a variable may be found by a credential.
fn asked_for(written: &str) -> Option<Name> {
    let inner = written.strip_suffix(')')?;
    let (callee, arguments) = inner.rsplit_once('(')?;
    let (holder, method) = callee.rsplit_once('.').unwrap_or(("", callee));
    let reads = vocabulary::words(method).iter().any(|word| READING_WORDS.contains(&word.as_str()));
    let is_callers = vocabulary::words(holder).iter().any(|word| CALLERS_WORDS.contains(&word.as_str()));
    if !reads || is_callers || !is_identifier(method) {
        return None;
    }
    let first = arguments.strip_prefix('[').and_then(|list| list.split(']').next());
    let first = first.unwrap_or_else(|| arguments.split(',').next().unwrap_or_default());
    let parts: Option<Vec<&str>> = first.split(',').map(|part| constant_name(part.trim())).collect();
    let name = parts?.join("_");
    names_credential(&name).then(|| name.into())
}

/// What a constant argument is called: the text of a literal, or the name of a constant.
fn constant_name(argument: &str) -> Option<&str> {
    let literal = ['"', '\''].iter().find_map(|quote| argument.strip_prefix(*quote)?.strip_suffix(*quote));
    let last = argument.rsplit('.').next().unwrap_or_default();
    let is_constant = is_identifier(last) && !last.chars().any(char::is_lowercase);
    literal.or(is_constant.then_some(last))
}
