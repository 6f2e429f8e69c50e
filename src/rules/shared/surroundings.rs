//! Where a literal stands: whether only development gets there, whether the program refuses to start with it, and whether
//! it stands in for a setting that is not set. Reads statements and runs nothing.

use super::Context;
use crate::flow::walk;
use crate::program::development::{self, Side};
use crate::program::vocabulary;
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{Case, Expression, ExpressionKind, Name, Pattern, Statement, StatementKind};
use crate::syntax::visit;

/// Words of tests, classes and files that only development and tests reach.
const DEVELOPMENT: &[&str] = &[
    "debug",
    "dev",
    "develop",
    "development",
    "local",
    "test",
    "tests",
    "testing",
    "unittest",
    "pytest",
    "ci",
    "sandbox",
    "demo",
    "example",
    "examples",
    "sample",
    "samples",
    "tutorial",
];

/// Words of tests that tell environments apart.
const ENVIRONMENTS: &[&str] = &["prod", "production", "staging", "live", "environment", "stage", "deployed"];

/// Whether only development, tests or examples get to a place: by the tests and classes around it, or by an exit before
/// it for every other environment.
pub(in crate::rules) fn is_development_only(context: &Context<'_, '_>, place: Place) -> bool {
    let Some(module) = context.index.module(place.file) else { return false };
    is_development_file(context, place.file) || is_around(context, place, &module.body)
}

/// Whether a file serves development or shows something, by its name.
fn is_development_file(context: &Context<'_, '_>, file: FileId) -> bool {
    let path = context.index.program.source(file).path.to_string_lossy().replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
    let words = vocabulary::words(name);
    let is_settings = words.iter().any(|word| matches!(word.as_str(), "settings" | "config" | "configuration"))
        || path.rsplit('/').nth(1).is_some_and(|folder| matches!(folder, "settings" | "config" | "configs"));
    is_settings && words.iter().any(|word| DEVELOPMENT.contains(&word.as_str()))
}

fn is_around(context: &Context<'_, '_>, place: Place, body: &[Statement]) -> bool {
    for statement in body {
        if !statement.span.contains(place.span) {
            if statement.span.start < place.span.start && leaves_elsewhere(context, place.file, statement) {
                return true;
            }
            continue;
        }
        let text = |span: Span| context.index.text(Place { file: place.file, span });
        let names_development = match &statement.kind {
            StatementKind::If { branches, otherwise } => {
                let within = |body: &[Statement]| body.iter().any(|inner| inner.span.contains(place.span));
                let own = branches.iter().find(|(_, body)| within(body)).map(|(test, _)| test);
                let by_words = |test: &Expression| speaks_of(text(test.span), ENVIRONMENTS);
                match own.map(|test| (test, development::side(test))) {
                    Some((_, Some(side))) => side == Side::Holds,
                    Some((test, None)) => speaks_of(text(test.span), DEVELOPMENT) || by_words(test),
                    None if within(otherwise) => branches.iter().any(|(test, _)| match development::side(test) {
                        Some(side) => side == Side::Fails,
                        None => by_words(test),
                    }),
                    None => false,
                }
            }
            StatementKind::Match { subject, cases } => {
                let own = cases.iter().find(|case| case.span.contains(place.span));
                speaks_of(text(subject.span), ENVIRONMENTS) || own.is_some_and(is_development_case)
            }
            StatementKind::Class(class) => {
                speaks_of(&class.name, DEVELOPMENT) || text(statement.span).contains("TESTING = True")
            }
            StatementKind::Function(function) => speaks_of(&function.name, DEVELOPMENT),
            _ => false,
        };
        let inner = || walk::bodies(statement).into_iter().any(|body| is_around(context, place, body));
        return names_development || is_in_choice(context, place, statement) || inner();
    }
    false
}

/// `case "development":`.
fn is_development_case(case: &Case) -> bool {
    let names = |pattern: &Pattern| match pattern {
        Pattern::Value(Expression { kind: ExpressionKind::String(text), .. }) => speaks_of(text, DEVELOPMENT),
        _ => false,
    };
    match &case.pattern {
        Pattern::Or(patterns) => patterns.iter().all(names),
        pattern => names(pattern),
    }
}

/// `"dev-key" if DEBUG else os.environ["KEY"]`.
fn is_in_choice(context: &Context<'_, '_>, place: Place, statement: &Statement) -> bool {
    let mut is_chosen = false;
    visit::expressions(std::slice::from_ref(statement), &mut |expression| {
        if let ExpressionKind::Conditional { test, body, otherwise } = &expression.kind {
            let test = context.index.text(Place { file: place.file, span: test.span });
            is_chosen |=
                body.span.contains(place.span) && (speaks_of(test, DEVELOPMENT) || speaks_of(test, ENVIRONMENTS));
            is_chosen |= otherwise.span.contains(place.span) && speaks_of(test, ENVIRONMENTS);
        }
    });
    is_chosen
}

