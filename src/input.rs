//! Stand-in for discovery and reading, until their own stages are in place: walks for `*.py` and reads UTF-8.
//!
//! REPLACE: `find` by `discover::discover`, `read` by `source::read` and `source::decode`. Nothing else looks in here.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::Inputs;
use crate::finding::{Diagnostic, DiagnosticKind};
use crate::source::Source;

/// A file of the run.
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
    let mut found = Found::default();
    let mut files = BTreeSet::new();
    for path in &inputs.paths {
        if !path.exists() {
            found.diagnostics.push(failed(path, "there is no such file or folder".to_owned()));
            continue;
        }
        for entry in walkdir::WalkDir::new(path) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    let is_python = entry.path().extension().is_some_and(|extension| extension == "py");
                    if is_python || entry.depth() == 0 {
                        files.insert(File { path: entry.into_path(), is_stdin: false });
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = error.io_error().map_or_else(|| "cannot be walked".to_owned(), ToString::to_string);
                    found.diagnostics.push(failed(error.path().unwrap_or(path), reason));
                }
            }
        }
    }
    if let Some(name) = &inputs.stdin {
        files.insert(File { path: name.clone(), is_stdin: true });
    }
    found.files = files.into_iter().collect();
    found
}

/// Reads a file, at most as many bytes as are allowed.
pub fn read(file: &File, inputs: &Inputs) -> Read {
    let opened: std::io::Result<Box<dyn std::io::Read>> = if file.is_stdin {
        Ok(Box::new(std::io::stdin()))
    } else {
        std::fs::File::open(&file.path).map(|open| Box::new(open) as _)
    };
    let mut bytes = Vec::new();
    let read = opened.and_then(|reader| reader.take(inputs.max_file_size + 1).read_to_end(&mut bytes));
    let problem = match read {
        Err(error) => Some(format!("this file cannot be read: {error}")),
        Ok(_) if bytes.len() as u64 > inputs.max_file_size => {
            Some(format!("this file has more than {} bytes; --max-file-size allows more", inputs.max_file_size))
        }
        Ok(_) => None,
    };
    match (problem, String::from_utf8(bytes)) {
        (Some(problem), _) => Read { source: None, diagnostics: vec![failed(&file.path, problem)] },
        (None, Err(_)) => {
            Read { source: None, diagnostics: vec![failed(&file.path, "this file is not UTF-8".to_owned())] }
        }
        (None, Ok(text)) => Read { source: Some(Source::new(file.path.clone(), text)), diagnostics: Vec::new() },
    }
}

fn failed(path: &Path, message: String) -> Diagnostic {
    Diagnostic { path: path.to_path_buf(), at: None, kind: DiagnosticKind::Failed, message }
}
