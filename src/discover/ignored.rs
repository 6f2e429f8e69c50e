//! Ignore files: `.gitignore`, `.ignore` and `.git/info/exclude`, from the repository's root down to the folder at hand.
//!
//! The user's global ignore file does not count: what a run looks at must not depend on whose machine it is. Outside a
//! repository only ignore files inside the walked folder count.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Found;

/// In rising order of weight.
const FILES: &[&str] = &[".gitignore", ".ignore"];

/// An ignore file larger than this is no ignore file.
const MAX_BYTES: u64 = 1_000_000;

/// A module's name like many: what a folder's rules say of it they say of the folder's content.
const PROBE: &str = "module.py";

/// The ignore rules in force at a place of a walk.
#[derive(Debug, Default)]
pub(super) struct IgnoreFiles {
    /// Rules from above the walked folder, lightest first.
    above: Vec<Gitignore>,
    /// Rules of the walked folder (first) and those on the way to the place, by depth.
    below: Vec<Vec<Gitignore>>,
}

impl IgnoreFiles {
    /// The rules that hold for a walk of a folder. Where they ignore the folder itself or all its content, the user
    /// has overridden them by naming it, and only rules inside it hold.
    pub(super) fn above(root: &Path, found: &mut Found) -> Self {
        let mut above = Vec::new();
        if let Some(repository) = root.ancestors().find(|folder| folder.join(".git").exists()) {
            above.extend(rules_of(repository, &repository.join(".git/info/exclude"), found));
            let folders: Vec<&Path> =
                root.ancestors().skip(1).take_while(|path| path.starts_with(repository)).collect();
            for folder in folders.into_iter().rev() {
                above.extend(rules_in(folder, found));
            }
            let rules = Self { above, below: Vec::new() };
            let probe = root.join(PROBE);
            let is_overridden = rules.ignore(&probe, false)
                || root.ancestors().take_while(|path| *path != repository).any(|path| rules.ignore(path, true));
            return if is_overridden { Self::default() } else { rules };
        }
        Self { above, below: Vec::new() }
    }

    /// Takes in the rules of a folder at a depth of the walk, and leaves those of other folders that deep or deeper.
    pub(super) fn enter(&mut self, folder: &Path, depth: usize, found: &mut Found) {
        self.below.truncate(depth);
        self.below.push(rules_in(folder, found));
    }

    /// Leaves folders that deep or deeper.
    pub(super) fn leave(&mut self, depth: usize) {
        self.below.truncate(depth);
    }

    /// Whether a path is ignored. The nearest rule that says anything decides.
    pub(super) fn ignore(&self, real: &Path, is_folder: bool) -> bool {
        let rules = self.below.iter().rev().flat_map(|rules| rules.iter().rev()).chain(self.above.iter().rev());
        for rule in rules {
            match rule.matched(real, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

fn rules_in(folder: &Path, found: &mut Found) -> Vec<Gitignore> {
    FILES.iter().filter_map(|name| rules_of(folder, &folder.join(name), found)).collect()
}

/// The rules of one file, which hold below `folder`; none where there is no such file.
fn rules_of(folder: &Path, file: &PathBuf, found: &mut Found) -> Option<Gitignore> {
    let metadata = std::fs::metadata(file).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        found.notice(file, "this is not a file of ignore rules that can be read; its rules do not count".to_owned());
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    let error = builder.add(file);
    let rules = builder.build();
    if error.is_some() || rules.is_err() {
        found.notice(file, "some ignore rules of this file cannot be read; they do not count".to_owned());
    }
    rules.ok()
}
