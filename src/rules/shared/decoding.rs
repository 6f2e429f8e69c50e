//! What the audience and issuer rules have in common: which verified decodes are theirs to judge.

use super::{Context, entry_words, presented, steps, stricter_decode, vouching};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts};
use crate::flow::origin::{Origin, OriginKind};
use crate::flow::value::Nullness;
use crate::flow::walk;
use crate::models::schema::{ClaimParameter, EvidenceModel};
use crate::program::vocabulary;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// One of the two claims.
pub(in crate::rules) struct Claim {
    /// The rule.
    pub(in crate::rules) rule: &'static str,
    /// The claim.
    pub(in crate::rules) name: &'static str,
    /// What it is called.
    pub(in crate::rules) noun: &'static str,
    /// Whether a decode constrains it itself.
    pub(in crate::rules) is_constrained: fn(&Decode<'_>) -> bool,
    /// The smallest change, as code, by the library's model.
    pub(in crate::rules) fix: fn(&Decode<'_>) -> String,
    /// The parameter that constrains it, by the library's model.
    pub(in crate::rules) parameter: for<'d> fn(&'d Decode<'_>) -> Option<&'d ClaimParameter>,
    /// The environment variable that a fix reads the expected value from.
    pub(in crate::rules) variable: &'static str,
    /// What an attacker gains.
    pub(in crate::rules) attack: &'static str,
}

/// Findings for the verified decodes of an entry in which nothing constrains a claim.
pub(in crate::rules) fn unconstrained(event: &Event<'_, '_>, context: &Context<'_, '_>, claim: &Claim) -> Vec<Finding> {
    let (entry, facts) = match event {
        Event::EntryEnd { entry, facts, .. } => (entry, facts),
        Event::Configured { key, value, place } if value.nullness.may_be(Nullness::FULL) => {
            return configured(key, *place, context, claim).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    if is_bound_by_header(facts) {
        return Vec::new();
    }
    let missing = facts.decodes.values().filter(|decode| {
        decode.is_verified
            && !(claim.is_constrained)(decode)
            && !is_checked_later(decode, facts, claim.name)
            && !is_for_own_client(decode, facts, claim.name)
            && !context.is_test(decode.place.file)
    });
    missing.filter_map(|decode| finding(decode, entry, context, claim)).collect()
}

/// Claims that name the client a token was issued to (RFC 9068 section 2.2; `azp` of `OpenID` Connect, and what some issuers
/// call it): who compares them takes no token that was made for another program.
const CLIENTS: [&str; 4] = ["client_id", "azp", "cid", "appid"];

/// Whether the client that a token was issued to is compared, which says as much as an audience.
fn is_for_own_client(decode: &Decode<'_>, facts: &Facts<'_>, claim: &str) -> bool {
    claim == "aud" && CLIENTS.iter().any(|name| facts.claim_checks.contains(&(decode.place, (*name).into())))
}

/// Whether a parameter of the token's header is tested that says something about its issuer or its reader: the signature
/// covers the header too, and some issuers (load balancers that log users in) name both only there.
fn is_bound_by_header(facts: &Facts<'_>) -> bool {
    facts.header_checks.iter().any(|parameter| !vocabulary::is_about_signature(parameter))
}

/// The public key of another issuer in a configuration that nowhere says what its tokens must name.
fn configured(key: &str, place: Place, context: &Context<'_, '_>, claim: &Claim) -> Option<Finding> {
    let verifies = context.models.configuration(key)?.verifies.as_ref()?;
    let check = if claim.name == "aud" { &verifies.audience } else { &verifies.issuer };
    let holder = key.split_once('.').map(|(holder, _)| holder);
    let shown = holder.map_or_else(|| check.clone(), |holder| format!("{holder}[\"{check}\"]"));
    let is_set = |name: &str| context.files_naming(place.file, name).next().is_some();
    if context.is_test(place.file) || !is_set(&verifies.module) || is_set(&verifies.issues_with) || is_set(check) {
        return None;
    }
    let Claim { rule, name, noun, attack, .. } = claim;
    let builder = FindingBuilder::new(rule, Severity::Warning, place, format!("no {noun} is expected of its tokens"))
        .message(format!(
            "`{key}` verifies the tokens of another issuer, and nothing in the project sets `{shown}`, so their {noun} (`{name}`) is never looked at: {attack}."
        ))
        .help(format!("set `{shown}` to what `{name}` says in the tokens that are issued for this service"))
        .confidence(Confidence::Medium)
        .about(place)
        .identity(key);
    Some(builder.build())
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, context: &Context<'_, '_>, claim: &Claim) -> Option<Finding> {
    let origin = presented_token(decode)?;
    let is_own = is_own_token(decode, context);
    let severity = if is_own { Severity::Note } else { Severity::Warning };
    let Claim { rule, name, noun, attack, .. } = claim;
    let own = if is_own {
        " The program issues these tokens itself with the same key, so this matters only once that key serves a second purpose."
    } else {
        ""
    };
    let message = format!(
        "{} verifies the signature of {} but nothing on the way from {} constrains its {noun} (`{name}`): {attack}.{own}",
        function_quote(decode, context),
        presented(origin),
        entry_words(entry),
    );
    let builder = decode_finding((rule, severity), decode, origin, entry, &format!("no {noun} is expected here"))
        .message(message)
        .help((claim.fix)(decode))
        .confidence(origin.confidence)
        .fix(stricter_decode::expect_claim(context, decode, (claim.parameter)(decode), claim.variable));
    Some(builder.build())
}

/// The origin by which a decoded token is one that the caller presents.
pub(in crate::rules) fn presented_token<'d>(decode: &'d Decode<'_>) -> Option<&'d Origin> {
    decode.token.origins.iter().find(|origin| is_presented(origin, decode))
}

/// Whether something after the decode tests a claim, or one that may be it, or saw all of them without our knowing what it
/// did; also where the claims of the same token are read once more.
pub(in crate::rules) fn is_checked_later(decode: &Decode<'_>, facts: &Facts<'_>, claim: &str) -> bool {
    let is_tested = |of: Place, name: &str| facts.claim_checks.contains(&(of, name.into()));
    let mut same = facts
        .decodes
        .values()
        .filter(|other| !decode.token.origins.is_empty() && vouching::is_same_token(decode, other));
    facts.escaped_claims.contains(&decode.place)
        || ["", claim].iter().any(|name| is_tested(decode.place, name))
        || same.any(|other| is_tested(other.place, claim))
}

/// Whether a claim is looked for after the decode, whatever it says.
pub(in crate::rules) fn is_looked_for(decode: &Decode<'_>, facts: &Facts<'_>, claim: &str) -> bool {
    facts.claim_presence.iter().any(|(_, of, name)| *of == decode.place && (name == claim || name.is_empty()))
}

/// What findings about a decode have in common: its place, where the token enters, what it is about.
pub(in crate::rules) fn decode_finding(
    (rule, severity): (&'static str, Severity),
    decode: &Decode<'_>,
    origin: &Origin,
    entry: &EntryInfo,
    label: &str,
) -> FindingBuilder {
    FindingBuilder::new(rule, severity, decode.place, label)
        .related(super::root(origin), origin.trail.root().step_text())
        .flow(steps(origin, decode.place, label))
        .about(decode.place)
        .identity(decode.function.as_str())
        .identity(entry.name.as_str())
}

/// Whether the caller presents the token: by its origin, or as request data that the program itself calls a token, or that
/// goes to the verifier of an identity provider, which is for nothing else.
fn is_presented(origin: &Origin, decode: &Decode<'_>) -> bool {
    match &origin.kind {
        OriginKind::Credential(_) => true,
        OriginKind::RequestData | OriginKind::Body { .. } => {
            let is_of_provider = decode.model.always.contains(&EvidenceModel::Issuer);
            is_of_provider || origin.trail.names().any(|name| vocabulary::credential_kind(name).is_some())
        }
        _ => false,
    }
}

/// The called name of a decode, as a message quotes it.
pub(in crate::rules) fn function_quote(decode: &Decode<'_>, context: &Context<'_, '_>) -> String {
    context.quote_called(decode.place)
}

/// Whether the program itself issues the tokens that this decode verifies, with the same key: a call that issues, in any
/// file of the project, whose key is written with the same last name.
pub(in crate::rules) fn is_own_token(decode: &Decode<'_>, context: &Context<'_, '_>) -> bool {
    let (index, file) = (context.index, decode.place.file);
    let Some(argument) = call_at(context, decode.place).and_then(key_argument) else { return false };
    let wanted = key_names(context, file, argument);
    context.files_naming(file, "encode(").any(|other| {
        let Some(module) = index.module(other) else { return false };
        let mut found = false;
        visit::expressions(&module.body, &mut |expression| {
            if let ExpressionKind::Call { callee, arguments } = &expression.kind
                && matches!(&callee.kind, ExpressionKind::Attribute { name, .. } | ExpressionKind::Name(name) if name.contains("encode"))
                && arguments.len() >= 2
            {
                // Some libraries take the token's header first.
                let third = arguments.get(2).filter(|argument| argument.kind == ArgumentKind::Positional);
                let keys = key_argument(arguments).into_iter().chain(third);
                found |= keys.flat_map(|key| key_names(context, other, key)).any(|name| wanted.contains(&name));
            }
        });
        found
    })
}

/// The names that a key goes by: the last one in its expression, and those of what a variable was given.
fn key_names(context: &Context<'_, '_>, file: FileId, argument: &Argument) -> Vec<String> {
    let mut names: Vec<String> = last_name(context, file, &argument.value).into_iter().collect();
    let ExpressionKind::Name(variable) = &argument.value.kind else { return names };
    let place = Place { file, span: argument.value.span };
    let around = context.function_around(place).map(|function| function.body.as_slice());
    let module = context.index.module(file).map(|module| module.body.as_slice());
    let Some(given) = around.into_iter().chain(module).find_map(|body| given_to(body, variable)) else { return names };
    visit::expression(given, &mut |part| {
        if matches!(
            part.kind,
            ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Subscript { .. }
        ) {
            names.extend(last_name(context, file, part).filter(|name| vocabulary::is_secret(name)));
        }
    });
    names
}

/// The arguments of the call at a place.
pub(in crate::rules) fn call_at<'p>(context: &Context<'_, 'p>, place: Place) -> Option<&'p [Argument]> {
    let module = context.index.module(place.file)?;
    let mut found = None;
    visit::expressions(&module.body, &mut |expression| {
        if expression.span == place.span
            && let ExpressionKind::Call { arguments, .. } = &expression.kind
        {
            found = Some(arguments.as_slice());
        }
    });
    found
}

/// What a variable is given, in these statements or those inside of them.
fn given_to<'t>(body: &'t [Statement], variable: &str) -> Option<&'t Expression> {
    let is_it = |target: &Expression| matches!(&target.kind, ExpressionKind::Name(name) if name == variable);
    body.iter().find_map(|statement| match &statement.kind {
        StatementKind::Assign { targets, value } if targets.iter().any(is_it) => Some(value),
        StatementKind::AnnotatedAssign { target, value: Some(value), .. } if is_it(target) => Some(value),
        _ => walk::bodies(statement).into_iter().find_map(|inner| given_to(inner, variable)),
    })
}

/// The key argument of a decode or encode call.
pub(in crate::rules) fn key_argument(arguments: &[Argument]) -> Option<&Argument> {
    let by_name =
        arguments.iter().find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if name == "key"));
    by_name.or_else(|| arguments.get(1).filter(|argument| argument.kind == ArgumentKind::Positional))
}

/// The last name or string in the key argument of a decode or encode call: `SECRET_KEY` of `app.config["SECRET_KEY"]`.
pub(in crate::rules) fn key_name(context: &Context<'_, '_>, file: FileId, arguments: &[Argument]) -> Option<String> {
    last_name(context, file, &key_argument(arguments)?.value)
}

fn last_name(context: &Context<'_, '_>, file: FileId, key: &Expression) -> Option<String> {
    let text = context.index.text(Place { file, span: key.span });
    let is_accessor = |word: &str| {
        matches!(
            word,
            "" | "get"
                | "encode"
                | "decode"
                | "get_secret_value"
                | "strip"
                | "str"
                | "utf"
                | "8"
                | "private"
                | "public"
        )
    };
    let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.rfind(|word| !is_accessor(word)).map(str::to_lowercase)
}
