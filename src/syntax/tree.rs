//! Our own small tree of Python: what the rest of the program reads instead of parser nodes.
//!
//! Plain owned data, built once per module by `lower`. Depth is bounded there ([`MAX_DEPTH`]), so recursion over it is
//! safe. What a reader would write and Python 2 had too is here in Python 3's words: `print a` is a call of `print`.

use smol_str::SmolStr;

use crate::source::Span;

/// A Python identifier, or a dotted module name in imports.
pub type Name = SmolStr;

/// How deep statements, expressions and patterns can lie in each other; what lies deeper is `Error` or `Opaque`.
pub const MAX_DEPTH: usize = 200;

/// One file, lowered.
#[derive(Debug, Default)]
pub struct Module {
    /// Statements at the top level.
    pub body: Vec<Statement>,
    /// Comments in order of place, `#` included.
    pub comments: Vec<Span>,
    /// What could not be read; the tree holds `StatementKind::Error` or `ExpressionKind::Opaque` there.
    pub errors: Vec<SyntaxError>,
}

/// A stretch of source that is not understood.
#[derive(Debug, Clone)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What a person is told, without source text in it.
    pub message: String,
}

/// A statement and its range (a compound statement's covers its whole body; decorators are included).
#[derive(Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
}

/// The statements of Python. `elif` chains are flat.
#[derive(Debug)]
pub enum StatementKind {
    /// A bare expression.
    Expression(Expression),
    /// `a = b = value`: targets from left to right.
    Assign { targets: Vec<Expression>, value: Expression },
    /// `target: annotation = value`.
    AnnotatedAssign { target: Expression, annotation: Expression, value: Option<Expression> },
    /// `target += value`.
    AugmentedAssign { target: Expression, operator: BinaryOperator, value: Expression },
    /// `return value`.
    Return(Option<Expression>),
    /// `raise exception from cause`.
    Raise { exception: Option<Expression>, cause: Option<Expression> },
    /// `assert test, message`.
    Assert { test: Expression, message: Option<Expression> },
    /// `del targets`.
    Delete(Vec<Expression>),
    /// `pass`.
    Pass,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `global names`.
    Global(Vec<Name>),
    /// `nonlocal names`.
    Nonlocal(Vec<Name>),
    /// `import a.b as c, d`.
    Import(Vec<ImportedName>),
    /// `from ..module import a as b` or `from module import *` (then `star`, and `names` is empty).
    ImportFrom { level: u32, module: Name, names: Vec<ImportedName>, star: bool },
    /// `if`/`elif` branches in order, then `else` (empty where absent).
    If { branches: Vec<(Expression, Vec<Statement>)>, otherwise: Vec<Statement> },
    /// `while test: body else: otherwise`.
    While { test: Expression, body: Vec<Statement>, otherwise: Vec<Statement> },
    /// `for target in iterable: body else: otherwise`.
    For { target: Expression, iterable: Expression, body: Vec<Statement>, otherwise: Vec<Statement> },
    /// `try`.
    Try { body: Vec<Statement>, handlers: Vec<Handler>, otherwise: Vec<Statement>, finally: Vec<Statement> },
    /// `with a as b, c: body`.
    With { items: Vec<(Expression, Option<Expression>)>, body: Vec<Statement> },
    /// `match subject`.
    Match { subject: Expression, cases: Vec<Case> },
    /// `def` or `async def`.
    Function(Box<Function>),
    /// `class`.
    Class(Box<Class>),
    /// Source that is not Python we can read.
    Error,
}

/// A name in an import: `name as alias`.
#[derive(Debug)]
pub struct ImportedName {
    /// The (possibly dotted) name imported.
    pub name: Name,
    /// The name it is bound to, where `as` says so.
    pub alias: Option<Name>,
    /// Where.
    pub span: Span,
}

/// One `except` clause.
#[derive(Debug)]
pub struct Handler {
    /// The exception class or tuple of classes; none for a bare `except`.
    pub exception: Option<Expression>,
    /// The name after `as`.
    pub name: Option<Name>,
    /// What it does.
    pub body: Vec<Statement>,
    /// The whole clause.
    pub span: Span,
}

/// One `case` of a `match`.
#[derive(Debug)]
pub struct Case {
    /// What it matches.
    pub pattern: Pattern,
    /// `if` after the pattern.
    pub guard: Option<Expression>,
    /// What it does.
    pub body: Vec<Statement>,
    /// The whole case.
    pub span: Span,
}

/// The patterns of `match`.
#[derive(Debug)]
pub enum Pattern {
    /// A literal or dotted name that is compared with `==` (or `is` for `None` and the booleans).
    Value(Expression),
    /// A bare name (none for `_`) that takes whatever comes.
    Capture(Option<Name>),
    /// `a | b`.
    Or(Vec<Pattern>),
    /// `pattern as name`.
    As { pattern: Box<Pattern>, name: Name },
    /// `[a, *rest]` or `(a, b)`.
    Sequence(Vec<Pattern>),
    /// `*name` inside a sequence.
    Star(Option<Name>),
    /// `{"key": pattern, **rest}`.
    Mapping { entries: Vec<(Expression, Pattern)>, rest: Option<Name> },
    /// `Class(a, key=b)`.
    Class { class: Expression, positional: Vec<Pattern>, keyword: Vec<(Name, Pattern)> },
    /// A pattern that is not understood.
    Unknown,
}