/// `if environment not in ("dev", "test"): raise …`: what follows runs in development only.
fn leaves_elsewhere(context: &Context<'_, '_>, file: FileId, statement: &Statement) -> bool {
    let StatementKind::If { branches, .. } = &statement.kind else { return false };
    branches.iter().any(|(test, body)| {
        let test = context.index.text(Place { file, span: test.span });
        walk::leaves(body) && (speaks_of(test, DEVELOPMENT) || speaks_of(test, ENVIRONMENTS))
    })
}

fn speaks_of(text: &str, wanted: &[&str]) -> bool {
    vocabulary::words(text).iter().any(|word| wanted.contains(&word.as_str()))
}

/// Whether the program compares with a placeholder, or with the setting it stands in for, and leaves when it finds it:
/// at the top level of a module, in a function that start-up calls, or in a validator of its settings.
pub(in crate::rules) fn is_refused_at_start(context: &Context<'_, '_>, literal: Place, setting: &str) -> bool {
    let written = context.index.text(literal);
    let name = assigned_name(context, literal);
    let refuses = |file: FileId| {
        let Some(module) = context.index.module(file) else { return false };
        any_refusal(&module.body, &|at: Span, is_left_when: bool| {
            let test = context.index.text(Place { file, span: at });
            // Left where something differs from it, it is what callers have to send.
            let is_equal = test.contains("==") || (test.contains(" in ") && !test.contains("not in "));
            let differs = test.contains("!=") || (test.contains("not ") && !is_equal);
            (test.contains(written) && differs != is_left_when)
                || name.is_some_and(|name| mentions(test, name) && compares_with_text(test))
                || (!setting.is_empty() && mentions(test, setting) && is_about_absence(test))
        })
    };
    if refuses(literal.file) {
        return true;
    }
    let bare = written.trim_matches(['"', '\'', 'b']);
    context.project_files(literal.file).any(|file| {
        let text = &context.index.program.source(file).text;
        file != literal.file
            && (text.contains(bare) || name.is_some_and(|name| text.contains(name)))
            && text.contains("raise")
            && refuses(file)
    })
}

/// `KEY == DEFAULT`, `KEY in DEFAULTS`: with an empty text it is asked whether there is one, and any default is.
fn compares_with_text(test: &str) -> bool {
    let others = test.replace("== \"\"", "").replace("== ''", "");
    others.contains("==") || others.contains(" in ")
}

/// `"KEY" not in os.environ`, `not os.getenv("KEY")`.
fn is_about_absence(test: &str) -> bool {
    test.contains("environ") || test.contains("getenv")
}

/// Whether a text holds a word as a whole.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|piece| piece == word)
}

/// Whether the program leaves somewhere when a switch of this name is off: `if not self.COOKIE_SECURE: raise …`.
pub(in crate::rules) fn is_demanded(context: &Context<'_, '_>, near: FileId, name: &str) -> bool {
    context.files_naming(near, name).any(|file| {
        context.index.module(file).is_some_and(|module| {
            any_refusal(&module.body, &|test: Span, _| {
                let test = context.index.text(Place { file, span: test });
                test.contains("not ") && mentions(test, name)
            })
        })
    })
}

/// Whether the program leaves by a test that is meant; the second argument says whether it leaves where the test holds.
fn any_refusal(body: &[Statement], is_meant: &dyn Fn(Span, bool) -> bool) -> bool {
    body.iter().any(|statement| {
        let refuses = match &statement.kind {
            StatementKind::If { branches, .. } => {
                branches.iter().any(|(test, body)| walk::leaves(body) && is_meant(test.span, true))
            }
            StatementKind::Assert { test, .. } => is_meant(test.span, false),
            _ => false,
        };
        refuses || walk::bodies(statement).into_iter().any(|inner| any_refusal(inner, is_meant))
    })
}

/// The name that the statement around a literal assigns.
fn assigned_name<'p>(context: &Context<'_, 'p>, literal: Place) -> Option<&'p str> {
    let module = context.index.module(literal.file)?;
    let target = assignment_around(&module.body, literal.span)?;
    let written = context.index.text(Place { file: literal.file, span: target.span });
    Some(written.rsplit('.').next().unwrap_or(written).trim_matches(['"', '\'', ']']))
}

fn assignment_around(body: &[Statement], span: Span) -> Option<&Expression> {
    let statement = body.iter().find(|statement| statement.span.contains(span))?;
    match &statement.kind {
        StatementKind::Assign { targets, .. } => targets.first(),
        StatementKind::AnnotatedAssign { target, .. } => Some(target),
        _ => walk::bodies(statement).into_iter().find_map(|inner| assignment_around(inner, span)),
    }
}

