//! `unverified-jwt-signature`: claims of a token whose signature nobody checked decide something.

use super::shared::answers::is_after_success;
use super::shared::decoding::call_at;
use super::shared::ended::Ended;
use super::shared::{Context, name_place, presented, root, steps, stricter_decode};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decision, Decode, Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::{Channel, OriginKind, Origins, Part};
use crate::flow::token::Constraint;
use crate::models::schema::DecodeGives;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind};
use crate::syntax::visit;

const RULE: &str = "unverified-jwt-signature";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(ended) = Ended::of(event, context) else { return Vec::new() };
    // A test looks at the tokens that it was just given: nobody is let in by that.
    let unverified = ended.facts.decodes.values().filter(|decode| {
        !decode.is_verified && decode.model.gives != DecodeGives::Header && !context.is_test(decode.place.file)
    });
    unverified.filter_map(|decode| finding(decode, ended)).collect()
}

/// Whether the form of the token alone decides: what cannot be read is turned away, and nobody who gets through has proven anything.
fn is_gate(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let has = |outcome: &&Outcome, kind: CheckKind| {
        outcome.evidence.iter().any(|check| check.place == decode.place && check.kind == kind)
    };
    let refuses = |outcome: &Outcome| {
        outcome.ending == Ending::Refusal
            && matches!(outcome.status, None | Some(401 | 403))
            && has(&outcome, CheckKind::Rejected)
    };
    let mut successes = ended.successes().peekable();
    let is_weak = |outcome: &Outcome| {
        outcome.evidence.iter().all(|check| !check.kind.is_proof() || check.kind == CheckKind::UnverifiedClaim)
    };
    // One that names an audience or issuer all the same is a check that does nothing: another rule's matter.
    let expects_nothing = decode.audience == Constraint::Absent && decode.issuer == Constraint::Absent;
    let mut claims = ended.facts.claim_reads.iter().chain(&ended.facts.claim_checks);
    expects_nothing
        && !claims.any(|(of, _)| *of == decode.place)
        && matches!(ended.entry.kind, EntryKind::Route | EntryKind::TokenCallback)
        && ended.outcomes.iter().any(refuses)
        && successes.peek().is_some()
        && ended.successes().any(|outcome| has(&outcome, CheckKind::UnverifiedClaim))
        && successes.all(is_weak)
}

fn finding(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Option<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let is_verified = is_verified_elsewhere(decode, ended) || is_verified_by_hand(decode, ended) || is_vouched_for(decode, ended);
    if is_verified || is_from_token_endpoint(decode, context) {
        return None;
    }
    let known = facts
        .decisions
        .iter()
        .find(|decision| decision.decode == decode.place && decides(decision) && !is_only_told(decision, context));
    let gate = Decision {
        decode: decode.place,
        claim: crate::syntax::tree::Name::default(),
        place: decode.place,
        what: "lets in whoever sends something that can be read",
    };
    let decision = match known {
        Some(decision) => decision,
        None if is_gate(decode, ended) => &gate,
        None => return own_expiry(decode, entry, facts, context),
    };
    let origin = decode.token.origins.find(|kind| matches!(kind, OriginKind::Credential(_)));
    let is_handed_on = decision.what == "is returned" || (decision.what == "passed on" && decision.claim.is_empty());
    let is_returned_alone = entry.kind == EntryKind::Function && is_handed_on;
    let confidence = match origin {
        // A function that only hands claims on is judged by who calls it; nobody was seen to.
        _ if is_returned_alone => Confidence::Low,
        // Where neither the token's way in is known nor what becomes of its claims, nothing is.
        None if decision.what == "passed on" => Confidence::Low,
        // A library that takes tokens apart does so in functions like this; nobody was seen to trust it.
        Some(origin) if decode.model.path.is_empty() && origin.confidence < Confidence::High => Confidence::Low,
        Some(origin) if decode.assumes_version => origin.confidence.lowered(),
        Some(origin) => origin.confidence,
        None => Confidence::Medium,
    };
    let claim = if decision.claim.is_empty() { "the whole set of claims".to_owned() } else { format!("the claim `{}`", decision.claim) };
    let message = format!(
        "`{}` reads {} without checking its signature, and {claim} {}: anyone can write such a token with any subject, audience and scope.",
        decode.function,
        origin.map_or_else(|| "a token".to_owned(), presented),
        decision.what,
    );
    let mut help = match decode.model.signature_fix.as_str() {
        "" => "verify the token with its key before its claims are used".to_owned(),
        words => words.to_owned(),
    };
    if let Some(parameter) = stricter_decode::verify_parameter(context, decode) {
        help = help.replace("`verify_signature: False`", &format!("`{parameter}=False`"));
    }
    let mut builder = FindingBuilder::new(RULE, Severity::Error, decode.place, "the signature is not verified here")
        .message(message)
        .help(help)
        .confidence(confidence)
        .about(decode.place)
        .fix(stricter_decode::verify(context, decode))
        .related(decision.place, format!("{claim} {} here", decision.what))
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    if let Some(origin) = origin {
        builder = builder
            .related(root(origin), origin.trail.root().step_text())
            .flow(steps(origin, decode.place, "decoded without verification"));
    }
    Some(builder.build())
}

