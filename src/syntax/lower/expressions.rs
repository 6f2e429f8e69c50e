//! Expressions, targets and type annotations, except literals and calls.

use super::{Lowering, dotted, name_of, opaque};
use crate::source::Span;
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{
    BinaryOperator, CompareOperator, ComprehensionClause, ComprehensionKind, Expression, ExpressionKind, MAX_DEPTH,
    UnaryOperator,
};

impl<'f> Lowering<'f> {
    /// An expression, target or annotation; its span is without parentheses around it.
    pub(super) fn expression(&mut self, node: Node<'f>) -> Expression {
        if let Some(leftmost) = self.leftmost(node) {
            return leftmost;
        }
        let node = unparenthesised(node);
        if node.has_error() {
            return opaque(node);
        }
        let span = self.real_span(node);
        let errors_before = self.errors.len();
        let lowered = self.deeper(node, |lowering| {
            lowering.hoisted_star(node).unwrap_or_else(|| Expression { kind: lowering.expression_kind(node), span })
        });
        let expression = lowered.unwrap_or_else(|| opaque(node));
        if matches!(expression.kind, ExpressionKind::Opaque) && self.errors.len() == errors_before {
            self.unreadable(node);
        }
        expression
    }

    fn boxed(&mut self, node: Node<'f>, field: Field) -> Box<Expression> {
        Box::new(self.required(node, field))
    }

    fn expressions(&mut self, node: Node<'f>) -> Vec<Expression> {
        node.parts().map(|part| self.expression(part)).collect()
    }

    /// The only expression in a node, whatever part it plays.
    fn first(&mut self, node: Node<'f>) -> Expression {
        node.parts().next().map_or_else(|| opaque(node), |part| self.expression(part))
    }

    fn expression_kind(&mut self, node: Node<'f>) -> ExpressionKind {
        match node.kind() {
            Kind::Identifier => ExpressionKind::Name(name_of(node)),
            Kind::String | Kind::ConcatenatedString => self.string(node),
            Kind::Integer | Kind::Float => super::numbers::number(node.text()),
            Kind::True => ExpressionKind::Boolean(true),
            Kind::False => ExpressionKind::Boolean(false),
            Kind::None => ExpressionKind::None,
            Kind::Ellipsis => ExpressionKind::Ellipsis,
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::Subscript => self.subscript(node),
            Kind::Slice => self.slice(node),
            Kind::NotOperator => {
                ExpressionKind::Unary { operator: UnaryOperator::Not, operand: self.boxed(node, Field::Argument) }
            }
            Kind::UnaryOperator => self.unary(node),
            Kind::BinaryOperator => self.binary(node),
            Kind::BooleanOperator => self.boolean(node),
            Kind::ComparisonOperator => self.comparison(node),
            Kind::ConditionalExpression => self.conditional(node),
            Kind::Lambda => self.lambda(node),
            Kind::Tuple | Kind::TuplePattern | Kind::PatternList | Kind::ExpressionList => {
                ExpressionKind::Tuple(self.expressions(node))
            }
            Kind::List | Kind::ListPattern => ExpressionKind::List(self.expressions(node)),
            Kind::Set => ExpressionKind::Set(self.expressions(node)),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension => self.comprehension(node, ComprehensionKind::List),
            Kind::SetComprehension => self.comprehension(node, ComprehensionKind::Set),
            Kind::DictionaryComprehension => self.comprehension(node, ComprehensionKind::Dictionary),
            Kind::GeneratorExpression => self.comprehension(node, ComprehensionKind::Generator),
            Kind::NamedExpression => self.walrus(node),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType | Kind::ParenthesizedListSplat => {
                ExpressionKind::Starred(Box::new(self.first(node)))
            }
            Kind::Await => ExpressionKind::Await(Box::new(self.first(node))),
            Kind::Yield => self.yielded(node),
            Kind::DottedName => self.dotted_value(node).kind,
            Kind::GenericType => self.generic_type(node),
            Kind::UnionType => self.union_type(node),
            Kind::MemberType => self.member_type(node),
            // `T: bound` says no more about a value than `T`.
            Kind::ConstrainedType => self.first(node).kind,
            Kind::AsPattern => {
                self.error_in(node, "`as` cannot stand in an expression; the expression is skipped");
                ExpressionKind::Opaque
            }
            _ => ExpressionKind::Opaque,
        }
    }

