//! `ineffective-claim-check`: a check of a claim that looks right and refuses nothing, or not what it should.

use super::shared::decoding::{decode_finding, function_quote, is_checked_later, presented_token};
use super::shared::{Context, entry_words, presented, stricter_decode};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts};
use crate::flow::token::Constraint;
use crate::models::schema::{ClaimParameter, DecodeGives};
use crate::source::Place;

const RULE: &str = "ineffective-claim-check";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::EntryEnd { entry, facts, .. } => {
            let decodes = facts.decodes.values().filter(|decode| decode.model.gives != DecodeGives::Header);
            let in_vain = decodes.flat_map(|decode| CLAIMS.iter().filter_map(|claim| finding(claim, decode, entry, facts, context)));
            let unused = facts.unused_comparisons.iter().map(|(place, claim)| unused(*place, claim, entry, context));
            in_vain.chain(unused).collect()
        }
        Event::Configured { key, place, .. } => configured(key, *place, context).into_iter().collect(),
        _ => Vec::new(),
    }
}

struct Claim {
    name: &'static str,
    noun: &'static str,
    constraint: fn(&Decode<'_>) -> Constraint,
    parameter: fn(&Decode<'_>) -> Option<ClaimParameter>,
    fix: fn(&Decode<'_>) -> String,
}

const CLAIMS: [Claim; 2] = [
    Claim {
        name: "aud",
        noun: "audience",
        constraint: |decode| decode.audience,
        parameter: |decode| decode.model.audience.clone(),
        fix: |decode| decode.model.audience_fix.clone(),
    },
    Claim {
        name: "iss",
        noun: "issuer",
        constraint: |decode| decode.issuer,
        parameter: |decode| decode.model.issuer.clone(),
        fix: |decode| decode.model.issuer_fix.clone(),
    },
];

fn finding(claim: &Claim, decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let origin = presented_token(decode)?;
    // Claims that are never validated are another flaw, which says more.
    let is_validated = decode.model.validation.is_none() || facts.validated.contains(&decode.place);
    if is_checked_later(decode, facts, claim.name) || !is_validated {
        return None;
    }
    let Claim { name, noun, .. } = claim;
    let parameter = (claim.parameter)(decode);
    let word = parameter.as_ref().map_or(*noun, |parameter| parameter.parameter.as_str());
    let library = &decode.library;
    let (what, gain, help) = match (claim.constraint)(decode) {
        Constraint::AcceptsMissing => (
            format!("an expected {noun} is given, and {library} accepts a token that has no `{name}` all the same"),
            format!("a token of the same issuer that names no {noun} is accepted here"),
            format!("require the claim: `{}`", (claim.fix)(decode)),
        ),
        Constraint::AnyValue => (
            format!("`{name}` must be there, and no value is expected of it"),
            format!("a token for any {noun} is accepted here"),
            format!("say which value is expected: `{}`", (claim.fix)(decode)),
        ),
        Constraint::SwitchedOff if decode.is_verified => {
            let option = parameter.as_ref().and_then(|parameter| parameter.verify_option.clone()).unwrap_or_default();
            (
                format!("`{word}` is given, and `\"{option}\": False` beside it switches that check off"),
                format!("a token for any {noun} is accepted here"),
                format!("drop `\"{option}\": False`"),
            )
        }
        Constraint::SwitchedOff => (
            format!("`{word}` is given to a call that does not verify the signature"),
            format!("anyone can write a token, its `{name}` included"),
            format!("{}; the {noun} is checked then", decode.model.signature_fix),
        ),
        Constraint::Absent | Constraint::Enforced => return None,
    };
    let fix = parameter.as_ref().and_then(|parameter| match (claim.constraint)(decode) {
        Constraint::AcceptsMissing => stricter_decode::demand_claim(context, decode, parameter),
        Constraint::SwitchedOff if decode.is_verified => {
            stricter_decode::switch_on(context, decode, parameter.verify_option.as_slice())
        }
        _ => None,
    });
    let message = format!(
        "In {} {what}, for {} on the way from {}: {gain}.",
        function_quote(decode, context),
        presented(origin),
        entry_words(entry),
    );
    let builder = decode_finding((RULE, Severity::Error), decode, origin, entry, &format!("the check of the {noun} does not hold"))
        .message(message)
        .help(help)
        .confidence(origin.confidence)
        .fix(fix)
        .identity(*name);
    Some(builder.build())
}

/// `claims["aud"] == AUDIENCE` as a statement of its own.
fn unused(place: Place, claim: &str, entry: &EntryInfo, context: &Context<'_, '_>) -> Finding {
    FindingBuilder::new(RULE, Severity::Error, place, "the result is thrown away")
        .message(format!(
            "{} compares the claim `{claim}` and nothing looks at the result: {} goes on whatever the token says, so a token with any `{claim}` passes.",
            context.quote(place),
            entry_words(entry),
        ))
        .help("refuse where they differ: `if … != …: abort(401)`, or give the expected value to the call that verifies the token")
        .about(place)
        .identity(claim)
        .identity(entry.name.as_str())
        .build()
}

/// A key that only fills a claim in, in a project that nowhere sets the one that checks it.
fn configured(key: &str, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let check = context.models.configuration(key)?.checked_by.as_deref()?;
    let index = context.index;
    let is_set = index.program.files().any(|file| {
        let is_near = file == place.file || index.is_same_project(place.file, file);
        is_near && memchr::memmem::find(index.program.source(file).text.as_bytes(), check.as_bytes()).is_some()
    });
    let builder = FindingBuilder::new(RULE, Severity::Error, place, "it is written into tokens here and checked nowhere")
        .message(format!(
            "`{key}` writes a claim into the tokens that are issued, and `{check}`, which checks it in those that come back, is not set: a token with any value there, or none, is accepted."
        ))
        .help(format!("set `{check}` to the same value"))
        .about(place)
        .identity(key);
    (!is_set).then(|| builder.build())
}
