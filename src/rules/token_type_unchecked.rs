//! `token-type-unchecked`: a program issues two kinds of token with one key, and takes the one for the other.

use std::collections::BTreeSet;

use super::shared::Context;
use super::shared::decoding::{call_at, decode_finding, function_quote, key_name, presented_token};
use super::shared::{entry_words, presented};
use crate::finding::{Finding, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts};
use crate::flow::token::Constraint;
use crate::flow::walk;
use crate::program::vocabulary;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, ExpressionKind, Function, Name, StatementKind};
use crate::syntax::visit;

const RULE: &str = "token-type-unchecked";

/// Claims that say what a token is for.
const TYPE_CLAIMS: [&str; 8] = ["type", "typ", "token_type", "token_use", "purpose", "use", "kind", "action"];

/// Words of functions that say what kind of token they issue.
const KINDS: [&str; 13] = [
    "access", "refresh", "reset", "confirm", "confirmation", "verification", "activation", "invite", "invitation", "session", "email",
    "download", "unsubscribe",
];

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let verified = facts.decodes.values().filter(|decode| decode.is_verified);
    verified.filter_map(|decode| finding(decode, entry, facts, context)).collect()
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let origin = presented_token(decode)?;
    let looks = facts.claim_reads.iter().chain(&facts.claim_checks);
    let is_read = looks.into_iter().any(|(place, name)| *place == decode.place && (name.is_empty() || TYPE_CLAIMS.contains(&name.as_str())));
    if is_read || facts.escaped_claims.contains(&decode.place) {
        return None;
    }
    let arguments = call_at(context, decode.place)?;
    let key = key_name(context, decode.place.file, arguments)?;
    // An audience keeps the kinds apart unless all of them are issued with it.
    let audience = match decode.audience {
        Constraint::Absent => None,
        _ => Some(asked_audience(context, decode.place.file, arguments)?),
    };
    let kinds = issued_kinds(context, decode.place.file, &key, audience);
    if kinds.len() < 2 {
        return None;
    }
    let kinds: Vec<String> = kinds.into_iter().map(|kind| format!("`{kind}`")).collect();
    let message = format!(
        "The program signs tokens of several kinds with one key ({}), and {} takes {} for {} without asking which kind it is: a token from a link in an e-mail, or a long-lived refresh token, opens what an access token should.",
        kinds.join(", "),
        function_quote(decode, context),
        presented(origin),
        entry_words(entry),
    );
    let builder = decode_finding((RULE, Severity::Warning), decode, origin, entry, "which kind of token it is, is never asked")
        .message(message)
        .help("write the kind into a claim and compare it here (`if claims[\"type\"] != \"access\": abort(401)`), or give each kind an audience or a key of its own")
        .confidence(origin.confidence);
    Some(builder.build())
}

/// The audience that a call asks for, as it is written.
fn asked_audience<'i>(context: &Context<'i, '_>, file: FileId, arguments: &[Argument]) -> Option<&'i str> {
    let asked = arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "audience"))?;
    Some(context.index.text(Place { file, span: asked.value.span }))
}

/// Whether a function that issues writes this audience into the claims.
fn writes_audience(context: &Context<'_, '_>, file: FileId, function: &Function, audience: &str) -> bool {
    let mut is_written = false;
    visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::Dictionary(entries) = &expression.kind {
            is_written |= entries.iter().any(|(name, value)| {
                matches!(name.as_ref().map(|name| &name.kind), Some(ExpressionKind::String(name)) if name == "aud")
                    && context.index.text(Place { file, span: value.span }) == audience
            });
        }
    });
    is_written
}

