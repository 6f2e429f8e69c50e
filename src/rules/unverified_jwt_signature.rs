//! `unverified-jwt-signature`: claims of a token whose signature nobody checked decide something.

use super::shared::decoding::call_at;
use super::shared::ended::Ended;
use super::shared::{Context, in_front, kept, presented, root, steps, stricter_decode, vouching};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decision, Decode, Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::{Channel, Origin, OriginKind};
use crate::flow::token::Constraint;
use crate::models::Meaning;
use crate::models::schema::{DecodeGives, SignatureModel};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, UnaryOperator};
use crate::syntax::visit;

const RULE: &str = "unverified-jwt-signature";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(ended) = Ended::of(event, context) else { return Vec::new() };
    // A test looks at the tokens that it was just given, and calls what it tests: nobody is let in by that.
    if ended.entry.kind == EntryKind::Function && context.is_test(ended.entry.place.file) {
        return Vec::new();
    }
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
    // Who sends nothing gets in as well.
    let is_open = ended
        .successes()
        .any(|outcome| outcome.evidence.has(CheckKind::Rejected) && !outcome.evidence.has(CheckKind::UnverifiedClaim));
    expects_nothing
        && !is_open
        && !claims.any(|(of, _)| *of == decode.place)
        && matches!(ended.entry.kind, EntryKind::Route | EntryKind::TokenCallback)
        && ended.outcomes.iter().any(refuses)
        && successes.peek().is_some()
        && ended.successes().any(|outcome| has(&outcome, CheckKind::UnverifiedClaim))
        && successes.all(is_weak)
}

