//! Fixes of decodes: what a verifier is told to check, and switches that keep it from checking. All change what is accepted.

use super::Context;
use super::edits::{Call, Editor, call_parts, keyword};
use super::written::innermost;
use crate::finding::Fix;
use crate::flow::event::Decode;
use crate::models::schema::ClaimParameter;
use crate::program::{Binding, Bound};
use crate::source::FileId;
use crate::syntax::tree::{ArgumentKind, Expression, ExpressionKind, StatementKind};

/// The claim `parameter` speaks of is expected to be what an environment variable says.
pub(in crate::rules) fn expect_claim(
    context: &Context<'_, '_>,
    decode: &Decode<'_>,
    claim: Option<&ClaimParameter>,
    variable: &str,
) -> Option<Fix> {
    let claim = claim.filter(|claim| claim.key.is_none())?;
    let call = context.expression_at(decode.place)?;
    let parts = call_parts(call)?;
    if keyword(parts, &claim.parameter).is_some() {
        return None;
    }
    let mut editor = Editor::new(context, decode.place.file);
    let module = editor.module("os")?;
    let mut added = format!("{}={module}.environ[\"{variable}\"]", claim.parameter);
    let options = options(parts, decode);
    let requirement = claim.require_option.as_deref().filter(|_| !claim.refuses_missing);
    match (options, requirement) {
        (Some(_), Some(_)) => return None,
        // Options that others may use too, and that may switch off what would be added.
        (Some(options), None) if !matches!(options.kind, ExpressionKind::Dictionary(_)) => return None,
        (None, Some(option)) => added += &[", options={\"", option, "\": True}"].concat(),
        (Some(options), None) => {
            if let Some(switch) = claim.verify_option.as_deref().filter(|switch| has_false(options, switch)) {
                drop_option(&mut editor, call, options, switch)?;
            }
        }
        (None, None) => {}
    }
    editor.add_argument(call, &added)?;
    editor.fix(format!("Expect what `{variable}` says"), false)
}

/// What a call says in `options`, by name or in its place.
fn options<'p>(call: Call<'p>, decode: &Decode<'_>) -> Option<&'p Expression> {
    let is_options = |parameter: &String| parameter == "options" || parameter.starts_with("options=");
    let by_place = decode.model.parameters.iter().position(is_options).and_then(|at| call.1.get(at));
    keyword(call, "options")
        .or(by_place.filter(|argument| argument.kind == ArgumentKind::Positional).map(|argument| &argument.value))
}

/// The switch that keeps the decoder from looking is taken out; none where it lacks what it then needs.
pub(in crate::rules) fn verify(context: &Context<'_, '_>, decode: &Decode<'_>) -> Option<Fix> {
    decode.key.as_ref()?;
    let call = context.expression_at(decode.place)?;
    let parts = call_parts(call)?;
    let takes_algorithms = decode.model.parameters.iter().any(|parameter| parameter.starts_with("algorithms"));
    if takes_algorithms && keyword(parts, "algorithms").is_none() && parts.1.len() < 3 {
        return None;
    }
    let mut editor = Editor::new(context, decode.place.file);
    drop_switch(&mut editor, call, decode)?;
    editor.fix("Verify the signature", false)
}

/// The parameter by which a call says that nothing is to be verified.
pub(in crate::rules) fn verify_parameter<'m>(context: &Context<'_, '_>, decode: &'m Decode<'_>) -> Option<&'m str> {
    let call = call_parts(context.expression_at(decode.place)?)?;
    decode.model.verify_parameter.as_deref().filter(|parameter| keyword(call, parameter).is_some())
}

fn drop_switch(editor: &mut Editor<'_, '_, '_>, call: &Expression, decode: &Decode<'_>) -> Option<()> {
    let parts = call_parts(call)?;
    if let Some(parameter) = &decode.model.verify_parameter
        && keyword(parts, parameter).is_some()
    {
        return editor.drop_keyword(call, parameter);
    }
    let options = options(parts, decode)?;
    let switch = decode.model.verify_switches.iter().find(|switch| has_false(options, switch))?;
    drop_option(editor, call, options, switch)
}

