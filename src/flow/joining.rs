//! Values that stand for several: joined where paths meet, told apart for summaries.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHasher;

use super::value::{Constant, Shape, Value};

impl Value<'_> {
    /// What is known of a value that is one of two.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let nullness = self.nullness.or(other.nullness);
        let same = self.has_same_shape(other);
        let mut origins = self.origins.union(&other.origins);
        let shape = if same {
            self.shape.clone()
        } else if self.is_none() {
            other.shape.clone()
        } else if other.is_none() {
            self.shape.clone()
        } else if is_plain(&self.shape) && is_plain(&other.shape) {
            origins = origins.union(&self.literal_origin()).union(&other.literal_origin());
            super::found::common(&self.shape, &other.shape)
        } else {
            union_of(self, other)
        };
        Self { origins, shape, nullness }
    }

    fn has_same_shape(&self, other: &Self) -> bool {
        match (&self.shape, &other.shape) {
            (Shape::Unknown, Shape::Unknown) => true,
            (Shape::Constant(Constant::Text { text: a, .. }), Shape::Constant(Constant::Text { text: b, .. })) => {
                a == b
            }
            (Shape::Constant(a), Shape::Constant(b)) => a == b,
            (Shape::Sequence(a), Shape::Sequence(b)) => Rc::ptr_eq(a, b),
            (Shape::Elements(a), Shape::Elements(b)) | (Shape::Written(a), Shape::Written(b)) => Rc::ptr_eq(a, b),
            (Shape::Dictionary(a), Shape::Dictionary(b)) => Rc::ptr_eq(a, b),
            (Shape::Function(a), Shape::Function(b)) => Rc::ptr_eq(a, b),
            (Shape::Union(a), Shape::Union(b)) => Rc::ptr_eq(a, b),
            _ => self.fingerprint() == other.fingerprint(),
        }
    }

    /// A hash of all that a callee can tell apart. Trails count only by where they begin.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.hash_to_depth(&mut hasher, 5);
        hasher.finish()
    }

    fn hash_to_depth(&self, hasher: &mut FxHasher, depth: u8) {
        self.nullness.hash(hasher);
        for origin in &self.origins {
            origin.kind.hash(hasher);
            origin.trail.root().place.hash(hasher);
        }
        std::mem::discriminant(&self.shape).hash(hasher);
        if depth == 0 {
            return;
        }
        match &self.shape {
            Shape::Unknown => {}
            Shape::Found(by) => by.iter().for_each(|origin| origin.kind.hash(hasher)),
            Shape::Constant(Constant::Text { text, at, .. }) => (text, at).hash(hasher),
            Shape::Constant(Constant::Integer(number)) => number.hash(hasher),
            Shape::Constant(Constant::Boolean(truth)) => truth.hash(hasher),
            Shape::Constant(Constant::None) => 0.hash(hasher),
            Shape::Sequence(elements) | Shape::Union(elements) => {
                elements.iter().for_each(|element| element.hash_to_depth(hasher, depth - 1));
            }
            Shape::Elements(element) | Shape::Written(element) => element.hash_to_depth(hasher, depth - 1),
            Shape::Dictionary(dictionary) => {
                for (key, value) in &dictionary.entries {
                    key.hash(hasher);
                    value.hash_to_depth(hasher, depth - 1);
                }
                if let Some(rest) = &dictionary.rest {
                    rest.hash_to_depth(hasher, depth - 1);
                }
            }
            Shape::Function(closure) => {
                closure.code.place(closure.file).hash(hasher);
                closure.scope.as_ref().map(|scope| Rc::as_ptr(scope).cast::<u8>() as usize).hash(hasher);
            }
            Shape::Class(class) => class.place().hash(hasher),
            Shape::Instance { class, object } => (class.place(), object).hash(hasher),
            Shape::Super(pair) => {
                pair.1.place().hash(hasher);
                pair.0.hash_to_depth(hasher, depth - 1);
            }
            Shape::Module(file) => file.hash(hasher),
            Shape::External(path) => path.hash(hasher),
            Shape::ExternalInstance { class, at } => (class, at).hash(hasher),
            Shape::Method(pair) => {
                pair.1.hash(hasher);
                pair.0.hash_to_depth(hasher, depth - 1);
            }
            Shape::Partial(pair) => {
                pair.0.hash_to_depth(hasher, depth - 1);
                pair.1.iter().for_each(|argument| argument.hash_to_depth(hasher, depth - 1));
            }
            Shape::Wrapped(pair) => pair.0.hash_to_depth(hasher, depth - 1),
            Shape::Guarded(pair) => {
                (&pair.1.path, pair.1.place).hash(hasher);
                pair.0.hash_to_depth(hasher, depth - 1);
            }
            Shape::LibraryDecorator(decorator) => (&decorator.path, decorator.place).hash(hasher),
            Shape::ForMethods(parts) => {
                parts.0.hash_to_depth(hasher, depth - 1);
                parts.2.iter().for_each(|inner| inner.hash_to_depth(hasher, depth - 1));
            }
            Shape::Moment(seconds) => seconds.hash(hasher),
            Shape::Continuation(number) => number.hash(hasher),
            Shape::Request(map) => map.hash(hasher),
            Shape::Response { status } => status.hash(hasher),
        }
    }
}

/// Shapes that carry nothing a caller could use once two of them are mixed.
fn is_plain(shape: &Shape<'_>) -> bool {
    matches!(shape, Shape::Unknown | Shape::Found(_) | Shape::Constant(_) | Shape::Written(_) | Shape::Moment(_))
}

/// Members of one union: above this nothing is known.
const MAX_ALTERNATIVES: usize = 6;

fn union_of<'p>(left: &Value<'p>, right: &Value<'p>) -> Shape<'p> {
    let mut members: Vec<Value<'p>> = left.alternatives().to_vec();
    for member in right.alternatives() {
        if !members.iter().any(|known| known.has_same_shape(member)) {
            members.push(member.clone());
        }
    }
    match members.len() {
        1 => members.swap_remove(0).shape,
        2..=MAX_ALTERNATIVES => Shape::Union(Rc::new(members)),
        _ => Shape::Unknown,
    }
}
