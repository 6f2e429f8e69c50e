//! Tests of the deployment and not of the caller: whether a secret is set, whether the program runs for development.
//! Paths on which a secret is missing, or that exist for development only, are told apart from the others.

use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind, Origins, Store};
use super::relevant;
use super::state::State;
use super::value::Value;
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, Expression, ExpressionKind};

/// Which side of a condition exists for development only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Holds,
    Fails,
}

impl<'p> Interpreter<'p, '_> {
    /// A test found a secret unset or empty on this path.
    pub(super) fn secret_is_unset(&mut self, state: &mut State<'p>, origins: &Origins, place: Place) {
        let found = origins.iter().find(|origin| is_secret_setting(origin));
        let Some(origin) = found.filter(|_| self.is_for_request) else { return };
        if self.is_loud() {
            self.facts.unset_secrets.entry(place).or_insert_with(|| origin.clone());
        }
        state.evidence.add(CheckKind::Unset, place);
    }

    /// `SECRET is None`, `SECRET == ""`: asked with a literal, not by way of what a caller left out.
    pub(super) fn found_unset(
        &mut self,
        states: &mut [State<'p>],
        secret: &Value<'p>,
        blank: Option<&Expression>,
        place: Place,
    ) {
        let is_literal = |blank: &Expression| matches!(blank.kind, ExpressionKind::None | ExpressionKind::String(_));
        if blank.is_some_and(is_literal) {
            states.iter_mut().for_each(|state| self.secret_is_unset(state, &secret.origins, place));
        }
    }

    /// Secrets that something which checks the caller is given.
    pub(super) fn secret_checks(&mut self, value: &Value<'p>) {
        if !self.is_loud() {
            return;
        }
        for origin in &value.deep_origins() {
            if let OriginKind::Setting { name, .. } = &origin.kind
                && !name.is_empty()
            {
                self.facts.checking_secrets.insert(name.clone());
            }
        }
    }

    /// Marks the side of a condition that only holds in development.
    pub(super) fn development(&self, test: &Expression, yes: &mut [State<'p>], no: &mut [State<'p>]) {
        if !self.is_for_request {
            return;
        }
        let place = self.place(test.span);
        let states = match self.development_side(test) {
            Some(Side::Holds) => yes,
            Some(Side::Fails) => no,
            None => return,
        };
        states.iter_mut().for_each(|state| state.evidence.add(CheckKind::Development, place));
    }

    fn development_side(&self, test: &Expression) -> Option<Side> {
        let by_name = |expression: &Expression| match self.index_text(expression) {
            // What the caller sends says nothing of the deployment.
            text if text.contains("request") || text.len() > 80 => None,
            text => side_of_name(last_name(text)),
        };
        match &test.kind {
            ExpressionKind::Name(_)
            | ExpressionKind::Attribute { .. }
            | ExpressionKind::Subscript { .. }
            | ExpressionKind::Call { .. } => by_name(test),
            ExpressionKind::Compare { left, rest } => {
                let [(operator, right)] = rest.as_slice() else { return None };
                if self.index_text(left).contains("request") {
                    return None;
                }
                let side = side_of_value(right).or_else(|| side_of_value(left)).or_else(|| match right.kind {
                    ExpressionKind::Boolean(true) => by_name(left),
                    ExpressionKind::Boolean(false) => by_name(left).map(opposite),
                    _ => None,
                })?;
                match operator {
                    CompareOperator::Equal | CompareOperator::In | CompareOperator::Is => Some(side),
                    CompareOperator::NotEqual | CompareOperator::NotIn | CompareOperator::IsNot => Some(opposite(side)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn index_text(&self, expression: &Expression) -> &'p str {
        self.index.text(self.place(expression.span))
    }
}

fn is_secret_setting(origin: &Origin) -> bool {
    relevant::is_secret(origin) && !matches!(origin.kind, OriginKind::Setting { store: Store::Literal, .. })
}

fn opposite(side: Side) -> Side {
    if side == Side::Holds { Side::Fails } else { Side::Holds }
}

/// The last name or quoted key of an expression: `DEBUG` of `app.config["DEBUG"]` and of `os.getenv("DEBUG")`.
fn last_name(text: &str) -> &str {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words = text.split(|letter: char| !is_part(letter)).filter(|word| !word.is_empty());
    match text.split(['"', '\'']).nth(1) {
        Some(quoted) if !quoted.is_empty() => quoted,
        _ => words.next_back().unwrap_or_default(),
    }
}

fn side_of_name(name: &str) -> Option<Side> {
    let words = vocabulary::words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_negated = has(&["not", "no", "non"]);
    let side = if has(&["debug", "testing", "development", "dev", "local", "localhost"]) {
        Side::Holds
    } else if has(&["production", "prod"]) {
        Side::Fails
    } else {
        return None;
    };
    Some(if is_negated { opposite(side) } else { side })
}

/// `"development"`, `("dev", "test")`, `"production"`.
fn side_of_value(expression: &Expression) -> Option<Side> {
    let text = |expression: &Expression| match &expression.kind {
        ExpressionKind::String(text) => Some(text.to_ascii_lowercase()),
        _ => None,
    };
    let side = |text: &str| match text {
        "dev" | "develop" | "development" | "debug" | "test" | "testing" | "local" => Some(Side::Holds),
        "prod" | "production" | "live" => Some(Side::Fails),
        _ => None,
    };
    match &expression.kind {
        ExpressionKind::String(_) => side(&text(expression)?),
        ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) | ExpressionKind::Set(elements) => {
            let mut sides = elements.iter().map(|element| text(element).and_then(|text| side(&text)));
            let first = sides.next()??;
            sides.all(|other| other == Some(first)).then_some(first)
        }
        _ => None,
    }
}
