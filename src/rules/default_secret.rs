//! `default-secret`: a literal stands in for a secret that is not set.

use super::hardcoded_secret::could_be_secret;
use super::shared::surroundings::{is_development_only, is_fallback, is_refused_at_start, missed_variable};
use super::shared::named_elsewhere::holds_only_a_name;
use super::shared::unread::is_read_nowhere;
use super::shared::{Context, demanding, held, required_setting};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, SecretRole};
use crate::flow::origin::{Origin, OriginKind, Store};
use crate::flow::relevant;
use crate::flow::value::Value;
use crate::program::vocabulary;
use crate::syntax::tree::Name;

const RULE: &str = "default-secret";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::SecretUse { value, role, user, place } = event else { return Vec::new() };
    let origins = value.origins.union(&value.literal_origin());
    let defaults = origins.iter().filter_map(|origin| Some((origin, default_of(origin, value, context)?)));
    let findings = defaults.filter_map(|(origin, setting)| {
        let literal = origin.trail.root().place;
        let written = context.index.text(literal);
        let is_test = context.is_test(literal.file);
        let text = written.trim_matches(['"', '\'', 'b']);
        let is_by_name = matches!(role, SecretRole::Named | SecretRole::Configuration);
        let is_public = vocabulary::words(&setting).iter().any(|word| word == "public");
        let is_harmless = !could_be_secret(text, *role)
            || is_public
            || is_by_name && holds_only_a_name(&setting, text)
            || is_password_by_name(*role, user, context)
            || ((is_test || context.is_example(literal.file)) && !relevant::looks_real(written))
            || (opens_nothing_here(*role, user, context) && (is_stand_in(written, &setting) || vocabulary::is_placeholder(text)))
            || (is_shown(*role, user, context) && vocabulary::is_placeholder(text));
        let is_idle = || *role == SecretRole::Named && is_read_nowhere(context, literal);
        if is_harmless || is_idle() || is_development_only(context, literal) || is_refused_at_start(context, literal, &setting) {
            return None;
        }
        let is_it = |known: &&Origin| matches!(&known.kind, OriginKind::Setting { store, name } if *store != Store::Literal && *name == setting);
        // The environment comes before the configuration that it fills.
        let kept = value.origins.iter().filter(is_it).min_by_key(|known| known.kind.clone());
        let what = kept.map_or_else(|| format!("`{setting}`"), held);
        let used = match role {
            SecretRole::Key => format!(" and is used as the key of `{user}`"),
            SecretRole::Comparison => " and is what a presented credential must equal".to_owned(),
            SecretRole::Sent => format!(" and is sent in the `{user}` header"),
            SecretRole::Configuration => format!(" and is `{user}` of the application's configuration"),
            SecretRole::Named => String::new(),
        };
        let (severity, confidence) = match (is_test, role) {
            (true, _) => (Severity::Note, Confidence::Medium),
            (false, SecretRole::Named) => (Severity::Error, Confidence::Medium),
            (false, _) => (Severity::Error, Confidence::High),
        };
        let finding = FindingBuilder::new(RULE, severity, literal, "this stands in for the secret")
            .message(format!("Where {what} is not set, a literal from the source takes its place{used}: on such a deployment everyone who can read the source has the secret."))
            .help(format!("drop the default and refuse to start without it: {}", kept.map_or_else(|| format!("`os.environ[\"{setting}\"]`"), demanding)))
            .confidence(confidence)
            .about(literal)
            .fix(required_setting::fix_default(context, literal))
            .identity(setting.as_str());
        let finding = if place.span.contains(literal.span) || *role == SecretRole::Named { finding } else { finding.related(*place, "it is used here") };
        Some(finding.build())
    });
    findings.collect()
}

/// The setting that a literal stands in for.
fn default_of(origin: &Origin, value: &Value<'_>, context: &Context<'_, '_>) -> Option<Name> {
    let OriginKind::Setting { store: Store::Literal, name } = &origin.kind else { return None };
    if !name.is_empty() {
        return Some(name.clone());
    }
    if let Some(variable) = missed_variable(context, origin.trail.root().place) {
        return Some(variable);
    }
    let setting = value.origins.setting_name()?;
    let is_environment = value.origins.any(|kind| matches!(kind, OriginKind::Setting { store: Store::Environment | Store::SecretStore, name } if name == setting));
    (is_environment && is_fallback(context, origin.trail.root().place, setting)).then(|| setting.clone())
}

/// What no use is known of, or is a setting that the frameworks do not know: the key of a foreign service, as far as anyone sees.
fn opens_nothing_here(role: SecretRole, user: &str, context: &Context<'_, '_>) -> bool {
    role == SecretRole::Named || (role == SecretRole::Configuration && context.models.configuration(user).is_none())
}

/// What another service wants to see: a text that only says what belongs there does not open it.
fn is_shown(role: SecretRole, user: &str, context: &Context<'_, '_>) -> bool {
    role == SecretRole::Sent || context.models.makes_client(user)
}

/// A text that only says what belongs there: `CLIENT_SECRET` or `client-secret`. Where no use is known it opens nothing.
fn is_stand_in(written: &str, setting: &str) -> bool {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let text = letters(written);
    text == letters(setting) || ["dummy", "placeholder", "notset", "unset", "nope", "replaceme"].iter().any(|word| text.contains(word))
}

/// A password that nothing but its name makes a secret is as often that of a local database.
fn is_password_by_name(role: SecretRole, user: &str, context: &Context<'_, '_>) -> bool {
    let is_password = |word: &String| matches!(word.as_str(), "password" | "passwd" | "pwd" | "passphrase");
    let is_by_name = matches!(role, SecretRole::Named | SecretRole::Configuration);
    is_by_name && !context.models.is_secret_key(user) && vocabulary::words(user).iter().any(is_password)
}
