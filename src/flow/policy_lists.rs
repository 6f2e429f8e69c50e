//! Which policies stand before a route: what its registration, its decorators, its class and the settings name, the nearest
//! first. How they are asked stands in `policies.rs`.

use super::entry::Entry;
use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Arguments, Object, Shape, Value};
use crate::models::schema::PolicyModel;
use crate::program::{Binding, ClassRef};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Argument, ArgumentKind, BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};
use std::sync::Arc;

/// Policies combined in policies: nobody nests deeper.
const MAX_NESTING: u8 = 6;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Policy<'p> {
    /// A class or an object of one.
    One(Value<'p>),
    /// All of them have to say yes.
    All(Vec<Policy<'p>>),
    /// One of them has to.
    Any(Vec<Policy<'p>>),
    /// The opposite of one.
    Not(Box<Policy<'p>>),
    /// Nobody can tell what.
    Unseen,
}

/// The policies of one kind that stand before a route.
pub(super) struct Asked<'p> {
    pub(super) model: Arc<PolicyModel>,
    pub(super) policies: Vec<Policy<'p>>,
    pub(super) at: Place,
}

impl<'p> Interpreter<'p, '_> {
    /// What of one kind stands before a route: the nearest place that names any counts.
    pub(super) fn policies_before(&mut self, entry: &Entry<'p>, model: Arc<PolicyModel>) -> Asked<'p> {
        let at = entry.info.place;
        let written = self.asked_by_registration(entry, &model).or_else(|| self.asked_by_decorator(entry, &model));
        if let Some((file, list)) = written {
            return Asked {
                policies: self.listed(file, list, MAX_NESTING),
                model,
                at: Place { file, span: list.span },
            };
        }
        if let Some(class) = entry.view_class() {
            if let Some((owner, _)) = self.find_method(class, &model.getter) {
                return Asked { policies: self.asked_by_getter(class, entry, &model), model, at: owner.place() };
            }
            let (policies, at) = self.asked_by_class(class, &model);
            return Asked { model, policies, at };
        }
        Asked { policies: self.asked_by_default(entry.site.file, &model), model, at }
    }

    /// What a view's class says, or the settings in its place.
    fn asked_by_class(&mut self, class: ClassRef<'p>, model: &PolicyModel) -> (Vec<Policy<'p>>, Place) {
        if let Some((file, list)) = self.asked_by_attribute(class, model) {
            return (self.listed(file, list, MAX_NESTING), Place { file, span: list.span });
        }
        if self.has_unseen_base(class) {
            return (vec![Policy::Unseen], class.place());
        }
        (self.asked_by_default(class.file, model), class.place())
    }

    fn asked_by_default(&mut self, file: FileId, model: &PolicyModel) -> Vec<Policy<'p>> {
        self.asked_by_setting(file, model)
            .unwrap_or_else(|| model.default.iter().map(|path| Policy::One(Value::external(path.as_str()))).collect())
    }

    /// `super().get_permissions()` of a view whose policies are being asked for: what the framework would give.
    pub(super) fn policies_of_base(&mut self, name: &str) -> Option<Value<'p>> {
        let (class, model) = self.policies_of.clone().filter(|(_, model)| model.getter == name)?;
        let (policies, _) = self.asked_by_class(class, &model);
        let values = policies.into_iter().map(|policy| match policy {
            Policy::One(value) => value,
            _ => Value::unknown(),
        });
        Some(Value::of(Shape::Sequence(std::rc::Rc::new(values.collect()))))
    }

    /// `as_view(permission_classes=[…])`.
    fn asked_by_registration(&mut self, entry: &Entry<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let at = entry.at?;
        let arguments = self.call_at(at)?;
        listed_as(arguments, model).map(|list| (at.file, list))
    }

    /// `@permission_classes([…])`.
    fn asked_by_decorator(&mut self, entry: &Entry<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let file = entry.site.file;
        entry.site.function.decorators.iter().find_map(|decorator| {
            let ExpressionKind::Call { callee, arguments } = &decorator.kind else { return None };
            // `@action(detail=True, permission_classes=[…])`.
            if let Some(list) = listed_as(arguments, model) {
                return Some((file, list));
            }
            let value = self.at_module_level(file, |this| this.evaluate_alone(callee));
            let Shape::External(path) = &value.shape else { return None };
            let path = self.models.canonical(path);
            let is_one = model.decorator.iter().any(|known| *known == *path);
            is_one.then(|| arguments.first().map(|argument| (file, &argument.value)))?
        })
    }

    /// The attribute of a view's class, where one of its classes sets it once.
    fn asked_by_attribute(&mut self, class: ClassRef<'p>, model: &PolicyModel) -> Option<(FileId, &'p Expression)> {
        let order = self.resolution_order(class);
        order.iter().find_map(|owner| {
            let scope = self.class_scope(*owner);
            match scope.names.get(model.attribute.as_str())?.last()?.binding {
                Binding::Value { expression, ref path } if path.is_empty() => Some((owner.file, expression)),
                Binding::Annotated { expression: Some(expression), .. } => Some((owner.file, expression)),
                _ => None,
            }
        })
    }

    /// What `get_permissions(self)` of the program gives, on all its paths.
    fn asked_by_getter(&mut self, class: ClassRef<'p>, entry: &Entry<'p>, model: &Arc<PolicyModel>) -> Vec<Policy<'p>> {
        let receiver = Value::of(Shape::Instance { class, object: Object::SelfOf(class.place()) });
        let name = Name::new(&model.getter);
        let place = class.place();
        let state = self.with_request(State::default(), entry);
        self.policies_of = Some((class, Arc::clone(model)));
        let answers = self.at_module_level(class.file, |this| {
            let methods = this.attribute(state, &receiver, &name, place);
            this.then(methods, |this, state, method| this.call(state, &method, Arguments::default(), place))
        });
        self.policies_of = None;
        // One list is the policies; one of several, by the request, cannot be told apart here.
        match answers.as_slice() {
            [(_, Value { shape: Shape::Sequence(elements), .. })] => {
                elements.iter().map(|element| as_policy(element.clone())).collect()
            }
            _ => vec![Policy::Unseen],
        }
    }

    /// The setting that names them for all routes.
    fn asked_by_setting(&mut self, file: FileId, model: &PolicyModel) -> Option<Vec<Policy<'p>>> {
        let mut keys = model.setting.split('.');
        let first = Name::new(keys.next()?);
        let mut value = self.at_module_level(file, |this| this.configuration_value(&first))?;
        for key in keys {
            value = match &value.shape {
                Shape::Dictionary(dictionary) => match dictionary.entries.get(key) {
                    Some(found) => found.clone(),
                    None if dictionary.rest.is_none() => return None,
                    None => return Some(vec![Policy::Unseen]),
                },
                _ => return Some(vec![Policy::Unseen]),
            };
        }
        let Shape::Sequence(names) = &value.shape else { return Some(vec![Policy::Unseen]) };
        Some(names.iter().map(|name| self.named_policy(file, name)).collect())
    }

    fn named_policy(&mut self, file: FileId, name: &Value<'p>) -> Policy<'p> {
        match name.as_text() {
            Some(dotted) => {
                let found = self.named_object(file, dotted);
                as_policy(if matches!(found.shape, Shape::Unknown) { Value::external(dotted.clone()) } else { found })
            }
            None => as_policy(name.clone()),
        }
    }

    /// The policies of a written list.
    fn listed(&mut self, file: FileId, list: &'p Expression, depth: u8) -> Vec<Policy<'p>> {
        let elements = self.elements_of(file, list);
        elements.into_iter().flat_map(|(file, element)| self.listed_one(file, element, list, depth)).collect()
    }

    fn listed_one(
        &mut self,
        file: FileId,
        element: &'p Expression,
        list: &'p Expression,
        depth: u8,
    ) -> Vec<Policy<'p>> {
        let Some(depth) = depth.checked_sub(1) else { return vec![Policy::Unseen] };
        // `PUBLIC + [HasKey]`, or a list that another file holds.
        let is_whole = std::ptr::eq(element, list);
        match &element.kind {
            ExpressionKind::Binary { left, operator: BinaryOperator::Add, right } if is_whole => {
                let mut all = self.listed(file, left, depth);
                all.extend(self.listed(file, right, depth));
                all
            }
            ExpressionKind::Starred(inner) => self.listed(file, inner, depth),
            _ if is_whole => {
                let value = self.at_module_level(file, |this| this.evaluate_alone(element));
                match &value.shape {
                    Shape::Sequence(elements) => elements.iter().map(|one| as_policy(one.clone())).collect(),
                    _ => vec![Policy::Unseen],
                }
            }
            _ => vec![self.combined(file, element, depth)],
        }
    }

    /// `IsOwner | (IsAuthenticated & ~IsGuest)`.
    fn combined(&mut self, file: FileId, written: &'p Expression, depth: u8) -> Policy<'p> {
        let Some(depth) = depth.checked_sub(1) else { return Policy::Unseen };
        match &written.kind {
            ExpressionKind::Binary {
                left,
                operator: operator @ (BinaryOperator::BitOr | BinaryOperator::BitAnd),
                right,
            } => {
                let both = vec![self.combined(file, left, depth), self.combined(file, right, depth)];
                if *operator == BinaryOperator::BitOr { Policy::Any(both) } else { Policy::All(both) }
            }
            ExpressionKind::Unary { operator: UnaryOperator::Invert, operand } => {
                Policy::Not(Box::new(self.combined(file, operand, depth)))
            }
            _ => {
                let value = self.at_module_level(file, |this| this.evaluate_alone(written));
                as_policy(value)
            }
        }
    }
}

/// The list that an argument called like the class attribute gives.
fn listed_as<'p>(arguments: &'p [Argument], model: &PolicyModel) -> Option<&'p Expression> {
    let is_list =
        |argument: &&Argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if *name == model.attribute);
    arguments.iter().find(is_list).map(|argument| &argument.value)
}

fn as_policy(value: Value<'_>) -> Policy<'_> {
    match &value.shape {
        Shape::Class(_)
        | Shape::Instance { .. }
        | Shape::External(_)
        | Shape::ExternalInstance { .. }
        | Shape::Partial(_) => Policy::One(value),
        _ => Policy::Unseen,
    }
}
