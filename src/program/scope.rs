//! What the names of a module or class body are bound to. Looks at statements only; evaluates nothing.

use rustc_hash::FxHashMap;

use crate::source::{FileId, Place};
use crate::syntax::visit;

use crate::syntax::tree::{
    BinaryOperator, Class, Expression, ExpressionKind, Function, ImportedName, Name, Pattern, Statement, StatementKind,
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
    /// `match expression: case name`.
    Case(&'p Expression),
    /// `for name in expression`; the path leads through tuples.
    Element { iterable: &'p Expression, path: Vec<usize> },
    /// `name += expression`.
    Augmented { operator: BinaryOperator, expression: &'p Expression },
    /// Bound, to something unknown.
    Other,
}

impl<'p> Binding<'p> {
    /// The expression that gives the name its value.
    pub fn value(&self) -> Option<&'p Expression> {
        match self {
            Self::Value { expression, path } if path.is_empty() => Some(expression),
            Self::Annotated { expression, .. } => *expression,
            _ => None,
        }
    }

    /// Where the expression stands that gives the name its value.
    pub fn place(&self, file: FileId) -> Option<Place> {
        match self {
            Self::Value { expression, .. } | Self::Annotated { expression: Some(expression), .. } => {
                Some(Place { file, span: expression.span })
            }
            _ => None,
        }
    }

    /// Whether what is bound is made of what the name held before: `KEY = KEY.strip()`.
    pub fn mentions(&self, name: &str) -> bool {
        let (Self::Value { expression, .. } | Self::Annotated { expression: Some(expression), .. }) = self else {
            return matches!(self, Self::Augmented { .. });
        };
        let mut is_found = false;
        visit::expression(expression, &mut |inner| {
            is_found |= matches!(&inner.kind, ExpressionKind::Name(known) if known == name);
        });
        is_found
    }
}

/// A binding and what it means for those before it.
#[derive(Clone, Debug)]
pub struct Bound<'p> {
    /// What the name is bound to.
    pub binding: Binding<'p>,
    /// Whether it always runs: what stood there before is gone. Otherwise either may hold.
    pub replaces: bool,
    /// Whether it stands in for an import that failed (`except ImportError:`).
    pub is_fallback: bool,
    /// Whether it is what the program wants where nothing fails: the body of a `try`.
    pub is_tried: bool,
}

/// The names of a module's or class's own level.
#[derive(Debug, Default)]
pub struct ModuleScope<'p> {
    /// Bindings in order of place.
    pub names: FxHashMap<Name, Vec<Bound<'p>>>,
    /// Names that only a type checker sees bound (`if TYPE_CHECKING:`): what they mean where nothing else binds them.
    type_only: FxHashMap<Name, Vec<Bound<'p>>>,
    /// `from module import *`: level and module.
    pub stars: Vec<(u32, Name)>,
    /// Statements that change what a name holds without binding it, by that name: `object.attribute = value`,
    /// `object[key] = value`, `object.update(…)`.
    pub changes: FxHashMap<Name, Vec<&'p Statement>>,
    /// How many conditions and loops are open where the next binding stands.
    conditions: u32,
    /// How many handlers of a failed import are open there.
    fallbacks: u32,
    /// How many bodies of `try` are open there, with nothing else between.
    tries: u32,
}

/// The names that the body of a module, class or function binds.
pub fn body_scope(body: &[Statement]) -> ModuleScope<'_> {
    let mut scope = ModuleScope::default();
    scope.collect(body);
    scope.finish()
}

