//! `docs/frameworks.md` says where each framework and library is shown to be understood. Holds it to that: the page has a
//! bad and a good example with the word of the row, they behave as marked, and with a word that nobody knows in its place
//! the page goes wrong. All failures are collected.

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use bearerlint::models;
use bearerlint::rules::catalogue::Profile;
use pages::{Example, examples_by_page, problem_of};

/// Fewer rows mean that somebody took names out.
const FEWEST_ROWS: usize = 95;

/// Names that still wait for their page or for an example that needs them.
const WAITING: [&str; 0] = [];

/// One row of the table.
struct Row {
    name: String,
    words: Vec<String>,
    page: String,
}

#[test]
fn every_name_is_shown_by_examples_that_need_it() {
    let pages: BTreeMap<String, Vec<Example>> = examples_by_page("models").into_iter().collect();
    let rows = rows();
    assert!(rows.len() >= FEWEST_ROWS, "{} rows", rows.len());
    let mut failures = String::new();
    let mut waiting = Vec::new();
    for row in &rows {
        let problems: Vec<String> = match pages.get(&row.page) {
            Some(examples) => problems(&row.words, examples),
            None => vec!["no such page".to_owned()],
        };
        if WAITING.contains(&row.name.as_str()) && !problems.is_empty() {
            waiting.push(row.name.as_str());
        } else if !problems.is_empty() {
            writeln!(failures, "{} ({}): {}", row.name, row.page, problems.join("; ")).ok();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!(waiting, WAITING, "names that no longer wait belong into no list");
}

/// What a page lacks that is to show these words: each is in a bad and in a good example, and one at least is needed there.
fn problems(words: &[String], examples: &[Example]) -> Vec<String> {
    let mut problems = Vec::new();
    for word in words {
        let with_word = || examples.iter().filter(|example| mentions(example, word));
        if !with_word().any(|example| example.is_bad) {
            problems.push(format!("no bad example has `{word}`"));
        }
        if !with_word().any(|example| !example.is_bad) {
            problems.push(format!("no good example has `{word}`"));
        }
    }
    let is_needed =
        |word: &String| examples.iter().any(|example| mentions(example, word) && goes_wrong(&without(example, word)));
    if !words.iter().any(is_needed) {
        problems.push("no example needs it".to_owned());
    }
    problems
}

fn goes_wrong(example: &Example) -> bool {
    let outcome = support::run(&example.files, support::default_rules(), models::embedded(), Profile::Default);
    problem_of(example, outcome).is_some()
}

fn mentions(example: &Example, word: &str) -> bool {
    example.files.iter().any(|(_, text)| renamed(text, word) != *text)
}

/// The example with another word in place of this one.
fn without(example: &Example, word: &str) -> Example {
    let files = example.files.iter().map(|(path, text)| (path.clone(), renamed(text, word))).collect();
    Example { line: example.line, is_bad: example.is_bad, files }
}

/// A text in which a word is called otherwise, wherever it is a whole name.
fn renamed(text: &str, word: &str) -> String {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(word) {
        out.push_str(before);
        let is_whole = !is_part(out.chars().next_back()) && !is_part(after.chars().next());
        out.push_str(word);
        if is_whole {
            out.push_str("_of_nobody");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The rows of the page's tables.
fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/frameworks.md");
    let text = std::fs::read_to_string(path).expect("the page is part of the repository");
    let lines = text.lines().filter(|line| line.starts_with("| ") && line.contains("](../testdata/models/"));
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, words, page] = cells.as_slice() else { panic!("three columns: {line}") };
        let page = page.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("the page is a link").0;
        let words = words.split(", ").map(|word| word.trim_matches('`').to_owned()).collect();
        assert!(
            line.contains(&format!("[{page}](../testdata/models/{page}.md)")),
            "a page and its link differ: {line}"
        );
        Row { name: (*name).to_owned(), words, page: page.to_owned() }
    });
    rows.collect()
}
