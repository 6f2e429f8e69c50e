//! Tests of the deployment and not of the caller: whether a secret is set, whether the program runs for development.
//! Paths on which a secret is missing, or that exist for development only, are told apart from the others.

use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::origin::{Origin, OriginKind, Origins, Store};
use super::relevant;
use super::state::State;
use super::value::Value;
use crate::program::development::{Side, plain_side};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};

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

    /// Secrets that a caller's credential is compared with, and keys.
    pub(super) fn secret_checks(&mut self, value: &Value<'p>) {
        if self.is_loud() {
            self.facts.checking_secrets.extend(setting_names(value));
        }
    }

    /// Secrets that something nobody can see into is given together with a credential: it may compare the two.
    pub(super) fn secret_may_check(&mut self, value: &Value<'p>) {
        if self.is_loud() {
            self.facts.secrets_beside_credentials.extend(setting_names(value));
        }
    }

    /// The body that paths enter on which `test` found a secret unset. Where it refuses, the program has noticed the lack: whoever
    /// catches that goes on without having skipped a check.
    pub(super) fn lack_is_refused(&self, states: &mut [State<'p>], test: &Expression, body: &[Statement]) {
        if !refuses(body) {
            return;
        }
        let file = self.file();
        for state in states {
            state.evidence.forget(|check| {
                check.kind == CheckKind::Unset && check.place.file == file && test.span.contains(check.place.span)
            });
        }
    }

    /// Whether a path exists in development or tests only, where nobody attacks.
    pub(super) fn is_in_development(&self, state: &State<'p>) -> bool {
        let mut all = self.outer_evidence.iter().chain([&state.evidence]);
        all.any(|evidence| evidence.has(CheckKind::Development))
    }

    /// Marks the side of a condition that only holds in development.
    pub(super) fn development(&self, test: &Expression, yes: &mut [State<'p>], no: &mut [State<'p>]) {
        if !self.is_for_request {
            return;
        }
        let place = self.place(test.span);
        let states = match plain_side(test) {
            Some(Side::Holds) => yes,
            Some(Side::Fails) => no,
            None => return,
        };
        states.iter_mut().for_each(|state| state.evidence.add(CheckKind::Development, place));
    }
}

/// The settings, by name, that a value is made of.
fn setting_names(value: &Value<'_>) -> impl Iterator<Item = Name> {
    let origins = value.deep_origins();
    let names: Vec<Name> = origins
        .iter()
        .filter_map(|origin| match &origin.kind {
            OriginKind::Setting { name, .. } if !name.is_empty() => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.into_iter()
}

/// A body that ends in an exception or says no.
fn refuses(body: &[Statement]) -> bool {
    body.last().is_some_and(|last| match &last.kind {
        StatementKind::Raise { .. } => true,
        StatementKind::Return(Some(value)) => matches!(value.kind, ExpressionKind::Boolean(false)),
        _ => false,
    })
}

fn is_secret_setting(origin: &Origin) -> bool {
    let is_of_deployment = match &origin.kind {
        OriginKind::Setting { store: Store::Literal, .. } => false,
        // What another service has answered, by its name: whoever deploys does not set it.
        OriginKind::Setting { store: Store::Attribute | Store::Variable, name } => {
            !matches!(name.as_str(), "access_token" | "refresh_token" | "id_token")
        }
        _ => true,
    };
    is_of_deployment && (relevant::is_secret(origin) || may_be_key(origin))
}

/// A setting of the deployment that is called a key of some kind: which kind is told by what it is compared with.
fn may_be_key(origin: &Origin) -> bool {
    let OriginKind::Setting { store: Store::Environment | Store::Configuration, name } = &origin.kind else {
        return false;
    };
    vocabulary::words(name).last().is_some_and(|word| matches!(word.as_str(), "key" | "keys" | "auth"))
}
