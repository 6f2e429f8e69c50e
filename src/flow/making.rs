//! How objects of the program's classes are made: by `__init__`, or by the fields that a class body annotates.

use super::interpreter::{Branches, Interpreter, one};
use super::origin::OriginKind;
use super::state::State;
use super::value::{Arguments, Nullness, Object, Shape, Value};
use crate::program::ClassRef;
use crate::source::Place;
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Name, StatementKind};
use std::rc::Rc;

/// A field that an object is made with.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: Name,
    /// Whether it is given when the object is made.
    pub(super) is_given: bool,
    /// Whether the object's text shows it.
    pub(super) is_shown: bool,
}

impl<'p> Interpreter<'p, '_> {
    /// An object of a class of the program.
    pub(super) fn instantiate(
        &mut self,
        mut state: State<'p>,
        class: ClassRef<'p>,
        arguments: Arguments<'p>,
        place: Place,
    ) -> Branches<'p> {
        if self.outside_bases(class).iter().any(|base| self.models.makes_dictionaries(base)) {
            return one(state, super::gathering::dictionary_from(&arguments));
        }
        let object = Object::At(place);
        let receiver = Value::of(Shape::Instance { class, object });
        self.object_of_program_is_made(class, &arguments, place);
        let is_exception = self.is_exception(class);
        if is_exception {
            let given = Value::of(Shape::Sequence(Rc::new(arguments.positional.clone())));
            state.set_attribute(object, Name::new_static("args"), given);
        }
        if self.find_method(class, "__init__").is_some() {
            let made = self.call_special(state, &receiver, "__init__", arguments, place).unwrap_or_default();
            return made.into_iter().map(|(state, _)| (state, receiver.clone())).collect();
        }
        let fields = self.made_of(class);
        let claims =
            arguments.rest.clone().filter(|rest| rest.origins.any(|kind| matches!(kind, OriginKind::Claims { .. })));
        if let Some(claims) = claims.as_ref().filter(|_| !fields.is_empty()) {
            self.class_may_validate(class, claims, place);
        }
        for (at, field) in fields.iter().filter(|field| field.is_given).enumerate() {
            let of_claims = |this: &mut Self| {
                let claims = claims.as_ref()?;
                Some(Value::from_origins(this.claim(&claims.origins, &field.name, place), Nullness::ANY))
            };
            let given = arguments.get(at, &field.name).cloned();
            if let Some(value) = given.or_else(|| of_claims(self)).or_else(|| arguments.rest.clone()) {
                state.set_attribute(object, field.name.clone(), value);
            }
        }
        if fields.is_empty() && !is_exception {
            let values: Vec<&Value<'p>> = arguments.iter().collect();
            self.saw(&mut state, &values, place);
        }
        match self.call_special(state.clone(), &receiver, "__post_init__", Arguments::default(), place) {
            Some(made) => made.into_iter().map(|(state, _)| (state, receiver.clone())).collect(),
            None => one(state, receiver),
        }
    }

    /// The fields that objects of a class are made with, those of its bases first.
    pub(super) fn made_of(&mut self, class: ClassRef<'p>) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for owner in self.resolution_order(class).iter().rev() {
            for statement in &owner.class.body {
                let StatementKind::AnnotatedAssign { target, annotation, value } = &statement.kind else { continue };
                let ExpressionKind::Name(name) = &target.kind else { continue };
                let span = annotation.span;
                if self.index.text(Place { file: owner.file, span }).contains("ClassVar") {
                    continue;
                }
                let field = Field {
                    name: name.clone(),
                    is_given: !is_switched_off(value.as_ref(), "init"),
                    is_shown: !is_switched_off(value.as_ref(), "repr"),
                };
                match fields.iter_mut().find(|known| known.name == *name) {
                    Some(known) => *known = field,
                    None => fields.push(field),
                }
            }
        }
        fields
    }

    /// Whether a class of the program is one of exceptions.
    pub(super) fn is_exception(&mut self, class: ClassRef<'p>) -> bool {
        self.outside_bases(class)
            .iter()
            .any(|path| path.ends_with("Error") || path.ends_with("Exception") || path.ends_with("Warning"))
    }
}

/// `field(repr=False)`.
fn is_switched_off(default: Option<&Expression>, switch: &str) -> bool {
    let Some(Expression { kind: ExpressionKind::Call { arguments, .. }, .. }) = default else { return false };
    arguments.iter().any(|Argument { kind, value }| {
        matches!(kind, ArgumentKind::Keyword(name) if name == switch)
            && matches!(value.kind, ExpressionKind::Boolean(false))
    })
}
