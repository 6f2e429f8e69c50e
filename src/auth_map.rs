//! The auth map: what stands between a caller and each route. Read off the end of a route's run, the same facts that the
//! rules about missing checks judge. Writes nothing and judges nothing but strength.

use std::collections::BTreeSet;

use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Facts, Outcome, Stage};
use crate::flow::evidence::{Check, CheckKind};
use crate::flow::origin::OriginKind;
use crate::rules::shared::{Context, credential_words, name_place};
use crate::source::Place;
use crate::syntax::tree::{Function, Name};

/// One route and what guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HTTP methods; empty where the route answers whatever it is told to.
    pub methods: Vec<Name>,
    /// The whole path; none where it cannot be read.
    pub path: Option<Name>,
    /// The handler.
    pub handler: Name,
    /// Where its name stands.
    pub place: Place,
    /// Credentials that are read on the way, in words, with the first place of each.
    pub reads: Vec<(String, Place)>,
    /// Checks that a caller who gets through has passed, in order.
    pub checks: Vec<Step>,
    /// What every path to success establishes.
    pub established: BTreeSet<CheckKind>,
    /// What the weakest path to success establishes, where that is less than another one's.
    pub weaker: Option<BTreeSet<CheckKind>>,
    /// What nobody checks of a token that is verified here.
    pub missing: Vec<&'static str>,
    /// How well it is guarded.
    pub protection: Protection,
    /// Whether its methods say that it changes something.
    pub changes_state: bool,
}

/// One check on the way to a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What makes it.
    pub position: Position,
    /// The name of the hook, the function or the decorator in which it stands; empty where there is none.
    pub name: Name,
    /// What is checked there.
    pub kinds: Vec<CheckKind>,
    /// Where.
    pub place: Place,
}

/// What surrounds a route, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// A hook before it.
    Hook,
    /// A decorator, or the method of a class that calls the handler.
    Decorator,
    /// What the framework calls to get the handler's arguments.
    Dependency,
    /// The handler itself.
    Body,
}

/// How well a route is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Nobody who succeeds was asked for anything that says who they are.
    Open,
    /// Some who succeed were asked, others not.
    Partial,
    /// Something unknown sees the credential on every path where nothing known does.
    Unknown,
    /// Everybody who succeeds was checked.
    Checked,
    /// Nobody succeeds.
    Closed,
}

impl Protection {
    /// Whether somebody gets through who established nothing.
    pub fn is_unprotected(self) -> bool {
        matches!(self, Self::Open | Self::Partial)
    }
}

/// The route that an event tells of.
pub(crate) fn route(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Option<Route> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return None };
    if entry.kind != EntryKind::Route {
        return None;
    }
    let paths: Vec<BTreeSet<CheckKind>> = successes(outcomes).map(kinds).collect();
    let established = established(&paths);
    let weakest = paths.iter().min_by_key(|kinds| (strength(kinds), kinds.len(), (*kinds).clone()));
    let strongest = paths.iter().map(strength).max();
    let weaker = weakest.filter(|kinds| Some(strength(kinds)) < strongest).cloned();
    Some(Route {
        methods: entry.methods.clone(),
        path: entry.path.clone(),
        handler: entry.name.clone(),
        place: entry.place,
        reads: reads(facts),
        checks: steps(entry, outcomes, facts, context),
        missing: missing(&established, &paths, facts),
        protection: protection(&paths),
        established,
        weaker,
        changes_state: entry.changes_state(),
    })
}

/// Routes by path, then by method and place; a route that two files registered the same way is one.
pub(crate) fn put_in_order(routes: &mut Vec<Route>) {
    let key = |route: &Route| (route.path.clone(), route.methods.clone(), route.place, route.handler.clone());
    routes.sort_by_key(key);
    routes.dedup();
}

fn successes(outcomes: &[Outcome]) -> impl Iterator<Item = &Outcome> {
    outcomes.iter().filter(|outcome| outcome.ending == Ending::Success)
}