/// A client looks into its own token to see when it ends: harmless, and the habit is not.
fn own_expiry(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let mut claims = facts.claim_reads.iter().chain(&facts.claim_checks).filter(|(place, _)| *place == decode.place).peekable();
    let is_expiry = claims.peek().is_some() && claims.all(|(_, name)| matches!(name.as_str(), "exp" | "iat" | "nbf"));
    let is_presented = decode.token.origins.any(|kind| {
        matches!(kind, OriginKind::Credential(credential) if credential.channel != Channel::Parameter)
    });
    if !is_expiry || is_presented || !context.is_strict(decode.place.file) {
        return None;
    }
    let finding = FindingBuilder::new(RULE, Severity::Note, decode.place, "the signature is not verified here")
        .message(format!(
            "`{}` reads without checking a signature when a token ends. That decides nothing about a caller; a copy of this line that reads another claim would.",
            decode.function,
        ))
        .help("keep the `expires_in` that came with the token and compare that")
        .confidence(Confidence::Medium)
        .about(decode.place)
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    Some(finding.build())
}

/// A token that the program itself got from the token endpoint, over TLS: who sent it is known (the core of `OpenID` Connect, section
/// 3.1.3.7).
fn is_from_token_endpoint(decode: &Decode<'_>, context: &Context<'_, '_>) -> bool {
    let is_obtained = |kind: &OriginKind| matches!(kind, OriginKind::TokenResponse | OriginKind::IssuedToken);
    if decode.token.origins.any(is_obtained) {
        return true;
    }
    let is_presented =
        |kind: &OriginKind| matches!(kind, OriginKind::Credential(_) | OriginKind::RequestData | OriginKind::Body { .. });
    // `tokens["id_token"]` of an answer that nobody saw being asked for: the caller sends access tokens.
    let written = call_at(context, decode.place).and_then(|arguments| arguments.first()).map(|argument| {
        context.index.text(Place { file: decode.place.file, span: argument.value.span })
    });
    !decode.token.origins.any(is_presented) && written.is_some_and(|text| text.contains("id_token"))
}

/// A claim that is only written down or shown: handed to what keeps records, or compared for the answer and not for a test.
fn is_only_told(decision: &Decision, context: &Context<'_, '_>) -> bool {
    let is_record = || {
        let is_it = |expression: &Expression| match &expression.kind {
            ExpressionKind::Call { callee, .. } => {
                matches!(&callee.kind, ExpressionKind::Attribute { name, .. } if vocabulary::keeps_records(name))
            }
            _ => false,
        };
        context.expression_at(decision.place).is_some_and(is_it)
    };
    let is_shown = || {
        let Some(function) = context.function_around(decision.place) else { return false };
        let mut is_found = false;
        visit::expressions(&function.body, &mut |expression| {
            if let ExpressionKind::Dictionary(entries) = &expression.kind {
                is_found |= entries.iter().any(|(_, value)| value.span == decision.place.span);
            }
        });
        is_found
    };
    match decision.what {
        "passed on" => is_record(),
        "is tested" => is_shown(),
        _ => false,
    }
}

/// Claims that only choose a key or tell when a token ends decide nothing.
fn decides(decision: &Decision) -> bool {
    !matches!(decision.claim.as_str(), "exp" | "iat" | "nbf" | "kid" | "alg")
}

/// The program computes the token's signature itself and compares it on every path that lets anyone in.
fn is_verified_by_hand(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let is_compared = decode.token.origins.iter().any(|origin| ended.facts.compared.contains(&root(origin)));
    is_compared && ended.successes().all(|outcome| outcome.evidence.has(CheckKind::DeliverySignature))
}

