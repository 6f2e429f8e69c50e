//! Tests that tell development from production by how they are written: `app.debug`, `settings.ENV == "development"`,
//! `not PRODUCTION`. Evaluates nothing.

use super::vocabulary;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind, UnaryOperator};
use crate::syntax::visit;

/// Which side of a test exists for development only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where it holds.
    Holds,
    /// Where it fails.
    Fails,
}

impl Side {
    fn opposite(self) -> Self {
        if self == Self::Holds { Self::Fails } else { Self::Holds }
    }
}

/// The side of a test that only development gets to; none where the test is about something else.
pub fn side(test: &Expression) -> Option<Side> {
    match &test.kind {
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => side(operand).map(Side::opposite),
        ExpressionKind::BooleanOperation { is_and, values } => {
            // Where all must hold, one that needs development is enough; where all must fail, likewise.
            let decisive = if *is_and { Side::Holds } else { Side::Fails };
            let mut sides = values.iter().map(side);
            if sides.clone().any(|side| side == Some(decisive)) {
                Some(decisive)
            } else {
                sides.all(|side| side == Some(decisive.opposite())).then_some(decisive.opposite())
            }
        }
        _ => plain_side(test),
    }
}

/// The same of a test without `not`, `and` and `or`.
pub fn plain_side(test: &Expression) -> Option<Side> {
    // What the caller sends says nothing of the deployment.
    if asks_the_request(test) {
        return None;
    }
    match &test.kind {
        ExpressionKind::Compare { left, rest } => {
            let [(operator, right)] = rest.as_slice() else { return None };
            let side = compared_side(left, right).or_else(|| compared_side(right, left))?;
            match operator {
                CompareOperator::Equal | CompareOperator::In | CompareOperator::Is => Some(side),
                CompareOperator::NotEqual | CompareOperator::NotIn | CompareOperator::IsNot => Some(side.opposite()),
                _ => None,
            }
        }
        _ => named_side(test),
    }
}

fn asks_the_request(test: &Expression) -> bool {
    let mut found = false;
    visit::expression(test, &mut |inner| {
        found |= match &inner.kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name.as_str().contains("request"),
            _ => false,
        };
    });
    found
}

/// The side of `asked == value`.
pub fn compared_side(asked: &Expression, value: &Expression) -> Option<Side> {
    if let (ExpressionKind::String(module), ExpressionKind::Attribute { name, .. }) = (&asked.kind, &value.kind)
        && name == "modules"
    {
        return matches!(module.as_str(), "pytest" | "unittest").then_some(Side::Holds);
    }
    value_side(value).or_else(|| {
        let side = named_side(asked)?;
        Some(if truth(value)? { side } else { side.opposite() })
    })
}

/// What a literal, or a collection of such literals, says of a switch.
fn truth(value: &Expression) -> Option<bool> {
    match &value.kind {
        ExpressionKind::Boolean(truth) => Some(*truth),
        ExpressionKind::Integer(number) => number.map(|number| number != 0),
        ExpressionKind::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" | "t" | "y" => Some(true),
            "0" | "false" | "no" | "off" | "f" | "n" | "" => Some(false),
            _ => None,
        },
        ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => {
            agreed(elements.iter().map(truth))
        }
        _ => None,
    }
}

/// `"development"`, `("dev", "test")`, `Environment.PRODUCTION`.
fn value_side(value: &Expression) -> Option<Side> {
    match &value.kind {
        ExpressionKind::String(text) | ExpressionKind::Attribute { name: text, .. } => {
            match text.to_ascii_lowercase().as_str() {
                "dev" | "develop" | "development" | "debug" | "test" | "testing" | "local" | "localhost" => {
                    Some(Side::Holds)
                }
                "prod" | "production" | "live" => Some(Side::Fails),
                _ => None,
            }
        }
        ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => {
            agreed(elements.iter().map(value_side))
        }
        _ => None,
    }
}

