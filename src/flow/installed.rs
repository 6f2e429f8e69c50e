//! What stands before all routes because a setting lists it (`MIDDLEWARE = ["shop.middleware.TokenRequired"]`): classes and
//! functions that are made with what goes on to the route, and then called with the request.

use super::entry::Entry;
use super::event::{EntryInfo, EntryKind};
use super::interpreter::{Branches, Interpreter, one};
use super::passage::Unseen;
use super::registration::no_function;
use super::startup::Target;
use super::state::State;
use super::value::{Arguments, Shape, Value};
use super::walk::Site;
use crate::models::schema::{HandlerModel, InstalledModel};
use crate::program::{ClassRef, vocabulary};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};
use crate::syntax::visit;

impl<'p> Interpreter<'p, '_> {
    /// What a settings module puts before all routes.
    pub(super) fn installed(
        &mut self,
        file: FileId,
        body: &'p [Statement],
        entries: &mut Vec<Entry<'p>>,
        unseen: &mut Vec<Unseen>,
    ) {
        let models = self.models;
        for model in models.installed() {
            let mut names = Vec::new();
            listed(body, &model.setting, &mut names);
            for (dotted, span) in names {
                self.is_installed(model, dotted, Place { file, span }, entries, unseen);
            }
        }
    }

    fn is_installed(
        &mut self,
        model: &InstalledModel,
        dotted: &Name,
        at: Place,
        entries: &mut Vec<Entry<'p>>,
        unseen: &mut Vec<Unseen>,
    ) {
        let value = self.at_module_level(at.file, |this| this.named_object(at.file, dotted));
        let site = match self.innermost(&value) {
            Some(Target::Class(class)) => Some(self.site_of_class(class, model)),
            Some(Target::Function(place)) => self.site_at(place),
            None => None,
        };
        let Some(site) = site else {
            let is_harmless = model.harmless.iter().any(|known| dotted.starts_with(known.as_str()));
            let last = dotted.rsplit('.').next().unwrap_or_default();
            if !is_harmless && vocabulary::sounds_like_check(last) {
                unseen.push(Unseen { at, owner: None });
            }
            return;
        };
        let handler = HandlerModel {
            request_class: Some(model.request.clone()),
            is_made_with_continuation: true,
            ..HandlerModel::default()
        };
        let name = dotted.rsplit('.').next().unwrap_or_default().into();
        let place =
            if site.function.name.is_empty() { site.class.map_or(at, |class| class.place()) } else { site.place() };
        let info = EntryInfo { kind: EntryKind::Hook, name, path: None, methods: Vec::new(), place };
        entries.push(Entry { is_application_wide: true, handler, ..Entry::new(site, info) });
    }

    /// The method of a class that is called first.
    fn site_of_class(&mut self, class: ClassRef<'p>, model: &InstalledModel) -> Site<'p> {
        let names = std::iter::once("__call__").chain(model.methods.iter().map(String::as_str));
        let found = names.into_iter().find_map(|name| self.find_method(class, name));
        let (file, function) = found.map_or((class.file, no_function()), |(owner, function)| (owner.file, function));
        Site { file, function, class: Some(class), outer: None, outer_class: None }
    }

    /// Makes what is installed with what goes on behind it, and calls it with the request.
    pub(super) fn go_through(&mut self, state: State<'p>, hook: &Entry<'p>, number: usize) -> Branches<'p> {
        let at = hook.info.place;
        let goes_on = Value::of(Shape::Continuation(number + 1));
        let callee = match hook.site.class {
            Some(class) => Value::of(Shape::Class(class)),
            None => Self::plain_function(hook.site.file, hook.site.function, None),
        };
        let request = self.handed_request(hook);
        let is_its = |model: &&InstalledModel| Some(&model.request) == hook.handler.request_class.as_ref();
        let methods = self.models.installed().iter().find(is_its).map_or(&[][..], |model| &model.methods);
        let made = self.call(state, &callee, Arguments::of(vec![goes_on]), at);
        self.then(made, |this, state, object| match object.shape {
            Shape::Instance { class, .. } if this.find_method(class, "__call__").is_none() => {
                this.through_methods(state, &object, methods, &request, number, at)
            }
            _ => this.call(state, &object, Arguments::of(vec![request.clone()]), at),
        })
    }

    /// Methods that answer, or give `None` and let the request on.
    fn through_methods(
        &mut self,
        state: State<'p>,
        object: &Value<'p>,
        methods: &[String],
        request: &Value<'p>,
        number: usize,
        at: Place,
    ) -> Branches<'p> {
        let Some((first, rest)) = methods.split_first() else { return self.go_on(state, number + 1) };
        let Shape::Instance { class, .. } = object.shape else { return self.go_on(state, number + 1) };
        if self.find_method(class, first).is_none() {
            return self.through_methods(state, object, rest, request, number, at);
        }
        let found = self.attribute(state, object, &Name::new(first), at);
        let arguments = Arguments { rest: Some(Value::unknown()), ..Arguments::of(vec![request.clone()]) };
        let answers = self.then(found, |this, state, method| this.call(state, &method, arguments.clone(), at));
        self.then(answers, |this, state, answer| {
            if answer.is_none() || answer.is_unseen() {
                this.through_methods(state, object, rest, request, number, at)
            } else {
                one(state, answer)
            }
        })
    }
}

/// The texts in everything that a name of a settings module is given, in order.
fn listed<'p>(body: &'p [Statement], names: &[String], found: &mut Vec<(&'p Name, crate::source::Span)>) {
    let is_setting = |target: &Expression| matches!(&target.kind, ExpressionKind::Name(name) if names.iter().any(|known| known == name));
    let mut take = |written: &'p Expression| {
        visit::expression(written, &mut |inner| {
            if let ExpressionKind::String(text) = &inner.kind {
                found.push((text, inner.span));
            }
        });
    };
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { targets, value } if targets.iter().any(is_setting) => take(value),
            StatementKind::AugmentedAssign { target, value, .. }
            | StatementKind::AnnotatedAssign { target, value: Some(value), .. }
                if is_setting(target) =>
            {
                take(value);
            }
            StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, arguments }, .. }) => {
                if matches!(&callee.kind, ExpressionKind::Attribute { value, .. } if is_setting(value)) {
                    arguments.iter().for_each(|argument| take(&argument.value));
                }
            }
            _ => {}
        }
    }
}
