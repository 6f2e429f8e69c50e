//! What the audience and issuer rules have in common: which verified decodes are theirs to judge.

use super::{Context, entry_words, presented, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event};
use crate::flow::origin::{Origin, OriginKind};
use crate::flow::value::Shape;
use crate::source::FileId;

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
    /// What an attacker gains.
    pub(in crate::rules) attack: &'static str,
}

/// Findings for the verified decodes of an entry in which nothing constrains a claim.
pub(in crate::rules) fn unconstrained(event: &Event<'_, '_>, context: &Context<'_, '_>, claim: &Claim) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let missing = facts.decodes.values().filter(|decode| {
        decode.is_verified
            && !(claim.is_constrained)(decode)
            && !facts.escaped_claims.contains(&decode.place)
            && !facts.claim_checks.contains(&(decode.place, claim.name.into()))
    });
    missing.filter_map(|decode| finding(decode, entry, context, claim)).collect()
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, context: &Context<'_, '_>, claim: &Claim) -> Option<Finding> {
    let origin = decode.token.origins.find(|kind| matches!(kind, OriginKind::Credential(_)))?;
    let is_own = is_own_token(decode, context, decode.place.file);
    let severity = if is_own { Severity::Note } else { Severity::Warning };
    let Claim { rule, name, noun, attack, .. } = claim;
    let own = if is_own {
        " The program issues these tokens itself with the same key, so this matters only once that key serves a second purpose."
    } else {
        ""
    };
    let message = format!(
        "{} verifies the signature of {} but nothing on the way from {} constrains its {noun} (`{name}`): {attack}.{own}",
        context.quote(function_place(decode, context)),
        presented(origin),
        entry_words(entry),
    );
    let builder = FindingBuilder::new(rule, severity, decode.place, format!("no {noun} is expected here"))
        .message(message)
        .help((claim.fix)(decode))
        .confidence(confidence(origin))
        .related(super::root(origin), origin.trail.root().step_text())
        .flow(steps(origin, decode.place, &format!("the token is verified without its {noun}")))
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    Some(builder.build())
}

fn confidence(origin: &Origin) -> Confidence {
    origin.confidence
}

/// The called name of a decode.
fn function_place(decode: &Decode<'_>, context: &Context<'_, '_>) -> crate::source::Place {
    let length = context.index.text(decode.place).find('(').unwrap_or_default() as u32;
    let span = crate::source::Span::new(decode.place.span.start, decode.place.span.start + length);
    crate::source::Place { file: decode.place.file, span }
}

/// Whether the program itself issues the tokens that this decode verifies, with the same symmetric key.
fn is_own_token(decode: &Decode<'_>, context: &Context<'_, '_>, file: FileId) -> bool {
    let text = context.index.text(decode.place);
    let is_symmetric =
        text.contains("HS256") || text.contains("HS384") || text.contains("HS512") || !text.contains("lgorithm");
    let key_names: Vec<String> = match &decode.key {
        Some(key) => {
            let names = key.origins.iter().filter_map(|origin| match &origin.kind {
                OriginKind::Setting { name, .. } if !name.is_empty() => Some(name.to_string()),
                _ => None,
            });
            names.collect()
        }
        None => Vec::new(),
    };
    let is_literal = decode.key.as_ref().is_some_and(|key| matches!(key.shape, Shape::Constant(_)));
    let program = context.index.program;
    is_symmetric
        && program.files().any(|other| {
            let source = program.source(other);
            (other == file || context.index.is_same_project(file, other))
                && source.text.contains("jwt.encode(")
                && (other == file || is_literal || key_names.iter().any(|name| source.text.contains(name.as_str())))
        })
}