/// Somebody else has judged the same token on every path that trusts its claims: a key that was asked to verify it, or a service
/// that answered well.
fn is_vouched_for(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let Ended { facts, context, .. } = ended;
    // Where nobody knows where the token comes from, the one that the function handles is meant.
    let is_by_key = |place: &Place| context.index.text(*place).contains(".verify(");
    let token = &decode.token.origins;
    let is_same = |place: &Place, given: &Origins| {
        if token.is_empty() {
            return given.is_empty() || is_by_key(place);
        }
        share_a_root(token, given) || (is_bearer(token) && is_bearer(given))
    };
    let around = |place: Place| context.function_around(place).map(|function| name_place(function, place.file));
    let is_here = |place: &Place| around(*place) == around(decode.place);
    let is_late = |place: &Place| is_here(place) && place.span.start > decode.place.span.start;
    let asked = facts.judged_elsewhere.iter().filter(|(place, given)| is_same(place, given) && !is_late(place));
    let about: Vec<Place> = asked.map(|(place, _)| *place).collect();
    let is_sent = |place: &Place| facts.judged_elsewhere.get(place).is_some_and(|given| !given.is_empty());
    let was_asked = |outcome: &Outcome, place: Place| {
        outcome.evidence.iter().any(|known| known.place == place && known.kind == CheckKind::Opaque)
    };
    // Another function turned callers away after it had asked, before anybody looked at the claims.
    let has_refused = |place: Place| {
        let mut refusals = ended.outcomes.iter().filter(|outcome| outcome.ending == Ending::Refusal);
        refusals.any(|outcome| {
            matches!(outcome.status, Some(401 | 403)) && was_asked(outcome, place) && !outcome.evidence.has(CheckKind::UnverifiedClaim)
        })
    };
    let is_heeded = |place: &Place| {
        let says_yes = || if is_here(place) { is_after_success(context, decode.place) } else { has_refused(*place) };
        is_by_key(place) || (is_sent(place) && says_yes())
    };
    let is_asked = |outcome: &Outcome| {
        about.iter().filter(|place| is_heeded(place)).any(|place| {
            // What was asked after the claims were trusted came too late.
            let mut known = outcome.evidence.iter().take_while(|known| known.kind != CheckKind::UnverifiedClaim);
            known.any(|known| known.place == *place && known.kind == CheckKind::Opaque)
        })
    };
    let mut trusting = ended.successes().filter(|outcome| outcome.evidence.has(CheckKind::UnverifiedClaim)).peekable();
    let is_any = trusting.peek().is_some();
    if is_any { trusting.all(is_asked) } else { about.iter().any(is_heeded) }
}

/// The same token is verified too: after its issuer chose the key, or on every path on which its claims let anyone in.
fn is_verified_elsewhere(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let is_same_token = ended.facts.decodes.values().filter(|other| other.is_verified).any(|other| {
        let (left, right) = (&decode.token.origins, &other.token.origins);
        (left.is_empty() && right.is_empty()) || share_a_root(left, right) || (is_bearer(left) && is_bearer(right))
    });
    let mut decisions = ended.facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let only_chooses_key = decisions.all(|decision| matches!(decision.claim.as_str(), "iss" | "kid" | "alg" | "azp" | "tid"));
    let trusts = |outcome: &Outcome| {
        let evidence = &outcome.evidence;
        evidence.has(CheckKind::UnverifiedClaim)
            && (!evidence.has(CheckKind::Signature) || evidence.has(CheckKind::FailedVerification))
            && !is_treated_as_nobody(outcome, decode, ended)
    };
    // Nobody can see into what had the token after it was chosen by its issuer.
    let is_handed_on = || {
        let mut chosen = ended.successes().filter(|outcome| outcome.evidence.has(CheckKind::UnverifiedClaim)).peekable();
        chosen.peek().is_some() && chosen.all(|outcome| outcome.evidence.has(CheckKind::Opaque))
    };
    (is_same_token && (only_chooses_key || !ended.successes().any(trusts))) || (only_chooses_key && is_handed_on())
}

/// Whether two values enter at the same place.
fn share_a_root(left: &Origins, right: &Origins) -> bool {
    left.iter().any(|one| right.iter().any(|other| root(one) == root(other)))
}

/// The token of the `Authorization` header, of which a request has one however often the program reads it.
fn is_bearer(token: &Origins) -> bool {
    let is_whole = |part: Part| matches!(part, Part::Whole | Part::Token);
    token.any(|kind| {
        matches!(kind, OriginKind::Credential(credential)
            if credential.channel == Channel::Header && is_whole(credential.part) && credential.name.eq_ignore_ascii_case("authorization"))
    })
}

/// The claims were only tested and did not compare as wanted, and what then goes on is what goes on for a caller without a token:
/// `owner` says whose verifier the token is for.
fn is_treated_as_nobody(outcome: &Outcome, decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let decisions = || ended.facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let passes = |outcome: &Outcome| {
        let mut passed = outcome.evidence.iter().filter(|check| check.kind == CheckKind::UnverifiedClaim);
        passed.any(|check| decisions().any(|decision| decision.place == check.place))
    };
    let is_open_to_nobody = || {
        ended.successes().any(|other| {
            !other.evidence.has(CheckKind::UnverifiedClaim) && !other.evidence.has(CheckKind::Signature)
        })
    };
    !passes(outcome)
        && decisions().all(|decision| decision.what == "is tested")
        && ended.outcomes.iter().any(passes)
        && is_open_to_nobody()
}
