//! Suppressions over small trees: which line a comment reaches, and what is said about one that reaches nothing.

use std::collections::BTreeSet;

use super::*;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind, SyntaxError};

const KNOWN: [&str; 3] = ["plain-token-comparison", "logged-token", RULE];

/// A module whose statements are the given pieces of text, in order; a piece followed by others inside it is an `if`.
struct Sketch {
    source: Source,
    module: Module,
}

impl Sketch {
    fn new(text: &str) -> Self {
        let module = Module { comments: comments(text), ..Module::default() };
        Self { source: Source::new("a.py".into(), text), module }
    }

    fn span(&self, piece: &str) -> Span {
        let start = self.source.text.find(piece).unwrap_or_else(|| panic!("{piece:?} is not in the text")) as u32;
        Span::new(start, start + piece.len() as u32)
    }

    fn simple(&self, piece: &str) -> Statement {
        Statement { kind: StatementKind::Pass, span: self.span(piece) }
    }

    fn with(mut self, piece: &str) -> Self {
        let statement = self.simple(piece);
        self.module.body.push(statement);
        self
    }

    fn with_if(mut self, test: &str, body: &str) -> Self {
        let test_span = self.span(test);
        let body = self.simple(body);
        let span = Span::new(test_span.start - 3, body.span.end);
        let test = Expression { kind: ExpressionKind::Opaque, span: test_span };
        let kind = StatementKind::If { branches: vec![(test, vec![body])], otherwise: Vec::new() };
        self.module.body.push(Statement { kind, span });
        self
    }

    /// Findings of a rule at the given pieces, and what the comments make of them: suppressed reasons, own messages.
    fn check(&self, rule: &'static str, pieces: &[&str]) -> (Vec<Option<String>>, Vec<String>) {
        let mut suppressions = Suppressions::collect(FileId(0), &self.source, &self.module, &KNOWN);
        let mut findings: Vec<Finding> = pieces
            .iter()
            .map(|piece| {
                let place = Place { file: FileId(0), span: self.span(piece) };
                FindingBuilder::new(rule, Severity::Error, place, "").message("m").help("h").build()
            })
            .collect();
        suppressions.mark(&self.source, &mut findings);
        let ran = BTreeSet::from(["plain-token-comparison", RULE]);
        let own = suppressions.findings(&self.source, &ran);
        let own = own.into_iter().filter(|finding| finding.suppressed.is_none());
        (
            findings.into_iter().map(|finding| finding.suppressed).collect(),
            own.map(|finding| format!("{}: {} | {}", finding.severity, finding.message, finding.help)).collect(),
        )
    }

    fn suppressed(&self, piece: &str) -> Option<String> {
        self.check("plain-token-comparison", &[piece]).0.into_iter().next().flatten()
    }
}

/// Good enough for texts without `#` in strings.
fn comments(text: &str) -> Vec<Span> {
    let starts = text.match_indices('#').map(|(at, _)| at);
    let mut found: Vec<Span> = Vec::new();
    for start in starts {
        let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        if found.last().is_none_or(|last| (last.end as usize) <= start) {
            found.push(Span::new(start as u32, end as u32));
        }
    }
    found
}

#[test]
fn on_the_same_line() {
    let sketch = Sketch::new("a = b  # bearerlint: ignore[plain-token-comparison] a test value\nc = d\n")
        .with("a = b")
        .with("c = d");
    assert_eq!(sketch.suppressed("b").as_deref(), Some("a test value"));
    assert_eq!(sketch.suppressed("d"), None);
}

#[test]
fn on_any_line_of_a_statement() {
    let statement = "a = f(\n    b,  # bearerlint: ignore[plain-token-comparison]\n    c,\n)";
    let sketch = Sketch::new(&format!("{statement}\nd = e\n")).with(statement).with("d = e");
    assert_eq!(sketch.suppressed("c,").as_deref(), Some(""));
    assert_eq!(sketch.suppressed("d"), None);
}

#[test]
fn alone_inside_a_statement_it_belongs_to_that_statement() {
    let statement = "a = f(\n    # bearerlint: ignore[plain-token-comparison] x\n    c,\n)";
    let sketch = Sketch::new(statement).with(statement);
    assert_eq!(sketch.suppressed("a").as_deref(), Some("x"));
}

