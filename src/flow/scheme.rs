//! How an `Authorization` header is taken apart: ways that mistake other headers for the expected one, or fail on them.

use super::condition::{Split, shape_split};
use super::event::{Event, LooseForm};
use super::evidence::CheckKind;
use super::interpreter::{Branches, Interpreter};
use super::origin::{Credential, CredentialKind, Origin, Part, Step, Trail};
use super::state::State;
use super::value::{Arguments, Nullness, Shape, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Argument, CompareOperator, Expression, ExpressionKind, Name};

/// What an open `try` would do with an exception raised inside it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OpenTry {
    /// It has a handler for `IndexError`.
    pub(super) catches_index_error: bool,
    /// It has a handler for `ValueError`.
    pub(super) catches_value_error: bool,
    /// It has a handler for `KeyError` by name: a key may be missing.
    pub(super) names_key_error: bool,
}

impl<'p> Interpreter<'p, '_> {
    /// `"Bearer" in header`.
    pub(super) fn scheme_is_searched(&mut self, state: &State<'p>, word: &str, header: &Value<'p>, place: Place) {
        let Some((origin, credential)) = whole_header(header) else { return };
        if is_scheme(word) && credential.part == Part::Whole && !self.has_seen_form(state) {
            self.scheme_is_loose(state, LooseForm::Contains, &origin, place);
        }
    }

    /// `header.find("Bearer") == -1` asks whether the word stands anywhere, `header.find("Bearer ") == 0` whether the header
    /// begins with it.
    pub(super) fn word_is_found(
        &mut self,
        state: &State<'p>,
        operator: CompareOperator,
        searched: &'p Expression,
        position: &Value<'p>,
        place: Place,
    ) -> Option<Split<'p>> {
        let (receiver, word) = find_call(searched)?;
        let (holds_where_found, is_anywhere) = test_of_position(operator, position.as_integer()?)?;
        let found = self.quietly(|this| this.evaluate(state.clone(), receiver));
        let (_, header) = found.into_iter().next()?;
        header.origins.credential()?;
        if is_anywhere {
            self.scheme_is_searched(state, word, &header, place);
        }
        let (yes, no) = shape_split(state.clone(), CheckKind::Scheme, place);
        Some(if holds_where_found { (yes, no) } else { (no, yes) })
    }

    /// `header.lstrip("Bearer ")`, `header.replace("Bearer ", "")`.
    pub(super) fn scheme_is_removed(
        &mut self,
        state: &State<'p>,
        header: &Value<'p>,
        method: &str,
        arguments: &Arguments<'p>,
        place: Place,
    ) {
        let Some(word) = arguments.positional.first().and_then(Value::as_text) else { return };
        let Some((origin, _)) = whole_header(header).filter(|_| is_scheme(word)) else { return };
        match method {
            "strip" | "lstrip" => self.scheme_is_loose(state, LooseForm::StripsCharacters, &origin, place),
            "replace" if !self.has_seen_form(state) => {
                let is_removed =
                    arguments.positional.get(1).and_then(Value::as_text).is_some_and(smol_str::SmolStr::is_empty);
                if is_removed {
                    self.scheme_is_loose(state, LooseForm::Replaces, &origin, place);
                }
            }
            _ => {}
        }
    }

    /// `header.split()[1]`, also by way of a name.
    pub(super) fn part_is_taken(&mut self, state: &State<'p>, parts: &Value<'p>, index: &Value<'p>, place: Place) {
        let is_caught = self.open_tries.iter().any(|open| open.catches_index_error);
        if index.as_integer().is_some_and(|at| at >= 1) && !is_caught {
            self.second_part_is_needed(state, parts, place);
        }
    }

    /// `scheme, token = header.split()`.
    pub(super) fn parts_are_unpacked(&mut self, state: &State<'p>, parts: &Value<'p>, place: Place) {
        if !self.open_tries.iter().any(|open| open.catches_value_error) {
            self.second_part_is_needed(state, parts, place);
        }
    }

    fn second_part_is_needed(&mut self, state: &State<'p>, parts: &Value<'p>, place: Place) {
        let Shape::Sequence(elements) = &parts.shape else { return };
        let Some(first) = elements.first() else { return };
        let Some((origin, credential)) = first.origins.credential() else { return };
        if are_named_apart(elements) {
            return;
        }
        // Whoever calls a function judged alone may catch what it raises.
        let is_header = credential.kind == CredentialKind::Bearer && credential.part == Part::Scheme;
        if is_header && is_split(origin) && self.is_for_request && !self.has_seen_form(state) {
            let whole = Origin { kind: origin.kind.with_part(Part::Whole), ..origin.clone() };
            self.scheme_is_loose(state, LooseForm::Unguarded, &whole, place);
        }
    }

    /// Whether the form of the credential was tested on this path, here or in a caller.
    fn has_seen_form(&self, state: &State<'p>) -> bool {
        let has =
            |evidence: &super::evidence::Evidence| evidence.has(CheckKind::Scheme) || evidence.has(CheckKind::Shape);
        has(&state.evidence) || self.outer_evidence.iter().any(has)
    }

    fn scheme_is_loose(&mut self, state: &State<'p>, form: LooseForm, origin: &Origin, place: Place) {
        let is_tested = self.has_seen_form(state);
        if matches!(form, LooseForm::Contains | LooseForm::Replaces) {
            // Nothing has happened yet: a test further down makes up for it.
            if self.is_loud() {
                self.facts.loose_schemes.entry((place, form)).or_insert_with(|| origin.clone());
            }
            return;
        }
        self.emit(&Event::LooseScheme { form, header: origin, is_tested, place });
    }
}

