//! `token-passthrough`: the credential that the caller presented is sent on to another service as it came.

use super::shared::decoding::call_at;
use super::shared::sending::{addresses, endpoint, host, is_near};
use super::shared::{Context, capitalised, credential_words, lower, root, spelled, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, OutgoingCall};
use crate::flow::origin::{Channel, CredentialKind, Origin, OriginKind, Part, Step};
use crate::program::vocabulary;
use crate::source::Place;
use crate::flow::walk;
use crate::syntax::tree::{
    Argument, ArgumentKind, Expression, ExpressionKind, FormattedPart, Name, Statement, StatementKind,
};

const RULE: &str = "token-passthrough";

/// Who decides where the credential goes.
enum Destination {
    /// The caller.
    Callers,
    /// The deployment.
    Configured,
    /// The program.
    Fixed,
}

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Outgoing(call) = event else { return Vec::new() };
    let Some((origin, what)) = passed_on(call, context) else { return Vec::new() };
    let destination = destination(call, context);
    let is_check = addresses(&call.address, context).iter().any(|address| endpoint(address).is_some() || asks_about_caller(address));
    let (severity, gain) = match destination {
        Destination::Callers if comes_by_itself(origin) => (
            Severity::Error,
            "the caller chooses where it goes, so a link is enough to make the program hand the token of whoever follows it to an attacker",
        ),
        Destination::Callers => (
            Severity::Error,
            "the request says where it goes, so whoever gets to write that part of one has its caller's token sent to a server of their own",
        ),
        // Before anything checked the caller, the other service may be what checks it.
        _ if is_check || !call.is_caller_checked => return Vec::new(),
        Destination::Configured if !context.is_strict(call.place.file) => return Vec::new(),
        _ => (
            Severity::Warning,
            "that service, and whoever breaks into it, can act for the caller everywhere the token is accepted",
        ),
    };
    if context.is_test(call.place.file) {
        return Vec::new();
    }
    let finding = FindingBuilder::new(RULE, severity, call.place, "it is sent on here")
        .message(format!("{what} sent on by `{}` unchanged: {gain}.", call.function))
        .help(format!("send a credential of your own instead of {}, or exchange the token for one whose audience is that service (RFC 8693)", spelled(origin, context)))
        .confidence(lower(origin.confidence, Confidence::High))
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, call.place, "it is sent on here"))
        .identity(call.function.as_str());
    vec![finding.build()]
}

/// Whether a browser sends a credential along without being asked: a cookie, which is among all headers too.
fn comes_by_itself(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(credential) => credential.channel == Channel::Cookie,
        _ => true,
    }
}

/// The presented credential in a header that carries credentials, or the map of all headers that holds it, as the beginning of
/// a sentence.
fn passed_on<'a>(call: &'a OutgoingCall<'_>, context: &Context<'_, '_>) -> Option<(&'a Origin, String)> {
    let headers = call.headers.entries.iter().filter(|(name, _)| vocabulary::header_kind(name).is_some());
    let values = headers.map(|(_, value)| value).chain(&call.headers.rest);
    let found = values.filter_map(|value| value.origins.credential());
    let one = found.into_iter().find(|(origin, credential)| {
        origin.confidence == Confidence::High
            && matches!(credential.channel, Channel::Header | Channel::Cookie)
            && matches!(credential.kind, CredentialKind::Bearer | CredentialKind::ApiKey)
            && matches!(credential.part, Part::Whole | Part::Token)
    });
    if let Some((origin, credential)) = one {
        return Some((origin, format!("{} is", capitalised(&credential_words(credential)))));
    }
    // Within a private network, a service behind this one is a part of it.
    let is_behind = addresses(&call.address, context).iter().any(|address| is_near(host(address)));
    let all = call.headers.rest.as_ref().filter(|_| !is_behind)?.origins.find(|kind| *kind == OriginKind::HeaderMap)?;
    (all.confidence == Confidence::High).then(|| (all, "All headers of the request, `Authorization` among them, are".to_owned()))
}

fn destination(call: &OutgoingCall<'_>, context: &Context<'_, '_>) -> Destination {
    let origins = call.address.deep_origins();
    let has_host = addresses(&call.address, context).iter().any(|address| !host(address).is_empty());
    let is_callers = origins.iter().any(|origin| {
        matches!(origin.kind, OriginKind::RequestData | OriginKind::Body { .. } | OriginKind::HeaderMap | OriginKind::SortedHeader)
            && !is_rewritten(origin)
    });
    let is_setting = origins.any(|kind| matches!(kind, OriginKind::Setting { .. }));
    match (has_host, is_setting) {
        (false, false) if is_callers && !begins_with_setting(call, context) && !begins_elsewhere(call, context) => Destination::Callers,
        (true, _) => Destination::Fixed,
        _ => Destination::Configured,
    }
}

