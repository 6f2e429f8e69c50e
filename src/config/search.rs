//! Which configuration counts for which file: the nearest one above it, with what it extends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{self, ConfigFile, Patterns};
use super::models::OwnModel;
use super::per_file::PerFile;
use super::{ConfigError, Policy, Wishes};

/// Where configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// From the nearest file above each source.
    Nearest,
    /// From one file for all.
    File(PathBuf),
    /// From nowhere.
    Isolated,
}

/// The configurations of a run, read when first needed.
#[derive(Debug)]
pub struct Configurations {
    choice: Choice,
    typed: Wishes,
    by_folder: BTreeMap<PathBuf, Arc<Settings>>,
}

/// What holds for the files of some folder.
#[derive(Debug)]
pub struct Settings {
    /// What was typed, which lies over everything.
    typed: Wishes,
    wishes: Wishes,
    exclude: Option<Patterns>,
    per_file: Vec<PerFile>,
    models: Vec<OwnModel>,
}

impl Settings {
    /// Whether a file is excluded; `path` is absolute.
    pub fn excludes(&self, path: &Path) -> bool {
        self.exclude.as_ref().is_some_and(|exclude| exclude.covers(path))
    }

    /// What is wanted in a file; `path` is absolute. Of several entries for it the last one has the last word.
    pub fn policy(&self, path: &Path) -> Policy {
        let entries = self.per_file.iter().filter(|entry| entry.covers(path));
        let wishes = entries.fold(self.wishes.clone(), |below, entry| entry.over(&below));
        self.typed.clone().over(&wishes).policy()
    }

    /// What it says of the users' own code.
    pub fn models(&self) -> &[OwnModel] {
        &self.models
    }

    /// Whether all its files have one policy.
    pub fn is_uniform(&self) -> bool {
        self.per_file.is_empty()
    }
}

impl Configurations {
    /// Configurations under the wishes of the command line.
    pub fn new(choice: Choice, typed: Wishes) -> Self {
        Self { choice, typed, by_folder: BTreeMap::new() }
    }

    /// What holds for a file; `path` is absolute.
    pub fn settings(&mut self, path: &Path) -> Result<Arc<Settings>, ConfigError> {
        match self.choice.clone() {
            Choice::Isolated => self.cached(Path::new(""), |_| Ok(None)),
            Choice::File(file) => self.cached(Path::new(""), |_| read_named(&file, "--config").map(Some)),
            Choice::Nearest => {
                let folder = path.parent().unwrap_or_else(|| Path::new(""));
                self.nearest(folder)
            }
        }
    }

    /// Every folder between a file and its configuration is remembered, so that each is looked into once.
    fn nearest(&mut self, folder: &Path) -> Result<Arc<Settings>, ConfigError> {
        let mut passed = Vec::new();
        let mut found = None;
        for ancestor in folder.ancestors() {
            if let Some(known) = self.by_folder.get(ancestor) {
                found = Some(Arc::clone(known));
                break;
            }
            passed.push(ancestor.to_path_buf());
            if let Some(merged) = read_folder(ancestor)? {
                found = Some(Arc::new(self.settle(merged)));
                break;
            }
        }
        let settings = found.unwrap_or_else(|| Arc::new(self.settle(Merged::default())));
        self.by_folder.extend(passed.into_iter().map(|folder| (folder, Arc::clone(&settings))));
        Ok(settings)
    }

    fn cached(
        &mut self,
        key: &Path,
        read: impl FnOnce(&Path) -> Result<Option<Merged>, ConfigError>,
    ) -> Result<Arc<Settings>, ConfigError> {
        if let Some(known) = self.by_folder.get(key) {
            return Ok(Arc::clone(known));
        }
        let settings = Arc::new(self.settle(read(key)?.unwrap_or_default()));
        self.by_folder.insert(key.to_path_buf(), Arc::clone(&settings));
        Ok(settings)
    }

    fn settle(&self, merged: Merged) -> Settings {
        Settings {
            typed: self.typed.clone(),
            wishes: merged.wishes,
            exclude: merged.exclude,
            per_file: merged.per_file.unwrap_or_default(),
            models: merged.models,
        }
    }
}

/// A configuration file with everything it extends.
#[derive(Debug, Default)]
struct Merged {
    wishes: Wishes,
    exclude: Option<Patterns>,
    per_file: Option<Vec<PerFile>>,
    models: Vec<OwnModel>,
}

/// The configuration in a folder, where there is one.
fn read_folder(folder: &Path) -> Result<Option<Merged>, ConfigError> {
    let own_path = folder.join("bearerlint.toml");
    let shared_path = folder.join("pyproject.toml");
    let own = if own_path.is_file() { Some(load(&own_path)?) } else { None };
    let shared = if shared_path.is_file() { load(&shared_path)? } else { None };
    match (own.flatten(), shared) {
        (Some(_), Some(_)) => Err(ConfigError {
            path: own_path,
            position: None,
            message: "this folder has two configurations: this file and [tool.bearerlint] in pyproject.toml".to_owned(),
            help: "keep one of them".to_owned(),
        }),
        (Some(file), None) => merge(own_path, file).map(Some),
        (None, Some(file)) => merge(shared_path, file).map(Some),
        (None, None) => Ok(None),
    }
}

/// A file that somebody named: it has to exist and to hold our table.
fn read_named(path: &Path, named_by: &str) -> Result<Merged, ConfigError> {
    let path = crate::root::absolute(path);
    let file = load_named(&path, named_by)?;
    merge(path, file)
}

fn load_named(path: &Path, named_by: &str) -> Result<ConfigFile, ConfigError> {
    load(path)?.ok_or_else(|| ConfigError {
        path: path.to_path_buf(),
        position: None,
        message: format!("{named_by} names this file, but it has no [tool.bearerlint] table"),
        help: "add the table, or name another file".to_owned(),
    })
}

/// Follows `extend`. The extending file's keys win; paths stay relative to the file that holds them.
fn merge(path: PathBuf, file: ConfigFile) -> Result<Merged, ConfigError> {
    let mut chain = vec![identity(&path)];
    let mut merged =
        Merged { wishes: file.wishes, exclude: file.exclude, per_file: file.per_file, models: file.models };
    let (mut holder, mut next) = (path, file.extend);
    while let Some(base_path) = next {
        if chain.contains(&identity(&base_path)) {
            return Err(ConfigError {
                path: holder,
                position: None,
                message: format!("`extend` comes back to {}", crate::root::display(&base_path)),
                help: "break the circle".to_owned(),
            });
        }
        chain.push(identity(&base_path));
        let base = load_named(&base_path, "`extend`")?;
        merged.wishes = merged.wishes.over(&base.wishes);
        merged.exclude = merged.exclude.or(base.exclude);
        merged.per_file = merged.per_file.or(base.per_file);
        // What is nearer is added later and counts more.
        merged.models.splice(0..0, base.models);
        (holder, next) = (base_path, base.extend);
    }
    Ok(merged)
}

/// The same file under whatever name.
fn identity(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

fn load(path: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
        path: path.to_path_buf(),
        position: None,
        message: format!("this configuration cannot be read: {error}"),
        help: "check the path and its permissions, or use --isolated to do without configuration".to_owned(),
    })?;
    file::parse(path, &text)
}
