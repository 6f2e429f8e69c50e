//! Abstract values: origins, shape, and whether a value can be `None`, empty or full.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHasher;

use super::origin::{OriginKind, Origins, Step, Store};
use crate::finding::Confidence;
use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, Function, Name, Parameter};

/// Which of none, falsy-but-not-`None` and truthy a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nullness(u8);

impl Nullness {
    /// It can be `None`.
    pub const NONE: Self = Self(1);
    /// It can be falsy without being `None`.
    pub const EMPTY: Self = Self(2);
    /// It can be truthy.
    pub const FULL: Self = Self(4);
    /// Anything.
    pub const ANY: Self = Self(7);
    /// Not `None`.
    pub const PRESENT: Self = Self(6);

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The opposite.
    #[must_use]
    pub const fn not(self) -> Self {
        Self(!self.0 & 7)
    }

    /// Whether any of the given possibilities is left.
    pub const fn may_be(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is possible: such a path does not exist.
    pub const fn is_impossible(self) -> bool {
        self.0 == 0
    }
}

/// A constant of the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`.
    None,
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A string or bytes literal and where it stands.
    Text { text: Name, at: Place, is_bytes: bool },
}

/// Which part of a request a mapping holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestMap {
    /// Headers.
    Headers,
    /// The WSGI environment or `request.META`: headers under `HTTP_…`.
    Environment,
    /// Query string.
    Query,
    /// Form fields.
    Form,
    /// Query string and form together.
    Values,
    /// Cookies.
    Cookies,
    /// Parsed JSON body.
    Json,
    /// `request.authorization`.
    Authorization,
    /// Parts of the path.
    Path,
}

