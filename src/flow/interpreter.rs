//! The interpreter itself: what is running, how much it may still do, what it remembers. How statements, expressions,
//! conditions and calls behave stands in the modules beside this one.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::bounds::{MAX_WORK, REACH_OF_ROUTES, Reached};
use super::entry::Entry;
use super::event::{Event, Facts};
use super::evidence::{CheckKind, Evidence};
use super::origin::{OriginKind, Origins};
use super::placement::Placement;
use super::reads::Footprint;
use super::scheme::OpenTry;
use super::shared_run::{Kept, Shared};
use super::startup::{Made, Partial, Record};
use super::state::State;
use super::value::{Closure, Nullness, Object, Value};
use crate::models::Models;
use crate::program::{ClassRef, Index, ModuleScope};
use crate::source::{FileId, Place, Span};
use crate::syntax::tree::{Argument, Name};

/// Paths with the value that an expression has on each.
pub type Branches<'p> = SmallVec<[(State<'p>, Value<'p>); 1]>;

/// An exception on its way.
#[derive(Clone, Debug)]
pub struct Raised<'p> {
    /// The path on which it was raised.
    pub state: State<'p>,
    /// What it may be.
    pub class: RaisedClass<'p>,
    /// The exception itself, or what its text may carry.
    pub value: Value<'p>,
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
    /// What the handlers that run have caught, the innermost last.
    pub caught: Vec<(RaisedClass<'p>, Value<'p>)>,
    /// Names of the function that live outside it.
    pub scoping: Option<Rc<super::scoping::Scoping>>,
    /// Whether something had checked the caller before it was called.
    pub is_caller_checked: bool,
}

impl<'p> Frame<'p> {
    /// A frame in which nothing has happened.
    pub fn new(file: FileId, closure: Option<Rc<Closure<'p>>>) -> Self {
        Self {
            file,
            closure,
            returns: Vec::new(),
            yields: None,
            raised: Vec::new(),
            open_tries: 0,
            caught: Vec::new(),
            scoping: None,
            is_caller_checked: false,
        }
    }
}

/// What a call of a function gave, for the same arguments in the same world.
#[derive(Debug, Default)]
pub struct Summary<'p> {
    /// What it looked at and changed.
    pub(super) footprint: Footprint,
    /// Where it began.
    pub before: State<'p>,
    /// World, evidence gained and value of each way out.
    pub returns: Vec<(State<'p>, Value<'p>, Place)>,
    /// Exceptions that leave it.
    pub raised: Vec<Raised<'p>>,
    /// Whether every way out says yes and nothing on the way looked at anything.
    pub says_yes: bool,
}

/// What tells calls apart: function, captured scope, arguments, world.
pub type SummaryKey = (Place, u64);

