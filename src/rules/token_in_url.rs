//! `token-in-url`: a bearer credential is accepted from the query string, or put into an address.

use std::collections::BTreeSet;

use super::shared::sending::{addresses, words};
use super::shared::{Context, capitalised, entry_words, name_place, root, speaks_of_links, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Answer, Ending, EntryInfo, EntryKind, Event, Facts, Outcome, OutgoingCall};
use crate::flow::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part, Store};
use crate::flow::relevant;
use crate::flow::value::{Shape, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{ArgumentKind, ExpressionKind, Name};
use crate::syntax::visit;

const RULE: &str = "token-in-url";
const HARM: &str = "addresses stay in the logs of servers and proxies, in the browser's history and in `Referer` headers, and so does it";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::EntryEnd { entry, outcomes, facts } => accepted(entry, outcomes, facts, context),
        Event::Outgoing(call) => requested(call, context),
        Event::Answer(answer) => redirected(answer, context),
        Event::Configured { key, value, place } => configured(key, value, *place, context),
        _ => Vec::new(),
    }
}

/// Credentials that an entry reads from the query string.
fn accepted(entry: &EntryInfo, outcomes: &[Outcome], facts: &Facts<'_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let is_link = speaks_of_links(&entry.name) || entry.path.as_deref().is_some_and(speaks_of_links);
    if context.is_test(entry.place.file) || (is_link && !context.is_strict(entry.place.file)) {
        return Vec::new();
    }
    let checks_caller = entry.kind != EntryKind::Other && outcomes.iter().any(|outcome| {
        outcome.ending == Ending::Refusal && matches!(outcome.status, Some(401 | 403))
    });
    let reads_header = facts.reads.values().any(|origin| {
        matches!(&origin.kind, OriginKind::Credential(credential) if credential.channel == Channel::Header)
    });
    let checks_caller = checks_caller || reads_header;
    // Where both are looked into, a form is what a method with a body is sent.
    let takes_get = entry.methods.is_empty() || entry.methods.iter().any(|method| method == "GET");
    let read = facts.reads.iter().filter_map(|(place, origin)| match &origin.kind {
        OriginKind::Credential(credential)
            if credential.channel == Channel::Query || (credential.channel == Channel::Values && takes_get && !is_login(credential)) =>
        {
            Some((*place, origin, credential))
        }
        _ => None,
    });
    // Who has shown another credential before the handler runs is asked there for what it wants to know.
    let is_inside = |place: Place| context.function_around(place).is_some_and(|function| name_place(function, place.file) == entry.place);
    let is_known_before = facts.reads.iter().any(|(place, origin)| {
        let is_shown = |credential: &Credential| matches!(credential.channel, Channel::Header | Channel::Cookie);
        matches!(&origin.kind, OriginKind::Credential(credential) if is_shown(credential)) && !is_inside(*place)
    });
    let is_checked = |place: Place| {
        let mut decodes = facts.decodes.values();
        facts.compared.contains(&place) || decodes.any(|decode| decode.token.origins.iter().any(|origin| root(origin) == place))
    };
    let found = read.filter(|(place, origin, credential)| {
        origin.confidence == Confidence::High
            && is_bearer(credential)
            && (is_checked(*place) || !(is_known_before && is_inside(*place)))
            && (is_telling(&credential.name) || checks_caller)
            && !function_speaks_of_links(context, *place)
    });
    // Read again under the same name, it is the same parameter.
    let mut told: BTreeSet<&Name> = BTreeSet::new();
    found.filter(|(_, _, credential)| told.insert(&credential.name)).map(|(place, origin, credential)| {
        FindingBuilder::new(RULE, Severity::Warning, place, "it is taken from the query string here")
            .message(format!("{} takes the credential `{}` from the query string: {HARM}.", capitalised(&entry_words(entry)), credential.name))
            .help("take it from the `Authorization` header (RFC 6750 section 2.1); where a browser cannot set one, trade it for a single-use ticket that lives for seconds")
            .confidence(origin.confidence)
            .identity(credential.name.as_str())
            .build()
    }).collect()
}

/// A credential in the address of a request to another service.
fn requested(call: &OutgoingCall<'_>, context: &Context<'_, '_>) -> Vec<Finding> {
    if context.is_test(call.place.file) {
        return Vec::new();
    }
    let texts = addresses(&call.address, context);
    let in_address = call.address.deep_origins().iter().find(|origin| is_in_query(origin, &texts)).cloned();
    let in_query = call.query.as_ref().and_then(bearer_parameter);
    let Some(origin) = in_address.or(in_query) else { return Vec::new() };
    vec![put_into_address(&origin, call.place, &format!("is put into the address that `{}` requests", call.function))]
}

/// A credential in the address of a redirect.
fn redirected(answer: &Answer<'_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(address) = answer.address.as_ref().filter(|_| !context.is_test(answer.place.file)) else { return Vec::new() };
    let texts = addresses(address, context);
    let origins = address.deep_origins();
    let found = origins.iter().find(|origin| is_in_query(origin, &texts));
    found.map(|origin| put_into_address(origin, answer.place, "is put into the address of a redirect")).into_iter().collect()
}

