//! What several rules need: the context they judge in, and words for what they saw. No judgement of its own.

mod another_service;
pub(super) mod answers;
mod brought_into_step;
pub(super) mod constant_time;
pub mod decoding;
mod denied;
pub(super) mod edits;
pub(super) mod ended;
mod every_element;
mod imports;
pub(super) mod in_front;
pub(in crate::rules) mod installed_when_set;
pub(super) mod kept;
pub(in crate::rules) mod named_elsewhere;
pub(in crate::rules) mod receivers;
pub(super) mod redaction;
pub(super) mod reordered;
pub(super) mod required_setting;
pub mod sending;
mod sorted_out;
pub(super) mod stricter_decode;
pub mod surroundings;
pub mod trial;
pub(super) mod unguessable;
pub(in crate::rules) mod unread;
pub(super) mod verdicts;
pub(super) mod verified_connection;
pub(super) mod vouching;
pub(in crate::rules) mod written;

use crate::finding::{Confidence, Label};
use crate::flow::event::{EntryInfo, EntryKind};
use crate::flow::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part, Store};
use crate::flow::walk;
use crate::models::Models;
use crate::program::{Index, vocabulary};
use crate::source::{FileId, Place, Purpose};
use crate::syntax::tree::{Function, Statement, StatementKind};
use memchr::memmem::Finder;
use rustc_hash::FxHashSet;

/// What a rule may look at beside the event.
#[derive(Clone, Copy, Debug)]
pub struct Context<'i, 'p> {
    /// The program.
    pub index: &'i Index<'p>,
    /// What libraries mean.
    pub models: &'i Models,
    /// Files for which the strict profile is on.
    pub strict: &'i FxHashSet<FileId>,
}

/// Longest piece of source that a message quotes, in characters.
const MAX_QUOTE: usize = 60;

impl<'p> Context<'_, 'p> {
    /// Source text as a message quotes it: one line, not long.
    pub fn quote(&self, place: Place) -> String {
        let text = self.index.text(place);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= MAX_QUOTE {
            return format!("`{line}`");
        }
        let cut: String = line.chars().take(MAX_QUOTE).collect();
        format!("`{cut}…`")
    }

    /// The called name of the call at a place, as a message quotes it; anything else as it stands there.
    pub fn quote_called(&self, place: Place) -> String {
        match self.expression_at(place).and_then(edits::call_parts) {
            Some((callee, _)) => self.quote(Place { file: place.file, span: callee.span }),
            None => self.quote(place),
        }
    }

    /// The innermost function around a place.
    pub fn function_around(&self, place: Place) -> Option<&'p Function> {
        self.functions_around(place).pop()
    }

    /// The functions around a place, the innermost last.
    pub fn functions_around(&self, place: Place) -> Vec<&'p Function> {
        let mut found = Vec::new();
        let mut bodies: Vec<&'p [Statement]> =
            self.index.module(place.file).map(|module| &*module.body).into_iter().collect();
        while let Some(body) = bodies.pop() {
            let Some(statement) = body.iter().find(|statement| statement.span.contains(place.span)) else { continue };
            if let StatementKind::Function(function) = &statement.kind
                && function.span.contains(place.span)
            {
                found.push(&**function);
            }
            bodies.extend(walk::bodies(statement));
        }
        found
    }

    /// Whether the strict profile is on for a file: where a finding would stand decides.
    pub fn is_strict(&self, file: FileId) -> bool {
        self.strict.contains(&file)
    }

    /// The function whose name stands at a place.
    pub fn function_at(&self, place: Place) -> Option<&'p Function> {
        let module = self.index.module(place.file)?;
        let sites = walk::functions(place.file, &module.body);
        sites.into_iter().find(|site| site.place() == place).map(|site| site.function)
    }

    /// The files of the same project.
    pub fn project_files(&self, near: FileId) -> impl Iterator<Item = FileId> {
        let index = self.index;
        index.program.files().filter(move |file| index.is_same_project(near, *file))
    }

    /// The files of the same project that name something.
    pub fn files_naming(&self, near: FileId, word: &str) -> impl Iterator<Item = FileId> {
        let (index, finder) = (self.index, Finder::new(word));
        self.project_files(near).filter(move |file| finder.find(index.program.source(*file).text.as_bytes()).is_some())
    }

    /// Whether a file shows how something is used.
    pub fn is_example(&self, file: FileId) -> bool {
        self.index.program.source(file).purpose == Purpose::Example
    }

    /// Whether a file holds tests.
    pub fn is_test(&self, file: FileId) -> bool {
        self.index.program.source(file).purpose == Purpose::Test
    }
}

/// Where the name of a function stands, by which the function is known.
pub fn name_place(function: &Function, file: FileId) -> Place {
    Place { file, span: function.name_span }
}

/// What the caller presents, in words.
pub fn presented(origin: &Origin) -> String {
    match &origin.kind {
        OriginKind::Credential(credential) => credential_words(credential),
        OriginKind::Claim { name, .. } if name.is_empty() => "a claim of the token".to_owned(),
        OriginKind::Claim { name, .. } => format!("the claim `{name}`"),
        _ => "a value from the request".to_owned(),
    }
}

