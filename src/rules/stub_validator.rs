//! `stub-validator`: a function that guards something gets the credential and says yes to everything.

use super::shared::{Context, capitalised, entry_words, root};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryKind, Event};

const RULE: &str = "stub-validator";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Stub { function, definition, place, entry, credential } => {
            if context.is_test(definition.file) {
                return Vec::new();
            }
            let mut builder = FindingBuilder::new(RULE, Severity::Error, *definition, "every path says yes")
                .message(message(function))
                .help(HELP)
                .confidence(credential.map_or(Confidence::Medium, |origin| origin.confidence))
                .about(*definition)
                .related(*place, "its answer is tested here")
                .identity(*function);
            if let Some(entry) = entry {
                builder = builder.about(*entry);
            }
            vec![match credential {
                Some(origin) => builder.related(root(origin), origin.trail.root().step_text()).build(),
                None => builder.build(),
            }]
        }
        Event::EntryEnd { entry, outcomes, facts } if entry.kind == EntryKind::TokenCallback => {
            let says_yes = outcomes.iter().all(|outcome| outcome.ending == Ending::Success && outcome.evidence.iter().next().is_none());
            // A class that is handed whole requests and looks for no credential in them finds its callers otherwise, or says openly
            // that it knows none.
            let is_method = context.function_at(entry.place).is_some_and(|function| {
                function.parameters.first().is_some_and(|parameter| parameter.name == "self")
            });
            let sees_credential = !is_method || !facts.presented.is_empty() || !facts.reads.is_empty();
            if outcomes.is_empty() || !says_yes || !sees_credential || context.is_test(entry.place.file) {
                return Vec::new();
            }
            let finding = FindingBuilder::new(RULE, Severity::Error, entry.place, "every path says yes")
                .message(format!("{} of the authentication extension accepts whatever it is given: any made-up token gets in.", capitalised(&entry_words(entry))))
                .help(HELP)
                .about(entry.place)
                .identity(entry.name.as_str());
            vec![finding.build()]
        }
        _ => Vec::new(),
    }
}

const HELP: &str = "verify the credential here (signature, audience, issuer and expiry, or the `active` answer of the introspection endpoint), and return `False` or raise until that is written";

fn message(function: &str) -> String {
    format!("`{function}` gets the credential and answers yes on every path without looking at it: the check that relies on it lets any made-up token in.")
}