/// `re.match(FORM, header)`: what matches has that form.
pub(super) fn form_is_matched<'p>(state: State<'p>, value: &Value<'p>, place: Place) -> Branches<'p> {
    let (yes, no) = shape_split(state, CheckKind::Shape, place);
    let matched = yes.into_iter().map(|state| (state, value.clone().with_nullness(Nullness::PRESENT)));
    matched.chain(no.into_iter().map(|state| (state, Value::none()))).collect()
}

/// `header.split()[1:]`: there is something where more than the scheme was sent.
pub(super) fn is_tail(test: &Expression) -> bool {
    let ExpressionKind::Subscript { index, .. } = &test.kind else { return false };
    let ExpressionKind::Slice { lower: Some(lower), upper: None, .. } = &index.kind else { return false };
    matches!(lower.kind, ExpressionKind::Integer(Some(at)) if at >= 1)
}

/// The object and the word of `object.find("word")`.
fn find_call(expression: &Expression) -> Option<(&Expression, &Name)> {
    let ExpressionKind::Call { callee, arguments } = &expression.kind else { return None };
    let ExpressionKind::Attribute { value, name, .. } = &callee.kind else { return None };
    let [Argument { value: word, .. }] = arguments.as_slice() else { return None };
    match &word.kind {
        ExpressionKind::String(word) if matches!(name.as_str(), "find" | "index") => Some((value, word)),
        _ => None,
    }
}

/// Whether a comparison of where a word was found holds if it was, and whether it may stand anywhere then.
fn test_of_position(operator: CompareOperator, position: i64) -> Option<(bool, bool)> {
    use CompareOperator::{Equal, Greater, GreaterOrEqual, Less, NotEqual};
    match (operator, position) {
        (Equal, -1) | (Less, 0) => Some((false, true)),
        (NotEqual | Greater, -1) | (GreaterOrEqual, 0) => Some((true, true)),
        (Equal, 0) => Some((true, false)),
        (NotEqual, 0) => Some((false, false)),
        _ => None,
    }
}

/// A header that was not taken apart yet, or a parameter that is called like one.
fn whole_header(value: &Value<'_>) -> Option<(Origin, Credential)> {
    let (origin, credential) = value.origins.credential()?;
    let is_bearer = credential.kind == CredentialKind::Bearer;
    let is_whole = credential.part == Part::Whole
        || (credential.part == Part::Token && credential.channel == super::origin::Channel::Parameter);
    (is_bearer && is_whole).then(|| (origin.clone(), credential.clone()))
}

/// A scheme as a header begins with it, with or without the space after it.
fn is_scheme(word: &str) -> bool {
    let bare = word.trim();
    bare.len() >= 3 && bare.chars().all(char::is_alphabetic) && vocabulary::is_scheme_or_word(bare)
}

/// Whether the parts got names of their own since the header was split: there were as many as that.
fn are_named_apart(elements: &[Value<'_>]) -> bool {
    let [first, second] = elements else { return false };
    let name =
        |value: &Value<'_>| value.origins.credential().and_then(|(origin, _)| name_since_split(&origin.trail).cloned());
    matches!((name(first), name(second)), (Some(first), Some(second)) if first != second)
}

/// The name that a part of a header was given since it was split.
fn name_since_split(trail: &Trail) -> Option<&Name> {
    let mut named = None;
    let mut at = Some(trail);
    while let Some(step) = at {
        match &step.step {
            Step::Assigned(name) => named = Some(name),
            Step::Derived(name) if matches!(name.as_str(), "split" | "rsplit") => return named,
            _ => {}
        }
        at = step.previous.as_deref();
    }
    None
}

/// Whether the last thing that made a value was a split.
fn is_split(origin: &Origin) -> bool {
    let mut at = Some(origin.trail.as_ref());
    while let Some(trail) = at {
        if let Step::Derived(name) = &trail.step {
            return matches!(name.as_str(), "split" | "rsplit");
        }
        at = trail.previous.as_deref();
    }
    false
}