#[test]
fn alone_on_the_line_above_other_comments_between_allowed() {
    let text = "# bearerlint: ignore[plain-token-comparison] why\n# another\na = b\nc = d\n";
    let sketch = Sketch::new(text).with("a = b").with("c = d");
    assert_eq!(sketch.suppressed("a = b").as_deref(), Some("why"));
    assert_eq!(sketch.suppressed("c = d"), None);
    let apart = Sketch::new("# bearerlint: ignore[plain-token-comparison] why\n\na = b\n").with("a = b");
    assert_eq!(apart.suppressed("a = b"), None);
}

#[test]
fn of_a_compound_statement_only_the_header() {
    let text = "if t == s:  # bearerlint: ignore[plain-token-comparison] header\n    u == s\n";
    let sketch = Sketch::new(text).with_if("t == s", "u == s");
    assert_eq!(sketch.suppressed("t == s").as_deref(), Some("header"));
    assert_eq!(sketch.suppressed("u == s"), None);
}

#[test]
fn below_a_header_it_belongs_to_the_body() {
    let text = "if t == s:\n    # bearerlint: ignore[plain-token-comparison] body\n    u == s\n";
    let sketch = Sketch::new(text).with_if("t == s", "u == s");
    assert_eq!(sketch.suppressed("t == s"), None);
    assert_eq!(sketch.suppressed("u == s").as_deref(), Some("body"));
}

#[test]
fn for_a_file_only_at_its_top() {
    let top = Sketch::new("# bearerlint: ignore-file[plain-token-comparison] generated\na = b\nc = d\n").with("a = b");
    assert_eq!(top.suppressed("d").as_deref(), Some("generated"));
    let late = Sketch::new("a = b\n# bearerlint: ignore-file[plain-token-comparison] late\n").with("a = b");
    let (suppressed, own) = late.check("plain-token-comparison", &["a = b"]);
    assert_eq!(suppressed, [None]);
    assert!(own[0].starts_with("error: `ignore-file` counts only before the first statement"), "{own:?}");
}

#[test]
fn another_rule_is_not_covered() {
    let sketch = Sketch::new("a = b  # bearerlint: ignore[plain-token-comparison] x\n").with("a = b");
    let (suppressed, own) = sketch.check("logged-token", &["a = b"]);
    assert_eq!(suppressed, [None]);
    assert!(own[0].starts_with("warning: `plain-token-comparison` finds nothing here"), "{own:?}");
}

#[test]
fn unused_is_silent_for_rules_that_did_not_run_and_files_read_in_part() {
    let sketch = Sketch::new("a = b  # bearerlint: ignore[logged-token] x\n").with("a = b");
    assert_eq!(sketch.check("plain-token-comparison", &[]).1, Vec::<String>::new());
    let mut broken = Sketch::new("a = b  # bearerlint: ignore[plain-token-comparison] x\n").with("a = b");
    broken.module.errors.push(SyntaxError { span: Span::default(), message: "m".to_owned() });
    assert_eq!(broken.check("plain-token-comparison", &[]).1, Vec::<String>::new());
}

#[test]
fn unknown_and_missing_names_are_errors() {
    let sketch = Sketch::new("a = b  # bearerlint: ignore[plain-token-comparision] x\n").with("a = b");
    let (suppressed, own) = sketch.check("plain-token-comparison", &["a = b"]);
    assert_eq!(suppressed, [None]);
    assert_eq!(
        own,
        ["error: `plain-token-comparision` is no rule, so nothing is suppressed by that name | \
          did you mean `plain-token-comparison`?"]
    );
    let nameless = Sketch::new("a = b  # bearerlint: ignore\n").with("a = b");
    assert_eq!(nameless.suppressed("a = b"), None);
    assert_eq!(nameless.check("plain-token-comparison", &["a = b"]).1.len(), 1);
}

#[test]
fn the_rule_about_suppressions_can_be_suppressed() {
    let text = "# bearerlint: ignore[plain-token-comparison, unused-suppression] kept for 3.8\na = b\n";
    let sketch = Sketch::new(text).with("a = b");
    assert_eq!(sketch.check("plain-token-comparison", &[]).1, Vec::<String>::new());
}
