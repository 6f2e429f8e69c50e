//! One configuration file: its text to checked values, every mistake with its line and column.
//!
//! Read by hand from TOML's tree rather than derived, so that each message can name the place and the cure.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::models::OwnModel;
use super::per_file::PerFile;
use super::{ConfigError, Selector, Wishes};
use crate::root;
use crate::rules::catalogue::Profile;
use crate::suggest;

/// The keys of our table, in the order they are documented.
const KEYS: [&str; 9] =
    ["profile", "select", "ignore", "min-confidence", "fail-on", "exclude", "per-file", "models", "extend"];

/// A configuration file as it was written.
#[derive(Debug)]
pub(super) struct ConfigFile {
    /// What it asks for.
    pub(super) wishes: Wishes,
    /// What it excludes, relative to its folder; none where it says nothing.
    pub(super) exclude: Option<Patterns>,
    /// What it wants otherwise in some files, in the order of the text; none where it says nothing.
    pub(super) per_file: Option<Vec<PerFile>>,
    /// What it says of the users' own code, in the order of the text.
    pub(super) models: Vec<OwnModel>,
    /// The file it builds on.
    pub(super) extend: Option<PathBuf>,
}

/// Patterns of files, as `.gitignore` writes them.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    folder: PathBuf,
    patterns: Gitignore,
}

impl Patterns {
    /// Whether an absolute path is meant, itself or by a folder above it.
    pub(super) fn covers(&self, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(&self.folder) else { return false };
        self.patterns.matched_path_or_any_parents(inside, false).is_ignore()
    }
}

/// Reads a file's text; none where it is a `pyproject.toml` without our table.
pub(super) fn parse(path: &Path, text: &str) -> Result<Option<ConfigFile>, ConfigError> {
    let reader = Reader { path, text };
    let is_shared = path.file_name().is_some_and(|name| name == "pyproject.toml");
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        // A broken file that never speaks of us is somebody else's to repair.
        Err(_) if is_shared && !text.contains("bearerlint") => return Ok(None),
        Err(error) => {
            let message = format!("this is not TOML: {}", error.message());
            return Err(reader.error(error.span().map(|span| span.start), message, "repair the file"));
        }
    };
    let root = document.get_ref();
    if !is_shared {
        return reader.table(root).map(Some);
    }
    let ours = root.get("tool").and_then(|tool| match tool.get_ref() {
        DeValue::Table(tool) => tool.get("bearerlint"),
        _ => None,
    });
    match ours.map(|value| (value.span().start, value.get_ref())) {
        None => Ok(None),
        Some((_, DeValue::Table(table))) => reader.table(table).map(Some),
        Some((at, _)) => {
            Err(reader.error(Some(at), "`tool.bearerlint` has to be a table", "write `[tool.bearerlint]`"))
        }
    }
}

