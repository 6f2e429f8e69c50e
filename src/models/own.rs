//! Models that users write for their own code: a verifier, a secret source, a logger of theirs. Their dotted names may
//! mean functions of the program itself, which then are what the model says and are not followed.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use super::Models;
use super::schema::ModelFile;

/// The dotted names that users' models describe.
#[derive(Debug, Default)]
pub(super) struct OwnNames {
    is_open: bool,
    /// By last name.
    paths: FxHashMap<String, Vec<String>>,
    words: Vec<String>,
    matcher: OnceLock<Option<AhoCorasick>>,
}

impl OwnNames {
    /// Notes a name, while a user's model is added.
    pub(super) fn note(&mut self, path: &str) {
        let last = path.rsplit('.').next().unwrap_or_default();
        if self.is_open && !last.is_empty() {
            self.paths.entry(last.to_owned()).or_default().push(path.to_owned());
            self.words.push(last.to_owned());
        }
    }
}

impl Models {
    /// Adds what a user's configuration says of code. It counts before what comes with the program.
    pub fn add_own(&mut self, file: ModelFile) {
        self.own.is_open = true;
        self.add(file);
        self.own.is_open = false;
    }

    /// The dotted name under which a user's model describes something of the program: the longest that fits where it is
    /// defined, from its module's last component backwards.
    pub fn own_path(&self, module: &[impl AsRef<str>], class: Option<&str>, name: &str) -> Option<&str> {
        let mut ends: Vec<&str> = module.iter().map(AsRef::as_ref).chain(class).collect();
        ends.push(name);
        let fits = |path: &&String| {
            let wanted: Vec<&str> = path.split('.').collect();
            // A name without its module would mean every function that is called so.
            wanted.len() > 1 + usize::from(class.is_some()) && ends.ends_with(&wanted)
        };
        self.own.paths.get(name)?.iter().filter(fits).max_by_key(|path| path.len()).map(String::as_str)
    }

    /// Whether a text names anything that a user's model describes.
    pub fn mentions_own(&self, text: &str) -> bool {
        if self.own.words.is_empty() {
            return false;
        }
        let matcher = self.own.matcher.get_or_init(|| AhoCorasick::new(&self.own.words).ok());
        matcher.as_ref().is_none_or(|matcher| matcher.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models() -> Models {
        let text = "library = 'ours'\n[[verify]]\npath = ['auth.check', 'service.auth.Guard.admit', 'verify']\n\
                    evidence = ['signature']\nfailure = 'raises'\n";
        let mut models = Models::default();
        models.add_own(toml::from_str(text).unwrap_or_default());
        models
    }

    #[test]
    fn a_name_means_what_is_defined_in_that_module() {
        let models = models();
        assert_eq!(models.own_path(&["service", "auth"], None, "check"), Some("auth.check"));
        assert_eq!(models.own_path(&["service", "auth"], Some("Guard"), "admit"), Some("service.auth.Guard.admit"));
        assert_eq!(models.own_path(&["service", "oauth"], None, "check"), None);
        assert_eq!(models.own_path(&["other", "auth"], Some("Guard"), "admit"), None);
        assert_eq!(models.own_path(&["service", "auth"], None, "verify"), None, "a bare name means nothing here");
    }

    #[test]
    fn texts_are_known_by_the_last_names() {
        assert!(models().mentions_own("guard.admit(x)"));
        assert!(!models().mentions_own("hello"));
        assert!(!Models::default().mentions_own("check"));
    }
}
