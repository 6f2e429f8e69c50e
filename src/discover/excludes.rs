//! What is left out: the configured globs, and the folders that hold no code of the project's own.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::DiscoverOptions;
use crate::finding::{Diagnostic, DiagnosticKind};

/// Folders left out of a walk, the union of what Ruff, Black, mypy and pytest leave out. Sorted.
const DEFAULT_FOLDERS: &[&str] = &[
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
];

/// Whether a folder met in a walk holds no code of the project's own, by its name or because it is a virtual
/// environment.
pub(super) fn is_default(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| DEFAULT_FOLDERS.binary_search(&name).is_ok()) || folder.join("pyvenv.cfg").is_file()
}

/// The configured excludes.
#[derive(Debug)]
pub(super) struct Excludes {
    base: PathBuf,
    globs: Gitignore,
}

impl Excludes {
    /// Compiles the globs; one that is none is a failure, because what it should have left out would be looked at.
    pub(super) fn new(options: &DiscoverOptions, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let base = options.base.canonicalize().unwrap_or_else(|_| options.base.clone());
        let mut builder = GitignoreBuilder::new(&base);
        builder.allow_unclosed_class(false);
        for glob in &options.exclude {
            if let Err(error) = builder.add_line(None, glob) {
                diagnostics.push(unusable(&options.base, &error));
            }
        }
        let globs = builder.build().unwrap_or_else(|error| {
            diagnostics.push(unusable(&options.base, &error));
            Gitignore::empty()
        });
        Self { base, globs }
    }

    /// Whether a real path, or a folder above it up to the base, is excluded.
    pub(super) fn cover(&self, real: &Path, is_folder: bool) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        let below = |path: &&Path| path.starts_with(&self.base) && *path != self.base;
        real.ancestors().take_while(below).enumerate().any(|(height, path)| {
            let is_folder = is_folder || height > 0;
            self.globs.matched(path, is_folder).is_ignore()
        })
    }

    /// Whether a path met in a walk is excluded; the folders above it have been asked about before.
    pub(super) fn match_itself(&self, real: &Path, is_folder: bool) -> bool {
        real.starts_with(&self.base) && self.globs.matched(real, is_folder).is_ignore()
    }
}

fn unusable(base: &Path, error: &ignore::Error) -> Diagnostic {
    let message = format!("an exclude of the configuration is not a glob ({error}); correct it");
    Diagnostic { path: base.to_path_buf(), at: None, kind: DiagnosticKind::Failed, message }
}

#[cfg(test)]
mod tests {
    use super::DEFAULT_FOLDERS;

    #[test]
    fn the_table_is_sorted_for_its_search() {
        assert!(DEFAULT_FOLDERS.is_sorted());
    }
}
