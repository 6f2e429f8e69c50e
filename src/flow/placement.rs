//! What surrounds a route: the way to it, the hooks that run before it, the handlers that answer when it raises. Puts
//! together what the files of a program register; runs nothing.

use rustc_hash::FxHashSet;

use super::entry::{Entry, FileEntries};
use super::event::EntryKind;
use super::passage::Unseen;
use super::routing::{Routing, Way, joined};
use crate::program::Index;
use crate::source::{FileId, Place};
use crate::syntax::tree::Name;

/// What surrounds one entry.
#[derive(Debug, Default)]
pub struct Surroundings<'a, 'p> {
    /// The hooks that run before it, in order.
    pub hooks: Vec<&'a Entry<'p>>,
    /// The handlers that may answer when it raises, the nearest first.
    pub error_handlers: Vec<&'a Entry<'p>>,
    /// Where something is put before it that nobody can follow.
    pub unseen: Option<Place>,
}

/// Hooks and error handlers of a program, and where its objects with routes lie.
#[derive(Debug, Default)]
pub struct Placement<'p> {
    routing: Routing,
    hooks: Vec<Entry<'p>>,
    error_handlers: Vec<Entry<'p>>,
    callbacks: Vec<Entry<'p>>,
    unseen: Vec<Unseen>,
    /// Hooks that stand before a route that is known.
    before_routes: FxHashSet<Place>,
}

impl<'p> Placement<'p> {
    /// Puts together what all files register, and gives each route the way that leads to it.
    pub fn of(files: &mut [FileEntries<'p>], index: &Index<'p>) -> Self {
        let mut routing = Routing::default();
        for file in files.iter_mut() {
            routing.add(std::mem::take(&mut file.made), std::mem::take(&mut file.mounts));
        }
        drop_repeats(files);
        for file in files.iter_mut() {
            file.entries = file.entries.drain(..).flat_map(|entry| on_every_way(entry, &routing)).collect();
        }
        let of_kind = |kind: EntryKind| {
            files.iter().flat_map(|file| &file.entries).filter(|entry| entry.info.kind == kind).cloned().collect()
        };
        let (hooks, error_handlers) = (of_kind(EntryKind::Hook), of_kind(EntryKind::ErrorHandler));
        let callbacks = of_kind(EntryKind::TokenCallback);
        let unseen = files.iter_mut().flat_map(|file| std::mem::take(&mut file.unseen)).collect();
        let mut placement =
            Self { routing, hooks, error_handlers, callbacks, unseen, before_routes: FxHashSet::default() };
        let entries = || files.iter().flat_map(|file| &file.entries);
        let is_before = |hook: &&Entry<'p>| {
            let mut routes = entries().filter(|entry| entry.info.kind == EntryKind::Route);
            routes.any(|route| placement.depth_around(hook, route, index).is_some())
        };
        placement.before_routes = placement.hooks.iter().filter(is_before).map(|hook| hook.info.place).collect();
        placement
    }

    /// Whether an entry is a hook before a route: what it keeps for the request is judged there.
    pub(super) fn stands_before_routes(&self, entry: Place) -> bool {
        self.before_routes.contains(&entry)
    }

    /// What surrounds an entry: nothing but a route has anything around it.
    pub fn around(&self, entry: &Entry<'p>, index: &Index<'p>) -> Surroundings<'_, 'p> {
        if entry.info.kind != EntryKind::Route {
            return Surroundings::default();
        }
        Surroundings {
            hooks: self.hooks(entry, index),
            error_handlers: self.error_handlers(entry, index),
            unseen: self.unseen(entry, index),
        }
    }

