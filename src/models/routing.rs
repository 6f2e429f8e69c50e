//! The part of a model file's shape that is about routing: what registers handlers, on what, under which path, and what
//! a handler is given. Data only.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Something that makes a function an entry: a decorator, or a call that is handed the function.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryModel {
    /// Dotted names: methods of an application object used as decorators or called.
    pub path: Vec<String>,
    /// What kind of entry.
    pub kind: EntryKindModel,
    /// The HTTP methods where the call names none.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Parameters in order, as `meaning` or `meaning=name`; `path`, `methods`, `handler` (a function or view class that a
    /// call registers), `function` (what answers in its place where it is given), `error` (the exception or status that an error handler waits for), `when` and `decorators` have meaning.
    /// `paths` stands for all arguments from there on.
    #[serde(default = "only_path")]
    pub parameters: Vec<String>,
    /// Whether it holds for the whole application although it is registered on a part of it (`before_app_request`).
    #[serde(default)]
    pub application_wide: bool,
    /// Whether what it is handed stands before the routes in a form that does not run as a hook: a plugin, an extension.
    #[serde(default)]
    pub passage: bool,
    /// Keywords, and attributes of the class around the handler, that name what checks the caller before the route, unless they say
    /// `None`.
    #[serde(default)]
    pub guarded_by: Vec<String>,
    /// Values of the parameter `when` with which it registers something that runs at other times.
    #[serde(default)]
    pub other_when: Vec<String>,
    /// What a handler that is registered this way is given.
    #[serde(default)]
    pub handler: HandlerModel,
}

fn only_path() -> Vec<String> {
    vec!["path".to_owned()]
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKindModel {
    /// A route.
    #[default]
    Route,
    /// Runs before every route of its application or blueprint.
    Hook,
    /// Gets a token or password and answers with an identity or a boolean.
    TokenCallback,
    /// Answers in place of a route that raised.
    ErrorHandler,
    /// Runs at other times: hooks after the answer, commands.
    Other,
}

/// What a handler is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "independent questions about one handler")]
pub struct HandlerModel {
    /// The class of the request object that it gets as its first argument; none where the request is a global.
    #[serde(default)]
    pub request_class: Option<String>,
    /// The attribute of a view's object that holds the request too.
    #[serde(default)]
    pub request_attribute: Option<String>,
    /// The attribute of a view's object that holds the name of the method that answers.
    #[serde(default)]
    pub name_attribute: Option<String>,
    /// The class of the answer object that it gets right after the request.
    #[serde(default)]
    pub answer_class: Option<String>,
    /// Whether parameters that do not say where they come from get what path and query string have under their name, or
    /// the body where their type describes data.
    #[serde(default)]
    pub parameters_by_name: bool,
    /// The place among its parameters of what goes on to the route, `self` not counted; none where returning nothing does.
    #[serde(default)]
    pub continuation: Option<usize>,
    /// Whether it is made with what goes on to the route, and then called with the request: so is what `[[installed]]`
    /// lists, and no model says it.
    #[serde(skip)]
    pub is_made_with_continuation: bool,
    /// Whether the request is in the attribute alone and no argument.
    #[serde(default)]
    pub request_is_attribute: bool,
    /// How variable parts of a path are written.
    #[serde(default)]
    pub variables: VariableSyntax,
    /// Whether variable parts are read from the request object alone and never handed over as arguments.
    #[serde(default)]
    pub hides_variables: bool,
}

/// Handlers that a base class brings along: a class that inherits from it answers with them unless it has its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InheritedModel {
    /// Dotted names of base classes.
    pub path: Vec<String>,
    /// The names of the methods.
    pub methods: Vec<String>,
}

/// A setting that lists what stands before all routes of a project, by dotted names: classes and functions that are made
/// with what goes on, and then called with the request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstalledModel {
    /// The name in the settings module.
    pub setting: Vec<String>,
    /// The class of the request.
    pub request: String,
    /// Methods of a class that is not called itself, which answer or let the request on, in order.
    pub methods: Vec<String>,
    /// How the dotted names of those begin that check no credential.
    pub harmless: Vec<String>,
}

/// Objects that a framework asks about the caller before a route runs: named by an attribute of the view's class, by a
/// decorator, or by a setting for all routes that name none. Asked in the order of the model files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyModel {
    /// The class of the request that the routes they stand before are handed.
    pub request: String,
    /// The class attribute, and keyword of registering decorators, that lists their classes.
    pub attribute: String,
    /// The method of the view that gives the objects, where the program has its own.
    pub getter: String,
    /// Decorators of functions that take the list.
    #[serde(default)]
    pub decorator: Vec<String>,
    /// The configuration key that lists them by dotted names, keys of a dictionary joined by a dot.
    pub setting: String,
    /// Dotted names of the classes where nothing says.
    #[serde(default)]
    pub default: Vec<String>,
    /// Their method that is asked.
    pub asks: String,
    /// What it is handed.
    #[serde(default)]
    pub arguments: Vec<PolicyArgument>,
    /// What its answer means.
    pub decides: PolicyDecision,
}