/// A library that is told to take tokens from the query string.
fn configured(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Vec<Finding> {
    let is_location = context.models.configuration_meaning(key) == Some(ConfigurationMeaning::TokenLocation);
    if !is_location || !names(value).iter().any(|name| name == "query_string") || context.is_test(place.file) {
        return Vec::new();
    }
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "the query string is among the places")
        .message(format!("`{key}` makes the library take tokens from the query string: {HARM}."))
        .help("take `query_string` out of the list; where a browser cannot set a header use a cookie, or a single-use ticket that lives for seconds")
        .identity(key);
    vec![finding.build()]
}

/// The texts of a constant or of a list of them.
fn names(value: &Value<'_>) -> Vec<Name> {
    match &value.shape {
        Shape::Sequence(elements) => elements.iter().filter_map(|element| element.as_text().cloned()).collect(),
        _ => value.as_text().cloned().into_iter().collect(),
    }
}

fn put_into_address(origin: &Origin, place: Place, how: &str) -> Finding {
    FindingBuilder::new(RULE, Severity::Warning, place, "it becomes part of an address here")
        .message(format!("{} {how}: {HARM}.", capitalised(&words(origin))))
        .help("send it in the `Authorization` header or in the body of a POST")
        .confidence(origin.confidence)
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, place, "it becomes part of an address here"))
        .identity(how)
        .build()
}

/// Whether an origin is a bearer credential in the query of an address whose text is known.
fn is_in_query(origin: &Origin, texts: &[String]) -> bool {
    let before = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
    let names: Vec<String> = texts.iter().flat_map(|text| parameters_with_values(&before(text))).collect();
    match &origin.kind {
        OriginKind::Credential(credential) => {
            is_bearer(credential) && credential.channel != Channel::Parameter && !names.is_empty()
        }
        OriginKind::IssuedToken | OriginKind::TokenResponse => !names.is_empty(),
        OriginKind::Setting { store, .. } if *store != Store::Literal => {
            relevant::is_secret(origin) && names.iter().any(|name| is_bearer_parameter(name))
        }
        _ => false,
    }
}

/// The names of query parameters whose values are put in: `?token={}`.
fn parameters_with_values(text: &str) -> Vec<String> {
    let Some((_, query)) = text.split_once('?') else { return Vec::new() };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(_, value)| value.is_empty() || value.contains(['{', '%'])).map(|(name, _)| name.to_owned()).collect()
}

/// A bearer credential among the parameters of a query.
fn bearer_parameter(query: &Value<'_>) -> Option<Origin> {
    let Shape::Dictionary(parameters) = &query.shape else { return None };
    parameters.entries.iter().find_map(|(name, value)| {
        let origins = value.deep_origins();
        let found = origins.iter().find(|origin| match &origin.kind {
            OriginKind::Credential(credential) => is_bearer(credential) && credential.channel != Channel::Parameter,
            OriginKind::IssuedToken | OriginKind::TokenResponse => true,
            OriginKind::Setting { store, .. } => {
                *store != Store::Literal && relevant::is_secret(origin) && is_bearer_parameter(name)
            }
            _ => false,
        });
        found.cloned()
    })
}

/// Who logs in with a password sends it in a form: that the framework would also take it from the query string is its own choice.
fn is_login(credential: &Credential) -> bool {
    credential.kind == CredentialKind::Password
}

/// Names of RFC 6750 and their like; what a service calls `key` it wants there and nowhere else.
fn is_bearer_parameter(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "access_token" | "token" | "auth_token" | "bearer" | "bearer_token" | "jwt" | "id_token")
}

fn is_bearer(credential: &Credential) -> bool {
    let is_protocol = matches!(credential.name.as_str(), "hub.verify_token" | "oauth_token" | "oauth_verifier");
    let is_kind = matches!(credential.kind, CredentialKind::Bearer | CredentialKind::ApiKey | CredentialKind::Password);
    // A piece of a token opens nothing: what stands in it may be anything.
    is_kind && !is_protocol && credential.part != Part::Fragment
}

/// Whether a name says by itself that it is a credential; `token` alone may be anything.
fn is_telling(name: &str) -> bool {
    vocabulary::words(name).len() > 1 || matches!(name, "jwt" | "apikey" | "accesstoken" | "password" | "authtoken")
}

/// Whether the function around a place is named for a link, or reads a token that was signed for one: `salt="logo-download"`.
fn function_speaks_of_links(context: &Context<'_, '_>, place: Place) -> bool {
    let Some(function) = context.function_around(place).filter(|_| !context.is_strict(place.file)) else { return false };
    let mut is_for_link = speaks_of_links(&function.name);
    visit::expressions(&function.body, &mut |expression| {
        let ExpressionKind::Call { arguments, .. } = &expression.kind else { return };
        is_for_link |= arguments.iter().any(|argument| match (&argument.kind, &argument.value.kind) {
            (ArgumentKind::Keyword(name), ExpressionKind::String(purpose)) => name == "salt" && speaks_of_links(purpose),
            _ => false,
        });
    });
    is_for_link
}
