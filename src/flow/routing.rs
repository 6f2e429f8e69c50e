//! Where the objects that hold routes lie in the end: which application a blueprint belongs to, which prefixes stand before
//! its routes, which hooks hold for them. Plain data of the whole program, put together from what each file registers.

use rustc_hash::FxHashMap;

use super::startup::{Made, Mount, Prefix};
use crate::source::Place;
use crate::syntax::tree::Name;

/// Objects under objects are followed this deep; real programs nest blueprints two or three deep.
const MAX_NESTING: usize = 6;

/// Ways to one object that are kept apart.
const MAX_WAYS: usize = 6;

/// What stands for a prefix that nobody can read.
const UNREADABLE: &str = "/…";

/// Everything that is known of objects with routes.
#[derive(Debug, Default)]
pub struct Routing {
    made: FxHashMap<Place, Made>,
    mounts: FxHashMap<Place, Vec<Mount>>,
}

/// One way from an application to an object on which routes are registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The objects passed, the outermost first, the object itself last.
    pub chain: Vec<Place>,
    /// Where the objects were put under each other.
    pub mounted: Vec<Place>,
    /// The path before its routes.
    pub prefix: String,
    /// The names of the objects that have one, the application left out.
    pub names: Vec<Name>,
    /// Whether it begins at an application: otherwise what lies above is not known.
    pub is_complete: bool,
}

impl Routing {
    /// Adds what a file did at start-up.
    pub fn add(&mut self, made: Vec<(Place, Made)>, mounts: Vec<Mount>) {
        for (place, object) in made {
            let known = self.made.entry(place).or_default();
            known.name = known.name.take().or(object.name);
            known.prefix = known.prefix.take().or(object.prefix);
            known.is_application |= object.is_application;
        }
        for mount in mounts {
            let known = self.mounts.entry(mount.child).or_default();
            if !known.contains(&mount) {
                known.push(mount);
            }
        }
    }

    /// Whether an object is a whole application.
    pub fn is_application(&self, object: Place) -> bool {
        self.made.get(&object).is_some_and(|made| made.is_application)
    }

    /// Every way to an object.
    pub fn ways(&self, object: Place) -> Vec<Way> {
        self.ways_to_depth(object, MAX_NESTING)
    }

    fn ways_to_depth(&self, object: Place, depth: usize) -> Vec<Way> {
        let made = self.made.get(&object).cloned().unwrap_or_default();
        let own = made.prefix.as_deref().unwrap_or_default();
        let mut mounts: Vec<&Mount> = self.mounts.get(&object).into_iter().flatten().collect();
        // A factory that is also run with unknown arguments mounts the same thing again: what can be read counts.
        if mounts.iter().any(|mount| mount.prefix != Prefix::Unreadable) {
            mounts.retain(|mount| mount.prefix != Prefix::Unreadable);
        }
        mounts.sort_by_key(|mount| mount.parent);
        let mut ways = Vec::new();
        for mount in mounts.into_iter().filter(|_| depth > 0) {
            let given = match &mount.prefix {
                Prefix::Absent => None,
                Prefix::Known(prefix) => Some(prefix.as_str()),
                Prefix::Unreadable => Some(UNREADABLE),
            };
            for mut way in self.ways_to_depth(mount.parent, depth - 1) {
                way.prefix = match given {
                    Some(given) if mount.replaces_prefix => joined(&way.prefix, given),
                    Some(given) => joined(&joined(&way.prefix, given), own),
                    None => joined(&way.prefix, own),
                };
                way.chain.push(object);
                way.mounted.extend(mount.at);
                way.names.extend(made.name.clone());
                ways.push(way);
            }
        }
        if ways.is_empty() {
            let is_complete = made.is_application;
            let names = made.name.filter(|_| !is_complete).into_iter().collect();
            ways.push(Way { chain: vec![object], mounted: Vec::new(), prefix: own.to_owned(), names, is_complete });
        }
        ways.truncate(MAX_WAYS);
        ways
    }
}

/// What stands for a variable part in the path of a typical request: no program writes it in a list of paths.
const ANY_PART: &str = "\u{fffc}";

/// The path of a typical request to a route: `/users/<int:id>` with something in the place of the variable.
pub fn typical(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, variable)) = rest.split_once('<') {
        out.push_str(before);
        out.push_str(ANY_PART);
        rest = variable.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// Two parts of a path with one slash between them.
pub fn joined(left: &str, right: &str) -> String {
    match (left, right) {
        ("", _) => right.to_owned(),
        (_, "") => left.to_owned(),
        _ => format!("{}/{}", left.trim_end_matches('/'), right.trim_start_matches('/')),
    }
}
