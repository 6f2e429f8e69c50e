//! Calls that do what an operator, a dot or a statement does: what `[[access]]` in a model says.

use super::containers::element_of;
use super::event::Operand;
use super::expression::join_all;
use super::gathering::{later, list};
use super::interpreter::{Branches, Interpreter, one};
use super::partial::truths;
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::models::Meaning;
use crate::models::schema::{Access, AccessModel, Gathering};
use crate::source::Place;
use crate::syntax::tree::Name;

/// Under which name an object keeps its one value.
const KEPT: Name = Name::new_static("()");

impl<'p> Interpreter<'p, '_> {
    /// Does what a model says of a call that stands for an operator.
    pub(super) fn access(
        &mut self,
        mut state: State<'p>,
        model: &AccessModel,
        path: &Name,
        (arguments, receiver): (&Arguments<'p>, Option<&Value<'p>>),
        place: Place,
    ) -> Branches<'p> {
        let Some(first) = arguments.positional.get(model.from).cloned() else {
            return match model.does {
                Access::Get => one(state.clone(), kept(&state, receiver).unwrap_or_else(Value::unknown)),
                _ => one(state, Value::unknown()),
            };
        };
        let second = arguments.positional.get(model.from + 1).cloned();
        match (model.does, second) {
            (Access::Item, Some(key)) => {
                let value = self.taken(&state, &first, &key, place);
                one(state, value)
            }
            (Access::Contains, Some(sought)) => {
                let operand = |value: Value<'p>| Operand { value, place };
                truths(self.compare_membership(state, (&operand(sought), None), &operand(first), place))
            }
            (Access::Item | Access::Contains, None) => one(state, Value::unknown()),
            (Access::ItemsLater | Access::AttributesLater | Access::MethodLater, _) => {
                one(state, later(path, arguments.clone()))
            }
            (Access::Call, _) => {
                let mut rest = arguments.clone();
                rest.positional.drain(..=model.from);
                let results = self.call(state, &first, rest, place);
                let into = model.into.as_deref();
                self.then(results, |_, state, value| one_held(state, value, into, place))
            }
            (Access::Map, _) => {
                let unknown = one(state.clone(), Value::unknown());
                self.builtin(&state, "map", arguments, place).unwrap_or(unknown)
            }
            (Access::Fold, walked) => {
                let element = walked.as_ref().map_or_else(Value::unknown, element_of);
                let before = arguments
                    .positional
                    .get(model.from + 2)
                    .map_or_else(|| element.clone(), |start| start.join(&element));
                self.call(state, &first, Arguments::of(vec![before, element]), place)
            }
            (Access::Module, _) => {
                let value = first.as_text().map_or_else(Value::unknown, |name| self.module_called(name));
                one(state, value)
            }
            (Access::Enter, _) => self.entered(state, &first, place),
            (Access::Set, _) => {
                if let Some(Shape::ExternalInstance { at, .. }) = receiver.map(|receiver| &receiver.shape) {
                    state.set_attribute(Object::At(*at), KEPT, first);
                }
                one(state, Value::present())
            }
            (Access::Add, _) => {
                if let Some(receiver) = receiver {
                    add_kept(&mut state, receiver, &first);
                }
                one(state, Value::present())
            }
            (Access::Get, _) => {
                let known = kept(&state, receiver);
                let value = known.unwrap_or_else(|| Value::unknown().with_nullness(first.nullness.or(Nullness::ANY)));
                one(state, value)
            }
        }
    }

    /// Calls a function that an earlier call made; `path` names that one, and what it was given comes first.
    pub(super) fn called_later(
        &mut self,
        state: State<'p>,
        path: &str,
        mut arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let does = match self.models.meaning(path) {
            Some(Meaning::Gather(model)) if model.gives == Gathering::RecordClass => {
                return self.record(state, path, &arguments, place);
            }
            Some(Meaning::Gather(model)) if model.gives == Gathering::Identity => {
                return one(state, arguments.positional.pop().unwrap_or_else(Value::unknown));
            }
            Some(Meaning::Access(model)) => model.does,
            _ => return one(state, Value::unknown()),
        };
        let Some(object) = arguments.positional.pop() else { return one(state, Value::unknown()) };
        match does {
            Access::ItemsLater => {
                let keys = arguments.positional;
                let mut taken: Vec<Value<'p>> =
                    keys.iter().map(|key| self.taken(&state, &object, key, place)).collect();
                let value = if taken.len() == 1 { taken.swap_remove(0) } else { list(taken) };
                one(state, value)
            }
            Access::AttributesLater => {
                let (mut state, mut found) = (state, Vec::new());
                for name in arguments.positional.iter().filter_map(Value::as_text) {
                    let (after, value) = self.dotted(state, &object, name, place);
                    state = after;
                    found.push(value);
                }
                let value = if found.len() == 1 { found.swap_remove(0) } else { list(found) };
                one(state, value)
            }
            Access::MethodLater => {
                let Some(name) = arguments.positional.first().and_then(Value::as_text).cloned() else {
                    return one(state, Value::unknown());
                };
                arguments.positional.remove(0);
                let methods = self.attribute(state, &object, &name, place);
                self.then(methods, |this, state, method| this.call(state, &method, arguments.clone(), place))
            }
            _ => one(state, Value::unknown()),
        }
    }

    /// `object.first.second`; where an attribute splits the path, the first one stands for all.
    fn dotted(&mut self, state: State<'p>, object: &Value<'p>, names: &str, place: Place) -> (State<'p>, Value<'p>) {
        let (mut state, mut value) = (state, object.clone());
        for name in names.split('.') {
            let found = self.attribute(state.clone(), &value, &Name::new(name), place);
            let Some((after, next)) = found.into_iter().next() else { return (state, Value::unknown()) };
            (state, value) = (after, next);
        }
        (state, value)
    }

    /// The module of a name that is only known at run time; leading dots count from the running file's package.
    fn module_called(&mut self, name: &Name) -> Value<'p> {
        let file = self.file();
        let bare = name.trim_start_matches('.');
        let level = u32::try_from(name.len() - bare.len()).unwrap_or_default();
        if level == 0 {
            return self.imported_module(file, name, true);
        }
        let found = self.index.program.paths().find(file, level, bare);
        found.map_or_else(Value::unknown, |target| Value::of(Shape::Module(target)))
    }
}

