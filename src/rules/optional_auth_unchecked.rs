//! `optional-auth-unchecked`: a route changes something, or answers what is private, behind a check that lets callers pass who
//! show nothing, and never looks at who the caller is.

use super::shared::edits::Editor;
use super::shared::ended::{Ended, has_failed};
use super::shared::{Context, capitalised, entry_words};
use crate::finding::{Confidence, Finding, FindingBuilder, Fix, Severity};
use crate::flow::event::{Ending, EntryInfo, EntryKind, Event, Facts, Stage};
use crate::flow::evidence::{Check, CheckKind, Evidence};
use crate::models::Meaning;
use crate::models::schema::VerifyModel;
use crate::source::Place;

const RULE: &str = "optional-auth-unchecked";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Some(ended) = Ended::of(event, context) else { return Vec::new() };
    if ended.entry.kind != EntryKind::Route || context.is_test(ended.entry.place.file) {
        return Vec::new();
    }
    let Some(harm) = harm(ended.entry, ended.facts) else { return Vec::new() };
    let route = Optional(ended);
    let found = route.by_library().or_else(|| route.by_scheme()).or_else(|| route.by_program());
    found.map(|(place, confidence)| route.finding(place, &harm, confidence)).into_iter().collect()
}

/// What a caller whom nobody knows gets out of the route.
fn harm(entry: &EntryInfo, facts: &Facts<'_>) -> Option<String> {
    if entry.changes_state() {
        return Some("makes its change".to_owned());
    }
    facts.personal_answers.values().next().map(|key| format!("answers `{key}`"))
}

/// A route that is asked what callers get who show nothing.
struct Optional<'a, 'p, 'c, 'i>(Ended<'a, 'p, 'c, 'i>);

impl Optional<'_, '_, '_, '_> {
    /// A library's check that was told to let everybody pass, and whose answer decides nothing.
    fn by_library(&self) -> Option<(Place, Confidence)> {
        if !self.0.facts.identity_looks.is_empty() {
            return None;
        }
        let is_open = |check: Place| {
            self.0.successes().any(|outcome| {
                let mut others = outcome.evidence.iter().filter(|known| known.place != check);
                outcome.evidence.iter().any(|known| known.place == check && known.kind == CheckKind::FailedVerification)
                    && others.all(|known| known.kind == CheckKind::Rejected)
            })
        };
        self.0.facts.optional_checks.iter().copied().find(|check| is_open(*check)).map(|check| (check, Confidence::High))
    }

    /// A parameter for the credential that may be `None`, and a route that does nothing with it.
    fn by_scheme(&self) -> Option<(Place, Confidence)> {
        let is_open = self.0.facts.tried.is_empty() && self.0.successes().any(|outcome| outcome.evidence.iter().next().is_none());
        let place = self.0.facts.optional_schemes.first()?;
        (is_open && self.0.facts.identity_looks.is_empty()).then_some((*place, Confidence::High))
    }

    /// A check of the program's own that is made only where something is sent.
    fn by_program(&self) -> Option<(Place, Confidence)> {
        let is_looked_at = self.0.facts.identity_looks.values().any(|by_handler| *by_handler);
        if is_looked_at {
            return None;
        }
        self.0.facts.tried.keys().filter(|check| self.is_refused(**check) || self.is_shrugged_off(**check)).find_map(|check| self.skipped(*check))
    }

    /// What is sent and is not good is refused.
    fn is_refused(&self, check: Place) -> bool {
        self.0.outcomes.iter().any(|outcome| {
            outcome.ending == Ending::Refusal
                && outcome.status.is_none_or(|status| matches!(status, 400 | 401 | 403 | 422))
                && has_failed(&outcome.evidence, check)
        })
    }

    /// What is sent and is not good makes a guest of its sender, by a handler that is there for that.
    fn is_shrugged_off(&self, check: Place) -> bool {
        self.0.successes().any(|outcome| has_failed(&outcome.evidence, check) && outcome.evidence.has(CheckKind::Caught) && !outcome.evidence.has_proof())
    }

    /// Where a path leaves the check out because nothing was sent, and ends where a verified caller's does.
    fn skipped(&self, check: Place) -> Option<(Place, Confidence)> {
        let is_known = |way: &Evidence| way.iter().next().is_some();
        let mut anonymous = self.0.successes().filter(|outcome| {
            outcome.evidence.has(CheckKind::Rejected) && outcome.evidence.iter().all(|known| matches!(known.kind, CheckKind::Rejected | CheckKind::Reading) && known.place != check)
        });
        let found = anonymous.find(|outcome| self.0.ends_as_passed(&outcome.evidence, check, is_known))?;
        let left_out = found.evidence.iter().find(|known| !self.is_by_hook(known) && !self.is_beside(known))?;
        Some((left_out.place, Confidence::High))
    }

    /// Verified callers fail this test too: it asks for something else than what is verified.
    fn is_beside(&self, test: &Check) -> bool {
        self.0.successes().any(|outcome| {
            outcome.evidence.iter().any(|known| known == test) && outcome.evidence.iter().any(|known| known.kind.is_proof())
        })
    }

    /// A hook finds out who the caller is for every route; those that are for everybody do not ask.
    fn is_by_hook(&self, check: &Check) -> bool {
        matches!(self.0.facts.stages.get(check), Some(Stage::Hook(_)))
    }

    fn finding(&self, place: Place, harm: &str, confidence: Confidence) -> Finding {
        let entry = self.0.entry;
        FindingBuilder::new(RULE, Severity::Warning, place, "lets callers pass who show nothing")
            .message(format!(
                "{} is open to callers who send no credential at all ({}), and {harm} for them too: nothing on the way looks at who the caller is.",
                capitalised(&entry_words(entry)),
                self.0.context.quote(place),
            ))
            .help(self.help(place))
            .confidence(confidence)
            .about(entry.place)
            .fix(self.fix(place))
            .related(entry.place, "never looks at who the caller is")
            .identity(entry.name.as_str())
            .build()
    }

    fn help(&self, check: Place) -> String {
        match self.verifier(check) {
            Some((name, VerifyModel { optional: Some(option), .. })) => format!(
                "drop `{option}=True` from `{name}`, or refuse where nobody is known (`if identity is None: abort(401)`)"
            ),
            Some((name, _)) => format!(
                "put a check that everybody must pass in the place of `{name}`, or refuse where nobody is known (`if identity is None: abort(401)`)"
            ),
            None => "refuse where nobody is known (`abort(401)`), or make the check one that everybody must pass".to_owned(),
        }
    }

    /// The library's check that stands at a place, by its name.
    fn verifier(&self, check: Place) -> Option<(&str, &VerifyModel)> {
        let path = self.0.facts.verifiers.get(&check)?;
        let Some(Meaning::Verify(model)) = self.0.context.models.meaning(path) else { return None };
        let of_object = path.strip_suffix(".__call__").unwrap_or(path);
        Some((of_object.rsplit('.').next().unwrap_or(of_object), model.as_ref()))
    }

    /// `@jwt_required()` for `@jwt_required(optional=True)`: not every caller may be meant to have a token.
    fn fix(&self, check: Place) -> Option<Fix> {
        let (_, model) = self.verifier(check)?;
        let mut editor = Editor::new(self.0.context, check.file);
        editor.drop_keyword(self.0.context.expression_at(check)?, model.optional.as_deref()?)?;
        editor.fix("Turn callers without a credential away", false)
    }
}
