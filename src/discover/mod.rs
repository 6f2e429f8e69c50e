//! Which files a run looks at: what was named, and what walking the named folders finds.
//!
//! Finds and names files, and reads at most the first line of one. What a path named by hand overrides: default
//! excludes, ignore files, the file's extension. What it does not: the configured excludes.

mod excludes;
mod ignored;
mod python;
mod walk;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::finding::{Diagnostic, DiagnosticKind};
use excludes::Excludes;

/// Links from link to link that are followed before they count as a circle: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// What narrows a run.
#[derive(Debug, Clone)]
pub struct DiscoverOptions {
    /// Globs in the words of `.gitignore`, relative to `base`. They hold for named files too.
    pub exclude: Vec<String>,
    /// The folder that `exclude` is relative to: the configuration's.
    pub base: PathBuf,
    /// Whether `.gitignore`, `.ignore` and `.git/info/exclude` count.
    pub use_ignore_files: bool,
}

impl Default for DiscoverOptions {
    fn default() -> Self {
        Self { exclude: Vec::new(), base: PathBuf::from("."), use_ignore_files: true }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Each file once, sorted, by the shortest path that leads to it from what was typed.
    pub files: Vec<PathBuf>,
    /// What was named or met and could not be looked at. Sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the Python files that `paths` name. The result does not depend on the order of `paths` or of folders.
pub fn discover(paths: &[PathBuf], options: &DiscoverOptions) -> Discovered {
    let mut found = Found::default();
    let excludes = Excludes::new(options, &mut found.diagnostics);
    for path in paths {
        named(&short(path), options, &excludes, &mut found);
    }
    found.finish()
}

/// A path that was named by hand.
fn named(path: &Path, options: &DiscoverOptions, excludes: &Excludes, found: &mut Found) {
    let (metadata, real) = match std::fs::metadata(path).and_then(|metadata| Ok((metadata, path.canonicalize()?))) {
        Ok(both) => both,
        Err(error) => return found.failed(path, missing(path, &error)),
    };
    let is_folder = metadata.is_dir();
    if excludes.cover(&real, is_folder) || unresolved(path).is_some_and(|path| excludes.cover(&path, is_folder)) {
        return;
    }
    if is_folder {
        walk::walk(path, &real, options, excludes, found);
    } else {
        found.file(path, real, path.is_symlink());
    }
}

/// A path without `.` parts, so that `./a.py` and `a.py` are shown alike.
fn short(path: &Path) -> PathBuf {
    let short: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if short.as_os_str().is_empty() { PathBuf::from(".") } else { short }
}

/// The absolute path with its folder's links resolved and its own not: excludes name links by their own names.
fn unresolved(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

fn missing(path: &Path, error: &io::Error) -> String {
    if path.is_symlink() {
        return format!("{}; repair or remove it", dead_link(path));
    }
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder; check the path".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied; make the path readable, or exclude it".to_owned(),
        _ => format!("the path cannot be looked at ({error}); check it"),
    }
}

/// What is wrong with a link that leads to nothing: it is followed by hand, since the system's error for a circle has no
/// name that is the same everywhere.
fn dead_link(link: &Path) -> &'static str {
    let mut at = link.to_path_buf();
    for _ in 0..MAX_LINKS {
        let Ok(target) = at.read_link() else { return "the symbolic link leads nowhere" };
        // An absolute target takes the whole place.
        at = at.parent().unwrap_or(Path::new("")).join(target);
    }
    "the symbolic link leads back to itself"
}

/// What has been found so far, by the path a file really has.
#[derive(Debug, Default)]
struct Found {
    files: BTreeMap<PathBuf, Shown>,
    diagnostics: Vec<Diagnostic>,
}

/// How a file is shown. Ordered: the better one is less.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    is_link: bool,
    length: usize,
    path: PathBuf,
}

impl Found {
    fn file(&mut self, path: &Path, real: PathBuf, is_link: bool) {
        // Report formats cannot show links, so a file that is reached only by one is shown where it is.
        let path = if is_link { below_current_folder(&real) } else { path.to_path_buf() };
        let shown = Shown { is_link, length: path.as_os_str().len(), path };
        match self.files.entry(real) {
            Entry::Vacant(place) => {
                place.insert(shown);
            }
            Entry::Occupied(mut known) if shown < *known.get() => {
                known.insert(shown);
            }
            Entry::Occupied(_) => {}
        }
    }

    fn failed(&mut self, path: &Path, message: String) {
        self.diagnose(path, DiagnosticKind::Failed, message);
    }

    fn notice(&mut self, path: &Path, message: String) {
        self.diagnose(path, DiagnosticKind::Notice, message);
    }

    fn diagnose(&mut self, path: &Path, kind: DiagnosticKind, message: String) {
        self.diagnostics.push(Diagnostic { path: path.to_path_buf(), at: None, kind, message });
    }

    fn finish(self) -> Discovered {
        let mut files: Vec<PathBuf> = self.files.into_values().map(|shown| shown.path).collect();
        files.sort();
        let mut diagnostics = self.diagnostics;
        diagnostics.sort();
        diagnostics.dedup();
        Discovered { files, diagnostics }
    }
}

/// A real path as it is seen from the current folder, where it lies below it.
fn below_current_folder(real: &Path) -> PathBuf {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let relative = current.ok().and_then(|folder| real.strip_prefix(folder).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| real.to_path_buf())
}

#[cfg(test)]
mod tests;
