//! From what rules said to what is reported: repeats removed, rules that overlap told apart, fingerprints given, suppressions
//! and policies applied, one order for all formats. The only place that sorts findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::circumstance;
use crate::config::Policy;
use crate::finding::{Finding, Label};
use crate::fingerprint::Fingerprints;
use crate::precedence;
use crate::program::Program;
use crate::root::Root;
use crate::source::{FileId, Place};
use crate::suppress::{self, Suppressions};

/// Findings in their final order, sorted out by what happens to them.
#[derive(Debug, Default)]
pub struct Settled {
    /// Reported.
    pub findings: Vec<Finding>,
    /// Covered by a comment.
    pub suppressed: Vec<Finding>,
    /// How many lie below the wanted confidence.
    pub below_confidence: usize,
}

/// What decides on findings: the files, their names, and what is wanted in each file.
pub struct Context<'a> {
    /// The run's files.
    pub program: &'a Program,
    /// Where relative names start.
    pub root: &'a Root,
    /// What is wanted in a file.
    pub policy: &'a dyn Fn(FileId) -> &'a Policy,
}

/// Settles the findings of a run.
pub fn settle(context: &Context<'_>, findings: Vec<Finding>, suppressions: Vec<Suppressions>) -> Settled {
    let mut findings = without_repeats(findings);
    // A rule that is not wanted where it found something has nothing to say, and silences nothing.
    precedence::apply(&mut findings, |finding| {
        (context.policy)(finding.primary.place.file).rules.contains(finding.rule)
    });
    apply(context, &mut findings, suppressions);
    // Before anything is filtered out: a finding's count among equals is the same in every mode.
    give_fingerprints(context, &mut findings);
    let mut settled = Settled::default();
    for mut finding in findings {
        let policy = (context.policy)(finding.primary.place.file);
        if !policy.rules.contains(finding.rule) {
            continue;
        }
        circumstance::lower(context.program, &mut finding);
        finding.severity = finding.severity.min(policy.max_severity);
        if finding.confidence < policy.min_confidence {
            settled.below_confidence += 1;
        } else if finding.suppressed.is_some() {
            settled.suppressed.push(finding);
        } else {
            settled.findings.push(finding);
        }
    }
    sort(context.program, &mut settled.findings);
    sort(context.program, &mut settled.suppressed);
    settled
}

/// One finding for a rule and a place: the surest, then the gravest, then the first by what it says.
fn without_repeats(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|left, right| {
        let key = |finding: &Finding| {
            (finding.rule, finding.primary.place, Reverse(finding.confidence), Reverse(finding.severity))
        };
        key(left).cmp(&key(right)).then_with(|| words(left).cmp(&words(right)))
    });
    findings.dedup_by(|later, first| {
        let is_repeat = later.rule == first.rule && later.primary.place == first.primary.place;
        if is_repeat {
            // A guard of two routes is one flaw, and about both.
            first.about.append(&mut later.about);
        }
        is_repeat
    });
    findings
}

type Words<'f> = (&'f str, &'f str, &'f Label, &'f [Label], &'f [Label], &'f [String]);

fn words(finding: &Finding) -> Words<'_> {
    (&finding.message, &finding.help, &finding.primary, &finding.related, &finding.flow, &finding.identity)
}

fn apply(context: &Context<'_>, findings: &mut Vec<Finding>, suppressions: Vec<Suppressions>) {
    let mut by_file: BTreeMap<FileId, Vec<&mut Finding>> = BTreeMap::new();
    let files: BTreeSet<FileId> = suppressions.iter().map(|of_file| of_file.file).collect();
    for finding in findings.iter_mut().filter(|finding| files.contains(&finding.primary.place.file)) {
        by_file.entry(finding.primary.place.file).or_default().push(finding);
    }
    let mut own = Vec::new();
    for mut of_file in suppressions {
        let source = context.program.source(of_file.file);
        of_file.mark(source, by_file.remove(&of_file.file).into_iter().flatten());
        own.extend(of_file.findings(source, &(context.policy)(of_file.file).rules));
    }
    debug_assert!(own.iter().all(|finding| finding.rule == suppress::RULE));
    findings.append(&mut own);
}