/// `config["backend"] + request.full_path`: what stands before the rest names the host, by the name of what holds it.
fn begins_with_setting(call: &OutgoingCall<'_>, context: &Context<'_, '_>) -> bool {
    let Some(arguments) = call_at(context, call.place) else { return false };
    let is_address = |argument: &&Argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "url");
    let mut positional = arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional);
    let sums = arguments.iter().find(is_address).into_iter().chain(positional.by_ref().take(2)).filter_map(|argument| {
        let is_sum = matches!(&argument.value.kind, ExpressionKind::Binary { .. });
        is_sum.then(|| first_piece(&argument.value))
    });
    sums.into_iter().any(|first| {
        let text = context.index.text(Place { file: call.place.file, span: first.span });
        let holder = text.split(['.', '[']).next().unwrap_or_default();
        holder.len() < text.len() && vocabulary::names_settings(holder)
    })
}

/// `f"{instance}/{path}"`: what stands before the first slash names the host, and no part of the request goes by that name.
fn begins_elsewhere(call: &OutgoingCall<'_>, context: &Context<'_, '_>) -> bool {
    let Some(arguments) = call_at(context, call.place) else { return false };
    let texts = arguments.iter().filter_map(|argument| written_text(&argument.value, call.place, context));
    let Some(first) = texts.into_iter().find_map(first_name) else { return false };
    let goes_by_it = |origin: &Origin| {
        origin.trail.names().any(|name| *name == *first) || origin.trail.root().step_text().contains(&format!("`{first}`"))
    };
    !call.address.deep_origins().iter().any(goes_by_it)
}

/// The pieces of a text, written in the argument or given to its name just before.
fn written_text<'p>(argument: &'p Expression, place: Place, context: &Context<'_, 'p>) -> Option<&'p [FormattedPart]> {
    match &argument.kind {
        ExpressionKind::Formatted(parts) => Some(parts),
        ExpressionKind::Name(name) => {
            let mut given = Vec::new();
            assigned(&context.function_around(place)?.body, name, &mut given);
            match given.as_slice() {
                [Expression { kind: ExpressionKind::Formatted(parts), .. }] => Some(parts),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a name is given in a body.
fn assigned<'p>(body: &'p [Statement], name: &Name, found: &mut Vec<&'p Expression>) {
    for statement in body {
        if let StatementKind::Assign { targets, value } = &statement.kind
            && targets.iter().any(|target| matches!(&target.kind, ExpressionKind::Name(known) if known == name))
        {
            found.push(value);
        }
        walk::bodies(statement).into_iter().for_each(|inner| assigned(inner, name, found));
    }
}

/// The variable that a text begins with, where a slash follows; of an object, what is called an address of its own.
fn first_name(parts: &[FormattedPart]) -> Option<&Name> {
    let [FormattedPart::Value { value, .. }, rest @ ..] = parts else { return None };
    let is_parted = matches!(rest.first(), Some(FormattedPart::Text(text)) if text.starts_with('/'));
    match &value.kind {
        ExpressionKind::Name(name) if is_parted => Some(name),
        ExpressionKind::Attribute { value: holder, name, .. } => {
            let is_own = matches!(&holder.kind, ExpressionKind::Name(holder) if matches!(holder.as_str(), "self" | "cls"));
                        (is_own && (is_parted || vocabulary::names_a_server(name))).then_some(name)
        }
        _ => None,
    }
}

fn first_piece(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Binary { left, .. } => first_piece(left),
        _ => expression,
    }
}

/// `request.url.replace(request.host_url, BACKEND)`: a gateway keeps the path and takes another host.
fn is_rewritten(origin: &Origin) -> bool {
    let mut steps = std::iter::successors(Some(origin.trail.as_ref()), |trail| trail.previous.as_deref());
    steps.any(|trail| matches!(&trail.step, Step::Derived(name) if name == "replace"))
}

/// Whether an address answers who its caller is: `/me`, `/user`, `/session`, `/verify`.
fn asks_about_caller(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    matches!(last, "me" | "user" | "whoami" | "session" | "sessions" | "verify" | "validate" | "check" | "auth" | "authenticate" | "authorize" | "self" | "profile")
}
