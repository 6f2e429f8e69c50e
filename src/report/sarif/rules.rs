//! A rule's page as SARIF describes rules: what code scanning shows beside an alert.

use super::super::present::visible;
use super::level;
use super::words::{Help, Message, ReportingConfiguration, ReportingDescriptor, RuleProperties};
use crate::finding::Severity;
use crate::rules::catalogue::{Category, Profile, RulePage};

/// Characters of a description that code scanning accepts.
const MAX_DESCRIPTION: usize = 1_024;
/// Tags of a rule that code scanning keeps.
const MAX_TAGS: usize = 10;

/// One rule.
pub(super) fn descriptor(page: &RulePage) -> ReportingDescriptor {
    let what = page.section("What it finds");
    let full = if what.is_empty() { page.title.clone() } else { plain(first_paragraph(what)) };
    ReportingDescriptor {
        id: page.id,
        name: readable_name(page.id),
        short_description: Message { text: limited(&page.title) },
        full_description: Message { text: limited(&full) },
        help: Help { text: help_text(page), markdown: visible(page.body).into_owned() },
        default_configuration: ReportingConfiguration { level: level(page.severity) },
        properties: RuleProperties {
            precision: precision(page),
            security_severity: (page.category != Category::Housekeeping)
                .then(|| format!("{:.1}", page.security_severity)),
            problem_severity: match page.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
            tags: tags(page),
        },
    }
}

/// `plain-token-comparison` becomes `PlainTokenComparison`: the standard wants a name unlike the id.
fn readable_name(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}

/// How often an alert of the rule is right: a default rule is held to "nearly always", an opt-in one is not.
fn precision(page: &RulePage) -> &'static str {
    match page.profile {
        Profile::Default => "high",
        Profile::Strict => "medium",
    }
}

fn tags(page: &RulePage) -> Vec<String> {
    let purpose = if page.category == Category::Housekeeping { "maintainability" } else { "security" };
    let fixed = [purpose.to_owned(), page.category.as_str().to_owned()];
    let weaknesses = page.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    let items = page.owasp.iter().map(|item| format!("external/owasp/{}", slug(item)));
    let mut tags: Vec<String> = Vec::new();
    for tag in fixed.into_iter().chain(weaknesses).chain(items) {
        if tags.len() < MAX_TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// `API2:2023 Broken Authentication` becomes `api2-2023` and `ASVS 5.0 V11.2.4` becomes `asvs-5.0-v11.2.4`: the item
/// without its title. Words of a title hold no digits.
fn slug(item: &str) -> String {
    let mut words = item.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    let code = words
        .take_while(|word| word.contains(|letter: char| letter.is_ascii_digit()))
        .fold(first, |code, word| format!("{code}-{word}"));
    let lower = code.to_ascii_lowercase();
    lower.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect()
}

fn help_text(page: &RulePage) -> String {
    let sections = [page.section("What it finds"), page.section("Why it matters"), page.section("How to fix")];
    let text = sections.into_iter().filter(|section| !section.is_empty()).map(plain).collect::<Vec<_>>().join("\n\n");
    if text.is_empty() { page.title.clone() } else { text }
}

fn first_paragraph(text: &str) -> &str {
    text.split("\n\n").next().unwrap_or_default()
}

/// Markdown without its code marks. Asterisks stay: they may be part of `*args` or a pattern.
fn plain(markdown: &str) -> String {
    markdown.replace('`', "")
}

fn limited(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MAX_DESCRIPTION {
        return text;
    }
    text.chars().take(MAX_DESCRIPTION - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{readable_name, slug};

    #[test]
    fn tags_name_the_item_without_its_title() {
        assert_eq!(slug("API2:2023 Broken Authentication"), "api2-2023");
        assert_eq!(slug("A07:2021 Identification and Authentication Failures"), "a07-2021");
        assert_eq!(slug("ASVS 5.0 V11.2.4"), "asvs-5.0-v11.2.4");
        assert_eq!(slug(""), "");
    }

    #[test]
    fn names_are_read_in_one_word() {
        assert_eq!(readable_name("plain-token-comparison"), "PlainTokenComparison");
    }
}
