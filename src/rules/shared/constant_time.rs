//! The fix of an ordinary comparison: `hmac.compare_digest` with both sides as `bytes`.
//!
//! Safe only where both sides are known to be text, or both `bytes`, and neither can be `None` or what is `None` is refused:
//! `compare_digest` raises on `None`, on a mixture, and on text that is not ASCII (`CPython` 3.11), so text is encoded.

use super::Context;
use super::edits::Editor;
use crate::finding::Fix;
use crate::flow::event::{Comparator, Comparison, Operand};
use crate::flow::origin::{Channel, OriginKind, Origins, Step, Store, Trail};
use crate::flow::value::{Constant, Nullness, Shape};
use crate::source::Span;
use crate::syntax::tree::{Argument, ArgumentKind, CompareOperator, Expression, ExpressionKind};
use crate::syntax::visit;

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Text,
    Bytes,
    Unknown,
}

/// The comparison as a call of `hmac.compare_digest`; none where it is no `==`, `!=`, `in` or `not in` of two operands, nor a
/// call that means one.
pub(in crate::rules) fn fix(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> Option<Fix> {
    let whole = context.expression_at(comparison.place)?;
    let mut rewrite = Rewrite { comparison, whole, editor: Editor::new(context, comparison.place.file) };
    let is_safe = match &whole.kind {
        ExpressionKind::Compare { left, rest } => match rest.as_slice() {
            [(operator @ (CompareOperator::Equal | CompareOperator::NotEqual), right)] => {
                rewrite.operator(left, right, *operator == CompareOperator::Equal)?
            }
            [(operator @ (CompareOperator::In | CompareOperator::NotIn), right)] => {
                rewrite.membership(left, right, *operator == CompareOperator::In)?;
                false
            }
            _ => return None,
        },
        ExpressionKind::Call { callee, arguments } => {
            rewrite.call(callee, arguments)?;
            false
        }
        _ => return None,
    };
    rewrite.editor.fix("Compare in constant time", is_safe)
}

/// A comparison that is being rewritten.
struct Rewrite<'c, 'i, 'p, 'v> {
    comparison: &'c Comparison<'v>,
    whole: &'p Expression,
    editor: Editor<'c, 'i, 'p>,
}

impl<'c, 'p, 'v> Rewrite<'c, '_, 'p, 'v> {
    /// `left == right`, `left != right`; whether nothing but the time that it takes changes.
    fn operator(&mut self, left: &'p Expression, right: &'p Expression, is_equality: bool) -> Option<bool> {
        let operands = (self.operand_of(left)?, self.operand_of(right)?);
        let made = (made(operands.0, Some(left)), made(operands.1, Some(right)));
        if matches!(made, (Made::Text, Made::Bytes) | (Made::Bytes, Made::Text)) {
            return None;
        }
        let compare = self.compare_digest()?;
        let sign = self.sign(left, right, if is_equality { "==" } else { "!=" })?;
        self.open(&compare, is_equality);
        let mut is_safe = made.0 != Made::Unknown && made.0 == made.1;
        if made == (Made::Text, Made::Text) {
            for (side, operand, other) in [(left, operands.0, operands.1), (right, operands.1, operands.0)] {
                let is_there = self.is_made_to_be_there(side, operand);
                // A missing credential passes for an empty one now.
                is_safe &= is_there
                    && (is_name(side) || !other.value.nullness.may_be(Nullness::EMPTY) || !may_be_none(operand));
            }
            self.encode(left, self.whole.span.start, sign.start);
            self.encode(right, sign.end, self.whole.span.end);
        } else {
            is_safe &= !may_be_none(operands.0) && !may_be_none(operands.1);
        }
        self.editor.replace(sign, ", ");
        self.editor.insert(self.whole.span.end, ")");
        self.close();
        Some(is_safe)
    }

    /// `left in right`, `left not in right`: each element is compared.
    fn membership(&mut self, left: &'p Expression, right: &'p Expression, is_membership: bool) -> Option<()> {
        if self.comparison.comparator != Comparator::Membership || !is_repeatable(left) {
            return None;
        }
        let presented = &self.comparison.presented;
        let is_text = (made(presented, Some(left)), made(&self.comparison.expected, None)) == (Made::Text, Made::Text);
        let compare = self.compare_digest()?;
        let sign = self.sign(left, right, if is_membership { "in" } else { "not in" })?;
        let written = self.editor.text(left.span.start, left.span.end);
        let element = ["known", "candidate"].into_iter().find(|name| !written.contains(name))?;
        self.open(&["any(", &compare].concat(), is_membership);
        let encoded = if is_text {
            self.is_made_to_be_there(left, presented);
            self.encode(left, self.whole.span.start, sign.start);
            ".encode()"
        } else {
            ""
        };
        self.editor.replace(sign, format!(", {element}{encoded}) for {element} in "));
        self.editor.insert(self.whole.span.end, ")");
        self.close();
        Some(())
    }

    /// `operator.eq(a, b)`, `a.__eq__(b)`, `str.__eq__(a, b)`.
    fn call(&mut self, callee: &'p Expression, arguments: &'p [Argument]) -> Option<()> {
        let ends = |suffix: &str| match &callee.kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name == suffix,
            _ => false,
        };
        let is_equality = match (ends("eq") || ends("__eq__"), ends("ne") || ends("__ne__")) {
            (true, _) => true,
            (_, true) => false,
            _ => return None,
        };
        if arguments.iter().any(|argument| argument.kind != ArgumentKind::Positional) {
            return None;
        }
        let Comparison { presented, expected, .. } = self.comparison;
        let is_text = (made(presented, None), made(expected, None)) == (Made::Text, Made::Text);
        let compare = self.compare_digest()?;
        let negation = if is_equality { "" } else { "not " };
        let (left, right) = match (arguments, &callee.kind) {
            ([left, right], _) => {
                self.editor.replace(callee.span, format!("{negation}{compare}"));
                (&left.value, &right.value)
            }
            ([right], ExpressionKind::Attribute { value: left, .. }) => {
                self.editor.insert(self.whole.span.start, format!("{negation}{compare}("));
                let gap = self.editor.text(left.span.end, right.value.span.start);
                if gap.contains('#') || gap.matches('(').count() != 1 || gap.contains(')') {
                    return None;
                }
                self.editor.replace(Span::new(left.span.end, right.value.span.start), ", ");
                (left.as_ref(), &right.value)
            }
            _ => return None,
        };
        if is_text {
            for side in [left, right] {
                self.encode(side, side.span.start, side.span.end);
            }
        }
        Some(())
    }

    fn operand_of(&self, side: &Expression) -> Option<&'c Operand<'v>> {
        let comparison = self.comparison;
        [&comparison.presented, &comparison.expected].into_iter().find(|operand| operand.place.span == side.span)
    }

    fn compare_digest(&mut self) -> Option<String> {
        self.editor.function(&["hmac", "secrets"], "compare_digest")
    }

    /// The operator between two operands with the spaces around it; none where there is a comment.
    fn sign(&self, left: &Expression, right: &Expression, sign: &str) -> Option<Span> {
        let gap = self.editor.text(left.span.end, right.span.start);
        let at = gap.find(sign)?;
        let (before, after) = (gap.get(..at)?, gap.get(at + sign.len()..)?);
        let is_plain =
            |text: &str| text.chars().all(|letter| letter.is_whitespace() || matches!(letter, '(' | ')' | '\\'));
        if !is_plain(before) || !is_plain(after) {
            return None;
        }
        let spaces = after.len() - after.trim_start_matches(' ').len();
        let start = left.span.end + before.trim_end().len() as u32;
        Some(Span::new(start, left.span.end + (at + sign.len() + spaces) as u32))
    }

    /// What stands before the first operand. A variable that may hold `None` is asked for that first.
    fn open(&mut self, compare: &str, is_equality: bool) {
        let negation = if is_equality { "" } else { "not " };
        let mut guard = String::new();
        if let Some(name) = self.guarded() {
            let bracket = if self.is_inside() { "(" } else { "" };
            guard = format!("{bracket}{name} is {}", if is_equality { "not None and " } else { "None or " });
        }
        self.editor.insert(self.whole.span.start, format!("{guard}{negation}{compare}("));
    }

    fn close(&mut self) {
        if self.guarded().is_some() && self.is_inside() {
            self.editor.insert(self.whole.span.end, ")");
        }
    }

    /// Whether the comparison is a part of an expression.
    fn is_inside(&self) -> bool {
        self.editor.context.expression_around(self.comparison.place).is_some()
    }

    /// The variable that holds what was presented, where that may be `None`.
    fn guarded(&self) -> Option<&'p str> {
        let ExpressionKind::Compare { left, rest } = &self.whole.kind else { return None };
        let presented = &self.comparison.presented;
        let mut sides = [left.as_ref()].into_iter().chain(rest.iter().map(|(_, right)| right));
        let side = sides.find(|side| side.span == presented.place.span && is_name(side))?;
        may_be_none(presented).then(|| self.editor.text(side.span.start, side.span.end))
    }

    /// Gives an operand that may be `None` an empty text for that; whether it is there then.
    fn is_made_to_be_there(&mut self, side: &Expression, operand: &Operand<'_>) -> bool {
        if !may_be_none(operand) || self.guarded().is_some_and(|_| operand.place == self.comparison.presented.place) {
            return true;
        }
        if operand.place != self.comparison.presented.place {
            return false;
        }
        let ExpressionKind::Call { callee, arguments } = &side.kind else { return false };
        match (&callee.kind, arguments.as_slice()) {
            (ExpressionKind::Attribute { name, .. }, [Argument { kind: ArgumentKind::Positional, .. }])
                if name == "get" =>
            {
                self.editor.add_argument(side, "\"\"").is_some()
            }
            _ => false,
        }
    }

    /// `.encode()` behind an operand that stands between two offsets, in brackets where it has none and needs them.
    fn encode(&mut self, operand: &Expression, start: u32, end: u32) {
        let is_primary = matches!(
            operand.kind,
            ExpressionKind::Name(_)
                | ExpressionKind::Attribute { .. }
                | ExpressionKind::Subscript { .. }
                | ExpressionKind::Call { .. }
                | ExpressionKind::String(_)
                | ExpressionKind::Formatted(_)
        );
        // Neighbouring literals and brackets that reach further than one operand are left alone.
        let has_brackets = self.editor.text(start, operand.span.start).contains('(');
        if has_brackets || is_primary {
            self.editor.insert(if has_brackets { end } else { operand.span.end }, ".encode()");
        } else {
            self.editor.insert(operand.span.start, "(");
            self.editor.insert(operand.span.end, ").encode()");
        }
    }
}

