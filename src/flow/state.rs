//! One path: the values of names and objects, and the evidence gained on the way. Cheap to copy, copied on write.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHasher;

use super::evidence::{CheckKind, Evidence};
use super::reads::{Footprint, Log, Part};
use super::value::{Nullness, Object, Value};
use crate::source::{FileId, Place};
use crate::syntax::tree::Name;

/// The names of one function, and what tests said of expressions that begin with one of them.
#[derive(Clone, Debug, Default)]
pub struct Locals<'p> {
    values: Rc<BTreeMap<Name, Value<'p>>>,
    /// By the name that an expression begins with and the hash of its form.
    tested: Rc<BTreeMap<(Name, u64), Nullness>>,
}

impl<'p> Locals<'p> {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value<'p>> {
        self.values.get(name)
    }

    /// Every name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value<'p>)> {
        self.values.iter()
    }

    /// Binds a name.
    pub fn set(&mut self, name: Name, value: Value<'p>) {
        self.forget_tests(&name);
        Rc::make_mut(&mut self.values).insert(name, value);
    }

    /// What is bound to a name is less than was thought.
    pub fn narrow(&mut self, name: Name, value: Value<'p>) {
        Rc::make_mut(&mut self.values).insert(name, value);
    }

    /// Forgets a name.
    pub fn remove(&mut self, name: &str) {
        if self.values.contains_key(name) {
            self.forget_tests(name);
            Rc::make_mut(&mut self.values).remove(name);
        }
    }

    /// What tests left possible for an expression that begins with a name.
    pub fn tested(&self, name: &Name, form: &str) -> Nullness {
        if self.tested.is_empty() {
            return Nullness::ANY;
        }
        self.tested.get(&(name.clone(), hash_of(form))).copied().unwrap_or(Nullness::ANY)
    }

    /// A test left only these possibilities for an expression that begins with a name.
    pub fn set_tested(&mut self, name: &Name, form: &str, nullness: Nullness) {
        let left = self.tested(name, form).and(nullness);
        Rc::make_mut(&mut self.tested).insert((name.clone(), hash_of(form)), left);
    }

    fn forget_tests(&mut self, name: &str) {
        if self.tested.keys().any(|(first, _)| first == name) {
            Rc::make_mut(&mut self.tested).retain(|(first, _), _| first != name);
        }
    }
}

/// What lives longer than one function: attributes of objects, and what is known of credentials read twice.
#[derive(Clone, Debug, Default)]
struct Heap<'p> {
    /// Shared object by object: a path changes few of them, and a copy is made at every step.
    objects: BTreeMap<Object, Attributes<'p>>,
    /// What tests said of an expression that reads the request, by the hash of its normal form.
    known: Rc<BTreeMap<u64, Nullness>>,
}

/// The attributes of one object.
type Attributes<'p> = Rc<BTreeMap<Name, Value<'p>>>;

