//! What the interpreter tells the rules while it runs, and what it knows of an entry at its end.

pub use super::facts::{Binding, Facts};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::evidence::Evidence;
use super::origin::Origin;
use super::token::{Algorithms, Constraint, Expiry};
use super::value::{Dictionary, Value};
use crate::finding::Confidence;
use crate::models::schema::{DecodeModel, LogModel};
use crate::program::versions::Fit;
use crate::source::Place;
use crate::syntax::tree::Name;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparator {
    /// `==`, `!=`, `str.__eq__`, `operator.eq`.
    Equality,
    /// `in`, `not in`.
    Membership,
    /// `case`.
    Match,
    /// `hmac.compare_digest` and its like.
    ConstantTime,
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct Operand<'p> {
    /// What it is.
    pub value: Value<'p>,
    /// Where it stands.
    pub place: Place,
}

/// A presented value is compared with something that the program holds.
#[derive(Clone, Debug)]
pub struct Comparison<'p> {
    /// What the caller sent, and why we think so.
    pub presented: Operand<'p>,
    /// The origin that makes it presented.
    pub presented_origin: Origin,
    /// What it is compared with.
    pub expected: Operand<'p>,
    /// The origin of that.
    pub expected_origin: Origin,
    /// How.
    pub comparator: Comparator,
    /// The whole comparison.
    pub place: Place,
}

/// A token is decoded.
#[derive(Clone, Debug)]
pub struct Decode<'p> {
    /// The library's function.
    pub model: Arc<DecodeModel>,
    /// The call as the program spells it.
    pub function: Name,
    /// The library as users know it.
    pub library: Name,
    /// The whole call.
    pub place: Place,
    /// The token.
    pub token: Value<'p>,
    /// The key.
    pub key: Option<Value<'p>>,
    /// Whether the signature is verified.
    pub is_verified: bool,
    /// Whether that rests on a version of the library that nothing states.
    pub assumes_version: bool,
    /// What the call itself, or a later validation of its claims, expects of the audience.
    pub audience: Constraint,
    /// The same of the issuer.
    pub issuer: Constraint,
    /// What is done about expiry.
    pub expiry: Expiry,
    /// The algorithms that it accepts.
    pub algorithms: Algorithms,
    /// Whether, where it names none, the one of the token's own header is used.
    pub follows_token: Fit,
}

impl Decode<'_> {
    /// What another run of the same call expects is expected.
    pub(super) fn learn(&mut self, other: &Self) {
        self.audience = self.audience.max(other.audience);
        self.issuer = self.issuer.max(other.issuer);
        self.expiry.is_checked |= other.expiry.is_checked;
        self.expiry.is_required |= other.expiry.is_required;
        self.expiry.leeway = self.expiry.leeway.max(other.expiry.leeway);
    }
}

/// What is done with something that an unverified token header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeaderUse {
    /// It is in the name of a file that is opened.
    File,
    /// It is in the text of an SQL statement.
    Sql,
    /// It is in a URL that is fetched.
    Url,
    /// It is in such a URL behind a host that is written out.
    UrlPath,
    /// It is the key.
    Key,
}

/// An authorization server is asked about a token (RFC 7662).
#[derive(Clone, Debug)]
pub struct Introspection<'p> {
    /// The call.
    pub place: Place,
    /// What it sends.
    pub token: Value<'p>,
}

/// What is done with a literal or setting that makes it a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretRole {
    /// It signs or verifies tokens or deliveries.
    Key,
    /// A presented credential is compared with it.
    Comparison,
    /// It is sent as a credential.
    Sent,
    /// A secret configuration key holds it.
    Configuration,
    /// A constant or attribute of a secret's name holds it, and nothing more is known.
    Named,
}

/// A way to take an `Authorization` header apart that is not sure of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LooseForm {
    /// `"Bearer" in header`: the word may stand anywhere.
    Contains,
    /// `header.lstrip("Bearer ")`: characters are removed and not a prefix.
    StripsCharacters,
    /// `header.replace("Bearer ", "")`: a header without the scheme is taken whole.
    Replaces,
    /// `header.split()[1]`: a header of one word raises.
    Unguarded,
}

