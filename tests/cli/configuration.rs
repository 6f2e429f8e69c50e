//! Configuration files: which one counts, what it excludes, and what is said of mistakes.

use crate::support::{Project, answer};

const CLEAN: &str = "x = 1\n";

#[test]
fn mistakes_stop_the_run_with_place_and_cure() {
    let project = Project::new(&[("a.py", CLEAN), ("pyproject.toml", "[tool.bearerlint]\nignroe = []\n")]);
    let answer = project.run(&["check"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""));
    assert!(answer.stderr.contains("pyproject.toml:2:1: unknown key `ignroe`"), "{}", answer.stderr);
    assert!(answer.stderr.contains("help: did you mean `ignore`?"), "{}", answer.stderr);
    assert_eq!(project.run(&["check", "--isolated"]).code, Some(0));
}

#[test]
fn excludes_hold_for_named_files_and_standard_input() {
    let project = Project::new(&[
        ("bearerlint.toml", "exclude = [\"old/\", \"*_pb2.py\"]\n"),
        ("a.py", CLEAN),
        ("old/deep/b.py", CLEAN),
        ("c_pb2.py", CLEAN),
    ]);
    assert_eq!(project.run(&["check"]).stdout, "no findings in 1 file\n");
    assert_eq!(project.run(&["check", "a.py", "old/deep/b.py", "c_pb2.py"]).stdout, "no findings in 1 file\n");
    let stdin = answer(project.command().args(["check", "-", "--stdin-filename", "old/x.py"]).write_stdin(CLEAN));
    assert_eq!(stdin.stdout, "no findings in 0 files\n");
    assert_eq!(project.run(&["check", "--isolated"]).stdout, "no findings in 3 files\n");
}

#[test]
fn the_nearest_file_with_our_table_counts() {
    let project = Project::new(&[
        ("bearerlint.toml", "exclude = [\"*.py\"]\n"),
        ("a.py", CLEAN),
        ("service/bearerlint.toml", ""),
        ("service/b.py", CLEAN),
        ("other/pyproject.toml", "[tool.ruff]\nline-length = 99\n"),
        ("other/c.py", CLEAN),
    ]);
    assert_eq!(project.run(&["check"]).stdout, "no findings in 1 file\n");
}

#[test]
fn extend_inherits_and_paths_stay_relative_to_their_file() {
    let project = Project::new(&[
        ("bearerlint.toml", "exclude = [\"service/old/\"]\n"),
        ("service/bearerlint.toml", "extend = \"../bearerlint.toml\"\nfail-on = \"error\"\n"),
        ("service/old/a.py", CLEAN),
        ("service/b.py", CLEAN),
    ]);
    assert_eq!(project.run(&["check", "service"]).stdout, "no findings in 1 file\n");
    project.write("bearerlint.toml", b"extend = \"service/bearerlint.toml\"\n");
    let circle = project.run(&["check", "service"]);
    assert_eq!(circle.code, Some(2));
    assert!(circle.stderr.contains("`extend` comes back to"), "{}", circle.stderr);
    project.write("bearerlint.toml", b"extend = \"gone.toml\"\n");
    assert!(project.run(&["check"]).stderr.contains("gone.toml: this configuration cannot be read"));
}

#[test]
fn a_named_configuration_counts_for_every_file() {
    let project = Project::new(&[
        ("strict.toml", "exclude = [\"a.py\"]\n"),
        ("bearerlint.toml", "broken ="),
        ("a.py", CLEAN),
        ("b.py", CLEAN),
    ]);
    assert_eq!(project.run(&["check", "--config", "strict.toml"]).stdout, "no findings in 1 file\n");
    assert_eq!(project.run(&["check", "--config", "gone.toml"]).code, Some(2));
    project.write("pyproject.toml", b"[tool.ruff]\n");
    let tableless = project.run(&["check", "--config", "pyproject.toml"]);
    assert!(tableless.stderr.contains("no [tool.bearerlint] table"), "{}", tableless.stderr);
}

#[test]
fn two_configurations_in_one_folder_are_refused() {
    let files = [("a.py", CLEAN), ("bearerlint.toml", ""), ("pyproject.toml", "[tool.bearerlint]\n")];
    let answer = Project::new(&files).run(&["check"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.contains("two configurations"), "{}", answer.stderr);
}
