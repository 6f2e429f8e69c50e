//! A folder to lint and a way to run the binary that does not depend on who runs the tests.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// Environment variables that change what is printed.
const LOUD_VARIABLES: [&str; 8] =
    ["CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "GITHUB_ACTIONS", "GITHUB_WORKSPACE"];

/// A small application with one known flaw, in line 7.
pub(crate) const FLAWED: &str = r#"import os
from flask import Flask, request
app = Flask(__name__)
@app.post("/orders")
def orders():
    token = request.headers.get("Authorization", "").partition(" ")[2]
    if token != os.environ["ORDERS_TOKEN"]:
        return "no", 403
    return "ok"
"#;

/// Every format there is.
pub(crate) const FORMATS: [&str; 5] = ["human", "concise", "json", "jsonl", "sarif"];

/// A folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with files in it, gone at the end of the test.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let project = Self { folder };
        for (path, text) in files {
            project.write(path, text.as_bytes());
        }
        project
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        let parent = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(parent).expect("folders can be made");
        std::fs::write(path, bytes).expect("files can be written");
    }

    /// Copies a folder of the repository to a folder of the same name, with all that is in it.
    pub(crate) fn copy(&self, folder: &str) {
        for entry in std::fs::read_dir(repository(folder)).expect("it is part of the repository") {
            let entry = entry.expect("its entries are readable");
            let path = format!("{folder}/{}", entry.file_name().to_str().expect("names are UTF-8"));
            if entry.path().is_dir() {
                self.copy(&path);
            } else {
                self.write(&path, &std::fs::read(entry.path()).expect("its files are readable"));
            }
        }
    }

    /// The binary, to be run in this folder.
    pub(crate) fn command(&self) -> Command {
        command_in(self.folder.path())
    }

    /// Runs the binary with arguments in this folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        answer(self.command().args(arguments))
    }
}

pub(crate) fn command_in(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bearerlint"));
    command.current_dir(folder);
    for variable in LOUD_VARIABLES {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn answer(command: &mut Command) -> Answer {
    let output = command.output().expect("the binary runs");
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}
