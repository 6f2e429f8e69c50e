//! What an unverified token header says, and where it goes: a file's name, a statement, a URL, the key itself.

use super::event::HeaderUse;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{OriginKind, Origins};
use super::state::State;
use super::value::{Arguments, Value};
use crate::models::schema::{SinkKind, SinkModel};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, Name};

impl<'p> Interpreter<'p, '_> {
    /// Something made of a header's parameter does what an attacker may want.
    pub(super) fn header_reaches(&mut self, what: HeaderUse, value: &Value<'p>, place: Place) {
        if !self.is_loud() {
            return;
        }
        let is_issuer = |kind: &OriginKind| {
            what == HeaderUse::Url
                && matches!(kind, OriginKind::Claim { is_verified: false, name, .. } if name == "iss")
        };
        if let Some(origin) = value.deep_origins().find(|kind| is_parameter(kind) || is_issuer(kind)) {
            self.facts.header_uses.entry((place, what)).or_insert_with(|| origin.clone());
        }
    }

    /// A parameter of the header was tested, or seen by what nobody can see into: it may no longer be anything at all.
    pub(super) fn header_is_tested(&mut self, origins: &Origins) {
        if self.is_loud() {
            let names = origins.iter().filter_map(|origin| match &origin.kind {
                OriginKind::TokenHeader { parameter } if !parameter.is_empty() => Some(parameter.clone()),
                _ => None,
            });
            self.facts.header_checks.extend(names);
        }
    }

    /// A truth value made of a header's parameter is tested; the parameter's own truth only says that it is there.
    pub(super) fn header_truth_is_tested(&mut self, test: &Expression, origins: &Origins) {
        if !super::claims::is_read(test) {
            self.header_is_tested(origins);
        }
    }

    /// A string method of a header's parameter.
    pub(super) fn header_method(
        &mut self,
        state: &State<'p>,
        receiver: &Value<'p>,
        name: &Name,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        if name.starts_with("is") || matches!(name.as_str(), "startswith" | "endswith") {
            self.header_is_tested(&receiver.origins);
            return Some(one(state.clone(), Value::any_boolean()));
        }
        super::texts::is_conversion(name)
            .then(|| one(state.clone(), super::texts::converted(receiver, name, arguments, place)))
    }

    /// What an unknown call does with a header's parameter: a sink by its method's name, or a look that may be a check.
    pub(super) fn unknown_call_sees_header(
        &mut self,
        name: &str,
        receiver: Option<&Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) {
        let origins =
            arguments.iter().chain(receiver).fold(Origins::default(), |all, value| all.union(&value.deep_origins()));
        let is_handed = arguments.iter().any(|value| value.as_boolean().is_none());
        if is_handed && vocabulary::verifies(name.rsplit('.').next().unwrap_or_default()) {
            self.is_checked_unseen(&origins, place);
        }
        if let Some(headers) = arguments.keyword("headers") {
            self.claims_go_with_token(&headers.deep_origins(), &origins, place);
        }
        self.issuer_is_looked_up(&origins);
        if !origins.any(is_parameter) {
            return;
        }
        let method = name.rsplit('.').next().unwrap_or_default();
        match self.models.sink_method(method) {
            Some(sink) => self.reaches_sink(sink, receiver, arguments, place),
            None => self.header_is_tested(&origins),
        }
    }

    /// What nobody can see into checks a token: `key.verify(message, signature)`, `tool.check_token(token)`.
    fn is_checked_unseen(&mut self, origins: &Origins, place: Place) {
        if !self.is_loud() {
            return;
        }
        let says = |kind: &OriginKind| {
            matches!(kind, OriginKind::Claims { .. } | OriginKind::Claim { .. } | OriginKind::TokenHeader { .. })
        };
        let handed = origins.filter_map(|origin| (!says(&origin.kind)).then(|| origin.clone()));
        let known = self.facts.checked_unseen.entry(place).or_default();
        *known = known.union(&handed);
    }

    /// A request is made with a token, and a claim that nobody has verified goes along.
    pub(super) fn claims_go_with_token(&mut self, headers: &Origins, all: &Origins, place: Place) {
        let is_claim = |kind: &OriginKind| matches!(kind, OriginKind::Claim { is_verified: false, .. });
        if self.is_loud() && headers.credential().is_some() && all.any(is_claim) {
            self.facts.claims_beside_token.insert(place);
        }
    }

    /// Somebody else is asked about what is presented.
    pub(super) fn is_judged_elsewhere(&mut self, origins: &Origins, place: Place) {
        let is_presented = |kind: &OriginKind| {
            matches!(
                kind,
                OriginKind::Credential(_)
                    | OriginKind::TokenHeader { .. }
                    | OriginKind::HeaderMap
                    | OriginKind::SortedHeader
                    | OriginKind::RequestData
                    | OriginKind::Body { .. }
            )
        };
        if self.is_loud() {
            let given = self.facts.judged_elsewhere.entry(place).or_default();
            *given = given.union(&origins.filter_map(|origin| is_presented(&origin.kind).then(|| origin.clone())));
        }
    }

    /// An issuer that nobody has verified is handed to what nobody can see into, which may know the right ones.
    fn issuer_is_looked_up(&mut self, origins: &Origins) {
        if !self.is_loud() {
            return;
        }
        let issuers = origins.iter().filter_map(|origin| match &origin.kind {
            OriginKind::Claim { decode, is_verified: false, name } if name == "iss" => Some((*decode, name.clone())),
            _ => None,
        });
        self.facts.claim_checks.extend(issuers);
    }

    /// A call that a model describes as a sink.
    pub(super) fn sink(
        &mut self,
        model: &SinkModel,
        receiver: Option<&Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) {
        self.reaches_sink(model.kind, receiver, arguments, place);
    }

    fn reaches_sink(&mut self, kind: SinkKind, receiver: Option<&Value<'p>>, arguments: &Arguments<'p>, place: Place) {
        let what = match kind {
            SinkKind::File => HeaderUse::File,
            SinkKind::Sql => HeaderUse::Sql,
        };
        let first = arguments.positional.first().or(arguments.keywords.first().map(|(_, value)| value));
        for value in first.into_iter().chain(receiver) {
            self.header_reaches(what, value, place);
        }
    }
}

fn is_parameter(kind: &OriginKind) -> bool {
    matches!(kind, OriginKind::TokenHeader { parameter } if !parameter.is_empty())
}