    /// The hooks that run before a route, those of the whole application first, then from the outermost blueprint inwards.
    fn hooks(&self, route: &Entry<'p>, index: &Index<'p>) -> Vec<&Entry<'p>> {
        let mut hooks = self.all_around(&self.hooks, route, index);
        hooks.sort_by_key(|(depth, _)| *depth);
        hooks.into_iter().map(|(_, hook)| hook).collect()
    }

    /// The handlers that may answer when a route raises, the nearest first.
    fn error_handlers(&self, route: &Entry<'p>, index: &Index<'p>) -> Vec<&Entry<'p>> {
        let mut handlers = self.all_around(&self.error_handlers, route, index);
        handlers.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
        handlers.into_iter().map(|(_, handler)| handler).collect()
    }

    /// Where something is put before a route that nobody can follow.
    fn unseen(&self, route: &Entry<'p>, index: &Index<'p>) -> Option<Place> {
        let holds = |unseen: &&Unseen| {
            let is_wide = unseen.owner.is_none_or(|owner| self.is_outermost(owner));
            self.depth_of(unseen.owner, is_wide, unseen.at.file, route, index).is_some()
        };
        self.unseen.iter().find(holds).map(|unseen| unseen.at)
    }

    /// The callbacks that were registered in one of these ways, on one of these objects; where no object is named, on any in
    /// the project of a file.
    pub fn callbacks(
        &self,
        ways: &[String],
        objects: &[Place],
        file: FileId,
        index: &Index<'p>,
    ) -> impl Iterator<Item = &Entry<'p>> {
        self.callbacks.iter().filter(move |callback| {
            let model = callback.model.as_deref();
            let is_of_object = match callback.owner {
                Some(owner) if !objects.is_empty() => objects.contains(&owner),
                _ => objects.is_empty() && index.is_same_project(callback.site.file, file),
            };
            is_of_object && model.is_some_and(|model| model.path.iter().any(|path| ways.contains(path)))
        })
    }

    fn all_around<'a>(
        &self,
        all: &'a [Entry<'p>],
        route: &Entry<'p>,
        index: &Index<'p>,
    ) -> Vec<(usize, &'a Entry<'p>)> {
        all.iter().filter_map(|entry| Some((self.depth_around(entry, route, index)?, entry))).collect()
    }

    /// How far inside the application something lies that surrounds a route; none where it does not.
    fn depth_around(&self, outer: &Entry<'p>, route: &Entry<'p>, index: &Index<'p>) -> Option<usize> {
        self.depth_of(outer.owner, outer.is_application_wide, outer.site.file, route, index)
    }

    fn depth_of(
        &self,
        owner: Option<Place>,
        is_application_wide: bool,
        file: FileId,
        route: &Entry<'p>,
        index: &Index<'p>,
    ) -> Option<usize> {
        let at = owner.and_then(|owner| route.way.chain.iter().position(|object| *object == owner));
        if at.is_some() {
            return if is_application_wide { Some(0) } else { at };
        }
        let is_wide = is_application_wide || owner.is_some_and(|owner| self.is_outermost(owner));
        if !is_wide {
            return None;
        }
        let applications = owner.map(|owner| self.applications(owner)).unwrap_or_default();
        let holds = match route.way.chain.first() {
            // Both applications are known: it holds for its own.
            Some(application) if route.way.is_complete && !applications.is_empty() => {
                applications.contains(application)
            }
            _ => index.is_same_project(file, route.site.file),
        };
        holds.then_some(0)
    }

    /// Whether an object is a whole application that lies under no other one.
    fn is_outermost(&self, object: Place) -> bool {
        let is_under = |way: &Way| way.chain.first() != Some(&object);
        self.routing.is_application(object) && !self.routing.ways(object).iter().any(is_under)
    }

    fn applications(&self, object: Place) -> Vec<Place> {
        let ways = self.routing.ways(object).into_iter().filter(|way| way.is_complete);
        ways.filter_map(|way| way.chain.first().copied()).collect()
    }
}

/// What tells registrations apart: the function, where it is registered, on what, at which path, and what it is called:
/// handlers that a class inherits all stand where the class does.
type Registered = (Place, Option<Place>, Option<Place>, Option<Name>, Name);

/// The same registration is met where it is written, and again wherever start-up code runs it: what says more counts.
fn drop_repeats(files: &mut [FileEntries<'_>]) {
    let mut owned: FxHashSet<(Place, Option<Place>)> = FxHashSet::default();
    let mut owned_routes: FxHashSet<Place> = FxHashSet::default();
    let mut with_path: FxHashSet<Place> = FxHashSet::default();
    // What stands in a table of routes says there what is around it.
    let mut tabled: FxHashSet<Place> = FxHashSet::default();
    for entry in files.iter().flat_map(|file| &file.entries) {
        if entry.owner.is_some() {
            owned.insert((entry.info.place, entry.at));
            owned_routes.insert(entry.info.place);
        }
        if entry.info.path.is_some() {
            with_path.insert(entry.info.place);
            if entry.at.is_none() {
                tabled.insert(entry.info.place);
            }
        }
    }
    let mut seen: FxHashSet<Registered> = FxHashSet::default();
    for file in files {
        file.entries.retain(|entry| {
            let place = entry.info.place;
            let is_hook = entry.info.kind == EntryKind::Hook;
            let says_less = entry.owner.is_none()
                && (owned.contains(&(place, entry.at))
                    || (entry.at.is_none() || is_hook) && owned_routes.contains(&place)
                    || entry.at.is_some() && tabled.contains(&place)
                    || entry.info.path.is_none() && with_path.contains(&place));
            !says_less && seen.insert((place, entry.at, entry.owner, entry.info.path.clone(), entry.info.name.clone()))
        });
    }
}

/// A route once for every way that leads to it; anything else as it is.
fn on_every_way<'p>(entry: Entry<'p>, routing: &Routing) -> Vec<Entry<'p>> {
    let Some(owner) = entry.owner.filter(|_| entry.info.kind == EntryKind::Route) else { return vec![entry] };
    let ways = routing.ways(owner).into_iter();
    let placed = ways.map(|way| {
        let mut entry = entry.clone();
        entry.info.path = entry.info.path.map(|path| joined(&way.prefix, &path).into());
        entry.way = way;
        entry
    });
    placed.collect()
}
