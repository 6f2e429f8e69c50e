//! `ineffective-claim-check`: a check of a claim that looks right and refuses nothing, or not what it should.

use super::shared::decoding::{decode_finding, function_quote, is_checked_later, is_looked_for, presented_token};
use super::shared::ended::Ended;
use super::shared::{Context, capitalised, entry_words, presented, stricter_decode, vouching};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event};
use crate::flow::evidence::{Check, CheckKind};
use crate::flow::token::Constraint;
use crate::models::schema::{ClaimParameter, DecodeGives};
use crate::source::Place;

const RULE: &str = "ineffective-claim-check";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Configured { key, place, .. } => configured(key, *place, context).into_iter().collect(),
        _ => Ended::of(event, context).map(judged).unwrap_or_default(),
    }
}

fn judged(ended: Ended<'_, '_, '_, '_>) -> Vec<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let decodes = facts.decodes.values().filter(|decode| decode.model.gives != DecodeGives::Header);
    let expected = decodes.flat_map(|decode| CLAIMS.iter().map(move |claim| (claim, decode)));
    let of_decodes = expected.flat_map(|(claim, decode)| {
        finding(claim, decode, ended).into_iter().chain(passed_over(claim, decode, ended))
    });
    let compared = facts.unused_comparisons.iter().filter(|(place, _)| !context.is_test(place.file));
    let unused = compared.map(|(place, claim)| unused(*place, claim, entry, context));
    of_decodes.chain(unused).collect()
}