/// A claim of an unverified token decides something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// Where the token was decoded.
    pub decode: Place,
    /// Which claim; empty for the whole of them.
    pub claim: Name,
    /// Where it decides.
    pub place: Place,
    /// In a few words, what it does there.
    pub what: &'static str,
}

/// How a path of an entry ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The caller gets what it came for.
    Success,
    /// The caller is turned away.
    Refusal,
}

/// One path of an entry.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ends.
    pub ending: Ending,
    /// The status, where it is known.
    pub status: Option<i64>,
    /// What it established.
    pub evidence: Evidence,
    /// Where it ends.
    pub place: Place,
}

/// What kind of entry ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A route with everything around it.
    Route,
    /// A hook before routes.
    Hook,
    /// A token or password callback.
    TokenCallback,
    /// Answers in place of a route that raised.
    ErrorHandler,
    /// Something a framework calls at other times.
    Other,
    /// A function that no entry reaches, judged alone.
    Function,
    /// The top level of a module.
    Module,
}

/// An entry as rules see it.
#[derive(Clone, Debug)]
pub struct EntryInfo {
    /// What kind.
    pub kind: EntryKind,
    /// The function's name.
    pub name: Name,
    /// The path of a route, as written.
    pub path: Option<Name>,
    /// HTTP methods in capitals; empty where not said.
    pub methods: Vec<Name>,
    /// The function's name in the source.
    pub place: Place,
}

impl EntryInfo {
    /// Whether it is there to change something.
    pub fn changes_state(&self) -> bool {
        self.methods.iter().any(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"))
    }
}

/// A decorator that stands above the one that registers its function.
#[derive(Clone, Debug)]
pub struct Above {
    /// Its name as written.
    pub name: Name,
    /// The whole decorator.
    pub place: Place,
    /// Whether a model says that it verifies the caller.
    pub is_verifier: bool,
    /// The registering decorator below it.
    pub registration: Place,
}

/// Which part of what surrounds a route made a check. What stands in none of these was made by a decorator, or by the method
/// of a class that calls the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A hook before the route.
    Hook(Name),
    /// What the framework calls to get the handler's arguments.
    Dependency,
    /// The handler itself and what it calls.
    Body,
}

/// A request to another service.
#[derive(Clone, Debug)]
pub struct OutgoingCall<'p> {
    /// The call as the program spells it.
    pub function: Name,
    /// The library as users know it.
    pub library: Name,
    /// Where it goes.
    pub address: Value<'p>,
    /// Its headers, those of its client included.
    pub headers: Dictionary<'p>,
    /// Basic or other credentials.
    pub authentication: Option<Value<'p>>,
    /// What is put into the query string.
    pub query: Option<Value<'p>>,
    /// What is sent in the body.
    pub body: Option<Value<'p>>,
    /// Where the check of the other side's certificate is switched off.
    pub unverified: Option<Place>,
    /// Whether something had checked the caller before.
    pub is_caller_checked: bool,
    /// The whole call.
    pub place: Place,
}

/// An answer to the caller.
#[derive(Clone, Debug)]
pub struct Answer<'p> {
    /// The call that makes it as the program spells it; empty where a view returns it.
    pub function: Name,
    /// What it is made of.
    pub body: Vec<Value<'p>>,
    /// Settings that a presented credential was compared with on the way, by name.
    pub expected: BTreeSet<Name>,
    /// Where signatures were computed that a presented one was compared with on the way.
    pub expected_signatures: BTreeSet<Place>,
    /// Where it redirects to.
    pub address: Option<Value<'p>>,
    /// Its status, where known.
    pub status: Option<i64>,
    /// Where.
    pub place: Place,
}

/// A token is issued.
#[derive(Clone, Debug)]
pub struct IssueCall<'p> {
    /// The call as the program spells it.
    pub function: Name,
    /// What the token says.
    pub claims: Option<Value<'p>>,
    /// Whom it is for, where an argument says that.
    pub identity: Option<Value<'p>>,
    /// The header, where the library makes tokens as that says: signed, or encrypted.
    pub header: Option<Value<'p>>,
    /// How long it is good for, where an argument says that.
    pub lifetime: Option<Value<'p>>,
    /// Whether it expires only where its claims say so.
    pub expires_by_claims: bool,
    /// The whole call.
    pub place: Place,
}

