//! Calls that move values into containers and objects, or take them out again: what `[[gather]]` in a model says.

use super::access::{awaited, one_held};
use super::containers::element_of;
use super::dictionaries::{add_rest, is_mapping, put, spread};
use super::expression::join_all;
use super::interpreter::{Branches, Interpreter, one};
use super::state::State;
use super::value::{Arguments, Dictionary, Nullness, Object, RequestMap, Shape, Value};
use crate::models::schema::{GatherModel, Gathering};
use crate::source::Place;
use crate::syntax::tree::Name;
use std::rc::Rc;

/// Where a tuple with named fields keeps their names.
pub(super) const FIELDS: Name = Name::new_static("_fields");

/// Elements that are told apart where containers are paired: what is longer is data, not a program's settings.
const MOST_PAIRED: usize = 64;

impl<'p> Interpreter<'p, '_> {
    /// Does what a model says of a call that moves values.
    pub(super) fn gather(
        &mut self,
        mut state: State<'p>,
        model: &GatherModel,
        path: &Name,
        (arguments, receiver): (&Arguments<'p>, Option<&Value<'p>>),
        place: Place,
    ) -> Branches<'p> {
        let given = arguments.positional.get(model.from).or(receiver).cloned();
        let walked = given.as_ref().map_or_else(Value::unknown, |given| self.walked(&state, given, place));
        let value = match model.gives {
            Gathering::Argument => {
                let into = model.into.as_deref();
                return one_held(state, given.unwrap_or_else(Value::unknown), into, place);
            }
            Gathering::Identity => later(path, Arguments::default()),
            Gathering::Arguments => list(arguments.positional.iter().map(|value| awaited(&state, value)).collect()),
            Gathering::Elements => elements_in(&walked),
            Gathering::Chained => chained(arguments.positional.iter().map(elements_in)),
            Gathering::Flattened => elements_of_any(element_of(&element_of(&walked))),
            Gathering::OneOf if arguments.positional.len() > 1 => join_all(arguments.positional.iter().cloned()),
            Gathering::OneOf => element_of(&walked),
            Gathering::Dictionary => dictionary_from(arguments),
            Gathering::DefaultDictionary => return self.default_dictionary(state, arguments, place),
            Gathering::FirstMapping => {
                let mut all = Dictionary::default();
                arguments.positional.iter().rev().for_each(|mapping| spread(&mut all, mapping));
                dictionary(all)
            }
            Gathering::SameForKeys => {
                let held = arguments.positional.get(1).cloned().unwrap_or_else(Value::none);
                same_for_keys(&walked, &held)
            }
            Gathering::FieldsByName => {
                let fields = given.map_or_else(Value::unknown, |object| self.fields_by_name(&state, &object));
                if arguments.keywords.is_empty() && arguments.rest.is_none() {
                    fields
                } else {
                    super::fields::as_chosen(fields, arguments)
                }
            }
            Gathering::FieldsInOrder => {
                given.map_or_else(Value::unknown, |object| self.fields_in_order(&state, &object))
            }
            Gathering::ChangedCopy => self.changed_copy(&mut state, given, arguments, place),
            Gathering::Namespace => {
                let class: Name = self.models.canonical(path).into_owned().into();
                for (name, value) in &arguments.keywords {
                    state.set_attribute(Object::At(place), name.clone(), value.clone());
                }
                Value::of(Shape::ExternalInstance { class, at: place })
            }
            Gathering::RecordClass => {
                let names = arguments.get(1, "field_names").map_or_else(Vec::new, field_names);
                later(path, Arguments::of(vec![list(names)]))
            }
            Gathering::FieldDefault => return self.field_default(state, given, arguments, place),
        };
        one(state, value)
    }

    /// `defaultdict(list)`: an absent key holds what the factory gives.
    fn default_dictionary(&mut self, state: State<'p>, arguments: &Arguments<'p>, place: Place) -> Branches<'p> {
        let factory = arguments.positional.first().filter(|factory| !factory.is_none()).cloned();
        let rest = Arguments {
            positional: arguments.positional.iter().skip(1).cloned().collect(),
            keywords: arguments.keywords.clone(),
            rest: arguments.rest.clone(),
        };
        let made = match factory {
            Some(factory) => self.call(state, &factory, Arguments::default(), place),
            None => return one(state, dictionary_from(&rest)),
        };
        self.then(made, |_, state, absent| {
            let mut all = match dictionary_from(&rest).shape {
                Shape::Dictionary(known) => Dictionary::clone(&known),
                _ => Dictionary::default(),
            };
            add_rest(&mut all, &absent);
            one(state, dictionary(all))
        })
    }

    /// What a field holds that an object is made without: the default, or what the factory gives when it is called.
    fn field_default(
        &mut self,
        state: State<'p>,
        first: Option<Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let factory = ["default_factory", "factory"].into_iter().find_map(|name| arguments.keyword(name)).cloned();
        if let Some(factory) = factory {
            return self.call(state, &factory, Arguments::default(), place);
        }
        let default = arguments.keyword("default").cloned().or(first);
        one(state, default.unwrap_or_else(Value::unknown))
    }

    /// `replace(object, name=value)`.
    fn changed_copy(
        &mut self,
        state: &mut State<'p>,
        given: Option<Value<'p>>,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Value<'p> {
        let Some(object) = given else { return Value::unknown() };
        let copy = Object::At(place);
        let shape = match &object.shape {
            Shape::Instance { class, .. } => Shape::Instance { class: *class, object: copy },
            Shape::ExternalInstance { class, at } => {
                if let Some(order) = state.attribute(Object::At(*at), &FIELDS).cloned() {
                    state.set_attribute(copy, FIELDS, order);
                }
                Shape::ExternalInstance { class: class.clone(), at: place }
            }
            _ => {
                let all = arguments.iter().fold(object.deep_origins(), |all, value| all.union(&value.deep_origins()));
                return Value::from_origins(all, object.nullness);
            }
        };
        let mut fields = self.fields_held(state, &object).unwrap_or_default();
        fields.extend(arguments.keywords.iter().cloned());
        for (name, value) in fields {
            state.set_attribute(copy, name, value);
        }
        Value { shape, ..object }
    }

    /// An object of a class that a call for named tuples made: the names of its fields come first.
    pub(super) fn record(
        &mut self,
        mut state: State<'p>,
        path: &str,
        arguments: &Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        let Some((names, given)) = arguments.positional.split_first() else { return one(state, Value::unknown()) };
        let object = Object::At(place);
        for (at, name) in field_names(names).iter().filter_map(Value::as_text).enumerate() {
            let value = given.get(at).or_else(|| arguments.keyword(name)).or(arguments.rest.as_ref());
            state.set_attribute(object, name.clone(), value.cloned().unwrap_or_else(Value::unknown));
        }
        state.set_attribute(object, FIELDS, names.clone());
        let class: Name = self.models.canonical(path).into_owned().into();
        one(state, Value::of(Shape::ExternalInstance { class, at: place }))
    }
}

