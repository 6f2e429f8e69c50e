//! The grammar's node kinds and fields as enums, so that lowering matches on words and the compiler knows the words.
//!
//! A table and its lookup; knows nothing of what a kind means. Kinds the grammar has and this table has not become
//! `Kind::Unknown` (named nodes, reported when met) or `Kind::Punctuation` (tokens that carry no meaning of their own).

use std::sync::OnceLock;

use tree_sitter::Language;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $table:ident: $($variant:ident = $word:literal),+ $(,)?; $($extra:ident),*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)+ $($extra),* }

        const $table: &[(&str, $name)] = &[$(($word, $name::$variant)),+];
    };
}

words! {
    /// What a node is.
    Kind, NAMED_KINDS:
    AliasedImport = "aliased_import",
    ArgumentList = "argument_list",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    AssertStatement = "assert_statement",
    Assignment = "assignment",
    Attribute = "attribute",
    AugmentedAssignment = "augmented_assignment",
    Await = "await",
    BinaryOperator = "binary_operator",
    Block = "block",
    BooleanOperator = "boolean_operator",
    BreakStatement = "break_statement",
    Call = "call",
    CaseClause = "case_clause",
    CasePattern = "case_pattern",
    Chevron = "chevron",
    ClassDefinition = "class_definition",
    ClassPattern = "class_pattern",
    Comment = "comment",
    ComparisonOperator = "comparison_operator",
    ComplexPattern = "complex_pattern",
    ConcatenatedString = "concatenated_string",
    ConditionalExpression = "conditional_expression",
    ConstrainedType = "constrained_type",
    ContinueStatement = "continue_statement",
    DecoratedDefinition = "decorated_definition",
    Decorator = "decorator",
    DefaultParameter = "default_parameter",
    DeleteStatement = "delete_statement",
    DictPattern = "dict_pattern",
    Dictionary = "dictionary",
    DictionaryComprehension = "dictionary_comprehension",
    DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern",
    DottedName = "dotted_name",
    ElifClause = "elif_clause",
    Ellipsis = "ellipsis",
    ElseClause = "else_clause",
    ExceptClause = "except_clause",
    ExecStatement = "exec_statement",
    ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement",
    False = "false",
    FinallyClause = "finally_clause",
    Float = "float",
    ForInClause = "for_in_clause",
    ForStatement = "for_statement",
    FormatExpression = "format_expression",
    FormatSpecifier = "format_specifier",
    FunctionDefinition = "function_definition",
    FutureImportStatement = "future_import_statement",
    GeneratorExpression = "generator_expression",
    GenericType = "generic_type",
    GlobalStatement = "global_statement",
    Identifier = "identifier",
    IfClause = "if_clause",
    IfStatement = "if_statement",
    ImportFromStatement = "import_from_statement",
    ImportPrefix = "import_prefix",
    ImportStatement = "import_statement",
    Integer = "integer",
    Interpolation = "interpolation",
    KeywordArgument = "keyword_argument",
    KeywordPattern = "keyword_pattern",
    KeywordSeparator = "keyword_separator",
    Lambda = "lambda",
    LambdaParameters = "lambda_parameters",
    LineContinuation = "line_continuation",
    List = "list",
    ListComprehension = "list_comprehension",
    ListPattern = "list_pattern",
    ListSplat = "list_splat",
    ListSplatPattern = "list_splat_pattern",
    MatchStatement = "match_statement",
    MemberType = "member_type",
    Module = "module",
    NamedExpression = "named_expression",
    None = "none",
    NonlocalStatement = "nonlocal_statement",
    NotOperator = "not_operator",
    Pair = "pair",
    Parameters = "parameters",
    ParenthesizedExpression = "parenthesized_expression",
    ParenthesizedListSplat = "parenthesized_list_splat",
    PassStatement = "pass_statement",
    PatternList = "pattern_list",
    PositionalSeparator = "positional_separator",
    PrintStatement = "print_statement",
    RaiseStatement = "raise_statement",
    RelativeImport = "relative_import",
    ReturnStatement = "return_statement",
    Set = "set",
    SetComprehension = "set_comprehension",
    Slice = "slice",
    SplatPattern = "splat_pattern",
    SplatType = "splat_type",
    String = "string",
    StringContent = "string_content",
    StringStart = "string_start",
    Subscript = "subscript",
    True = "true",
    TryStatement = "try_statement",
    Tuple = "tuple",
    TuplePattern = "tuple_pattern",
    Type = "type",
    TypeAliasStatement = "type_alias_statement",
    TypeConversion = "type_conversion",
    TypeParameter = "type_parameter",
    TypedDefaultParameter = "typed_default_parameter",
    TypedParameter = "typed_parameter",
    UnaryOperator = "unary_operator",
    UnionPattern = "union_pattern",
    UnionType = "union_type",
    WhileStatement = "while_statement",
    WildcardImport = "wildcard_import",
    WithClause = "with_clause",
    WithItem = "with_item",
    WithStatement = "with_statement",
    Yield = "yield";
    // Tokens that mean something to lowering, then what is not in the table.
    Async, Colon, Comma, Equal, From, Operator, Underscore, Punctuation, Unknown, Error
}

/// Tokens worth keeping. Every operator is one kind: its text says which.
const TOKENS: &[(&str, Kind)] = &[
    ("async", Kind::Async),
    (":", Kind::Colon),
    (",", Kind::Comma),
    ("=", Kind::Equal),
    ("from", Kind::From),
    ("_", Kind::Underscore),
];

