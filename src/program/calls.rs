//! Which names the texts of a project call, found by a scan over bytes: for a function that nothing was seen to call it
//! tells whether somebody calls it all the same, and for a class which files seem to make objects of it. Knows neither scopes
//! nor imports.

use std::hash::{Hash, Hasher};

use memchr::memchr_iter;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::Program;
use crate::source::{FileId, Purpose};
use crate::syntax::tree::Name;

/// A class that more files than this make objects of is given everything by somebody.
const MAX_MAKERS: usize = 3;

/// Names that are called, each with what stands before its dot.
#[derive(Debug, Default)]
pub struct CalledNames {
    hashes: FxHashSet<u64>,
    /// The files that call a name in the form of a class's, up to one too many.
    makers: FxHashMap<u64, Vec<FileId>>,
}

impl CalledNames {
    /// Those of all files but tests, which call everything.
    pub fn of<'p>(program: &'p Program, folder: impl Fn(FileId) -> Option<&'p Name>) -> Self {
        let mut hashes = FxHashSet::default();
        let mut makers: FxHashMap<u64, Vec<FileId>> = FxHashMap::default();
        for file in program.files().filter(|file| program.source(*file).purpose != Purpose::Test) {
            let folder = folder(file);
            let text = program.source(file).text.as_bytes();
            for bracket in memchr_iter(b'(', text) {
                let before = &text[..bracket];
                let name = word_at_end(before);
                let before = &before[..before.len() - name.len()];
                if name.is_empty() || before.ends_with(b"def ") || before.ends_with(b"class ") {
                    continue;
                }
                if name.iter().find(|letter| **letter != b'_').is_some_and(u8::is_ascii_uppercase) {
                    let files = makers.entry(hash(folder, b"", name)).or_default();
                    if files.last() != Some(&file) && files.len() <= MAX_MAKERS {
                        files.push(file);
                    }
                }
                let Some(holder) = before.strip_suffix(b".") else {
                    hashes.insert(hash(folder, b"", name));
                    continue;
                };
                hashes.insert(hash(folder, b".", name));
                hashes.insert(hash(folder, word_at_end(holder), name));
            }
        }
        Self { hashes, makers }
    }

    /// The files that call a class of this name; none where there are too many to tell anything.
    pub fn makers(&self, folder: Option<&Name>, class: &str) -> &[FileId] {
        let files = self.makers.get(&hash(folder, b"", class.as_bytes())).map(Vec::as_slice).unwrap_or_default();
        if files.len() > MAX_MAKERS { &[] } else { files }
    }

    /// Whether `name(…)` stands somewhere.
    pub fn has_bare(&self, folder: Option<&Name>, name: &str) -> bool {
        self.hashes.contains(&hash(folder, b"", name.as_bytes()))
    }

    /// Whether `anything.name(…)` stands somewhere.
    pub fn has_dotted(&self, folder: Option<&Name>, name: &str) -> bool {
        self.hashes.contains(&hash(folder, b".", name.as_bytes()))
    }

    /// Whether `holder.name(…)` stands somewhere.
    pub fn has_held(&self, folder: Option<&Name>, holder: &str, name: &str) -> bool {
        self.hashes.contains(&hash(folder, holder.as_bytes(), name.as_bytes()))
    }
}

/// The identifier that a text ends with.
fn word_at_end(text: &[u8]) -> &[u8] {
    let is_part = |letter: &u8| letter.is_ascii_alphanumeric() || *letter == b'_' || !letter.is_ascii();
    let length = text.iter().rev().take_while(|letter| is_part(letter)).count();
    &text[text.len() - length..]
}

fn hash(folder: Option<&Name>, holder: &[u8], name: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    (folder, holder, name).hash(&mut hasher);
    hasher.finish()
}
