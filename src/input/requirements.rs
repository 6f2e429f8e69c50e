//! The files near what is analysed that say which versions of libraries it uses. Reads them; what they say is for others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::versions::states_versions;
use crate::root;

/// Lock files of large projects are a few megabytes; more is not read.
const MAX_BYTES: u64 = 16 << 20;

/// Path and text of every such file beside or above the sources, up to the folders that bound the project.
pub fn near<'a>(sources: impl Iterator<Item = &'a Path>, bounds: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let folder = |bound: &PathBuf| match root::absolute(bound) {
        file if file.is_file() => file.parent().map_or_else(|| file.clone(), Path::to_path_buf),
        folder => folder,
    };
    let bounds: Vec<PathBuf> = bounds.iter().map(folder).collect();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for source in sources {
        let source = root::absolute(source);
        for folder in source.ancestors().skip(1) {
            let is_inside = bounds.iter().any(|bound| folder.starts_with(bound));
            if !is_inside || !folders.insert(folder.to_path_buf()) {
                break;
            }
        }
    }
    folders.iter().flat_map(|folder| files_in(folder)).collect()
}

fn files_in(folder: &Path) -> Vec<(PathBuf, String)> {
    let beside = [folder.to_path_buf(), folder.join("requirements"), folder.join("reqs")];
    let entries = beside.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| states_versions(path)).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| Some((path.clone(), read(&path)?))).collect()
}

/// A regular file of bearable size that is text.
fn read(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    let is_readable = about.is_file() && about.len() <= MAX_BYTES;
    is_readable.then(|| fs::read(path).ok()).flatten().and_then(|bytes| String::from_utf8(bytes).ok())
}