/// A cookie is set.
#[derive(Clone, Debug)]
pub struct CookieCall<'p> {
    /// Its name, where that is a constant.
    pub name: Option<Name>,
    /// What it holds.
    pub value: Value<'p>,
    /// The `Secure` flag as given.
    pub is_secure: Option<Value<'p>>,
    /// The `HttpOnly` flag as given.
    pub is_http_only: Option<Value<'p>>,
    /// Whether further arguments are given that cannot be read.
    pub is_open: bool,
    /// The whole call.
    pub place: Place,
}

/// What a rule can observe.
#[derive(Debug)]
pub enum Event<'a, 'p> {
    /// A presented value is compared.
    Comparison(&'a Comparison<'p>),
    /// A presented credential is let in by a part of a secret.
    PartialMatch {
        /// The credential.
        presented: &'a Origin,
        /// The secret.
        expected: &'a Origin,
        /// How, as a clause: "is searched for a part that equals it".
        how: &'a str,
        /// Where.
        place: Place,
    },
    /// A value reaches a log.
    Log {
        /// The sink.
        sink: &'a LogModel,
        /// What is written.
        value: &'a Value<'p>,
        /// Its place among the positional arguments, from 0; none for others.
        position: Option<usize>,
        /// The whole call.
        place: Place,
        /// Medium where the logger is known by its name only.
        confidence: Confidence,
    },
    /// Algorithms are named for tokens that are accepted or issued.
    Algorithms {
        /// The argument or setting.
        value: &'a Value<'p>,
        /// Whether tokens are issued with it.
        is_issued: bool,
        /// Whether a token of the algorithm `none` passes then.
        accepts_none: bool,
        /// The function or configuration key.
        user: &'a str,
        /// Where.
        place: Place,
    },
    /// A configuration key gets a value.
    Configured {
        /// The key; one of a dictionary by both, joined by a dot.
        key: &'a str,
        /// The value.
        value: &'a Value<'p>,
        /// Where.
        place: Place,
    },
    /// A value is used as a secret.
    SecretUse {
        /// The value.
        value: &'a Value<'p>,
        /// As what.
        role: SecretRole,
        /// What it is used for, by name: a function, a configuration key.
        user: &'a str,
        /// Where.
        place: Place,
    },
    /// An `Authorization` header is taken apart loosely.
    LooseScheme {
        /// How.
        form: LooseForm,
        /// The header.
        header: &'a Origin,
        /// Whether its scheme or form was tested before.
        is_tested: bool,
        /// Where.
        place: Place,
    },
    /// A request is sent.
    Outgoing(&'a OutgoingCall<'p>),
    /// The caller is answered.
    Answer(&'a Answer<'p>),
    /// A token is issued.
    Issue(&'a IssueCall<'p>),
    /// A presented token is verified by a call that could limit its age and is not told to.
    Ageless {
        /// The token.
        token: &'a Origin,
        /// The call as the program spells it.
        function: &'a str,
        /// Its parameter that would.
        parameter: &'a str,
        /// Where.
        place: Place,
    },
    /// A cookie is set.
    Cookie(&'a CookieCall<'p>),
    /// The result of a validator that accepts everything guards something.
    Stub {
        /// The validator.
        function: &'a str,
        /// Its name in the source.
        definition: Place,
        /// Where its result is tested, or the entry it guards.
        place: Place,
        /// The name of the entry that relies on it, where one runs.
        entry: Option<Place>,
        /// The credential that it was given.
        credential: Option<&'a Origin>,
    },
    /// A statement that somebody asked about is about to run on a path.
    Statement {
        /// What is known there.
        state: &'a super::state::State<'p>,
        /// The function that runs; none at the top level of a module.
        function: Option<Name>,
        /// The statement.
        place: Place,
    },
    /// An entry has run.
    EntryEnd {
        /// The entry.
        entry: &'a EntryInfo,
        /// Its paths.
        outcomes: &'a [Outcome],
        /// What happened on them.
        facts: &'a Facts<'p>,
    },
}