/// A function definition.
#[derive(Debug, Default)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// Names between the brackets of `def name[T](…)`.
    pub type_parameters: Vec<Name>,
    /// Decorators from top (outermost) to bottom.
    pub decorators: Vec<Expression>,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// The annotation after `->`.
    pub returns: Option<Expression>,
    /// Its body.
    pub body: Vec<Statement>,
    /// `async def`.
    pub is_async: bool,
    /// Whether `yield` occurs in its own body.
    pub is_generator: bool,
    /// From its first decorator to its end.
    pub span: Span,
}

/// A class definition.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// Names between the brackets of `class Name[T](…)`.
    pub type_parameters: Vec<Name>,
    /// Decorators from top to bottom.
    pub decorators: Vec<Expression>,
    /// Bases and keywords in order, as in a call.
    pub arguments: Vec<Argument>,
    /// Its body.
    pub body: Vec<Statement>,
    /// From its first decorator to its end.
    pub span: Span,
}

/// One parameter of a function or lambda.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// Its annotation.
    pub annotation: Option<Expression>,
    /// Its default.
    pub default: Option<Expression>,
    /// Where its name stands.
    pub span: Span,
}

/// How arguments reach a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Before `/`.
    PositionalOnly,
    /// By place or by name.
    Normal,
    /// `*args`.
    ArgumentList,
    /// After `*`.
    KeywordOnly,
    /// `**kwargs`.
    KeywordDictionary,
}

/// An expression and its range.
#[derive(Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands, without surrounding parentheses.
    pub span: Span,
}

/// The expressions of Python.
#[derive(Debug)]
pub enum ExpressionKind {
    /// A variable.
    Name(Name),
    /// A string literal; neighbours are joined, escapes resolved.
    String(SmolStr),
    /// A bytes literal; each byte is one `char` below U+0100.
    Bytes(SmolStr),
    /// An integer that fits, or none where it does not.
    Integer(Option<i64>),
    /// A floating-point or complex number.
    Float(f64),
    /// `True` or `False`.
    Boolean(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// An f-string (neighbouring strings joined in).
    Formatted(Vec<FormattedPart>),
    /// `value.name`.
    Attribute { value: Box<Expression>, name: Name, name_span: Span },
    /// `value[index]`.
    Subscript { value: Box<Expression>, index: Box<Expression> },
    /// `lower:upper:step` inside a subscript.
    Slice { lower: Option<Box<Expression>>, upper: Option<Box<Expression>>, step: Option<Box<Expression>> },
    /// `callee(arguments)`.
    Call { callee: Box<Expression>, arguments: Vec<Argument> },
    /// `not`, `-`, `+`, `~`.
    Unary { operator: UnaryOperator, operand: Box<Expression> },
    /// Arithmetic and bit operators.
    Binary { left: Box<Expression>, operator: BinaryOperator, right: Box<Expression> },
    /// `and`/`or`, flat over equal operators.
    BooleanOperation { is_and: bool, values: Vec<Expression> },
    /// `a < b <= c`: the first operand, then operator and operand in order.
    Compare { left: Box<Expression>, rest: Vec<(CompareOperator, Expression)> },
    /// `body if test else otherwise`.
    Conditional { test: Box<Expression>, body: Box<Expression>, otherwise: Box<Expression> },
    /// `lambda parameters: body`.
    Lambda { parameters: Vec<Parameter>, body: Box<Expression> },
    /// `(a, b)`.
    Tuple(Vec<Expression>),
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `{a, b}`.
    Set(Vec<Expression>),
    /// `{key: value, **rest}`; the key is none for `**rest`.
    Dictionary(Vec<(Option<Expression>, Expression)>),
    /// A comprehension or generator expression; `key` only for dictionaries.
    Comprehension {
        kind: ComprehensionKind,
        key: Option<Box<Expression>>,
        element: Box<Expression>,
        clauses: Vec<ComprehensionClause>,
    },
    /// `(name := value)`.
    Walrus { target: Name, target_span: Span, value: Box<Expression> },
    /// `*value`.
    Starred(Box<Expression>),
    /// `await value`.
    Await(Box<Expression>),
    /// `yield value`.
    Yield(Option<Box<Expression>>),
    /// `yield from value`.
    YieldFrom(Box<Expression>),
    /// Source that is not understood or lies too deep.
    Opaque,
}

/// A piece of an f-string.
#[derive(Debug)]
pub enum FormattedPart {
    /// Text between the braces.
    Text(SmolStr),
    /// `{value!r:format}`. `format` holds the pieces of the format, which may have values of its own; it is empty for
    /// `{value:}` too, `has_format` is not. `{value=}` is the text `value=` and then the value.
    Value { value: Expression, conversion: Option<char>, has_format: bool, format: Vec<FormattedPart> },
}

/// One argument of a call or class.
#[derive(Debug)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// What is passed.
    pub value: Expression,
}

/// How an argument is passed.
#[derive(Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// By place.
    Positional,
    /// `name=value`.
    Keyword(Name),
    /// `*value`.
    List,
    /// `**value`.
    Dictionary,
}

/// One `for` of a comprehension with its `if`s.
#[derive(Debug)]
pub struct ComprehensionClause {
    /// What is bound.
    pub target: Expression,
    /// What is walked.
    pub iterable: Expression,
    /// Every `if` after it.
    pub conditions: Vec<Expression>,
}

/// What a comprehension builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`.
    List,
    /// `{…}`.
    Set,
    /// `{k: v …}`.
    Dictionary,
    /// `(…)`.
    Generator,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `not`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `~`.
    Invert,
}

/// Arithmetic and bit operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `//`.
    FloorDivide,
    /// `%`.
    Modulo,
    /// `**`.
    Power,
    /// `@`.
    MatrixMultiply,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOperator {
    /// `==`.
    Equal,
    /// `!=` and `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
}
