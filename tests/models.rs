//! Every model file has a page of examples in `testdata/models/`: what is marked is found, nothing else is, and without the
//! model file the page goes wrong, so the file earns its place. All failures are collected, since a change of the engine
//! breaks several.

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bearerlint::models;
use bearerlint::rules::catalogue::Profile;
use pages::{Example, examples_by_page, problem_of};

/// Model files whose examples are the pages of the rules.
const ON_RULE_PAGES: [&str; 1] = ["providers"];

/// Model files without which their pages come out the same: no rule yet asks for what they say.
const NOT_YET_NEEDED: [&str; 0] = [];

#[test]
fn every_model_file_has_a_page_and_every_page_a_model_file() {
    let models: BTreeSet<String> = models::file_names().map(str::to_owned).collect();
    let mut documented: BTreeSet<String> = examples_by_page("models").into_iter().map(|(name, _)| name).collect();
    documented.extend(ON_RULE_PAGES.map(str::to_owned));
    assert_eq!(models, documented, "rules/models/*.toml on the left, testdata/models/*.md on the right");
}

#[test]
fn every_example_of_every_library_behaves_as_its_page_says() {
    let mut failures = String::new();
    for (name, examples) in examples_by_page("models") {
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
    for (name, examples) in examples_by_page("models") {
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