/// Whether a literal stands in for a value that is missing: `if not NAME: NAME = "…"`, `except KeyError: NAME = "…"`,
/// `X if X else "…"`.
pub(in crate::rules) fn is_fallback(context: &Context<'_, '_>, literal: Place, setting: &str) -> bool {
    let Some(module) = context.index.module(literal.file) else { return false };
    let name = assigned_name(context, literal).unwrap_or_default();
    let text = |span: Span| context.index.text(Place { file: literal.file, span });
    let is_tested = |test: &str| mentions(test, setting) || (!name.is_empty() && mentions(test, name));
    is_fallback_in(&module.body, literal.span, &text, &is_tested)
}

fn is_fallback_in<'t>(
    body: &[Statement],
    span: Span,
    text: &dyn Fn(Span) -> &'t str,
    is_tested: &dyn Fn(&str) -> bool,
) -> bool {
    let Some(statement) = body.iter().find(|statement| statement.span.contains(span)) else { return false };
    let within = |body: &[Statement]| body.iter().any(|inner| inner.span.contains(span));
    let here = match &statement.kind {
        StatementKind::If { branches, otherwise } => match branches.iter().find(|(_, body)| within(body)) {
            Some((test, _)) => is_tested(text(test.span)) && is_negative(text(test.span)),
            None => {
                within(otherwise)
                    && branches.iter().any(|(test, _)| is_tested(text(test.span)) && !is_negative(text(test.span)))
            }
        },
        StatementKind::Match { subject, cases } => {
            let own = cases.iter().find(|case| within(&case.body));
            is_tested(text(subject.span)) && own.is_some_and(|case| takes_missing(&case.pattern))
        }
        StatementKind::Try { body, handlers, .. } => {
            let is_read = body.iter().any(|inner| is_tested(text(inner.span)));
            is_read && handlers.iter().any(|handler| within(&handler.body))
        }
        StatementKind::Assign { value, .. } | StatementKind::AnnotatedAssign { value: Some(value), .. } => {
            is_otherwise(value, span, text, is_tested)
        }
        StatementKind::Return(Some(value)) => is_otherwise(value, span, text, is_tested),
        _ => false,
    };
    here || walk::bodies(statement).into_iter().any(|inner| is_fallback_in(inner, span, text, is_tested))
}

/// `case None:`, `case None | "":`, `case _:`.
fn takes_missing(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Capture(None) => true,
        Pattern::Value(value) => match &value.kind {
            ExpressionKind::String(text) => text.is_empty(),
            kind => matches!(kind, ExpressionKind::None),
        },
        Pattern::Or(patterns) => patterns.iter().all(takes_missing),
        _ => false,
    }
}

/// The variable whose absence leads to a literal: `try: NAME = os.environ["KEY"]`, `except KeyError: NAME = "…"`.
pub(in crate::rules) fn missed_variable(context: &Context<'_, '_>, literal: Place) -> Option<Name> {
    let module = context.index.module(literal.file)?;
    missed_in(context, &module.body, literal)
}

fn missed_in(context: &Context<'_, '_>, body: &[Statement], literal: Place) -> Option<Name> {
    let statement = body.iter().find(|statement| statement.span.contains(literal.span))?;
    if let StatementKind::Try { body, handlers, .. } = &statement.kind
        && handlers.iter().any(|handler| handler.body.iter().any(|inner| inner.span.contains(literal.span)))
    {
        let reads = body
            .iter()
            .filter(|inner| is_about_absence(context.index.text(Place { file: literal.file, span: inner.span })));
        let mut variable = None;
        for statement in reads {
            visit::expressions(std::slice::from_ref(statement), &mut |expression| {
                if let ExpressionKind::String(text) = &expression.kind {
                    variable.get_or_insert_with(|| text.clone());
                }
            });
        }
        return variable;
    }
    walk::bodies(statement).into_iter().find_map(|inner| missed_in(context, inner, literal))
}

/// `X if X else "…"`, `"…" if X is None else X`.
fn is_otherwise<'t>(
    value: &Expression,
    span: Span,
    text: &dyn Fn(Span) -> &'t str,
    is_tested: &dyn Fn(&str) -> bool,
) -> bool {
    let ExpressionKind::Conditional { test, body, otherwise } = &value.kind else { return false };
    let test = text(test.span);
    let (set, unset) = if is_negative(test) { (otherwise, body) } else { (body, otherwise) };
    unset.span.contains(span) && (is_tested(test) || text(set.span).contains(test.trim()))
}

/// Whether a test holds where something is missing.
fn is_negative(test: &str) -> bool {
    test.starts_with("not ")
        || test.contains(" is None")
        || test.contains("not in ")
        || test.contains("== \"\"")
        || test.contains("== ''")
}