/// Operators of expressions, assignments and patterns.
const OPERATORS: &[&str] = &[
    "+", "-", "*", "@", "/", "%", "//", "**", "|", "&", "^", "<<", ">>", "~", "<", "<=", "==", "!=", ">=", ">", "<>",
    "in", "not in", "is", "is not", "and", "or", "+=", "-=", "*=", "/=", "@=", "//=", "%=", "**=", ">>=", "<<=", "&=",
    "^=", "|=",
];

words! {
    /// The part a node plays in its parent.
    Field, FIELDS:
    Alias = "alias",
    Alternative = "alternative",
    Argument = "argument",
    Arguments = "arguments",
    Attribute = "attribute",
    Body = "body",
    Cause = "cause",
    Code = "code",
    Condition = "condition",
    Consequence = "consequence",
    Definition = "definition",
    Expression = "expression",
    FormatSpecifier = "format_specifier",
    Function = "function",
    Guard = "guard",
    Key = "key",
    Left = "left",
    ModuleName = "module_name",
    Name = "name",
    Object = "object",
    Operator = "operator",
    Operators = "operators",
    Parameters = "parameters",
    ReturnType = "return_type",
    Right = "right",
    Subject = "subject",
    Subscript = "subscript",
    Superclasses = "superclasses",
    Type = "type",
    TypeConversion = "type_conversion",
    TypeParameters = "type_parameters",
    Value = "value";
    Nothing
}

impl Kind {
    /// Whether a node of this kind is a statement on its own.
    pub(super) fn is_statement(self) -> bool {
        matches!(
            self,
            Self::AssertStatement
                | Self::BreakStatement
                | Self::ClassDefinition
                | Self::ContinueStatement
                | Self::DecoratedDefinition
                | Self::DeleteStatement
                | Self::ExecStatement
                | Self::ExpressionStatement
                | Self::ForStatement
                | Self::FunctionDefinition
                | Self::FutureImportStatement
                | Self::GlobalStatement
                | Self::IfStatement
                | Self::ImportFromStatement
                | Self::ImportStatement
                | Self::MatchStatement
                | Self::NonlocalStatement
                | Self::PassStatement
                | Self::PrintStatement
                | Self::RaiseStatement
                | Self::ReturnStatement
                | Self::TryStatement
                | Self::TypeAliasStatement
                | Self::WhileStatement
                | Self::WithStatement
        )
    }
}

/// The grammar's numbers for kinds and fields, translated.
#[derive(Debug)]
pub(super) struct Vocabulary {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

impl Vocabulary {
    /// The vocabulary of the Python grammar, made once.
    pub(super) fn get() -> &'static Self {
        static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
        VOCABULARY.get_or_init(|| Self::of(&tree_sitter_python::LANGUAGE.into()))
    }

    fn of(language: &Language) -> Self {
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| kind_of(language.node_kind_for_id(id).unwrap_or_default(), language.node_kind_is_named(id)));
        // Field ids begin at 1; 0 stands for "no field".
        let fields =
            (1..=language.field_count() as u16).map(|id| field_of(language.field_name_for_id(id).unwrap_or_default()));
        Self { kinds: kinds.collect(), fields: std::iter::once(Field::Nothing).chain(fields).collect() }
    }

    /// The kind with a grammar number. Error nodes have a number beyond the table.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds.get(usize::from(id)).copied().unwrap_or(Kind::Error)
    }

    /// The field with a grammar number.
    pub(super) fn field(&self, id: Option<u16>) -> Field {
        self.fields.get(usize::from(id.unwrap_or_default())).copied().unwrap_or(Field::Nothing)
    }
}

fn kind_of(word: &str, is_named: bool) -> Kind {
    if is_named && word != "string_end" {
        return find(NAMED_KINDS, word).unwrap_or(Kind::Unknown);
    }
    if OPERATORS.contains(&word) {
        return Kind::Operator;
    }
    find(TOKENS, word).unwrap_or(Kind::Punctuation)
}

fn field_of(word: &str) -> Field {
    find(FIELDS, word).unwrap_or(Field::Nothing)
}

fn find<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|&(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_tables_exists_in_the_grammar() {
        let language: Language = tree_sitter_python::LANGUAGE.into();
        for (word, _) in NAMED_KINDS {
            assert_ne!(language.id_for_node_kind(word, true), 0, "no kind {word}");
        }
        for word in OPERATORS.iter().chain(TOKENS.iter().map(|(word, _)| word)) {
            assert_ne!(language.id_for_node_kind(word, false), 0, "no token {word}");
        }
        for (word, _) in FIELDS {
            assert!(language.field_id_for_name(word).is_some(), "no field {word}");
        }
    }

    #[test]
    fn every_named_kind_of_the_grammar_is_in_the_table_or_left_out_on_purpose() {
        // Supertypes never occur as nodes; these others lie inside string content or end a string.
        let left_out = ["escape_interpolation", "escape_sequence", "string_end"];
        let language: Language = tree_sitter_python::LANGUAGE.into();
        for id in 0..language.node_kind_count() as u16 {
            let word = language.node_kind_for_id(id).unwrap_or_default();
            if language.node_kind_is_named(id) && language.node_kind_is_visible(id) && !left_out.contains(&word) {
                assert_ne!(kind_of(word, true), Kind::Unknown, "{word} is not in the table");
            }
        }
    }
}
