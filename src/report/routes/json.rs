//! The auth map as one versioned JSON document: `version`, `tool`, `routes`, `diagnostics`.

use serde::Serialize;

use super::RoutesReport;
use crate::auth_map::{Route, check_words};
use crate::finding::DiagnosticKind;
use crate::report::json_text;
use crate::report::wire::{TOOL, ToolRecord, VERSION};
use crate::root;
use crate::source::Place;

#[derive(Serialize)]
struct Document {
    version: u32,
    tool: ToolRecord,
    routes: Vec<RouteRecord>,
    left_out: usize,
    diagnostics: Vec<TroubleRecord>,
}

#[derive(Serialize)]
struct RouteRecord {
    methods: Vec<String>,
    path: Option<String>,
    handler: String,
    location: PlaceRecord,
    reads: Vec<ReadRecord>,
    checks: Vec<CheckRecord>,
    protection: &'static str,
    established: Vec<&'static str>,
    /// What the weakest path to success establishes, where that is less.
    weaker: Option<Vec<&'static str>>,
    missing: Vec<&'static str>,
    changes_state: bool,
}

#[derive(Serialize)]
struct ReadRecord {
    credential: String,
    location: PlaceRecord,
}

#[derive(Serialize)]
struct CheckRecord {
    position: &'static str,
    name: String,
    establishes: Vec<&'static str>,
    location: PlaceRecord,
}

#[derive(Serialize)]
struct PlaceRecord {
    path: String,
    line: u32,
}

#[derive(Serialize)]
struct TroubleRecord {
    path: String,
    line: Option<u32>,
    kind: &'static str,
    message: String,
}

pub(super) fn render(report: &RoutesReport<'_>) -> String {
    json_text::indented(&Document {
        version: VERSION,
        tool: TOOL,
        routes: report.routes.iter().map(|route| record(report, route)).collect(),
        left_out: report.left_out,
        diagnostics: troubles(report),
    })
}

fn record(report: &RoutesReport<'_>, route: &Route) -> RouteRecord {
    let place = |place: Place| PlaceRecord { path: report.file(place), line: report.line(place) };
    let prose = |text: &str| report.masker.prose(text);
    RouteRecord {
        methods: route.methods.iter().map(ToString::to_string).collect(),
        path: route.path.as_deref().map(prose),
        handler: prose(&route.handler),
        location: place(route.place),
        reads: route
            .reads
            .iter()
            .map(|(words, at)| ReadRecord { credential: prose(words), location: place(*at) })
            .collect(),
        checks: route
            .checks
            .iter()
            .map(|step| CheckRecord {
                position: step.position.word(),
                name: prose(&step.name),
                establishes: step.kinds.iter().copied().map(check_words).collect(),
                location: place(step.place),
            })
            .collect(),
        protection: route.protection.word(),
        established: route.established.iter().copied().map(check_words).collect(),
        weaker: route.weaker.as_ref().map(|kinds| kinds.iter().copied().map(check_words).collect()),
        missing: route.missing.clone(),
        changes_state: route.changes_state,
    }
}

fn troubles(report: &RoutesReport<'_>) -> Vec<TroubleRecord> {
    let record = |trouble: &crate::finding::Diagnostic| TroubleRecord {
        path: report.masker.path(&root::display(&trouble.path)),
        line: trouble.at.map(|(line, _)| line),
        kind: match trouble.kind {
            DiagnosticKind::Notice => "notice",
            DiagnosticKind::Partial => "partial",
            DiagnosticKind::Failed => "failed",
        },
        message: report.masker.prose(&trouble.message),
    };
    report.diagnostics.iter().map(record).collect()
}
