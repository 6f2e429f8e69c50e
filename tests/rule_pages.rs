//! The examples of every rule page, run as tests: a bad one gives findings of its page's rule where it says so and no
//! others, a good one gives none at all. All failures are collected, since a change of the engine breaks several.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use bearerlint::finding::Severity;
use bearerlint::models;
use bearerlint::rules::catalogue::{self, Category, Profile, RulePage};
use support::{Found, Outcome};

/// Ends a line on which the page's rule must report.
const MARK: &str = "# finding";

/// One fenced block of a page.
struct Example {
    /// 1-based line of the opening fence in the page.
    line: usize,
    is_bad: bool,
    /// Other rules that may fire in the block.
    also: Vec<String>,
    /// The severity of the page's findings where it is not the page's own.
    severity: Option<Severity>,
    /// The profile it runs under.
    profile: Profile,
    /// Path and text, in the order of the page.
    files: Vec<(String, String)>,
}

#[test]
fn every_example_of_every_page_behaves_as_its_page_says() {
    let mut failures = Vec::new();
    let mut executed = 0;
    for (name, text) in pages_on_disk() {
        let Some(page) = catalogue::page(&name) else {
            failures.push(format!("rules/{name}.md: not in the registry (src/rules/mod.rs)"));
            continue;
        };
        // Housekeeping judges comments after the analysis; its pages are run by the tests of that stage.
        if page.category == Category::Housekeeping {
            continue;
        }
        for example in examples(&name, &text) {
            executed += 1;
            if let Some(problem) = problem_of(page, &example) {
                let kind = if example.is_bad { "bad" } else { "good" };
                failures.push(format!("rules/{name}.md:{} ({kind} example)\n{problem}", example.line));
            }
        }
    }
    // Written to the stream itself: the test runner holds back what `println!` says of a test that passes.
    writeln!(std::io::stderr(), "rule pages: {executed} examples executed, {} failed", failures.len()).ok();
    assert!(failures.is_empty(), "\n{}\n{} of {executed} examples failed", failures.join("\n"), failures.len());
}

#[test]
fn an_example_is_split_into_files_and_its_options_are_read() {
    let text = "text\n```python bad also=one-rule,other severity=note profile=strict\n# file: a.py\nx = 1  # finding\n\n# file: b/c.py\ny = 2\n```\n";
    let [example] = &examples("page", text)[..] else { panic!("one example expected") };
    assert_eq!((example.line, example.is_bad), (2, true));
    assert_eq!(example.also, ["one-rule", "other"]);
    assert_eq!((example.severity, example.profile), (Some(Severity::Note), Profile::Strict));
    assert_eq!(example.files[0], ("a.py".to_owned(), "x = 1  # finding\n\n".to_owned()));
    assert_eq!(example.files[1], ("b/c.py".to_owned(), "y = 2\n".to_owned()));
    assert_eq!(marks(example), BTreeSet::from([("a.py".to_owned(), 1)]));
}

#[test]
fn an_example_is_held_to_its_marks_its_severity_and_its_other_rules() {
    let page = catalogue::page("logged-token").expect("the rule exists");
    let text = "```python bad also=other\nfirst()  # finding\nsecond()\n```\n```python good\nthird()\n```\n";
    let [bad, good] = &examples("page", text)[..] else { panic!("two examples expected") };
    let found = |line, rule, severity| Found { path: "app.py".to_owned(), line, rule, severity };
    let announced = found(1, page.id, page.severity);
    let verdict = |example, found: &[&Found]| {
        let outcome = Outcome { found: found.iter().copied().cloned().collect(), trouble: Vec::new() };
        judge(page, example, &outcome)
    };
    assert_eq!(verdict(bad, &[&announced]), None);
    assert_eq!(verdict(bad, &[&announced, &found(2, "other", Severity::Error)]), None);
    assert_eq!(verdict(good, &[]), None);
    assert!(verdict(bad, &[]).is_some(), "the marked line has no finding");
    assert!(verdict(bad, &[&announced, &found(2, page.id, page.severity)]).is_some(), "an unmarked line has one");
    assert!(verdict(bad, &[&announced, &found(1, "third", page.severity)]).is_some(), "a rule nobody announced");
    assert!(verdict(bad, &[&found(1, page.id, Severity::Note)]).is_some(), "less severe than the page");
    assert!(verdict(good, &[&announced]).is_some(), "a good example has a finding");
}

/// Name and text of every page, in order of name.
fn pages_on_disk() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder rules/ exists")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_stem().expect("a page has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a page is readable text"))
        })
        .collect();
    pages.sort();
    pages
}

