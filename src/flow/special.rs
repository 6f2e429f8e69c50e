//! What Python asks of the program's own objects by methods with special names: their text, equality, items, attributes,
//! elements, and what a `with` statement enters.

use super::condition::Split;
use super::containers::element_of;
use super::gathering::FIELDS;
use super::interpreter::{Branches, Interpreter, one};
use super::origin::Origins;
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::models::Models;
use crate::models::schema::ObjectText;
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{CompareOperator, ExpressionKind, Name};
use std::borrow::Cow;
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    /// Calls a method of an object of the program by its special name, where the class has one.
    pub(super) fn call_special(
        &mut self,
        state: State<'p>,
        receiver: &Value<'p>,
        name: &str,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Option<Branches<'p>> {
        let Shape::Instance { class, .. } = receiver.shape else { return None };
        let (owner, function) = self.find_method(class, name)?;
        let method = if function.decorators.is_empty() {
            Self::plain_function(owner.file, function, Some(owner))
        } else {
            self.decorated_function(owner.file, function, Some(owner))
        };
        let mut all = arguments;
        all.positional.insert(0, receiver.clone());
        Some(self.call(state, &method, all, place))
    }

    /// The result of a special method as one value, with nobody listening.
    fn ask_special(
        &mut self,
        state: &State<'p>,
        receiver: &Value<'p>,
        name: &str,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Option<Value<'p>> {
        let raised = self.frame().raised.len();
        let answers = self.quietly(|this| this.call_special(state.clone(), receiver, name, arguments, place))?;
        self.frame().raised.truncate(raised);
        Some(super::expression::join_all(answers.into_iter().map(|(_, value)| value)))
    }

    /// `object[key]` of an object of the program.
    pub(super) fn special_item(
        &mut self,
        state: &State<'p>,
        object: &Value<'p>,
        key: &Value<'p>,
        place: Place,
    ) -> Option<Value<'p>> {
        self.ask_special(state, object, "__getitem__", Arguments::of(vec![key.clone()]), place)
    }

    /// `object.name` of an object of the program that has no such attribute.
    pub(super) fn special_attribute(
        &mut self,
        state: &State<'p>,
        object: &Value<'p>,
        name: &Name,
        place: Place,
    ) -> Option<Value<'p>> {
        let key = Value::text(name.clone(), place, false);
        let is_special = name.starts_with("__");
        (!is_special).then(|| self.ask_special(state, object, "__getattr__", Arguments::of(vec![key]), place))?
    }

    /// `left == right` where one of them is an object of the program that says what it is equal to.
    pub(super) fn special_equality(
        &mut self,
        state: &State<'p>,
        operator: CompareOperator,
        left: &Value<'p>,
        right: &Value<'p>,
        place: Place,
    ) -> Option<Split<'p>> {
        let is_negative = operator == CompareOperator::NotEqual;
        if !is_negative && operator != CompareOperator::Equal {
            return None;
        }
        let own = [(left, right), (right, left)].into_iter().find_map(|(own, other)| {
            self.call_special(state.clone(), own, "__eq__", Arguments::of(vec![other.clone()]), place)
        })?;
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (state, answer) in own {
            if answer.nullness.may_be(Nullness::FULL) {
                yes.push(state.clone());
            }
            if answer.nullness != Nullness::FULL {
                no.push(state);
            }
        }
        Some(if is_negative { (no, yes) } else { (yes, no) })
    }

    /// What `with context as name` binds, and what entering does.
    pub(super) fn entered(&mut self, state: State<'p>, context: &Value<'p>, place: Place) -> Branches<'p> {
        for name in ["__enter__", "__aenter__"] {
            if let Some(entered) = self.call_special(state.clone(), context, name, Arguments::default(), place) {
                return entered;
            }
        }
        let value = match &context.shape {
            // A generator-based context manager gives what it yields.
            Shape::Elements(element) => Value::clone(element),
            _ => context.clone(),
        };
        one(state, value)
    }

    /// What an object of the program gives when it is walked or unpacked; anything else is itself.
    pub(super) fn walked(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) -> Value<'p> {
        match &value.shape {
            Shape::Instance { class, object } if self.is_named_tuple(*class) => {
                let fields = self.made_of(*class);
                let elements = fields.iter().map(|field| self.field_value(state, *class, *object, &field.name));
                let elements = elements.collect();
                Value::of(Shape::Sequence(Rc::new(elements)))
            }
            Shape::Instance { .. } => {
                let given = self.ask_special(state, value, "__iter__", Arguments::default(), place);
                given.map_or_else(|| value.clone(), |given| Value::of(Shape::Elements(Rc::new(element_of(&given)))))
            }
            Shape::ExternalInstance { at, .. } if state.attribute(Object::At(*at), &FIELDS).is_some() => {
                self.fields_in_order(state, value)
            }
            _ => value.clone(),
        }
    }

    /// The value of a field of an object: what this path or the class gives it.
    pub(super) fn field_value(
        &mut self,
        state: &State<'p>,
        class: ClassRef<'p>,
        object: Object,
        name: &Name,
    ) -> Value<'p> {
        let kept =
            state.attribute(object, name).or_else(|| self.module_attributes.get(&(object, name.clone()))).cloned();
        kept.or_else(|| self.class_attribute(class, name)).unwrap_or_else(Value::unknown)
    }

    fn is_named_tuple(&mut self, class: ClassRef<'p>) -> bool {
        self.outside_bases(class).iter().any(|base| base.ends_with("NamedTuple"))
    }

    /// A value as text carries it: objects of the program stand for what their text shows.
    pub(super) fn shown(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) -> Value<'p> {
        self.shown_otherwise(state, value, place).unwrap_or_else(|| value.clone())
    }

    /// The same where its text carries something else than the value does.
    fn shown_otherwise(&mut self, state: &State<'p>, value: &Value<'p>, place: Place) -> Option<Value<'p>> {
        if !has_object(value, self.models, 3) {
            return super::narrowing::without_absent(state, value);
        }
        let origins = self.text_of(state, value, place, 3);
        Some(Value { origins, nullness: Nullness::FULL, shape: Shape::Unknown })
    }

    /// The same for every argument of a call.
    pub(super) fn all_shown<'a>(
        &mut self,
        state: &State<'p>,
        arguments: &'a Arguments<'p>,
        place: Place,
    ) -> Cow<'a, Arguments<'p>> {
        let mut shown = Cow::Borrowed(arguments);
        for (at, value) in arguments.positional.iter().enumerate() {
            if let Some(otherwise) = self.shown_otherwise(state, value, place) {
                shown.to_mut().positional[at] = otherwise;
            }
        }
        for (at, (_, value)) in arguments.keywords.iter().enumerate() {
            if let Some(otherwise) = self.shown_otherwise(state, value, place) {
                shown.to_mut().keywords[at].1 = otherwise;
            }
        }
        shown
    }

    fn text_of(&mut self, state: &State<'p>, value: &Value<'p>, place: Place, depth: u8) -> Origins {
        if matches!(&value.shape, Shape::ExternalInstance { class, .. } if self.models.hides_secret(class)) {
            return Origins::default();
        }
        let mut all = value.origins.clone();
        let Some(depth) = depth.checked_sub(1) else { return all };
        let parts: Vec<Value<'p>> = match &value.shape {
            Shape::Instance { class, object } => self.shown_parts(state, value, *class, *object, place),
            Shape::ExternalInstance { class, at } if self.models.text_shows(class) == Some(ObjectText::Attributes) => {
                state.attributes_of(Object::At(*at)).cloned().collect()
            }
            Shape::Sequence(elements) | Shape::Union(elements) => elements.to_vec(),
            Shape::Elements(element) => vec![Value::clone(element)],
            Shape::Dictionary(dictionary) => {
                dictionary.entries.values().cloned().chain(dictionary.rest.clone()).collect()
            }
            _ => Vec::new(),
        };
        for part in parts {
            all = all.union(&self.text_of(state, &part, place, depth));
        }
        all
    }

    /// What the text of an object shows: what its own method says, an exception's arguments, the fields of a data class.
    fn shown_parts(
        &mut self,
        state: &State<'p>,
        value: &Value<'p>,
        class: ClassRef<'p>,
        object: Object,
        place: Place,
    ) -> Vec<Value<'p>> {
        for name in ["__str__", "__repr__"] {
            if let Some(text) = self.ask_special(state, value, name, Arguments::default(), place) {
                return vec![text];
            }
        }
        if self.is_exception(class) {
            return state.attribute(object, "args").cloned().into_iter().collect();
        }
        if !self.shows_fields(class) {
            return Vec::new();
        }
        let fields = self.made_of(class);
        let shown = fields.iter().filter(|field| field.is_shown);
        shown.map(|field| self.field_value(state, class, object, &field.name)).collect()
    }

    /// Whether the text of an object is made of its fields.
    fn shows_fields(&mut self, class: ClassRef<'p>) -> bool {
        let is_data = class.class.decorators.iter().any(|decorator| {
            let named = match &decorator.kind {
                ExpressionKind::Call { callee, .. } => callee,
                _ => decorator,
            };
            matches!(
                &named.kind,
                ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }
                    if matches!(name.as_str(), "dataclass" | "define" | "frozen" | "attrs" | "s")
            )
        });
        is_data
            || self.is_named_tuple(class)
            || self.outside_bases(class).iter().any(|base| self.models.describes_data(base))
    }
}

/// Whether a value is or holds an object of the program.
fn has_object(value: &Value<'_>, models: &Models, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &value.shape {
        Shape::Instance { .. } => true,
        Shape::ExternalInstance { class, .. } => models.text_shows(class).is_some(),
        Shape::Sequence(elements) | Shape::Union(elements) => {
            elements.iter().any(|element| has_object(element, models, depth))
        }
        Shape::Elements(element) => has_object(element, models, depth),
        Shape::Dictionary(dictionary) => {
            dictionary.entries.values().chain(&dictionary.rest).any(|value| has_object(value, models, depth))
        }
        _ => false,
    }
}