/// What all say, where they say the same.
fn agreed<T: PartialEq>(mut all: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// `app.debug`, `config["TESTING"]`, `os.getenv("FLASK_DEBUG")`, `env.bool("DEBUG")`, `is_production()`.
fn named_side(expression: &Expression) -> Option<Side> {
    match &expression.kind {
        ExpressionKind::Name(name) if name == "__debug__" => None,
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name_side(name),
        ExpressionKind::Subscript { index, .. } => match &index.kind {
            ExpressionKind::String(key) => name_side(key),
            _ => None,
        },
        ExpressionKind::Call { callee, arguments } => {
            let first = arguments.first().map(|argument| &argument.value);
            match (&callee.kind, first) {
                (ExpressionKind::Attribute { name, .. }, Some(prefix)) if name == "startswith" => value_side(prefix),
                (_, Some(Expression { kind: ExpressionKind::String(key), .. })) => name_side(key),
                (ExpressionKind::Name(name), Some(inner))
                    if matches!(name.as_str(), "bool" | "int" | "strtobool" | "str") =>
                {
                    named_side(inner)
                }
                (ExpressionKind::Attribute { value, name, .. }, None)
                    if matches!(name.as_str(), "lower" | "upper" | "strip" | "casefold") =>
                {
                    named_side(value)
                }
                (ExpressionKind::Attribute { name, .. } | ExpressionKind::Name(name), None) => name_side(name),
                _ => None,
            }
        }
        _ => None,
    }
}

fn name_side(name: &str) -> Option<Side> {
    let words = vocabulary::words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let side = if has(&["debug", "testing", "development", "dev", "local", "localhost", "pytest"]) {
        Side::Holds
    } else if has(&["production", "prod"]) {
        Side::Fails
    } else {
        return None;
    };
    Some(if has(&["not", "no", "non"]) { side.opposite() } else { side })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::program::Program;
    use crate::source::{FileId, Source};
    use crate::syntax::tree::StatementKind;

    fn side_of(test: &str) -> Option<Side> {
        let source = Source::new("a.py".into(), format!("{test}\n"));
        let program = Program::new(vec![source], Duration::from_secs(1));
        let module = program.module(FileId(0)).expect("it is parsed");
        let StatementKind::Expression(expression) = &module.body.first().expect("a statement").kind else {
            panic!("{test} is no expression")
        };
        side(expression)
    }

    #[test]
    fn tests_that_hold_in_development_only() {
        for test in [
            "app.debug",
            "settings.DEBUG is True",
            "settings.DEBUG == 1",
            "current_app.config.get(\"DEBUG\")",
            "config[\"TESTING\"]",
            "bool(settings.DEBUG)",
            "os.environ.get(\"DEBUG\", \"\").lower() in (\"1\", \"true\")",
            "os.getenv(\"FLASK_ENV\", \"production\") == \"development\"",
            "os.environ.get(\"ENV\") != \"production\"",
            "env.startswith(\"dev\")",
            "settings.ENVIRONMENT == Environment.DEV",
            "app.debug or app.testing",
            "app.debug and user.is_admin",
            "not (PRODUCTION or user)",
            "not not DEBUG",
            "\"pytest\" in sys.modules",
            "not is_production()",
        ] {
            assert_eq!(side_of(test), Some(Side::Holds), "{test}");
        }
    }

    #[test]
    fn tests_that_fail_in_development_only_and_tests_of_something_else() {
        for test in [
            "not settings.DEBUG",
            "app.config[\"DEBUG\"] is False",
            "env == \"production\"",
            "PRODUCTION or user",
            "not (DEBUG and user)",
        ] {
            assert_eq!(side_of(test), Some(Side::Fails), "{test}");
        }
        for test in [
            "__debug__",
            "debug_level > 2",
            "logger.isEnabledFor(logging.DEBUG)",
            "request.args.get(\"debug\")",
            "DEBUG or user",
            "user",
        ] {
            assert_eq!(side_of(test), None, "{test}");
        }
    }
}