    fn attribute(&mut self, node: Node<'f>) -> ExpressionKind {
        if node.children().next().is_none() {
            return self.dotted_value(node).kind;
        }
        let value = self.boxed(node, Field::Object);
        let Some(name) = node.child(Field::Attribute) else { return ExpressionKind::Opaque };
        ExpressionKind::Attribute { value, name: name_of(name), name_span: name.span() }
    }

    fn subscript(&mut self, node: Node<'f>) -> ExpressionKind {
        let value = self.boxed(node, Field::Value);
        let parts: Vec<Node<'f>> = node.children().filter(|part| part.field() == Field::Subscript).collect();
        let index = match parts[..] {
            [index] if !node.has(Kind::Comma) && index.kind() != Kind::ListSplat => self.expression(index),
            [] => opaque(node),
            [first, ..] => {
                let end = parts.last().map_or(first.span().end, |last| last.span().end);
                let span = Span::new(first.span().start, end);
                Expression {
                    kind: ExpressionKind::Tuple(parts.iter().map(|&part| self.expression(part)).collect()),
                    span,
                }
            }
        };
        ExpressionKind::Subscript { value, index: Box::new(index) }
    }

    fn slice(&mut self, node: Node<'f>) -> ExpressionKind {
        let mut bounds = [None, None, None];
        let mut place = 0;
        for part in node.children() {
            if part.kind() == Kind::Colon {
                place += 1;
            } else if let Some(bound) = bounds.get_mut(place) {
                *bound = Some(Box::new(self.expression(part)));
            }
        }
        let [lower, upper, step] = bounds;
        ExpressionKind::Slice { lower, upper, step }
    }

    fn unary(&mut self, node: Node<'f>) -> ExpressionKind {
        let operator = match node.child(Field::Operator).map(Node::text) {
            Some("-") => UnaryOperator::Minus,
            Some("+") => UnaryOperator::Plus,
            _ => UnaryOperator::Invert,
        };
        ExpressionKind::Unary { operator, operand: self.boxed(node, Field::Argument) }
    }

    fn binary(&mut self, node: Node<'f>) -> ExpressionKind {
        let operator = node.child(Field::Operator).and_then(|operator| binary_operator(operator.text()));
        let Some(operator) = operator else { return ExpressionKind::Opaque };
        let left = self.boxed(node, Field::Left);
        ExpressionKind::Binary { left, operator, right: self.boxed(node, Field::Right) }
    }

    /// `a or b or c` is nested to the left in the parser's tree; walked in a loop, so that its length is free.
    fn boolean(&mut self, node: Node<'f>) -> ExpressionKind {
        let operator = |node: Node<'f>| node.child(Field::Operator).map(Node::text);
        let word = operator(node);
        let mut operands = Vec::new();
        let mut link = node;
        loop {
            operands.extend(link.child(Field::Right));
            let Some(left) = link.child(Field::Left) else { break };
            if left.kind() != Kind::BooleanOperator || operator(left) != word {
                operands.push(left);
                break;
            }
            link = left;
        }
        let values = operands.into_iter().rev().map(|operand| self.expression(operand)).collect();
        ExpressionKind::BooleanOperation { is_and: word == Some("and"), values }
    }

    fn comparison(&mut self, node: Node<'f>) -> ExpressionKind {
        let mut left = None;
        let mut rest = Vec::new();
        let mut operator = None;
        for part in node.children() {
            if part.field() == Field::Operators {
                operator = compare_operator(part);
                continue;
            }
            let operand = self.expression(part);
            match (operator.take(), &left) {
                (Some(operator), _) => rest.push((operator, operand)),
                (None, None) => left = Some(Box::new(operand)),
                (None, Some(_)) => return ExpressionKind::Opaque,
            }
        }
        left.map_or(ExpressionKind::Opaque, |left| ExpressionKind::Compare { left, rest })
    }

