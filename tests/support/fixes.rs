//! Fixes made on files in memory. Knows nothing of pages or attacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use bearerlint::analysis::{self, Options};
use bearerlint::finding::{Edit, Finding};
use bearerlint::program::Program;
use bearerlint::source::Source;
use bearerlint::{fix, models};

/// Paths and texts.
pub(crate) type Files = [(String, String)];

/// What a run said, with what fixes need.
pub(crate) struct Run {
    pub(crate) program: Program,
    /// In order of place, repeats included.
    pub(crate) findings: Vec<Finding>,
    /// What could not be read.
    pub(crate) trouble: BTreeSet<String>,
}

/// Runs rules over files.
pub(crate) fn run(files: &Files, rules: &[&'static str]) -> Run {
    let mut sources: Vec<Source> =
        files.iter().map(|(path, text)| Source::new(PathBuf::from(path), text.as_str())).collect();
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    let program = Program::new(sources, Duration::from_secs(5));
    let options = Options { rules: rules.to_vec(), ..Options::default() };
    let mut findings = analysis::analyse_with(&program, &options, models::embedded()).findings;
    findings.sort_by_key(|finding| (finding.primary.place, finding.rule));
    findings.dedup_by_key(|finding| (finding.primary.place, finding.rule));
    let errors = |file| program.module(file).map(|module| module.errors.len());
    let trouble = program.files().map(|file| format!("{file:?}: {:?} errors", errors(file))).collect();
    Run { program, findings, trouble }
}

impl Run {
    /// The files with a finding's fix made; none where it has none or the edits do not fit.
    pub(crate) fn fixed(&self, files: &Files, finding: &Finding) -> Option<Vec<(String, String)>> {
        let mut by_path: BTreeMap<String, Vec<&Edit>> = BTreeMap::new();
        for edit in &finding.fix.as_ref()?.edits {
            let path = self.program.source(edit.place.file).path.display().to_string();
            by_path.entry(path).or_default().push(edit);
        }
        let mut fixed = files.to_vec();
        for (path, text) in &mut fixed {
            *text = fix::apply(text, by_path.remove(path).unwrap_or_default())?;
        }
        Some(fixed)
    }
}