/// A function that a call makes: what it is called with comes behind what the call was given.
pub(super) fn later<'p>(path: &Name, given: Arguments<'p>) -> Value<'p> {
    Value::of(Shape::Partial(Rc::new((Value::external(format!("{path}()")), given))))
}

/// A list or tuple of known elements.
pub(super) fn list(elements: Vec<Value<'_>>) -> Value<'_> {
    let nullness = if elements.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
    Value::of(Shape::Sequence(Rc::new(elements))).with_nullness(nullness)
}

/// A dictionary as a value.
pub(super) fn dictionary(all: Dictionary<'_>) -> Value<'_> {
    let nullness = match (all.entries.is_empty(), &all.rest) {
        (false, _) => Nullness::FULL,
        (true, Some(_)) => Nullness::PRESENT,
        (true, None) => Nullness::EMPTY,
    };
    Value::of(Shape::Dictionary(Rc::new(all))).with_nullness(nullness)
}

/// A container with the elements of something that is walked.
pub(super) fn elements_in<'p>(walked: &Value<'p>) -> Value<'p> {
    match &walked.shape {
        Shape::Sequence(_) | Shape::Elements(_) => walked.clone(),
        _ => elements_of_any(element_of(walked)),
    }
}

fn elements_of_any(element: Value<'_>) -> Value<'_> {
    Value::of(Shape::Elements(Rc::new(element))).with_nullness(Nullness::PRESENT)
}

/// The same elements, of which nobody knows any more where each stands. Constants have nothing to hide.
pub(super) fn shuffled<'p>(walked: &Value<'p>) -> Value<'p> {
    match &walked.shape {
        Shape::Sequence(elements) if elements.iter().any(|element| !element.deep_origins().is_empty()) => {
            elements_of_any(element_of(walked)).with_nullness(walked.nullness)
        }
        _ => elements_in(walked),
    }
}

