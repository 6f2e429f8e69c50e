//! The rule pages (`rules/*.md`): metadata, prose and executed examples. No judgement here.
//!
//! A page begins with TOML front matter between `+++` lines; the rest is Markdown with the headings
//! What it finds, Why it matters, Examples, How to fix, References. Fenced blocks whose info string begins with
//! `python bad` or `python good` are examples and run as tests; `# file: NAME` lines inside split one into files.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::finding::Severity;

/// When a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// For everyone.
    Default,
    /// With `--profile strict`, or when selected.
    Strict,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// How a presented credential is checked.
    Comparison,
    /// JWTs, opaque tokens, introspection.
    Verification,
    /// Where keys come from, how long tokens live.
    Secrets,
    /// Where tokens go.
    Leakage,
    /// Receivers.
    Webhook,
    /// The linter's own housekeeping.
    Housekeeping,
}

impl Category {
    /// The word used in options and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comparison => "comparison",
            Self::Verification => "verification",
            Self::Secrets => "secrets",
            Self::Leakage => "leakage",
            Self::Webhook => "webhook",
            Self::Housekeeping => "housekeeping",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FrontMatter {
    title: String,
    severity: String,
    profile: Profile,
    category: Category,
    cwe: Vec<u32>,
    #[serde(default)]
    owasp: Vec<String>,
    #[serde(default)]
    rfc: Vec<String>,
    security_severity: f32,
}

/// One rule's page.
#[derive(Debug)]
pub struct RulePage {
    /// The id: kebab-case, the file's name.
    pub id: &'static str,
    /// One line that says the flaw.
    pub title: String,
    /// Severity unless a finding says otherwise.
    pub severity: Severity,
    /// When it runs.
    pub profile: Profile,
    /// What it is about.
    pub category: Category,
    /// CWE numbers, the main one first.
    pub cwe: Vec<u32>,
    /// OWASP API 2023, Top 10 2021 and ASVS 5 items.
    pub owasp: Vec<String>,
    /// RFC sections.
    pub rfc: Vec<String>,
    /// GitHub's `security-severity`, 0.0 to 10.0.
    pub security_severity: f32,
    /// The Markdown after the front matter.
    pub body: &'static str,
}

impl RulePage {
    /// The text under a `## heading`, trimmed; empty where the page lacks it.
    pub fn section(&self, heading: &str) -> &'static str {
        let mut start = None;
        for (at, line) in line_offsets(self.body) {
            match start {
                None if line.strip_prefix("## ").is_some_and(|title| title.trim() == heading) => {
                    start = Some(at + line.len());
                }
                Some(from) if line.starts_with("## ") => return self.body[from..at].trim(),
                _ => {}
            }
        }
        start.map_or("", |from| self.body[from..].trim())
    }
}

fn line_offsets(text: &'static str) -> impl Iterator<Item = (usize, &'static str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    })
}

/// Every page, ordered by id.
pub fn pages() -> &'static [RulePage] {
    static PAGES: LazyLock<Vec<RulePage>> = LazyLock::new(|| {
        let mut pages: Vec<RulePage> = crate::embedded::PAGES.iter().map(|&(id, text)| parse(id, text)).collect();
        pages.sort_by_key(|page| page.id);
        pages
    });
    &PAGES
}

/// The page of a rule id.
pub fn page(id: &str) -> Option<&'static RulePage> {
    let pages = pages();
    pages.binary_search_by_key(&id, |page| page.id).ok().map(|at| &pages[at])
}

/// Pages are part of the binary: a broken one is a broken build, found by the test that reads them all.
fn parse(id: &'static str, text: &'static str) -> RulePage {
    let split = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
    let (head, body) = split.unwrap_or_else(|| panic!("rules/{id}.md lacks its +++ front matter"));
    let front: FrontMatter = toml::from_str(head).unwrap_or_else(|error| panic!("rules/{id}.md: {error}"));
    RulePage {
        id,
        title: front.title,
        severity: front.severity.parse().unwrap_or_else(|error| panic!("rules/{id}.md: severity: {error}")),
        profile: front.profile,
        category: front.category,
        cwe: front.cwe,
        owasp: front.owasp,
        rfc: front.rfc,
        security_severity: front.security_severity,
        body: body.trim_start(),
    }
}
