//! Walking over statements without running them.

use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};

/// The statement lists inside a statement.
pub fn bodies(statement: &Statement) -> Vec<&[Statement]> {
    match &statement.kind {
        StatementKind::If { branches, otherwise } => {
            branches.iter().map(|(_, body)| body.as_slice()).chain([otherwise.as_slice()]).collect()
        }
        StatementKind::While { body, otherwise, .. } | StatementKind::For { body, otherwise, .. } => {
            vec![body, otherwise]
        }
        StatementKind::Try { body, handlers, otherwise, finally } => {
            let handlers = handlers.iter().map(|handler| handler.body.as_slice());
            [body.as_slice()].into_iter().chain(handlers).chain([otherwise.as_slice(), finally.as_slice()]).collect()
        }
        StatementKind::With { body, .. } => vec![body],
        StatementKind::Match { cases, .. } => cases.iter().map(|case| case.body.as_slice()).collect(),
        StatementKind::Function(function) => vec![&function.body],
        StatementKind::Class(class) => vec![&class.body],
        _ => Vec::new(),
    }
}

/// Whether a body ends the run: it raises or exits.
pub fn leaves(body: &[Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Raise { .. } => true,
        StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, .. }, .. }) => match &callee.kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
                matches!(name.as_str(), "exit" | "_exit" | "abort" | "quit")
            }
            _ => false,
        },
        _ => false,
    })
}

/// A function where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Site<'p> {
    /// The file.
    pub file: FileId,
    /// The function.
    pub function: &'p Function,
    /// The class whose body it stands in.
    pub class: Option<ClassRef<'p>>,
    /// The outermost function around it.
    pub outer: Option<&'p Function>,
    /// The class around the outermost function.
    pub outer_class: Option<ClassRef<'p>>,
}

impl Site<'_> {
    /// The place of its name: its identity.
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.function.name_span }
    }
}

/// Every function of a file, in order of place.
pub fn functions(file: FileId, body: &[Statement]) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    collect(file, body, None, None, None, &mut sites);
    sites
}

/// Every class of a file, in order of place.
pub(super) fn classes(file: FileId, body: &[Statement]) -> Vec<ClassRef<'_>> {
    let mut found = Vec::new();
    for statement in body {
        if let StatementKind::Class(class) = &statement.kind {
            found.push(ClassRef { file, class });
        }
        found.extend(bodies(statement).into_iter().flat_map(|inner| classes(file, inner)));
    }
    found
}

fn collect<'p>(
    file: FileId,
    body: &'p [Statement],
    class: Option<ClassRef<'p>>,
    outer: Option<&'p Function>,
    outer_class: Option<ClassRef<'p>>,
    sites: &mut Vec<Site<'p>>,
) {
    for statement in body {
        match &statement.kind {
            StatementKind::Function(function) => {
                sites.push(Site { file, function, class, outer, outer_class });
                let outer_class = if outer.is_some() { outer_class } else { class };
                collect(file, &function.body, None, outer.or(Some(function)), outer_class, sites);
            }
            StatementKind::Class(inner) => {
                collect(file, &inner.body, Some(ClassRef { file, class: inner }), outer, outer_class, sites);
            }
            _ => bodies(statement).into_iter().for_each(|inner| collect(file, inner, class, outer, outer_class, sites)),
        }
    }
}
