//! Whether a token that is read without verification is known to be genuine all the same: on every path that trusts what it says,
//! the program or somebody else has judged the same token. Knows nothing of what its claims decide.

use super::answers::is_after_success;
use super::ended::Ended;
use super::{name_place, root};
use crate::flow::event::{Decode, Ending, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::found::is_found_by_claim;
use crate::flow::origin::{Channel, OriginKind, Origins, Part};
use crate::flow::value::Value;
use crate::source::Place;
use crate::syntax::tree::Name;

/// Whether the token of a decode is judged wherever what it says lets anyone in.
pub(in crate::rules) fn is_genuine(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    is_verified_elsewhere(decode, ended)
        || is_verified_by_hand(decode, ended)
        || is_vouched_for(decode, ended)
        || only_finds_key(decode, ended)
        || is_guarded(decode, ended)
        || is_of_proven_caller(decode, ended)
}

/// Where nobody knows where the token comes from, the caller was proven before anybody trusted it: it is theirs.
fn is_of_proven_caller(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let is_proven = |outcome: &Outcome| {
        let mut before = outcome.evidence.iter().take_while(|known| known.kind != CheckKind::UnverifiedClaim);
        before.any(|known| matches!(known.kind, CheckKind::Signature | CheckKind::Identity | CheckKind::Introspection))
            && !outcome.evidence.has(CheckKind::FailedVerification)
    };
    let mut trusts = trusting(ended).peekable();
    decode.token.origins.is_empty() && trusts.peek().is_some() && trusts.all(is_proven)
}

/// A guard of a library, which takes the token from the request by itself, verified it before anybody trusted it.
fn is_guarded(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let guards = &ended.facts.read_by_guards;
    let is_same = |header: &Name| {
        decode.token.origins.any(|kind| {
            matches!(kind, OriginKind::Credential(credential)
                if credential.channel == Channel::Header && credential.name.eq_ignore_ascii_case(header))
        })
    };
    let is_verified = |outcome: &Outcome| {
        let mut before = outcome.evidence.iter().take_while(|known| known.kind != CheckKind::UnverifiedClaim);
        before.any(|known| known.kind == CheckKind::Signature && guards.get(&known.place).is_some_and(is_same))
            && !outcome.evidence.has(CheckKind::FailedVerification)
    };
    let mut trusts = trusting(ended).peekable();
    trusts.peek().is_some() && trusts.all(is_verified)
}

/// The claims only look up whose token it is, and the key that was found verifies the same token.
fn only_finds_key(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let mut decisions = ended.facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let is_found = |key: &Value<'_>| is_found_by_claim(key, decode.place);
    decisions.all(|decision| decision.what == "passed on" && !decision.claim.is_empty())
        && verified_decodes(decode, ended).any(|other| other.key.as_ref().is_some_and(is_found))
}

/// The paths that let anyone in who was asked what an unverified token says; what only development gets to is none.
fn trusting<'a>(ended: Ended<'a, '_, '_, '_>) -> impl Iterator<Item = &'a Outcome> {
    ended.outcomes.iter().filter(|outcome| {
        let has = |kind| outcome.evidence.has(kind);
        outcome.ending == Ending::Success && has(CheckKind::UnverifiedClaim) && !has(CheckKind::Development)
    })
}

/// The decodes that verify the token of another one.
fn verified_decodes<'a, 'p>(
    decode: &'a Decode<'_>,
    ended: Ended<'a, 'p, '_, '_>,
) -> impl Iterator<Item = &'a Decode<'p>> {
    ended.facts.decodes.values().filter(|other| other.is_verified && is_same_token(decode, other))
}

/// Whether two decodes are handed one token.
pub(in crate::rules) fn is_same_token(decode: &Decode<'_>, other: &Decode<'_>) -> bool {
    let (left, right) = (&decode.token.origins, &other.token.origins);
    (left.is_empty() && right.is_empty()) || share_a_root(left, right) || (is_bearer(left) && is_bearer(right))
}

/// The program computes the token's signature itself and compares it on every path that lets anyone in.
fn is_verified_by_hand(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let is_compared = decode.token.origins.iter().any(|origin| ended.facts.compared.contains(&root(origin)));
    is_compared && ended.successes().all(|outcome| outcome.evidence.has(CheckKind::DeliverySignature))
}

/// Somebody else has judged the same token on every path that trusts its claims: something that checks tokens, by its name, or a
/// service that answered well.
fn is_vouched_for(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let judges = Judges::of(decode, ended);
    let mut trusts = trusting(ended).peekable();
    match trusts.peek() {
        Some(_) => trusts.all(|outcome| judges.have_judged(outcome)),
        None => !judges.checks.is_empty() || !judges.services.is_empty(),
    }
}

/// Who else is handed the token of a decode to judge it.
struct Judges {
    /// Calls that check it.
    checks: Vec<Place>,
    /// Requests to a service that knows it, whose answer is heeded.
    services: Vec<Place>,
}

impl Judges {
    fn of(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Self {
        let Ended { facts, context, .. } = ended;
        let token = &decode.token.origins;
        let is_same = |given: &Origins| share_a_root(token, given) || (is_bearer(token) && is_bearer(given));
        let around = |place: Place| context.function_around(place).map(|function| name_place(function, place.file));
        let is_here = |place: Place| around(place) == around(decode.place);
        // Where nobody knows where the token comes from, the one that the function handles is meant.
        let is_it = |place: Place, given: &Origins| {
            if token.is_empty() { given.is_empty() && is_here(place) } else { is_same(given) }
        };
        let checks = facts.checked_unseen.iter().filter(|(place, given)| is_it(**place, given));
        let was_asked = |outcome: &Outcome, place: Place| {
            outcome.evidence.iter().any(|known| known.place == place && known.kind == CheckKind::Opaque)
        };
        // Another function turned callers away after it had asked, before anybody looked at the claims.
        let has_refused = |place: Place| {
            let mut refusals = ended.outcomes.iter().filter(|outcome| outcome.ending == Ending::Refusal);
            refusals.any(|outcome| {
                matches!(outcome.status, Some(401 | 403))
                    && was_asked(outcome, place)
                    && !outcome.evidence.has(CheckKind::UnverifiedClaim)
            })
        };
        let is_heeded = |place: Place| {
            if is_here(place) {
                place.span.start < decode.place.span.start && is_after_success(context, decode.place)
            } else {
                has_refused(place)
            }
        };
        let services = facts.judged_elsewhere.iter().filter(|(place, given)| is_same(given) && is_heeded(**place));
        Self {
            checks: checks.map(|(place, _)| *place).collect(),
            services: services.map(|(place, _)| *place).collect(),
        }
    }

    /// Whether a path passed one of them: a check at any time, for whoever fails it does not get to the end; a service before
    /// anything is trusted.
    fn have_judged(&self, outcome: &Outcome) -> bool {
        let mut is_trusted = false;
        outcome.evidence.iter().any(|known| {
            is_trusted |= known.kind == CheckKind::UnverifiedClaim;
            known.kind == CheckKind::Opaque
                && (self.checks.contains(&known.place) || (!is_trusted && self.services.contains(&known.place)))
        })
    }
}

/// The same token is verified too: after its issuer chose the key, or on every path on which its claims let anyone in.
fn is_verified_elsewhere(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let is_same_token = verified_decodes(decode, ended).next().is_some();
    let mut decisions = ended.facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let only_chooses_key =
        decisions.all(|decision| matches!(decision.claim.as_str(), "iss" | "kid" | "alg" | "azp" | "tid"));
    let trusts = |outcome: &Outcome| {
        let evidence = &outcome.evidence;
        (!evidence.has(CheckKind::Signature) || evidence.has(CheckKind::FailedVerification))
            && !is_proved_otherwise(outcome)
            && !is_treated_as_nobody(outcome, decode, ended)
    };
    // Nobody can see into what had the token after it was chosen by its issuer.
    let is_handed_on = || {
        let mut chosen = trusting(ended).peekable();
        chosen.peek().is_some() && chosen.all(|outcome| outcome.evidence.has(CheckKind::Opaque))
    };
    (is_same_token && (only_chooses_key || !trusting(ended).any(trusts))) || (only_chooses_key && is_handed_on())
}

/// What lets the caller in is another credential, asked for after all that the token says: it was turned down before.
fn is_proved_otherwise(outcome: &Outcome) -> bool {
    outcome.evidence.iter().fold(false, |is_proved, known| match known.kind {
        CheckKind::UnverifiedClaim => false,
        CheckKind::StaticComparison | CheckKind::ConstantTimeComparison => true,
        _ => is_proved,
    })
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
        ended
            .successes()
            .any(|other| !other.evidence.has(CheckKind::UnverifiedClaim) && !other.evidence.has(CheckKind::Signature))
    };
    !passes(outcome)
        && decisions().all(|decision| decision.what == "is tested")
        && ended.outcomes.iter().any(passes)
        && is_open_to_nobody()
}
