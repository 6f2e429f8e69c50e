//! `bearerlint routes`: the same inputs, configuration and exit codes as a check, another question.

use std::collections::BTreeSet;

use crate::analysis::{self, Analysis};
use crate::auth_map::Route;
use crate::cli::RoutesRequest;
use crate::config::Wishes;
use crate::finding::DiagnosticKind;
use crate::models;
use crate::output::{self, Written};
use crate::program::Program;
use crate::report::mask::Masker;
use crate::report::routes::RoutesReport;
use crate::report::{self, Outcome};
use crate::root::Root;
use crate::run::{self, Failure};

/// Writes the auth map.
pub(crate) fn routes(request: &RoutesRequest) -> Result<Outcome, Failure> {
    run::in_pool(request.jobs, || routes_in_pool(request))
}

fn routes_in_pool(request: &RoutesRequest) -> Result<Outcome, Failure> {
    let inputs = run::collect(&request.inputs, &request.configuration, &Wishes::default())?;
    let root = Root::of(&request.inputs.paths);
    let versions = run::versions(&inputs.sources, &request.inputs, &root);
    let own = (!inputs.models.is_empty()).then(|| models::with_own(inputs.models));
    let program = Program::new(inputs.sources, run::PARSE_BUDGET).with_versions(versions);
    let Analysis { mut routes, diagnostics, secret_literals, .. } =
        analysis::routes(&program, own.as_ref().unwrap_or_else(|| models::embedded()));
    let found = routes.len();
    routes.retain(|route| is_wanted(route, request));
    let shown = routes.iter().map(|route| route.place.file).collect::<BTreeSet<_>>();
    let report = RoutesReport {
        program: &program,
        left_out: found - routes.len(),
        routes,
        diagnostics: run::all_diagnostics(&program, [inputs.diagnostics, diagnostics]),
        masker: Masker::new(&program, &secret_literals, &shown),
    };
    deliver(request, &report)
}

fn is_wanted(route: &Route, request: &RoutesRequest) -> bool {
    let fits = |glob: &String| route.path.as_deref().is_some_and(|path| fits(glob, path));
    (!request.only_unprotected || route.protection.is_unprotected()) && request.path.as_ref().is_none_or(fits)
}

fn deliver(request: &RoutesRequest, report: &RoutesReport<'_>) -> Result<Outcome, Failure> {
    for diagnostic in &report.diagnostics {
        output::to_stderr(&report::diagnostic_line(diagnostic, &report.masker));
    }
    let text = report.render(request.format);
    let written = match &request.output {
        None => run::print(&text)?,
        Some(path) => output::to_file(path, &text)
            .map_err(|error| Failure::Output { to: crate::root::display(path), error })
            .map(|()| Written::Whole)?,
    };
    let is_partial = report.diagnostics.iter().any(|trouble| trouble.kind == DiagnosticKind::Failed);
    if is_partial {
        output::to_stderr("error: some files were not analysed, so the map is partial (exit code 2)");
    }
    Ok(if is_partial && written == Written::Whole { Outcome::Trouble } else { Outcome::Clean })
}

/// Whether a route's path fits a pattern: `*` is anything within a part, `**` anything, `?` one letter.
fn fits(glob: &str, path: &str) -> bool {
    let (glob, path): (Vec<char>, Vec<char>) = (glob.chars().collect(), path.chars().collect());
    // Which beginnings of the pattern fit the path so far: linear in both, whatever the pattern.
    let mut open = vec![false; glob.len() + 1];
    open[0] = true;
    skip_stars(&glob, &mut open);
    for letter in path {
        let mut next = vec![false; glob.len() + 1];
        for at in (0..glob.len()).filter(|at| open[*at]) {
            let is_double = glob[at] == '*' && (glob.get(at + 1) == Some(&'*') || at > 0 && glob[at - 1] == '*');
            match glob[at] {
                '*' if letter != '/' || is_double => next[at] = true,
                '?' if letter != '/' => next[at + 1] = true,
                wanted if wanted == letter && wanted != '*' => next[at + 1] = true,
                _ => {}
            }
        }
        open = next;
        skip_stars(&glob, &mut open);
    }
    open.last().copied().unwrap_or_default()
}

/// A star also stands for nothing.
fn skip_stars(glob: &[char], open: &mut [bool]) {
    for at in 0..glob.len() {
        if open[at] && glob[at] == '*' {
            open[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stays_within_a_part_and_two_do_not() {
        assert!(fits("/api/*", "/api/orders") && !fits("/api/*", "/api/orders/1"));
        assert!(fits("/api/**", "/api/orders/1") && fits("/api/**", "/api/"));
        assert!(fits("**/block", "/admin/customers/<customer>/block") && !fits("**/block", "/block/1"));
        assert!(fits("/a?c", "/abc") && !fits("/a?c", "/a/c") && fits("/", "/") && !fits("/", "/a"));
        assert!(fits("/*/x", "/a/x") && fits("**", "") && !fits("", "/"));
    }
}