/// What a value looks like.
#[derive(Clone, Debug)]
pub enum Shape<'p> {
    /// Nothing is known.
    Unknown,
    /// A constant.
    Constant(Constant),
    /// A list or tuple whose elements are known.
    Sequence(Rc<Vec<Value<'p>>>),
    /// A list, set or iterator of which only a typical element is known.
    Elements(Rc<Value<'p>>),
    /// A dictionary with known keys; `rest` stands for all others.
    Dictionary(Rc<Dictionary<'p>>),
    /// A function of the program with what it captured.
    Function(Rc<Closure<'p>>),
    /// A class of the program.
    Class(ClassRef<'p>),
    /// An object of a class of the program; its attributes live in the state.
    Instance { class: ClassRef<'p>, object: Object },
    /// A module of the program.
    Module(FileId),
    /// Something outside the program, by its dotted name.
    External(Name),
    /// An object of a class outside the program, by the class's dotted name, and where it was made.
    ExternalInstance { class: Name, at: Place },
    /// `receiver.name`, not yet called.
    Method(Rc<(Value<'p>, Name)>),
    /// A callable with some arguments already given.
    Partial(Rc<(Value<'p>, Arguments<'p>)>),
    /// A callable wrapped by something outside the program: calling it is opaque, then runs the inner one.
    Wrapped(Rc<(Value<'p>, Place)>),
    /// A library decorator's result waiting for the function it decorates, by the library call's dotted name.
    LibraryDecorator(Rc<LibraryDecorator<'p>>),
    /// A callable behind a library decorator that checks the caller.
    Guarded(Rc<(Value<'p>, Rc<LibraryDecorator<'p>>)>),
    /// A part of a request.
    Request(RequestMap),
    /// An HTTP answer with its status, where known.
    Response { status: Option<i64> },
    /// One of several; never nested.
    Union(Rc<Vec<Value<'p>>>),
}

/// A library call that decorates: `jwt_required(optional=True)`.
#[derive(Debug)]
pub struct LibraryDecorator<'p> {
    /// Its dotted name.
    pub path: Name,
    /// What it was called with.
    pub arguments: Arguments<'p>,
    /// Where.
    pub place: Place,
}

/// A dictionary's known content.
#[derive(Clone, Debug, Default)]
pub struct Dictionary<'p> {
    /// Values by string key.
    pub entries: BTreeMap<Name, Value<'p>>,
    /// What other keys hold; none where there are no others.
    pub rest: Option<Value<'p>>,
}

/// Where an object's attributes are kept: objects are told apart by the place that makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Object {
    /// Made by a call at this place.
    At(Place),
    /// `self` of a class that nobody was seen to make.
    SelfOf(Place),
    /// `flask.g` and its like.
    RequestGlobals,
    /// `flask.session` and its like.
    Session,
    /// `app.config`.
    Configuration,
}

/// A function or lambda with its surroundings.
#[derive(Debug)]
pub struct Closure<'p> {
    /// What runs.
    pub code: Code<'p>,
    /// The file it stands in.
    pub file: FileId,
    /// The class it is defined in.
    pub class: Option<ClassRef<'p>>,
    /// The names around it, innermost first.
    pub scope: Option<Rc<Scope<'p>>>,
}

/// What a closure runs.
#[derive(Clone, Copy, Debug)]
pub enum Code<'p> {
    /// A function.
    Function(&'p Function),
    /// A lambda: parameters, body, the lambda itself.
    Lambda(&'p [Parameter], &'p Expression, &'p Expression),
}

impl<'p> Code<'p> {
    /// Where it stands.
    pub fn place(self, file: FileId) -> Place {
        match self {
            Self::Function(function) => Place { file, span: function.name_span },
            Self::Lambda(_, _, lambda) => Place { file, span: lambda.span },
        }
    }

    /// Its parameters.
    pub fn parameters(self) -> &'p [Parameter] {
        match self {
            Self::Function(function) => &function.parameters,
            Self::Lambda(parameters, ..) => parameters,
        }
    }

    /// Its name.
    pub fn name(self) -> Name {
        match self {
            Self::Function(function) => function.name.clone(),
            Self::Lambda(..) => Name::new_static("lambda"),
        }
    }
}

/// Captured names.
#[derive(Debug)]
pub struct Scope<'p> {
    /// The names of the enclosing function.
    pub locals: super::state::Locals<'p>,
    /// The scope around it.
    pub parent: Option<Rc<Scope<'p>>>,
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Arguments<'p> {
    /// By place.
    pub positional: Vec<Value<'p>>,
    /// By name.
    pub keywords: Vec<(Name, Value<'p>)>,
    /// What `*args` of unknown length or `**kwargs` of unknown keys hold.
    pub rest: Option<Value<'p>>,
}

impl<'p> Arguments<'p> {
    /// Positional ones only.
    pub fn of(positional: Vec<Value<'p>>) -> Self {
        Self { positional, ..Self::default() }
    }

    /// Every value.
    pub fn iter(&self) -> impl Iterator<Item = &Value<'p>> {
        self.positional.iter().chain(self.keywords.iter().map(|(_, value)| value)).chain(self.rest.iter())
    }

    /// The argument of a keyword.
    pub fn keyword(&self, name: &str) -> Option<&Value<'p>> {
        self.keywords.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// By place or by name.
    pub fn get(&self, index: usize, name: &str) -> Option<&Value<'p>> {
        self.positional.get(index).or_else(|| self.keyword(name))
    }
}

/// What is known of a value.
#[derive(Clone, Debug)]
pub struct Value<'p> {
    /// Where it came from.
    pub origins: Origins,
    /// What it looks like.
    pub shape: Shape<'p>,
    /// What it can be.
    pub nullness: Nullness,
}

impl<'p> Value<'p> {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self { origins: Origins::default(), shape: Shape::Unknown, nullness: Nullness::ANY }
    }

    /// Something that is there, of unknown shape.
    pub fn present() -> Self {
        Self { nullness: Nullness::PRESENT, ..Self::unknown() }
    }

    /// `None`.
    pub fn none() -> Self {
        Self { origins: Origins::default(), shape: Shape::Constant(Constant::None), nullness: Nullness::NONE }
    }

    /// A boolean.
    pub fn boolean(truth: bool) -> Self {
        let nullness = if truth { Nullness::FULL } else { Nullness::EMPTY };
        Self { origins: Origins::default(), shape: Shape::Constant(Constant::Boolean(truth)), nullness }
    }

    /// An unknown boolean.
    pub fn any_boolean() -> Self {
        Self::present()
    }

    /// An integer.
    pub fn integer(number: i64) -> Self {
        let nullness = if number == 0 { Nullness::EMPTY } else { Nullness::FULL };
        Self { origins: Origins::default(), shape: Shape::Constant(Constant::Integer(number)), nullness }
    }

    /// A string literal.
    pub fn text(text: Name, at: Place, is_bytes: bool) -> Self {
        let nullness = if text.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
        Self { origins: Origins::default(), shape: Shape::Constant(Constant::Text { text, at, is_bytes }), nullness }
    }

    /// Something with a shape that is truthy.
    pub fn of(shape: Shape<'p>) -> Self {
        Self { origins: Origins::default(), shape, nullness: Nullness::FULL }
    }

    /// Something of unknown shape with origins.
    pub fn from_origins(origins: Origins, nullness: Nullness) -> Self {
        Self { origins, shape: Shape::Unknown, nullness }
    }

    /// Something outside the program.
    pub fn external(path: impl Into<Name>) -> Self {
        Self { nullness: Nullness::FULL, ..Self::of(Shape::External(path.into())) }
    }

    /// The same with other origins.
    #[must_use]
    pub fn with_origins(mut self, origins: Origins) -> Self {
        self.origins = origins;
        self
    }

    /// The same with another nullness.
    #[must_use]
    pub fn with_nullness(mut self, nullness: Nullness) -> Self {
        self.nullness = nullness;
        self
    }

    /// The same with one more step on every trail, in it and in what it holds.
    #[must_use]
    pub fn step(&self, place: Place, step: &Step) -> Self {
        if self.origins.is_empty() {
            return self.clone();
        }
        Self { origins: self.origins.step(place, step), ..self.clone() }
    }

    /// The text of a string constant.
    pub fn as_text(&self) -> Option<&Name> {
        match &self.shape {
            Shape::Constant(Constant::Text { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer constant.
    pub fn as_integer(&self) -> Option<i64> {
        match &self.shape {
            Shape::Constant(Constant::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// A boolean constant.
    pub fn as_boolean(&self) -> Option<bool> {
        match &self.shape {
            Shape::Constant(Constant::Boolean(truth)) => Some(*truth),
            _ => None,
        }
    }

    /// Whether it is the constant `None`.
    pub fn is_none(&self) -> bool {
        matches!(self.shape, Shape::Constant(Constant::None))
    }

    /// Its alternatives: itself, or the members of a union.
    pub fn alternatives(&self) -> &[Value<'p>] {
        match &self.shape {
            Shape::Union(members) => members,
            _ => std::slice::from_ref(self),
        }
    }

    /// All origins, those of known elements included, to a small depth.
    pub fn deep_origins(&self) -> Origins {
        self.origins_to_depth(4)
    }

    fn origins_to_depth(&self, depth: u8) -> Origins {
        let mut all = self.origins.clone();
        if depth == 0 {
            return all;
        }
        let mut take = |value: &Value<'p>| all = all.union(&value.origins_to_depth(depth - 1));
        match &self.shape {
            Shape::Sequence(elements) => elements.iter().for_each(take),
            Shape::Elements(element) => take(element),
            Shape::Union(members) => members.iter().for_each(take),
            Shape::Dictionary(dictionary) => {
                dictionary.entries.values().for_each(&mut take);
                dictionary.rest.iter().for_each(take);
            }
            _ => {}
        }
        all
    }

    /// String literals in it as origins, so that they survive where the shape does not.
    pub fn literal_origin(&self) -> Origins {
        match &self.shape {
            Shape::Constant(Constant::Text { text, at, .. }) if !text.is_empty() => Origins::one(
                OriginKind::Setting { store: Store::Literal, name: Name::default() },
                Confidence::High,
                *at,
                "the literal stands here",
            ),
            _ => Origins::default(),
        }
    }

    /// What it is made of when it stands in for a setting that is not set: its literals carry the setting's name then.
    pub fn as_default_of(&self, setting: &Name) -> Origins {
        let literals = self.origins.union(&self.literal_origin());
        literals.filter_map(|origin| match &origin.kind {
            OriginKind::Setting { store: Store::Literal, name } if name.is_empty() => {
                let kind = OriginKind::Setting { store: Store::Literal, name: setting.clone() };
                Some(super::origin::Origin { kind, ..origin.clone() })
            }
            _ => Some(origin.clone()),
        })
    }

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
            Shape::Unknown
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
            (Shape::Elements(a), Shape::Elements(b)) => Rc::ptr_eq(a, b),
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
            Shape::Constant(Constant::Text { text, at, .. }) => (text, at).hash(hasher),
            Shape::Constant(Constant::Integer(number)) => number.hash(hasher),
            Shape::Constant(Constant::Boolean(truth)) => truth.hash(hasher),
            Shape::Constant(Constant::None) => 0.hash(hasher),
            Shape::Sequence(elements) | Shape::Union(elements) => {
                elements.iter().for_each(|element| element.hash_to_depth(hasher, depth - 1));
            }
            Shape::Elements(element) => element.hash_to_depth(hasher, depth - 1),
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
            Shape::Request(map) => map.hash(hasher),
            Shape::Response { status } => status.hash(hasher),
        }
    }
}

/// Shapes that carry nothing a caller could use once two of them are mixed.
fn is_plain(shape: &Shape<'_>) -> bool {
    matches!(shape, Shape::Unknown | Shape::Constant(_))
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
