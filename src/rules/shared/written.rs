//! Where the source gives a name its value: `NAME = value`, `holder["NAME"] = value`, `holder.NAME = value`, `f(NAME=value)`,
//! `{"NAME": value}`. Looks at what is written only.

use super::Context;
use crate::flow::walk;
use crate::source::{Place, Span};
use crate::syntax::tree::{ArgumentKind, Expression, ExpressionKind, Statement, StatementKind};
use crate::syntax::visit;

/// A name and the value that it is given.
pub(in crate::rules) type Given<'p> = (&'p str, &'p Expression);

impl<'p> Context<'_, 'p> {
    /// The one value that a name is given in the statement around a place.
    pub(in crate::rules) fn value_given(&self, name: &str, place: Place) -> Option<&'p Expression> {
        let mut given = self.given_around(place).into_iter().filter(|(known, _)| *known == name);
        let (Some((_, value)), None) = (given.next(), given.next()) else { return None };
        Some(value)
    }

    /// The name that is given exactly the value at a place.
    pub(in crate::rules) fn name_given(&self, place: Place) -> Option<&'p str> {
        self.given_around(place).into_iter().find(|(_, value)| value.span == place.span).map(|(name, _)| name)
    }

    /// Every name that the innermost statement around a place gives a value.
    fn given_around(&self, place: Place) -> Vec<Given<'p>> {
        let statement = self.index.module(place.file).and_then(|module| innermost(&module.body, place.span));
        statement.map(given).unwrap_or_default()
    }
}

/// The innermost statement around a span.
pub(in crate::rules) fn innermost(body: &[Statement], span: Span) -> Option<&Statement> {
    let around = body.iter().find(|statement| statement.span.contains(span))?;
    walk::bodies(around).into_iter().find_map(|inner| innermost(inner, span)).or(Some(around))
}

fn given(statement: &Statement) -> Vec<Given<'_>> {
    let mut found = Vec::new();
    match &statement.kind {
        StatementKind::Assign { targets, value } => {
            found.extend(targets.iter().filter_map(|target| Some((target_name(target)?, value))));
        }
        StatementKind::AnnotatedAssign { target, value: Some(value), .. } => {
            found.extend(target_name(target).map(|name| (name, value)));
        }
        StatementKind::Function(_) | StatementKind::Class(_) => return found,
        _ => {}
    }
    visit::expressions(std::slice::from_ref(statement), &mut |expression| match &expression.kind {
        ExpressionKind::Call { arguments, .. } => found.extend(arguments.iter().filter_map(|argument| {
            let ArgumentKind::Keyword(name) = &argument.kind else { return None };
            Some((name.as_str(), &argument.value))
        })),
        ExpressionKind::Dictionary(entries) => found.extend(entries.iter().filter_map(|(key, value)| {
            let ExpressionKind::String(name) = &key.as_ref()?.kind else { return None };
            Some((name.as_str(), value))
        })),
        _ => {}
    });
    found
}

pub(in crate::rules) fn target_name(target: &Expression) -> Option<&str> {
    match &target.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name),
        ExpressionKind::Subscript { index, .. } => match &index.kind {
            ExpressionKind::String(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}
