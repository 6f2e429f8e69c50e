//! A package of settings: one module for what all deployments share (`settings/base.py`), others for one kind each, which
//! import everything of that and set some of it anew. Knows no values.

use crate::program::{Index, vocabulary};
use crate::source::FileId;

/// Words that say at the name of a module that its settings are for work on the program.
const DEVELOPMENT_WORDS: [&str; 11] =
    ["dev", "devel", "development", "local", "test", "tests", "testing", "ci", "example", "sample", "template"];

/// The other modules of the package, those for development left out.
pub(super) struct SettingsPackage<'a, 'p> {
    index: &'a Index<'p>,
    others: Vec<FileId>,
}

/// The package of settings that a module is a part of, where that is not one for development.
pub(super) fn of<'a, 'p>(index: &'a Index<'p>, file: FileId) -> Option<SettingsPackage<'a, 'p>> {
    let (folder, stem) = folder_and_stem(index, file)?;
    if !is_settings(&folder) || is_for_development(&stem) {
        return None;
    }
    let is_other = |other: &FileId| {
        *other != file
            && folder_and_stem(index, *other).is_some_and(|(place, stem)| place == folder && !is_for_development(&stem))
    };
    let others = index.program.files().filter(is_other).collect();
    Some(SettingsPackage { index, others })
}

impl SettingsPackage<'_, '_> {
    /// Whether another module of the package sets a key: which of the two holds in production is not for this one to say.
    pub(super) fn overrides(&self, key: &str) -> bool {
        self.others.iter().any(|other| self.index.scope(*other).names.contains_key(key))
    }
}

fn folder_and_stem(index: &Index<'_>, file: FileId) -> Option<(String, String)> {
    let path = &index.program.source(file).path;
    let folder = path.parent()?.to_string_lossy().into_owned();
    Some((folder, path.file_stem()?.to_string_lossy().into_owned()))
}

fn is_settings(folder: &str) -> bool {
    folder.rsplit(['/', '\\']).next() == Some("settings")
}

fn is_for_development(stem: &str) -> bool {
    vocabulary::words(stem).iter().any(|word| DEVELOPMENT_WORDS.contains(&word.as_str()))
}
