//! `loose-scheme-parsing`: the scheme is taken off the `Authorization` header in a way that does not check it.

use super::shared::{Context, capitalised, presented, root};
use crate::finding::{Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, LooseForm};

const RULE: &str = "loose-scheme-parsing";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let Event::LooseScheme { form, header, place } = event else { return Vec::new() };
    if context.is_test(place.file) {
        return Vec::new();
    }
    let code = context.quote(*place);
    let what = capitalised(&presented(header));
    let (message, label, help) = match form {
        LooseForm::Contains => (
            format!("{code} is true wherever the word stands: {} of any other scheme that contains it passes as a bearer token, and what is cut off next is not what the caller signed or sent.", presented(header)),
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
    let finding = FindingBuilder::new(RULE, Severity::Warning, *place, label)
        .message(message)
        .help(help)
        .confidence(header.confidence)
        .about(*place)
        .related(root(header), header.trail.root().step_text())
        .identity(format!("{form:?}"));
    vec![finding.build()]
}
