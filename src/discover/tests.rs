//! What is found in small folders made for the purpose.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{DiscoverOptions, Discovered, discover};
use crate::finding::DiagnosticKind;

/// A folder with files; a name that ends in `/` is a folder.
fn tree(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in names {
        write(folder.path(), name, "");
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    let parent = if name.ends_with('/') { &path } else { path.parent().expect("a parent") };
    std::fs::create_dir_all(parent).expect("a writable folder");
    if !name.ends_with('/') {
        std::fs::write(&path, text).expect("a writable folder");
    }
}

fn run(folder: &TempDir, names: &[&str], options: &DiscoverOptions) -> Discovered {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
    discover(&paths, options)
}

/// The files found, relative to the folder.
fn files(folder: &TempDir, names: &[&str]) -> Vec<String> {
    relative(folder, &run(folder, names, &DiscoverOptions::default()))
}

fn relative(folder: &TempDir, discovered: &Discovered) -> Vec<String> {
    let real = folder.path().canonicalize().expect("a folder");
    let strip = |path: &PathBuf| {
        let path = path.strip_prefix(folder.path()).or_else(|_| path.strip_prefix(&real)).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    };
    discovered.files.iter().map(strip).collect()
}

fn excluding(folder: &TempDir, globs: &[&str]) -> DiscoverOptions {
    let exclude = globs.iter().map(|&glob| glob.to_owned()).collect();
    DiscoverOptions { exclude, base: folder.path().to_path_buf(), use_ignore_files: true }
}

#[test]
fn python_files_are_found_sorted() {
    let folder = tree(&["b.py", "a/c.py", "a.py", "a.pyi", "a.txt", "x.py/inner.py", "Makefile"]);
    assert_eq!(files(&folder, &[""]), ["a/c.py", "a.py", "b.py", "x.py/inner.py"]);
}

#[test]
fn scripts_with_a_python_first_line_are_found() {
    let folder = tree(&[]);
    write(folder.path(), "serve", "#!/usr/bin/env python3\n");
    write(folder.path(), "other", "#!/bin/sh\n");
    write(folder.path(), "serve.sh", "#!/usr/bin/env python3\n");
    assert_eq!(files(&folder, &[""]), ["serve"]);
}

#[test]
fn folders_without_own_code_are_left_out_unless_named() {
    let names =
        ["a.py", ".venv/b.py", "build/c.py", "build/venv/d.py", "node_modules/e/f.py", "env/pyvenv.cfg", "env/g.py"];
    let folder = tree(&names);
    assert_eq!(files(&folder, &[""]), ["a.py"]);
    assert_eq!(files(&folder, &["build"]), ["build/c.py"]);
    assert_eq!(files(&folder, &["node_modules/e"]), ["node_modules/e/f.py"]);
    assert_eq!(files(&folder, &["env", ".venv/b.py"]), [".venv/b.py", "env/g.py"]);
}

#[test]
fn ignore_files_hold_below_their_folder_and_nearer_ones_win() {
    let folder = tree(&["a.py", "gen/b.py", "sub/c_pb2.py", "sub/keep/d_pb2.py", "sub/e.py", "other/f.py", ".git/"]);
    write(folder.path(), ".gitignore", "gen/\n*_pb2.py\n");
    write(folder.path(), "sub/keep/.gitignore", "!d_pb2.py\n");
    write(folder.path(), "sub/.ignore", "/e.py\n");
    write(folder.path(), ".git/info/exclude", "other\n");
    assert_eq!(files(&folder, &[""]), ["a.py", "sub/keep/d_pb2.py"]);
    assert_eq!(files(&folder, &["sub"]), ["sub/keep/d_pb2.py"]);
    let all = DiscoverOptions { use_ignore_files: false, ..DiscoverOptions::default() };
    assert_eq!(run(&folder, &[""], &all).files.len(), 6);
}

#[test]
fn naming_an_ignored_folder_or_file_overrides_ignore_files() {
    let folder = tree(&[".git/", "build/a.py", "gen/b.py", "gen/deep/c.py"]);
    write(folder.path(), ".gitignore", "build/*\ngen\n");
    write(folder.path(), "gen/.gitignore", "deep\n");
    assert_eq!(files(&folder, &[""]), [""; 0]);
    assert_eq!(files(&folder, &["build"]), ["build/a.py"]);
    assert_eq!(files(&folder, &["gen"]), ["gen/b.py"]);
    assert_eq!(files(&folder, &["gen/deep/c.py"]), ["gen/deep/c.py"]);
}

#[test]
fn outside_a_repository_ignore_files_above_do_not_count() {
    let folder = tree(&["sub/a.py"]);
    write(folder.path(), ".gitignore", "a.py\n");
    assert_eq!(files(&folder, &["sub"]), ["sub/a.py"]);
    assert_eq!(files(&folder, &[""]), [""; 0]);
}

#[test]
fn configured_excludes_hold_for_named_files_too() {
    let folder = tree(&["a.py", "migrations/b.py", "tests/c.py", "tests/deep/d.py"]);
    let options = excluding(&folder, &["migrations", "/tests/**/d.py"]);
    assert_eq!(relative(&folder, &run(&folder, &[""], &options)), ["a.py", "tests/c.py"]);
    assert_eq!(relative(&folder, &run(&folder, &["migrations/b.py", "tests/deep/d.py", "a.py"], &options)), ["a.py"]);
    assert_eq!(relative(&folder, &run(&folder, &["migrations"], &options)), [""; 0]);
}

#[test]
fn an_exclude_that_is_no_glob_is_a_failure() {
    let folder = tree(&["a.py"]);
    let discovered = run(&folder, &[""], &excluding(&folder, &["{a"]));
    assert!(matches!(&discovered.diagnostics[..], [one] if one.kind == DiagnosticKind::Failed));
}

#[test]
fn a_file_named_twice_is_found_once_by_its_shortest_path() {
    let folder = tree(&["a.py", "sub/b.py"]);
    assert_eq!(files(&folder, &["./a.py", "a.py", "sub/../a.py", "", "."]), ["a.py", "sub/b.py"]);
    let current: Vec<PathBuf> = discover(&[PathBuf::from("./src")], &DiscoverOptions::default()).files;
    assert!(current.is_empty(), "no Python in our own sources");
}

#[test]
fn named_files_are_taken_whatever_they_are_called() {
    let folder = tree(&["a.txt", "b.pyi"]);
    assert_eq!(files(&folder, &["a.txt", "b.pyi"]), ["a.txt", "b.pyi"]);
}

#[test]
fn what_is_not_there_is_a_failure() {
    let folder = tree(&["a.py"]);
    let discovered = run(&folder, &["no.py", "a.py"], &DiscoverOptions::default());
    assert_eq!(relative(&folder, &discovered), ["a.py"]);
    assert!(matches!(&discovered.diagnostics[..], [one] if one.kind == DiagnosticKind::Failed));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn linked_files_are_found_once_where_they_are() {
        let folder = tree(&["real/a.py", "links/"]);
        let outside = tree(&["b.py"]);
        symlink(folder.path().join("real/a.py"), folder.path().join("links/again.py")).expect("a link");
        symlink(outside.path().join("b.py"), folder.path().join("links/b.py")).expect("a link");
        let discovered = run(&folder, &[""], &DiscoverOptions::default());
        let real = outside.path().join("b.py").canonicalize().expect("a file");
        assert!(discovered.files.contains(&real));
        assert!(discovered.files.contains(&folder.path().join("real/a.py")));
        assert_eq!(discovered.files.len(), 2);
        assert_eq!(files(&folder, &["links/again.py"]), ["real/a.py"]);
    }

    #[test]
    fn loops_of_links_end_and_named_links_to_folders_are_walked() {
        let folder = tree(&["sub/a.py"]);
        symlink(folder.path(), folder.path().join("sub/up")).expect("a link");
        symlink("self.py", folder.path().join("sub/self.py")).expect("a link");
        symlink(folder.path().join("sub"), folder.path().join("door")).expect("a link");
        assert_eq!(files(&folder, &[""]), ["sub/a.py"]);
        assert_eq!(files(&folder, &["door"]), ["door/a.py"]);
        assert_eq!(files(&folder, &["door", "sub"]).len(), 1);
    }

    #[test]
    fn links_that_lead_nowhere_are_noticed_and_failures_when_named() {
        let folder = tree(&["a.py"]);
        symlink("gone.py", folder.path().join("b.py")).expect("a link");
        let walked = run(&folder, &[""], &DiscoverOptions::default());
        assert!(matches!(&walked.diagnostics[..], [one] if one.kind == DiagnosticKind::Notice));
        let named = run(&folder, &["b.py"], &DiscoverOptions::default());
        assert!(matches!(&named.diagnostics[..], [one] if one.kind == DiagnosticKind::Failed));
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_a_failure_and_the_rest_is_walked() {
        let folder = tree(&["a.py", "shut/b.py"]);
        let shut = folder.path().join("shut");
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o000)).expect("own folder");
        let is_superuser = std::fs::read_dir(&shut).is_ok();
        let discovered = run(&folder, &[""], &DiscoverOptions::default());
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o755)).expect("own folder");
        if !is_superuser {
            assert_eq!(relative(&folder, &discovered), ["a.py"]);
            assert!(matches!(&discovered.diagnostics[..], [one] if one.kind == DiagnosticKind::Failed));
        }
    }

    #[test]
    fn a_pipe_in_the_place_of_a_file_does_not_hang_the_walk() {
        let folder = tree(&["a.py"]);
        let make = |name: &str| std::process::Command::new("mkfifo").arg(folder.path().join(name)).status();
        if ["b.py", "script", ".gitignore"].into_iter().all(|name| make(name).is_ok_and(|status| status.success())) {
            let discovered = run(&folder, &[""], &DiscoverOptions::default());
            assert_eq!(relative(&folder, &discovered), ["a.py"]);
            assert_eq!(discovered.diagnostics.len(), 2);
        }
    }
}
