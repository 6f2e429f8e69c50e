//! Stand-in for discovery and reading until their stages land: walks for `*.py` and reads UTF-8. The names are those of
//! the stages, so that replacing it changes an import.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::finding::{Diagnostic, DiagnosticKind};
use crate::source::Source;

#[derive(Default)]
pub(super) struct DiscoverOptions {}

pub(super) struct Discovered {
    pub(super) files: Vec<PathBuf>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

pub(super) struct ReadSource {
    pub(super) source: Source,
    pub(super) notices: Vec<Diagnostic>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("the file has {size} bytes, more than the limit of {limit}; raise the limit, or exclude the file")]
    TooLarge { size: u64, limit: u64 },
    #[error("the file is not UTF-8")]
    Encoding,
    #[error("the file cannot be read ({0})")]
    Io(#[from] std::io::Error),
}

pub(super) fn discover(paths: &[PathBuf], _options: &DiscoverOptions) -> Discovered {
    let mut files = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for path in paths {
        if !path.exists() {
            let message = "no such file or folder; check the path".to_owned();
            diagnostics.push(Diagnostic { path: path.clone(), at: None, kind: DiagnosticKind::Failed, message });
            continue;
        }
        for entry in walkdir::WalkDir::new(path).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            if entry.depth() == 0 || entry.path().extension().is_some_and(|extension| extension == "py") {
                files.insert(entry.into_path());
            }
        }
    }
    Discovered { files: files.into_iter().collect(), diagnostics }
}

pub(super) fn read(path: &Path, limit: u64) -> Result<ReadSource, ReadError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    decode(path.to_path_buf(), bytes)
}

pub(super) fn decode(path: PathBuf, bytes: Vec<u8>) -> Result<ReadSource, ReadError> {
    let text = String::from_utf8(bytes).map_err(|_| ReadError::Encoding)?;
    Ok(ReadSource { source: Source::new(path, text), notices: Vec::new() })
}
