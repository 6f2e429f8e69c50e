//! Hand-made reports for the tests of the formats: no engine, no files.

use std::time::Duration;

use super::mask::Masker;
use super::{Outcome, Report};
use crate::analysis::Statistics;
use crate::finding::{Diagnostic, DiagnosticKind, Edit, Finding, FindingBuilder, Fix, Label, Severity};
use crate::program::Program;
use crate::root::Root;
use crate::source::{FileId, Place, Source, Span};

/// The secret that no output may hold.
pub(super) const SECRET: &str = "s3cr3t-value-of-the-tests";

pub(super) const APP: &str = "import os
from flask import request
from config import API_TOKEN

@app.get('/')
def index():
    token = request.headers.get('Authorization')
    if token == API_TOKEN:  # s3cr3t-value-of-the-tests
        return 'ok'
    return 'no', 401
";

pub(super) const CONFIG: &str = "API_TOKEN = 's3cr3t-value-of-the-tests'\nOTHER_TOKEN = 'not judged'\n";

/// A program over named texts.
pub(super) fn program(files: &[(&str, &str)]) -> Program {
    let sources = files.iter().map(|(path, text)| Source::new(path.into(), *text)).collect();
    Program::new(sources, Duration::from_secs(1))
}

/// The article's first flaw in two files.
pub(super) fn application() -> Program {
    program(&[("/r/app.py", APP), ("/r/config.py", CONFIG)])
}

/// The place of the first occurrence of `piece` in a file.
pub(super) fn place(program: &Program, file: u32, piece: &str) -> Place {
    let file = FileId(file);
    let start = program.source(file).text.find(piece).unwrap_or_default() as u32;
    Place { file, span: Span::new(start, start + piece.len() as u32) }
}

/// A finding over both files, with flow and fix.
pub(super) fn finding(program: &Program) -> Finding {
    let compared = place(program, 0, "token == API_TOKEN");
    let enters = place(program, 0, "request.headers.get('Authorization')");
    let comes_from = place(program, 1, "'s3cr3t-value-of-the-tests'");
    let step = |place, text: &str| Label { place, text: text.to_owned() };
    let mut finding = FindingBuilder::new("plain-token-comparison", Severity::Warning, compared, "they meet here")
        .message(format!("`token` is compared with `API_TOKEN` ({SECRET}) by `==`: an attacker can time [it]"))
        .help("compare with `hmac.compare_digest(token, API_TOKEN)`")
        .related(enters, "the credential enters")
        .related(comes_from, "the secret comes from here")
        .flow(vec![step(enters, "enters"), step(compared, "compared")])
        .identity("token")
        .fix(Fix {
            title: "use compare_digest".to_owned(),
            is_safe: false,
            edits: vec![Edit { place: compared, text: "hmac.compare_digest(token, API_TOKEN)".to_owned() }],
        })
        .build();
    "0123456789abcdef:1".clone_into(&mut finding.fingerprint);
    finding
}

/// A report of some findings; the second file's literal is judged secret.
pub(super) fn report(program: &Program, findings: Vec<Finding>) -> Report<'_> {
    let judged = [place(program, 1, "'s3cr3t-value-of-the-tests'")];
    let shown = program.files().collect();
    Report {
        program,
        findings,
        suppressed: Vec::new(),
        shows_suppressed: false,
        below_confidence: 0,
        diagnostics: vec![Diagnostic {
            path: "/r/broken file.py".into(),
            at: None,
            kind: DiagnosticKind::Failed,
            message: format!("could not be decoded near {SECRET}"),
        }],
        rules: vec!["plain-token-comparison"],
        masker: Masker::new(program, &judged, &shown),
        root: Root::at("/r".into()),
        scope: String::new(),
        outcome: Outcome::Trouble,
        statistics: Statistics::default(),
    }
}
