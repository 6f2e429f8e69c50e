//! Every model file has a page of examples in `testdata/models/`: what is marked is found, nothing else is, and without the
//! model file the page goes wrong, so the file earns its place.
//!
//! A page's fenced blocks are `python bad` or `python good`; a line that ends in `# finding: RULE` must be reported by that
//! rule. All failures are collected, since a change of the engine breaks several.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bearerlint::models;
use bearerlint::rules::catalogue::Profile;
use support::{Found, Outcome};

/// Ends a line that must be reported; the rule follows.
const MARK: &str = "# finding: ";

/// Model files whose examples are the pages of the rules.
const ON_RULE_PAGES: [&str; 5] = ["flask", "logging", "providers", "pyjwt", "python"];

/// Model files without which their pages come out the same: no rule yet asks for what they say.
const NOT_YET_NEEDED: [&str; 2] = ["passlib", "werkzeug-security"];

/// One fenced block of a page.
struct Example {
    /// 1-based line of the opening fence in the page.
    line: usize,
    is_bad: bool,
    /// Path and text, in the order of the page.
    files: Vec<(String, String)>,
}

#[test]
fn every_model_file_has_a_page_and_every_page_a_model_file() {
    let models: BTreeSet<String> = models::file_names().map(str::to_owned).collect();
    let mut documented: BTreeSet<String> = pages().iter().map(|path| stem(path)).collect();
    documented.extend(ON_RULE_PAGES.map(str::to_owned));
    assert_eq!(models, documented, "rules/models/*.toml on the left, testdata/models/*.md on the right");
}

#[test]
fn every_example_of_every_library_behaves_as_its_page_says() {
    let mut failures = String::new();
    for (name, examples) in examples_by_library() {
        assert!(examples.iter().any(|example| example.is_bad), "{name}: a bad example is missing");
        assert!(examples.iter().any(|example| !example.is_bad), "{name}: a good example is missing");
        for example in &examples {
            let outcome = support::run(&example.files, support::default_rules(), models::embedded(), Profile::Default);
            if let Some(problem) = problem_of(example, outcome) {
                let kind = if example.is_bad { "bad" } else { "good" };
                writeln!(failures, "testdata/models/{name}.md:{} ({kind} example)\n{problem}", example.line).ok();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn without_its_model_file_a_page_goes_wrong() {
    let mut idle = Vec::new();
    for (name, examples) in examples_by_library() {
        let models = models::all_but(&[&name]);
        let goes_wrong = |example: &Example| {
            let outcome = support::run(&example.files, support::default_rules(), &models, Profile::Default);
            problem_of(example, outcome).is_some()
        };
        if !examples.iter().any(goes_wrong) {
            idle.push(name);
        }
    }
    assert_eq!(idle, NOT_YET_NEEDED, "on the left the pages that come out the same without their model file");
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/models");
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder testdata/models/ exists")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a page has a name").to_string_lossy().into_owned()
}

/// Name and examples of every page, in order of name.
fn examples_by_library() -> Vec<(String, Vec<Example>)> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a page is readable text");
        (stem(path), examples(&text))
    };
    pages().iter().map(read).collect()
}

fn examples(text: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(kind) = line.strip_prefix("```python ") else { continue };
        assert!(matches!(kind, "bad" | "good"), "line {}: an example is `bad` or `good`, not `{kind}`", at + 1);
        let mut files: Vec<(String, String)> = Vec::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            if let Some(name) = line.strip_prefix("# file: ") {
                files.push((name.to_owned(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push(("app.py".to_owned(), String::new()));
            }
            let file = files.last_mut().expect("a file was begun");
            file.1.push_str(line);
            file.1.push('\n');
        }
        found.push(Example { line: at + 1, is_bad: kind == "bad", files });
    }
    found
}

/// What is wrong with what a run said of an example; nothing where it behaves.
fn problem_of(example: &Example, outcome: Outcome) -> Option<String> {
    let Outcome { found, trouble } = outcome;
    let expected = marks(example);
    let found: BTreeSet<(String, u32, String)> =
        found.into_iter().map(|Found { path, line, rule, .. }| (path, line, rule.to_owned())).collect();
    let mut report = String::new();
    for trouble in trouble {
        writeln!(report, "  not analysed: {trouble}").ok();
    }
    for (path, line, rule) in expected.difference(&found) {
        writeln!(report, "  missing: {rule} at {path}:{line}").ok();
    }
    for (path, line, rule) in found.difference(&expected) {
        writeln!(report, "  unexpected: {rule} at {path}:{line}").ok();
    }
    assert_eq!(example.is_bad, !expected.is_empty(), "line {}: a bad example has marks, a good one none", example.line);
    (!report.is_empty()).then_some(report)
}

/// Path, 1-based line and rule of every mark.
fn marks(example: &Example) -> BTreeSet<(String, u32, String)> {
    let mut marks = BTreeSet::new();
    for (path, text) in &example.files {
        for (line, number) in text.lines().zip(1_u32..) {
            let rules = line.split_once(MARK).map_or("", |(_, rules)| rules);
            marks.extend(rules.split_terminator(", ").map(|rule| (path.clone(), number, rule.to_owned())));
        }
    }
    marks
}
