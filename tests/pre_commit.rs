//! The hook as a user meets it: the real pre-commit builds it from this checkout and stops a commit with a flaw; the
//! corrected file passes. Nothing here is simulated, only the build is without optimisation.

#[path = "support/python.rs"]
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
/// Enough for a first build of all dependencies on a slow machine.
const PATIENCE: Duration = Duration::from_mins(20);

#[test]
fn a_staged_flaw_stops_the_commit_and_the_corrected_file_passes() {
    let project = project_with_hook();
    let article = Path::new(REPOSITORY).join("testdata/apps/article");

    fs::copy(article.join("static.py"), project.path().join("app.py")).expect("the flawed file is copied");
    git(project.path(), &["add", "app.py"]);
    let stopped = git_output(project.path(), &["commit", "--message", "flawed"]);
    let report = text(&stopped);
    assert!(!stopped.status.success(), "the commit went through:\n{report}");
    // A hook that could not be built stops the commit too; the finding says that it ran.
    for expected in ["Failed", "exit code: 1", "plain-token-comparison", "app.py"] {
        assert!(report.contains(expected), "`{expected}` is missing:\n{report}");
    }
    assert_eq!(commits(project.path()), 1, "only the first commit is there");

    fs::copy(article.join("repaired.py"), project.path().join("app.py")).expect("the corrected file is copied");
    git(project.path(), &["add", "app.py"]);
    let passed = git_output(project.path(), &["commit", "--message", "corrected"]);
    let report = text(&passed);
    assert!(passed.status.success() && report.contains("Passed"), "the commit was stopped:\n{report}");
    assert_eq!(commits(project.path()), 2, "the corrected file is committed");
    forget_builds_of_this_crate();
}

/// A fresh repository whose commits are judged by `pre-commit try-repo` of this one, uncommitted changes of
/// tracked files included.
fn project_with_hook() -> tempfile::TempDir {
    assert!(Path::new(REPOSITORY).join(".git").exists(), "pre-commit builds from a git checkout; this is none");
    let project = tempfile::tempdir().expect("there is room for a temporary folder");
    git(project.path(), &["init", "--quiet"]);
    git(project.path(), &["commit", "--quiet", "--allow-empty", "--message", "first"]);
    let hook = project.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("the hook is in a folder")).expect("git's folder is writable");
    // git names its index to hooks; pre-commit would look for this repository's changes in it.
    let script = format!(
        "#!/bin/sh\nunset GIT_INDEX_FILE GIT_PREFIX\nexec '{}' -m pre_commit try-repo '{REPOSITORY}' bearerlint --color never\n",
        python::interpreter("requirements-tests.txt").display()
    );
    fs::write(&hook, script).expect("the hook is written");
    make_executable(&hook);
    project
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the hook can be made executable");
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) {}

/// Where the hook is built: kept between runs, since the dependencies take minutes and this crate seconds.
fn build_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit-build")
}

/// pre-commit copies the repository to a new place each time, so what was built of it is never used again.
fn forget_builds_of_this_crate() {
    for folder in ["release/deps", "release/.fingerprint"] {
        let Ok(entries) = fs::read_dir(build_folder().join(folder)) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with("bearerlint-") || name.starts_with("libbearerlint-") {
                if path.is_dir() {
                    fs::remove_dir_all(&path).ok()
                } else {
                    fs::remove_file(&path).ok()
                };
            }
        }
    }
}

fn git_output(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).timeout(PATIENCE);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "bearerlint tests");
        command.env(format!("GIT_{role}_EMAIL"), "tests@example.com");
    }
    command
        // Settings of the machine's user, a signing key among them, stay out of it.
        .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("PRE_COMMIT_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit-home"))
        .env("CARGO_TARGET_DIR", build_folder())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
        .output()
        .expect("git runs")
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = git_output(folder, arguments);
    assert!(output.status.success(), "git {arguments:?}:\n{}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn commits(folder: &Path) -> usize {
    git(folder, &["rev-list", "HEAD"]).lines().count()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
