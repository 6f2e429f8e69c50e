//! SARIF as code scanning gets it: valid by the standard's schema, complete, and stable while lines move.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{FLAWED, Project, repository};

const ARTICLE: &str = "testdata/apps/article";

/// A copy of the article's application in a repository of its own.
fn article() -> Project {
    let project = Project::new(&[(".git/HEAD", "")]);
    project.copy(ARTICLE);
    project
}

/// The one run of a log that is valid by the schema.
fn run(project: &Project, arguments: &[&str]) -> Value {
    let answer = project.run(&[&["check", "--format", "sarif"], arguments].concat());
    let mut log: Value = serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
    let problems: Vec<String> = schema().iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    log["runs"][0].take()
}

fn schema() -> jsonschema::Validator {
    let path = repository("testdata/sarif-schema-2.1.0.json");
    let text = std::fs::read_to_string(path).expect("the schema is part of the repository");
    // The pattern of language tags has a stray bracket, which only browsers' regular expressions forgive.
    let schema: Value = serde_json::from_str(&text.replace("{2}]?$", "{2}?$")).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn the_article_is_valid_in_both_profiles_and_complete() {
    let project = article();
    let usual = run(&project, &[ARTICLE]);
    let strict = run(&project, &[ARTICLE, "--profile", "strict"]);
    assert!(list(&strict["results"]).len() > list(&usual["results"]).len());
    for run in [usual, strict] {
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["invocations"][0]["exitCode"], 1);
        for result in list(&run["results"]) {
            assert!(is_complete(result, &run["tool"]["driver"]["rules"]), "{result:#}");
        }
        let with = |part: &str| list(&run["results"]).iter().filter(|result| !list(&result[part]).is_empty()).count();
        assert!(with("codeFlows") >= 6, "most findings have a flow: {}", with("codeFlows"));
    }
}

/// What every result of the article has, and what code scanning needs of it.
fn is_complete(result: &Value, rules: &Value) -> bool {
    let rule = &rules[result["ruleIndex"].as_u64().unwrap_or(u64::MAX) as usize];
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap_or_default();
    let related = list(&result["relatedLocations"]);
    let flow = list(&result["codeFlows"][0]["threadFlows"][0]["locations"]);
    rule["id"] == result["ruleId"]
        && ["startLine", "startColumn", "endLine", "endColumn"].iter().all(|number| region[number].is_u64())
        && uri.starts_with(ARTICLE)
        && !related.is_empty()
        && related.iter().all(|place| place["message"]["text"].is_string())
        && flow.last().is_none_or(|step| step["location"]["physicalLocation"]["region"] == *region)
        && result["partialFingerprints"]["bearerlint/v1"].is_string()
        && result["partialFingerprints"]["primaryLocationLineHash"].is_string()
}

#[test]
fn a_flow_begins_where_the_credential_enters() {
    let run = run(&article(), &[ARTICLE, "--select", "logged-authorization-header"]);
    let flow = list(&run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]);
    let lines: Vec<_> =
        flow.iter().map(|step| step["location"]["physicalLocation"]["region"]["startLine"].clone()).collect();
    assert_eq!((lines.first(), lines.last()), (Some(&16.into()), Some(&17.into())), "{lines:?}");
}

#[test]
fn fingerprints_survive_lines_inserted_above() {
    let project = article();
    let prints = || {
        let run = run(&project, &[ARTICLE, "--profile", "strict"]);
        let prints = list(&run["results"]).iter().map(|result| result["partialFingerprints"].to_string());
        let prints: BTreeSet<String> = prints.collect();
        assert_eq!(prints.len(), list(&run["results"]).len(), "each result has its own");
        prints
    };
    let before = prints();
    for file in ["claims.py", "presence.py", "static.py", "stub.py", "unverified.py"] {
        let path = project.path(ARTICLE).join(file);
        let text = std::fs::read_to_string(&path).expect("it was copied");
        std::fs::write(&path, format!("# A comment.\n\nimport sys\n\n\n{text}")).expect("it can be changed");
    }
    assert_eq!(before, prints());
}

#[test]
fn a_run_that_left_files_out_says_so() {
    let project =
        Project::new(&[("good.py", FLAWED), ("bad file.py", "x = '\0'\n"), ("half.py", "def (:\n    token\n")]);
    let run = run(&project, &[]);
    assert_eq!(list(&run["results"]).len(), 1);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 2);
    let told: Vec<_> = list(&invocation["toolExecutionNotifications"])
        .iter()
        .map(|told| {
            let uri = &told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            (told["level"].as_str().unwrap_or_default(), uri.as_str().unwrap_or_default())
        })
        .collect();
    assert!(told.contains(&("error", "bad%20file.py")), "{told:?}");
}

#[test]
fn columns_are_counted_in_utf16_units() {
    let text = FLAWED
        .replace("    if token", "    s = '\u{1f600}漢'; ok = token")
        .replace("\"]:\n        return \"no\", 403", "\"]\n    if not ok: return \"no\", 403");
    let project = Project::new(&[("app.py", &text)]);
    let run = run(&project, &["--select", "plain-token-comparison"]);
    assert_eq!(run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"], 21, "{text}");
}
