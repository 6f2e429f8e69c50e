//! The machine formats as the binary writes them.

use serde_json::Value;

use crate::support::Project;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn json_names_version_and_counts() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let document = json(&project.run(&["check", "--format", "json"]).stdout);
    assert_eq!((&document["version"], &document["summary"]["files"]), (&1.into(), &1.into()));
}

#[test]
fn sarif_tells_a_partial_run_from_a_whole_one() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let whole = json(&project.run(&["check", "--format", "sarif"]).stdout);
    let partial = json(&project.run(&["check", "--format", "sarif", "a.py", "gone#1.py"]).stdout);
    assert_eq!(whole["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let invocation = &partial["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let location = &invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "gone%231.py");
}

#[test]
fn sarif_of_a_part_has_an_id_of_its_own() {
    let project = Project::new(&[("service/a.py", "x = 1\n"), (".git/HEAD", "")]);
    let id = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "sarif"];
        all.extend(arguments);
        json(&project.run(&all).stdout)["runs"][0]["automationDetails"]["id"].clone()
    };
    assert_eq!(id(&[]), "bearerlint/");
    assert_eq!(id(&["service"]), "bearerlint/service/");
}

#[test]
fn colour_is_for_those_who_ask() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for arguments in [&["check"][..], &["check", "--color", "never"]] {
        assert!(!project.run(arguments).stdout.contains('\u{1b}'));
    }
}
