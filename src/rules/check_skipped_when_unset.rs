//! `check-skipped-when-unset`: where the secret of a check is not configured, the whole check is left out.

use super::shared::{Context, entry_words, held, lower, required_setting, root};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::{Origin, OriginKind, Store};
use crate::flow::relevant;
use crate::program::vocabulary::{self, CredentialKind};
use crate::source::Place;

const RULE: &str = "check-skipped-when-unset";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    if !matches!(entry.kind, EntryKind::Route | EntryKind::TokenCallback)  || context.is_test(entry.place.file) {
        return Vec::new();
    }
    let skipped = facts.unset_secrets.iter().filter(|(place, origin)| is_of_a_check(origin, facts) && is_skipped(**place, outcomes));
    skipped.map(|(place, origin)| finding(*place, origin, entry, context)).collect()
}

/// The same secret checks the caller where it is set. What is a secret by its name alone has to be seen doing it: a token for another
/// server stands beside the caller's data just so.
fn is_of_a_check(origin: &Origin, facts: &Facts<'_>) -> bool {
    let OriginKind::Setting { store, name } = &origin.kind else { return false };
    let is_configured = matches!(store, Store::Environment | Store::Configuration | Store::SecretStore);
    // The password of a record is its user's: who has none logs in by other means.
    if !is_configured && vocabulary::credential_kind(name) == Some(CredentialKind::Password) {
        return false;
    }
    let may_check = || is_configured && relevant::is_secret(origin) && facts.secrets_beside_credentials.contains(name);
    facts.checking_secrets.contains(name) || may_check()
}

/// A path on which this test found it unset succeeds and has nothing else to rely on, and it is not for development only.
fn is_skipped(test: Place, outcomes: &[Outcome]) -> bool {
    outcomes.iter().any(|outcome| {
        let evidence = &outcome.evidence;
        outcome.ending == Ending::Success
            && evidence.iter().any(|check| check.kind == CheckKind::Unset && check.place == test)
            && !evidence.has_proof()
            && !evidence.has(CheckKind::Development)
            && !evidence.has(CheckKind::FailedVerification)
    })
}

fn finding(test: Place, origin: &Origin, entry: &EntryInfo, context: &Context<'_, '_>) -> Finding {
    let secret = held(origin);
    let message = format!(
        "Where {secret} is not set, {} goes on without any check ({} decides): a deployment that lacks it lets anyone in, and nothing says so.",
        entry_words(entry),
        context.quote(test),
    );
    let name = match &origin.kind {
        OriginKind::Setting { name, .. } if !name.is_empty() => format!("`{name}`"),
        _ => "the secret".to_owned(),
    };
    FindingBuilder::new(RULE, Severity::Warning, test, "without the secret the check is skipped")
        .message(message)
        .help(format!("refuse to start while {name} is unset (or answer 500 there), and make the check unconditional; where development needs it off, test for development and not for the secret"))
        .confidence(lower(origin.confidence, Confidence::High))
        .about(entry.place)
        .fix(required_setting::fix(context, root(origin)))
        .related(root(origin), origin.trail.root().step_text())
        .related(entry.place, "reached without a check")
        .identity(held(origin))
        .build()
}