    fn conditional(&mut self, node: Node<'f>) -> ExpressionKind {
        let mut parts = node.parts().map(|part| Box::new(self.expression(part)));
        let (Some(body), Some(test), Some(otherwise)) = (parts.next(), parts.next(), parts.next()) else {
            return ExpressionKind::Opaque;
        };
        ExpressionKind::Conditional { test, body, otherwise }
    }

    fn lambda(&mut self, node: Node<'f>) -> ExpressionKind {
        let parameters = node.child(Field::Parameters).map(|parameters| self.parameters(parameters));
        // A `yield` in a lambda makes a generator of the lambda.
        let outer_yields = self.yields;
        let body = self.boxed(node, Field::Body);
        self.yields = outer_yields;
        ExpressionKind::Lambda { parameters: parameters.unwrap_or_default(), body }
    }

    fn dictionary(&mut self, node: Node<'f>) -> ExpressionKind {
        let entries = node.parts().map(|part| {
            if part.kind() == Kind::Pair {
                (Some(self.required(part, Field::Key)), self.required(part, Field::Value))
            } else {
                (None, self.first(part))
            }
        });
        ExpressionKind::Dictionary(entries.collect())
    }

    fn comprehension(&mut self, node: Node<'f>, kind: ComprehensionKind) -> ExpressionKind {
        let Some(body) = node.child(Field::Body) else { return ExpressionKind::Opaque };
        let (key, element) = if body.kind() == Kind::Pair {
            (Some(self.boxed(body, Field::Key)), self.boxed(body, Field::Value))
        } else {
            (None, Box::new(self.expression(body)))
        };
        let mut clauses: Vec<ComprehensionClause> = Vec::new();
        for part in node.parts() {
            match part.kind() {
                Kind::ForInClause => clauses.push(self.comprehension_clause(part)),
                Kind::IfClause => {
                    let condition = self.first(part);
                    if let Some(clause) = clauses.last_mut() {
                        clause.conditions.push(condition);
                    }
                }
                _ => {}
            }
        }
        ExpressionKind::Comprehension { kind, key, element, clauses }
    }

    fn comprehension_clause(&mut self, node: Node<'f>) -> ComprehensionClause {
        let target = self.required(node, Field::Left);
        let sources: Vec<Node<'f>> = node.parts().filter(|part| part.field() == Field::Right).collect();
        let iterable = if let [source] = sources[..] {
            self.expression(source)
        } else {
            // Python 2: `for x in 1, 2`.
            let elements = sources.iter().map(|&source| self.expression(source)).collect();
            Expression { kind: ExpressionKind::Tuple(elements), span: node.span() }
        };
        ComprehensionClause { target, iterable, conditions: Vec::new() }
    }

    fn walrus(&mut self, node: Node<'f>) -> ExpressionKind {
        let Some(name) = node.child(Field::Name) else { return ExpressionKind::Opaque };
        let value = self.boxed(node, Field::Value);
        ExpressionKind::Walrus { target: dotted(name), target_span: name.span(), value }
    }

    fn yielded(&mut self, node: Node<'f>) -> ExpressionKind {
        self.yields = true;
        if node.has(Kind::From) {
            return ExpressionKind::YieldFrom(Box::new(self.first(node)));
        }
        let value = node.parts().next();
        ExpressionKind::Yield(value.map(|value| Box::new(self.expression(value))))
    }

    /// `list[int]` in an annotation, as the subscript it is.
    fn generic_type(&mut self, node: Node<'f>) -> ExpressionKind {
        let value = Box::new(self.first(node));
        let Some(bracket) = node.child_of_kind(Kind::TypeParameter) else { return ExpressionKind::Opaque };
        let mut arguments = self.expressions(bracket);
        let index = match arguments.pop() {
            Some(only) if arguments.is_empty() && is_alone(bracket, &only) => only,
            last => {
                arguments.extend(last);
                Expression { kind: ExpressionKind::Tuple(arguments), span: bracket.span() }
            }
        };
        ExpressionKind::Subscript { value, index: Box::new(index) }
    }

