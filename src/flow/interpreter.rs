//! The interpreter itself: what is running, how much it may still do, what it remembers. How statements, expressions,
//! conditions and calls behave stands in the modules beside this one.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::event::{Event, Facts};
use super::evidence::CheckKind;
use super::origin::Origins;
use super::state::State;
use super::value::{Closure, Object, Value};
use crate::models::Models;
use crate::program::{ClassRef, Index, ModuleScope};
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{Argument, Name};

/// Paths with the value that an expression has on each.
pub type Branches<'p> = SmallVec<[(State<'p>, Value<'p>); 1]>;

/// Calls followed into each other. Real call chains from a route to a comparison are four or five deep.
const MAX_DEPTH: usize = 14;

/// How deep calls without arguments of interest are followed from a route with its hooks and decorators.
pub(super) const REACH_OF_ROUTES: usize = 6;
/// The same from a function judged alone: what it calls is judged alone too.
pub(super) const REACH_OF_FUNCTIONS: usize = 2;
/// The same from the top level of a module.
pub(super) const REACH_OF_MODULES: usize = 1;

/// Expressions and statements evaluated for one entry. The largest real handlers measured need a tenth of it.
const MAX_WORK: u32 = 20_000;

/// An exception on its way.
#[derive(Clone, Debug)]
pub struct Raised<'p> {
    /// The path on which it was raised.
    pub state: State<'p>,
    /// What it may be.
    pub class: RaisedClass<'p>,
    /// What its text may carry.
    pub carries: Origins,
    /// Where.
    pub place: Place,
}

/// What an exception may be.
#[derive(Clone, Debug)]
pub enum RaisedClass<'p> {
    /// A class of the program.
    Program(ClassRef<'p>),
    /// One of these classes of libraries, the most general first.
    External(Rc<Vec<Name>>),
    /// An HTTP error with its status, where known.
    Http(Option<i64>),
    /// Anything.
    Unknown,
}

/// One running function.
#[derive(Debug)]
pub struct Frame<'p> {
    /// The file of its code.
    pub file: FileId,
    /// What runs; none at the top level of a module.
    pub closure: Option<Rc<Closure<'p>>>,
    /// Values returned so far.
    pub returns: Vec<(State<'p>, Value<'p>, Place)>,
    /// Values yielded so far.
    pub yields: Option<Value<'p>>,
    /// Exceptions that left what ran so far.
    pub raised: Vec<Raised<'p>>,
    /// How many `try` with handlers are open.
    pub open_tries: u32,
}

impl<'p> Frame<'p> {
    /// A frame in which nothing has happened.
    pub fn new(file: FileId, closure: Option<Rc<Closure<'p>>>) -> Self {
        Self { file, closure, returns: Vec::new(), yields: None, raised: Vec::new(), open_tries: 0 }
    }
}

/// What a call of a function gave, for the same arguments in the same world.
#[derive(Debug, Default)]
pub struct Summary<'p> {
    /// World, evidence gained and value of each way out.
    pub returns: Vec<(State<'p>, Value<'p>, Place)>,
    /// Exceptions that leave it.
    pub raised: Vec<Raised<'p>>,
    /// Whether every way out says yes and nothing on the way looked at anything.
    pub says_yes: bool,
}

/// What tells calls apart: function, captured scope, arguments, world.
pub type SummaryKey = (Place, u64, u64);

/// Runs code abstractly and tells an observer what happens.
pub struct Interpreter<'p, 'i> {
    /// The program's names.
    pub index: &'i Index<'p>,
    /// What libraries mean.
    pub models: &'i Models,
    /// Who listens.
    pub observer: &'i mut dyn FnMut(&Event<'_, 'p>),
    /// The name of the entry that runs.
    pub(super) entry: Option<Place>,
    /// What is known of the entry that runs.
    pub facts: Facts<'p>,
    /// Functions that were entered, by the place of their names.
    pub reached: FxHashSet<Place>,
    /// Functions met while running, with what they captured: how nested handlers are found.
    pub defined: FxHashMap<Place, Rc<Closure<'p>>>,
    /// Whether the running entry hit a bound.
    pub is_bounded: bool,
    /// What `super()` reaches in the library's base of a view: the name of the method, and the handler that it calls.
    pub(super) behind: Option<(Name, Value<'p>)>,
    pub(super) frames: Vec<Frame<'p>>,
    pub(super) summaries: FxHashMap<SummaryKey, Rc<Summary<'p>>>,
    pub(super) globals: FxHashMap<(FileId, Name), Value<'p>>,
    pub(super) members: FxHashMap<(Place, Name), Option<Value<'p>>>,
    pub(super) initialised: FxHashMap<Place, State<'p>>,
    /// Attributes of objects that modules make when they are loaded.
    pub(super) module_attributes: FxHashMap<(Object, Name), Value<'p>>,
    pub(super) configuration: FxHashMap<(FileId, Name), Option<Value<'p>>>,
    pub(super) in_progress: FxHashSet<(FileId, Name)>,
    pub(super) class_scopes: FxHashMap<Place, Rc<ModuleScope<'p>>>,
    pub(super) members_in_progress: FxHashSet<Place>,
    pub(super) running: Vec<Place>,
    pub(super) may_matter: FxHashMap<Place, bool>,
    /// The arguments of calls that made objects, by the place of the call.
    pub(super) made: FxHashMap<Place, Option<&'p [Argument]>>,
    /// How deep calls are followed that are handed nothing of interest.
    pub(super) reach: usize,
    quiet: u32,
    work: u32,
}

impl<'p, 'i> Interpreter<'p, 'i> {
    /// An interpreter that has run nothing.
    pub fn new(index: &'i Index<'p>, models: &'i Models, observer: &'i mut dyn FnMut(&Event<'_, 'p>)) -> Self {
        Self {
            index,
            models,
            observer,
            entry: None,
            facts: Facts::default(),
            reached: FxHashSet::default(),
            defined: FxHashMap::default(),
            is_bounded: false,
            behind: None,
            frames: Vec::new(),
            summaries: FxHashMap::default(),
            globals: FxHashMap::default(),
            members: FxHashMap::default(),
            initialised: FxHashMap::default(),
            module_attributes: FxHashMap::default(),
            configuration: FxHashMap::default(),
            in_progress: FxHashSet::default(),
            class_scopes: FxHashMap::default(),
            members_in_progress: FxHashSet::default(),
            running: Vec::new(),
            may_matter: FxHashMap::default(),
            made: FxHashMap::default(),
            reach: REACH_OF_ROUTES,
            quiet: 0,
            work: 0,
        }
    }

