//! What of the world a call can see. Two calls with the same arguments give the same where they differ only in objects that
//! neither the arguments nor anything known to everybody lead to; what one run changed is then written into the other's
//! world.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::{FxHashSet, FxHasher};

use super::state::State;
use super::value::{Arguments, Closure, Object, Scope, Shape, Value};
use crate::source::Place;

/// Levels of containers and captured names that are looked into for objects: as many as a fingerprint tells apart.
const MAX_NESTING: u8 = 5;

/// The objects that every function can get at, and a hash of all that is known of them.
#[derive(Clone, Debug)]
pub(super) struct Common {
    objects: FxHashSet<Object>,
    hash: u64,
}

impl<'p> State<'p> {
    /// A hash of what a call can see of the world outside the function. `is_local` says of the place where an object is made
    /// whether it is inside a function: what is made elsewhere can be read by its name.
    pub(super) fn visible_fingerprint(
        &self,
        closure: &Rc<Closure<'p>>,
        arguments: &Arguments<'p>,
        is_local: &mut dyn FnMut(Place) -> bool,
    ) -> u64 {
        let common = self.common(is_local);
        let mut found = Vec::new();
        if let Some(scope) = &closure.scope {
            objects_of_scope(scope, MAX_NESTING, &mut found);
        }
        arguments.iter().for_each(|value| objects_in(value, MAX_NESTING, &mut found));
        let handed = self.reachable(found, &common.objects);
        if handed.is_empty() {
            return common.hash;
        }
        let mut hasher = FxHasher::default();
        common.hash.hash(&mut hasher);
        handed.iter().for_each(|object| self.hash_object(*object, &mut hasher));
        hasher.finish()
    }

    fn common(&self, is_local: &mut dyn FnMut(Place) -> bool) -> Rc<Common> {
        let heap = self.heap();
        if let Some(known) = heap.common.get() {
            return Rc::clone(known);
        }
        let mut roots: Vec<Object> = self.attributes().map(|((object, _), _)| *object).collect();
        roots.dedup();
        roots.retain(|object| match object {
            Object::At(place) => !is_local(*place),
            // `self` of a function that runs, and variables of one: whoever can see them was handed them.
            Object::SelfOf(_) | Object::Cell(_) => false,
            _ => true,
        });
        let objects = self.reachable(roots, &FxHashSet::default());
        let mut hasher = FxHasher::default();
        objects.iter().for_each(|object| self.hash_object(*object, &mut hasher));
        heap.known().for_each(|entry| entry.hash(&mut hasher));
        let common = Rc::new(Common { objects: objects.into_iter().collect(), hash: hasher.finish() });
        Rc::clone(heap.common.get_or_init(|| common))
    }

    /// These objects and those that their attributes lead to, without those that are known already.
    fn reachable(&self, mut open: Vec<Object>, known: &FxHashSet<Object>) -> BTreeSet<Object> {
        let mut reached = BTreeSet::new();
        while let Some(object) = open.pop() {
            if !known.contains(&object) && reached.insert(object) {
                self.attributes_of(object).for_each(|value| objects_in(value, MAX_NESTING, &mut open));
            }
        }
        reached
    }

    fn hash_object(&self, object: Object, hasher: &mut FxHasher) {
        for (name, value) in self.named_attributes_of(object) {
            (object, name, value.fingerprint()).hash(hasher);
        }
    }

    /// This path after a call that another path with the same view of the world has made, from `before` to `after`.
    pub(super) fn with_changes(&self, before: &Self, after: &Self) -> Self {
        let heap = if Rc::ptr_eq(self.heap(), before.heap()) {
            Rc::clone(after.heap())
        } else if Rc::ptr_eq(before.heap(), after.heap()) {
            Rc::clone(self.heap())
        } else {
            Rc::new(self.heap().with_changes(before.heap(), after.heap()))
        };
        self.with_heap(heap)
    }
}

/// The objects that a value leads to.
fn objects_in(value: &Value<'_>, depth: u8, found: &mut Vec<Object>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut look = |value: &Value<'_>| objects_in(value, depth, found);
    match &value.shape {
        Shape::Instance { object, .. } => found.push(*object),
        Shape::ExternalInstance { at, .. } => found.push(Object::At(*at)),
        Shape::Sequence(elements) | Shape::Union(elements) => elements.iter().for_each(look),
        Shape::Elements(inner) | Shape::Written(inner) => look(inner),
        Shape::Dictionary(dictionary) => dictionary.entries.values().chain(&dictionary.rest).for_each(look),
        Shape::Super(pair) => look(&pair.0),
        Shape::Method(pair) => look(&pair.0),
        Shape::Wrapped(pair) => look(&pair.0),
        Shape::Guarded(pair) => {
            look(&pair.0);
            pair.1.arguments.iter().for_each(look);
        }
        Shape::LibraryDecorator(decorator) => decorator.arguments.iter().for_each(look),
        Shape::Partial(pair) => {
            look(&pair.0);
            pair.1.iter().for_each(look);
        }
        Shape::ForMethods(parts) => {
            look(&parts.0);
            parts.2.iter().for_each(look);
        }
        Shape::Function(closure) => {
            if let Some(scope) = &closure.scope {
                objects_of_scope(scope, depth, found);
            }
        }
        Shape::Unknown
        | Shape::Constant(_)
        | Shape::Class(_)
        | Shape::Module(_)
        | Shape::External(_)
        | Shape::Continuation(_)
        | Shape::Request(_)
        | Shape::Response { .. }
        | Shape::Moment(_) => {}
    }
}

/// The variables of the functions around a function, and the objects that these hold.
fn objects_of_scope(scope: &Rc<Scope<'_>>, depth: u8, found: &mut Vec<Object>) {
    let mut around = Some(scope);
    while let Some(scope) = around {
        found.push(Object::Cell(scope.function));
        scope.locals.iter().for_each(|(_, value)| objects_in(value, depth, found));
        around = scope.parent.as_ref();
    }
}
