//! `webhook-replay`: a verified delivery is acted on as often as somebody sends it.

use super::shared::receivers::{acts, is_receiver};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Ending, EntryInfo, Event, Facts, Outcome};
use crate::flow::evidence::CheckKind;
use crate::program::vocabulary;
use crate::source::Place;

const RULE: &str = "webhook-replay";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, outcomes, facts } = event else { return Vec::new() };
    // A provider's own verifier looks at the delivery's time by itself.
    let Some(signature) = facts.compared_signatures.iter().next() else { return Vec::new() };
    let is_open = is_receiver(entry, context)
        && !context.is_test(entry.place.file)
        && is_verified(outcomes)
        && acts(entry, context)
        && !looks_at_time_or_id(entry, *signature, facts, context);
    let finding = || {
        FindingBuilder::new(RULE, Severity::Note, *signature, "the signature is computed here")
            .message(format!(
                "{} verifies deliveries and acts on each as often as it comes: whoever has seen one, in a log or on the way, can send it again, and it is done again.",
                capitalised(&entry_words(entry)),
            ))
            .help("sign the delivery's time with the body and refuse what is older than a few minutes, or remember the ids of deliveries that were acted on")
            .confidence(Confidence::Medium)
            .about(entry.place)
            .related(entry.place, "acts on the delivery")
            .identity(entry.name.as_str())
            .build()
    };
    is_open.then(finding).into_iter().collect()
}

/// Every path that succeeds has verified a signature.
fn is_verified(outcomes: &[Outcome]) -> bool {
    let mut successes = outcomes.iter().filter(|outcome| outcome.ending == Ending::Success).peekable();
    successes.peek().is_some() && successes.all(|outcome| outcome.evidence.has(CheckKind::DeliverySignature))
}

/// Whether the code that verifies or acts names a time, a tolerance or an id of the delivery. By words, since whatever is done
/// with them is as good as a check here.
fn looks_at_time_or_id(entry: &EntryInfo, signature: Place, facts: &Facts<'_>, context: &Context<'_, '_>) -> bool {
    let checks = facts.stages.keys().map(|check| check.place);
    let places: Vec<Place> = checks.chain([entry.place, signature]).collect();
    places.into_iter().any(|place| {
        let around = context.functions_around(place).into_iter();
        let mut texts = around.map(|function| context.index.text(Place { file: place.file, span: function.span }));
        texts.any(says_so)
    })
}

/// Whether code speaks of how old a delivery is or whether it came before. A time that is signed and never compared with the
/// clock says neither.
fn says_so(text: &str) -> bool {
    let words = vocabulary::words(text);
    let has = |stems: &[&str]| words.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)));
    let is_clock = |word: &String| matches!(word.as_str(), "time" | "now" | "today" | "clock" | "age" | "timedelta" | "monotonic");
    let reads_clock = words.iter().any(is_clock) || has(&["utcnow", "fresh", "recent", "expire", "stale"]);
    let remembers = [
        "tolerance", "nonce", "replay", "idempot", "seen", "processed", "dedup", "duplicate", "already", "delivery", "exist", "setnx",
        "nx", "integrity", "conflict", "upsert", "unique", "create_or", "get_or",
    ];
    let asks_by_id = ["event_id", "message_id", "webhook_id", "request_id", "[\"id\"]", "['id']", ".get(\"id\")", ".get('id')"];
    let looks_up = ["query", "find", "filter", "select", "cache", "redis", "get_or", "first("];
    let lower = text.to_ascii_lowercase();
    let contains = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    has(&remembers) || (has(&["timestamp", "stamp"]) && reads_clock) || (contains(&asks_by_id) && contains(&looks_up))
}
