//! `unauthenticated-webhook`: a receiver acts on whatever anybody posts to it.

use super::shared::receivers::{acts, is_bare_statement, is_receiver, provider};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, Event, Facts, Outcome};
use crate::flow::evidence::{CheckKind, Evidence};
use crate::flow::walk;
use crate::program::vocabulary;
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind, Function, Name, Statement, StatementKind};
use crate::syntax::visit;

const RULE: &str = "unauthenticated-webhook";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    let is_open = is_receiver(entry, context)
        && !context.is_test(entry.place.file)
        && learns_nothing(outcomes)
        && !may_learn_elsewhere(facts, entry, context)
        && !may_be_wrapped(entry, context)
        && !has_secret_address(entry, context)
        && !refuses_when_switched_on(entry, outcomes, context)
        && acts(entry, context);
    if is_open { vec![finding(entry, context)] } else { Vec::new() }
}

/// Some path succeeds, and none of those that do has learned anything about the caller.
fn learns_nothing(outcomes: &[Outcome]) -> bool {
    let is_told = |outcome: &&Outcome| {
        // What only asks delivers nothing: `GET` with the token that the sender wants to see once.
        let is_other = [CheckKind::Development, CheckKind::Reading].iter().any(|kind| outcome.evidence.has(*kind));
        outcome.ending == Ending::Success && !is_other
    };
    let mut successes = outcomes.iter().filter(is_told).peekable();
    successes.peek().is_some() && successes.all(|outcome| is_nothing(&outcome.evidence))
}

/// A verification that failed and went on is another flaw.
fn is_nothing(evidence: &Evidence) -> bool {
    !evidence.has_proof() && !evidence.has(CheckKind::FailedVerification)
}

/// The whole route has to be understood: nobody out of sight got the raw body, and no other service was asked about it.
fn may_learn_elsewhere(facts: &Facts<'_>, entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    !facts.raw_body_seen.is_empty()
        || facts.inquiries.iter().any(|place| !is_bare_statement(*place, context) && !is_of_errand(*place, entry, context))
}

/// Whether a call stands in a function that this handler only ever calls for what it does: what is answered there decides nothing.
fn is_of_errand(call: Place, entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let Some(errand) = context.function_around(call) else { return false };
    let Some(handler) = context.function_at(entry.place) else { return false };
    let module = context.index.module(entry.place.file);
    let functions = module.map(|module| walk::functions(entry.place.file, &module.body)).unwrap_or_default();
    let (mut known, mut next): (Vec<&Name>, Vec<&Function>) = (vec![&handler.name], vec![handler]);
    let mut is_called = false;
    while let Some(function) = next.pop() {
        for (name, span) in calls(&function.body) {
            if *name == errand.name {
                is_called = true;
                if !is_bare_statement(Place { file: entry.place.file, span }, context) {
                    return false;
                }
            }
            if !known.contains(&name) && known.len() < MAX_ERRANDS {
                known.push(name);
                next.extend(functions.iter().filter(|site| site.function.name == *name).map(|site| site.function));
            }
        }
    }
    is_called
}

/// How many names called by a handler are followed to find what it does with an answer.
const MAX_ERRANDS: usize = 100;

/// The names that a body calls, and where.
fn calls(body: &[Statement]) -> Vec<(&Name, Span)> {
    let mut found = Vec::new();
    visit::expressions(body, &mut |expression| {
        if let ExpressionKind::Call { callee, .. } = &expression.kind
            && let ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } = &callee.kind
        {
            found.push((name, expression.span));
        }
    });
    found
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

/// A refusal for want of a right stands below a switch of the settings that no run found on: the operator decides.
fn refuses_when_switched_on(entry: &EntryInfo, outcomes: &[Outcome], context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_at(entry.place) else { return false };
    let text = |span: Span| context.index.text(Place { file: entry.place.file, span }).to_ascii_lowercase();
    let is_switch = |test: &Expression| {
        matches!(test.kind, ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Call { .. })
            && !text(test.span).contains("request")
    };
    let refuses = |statement: &Statement| {
        let words = ["401", "403", "unauthorized", "forbidden"];
        matches!(statement.kind, StatementKind::Raise { .. } | StatementKind::Return { .. })
            && words.iter().any(|word| text(statement.span).contains(word))
            && !outcomes.iter().any(|outcome| outcome.place.file == entry.place.file && statement.span.contains(outcome.place.span))
    };
    let mut bodies = vec![(function.body.as_slice(), false)];
    while let Some((body, is_switched)) = bodies.pop() {
        for statement in body {
            if is_switched && refuses(statement) {
                return true;
            }
            let is_switched = is_switched
                || matches!(&statement.kind, StatementKind::If { branches, .. } if branches.iter().any(|(test, _)| is_switch(test)));
            bodies.extend(walk::bodies(statement).into_iter().map(|body| (body, is_switched)));
        }
    }
    false
}

/// `@app.post(f"/hooks/{BOT_TOKEN}")`: only who knows the secret finds the route.
fn has_secret_address(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_at(entry.place) else { return false };
    function.decorators.iter().any(|decorator| {
        let ExpressionKind::Call { arguments, .. } = &decorator.kind else { return false };
        let Some(path) = arguments.first().map(|argument| &argument.value) else { return false };
        let is_put_together = !matches!(path.kind, ExpressionKind::String(_));
        let text = context.index.text(Place { file: entry.place.file, span: path.span });
        let mut names = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        is_put_together && names.any(vocabulary::is_secret)
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
