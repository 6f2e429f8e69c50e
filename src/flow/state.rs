//! One path: the values of names and objects, and the evidence gained on the way. Cheap to copy, copied on write.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::evidence::{CheckKind, Evidence};
use super::value::{Nullness, Object, Value};
use super::visible::Common;
use crate::source::{FileId, Place};
use crate::syntax::tree::Name;

/// The names of one function.
#[derive(Clone, Debug, Default)]
pub struct Locals<'p>(Rc<BTreeMap<Name, Value<'p>>>);

impl<'p> Locals<'p> {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value<'p>> {
        self.0.get(name)
    }

    /// Every name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value<'p>)> {
        self.0.iter()
    }

    /// Binds a name.
    pub fn set(&mut self, name: Name, value: Value<'p>) {
        Rc::make_mut(&mut self.0).insert(name, value);
    }

    /// Forgets a name.
    pub fn remove(&mut self, name: &str) {
        if self.0.contains_key(name) {
            Rc::make_mut(&mut self.0).remove(name);
        }
    }
}

/// What lives longer than one function: attributes of objects, and what is known of credentials read twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap<'p> {
    attributes: BTreeMap<(Object, Name), Value<'p>>,
    /// Whether an attribute of a module is among them.
    has_module_names: bool,
    /// What tests said of an expression that reads the request, by its normal form.
    known: BTreeMap<Name, Nullness>,
    /// What every function can get at, once asked for.
    pub(super) common: OnceCell<Rc<Common>>,
}

impl Heap<'_> {
    /// The heap to be changed: what was found out about it no longer holds.
    fn changed(heap: &mut Rc<Self>) -> &mut Self {
        let heap = Rc::make_mut(heap);
        heap.common = OnceCell::new();
        heap
    }

    /// What tests said of expressions that read the request.
    pub(super) fn known(&self) -> impl Iterator<Item = (&Name, &Nullness)> {
        self.known.iter()
    }

    /// A heap with what differs between two others.
    pub(super) fn with_changes(&self, before: &Self, after: &Self) -> Self {
        let mut changed = Self { common: OnceCell::new(), ..self.clone() };
        changed.has_module_names |= after.has_module_names;
        for (key, value) in &after.attributes {
            let is_kept = before.attributes.get(key).is_some_and(|old| old.fingerprint() == value.fingerprint());
            if !is_kept {
                changed.attributes.insert(key.clone(), value.clone());
            }
        }
        // What tests said of the request is the same in both worlds where a call began.
        changed.known.clone_from(&after.known);
        changed
    }
}

/// One path through the program.
#[derive(Clone, Debug, Default)]
pub struct State<'p> {
    /// Names of the running function.
    pub locals: Locals<'p>,
    heap: Rc<Heap<'p>>,
    /// What is established.
    pub evidence: Evidence,
    /// The status that the answer was given before it is sent, where the program sets it on an object.
    pub status: Option<i64>,
}

