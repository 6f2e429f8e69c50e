//! Calls and their arguments.

use super::{Lowering, name_of, opaque};
use crate::syntax::flat::Node;
use crate::syntax::kinds::{Field, Kind};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind};

impl<'f> Lowering<'f> {
    pub(super) fn call(&mut self, node: Node<'f>) -> ExpressionKind {
        let callee = Box::new(self.required(node, Field::Function));
        let arguments = match node.child(Field::Arguments) {
            // `f(x for x in y)`: the generator's parentheses are the call's.
            Some(generator) if generator.kind() == Kind::GeneratorExpression => {
                vec![Argument { kind: ArgumentKind::Positional, value: self.expression(generator) }]
            }
            Some(list) => self.arguments(list),
            None => Vec::new(),
        };
        ExpressionKind::Call { callee, arguments }
    }

    /// The arguments between the parentheses of a call or class.
    pub(super) fn arguments(&mut self, list: Node<'f>) -> Vec<Argument> {
        list.parts().map(|part| self.argument(part)).collect()
    }

    fn argument(&mut self, node: Node<'f>) -> Argument {
        match node.kind() {
            Kind::KeywordArgument => {
                let name = node.child(Field::Name).map(name_of).unwrap_or_default();
                Argument { kind: ArgumentKind::Keyword(name), value: self.required(node, Field::Value) }
            }
            Kind::ListSplat => self.splat(node, ArgumentKind::List),
            Kind::DictionarySplat => self.splat(node, ArgumentKind::Dictionary),
            _ => positional(self.expression(node)),
        }
    }

    fn splat(&mut self, node: Node<'f>, kind: ArgumentKind) -> Argument {
        let value = node.parts().next();
        Argument { kind, value: value.map_or_else(|| opaque(node), |value| self.expression(value)) }
    }
}

/// An argument whose star the grammar has not taken for the argument's own still is a list.
fn positional(value: Expression) -> Argument {
    match value.kind {
        ExpressionKind::Starred(list) => Argument { kind: ArgumentKind::List, value: *list },
        _ => Argument { kind: ArgumentKind::Positional, value },
    }
}
