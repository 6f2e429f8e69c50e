//! The fix of a value that others can foresee: `secrets.token_urlsafe(32)` in place of the whole expression where that only
//! spells something random and its name says that any text will do; elsewhere the same call of `secrets.SystemRandom()`, which
//! keeps form and range.

use super::Context;
use super::edits::{Editor, call_parts};
use crate::finding::Fix;
use crate::flow::origin::{Guess, OriginKind};
use crate::flow::value::Value;
use crate::program::{making, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{
    Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, FormattedPart, Statement, StatementKind,
};
use crate::syntax::visit;

/// The fix where a value is made; none where the form of the code leaves open what to put there.
pub(in crate::rules) fn fix(context: &Context<'_, '_>, value: &Value<'_>, made: Place) -> Option<Fix> {
    as_token(context, made).or_else(|| from_the_system(context, value, made.file))
}

/// The whole expression replaced by a token.
fn as_token(context: &Context<'_, '_>, made: Place) -> Option<Fix> {
    let around = around(context, made);
    let spelled: Vec<&Expression> =
        around.iter().take_while(|expression| only_spells(expression, made)).copied().collect();
    let whole = spelled.last()?;
    let is_text = spelled.iter().any(|expression| gives_text(expression));
    if !is_text || !name_of(context, whole, made.file, &around).is_some_and(|name| takes_any_text(&name)) {
        return None;
    }
    let mut editor = Editor::new(context, made.file);
    let module = editor.module("secrets")?;
    editor.replace(whole.span, format!("{module}.token_urlsafe(32)"));
    editor.fix("Make it with `secrets.token_urlsafe`", true)
}

/// The expressions at and around a place, the innermost first.
fn around<'p>(context: &Context<'_, 'p>, place: Place) -> Vec<&'p Expression> {
    let mut found: Vec<&'p Expression> = Vec::new();
    if let Some(module) = context.index.module(place.file) {
        visit::expressions(&module.body, &mut |expression| {
            if expression.span.contains(place.span) {
                found.push(expression);
            }
        });
    }
    found.sort_by_key(|expression| expression.span.end - expression.span.start);
    found
}

/// Whether an expression only writes in another form what is made at a place inside it.
fn only_spells(expression: &Expression, made: Place) -> bool {
    if expression.span == made.span {
        return true;
    }
    let is_inside = |inner: &Expression| inner.span.contains(made.span);
    match &expression.kind {
        ExpressionKind::Call { callee, arguments } => match &callee.kind {
            ExpressionKind::Attribute { value, name, .. } if is_inside(value) => {
                matches!(
                    name.as_str(),
                    "hex" | "hexdigest" | "encode" | "decode" | "upper" | "lower" | "replace" | "strip" | "rstrip"
                )
            }
            ExpressionKind::Attribute { value, name, .. } => {
                let joins = name == "join" && matches!(&value.kind, ExpressionKind::String(text) if text.is_empty());
                joins
                    || matches!(
                        name.as_str(),
                        "md5" | "sha1" | "sha256" | "sha512" | "b64encode" | "urlsafe_b64encode" | "hexlify"
                    )
            }
            ExpressionKind::Name(name) => {
                matches!(name.as_str(), "str" | "hex" | "md5" | "sha1" | "sha256" | "sha512" | "b64encode")
                    && arguments.len() == 1
            }
            _ => false,
        },
        ExpressionKind::Attribute { name, .. } => {
            matches!(
                name.as_str(),
                "hex" | "hexdigest" | "encode" | "decode" | "upper" | "lower" | "replace" | "strip" | "rstrip" | "join"
            )
        }
        ExpressionKind::Binary { left, operator: BinaryOperator::Modulo, .. } => {
            matches!(&left.kind, ExpressionKind::String(text) if is_format(text))
        }
        ExpressionKind::Formatted(parts) => matches!(parts.as_slice(), [FormattedPart::Value { .. }]),
        ExpressionKind::Comprehension { .. } => true,
        ExpressionKind::Subscript { value, index } => {
            is_inside(value) && matches!(index.kind, ExpressionKind::Slice { .. })
        }
        _ => false,
    }
}

/// `%032x`: nothing but one number in a text.
fn is_format(text: &str) -> bool {
    text.strip_prefix('%')
        .is_some_and(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len() == 1)
}

/// Whether an expression gives text, whatever it is made of.
fn gives_text(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Call { callee, .. } => match &callee.kind {
            ExpressionKind::Attribute { name, .. } => matches!(name.as_str(), "join" | "hexdigest" | "hex" | "decode"),
            ExpressionKind::Name(name) => matches!(name.as_str(), "str" | "hex"),
            _ => false,
        },
        ExpressionKind::Attribute { name, .. } => name == "hex",
        ExpressionKind::Binary { .. } | ExpressionKind::Formatted(_) => true,
        _ => false,
    }
}

