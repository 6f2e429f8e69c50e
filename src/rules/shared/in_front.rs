//! What stands in front of a handler and judges the caller before it runs: a function of the same program that a gateway asks
//! first, or the platform that alone reaches it. Knows nothing of what the handler does.

use super::Context;
use crate::flow::event::{EntryInfo, EntryKind};
use crate::models::schema::{EntryKindModel, PlatformFunctionModel};
use crate::source::FileId;

/// Whether the token that an entry reads may have been verified before it runs.
pub(in crate::rules) fn is_judged_in_front(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    entry.kind == EntryKind::Route && (is_hosted(entry, context) || has_authorizer(entry, context))
}

/// The routes of its file are those of a container that only its platform reaches.
fn is_hosted(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let text = &context.index.program.source(entry.place.file).text;
    let is_written = |route: &String| ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{route}{quote}")));
    context.models.hosted_routes().iter().any(is_written)
}

/// A function that a platform calls by what it looks like, where another file holds one that the same platform asks first.
fn has_authorizer(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let Some(handler) = context.function_at(entry.place).filter(|_| entry.path.is_none()) else { return false };
    let is_handed = |model: &PlatformFunctionModel| {
        let mut wanted = model.parameters.iter().zip(&handler.parameters);
        !model.parameters.is_empty() && wanted.all(|(names, given)| names.split('|').any(|name| given.name == *name))
    };
    let mut authorizers = context
        .models
        .platform_functions()
        .iter()
        .filter(|model| model.kind == EntryKindModel::TokenCallback && !model.words.is_empty() && is_handed(model));
    let holds = |file: FileId, model: &PlatformFunctionModel| {
        let text = &context.index.program.source(file).text;
        model.words.iter().any(|word| text.contains(word.as_str()))
            && model.parameters.iter().all(|names| names.split('|').any(|name| text.contains(name)))
    };
    authorizers.any(|model| {
        context
            .project_files(entry.place.file)
            .any(|file| file != entry.place.file && !context.is_test(file) && holds(file, model))
    })
}