fn give_fingerprints(context: &Context<'_>, findings: &mut [Finding]) {
    findings.sort_by_key(|finding| finding.primary.place);
    let mut fingerprints = Fingerprints::new(context.program, context.root);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let digest = fingerprints.digest(finding);
        let count = counts.entry(digest.clone()).or_default();
        *count += 1;
        finding.fingerprint = format!("{digest}:{count}");
    }
}

/// Gravest first, then by path and place.
fn sort(program: &Program, findings: &mut [Finding]) {
    let path = |place: Place| &program.source(place.file).path;
    findings.sort_by(|left, right| {
        let places = (left.primary.place, right.primary.place);
        right
            .severity
            .cmp(&left.severity)
            .then_with(|| path(places.0).cmp(path(places.1)))
            .then_with(|| places.0.cmp(&places.1))
            .then_with(|| left.rule.cmp(right.rule))
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::finding::{Confidence, FindingBuilder, Severity};
    use crate::source::{Source, Span};

    fn finding(rule: &'static str, file: u32, at: u32, severity: Severity) -> FindingBuilder {
        let place = Place { file: FileId(file), span: Span::new(at, at + 1) };
        FindingBuilder::new(rule, severity, place, "").message("m").help("h")
    }

    fn settled(findings: Vec<Finding>) -> Settled {
        let line = "log(token)\n".repeat(4);
        let sources = vec![Source::new("/r/a.py".into(), line.as_str()), Source::new("/r/b.py".into(), line)];
        let program = Program::new(sources, Duration::from_secs(1));
        let policy = Policy {
            rules: BTreeSet::from(["logged-token", "stub-validator"]),
            is_strict: false,
            min_confidence: Confidence::Medium,
            fail_on: Severity::Warning,
            max_severity: Severity::Error,
            purpose: None,
        };
        let root = Root::at("/r".into());
        settle(&Context { program: &program, root: &root, policy: &|_| &policy }, findings, Vec::new())
    }

    #[test]
    fn of_repeats_the_surest_stays() {
        let unsure = finding("logged-token", 0, 0, Severity::Error).confidence(Confidence::Medium).build();
        let sure = finding("logged-token", 0, 0, Severity::Warning).message("sure").build();
        for findings in [vec![unsure.clone(), sure.clone()], vec![sure, unsure]] {
            let messages: Vec<String> = settled(findings).findings.into_iter().map(|kept| kept.message).collect();
            assert_eq!(messages, ["sure"]);
        }
    }

    #[test]
    fn gravest_first_then_by_place_whatever_the_order_was() {
        let mut all = vec![
            finding("stub-validator", 1, 0, Severity::Error).build(),
            finding("logged-token", 0, 11, Severity::Warning).build(),
            finding("stub-validator", 0, 11, Severity::Error).build(),
            finding("logged-token", 0, 0, Severity::Warning).build(),
        ];
        let order = |findings: Vec<Finding>| -> Vec<(u32, u32, &'static str)> {
            let settled = settled(findings).findings.into_iter();
            settled.map(|kept| (kept.primary.place.file.0, kept.primary.place.span.start, kept.rule)).collect()
        };
        let expected =
            [(0, 11, "stub-validator"), (1, 0, "stub-validator"), (0, 0, "logged-token"), (0, 11, "logged-token")];
        assert_eq!(order(all.clone()), expected);
        all.reverse();
        assert_eq!(order(all), expected);
    }

    #[test]
    fn equal_findings_are_counted_before_any_is_filtered_out() {
        let unsure = finding("logged-token", 0, 0, Severity::Error).confidence(Confidence::Low).build();
        let sure = finding("logged-token", 0, 11, Severity::Error).build();
        let settled = settled(vec![unsure, sure]);
        assert_eq!(settled.below_confidence, 1);
        assert!(settled.findings.iter().all(|kept| kept.fingerprint.ends_with(":2")));
    }

    #[test]
    fn rules_that_are_not_wanted_are_left_out() {
        assert_eq!(settled(vec![finding("missing-issuer-check", 0, 0, Severity::Error).build()]).findings.len(), 0);
    }
}
