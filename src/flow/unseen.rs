//! What a function judged alone is handed: nobody was seen to call it, which does not say that nobody does.

use super::interpreter::Interpreter;
use super::value::{Arguments, Value};
use super::walk::Site;
use crate::syntax::tree::{Parameter, ParameterKind};

impl<'p> Interpreter<'p, '_> {
    /// Gives every parameter that has no value yet one: nobody knows which. Where the project calls the function somewhere
    /// that was not followed, a default is only one of the values that it may be handed.
    pub(super) fn handed_by_nobody_seen(
        &mut self,
        site: Site<'p>,
        parameters: &'p [Parameter],
        arguments: &mut Arguments<'p>,
    ) {
        for parameter in parameters {
            match parameter.kind {
                ParameterKind::KeywordDictionary | ParameterKind::ArgumentList => {
                    arguments.rest = Some(Value::unknown());
                }
                _ if arguments.keyword(&parameter.name).is_some() => {}
                _ => {
                    let default = parameter.default.as_ref();
                    let default =
                        default.map(|default| self.at_module_level(site.file, |this| this.evaluate_alone(default)));
                    let value = match default {
                        Some(default) if self.is_called_somewhere(site) => default.join(&Value::unknown()),
                        Some(default) => default,
                        None => Value::unknown(),
                    };
                    arguments.keywords.push((parameter.name.clone(), value));
                }
            }
        }
    }

    /// Whether the text of the project calls a function of this name. A method of one word is called like those of
    /// everything else.
    fn is_called_somewhere(&self, site: Site<'p>) -> bool {
        let name = &site.function.name;
        let (called, folder) = (self.index.called_names(), self.index.project_folder(site.file));
        let is_telling = name.trim_matches('_').contains('_');
        if site.class.is_some() {
            let is_by_itself = called.has_held(folder, "self", name) || called.has_held(folder, "cls", name);
            return is_by_itself || is_telling && called.has_dotted(folder, name);
        }
        let module = self.index.program.paths().components(site.file).last();
        called.has_bare(folder, name)
            || module.is_some_and(|module| called.has_held(folder, module, name))
            || is_telling && called.has_dotted(folder, name)
    }
}
