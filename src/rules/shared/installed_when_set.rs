//! Classes that the program names, as text, only where a setting is set: middleware that settings add to their list.

use super::Context;
use crate::flow::walk;
use crate::source::{FileId, Place};
use crate::syntax::tree::{ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// Whether the class around a place is only put to use under a test of a setting.
pub(in crate::rules) fn is_installed_only_with(setting: &str, place: Place, context: &Context<'_, '_>) -> bool {
    let body = context.index.module(place.file).map(|module| module.body.as_slice()).unwrap_or_default();
    let around = body.iter().find(|statement| statement.span.contains(place.span)).map(|statement| &statement.kind);
    let Some(StatementKind::Class(class)) = around else { return false };
    let mut named = Named::default();
    for file in context.files_naming(place.file, &class.name).filter(|file| !context.is_test(*file)) {
        let body = context.index.module(file).map(|module| module.body.as_slice()).unwrap_or_default();
        named.look(body, file, (&class.name, setting), false, context);
    }
    named.under_test && !named.elsewhere
}

#[derive(Default)]
struct Named {
    under_test: bool,
    elsewhere: bool,
}

impl Named {
    fn look(
        &mut self,
        body: &[Statement],
        file: FileId,
        (class, setting): (&str, &str),
        is_tested: bool,
        context: &Context<'_, '_>,
    ) {
        for statement in body {
            let inner = walk::bodies(statement);
            if let StatementKind::If { branches, .. } = &statement.kind {
                for (test, body) in branches {
                    let text = context.index.text(Place { file, span: test.span });
                    let is_set = text.contains(setting) && !text.contains("not ")
                        || text.contains("is not None") && text.contains(setting);
                    self.look(body, file, (class, setting), is_tested || is_set, context);
                }
                for otherwise in inner.iter().skip(branches.len()) {
                    self.look(otherwise, file, (class, setting), is_tested, context);
                }
            } else if inner.is_empty() {
                let mut names_it = false;
                visit::expressions(std::slice::from_ref(statement), &mut |expression| {
                    names_it |= matches!(&expression.kind, ExpressionKind::String(text) if text.rsplit('.').next() == Some(class));
                });
                self.under_test |= names_it && is_tested;
                self.elsewhere |= names_it && !is_tested;
            } else {
                for inner in inner {
                    self.look(inner, file, (class, setting), is_tested, context);
                }
            }
        }
    }
}
