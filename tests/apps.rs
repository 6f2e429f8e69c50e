//! The applications of `testdata/apps`: each is analysed whole, as a user would, and reports exactly what its lines say.
//!
//! `# finding: RULE[, RULE]` ends a line on which these rules report in the default profile; `# strict: RULE[, RULE]` one
//! for rules of the strict profile. Everything that is not marked must stay silent: that is where the twins stand.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bearerlint::models;
use bearerlint::rules::catalogue::{self, Category, Profile};
use support::Found;

/// The application of the README's first command has no marks, so that its files read as the article prints them; its
/// flaws are listed in `tests/article.rs`.
const WITHOUT_MARKS: &str = "article";

/// What announces rules at the end of a line.
const MARKS: [(Profile, &str); 2] = [(Profile::Default, "# finding: "), (Profile::Strict, "# strict: ")];

/// File, line and rule.
type Mark = (String, u32, String);

/// One folder of `testdata/apps`.
struct App {
    name: String,
    /// Path below the application's folder and text, in order of path.
    files: Vec<(String, String)>,
}

#[test]
fn every_application_reports_what_its_lines_say_and_nothing_else() {
    let mut failures = String::new();
    for app in apps() {
        let outcome = run(&app.files, support::default_rules(), Profile::Default);
        for trouble in outcome.trouble {
            writeln!(failures, "{}: not analysed: {trouble}", app.name).ok();
        }
        let by_default = marks(&app, Profile::Default);
        compare(&app, &by_default, &as_marks(outcome.found), &mut failures);

        let mut when_strict = marks(&app, Profile::Strict);
        let strict: BTreeSet<&str> = when_strict.iter().map(|(_, _, rule)| rule.as_str()).collect();
        let rules = strict.iter().filter_map(|rule| catalogue::page(rule)).map(|page| page.id).collect();
        let found = run(&app.files, rules, Profile::Strict).found;
        let also = by_default.into_iter().filter(|(_, _, rule)| strict.contains(rule.as_str())).collect::<Vec<_>>();
        when_strict.extend(also);
        compare(&app, &when_strict, &as_marks(found), &mut failures);
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// What a file shows when it is read alone is a rule page's business: an application is there for what lies between files.
#[test]
fn every_application_has_flaws_that_only_the_whole_program_shows() {
    let mut idle = Vec::new();
    for app in apps() {
        let alone: BTreeSet<Mark> = app
            .files
            .iter()
            .flat_map(|file| {
                as_marks(run(std::slice::from_ref(file), support::default_rules(), Profile::Default).found)
            })
            .collect();
        if marks(&app, Profile::Default).is_subset(&alone) {
            idle.push(app.name);
        }
    }
    assert!(idle.is_empty(), "every marked flaw of these is seen file by file: {idle:?}");
}

#[test]
fn marks_name_rules_that_exist() {
    let mut unknown = Vec::new();
    for app in apps() {
        for (profile, _) in MARKS {
            for (path, line, rule) in marks(&app, profile) {
                let page = catalogue::page(&rule).filter(|page| page.category != Category::Housekeeping);
                // Under the strict profile a default rule may say more than it does by default.
                if page.is_none_or(|page| profile == Profile::Default && page.profile == Profile::Strict) {
                    unknown.push(format!("{}/{path}:{line}: {rule}", app.name));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "no rules of the profile their marks speak of: {unknown:#?}");
}

#[test]
fn a_mark_names_its_rules() {
    let app = App {
        name: "x".to_owned(),
        files: vec![("a.py".to_owned(), "one()  # finding: first, second\ntwo()  # strict: third\n".to_owned())],
    };
    let mark = |line, rule: &str| ("a.py".to_owned(), line, rule.to_owned());
    assert_eq!(marks(&app, Profile::Default), BTreeSet::from([mark(1, "first"), mark(1, "second")]));
    assert_eq!(marks(&app, Profile::Strict), BTreeSet::from([mark(2, "third")]));
}

fn run(files: &[(String, String)], rules: Vec<&'static str>, profile: Profile) -> support::Outcome {
    support::run(files, rules, models::embedded(), profile)
}

fn compare(app: &App, expected: &BTreeSet<Mark>, found: &BTreeSet<Mark>, failures: &mut String) {
    let differences: BTreeMap<&Mark, &str> = expected
        .difference(found)
        .map(|mark| (mark, "missing"))
        .chain(found.difference(expected).map(|mark| (mark, "unexpected")))
        .collect();
    for ((path, line, rule), what) in differences {
        writeln!(failures, "{}/{path}:{line}: {what}: {rule}", app.name).ok();
    }
}

fn as_marks(found: BTreeSet<Found>) -> BTreeSet<Mark> {
    found.into_iter().map(|Found { path, line, rule, .. }| (path, line, rule.to_owned())).collect()
}

/// The marks of one profile.
fn marks(app: &App, profile: Profile) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for (path, text) in &app.files {
        for (line, number) in text.lines().zip(1_u32..) {
            let announced = MARKS.iter().filter(|(known, _)| *known == profile);
            let rules = announced.filter_map(|(_, word)| line.split_once(word)).flat_map(|(_, rules)| {
                rules.split('#').next().unwrap_or_default().split(',').map(str::trim).filter(|rule| !rule.is_empty())
            });
            marks.extend(rules.map(|rule| (path.clone(), number, rule.to_owned())));
        }
    }
    marks
}

/// Every application with marks, in order of name.
fn apps() -> Vec<App> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/apps");
    let mut apps: Vec<App> = entries(&folder)
        .into_iter()
        .filter(|path| path.is_dir() && !path.ends_with(WITHOUT_MARKS))
        .map(|path| {
            let mut files = Vec::new();
            collect(&path, &path, &mut files);
            files.sort();
            App { name: path.file_name().expect("a folder has a name").to_string_lossy().into_owned(), files }
        })
        .collect();
    apps.sort_by(|left, right| left.name.cmp(&right.name));
    apps
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is part of the repository");
    entries.map(|entry| entry.expect("its entries are readable").path()).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let name =
                path.strip_prefix(root).expect("it lies in the application").to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).expect("an application is UTF-8")));
        }
    }
}
