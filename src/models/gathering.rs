//! The part of a model file's shape that is about calls which only move values: into containers and objects, out of them
//! again, or on to an operator. Data only.

use serde::Deserialize;

/// A call that puts values into a container or object, or takes some out of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatherModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What it gives.
    pub gives: Gathering,
    /// Which argument, from 0, it takes, where it takes one.
    #[serde(default)]
    pub from: usize,
    /// The class of the object that holds what it gives, until somebody awaits it or asks for it.
    #[serde(default)]
    pub into: Option<String>,
}

/// What a call that moves values gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gathering {
    /// The argument itself: a cast, a task that is awaited for its result.
    Argument,
    /// A function that gives its argument.
    Identity,
    /// All arguments, in a list.
    Arguments,
    /// The elements of the argument.
    Elements,
    /// The elements of all arguments, one behind the other.
    Chained,
    /// The elements of the argument's elements.
    Flattened,
    /// One of the arguments, or of a single one one of its elements.
    OneOf,
    /// A dictionary, from what `dict` takes.
    Dictionary,
    /// A dictionary whose absent keys hold what the first argument gives when it is called; the rest as for `dict`.
    DefaultDictionary,
    /// The keys of all arguments; what the first one that has a key says holds.
    FirstMapping,
    /// A dictionary with the elements of the first argument as keys, all of which hold the second.
    SameForKeys,
    /// The fields of an object by their names.
    FieldsByName,
    /// The fields of an object in their order.
    FieldsInOrder,
    /// A copy of an object in which the keywords name what is different.
    ChangedCopy,
    /// An object with an attribute for each keyword.
    Namespace,
    /// A class of tuples; its second argument names their fields.
    RecordClass,
    /// What a field holds that an object is made without: `default`, the argument, or what the factory gives.
    FieldDefault,
}

/// A call that does what an operator, a dot or a statement does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccessModel {
    /// Dotted names.
    pub path: Vec<String>,
    /// What it does.
    pub does: Access,
    /// Which argument, from 0, is its first; those before it say how it is done.
    #[serde(default)]
    pub from: usize,
    /// The class of the object that holds what comes of it, until somebody awaits it or asks for it.
    #[serde(default)]
    pub into: Option<String>,
}

/// What such a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// `first[second]`.
    Item,
    /// `second in first`.
    Contains,
    /// Makes a function that takes these items from its argument.
    ItemsLater,
    /// Makes a function that takes these attributes, dots included, from its argument.
    AttributesLater,
    /// Makes a function that calls this method of its argument.
    MethodLater,
    /// Calls its first argument with the others.
    Call,
    /// Calls its first argument with each element of the second.
    Map,
    /// Calls its first argument with what came of it before and the next element of the second.
    Fold,
    /// `import first`.
    Module,
    /// Enters the context that it is given, as `with` does.
    Enter,
    /// Keeps its first argument in the object, for the method that reads it.
    Set,
    /// Keeps its first argument beside what the object kept before.
    Add,
    /// Reads what the object keeps.
    Get,
}

/// What a call reads from a text that another one wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// The value that was written.
    Value,
    /// The dictionary that was written, each value in a list.
    Lists,
    /// The items of the dictionary that was written, as pairs.
    Pairs,
}
