//! `algorithm-confusion`: the token, not the program, decides how it is verified.

use super::shared::Context;
use super::shared::decoding::function_quote;
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Decode, EntryInfo, Event, Facts};
use crate::flow::token::Algorithms;
use crate::models::schema::DecodeGives;
use crate::program::versions::Fit;
use crate::syntax::tree::Name;

const RULE: &str = "algorithm-confusion";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::EntryEnd { entry, facts, .. } = event else { return Vec::new() };
    let verified = facts.decodes.values().filter(|decode| decode.is_verified && decode.model.gives != DecodeGives::Header);
    verified.filter_map(|decode| finding(decode, entry, facts, context)).collect()
}

fn finding(decode: &Decode<'_>, entry: &EntryInfo, facts: &Facts<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let call = function_quote(decode, context);
    let library = &decode.library;
    let (label, what, confidence) = match &decode.algorithms {
        Algorithms::FromToken if !facts.header_checks.contains("alg") => (
            "the algorithm comes from the token",
            format!("{call} accepts the algorithm that the token's own header names: whoever writes the token picks how it is verified, so a public key is taken for an HMAC secret, or no signature is asked for"),
            Confidence::High,
        ),
        Algorithms::Named(names) if mixes_families(names) => (
            "both families are accepted with one key",
            format!("{call} accepts HMAC and public-key algorithms with the same key: where that is a public key, anyone who knows it can sign tokens with it as the HMAC secret, unless this version of {library} recognises and refuses it"),
            Confidence::High,
        ),
        Algorithms::Omitted if decode.follows_token != Fit::No => {
            let (versions, confidence) = match decode.follows_token {
                Fit::Unknown => (format!(" (in {library} {}, which nothing here rules out)", versions(decode)), Confidence::Medium),
                _ => (String::new(), Confidence::High),
            };
            (
                "no algorithms are named here",
                format!("{call} names no algorithms, so that of the token's own header is used{versions}: whoever writes the token picks how it is verified"),
                confidence,
            )
        }
        _ => return None,
    };
    let builder = FindingBuilder::new(RULE, Severity::Error, decode.place, label)
        .message(format!("{what}."))
        .help("name the one algorithm that your issuer signs with: `algorithms=[\"RS256\"]`, or `[\"HS256\"]` for a shared secret")
        .confidence(confidence)
        .about(decode.place)
        .identity(decode.function.as_str())
        .identity(entry.name.as_str());
    Some(builder.build())
}

fn versions(decode: &Decode<'_>) -> String {
    let range = decode.model.algorithms_from_token.as_ref();
    range.and_then(|range| range.before.as_deref()).map_or_else(|| "some versions".to_owned(), |before| format!("before {before}"))
}

/// HMAC (`HS256`) beside anything that verifies with a public key.
fn mixes_families(names: &[Name]) -> bool {
    let is_hmac = |name: &Name| name.to_ascii_uppercase().starts_with("HS");
    let is_public = |name: &Name| {
        let name = name.to_ascii_uppercase();
        ["RS", "PS", "ES", "ED"].iter().any(|family| name.starts_with(family))
    };
    names.iter().any(is_hmac) && names.iter().any(is_public)
}