/// What a policy's method is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyArgument {
    /// The request.
    Request,
    /// The view's object.
    View,
}

/// What the answer of a policy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyDecision {
    /// Who calls: the first answer that is not `None` is the caller, and nobody's absence refuses.
    Caller,
    /// Whether the caller may go on: a false answer refuses.
    Permission,
}

/// Functions that a platform calls by what they look like: it is told their names elsewhere (`def handler(event, context)`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlatformFunctionModel {
    /// What kind of entry they are.
    pub kind: EntryKindModel,
    /// The names of their parameters in order, alternatives parted by `|`; nothing else may follow without a default.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The name that it has as a method of a class; none for functions of a module.
    #[serde(default)]
    pub method: Option<String>,
    /// Or the class that the first parameter is annotated with.
    #[serde(default)]
    pub annotation: Option<String>,
    /// Words of which one stands in the function; empty where none has to.
    #[serde(default)]
    pub words: Vec<String>,
    /// The name of the file, where it has to have one; then no other entry stands in it, and no import from `unless`.
    #[serde(default)]
    pub file: Option<String>,
    /// Top-level modules whose import says that the file is something else.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What they are given.
    #[serde(default)]
    pub handler: HandlerModel,
}

/// A field of an answer that says whether it refuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefusingFieldModel {
    /// Keys joined by dots.
    pub field: String,
    /// The text, or `False`, that refuses.
    pub refuses: String,
}

/// How the variable parts of a path are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableSyntax {
    /// `/users/<int:user_id>`.
    #[default]
    Angle,
    /// `/users/{user_id:int}`.
    Braces,
    /// Groups of a regular expression: `^users/(?P<user_id>\d+)$`.
    Groups,
}

/// A call that puts one object with routes under another (`app.register_blueprint(users, url_prefix="/users")`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MountModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// Parameters in order; `child` goes under the receiver, or the receiver goes under `parent`; `prefix` has meaning too.
    pub parameters: Vec<String>,
    /// Whether the prefix takes the place of the one that the child was made with, instead of standing before it.
    #[serde(default)]
    pub replaces_prefix: bool,
}

/// A base class whose methods answer requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ViewClassModel {
    /// Dotted names of the base; `*.View` means a class of that name of any library that no other line names.
    pub path: Vec<String>,
    /// Its methods that each answer the HTTP method of their name.
    #[serde(default = "method_names")]
    pub methods: Vec<String>,
    /// The HTTP method that a method answers, where it is not called like it.
    #[serde(default)]
    pub http_methods: BTreeMap<String, String>,
    /// Its methods that answer for one thing of many: their path goes on with its key.
    #[serde(default)]
    pub keyed: Vec<String>,
    /// Its methods that answer whatever the HTTP method.
    #[serde(default)]
    pub dispatch: Vec<String>,
    /// Its methods that say who the caller is, and give nothing where they do not know.
    #[serde(default)]
    pub callbacks: Vec<String>,
    /// What kind of entry its methods are; hooks hold for the whole application.
    #[serde(default)]
    pub kind: EntryKindModel,
    /// Its methods that run before the one that answers, unless they end the answer.
    #[serde(default)]
    pub before: Vec<String>,
    /// Top-level modules, where the framework asks for no base: a class with one of the methods is such a class in a file
    /// that imports one of them.
    #[serde(default)]
    pub imported: Vec<String>,
    /// What stands before the HTTP method in the names of its methods.
    #[serde(default)]
    pub method_prefix: String,
    /// Class attributes that hold decorators for all of them, the innermost first.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// The method that calls them, around which a class may put its own: `dispatch`, which then ends in
    /// `super().dispatch(…)`.
    #[serde(default)]
    pub wraps: Option<String>,
    /// The class method that makes a view of the class.
    #[serde(default)]
    pub made_by: Option<String>,
    /// The class attribute that says which HTTP methods a method for all of them answers.
    #[serde(default)]
    pub methods_attribute: Option<String>,
    /// The path before those of its methods: the first of these whose attributes the class has. `{name}` stands for a class
    /// attribute, `{name|text}` for one with a default, `{class}` for the name of the class in small letters.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// What its methods are given.
    #[serde(default)]
    pub handler: HandlerModel,
}

fn method_names() -> Vec<String> {
    ["get", "post", "put", "patch", "delete", "head", "options"].map(str::to_owned).to_vec()
}
