//! Runs a handful of files through the library and says which rule fired where. Knows nothing of pages or labels.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bearerlint::analysis::{self, Options};
use bearerlint::config::Policy;
use bearerlint::finding::{Confidence, Severity};
use bearerlint::models::Models;
use bearerlint::program::Program;
use bearerlint::program::versions::{self, Versions};
use bearerlint::root::Root;
use bearerlint::rules::catalogue::{self, Category, Profile};
use bearerlint::settle;
use bearerlint::source::Source;

/// A finding reduced to what tests ask about. Ordered, so that repeats fall together as they do in a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) found: BTreeSet<Found>,
    /// Trouble with the files themselves: `path: message`.
    pub(crate) trouble: Vec<String>,
}

/// The rules that run for everyone and work on code (housekeeping looks at comments, after the analysis).
pub(crate) fn default_rules() -> Vec<&'static str> {
    let runs =
        |page: &&catalogue::RulePage| page.profile == Profile::Default && page.category != Category::Housekeeping;
    catalogue::pages().iter().filter(runs).map(|page| page.id).collect()
}

/// Analyses files, given as path and text, with the rules and models named and under a profile.
pub(crate) fn run(files: &[(String, String)], rules: Vec<&'static str>, models: &Models, profile: Profile) -> Outcome {
    run_with(files, models, profile, Options { rules: rules.into_iter().collect(), ..Options::default() })
}

/// The same with options of the analysis other than those that a profile sets.
pub(crate) fn run_with(files: &[(String, String)], models: &Models, profile: Profile, options: Options) -> Outcome {
    let rules = options.rules.clone();
    let is_stated = |(path, _): &&(String, String)| versions::states_versions(Path::new(path));
    let stated: Vec<_> =
        files.iter().filter(is_stated).map(|(path, text)| (PathBuf::from(path), text.clone())).collect();
    let code = files.iter().filter(|file| !is_stated(file));
    let mut sources: Vec<Source> = code.map(|(path, text)| Source::new(PathBuf::from(path), text.as_str())).collect();
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    let program = Program::new(sources, Duration::from_secs(5)).with_versions(Versions::of(&stated));
    let strict = program.files().filter(|_| profile == Profile::Strict).collect();
    let analysis = analysis::analyse_with(&program, &Options { strict, ..options }, models);
    let policy = Policy {
        rules: rules.into_iter().collect(),
        is_strict: profile == Profile::Strict,
        min_confidence: Confidence::Low,
        fail_on: Severity::Warning,
        max_severity: Severity::Error,
        purpose: None,
    };
    let root = Root::at(PathBuf::new());
    let context = settle::Context { program: &program, root: &root, policy: &|_| &policy };
    let settled = settle::settle(&context, analysis.findings, Vec::new());
    let found = settled.findings.iter().map(|finding| {
        let source = program.source(finding.primary.place.file);
        Found {
            path: source.path.display().to_string(),
            line: source.line(finding.primary.place.span.start),
            rule: finding.rule,
            severity: finding.severity,
        }
    });
    let trouble =
        analysis.diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.path.display(), diagnostic.message));
    Outcome { found: found.collect(), trouble: trouble.collect() }
}
