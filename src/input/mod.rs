//! From what was typed to texts: files that discovery finds, and standard input beside them.
//!
//! Knows no configuration, and decides nothing about which files are Python.

pub mod requirements;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::Inputs;
use crate::discover::{DiscoverOptions, discover};
use crate::finding::{Diagnostic, DiagnosticKind};
use crate::source::Source;
use crate::source::{ReadError, ReadSource, decode, read as read_file};

/// A file of the run. Ordered by path.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Its path as found or typed; for standard input the name it goes by.
    pub path: PathBuf,
    /// Whether it is read from standard input.
    pub is_stdin: bool,
}

/// What a run is about.
#[derive(Debug, Default)]
pub struct Found {
    /// In order of path, each once.
    pub files: Vec<File>,
    /// Paths that could not be walked.
    pub diagnostics: Vec<Diagnostic>,
}

/// One file's text, or why there is none.
#[derive(Debug)]
pub struct Read {
    /// The text.
    pub source: Option<Source>,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// The files under what was typed.
pub fn find(inputs: &Inputs) -> Found {
    let discovered = discover(&inputs.paths, &DiscoverOptions::default());
    let mut files: BTreeSet<File> = discovered.files.into_iter().map(|path| File { path, is_stdin: false }).collect();
    if let Some(name) = &inputs.stdin {
        // An editor pipes what it shows under the name of the file it edits: the pipe is the newer text.
        files.remove(&File { path: name.clone(), is_stdin: false });
        files.insert(File { path: name.clone(), is_stdin: true });
    }
    Found { files: files.into_iter().collect(), diagnostics: discovered.diagnostics }
}

/// Reads a file, at most as many bytes as are allowed.
pub fn read(file: &File, inputs: &Inputs) -> Read {
    let read = if file.is_stdin { read_stdin(&file.path, inputs) } else { read_file(&file.path, inputs.max_file_size) };
    match read {
        Ok(read) => Read { source: Some(read.source), diagnostics: read.notices },
        Err(error) => Read { source: None, diagnostics: vec![failed(&file.path, &error)] },
    }
}

/// A pipe has no size to ask for: one byte more than is allowed tells that there is too much.
fn read_stdin(name: &Path, inputs: &Inputs) -> Result<ReadSource, ReadError> {
    let limit = inputs.max_file_size;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    decode(name.to_path_buf(), bytes)
}

fn failed(path: &Path, error: &ReadError) -> Diagnostic {
    let hint = match error {
        ReadError::TooLarge { .. } => " (--max-file-size sets the limit)",
        _ => "",
    };
    Diagnostic { path: path.to_path_buf(), at: None, kind: DiagnosticKind::Failed, message: format!("{error}{hint}") }
}
