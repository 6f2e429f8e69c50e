//! Settings that a class declares and nothing reads, and constants that only development reads. Knows names as they are written.

use memchr::memmem::Finder;

use super::Context;
use super::surroundings::is_development_only;
use super::written::{innermost, target_name};
use crate::flow::walk;
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// Whether a literal is the value of a field of a class that nothing in the project asks for by its name.
pub(in crate::rules) fn is_read_nowhere(context: &Context<'_, '_>, literal: Place) -> bool {
    let Some(field) = field_at(context, literal) else { return false };
    let Some(name) = bound_name(field) else { return false };
    let is_written = |file: FileId| {
        let own = (file == literal.file).then_some(field.span);
        is_asked_for(&context.index.program.source(file).text, name, own)
    };
    !context.project_files(literal.file).any(is_written)
}

/// Whether a literal is a module's constant that is read where only development gets to, and nowhere else.
pub(in crate::rules) fn is_read_in_development_only(context: &Context<'_, '_>, literal: Place) -> bool {
    let Some(module) = context.index.module(literal.file) else { return false };
    let Some(constant) = module.body.iter().find(|statement| statement.span.contains(literal.span)) else {
        return false;
    };
    // What the module keeps to itself is read here alone.
    let Some(name) = bound_name(constant).filter(|name| name.starts_with('_')) else { return false };
    let mut reads = Vec::new();
    visit::expressions(&module.body, &mut |expression| {
        if matches!(&expression.kind, ExpressionKind::Name(known) if known == name)
            && !constant.span.contains(expression.span)
        {
            reads.push(Place { file: literal.file, span: expression.span });
        }
    });
    !reads.is_empty() && reads.into_iter().all(|read| is_development_only(context, read))
}

/// The statement of a class's body around a place.
fn field_at<'p>(context: &Context<'_, 'p>, place: Place) -> Option<&'p Statement> {
    let module = context.index.module(place.file)?;
    let field = innermost(&module.body, place.span)?;
    is_in_class(&module.body, field.span).then_some(field)
}

fn is_in_class(body: &[Statement], span: Span) -> bool {
    body.iter().filter(|statement| statement.span.contains(span)).any(|statement| match &statement.kind {
        StatementKind::Class(class) => {
            class.body.iter().any(|inner| inner.span == span) || is_in_class(&class.body, span)
        }
        _ => walk::bodies(statement).into_iter().any(|inner| is_in_class(inner, span)),
    })
}

fn bound_name(statement: &Statement) -> Option<&str> {
    match &statement.kind {
        StatementKind::Assign { targets, .. } => targets.first().and_then(target_name),
        StatementKind::AnnotatedAssign { target, .. } => target_name(target),
        _ => None,
    }
}

/// Whether a text asks for a name, outside of a span: as an attribute, or in quotes that are no key of a dictionary.
fn is_asked_for(text: &str, name: &str, outside: Option<Span>) -> bool {
    let bytes = text.as_bytes();
    Finder::new(name).find_iter(bytes).any(|start| {
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let (behind, end) = (bytes.get(start + name.len()), start + name.len() + 1);
        let is_own = outside.is_some_and(|span| (span.start as usize..span.end as usize).contains(&start));
        let is_whole = behind.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let is_key = || bytes.get(end..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"));
        !is_own
            && match before {
                Some(b'.') => is_whole,
                Some(quote @ (b'"' | b'\'')) => behind == Some(quote) && !is_key(),
                _ => false,
            }
    })
}
