//! Which files may hold what a framework calls, told from their text: they name its modules, a decorator of theirs is called
//! like one that registers, or a function looks like one that a platform calls. Only saves time, judges nothing.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::registering::is_whole_word;
use super::{Meaning, Models};

/// What tells, found once all models are read.
#[derive(Debug, Default)]
pub(super) struct EnteringWords(OnceLock<Words>);

#[derive(Debug, Default)]
struct Words {
    /// Modules, as an import or a dotted name writes them.
    modules: Option<AhoCorasick>,
    /// Last names of decorators that register.
    decorators: FxHashSet<String>,
    /// Functions that platforms call.
    platforms: Vec<Platform>,
}

/// What the file of a function that a platform calls must have.
#[derive(Debug)]
struct Platform {
    file: Option<String>,
    /// One name of each of these is a parameter.
    parameters: Vec<Vec<String>>,
}

impl Models {
    /// Whether the file at a path may hold something that a framework or a platform calls.
    pub fn may_be_entered(&self, path: &std::path::Path, text: &str) -> bool {
        let words = self.entering.0.get_or_init(|| self.entering_words());
        let Some(modules) = &words.modules else { return true };
        modules.find_overlapping_iter(text).any(|found| is_whole_word(text, found.start(), found.end()))
            || text.lines().any(|line| words.is_registering_decorator(line))
            || words.platforms.iter().any(|platform| platform.fits(path, text))
    }

    fn entering_words(&self) -> Words {
        let registers = |meaning: &Meaning| match meaning {
            Meaning::Entry(_) | Meaning::Mount(_) | Meaning::Include | Meaning::Before(_) => true,
            Meaning::Instance(model) => model.holds_routes(),
            _ => false,
        };
        let called = self.meanings.iter().filter(|(_, meaning)| registers(meaning)).map(|(path, _)| path.as_str());
        let bases = self.view_classes.keys().filter(|path| !path.starts_with('*')).map(String::as_str);
        let requests =
            self.requests.iter().filter(|model| !model.imported.is_empty()).map(|model| model.class.as_str());
        let annotations = self.platform_functions.iter().filter_map(|model| model.annotation.as_deref());
        let imported = self.view_classes_by_import.iter().flat_map(|model| &model.imported).map(String::as_str);
        let mut modules: BTreeSet<&str> =
            called.chain(bases).chain(requests).chain(annotations).filter_map(module_of).chain(imported).collect();
        // Another library's names for the same things.
        let is_known = |to: &str| modules.contains(to) || module_of(to).is_some_and(|module| modules.contains(module));
        let others: Vec<&str> = self
            .aliases
            .iter()
            .filter(|(_, to)| is_known(to))
            .filter_map(|(from, _)| module_of(from).or_else(|| (!from.contains('.')).then_some(from.as_str())))
            .collect();
        modules.extend(others);
        let written = modules.iter().flat_map(|module| match module.split_once('.') {
            Some((package, part)) => vec![(*module).to_owned(), format!("{package} import {part}")],
            None => vec![(*module).to_owned()],
        });
        let entries = self.meanings.iter().filter(|(_, meaning)| matches!(meaning, Meaning::Entry(_)));
        let decorators = entries.filter_map(|(path, _)| path.rsplit('.').next()).map(str::to_owned);
        Words { modules: AhoCorasick::new(written).ok(), decorators: decorators.collect(), platforms: self.platforms() }
    }

    fn platforms(&self) -> Vec<Platform> {
        let by_parameters = self.platform_functions.iter().filter(|model| model.annotation.is_none());
        let names = |alternatives: &String| alternatives.split('|').map(str::to_owned).collect();
        let platform = by_parameters.map(|model| Platform {
            file: model.file.clone(),
            parameters: model.parameters.iter().map(names).collect(),
        });
        platform.collect()
    }
}

impl Words {
    /// `@shop.routes.post("/orders")`, whatever the object is called.
    fn is_registering_decorator(&self, line: &str) -> bool {
        let Some(decorator) = line.trim_start().strip_prefix('@') else { return false };
        let end = decorator.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.'));
        let dotted = decorator.get(..end.unwrap_or(decorator.len())).unwrap_or_default();
        self.decorators.contains(dotted.rsplit('.').next().unwrap_or_default())
    }
}

impl Platform {
    fn fits(&self, path: &std::path::Path, text: &str) -> bool {
        let is_called_so =
            self.file.as_ref().is_none_or(|wanted| path.file_name().is_some_and(|name| name == wanted.as_str()));
        is_called_so && text.contains("def ") && self.parameters.iter().all(|names| has_word(text, names))
    }
}

fn has_word(text: &str, names: &[String]) -> bool {
    names.iter().any(|name| text.match_indices(name).any(|(at, _)| is_whole_word(text, at, at + name.len())))
}

/// The module in which a dotted name stands, or the first two parts of its name: other parts of a large package say nothing.
fn module_of(path: &str) -> Option<&str> {
    let is_module = |part: &str| part.starts_with(|letter: char| letter.is_lowercase());
    let parent = path.rsplit_once('.')?.0;
    let mut end = 0;
    for part in parent.split('.').take(2).take_while(|part| is_module(part)) {
        end += part.len() + usize::from(end > 0);
    }
    parent.get(..end).filter(|module| !module.is_empty() && *module != "any")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn may_be_entered(path: &str, text: &str) -> bool {
        crate::models::embedded().may_be_entered(Path::new(path), text)
    }

    #[test]
    fn a_module_of_a_framework_is_enough() {
        for text in [
            "from flask import Flask",
            "import quart",
            "from aiohttp import web",
            "import aiohttp.web as web",
            "from django.views.generic import View",
            "from rest_framework.views import APIView",
            "import azure.functions as func",
        ] {
            assert!(may_be_entered("app.py", text), "{text}");
        }
    }

    #[test]
    fn other_parts_of_a_large_package_are_not() {
        for text in ["from django.db import models", "import aiohttp", "from azure.storage import blob", "import os"] {
            assert!(!may_be_entered("app.py", text), "{text}");
        }
    }

    #[test]
    fn a_decorator_that_registers_is_whatever_its_object_is_called() {
        assert!(may_be_entered("app.py", "from shop import routes\n\n@routes.post('/orders')\ndef order(): ..."));
        assert!(may_be_entered("app.py", "class A:\n    @app.route\n    def f(self): ..."));
        assert!(!may_be_entered("app.py", "@parameters\ndef order(): ...\nrows.get('a')"));
    }

    #[test]
    fn a_function_is_known_by_what_a_platform_hands_it() {
        assert!(may_be_entered("anything.py", "def handle(event, context): ..."));
        assert!(!may_be_entered("anything.py", "def handle(request): ..."));
        assert!(may_be_entered("main.py", "def handle(request): ..."));
    }
}