/// An option is taken out; with the last one the whole argument goes.
pub(in crate::rules) fn drop_option(
    editor: &mut Editor<'_, '_, '_>,
    call: &Expression,
    options: &Expression,
    name: &str,
) -> Option<()> {
    match &options.kind {
        ExpressionKind::Dictionary(entries) if entries.len() == 1 => editor.drop_keyword(call, "options"),
        _ => editor.drop_entry(options, name),
    }
}

/// An option that switches a check off is taken out.
pub(in crate::rules) fn switch_on(context: &Context<'_, '_>, decode: &Decode<'_>, switches: &[String]) -> Option<Fix> {
    let call = context.expression_at(decode.place)?;
    let options = options(call_parts(call)?, decode)?;
    let switch = switches.iter().find(|switch| has_false(options, switch))?;
    let mut editor = Editor::new(context, decode.place.file);
    drop_option(&mut editor, call, options, switch)?;
    editor.fix(format!("Drop `\"{switch}\": False`"), false)
}

/// A claim that is expected where it is there is demanded.
pub(in crate::rules) fn demand_claim(
    context: &Context<'_, '_>,
    decode: &Decode<'_>,
    claim: &ClaimParameter,
) -> Option<Fix> {
    let call = context.expression_at(decode.place)?;
    let parts = call_parts(call)?;
    let mut editor = Editor::new(context, decode.place.file);
    if let Some(key) = &claim.key {
        let expectations = context.display_of(decode.place.file, keyword(parts, &claim.parameter)?)?;
        let expectation = context.display_of(decode.place.file, entry(expectations, key)?)?;
        let is_open = editor.text(expectation.span.start, expectation.span.start + 1) == "{";
        if !is_open || entry(expectation, "essential").is_some() {
            return None;
        }
        editor.insert(expectation.span.start + 1, "\"essential\": True, ");
    } else {
        let option = claim.require_option.as_deref()?;
        match options(parts, decode) {
            None => editor.add_argument(call, &format!("options={{\"{option}\": True}}"))?,
            Some(given) if matches!(&given.kind, ExpressionKind::Dictionary(entries) if !entries.is_empty()) => {
                editor.insert(given.span.start + 1, format!("\"{option}\": True, "));
            }
            Some(_) => return None,
        }
    }
    editor.fix("Refuse a token without the claim", false)
}

/// The claims are validated in a statement behind the one that decodes them.
pub(in crate::rules) fn validate(context: &Context<'_, '_>, decode: &Decode<'_>) -> Option<Fix> {
    let method = decode.model.validated_by.as_deref()?;
    let body = &context.index.module(decode.place.file)?.body;
    let statement = innermost(body, decode.place.span)?;
    let StatementKind::Assign { targets, value } = &statement.kind else { return None };
    let [Expression { kind: ExpressionKind::Name(target), .. }] = targets.as_slice() else { return None };
    if value.span != decode.place.span {
        return None;
    }
    let mut editor = Editor::new(context, decode.place.file);
    editor.add_line_below(statement, &format!("{target}.{method}()"))?;
    editor.fix("Validate the claims", false)
}

/// The value of a string key in a dictionary display.
fn entry<'p>(dictionary: &'p Expression, name: &str) -> Option<&'p Expression> {
    let ExpressionKind::Dictionary(entries) = &dictionary.kind else { return None };
    let is_it = |key: &Option<Expression>| matches!(key, Some(Expression { kind: ExpressionKind::String(text), .. }) if text == name);
    entries.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
}

impl<'p> Context<'_, 'p> {
    /// The dictionary display that an expression is, or that the constant of the same file holds which it names.
    fn display_of(&self, file: FileId, expression: &'p Expression) -> Option<&'p Expression> {
        match &expression.kind {
            ExpressionKind::Dictionary(_) => Some(expression),
            ExpressionKind::Name(name) => match self.index.scope(file).names.get(name)?.as_slice() {
                [Bound { binding: Binding::Value { expression, path }, .. }] if path.is_empty() => {
                    Some(*expression).filter(|value| matches!(value.kind, ExpressionKind::Dictionary(_)))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether a dictionary display says `name: False`.
pub(in crate::rules) fn has_false(dictionary: &Expression, name: &str) -> bool {
    let ExpressionKind::Dictionary(entries) = &dictionary.kind else { return false };
    entries.iter().any(|(key, value)| {
        matches!(key, Some(Expression { kind: ExpressionKind::String(text), .. }) if text == name)
            && matches!(value.kind, ExpressionKind::Boolean(false))
    })
}
