//! `plain-token-comparison`: a presented credential is compared with a secret by an operator that stops at the first
//! difference. Knows nothing of what follows from the comparison.

use super::shared::{Context, capitalised, constant_time, held, lower, presented, root, steps};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Comparator, Comparison, Event};
use crate::flow::relevant;
use crate::flow::origin::{Channel, CredentialKind, Origin, OriginKind, Part, Store};
use crate::literals::string_parts;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, ExpressionKind};

const RULE: &str = "plain-token-comparison";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::Comparison(comparison) = event else { return Vec::new() };
    // A test compares to assert; nobody measures it.
    let is_one = concerns(comparison) || is_key_of_record(comparison, context);
    if !is_one || context.is_test(comparison.place.file) || hashes_by_itself(comparison, context) {
        return Vec::new();
    }
    let place = comparison.place;
    let opens_nothing =
        context.only_sorts_out(place) || context.turns_away_what_is_equal(place) || context.only_asks_for_change(place);
    if opens_nothing || context.goes_through_every_element(place) {
        return Vec::new();
    }
    vec![finding(comparison, context)]
}

/// Whether the caller presents a credential and the program holds what it must equal.
fn concerns(comparison: &Comparison<'_>) -> bool {
    if comparison.comparator == Comparator::ConstantTime {
        return false;
    }
    let expected = &comparison.expected_origin.kind;
    match &comparison.presented_origin.kind {
        OriginKind::Credential(credential) => {
            // Which part of a key is the secret one is known by what it must equal.
            let is_secret_part = || match credential.kind {
                CredentialKind::Signature => true,
                CredentialKind::ApiKey | CredentialKind::Bearer => {
                    // What is measured against a computed signature is the one that the token ends in.
                    let is_literal = matches!(expected, OriginKind::Setting { store: Store::Literal, .. } | OriginKind::Mac);
                    is_literal || relevant::is_secret(&comparison.expected_origin)
                }
                CredentialKind::Password => false,
            };
            let is_bearing = matches!(credential.part, Part::Whole | Part::Token)
                || (credential.part == Part::Fragment && is_secret_part());
            let is_by_names = credential.channel == Channel::Parameter && comparison.expected_origin.confidence < Confidence::High;
            let is_mac_or_secret = match expected {
                OriginKind::Setting { store, .. } => credential.kind != CredentialKind::Signature || *store != Store::Literal,
                _ => true,
            };
            // What an attacker would learn of a stored hash, byte by byte, is none of the password.
            let is_hashed = credential.kind == CredentialKind::Password
                && comparison.presented.value.origins.any(|kind| matches!(kind, OriginKind::Digest | OriginKind::Mac));
            is_bearing && is_mac_or_secret && !is_by_names && !is_hashed
        }
        OriginKind::RequestData | OriginKind::Body { .. } => matches!(expected, OriginKind::Mac),
        _ => false,
    }
}