/// What comes of a call, in the object that holds it where a model names its class.
pub(super) fn one_held<'p>(mut state: State<'p>, value: Value<'p>, into: Option<&str>, place: Place) -> Branches<'p> {
    let Some(class) = into else { return one(state, value) };
    state.set_attribute(Object::At(place), KEPT, value);
    one(state, Value::of(Shape::ExternalInstance { class: class.into(), at: place }))
}

/// What `await` gives: of a task what came of it, of anything else the thing itself.
pub(super) fn awaited<'p>(state: &State<'p>, value: &Value<'p>) -> Value<'p> {
    match &value.shape {
        Shape::Union(members) => join_all(members.iter().map(|member| awaited(state, member))),
        _ => kept(state, Some(value)).unwrap_or_else(|| value.clone()),
    }
}

/// Keeps one value more in an object.
pub(super) fn add_kept<'p>(state: &mut State<'p>, holder: &Value<'p>, value: &Value<'p>) {
    if let Shape::ExternalInstance { at, .. } = &holder.shape {
        let all = kept(state, Some(holder)).map_or_else(|| value.clone(), |known| known.join(value));
        state.set_attribute(Object::At(*at), KEPT, all);
    }
}

/// What an object that holds one value was last given.
fn kept<'p>(state: &State<'p>, receiver: Option<&Value<'p>>) -> Option<Value<'p>> {
    match &receiver?.shape {
        Shape::ExternalInstance { at, .. } => state.attribute(Object::At(*at), &KEPT).cloned(),
        _ => None,
    }
}
