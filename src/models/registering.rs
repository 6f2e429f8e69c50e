//! Which code may register routes, told from its words: start-up is run for such code alone.
//!
//! Names that Python code uses for other things all the time (`append`, `error`, `path`) say nothing by themselves: they
//! count only where the file speaks of the library whose model has them.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use super::{Meaning, Models};

/// Words that register, found once all models are read.
#[derive(Debug, Default)]
pub(super) struct RegisteringWords(OnceLock<Words>);

#[derive(Debug, Default)]
struct Words {
    matcher: Option<AhoCorasick>,
    /// What each pattern of the matcher says.
    meanings: Vec<Word>,
}

/// What a word says of the code that has it.
#[derive(Debug)]
enum Word {
    /// Nothing else is called so: it registers.
    Telling,
    /// It registers where the file speaks of one of these libraries.
    Ordinary(Vec<String>),
}

/// Names of HTTP methods: every dictionary has a `get`.
const METHOD_NAMES: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Other names that say nothing without their library: methods of lists and loggers, and the commonest nouns of web code.
const ORDINARY_NAMES: [&str; 14] = [
    "append",
    "error",
    "exception",
    "extend",
    "http",
    "install",
    "merge",
    "path",
    "resource",
    "signal",
    "trace",
    "typed",
    "url",
    "view",
];

impl Models {
    /// Whether a part of a file speaks of anything that registers routes, or makes an object that they are registered on.
    pub fn may_register(&self, file: &str, part: &str) -> bool {
        let words = self.registering.0.get_or_init(|| self.registering_words());
        let Some(matcher) = &words.matcher else { return true };
        matcher.find_overlapping_iter(part).any(|found| {
            is_whole_word(part, found.start(), found.end())
                && match words.meanings.get(found.pattern().as_usize()) {
                    Some(Word::Ordinary(libraries)) => libraries.iter().any(|library| file.contains(library.as_str())),
                    Some(Word::Telling) | None => true,
                }
        })
    }

    fn registering_words(&self) -> Words {
        let registers = |meaning: &Meaning| match meaning {
            Meaning::Entry(_) | Meaning::Mount(_) => true,
            Meaning::Instance(model) => model.holds_routes(),
            _ => false,
        };
        let mut libraries: FxHashMap<&str, Vec<String>> = FxHashMap::default();
        for (path, _) in self.meanings.iter().filter(|(_, meaning)| registers(meaning)) {
            let name = path.rsplit('.').next().unwrap_or_default();
            let library = path.split('.').next().unwrap_or_default();
            let known = libraries.entry(name).or_default();
            if !known.iter().any(|known| known == library) {
                known.push(library.to_owned());
            }
        }
        libraries.retain(|name, _| !name.is_empty() && !METHOD_NAMES.contains(name));
        let mut libraries: Vec<(&str, Vec<String>)> = libraries.into_iter().collect();
        libraries.sort_unstable();
        let matcher = AhoCorasick::new(libraries.iter().map(|(name, _)| name)).ok();
        let of = |(name, libraries): (&str, Vec<String>)| {
            if ORDINARY_NAMES.contains(&name) { Word::Ordinary(libraries) } else { Word::Telling }
        };
        Words { matcher, meanings: libraries.into_iter().map(of).collect() }
    }
}

/// Whether what stands at these bytes is no part of a longer name.
pub(super) fn is_whole_word(text: &str, start: usize, end: usize) -> bool {
    let is_of_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    !is_of_name(start.checked_sub(1).and_then(|before| bytes.get(before))) && !is_of_name(bytes.get(end))
}

#[cfg(test)]
mod tests {
    fn may_register(text: &str) -> bool {
        crate::models::embedded().may_register(text, text)
    }

    #[test]
    fn a_telling_name_is_enough() {
        assert!(may_register("def add(app): app.register_blueprint(users)"));
        assert!(may_register("api = Blueprint('api', __name__)"));
        assert!(may_register("@app.route('/')\ndef home(): ..."));
    }

    #[test]
    fn a_part_of_a_longer_name_says_nothing() {
        assert!(!may_register("llm_router = router_for(model)"));
        assert!(!may_register("is_mounted = True"));
    }

    #[test]
    fn an_ordinary_name_counts_beside_its_library() {
        assert!(!may_register("rows.append(1)\nlog.error('gone')\nlog.exception('gone')"));
        assert!(!may_register("path = url"));
        assert!(may_register("from aiohttp import web\napp.middlewares.append(guard)"));
        assert!(may_register("from django.urls import path\nurlpatterns = [path('users', users)]"));
    }
}
