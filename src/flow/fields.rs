//! What the fields of objects hold: by their names, in their order, and whether there may be more of them than a class names.

use super::dictionaries::add_rest;
use super::gathering::{FIELDS, dictionary, field_names, list};
use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Arguments, Dictionary, Nullness, Object, Shape, Value};
use crate::models::Meaning;
use crate::program::ClassRef;
use crate::syntax::tree::{ArgumentKind, Expression, ExpressionKind, Name, Statement, StatementKind};

impl<'p> Interpreter<'p, '_> {
    /// The fields of an object and what they hold: those that it is made with first, in their order.
    pub(super) fn fields_held(&mut self, state: &State<'p>, object: &Value<'p>) -> Option<Vec<(Name, Value<'p>)>> {
        match &object.shape {
            Shape::Instance { class, object } => Some(self.fields_of_object(state, *class, *object)),
            Shape::ExternalInstance { at, .. } => {
                let named = state.named_attributes_of(Object::At(*at));
                let named = named.map(|(name, value)| (name.clone(), value.clone()));
                let mut all: Vec<(Name, Value<'p>)> = named.filter(|(name, _)| *name != FIELDS).collect();
                if let Some(order) = state.attribute(Object::At(*at), &FIELDS).map(field_names) {
                    let rank = |name: &Name| order.iter().position(|known| known.as_text() == Some(name));
                    all.sort_by_key(|(name, _)| rank(name));
                }
                (!all.is_empty()).then_some(all)
            }
            _ => None,
        }
    }

    fn fields_of_object(&mut self, state: &State<'p>, class: ClassRef<'p>, object: Object) -> Vec<(Name, Value<'p>)> {
        let mut names: Vec<Name> = self.made_of(class).into_iter().map(|field| field.name).collect();
        for (name, _) in state.named_attributes_of(object) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
            .into_iter()
            .map(|name| {
                let value = self.field_value(state, class, object, &name);
                (name, value)
            })
            .collect()
    }

    /// What the library class that a class of the program inherits from says of a method that gathers its objects' fields.
    pub(super) fn gathered_by(&mut self, class: ClassRef<'p>, method: &str) -> Option<(Name, Meaning)> {
        let path = self.library_base(class)?;
        let meaning =
            self.models.method(&path, method).filter(|meaning| matches!(meaning, Meaning::Gather(_)))?.clone();
        Some((format!("{path}.{method}").into(), meaning))
    }

    /// `asdict(object)`, `vars(object)`, `object.__dict__`.
    pub(super) fn fields_by_name(&mut self, state: &State<'p>, object: &Value<'p>) -> Value<'p> {
        match self.fields_held(state, object) {
            Some(fields) => {
                let is_open = matches!(object.shape, Shape::Instance { class, .. } if self.may_have_more_fields(class));
                let rest = is_open.then(Value::unknown);
                dictionary(Dictionary { entries: fields.into_iter().collect(), rest })
            }
            None => Value::from_origins(object.deep_origins(), Nullness::FULL),
        }
    }

    /// Whether objects of a class may have fields that its bodies do not name: of a base that nobody can see, computed, or
    /// let in by how the class is set up.
    fn may_have_more_fields(&mut self, class: ClassRef<'p>) -> bool {
        let is_plain =
            |base: &str| matches!(base.rsplit('.').next(), Some("object" | "NamedTuple" | "Protocol" | "ABC"));
        let outside = self.outside_bases(class);
        let is_set_up = |class: &ClassRef<'p>| {
            class.class.body.iter().any(sets_up)
                || class.class.arguments.iter().any(|argument| argument.kind != ArgumentKind::Positional)
        };
        outside.iter().any(|base| !is_plain(base) && !self.models.describes_data(base))
            || self.resolution_order(class).iter().any(is_set_up)
    }

    /// `astuple(object)`, and a named tuple that is walked.
    pub(super) fn fields_in_order(&mut self, state: &State<'p>, object: &Value<'p>) -> Value<'p> {
        match self.fields_held(state, object) {
            Some(fields) => list(fields.into_iter().map(|(_, value)| value).collect()),
            None => Value::from_origins(object.deep_origins(), Nullness::FULL),
        }
    }
}

/// Whether a statement of a class body computes a field, or says how its objects are made.
fn sets_up(statement: &Statement) -> bool {
    let is_of_language = |decorator: &Expression| matches!(&decorator.kind, ExpressionKind::Name(name) if matches!(name.as_str(), "property" | "classmethod" | "staticmethod"));
    match &statement.kind {
        StatementKind::Function(function) => !function.decorators.iter().all(is_of_language),
        StatementKind::Class(_) | StatementKind::Assign { .. } => true,
        _ => false,
    }
}

/// Fields of which some may be left out or have other names: which, the call says by `include` and `exclude`.
pub(super) fn as_chosen<'p>(fields: Value<'p>, arguments: &Arguments<'p>) -> Value<'p> {
    match &fields.shape {
        Shape::Dictionary(known) => {
            let mut known = Dictionary::clone(known);
            for (keyword, stays) in [("include", true), ("exclude", false)] {
                let Some(chosen) = arguments.keyword(keyword).filter(|chosen| !chosen.is_none()) else { continue };
                match names_in(chosen) {
                    Some(names) => known.entries.retain(|name, _| names.contains(name) == stays),
                    None => known.entries.clear(),
                }
            }
            add_rest(&mut known, &Value::unknown());
            dictionary(known)
        }
        _ => fields,
    }
}

/// The texts of a collection of which each is known.
fn names_in(chosen: &Value<'_>) -> Option<Vec<Name>> {
    let Shape::Sequence(elements) = &chosen.shape else { return None };
    elements.iter().map(|element| element.as_text().cloned()).collect()
}
