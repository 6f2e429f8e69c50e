//! What a file is for, by where it lies: the same flaw weighs less in a test than in the application.
//!
//! Judges by names of files and folders, as Python's tools lay them out, and knows a file of test cases by its classes; the
//! configuration can say otherwise.

/// What a file is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// It runs in production, as far as anyone can tell.
    #[default]
    Application,
    /// It tests something.
    Test,
    /// It shows how something is used.
    Example,
    /// It changes a database's schema or content once.
    Migration,
}

impl Purpose {
    /// Every purpose, in the order they are documented.
    pub const ALL: [Self; 4] = [Self::Application, Self::Test, Self::Example, Self::Migration];

    /// The word in configuration files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Test => "test",
            Self::Example => "example",
            Self::Migration => "migration",
        }
    }

    /// What is said of a finding there; none where there is nothing to say.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Application => None,
            Self::Test => Some("the file holds tests"),
            Self::Example => Some("the file is an example"),
            Self::Migration => Some("the file is a migration"),
        }
    }

    /// The purpose of a file by its path below the project's root, and by its text where the path says nothing.
    pub fn of(path: &str, text: &str) -> Self {
        match Self::of_path(path) {
            Self::Application if is_all_test_cases(text) || is_called_test(path, text) => Self::Test,
            purpose => purpose,
        }
    }

    /// The purpose of a file by its path below the project's root, with `/` between its parts.
    pub fn of_path(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut folders: Vec<&str> = lower.split('/').collect();
        let name = folders.pop().unwrap_or_default();
        let stem = name.strip_suffix(".py").or_else(|| name.strip_suffix(".ipynb")).unwrap_or(name);
        let lies_in = |names: &[&str]| folders.iter().any(|folder| names.contains(folder));
        if ["test_", "tests_"].iter().any(|start| stem.starts_with(start))
            || ["_test", "_tests", "_testing"].iter().any(|end| stem.ends_with(end))
            || matches!(stem, "conftest" | "tests")
            || lies_in(&[
                "tests",
                "test",
                "testing",
                "unittests",
                "e2e",
                "fixtures",
                "testapp",
                "testproject",
                "testsite",
            ])
            || folders.iter().any(|folder| folder.starts_with("test_"))
        {
            Self::Test
        } else if lies_in(&["migrations", "alembic"]) {
            Self::Migration
        } else if lies_in(&[
            "examples",
            "example",
            "samples",
            "sample",
            "demo",
            "demos",
            "docs",
            "docs_src",
            "tutorial",
            "tutorials",
            "snippets",
        ]) || is_template_of_settings(stem)
        {
            Self::Example
        } else {
            Self::Application
        }
    }
}

/// Whether a text is nothing but cases of a test framework and what runs them, wherever its file lies.
fn is_all_test_cases(text: &str) -> bool {
    let mut heads = text
        .lines()
        .filter(|line| ["class ", "def ", "async def ", "@"].iter().any(|start| line.starts_with(start)))
        .peekable();
    heads.peek().is_some() && heads.all(|head| head.starts_with("class ") && head.trim_end().ends_with("TestCase):"))
}

/// `test.py`, which may also be an application that somebody tries out: one that brings a test framework holds tests.
fn is_called_test(path: &str, text: &str) -> bool {
    let is_called_so = path.rsplit('/').next() == Some("test.py");
    let mut starts = ["import pytest", "from pytest", "import unittest", "from unittest"].iter();
    is_called_so && starts.any(|start| text.lines().any(|line| line.starts_with(start)))
}

/// `settings_sample.py`, `config.example.py`: what somebody copies and fills in, and nothing imports.
fn is_template_of_settings(stem: &str) -> bool {
    let words: Vec<&str> = stem.split(['_', '-', '.']).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    has(&["settings", "config", "configuration", "secrets", "credentials"])
        && has(&["sample", "example", "template", "dist"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_tell_the_purpose() {
        for (path, purpose) in [
            ("shop/views.py", Purpose::Application),
            ("shop/testing_tools.py", Purpose::Application),
            ("shop/contest.py", Purpose::Application),
            ("tests/helpers.py", Purpose::Test),
            ("shop/test_views.py", Purpose::Test),
            ("shop/views_test.py", Purpose::Test),
            ("shop/tests_views.py", Purpose::Test),
            ("conftest.py", Purpose::Test),
            ("test_project/settings.py", Purpose::Test),
            ("testapp/testapp/settings.py", Purpose::Test),
            ("shop/migrations/0001_initial.py", Purpose::Migration),
            ("alembic/env.py", Purpose::Migration),
            ("examples/webhook.py", Purpose::Example),
            ("docs/conf.py", Purpose::Example),
            ("shop/settings_sample.py", Purpose::Example),
            ("shop/config.example.py", Purpose::Example),
            ("shop/template_settings.py", Purpose::Example),
            ("shop/sample_rate.py", Purpose::Application),
            ("examples/tests/test_webhook.py", Purpose::Test),
        ] {
            assert_eq!(Purpose::of_path(path), purpose, "{path}");
        }
    }

    #[test]
    fn a_file_of_nothing_but_test_cases_is_a_test_wherever_it_lies() {
        let cases = "import unittest\n\nclass Login(unittest.TestCase):\n    def test_login(self):\n        pass\n";
        assert_eq!(Purpose::of("verify_login.py", cases), Purpose::Test);
        assert_eq!(Purpose::of("shop/test.py", "import pytest\n\ndef login():\n    pass\n"), Purpose::Test);
        assert_eq!(
            Purpose::of("shop/test.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
            Purpose::Application
        );
        let mixed = format!("{cases}\n@app.get('/')\ndef index():\n    return ''\n");
        assert_eq!(Purpose::of("verify_login.py", &mixed), Purpose::Application);
    }
}
