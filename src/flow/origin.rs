//! Where a value came from: origins with the trail they took. Knows no Python and no library.

use std::rc::Rc;

use crate::finding::{Confidence, Label};
pub use crate::models::schema::Guess;
pub use crate::program::vocabulary::CredentialKind;
use crate::source::Place;
use crate::syntax::tree::Name;

/// The way a credential travels in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A request header.
    Header,
    /// A cookie.
    Cookie,
    /// The query string.
    Query,
    /// A form field.
    Form,
    /// The query string or a form field: the framework looks in both.
    Values,
    /// A field of a JSON body.
    Body,
    /// A part of the path.
    Path,
    /// Somewhere in the request, under a name that does not say so: what it is compared with does.
    Request,
    /// A parameter of a function judged alone, by its name.
    Parameter,
    /// A variable or attribute whose value nobody knows, by its name and what it is compared with.
    Name,
}

/// Which part of a credential a value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The header as sent, scheme included.
    Whole,
    /// The scheme word (`Bearer`).
    Scheme,
    /// The token, key, password or signature itself.
    Token,
    /// The name in Basic credentials.
    Username,
    /// A piece of the token: a slice, a JWT segment.
    Fragment,
}

/// A credential that a caller presents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credential {
    /// How it travels.
    pub channel: Channel,
    /// What it is.
    pub kind: CredentialKind,
    /// The header, field or parameter name as the program spells it.
    pub name: Name,
    /// Which part of it this value is.
    pub part: Part,
}

/// Where a secret or setting is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// An environment variable.
    Environment,
    /// Application configuration.
    Configuration,
    /// A literal in the source.
    Literal,
    /// A secret manager.
    SecretStore,
    /// An attribute of a loaded object, by its name.
    Attribute,
    /// A module constant or variable whose value is not known, by its name.
    Variable,
}

/// What a value is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginKind {
    /// A presented credential.
    Credential(Credential),
    /// The whole header map, or an environment that contains it.
    HeaderMap,
    /// A header that the program tells from the others by its name: whether it is one to hide is its business.
    SortedHeader,
    /// Other data of the request.
    RequestData,
    /// The raw body of the request, or its parsed form.
    Body { is_raw: bool },
    /// The parsed body or form, written out again.
    SerialisedBody,
    /// A configured value: a secret, or an expected claim. A literal has a name where it is the default of that setting.
    Setting { store: Store, name: Name },
    /// A keyed digest that the program computed.
    Mac,
    /// A digest without a key.
    Digest,
    /// The claims of a token decoded at a place.
    Claims { decode: Place, is_verified: bool },
    /// One claim of them.
    Claim { decode: Place, is_verified: bool, name: Name },
    /// The header of a token whose signature was not checked, or one parameter of it.
    TokenHeader { parameter: Name },
    /// A length or count of a credential.
    Measure,
    /// A token that the program issued.
    IssuedToken,
    /// The known text of an address that is put together: what is not known of it stands as `{}`.
    Address { text: Name },
    /// A client or context that checks no certificates.
    Unverified,
    /// Who the verified caller is, or nothing where there is none.
    Identity,
    /// So few random bytes that all of them can be tried.
    FewRandomBytes { count: i64 },
    /// Something that others can foresee or find out, and how.
    Guessable { by: Guess },
    /// The answer of a token or introspection endpoint.
    TokenResponse,
    /// What a validator of the program returned that accepts everything; its name and definition.
    StubResult { function: Name, at: Place },
}

/// One step on the way of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It enters the program; the words say as what.
    Source(Name),
    /// It is bound to a name.
    Assigned(Name),
    /// It is passed to a function's parameter.
    Passed { function: Name, parameter: Name },
    /// It leaves a function.
    Returned(Name),
    /// A library call made it from the one before.
    Derived(Name),
}

/// The steps of a value, last one first.
#[derive(Debug)]
pub struct Trail {
    /// Where this step happens.
    pub place: Place,
    /// What happens.
    pub step: Step,
    /// The step before.
    pub previous: Option<Rc<Trail>>,
    length: u32,
}

/// Steps kept of one trail: enough for a reader, far below SARIF's limits.
const MAX_STEPS: u32 = 24;

impl Trail {
    /// A trail that begins here.
    pub fn begin(place: Place, description: impl Into<Name>) -> Rc<Self> {
        Rc::new(Self { place, step: Step::Source(description.into()), previous: None, length: 1 })
    }

    /// The same trail with one more step. Long trails stop growing.
    pub fn then(self: &Rc<Self>, place: Place, step: Step) -> Rc<Self> {
        if self.length >= MAX_STEPS || self.place == place {
            return Rc::clone(self);
        }
        Rc::new(Self { place, step, previous: Some(Rc::clone(self)), length: self.length + 1 })
    }

    /// Where the trail begins.
    pub fn root(&self) -> &Trail {
        let mut at = self;
        while let Some(previous) = &at.previous {
            at = previous;
        }
        at
    }

    /// Whether the value never left the function it began in.
    pub fn is_local(&self) -> bool {
        let mut at = Some(self);
        while let Some(trail) = at {
            if !matches!(trail.step, Step::Source(_) | Step::Assigned(_) | Step::Derived(_)) {
                return false;
            }
            at = trail.previous.as_deref();
        }
        true
    }

