//! The patterns of `match`.

use super::{Lowering, name_of, opaque};
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{Expression, ExpressionKind, Name, Pattern, UnaryOperator};

impl<'f> Lowering<'f> {
    /// The pattern of a `case`: several with commas are a sequence without brackets.
    pub(super) fn case_pattern(&mut self, clause: Node<'f>) -> Pattern {
        let mut patterns: Vec<Pattern> =
            clause.children().filter(|part| part.kind() == Kind::CasePattern).map(|part| self.pattern(part)).collect();
        match patterns.pop() {
            Some(only) if patterns.is_empty() && !clause.has(Kind::Comma) => only,
            last => {
                patterns.extend(last);
                Pattern::Sequence(patterns)
            }
        }
    }

    fn pattern(&mut self, node: Node<'f>) -> Pattern {
        if node.has_error() {
            return Pattern::Unknown;
        }
        self.deeper(node, |lowering| lowering.pattern_kind(node)).unwrap_or(Pattern::Unknown)
    }

    fn pattern_kind(&mut self, node: Node<'f>) -> Pattern {
        match node.kind() {
            Kind::CasePattern => self.wrapped(node),
            Kind::Underscore => Pattern::Capture(None),
            Kind::AsPattern => self.as_pattern(node),
            Kind::UnionPattern => Pattern::Or(self.simple_patterns(node)),
            Kind::ListPattern => Pattern::Sequence(self.simple_patterns(node)),
            Kind::TuplePattern => self.tuple_pattern(node),
            Kind::SplatPattern => Pattern::Star(captured(node)),
            Kind::DictPattern => self.dict_pattern(node),
            Kind::ClassPattern => self.class_pattern(node),
            Kind::DottedName | Kind::Identifier => self.name_pattern(node),
            Kind::String
            | Kind::ConcatenatedString
            | Kind::Integer
            | Kind::Float
            | Kind::True
            | Kind::False
            | Kind::None => Pattern::Value(self.expression(node)),
            // Nothing we judge depends on a complex number.
            Kind::ComplexPattern => Pattern::Value(opaque(node)),
            _ => Pattern::Unknown,
        }
    }

    /// The grammar wraps most patterns; a number may have its sign beside it in the wrapper.
    fn wrapped(&mut self, node: Node<'f>) -> Pattern {
        let Some(inner) = node.parts().next() else { return Pattern::Unknown };
        if node.has(Kind::Operator) { self.negative(node, inner) } else { self.pattern(inner) }
    }

    fn negative(&mut self, node: Node<'f>, number: Node<'f>) -> Pattern {
        Pattern::Value(self.negative_value(node, number))
    }

    fn negative_value(&mut self, node: Node<'f>, number: Node<'f>) -> Expression {
        let operand = Box::new(self.expression(number));
        let kind = ExpressionKind::Unary { operator: UnaryOperator::Minus, operand };
        Expression { kind, span: node.span() }
    }

    /// Patterns side by side, where a minus belongs to the number after it.
    fn simple_patterns(&mut self, node: Node<'f>) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        let mut is_negative = false;
        for part in node.children() {
            match part.kind() {
                Kind::Operator => is_negative = part.text() == "-",
                Kind::Comma => {}
                _ if is_negative => {
                    is_negative = false;
                    patterns.push(self.negative(part, part));
                }
                _ => patterns.push(self.pattern(part)),
            }
        }
        patterns
    }

    fn as_pattern(&mut self, node: Node<'f>) -> Pattern {
        let (Some(inner), Some(name)) = (node.child_of_kind(Kind::CasePattern), node.child_of_kind(Kind::Identifier))
        else {
            return Pattern::Unknown;
        };
        Pattern::As { pattern: Box::new(self.pattern(inner)), name: name_of(name) }
    }

    /// `(a)` is its inside, `(a,)` a sequence.
    fn tuple_pattern(&mut self, node: Node<'f>) -> Pattern {
        let mut patterns = self.simple_patterns(node);
        if patterns.len() == 1 && !node.has(Kind::Comma) {
            return patterns.pop().unwrap_or(Pattern::Unknown);
        }
        Pattern::Sequence(patterns)
    }

    fn dict_pattern(&mut self, node: Node<'f>) -> Pattern {
        let mut entries = Vec::new();
        let mut rest = None;
        let mut key = None;
        let mut is_negative = false;
        for part in node.children() {
            match (part.field(), part.kind()) {
                (_, Kind::SplatPattern) => rest = captured(part),
                (Field::Key, Kind::Operator) => is_negative = true,
                (Field::Key, _) if std::mem::take(&mut is_negative) => key = Some(self.negative_value(part, part)),
                // Nothing we judge depends on a complex number.
                (Field::Key, Kind::ComplexPattern) => key = Some(opaque(part)),
                (Field::Key, Kind::DottedName) => key = Some(self.dotted_value(part)),
                (Field::Key, _) => key = Some(self.expression(part)),
                (Field::Value, _) => {
                    let key = key.take().unwrap_or_else(|| opaque(part));
                    entries.push((key, self.pattern(part)));
                }
                _ => {}
            }
        }
        Pattern::Mapping { entries, rest }
    }

    fn class_pattern(&mut self, node: Node<'f>) -> Pattern {
        let Some(class) = node.child_of_kind(Kind::DottedName) else { return Pattern::Unknown };
        let class = self.dotted_value(class);
        let mut positional = Vec::new();
        let mut keyword = Vec::new();
        for part in node.children().filter(|part| part.kind() == Kind::CasePattern) {
            match part.child_of_kind(Kind::KeywordPattern) {
                Some(named) => keyword.extend(self.keyword_pattern(named)),
                None => positional.push(self.pattern(part)),
            }
        }
        Pattern::Class { class, positional, keyword }
    }

    fn keyword_pattern(&mut self, node: Node<'f>) -> Option<(Name, Pattern)> {
        let mut parts = node.parts();
        let name = name_of(parts.next()?);
        let value = parts.next()?;
        let pattern = if node.has(Kind::Operator) { self.negative(node, value) } else { self.pattern(value) };
        Some((name, pattern))
    }

    fn name_pattern(&mut self, node: Node<'f>) -> Pattern {
        match node.text() {
            "_" => Pattern::Capture(None),
            name if name.contains('.') => Pattern::Value(self.dotted_value(node)),
            _ => Pattern::Capture(Some(name_of(node))),
        }
    }
}

/// The name after `*` or `**`; none for `_`.
fn captured(node: Node<'_>) -> Option<Name> {
    node.child_of_kind(Kind::Identifier).filter(|name| name.text() != "_").map(name_of)
}