/// A credential in words.
pub fn credential_words(credential: &Credential) -> String {
    let Credential { channel, kind, name, part } = credential;
    let noun = match (kind, part) {
        (_, Part::Username) => "user name",
        (_, Part::Scheme) => "scheme",
        (CredentialKind::Bearer, Part::Whole) => "header",
        (CredentialKind::Bearer, _) => "bearer token",
        (CredentialKind::ApiKey, _) => "key",
        (CredentialKind::Password, _) => "password",
        (CredentialKind::Signature, _) => "signature",
    };
    match channel {
        Channel::Header if *part == Part::Whole => format!("the `{name}` header"),
        Channel::Header => format!("the {noun} from the `{name}` header"),
        Channel::Cookie => format!("the {noun} from the cookie `{name}`"),
        Channel::Query => format!("the {noun} `{name}` from the query string"),
        Channel::Values => format!("the {noun} `{name}` from the query string or form"),
        Channel::Form => format!("the {noun} from the form field `{name}`"),
        Channel::Body => format!("the {noun} `{name}` from the request body"),
        Channel::Path => format!("the {noun} `{name}` from the path"),
        Channel::Request => format!("the {noun} from the request"),
        Channel::Parameter => format!("the {noun} in the parameter `{name}`"),
        Channel::Name => format!("the {noun} in `{name}`"),
    }
}

/// What the program holds, in words.
pub fn held(origin: &Origin) -> String {
    match &origin.kind {
        OriginKind::Mac => "the signature that the program computed".to_owned(),
        OriginKind::IssuedToken => "the token that the program issued".to_owned(),
        OriginKind::Setting { store, name } if !name.is_empty() => match store {
            Store::Environment => format!("the environment variable `{name}`"),
            Store::Configuration => format!("the configuration value `{name}`"),
            Store::SecretStore => format!("the stored secret `{name}`"),
            _ => format!("`{name}`"),
        },
        OriginKind::Setting { store: Store::Literal, .. } => "a literal in the source".to_owned(),
        _ => "a value that the program holds".to_owned(),
    }
}

/// What leaks when an origin's value gets out, in words.
pub fn leaked(origin: &Origin) -> String {
    match &origin.kind {
        OriginKind::Credential(credential) => credential_words(credential),
        OriginKind::IssuedToken => "a token that the program issues".to_owned(),
        OriginKind::TokenResponse => "the answer of a token endpoint".to_owned(),
        OriginKind::Setting { name, .. } if !name.is_empty() => format!("the value of {}", held(origin)),
        _ => held(origin),
    }
}

/// A value as the program spells it where it uses it: the name it has there, or what reads it.
pub fn spelled(origin: &Origin, context: &Context<'_, '_>) -> String {
    origin
        .trail
        .names()
        .find(|name| *name != "self")
        .map_or_else(|| context.quote(root(origin)), |name| format!("`{name}`"))
}

/// The code that reads a setting and fails where it is not set.
pub fn demanding(origin: &Origin) -> String {
    match &origin.kind {
        OriginKind::Setting { store: Store::Configuration, name } => format!("`app.config[\"{name}\"]`"),
        OriginKind::Setting { name, .. } if !name.is_empty() => format!("`os.environ[\"{name}\"]`"),
        _ => "`os.environ[\"…\"]`".to_owned(),
    }
}

/// The steps of an origin, ended by the place where it matters.
pub fn steps(origin: &Origin, at: Place, what: &str) -> Vec<Label> {
    let mut labels = origin.trail.labels();
    if labels.last().is_some_and(|last| last.place == at) {
        labels.pop();
    }
    labels.push(Label { place: at, text: what.to_owned() });
    labels
}

/// Where an origin begins.
pub fn root(origin: &Origin) -> Place {
    origin.trail.root().place
}

/// The lower of two confidences.
pub fn lower(left: Confidence, right: Confidence) -> Confidence {
    left.min(right)
}

/// An entry in words: "the route `/hook` (`receive`)".
pub fn entry_words(entry: &EntryInfo) -> String {
    let EntryInfo { kind, name, path, .. } = entry;
    match (kind, path) {
        (EntryKind::Route, Some(path)) => format!("the route `{path}` (`{name}`)"),
        (EntryKind::Route, None) => format!("the route handler `{name}`"),
        (EntryKind::Hook, _) => format!("the hook `{name}`"),
        (EntryKind::TokenCallback, _) => format!("the callback `{name}`"),
        _ => format!("`{name}`"),
    }
}

/// A sentence's beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Words of links that are sent by mail and used once.
pub fn speaks_of_links(name: &str) -> bool {
    vocabulary::words(name).iter().any(|word| {
        [
            "reset",
            "confirm",
            "verif",
            "invit",
            "unsubscri",
            "activat",
            "magic",
            "callback",
            "oauth",
            "download",
            "shar",
            "recover",
            "regist",
            "signup",
            "email",
            "calendar",
            "feed",
            "unlock",
            "accept",
            "embed",
            "file",
            "media",
            "ical",
            "rss",
        ]
        .iter()
        .any(|stem| word.starts_with(stem))
    })
}
