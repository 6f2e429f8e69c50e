//! Control statements: `if`, loops, `try`, `with`, `match`.

use super::{Lowering, name_of, opaque};
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{Case, Expression, ExpressionKind, Handler, Name, Statement, StatementKind};

/// A `with` item: the context manager and what it is bound to.
type WithItem = (Expression, Option<Expression>);

impl<'f> Lowering<'f> {
    /// A control statement. With an error in its head nobody knows what it controls: it is lost as a whole.
    pub(super) fn compound(&mut self, node: Node<'f>) -> StatementKind {
        if has_erroneous_head(node) {
            return StatementKind::Error;
        }
        match node.kind() {
            Kind::IfStatement => self.if_statement(node),
            Kind::WhileStatement => StatementKind::While {
                test: self.required(node, Field::Condition),
                body: self.block(node, Field::Body),
                otherwise: self.otherwise(node),
            },
            Kind::ForStatement => StatementKind::For {
                target: self.required(node, Field::Left),
                iterable: self.required(node, Field::Right),
                body: self.block(node, Field::Body),
                otherwise: self.otherwise(node),
            },
            Kind::TryStatement => self.try_statement(node),
            Kind::WithStatement => self.with_statement(node),
            _ => self.match_statement(node),
        }
    }

    fn if_statement(&mut self, node: Node<'f>) -> StatementKind {
        let elifs = node.children().filter(|part| part.kind() == Kind::ElifClause);
        let mut branches = Vec::new();
        for branch in std::iter::once(node).chain(elifs) {
            branches.push((self.required(branch, Field::Condition), self.block(branch, Field::Consequence)));
        }
        StatementKind::If { branches, otherwise: self.otherwise(node) }
    }

    fn otherwise(&mut self, node: Node<'f>) -> Vec<Statement> {
        node.child_of_kind(Kind::ElseClause).map(|clause| self.block(clause, Field::Body)).unwrap_or_default()
    }

    fn try_statement(&mut self, node: Node<'f>) -> StatementKind {
        let body = self.block(node, Field::Body);
        let clauses = node.children().filter(|part| part.kind() == Kind::ExceptClause);
        let handlers = clauses.map(|clause| self.handler(clause)).collect();
        let otherwise = self.otherwise(node);
        let finally = node.child_of_kind(Kind::FinallyClause);
        let finally = finally.map(|clause| self.only_block(clause)).unwrap_or_default();
        StatementKind::Try { body, handlers, otherwise, finally }
    }

    fn only_block(&mut self, clause: Node<'f>) -> Vec<Statement> {
        self.suite(clause, clause.child_of_kind(Kind::Block))
    }

    fn handler(&mut self, clause: Node<'f>) -> Handler {
        let (exception, name) = self.caught(clause);
        Handler { exception, name, body: self.only_block(clause), span: clause.span() }
    }

    fn caught(&mut self, clause: Node<'f>) -> (Option<Expression>, Option<Name>) {
        let mut values: Vec<Node<'f>> = clause.children().filter(|part| part.field() == Field::Value).collect();
        let mut alias = clause.child(Field::Alias);
        if let [pattern] = values[..]
            && pattern.kind() == Kind::AsPattern
        {
            values = pattern.parts().take(1).collect();
            alias = pattern.child(Field::Alias);
        }
        if let [class, name] = values[..]
            && is_python_2_name(name)
        {
            alias = Some(name);
            values = vec![class];
        }
        let exception = match values[..] {
            [] => None,
            [value] => Some(self.expression(value)),
            [first, ..] => {
                // Several classes without parentheses: Python 3.14.
                let elements = values.iter().map(|&value| self.expression(value)).collect();
                Some(Expression { kind: ExpressionKind::Tuple(elements), span: first.span() })
            }
        };
        (exception, alias.map(|alias| name_of(alias)))
    }

    fn with_statement(&mut self, node: Node<'f>) -> StatementKind {
        let mut items = Vec::new();
        if let Some(clause) = node.child_of_kind(Kind::WithClause) {
            let nodes: Vec<Node<'f>> = clause.children().filter(|part| part.kind() == Kind::WithItem).collect();
            let is_only_one = nodes.len() == 1;
            for value in nodes.iter().filter_map(|item| item.child(Field::Value)) {
                if is_only_one && value.kind() == Kind::Tuple {
                    // `with (a as b, c):` is two items in parentheses, not one tuple.
                    items.extend(value.parts().map(|part| self.with_item(part)).collect::<Vec<WithItem>>());
                } else {
                    items.push(self.with_item(value));
                }
            }
        }
        StatementKind::With { items, body: self.block(node, Field::Body) }
    }

    fn with_item(&mut self, value: Node<'f>) -> WithItem {
        let inner = super::expressions::unparenthesised(value);
        if inner.kind() != Kind::AsPattern {
            return (self.expression(value), None);
        }
        let context = inner.parts().next().map_or_else(|| opaque(inner), |context| self.expression(context));
        (context, inner.child(Field::Alias).map(|target| self.expression(target)))
    }

    fn match_statement(&mut self, node: Node<'f>) -> StatementKind {
        let subjects: Vec<Node<'f>> = node.children().filter(|part| part.field() == Field::Subject).collect();
        let subject = match subjects[..] {
            [subject] if !node.has(Kind::Comma) => self.expression(subject),
            [first, ..] => {
                let elements = subjects.iter().map(|&subject| self.expression(subject)).collect();
                Expression { kind: ExpressionKind::Tuple(elements), span: first.span() }
            }
            [] => opaque(node),
        };
        let mut cases = Vec::new();
        if let Some(body) = node.child(Field::Body) {
            let clauses = body.children().filter(|part| part.kind() == Kind::CaseClause);
            cases.extend(clauses.map(|clause| self.case(clause)));
        }
        StatementKind::Match { subject, cases }
    }

    fn case(&mut self, clause: Node<'f>) -> Case {
        let pattern = self.case_pattern(clause);
        let guard = clause.child(Field::Guard).and_then(|guard| guard.parts().next());
        let guard = guard.map(|guard| self.expression(guard));
        Case { pattern, guard, body: self.block(clause, Field::Consequence), span: clause.span() }
    }
}

/// Whether there is an error in the statement that lies in none of its blocks.
fn has_erroneous_head(node: Node<'_>) -> bool {
    if !node.has_error() {
        return false;
    }
    // The head is in order where every error lies in a block, or in a clause whose own head is in order.
    let mut errors = node.children().filter(|part| part.has_error()).peekable();
    errors.peek().is_none()
        || errors.any(|part| match part.kind() {
            Kind::Block if node.kind() == Kind::MatchStatement => part.children().any(has_erroneous_head),
            Kind::Block => false,
            Kind::ElifClause | Kind::ElseClause | Kind::ExceptClause | Kind::FinallyClause => has_erroneous_head(part),
            _ => true,
        })
}

/// Python 2 writes `except Class, name:`. Classes are written with a capital, so a small word is the name.
fn is_python_2_name(node: Node<'_>) -> bool {
    node.kind() == Kind::Identifier && node.text().starts_with(|first: char| first.is_lowercase() || first == '_')
}
