//! The part of a model file's shape that is about objects of a library: what their attributes, methods and items give, and
//! what part they play. Data only.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A class: its bases and what its attributes and methods give.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "independent questions about one class")]
pub struct ClassModel {
    /// Its dotted names; the first is the one objects are known by.
    pub path: Vec<String>,
    /// Dotted names of its bases.
    #[serde(default)]
    pub bases: Vec<String>,
    /// Attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, Gives>,
    /// Methods by what their result is.
    #[serde(default)]
    pub methods: BTreeMap<String, Gives>,
    /// Items by key (`event["headers"]`, `event.get("headers")`); other keys hold other data of the request.
    #[serde(default)]
    pub items: BTreeMap<String, Gives>,
    /// What part its objects play in a program, where they play one; inherited from bases.
    #[serde(default)]
    pub role: Option<ClassRole>,
    /// Attributes that its objects keep for the requests they send, and as which parameter of a request
    /// (`verify_mode = "verify"`).
    #[serde(default)]
    pub keeps: BTreeMap<String, String>,
    /// Attributes that set the status of the answer when they are assigned to.
    #[serde(default)]
    pub status_attributes: Vec<String>,
    /// Attributes that hold what is answered.
    #[serde(default)]
    pub answer_attributes: Vec<String>,
    /// Whether a class of the program that inherits from it describes data: its annotated names are fields of what a
    /// caller sends (`pydantic.BaseModel`).
    #[serde(default)]
    pub describes_data: bool,
    /// Whether a class of the program that inherits from it makes plain dictionaries of what it is called with
    /// (`typing.TypedDict`).
    #[serde(default)]
    pub makes_dictionaries: bool,
    /// Whether its objects are keys that one family of algorithms takes and every other refuses (measured).
    #[serde(default)]
    pub is_key_of_family: bool,
    /// What the text of its objects shows of them, where it is more or less than a library's object shows.
    #[serde(default)]
    pub text: Option<ObjectText>,
    /// Methods of such a class that make an object of a mapping of its fields.
    #[serde(default)]
    pub made_from: Vec<String>,
    /// Methods that give data the form of a class and check nothing but that form, whatever the class: libraries bring classes of
    /// their own that inherit them.
    #[serde(default)]
    pub parses: Vec<String>,
    /// Whether fields of its subclasses are read from the environment when an object is made: what a class body gives
    /// them is a default.
    #[serde(default)]
    pub reads_environment: bool,
}

/// What the text of an object (`str`, `repr`, in a log) shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectText {
    /// What its attributes hold (`types.SimpleNamespace`).
    Attributes,
    /// Nothing of the one secret that it holds (`pydantic.SecretStr`).
    Asterisks,
}

/// What part an object plays in a web application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassRole {
    /// The request: whoever sees it may look at the credential in it.
    Request,
    /// The configuration: keys, or attributes of upper-case names, that the program sets in one place and reads in another.
    Configuration,
    /// Keeps what the program puts there until the request ends (`flask.g`).
    RequestGlobals,
    /// Keeps what the program puts there from one request to the next.
    Session,
    /// What stands for a caller that something in front of the program has checked: reading it relies on that check.
    Identity,
    /// Stands before the routes of an application and checks no credential: middleware for compression or origins.
    Passage,
}

/// What an attribute or method of a library's object gives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// The header map.
    Headers,
    /// The header map of a library that walks it as pairs of name and value.
    HeaderPairs,
    /// WSGI environment.
    Environment,
    /// Query parameters.
    Query,
    /// Form fields.
    Form,
    /// Query and form.
    Values,
    /// Cookies.
    Cookies,
    /// The parsed JSON body.
    Json,
    /// The raw body.
    RawBody,
    /// The parsed `Authorization` header, `None` when absent.
    Authorization,
    /// Path parameters.
    PathParameters,
    /// Other data of the request.
    RequestData,
    /// The path that the request asks for: for a route the one that leads to it.
    RoutePath,
    /// The name of the route that the request reaches: the blueprints' names and the handler's.
    RouteName,
    /// The name that an object with routes was made with.
    GivenName,
    /// An object of a class.
    Instance(String),
    /// The object itself (a child logger, a bound logger).
    Itself,
    /// What the object carries, as a plain value: a decoded token's claims, the text of a stored secret.
    Content,
    /// One item of a part of the request (`{ part = { of = "headers", name = "Authorization" } }`).
    Part(PartModel),
    /// Several values in a tuple, or `None`.
    Tuple(Vec<Gives>),
    /// The answer of a check: an attribute that a `[[verify]]` of the same name describes (`current_user.is_authenticated`).
    Check,
}

/// One item of a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartModel {
    /// Which part.
    pub of: Box<Gives>,
    /// Its name there; the first argument of the call where this is left out.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it is always there: the object that has it would not exist without it.
    #[serde(default)]
    pub always: bool,
}

/// What a parameter that is only called like a request holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestModel {
    /// The class of the request.
    pub class: String,
    /// The top-level modules of which one is imported where that is so; empty for the class that is taken where none of
    /// any model is.
    #[serde(default)]
    pub imported: Vec<String>,
    /// What such a parameter is called.
    #[serde(default = "names_of_requests")]
    pub named: Vec<String>,
}

fn names_of_requests() -> Vec<String> {
    ["request", "req", "http_request"].map(str::to_owned).to_vec()
}
