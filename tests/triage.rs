//! Passing over what cannot matter saves time and nothing else: with and without it, every example of every page and every
//! application gives the same findings. All failures are collected.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use bearerlint::analysis::Options;
use bearerlint::models;
use bearerlint::rules::catalogue::{self, Profile};

/// Folders of pages with examples.
const PAGES: [&str; 3] = ["rules", "testdata/models", "testdata/flow"];

/// Fewer mean that examples were not read.
const FEWEST_EXAMPLES: usize = 900;

/// Fewer mean that most runs say nothing, and then agree about nothing.
const FEWEST_FINDINGS: usize = 600;

type Files = Vec<(String, String)>;

#[test]
fn examples_give_the_same_findings_without_triage() {
    let (mut examples, mut findings, mut failures) = (0, 0, String::new());
    for folder in PAGES {
        for page in files_below(folder).iter().filter(|(path, _)| has_ending(path, "md")) {
            for (number, files) in examples_of(&page.1).iter().enumerate() {
                examples += 1;
                findings += compare(&format!("{}, example {}", page.0, number + 1), files, &mut failures);
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(examples >= FEWEST_EXAMPLES && findings >= FEWEST_FINDINGS, "{examples} examples, {findings} findings");
}

#[test]
fn applications_give_the_same_findings_without_triage() {
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/apps");
    let mut failures = String::new();
    for entry in std::fs::read_dir(apps).expect("the folder exists") {
        let name = entry.expect("its entries are readable").file_name().to_string_lossy().into_owned();
        let mut files = files_below(&format!("testdata/apps/{name}"));
        files.retain(|(path, _)| has_ending(path, "py"));
        assert!(compare(&name, &files, &mut failures) > 0, "{name}: nothing is found");
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// Runs files both ways, writes down how the findings differ, and says how many there are.
fn compare(name: &str, files: &[(String, String)], failures: &mut String) -> usize {
    let strict = catalogue::pages().iter().filter(|page| page.profile == Profile::Strict).map(|page| page.id);
    let rules: Vec<&'static str> = support::default_rules().into_iter().chain(strict).collect();
    let options = Options { rules: rules.clone(), skips_triage: true, ..Options::default() };
    let quick = support::run(files, rules, models::embedded(), Profile::Strict);
    let whole = support::run_with(files, models::embedded(), Profile::Strict, options);
    if quick.trouble != whole.trouble {
        writeln!(failures, "{name}: {:?} with triage, {:?} without", quick.trouble, whole.trouble).ok();
    }
    let (quick, whole) = (quick.found, whole.found);
    for found in quick.symmetric_difference(&whole) {
        let which = if quick.contains(found) { "only with" } else { "only without" };
        writeln!(failures, "{name}: {which} triage: {} at {}:{}", found.rule, found.path, found.line).ok();
    }
    whole.len()
}

/// Path below the folder and text of all files in it that are text, in order.
fn files_below(folder: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut open = vec![root.clone()];
    let mut files = Files::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("folders are readable");
            open.extend(entries.map(|entry| entry.expect("their entries are readable").path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let below = path.strip_prefix(&root).expect("it lies below").to_string_lossy().into_owned();
            files.push((below, text));
        }
    }
    files.sort();
    files
}

/// The files of every fenced example of a page.
fn examples_of(page: &str) -> Vec<Files> {
    let blocks = page.split("\n```python ").skip(1);
    let codes = blocks.filter_map(|block| block.split("\n```").next()?.split_once('\n')).map(|(_, code)| code);
    codes.map(files_of).collect()
}

fn files_of(code: &str) -> Files {
    let mut files: Files = vec![("app.py".to_owned(), String::new())];
    for line in code.lines() {
        if let Some(path) = line.strip_prefix("# file: ") {
            files.push((path.to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    files.retain(|(_, text)| !text.trim().is_empty());
    files
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}
