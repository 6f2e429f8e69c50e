//! What a configuration wants otherwise in some files: `[tool.bearerlint.per-file."tests/**"]`.

use std::path::Path;

use toml::de::DeValue;

use super::file::{Patterns, Reader, Value, in_order_of_text};
use super::{ConfigError, Selector, Wishes};
use crate::finding::Severity;
use crate::source::Purpose;
use crate::suggest;

/// The keys of one entry, in the order they are documented.
const KEYS: [&str; 4] = ["select", "ignore", "max-severity", "treat-as"];

/// One entry: which files, and what is wanted there.
#[derive(Clone, Debug)]
pub(super) struct PerFile {
    files: Patterns,
    select: Option<Vec<Selector>>,
    ignore: Option<Vec<Selector>>,
    max_severity: Option<Severity>,
    purpose: Option<Purpose>,
}

impl PerFile {
    /// Whether the entry is about a file; `path` is absolute.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.files.covers(path)
    }

    /// Wishes under those of this entry. What it ignores is ignored beside what the whole file ignores.
    pub(super) fn over(&self, below: &Wishes) -> Wishes {
        let mut ignore = if self.select.is_some() { Vec::new() } else { below.ignore.clone().unwrap_or_default() };
        ignore.extend(self.ignore.iter().flatten().cloned());
        Wishes {
            select: self.select.clone().or_else(|| below.select.clone()),
            ignore: (!ignore.is_empty()).then_some(ignore),
            max_severity: self.max_severity.or(below.max_severity),
            purpose: self.purpose.or(below.purpose),
            ..below.clone()
        }
    }
}

impl Reader<'_> {
    /// The table `per-file`.
    pub(super) fn per_file(&self, value: &Value<'_>) -> Result<Vec<PerFile>, ConfigError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(value, "`per-file` has to be a table".to_owned(), EXAMPLE));
        };
        let entries = in_order_of_text(table);
        entries.into_iter().map(|(pattern, value)| self.entry(pattern.get_ref(), pattern.span().start, value)).collect()
    }

    fn entry(&self, pattern: &str, at: usize, value: &Value<'_>) -> Result<PerFile, ConfigError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(value, format!("`per-file` wants a table for `{pattern}`"), EXAMPLE));
        };
        let files = self.patterns([(at, pattern)].into_iter())?;
        let mut entry = PerFile { files, select: None, ignore: None, max_severity: None, purpose: None };
        for (key, value) in in_order_of_text(table) {
            match key.get_ref().as_ref() {
                "select" => entry.select = Some(self.selectors("select", value)?),
                "ignore" => entry.ignore = Some(self.selectors("ignore", value)?),
                "max-severity" => entry.max_severity = Some(self.word("max-severity", value)?),
                "treat-as" => entry.purpose = Some(self.purpose(value)?),
                unknown => return Err(self.unknown_key(unknown, key.span().start, &KEYS)),
            }
        }
        Ok(entry)
    }

    fn purpose(&self, value: &Value<'_>) -> Result<Purpose, ConfigError> {
        let word = self.string("treat-as", value)?;
        let words = Purpose::ALL.map(Purpose::as_str);
        Purpose::ALL.into_iter().find(|purpose| purpose.as_str() == word).ok_or_else(|| {
            let help = match suggest::nearest(word, words) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", words.join(", ")),
            };
            self.wrong(value, format!("`treat-as` cannot be `{word}`"), help)
        })
    }
}

const EXAMPLE: &str = "write \"tests/**\" = { ignore = [\"hardcoded-secret\"] }";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file;
    use crate::rules::catalogue::Category;

    fn entries(text: &str) -> Result<Vec<PerFile>, String> {
        match file::parse(Path::new("/r/bearerlint.toml"), text) {
            Ok(file) => Ok(file.and_then(|file| file.per_file).unwrap_or_default()),
            Err(error) => Err(format!("{error} | {}", error.help)),
        }
    }

    #[test]
    fn an_entry_adds_to_what_is_ignored_and_lays_itself_over_the_rest() {
        let text = "[per-file]\n\"tests/**\" = { ignore = [\"secrets\"], max-severity = \"warning\", treat-as = \"application\" }\n";
        let entries = entries(text).unwrap_or_default();
        let [entry] = entries.as_slice() else { panic!("the text is right") };
        assert!(entry.covers(Path::new("/r/tests/a/b.py")) && !entry.covers(Path::new("/r/src/tests.py")));
        let below = Wishes { ignore: Some(vec![Selector::Category(Category::Leakage)]), ..Wishes::default() };
        let wishes = entry.over(&below);
        let ignored = vec![Selector::Category(Category::Leakage), Selector::Category(Category::Secrets)];
        assert_eq!(wishes.ignore, Some(ignored));
        assert_eq!((wishes.max_severity, wishes.purpose), (Some(Severity::Warning), Some(Purpose::Application)));
    }

    #[test]
    fn mistakes_name_place_and_cure() {
        let error = |text: &str| entries(text).err().unwrap_or_default();
        assert_eq!(
            error("[per-file.\"a/*\"]\nignored = []\n"),
            "/r/bearerlint.toml:2:1: unknown key `ignored` | did you mean `ignore`?"
        );
        assert_eq!(
            error("[per-file.\"a/*\"]\ntreat-as = \"tests\"\n"),
            "/r/bearerlint.toml:2:12: `treat-as` cannot be `tests` | did you mean `test`?"
        );
        assert!(error("per-file = [1]\n").contains("has to be a table"));
        assert!(error("[per-file]\n\"a\" = 1\n").contains("wants a table for `a`"));
    }
}
