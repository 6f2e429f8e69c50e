//! Names that a function assigns outside itself: `global` and `nonlocal`, and the variables of a function that functions
//! inside it assign to.

use super::interpreter::Interpreter;
use super::state::State;
use super::value::{Arguments, Closure, Code, Object, Value};
use super::walk;
use crate::source::{FileId, Place};
use crate::syntax::tree::{Name, Statement, StatementKind};
use std::rc::Rc;

/// Where names of a function live that do not live in it alone.
#[derive(Debug, Default)]
pub struct Scoping {
    /// Names of the module.
    globals: Vec<Name>,
    /// Variables shared with other functions, and the function they belong to.
    cells: Vec<(Name, Place)>,
}

impl<'p> Interpreter<'p, '_> {
    /// What a function shares with those around it and inside it; none for nearly all.
    pub(super) fn scoping(&mut self, closure: &Closure<'p>) -> Option<Rc<Scoping>> {
        let Code::Function(function) = closure.code else { return None };
        let own = closure.code.place(closure.file);
        if let Some(known) = self.scopings.get(&own) {
            return known.clone();
        }
        let text = self.index.text(Place { file: closure.file, span: function.span });
        let found = (text.contains("global ") || text.contains("nonlocal ")).then(|| {
            let mut scoping = Scoping::default();
            let mut shared = Vec::new();
            declared(&function.body, &mut scoping.globals, &mut shared);
            for name in shared {
                if let Some(owner) = self.owner_of(closure, &name) {
                    scoping.cells.push((name, owner));
                }
            }
            let mut inside = Vec::new();
            shared_inside(&function.body, &mut inside);
            for name in inside {
                if !scoping.cells.iter().any(|(known, _)| *known == name) {
                    scoping.cells.push((name, own));
                }
            }
            Rc::new(scoping)
        });
        self.scopings.insert(own, found.clone());
        found
    }

    /// The function around a closure that a `nonlocal` name belongs to.
    fn owner_of(&self, closure: &Closure<'p>, name: &Name) -> Option<Place> {
        let mut scope = closure.scope.as_ref();
        while let Some(current) = scope {
            let scoping = self.scopings.get(&current.function).and_then(Option::as_ref);
            let cell = scoping.and_then(|scoping| scoping.cells.iter().find(|(known, _)| known == name));
            if let Some((_, owner)) = cell {
                return Some(*owner);
            }
            scope = current.parent.as_ref();
        }
        None
    }

    /// The object that holds a name of the running function, where that is not the function alone.
    pub(super) fn shared_home(&self, name: &Name) -> Option<Object> {
        let frame = self.frames.last()?;
        let scoping = frame.scoping.as_ref()?;
        if scoping.globals.contains(name) {
            return Some(Object::Module(frame.file));
        }
        scoping.cells.iter().find(|(known, _)| known == name).map(|(_, owner)| Object::Cell(*owner))
    }

    /// What functions of a module assign to one of its names by `global`, when they run.
    pub(super) fn assigned_by_functions(&mut self, file: FileId, name: &Name) -> Option<Value<'p>> {
        let index = self.index;
        if !index.program.source(file).text.contains("global ") {
            return None;
        }
        let mut all: Option<Value<'p>> = None;
        let assigners = self.assigners(file);
        for (_, site) in assigners.iter().filter(|(assigned, _)| assigned == name) {
            let found = self.assigned_by(site, name);
            all = Some(all.map_or_else(|| found.clone(), |known| known.join(&found)));
        }
        all
    }

    /// The names that functions of a file declare as global, each with the function that does, in order of place.
    fn assigners(&mut self, file: FileId) -> Rc<Vec<(Name, walk::Site<'p>)>> {
        if let Some(known) = self.assigners.get(&file) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        for site in self.index.module(file).map(|module| walk::functions(file, &module.body)).unwrap_or_default() {
            let mut globals = Vec::new();
            declared(&site.function.body, &mut globals, &mut Vec::new());
            globals.sort();
            globals.dedup();
            found.extend(globals.into_iter().map(|name| (name, site)));
        }
        let found = Rc::new(found);
        self.assigners.insert(file, Rc::clone(&found));
        found
    }

    fn assigned_by(&mut self, site: &walk::Site<'p>, name: &Name) -> Value<'p> {
        if site.outer.is_some() {
            return Value::unknown();
        }
        let callee = Self::plain_function(site.file, site.function, site.class);
        let arguments = Arguments { rest: Some(Value::unknown()), ..Arguments::default() };
        let home = Object::Module(site.file);
        let branches =
            self.at_module_level(site.file, |this| this.call(State::default(), &callee, arguments, site.place()));
        let held = branches.iter().filter_map(|(state, _)| state.attribute(home, name).cloned());
        held.reduce(|left, right| left.join(&right)).unwrap_or_else(Value::unknown)
    }
}

/// Names that a body declares as global and as belonging to a function around it; functions inside speak for themselves.
fn declared(body: &[Statement], globals: &mut Vec<Name>, shared: &mut Vec<Name>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Global(names) => globals.extend(names.iter().cloned()),
            StatementKind::Nonlocal(names) => shared.extend(names.iter().cloned()),
            StatementKind::Function(_) | StatementKind::Class(_) => {}
            _ => walk::bodies(statement).into_iter().for_each(|inner| declared(inner, globals, shared)),
        }
    }
}

/// Names that functions inside a body declare as belonging to a function around them.
fn shared_inside(body: &[Statement], names: &mut Vec<Name>) {
    for statement in body {
        if let StatementKind::Function(function) = &statement.kind {
            declared(&function.body, &mut Vec::new(), names);
        }
        walk::bodies(statement).into_iter().for_each(|inner| shared_inside(inner, names));
    }
}
