//! Who speaks where rules overlap: one flaw is one finding. The table is all there is to know; `docs/precedence.md` states
//! it for readers, and a test holds the two together. Judges nothing by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Confidence, Finding};
use crate::source::Place;

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precedence {
    /// The rule that speaks.
    pub(crate) speaker: &'static str,
    /// The rules that then have nothing to add on the same thing.
    pub(crate) silenced: &'static [&'static str],
}

const fn speaks(speaker: &'static str, silenced: &'static [&'static str]) -> Precedence {
    Precedence { speaker, silenced }
}

/// Rules that speak before others when both are about the same place. The order matters: a finding that an earlier line
/// silenced silences nothing itself, so a rule stands above those it silences.
pub(crate) const TABLE: &[Precedence] = &[
    speaks(
        "unverified-jwt-signature",
        &["ineffective-claim-check", "none-algorithm", "missing-audience-check", "missing-issuer-check"],
    ),
    speaks(
        "claims-not-validated",
        &["ineffective-claim-check", "missing-expiry-check", "missing-audience-check", "missing-issuer-check"],
    ),
    speaks("none-algorithm", &["weak-signing-key"]),
    speaks("decorator-above-route", &["presence-only-check", "unauthenticated-webhook"]),
    speaks("stub-validator", &["presence-only-check"]),
    speaks("check-skipped-when-unset", &["presence-only-check", "unauthenticated-webhook"]),
    speaks("fail-open-validation", &["plain-token-comparison"]),
    speaks("optional-auth-unchecked", &["presence-only-check", "unauthenticated-webhook"]),
    speaks("partial-token-match", &["plain-token-comparison", "static-bearer-token"]),
    speaks("webhook-bearer-only", &["static-bearer-token"]),
    speaks("presence-only-check", &["unauthenticated-webhook"]),
    speaks("logged-authorization-header", &["logged-token"]),
];

/// Drops what another rule says better. A finding silences only what is no surer than itself, so that a threshold on
/// confidence never hides both.
pub(crate) fn apply(findings: &mut Vec<Finding>, is_wanted: impl Fn(&Finding) -> bool) {
    let mut silenced: BTreeSet<usize> = BTreeSet::new();
    for line in TABLE {
        let mut taken: BTreeMap<Place, Confidence> = BTreeMap::new();
        let speaks = |(at, finding): &(usize, &Finding)| {
            finding.rule == line.speaker && !silenced.contains(at) && is_wanted(finding)
        };
        for (_, finding) in findings.iter().enumerate().filter(speaks) {
            for place in &finding.about {
                let surest = taken.entry(*place).or_insert(finding.confidence);
                *surest = finding.confidence.max(*surest);
            }
        }
        let is_taken = |finding: &Finding| {
            let mut places = finding.about.iter().filter_map(|place| taken.get(place));
            places.any(|surest| *surest >= finding.confidence)
        };
        let dropped = findings.iter().enumerate().filter(|(_, finding)| line.silenced.contains(&finding.rule));
        silenced.extend(dropped.filter(|(_, finding)| is_taken(finding)).map(|(at, _)| at));
    }
    let mut at = 0;
    findings.retain(|_| {
        at += 1;
        !silenced.contains(&(at - 1))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FindingBuilder, Severity};
    use crate::rules::catalogue;
    use crate::source::{FileId, Span};

    const PAGE: &str = include_str!("../docs/precedence.md");

    fn place(at: u32) -> Place {
        Place { file: FileId(0), span: Span::new(at, at + 1) }
    }

    fn finding(rule: &'static str, confidence: Confidence, about: &[u32]) -> Finding {
        let builder = FindingBuilder::new(rule, Severity::Error, place(99), "").message("m").help("h");
        about.iter().fold(builder.confidence(confidence), |builder, at| builder.about(place(*at))).build()
    }

    fn left(mut findings: Vec<Finding>) -> Vec<&'static str> {
        apply(&mut findings, |_| true);
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn the_speaker_silences_what_is_about_the_same_place() {
        use Confidence::High;
        let speaker = || finding("unverified-jwt-signature", High, &[1, 2]);
        let both = [speaker(), finding("missing-audience-check", High, &[2])];
        assert_eq!(left(both.to_vec()), ["unverified-jwt-signature"]);
        assert_eq!(left(both.into_iter().rev().collect()), ["unverified-jwt-signature"]);
        let elsewhere = vec![speaker(), finding("missing-audience-check", High, &[3])];
        assert_eq!(left(elsewhere), ["unverified-jwt-signature", "missing-audience-check"]);
        let unrelated = vec![speaker(), finding("plain-token-comparison", High, &[1])];
        assert_eq!(left(unrelated), ["unverified-jwt-signature", "plain-token-comparison"]);
    }

    #[test]
    fn a_less_sure_speaker_silences_nothing() {
        let guess = finding("stub-validator", Confidence::Medium, &[1]);
        let sure = finding("presence-only-check", Confidence::High, &[1]);
        assert_eq!(left(vec![guess.clone(), sure]), ["stub-validator", "presence-only-check"]);
        assert_eq!(left(vec![guess, finding("presence-only-check", Confidence::Medium, &[1])]), ["stub-validator"]);
    }

    #[test]
    fn a_speaker_that_nobody_wants_there_silences_nothing() {
        let high = Confidence::High;
        let mut findings = vec![finding("stub-validator", high, &[1]), finding("presence-only-check", high, &[1])];
        apply(&mut findings, |finding| finding.rule != "stub-validator");
        assert_eq!(findings.len(), 2);
    }

    #[test]
    fn the_table_names_rules_and_runs_one_way() {
        let mut speakers: BTreeSet<&str> = BTreeSet::new();
        for line in TABLE {
            assert!(speakers.insert(line.speaker), "`{}` has two lines", line.speaker);
            for rule in line.silenced.iter().chain([&line.speaker]) {
                assert!(catalogue::page(rule).is_some(), "`{rule}` is no rule");
            }
            for rule in line.silenced {
                assert!(!speakers.contains(rule), "`{rule}` stands above `{}`, which silences it", line.speaker);
            }
        }
    }

    #[test]
    fn the_page_says_what_the_table_says() {
        let names = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let rows = PAGE.lines().filter(|line| line.starts_with("| `")).map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            assert_eq!(cells.len(), 3, "speaker, silenced, why: {line}");
            assert!(!cells[2].trim().is_empty(), "a reason is missing: {line}");
            (names(cells[0]), names(cells[1]))
        });
        let table = TABLE.iter().map(|line| {
            let silenced: Vec<String> = line.silenced.iter().map(|rule| (*rule).to_owned()).collect();
            (vec![line.speaker.to_owned()], silenced)
        });
        assert_eq!(rows.collect::<Vec<_>>(), table.collect::<Vec<_>>(), "docs/precedence.md on the left");
    }
}
