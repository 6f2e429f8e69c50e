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

/// A header in the log: an error in an application.
const FLAWED: &str = "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    \
                      app.logger.info(request.headers)\n    return \"ok\"\n";

#[test]
fn what_stands_in_tests_is_a_note_and_says_so() {
    let project = Project::new(&[("tests/app.py", FLAWED), ("app.py", FLAWED)]);
    let answer = project.run(&["check", "--format", "concise"]);
    assert!(answer.stdout.contains("tests/app.py:8:5: note"), "{}", answer.stdout);
    assert!(answer.stdout.lines().any(|line| line.starts_with("app.py:8:5: error")), "{}", answer.stdout);
    assert_eq!((answer.code, project.run(&["check", "tests"]).code), (Some(1), Some(0)));
    assert!(project.run(&["check", "tests"]).stdout.contains("a note here: the file holds"));
}

#[test]
fn settings_for_some_files_have_the_last_word_there() {
    let project = Project::new(&[("tests/app.py", FLAWED), ("tools/app.py", FLAWED), ("old/app.py", FLAWED)]);
    let found = |settings: &str| {
        project.write("pyproject.toml", format!("[tool.bearerlint.per-file]\n{settings}\n").as_bytes());
        let report = project.run(&["check", "--format", "concise"]).stdout;
        ["tests/", "tools/", "old/"].map(|folder| {
            let line = report.lines().find(|line| line.starts_with(folder));
            line.map(|line| line.split(' ').nth(1).unwrap_or_default().to_owned()).unwrap_or_default()
        })
    };
    let severities = |settings| found(settings).map(|word| word.split('[').next().unwrap_or_default().to_owned());
    assert_eq!(severities(""), ["note", "error", "error"]);
    assert_eq!(severities("\"tests/**\" = { treat-as = \"application\" }"), ["error", "error", "error"]);
    assert_eq!(severities("\"tools/\" = { treat-as = \"test\" }"), ["note", "note", "error"]);
    assert_eq!(severities("\"old/**\" = { ignore = [\"leakage\"] }"), ["note", "error", ""]);
    assert_eq!(
        severities("\"*.py\" = { max-severity = \"note\" }\n\"old/**\" = { max-severity = \"warning\" }"),
        ["note", "note", "warning"]
    );
    project.write("pyproject.toml", b"[tool.bearerlint.per-file]\n\"a\" = { ignroe = [] }\n");
    let mistake = project.run(&["check"]);
    assert_eq!(mistake.code, Some(2));
    assert!(mistake.stderr.contains("pyproject.toml:2:9: unknown key `ignroe`"), "{}", mistake.stderr);
}
