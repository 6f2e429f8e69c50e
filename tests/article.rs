//! The application of the README's first command: every flaw in it is found where it stands, and the repaired receiver
//! gives no finding.

mod support;

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use bearerlint::models;
use bearerlint::rules::catalogue::Profile;
use support::{Found, Outcome};

/// File, rule, and the lines among which its finding stands.
const FLAWS: [(&str, &str, RangeInclusive<u32>); 11] = [
    ("claims.py", "hardcoded-secret", 11..=21),
    ("claims.py", "logged-authorization-header", 17..=17),
    ("claims.py", "missing-audience-check", 24..=24),
    ("claims.py", "missing-issuer-check", 24..=24),
    ("claims.py", "plain-token-comparison", 21..=21),
    ("presence.py", "presence-only-check", 7..=14),
    ("static.py", "plain-token-comparison", 16..=16),
    ("static.py", "webhook-bearer-only", 9..=20),
    ("stub.py", "stub-validator", 20..=23),
    ("unverified.py", "unset-secret-bypass", 25..=28),
    ("unverified.py", "unverified-jwt-signature", 24..=24),
];

#[test]
fn the_eleven_flaws_are_found_at_the_default_profile() {
    let found = findings(support::default_rules());
    let missing: Vec<_> = FLAWS.iter().filter(|flaw| !is_found(&found, flaw)).collect();
    assert!(missing.is_empty(), "not found: {missing:#?}\nfound: {found:#?}");
}

#[test]
fn the_static_token_is_found_when_the_strict_rule_runs() {
    let found = findings(vec!["static-bearer-token"]);
    assert!(is_found(&found, &("static.py", "static-bearer-token", 9..=20)), "found: {found:#?}");
    assert!(!findings(support::default_rules()).iter().any(|found| found.rule == "static-bearer-token"));
}

#[test]
fn the_repaired_receiver_gives_no_finding() {
    let mut found = findings(support::default_rules());
    found.retain(|found| found.path == "repaired.py");
    assert!(found.is_empty(), "found: {found:#?}");
}

#[test]
fn every_file_is_analysed_alone_as_it_is_with_the_others() {
    let together = findings(support::default_rules());
    let alone: Vec<Found> = files().into_iter().flat_map(|file| run(&[file], support::default_rules()).found).collect();
    assert_eq!(together, alone, "the files do not import each other, so what stands beside them changes nothing");
}

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/apps/article");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the application is part of the repository")
        .map(|entry| entry.expect("its entries are readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("the application is UTF-8"))
        })
        .collect();
    files.sort();
    files
}

fn run(files: &[(String, String)], rules: Vec<&'static str>) -> Outcome {
    support::run(files, rules, models::embedded(), Profile::Default)
}

fn findings(rules: Vec<&'static str>) -> Vec<Found> {
    let outcome = run(&files(), rules);
    assert!(outcome.trouble.is_empty(), "{:#?}", outcome.trouble);
    outcome.found.into_iter().collect()
}

fn is_found(found: &[Found], (path, rule, lines): &(&str, &str, RangeInclusive<u32>)) -> bool {
    found.iter().any(|found| found.path == *path && found.rule == *rule && lines.contains(&found.line))
}