/// The Python examples of a page. A fence with another info string is prose.
fn examples(name: &str, text: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(options) = line.strip_prefix("```python ") else { continue };
        let mut code = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            code.push_str(line);
            code.push('\n');
        }
        let place = format!("rules/{name}.md:{}", at + 1);
        let mut words = options.split_whitespace();
        let is_bad = match words.next() {
            Some("bad") => true,
            Some("good") => false,
            other => panic!("{place}: an example is `bad` or `good`, not {other:?}"),
        };
        let mut example = Example {
            line: at + 1,
            is_bad,
            also: Vec::new(),
            severity: None,
            profile: Profile::Default,
            files: split_files(&place, &code),
        };
        for word in words {
            match word.split_once('=') {
                Some(("also", rules)) => example.also = rules.split(',').map(str::to_owned).collect(),
                Some(("severity", severity)) => {
                    example.severity = Some(severity.parse().unwrap_or_else(|error| panic!("{place}: {error}")));
                }
                Some(("profile", "strict")) => example.profile = Profile::Strict,
                _ => panic!("{place}: unknown option `{word}`"),
            }
        }
        found.push(example);
    }
    found
}

/// `# file: NAME` on a line of its own begins a file; a block without one is `app.py`.
fn split_files(place: &str, code: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in code.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.trim().to_owned(), String::new()));
        } else {
            if files.is_empty() {
                files.push(("app.py".to_owned(), String::new()));
            }
            files.last_mut().expect("a file was begun").1.push_str(line);
        }
    }
    let names: BTreeSet<_> = files.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), files.len(), "{place}: a file is given twice, or text stands before the first `# file:`");
    files
}

/// Path and 1-based line of every marked line.
fn marks(example: &Example) -> BTreeSet<(String, u32)> {
    let marked = |(path, text): &(String, String)| {
        let lines = text.lines().zip(1_u32..);
        let hits: Vec<_> =
            lines.filter(|(line, _)| line.ends_with(MARK)).map(|(_, number)| (path.clone(), number)).collect();
        hits
    };
    example.files.iter().flat_map(marked).collect()
}

/// What is wrong with an example; nothing where it behaves.
fn problem_of(page: &RulePage, example: &Example) -> Option<String> {
    let mut rules = support::default_rules();
    if !rules.contains(&page.id) {
        rules.push(page.id);
    }
    // One example that brings the engine down is one failure and not the end of all of them.
    let Ok(outcome) = panic::catch_unwind(AssertUnwindSafe(|| {
        support::run(&example.files, rules, models::embedded(), example.profile)
    })) else {
        return Some("  the analysis panicked\n".to_owned());
    };
    judge(page, example, &outcome)
}

/// Compares what a run said with what the example announces.
fn judge(page: &RulePage, example: &Example, outcome: &Outcome) -> Option<String> {
    let mut report = String::new();
    for trouble in &outcome.trouble {
        writeln!(report, "  not analysed: {trouble}").ok();
    }
    for found in unexpected(page, example, outcome) {
        describe(&mut report, "unexpected", example, &found.path, found.line, found.rule);
    }
    if example.is_bad {
        expected_findings(page, example, outcome, &mut report);
    }
    (!report.is_empty()).then_some(report)
}

/// Findings the example does not announce.
fn unexpected<'outcome>(page: &RulePage, example: &Example, outcome: &'outcome Outcome) -> Vec<&'outcome Found> {
    let marks = marks(example);
    let is_announced = |found: &Found| {
        if found.rule == page.id {
            return example.is_bad && (marks.is_empty() || marks.contains(&(found.path.clone(), found.line)));
        }
        example.also.iter().any(|rule| rule == found.rule)
    };
    outcome.found.iter().filter(|found| !is_announced(found)).collect()
}

/// The findings of the page's rule that a bad example announces: all there, and as severe as announced.
fn expected_findings(page: &RulePage, example: &Example, outcome: &Outcome, report: &mut String) {
    let own: Vec<&Found> = outcome.found.iter().filter(|found| found.rule == page.id).collect();
    let marks = marks(example);
    if marks.is_empty() && own.is_empty() {
        writeln!(report, "  missing: {} anywhere in the example", page.id).ok();
    }
    for (path, line) in &marks {
        if !own.iter().any(|found| (&found.path, found.line) == (path, *line)) {
            describe(report, "missing", example, path, *line, page.id);
        }
    }
    let severity = example.severity.unwrap_or(page.severity);
    for found in own.iter().filter(|found| found.severity != severity) {
        writeln!(report, "  {}:{}: {} is a {}, not a {severity}", found.path, found.line, page.id, found.severity).ok();
    }
}

/// One line of a failure, with the code it is about.
fn describe(report: &mut String, what: &str, example: &Example, path: &str, line: u32, rule: &str) {
    let text = example.files.iter().find(|(name, _)| name == path).map_or("", |(_, text)| text);
    let code = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().trim();
    writeln!(report, "  {what}: {rule} at {path}:{line}: {code}").ok();
}