fn may_be_none(operand: &Operand<'_>) -> bool {
    operand.value.nullness.may_be(Nullness::NONE)
}

fn is_name(side: &Expression) -> bool {
    matches!(side.kind, ExpressionKind::Name(_))
}

/// Whether an operand may be evaluated once for each element.
fn is_repeatable(operand: &Expression) -> bool {
    let mut is_repeatable = true;
    visit::expression(operand, &mut |inner| {
        is_repeatable &= !matches!(
            inner.kind,
            ExpressionKind::Walrus { .. }
                | ExpressionKind::Await(_)
                | ExpressionKind::Yield(_)
                | ExpressionKind::YieldFrom(_)
                | ExpressionKind::Opaque
        );
    });
    is_repeatable
}

/// What an operand is made of, by how it is written and by where its value comes from.
fn made(operand: &Operand<'_>, written: Option<&Expression>) -> Made {
    if let Shape::Constant(Constant::Text { is_bytes, .. }) = &operand.value.shape {
        return if *is_bytes { Made::Bytes } else { Made::Text };
    }
    let by_form = match written.map(|written| &written.kind) {
        Some(ExpressionKind::Formatted(_)) => Made::Text,
        Some(ExpressionKind::Call { callee, .. }) => match &callee.kind {
            ExpressionKind::Attribute { name, .. } => made_by(name),
            _ => Made::Unknown,
        },
        _ => Made::Unknown,
    };
    if by_form == Made::Unknown { made_of(&operand.value.origins) } else { by_form }
}