impl<'p> Heap<'p> {
    fn get(&self, object: Object, name: &str) -> Option<&Value<'p>> {
        self.objects.get(&object)?.get(name)
    }

    fn set(&mut self, object: Object, name: Name, value: Value<'p>) {
        Rc::make_mut(self.objects.entry(object).or_default()).insert(name, value);
    }

    /// Whether an object is the very same here and there.
    fn shares(&self, other: &Self, object: Object) -> bool {
        match (self.objects.get(&object), other.objects.get(&object)) {
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
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
    /// What was looked at and changed outside the running function.
    log: Log,
}

impl<'p> State<'p> {
    /// An attribute of an object, where one was set on this path.
    pub fn attribute(&self, object: Object, name: &str) -> Option<&Value<'p>> {
        self.log.read(Part::Attribute(object, Name::new(name)));
        self.heap.get(object, name)
    }

    /// The values of the attributes of one object.
    pub fn attributes_of(&self, object: Object) -> impl Iterator<Item = &Value<'p>> {
        self.named_attributes_of(object).map(|(_, value)| value)
    }

    /// The attributes of one object with their names.
    pub fn named_attributes_of(&self, object: Object) -> impl Iterator<Item = (&Name, &Value<'p>)> {
        self.log.read(Part::Attributes(object));
        self.held_by(object)
    }

    /// The attributes of one object, without a note that somebody looked.
    pub(super) fn held_by(&self, object: Object) -> impl Iterator<Item = (&Name, &Value<'p>)> {
        self.heap.objects.get(&object).into_iter().flat_map(|attributes| attributes.iter())
    }

    /// What a function assigned to a module's name on this path.
    pub fn module_attribute(&self, file: FileId, name: &str) -> Option<&Value<'p>> {
        self.attribute(Object::Module(file), name)
    }

    /// Every attribute that was set on this path, for looking at a whole world: a run of a function must not depend on it.
    pub fn attributes(&self) -> impl Iterator<Item = (Object, &Name, &Value<'p>)> {
        let objects = self.heap.objects.iter();
        objects.flat_map(|(object, attributes)| attributes.iter().map(|(name, value)| (*object, name, value)))
    }

    /// Sets an attribute.
    pub fn set_attribute(&mut self, object: Object, name: Name, value: Value<'p>) {
        self.log.written(Part::Attribute(object, name.clone()));
        Rc::make_mut(&mut self.heap).set(object, name, value);
    }

    /// What tests on this path left possible for something read from the request, by its normal form.
    pub fn known(&self, form: &str) -> Nullness {
        let key = hash_of(form);
        self.log.read(Part::Known(key));
        self.heap.known.get(&key).copied().unwrap_or(Nullness::ANY)
    }

    /// A test left only these possibilities.
    pub fn set_known(&mut self, form: &str, nullness: Nullness) {
        let left = self.known(form).and(nullness);
        let key = hash_of(form);
        self.log.written(Part::Known(key));
        Rc::make_mut(&mut Rc::make_mut(&mut self.heap).known).insert(key, left);
    }

    /// A hash of a part of the world.
    pub(super) fn part_fingerprint(&self, part: &Part) -> u64 {
        let heap = &self.heap;
        match part {
            Part::Attribute(object, name) => heap.get(*object, name).map_or(0, Value::fingerprint),
            Part::Attributes(object) => {
                let mut hasher = FxHasher::default();
                for (name, value) in self.held_by(*object) {
                    (name, value.fingerprint()).hash(&mut hasher);
                }
                hasher.finish()
            }
            Part::Known(key) => hash_of(&heap.known.get(key)),
            // What somebody makes of an object is theirs to ask.
            Part::Interest(..) => 0,
        }
    }

    /// What is looked at and changed on the paths of this run.
    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// This path after a call that was run once for all worlds that look alike to it, from `before` to `after`.
    #[must_use]
    pub(super) fn with_changes(&self, footprint: &Footprint, before: &Self, after: &Self) -> Self {
        let mut state = self.clone();
        if Rc::ptr_eq(&self.heap, &before.heap) {
            state.heap = Rc::clone(&after.heap);
        } else if !Rc::ptr_eq(&before.heap, &after.heap) {
            let is_shared = |part: &Part| match part {
                Part::Attribute(object, _) => before.heap.shares(&after.heap, *object),
                _ => false,
            };
            let is_changed =
                |part: &&Part| !is_shared(part) && before.part_fingerprint(part) != after.part_fingerprint(part);
            for part in footprint.written().iter().filter(is_changed) {
                state.take_over(part, after);
            }
        }
        state
    }

    /// Makes a part of this world what it is in another.
    fn take_over(&mut self, part: &Part, other: &Self) {
        let heap = Rc::make_mut(&mut self.heap);
        match part {
            Part::Attribute(object, name) => {
                if let Some(value) = other.heap.get(*object, name) {
                    heap.set(*object, name.clone(), value.clone());
                }
            }
            Part::Known(key) => {
                let known = Rc::make_mut(&mut heap.known);
                match other.heap.known.get(key) {
                    Some(left) => known.insert(*key, *left),
                    None => known.remove(key),
                };
            }
            // Objects are written one attribute at a time.
            Part::Attributes(_) | Part::Interest(..) => {}
        }
    }

    /// The same path seen from another function: other names, same world.
    #[must_use]
    pub fn enter(&self, locals: Locals<'p>) -> Self {
        Self { locals, ..self.clone() }
    }

    /// One state that stands for both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            locals: join_locals(&self.locals, &other.locals),
            heap: join_heaps(&self.heap, &other.heap),
            evidence: self.evidence.join(&other.evidence),
            status: self.status,
            log: self.log.clone(),
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
        self.evidence.is_like(&other.evidence) && self.status == other.status
    }

    /// Whether they have established the same kinds of things, wherever they did, and end the same way.
    pub fn is_of_same_kinds(&self, other: &Self) -> bool {
        self.evidence.is_of_same_kinds(&other.evidence) && self.status == other.status
    }

    /// Whether both have proved something, with the same doubts, and end the same way.
    pub fn proves_as_much(&self, other: &Self) -> bool {
        self.evidence.proves_as_much(&other.evidence) && self.status == other.status
    }

    /// Whether neither has proved anything, with the same doubts, and both end the same way.
    pub fn proves_as_little(&self, other: &Self) -> bool {
        self.evidence.proves_as_little(&other.evidence) && self.status == other.status
    }
}

pub(super) fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

fn join_locals<'p>(left: &Locals<'p>, right: &Locals<'p>) -> Locals<'p> {
    let tested = if Rc::ptr_eq(&left.tested, &right.tested) {
        Rc::clone(&left.tested)
    } else {
        Rc::new(join_tests(&left.tested, &right.tested))
    };
    if Rc::ptr_eq(&left.values, &right.values) {
        return Locals { values: Rc::clone(&left.values), tested };
    }
    let mut joined = BTreeMap::clone(&left.values);
    for (name, value) in right.values.iter() {
        joined.entry(name.clone()).and_modify(|known| *known = known.join(value)).or_insert_with(|| value.clone());
    }
    Locals { values: Rc::new(joined), tested }
}

/// What tests said on both of two paths.
fn join_tests<K: Ord + Clone>(left: &BTreeMap<K, Nullness>, right: &BTreeMap<K, Nullness>) -> BTreeMap<K, Nullness> {
    let both = left.iter().filter_map(|(key, nullness)| Some((key.clone(), nullness.or(*right.get(key)?))));
    both.collect()
}

fn join_heaps<'p>(left: &Rc<Heap<'p>>, right: &Rc<Heap<'p>>) -> Rc<Heap<'p>> {
    if Rc::ptr_eq(left, right) {
        return Rc::clone(left);
    }
    let mut joined = Heap::clone(left);
    for (object, attributes) in &right.objects {
        let known = joined.objects.entry(*object).or_insert_with(|| Rc::clone(attributes));
        if Rc::ptr_eq(known, attributes) {
            continue;
        }
        let known = Rc::make_mut(known);
        for (name, value) in attributes.iter() {
            let known = known.entry(name.clone());
            known.and_modify(|known| *known = known.join(value)).or_insert_with(|| value.clone());
        }
    }
    if !Rc::ptr_eq(&left.known, &right.known) {
        joined.known = Rc::new(join_tests(&left.known, &right.known));
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
    for is_same in [State::is_of_same_kinds, State::proves_as_much, State::proves_as_little] {
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
