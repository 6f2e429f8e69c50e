//! `hardcoded-secret`: a literal is used as a key, an expected token, or a credential that is sent.

use super::shared::named_elsewhere::holds_only_a_name;
use super::shared::{Context, required_setting};
use super::shared::unread::is_read_in_development_only;
use super::shared::surroundings::{is_refused_at_start, missed_variable};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, SecretRole};
use crate::flow::origin::{CredentialKind, OriginKind, Store};
use crate::flow::value::{Constant, Shape, Value};
use crate::flow::relevant;
use crate::program::vocabulary;
use crate::source::Place;

const RULE: &str = "hardcoded-secret";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::SecretUse { value, role, user, place } = event else { return Vec::new() };
    if *role == SecretRole::Comparison && context.turns_away_what_is_equal(*place) {
        return Vec::new();
    }
    let literals = literals(value, *role, context).into_iter().filter(|literal| {
        !is_refused_at_start(context, *literal, "") && missed_variable(context, *literal).is_none()
    });
    literals.filter_map(|literal| finding(literal, *role, user, *place, context)).collect()
}

fn finding(literal: Place, role: SecretRole, user: &str, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    let what = match role {
        SecretRole::Key => format!("as the key of `{user}`"),
        SecretRole::Comparison => "as the value that a presented credential must equal".to_owned(),
        SecretRole::Sent => format!("as the credential in the `{user}` header of a request to another service"),
        SecretRole::Configuration => format!("as `{user}` of the application's configuration"),
        SecretRole::Named => return None,
    };
    let is_name = |user: &str| holds_only_a_name(user, context.index.text(literal).trim_matches(['"', '\'', 'b']));
    if role == SecretRole::Configuration && is_name(user) {
        return None;
    }
    // A signature that is written out was made for one message, and what is still to be written opens nothing elsewhere.
    let is_shown = role == SecretRole::Sent || context.models.makes_client(user);
    let is_signature = || vocabulary::header_kind(user) == Some(CredentialKind::Signature);
    if is_shown && (is_signature() || vocabulary::is_placeholder(context.index.text(literal).trim_matches(['"', '\'', 'b']))) {
        return None;
    }
    // A test or an example needs some key; only one that looks real is worth a word.
    let is_test = context.is_test(literal.file);
    if (is_test || context.is_example(literal.file)) && !relevant::looks_real(context.index.text(literal)) {
        return None;
    }
    if is_read_in_development_only(context, literal) {
        return None;
    }
    let severity = if is_test { Severity::Note } else { Severity::Error };
    let name = context.name_given(literal);
    let subject = name.map_or_else(|| "A secret".to_owned(), |name| format!("The secret `{name}`"));
    let variable = name.map_or_else(|| "…".to_owned(), str::to_ascii_uppercase);
    let finding = FindingBuilder::new(RULE, severity, literal, "the secret stands here")
        .message(format!("{subject} is written in the source and used {what}: everyone who can read the repository, a backup or an image of it has it."))
        .help(format!("read it from the environment or a secret store (`os.environ[\"{variable}\"]`), replace the value that was committed, and refuse to start without it"))
        .confidence(Confidence::High)
        .related(place, "it is used here")
        .fix(required_setting::fix_literal(context, literal))
        .identity(what);
    Some(finding.build())
}

/// Where the literals stand, when a value is one of some that could be a secret.
fn literals(value: &Value<'_>, role: SecretRole, context: &Context<'_, '_>) -> Vec<Place> {
    if let Shape::Constant(Constant::Text { text, at, .. }) = &value.shape {
        return could_be_secret(text, role).then_some(*at).into_iter().collect();
    }
    // A default beside an environment variable is another flaw.
    if value.origins.any(|kind| matches!(kind, OriginKind::Setting { store, .. } if *store != Store::Literal && *store != Store::Variable && *store != Store::Configuration)) {
        return Vec::new();
    }
    let written = value.origins.iter().filter(|origin| {
        matches!(&origin.kind, OriginKind::Setting { store: Store::Literal, name } if name.is_empty())
    });
    let places = written.map(|origin| origin.trail.root().place);
    let is_secret = |place: &Place| could_be_secret(context.index.text(*place).trim_matches(['"', '\'', 'b']), role);
    places.filter(is_secret).collect()
}

pub(super) fn could_be_secret(text: &str, role: SecretRole) -> bool {
    let bare = ["Bearer ", "bearer ", "Token ", "token ", "Basic "].iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
    let is_placeholder = has_gap(bare, '<', '>') || has_gap(bare, '{', '}') || bare.contains("...") || bare.contains('…');
    let is_public = bare.contains("PUBLIC KEY") || bare.contains("CERTIFICATE");
    let is_link = bare.starts_with("http://") || bare.starts_with("https://") || (bare.starts_with('/') && !bare.contains(' ') && bare.matches('/').count() > 1);
    // Words that name a kind of secret are also the first ones that people choose for one.
    let is_chosen = role != SecretRole::Sent && matches!(bare, "secret" | "password" | "default");
    let is_word = vocabulary::is_scheme_or_word(bare) && !is_chosen;
    // `*****` and `----` stand where somebody took the secret out.
    let is_blank = bare.chars().all(|letter| letter.is_ascii_punctuation() || letter.is_whitespace());
    !is_blank && !is_placeholder && !is_public && !is_link && !is_word && !is_quantity(bare)
}

/// Whether something is to be put in between brackets: `<your key>`, `{name}`. A generated key may hold either of them alone.
fn has_gap(text: &str, opening: char, closing: char) -> bool {
    text.split_once(opening).is_some_and(|(_, rest)| rest.contains(closing))
}

/// `1d`, `30 minutes`, `60/min`: how long or how often something is, whatever the setting is called.
fn is_quantity(text: &str) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start_matches(['/', ' ', '-', '_']);
    let is_unit = |unit: &str| {
        ["s", "m", "h", "d", "w", "y", "ms", "sec", "second", "min", "minute", "hr", "hour", "day", "week", "month", "year"].contains(&unit)
    };
    unit.len() < text.len() && is_unit(unit.strip_suffix('s').filter(|unit| !unit.is_empty()).unwrap_or(unit))
}