/// What a method or function makes.
fn made_by(name: &str) -> Made {
    match name.rsplit('.').next().unwrap_or_default() {
        "encode" | "digest" | "b64decode" | "urlsafe_b64decode" | "unhexlify" | "fromhex" | "hexlify" | "b64encode"
        | "urlsafe_b64encode" | "read_bytes" | "bytes" => Made::Bytes,
        "decode" | "hexdigest" | "hex" | "str" | "read_text" => Made::Text,
        _ => Made::Unknown,
    }
}

/// All origins agree, or nothing is known.
fn made_of(origins: &Origins) -> Made {
    let mut all = origins.iter().map(|origin| {
        let steps = std::iter::successors(Some(&*origin.trail), |trail: &&Trail| trail.previous.as_deref());
        let last = steps
            .filter_map(|trail| match &trail.step {
                Step::Derived(name) => Some(made_by(name)),
                _ => None,
            })
            .find(|made| *made != Made::Unknown);
        last.unwrap_or(match &origin.kind {
            OriginKind::Credential(credential) => match credential.channel {
                Channel::Header
                | Channel::Cookie
                | Channel::Query
                | Channel::Form
                | Channel::Values
                | Channel::Path => Made::Text,
                Channel::Body | Channel::Request | Channel::Parameter | Channel::Name => Made::Unknown,
            },
            OriginKind::Setting { store: Store::Environment, .. } => Made::Text,
            _ => Made::Unknown,
        })
    });
    let Some(first) = all.next() else { return Made::Unknown };
    if all.all(|made| made == first) { first } else { Made::Unknown }
}
