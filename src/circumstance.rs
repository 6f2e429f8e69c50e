//! Severity that fits the place: what stands in a test, an example, a migration, a branch for debugging or the block that only
//! runs when a file is started by hand is worth knowing, and no more. `docs/severity.md` says it to users.
//!
//! Only lowers, and only to a note; whether a rule says anything at all in a test is the rule's own decision.

use crate::finding::{Finding, Severity};
use crate::flow::walk;
use crate::program::Program;
use crate::program::development::{self, Side};
use crate::source::Span;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Pattern, Statement, StatementKind};
use crate::syntax::visit;

/// Lowers a finding to a note where its place says so, and says why.
pub(crate) fn lower(program: &Program, finding: &mut Finding) {
    if finding.severity == Severity::Note {
        return;
    }
    let place = finding.primary.place;
    let by_file = program.source(place.file).purpose.remark();
    let remark = by_file.or_else(|| {
        let module = program.parsed_module(place.file)?;
        branch_remark(&module.body, place.span)
    });
    if let Some(remark) = remark {
        finding.severity = Severity::Note;
        finding.help = format!("{} (a note here: {remark})", finding.help);
    }
}

/// What the innermost telling branch around a span says.
fn branch_remark(body: &[Statement], span: Span) -> Option<&'static str> {
    let around = body.iter().find(|statement| statement.span.contains(span))?;
    let inner = walk::bodies(around).into_iter().find_map(|inner| branch_remark(inner, span));
    let own = || match &around.kind {
        StatementKind::If { branches, otherwise } => of_branches(branches, otherwise, span),
        StatementKind::Match { subject, cases } => {
            let case = cases.iter().find(|case| holds(&case.body, span))?;
            case_remark(subject, &case.pattern)
        }
        _ => expression_remark(around, span),
    };
    inner.or_else(own).or_else(|| {
        let before = body.iter().take_while(|statement| statement.span.end <= span.start);
        before.into_iter().find_map(guard_remark)
    })
}

/// A branch is reached where the tests above it failed and its own holds.
fn of_branches(branches: &[(Expression, Vec<Statement>)], otherwise: &[Statement], span: Span) -> Option<&'static str> {
    let at = branches.iter().position(|(_, body)| holds(body, span));
    if at.is_none() && !holds(otherwise, span) {
        return None;
    }
    let failed = branches.iter().take(at.unwrap_or(branches.len()));
    let own = at.and_then(|at| branches.get(at)).and_then(|(test, _)| test_remark(test, true));
    own.or_else(|| failed.into_iter().find_map(|(test, _)| test_remark(test, false)))
}

/// `match environment: case "development":`
fn case_remark(subject: &Expression, pattern: &Pattern) -> Option<&'static str> {
    let is_for_development = |pattern: &Pattern| matches!(pattern, Pattern::Value(value) if development::compared_side(subject, value) == Some(Side::Holds));
    let is_it = match pattern {
        Pattern::Or(patterns) => patterns.iter().all(is_for_development),
        pattern => is_for_development(pattern),
    };
    is_it.then_some(DEBUGGING)
}

/// `f() if app.debug else None`, `app.debug and f()`.
fn expression_remark(statement: &Statement, span: Span) -> Option<&'static str> {
    let mut remark = None;
    visit::expressions(std::slice::from_ref(statement), &mut |expression| match &expression.kind {
        ExpressionKind::Conditional { test, body, otherwise } => {
            let side = [(body, true), (otherwise, false)].into_iter().find(|(side, _)| side.span.contains(span));
            remark = side.and_then(|(_, came_out)| test_remark(test, came_out)).or(remark);
        }
        ExpressionKind::BooleanOperation { is_and, values } => {
            let before = values.iter().take_while(|value| value.span.end <= span.start);
            let is_behind = values.iter().any(|value| value.span.contains(span));
            let found = before.into_iter().find_map(|value| test_remark(value, *is_and));
            remark = found.filter(|_| is_behind).or(remark);
        }
        _ => {}
    });
    remark
}

/// `if not app.debug: return`, `assert app.debug`: what follows runs for development only.
fn guard_remark(statement: &Statement) -> Option<&'static str> {
    match &statement.kind {
        StatementKind::Assert { test, .. } => test_remark(test, true),
        StatementKind::If { branches, otherwise } if otherwise.is_empty() => {
            let returns = |body: &[Statement]| {
                body.last().is_some_and(|last| matches!(last.kind, StatementKind::Return(_) | StatementKind::Continue))
            };
            let mut left = branches.iter().filter(|(_, body)| walk::leaves(body) || returns(body));
            left.find_map(|(test, _)| test_remark(test, false))
        }
        _ => None,
    }
}

