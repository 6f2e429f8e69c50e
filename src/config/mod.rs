//! What is wanted, file by file: configuration files found and merged, the command line laid over them, and the whole
//! turned into a [`Policy`].
//!
//! Deliberately reads no Python and knows nothing of findings beyond the words rule, severity and confidence.

mod file;
mod models;
mod per_file;
mod search;
mod selection;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use crate::finding::{Confidence, Severity};
use crate::rules::catalogue::Profile;
use crate::source::Purpose;
pub use models::OwnModel;
pub use search::{Choice, Configurations, Settings};
pub use selection::Selector;

/// What is looked for in a file, and what fails the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Ids of the rules that report.
    pub rules: BTreeSet<&'static str>,
    /// Whether rules also say what only the strict profile wants to hear.
    pub is_strict: bool,
    /// Findings below this are not reported.
    pub min_confidence: Confidence,
    /// Findings at or above this make the exit code 1.
    pub fail_on: Severity,
    /// Graver findings are reported as this grave.
    pub max_severity: Severity,
    /// What the file is for, where the configuration says so.
    pub purpose: Option<Purpose>,
}

/// What somebody asked for; none where nothing was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Which rules run by default.
    pub profile: Option<Profile>,
    /// Rules and categories that run, instead of the profile's.
    pub select: Option<Vec<Selector>>,
    /// Rules and categories that do not run.
    pub ignore: Option<Vec<Selector>>,
    /// The least confidence that is reported.
    pub min_confidence: Option<Confidence>,
    /// The least severity that fails the run.
    pub fail_on: Option<Severity>,
    /// The most grave that a finding is reported.
    pub max_severity: Option<Severity>,
    /// What a file is for.
    pub purpose: Option<Purpose>,
}

impl Wishes {
    /// These wishes, and `other`'s where these say nothing.
    ///
    /// A selection brings its own exceptions: who selects rules anew does not inherit what others left out.
    #[must_use]
    pub fn over(self, other: &Self) -> Self {
        let ignore = if self.select.is_some() { self.ignore } else { self.ignore.or_else(|| other.ignore.clone()) };
        Self {
            profile: self.profile.or(other.profile),
            select: self.select.or_else(|| other.select.clone()),
            ignore,
            min_confidence: self.min_confidence.or(other.min_confidence),
            fail_on: self.fail_on.or(other.fail_on),
            max_severity: self.max_severity.or(other.max_severity),
            purpose: self.purpose.or(other.purpose),
        }
    }

    /// What the wishes mean.
    pub fn policy(&self) -> Policy {
        let profile = self.profile.unwrap_or(Profile::Default);
        let by_profile = match profile {
            Profile::Default => Confidence::Medium,
            Profile::Strict => Confidence::Low,
        };
        Policy {
            rules: selection::rules(profile, self.select.as_deref(), self.ignore.as_deref().unwrap_or_default()),
            is_strict: profile == Profile::Strict,
            min_confidence: self.min_confidence.unwrap_or(by_profile),
            fail_on: self.fail_on.unwrap_or(Severity::Warning),
            max_severity: self.max_severity.unwrap_or(Severity::Error),
            purpose: self.purpose,
        }
    }
}

/// A configuration that cannot be used: where, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The configuration file.
    pub path: PathBuf,
    /// 1-based line and column, where the trouble has a place.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&crate::root::display(&self.path))?;
        if let Some((line, column)) = self.position {
            write!(out, ":{line}:{column}")?;
        }
        write!(out, ": {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Category;

    #[test]
    fn the_nearer_word_wins_and_a_selection_brings_its_own_exceptions() {
        let file = Wishes {
            ignore: Some(vec![Selector::Category(Category::Leakage)]),
            fail_on: Some(Severity::Error),
            min_confidence: Some(Confidence::High),
            ..Wishes::default()
        };
        let typed = Wishes { fail_on: Some(Severity::Note), ..Wishes::default() };
        let both = typed.over(&file);
        assert_eq!((both.fail_on, both.min_confidence), (Some(Severity::Note), Some(Confidence::High)));
        assert_eq!(both.ignore, file.ignore);
        let selected = Wishes { select: Some(vec![Selector::Category(Category::Leakage)]), ..Wishes::default() };
        assert_eq!(selected.over(&file).ignore, None);
    }

    #[test]
    fn a_strict_profile_hears_names_alone() {
        assert_eq!(Wishes::default().policy().min_confidence, Confidence::Medium);
        let strict = Wishes { profile: Some(Profile::Strict), ..Wishes::default() };
        assert_eq!(strict.policy().min_confidence, Confidence::Low);
        assert_eq!(strict.policy().fail_on, Severity::Warning);
        assert_eq!((strict.policy().is_strict, Wishes::default().policy().is_strict), (true, false));
    }
}
