//! Keeps secrets out of every output: which bytes of which file are secret, and which values must not appear in prose.
//!
//! It deliberately does not judge: rules say which literals are secret, `literals` says which look it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::present::Shown;
use crate::literals;
use crate::program::Program;
use crate::source::{FileId, Place, Source, Span};

/// A value this long is masked wherever it stands; a shorter one could be part of an innocent word.
const DISTINCT_LENGTH: usize = 8;

/// A plain word below this length is as likely our own prose as the secret.
const PLAIN_WORD_LENGTH: usize = 16;

/// Stars in prose say "something was here", not how long it was.
const MOST_STARS: usize = 12;

/// The secrets of a run.
#[derive(Debug, Default)]
pub struct Masker {
    spans: BTreeMap<FileId, Vec<Span>>,
    distinct: Option<AhoCorasick>,
    ambiguous: Option<AhoCorasick>,
    random: Option<AhoCorasick>,
    /// Values that the code shown uses as names too.
    names: BTreeSet<String>,
    longest: usize,
}

impl Masker {
    /// Collects the judged literals of a run, and in the files that will be shown those that look secret too.
    pub fn new(program: &Program, judged: &[Place], shown: &BTreeSet<FileId>) -> Self {
        let mut spans: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        let mut values = BTreeSet::new();
        for place in judged {
            let source = program.source(place.file);
            for span in contents(source, place.span) {
                values.insert(source.slice(span).to_owned());
                spans.entry(place.file).or_default().push(span);
            }
        }
        for &file in shown {
            let source = program.source(file);
            let suspicious = literals::suspicious_spans(&source.text);
            let values_too = suspicious.iter().map(|&span| source.slice(span)).filter(|text| is_surely_a_value(text));
            values.extend(values_too.map(str::to_owned));
            spans.entry(file).or_default().extend(suspicious);
        }
        for list in spans.values_mut() {
            list.sort_unstable();
        }
        let texts = spans.keys().map(|&file| &*program.source(file).text);
        let names = names_among(&values, texts);
        Self::from_parts(spans, &values, names)
    }

    fn from_parts(spans: BTreeMap<FileId, Vec<Span>>, values: &BTreeSet<String>, names: BTreeSet<String>) -> Self {
        let values = || values.iter().map(String::as_str).filter(|value| !value.trim().is_empty());
        let (distinct, ambiguous): (Vec<&str>, Vec<&str>) =
            values().partition(|&value| is_distinct(value) && !names.contains(value));
        let random: Vec<&str> = values().filter(|value| literals::looks_random(value)).collect();
        let longest = values().map(str::len).max().unwrap_or(0);
        Self {
            spans,
            distinct: matcher(&distinct),
            ambiguous: matcher(&ambiguous),
            random: matcher(&random),
            names,
            longest,
        }
    }

    /// A text of ours (message, label, help) with every secret value starred out.
    pub fn prose(&self, text: &str) -> String {
        replace(text, &self.secret_ranges(text))
    }

    /// A path with every random secret value starred out. Others stay: a folder named `webhook-secret` is no leak, and a
    /// path that cannot be opened helps nobody.
    pub fn path(&self, text: &str) -> String {
        let found = self.random.iter().flat_map(|matcher| matcher.find_iter(text)).map(|found| found.range());
        replace(text, &found.collect::<Vec<_>>())
    }

    /// Whether masking would change a text.
    pub fn touches(&self, text: &str) -> bool {
        !self.secret_ranges(text).is_empty()
    }

    /// A stretch of source, safe to show: stars over secrets, one for a character.
    pub fn excerpt(&self, file: FileId, source: &Source, range: Range<usize>) -> Shown {
        let text = source.text.get(range.clone()).unwrap_or_default();
        let in_file = self.spans.get(&file).map(Vec::as_slice).unwrap_or_default();
        let mut secret = self.secret_ranges_near(source, &range);
        // A word that is a secret in another file is a word here: `form["password"]` names a field.
        secret.retain(|found| {
            let value = source.text.get(found.clone()).unwrap_or_default();
            !self.is_word(value) || in_file.iter().any(|&span| source.slice(span) == value)
        });
        let first = in_file.partition_point(|span| span.end as usize <= range.start);
        let inside = in_file.iter().skip(first).map(|span| span.start as usize..span.end as usize);
        secret.extend(inside.take_while(|span| span.start < range.end));
        Shown::new(text, range.start, |at| secret.iter().any(|span| span.contains(&at)))
    }

