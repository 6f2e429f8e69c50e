//! Python environments for tests, each built once under `target/` from pinned requirements. Without a Python that can
//! do it the test fails and says what to install; it never passes unrun.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const WHAT_TO_INSTALL: &str = "this test needs Python 3.11 or later with its venv module \
     (Debian: apt install python3 python3-venv; elsewhere: https://www.python.org/downloads/)";

/// The interpreter of an environment that holds what a file of `testdata/` pins; builds it where it is missing or out of date.
pub(crate) fn interpreter(requirements: &str) -> PathBuf {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(requirements);
    let pinned = fs::read_to_string(&list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    let mut hasher = DefaultHasher::new();
    (pinned, version()).hash(&mut hasher);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{:016x}", hasher.finish()));
    if !folder.exists() {
        build(&folder, &list);
    }
    interpreter_in(&folder)
}

/// Version and place of the machine's Python: another one needs another environment.
fn version() -> String {
    let question =
        "import sys, ensurepip, venv; assert sys.version_info >= (3, 11); print(sys.version, sys.executable)";
    let answer = Command::new("python3").args(["-c", question]).output();
    match answer {
        Ok(answer) if answer.status.success() => String::from_utf8_lossy(&answer.stdout).into_owned(),
        Ok(answer) => panic!("{WHAT_TO_INSTALL}: {}", String::from_utf8_lossy(&answer.stderr)),
        Err(error) => panic!("{WHAT_TO_INSTALL}: python3: {error}"),
    }
}

/// Builds beside the final place and renames, so that an interrupted or a parallel run leaves nothing half done.
fn build(folder: &Path, requirements: &Path) {
    let unfinished = folder.with_extension(std::process::id().to_string());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&unfinished));
    let install = ["-m", "pip", "install", "--quiet", "--requirement"];
    run(Command::new(interpreter_in(&unfinished)).args(install).arg(requirements));
    if fs::rename(&unfinished, folder).is_err() {
        assert!(folder.exists(), "the environment can be moved to {}", folder.display());
        fs::remove_dir_all(&unfinished).ok();
    }
}

fn interpreter_in(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