impl<'p> ModuleScope<'p> {
    /// Whether anything of a top-level module from outside is imported.
    pub fn imports(&self, root: &str) -> bool {
        let is_root = |module: &Name| module.split('.').next() == Some(root);
        let is_import = |binding: &Binding<'_>| match binding {
            Binding::Import { module, .. } | Binding::From { level: 0, module, .. } => is_root(module),
            _ => false,
        };
        self.names.values().flatten().any(|bound| is_import(&bound.binding))
            || self.stars.iter().any(|(level, module)| *level == 0 && is_root(module))
    }

    fn bind(&mut self, name: &Name, binding: Binding<'p>) {
        let replaces = self.conditions == 0;
        let bindings = self.names.entry(name.clone()).or_default();
        let is_tried = self.tries > 0 && self.tries == self.conditions;
        bindings.push(Bound { binding, replaces, is_fallback: self.fallbacks > 0, is_tried });
    }

    fn finish(mut self) -> Self {
        let mut names = std::mem::take(&mut self.type_only);
        names.extend(self.names);
        Self { names, ..self }
    }

    /// What runs only under a condition, or more than once.
    fn collect_conditional(&mut self, body: &'p [Statement]) {
        self.conditions += 1;
        self.collect(body);
        self.conditions -= 1;
    }

    /// What only a type checker reads stands in for names that nothing else binds.
    fn collect_types(&mut self, body: &'p [Statement]) {
        let mut types = Self::default();
        types.collect(body);
        self.type_only.extend(types.finish().names);
    }

    fn collect(&mut self, body: &'p [Statement]) {
        for statement in body {
            self.collect_statement(statement);
        }
    }

    fn collect_statement(&mut self, statement: &'p Statement) {
        match &statement.kind {
            // `@name.setter` and `@overload` say more of a function that stands elsewhere.
            StatementKind::Function(function)
                if is_part_of_another(function) && self.names.contains_key(&function.name) => {}
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
                } else {
                    self.collect_change(target, statement);
                }
            }
            StatementKind::AugmentedAssign { target, operator, value } => match &target.kind {
                ExpressionKind::Name(name) => {
                    self.bind(name, Binding::Augmented { operator: *operator, expression: value });
                }
                _ => self.collect_change(target, statement),
            },
            StatementKind::Expression(Expression { kind: ExpressionKind::Call { callee, .. }, .. }) => {
                if let ExpressionKind::Attribute { value, name, .. } = &callee.kind
                    && is_change(name)
                {
                    self.collect_change(value, statement);
                }
            }
            StatementKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    if is_for_types(test) {
                        self.collect_types(body);
                    } else {
                        self.collect_conditional(body);
                    }
                }
                if branches.iter().all(|(test, _)| is_for_types(test)) {
                    self.collect(otherwise);
                } else {
                    self.collect_conditional(otherwise);
                }
            }
            StatementKind::While { body, otherwise, .. } => {
                self.collect_conditional(body);
                self.collect_conditional(otherwise);
            }
            StatementKind::For { target, iterable, body, otherwise } => {
                self.conditions += 1;
                self.collect_element(target, iterable, &mut Vec::new());
                self.conditions -= 1;
                self.collect_conditional(body);
                self.collect_conditional(otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.tries += 1;
                self.collect_conditional(body);
                self.tries -= 1;
                for handler in handlers {
                    let is_fallback = handler.exception.as_ref().is_some_and(names_import_error);
                    self.fallbacks += u32::from(is_fallback);
                    self.collect_conditional(&handler.body);
                    self.fallbacks -= u32::from(is_fallback);
                }
                self.collect_conditional(otherwise);
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
            StatementKind::Match { subject, cases } => {
                self.conditions += 1;
                for case in cases {
                    if let Pattern::Capture(Some(name)) | Pattern::As { name, .. } = &case.pattern {
                        self.bind(name, Binding::Case(subject));
                    }
                    self.collect(&case.body);
                }
                self.conditions -= 1;
            }
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
                self.collect_change(target, statement);
            }
            _ => self.bind_other(target),
        }
    }

    /// A statement that changes what the first name of an expression holds.
    fn collect_change(&mut self, target: &'p Expression, statement: &'p Statement) {
        let mut at = target;
        while let ExpressionKind::Attribute { value, .. } | ExpressionKind::Subscript { value, .. } = &at.kind {
            at = value;
        }
        if let ExpressionKind::Name(name) = &at.kind {
            self.changes.entry(name.clone()).or_default().push(statement);
        }
    }

    fn collect_element(&mut self, target: &'p Expression, iterable: &'p Expression, path: &mut Vec<usize>) {
        match &target.kind {
            ExpressionKind::Name(name) => self.bind(name, Binding::Element { iterable, path: path.clone() }),
            ExpressionKind::Tuple(elements) | ExpressionKind::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    path.push(index);
                    self.collect_element(element, iterable, path);
                    path.pop();
                }
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

/// `if TYPE_CHECKING:`, `if typing.TYPE_CHECKING:`.
fn is_for_types(test: &Expression) -> bool {
    matches!(&test.kind, ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } if name == "TYPE_CHECKING")
}

/// Methods that change their receiver.
fn is_change(method: &str) -> bool {
    matches!(method, "append" | "add" | "extend" | "insert" | "update" | "setdefault")
}

/// `@name.setter`, `@name.deleter`, `@overload`.
fn is_part_of_another(function: &Function) -> bool {
    function.decorators.iter().any(|decorator| match &decorator.kind {
        ExpressionKind::Attribute { value, name, .. } => {
            let is_own = matches!(&value.kind, ExpressionKind::Name(of) if *of == function.name);
            is_own && matches!(name.as_str(), "setter" | "deleter" | "getter") || name == "overload"
        }
        ExpressionKind::Name(name) => name == "overload",
        _ => false,
    })
}

/// `ImportError`, its kinds, or several with one of them.
fn names_import_error(exception: &Expression) -> bool {
    match &exception.kind {
        ExpressionKind::Name(name) => matches!(name.as_str(), "ImportError" | "ModuleNotFoundError"),
        ExpressionKind::Tuple(several) => several.iter().any(names_import_error),
        _ => false,
    }
}