    /// Secret values around `range`, in file offsets: one that is cut by its edge counts too.
    fn secret_ranges_near(&self, source: &Source, range: &Range<usize>) -> Vec<Range<usize>> {
        let mut from = range.start.saturating_sub(self.longest);
        let mut to = (range.end + self.longest).min(source.text.len());
        while !source.text.is_char_boundary(from) {
            from -= 1;
        }
        while !source.text.is_char_boundary(to) {
            to += 1;
        }
        let around = source.text.get(from..to).unwrap_or_default();
        self.secret_ranges(around).into_iter().map(|found| found.start + from..found.end + from).collect()
    }

    fn secret_ranges(&self, text: &str) -> Vec<Range<usize>> {
        let ranges = |matcher: &Option<AhoCorasick>| -> Vec<Range<usize>> {
            matcher.iter().flat_map(|matcher| matcher.find_iter(text)).map(|found| found.range()).collect()
        };
        let mut found = ranges(&self.distinct);
        let candidates = ranges(&self.ambiguous).into_iter();
        found.extend(candidates.filter(|range| self.is_meant(text, range)));
        found.sort_by_key(|range| (range.start, range.end));
        found
    }

    /// Whether an ambiguous value is meant as a value here: it is quoted, or it is neither a plain word nor a name and
    /// touches no other.
    fn is_meant(&self, text: &str, range: &Range<usize>) -> bool {
        let before = text[..range.start].chars().next_back();
        let after = text[range.end..].chars().next();
        let is_quoted = before.is_some_and(is_quote) && after == before;
        let value = &text[range.clone()];
        let touches =
            |neighbour: Option<char>| neighbour.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        is_quoted || (!self.is_word(value) && value.len() >= 4 && !touches(before) && !touches(after))
    }

    /// Whether a value is a word of our language or a name of the code.
    fn is_word(&self, value: &str) -> bool {
        is_plain_word(value) || self.names.contains(value)
    }
}

/// The text between the quotes of the literals in a place; the place itself where it holds none.
fn contents(source: &Source, span: Span) -> Vec<Span> {
    let text = source.slice(span);
    let parts = literals::string_parts(text);
    if parts.is_empty() && !text.contains(['"', '\'']) {
        return vec![span];
    }
    parts.into_iter().map(|part| Span::new(span.start + part.start as u32, span.start + part.end as u32)).collect()
}

fn matcher(values: &[&str]) -> Option<AhoCorasick> {
    if values.is_empty() {
        return None;
    }
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values).ok()
}

/// Whether a value can be told from ordinary words.
fn is_distinct(value: &str) -> bool {
    value.chars().count() >= DISTINCT_LENGTH && !is_plain_word(value)
}

