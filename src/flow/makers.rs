//! Who makes the objects of a class that no followed path was seen to make: middleware, plugins and interceptors are made where the
//! application is put together, and called by the framework later. What they are handed there is what their constructor left on
//! them.

use super::interpreter::Interpreter;
use super::value::Value;
use super::walk;
use crate::program::{Binding, Bound, ClassRef, ModuleScope, body_scope};
use crate::source::FileId;
use crate::syntax::tree::{
    Argument, ArgumentKind, Expression, ExpressionKind, Function, Name, Parameter, ParameterKind,
};
use crate::syntax::visit;

/// A class that is made at more places than this is given everything by somebody.
const MAX_CALLS: usize = 4;

/// One call that makes an object.
struct Making<'p> {
    file: FileId,
    arguments: &'p [Argument],
    /// The names of the function around it.
    locals: ModuleScope<'p>,
    /// The parameters of the function around it.
    parameters: &'p [Parameter],
}

impl<'p> Interpreter<'p, '_> {
    /// What the calls that make objects of a class hand to its constructor, by the names of the parameters: nothing where none is
    /// found, or where they cannot be read.
    pub(super) fn handed_by_makers(
        &mut self,
        class: ClassRef<'p>,
        constructor: (FileId, &'p Function),
    ) -> Vec<(Name, Value<'p>)> {
        let (file, constructor) = constructor;
        let parameters = constructor.parameters.get(1..).unwrap_or_default();
        let is_named = |parameter: &&Parameter| {
            matches!(parameter.kind, ParameterKind::Normal | ParameterKind::PositionalOnly | ParameterKind::KeywordOnly)
        };
        if !parameters.iter().any(|parameter| is_named(&parameter)) {
            return Vec::new();
        }
        let calls = self.calls_making(class);
        if calls.is_empty() || calls.len() > MAX_CALLS {
            return Vec::new();
        }
        let mut handed = Vec::new();
        for (at, parameter) in parameters.iter().enumerate().filter(|(_, parameter)| is_named(parameter)) {
            let values = calls.iter().map(|making| match argument(making.arguments, at, parameter) {
                Some(written) => self.handed_there(making, written),
                None => match &parameter.default {
                    Some(default) if !has_spread(making.arguments) => {
                        self.at_module_level(file, |this| this.evaluate_alone(default))
                    }
                    _ => Value::unknown(),
                },
            });
            let value = values.reduce(|left, right| left.join(&right)).unwrap_or_else(Value::unknown);
            handed.push((parameter.name.clone(), value));
        }
        handed
    }

    fn calls_making(&mut self, class: ClassRef<'p>) -> Vec<Making<'p>> {
        let index = self.index;
        let name = &class.class.name;
        let mut calls = Vec::new();
        for file in index.called_names().makers(index.project_folder(class.file), name) {
            let Some(module) = index.module(*file) else { continue };
            let sites = walk::functions(*file, &module.body);
            let mut found = Vec::new();
            visit::expressions(&module.body, &mut |expression| {
                if let ExpressionKind::Call { callee, arguments } = &expression.kind
                    && last_name(callee) == Some(name)
                {
                    found.push((expression, &**callee, arguments.as_slice()));
                }
            });
            for (call, callee, arguments) in found {
                let made = self.at_module_level(*file, |this| this.evaluate_alone(callee));
                if !matches!(made.shape, super::value::Shape::Class(made) if made.place() == class.place()) {
                    continue;
                }
                let is_around = |site: &&walk::Site<'p>| site.function.span.contains(call.span);
                let around =
                    sites.iter().filter(is_around).min_by_key(|site| site.function.span.end - site.function.span.start);
                let locals = around.map(|site| body_scope(&site.function.body)).unwrap_or_default();
                let parameters = around.map_or(&[][..], |site| site.function.parameters.as_slice());
                calls.push(Making { file: *file, arguments, locals, parameters });
            }
        }
        calls
    }

    /// An argument as the module of the call sees it; of the names that the function around it binds only those that one statement
    /// binds.
    fn handed_there(&mut self, making: &Making<'p>, written: &'p Expression) -> Value<'p> {
        let mut expression = written;
        if let ExpressionKind::Name(name) = &written.kind
            && let Some(bindings) = making.locals.names.get(name)
        {
            let [Bound { binding: Binding::Value { expression: bound, path }, .. }] = bindings.as_slice() else {
                return Value::unknown();
            };
            if !path.is_empty() {
                return Value::unknown();
            }
            expression = bound;
        }
        let mut is_local = false;
        visit::expression(expression, &mut |inner| {
            if let ExpressionKind::Name(name) = &inner.kind {
                let is_parameter = making.parameters.iter().any(|parameter| parameter.name == *name);
                is_local |= is_parameter || making.locals.names.contains_key(name);
            }
        });
        if is_local {
            return Value::unknown();
        }
        let value = self.at_module_level(making.file, |this| this.evaluate_alone(expression));
        // Which of the settings that lie in one dictionary is used where, only whoever takes it apart knows.
        if value.as_dictionary().is_some() { Value::unknown() } else { value }
    }
}

/// What is written for a parameter; none where nothing is, or nobody can tell.
fn argument<'p>(arguments: &'p [Argument], at: usize, parameter: &Parameter) -> Option<&'p Expression> {
    let by_name = arguments
        .iter()
        .find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if *name == parameter.name));
    let by_place = || {
        let mut positional = arguments.iter().take_while(|argument| argument.kind == ArgumentKind::Positional);
        positional.nth(at).filter(|_| parameter.kind != ParameterKind::KeywordOnly)
    };
    by_name.or_else(by_place).map(|argument| &argument.value)
}

fn has_spread(arguments: &[Argument]) -> bool {
    arguments.iter().any(|argument| matches!(argument.kind, ArgumentKind::List | ArgumentKind::Dictionary))
}

fn last_name(callee: &Expression) -> Option<&Name> {
    match &callee.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name),
        _ => None,
    }
}