/// Runs code abstractly and tells an observer what happens.
pub struct Interpreter<'p, 'i> {
    /// The program's names.
    pub index: &'i Index<'p>,
    /// What libraries mean.
    pub models: &'i Models,
    /// Who listens.
    pub observer: &'i mut dyn FnMut(&Event<'_, 'p>),
    /// The entry that runs.
    pub(super) entry: Option<Place>,
    /// What the callers of the running function have established, the outermost first.
    pub(super) outer_evidence: Vec<Evidence>,
    /// The `try` statements around what runs, in callers too.
    pub(super) open_tries: Vec<OpenTry>,
    /// What is known of the entry that runs.
    pub facts: Facts<'p>,
    /// Functions that were entered while rules listened, by the place of their names.
    pub reached: FxHashSet<Place>,
    /// Functions that were called, whether or not the call was followed.
    pub called: FxHashSet<Place>,
    /// Functions met while running, with what they captured: how nested handlers are found.
    pub defined: FxHashMap<Place, Rc<Closure<'p>>>,
    /// Which bounds the running entry has reached.
    pub bounds: Reached,
    /// A line that somebody asked about: its statements are told before they run.
    pub watched: Option<Place>,
    /// What `super()` reaches in the library's base of a view: the name of the method, and the handler that it calls.
    pub(super) behind: Option<(Name, Value<'p>)>,
    /// What says who calls, of what stands outside the program: asked when somebody wants to know.
    pub(super) authenticators: Option<Vec<Value<'p>>>,
    /// The view whose policies are being asked for.
    pub(super) policies_of: Option<(ClassRef<'p>, std::sync::Arc<crate::models::schema::PolicyModel>)>,
    /// What stands around routes, once all files said what they register.
    pub placement: Option<&'i Placement<'p>>,
    /// The handlers that may answer when the running route raises, the nearest first.
    pub(super) error_handlers: Rc<[Entry<'p>]>,
    /// The entry that runs behind middleware.
    pub(super) course: Option<Rc<super::middleware::Course<'p>>>,
    pub(super) frames: Vec<Frame<'p>>,
    pub(super) summaries: FxHashMap<SummaryKey, Vec<Rc<Summary<'p>>>>,
    pub(super) globals: FxHashMap<(FileId, Name), Value<'p>>,
    pub(super) members: FxHashMap<(Place, Name), Option<Value<'p>>>,
    pub(super) initialised: FxHashMap<Place, State<'p>>,
    /// Attributes of objects that modules make when they are loaded.
    pub(super) module_attributes: FxHashMap<(Object, Name), Value<'p>>,
    pub(super) configuration: FxHashMap<(FileId, Name), Option<Value<'p>>>,
    pub(super) in_progress: FxHashSet<(FileId, Name)>,
    /// What a module's name held before the binding that is looked at.
    pub(super) earlier: FxHashMap<(FileId, Name), Value<'p>>,
    pub(super) class_scopes: FxHashMap<Place, Rc<ModuleScope<'p>>>,
    /// Modules whose top level was run for what it assigns to the objects that it makes.
    pub(super) loaded: FxHashSet<FileId>,
    pub(super) members_in_progress: FxHashSet<Place>,
    /// Names that functions assign outside themselves, by the place of the function.
    pub(super) scopings: FxHashMap<Place, Option<Rc<super::scoping::Scoping>>>,
    /// Names that functions declare as global, each with such a function, by file: asked for each name of a module.
    pub(super) assigners: FxHashMap<FileId, Rc<Vec<(Name, super::walk::Site<'p>)>>>,
    /// Bases of classes, and the order in which they are asked, by the place of the class.
    pub(super) bases: FxHashMap<Place, Rc<Vec<Value<'p>>>>,
    pub(super) orders: FxHashMap<Place, Rc<Vec<ClassRef<'p>>>>,
    pub(super) running: Vec<Place>,
    /// How many of these ran when the request last went on: to the next middleware, to the handler.
    pub(super) went_on_at: usize,
    pub(super) may_matter: FxHashMap<Place, bool>,
    /// What start-up code registers, while it runs for that.
    pub(super) record: Option<Record<'p>>,
    /// Objects with routes, by the place that makes them.
    pub(super) route_objects: FxHashMap<Place, Made>,
    /// Registering decorators that wait for the function below them.
    pub(super) waiting: FxHashMap<Place, Partial>,
    /// Handlers that registering calls were given, by the place of the call.
    pub(super) handed_handlers: FxHashMap<Place, Value<'p>>,
    /// The path and the name of the running route, where both are known.
    pub(super) route: Option<(Name, Name)>,
    /// The view class whose method is the running entry, and that method ready to be called.
    pub(super) answering: Option<(Place, Value<'p>)>,
    /// The arguments of calls that made objects, by the place of the call.
    pub(super) made: FxHashMap<Place, Option<&'p [Argument]>>,
    /// Whether the running entry is a route: what it returns is an answer.
    pub(super) is_route: bool,
    /// Whether what runs is run for a request: by a route, a hook or a callback.
    pub(super) is_for_request: bool,
    /// How deep calls are followed that are handed nothing of interest.
    pub(super) reach: usize,
    /// Whether a route that needs what is run once for many is left for later, to be run together with the others.
    pub may_wait: bool,
    /// What the entry that ran has to wait for, since it is run once for many: it was not run to its end.
    pub waits_for: Option<Shared>,
    /// What costs more than a route may, with what runs of it gave.
    pub(super) shared_runs: FxHashMap<Shared, Vec<Rc<Kept<'p>>>>,
    /// What arrives at the handler, while the way to it is run for all.
    pub(super) arrivals: Option<super::long_way::Arrivals<'p>>,
    /// How much of the work was done behind the middleware.
    pub(super) work_in_handlers: u32,
    /// Those of their runs that the entry was told of.
    pub(super) recalled: Vec<Rc<Kept<'p>>>,
    quiet: u32,
    pub(super) work: u32,
    /// What may be spent of it.
    pub(super) most_work: u32,
}

impl<'p, 'i> Interpreter<'p, 'i> {
    /// An interpreter that has run nothing.
    pub fn new(index: &'i Index<'p>, models: &'i Models, observer: &'i mut dyn FnMut(&Event<'_, 'p>)) -> Self {
        Self {
            index,
            models,
            observer,
            entry: None,
            outer_evidence: Vec::new(),
            open_tries: Vec::new(),
            facts: Facts::default(),
            reached: FxHashSet::default(),
            called: FxHashSet::default(),
            defined: FxHashMap::default(),
            bounds: Reached::default(),
            watched: None,
            behind: None,
            authenticators: None,
            policies_of: None,
            placement: None,
            error_handlers: Rc::default(),
            course: None,
            frames: Vec::new(),
            summaries: FxHashMap::default(),
            globals: FxHashMap::default(),
            members: FxHashMap::default(),
            initialised: FxHashMap::default(),
            module_attributes: FxHashMap::default(),
            configuration: FxHashMap::default(),
            in_progress: FxHashSet::default(),
            earlier: FxHashMap::default(),
            class_scopes: FxHashMap::default(),
            loaded: FxHashSet::default(),
            is_route: false,
            is_for_request: false,
            members_in_progress: FxHashSet::default(),
            scopings: FxHashMap::default(),
            assigners: FxHashMap::default(),
            bases: FxHashMap::default(),
            orders: FxHashMap::default(),
            running: Vec::new(),
            went_on_at: 0,
            may_matter: FxHashMap::default(),
            record: None,
            route_objects: FxHashMap::default(),
            waiting: FxHashMap::default(),
            handed_handlers: FxHashMap::default(),
            route: None,
            answering: None,
            made: FxHashMap::default(),
            reach: REACH_OF_ROUTES,
            may_wait: false,
            waits_for: None,
            shared_runs: FxHashMap::default(),
            arrivals: None,
            work_in_handlers: 0,
            recalled: Vec::new(),
            quiet: 0,
            work: 0,
            most_work: MAX_WORK,
        }
    }

    /// Forgets what belongs to one entry: facts, work done, and summaries (a summary that is used again tells no facts).
    pub fn begin_entry(&mut self) {
        self.entry = None;
        self.is_for_request = false;
        self.outer_evidence.clear();
        self.open_tries.clear();
        self.facts = Facts::default();
        self.summaries.clear();
        self.frames.clear();
        self.running.clear();
        self.went_on_at = 0;
        self.route = None;
        self.answering = None;
        self.authenticators = None;
        self.waits_for = None;
        self.recalled.clear();
        self.arrivals = None;
        self.work = 0;
        self.work_in_handlers = 0;
        self.bounds = Reached::default();
    }

    /// The names of a class body.
    pub(super) fn class_scope(&mut self, class: ClassRef<'p>) -> Rc<ModuleScope<'p>> {
        let known = self.class_scopes.entry(class.place()).or_insert_with(|| Rc::new(Index::class_scope(class)));
        Rc::clone(known)
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

    /// Runs something that is no part of the entry: it neither costs it work nor counts as one of its calls.
    pub(super) fn aside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let work = std::mem::take(&mut self.work);
        let running = std::mem::take(&mut self.running);
        let reached = self.bounds;
        let result = run(self);
        (self.work, self.running, self.bounds) = (work, running, reached);
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
        self.raise_value(state, class, Value::from_origins(carries, Nullness::FULL), place);
    }

    /// An exception that a handler can look at leaves what runs.
    pub(super) fn raise_value(&mut self, state: State<'p>, class: RaisedClass<'p>, value: Value<'p>, place: Place) {
        self.frame().raised.push(Raised { state, class, value, place });
    }

    /// Something that nobody can see into saw these values: that counts as a check when a credential is among them.
    pub(super) fn saw(&mut self, state: &mut State<'p>, values: &[&Value<'p>], place: Place) -> bool {
        let mut is_opaque = false;
        let is_parsed = self.models.is_parser(self.callee_text(place).rsplit('.').next().unwrap_or_default());
        for value in values {
            let origins = value.deep_origins();
            self.identity_is_looked_at(value, place);
            is_opaque |=
                super::relevant::carries_credential(&origins) || super::relevant::is_request(value, self.models);
            // `await keys.find(sha256(key).hexdigest())`
            if self.is_loud() && origins.any(|kind| *kind == OriginKind::Digest) {
                self.facts.digests_handed.insert(place);
            }
            self.claims_escape(&origins, place, "passed on");
            if self.is_loud() && !is_parsed && origins.any(|kind| matches!(kind, OriginKind::Body { is_raw: true })) {
                self.facts.raw_body_seen.insert(place);
            }
        }
        if is_opaque {
            state.evidence.add(CheckKind::Opaque, place);
            values.iter().for_each(|value| self.secret_may_check(value));
        }
        is_opaque
    }
}

/// One path with one value.
pub fn one<'p>(state: State<'p>, value: Value<'p>) -> Branches<'p> {
    smallvec![(state, value)]
}
