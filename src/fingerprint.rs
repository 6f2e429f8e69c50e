//! What makes a finding the same finding after the file around it has changed: a hash of content, never of line numbers.
//!
//! Goes in: the rule, the file's path from the repository root, the rule's identity words, the files the flow passes
//! through, and the tokens of the primary line. Comments, spacing and quotes do not count. Of a string literal only 16
//! bits of a keyed hash count: enough to notice that a secret was changed, too few to find it by guessing.

use std::collections::BTreeMap;
use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::finding::Finding;
use crate::literals::{TokenKind, tokens};
use crate::program::Program;
use crate::root::{self, Root};
use crate::source::FileId;

/// Fixed for ever: another key would make every known finding a new one. It separates our hashes from other uses of
/// the same function; it is not secret.
const KEY: (u64, u64) = (0x6265_6172_6572_6c69, 0x6e74_2f76_312d_6670);

/// Tokens of a line that count; a generated line of megabytes is known by its beginning.
const MAX_TOKENS: usize = 400;

/// Makes the fingerprints of a run; a file's name is looked up once.
pub(crate) struct Fingerprints<'a> {
    program: &'a Program,
    root: &'a Root,
    names: BTreeMap<FileId, String>,
}

impl<'a> Fingerprints<'a> {
    /// Fingerprints for findings in a program's files.
    pub(crate) fn new(program: &'a Program, root: &'a Root) -> Self {
        Self { program, root, names: BTreeMap::new() }
    }

    /// The 16 hex digits for a finding, without its count among equals.
    pub(crate) fn digest(&mut self, finding: &Finding) -> String {
        let mut hash = Parts(SipHasher24::new_with_keys(KEY.0, KEY.1));
        let primary = finding.primary.place;
        hash.add(finding.rule);
        hash.add(self.name(primary.file));
        for word in &finding.identity {
            hash.add(word);
        }
        hash.add("flow");
        let mut passed = None;
        for step in &finding.flow {
            if passed != Some(step.place.file) {
                hash.add(self.name(step.place.file));
                passed = Some(step.place.file);
            }
        }
        hash.add("line");
        let source = self.program.source(primary.file);
        add_line(&mut hash, source.line_text(source.line(primary.span.start)));
        format!("{:016x}", hash.0.finish())
    }

    fn name(&mut self, file: FileId) -> &str {
        self.names.entry(file).or_insert_with(|| {
            let path = &self.program.source(file).path;
            self.root.relative(path).unwrap_or_else(|| root::display(path))
        })
    }
}

fn add_line(hash: &mut Parts, line: &str) {
    for token in tokens(line).take(MAX_TOKENS) {
        match token.kind {
            TokenKind::Word | TokenKind::Operator => hash.add(&line[token.range]),
            TokenKind::String { parts, .. } => {
                let mut content = Parts(SipHasher24::new_with_keys(KEY.1, KEY.0));
                for part in parts {
                    content.add(&line[part]);
                }
                hash.add(&format!("'{:04x}'", content.0.finish() & 0xffff));
            }
            TokenKind::Comment | TokenKind::LineEnd => {}
        }
    }
}

/// Strings hashed one by one: their lengths count, so that parts cannot be shifted between neighbours.
struct Parts(SipHasher24);

impl Parts {
    fn add(&mut self, text: &str) {
        self.0.write(&(text.len() as u64).to_le_bytes());
        self.0.write(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::finding::{FindingBuilder, Severity};
    use crate::source::{Place, Source, Span};

    fn of(text: &str, at: &str) -> String {
        let program = Program::new(vec![Source::new("/r/a.py".into(), text)], Duration::from_secs(1));
        let start = text.find(at).unwrap_or_default() as u32;
        let place = Place { file: FileId(0), span: Span::new(start, start + 1) };
        let finding = FindingBuilder::new("logged-token", Severity::Error, place, "").message("m").help("h");
        Fingerprints::new(&program, &Root::at("/r".into())).digest(&finding.identity("token").build())
    }

    #[test]
    fn moved_reformatted_and_commented_lines_keep_it() {
        let first = of("log(token, 'abc')\n", "log");
        assert_eq!(first, of("\n\nimport os\nif x:\n    log( token,\t\"abc\" )  # later\n", "log"));
        assert_eq!(first.len(), 16);
    }

    #[test]
    fn another_name_or_another_secret_changes_it() {
        let first = of("log(token, 'abc')\n", "log");
        assert_ne!(first, of("log(secret, 'abc')\n", "log"));
        assert_ne!(first, of("log(token, 'abd')\n", "log"));
    }

    /// A change of this value would make every finding of every user new.
    #[test]
    fn the_algorithm_is_fixed() {
        assert_eq!(of("log(token, 'abc')\n", "log"), "e7c8cf19595cb5c1");
    }
}
