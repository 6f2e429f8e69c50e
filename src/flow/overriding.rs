//! Classes that are only inherited from: settings that every subclass says anew are not what the program runs with, and methods
//! that only a subclass has are its own.

use super::interpreter::Interpreter;
use super::value::{Shape, Value};
use super::walk;
use crate::program::ClassRef;
use crate::source::FileId;
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};
use crate::syntax::visit;

impl<'p> Interpreter<'p, '_> {
    /// Whether a class gives a setting a value that no application is configured with: each class that inherits from it
    /// has its own, and nothing uses the class itself.
    pub(super) fn is_setting_overridden(&mut self, class: ClassRef<'p>, name: &Name, files: &[FileId]) -> bool {
        let index = self.index;
        let mut has_heirs = false;
        for &file in files {
            let text = &index.program.source(file).text;
            let Some(module) = index.module(file).filter(|_| text.contains(class.class.name.as_str())) else {
                continue;
            };
            for heir in walk::classes(file, &module.body) {
                if heir.place() == class.place() {
                    continue;
                }
                let order = self.resolution_order(heir);
                if !order.iter().any(|base| base.place() == class.place()) {
                    continue;
                }
                has_heirs = true;
                let giver = order.iter().find(|base| self.class_scope(**base).names.contains_key(name));
                if giver.is_some_and(|giver| giver.place() == class.place()) {
                    return false;
                }
            }
            if is_used(&module.body, &class.class.name) {
                return false;
            }
        }
        has_heirs
    }
}

impl<'p> Interpreter<'p, '_> {
    /// Whether an object's class does not have a method that classes beside it have which inherit from it: whatever a library
    /// calls so, it is the program's.
    pub(super) fn is_left_to_heirs(&mut self, object: &Value<'p>, method: &Name) -> bool {
        let Shape::Instance { class, .. } = object.shape else { return false };
        if self.models.cookie(method).is_none() {
            return false;
        }
        let Some(module) = self.index.module(class.file) else { return false };
        walk::classes(class.file, &module.body).into_iter().any(|heir| {
            heir.place() != class.place()
                && self.class_scope(heir).names.contains_key(method)
                && self.resolution_order(heir).iter().any(|base| base.place() == class.place())
        })
    }
}

/// Whether code names a class elsewhere than among the bases of another one, in a text too
/// (`from_object("config.Config")`).
fn is_used(body: &[Statement], class: &str) -> bool {
    let mut bases: Vec<&Expression> = Vec::new();
    collect_bases(body, &mut bases);
    let mut used = false;
    visit::expressions(body, &mut |expression| {
        let is_named = match &expression.kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name == class,
            ExpressionKind::String(text) => text.rsplit(['.', ':']).next() == Some(class),
            _ => false,
        };
        used |= is_named && !bases.iter().any(|base| std::ptr::eq(*base, expression));
    });
    used
}

fn collect_bases<'t>(body: &'t [Statement], bases: &mut Vec<&'t Expression>) {
    for statement in body {
        if let StatementKind::Class(class) = &statement.kind {
            bases.extend(class.arguments.iter().map(|argument| &argument.value));
        }
        walk::bodies(statement).into_iter().for_each(|inner| collect_bases(inner, bases));
    }
}
