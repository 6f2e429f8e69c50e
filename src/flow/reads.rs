//! What a run of a function looks at in the world outside it, and what it changes there. Two calls with the same arguments
//! give the same in worlds that agree on what was looked at, however much else differs.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::value::Object;
use crate::syntax::tree::Name;

/// A part of the world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// One attribute of an object.
    Attribute(Object, Name),
    /// All attributes of an object.
    Attributes(Object),
    /// How much an object can tell a callee, looked into to this depth.
    Interest(Object, u8),
    /// What tests said of an expression that reads the request, by the hash of its normal form.
    Known(u64),
}

/// Parts looked at and parts changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    read: FxHashSet<Part>,
    written: FxHashSet<Part>,
}

/// Notes what is touched; all paths of a run write into one.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Rc<RefCell<Touched>>);

impl Log {
    pub(super) fn read(&self, part: Part) {
        self.0.borrow_mut().read.insert(part);
    }

    pub(super) fn written(&self, part: Part) {
        self.0.borrow_mut().written.insert(part);
    }

    /// A run begins: gives what its caller has touched, for [`Self::end`].
    pub(super) fn begin(&self) -> Touched {
        self.0.take()
    }

    /// A run ends: gives what it touched. Its caller has touched the same.
    pub(super) fn end(&self, caller: Touched) -> Touched {
        let run = self.0.replace(caller);
        let mut caller = self.0.borrow_mut();
        caller.read.extend(run.read.iter().cloned());
        caller.written.extend(run.written.iter().cloned());
        run
    }
}

/// What one run read, as it was then, and what it wrote.
#[derive(Debug, Default)]
pub(super) struct Footprint {
    /// Parts with the hash of what they held. What was written is among them: where one path writes and another does not,
    /// what both left depends on what there was.
    read: Box<[(Part, u64)]>,
    written: Box<[Part]>,
}

impl Footprint {
    /// Of a run that began in a world, whose parts have these hashes.
    pub(super) fn new(touched: Touched, hash: impl Fn(&Part) -> u64) -> Self {
        let Touched { mut read, written } = touched;
        read.extend(written.iter().cloned());
        let read = read.into_iter().map(|part| {
            let hash = hash(&part);
            (part, hash)
        });
        Self { read: read.collect(), written: written.into_iter().collect() }
    }

    /// Whether a run would see the same in a world whose parts have these hashes.
    pub(super) fn sees_the_same(&self, hash: impl Fn(&Part) -> u64) -> bool {
        self.read.iter().all(|(part, seen)| hash(part) == *seen)
    }

    /// Notes that a caller has touched all that the run did.
    pub(super) fn note(&self, log: &Log) {
        let mut caller = log.0.borrow_mut();
        caller.read.extend(self.read.iter().map(|(part, _)| part.clone()));
        caller.written.extend(self.written.iter().cloned());
    }

    /// Parts that the run wrote, on one path or another.
    pub(super) fn written(&self) -> &[Part] {
        &self.written
    }
}
