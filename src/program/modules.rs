//! Which file an import means. Works on paths alone: a package need not have an `__init__.py`, and several source
//! roots may stand side by side.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::{FileId, Source};
use crate::syntax::tree::Name;

/// What the script that starts an application is called.
const START_SCRIPTS: [&str; 8] = ["main", "app", "application", "wsgi", "asgi", "manage", "run", "server"];

/// The files of a run as dotted modules.
#[derive(Debug, Default)]
pub struct ModulePaths {
    /// The path of each file as components, `__init__` and `.py` removed.
    components: Vec<Vec<Name>>,
    /// How many components of each file are its folder.
    folder_lengths: Vec<usize>,
    by_last: FxHashMap<Name, Vec<FileId>>,
    names: FxHashSet<Name>,
}

impl ModulePaths {
    /// From sources in `FileId` order.
    pub fn new(sources: &[Source]) -> Self {
        let mut paths = Self::default();
        for (index, source) in sources.iter().enumerate() {
            let mut components: Vec<Name> =
                source.path.with_extension("").iter().map(|part| Name::new(part.to_string_lossy())).collect();
            components.retain(|part| part != ".");
            let is_package = components.last().is_some_and(|last| last == "__init__");
            if is_package {
                components.pop();
            }
            paths.folder_lengths.push(components.len() - usize::from(!is_package && !components.is_empty()));
            if let Some(last) = components.last() {
                paths.by_last.entry(last.clone()).or_default().push(FileId(index as u32));
            }
            paths.names.extend(components.iter().cloned());
            paths.components.push(components);
        }
        paths
    }

    /// Whether any file or folder of the run has this name: a quick no for imports from outside.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The file that `from` means by a dotted name with `level` leading dots (0: absolute).
    pub fn find(&self, from: FileId, level: u32, dotted: &str) -> Option<FileId> {
        if level > 0 {
            return self.find_relative(from, level, dotted);
        }
        let wanted: Vec<&str> = dotted.split('.').collect();
        let candidates = self.by_last.get(*wanted.last()?)?;
        let folder = self.folder(from);
        let mut best: Option<(usize, FileId)> = None;
        for &candidate in candidates {
            let components = &self.components[candidate.0 as usize];
            let Some(root) = components.len().checked_sub(wanted.len()) else { continue };
            let is_named = components[root..].iter().zip(&wanted).all(|(known, word)| known == word);
            let is_above = folder.len() >= root && folder[..root] == components[..root];
            if is_named && is_above && candidate != from && best.is_none_or(|(depth, _)| root > depth) {
                best = Some((root, candidate));
            }
        }
        best.map(|(_, file)| file)
    }

    fn find_relative(&self, from: FileId, level: u32, dotted: &str) -> Option<FileId> {
        let folder = self.folder(from);
        let keep = folder.len().checked_sub(level as usize - 1)?;
        let mut wanted: Vec<Name> = folder[..keep].to_vec();
        if !dotted.is_empty() {
            wanted.extend(dotted.split('.').map(Name::new));
        }
        let candidates = self.by_last.get(wanted.last()?)?;
        candidates.iter().copied().find(|file| self.components[file.0 as usize] == wanted)
    }

    /// The dotted name of a file's module, as components, with all the folders above it.
    pub fn components(&self, file: FileId) -> &[Name] {
        &self.components[file.0 as usize]
    }

    fn folder(&self, file: FileId) -> &[Name] {
        &self.components[file.0 as usize][..self.folder_lengths[file.0 as usize]]
    }

    /// How many leading folder components all files of the run share.
    pub fn common_folder_length(&self) -> usize {
        let mut files = 0..self.components.len() as u32;
        let Some(first) = files.next() else { return 0 };
        let mut common = self.folder(FileId(first));
        for file in files {
            let folder = self.folder(FileId(file));
            let same = common.iter().zip(folder).take_while(|(left, right)| left == right).count();
            common = &common[..same];
        }
        common.len()
    }

    /// Whether the folder that all files of the run share is itself one application: it is a package, or holds the script
    /// that starts one.
    pub fn is_one_application(&self, common_folder: usize) -> bool {
        self.components.iter().zip(&self.folder_lengths).any(|(components, folder)| {
            *folder == common_folder
                && components.get(common_folder).is_none_or(|stem| START_SCRIPTS.contains(&stem.as_str()))
        })
    }

    /// The folder component at a depth, where the file lies that deep.
    pub fn folder_at(&self, file: FileId, depth: usize) -> Option<&Name> {
        self.folder(file).get(depth)
    }
}
