//! `key-from-token-header`: the unverified header of a token says where its key comes from, or brings it.

use super::shared::decoding::call_at;
use super::shared::vouching::is_same_token;
use super::shared::{Context, entry_words, root, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{EntryInfo, Event, Facts, HeaderUse};
use crate::flow::origin::{Origin, OriginKind};
use crate::flow::token::Constraint;
use crate::source::Place;
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind};

const RULE: &str = "key-from-token-header";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let uses = facts.header_uses.iter().filter_map(|((place, what), origin)| {
        let (parameter, is_tested) = match &origin.kind {
            OriginKind::TokenHeader { parameter } => (parameter, facts.header_checks.contains(parameter)),
            OriginKind::Claim { decode, name, .. } => (name, facts.claim_checks.contains(&(*decode, name.clone()))),
            _ => return None,
        };
        (!is_tested).then(|| finding((*place, *what), parameter, origin, (entry, facts), context))?
    });
    uses.collect()
}

/// Whether the issuer that an unverified token names is compared, when the token is verified, with one that the program names.
fn is_compared_later(origin: &Origin, facts: &Facts<'_>, context: &Context<'_, '_>) -> bool {
    let OriginKind::Claim { decode, .. } = &origin.kind else { return false };
    let Some(unverified) = facts.decodes.get(decode).filter(|unverified| !unverified.is_verified) else { return false };
    let mut verified = facts.decodes.values().filter(|other| other.is_verified && is_same_token(unverified, other));
    verified.any(|other| {
        let parameter = other.model.issuer.as_ref().map(|issuer| issuer.parameter.as_str());
        let is_it = |argument: &&Argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if Some(name.as_str()) == parameter);
        let expected = call_at(context, other.place).and_then(|arguments| arguments.iter().find(is_it));
        other.issuer == Constraint::Enforced && expected.is_some_and(|argument| is_named_by_program(&argument.value))
    })
}

/// A constant, a setting, or what is put together of them: `ISSUER`, `settings.issuer`, `"https://" + DOMAIN`.
fn is_named_by_program(expected: &Expression) -> bool {
    match &expected.kind {
        ExpressionKind::String(_) | ExpressionKind::Attribute { .. } => true,
        ExpressionKind::Name(name) => !name.chars().any(char::is_lowercase),
        ExpressionKind::Binary { left, right, .. } => is_named_by_program(left) && is_named_by_program(right),
        _ => false,
    }
}

fn finding(
    (place, what): (Place, HeaderUse),
    parameter: &str,
    origin: &Origin,
    (entry, facts): (&EntryInfo, &Facts<'_>),
    context: &Context<'_, '_>,
) -> Option<Finding> {
    let is_compared = is_compared_later(origin, facts, context);
    let (label, seen, gain, fix) = match what {
        HeaderUse::File => (
            "a file of that name is opened here",
            "names a file that is opened",
            "with `../` in it any file of the server becomes the key, also one whose content is known, and the token is signed with that",
            "look the key up in a fixed dictionary by `kid`, and refuse an unknown one",
        ),
        HeaderUse::Sql => (
            "it is part of the statement here",
            "is put into the text of an SQL statement",
            "whoever writes the token runs SQL, and can make the query answer with a key of their own",
            "hand it over as a parameter of the statement, or look the key up in a fixed dictionary",
        ),
        HeaderUse::Url if is_compared => (
            "the URL is fetched here",
            "is in the URL that the key is fetched from",
            "the issuer is only compared when the token is verified, so whoever writes one makes this server call any address before",
            "compare the issuer with a fixed list before its keys are fetched",
        ),
        HeaderUse::Url => (
            "the URL is fetched here",
            "is in the URL that the key is fetched from",
            "whoever writes the token serves the key that verifies it, and makes this server call any address",
            "fetch keys only from the address of an issuer that you name (`jwt.PyJWKClient(ISSUER + \"/.well-known/jwks.json\")`), or compare it with a fixed list first",
        ),
        HeaderUse::UrlPath => (
            "the URL is fetched here",
            "chooses what is fetched from a host for the key",
            "whoever writes the token picks the document, with `../` or a query in it any one of that host, and one that others can write to or that redirects holds their key",
            "look the key up in a fixed dictionary or in a JWKS by `kid`, or refuse what is not of its form first (`uuid.UUID(kid)`)",
        ),
        // A key is only looked up by `kid`; what brings one is the flaw.
        HeaderUse::Key if matches!(parameter, "jwk" | "x5c" | "x5u" | "jku") => (
            "it verifies the token here",
            "brings the key that the token is verified with",
            "whoever writes the token signs it with a key of their own and sends that along",
            "verify with a key that you know: from a file, a fixed set, or the JWKS of an issuer that you name",
        ),
        HeaderUse::Key => return None,
    };
    let whose = match &origin.kind {
        OriginKind::Claim { .. } => format!("claim `{parameter}` of a token that nobody has verified yet"),
        _ => format!("parameter `{parameter}` of a token's unverified header"),
    };
    let (severity, confidence) = match what {
        HeaderUse::UrlPath => (Severity::Warning, origin.confidence.lowered()),
        HeaderUse::Url if is_compared => (Severity::Warning, origin.confidence),
        _ => (Severity::Error, origin.confidence),
    };
    let message = format!(
        "The {whose} {seen} in {}, on the way from {}: {gain}.",
        context.quote(place),
        entry_words(entry),
    );
    let builder = FindingBuilder::new(RULE, severity, place, label)
        .message(message)
        .help(fix)
        .confidence(confidence)
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, place, label))
        .about(place)
        .identity(parameter)
        .identity(entry.name.as_str());
    Some(builder.build())
}