    /// `A[x] | B | C`: the grammar groups it by what it takes for types, Python from left to right.
    fn union_type(&mut self, node: Node<'f>) -> ExpressionKind {
        let operands = union_operands(node);
        if self.depth + operands.len() > MAX_DEPTH {
            self.too_deep(node.span());
            return ExpressionKind::Opaque;
        }
        let operands = operands.into_iter().map(|operand| self.expression(operand));
        let union = operands.reduce(|left, right| {
            let span = Span::new(left.span.start, right.span.end);
            let (left, right) = (Box::new(left), Box::new(right));
            Expression { kind: ExpressionKind::Binary { left, operator: BinaryOperator::BitOr, right }, span }
        });
        union.map_or(ExpressionKind::Opaque, |union| union.kind)
    }

    fn member_type(&mut self, node: Node<'f>) -> ExpressionKind {
        let value = Box::new(self.first(node));
        let Some(name) = node.child_of_kind(Kind::Identifier) else { return ExpressionKind::Opaque };
        ExpressionKind::Attribute { value, name: name_of(name), name_span: name.span() }
    }
}

/// The node inside any number of parentheses, or inside the grammar's wrapper of annotations and targets.
pub(super) fn unparenthesised(node: Node<'_>) -> Node<'_> {
    let mut inner = node;
    while is_wrapper(inner) && !inner.has_error() {
        let mut parts = inner.parts();
        let (Some(only), None) = (parts.next(), parts.next()) else { return inner };
        inner = only;
    }
    inner
}

/// Whether the only thing in brackets is not a tuple: it has no comma after it and no star before it.
fn is_alone(bracket: Node<'_>, only: &Expression) -> bool {
    !bracket.has(Kind::Comma) && !matches!(only.kind, ExpressionKind::Starred(_))
}

/// What `|` stands between, in order.
fn union_operands(node: Node<'_>) -> Vec<Node<'_>> {
    let mut operands = Vec::new();
    let mut waiting = vec![node];
    while let Some(mut node) = waiting.pop() {
        while let Some(inner) = node.parts().next().filter(|_| node.kind() == Kind::Type) {
            node = inner;
        }
        let is_or =
            node.kind() == Kind::BinaryOperator && node.child(Field::Operator).is_some_and(|or| or.text() == "|");
        if is_or || node.kind() == Kind::UnionType {
            let sides: Vec<Node<'_>> = node.parts().collect();
            waiting.extend(sides.into_iter().rev());
        } else {
            operands.push(node);
        }
    }
    operands
}

fn is_wrapper(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::ParenthesizedExpression | Kind::Type | Kind::AsPatternTarget => true,
        // `(a) = b` has a name in parentheses for its target, `(a,) = b` a tuple.
        Kind::TuplePattern => !node.has(Kind::Comma),
        _ => false,
    }
}

pub(super) fn binary_operator(text: &str) -> Option<BinaryOperator> {
    Some(match text {
        "+" => BinaryOperator::Add,
        "-" => BinaryOperator::Subtract,
        "*" => BinaryOperator::Multiply,
        "/" => BinaryOperator::Divide,
        "//" => BinaryOperator::FloorDivide,
        "%" => BinaryOperator::Modulo,
        "**" => BinaryOperator::Power,
        "@" => BinaryOperator::MatrixMultiply,
        "&" => BinaryOperator::BitAnd,
        "|" => BinaryOperator::BitOr,
        "^" => BinaryOperator::BitXor,
        "<<" => BinaryOperator::ShiftLeft,
        ">>" => BinaryOperator::ShiftRight,
        _ => return None,
    })
}

/// White space and line ends may stand between the two words of `not in` and `is not`.
fn compare_operator(node: Node<'_>) -> Option<CompareOperator> {
    Some(match node.text() {
        "==" => CompareOperator::Equal,
        "!=" | "<>" => CompareOperator::NotEqual,
        "<" => CompareOperator::Less,
        "<=" => CompareOperator::LessOrEqual,
        ">" => CompareOperator::Greater,
        ">=" => CompareOperator::GreaterOrEqual,
        "in" => CompareOperator::In,
        "is" => CompareOperator::Is,
        text if text.starts_with("not") => CompareOperator::NotIn,
        text if text.starts_with("is") => CompareOperator::IsNot,
        _ => return None,
    })
}
