//! `unauthenticated-webhook`: a receiver acts on whatever anybody posts to it.

use super::shared::receivers::{acts, is_bare_statement, is_receiver, provider};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, Event, Facts, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::flow::walk;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind};

const RULE: &str = "unauthenticated-webhook";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    let is_open = is_receiver(entry, context)
        && !context.is_test(entry.place.file)
        && learns_nothing(outcomes)
        && !may_learn_elsewhere(facts, context)
        && !may_be_wrapped(entry, context)
        && acts(entry, context);
    if is_open { vec![finding(entry, context)] } else { Vec::new() }
}

/// Some path succeeds, and none of those that do has learned anything about the caller.
fn learns_nothing(outcomes: &[Outcome]) -> bool {
    let deployed = outcomes.iter().filter(|outcome| !outcome.evidence.has(CheckKind::Development));
    let mut successes = deployed.filter(|outcome| outcome.ending == Ending::Success).peekable();
    successes.peek().is_some() && successes.all(|outcome| is_nothing(&outcome.evidence))
}

/// A verification that failed and went on is another flaw.
fn is_nothing(evidence: &Evidence) -> bool {
    !evidence.has_proof() && !evidence.has(CheckKind::FailedVerification)
}

/// The whole route has to be understood: nobody out of sight got the raw body, and no other service was asked about it.
fn may_learn_elsewhere(facts: &Facts<'_>, context: &Context<'_, '_>) -> bool {
    !facts.raw_body_seen.is_empty()
        || facts.inquiries.iter().any(|place| !is_bare_statement(*place, context))
}

/// Whether the program puts something else in the place of handlers, which may check the caller before it calls them:
/// `app.view_functions[name] = guarded(app.view_functions[name])`.
fn may_be_wrapped(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    context.models.handler_tables().iter().any(|table| {
        context.files_naming(entry.place.file, table).any(|file| {
            let text = &context.index.program.source(file).text;
            let is_meant = text.contains(entry.name.as_str()) || text.contains(&format!("{table}.items("));
            is_meant && context.index.module(file).is_some_and(|module| writes_into(&module.body, table))
        })
    })
}

/// Whether a body gives something to an item of an attribute of this name.
fn writes_into(body: &[Statement], table: &str) -> bool {
    let is_item = |target: &Expression| match &target.kind {
        ExpressionKind::Subscript { value, .. } => matches!(&value.kind, ExpressionKind::Attribute { name, .. } if name == table),
        _ => false,
    };
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Assign { targets, .. } => targets.iter().any(is_item),
        _ => walk::bodies(statement).into_iter().any(|inner| writes_into(inner, table)),
    })
}

fn finding(entry: &EntryInfo, context: &Context<'_, '_>) -> Finding {
    let subject = capitalised(&entry_words(entry));
    let (message, help) = match provider(entry, context) {
        Some(provider) => (
            format!(
                "{subject} acts on deliveries of {} and checks nothing about who sent them, although each is signed in `{}`: anyone who knows the address can invent them.",
                provider.name, provider.header
            ),
            provider.fix.clone(),
        ),
        None => (
            format!("{subject} receives webhooks and acts on them without checking who sent them: anyone who knows the address can invent deliveries."),
            "verify the sender's signature: an HMAC over the raw body (`request.get_data()`) with the shared secret, compared by `hmac.compare_digest`, and 401 where it is missing or wrong".to_owned(),
        ),
    };
    FindingBuilder::new(RULE, Severity::Error, entry.place, "accepts deliveries from anyone")
        .message(message)
        .help(help)
        .confidence(Confidence::Medium)
        .about(entry.place)
        .identity(entry.name.as_str())
        .build()
}