fn finding(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> Option<Finding> {
    let Ended { entry, facts, context, .. } = ended;
    let is_unused = || entry.kind == EntryKind::Function && is_unused_helper(decode, &entry.name, context);
    if vouching::is_genuine(decode, ended) || is_from_token_endpoint(decode, context) || is_unused() {
        return None;
    }
    let known = facts
        .decisions
        .iter()
        .find(|decision| decision.decode == decode.place && decides(decision, facts, context) && !is_only_told(decision, context));
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
    // A client reads what its server has just answered: nobody was seen to send this one.
    if origin.is_none() && entry.kind == EntryKind::Function && decision.what == "is tested" {
        return None;
    }
    // Nor was anybody turned away, or told what stands in it.
    if entry.kind == EntryKind::Function && only_notes(decode, ended) {
        return None;
    }
    // Nobody can see what a gateway or platform in front made of the token.
    if in_front::is_judged_in_front(entry, context) && !context.is_strict(decode.place.file) {
        return None;
    }
    let is_handed_on = decision.what == "is returned" || (decision.what == "passed on" && decision.claim.is_empty());
    let is_returned_alone = entry.kind == EntryKind::Function && is_handed_on;
    let confidence = match origin {
        // A function that only hands claims on is judged by who calls it; nobody was seen to.
        _ if is_returned_alone => Confidence::Low,
        // Nor was anybody seen to call what is private to those who do, or what asks only who is to verify the token.
        _ if entry.kind == EntryKind::Function && (is_private(&entry.name) || only_names_issuer(decode, facts)) => Confidence::Low,
        // Where neither the token's way in is known nor what becomes of its claims, nothing is.
        None if decision.what == "passed on" => Confidence::Low,
        // Nobody was seen to send this one: the program may have fetched it itself.
        None if decision.what == "is tested" && !decode.token.origins.any(is_of_request) => Confidence::Low,
        // A library that takes tokens apart does so in functions like this; nobody was seen to trust it.
        Some(origin) if decode.model.path.is_empty() && origin.confidence < Confidence::High => Confidence::Low,
        // Nobody was seen to call it with anything that a caller sent: clients read their own tokens in functions like this.
        Some(origin) if entry.kind == EntryKind::Function && is_named_only(origin) => Confidence::Low,
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

/// `_verify_scope`: those who call it know what came before.
fn is_private(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with('_') && !last.starts_with("__"))
}

/// Nothing but the issuer is asked of the claims.
fn only_names_issuer(decode: &Decode<'_>, facts: &Facts<'_>) -> bool {
    let mut decisions = facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    decisions.all(|decision| matches!(decision.claim.as_str(), "iss" | "kid" | "tid"))
}

/// A parameter that is taken for a credential by its name.
fn is_named_only(origin: &Origin) -> bool {
    matches!(&origin.kind, OriginKind::Credential(credential) if credential.channel == Channel::Parameter)
}

/// The claims are tested, and nothing comes of it but other words.
fn only_notes(decode: &Decode<'_>, ended: Ended<'_, '_, '_, '_>) -> bool {
    let mut decisions = ended.facts.decisions.iter().filter(|decision| decision.decode == decode.place);
    let turns_away = |outcome: &Outcome| {
        let mut tests = outcome.evidence.iter().filter(|known| known.place != decode.place);
        outcome.ending == Ending::Refusal
            && (outcome.evidence.has(CheckKind::UnverifiedClaim) || tests.any(|known| known.kind == CheckKind::Rejected))
    };
    decisions.all(|decision| decision.what == "is tested") && !ended.outcomes.iter().any(turns_away)
}

fn is_of_request(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::RequestData | OriginKind::Body { .. })
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

/// A claim that is only written down or shown: handed to what keeps records, kept for log lines, or compared for the answer and not
/// for a test.
fn is_only_told(decision: &Decision, context: &Context<'_, '_>) -> bool {
    let is_record = || {
        let is_it = |expression: &Expression| match &expression.kind {
            ExpressionKind::Call { callee, .. } => {
                matches!(&callee.kind, ExpressionKind::Attribute { name, .. } | ExpressionKind::Name(name)
                    if vocabulary::keeps_records(name))
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
        "is kept for the request" => kept::is_kept_for_log(decision.place, context),
        _ => false,
    }
}

/// A function that nobody calls, in a file that verifies tokens with the same library: it was written for routes that are behind
/// that check.
fn is_unused_helper(decode: &Decode<'_>, function: &str, context: &Context<'_, '_>) -> bool {
    let (file, index) = (decode.place.file, context.index);
    let (called, folder) = (index.called_names(), index.project_folder(file));
    let function = function.rsplit('.').next().unwrap_or_default();
    // What stands inside of another function is the wrapper of a decorator, which lets callers in by itself.
    let is_guard = context.functions_around(decode.place).len() > 1;
    if is_guard || called.has_bare(folder, function) || called.has_dotted(folder, function) {
        return false;
    }
    let Some((holder, _)) = decode.function.rsplit_once('.') else { return false };
    let libraries: Vec<&str> = decode.model.path.iter().filter_map(|path| Some(path.rsplit_once('.')?.0)).collect();
    let verifies = |expression: &Expression| {
        let ExpressionKind::Call { callee, arguments } = &expression.kind else { return false };
        let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return false };
        let text = |span| index.text(Place { file, span });
        let is_verifier = |library: &&str| {
            matches!(context.models.meaning(&format!("{library}.{name}")),
                Some(Meaning::Decode(model)) if model.signature == SignatureModel::Verified)
        };
        text(value.span) == holder
            && arguments.len() > 1
            && libraries.iter().any(is_verifier)
            && !text(expression.span).contains("verify_signature")
            && expression.span != decode.place.span
    };
    let mut is_found = false;
    if let Some(module) = index.module(file) {
        visit::expressions(&module.body, &mut |expression| is_found |= verifies(expression));
    }
    is_found
}

/// Claims that only choose a key, or tell of what sort a token is or when it ends, decide nothing, nor does one that goes to
/// another service with its token, where nothing but its form is tested besides.
fn decides(decision: &Decision, facts: &Facts<'_>, context: &Context<'_, '_>) -> bool {
    let goes_along = |decision: &Decision| {
        decision.what == "passed on"
            && !decision.claim.is_empty()
            && facts.claims_beside_token.contains(&decision.place)
    };
    let is_of_it = |other: &Decision| other.decode == decision.decode && other.claim == decision.claim;
    let only_looks = || {
        decision.what == "is tested"
            && facts.decisions.iter().any(|other| is_of_it(other) && goes_along(other))
            && context.expression_at(decision.place).is_some_and(asks_for_form)
    };
    // A page greets its reader by what they sent themselves.
    let is_shown = decision.what == "is shown in a page" && decision.claim.is_empty();
    !goes_along(decision)
        && !is_shown
        && !only_looks()
        && !matches!(decision.claim.as_str(), "exp" | "iat" | "nbf" | "kid" | "alg" | "typ")
}

/// Whether a test asks only whether something is there and of what sort: `not user or not isinstance(user, str)`.
fn asks_for_form(test: &Expression) -> bool {
    match &test.kind {
        ExpressionKind::Name(_) => true,
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => asks_for_form(operand),
        ExpressionKind::BooleanOperation { values, .. } => values.iter().all(asks_for_form),
        ExpressionKind::Call { callee, .. } => {
            matches!(&callee.kind, ExpressionKind::Name(name) if name == "isinstance")
        }
        _ => false,
    }
}