/// What a path established; that it was found wanting, or only asks, says nothing about the caller.
fn kinds(outcome: &Outcome) -> BTreeSet<CheckKind> {
    let is_told = |kind: &CheckKind| !matches!(kind, CheckKind::Rejected | CheckKind::Reading);
    outcome.evidence.iter().map(|check| check.kind).filter(is_told).collect()
}

/// What every path established. The form of what was sent says no more where something says who the caller is.
fn established(paths: &[BTreeSet<CheckKind>]) -> BTreeSet<CheckKind> {
    let mut common = paths.iter().cloned().reduce(|left, right| &left & &right).unwrap_or_default();
    if common.iter().copied().any(tells_who) {
        common.retain(|kind| !kind.is_of_form());
    }
    common
}

/// How much a set of checks says: nothing, something that is unknown, or something.
fn strength(kinds: &BTreeSet<CheckKind>) -> u8 {
    if kinds.iter().any(|kind| tells_who(*kind)) { 2 } else { u8::from(kinds.contains(&CheckKind::Opaque)) }
}

/// Whether a check says something about who the caller is.
fn tells_who(kind: CheckKind) -> bool {
    match kind {
        CheckKind::StaticComparison
        | CheckKind::ConstantTimeComparison
        | CheckKind::DeliverySignature
        | CheckKind::Signature
        | CheckKind::Introspection
        | CheckKind::Identity => true,
        CheckKind::Presence
        | CheckKind::Scheme
        | CheckKind::Shape
        | CheckKind::Rejected
        | CheckKind::Audience
        | CheckKind::Issuer
        | CheckKind::Expiry
        | CheckKind::Scope
        | CheckKind::UnverifiedClaim
        | CheckKind::Stub
        | CheckKind::Unset
        | CheckKind::Development
        | CheckKind::Reading
        | CheckKind::FailedVerification
        | CheckKind::Caught
        | CheckKind::Opaque => false,
    }
}

fn protection(paths: &[BTreeSet<CheckKind>]) -> Protection {
    let strengths: Vec<u8> = paths.iter().map(strength).collect();
    match (strengths.iter().min(), strengths.iter().max()) {
        (None, _) | (_, None) => Protection::Closed,
        (Some(0), Some(0)) => Protection::Open,
        (Some(0), Some(_)) => Protection::Partial,
        (Some(1), Some(_)) => Protection::Unknown,
        _ => Protection::Checked,
    }
}

fn reads(facts: &Facts<'_>) -> Vec<(String, Place)> {
    let mut reads: Vec<(String, Place)> = Vec::new();
    for (place, origin) in &facts.reads {
        if let OriginKind::Credential(credential) = &origin.kind {
            let words = credential_words(credential);
            if reads.iter().all(|(known, _)| *known != words) {
                reads.push((words, *place));
            }
        }
    }
    for (place, header) in &facts.read_by_guards {
        let words = format!("the `{header}` header");
        if reads.iter().all(|(known, _)| !known.ends_with(&words)) {
            reads.push((words, *place));
        }
    }
    reads
}

/// The checks of all paths to success in order: those of one line together.
fn steps(entry: &EntryInfo, outcomes: &[Outcome], facts: &Facts<'_>, context: &Context<'_, '_>) -> Vec<Step> {
    let line = |place: Place| (place.file, context.index.program.source(place.file).line(place.span.start));
    let mut steps: Vec<Step> = Vec::new();
    let passed = successes(outcomes).flat_map(|outcome| &outcome.evidence);
    for check in
        passed.filter(|check| !matches!(check.kind, CheckKind::Rejected | CheckKind::Caught | CheckKind::Reading))
    {
        let (position, name) = position(check, entry, facts, context);
        let known = steps.iter_mut().find(|step| line(step.place) == line(check.place) && step.position == position);
        match known {
            Some(step) if step.kinds.contains(&check.kind) => {}
            Some(step) => step.kinds.push(check.kind),
            None => steps.push(Step { position, name, kinds: vec![check.kind], place: check.place }),
        }
    }
    steps.iter_mut().for_each(|step| step.kinds.sort());
    // What one path does first another may never do: the parts that surround a route keep their order.
    steps.sort_by_key(|step| step.position);
    steps
}

