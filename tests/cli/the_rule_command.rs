//! `bearerlint rule`: the table, a page, and what is said of an unknown name.

use serde_json::Value;

use crate::support::Project;

#[test]
fn the_table_lists_every_rule() {
    let answer = Project::new(&[]).run(&["rule"]);
    assert_eq!(answer.code, Some(0));
    assert!(answer.stdout.contains("unused-suppression"), "{}", answer.stdout);
}

#[test]
fn a_page_is_shown_as_text_and_json() {
    let project = Project::new(&[]);
    let text = project.run(&["rule", "unused-suppression"]).stdout;
    assert!(text.starts_with("unused-suppression: ") && text.contains("## How to fix"), "{text}");
    let json = project.run(&["rule", "unused-suppression", "--format", "json"]).stdout;
    let page: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!((&page["id"], &page["category"]), (&"unused-suppression".into(), &"housekeeping".into()));
}

#[test]
fn an_unknown_rule_comes_with_the_nearest() {
    let answer = Project::new(&[]).run(&["rule", "unused-suppresion"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""));
    assert!(answer.stderr.contains("did you mean `unused-suppression`"), "{}", answer.stderr);
}