/// A record's password, in a program whose columns may keep hashes that compare themselves.
fn hashes_by_itself(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> bool {
    let is_of_record = matches!(&comparison.expected_origin.kind, OriginKind::Setting { store: Store::Attribute, name }
        if vocabulary::credential_kind(name) == Some(CredentialKind::Password));
    let mut columns = context.models.hashing_columns().iter();
    is_of_record && columns.any(|column| context.files_naming(comparison.place.file, column).next().is_some())
}

/// Both sides have nothing but their names, and those say enough: a key that a check was handed, or one that is sought among
/// the users, and the key that the record holds.
fn is_key_of_record(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> bool {
    let OriginKind::Credential(credential) = &comparison.presented_origin.kind else { return false };
    let OriginKind::Setting { store: Store::Attribute, name } = &comparison.expected_origin.kind else { return false };
    let are_keys =
        matches!(credential.kind, CredentialKind::ApiKey | CredentialKind::Password) && vocabulary::credential_kind(name) == Some(CredentialKind::ApiKey);
    let holder = context.index.text(comparison.expected.place).rsplit_once('.').map_or("", |(holder, _)| holder);
    let is_check = || context.function_around(comparison.place).is_some_and(|function| vocabulary::sounds_like_check(&function.name));
    comparison.comparator != Comparator::ConstantTime
        && credential.channel == Channel::Parameter
        && credential.part == Part::Token
        && are_keys
        && (vocabulary::holds_an_account(holder) || is_check())
}

fn finding(comparison: &Comparison<'_>, context: &Context<'_, '_>) -> Finding {
    let Comparison { presented: sent, presented_origin, expected, expected_origin, comparator, place } = comparison;
    let how = how(*comparator, *place, context);
    let message = format!(
        "{} is compared with {} by {how}, which stops at the first byte that differs: an attacker who measures the answers can find the expected value piece by piece.",
        capitalised(&presented(presented_origin)),
        expected_words(expected_origin, expected.place, context),
    );
    let left = operand(context, sent.place, presented_origin, *place, "presented");
    let help = if comparator == &Comparator::Membership {
        let values = operand(context, expected.place, expected_origin, *place, "values");
        format!("compare with each value in constant time: `any(hmac.compare_digest({left}, known) for known in {values})`, with `bytes` on both sides")
    } else {
        let right = operand(context, expected.place, expected_origin, *place, "expected");
        format!("use `hmac.compare_digest({left}, {right})` with both sides as `bytes` (encode `str` first) and neither of them `None`")
    };
    FindingBuilder::new(RULE, Severity::Warning, *place, "they meet here")
        .message(message)
        .help(help)
        .confidence(lower(presented_origin.confidence, expected_origin.confidence))
        .about(*place)
        .related(root(presented_origin), presented_origin.trail.root().step_text())
        .related(root(expected_origin), expected_origin.trail.root().step_text())
        .flow(steps(presented_origin, *place, "it is compared here"))
        .fix(constant_time::fix(comparison, context))
        .identity(presented(presented_origin))
        .identity(held(expected_origin))
        .build()
}

/// What the program holds, with the name the user gave it where it is a literal.
fn expected_words(origin: &Origin, place: Place, context: &Context<'_, '_>) -> String {
    let written = context.index.text(place);
    let is_name = written.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
    match &origin.kind {
        OriginKind::Setting { store: Store::Literal, .. } if is_name => format!("`{written}`, {},", held(origin)),
        _ => held(origin),
    }
}

/// An operand as the user wrote it, where it can be told from the whole comparison and holds no text but the name of what it
/// reads.
fn operand(context: &Context<'_, '_>, place: Place, origin: &Origin, whole: Place, word: &str) -> String {
    let text = context.index.text(place);
    let read = match &origin.kind {
        OriginKind::Credential(credential) => credential.name.as_str(),
        OriginKind::Setting { store: Store::Environment | Store::Configuration, name } => name.as_str(),
        _ => "",
    };
    let parts = string_parts(text);
    let is_name = |part: &std::ops::Range<usize>| text.get(part.clone()).is_some_and(|part| part.eq_ignore_ascii_case(read));
    let is_shown = place != whole && !text.contains('\n') && text.len() <= 50 && parts.iter().all(is_name);
    if is_shown { text.to_owned() } else { word.to_owned() }
}

/// The comparison in a word, as it is written.
fn how(comparator: Comparator, place: Place, context: &Context<'_, '_>) -> &'static str {
    match (comparator, context.expression_at(place).map(|expression| &expression.kind)) {
        (Comparator::Membership, _) => "a membership test",
        (Comparator::Match, _) => "a `case`",
        (_, Some(ExpressionKind::Compare { rest, .. })) if rest.iter().any(|(operator, _)| *operator == CompareOperator::Equal) => "`==`",
        (_, Some(ExpressionKind::Compare { rest, .. })) if rest.iter().any(|(operator, _)| *operator == CompareOperator::NotEqual) => "`!=`",
        _ => "an ordinary comparison",
    }
}