fn position(check: &Check, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> (Position, Name) {
    let is_other = |function: &&Function| name_place(function, check.place.file) != entry.place;
    let around = || context.function_around(check.place).filter(is_other).map(|function| function.name.clone());
    match facts.stages.get(check) {
        Some(Stage::Hook(name)) => (Position::Hook, name.clone()),
        Some(Stage::Dependency) => (Position::Dependency, around().unwrap_or_default()),
        Some(Stage::Body) => (Position::Body, around().unwrap_or_default()),
        None => (Position::Decorator, around().unwrap_or_else(|| called(check.place, context))),
    }
}

/// The name that stands before the brackets of a call, or the whole of a name.
fn called(place: Place, context: &Context<'_, '_>) -> Name {
    let text = context.index.text(place);
    let name = text.split('(').next().unwrap_or_default().trim();
    let is_name = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
    if is_name { name.into() } else { Name::default() }
}

/// What nobody asks of a token whose signature is verified. What an unknown function may have asked is not missing.
fn missing(established: &BTreeSet<CheckKind>, paths: &[BTreeSet<CheckKind>], facts: &Facts<'_>) -> Vec<&'static str> {
    let has_token = paths.iter().any(|kinds| kinds.contains(&CheckKind::Signature));
    let may_be_asked = established.contains(&CheckKind::Opaque) || !facts.escaped_claims.is_empty();
    if !has_token || may_be_asked {
        return Vec::new();
    }
    let is_read = |names: &[&str]| facts.claim_checks.iter().any(|(_, claim)| names.contains(&claim.as_str()));
    let wanted: [(&'static str, CheckKind, &[&str]); 4] = [
        ("audience", CheckKind::Audience, &["aud", "azp", "client_id"]),
        ("issuer", CheckKind::Issuer, &["iss"]),
        ("expiry", CheckKind::Expiry, &["exp"]),
        ("scope", CheckKind::Scope, &["scope", "scp", "scopes", "role", "roles", "groups", "permissions"]),
    ];
    let with_token = || paths.iter().filter(|kinds| kinds.contains(&CheckKind::Signature));
    let mut missing: Vec<&'static str> = wanted
        .into_iter()
        .filter(|(_, kind, claims)| !with_token().all(|kinds| kinds.contains(kind)) && !is_read(claims))
        .map(|(word, ..)| word)
        .collect();
    if !is_read(&["jti", "nonce"]) {
        missing.push("replay");
    }
    missing
}

/// A check in a few words.
pub fn check_words(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Presence => "is there",
        CheckKind::Scheme => "scheme word",
        CheckKind::Shape => "form",
        CheckKind::Rejected => "found wanting",
        CheckKind::StaticComparison => "equals a secret (plain comparison)",
        CheckKind::ConstantTimeComparison => "equals a secret",
        CheckKind::DeliverySignature => "signature over the delivery",
        CheckKind::Signature => "token signature",
        CheckKind::Audience => "audience",
        CheckKind::Issuer => "issuer",
        CheckKind::Expiry => "expiry",
        CheckKind::Scope => "scope or role",
        CheckKind::Introspection => "asked the authorization server",
        CheckKind::Identity => "identity",
        CheckKind::UnverifiedClaim => "claim of an unverified token",
        CheckKind::Unset => "its secret is unset",
        CheckKind::Development => "in development only",
        CheckKind::Reading => "for reading only",
        CheckKind::Stub => "a validator that accepts everything",
        CheckKind::FailedVerification => "a failed verification that goes on",
        CheckKind::Caught => "its exception is handled",
        CheckKind::Opaque => "a check that cannot be seen",
    }
}

impl Position {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Decorator => "decorator",
            Self::Dependency => "dependency",
            Self::Body => "body",
        }
    }
}

impl Protection {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Partial => "open on some paths",
            Self::Unknown => "unknown",
            Self::Checked => "checked",
            Self::Closed => "closed",
        }
    }
}
