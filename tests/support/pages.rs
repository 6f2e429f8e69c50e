//! Pages of marked examples: fenced blocks `python bad` or `python good`, in which a line that ends in `# finding: RULE`
//! must be reported by that rule and no other line by any. Knows nothing of what the pages are about.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::support::{Found, Outcome};

/// Ends a line that must be reported; the rules follow.
const MARK: &str = "# finding: ";

/// One fenced block of a page.
pub(crate) struct Example {
    /// 1-based line of the opening fence in the page.
    pub(crate) line: usize,
    pub(crate) is_bad: bool,
    /// Path and text, in the order of the page.
    pub(crate) files: Vec<(String, String)>,
}

/// Name and examples of every page of a folder under `testdata/`, in order of name.
pub(crate) fn examples_by_page(folder: &str) -> Vec<(String, Vec<Example>)> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a page is readable text");
        let name = path.file_stem().expect("a page has a name").to_string_lossy().into_owned();
        let found = examples(&text);
        assert!(found.iter().any(|example| example.is_bad), "{folder}/{name}: a bad example is missing");
        assert!(found.iter().any(|example| !example.is_bad), "{folder}/{name}: a good example is missing");
        (name, found)
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder);
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of the pages exists")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages.iter().map(read).collect()
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
pub(crate) fn problem_of(example: &Example, outcome: Outcome) -> Option<String> {
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