fn is_plain_word(value: &str) -> bool {
    value.len() < PLAIN_WORD_LENGTH && value.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a literal that no rule judged is no name, so that its text may be starred out of our own words too:
/// `"access_token"` would take the user's identifier with it.
fn is_surely_a_value(text: &str) -> bool {
    literals::looks_random(text) || (is_distinct(text) && text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// The values that stand among the code as names. A value with a digit is none: what surely is a value must not get
/// away because some broken line reads like code.
fn names_among<'t>(values: &BTreeSet<String>, texts: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let is_name = |value: &&String| value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let candidates: BTreeSet<&str> = values.iter().filter(is_name).map(String::as_str).collect();
    if candidates.is_empty() {
        return BTreeSet::new();
    }
    let names = texts.flat_map(|text| {
        let words = literals::tokens(text).filter(|token| token.kind == literals::TokenKind::Word);
        words.map(|token| &text[token.range]).filter(|word| candidates.contains(word))
    });
    names.map(str::to_owned).collect()
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'')
}

fn replace(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.end <= done {
            continue;
        }
        let from = range.start.max(done);
        out.push_str(&text[done..from]);
        let stars = text[from..range.end].chars().count().min(MOST_STARS);
        out.extend(std::iter::repeat_n('*', stars));
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn masker(text: &str, judged: &str, shown: &[FileId]) -> (Program, Masker) {
        let program = Program::new(vec![Source::new("a.py".into(), text)], Duration::from_secs(1));
        let start = text.find(judged).unwrap_or_default() as u32;
        let place = Place { file: FileId(0), span: Span::new(start, start + judged.len() as u32) };
        let masker = Masker::new(&program, &[place], &shown.iter().copied().collect());
        (program, masker)
    }

    #[test]
    fn judged_literals_leave_prose_paths_and_excerpts() {
        let text = "KEY = 'hunter2-hunter2'\nx = 1 # hunter2-hunter2\n";
        let (program, masker) = masker(text, "'hunter2-hunter2'", &[]);
        assert_eq!(masker.prose("compares hunter2-hunter2 twice"), "compares ************ twice");
        assert_eq!(masker.path("src/hunter2-hunter2/a.py"), "src/hunter2-hunter2/a.py");
        let shown = masker.excerpt(FileId(0), program.source(FileId(0)), 0..text.len());
        assert_eq!(shown.text, "KEY = '***************'\nx = 1 # ***************\n");
    }

    #[test]
    fn plain_words_are_masked_only_where_they_are_values() {
        let (_, masker) = masker("SECRET_KEY = 'secret'\n", "'secret'", &[]);
        assert_eq!(masker.prose("the secret `SECRET_KEY` is 'secret'"), "the secret `SECRET_KEY` is '******'");
        assert_eq!(masker.path("secret/app.py"), "secret/app.py");
    }

    #[test]
    fn values_that_are_names_too_leave_the_names_alone() {
        let text = "webhook_secret = env('X')\nif token == 'webhook_secret': pass\n";
        let (program, masker) = masker(text, "'webhook_secret'", &[]);
        let shown = masker.excerpt(FileId(0), program.source(FileId(0)), 0..text.len());
        assert_eq!(shown.text, "webhook_secret = env('X')\nif token == '**************': pass\n");
        assert_eq!(masker.prose("`webhook_secret` is 'webhook_secret'"), "`webhook_secret` is '************'");
    }

    #[test]
    fn words_of_one_file_are_words_in_another() {
        let texts = [("a.py", "PASSWORD = 'password'  # 'password'\n"), ("b.py", "form['password']\n")];
        let sources = texts.iter().map(|(path, text)| Source::new(path.into(), *text)).collect();
        let program = Program::new(sources, Duration::from_secs(1));
        let judged = Place { file: FileId(0), span: Span::new(11, 21) };
        let masker = Masker::new(&program, &[judged], &BTreeSet::new());
        let shown = |file| {
            let source = program.source(FileId(file));
            masker.excerpt(FileId(file), source, 0..source.text.len()).text
        };
        assert_eq!(shown(0), "PASSWORD = '********'  # '********'\n");
        assert_eq!(shown(1), "form['password']\n");
    }

    #[test]
    fn paths_hide_only_what_is_random() {
        let (_, masker) = masker("KEY = 'q7Zx92LmPv04TbWc81Ks'\n", "'q7Zx92LmPv04TbWc81Ks'", &[]);
        assert_eq!(masker.path("src/q7Zx92LmPv04TbWc81Ks.py"), "src/************.py");
    }

    #[test]
    fn short_values_with_digits_are_masked_as_words() {
        let (_, masker) = masker("PIN = 'x7!a'\n", "'x7!a'", &[]);
        assert_eq!(masker.prose("got x7!a, not ax7!a"), "got ****, not ax7!a");
    }

    #[test]
    fn a_value_cut_by_the_edge_of_an_excerpt_is_masked() {
        let text = "KEY = 'hunter2-hunter2'";
        let (program, masker) = masker(text, "'hunter2-hunter2'", &[]);
        assert_eq!(masker.excerpt(FileId(0), program.source(FileId(0)), 0..12).text, "KEY = '*****");
    }

    #[test]
    fn neighbouring_literals_and_multi_byte_values_are_masked() {
        let text = "KEY = ('päßwörtchen' b'漢字漢字漢字漢字')";
        let (program, masker) = masker(text, "('päßwörtchen' b'漢字漢字漢字漢字')", &[]);
        let shown = masker.excerpt(FileId(0), program.source(FileId(0)), 0..text.len());
        assert_eq!(shown.text, "KEY = ('***********' b'********')");
        assert_eq!(masker.prose("漢字漢字漢字漢字"), "漢字漢字漢字漢字".replace(|_| true, "*"));
    }

    #[test]
    fn unjudged_literals_are_masked_where_a_file_is_shown() {
        let text = "OTHER_TOKEN = 'dev'\nKEY = 'x'\nA_TOKEN = 'abcd-1234' # abcd-1234\nB_TOKEN = 'access_token'\n";
        let (program, masker) = masker(text, "'x'", &[FileId(0)]);
        let shown = masker.excerpt(FileId(0), program.source(FileId(0)), 0..text.len());
        assert_eq!(masker.prose("`access_token` is abcd-1234"), "`access_token` is *********");
        assert_eq!(
            shown.text,
            "OTHER_TOKEN = '***'\nKEY = '*'\nA_TOKEN = '*********' # *********\nB_TOKEN = '************'\n"
        );
    }
}
