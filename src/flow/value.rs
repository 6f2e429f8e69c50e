//! Abstract values: origins, shape, and whether a value can be `None`, empty or full.

use std::collections::BTreeMap;
use std::rc::Rc;

pub use super::nullness::Nullness;
use super::origin::{OriginKind, Origins, Step, Store};
use crate::finding::Confidence;
use crate::program::ClassRef;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, Function, Name, Parameter};

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
    /// Headers, walked by their names.
    Headers,
    /// The same where the map is walked as pairs of name and value.
    HeaderPairs,
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
    /// A text that a serialiser wrote of this value.
    Written(Rc<Value<'p>>),
    /// A function of the program with what it captured.
    Function(Rc<Closure<'p>>),
    /// A class of the program.
    Class(ClassRef<'p>),
    /// An object of a class of the program; its attributes live in the state.
    Instance { class: ClassRef<'p>, object: Object },
    /// `super()`: an object or class, seen behind a class of its order.
    Super(Rc<(Value<'p>, ClassRef<'p>)>),
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
    /// A decorator of functions that decorates methods, the name of the method where it decorates a class, and what it
    /// decorates once it does.
    ForMethods(Rc<(Value<'p>, Option<Name>, Option<Value<'p>>)>),
    /// What middleware is handed to go on with: the number of the hook that comes next.
    Continuation(usize),
    /// A part of a request.
    Request(RequestMap),
    /// An HTTP answer with its status, where known.
    Response { status: Option<i64> },
    /// A moment, by its seconds from now.
    Moment(i64),
    /// What nobody could see being found, and the credentials it was searched with.
    Found(Origins),
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
    /// Where the object that it is a method of was made.
    pub of: Option<Place>,
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
    /// A class itself, by the place of its name.
    Class(Place),
    /// A module: what functions assign to its names.
    Module(FileId),
    /// The variables of a running function that functions inside it assign to.
    Cell(Place),
    /// The request itself: what the program adds to it.
    Request,
    /// The answer of a callback that a guard asked: it let the caller through.
    Answer(Place),
    /// What this request's dependencies gave, by the hash of what was called.
    Dependencies,
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
    /// The function whose names they are.
    pub function: Place,
}

/// Whether a text is the beginning of an address, or a part of one with a query string.
pub(super) fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || (text.contains('?') && text.contains('='))
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

    /// The dictionary, if it is one whose keys are known.
    pub fn as_dictionary(&self) -> Option<&Dictionary<'p>> {
        match &self.shape {
            Shape::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// Whether nothing is known of it but, perhaps, by which credential it was found.
    pub fn is_unseen(&self) -> bool {
        matches!(self.shape, Shape::Unknown | Shape::Found(_))
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

    /// The known text of an address in it, as an origin: put together with something unknown, the text would be lost.
    pub fn address_origin(&self) -> Origins {
        match &self.shape {
            Shape::Constant(Constant::Text { text, at, .. }) if is_address(text) => Origins::one(
                OriginKind::Address { text: text.clone() },
                Confidence::High,
                *at,
                "the address stands here",
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
}
