//! `bearerlint rule`: the table of all rules, or the page of one, as text or JSON.
//!
//! Deliberately adds nothing to the pages: what is shown here is what the documentation and SARIF show.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::RuleFormat;
use crate::rules::catalogue::{self, Profile, RulePage};
use crate::suggest;

/// The text for a rule, or for all of them; the error names the nearest rules.
pub fn rule(name: Option<&str>, format: RuleFormat) -> Result<String, String> {
    match (name, format) {
        (None, RuleFormat::Text) => Ok(table()),
        (None, RuleFormat::Json) => Ok(json(&catalogue::pages().iter().map(PageRecord::new).collect::<Vec<_>>())),
        (Some(name), format) => {
            let page = catalogue::page(name).ok_or_else(|| unknown(name))?;
            Ok(match format {
                RuleFormat::Text => text(page),
                RuleFormat::Json => json(&PageRecord::new(page)),
            })
        }
    }
}

fn unknown(name: &str) -> String {
    let near = suggest::nearest_few(name, catalogue::pages().iter().map(|page| page.id));
    let names = near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let hint = if near.is_empty() {
        "`bearerlint rule` lists every rule".to_owned()
    } else {
        format!("did you mean {names}?")
    };
    format!("there is no rule `{name}`\nhelp: {hint}")
}

fn table() -> String {
    let pages = catalogue::pages();
    let width = pages.iter().map(|page| page.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for page in pages {
        let strict = if page.profile == Profile::Strict { " (strict)" } else { "" };
        let (severity, category) = (page.severity.as_str(), page.category.as_str());
        let _ = writeln!(out, "{:<width$}  {severity:<7}  {category:<12}  {}{strict}", page.id, page.title);
    }
    out
}

fn text(page: &RulePage) -> String {
    let mut out = format!("{}: {}\n\n", page.id, page.title);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{name:<9} {value}");
        }
    };
    row("severity", page.severity.as_str());
    row("profile", profile(page));
    row("category", page.category.as_str());
    row("CWE", &page.cwe.iter().map(|number| format!("CWE-{number}")).collect::<Vec<_>>().join(", "));
    row("OWASP", &page.owasp.join(", "));
    row("RFC", &page.rfc.join(", "));
    out.push('\n');
    out.push_str(page.body.trim_end());
    out.push('\n');
    out
}

fn profile(page: &RulePage) -> &'static str {
    match page.profile {
        Profile::Default => "default",
        Profile::Strict => "strict",
    }
}

#[derive(Serialize)]
struct PageRecord<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'a str,
    profile: &'a str,
    category: &'a str,
    cwe: &'a [u32],
    owasp: &'a [String],
    rfc: &'a [String],
    /// Rounded here: a page says 7.5, and so should this.
    security_severity: String,
    markdown: &'a str,
}

impl<'a> PageRecord<'a> {
    fn new(page: &'a RulePage) -> Self {
        Self {
            id: page.id,
            title: &page.title,
            severity: page.severity.as_str(),
            profile: profile(page),
            category: page.category.as_str(),
            cwe: &page.cwe,
            owasp: &page.owasp,
            rfc: &page.rfc,
            security_severity: format!("{:.1}", page.security_severity),
            markdown: page.body,
        }
    }
}

fn json(value: &impl Serialize) -> String {
    crate::report::json_text::indented(value)
}
