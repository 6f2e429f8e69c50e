//! The counters of `--statistics`: findings by rule, and how much work the run was. No clock: the same run prints the
//! same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Report;
use crate::flow::bounds::Bound;

/// The table, one counter a line.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *by_rule.entry(finding.rule).or_default() += 1;
    }
    let mut rows: Vec<(String, usize)> = by_rule.into_iter().map(|(rule, count)| (rule.to_owned(), count)).collect();
    rows.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    let statistics = &report.statistics;
    let counters = [
        ("files read", report.program.files().count()),
        ("files parsed", statistics.parsed_files),
        ("files not analysed", report.failed_files()),
        ("entries run", statistics.entries),
        ("entries that reached a bound", statistics.bounded_entries),
        ("findings suppressed", report.suppressed.len()),
        ("findings below the wanted confidence", report.below_confidence),
    ];
    rows.extend(counters.map(|(name, count)| (name.to_owned(), count)));
    let by_bound = Bound::ALL.iter().zip(statistics.bounded_by);
    rows.extend(by_bound.map(|(bound, count)| (format!("entries that reached the bound on {}", bound.words()), count)));
    let mut out = String::new();
    for (name, count) in rows {
        let _ = writeln!(out, "{count:>8}  {name}");
    }
    out
}
