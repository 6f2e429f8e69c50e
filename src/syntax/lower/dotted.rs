//! Names with dots between, which most attributes are: made of their text, without a node for each name.

use smol_str::SmolStr;

use super::{Lowering, name_of, opaque};
use crate::source::Span;
use crate::syntax::flat::{Node, is_plain_dotted};
use crate::syntax::kinds::Kind;
use crate::syntax::tree::{Expression, ExpressionKind, MAX_DEPTH, Name};

impl<'f> Lowering<'f> {
    /// A dotted name used as a value: an attribute, or the name in a `case` pattern.
    pub(super) fn dotted_value(&mut self, node: Node<'f>) -> Expression {
        let names = names_in(node);
        if self.depth + names.len() > MAX_DEPTH {
            self.too_deep(node.span());
            return opaque(node);
        }
        let mut names = names.into_iter();
        let Some((first, span)) = names.next() else { return opaque(node) };
        let first = Expression { kind: ExpressionKind::Name(first), span };
        names.fold(first, |value, (name, name_span)| {
            let span = Span::new(value.span.start, name_span.end);
            Expression { kind: ExpressionKind::Attribute { value: Box::new(value), name, name_span }, span }
        })
    }
}

/// The names and their places.
fn names_in(node: Node<'_>) -> Vec<(Name, Span)> {
    if !is_plain_dotted(node.text()) {
        let names = node.children().filter(|part| part.kind() == Kind::Identifier);
        return names.map(|name| (name_of(name), name.span())).collect();
    }
    let mut start = node.span().start;
    let spanned = node.text().split('.').map(|name| {
        let span = Span::new(start, start + name.len() as u32);
        start = span.end + 1;
        (SmolStr::new(name), span)
    });
    spanned.collect()
}

/// The name of a module as one word, without the white space that may stand between its parts.
pub(super) fn dotted(node: Node<'_>) -> Name {
    let text = node.text();
    if text.bytes().all(|byte| !byte.is_ascii_whitespace() && byte != b'\\') {
        return SmolStr::new(text);
    }
    let names: Vec<Name> = names_in(node).into_iter().map(|(name, _)| name).collect();
    SmolStr::new(names.join("."))
}
