//! Suppression comments in real source: where they count, and what is said of those that do not.

use crate::support::Project;

/// What `check --format concise` says of one file.
fn said(text: &str) -> (Option<i32>, String) {
    let project = Project::new(&[("a.py", text)]);
    let answer = project.run(&["check", "--format", "concise"]);
    assert_eq!(answer.stderr, "");
    (answer.code, answer.stdout)
}

#[test]
fn a_comment_without_a_rule_is_an_error_where_it_stands() {
    let (code, said) = said("x = 1\n\n\nif x:\n    y = 2  # bearerlint: ignore\n");
    assert_eq!(code, Some(1));
    assert_eq!(
        said,
        "a.py:5:12: error[unused-suppression] `ignore` names no rule, so this comment suppresses nothing\n"
    );
}

#[test]
fn an_unknown_rule_is_an_error_with_the_nearest_name() {
    let project = Project::new(&[("a.py", "x = 1  # bearerlint: ignore[unused-supression] why\n")]);
    let answer = project.run(&["check"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stdout.contains("help: did you mean `unused-suppression`?"), "{}", answer.stdout);
    assert!(answer.stdout.contains("error[unused-suppression] high confidence"), "{}", answer.stdout);
}

#[test]
fn words_in_strings_are_no_comments() {
    assert_eq!(said("x = '# bearerlint: ignore'\ny = '''\n# bearerlint: ignore\n'''\n"), (Some(0), String::new()));
}

#[test]
fn a_suppressed_finding_is_counted_and_shown_on_demand() {
    let text = "# bearerlint: ignore-file[unused-suppression] the linter's own examples\nx = 1  # bearerlint: ignore\n";
    let project = Project::new(&[("a.py", text)]);
    let quiet = project.run(&["check"]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (Some(0), "no findings in 1 file; 1 suppressed\n"));
    let shown = project.run(&["check", "--show-suppressed", "--format", "concise"]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.stdout.ends_with("suppresses nothing (suppressed)\n"), "{}", shown.stdout);
    let sarif = |arguments: &[&str]| {
        let text = project.run(arguments).stdout;
        let log: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        log["runs"][0]["results"].clone()
    };
    assert_eq!(sarif(&["check", "--format", "sarif"]), serde_json::json!([]));
    let results = sarif(&["check", "--format", "sarif", "--show-suppressed"]);
    assert_eq!(results[0]["suppressions"][0]["justification"], "the linter's own examples");
}

#[test]
fn a_file_wide_comment_stands_above_the_code() {
    let late = "\"\"\"What it is.\"\"\"\nimport os\n# bearerlint: ignore-file[unused-suppression] late\n";
    assert!(said(late).1.starts_with("a.py:3:1: error[unused-suppression] `ignore-file` counts only"));
    let top =
        "\"\"\"What it is.\"\"\"\n# bearerlint: ignore-file[unused-suppression] why\nimport os  # bearerlint: ignore\n";
    assert_eq!(said(top), (Some(0), String::new()));
}

#[test]
fn a_comment_reaches_its_statement_and_no_further() {
    for covered in [
        "f(\n    1,  # bearerlint: ignore\n    2,  # bearerlint: ignore[unused-suppression] why\n)\n",
        "# bearerlint: ignore[unused-suppression] why\nx = 1  # bearerlint: ignore\n",
        "def f(  # bearerlint: ignore[unused-suppression] why\n    x,  # bearerlint: ignore\n):\n    pass\n",
        "@d  # bearerlint: ignore[unused-suppression] why\ndef f(\n    x,  # bearerlint: ignore\n):\n    pass\n",
        "if a:\n    pass\nelif (\n    b  # bearerlint: ignore\n):  # bearerlint: ignore[unused-suppression] why\n    pass\n",
    ] {
        assert_eq!(said(covered), (Some(0), String::new()), "{covered}");
    }
    for apart in [
        "# bearerlint: ignore[unused-suppression] why\nx = 1\ny = 1  # bearerlint: ignore\n",
        "if x:  # bearerlint: ignore[unused-suppression] why\n    y = 1  # bearerlint: ignore\n",
        "# bearerlint: ignore[unused-suppression] why\n\nx = 1  # bearerlint: ignore\n",
    ] {
        assert_eq!(said(apart).0, Some(1), "{apart}");
    }
}

#[test]
fn the_failing_severity_decides_the_exit_code() {
    let project = Project::new(&[("a.py", "x = 1  # bearerlint: ignore\n")]);
    assert_eq!(project.run(&["check"]).code, Some(1));
    assert_eq!(project.run(&["check", "a.py", "gone.py"]).code, Some(2), "2 wins");
    assert_eq!(project.run(&["check", "--ignore", "housekeeping"]).code, Some(0));
    for format in ["human", "concise", "json", "jsonl", "sarif"] {
        assert_eq!(project.run(&["check", "--format", format]).code, Some(1), "{format}");
    }
}

#[test]
fn each_file_follows_its_own_configuration() {
    let project = Project::new(&[
        ("a.py", "x = 1  # bearerlint: ignore\n"),
        ("service/a.py", "x = 1  # bearerlint: ignore\n"),
        ("service/bearerlint.toml", "ignore = [\"unused-suppression\"]\n"),
    ]);
    let answer = project.run(&["check", "--format", "concise"]);
    assert_eq!(answer.stdout.lines().count(), 1, "{}", answer.stdout);
    assert_eq!(project.run(&["check", "service"]).code, Some(0));
}