/// The kinds of token that the project signs with a key of this name, and for this audience where one is asked for.
fn issued_kinds(context: &Context<'_, '_>, file: FileId, key: &str, audience: Option<&str>) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for other in context.files_naming(file, "encode(").filter(|other| !context.is_test(*other)) {
        let Some(module) = context.index.module(other) else { continue };
        for site in walk::functions(other, &module.body) {
            let is_for_audience = |wanted: &str| writes_audience(context, other, site.function, wanted);
            if signs_with(context, other, site.function, key) && audience.is_none_or(is_for_audience) {
                kinds.extend(kinds_of(site.function));
                kinds.extend(kinds_handed_to(context, other, site.function));
            }
        }
    }
    kinds
}

fn signs_with(context: &Context<'_, '_>, file: FileId, function: &Function, key: &str) -> bool {
    let mut signs = false;
    visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::Call { callee, arguments } = &expression.kind
            && let ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } = &callee.kind
        {
            signs |= name.contains("encode") && arguments.len() >= 2 && key_name(context, file, arguments).as_deref() == Some(key);
        }
    });
    signs
}

/// The kinds that callers name where the kind is a parameter: `issue(user, "refresh")`.
fn kinds_handed_to(context: &Context<'_, '_>, file: FileId, function: &Function) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let Some(at) = function.parameters.iter().position(|parameter| is_written_as_kind(function, &parameter.name)) else { return kinds };
    let Some(kind) = function.parameters.get(at).map(|parameter| &parameter.name) else { return kinds };
    // The object of a method is no argument of its calls.
    let at = if function.parameters.first().is_some_and(|first| first.name == "self") { at.saturating_sub(1) } else { at };
    for other in context.files_naming(file, &function.name) {
        let Some(module) = context.index.module(other) else { continue };
        visit::expressions(&module.body, &mut |expression| {
            if let ExpressionKind::Call { callee, arguments } = &expression.kind
                && let ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } = &callee.kind
                && *name == function.name
            {
                let by_name = arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == kind));
                let given = by_name.or_else(|| arguments.get(at).filter(|argument| argument.kind == ArgumentKind::Positional));
                if let Some(ExpressionKind::String(text)) = given.map(|argument| &argument.value.kind) {
                    kinds.insert(text.to_string());
                }
            }
        });
    }
    kinds
}

/// Whether a parameter becomes the claim that says what a token is for.
fn is_written_as_kind(function: &Function, parameter: &Name) -> bool {
    let mut is_kind = false;
    visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::Dictionary(entries) = &expression.kind {
            is_kind |= entries.iter().any(|(name, value)| {
                matches!(name.as_ref().map(|name| &name.kind), Some(ExpressionKind::String(name)) if TYPE_CLAIMS.contains(&name.as_str()))
                    && matches!(&value.kind, ExpressionKind::Name(name) if name == parameter)
            });
        }
    });
    is_kind
}

/// What a function that issues says of the kind: by a claim that it writes, else by its own name.
fn kinds_of(function: &Function) -> BTreeSet<String> {
    let mut written = BTreeSet::new();
    visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::Dictionary(entries) = &expression.kind {
            for (name, value) in entries {
                if let (Some(ExpressionKind::String(name)), ExpressionKind::String(value)) = (name.as_ref().map(|name| &name.kind), &value.kind)
                    && TYPE_CLAIMS.contains(&name.as_str())
                {
                    written.insert(value.to_string());
                }
            }
        }
    });
    for statement in &function.body {
        if let StatementKind::Assign { targets, value } = &statement.kind
            && let (Some(ExpressionKind::Subscript { index, .. }), ExpressionKind::String(text)) = (targets.first().map(|target| &target.kind), &value.kind)
            && matches!(&index.kind, ExpressionKind::String(name) if TYPE_CLAIMS.contains(&name.as_str()))
        {
            written.insert(text.to_string());
        }
    }
    // The answer of a token endpoint names the scheme that its token goes with (RFC 6749 section 5.1).
    written.retain(|kind| !kind.eq_ignore_ascii_case("bearer"));
    if written.is_empty() {
        let words = vocabulary::words(&function.name);
        written.extend(words.into_iter().filter(|word| KINDS.contains(&word.as_str())));
    }
    written
}
