//! What a configuration says of users' own code: `[[models]]`, in the schema of the files that come with the program.

use serde::Deserialize as _;
use toml::de::{DeValue, ValueDeserializer};

use super::ConfigError;
use super::file::{Reader, Value};
use crate::models::schema::ModelFile;
use crate::suggest;

/// Where the schema is described.
const HELP: &str = "the keys are those of rules/models/*.toml; see \"Your own code\" in the README";

/// One entry of it that reads as a model file.
#[derive(Clone, Debug)]
pub struct OwnModel(toml::Value);

impl OwnModel {
    /// The model file that it is.
    pub fn file(&self) -> ModelFile {
        // It was read once before it was kept.
        ModelFile::deserialize(self.0.clone()).unwrap_or_default()
    }
}

impl Reader<'_> {
    pub(super) fn models(&self, value: &Value<'_>) -> Result<Vec<OwnModel>, ConfigError> {
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(value, "`models` has to be a list of tables".to_owned(), "write `[[models]]`"));
        };
        items.iter().map(|item| self.model(item)).collect()
    }

    fn model(&self, item: &Value<'_>) -> Result<OwnModel, ConfigError> {
        let read = |value: &Value<'_>| {
            ModelFile::deserialize(ValueDeserializer::from(value.clone()))?;
            toml::Value::deserialize(ValueDeserializer::from(value.clone()))
        };
        read(item).map(OwnModel).map_err(|error| {
            let at = error.span().map_or(item.span().start, |span| span.start);
            let (message, help) = told(error.message());
            self.error(Some(at), message, help)
        })
    }
}

/// A mistake in our words, with the name that was probably meant: the reader of TOML lists what would have been right.
fn told(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((word, expected)) = quoted.split_first() else { return (message.to_owned(), HELP.to_owned()) };
    let what = if message.starts_with("unknown field") {
        "unknown key"
    } else if message.starts_with("unknown variant") {
        "unknown value"
    } else if message.starts_with("missing field") {
        return (format!("the key `{word}` is missing"), HELP.to_owned());
    } else {
        return (message.to_owned(), HELP.to_owned());
    };
    let help = match suggest::nearest(word, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if expected.len() <= 12 => format!("one of {}", expected.join(", ")),
        None => HELP.to_owned(),
    };
    (format!("`models`: {what} `{word}`"), help)
}