/// Whether any text will do for what has this name: nobody types it.
fn takes_any_text(name: &str) -> bool {
    let words = vocabulary::words(name);
    making::is_made_credential(name)
        && words.iter().any(|word| matches!(word.as_str(), "token" | "secret" | "key" | "apikey" | "bearer"))
}

/// The name that an expression's value gets: of a variable, attribute, key or keyword, or of the function that returns it.
fn name_of(context: &Context<'_, '_>, whole: &Expression, file: FileId, around: &[&Expression]) -> Option<String> {
    let by_expression = around.iter().find_map(|outer| match &outer.kind {
        ExpressionKind::Call { arguments, .. } => arguments.iter().find_map(|Argument { kind, value }| match kind {
            ArgumentKind::Keyword(name) if value.span == whole.span => Some(name.to_string()),
            _ => None,
        }),
        ExpressionKind::Dictionary(entries) => {
            entries.iter().find_map(|(key, value)| match key.as_ref().map(|key| &key.kind) {
                Some(ExpressionKind::String(text)) if value.span == whole.span => Some(text.to_string()),
                _ => None,
            })
        }
        _ => None,
    });
    by_expression.or_else(|| {
        let place = Place { file, span: whole.span };
        match statement_at(&context.index.module(file)?.body, whole)? {
            StatementKind::Return(_) => context.function_around(place).map(|function| function.name.to_string()),
            StatementKind::Assign { targets, .. } => targets.first().and_then(target_name),
            StatementKind::AnnotatedAssign { target, .. } => target_name(target),
            _ => None,
        }
    })
}

fn target_name(target: &Expression) -> Option<String> {
    match &target.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name.to_string()),
        ExpressionKind::Subscript { index, .. } => match &index.kind {
            ExpressionKind::String(text) => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The statement whose whole value an expression is.
fn statement_at<'p>(body: &'p [Statement], whole: &Expression) -> Option<&'p StatementKind> {
    let around = body.iter().find(|statement| statement.span.contains(whole.span))?;
    let value = match &around.kind {
        StatementKind::Return(Some(value)) | StatementKind::Assign { value, .. } => Some(value),
        StatementKind::AnnotatedAssign { value, .. } => value.as_ref(),
        _ => None,
    };
    if value.is_some_and(|value| value.span == whole.span) {
        return Some(&around.kind);
    }
    crate::flow::walk::bodies(around).into_iter().find_map(|inner| statement_at(inner, whole))
}

/// Each call of `random` in the value made by the operating system's generator instead.
fn from_the_system(context: &Context<'_, '_>, value: &Value<'_>, file: FileId) -> Option<Fix> {
    let mut editor = Editor::new(context, file);
    let module = editor.module("secrets")?;
    let mut is_changed = false;
    let drawn = value
        .origins
        .iter()
        .filter(|origin| matches!(origin.kind, OriginKind::Guessable { by: Guess::Generator | Guess::Pick }));
    for place in drawn.map(|origin| origin.trail.root().place) {
        let (callee, _) = call_parts(context.expression_at(place).filter(|_| place.file == file)?)?;
        match &callee.kind {
            ExpressionKind::Attribute { value, .. } if is_random_module(context, value, file) => {
                editor.replace(value.span, format!("{module}.SystemRandom()"));
            }
            ExpressionKind::Name(name) => {
                let imported = imported_from_random(context, name, file)?;
                editor.replace(callee.span, format!("{module}.SystemRandom().{imported}"));
            }
            _ => return None,
        }
        is_changed = true;
    }
    is_changed.then_some(())?;
    editor.fix("Draw it from the operating system's generator", true)
}

fn is_random_module(context: &Context<'_, '_>, written: &Expression, file: FileId) -> bool {
    let ExpressionKind::Name(written) = &written.kind else { return false };
    let Some(module) = context.index.module(file) else { return false };
    module.body.iter().any(|statement| match &statement.kind {
        StatementKind::Import(names) => {
            names.iter().any(|name| name.name == "random" && name.alias.as_ref().unwrap_or(&name.name) == written)
        }
        _ => false,
    })
}

/// What `from random import …` calls what is known here by this name.
fn imported_from_random(context: &Context<'_, '_>, written: &str, file: FileId) -> Option<String> {
    context.index.module(file)?.body.iter().find_map(|statement| match &statement.kind {
        StatementKind::ImportFrom { module, names, level: 0, .. } if module == "random" => names
            .iter()
            .find(|name| name.alias.as_ref().unwrap_or(&name.name) == written)
            .map(|name| name.name.to_string()),
        _ => None,
    })
}