fn holds(body: &[Statement], span: Span) -> bool {
    body.iter().any(|statement| statement.span.contains(span))
}

/// What it means that a test came out true or false.
fn test_remark(test: &Expression, came_out: bool) -> Option<&'static str> {
    if came_out && asks_for_main(test) {
        return Some("it only runs when the file is started by hand");
    }
    let side = if came_out { Side::Holds } else { Side::Fails };
    (development::side(test) == Some(side)).then_some(DEBUGGING)
}

const DEBUGGING: &str = "it only runs while debugging or testing";

/// `__name__ == "__main__"`, also with more beside it.
pub(crate) fn asks_for_main(test: &Expression) -> bool {
    let is_main = |left: &Expression, right: &Expression| matches!((&left.kind, &right.kind), (ExpressionKind::Name(name), ExpressionKind::String(text)) if name == "__name__" && text == "__main__");
    match &test.kind {
        ExpressionKind::BooleanOperation { is_and: true, values } => values.iter().any(asks_for_main),
        ExpressionKind::Compare { left, rest } => match rest.as_slice() {
            [(CompareOperator::Equal, right)] => is_main(left, right) || is_main(right, left),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::finding::FindingBuilder;
    use crate::source::{FileId, Place, Source};

    /// The severity of an error at the word `here`, and what its help says.
    fn lowered(path: &str, text: &str) -> (Severity, String) {
        let program = Program::new(vec![Source::new(path.into(), text)], Duration::from_secs(1));
        assert!(program.module(FileId(0)).is_some(), "{text}");
        let at = text.find("here").unwrap_or_default() as u32;
        let place = Place { file: FileId(0), span: Span::new(at, at + 4) };
        let mut finding =
            FindingBuilder::new("logged-token", Severity::Error, place, "").message("m").help("h").build();
        lower(&program, &mut finding);
        (finding.severity, finding.help)
    }

    #[test]
    fn branches_that_never_run_in_production_lower_to_a_note() {
        for test in [
            "app.debug",
            "settings.DEBUG and user",
            "app.config[\"TESTING\"]",
            "os.getenv(\"FLASK_DEBUG\") == \"1\"",
            "os.environ.get(\"ENV\", \"x\") in (\"dev\", \"local\")",
            "environment == \"development\"",
            "not not DEBUG",
            "__name__ == \"__main__\"",
        ] {
            let text = format!("def f():\n    if {test}:\n        with x:\n            here\n");
            assert_eq!(lowered("a.py", &text).0, Severity::Note, "{test}");
        }
        for text in [
            "if not app.debug:\n    x\nelse:\n    here\n",
            "def f():\n    if not app.debug:\n        return None\n    if x:\n        here\n",
            "assert app.debug\nhere\n",
            "x = here if app.debug else None\n",
            "app.debug and here\n",
            "match environment:\n    case \"development\" | \"test\":\n        here\n",
            "if user:\n    x\nelif app.debug:\n    here\n",
            "if PRODUCTION:\n    x\nelif user:\n    here\n",
        ] {
            assert_eq!(lowered("a.py", text).0, Severity::Note, "{text}");
        }
    }

    #[test]
    fn other_branches_and_the_other_side_of_those_keep_their_severity() {
        for text in [
            "if not app.debug:\n    here\n",
            "if app.debug:\n    x\nelse:\n    here\n",
            "if environment != \"development\":\n    here\n",
            "if not settings.DEBUG:\n    here\n",
            "if app.debug:\n    return\nhere\n",
            "x = y if app.debug else here\n",
            "app.debug or here\n",
            "match environment:\n    case \"production\" | \"dev\":\n        here\n",
            "if user:\n    x\nelif app.debug:\n    x\nelse:\n    here\n",
            "if environment == \"production\":\n    here\n",
            "if DEBUG or user:\n    here\n",
            "if user:\n    here\n",
            "here\n",
        ] {
            assert_eq!(lowered("a.py", text).0, Severity::Error, "{text}");
        }
    }

    #[test]
    fn files_that_are_not_the_application_lower_to_a_note_and_the_help_says_why() {
        assert_eq!(
            lowered("tests/a.py", "here\n"),
            (Severity::Note, "h (a note here: the file holds tests)".to_owned())
        );
        assert_eq!(lowered("migrations/a.py", "here\n").0, Severity::Note);
        assert_eq!(lowered("docs/a.py", "here\n").0, Severity::Note);
    }
}
