//! Two places where the grammar groups an expression otherwise than Python does, put right while lowering.
//!
//! `*a.b` in a list or call is at times read as `(*a).b`, and `type(a).b = c` as the alias `type (a).b = c`. In both
//! the leftmost part of the expression is another one, and all that begins with it begins elsewhere.

use smol_str::SmolStr;

use super::Lowering;
use crate::source::Span;
use crate::syntax::flat::Node;
use crate::syntax::kinds::Kind;
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind};

/// What the leftmost part of the expression at hand really is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Misread {
    /// Where the grammar has it begin.
    start: u32,
    /// Where it really begins.
    real_start: u32,
    /// Parentheses are the arguments of `type`; otherwise a star is to be left out.
    is_type_call: bool,
}

impl<'f> Lowering<'f> {
    /// The target of `type(a).b = c`, of which the grammar has `(a).b` on the left.
    pub(super) fn type_call_target(&mut self, statement: Node<'f>, left: Node<'f>) -> Expression {
        let (start, real_start) = (left.span().start, statement.span().start);
        self.reread(left, Misread { start, real_start, is_type_call: true })
    }

    /// `(*a).b` as `*(a.b)`; none where no star is misread.
    pub(super) fn hoisted_star(&mut self, node: Node<'f>) -> Option<Expression> {
        let can_hide_star = matches!(
            node.kind(),
            Kind::Attribute
                | Kind::Subscript
                | Kind::Call
                | Kind::BinaryOperator
                | Kind::BooleanOperator
                | Kind::ComparisonOperator
                | Kind::ConditionalExpression
        );
        if self.misread.is_some() || !can_hide_star || !node.text().starts_with('*') {
            return None;
        }
        let start = node.span().start;
        let blanks = node.text().bytes().skip(1).take_while(u8::is_ascii_whitespace).count() as u32;
        let inner = self.reread(node, Misread { start, real_start: start + 1 + blanks, is_type_call: false });
        Some(Expression { kind: ExpressionKind::Starred(Box::new(inner)), span: node.span() })
    }

    fn reread(&mut self, node: Node<'f>, misread: Misread) -> Expression {
        let outer = self.misread.replace(misread);
        let expression = self.expression(node);
        self.misread = outer;
        expression
    }

    /// The leftmost part itself, once lowering has come down to it.
    pub(super) fn leftmost(&mut self, node: Node<'f>) -> Option<Expression> {
        let misread = self.misread.filter(|misread| misread.start == node.span().start)?;
        let is_reached = match node.kind() {
            Kind::ParenthesizedExpression | Kind::Tuple => misread.is_type_call,
            Kind::ListSplat => !misread.is_type_call,
            _ => false,
        };
        if !is_reached {
            return None;
        }
        // What lies in it has been read rightly.
        self.misread = None;
        if !misread.is_type_call {
            return node.parts().next().map(|inner| self.expression(inner));
        }
        let arguments = node.parts().map(|part| {
            let value = self.expression(part);
            Argument { kind: ArgumentKind::Positional, value }
        });
        let arguments = arguments.collect();
        let name = SmolStr::new_static("type");
        let name_span = Span::new(misread.real_start, misread.real_start + name.len() as u32);
        let callee = Box::new(Expression { kind: ExpressionKind::Name(name), span: name_span });
        let span = Span::new(misread.real_start, node.span().end);
        Some(Expression { kind: ExpressionKind::Call { callee, arguments }, span })
    }

    /// The span of an expression, which begins where its leftmost part really does.
    pub(super) fn real_span(&self, node: Node<'f>) -> Span {
        let span = node.span();
        match self.misread {
            Some(misread) if misread.start == span.start => Span::new(misread.real_start, span.end),
            _ => span,
        }
    }
}
