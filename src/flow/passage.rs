//! What stands before the routes of an application without being a hook that can be run: middleware from outside the
//! program, middleware of the program in a form that frameworks hand bytes to, wrappers around the whole application. It
//! sees every request, so it may be what checks the caller: promise 1.

use super::entry::Entry;
use super::event::EntryKind;
use super::interpreter::Interpreter;
use super::startup::{Registered, Target, owner};
use super::value::{Shape, Value};
use crate::models::Meaning;
use crate::models::schema::{ClassRole, EntryModel};
use crate::program::{ClassRef, triage};
use crate::source::{FileId, Place};
use crate::syntax::tree::{Expression, ExpressionKind, Name, StatementKind};
use std::sync::Arc;

/// Something that sees every request and cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Where it is put before the routes.
    pub at: Place,
    /// The application or part of one, by the place that makes it, where that is known.
    pub owner: Option<Place>,
}

/// Middleware in middleware in lists: nobody nests deeper.
const MAX_NESTING: u8 = 4;

/// What the names of classes speak of that guard the application they are made with.
const GUARDING_WORDS: [&str; 3] = ["auth", "jwt", "middleware"];

impl<'p> Interpreter<'p, '_> {
    /// Something is put before the routes of an application: written down where nobody can tell what it does.
    pub(super) fn stands_before(&mut self, passage: &Value<'p>, owner: Option<Place>, at: Place) {
        if self.record.is_none() {
            return;
        }
        if self.may_check(passage, MAX_NESTING) {
            self.is_unseen(Unseen { at, owner });
        }
        if let Some(owner) = owner {
            self.hooks_are_handed(passage, owner, at, MAX_NESTING);
        }
    }

    /// Functions that their decorators make hooks are handed to an object: they hold for what lies under it.
    fn hooks_are_handed(&mut self, passage: &Value<'p>, owner: Place, at: Place, depth: u8) {
        if let Shape::Sequence(all) | Shape::Union(all) = &passage.shape
            && depth > 0
        {
            all.iter().for_each(|one| self.hooks_are_handed(one, owner, at, depth - 1));
            return;
        }
        let Some(target @ Target::Function(place)) = self.innermost(passage) else { return };
        let Some(model) = self.hook_model(place) else { return };
        let model = EntryModel { application_wide: false, ..(*model).clone() };
        if let Some(record) = &mut self.record {
            record.registered.push(Registered::bare(target, model, Some(owner), at));
        }
    }

    fn is_unseen(&mut self, unseen: Unseen) {
        if let Some(record) = &mut self.record
            && !record.unseen.contains(&unseen)
        {
            record.unseen.push(unseen);
        }
    }

    /// Whether middleware may check the caller where the interpreter cannot follow it.
    fn may_check(&mut self, passage: &Value<'p>, depth: u8) -> bool {
        if passage.is_none() || passage.as_text().is_some() {
            return false;
        }
        if depth == 0 {
            return true;
        }
        match &passage.shape {
            Shape::Sequence(all) | Shape::Union(all) => all.iter().any(|one| self.may_check(one, depth - 1)),
            Shape::Elements(typical) => self.may_check(typical, depth - 1),
            Shape::External(path) | Shape::ExternalInstance { class: path, .. } => !self.is_harmless(path),
            _ => match self.innermost(passage) {
                Some(Target::Function(place)) => self.hook_model(place).is_none() && self.may_look_at_caller(place),
                Some(Target::Class(class)) => {
                    let is_hook = self.class_entries(class).iter().any(|entry| entry.info.kind == EntryKind::Hook);
                    // An object that is called is the hook that its decorator makes of that method.
                    let called = self.find_method(class, "__call__");
                    let is_called_hook = called.is_some_and(|(owner, function)| {
                        self.hook_model(Place { file: owner.file, span: function.name_span }).is_some()
                    });
                    !is_hook
                        && !is_called_hook
                        && (self.has_unseen_base(class) || self.may_methods_look_at_caller(class))
                }
                None => true,
            },
        }
    }

    /// Whether a model says that something from outside checks nobody, or it is an application itself.
    fn is_harmless(&self, path: &Name) -> bool {
        self.models.role(path) == Some(ClassRole::Passage)
            || matches!(self.models.meaning(path), Some(Meaning::Inert | Meaning::Transparent))
            || self.makes_application(path)
    }

    /// Whether a class inherits from one outside the program of which nothing is known.
    pub(super) fn has_unseen_base(&mut self, class: ClassRef<'p>) -> bool {
        let bases = self.outside_bases(class);
        bases
            .iter()
            .any(|base| base != "object" && !self.models.is_class(base) && self.models.view_class(base).is_none())
    }

    /// The model of the decorator that makes a function a hook, which then is run as one.
    fn hook_model(&mut self, place: Place) -> Option<Arc<EntryModel>> {
        let site = self.site_at(place)?;
        let decorators = site.function.decorators.iter();
        let mut entries = decorators.filter_map(|decorator| self.entry_of_decorator(site, decorator));
        entries.find(|entry: &Entry<'p>| entry.info.kind == EntryKind::Hook)?.model
    }

    fn may_look_at_caller(&self, place: Place) -> bool {
        self.site_at(place).is_none_or(|site| self.text_may_matter(Place { span: site.function.span, ..place }))
    }

    /// Whether a method of a class may: making an object checks nobody.
    fn may_methods_look_at_caller(&self, class: ClassRef<'p>) -> bool {
        class.class.body.iter().any(|statement| match &statement.kind {
            StatementKind::Function(function) if function.name != "__init__" => {
                self.text_may_matter(Place { file: class.file, span: function.span })
            }
            _ => false,
        })
    }

    fn text_may_matter(&self, whole: Place) -> bool {
        triage::called_function_may_matter(&self.index.program.source(whole.file).text, whole.span)
    }

    /// An object from outside is made with a whole application, and its name says that it guards it: `AuthWall(app)`.
    pub(super) fn is_made_around(&mut self, class: &Name, first: Option<&Value<'p>>, at: Place) {
        let Some(first) = first.filter(|_| self.record.is_some()) else { return };
        let Shape::ExternalInstance { class: given, .. } = &first.shape else { return };
        if self.is_harmless(class) {
            // What a harmless one is put around may be another one: `ProxyFix(AuthWall(app.wsgi_app))`.
            return if self.models.role(class) == Some(ClassRole::Passage) {
                self.stands_before(first, None, at);
            };
        }
        let words = class.to_ascii_lowercase();
        let guards = GUARDING_WORDS.iter().any(|word| words.contains(word));
        if guards && self.makes_application(given) && !self.models.is_class(class) {
            self.is_unseen(Unseen { at, owner: owner(first) });
        }
    }

    /// Decorators of a whole view class that run a function before each of its methods.
    pub(super) fn class_guards(&mut self, entry: &Entry<'p>) -> Vec<(FileId, &'p Expression)> {
        let Some(class) = entry.view_class().filter(|_| entry.info.kind == EntryKind::Route) else { return Vec::new() };
        let mut guards = Vec::new();
        for decorator in &class.class.decorators {
            let callee = match &decorator.kind {
                ExpressionKind::Call { callee, .. } => callee,
                _ => decorator,
            };
            let value = self.at_module_level(class.file, |this| this.evaluate_alone(callee));
            if let Shape::External(path) = &value.shape
                && matches!(self.models.meaning(path), Some(Meaning::Before(_)))
            {
                guards.push((class.file, decorator));
            }
        }
        guards
    }
}