    /// The names of variables and parameters on the way, last one first.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        std::iter::successors(Some(self), |trail| trail.previous.as_deref()).filter_map(|trail| match &trail.step {
            Step::Assigned(name) | Step::Passed { parameter: name, .. } => Some(name),
            _ => None,
        })
    }

    /// This step in words.
    pub fn step_text(&self) -> String {
        self.step.describe()
    }

    /// The steps in order of execution, as labels.
    pub fn labels(&self) -> Vec<Label> {
        let mut labels = Vec::new();
        let mut at = Some(self);
        while let Some(trail) = at {
            labels.push(Label { place: trail.place, text: trail.step.describe() });
            at = trail.previous.as_deref();
        }
        labels.reverse();
        labels
    }
}

impl Step {
    fn describe(&self) -> String {
        match self {
            Self::Source(words) => words.to_string(),
            Self::Assigned(name) => format!("assigned to `{name}`"),
            Self::Passed { function, parameter } => format!("passed to `{function}` as `{parameter}`"),
            Self::Returned(function) => format!("returned by `{function}`"),
            Self::Derived(function) => format!("goes through `{function}`"),
        }
    }
}

/// One origin of a value.
#[derive(Clone, Debug)]
pub struct Origin {
    /// What it is.
    pub kind: OriginKind,
    /// How sure that is: high from a model, medium from a name.
    pub confidence: Confidence,
    /// How it came here.
    pub trail: Rc<Trail>,
}

impl Origin {
    /// Whether two origins are the same thing from the same place.
    fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.trail.root().place == other.trail.root().place
    }
}

/// The origins of a value; most values have none.
#[derive(Clone, Debug, Default)]
pub struct Origins(Option<Rc<Vec<Origin>>>);

impl<'a> IntoIterator for &'a Origins {
    type Item = &'a Origin;
    type IntoIter = std::slice::Iter<'a, Origin>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Origins kept of one value. More do not make a finding clearer.
const MAX_ORIGINS: usize = 8;

impl Origins {
    /// One origin.
    pub fn one(kind: OriginKind, confidence: Confidence, place: Place, description: impl Into<Name>) -> Self {
        Self(Some(Rc::new(vec![Origin { kind, confidence, trail: Trail::begin(place, description) }])))
    }

    /// From a list.
    pub fn from_list(list: Vec<Origin>) -> Self {
        Self((!list.is_empty()).then(|| Rc::new(list)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Each origin.
    pub fn iter(&self) -> std::slice::Iter<'_, Origin> {
        self.0.as_deref().map_or(&[] as &[Origin], Vec::as_slice).iter()
    }

    /// Both sets together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (Some(left), Some(right)) = (&self.0, &other.0) else {
            return if self.0.is_some() { self.clone() } else { other.clone() };
        };
        if Rc::ptr_eq(left, right) {
            return self.clone();
        }
        let mut list = Vec::clone(left);
        for origin in right.iter() {
            if list.len() < MAX_ORIGINS && !list.iter().any(|known| known.is_same(origin)) {
                list.push(origin.clone());
            }
        }
        Self(Some(Rc::new(list)))
    }

    /// Every origin changed or dropped.
    #[must_use]
    pub fn filter_map(&self, change: impl Fn(&Origin) -> Option<Origin>) -> Self {
        Self::from_list(self.iter().filter_map(change).collect())
    }

    /// Every trail lengthened by one step.
    #[must_use]
    pub fn step(&self, place: Place, step: &Step) -> Self {
        if self.is_empty() {
            return Self::default();
        }
        self.filter_map(|origin| Some(Origin { trail: origin.trail.then(place, step.clone()), ..origin.clone() }))
    }

    /// The first presented credential among them.
    pub fn credential(&self) -> Option<(&Origin, &Credential)> {
        self.iter().find_map(|origin| match &origin.kind {
            OriginKind::Credential(credential) => Some((origin, credential)),
            _ => None,
        })
    }

    /// The name of the first setting of the environment or configuration among them.
    pub fn setting_name(&self) -> Option<&Name> {
        self.iter().find_map(|origin| match &origin.kind {
            OriginKind::Setting { store: Store::Environment | Store::Configuration | Store::SecretStore, name }
                if !name.is_empty() =>
            {
                Some(name)
            }
            _ => None,
        })
    }

    /// The first origin of which `wanted` is true.
    pub fn find(&self, wanted: impl Fn(&OriginKind) -> bool) -> Option<&Origin> {
        self.iter().find(|origin| wanted(&origin.kind))
    }

    /// Whether any origin is such.
    pub fn any(&self, wanted: impl Fn(&OriginKind) -> bool) -> bool {
        self.find(wanted).is_some()
    }
}

impl OriginKind {
    /// The same, when it is a credential, as another part of itself.
    #[must_use]
    pub fn with_part(&self, part: Part) -> Self {
        match self {
            Self::Credential(credential) => Self::Credential(Credential { part, ..credential.clone() }),
            other => other.clone(),
        }
    }
}
