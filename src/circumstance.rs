//! Severity that fits the place: what stands in a test, an example, a migration, a branch for debugging or the block that only
//! runs when a file is started by hand is worth knowing, and no more. `docs/severity.md` says it to users.
//!
//! Only lowers, and only to a note; whether a rule says anything at all in a test is the rule's own decision.

use crate::finding::{Finding, Severity};
use crate::flow::walk;
use crate::program::{Program, vocabulary};
use crate::source::Span;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, Statement, StatementKind, UnaryOperator};

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
    let own = match &around.kind {
        StatementKind::If { branches, otherwise } => {
            branches.iter().find(|(_, body)| holds(body, span)).and_then(|(test, _)| test_remark(test, true)).or_else(
                || match branches.as_slice() {
                    [(test, _)] if holds(otherwise, span) => test_remark(test, false),
                    _ => None,
                },
            )
        }
        _ => None,
    };
    own.or_else(|| walk::bodies(around).into_iter().find_map(|inner| branch_remark(inner, span)))
}

fn holds(body: &[Statement], span: Span) -> bool {
    body.iter().any(|statement| statement.span.contains(span))
}

/// What it means that a test came out true or false.
fn test_remark(test: &Expression, came_out: bool) -> Option<&'static str> {
    match &test.kind {
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => test_remark(operand, !came_out),
        ExpressionKind::BooleanOperation { is_and: true, values } if came_out => {
            values.iter().find_map(|value| test_remark(value, true))
        }
        ExpressionKind::Compare { left, rest } => {
            let [(operator, right)] = rest.as_slice() else { return None };
            let is_equal = match operator {
                CompareOperator::Equal | CompareOperator::In | CompareOperator::Is => came_out,
                CompareOperator::NotEqual | CompareOperator::NotIn | CompareOperator::IsNot => !came_out,
                _ => return None,
            };
            if !is_equal {
                return None;
            }
            if is_main(left, right) || is_main(right, left) {
                return Some("it only runs when the file is started by hand");
            }
            let names_development = names_development(left) || names_development(right);
            let debug_is_on = is_debug_switch(left) && is_yes(right);
            (names_development || debug_is_on).then_some(DEBUGGING)
        }
        _ if came_out && is_debug_switch(test) => Some(DEBUGGING),
        _ => None,
    }
}

const DEBUGGING: &str = "it only runs while debugging or testing";

fn is_main(left: &Expression, right: &Expression) -> bool {
    matches!((&left.kind, &right.kind), (ExpressionKind::Name(name), ExpressionKind::String(text)) if name == "__name__" && text == "__main__")
}

/// `app.debug`, `settings.DEBUG`, `config["TESTING"]`, `os.getenv("FLASK_DEBUG")`.
fn is_debug_switch(expression: &Expression) -> bool {
    let name = match &expression.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name,
        ExpressionKind::Subscript { index, .. } => return is_debug_switch_key(index),
        ExpressionKind::Call { arguments, .. } => {
            return arguments.first().is_some_and(|argument| is_debug_switch_key(&argument.value));
        }
        _ => return false,
    };
    is_debug_name(name)
}

fn is_debug_switch_key(key: &Expression) -> bool {
    matches!(&key.kind, ExpressionKind::String(text) if is_debug_name(text))
}

fn is_debug_name(name: &str) -> bool {
    vocabulary::words(name).iter().any(|word| matches!(word.as_str(), "debug" | "testing"))
}

/// `"development"`, or a collection that holds nothing but such words.
fn names_development(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::String(text) => {
            matches!(
                text.to_ascii_lowercase().as_str(),
                "development" | "dev" | "develop" | "local" | "localhost" | "debug" | "test" | "testing"
            )
        }
        ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => {
            !elements.is_empty() && elements.iter().all(names_development)
        }
        _ => false,
    }
}

fn is_yes(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Boolean(truth) => *truth,
        ExpressionKind::Integer(number) => number.is_some_and(|number| number != 0),
        ExpressionKind::String(text) => matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"),
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
        assert_eq!(lowered("a.py", "if not app.debug:\n    x\nelse:\n    here\n").0, Severity::Note);
    }

    #[test]
    fn other_branches_and_the_other_side_of_those_keep_their_severity() {
        for text in [
            "if not app.debug:\n    here\n",
            "if app.debug:\n    x\nelse:\n    here\n",
            "if environment != \"development\":\n    here\n",
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
