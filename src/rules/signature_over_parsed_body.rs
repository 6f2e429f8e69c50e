//! `signature-over-parsed-body`: the signature of a delivery is computed over a copy of what was sent.

use super::shared::{Context, capitalised, entry_words, root, steps};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::Event;

const RULE: &str = "signature-over-parsed-body";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let compared = facts.signed_copies.iter().filter(|(place, _)| {
        let is_relied_on = facts.compared_signatures.contains(place) || facts.verified_messages.contains(place);
        is_relied_on && !context.is_test(place.file)
    });
    compared
        .map(|(place, origin)| {
            FindingBuilder::new(RULE, Severity::Error, *place, "the signature is computed here")
                .message(format!(
                    "{} computes the signature of a delivery over a copy of its body, parsed and written out again: bytes that nobody signed pass where they parse to the same, and genuine deliveries fail where the copy differs in a space, an escape or an order.",
                    capitalised(&entry_words(entry)),
                ))
                .help("compute it over the bytes as they came (`request.get_data()`, `await request.body()`), before anything parses them")
                .confidence(origin.confidence)
                .about(*place)
                .related(root(origin), origin.trail.root().step_text())
                .flow(steps(origin, *place, "the copy is signed here"))
                .identity(entry.name.as_str())
                .build()
        })
        .collect()
}
