//! "Did you mean": the nearest of the names that would have been right.

/// The candidate most like `word`, where one is like it at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_few(word, candidates).into_iter().next()
}

/// Up to three candidates that are like `word`, the nearest first.
pub fn nearest_few<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // The words compared come from a file; a megabyte of them is no typing error.
    let word: String = word.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (likeness(&word, candidate), candidate))
        .filter(|&(likeness, _)| likeness > 0.75)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(right.1)));
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

fn likeness(word: &str, candidate: &str) -> f64 {
    let is_part = word.len() >= 4 && candidate.contains(word);
    let alike = strsim::jaro_winkler(word, candidate);
    if is_part { alike.max(0.9) } else { alike }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let names = ["select", "ignore", "min-confidence", "fail-on", "exclude"];
        assert_eq!(nearest("min_confidence", names), Some("min-confidence"));
        assert_eq!(nearest("exlude", names), Some("exclude"));
        assert_eq!(nearest("Ignore", names), Some("ignore"));
        assert_eq!(nearest("confidence", names), Some("min-confidence"));
        assert_eq!(nearest("signatur", ["delivery-signature", "signature"]), Some("signature"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("", names), None);
    }
}