struct Claim {
    name: &'static str,
    noun: &'static str,
    evidence: CheckKind,
    constraint: fn(&Decode<'_>) -> Constraint,
    parameter: fn(&Decode<'_>) -> Option<ClaimParameter>,
    fix: fn(&Decode<'_>) -> String,
}

const CLAIMS: [Claim; 2] = [
    Claim {
        name: "aud",
        noun: "audience",
        evidence: CheckKind::Audience,
        constraint: |decode| decode.audience,
        parameter: |decode| decode.model.audience.clone(),
        fix: |decode| decode.model.audience_fix.clone(),
    },
    Claim {
        name: "iss",
        noun: "issuer",
        evidence: CheckKind::Issuer,
        constraint: |decode| decode.issuer,
        parameter: |decode| decode.model.issuer.clone(),
        fix: |decode| decode.model.issuer_fix.clone(),
    },
];

fn finding(claim: &Claim, decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Option<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let origin = presented_token(decode)?;
    // Claims that are never validated are another flaw, which says more.
    let is_validated = decode.model.validation.is_none() || facts.validated.contains(&decode.place);
    if is_checked_later(decode, facts, claim.name) || !is_validated {
        return None;
    }
    let Claim { name, noun, .. } = claim;
    let constraint = (claim.constraint)(decode);
    // Who refuses a token without the claim needs no more where another value is refused.
    if constraint == Constraint::AcceptsMissing && is_looked_for(decode, facts, name) {
        return None;
    }
    let parameter = (claim.parameter)(decode);
    let word = parameter.as_ref().map_or(*noun, |parameter| parameter.parameter.as_str());
    let library = &decode.library;
    let (what, gain, help) = match constraint {
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
        Constraint::OfToken if facts.claim_checks.iter().all(|(_, tested)| tested != *name) => (
            format!("the expected {noun} is what the token itself says before it is verified"),
            format!("every token agrees with itself, so one for any {noun} is accepted here"),
            format!("say which {noun} this service is: {}", (claim.fix)(decode)),
        ),
        Constraint::SwitchedOff if decode.is_verified => {
            let option = parameter.as_ref().and_then(|parameter| parameter.verify_option.clone()).unwrap_or_default();
            (
                format!("`{word}` is given, and `\"{option}\": False` beside it switches that check off"),
                format!("a token for any {noun} is accepted here"),
                format!("drop `\"{option}\": False`"),
            )
        }
        // Read for its issuer before the same token is verified.
        Constraint::SwitchedOff if is_verified_besides(decode, ended) => return None,
        Constraint::SwitchedOff => (
            format!("`{word}` is given to a call that does not verify the signature"),
            format!("anyone can write a token, its `{name}` included"),
            format!("{}; the {noun} is checked then", decode.model.signature_fix),
        ),
        Constraint::Absent | Constraint::Enforced | Constraint::OfToken => return None,
    };
    let fix = parameter.as_ref().and_then(|parameter| match constraint {
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

/// Whether the same token is verified by another call too.
fn is_verified_besides(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    ended.facts.decodes.values().any(|other| other.is_verified && vouching::is_same_token(decode, other))
}

/// `if "aud" in claims and claims["aud"] != AUDIENCE: abort(401)`: a token without the claim goes past the comparison.
fn passed_over(claim: &Claim, decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Option<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let Claim { name, noun, evidence, .. } = claim;
    let origin = presented_token(decode)?;
    let is_tested = facts.claim_checks.contains(&(decode.place, (*name).into()));
    let is_unclear = facts.escaped_claims.contains(&decode.place) || facts.claim_checks.contains(&(decode.place, "".into()));
    if !decode.is_verified || (claim.constraint)(decode) != Constraint::Absent || !is_tested || is_unclear {
        return None;
    }
    let looked_for = facts.claim_presence.iter().filter(|(_, of, looked_for)| *of == decode.place && looked_for == name);
    let goes_past = |place: &Place| {
        ended.successes().any(|outcome| {
            let is_past = |check: &Check| check.kind == CheckKind::Rejected && check.place == *place;
            outcome.evidence.iter().any(is_past)
                && outcome.evidence.has(CheckKind::Signature)
                && !outcome.evidence.has(*evidence)
                && !OTHER_PROOF.into_iter().any(|kind| outcome.evidence.has(kind))
                && !outcome.evidence.iter().any(|check| facts.judged_elsewhere.contains_key(&check.place))
        })
    };
    let place = looked_for.map(|(place, ..)| *place).find(goes_past)?;
    let message = format!(
        "{} tests the {noun} of {} only where the token names one ({}): a token of the same issuer that has no `{name}` passes.",
        capitalised(&entry_words(entry)),
        presented(origin),
        context.quote(place),
    );
    let label = format!("a token without `{name}` goes past the test");
    let builder = FindingBuilder::new(RULE, Severity::Error, place, &label)
        .message(message)
        .help(format!("refuse a token that lacks the claim: {}", required(claim, decode)))
        .confidence(origin.confidence)
        .related(decode.place, "the token is verified here")
        .about(decode.place)
        .identity(*name)
        .identity(entry.name.as_str());
    Some(builder.build())
}

/// The smallest change that refuses a token without a claim: the library's own check, or the comparison alone.
fn required(claim: &Claim, decode: &Decode<'_>) -> String {
    let comparison = format!("`if claims.get(\"{}\") != …: abort(401)`", claim.name);
    match (claim.fix)(decode) {
        fix if fix.is_empty() => comparison,
        fix => format!("{comparison}, or pass {fix} to `{}`", decode.function),
    }
}

/// What else may be as good as the test of an audience or issuer: another claim, an answer from elsewhere.
const OTHER_PROOF: [CheckKind; 5] = [
    CheckKind::Scope,
    CheckKind::Identity,
    CheckKind::Introspection,
    CheckKind::FailedVerification,
    CheckKind::Development,
];

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
    let is_set = context.files_naming(place.file, check).next().is_some();
    let builder = FindingBuilder::new(RULE, Severity::Error, place, "it is written into tokens here and checked nowhere")
        .message(format!(
            "`{key}` writes a claim into the tokens that are issued, and `{check}`, which checks it in those that come back, is not set: a token with any value there, or none, is accepted."
        ))
        .help(format!("set `{check}` to the same value"))
        .about(place)
        .identity(key);
    (!is_set).then(|| builder.build())
}
