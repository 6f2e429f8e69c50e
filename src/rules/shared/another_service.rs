//! Tokens that nothing in the program accepts: another service does, and says itself what it wants in them and for how long
//! they may live. Which service that is stays unknown.

use super::Context;
use crate::flow::event::IssueCall;
use crate::flow::value::{Constant, Dictionary, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use memchr::memmem;

/// How the end of an algorithm's argument is written where a token is issued with it.
const ISSUED_WITH: &[&str] = &["algorithm", "'alg'", "\"alg\""];
/// How a claim is written that says for whom the token is.
const AUDIENCE: &[&str] = &["aud", "'aud'", "\"aud\""];
const QUOTES: [char; 2] = ['"', '\''];

impl Context<'_, '_> {
    /// Whether a token is signed by the private key of a pair, and nothing in the project would accept it: nothing names its
    /// algorithm but what issues tokens, or its audience is the address of a server that only its claims name.
    pub(in crate::rules) fn issues_for_another_service(&self, call: &IssueCall<'_>) -> bool {
        self.is_accepted_elsewhere(call, &["ES", "RS", "PS", "Ed"])
    }

    /// The same, also where the key is one that both services know.
    pub(in crate::rules) fn signs_for_another_service(&self, call: &IssueCall<'_>) -> bool {
        self.is_accepted_elsewhere(call, &["ES", "RS", "PS", "Ed", "HS"])
    }

    fn is_accepted_elsewhere(&self, call: &IssueCall<'_>, families: &[&str]) -> bool {
        let is_algorithm =
            |quoted: &&str| families.iter().any(|family| quoted.starts_with(family)) && quoted.len() == 5;
        let quoted = self.index.text(call.place).split(['"', '\'']).skip(1).step_by(2).find(is_algorithm);
        quoted.is_some_and(|algorithm| {
            self.only_follows(algorithm, ISSUED_WITH, call.place) || self.is_for_named_server(call)
        })
    }

    /// Whether the claims name another server as their audience.
    pub(in crate::rules) fn is_for_named_server(&self, call: &IssueCall<'_>) -> bool {
        let claims = call.claims.iter().flat_map(Value::alternatives);
        claims
            .filter_map(Value::as_dictionary)
            .filter_map(audience)
            .any(|(address, at)| is_address_of_server(address) && self.only_follows(address, AUDIENCE, at))
    }

    /// Whether a string stands in the project only behind `word =` or `word:`.
    fn only_follows(&self, text: &str, words: &[&str], near: Place) -> bool {
        let finder = memmem::Finder::new(text);
        self.project_files(near.file).all(|file| {
            let source = &self.index.program.source(file).text;
            let is_whole = |at: usize| source[..at].ends_with(QUOTES) && source[at + text.len()..].starts_with(QUOTES);
            finder.find_iter(source.as_bytes()).filter(|at| is_whole(*at)).all(|at| {
                let before = source[..at].trim_end_matches(QUOTES);
                follows_one_of(before, words)
                    || constant_given(before).is_some_and(|name| self.is_only_given_as(name, words, near))
            })
        })
    }

    /// Whether a constant (`TOKEN_AUDIENCE = "https://…"`) is only named for an audience, and stands in the project behind
    /// nothing but its own `=` and `word:`.
    fn is_only_given_as(&self, name: &str, words: &[&str], near: Place) -> bool {
        let finder = memmem::Finder::new(name);
        let is_named_for_it = vocabulary::words(name).iter().any(|word| word.starts_with("aud"));
        is_named_for_it
            && self.project_files(near.file).all(|file| {
                let source = &self.index.program.source(file).text;
                finder.find_iter(source.as_bytes()).all(|at| {
                    let (before, after) = (&source[..at], &source[at + name.len()..]);
                    let is_whole = !before.ends_with(in_name) && !after.starts_with(in_name);
                    let is_read = || {
                        let holder = before.trim_end_matches(|letter| in_name(letter) || letter == '.');
                        follows_one_of(holder, words)
                    };
                    !is_whole || after.trim_start().starts_with('=') || is_read()
                })
            })
    }
}

/// The constant that a text gives a value at its end.
fn constant_given(before: &str) -> Option<&str> {
    let name = before.trim_end().strip_suffix('=')?.trim_end();
    let start = name.rfind(|letter| !in_name(letter)).map_or(0, |at| at + 1);
    let constant = &name[start..];
    let is_constant = constant.len() > 3 && constant.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    is_constant.then_some(constant)
}

fn in_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether a text ends in one of some words, an equals sign or colon.
fn follows_one_of(before: &str, words: &[&str]) -> bool {
    let value = before.trim_end();
    let Some(name) = value.strip_suffix([':', '=']).map(str::trim_end) else { return false };
    words.iter().any(|word| {
        let before = name.strip_suffix(word);
        before.is_some_and(|before| !before.ends_with(in_name))
    })
}

fn audience<'a>(claims: &'a Dictionary<'_>) -> Option<(&'a str, Place)> {
    match &claims.entries.get("aud")?.shape {
        Shape::Constant(Constant::Text { text, at, .. }) => Some((text.as_str(), *at)),
        _ => None,
    }
}

/// Whether a text is an address that names its server.
fn is_address_of_server(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| rest.split('/').next().is_some_and(|host| host.contains('.')))
}
