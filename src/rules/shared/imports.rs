//! Names that a fix needs: those the file has imported, and the import of those it has not.

use super::edits::Editor;
use crate::flow::walk;
use crate::program::{Binding, Bound, ModuleScope, body_scope};
use crate::syntax::tree::{Expression, ExpressionKind, ImportedName, Name, Statement, StatementKind};

impl Editor<'_, '_, '_> {
    /// How a function of one of several modules is called here, the first of them imported where none is; none where the
    /// name means something else in a part of the file.
    pub(in crate::rules) fn function(&mut self, modules: &[&str], function: &str) -> Option<String> {
        let body = &self.context.index.module(self.file)?.body;
        let direct = modules.iter().find_map(|module| {
            body.iter().find_map(|statement| match &statement.kind {
                StatementKind::ImportFrom { level: 0, module: from, names, .. } if from == module => {
                    names.iter().find(|name| name.name == function).map(known_as)
                }
                _ => None,
            })
        });
        if let Some(known) = direct.filter(|known| !self.is_bound_otherwise(known)) {
            return Some(known.to_string());
        }
        let known = modules.iter().find(|module| imported(body, module).is_some()).or(modules.first())?;
        Some(format!("{}.{function}", self.module(known)?))
    }

    /// The name under which a module is known here, imported now where it was not; none where the name means something else
    /// in a part of the file.
    pub(in crate::rules) fn module(&mut self, module: &str) -> Option<String> {
        let body = &self.context.index.module(self.file)?.body;
        let known = imported(body, module);
        let name = known.cloned().unwrap_or_else(|| Name::new(module));
        if self.is_bound_otherwise(&name) {
            return None;
        }
        if known.is_none() {
            let (at, text) = self.import_place(body, module)?;
            self.insert(at, text);
        }
        Some(name.to_string())
    }

    /// Whether something in the file gives a name another meaning than an import does.
    fn is_bound_otherwise(&self, name: &Name) -> bool {
        let index = self.context.index;
        let is_import = |bound: &Bound<'_>| matches!(bound.binding, Binding::Import { .. } | Binding::From { .. });
        let is_rebound =
            |scope: &ModuleScope<'_>| scope.names.get(name).is_some_and(|bindings| !bindings.iter().all(is_import));
        let Some(module) = index.module(self.file) else { return true };
        is_rebound(index.scope(self.file))
            || walk::functions(self.file, &module.body).iter().any(|site| {
                let is_parameter = site.function.parameters.iter().any(|parameter| parameter.name == *name);
                is_parameter || is_rebound(&body_scope(&site.function.body))
            })
    }

    /// Where `import module` goes: among the first plain imports by name, else before the first import, else below the head of
    /// the file.
    fn import_place(&self, body: &[Statement], module: &str) -> Option<(u32, String)> {
        let line = format!("import {module}{}", self.line_end());
        let is_import = |statement: &&Statement| match &statement.kind {
            StatementKind::Import(_) => true,
            StatementKind::ImportFrom { module, .. } => module != "__future__",
            _ => false,
        };
        let mut imports = body.iter().filter(is_import).peekable();
        if let Some(first) = imports.peek() {
            let first = first.span.start;
            let plain = imports.map_while(|statement| match &statement.kind {
                StatementKind::Import(names) => names.first().map(|name| (statement.span.start, name.name.as_str())),
                _ => None,
            });
            let later = plain.filter(|(_, name)| *name > module).map(|(start, _)| start).next();
            let at = later.unwrap_or(first);
            // A statement behind a semicolon has no line of its own.
            if self.starts_line(at) {
                return Some((at, line));
            }
        }
        self.below_head(body, &line)
    }

    /// Below the docstring and the imports from `__future__`, or the comments that a file begins with.
    fn below_head(&self, body: &[Statement], line: &str) -> Option<(u32, String)> {
        let is_head = |statement: &&Statement| match &statement.kind {
            StatementKind::Expression(Expression { kind: ExpressionKind::String(_), .. }) => true,
            StatementKind::ImportFrom { module, .. } => module == "__future__",
            _ => false,
        };
        let source = self.context.index.program.source(self.file);
        let line_end = self.line_end();
        if let Some(head) = body.iter().take_while(is_head).last() {
            let next = source.line_starts().iter().find(|start| **start >= head.span.end);
            let end = next.copied().unwrap_or(source.text.len() as u32);
            let behind = self.text(head.span.end, end).trim();
            let is_alone = behind.is_empty() || behind.starts_with('#');
            let before = if next.is_some() { "" } else { line_end };
            return is_alone.then(|| (end, format!("{before}{line_end}{line}")));
        }
        let is_comment = |start: &&u32| source.line_text(source.line(**start)).starts_with('#');
        let comments = source.line_starts().iter().take_while(is_comment).count();
        let at = source.line_starts().get(comments).copied()?;
        Some((at, line.to_owned()))
    }

    fn starts_line(&self, at: u32) -> bool {
        at == 0 || matches!(self.text(at - 1, at), "\n" | "\r")
    }
}

/// The name under which a module is imported at the top level.
fn imported<'t>(body: &'t [Statement], module: &str) -> Option<&'t Name> {
    body.iter().find_map(|statement| match &statement.kind {
        StatementKind::Import(names) => names.iter().find(|name| name.name == module).map(known_as),
        _ => None,
    })
}

fn known_as(name: &ImportedName) -> &Name {
    name.alias.as_ref().unwrap_or(&name.name)
}
