//! How values travel: every form in which Python hands a credential or secret on has an example in `testdata/flow/`, with
//! its correct twin. All default rules judge here, so a correct twin is silent whatever is asked of it. All failures are
//! collected, since a change of the engine breaks several.

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::fmt::Write as _;
use std::io::Write as _;

use bearerlint::models;
use bearerlint::rules::catalogue::Profile;
use pages::{examples_by_page, problem_of};

#[test]
fn values_are_followed_through_every_form() {
    let mut failures = String::new();
    let (mut executed, mut failed) = (0, 0);
    for (name, examples) in examples_by_page("flow") {
        for example in &examples {
            executed += 1;
            let outcome = support::run(&example.files, support::default_rules(), models::embedded(), Profile::Default);
            if let Some(problem) = problem_of(example, outcome) {
                failed += 1;
                let kind = if example.is_bad { "bad" } else { "good" };
                writeln!(failures, "testdata/flow/{name}.md:{} ({kind} example)\n{problem}", example.line).ok();
            }
        }
    }
    // Written to the stream itself: the test runner holds back what `println!` says of a test that passes.
    writeln!(std::io::stderr(), "flow pages: {executed} examples executed, {failed} failed").ok();
    assert!(failures.is_empty(), "\n{failures}\n{failed} of {executed} examples failed");
}
