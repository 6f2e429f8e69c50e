//! `introspection-result-unchecked`: the answer of an authorization server is trusted because it came.

use super::shared::{Context, entry_words, presented, root, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, Event, Facts, Introspection, Outcome};

const RULE: &str = "introspection-result-unchecked";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, outcomes } = event else { return Vec::new() };
    if !outcomes.iter().any(|outcome: &Outcome| outcome.ending == Ending::Success) {
        return Vec::new();
    }
    let trusted = facts.introspections.values().filter(|asked| !facts.escaped_claims.contains(&asked.place));
    trusted.filter_map(|asked| finding(asked, entry, facts, context)).collect()
}

fn finding(asked: &Introspection<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let (origin, _) = asked.token.origins.credential()?;
    let tests = |claim: &str| facts.claim_checks.contains(&(asked.place, claim.into()));
    // An answer that is not active has no other claims (RFC 7662 section 2.2): who tests one of them refuses it too. One whose
    // name is not known may be `active` itself.
    let is_tested = facts.claim_checks.iter().any(|(place, name)| *place == asked.place && name != "active");
    if is_tested && !tests("active") {
        return None;
    }
    let is_strict = context.is_strict(asked.place.file);
    let (label, seen, gain, help) = if !tests("active") {
        (
            "nothing looks at `active` in the answer",
            "never looks at `active` in the answer",
            "the server answers 200 with `{\"active\": false}` for a token that is expired, revoked or made up, and it is accepted here",
            format!("refuse unless `{}.json().get(\"active\") is True`", context.name_given(asked.place).unwrap_or("response")),
        )
    } else if is_strict && !says_for_what(asked, facts) {
        (
            "the answer's audience is not tested",
            "tests `active` and neither `aud`, `iss` nor `client_id` of the answer",
            "a token that the same server issued for another service is accepted here",
            "refuse an answer whose `aud` does not name this service".to_owned(),
        )
    } else {
        return None;
    };
    let message = format!(
        "{} asks an authorization server about {} (RFC 7662) and {seen}: {gain}.",
        capitalised_entry(entry),
        presented(origin),
    );
    let builder = FindingBuilder::new(RULE, severity(label), asked.place, label)
        .message(message)
        .help(help)
        .confidence(origin.confidence)
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, asked.place, "the authorization server is asked here"))
        .about(asked.place)
        .identity(entry.name.as_str());
    Some(builder.build())
}

/// Whether a claim is tested that says what the token is for: its audience, or its scope, client or subject.
fn says_for_what(asked: &Introspection<'_>, facts: &Facts<'_>) -> bool {
    let tested = facts.claim_checks.iter().filter(|(place, _)| *place == asked.place);
    tested.into_iter().any(|(_, name)| !matches!(name.as_str(), "active" | "exp" | "expires_at" | "iat" | "nbf" | "token_type"))
}

fn severity(label: &str) -> Severity {
    if label.starts_with("nothing") { Severity::Error } else { Severity::Warning }
}

fn capitalised_entry(entry: &EntryInfo) -> String {
    super::shared::capitalised(&entry_words(entry))
}
