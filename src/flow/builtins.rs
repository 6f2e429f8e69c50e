//! Builtin functions that matter for values.

use super::containers::element_of;
use super::gathering;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::{Origin, OriginKind, Origins};
use super::state::State;
use super::value::{Arguments, Nullness, Shape, Value};
use crate::models::schema::ClassRole;
use crate::source::Place;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Builtin functions that matter for values.
    pub(super) fn builtin(
        &mut self,
        state: &State<'p>,
        name: &str,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        let first = arguments.positional.first();
        let value = match (name, first) {
            ("sorted" | "set" | "frozenset", Some(walked)) => gathering::shuffled(&self.walked(state, walked, place)),
            ("reversed", Some(walked)) => match &walked.shape {
                Shape::Sequence(elements) => gathering::list(elements.iter().rev().cloned().collect()),
                _ => gathering::elements_in(&self.walked(state, walked, place)),
            },
            ("list" | "tuple" | "iter", Some(walked)) => gathering::elements_in(&self.walked(state, walked, place)),
            ("list" | "tuple" | "set" | "frozenset", None) => {
                Value::of(Shape::Sequence(Rc::new(Vec::new()))).with_nullness(Nullness::EMPTY)
            }
            ("dict", _) => gathering::dictionary_from(arguments),
            ("enumerate", Some(walked)) => {
                let pair = vec![Value::present(), element_of(walked)];
                Value::of(Shape::Elements(Rc::new(Value::of(Shape::Sequence(Rc::new(pair))))))
            }
            ("zip", Some(_)) => gathering::zipped(&arguments.positional),
            ("next", Some(walked)) => {
                let element = element_of(walked);
                arguments.positional.get(1).map_or_else(|| element.clone(), |default| element.join(default))
            }
            ("any" | "all", Some(walked)) => {
                let element = element_of(walked);
                match element.nullness {
                    Nullness::FULL => Value::boolean(true),
                    nullness if !nullness.may_be(Nullness::FULL) => Value::boolean(false),
                    _ => Value::any_boolean(),
                }
            }
            ("bool", Some(tested)) => match tested.nullness {
                Nullness::FULL => Value::boolean(true),
                _ => Value {
                    shape: Shape::Unknown,
                    nullness: bool_nullness(tested.nullness),
                    origins: truth_of(&tested.origins),
                },
            },
            ("filter" | "map", Some(function)) => {
                let walked = arguments.positional.get(1).map_or_else(Value::unknown, element_of);
                let results = self.call(state.clone(), function, Arguments::of(vec![walked.clone()]), place);
                return Some(self.then(results, |_, state, result| {
                    let (element, nullness) = match name {
                        "filter" if !result.nullness.may_be(Nullness::FULL) => {
                            let none = Value::of(Shape::Sequence(Rc::new(Vec::new())));
                            return one(state, none.with_nullness(Nullness::EMPTY));
                        }
                        "filter" if result.nullness == Nullness::FULL => (walked.clone(), Nullness::FULL),
                        "filter" => (walked.clone(), Nullness::PRESENT),
                        _ => (result, Nullness::PRESENT),
                    };
                    one(state, Value::of(Shape::Elements(Rc::new(element))).with_nullness(nullness))
                }));
            }
            ("getattr", Some(object)) => {
                let attribute = arguments.positional.get(1).and_then(Value::as_text)?.clone();
                let default = arguments.positional.get(2).cloned();
                if let Shape::ExternalInstance { class, .. } = &object.shape
                    && self.models.role(class) == Some(ClassRole::Configuration)
                {
                    let key = Value::text(attribute, place, false);
                    let absent = if default.is_some() { Nullness::ANY } else { Nullness::PRESENT };
                    let value = self.item(state, object, &key, default.as_ref(), place, absent);
                    return Some(one(state.clone(), value));
                }
                let found = self.attribute(state.clone(), object, &attribute, place);
                return Some(self.then(found, |_, state, value| {
                    let nullness =
                        default.as_ref().map_or(value.nullness, |default| value.nullness.or(default.nullness));
                    one(state, value.with_nullness(nullness))
                }));
            }
            ("setattr", Some(object)) => {
                let attribute = arguments.positional.get(1).and_then(Value::as_text).cloned();
                let mut state = state.clone();
                if let (Some(name), Some(value)) = (attribute, arguments.positional.get(2)) {
                    self.is_named(value, &name, place);
                    self.set_attribute_of(&mut state, object, &name, value.clone(), place);
                }
                return Some(one(state, Value::none()));
            }
            ("vars", Some(object)) => self.fields_by_name(state, object),
            _ => return None,
        };
        Some(one(state.clone(), value))
    }
}

/// The truth of a value: of a credential, it tells that it is there.
fn truth_of(origins: &Origins) -> Origins {
    origins.filter_map(|origin| match &origin.kind {
        OriginKind::Credential(_) => Some(Origin { kind: OriginKind::Measure, ..origin.clone() }),
        OriginKind::Claim { .. } | OriginKind::StubResult { .. } => Some(origin.clone()),
        _ => None,
    })
}

fn bool_nullness(nullness: Nullness) -> Nullness {
    let mut result = nullness.and(Nullness::FULL);
    if nullness.may_be(Nullness::NONE.or(Nullness::EMPTY)) {
        result = result.or(Nullness::EMPTY);
    }
    result
}
