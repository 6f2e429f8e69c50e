//! What a rule says: a finding with its places, and the words severity, confidence and diagnostic.
//!
//! Plain values; nothing here prints, escapes or masks (that happens once, at the report boundary).

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::source::{Place, Span};

/// How bad a flaw is. Ordered: note < warning < error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Weakens the check.
    Warning,
    /// Lets an attacker in, or hands out a credential.
    Error,
}

/// How sure the analysis is. Ordered: low < medium < high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Names only.
    Low,
    /// One end rests on a name.
    Medium,
    /// Both ends are proven by data flow from a model.
    High,
}

impl Severity {
    /// The word used in output, options and SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    /// One less sure: what is said holds for some versions of a library, and nothing says which one is in use.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }

    /// The word used in output and options (and as SARIF `precision`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "note" => Ok(Self::Note),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err("expected error, warning or note".to_owned()),
        }
    }
}

impl FromStr for Confidence {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            _ => Err("expected low, medium or high".to_owned()),
        }
    }
}

/// A place with a few words on what happens there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What a reader is told about it, without a full stop.
    pub text: String,
}

/// A machine edit: replace a range by text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// Edits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, as an imperative.
    pub title: String,
    /// Whether they keep what the program accepts.
    pub is_safe: bool,
    /// The edits, not overlapping.
    pub edits: Vec<Edit>,
}

/// One judgement of one rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is here (a rule may differ from its page's severity).
    pub severity: Severity,
    /// How sure the analysis is.
    pub confidence: Confidence,
    /// What was seen, with the user's names, and what an attacker gains. Never a secret's value.
    pub message: String,
    /// The smallest correct change.
    pub help: String,
    /// Where it is reported.
    pub primary: Label,
    /// Further places: where the credential enters, where the secret comes from.
    pub related: Vec<Label>,
    /// The steps of the flow in order of execution, the last one at the primary place; empty where there is no flow.
    pub flow: Vec<Label>,
    /// What the finding is about: a decode call, an entry's name, a validator's definition, a comparison. Rules that would
    /// speak of the same thing agree by these places on who does (`precedence.rs`).
    pub about: Vec<Place>,
    /// Words that identify the flaw beyond its line: rule-chosen names and shapes. Goes into the fingerprint.
    pub identity: Vec<String>,
    /// A machine edit, where one exists.
    pub fix: Option<Fix>,
    /// Set by `settle`: 64-bit content fingerprint as 16 hex digits and a count among equals (`…:1`).
    pub fingerprint: String,
    /// Set by `settle`: the reason given in the comment that suppresses this finding.
    pub suppressed: Option<String>,
}

/// Starts a finding: rule, primary place and message, completed by the methods of [`FindingBuilder`].
#[derive(Debug)]
#[must_use = "a finding is made by `build`"]
pub struct FindingBuilder {
    finding: Finding,
}

impl FindingBuilder {
    /// A finding at its place; confidence is high until said otherwise.
    pub fn new(rule: &'static str, severity: Severity, place: Place, label: impl Into<String>) -> Self {
        Self {
            finding: Finding {
                rule,
                severity,
                confidence: Confidence::High,
                message: String::new(),
                help: String::new(),
                primary: Label { place, text: label.into() },
                related: Vec::new(),
                flow: Vec::new(),
                about: Vec::new(),
                identity: Vec::new(),
                fix: None,
                fingerprint: String::new(),
                suppressed: None,
            },
        }
    }

    /// What was seen and what an attacker gains.
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.finding.message = text.into();
        self
    }

    /// The smallest correct change.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.finding.help = text.into();
        self
    }

    /// How sure the analysis is.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// A further place.
    pub fn related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.finding.related.push(Label { place, text: text.into() });
        self
    }

    /// The steps that lead here, in order.
    pub fn flow(mut self, steps: Vec<Label>) -> Self {
        self.finding.flow = steps;
        self
    }

    /// A place that the finding is about; there may be several.
    pub fn about(mut self, place: Place) -> Self {
        self.finding.about.push(place);
        self
    }

    /// A word for the fingerprint.
    pub fn identity(mut self, word: impl Into<String>) -> Self {
        self.finding.identity.push(word.into());
        self
    }

    /// A machine edit, where there is one.
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.finding.fix = fix.into();
        self
    }

    /// The finished finding.
    pub fn build(self) -> Finding {
        debug_assert!(!self.finding.message.is_empty(), "a finding says what was seen");
        debug_assert!(!self.finding.help.is_empty(), "a finding says what to do");
        self.finding
    }
}

/// What kind of trouble a file gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiagnosticKind {
    /// Worth saying; the file was analysed (a decoded encoding, an empty selection).
    Notice,
    /// A part of the file could not be read; the rest was analysed.
    Partial,
    /// The file was not analysed. Exit code 2.
    Failed,
}

/// Trouble with an input, named with its reason. Not a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// 1-based line and the byte range, where a place is known.
    pub at: Option<(u32, Span)>,
    /// How much was lost.
    pub kind: DiagnosticKind,
    /// What is wrong and what to do, without source text.
    pub message: String,
}