/// A file that is being read, for messages with a place.
pub(super) struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// In the order of the text, so that the first mistake a reader meets is the one that is told.
pub(super) fn in_order_of_text<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<DeString<'i>>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>) -> Result<ConfigFile, ConfigError> {
        let entries = in_order_of_text(table);
        let mut file =
            ConfigFile { wishes: Wishes::default(), exclude: None, per_file: None, models: Vec::new(), extend: None };
        for (key, value) in entries {
            let wishes = &mut file.wishes;
            match key.get_ref().as_ref() {
                "profile" => wishes.profile = Some(self.profile(value)?),
                "select" => wishes.select = Some(self.selectors("select", value)?),
                "ignore" => wishes.ignore = Some(self.selectors("ignore", value)?),
                "min-confidence" => wishes.min_confidence = Some(self.word("min-confidence", value)?),
                "fail-on" => wishes.fail_on = Some(self.word("fail-on", value)?),
                "exclude" => file.exclude = Some(self.exclude(value)?),
                "per-file" => file.per_file = Some(self.per_file(value)?),
                "models" => file.models = self.models(value)?,
                "extend" => file.extend = Some(root::absolute(&self.folder().join(self.string("extend", value)?))),
                unknown => return Err(self.unknown_key(unknown, key.span().start, &KEYS)),
            }
        }
        Ok(file)
    }

    fn profile(&self, value: &Value<'_>) -> Result<Profile, ConfigError> {
        match self.string("profile", value)? {
            "default" => Ok(Profile::Default),
            "strict" => Ok(Profile::Strict),
            other => Err(self.wrong(value, format!("`{other}` is no profile"), "write \"default\" or \"strict\"")),
        }
    }

    pub(super) fn word<T: std::str::FromStr<Err = String>>(
        &self,
        key: &str,
        value: &Value<'_>,
    ) -> Result<T, ConfigError> {
        let text = self.string(key, value)?;
        text.parse().map_err(|expected: String| self.wrong(value, format!("`{key}` cannot be `{text}`"), expected))
    }

    pub(super) fn selectors(&self, key: &str, value: &Value<'_>) -> Result<Vec<Selector>, ConfigError> {
        let read = |(item, name): (&Value<'_>, &str)| {
            Selector::parse(name).map_err(|help| self.wrong(item, format!("`{key}` names `{name}`"), help))
        };
        self.strings(key, value)?.into_iter().map(read).collect()
    }

    fn exclude(&self, value: &Value<'_>) -> Result<Patterns, ConfigError> {
        let patterns = self.strings("exclude", value)?;
        self.patterns(patterns.into_iter().map(|(item, pattern)| (item.span().start, pattern)))
    }

    /// Patterns with the offsets at which they stand.
    pub(super) fn patterns<'v>(
        &self,
        patterns: impl Iterator<Item = (usize, &'v str)>,
    ) -> Result<Patterns, ConfigError> {
        const HELP: &str = "patterns are written as in .gitignore";
        // Rooted nowhere: paths are made relative to the folder before they are matched.
        let mut builder = GitignoreBuilder::new("");
        let mut first = None;
        for (at, pattern) in patterns {
            first = first.or(Some(at));
            builder
                .add_line(None, pattern)
                .map_err(|error| self.error(Some(at), format!("`{pattern}` is no pattern: {error}"), HELP))?;
        }
        let patterns = builder
            .build()
            .map_err(|error| self.error(first, format!("these patterns cannot be used: {error}"), HELP))?;
        Ok(Patterns { folder: self.folder().to_path_buf(), patterns })
    }

    fn strings<'v>(&self, key: &str, value: &'v Value<'_>) -> Result<Vec<(&'v Value<'v>, &'v str)>, ConfigError>
    where
        Value<'v>: 'v,
    {
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(
                value,
                format!("`{key}` has to be a list of strings"),
                format!("write {key} = [\"…\"]"),
            ));
        };
        items.iter().map(|item| self.string(key, item).map(|text| (item, text))).collect()
    }

    pub(super) fn string<'v>(&self, key: &str, value: &'v Value<'_>) -> Result<&'v str, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.as_ref()),
            _ => Err(self.wrong(value, format!("`{key}` wants a string here"), "put it in quotes")),
        }
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }

    pub(super) fn unknown_key(&self, key: &str, at: usize, keys: &[&'static str]) -> ConfigError {
        let help = match suggest::nearest(key, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}", keys.join(", ")),
        };
        self.error(Some(at), format!("unknown key `{key}`"), help)
    }

    pub(super) fn wrong(&self, value: &Value<'_>, message: String, help: impl Into<String>) -> ConfigError {
        self.error(Some(value.span().start), message, help)
    }

    pub(super) fn error(&self, at: Option<usize>, message: impl Into<String>, help: impl Into<String>) -> ConfigError {
        let position = at.map(|at| {
            let before = self.text.get(..at).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
        });
        ConfigError { path: self.path.to_path_buf(), position, message: message.into(), help: help.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    fn error(text: &str) -> String {
        match parse(Path::new("/r/bearerlint.toml"), text) {
            Err(error) => format!("{error} | {}", error.help),
            Ok(_) => "no error".to_owned(),
        }
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = "profile = \"strict\"\nselect = [\"webhook\"]\nignore = [\"unused-suppression\"]\n\
                    min-confidence = \"low\"\nfail-on = \"error\"\nexclude = [\"old/\", \"*_pb2.py\"]\nextend = \"../base.toml\"\n";
        let file = parse(Path::new("/r/bearerlint.toml"), text).ok().flatten();
        let Some(file) = file else { panic!("the file is right") };
        assert_eq!(file.wishes.fail_on, Some(Severity::Error));
        assert_eq!(file.extend, Some(PathBuf::from("/base.toml")));
        let Some(exclude) = file.exclude else { panic!("it excludes") };
        for (path, expected) in
            [("/r/old/a.py", true), ("/r/x/a_pb2.py", true), ("/r/a.py", false), ("/q/old/a.py", false)]
        {
            assert_eq!(exclude.covers(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn mistakes_name_place_and_cure() {
        assert_eq!(
            error("fail-on = \"error\"\nmin_confidence = \"low\"\n"),
            "/r/bearerlint.toml:2:1: unknown key `min_confidence` | did you mean `min-confidence`?"
        );
        assert_eq!(
            error("fail-on = \"fatal\"\n"),
            "/r/bearerlint.toml:1:11: `fail-on` cannot be `fatal` | expected error, warning or note"
        );
        assert_eq!(
            error("ignore = [\"webhook\", \"unused-supression\"]\n"),
            "/r/bearerlint.toml:1:22: `ignore` names `unused-supression` | no rule or category; did you mean `unused-suppression`?"
        );
        assert_eq!(
            error("select = \"webhook\"\n"),
            "/r/bearerlint.toml:1:10: `select` has to be a list of strings | write select = [\"…\"]"
        );
        assert_eq!(
            error("exclude = [1]\n"),
            "/r/bearerlint.toml:1:12: `exclude` wants a string here | put it in quotes"
        );
        assert!(error("profile = \n").starts_with("/r/bearerlint.toml:1:"), "{}", error("profile = \n"));
        assert!(error("exclude = [\"[z-a]\"]\n").contains("is no pattern"), "{}", error("exclude = [\"[z-a]\"]\n"));
    }

    #[test]
    fn a_shared_file_counts_only_with_our_table() {
        let parse_shared = |text| parse(Path::new("/r/pyproject.toml"), text);
        assert!(matches!(parse_shared("[tool.ruff]\n"), Ok(None)));
        assert!(matches!(parse_shared("broken ="), Ok(None)));
        assert!(matches!(parse_shared("[tool.bearerlint]\n"), Ok(Some(_))));
        assert!(parse_shared("[tool.bearerlint]\nbroken =").is_err());
        assert!(parse_shared("[tool]\nbearerlint = 1\n").is_err());
    }
}
