//! What the names of a module or class body are bound to. Looks at statements only; evaluates nothing.

use rustc_hash::FxHashMap;

use crate::syntax::tree::{
    Class, Expression, ExpressionKind, Function, ImportedName, Module, Name, Statement, StatementKind,
};

/// One thing a name is bound to.
#[derive(Clone, Debug)]
pub enum Binding<'p> {
    /// `def`.
    Function(&'p Function),
    /// `class`.
    Class(&'p Class),
    /// `import module`, bound to the module itself (`as`) or to its first component.
    Import { module: Name, is_renamed: bool },
    /// `from module import name`.
    From { level: u32, module: Name, name: Name },
    /// `name = expression`; the path leads through tuples on both sides.
    Value { expression: &'p Expression, path: Vec<usize> },
    /// `name: annotation` with or without a value.
    Annotated { annotation: &'p Expression, expression: Option<&'p Expression> },
    /// `with expression as name`.
    Context(&'p Expression),
    /// A loop, an exception, `+=`, `del`: bound, to something unknown.
    Other,
}

/// The names of a module's or class's own level.
#[derive(Debug, Default)]
pub struct ModuleScope<'p> {
    /// Bindings in order of place.
    pub names: FxHashMap<Name, Vec<Binding<'p>>>,
    /// `from module import *`: level and module.
    pub stars: Vec<(u32, Name)>,
    /// Statements of the form `object.attribute = value` or `object[key] = value` at this level.
    pub attribute_statements: Vec<&'p Statement>,
}

/// The names of a module.
pub fn module_scope(module: &Module) -> ModuleScope<'_> {
    let mut scope = ModuleScope::default();
    scope.collect(&module.body);
    scope
}

/// The names of a class body.
pub fn class_scope(class: &Class) -> ModuleScope<'_> {
    let mut scope = ModuleScope::default();
    scope.collect(&class.body);
    scope
}

impl<'p> ModuleScope<'p> {
    /// Whether anything of a top-level module from outside is imported.
    pub fn imports(&self, root: &str) -> bool {
        let is_root = |module: &Name| module.split('.').next() == Some(root);
        let is_import = |binding: &Binding<'_>| match binding {
            Binding::Import { module, .. } | Binding::From { level: 0, module, .. } => is_root(module),
            _ => false,
        };
        self.names.values().flatten().any(is_import)
            || self.stars.iter().any(|(level, module)| *level == 0 && is_root(module))
    }

    fn bind(&mut self, name: &Name, binding: Binding<'p>) {
        self.names.entry(name.clone()).or_default().push(binding);
    }

    fn collect(&mut self, body: &'p [Statement]) {
        for statement in body {
            self.collect_statement(statement);
        }
    }

    fn collect_statement(&mut self, statement: &'p Statement) {
        match &statement.kind {
            StatementKind::Function(function) => self.bind(&function.name, Binding::Function(function)),
            StatementKind::Class(class) => self.bind(&class.name, Binding::Class(class)),
            StatementKind::Import(names) => names.iter().for_each(|name| self.collect_import(name)),
            StatementKind::ImportFrom { level, module, names, star } => {
                if *star {
                    self.stars.push((*level, module.clone()));
                }
                for imported in names {
                    let binding = Binding::From { level: *level, module: module.clone(), name: imported.name.clone() };
                    self.bind(imported.alias.as_ref().unwrap_or(&imported.name), binding);
                }
            }
            StatementKind::Assign { targets, value } => {
                for target in targets {
                    self.collect_target(target, value, &mut Vec::new(), statement);
                }
            }
            StatementKind::AnnotatedAssign { target, annotation, value } => {
                if let ExpressionKind::Name(name) = &target.kind {
                    self.bind(name, Binding::Annotated { annotation, expression: value.as_ref() });
                }
            }
            StatementKind::AugmentedAssign { target, .. } => self.bind_other(target),
            StatementKind::Expression(Expression { kind: ExpressionKind::Call { .. }, .. }) => {
                self.attribute_statements.push(statement);
            }
            StatementKind::If { branches, otherwise } => {
                for (_, body) in branches {
                    self.collect(body);
                }
                self.collect(otherwise);
            }
            StatementKind::While { body, otherwise, .. } => {
                self.collect(body);
                self.collect(otherwise);
            }
            StatementKind::For { target, body, otherwise, .. } => {
                self.bind_other(target);
                self.collect(body);
                self.collect(otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.collect(body);
                for handler in handlers {
                    self.collect(&handler.body);
                }
                self.collect(otherwise);
                self.collect(finally);
            }
            StatementKind::With { items, body } => {
                for (context, target) in items {
                    if let Some(Expression { kind: ExpressionKind::Name(name), .. }) = target {
                        self.bind(name, Binding::Context(context));
                    }
                }
                self.collect(body);
            }
            StatementKind::Match { cases, .. } => cases.iter().for_each(|case| self.collect(&case.body)),
            _ => {}
        }
    }

    fn collect_import(&mut self, imported: &ImportedName) {
        if let Some(alias) = &imported.alias {
            self.bind(alias, Binding::Import { module: imported.name.clone(), is_renamed: true });
        } else {
            let first = imported.name.split('.').next().unwrap_or_default();
            self.bind(&Name::new(first), Binding::Import { module: imported.name.clone(), is_renamed: false });
        }
    }

    fn collect_target(
        &mut self,
        target: &'p Expression,
        value: &'p Expression,
        path: &mut Vec<usize>,
        statement: &'p Statement,
    ) {
        match &target.kind {
            ExpressionKind::Name(name) => self.bind(name, Binding::Value { expression: value, path: path.clone() }),
            ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    path.push(index);
                    self.collect_target(element, value, path, statement);
                    path.pop();
                }
            }
            ExpressionKind::Attribute { .. } | ExpressionKind::Subscript { .. } => {
                self.attribute_statements.push(statement);
            }
            _ => self.bind_other(target),
        }
    }

    fn bind_other(&mut self, target: &'p Expression) {
        match &target.kind {
            ExpressionKind::Name(name) => self.bind(name, Binding::Other),
            ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) => {
                for element in elements {
                    self.bind_other(element);
                }
            }
            ExpressionKind::Starred(inner) => self.bind_other(inner),
            _ => {}
        }
    }
}
