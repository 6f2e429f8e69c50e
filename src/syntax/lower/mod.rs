//! Parser nodes to our own tree: statement lists, what is shared by all of lowering, and the two bounds it keeps.
//!
//! *Depth*: every statement, expression and pattern counts one level, and beyond `MAX_DEPTH` nothing is lowered but the
//! place. *Errors*: a simple statement with an error inside is lost, and so is a control statement with an error in its
//! head; a function or class keeps its body and loses the erroneous part of its head. Errors are listed by `flat`.

mod arguments;
mod compound;
mod definitions;
mod dotted;
mod expressions;
mod imports;
mod misread;
mod numbers;
mod patterns;
mod simple;
mod strings;

#[cfg(test)]
mod render;
#[cfg(test)]
mod tests;

use dotted::dotted;
use misread::Misread;
use smol_str::SmolStr;

use super::flat::{Flat, Node};
use super::kinds::{Field, Kind};
use super::tree::{Expression, ExpressionKind, MAX_DEPTH, Module, Name, Statement, StatementKind, SyntaxError};
use crate::source::Span;

/// Makes a module of a text's nodes.
pub(super) fn lower(flat: &mut Flat<'_>) -> Module {
    let comments = std::mem::take(&mut flat.comments);
    let mut errors = std::mem::take(&mut flat.errors);
    let mut lowering =
        Lowering { flat, errors: Vec::new(), depth: 0, is_too_deep: false, yields: false, misread: None };
    let body = match flat.root() {
        Some(root) if root.kind() == Kind::Module => lowering.statements(root),
        Some(root) => lowering.salvaged(root),
        None => Vec::new(),
    };
    errors.append(&mut lowering.errors);
    errors.sort_by_key(|error| error.span);
    Module { body, comments, errors }
}

struct Lowering<'f> {
    flat: &'f Flat<'f>,
    errors: Vec<SyntaxError>,
    depth: usize,
    /// Whether the depth bound has been reported.
    is_too_deep: bool,
    /// Whether a `yield` was met since the current function began.
    yields: bool,
    /// The expression at hand begins with something that the grammar takes for something else.
    misread: Option<Misread>,
}

impl<'f> Lowering<'f> {
    /// The statements of a module or block.
    fn statements(&mut self, block: Node<'f>) -> Vec<Statement> {
        let mut statements = Vec::new();
        for node in block.children() {
            match node.kind() {
                Kind::Error => statements.append(&mut self.salvaged(node)),
                kind if kind.is_statement() => statements.push(self.statement(node)),
                // Tokens an error has left over; reported where they were found.
                _ => {}
            }
        }
        statements
    }

    /// What an error node holds: the whole statements it has swallowed, and an error statement where its trouble begins.
    fn salvaged(&mut self, error: Node<'f>) -> Vec<Statement> {
        let trouble = error.span();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for node in error.children().filter(|node| node.kind().is_statement()) {
            let is_before = node.span().start < trouble.start;
            let statement = self.statement(node);
            if is_before { before.push(statement) } else { after.push(statement) }
        }
        before.push(Statement { kind: StatementKind::Error, span: trouble });
        before.append(&mut after);
        before
    }

    fn statement(&mut self, node: Node<'f>) -> Statement {
        let errors_before = self.errors.len();
        let kind = self.deeper(node, |lowering| lowering.statement_kind(node)).unwrap_or(StatementKind::Error);
        if matches!(kind, StatementKind::Error) && !node.has_error() && self.errors.len() == errors_before {
            self.unreadable(node);
        }
        Statement { kind, span: node.span() }
    }

    /// Reports a node that the parser has read and lowering cannot: never silently.
    fn unreadable(&mut self, node: Node<'f>) {
        if !self.is_too_deep {
            self.error_in(node, "this is not Python that can be read; it is skipped");
        }
    }

    /// Reports a node by its first line.
    fn error_in(&mut self, node: Node<'f>, message: &str) {
        let line = node.text().split(['\n', '\r']).next().unwrap_or_default();
        let start = node.span().start;
        self.error(Span::new(start, start + line.len() as u32), message);
    }

    fn statement_kind(&mut self, node: Node<'f>) -> StatementKind {
        match node.kind() {
            Kind::FunctionDefinition | Kind::ClassDefinition => self.definition(node, &[], node.span()),
            Kind::DecoratedDefinition => self.decorated(node),
            Kind::IfStatement
            | Kind::ForStatement
            | Kind::WhileStatement
            | Kind::TryStatement
            | Kind::WithStatement
            | Kind::MatchStatement => self.compound(node),
            _ if node.has_error() => StatementKind::Error,
            _ => self.simple(node),
        }
    }

    /// Runs a step one level deeper; none, and an error for the first time, where that is too deep.
    fn deeper<T>(&mut self, node: Node<'f>, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.too_deep(node.span());
            return None;
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        Some(result)
    }

    fn too_deep(&mut self, span: Span) {
        if self.is_too_deep {
            return;
        }
        self.is_too_deep = true;
        let message = format!("code is nested too deeply from here on, only {MAX_DEPTH} levels are analysed");
        self.error(Span::new(span.start, span.start), message);
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(SyntaxError { span, message: message.into() });
    }

    /// The part of a node that has to be there; opaque where an odd tree lacks it.
    fn required(&mut self, node: Node<'f>, field: Field) -> Expression {
        self.optional(node, field).unwrap_or_else(|| opaque(node))
    }

    fn optional(&mut self, node: Node<'f>, field: Field) -> Option<Expression> {
        node.child(field).map(|part| self.expression(part))
    }

    /// The statements of the block in a field.
    fn block(&mut self, node: Node<'f>, field: Field) -> Vec<Statement> {
        self.suite(node, node.child(field))
    }

    /// The statements of a clause's block. The grammar lets it be empty, Python does not.
    fn suite(&mut self, clause: Node<'f>, block: Option<Node<'f>>) -> Vec<Statement> {
        let body = block.map(|block| self.statements(block)).unwrap_or_default();
        if body.is_empty() && !clause.has_error() {
            let end = clause.span().end;
            self.error(Span::new(end, end), "an indented block is missing here");
        }
        body
    }
}

fn opaque(node: Node<'_>) -> Expression {
    Expression { kind: ExpressionKind::Opaque, span: node.span() }
}

fn name_of(node: Node<'_>) -> Name {
    SmolStr::new(node.text())
}
