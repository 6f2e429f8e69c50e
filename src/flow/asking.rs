//! Guards of extensions that ask callbacks of the program: what the callback looks at is what the guard establishes. The
//! callback is judged by itself, too; a guard that asks one nobody can find counts as a check all the same.

use super::entry::Entry;
use super::event::{EntryInfo, EntryKind};
use super::interpreter::Interpreter;
use super::library::{named_parameter, parameter};
use super::startup::{Registered, Target, owner};
use super::state::State;
use super::value::{Arguments, Nullness, Object, Value};
use crate::models::schema::{EntryKindModel, EntryModel, VerifyModel};
use crate::source::Place;
use crate::syntax::tree::Name;

/// Objects that ask other objects (`MultiAuth(tokens, passwords)`): nobody nests deeper.
const MAX_NESTING: u8 = 3;
/// Under which name the answer of a callback is kept.
const ANSWER: Name = Name::new_static("()");

impl<'p> Interpreter<'p, '_> {
    /// The paths on which a guard lets the caller through: those of the callbacks that it asks, or the one on which nobody
    /// knows what it asks.
    pub(super) fn asked(
        &mut self,
        state: State<'p>,
        model: &VerifyModel,
        arguments: &Arguments<'p>,
        of: Option<Place>,
        place: Place,
    ) -> Vec<State<'p>> {
        let asked = named_parameter(&model.parameters, arguments, "asked").and_then(owner).or(of);
        let objects = asked.map(|asked| self.asked_objects(asked, MAX_NESTING)).unwrap_or_default();
        let index = self.index;
        let mut callbacks: Vec<Entry<'p>> = match self.placement {
            Some(placement) if !model.asks.is_empty() => {
                placement.callbacks(&model.asks, &objects, place.file, index).cloned().collect()
            }
            _ => Vec::new(),
        };
        callbacks.extend(self.handed_callback(model, arguments));
        callbacks.retain(|callback| Some(callback.info.place) != self.entry);
        // The same request gets the same answer: what let it through once is not asked again.
        let is_answered = |callback: &Entry<'p>| state.attribute(answer_of(callback), &ANSWER).is_some();
        if callbacks.is_empty() || callbacks.iter().any(is_answered) {
            return vec![state];
        }
        let mut passed = Vec::new();
        // Without an object of its own the guard may also be content with a session.
        if objects.is_empty() && !model.asks.is_empty() {
            let mut remembered = state.clone();
            callbacks.iter().for_each(|callback| lets_through(&mut remembered, callback));
            passed.push(remembered);
        }
        for callback in &callbacks {
            let callee = self.entry_function(&state, callback);
            let arguments = self.entry_arguments(&state, callback);
            let answers = self.call(state.clone(), &callee, arguments, callback.info.place);
            let yes = answers.into_iter().filter(|(_, value)| value.nullness.may_be(Nullness::FULL));
            passed.extend(yes.map(|(mut state, _)| {
                lets_through(&mut state, callback);
                state
            }));
        }
        self.merge(passed, place)
    }

    /// An object, and those that it was made with.
    fn asked_objects(&mut self, object: Place, depth: u8) -> Vec<Place> {
        let mut objects = vec![object];
        if depth > 0
            && let Some(made) = self.made_with(object)
        {
            for inner in made.iter().filter_map(owner).filter(|inner| *inner != object).collect::<Vec<_>>() {
                objects.extend(self.asked_objects(inner, depth - 1));
            }
        }
        objects
    }

    /// The function that a guard was handed to ask, as a callback.
    fn handed_callback(&mut self, model: &VerifyModel, arguments: &Arguments<'p>) -> Option<Entry<'p>> {
        let callback = parameter(&model.parameters, arguments, "callback")?;
        let Some(Target::Function(place)) = self.innermost(callback) else { return None };
        let site = self.site_at(place)?;
        let info = EntryInfo {
            kind: EntryKind::TokenCallback,
            name: site.function.name.clone(),
            path: None,
            methods: Vec::new(),
            place,
        };
        Some(Entry::new(site, info))
    }

    /// A guard is handed the function that it asks: written down as a callback to be judged.
    pub(super) fn callback_is_handed(&mut self, model: &VerifyModel, arguments: &Arguments<'p>, at: Place) {
        let Some(callback) = parameter(&model.parameters, arguments, "callback") else { return };
        let Some(target @ Target::Function(_)) = self.innermost(callback) else { return };
        if let Some(record) = &mut self.record {
            let kind = EntryKindModel::TokenCallback;
            let model = EntryModel { path: model.path.clone(), kind, ..EntryModel::default() };
            record.registered.push(Registered::bare(target, model, None, at));
        }
    }
}

fn answer_of(callback: &Entry<'_>) -> Object {
    Object::Answer(callback.info.place)
}

/// A callback said yes on this path.
fn lets_through(state: &mut State<'_>, callback: &Entry<'_>) {
    state.set_attribute(answer_of(callback), ANSWER, Value::present());
}
