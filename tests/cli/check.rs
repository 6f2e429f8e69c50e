//! `bearerlint check`: what is linted, what is said of bad input, and the exit code.

use std::io::Read;
use std::process::Stdio;

use crate::support::{Project, answer};

const CLEAN: &str = "x = 1\n";

#[test]
fn success_is_one_line() {
    let project = Project::new(&[("a.py", CLEAN), ("b.py", CLEAN)]);
    let answer = project.run(&["check"]);
    assert_eq!(
        (answer.code, answer.stdout.as_str(), answer.stderr.as_str()),
        (Some(0), "no findings in 2 files\n", "")
    );
}

#[test]
fn a_path_that_does_not_exist_is_named_and_the_rest_goes_on() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let answer = project.run(&["check", "a.py", "missing.py"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.contains("error: missing.py: "), "{}", answer.stderr);
    assert_eq!(answer.stdout, "no findings in 1 file; 1 not analysed, so the result is partial (exit code 2)\n");
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let project = Project::new(&[("a.py", CLEAN)]);
    for format in ["human", "concise", "json", "jsonl", "sarif"] {
        assert_eq!(project.run(&["check", "--format", format, "a.py"]).code, Some(0), "{format}");
        assert_eq!(project.run(&["check", "--format", format, "missing.py"]).code, Some(2), "{format}");
    }
}

#[test]
fn nothing_to_lint_is_said_and_is_no_failure() {
    let project = Project::new(&[("readme.txt", "")]);
    let answer = project.run(&["check"]);
    assert_eq!(answer.code, Some(0));
    assert!(answer.stderr.contains("note: .: no Python files"), "{}", answer.stderr);
}

#[test]
fn a_file_over_the_limit_is_named() {
    let project = Project::new(&[("big.py", "x = 1\nx = 2\nx = 3\n"), ("a.py", CLEAN)]);
    let answer = project.run(&["check", "--max-file-size", "8"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.contains("big.py") && answer.stderr.contains("--max-file-size"), "{}", answer.stderr);
}

#[test]
fn standard_input_is_a_file_with_a_name() {
    let project = Project::new(&[]);
    let plain = answer(project.command().args(["check", "-"]).write_stdin(CLEAN));
    assert_eq!((plain.code, plain.stdout.as_str()), (Some(0), "no findings in 1 file\n"));
    let large = answer(project.command().args(["check", "-", "--max-file-size", "2"]).write_stdin(CLEAN));
    assert!(large.stderr.starts_with("error: <stdin>: "), "{}", large.stderr);
    let named = ["check", "-", "--stdin-filename", "src/x.py", "--max-file-size", "2"];
    let named = answer(project.command().args(named).write_stdin(CLEAN));
    assert!(named.stderr.starts_with("error: src/x.py: "), "{}", named.stderr);
}

#[test]
fn odd_file_names_are_files() {
    let project = Project::new(&[("-x.py", CLEAN), ("a b\u{1b}[31m.py", CLEAN)]);
    let answer = project.run(&["check", "--", "-x.py", "a b\u{1b}[31m.py"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), "no findings in 2 files\n"));
    let missing = project.run(&["check", "--", "-gone\u{1b}[31m.py"]);
    assert!(missing.stderr.starts_with("error: -gone␛[31m.py: "), "{}", missing.stderr);
}

#[test]
fn wrong_use_is_exit_code_2_with_a_hint() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let unknown = project.run(&["check", "--select", "unused-supression"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `unused-suppression`?"), "{}", unknown.stderr);
    for wrong in
        [&["check", "--min-confidence", "huge"][..], &["check", "--jobs", "0"], &["chek"], &["check", "--fix-it"], &[]]
    {
        assert_eq!(project.run(wrong).code, Some(2), "{wrong:?}");
    }
    assert_eq!(project.run(&["check", "--config", "x.toml", "--isolated"]).code, Some(2));
}

#[test]
fn the_report_goes_to_a_file_whole() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let answer = project.run(&["check", "--output", "out.txt", "a.py"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(project.path("out.txt")).ok().as_deref(), Some("no findings in 1 file\n"));
    let nowhere = project.run(&["check", "--output", "missing/out.txt", "a.py"]);
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.stderr.contains("could not be written to missing/out.txt"), "{}", nowhere.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_bearerlint"))
        .args(["rule", "unused-suppression"])
        .current_dir(project.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let status = child.wait().expect("the binary ends");
    let mut stderr = String::new();
    child.stderr.take().expect("it was piped").read_to_string(&mut stderr).expect("messages are UTF-8");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn statistics_are_printed_beside_the_report() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let answer = project.run(&["check", "--statistics", "--format", "json"]);
    assert!(answer.stderr.contains("1  files read"), "{}", answer.stderr);
    assert!(answer.stdout.starts_with('{'), "{}", answer.stdout);
}

#[test]
fn help_names_every_option_and_the_exit_codes() {
    let help = Project::new(&[]).run(&["check", "--help"]).stdout;
    for option in [
        "--format",
        "--output",
        "--color",
        "--profile",
        "--select",
        "--ignore",
        "--min-confidence",
        "--fail-on",
        "--config",
        "--isolated",
        "--jobs",
        "--statistics",
        "--show-suppressed",
        "--stdin-filename",
        "--max-file-size",
    ] {
        assert!(help.contains(option), "{option}");
    }
    assert!(help.contains("Exit codes"), "{help}");
}

#[test]
fn a_selection_that_leaves_nothing_is_said() {
    let project = Project::new(&[("a.py", CLEAN)]);
    let answer = project.run(&["check", "--select", "unused-suppression", "--ignore", "unused-suppression"]);
    assert_eq!(answer.code, Some(0));
    assert!(answer.stderr.contains("no rule is left to run"), "{}", answer.stderr);
}