fn chained<'p>(parts: impl Iterator<Item = Value<'p>>) -> Value<'p> {
    let mut all = Vec::new();
    let mut is_known = true;
    for part in parts {
        if let Shape::Sequence(elements) = &part.shape {
            all.extend(elements.iter().cloned());
        } else {
            is_known = false;
            all.push(element_of(&part));
        }
    }
    if is_known { list(all) } else { elements_of_any(join_all(all.into_iter())) }
}

/// `dict(…)`: of a mapping, of pairs, of keywords.
pub(super) fn dictionary_from<'p>(arguments: &Arguments<'p>) -> Value<'p> {
    let mut all = Dictionary::default();
    if let Some(first) = arguments.positional.first() {
        match &first.shape {
            Shape::Request(RequestMap::HeaderPairs) if arguments.keywords.is_empty() => {
                return Value { shape: Shape::Request(RequestMap::Headers), ..first.clone() };
            }
            Shape::Request(_) if arguments.keywords.is_empty() => return first.clone(),
            Shape::Sequence(pairs) => pairs.iter().for_each(|pair| add_pair(&mut all, pair)),
            Shape::Elements(pair) => add_pair(&mut all, pair),
            _ if is_mapping(first) => spread(&mut all, first),
            // What nobody knows stays what it is: claims, an object of a library.
            _ if arguments.keywords.is_empty() => return first.clone(),
            _ => spread(&mut all, first),
        }
    }
    for (name, held) in &arguments.keywords {
        put(&mut all, name, held.clone());
    }
    if let Some(rest) = &arguments.rest {
        add_rest(&mut all, rest);
    }
    dictionary(all)
}

fn add_pair<'p>(all: &mut Dictionary<'p>, pair: &Value<'p>) {
    match &pair.shape {
        Shape::Sequence(parts) if parts.len() == 2 => match (parts[0].as_text(), &parts[1]) {
            (Some(key), value) => drop(all.entries.insert(key.clone(), value.clone())),
            (None, value) => add_rest(all, value),
        },
        _ => add_rest(all, &Value::from_origins(pair.deep_origins(), Nullness::ANY)),
    }
}

/// `zip(…)`.
pub(super) fn zipped<'p>(columns: &[Value<'p>]) -> Value<'p> {
    let known: Option<Vec<&Rc<Vec<Value<'p>>>>> = columns
        .iter()
        .map(|column| match &column.shape {
            Shape::Sequence(elements) if elements.len() <= MOST_PAIRED => Some(elements),
            _ => None,
        })
        .collect();
    match known {
        Some(known) => {
            let rows = known.iter().map(|column| column.len()).min().unwrap_or_default();
            let row = |at: usize| list(known.iter().filter_map(|column| column.get(at)).cloned().collect());
            list((0..rows).map(row).collect())
        }
        None => elements_of_any(list(columns.iter().map(element_of).collect())),
    }
}

fn same_for_keys<'p>(keys: &Value<'p>, held: &Value<'p>) -> Value<'p> {
    let mut all = Dictionary::default();
    match &keys.shape {
        Shape::Sequence(keys) => {
            for key in keys.iter() {
                match key.as_text() {
                    Some(key) => drop(all.entries.insert(key.clone(), held.clone())),
                    None => add_rest(&mut all, held),
                }
            }
        }
        _ => add_rest(&mut all, held),
    }
    dictionary(all)
}

/// The names in `["agent", "key"]`, `"agent key"` or `"agent, key"`, as values.
pub(super) fn field_names<'p>(written: &Value<'p>) -> Vec<Value<'p>> {
    match (&written.shape, written.as_text()) {
        (Shape::Sequence(names), _) => names.to_vec(),
        (_, Some(text)) => {
            let names = text.split([',', ' ']).filter(|name| !name.is_empty());
            let at = written.literal_origin().iter().next().map(|origin| origin.trail.root().place);
            names.filter_map(|name| Some(Value::text(name.into(), at?, false))).collect()
        }
        _ => Vec::new(),
    }
}
