//! Functions that a platform calls by what they look like: nothing in the program registers them
//! (`def handler(event, context)`, `def main(req: func.HttpRequest)`).

use super::entry::Entry;
use super::event::EntryInfo;
use super::evidence::CheckKind;
use super::interpreter::Interpreter;
use super::origin::{OriginKind, Origins};
use super::registration::entry_kind;
use super::state::State;
use super::value::{Shape, Value};
use super::walk::Site;
use crate::finding::Confidence;
use crate::models::schema::{ClassRole, PlatformFunctionModel};
use crate::source::Place;
use crate::syntax::tree::{ExpressionKind, Name, ParameterKind, Statement, StatementKind};

impl<'p> Interpreter<'p, '_> {
    /// The entries of a module that only their signature tells.
    pub(super) fn signed(&mut self, body: &'p [Statement], sites: &[Site<'p>], entries: &mut Vec<Entry<'p>>) {
        if self.models.platform_functions().is_empty() {
            return;
        }
        let has_others = !entries.is_empty();
        for site in sites.iter().filter(|site| site.outer.is_none()) {
            if entries.iter().any(|entry| entry.info.place == site.place()) {
                continue;
            }
            let models = self.models;
            let mut fitting = models.platform_functions().iter().filter(|model| model.file.is_none() || !has_others);
            let Some(model) = fitting.find(|model| self.fits(model, *site)) else { continue };
            if site.class.is_none() && is_called(body, &site.function.name) {
                continue;
            }
            let info = EntryInfo {
                kind: entry_kind(model.kind),
                name: site.function.name.clone(),
                path: None,
                methods: Vec::new(),
                place: site.place(),
            };
            entries.push(Entry { handler: model.handler.clone(), ..Entry::new(*site, info) });
        }
    }

    fn fits(&mut self, model: &PlatformFunctionModel, site: Site<'p>) -> bool {
        let source = self.index.program.source(site.file);
        let is_named = |wanted: &String| source.path.file_name().is_some_and(|name| name.to_string_lossy() == **wanted);
        let text = source.slice(site.function.span);
        let has_word = model.words.is_empty() || model.words.iter().any(|word| text.contains(word.as_str()));
        let is_other = model.unless.iter().any(|module| self.index.scope(site.file).imports(module));
        let is_method = match &model.method {
            Some(name) => site.class.is_some() && site.function.name == *name,
            None => site.class.is_none(),
        };
        if !is_method || !has_word || is_other || !model.file.as_ref().is_none_or(is_named) {
            return false;
        }
        if model.file.is_some() && !site.function.decorators.is_empty() {
            return false;
        }
        let receiver = usize::from(site.class.is_some());
        let parameters = site.function.parameters.get(receiver..).unwrap_or_default();
        if let Some(wanted) = &model.annotation {
            let Some(annotation) = parameters.first().and_then(|first| first.annotation.as_ref()) else { return false };
            let value = self.at_module_level(site.file, |this| this.evaluate_alone(annotation));
            return matches!(&value.shape, Shape::External(path) if self.models.canonical(path) == wanted.as_str());
        }
        let (named, rest) = parameters.split_at(model.parameters.len().min(parameters.len()));
        named.len() == model.parameters.len()
            && named.iter().zip(&model.parameters).all(|(parameter, names)| {
                matches!(parameter.kind, ParameterKind::Normal | ParameterKind::PositionalOnly)
                    && names.split('|').any(|name| name == parameter.name)
            })
            && rest.iter().all(|parameter| {
                parameter.default.is_some()
                    || matches!(parameter.kind, ParameterKind::ArgumentList | ParameterKind::KeywordDictionary)
            })
    }

    /// A request object that is read by keys holds the headers too, which is worth knowing where the program reads them.
    pub(super) fn headers_inside(&self, entry: &Entry<'p>, class: &str) -> Origins {
        let Some(parameter) = entry.site.function.parameters.first() else {
            return Origins::default();
        };
        let Some(module) = self.index.module(entry.site.file) else { return Origins::default() };
        let keys = self.models.header_keys(class);
        if keys.is_empty() {
            return Origins::default();
        }
        let source = self.index.program.source(entry.site.file);
        let text = source.slice(entry.site.function.span);
        let is_helper = |site: &Site<'p>| text.contains(&format!("{}({}", site.function.name, parameter.name));
        let sites = super::walk::functions(entry.site.file, &module.body);
        let mut helpers = sites.iter().filter(|site| is_helper(site));
        if !reads_key(text, &parameter.name, &keys)
            && !self.reads_key_elsewhere(entry, &parameter.name, &keys)
            && !helpers.any(|site| {
                let first = site.function.parameters.first();
                first.is_some_and(|first| reads_key(source.slice(site.function.span), &first.name, &keys))
            })
        {
            return Origins::default();
        }
        let words = "the event, headers included, enters here";
        Origins::one(OriginKind::HeaderMap, Confidence::High, entry.info.place, words)
    }

    /// Whether a function of another file is handed the request and reads one of these keys of it.
    fn reads_key_elsewhere(&self, entry: &Entry<'p>, request: &Name, keys: &[&str]) -> bool {
        let mut reads = false;
        crate::syntax::visit::expressions(&entry.site.function.body, &mut |expression| {
            if let ExpressionKind::Call { callee, arguments } = &expression.kind
                && let ExpressionKind::Name(name) = &callee.kind
                && let Some(at) = arguments.iter().position(
                    |argument| matches!(&argument.value.kind, ExpressionKind::Name(known) if known == request),
                )
                && let Some(place) = self.named_function(entry.site.file, name, super::url_table::MAX_IMPORTS)
                && let Some(site) = self.site_at(place)
                && let Some(parameter) = site.function.parameters.get(at)
            {
                let source = self.index.program.source(site.file);
                reads |= reads_key(source.slice(site.function.span), &parameter.name, keys);
            }
        });
        reads
    }

    /// A path on which a value was read that stands for a caller whom something in front has checked.
    pub(super) fn relying_on(&self, mut state: State<'p>, value: &Value<'p>, place: Place) -> State<'p> {
        if let Shape::ExternalInstance { class, .. } = &value.shape
            && self.models.role(class) == Some(ClassRole::Identity)
        {
            state.evidence.add(CheckKind::Identity, place);
        }
        state
    }
}

/// Whether a text reads one of these keys of a name.
fn reads_key(text: &str, name: &str, keys: &[&str]) -> bool {
    keys.iter().any(|key| {
        ['"', '\''].into_iter().any(|quote| {
            text.contains(&format!("{name}[{quote}{key}{quote}]"))
                || text.contains(&format!("{name}.get({quote}{key}{quote}"))
        })
    })
}

/// Whether the module itself calls a function of this name: then that is what hands it its arguments.
fn is_called(body: &[Statement], name: &Name) -> bool {
    let mut found = false;
    // Under `if __name__ == "__main__":` it is only tried out.
    let functions = body.iter().filter(|one| matches!(one.kind, StatementKind::Function(_) | StatementKind::Class(_)));
    for statement in functions {
        crate::syntax::visit::expressions(std::slice::from_ref(statement), &mut |expression| {
            if let ExpressionKind::Call { callee, .. } = &expression.kind {
                found |= matches!(&callee.kind, ExpressionKind::Name(known) if known == name);
            }
        });
    }
    found
}
