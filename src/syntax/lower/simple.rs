//! Statements without a body, except imports: assignments, `return`, `raise`, and Python 2's `print` and `exec`.

use smol_str::SmolStr;

use super::{Lowering, dotted, imports, name_of};
use crate::source::Span;
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, Name, StatementKind};

impl<'f> Lowering<'f> {
    /// A simple statement that has no error in it.
    pub(super) fn simple(&mut self, node: Node<'f>) -> StatementKind {
        match node.kind() {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::ReturnStatement => StatementKind::Return(node.parts().next().map(|value| self.expression(value))),
            Kind::RaiseStatement => self.raise(node),
            Kind::AssertStatement => self.assert(node),
            Kind::DeleteStatement => self.delete(node),
            Kind::PassStatement => StatementKind::Pass,
            Kind::BreakStatement => StatementKind::Break,
            Kind::ContinueStatement => StatementKind::Continue,
            Kind::GlobalStatement => StatementKind::Global(identifiers(node)),
            Kind::NonlocalStatement => StatementKind::Nonlocal(identifiers(node)),
            Kind::ImportStatement => imports::import(node),
            Kind::ImportFromStatement => imports::import_from(node),
            Kind::FutureImportStatement => imports::import_future(node),
            Kind::TypeAliasStatement => self.type_alias(node),
            Kind::PrintStatement => self.print(node),
            Kind::ExecStatement => self.exec(node),
            _ => StatementKind::Error,
        }
    }

    fn expression_statement(&mut self, node: Node<'f>) -> StatementKind {
        let Some(first) = node.parts().next() else { return StatementKind::Error };
        match first.kind() {
            Kind::Assignment => self.assignment(first),
            Kind::AugmentedAssignment => self.augmented_assignment(first),
            _ if node.has(Kind::Comma) => {
                let elements = node.parts().map(|element| self.expression(element)).collect();
                StatementKind::Expression(Expression { kind: ExpressionKind::Tuple(elements), span: node.span() })
            }
            _ => StatementKind::Expression(self.expression(first)),
        }
    }

    /// `a = b = value` is nested to the right in the parser's tree; walked in a loop, so that its length is free.
    fn assignment(&mut self, node: Node<'f>) -> StatementKind {
        if let Some(annotation) = node.child(Field::Type) {
            return StatementKind::AnnotatedAssign {
                target: self.required(node, Field::Left),
                annotation: self.expression(annotation),
                value: self.optional(node, Field::Right),
            };
        }
        let mut targets = vec![self.required(node, Field::Left)];
        let mut link = node;
        loop {
            let Some(right) = link.child(Field::Right) else { return StatementKind::Error };
            let is_link = right.kind() == Kind::Assignment && right.child(Field::Type).is_none();
            if !is_link {
                return StatementKind::Assign { targets, value: self.expression(right) };
            }
            targets.push(self.required(right, Field::Left));
            link = right;
        }
    }

    fn augmented_assignment(&mut self, node: Node<'f>) -> StatementKind {
        let operator = node.child(Field::Operator).and_then(|operator| augmented(operator.text()));
        let Some(operator) = operator else { return StatementKind::Error };
        let target = self.required(node, Field::Left);
        StatementKind::AugmentedAssign { target, operator, value: self.required(node, Field::Right) }
    }

    fn raise(&mut self, node: Node<'f>) -> StatementKind {
        let mut exception = node.parts().find(|part| part.field() != Field::Cause);
        if let Some(list) = exception.filter(|part| part.kind() == Kind::ExpressionList) {
            // Python 2: `raise Class, argument, traceback`.
            exception = list.parts().next();
        }
        let exception = exception.map(|exception| self.expression(exception));
        StatementKind::Raise { exception, cause: self.optional(node, Field::Cause) }
    }

    fn assert(&mut self, node: Node<'f>) -> StatementKind {
        let mut parts = node.parts();
        let Some(test) = parts.next() else { return StatementKind::Error };
        let test = self.expression(test);
        StatementKind::Assert { test, message: parts.next().map(|message| self.expression(message)) }
    }

    fn delete(&mut self, node: Node<'f>) -> StatementKind {
        let list = node.child_of_kind(Kind::ExpressionList).unwrap_or(node);
        StatementKind::Delete(list.parts().map(|target| self.expression(target)).collect())
    }

    /// `type Name[T] = value` binds a name, as an assignment does. `type(a).b = value` is an assignment.
    fn type_alias(&mut self, node: Node<'f>) -> StatementKind {
        let Some(left) = node.child(Field::Left) else { return StatementKind::Error };
        let mut named = Some(left);
        while let Some(inner) = named.filter(|left| matches!(left.kind(), Kind::Type | Kind::GenericType)) {
            named = inner.parts().next();
        }
        let target = match named {
            Some(name) if name.kind() == Kind::Identifier => {
                Expression { kind: ExpressionKind::Name(name_of(name)), span: name.span() }
            }
            _ => self.type_call_target(node, left),
        };
        StatementKind::Assign { targets: vec![target], value: self.required(node, Field::Right) }
    }

    /// Python 2's `print >>file, a, b` as `print(a, b, file=file)`.
    fn print(&mut self, node: Node<'f>) -> StatementKind {
        let mut arguments = Vec::new();
        let mut file = None;
        for part in node.parts() {
            if part.kind() == Kind::Chevron {
                file = part.parts().next().map(|file| self.expression(file));
            } else {
                arguments.push(Argument { kind: ArgumentKind::Positional, value: self.expression(part) });
            }
        }
        arguments.extend(file.map(|value| Argument { kind: ArgumentKind::Keyword(SmolStr::new("file")), value }));
        statement_call(node, "print", arguments)
    }

    /// Python 2's `exec code in globals, locals` as `exec(code, globals, locals)`.
    fn exec(&mut self, node: Node<'f>) -> StatementKind {
        let arguments = node
            .parts()
            .map(|part| Argument { kind: ArgumentKind::Positional, value: self.expression(part) })
            .collect();
        statement_call(node, "exec", arguments)
    }
}

fn identifiers(node: Node<'_>) -> Vec<Name> {
    node.children().filter(|part| part.kind() == Kind::Identifier).map(dotted).collect()
}

fn statement_call(node: Node<'_>, name: &'static str, arguments: Vec<Argument>) -> StatementKind {
    let start = node.span().start;
    let callee_span = Span::new(start, start + name.len() as u32);
    let callee = Expression { kind: ExpressionKind::Name(SmolStr::new_static(name)), span: callee_span };
    let kind = ExpressionKind::Call { callee: Box::new(callee), arguments };
    StatementKind::Expression(Expression { kind, span: node.span() })
}

fn augmented(text: &str) -> Option<BinaryOperator> {
    super::expressions::binary_operator(text.strip_suffix('=')?)
}
