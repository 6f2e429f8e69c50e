//! `loose-scheme-parsing`: the scheme is taken off the `Authorization` header in a way that does not check it.

use super::shared::edits::{Editor, call_parts};
use super::shared::{Context, capitalised, presented, root};
use crate::finding::{Finding, FindingBuilder, Fix, Severity};
use crate::flow::event::{Ending, Event, LooseForm, Outcome};
use crate::flow::evidence::CheckKind;
use crate::flow::origin::Origin;
use crate::source::{Place, Span};
use crate::syntax::tree::{Argument, ArgumentKind, CompareOperator, Expression, ExpressionKind};

const RULE: &str = "loose-scheme-parsing";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::LooseScheme { form, header, is_tested, place } if !context.is_test(place.file) => {
            vec![finding(*form, header, *is_tested, *place, context)]
        }
        Event::EntryEnd { outcomes, facts, .. } => {
            let loose = facts.loose_schemes.iter().filter(|((place, _), _)| {
                !context.is_test(place.file) && !is_tested_elsewhere(outcomes, *place)
            });
            loose.map(|((place, form), header)| finding(*form, header, false, *place, context)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether every way to success tests the scheme in another place too.
fn is_tested_elsewhere(outcomes: &[Outcome], loose: Place) -> bool {
    let mut successes = outcomes.iter().filter(|outcome| outcome.ending == Ending::Success).peekable();
    successes.peek().is_some()
        && successes.all(|outcome| outcome.evidence.iter().any(|check| check.kind == CheckKind::Scheme && check.place != loose))
}

fn finding(form: LooseForm, header: &Origin, is_tested: bool, place: Place, context: &Context<'_, '_>) -> Finding {
    let code = context.quote(place);
    let what = capitalised(&presented(header));
    let (message, label, help) = match form {
        LooseForm::Contains => (
            format!("{code} looks for the word anywhere in {}: credentials of another scheme that contain it pass for a bearer token, and what is cut off next need not be one.", presented(header)),
            "the word may stand anywhere",
            "test the beginning: `scheme, _, token = header.partition(\" \")` and compare `scheme.lower()` with the scheme",
        ),
        LooseForm::StripsCharacters => (
            format!("{code} removes characters and not a prefix: of a token that begins or ends with one of these letters a part is lost, so other tokens than the one presented are accepted or refused."),
            "a set of characters is stripped, not a prefix",
            "use `removeprefix` after testing the prefix, or `scheme, _, token = header.partition(\" \")`",
        ),
        LooseForm::Replaces => (
            format!("{what} is used whole where it lacks the scheme, and {code} also removes the word from the middle of a token: credentials of any other scheme are tried as tokens."),
            "a header without the scheme passes this unchanged",
            "refuse the request unless the header begins with the scheme, then use `removeprefix`",
        ),
        LooseForm::Unguarded => (
            format!("{what} is split and its second part taken by {code} without asking whether there is one: a header of a single word raises here, and the caller gets a server error instead of 401."),
            "a header of one word has no second part",
            "use `scheme, _, token = header.partition(\" \")` and answer 401 unless the scheme is right and the token is not empty",
        ),
    };
    FindingBuilder::new(RULE, Severity::Warning, place, label)
        .message(message)
        .help(help)
        .confidence(header.confidence)
        .about(place)
        .fix(fix(form, is_tested, place, context))
        .related(root(header), header.trail.root().step_text())
        .identity(format!("{form:?}"))
        .build()
}

/// `header.removeprefix("Bearer ")`, where the prefix was tested: only what lost letters before is another token now.
/// `header.startswith("Bearer ")` for a word that may stand anywhere. Other forms need a refusal, which is the program's to choose.
fn fix(form: LooseForm, is_tested: bool, place: Place, context: &Context<'_, '_>) -> Option<Fix> {
    let expression = context.expression_at(place)?;
    match form {
        LooseForm::StripsCharacters if is_tested => by_prefix(place, expression, context),
        LooseForm::Contains => by_beginning(place, expression, context),
        _ => None,
    }
}

fn by_prefix(place: Place, call: &Expression, context: &Context<'_, '_>) -> Option<Fix> {
    let (callee, [Argument { kind: ArgumentKind::Positional, .. }]) = call_parts(call)? else { return None };
    let ExpressionKind::Attribute { name_span, .. } = &callee.kind else { return None };
    let mut editor = Editor::new(context, place.file);
    editor.replace(*name_span, "removeprefix");
    editor.fix("Remove the prefix and nothing else", true)
}

fn by_beginning(place: Place, test: &Expression, context: &Context<'_, '_>) -> Option<Fix> {
    let ExpressionKind::Compare { left, rest } = &test.kind else { return None };
    let [(operator, header)] = rest.as_slice() else { return None };
    let ExpressionKind::String(word) = &left.kind else { return None };
    let negation = match operator {
        CompareOperator::In => "",
        CompareOperator::NotIn => "not ",
        _ => return None,
    };
    let is_primary = matches!(
        header.kind,
        ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Subscript { .. } | ExpressionKind::Call { .. }
    );
    let mut editor = Editor::new(context, place.file);
    let gap = editor.text(left.span.end, header.span.start);
    if !is_primary || gap.contains(['(', ')', '#']) {
        return None;
    }
    editor.replace(Span::new(test.span.start, header.span.start), negation);
    editor.insert(header.span.end, format!(".startswith(\"{} \")", word.trim()));
    editor.fix("Test the beginning", false)
}
