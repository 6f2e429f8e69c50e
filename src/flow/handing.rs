//! Objects that a framework makes of a class: what the registration hands over for that reaches the constructor
//! (`add_middleware(OnlyWithKey, key=KEY)`, `Orders.as_view("orders", key=KEY)`).

use super::classes::is_open;
use super::entry::Entry;
use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Arguments, Object, Shape, Value};
use crate::program::ClassRef;
use crate::source::FileId;
use crate::syntax::tree::{Argument, ArgumentKind, Expression, ExpressionKind, Name};

impl<'p> Interpreter<'p, '_> {
    /// The path on which the object of an entry was made with what its registration hands over.
    pub(super) fn with_made_object(&mut self, mut state: State<'p>, entry: &Entry<'p>) -> State<'p> {
        let Some(class) = entry.view_class() else { return state };
        let handed = self.handed_over(entry, class);
        if handed.is_empty() {
            return state;
        }
        let object = Object::SelfOf(class.place());
        let made = self.initialised_with(class, object, handed);
        for (owner, name, value) in made.attributes() {
            if owner == object {
                state.set_attribute(object, name.clone(), value.clone());
            }
        }
        state
    }

    /// The keywords of a registration that the constructor of a class takes.
    fn handed_over(&mut self, entry: &Entry<'p>, class: ClassRef<'p>) -> Vec<(Name, Value<'p>)> {
        let Some((_, constructor)) = self.find_method(class, "__init__") else { return Vec::new() };
        let Some(at) = entry.at else { return Vec::new() };
        let Some(arguments) = self.call_at(at) else { return Vec::new() };
        let made_by = self.view_class_model(class).and_then(|model| model.made_by.clone());
        let written = made_by.and_then(|made_by| inner_call(arguments, &made_by)).unwrap_or(arguments);
        let is_taken = |name: &Name| constructor.parameters.iter().skip(1).any(|parameter| parameter.name == *name);
        let keywords = written.iter().filter_map(|argument| match &argument.kind {
            ArgumentKind::Keyword(name) if is_taken(name) => Some((name.clone(), &argument.value)),
            _ => None,
        });
        keywords.map(|(name, value)| (name, self.at_top_of(at.file, value))).collect()
    }

    fn at_top_of(&mut self, file: FileId, value: &'p Expression) -> Value<'p> {
        self.at_module_level(file, |this| this.evaluate_alone(value))
    }

    /// What the constructor of a class leaves on an object, given some of its parameters.
    fn initialised_with(&mut self, class: ClassRef<'p>, object: Object, handed: Vec<(Name, Value<'p>)>) -> State<'p> {
        let Some((owner, function)) = self.find_method(class, "__init__") else { return State::default() };
        let callee = Self::plain_function(owner.file, function, Some(owner));
        let mut arguments = Arguments::of(vec![Value::of(Shape::Instance { class, object })]);
        let is_left = |name: &Name| handed.iter().all(|(known, _)| known != name);
        let others = function.parameters.iter().skip(1);
        let others = others.filter(|parameter| is_open(parameter) && is_left(&parameter.name));
        arguments.keywords.extend(others.map(|parameter| (parameter.name.clone(), Value::unknown())));
        arguments.keywords.extend(handed);
        let running = std::mem::take(&mut self.running);
        let call = |this: &mut Self| this.call(State::default(), &callee, arguments, class.place());
        let branches = self.at_module_level(owner.file, call);
        self.running = running;
        branches.into_iter().map(|(state, _)| state).reduce(|left, right| left.join(&right)).unwrap_or_default()
    }
}

/// The arguments of the call `….name(…)` among those of another one.
fn inner_call<'p>(arguments: &'p [Argument], name: &str) -> Option<&'p [Argument]> {
    arguments.iter().find_map(|argument| match &argument.value.kind {
        ExpressionKind::Call { callee, arguments } => match &callee.kind {
            ExpressionKind::Attribute { name: called, .. } if called == name => Some(arguments.as_slice()),
            _ => inner_call(arguments, name),
        },
        _ => None,
    })
}