impl<'p> State<'p> {
    /// An attribute of an object, where one was set on this path.
    pub fn attribute(&self, object: Object, name: &str) -> Option<&Value<'p>> {
        self.heap.attributes.get(&(object, Name::new(name)))
    }

    /// The values of the attributes of one object.
    pub fn attributes_of(&self, object: Object) -> impl Iterator<Item = &Value<'p>> {
        let first = (object, Name::default());
        self.heap.attributes.range(first..).take_while(move |((of, _), _)| *of == object).map(|(_, value)| value)
    }

    /// The attributes of one object with their names.
    pub fn named_attributes_of(&self, object: Object) -> impl Iterator<Item = (&Name, &Value<'p>)> {
        let first = (object, Name::default());
        self.heap
            .attributes
            .range(first..)
            .take_while(move |((of, _), _)| *of == object)
            .map(|((_, name), value)| (name, value))
    }

    /// What a function assigned to a module's name on this path.
    pub fn module_attribute(&self, file: FileId, name: &str) -> Option<&Value<'p>> {
        if self.heap.has_module_names { self.attribute(Object::Module(file), name) } else { None }
    }

    /// Every attribute that was set on this path.
    pub fn attributes(&self) -> impl Iterator<Item = (&(Object, Name), &Value<'p>)> {
        self.heap.attributes.iter()
    }

    /// Sets an attribute.
    pub fn set_attribute(&mut self, object: Object, name: Name, value: Value<'p>) {
        let heap = Heap::changed(&mut self.heap);
        heap.has_module_names |= matches!(object, Object::Module(_));
        heap.attributes.insert((object, name), value);
    }

    /// What tests on this path left possible for something read from the request.
    pub fn known(&self, key: &str) -> Nullness {
        self.heap.known.get(key).copied().unwrap_or(Nullness::ANY)
    }

    /// Whether anything is known that way.
    pub fn has_known(&self) -> bool {
        !self.heap.known.is_empty()
    }

    /// A test left only these possibilities.
    pub fn set_known(&mut self, key: Name, nullness: Nullness) {
        let left = self.known(&key).and(nullness);
        Heap::changed(&mut self.heap).known.insert(key, left);
    }

    /// The same path seen from another function: other names, same world.
    #[must_use]
    pub fn enter(&self, locals: Locals<'p>) -> Self {
        Self { locals, heap: Rc::clone(&self.heap), evidence: self.evidence.clone(), status: self.status }
    }

    /// The world outside the function.
    pub(super) fn heap(&self) -> &Rc<Heap<'p>> {
        &self.heap
    }

    /// The same path in another world.
    #[must_use]
    pub(super) fn with_heap(&self, heap: Rc<Heap<'p>>) -> Self {
        Self { heap, ..self.clone() }
    }

    /// One state that stands for both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            locals: join_locals(&self.locals, &other.locals),
            heap: join_heaps(&self.heap, &other.heap),
            evidence: self.evidence.union(&other.evidence),
            status: self.status,
        }
    }

    /// Makes the world of several paths one: what they established stays apart, what they left on objects does not.
    pub(super) fn share_world<'a>(paths: impl IntoIterator<Item = &'a mut Self>)
    where
        'p: 'a,
    {
        let mut paths: Vec<&mut Self> = paths.into_iter().collect();
        let worlds = paths.iter().map(|state| Rc::clone(&state.heap));
        let Some(shared) = worlds.reduce(|left, right| join_heaps(&left, &right)) else { return };
        paths.iter_mut().for_each(|state| state.heap = Rc::clone(&shared));
    }

    /// Whether two paths may become one: they have established the same and end the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        self.evidence == other.evidence && self.status == other.status
    }

    /// Whether they have established the same kinds of things, wherever they did, and end the same way.
    pub fn is_of_same_kinds(&self, other: &Self) -> bool {
        self.evidence.is_of_same_kinds(&other.evidence) && self.status == other.status
    }

    /// Whether both have proved something, with the same doubts, and end the same way.
    pub fn proves_as_much(&self, other: &Self) -> bool {
        self.evidence.proves_as_much(&other.evidence) && self.status == other.status
    }
}

fn join_locals<'p>(left: &Locals<'p>, right: &Locals<'p>) -> Locals<'p> {
    if Rc::ptr_eq(&left.0, &right.0) {
        return left.clone();
    }
    let mut joined = BTreeMap::clone(&left.0);
    for (name, value) in right.0.iter() {
        joined.entry(name.clone()).and_modify(|known| *known = known.join(value)).or_insert_with(|| value.clone());
    }
    Locals(Rc::new(joined))
}

fn join_heaps<'p>(left: &Rc<Heap<'p>>, right: &Rc<Heap<'p>>) -> Rc<Heap<'p>> {
    if Rc::ptr_eq(left, right) {
        return Rc::clone(left);
    }
    let mut joined = Heap::clone(left);
    joined.common = OnceCell::new();
    joined.has_module_names |= right.has_module_names;
    for (key, value) in &right.attributes {
        joined
            .attributes
            .entry(key.clone())
            .and_modify(|known| *known = known.join(value))
            .or_insert_with(|| value.clone());
    }
    joined.known.retain(|key, _| right.known.contains_key(key));
    for (key, nullness) in &mut joined.known {
        *nullness = nullness.or(right.known[key]);
    }
    Rc::new(joined)
}

/// Paths kept apart in one function. Measured on real applications: functions that need more than a dozen are rare,
/// and their cost grows with the product of tests.
pub const MAX_PATHS: usize = 24;

/// Paths with equal evidence become one. Where more than [`MAX_PATHS`] are left, those that established the same kinds
/// of things become one, wherever they did, and then those that proved something by whatever means: a path on which nothing
/// is proved stays apart. Where that does not help, all become one opaque path, and the second value says so.
pub(super) fn merge(states: Vec<State<'_>>, at: Place) -> (Vec<State<'_>>, bool) {
    let mut merged = merge_by(states, State::is_like);
    for is_same in [State::is_of_same_kinds, State::proves_as_much] {
        if merged.len() <= MAX_PATHS {
            return (merged, false);
        }
        merged = merge_by(merged, is_same);
    }
    if merged.len() <= MAX_PATHS {
        return (merged, false);
    }
    let all = merged.into_iter().reduce(|left, right| left.join(&right));
    let all = all.map(|mut all| {
        all.evidence.add(CheckKind::Opaque, at);
        all
    });
    (all.into_iter().collect(), true)
}

fn merge_by<'p>(states: Vec<State<'p>>, is_same: impl Fn(&State<'p>, &State<'p>) -> bool) -> Vec<State<'p>> {
    if states.len() < 2 {
        return states;
    }
    let mut merged: Vec<State<'p>> = Vec::with_capacity(states.len());
    for state in states {
        match merged.iter_mut().find(|known| is_same(known, &state)) {
            Some(known) => *known = known.join(&state),
            None => merged.push(state),
        }
    }
    merged
}