    /// Forgets what belongs to one entry: facts, work done, and summaries (a summary that is used again tells no facts).
    pub fn begin_entry(&mut self) {
        self.entry = None;
        self.facts = Facts::default();
        self.summaries.clear();
        self.frames.clear();
        self.running.clear();
        self.work = 0;
        self.is_bounded = false;
    }

    /// The names of a class body.
    pub(super) fn class_scope(&mut self, class: ClassRef<'p>) -> Rc<ModuleScope<'p>> {
        let known = self.class_scopes.entry(class.place()).or_insert_with(|| Rc::new(Index::class_scope(class)));
        Rc::clone(known)
    }

    /// Counts one piece of work; false when the entry has used up what it may do.
    pub(super) fn spend(&mut self) -> bool {
        self.work += 1;
        if self.work > MAX_WORK {
            self.is_bounded = true;
        }
        self.work <= MAX_WORK
    }

    /// Whether calls may still be followed deeper.
    pub(super) fn may_go_deeper(&mut self) -> bool {
        if self.running.len() >= MAX_DEPTH {
            self.is_bounded = true;
        }
        self.running.len() < MAX_DEPTH
    }

    /// Tells the observer, unless what runs is only looked up.
    pub(super) fn emit(&mut self, event: &Event<'_, 'p>) {
        if self.quiet == 0 {
            (self.observer)(event);
        }
    }

    /// Whether facts count: not while a name is only looked up.
    pub(super) fn is_loud(&self) -> bool {
        self.quiet == 0
    }

    /// Runs something of which rules hear nothing.
    pub(super) fn quietly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.quiet += 1;
        let result = run(self);
        self.quiet -= 1;
        result
    }

    /// Runs something in the context of a module's top level; what it raises goes nowhere.
    pub(super) fn at_module_level<T>(&mut self, file: FileId, run: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame::new(file, None));
        let result = self.quietly(run);
        self.frames.pop();
        result
    }

    /// The running function.
    pub(super) fn frame(&mut self) -> &mut Frame<'p> {
        if self.frames.is_empty() {
            // Only reached when something is evaluated outside any function: a frame of no function is right then.
            self.frames.push(Frame::new(FileId(0), None));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The file whose code runs.
    pub(super) fn file(&self) -> FileId {
        self.frames.last().map_or(FileId(0), |frame| frame.file)
    }

    /// A span of the running file.
    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file(), span }
    }

    /// The text of a span of the running file.
    pub(super) fn text(&self, span: Span) -> &'p str {
        self.index.text(self.place(span))
    }

    /// An exception leaves what runs.
    pub(super) fn raise(&mut self, state: State<'p>, class: RaisedClass<'p>, carries: Origins, place: Place) {
        self.frame().raised.push(Raised { state, class, carries, place });
    }

    /// Something that nobody can see into saw these values: that counts as a check when a credential is among them.
    pub(super) fn saw(&mut self, state: &mut State<'p>, values: &[&Value<'p>], place: Place) -> bool {
        let mut is_opaque = false;
        for value in values {
            let origins = value.deep_origins();
            is_opaque |=
                super::relevant::carries_credential(&origins) || super::relevant::is_request(value, self.models);
            self.claims_escape(&origins, place, "passed on");
        }
        if is_opaque {
            state.evidence.add(CheckKind::Opaque, place);
        }
        is_opaque
    }
}

/// One path with one value.
pub fn one<'p>(state: State<'p>, value: Value<'p>) -> Branches<'p> {
    smallvec![(state, value)]
}
