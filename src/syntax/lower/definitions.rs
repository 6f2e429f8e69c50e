//! Functions, classes, their decorators and parameters, and lambdas' parameters.

use super::{Lowering, name_of, opaque};
use crate::source::Span;
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{
    Argument, ArgumentKind, Class, Expression, Function, Name, Parameter, ParameterKind, Statement, StatementKind,
};

impl<'f> Lowering<'f> {
    pub(super) fn decorated(&mut self, node: Node<'f>) -> StatementKind {
        let Some(definition) = node.child(Field::Definition) else { return StatementKind::Error };
        let decorators: Vec<Node<'f>> = node.children().filter(|part| part.kind() == Kind::Decorator).collect();
        self.definition(definition, &decorators, node.span())
    }

    /// A function or class. An error in its head costs the part it is in, and leaves an error statement in its body so
    /// that nobody takes the definition for fully understood.
    pub(super) fn definition(&mut self, node: Node<'f>, decorators: &[Node<'f>], span: Span) -> StatementKind {
        let Some(name) = node.child(Field::Name) else { return StatementKind::Error };
        let decorators = decorators.iter().map(|decorator| self.decorator(*decorator)).collect();
        let type_parameters = type_parameter_names(node);
        let (name, name_span) = (name_of(name), name.span());
        if node.kind() == Kind::ClassDefinition {
            let arguments = self.bases(node);
            let body = self.definition_body(node);
            let class = Class { name, name_span, type_parameters, decorators, arguments, body, span };
            return StatementKind::Class(Box::new(class));
        }
        let parameters = node.child(Field::Parameters).map(|parameters| self.parameters(parameters));
        let returns = self.optional(node, Field::ReturnType);
        // A `yield` in a nested function is not this one's.
        let outer_yields = std::mem::replace(&mut self.yields, false);
        let body = self.definition_body(node);
        let is_generator = std::mem::replace(&mut self.yields, outer_yields);
        StatementKind::Function(Box::new(Function {
            name,
            name_span,
            type_parameters,
            decorators,
            parameters: parameters.unwrap_or_default(),
            returns,
            body,
            is_async: node.has(Kind::Async),
            is_generator,
            span,
        }))
    }

    fn definition_body(&mut self, node: Node<'f>) -> Vec<Statement> {
        let mut body = self.block(node, Field::Body);
        let is_head_erroneous = node.children().any(|part| part.has_error() && part.kind() != Kind::Block);
        if is_head_erroneous {
            let span = node.child(Field::Name).map_or(node.span(), Node::span);
            body.insert(0, Statement { kind: StatementKind::Error, span });
        }
        body
    }

    fn decorator(&mut self, node: Node<'f>) -> Expression {
        if node.has_error() {
            return opaque(node);
        }
        node.parts().next().map_or_else(|| opaque(node), |decorator| self.expression(decorator))
    }

    /// Bases and keywords; where they cannot be read, one opaque `*bases`.
    fn bases(&mut self, node: Node<'f>) -> Vec<Argument> {
        match node.child(Field::Superclasses) {
            None => Vec::new(),
            Some(list) if list.has_error() => vec![Argument { kind: ArgumentKind::List, value: opaque(list) }],
            Some(list) => self.arguments(list),
        }
    }

    /// The parameters between the parentheses of a function or after `lambda`; erroneous ones are left out.
    pub(super) fn parameters(&mut self, node: Node<'f>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = ParameterKind::Normal;
        for part in node.parts().filter(|part| !part.has_error()) {
            match part.kind() {
                Kind::PositionalSeparator => {
                    for earlier in &mut parameters {
                        earlier.kind = ParameterKind::PositionalOnly;
                    }
                }
                Kind::KeywordSeparator => kind = ParameterKind::KeywordOnly,
                _ => {
                    let parameter = self.parameter(part, kind);
                    if parameter.kind == ParameterKind::ArgumentList {
                        kind = ParameterKind::KeywordOnly;
                    }
                    parameters.push(parameter);
                }
            }
        }
        parameters
    }

    fn parameter(&mut self, node: Node<'f>, kind: ParameterKind) -> Parameter {
        let is_typed =
            matches!(node.kind(), Kind::TypedParameter | Kind::TypedDefaultParameter | Kind::DefaultParameter);
        let named = if is_typed { node.parts().next().unwrap_or(node) } else { node };
        let (named, kind) = match named.kind() {
            Kind::ListSplatPattern => (named.parts().next().unwrap_or(named), ParameterKind::ArgumentList),
            Kind::DictionarySplatPattern => (named.parts().next().unwrap_or(named), ParameterKind::KeywordDictionary),
            _ => (named, kind),
        };
        // Python 2 takes tuples apart in the head; such a parameter has no name.
        let name = if named.kind() == Kind::Identifier { name_of(named) } else { Name::default() };
        Parameter {
            name,
            kind,
            annotation: self.optional(node, Field::Type),
            default: self.optional(node, Field::Value),
            span: named.span(),
        }
    }
}

/// The names in `[T, *Ts, U: Bound]`.
fn type_parameter_names(node: Node<'_>) -> Vec<Name> {
    let list = node.child(Field::TypeParameters).filter(|list| !list.has_error());
    let types = list.into_iter().flat_map(Node::parts);
    types.filter_map(first_identifier).collect()
}

fn first_identifier(node: Node<'_>) -> Option<Name> {
    let mut inner = Some(node);
    while let Some(node) = inner {
        if node.kind() == Kind::Identifier {
            return Some(name_of(node));
        }
        inner = node.parts().next();
    }
    None
}
