//! `token-in-insecure-cookie`: a token is set in a cookie that goes over plain HTTP or that scripts can read.

use super::shared::edits::{Editor, call_parts, keyword};
use super::shared::sending::is_credential;
use super::shared::surroundings::{is_demanded, is_development_only};
use super::shared::Context;
use super::shared::written::innermost;
use crate::finding::{Confidence, Finding, FindingBuilder, Fix, Severity};
use crate::flow::event::{CookieCall, Event};
use crate::flow::origin::CredentialKind;
use crate::flow::value::{Shape, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::flow::walk;
use crate::program::{development, vocabulary};
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind};

const RULE: &str = "token-in-insecure-cookie";

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    match event {
        Event::Cookie(cookie) => set(cookie, context).into_iter().collect(),
        Event::Configured { key, value, place } => configured(key, value, *place, context).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `response.set_cookie(name, token)`.
fn set(cookie: &CookieCall<'_>, context: &Context<'_, '_>) -> Option<Finding> {
    let name = cookie.name.as_deref().unwrap_or_default();
    let is_token = cookie.value.deep_origins().iter().any(is_credential);
    let is_named = matches!(vocabulary::credential_kind(name), Some(CredentialKind::Bearer | CredentialKind::ApiKey));
    let is_constant = matches!(cookie.value.shape, Shape::Constant(_));
    let confidence = match (is_token, is_named && !is_constant) {
        (true, _) => Confidence::High,
        (false, true) => Confidence::Medium,
        (false, false) => return None,
    };
    // The page has to read the one that proves where a form came from, and it lets nobody in.
    let is_form_token = vocabulary::words(name).iter().any(|word| word.starts_with("csrf") || word.starts_with("xsrf"));
    let is_skipped = is_form_token || cookie.is_open || context.is_test(cookie.place.file) || is_development_only(context, cookie.place);
    let is_secure_off = is_off(cookie.is_secure.as_ref()) && !is_on_outside_development(cookie, context);
    let missing = match (is_secure_off, is_off(cookie.is_http_only.as_ref())) {
        _ if is_skipped => return None,
        (true, true) => ("`Secure` and `HttpOnly`", "it goes out in clear text with the first plain request, and every script in the page can read it", "secure=True, httponly=True"),
        (true, false) => ("`Secure`", "it goes out in clear text with the first plain request", "secure=True"),
        (false, true) => ("`HttpOnly`", "every script in the page can read it", "httponly=True"),
        (false, false) => return None,
    };
    let (flags, harm, fix) = missing;
    let what = if name.is_empty() { "A token is set in a cookie".to_owned() } else { format!("A token is set in the cookie `{name}`") };
    let finding = FindingBuilder::new(RULE, Severity::Warning, cookie.place, format!("set without {flags}"))
        .message(format!("{what} without {flags}: {harm}."))
        .help(format!("pass `{fix}` and a `samesite`"))
        .confidence(confidence)
        .fix(pass_flags(cookie, context))
        .identity(name);
    Some(finding.build())
}

/// The call with both flags and a `samesite`. Unsafe: what reads the cookie by a script or over plain HTTP no longer can.
fn pass_flags(cookie: &CookieCall<'_>, context: &Context<'_, '_>) -> Option<Fix> {
    let call = context.expression_at(cookie.place)?;
    let parts = call_parts(call)?;
    let mut editor = Editor::new(context, cookie.place.file);
    let mut added = Vec::new();
    for (name, given) in [("secure", &cookie.is_secure), ("httponly", &cookie.is_http_only)] {
        match (keyword(parts, name), is_off(given.as_ref())) {
            (_, false) => {}
            (Some(flag), true) => editor.turn_on(flag)?,
            (None, true) if given.is_none() => added.push(format!("{name}=True")),
            (None, true) => return None,
        }
    }
    // Flask's and Django's calls take it; what a model does not list, a call may refuse.
    let takes_site = matches!(&parts.0.kind, ExpressionKind::Attribute { name, .. } if context.models.cookie(name).is_some_and(|model| model.parameters.iter().any(|parameter| parameter == "samesite")));
    if takes_site && keyword(parts, "samesite").is_none() {
        added.push("samesite=\"Lax\"".to_owned());
    }
    if !added.is_empty() {
        editor.add_argument(call, &added.join(", "))?;
    }
    editor.fix("Keep the cookie from plain HTTP and from scripts", false)
}

/// A flag that is not given, or given as false; one that something decides counts as set.
fn is_off(flag: Option<&Value<'_>>) -> bool {
    flag.is_none_or(|value| value.as_boolean() == Some(false) || value.is_none())
}

/// `secure=not settings.DEBUG`, there or where the name it is given gets its value: off for development only, which has no TLS.
fn is_on_outside_development(cookie: &CookieCall<'_>, context: &Context<'_, '_>) -> bool {
    let call = context.expression_at(cookie.place).and_then(call_parts);
    let Some(flag) = call.and_then(|call| keyword(call, "secure")) else { return false };
    // `secure=settings.SCHEME == "https"`, also as a choice between two words.
    let asks_for_tls = |value: &Expression| {
        let written = context.index.text(Place { file: cookie.place.file, span: value.span });
        written.contains("\"https\"") || written.contains("'https'")
    };
    let is_of_deployment = |test: &Expression| development::side(test).is_some() || asks_for_tls(test);
    if is_of_deployment(flag) {
        return true;
    }
    if let ExpressionKind::Attribute { name, .. } = &flag.kind {
        return is_demanded(context, cookie.place.file, name);
    }
    let ExpressionKind::Name(name) = &flag.kind else { return false };
    let bodies = context.functions_around(cookie.place).into_iter().map(|function| function.body.as_slice());
    let module = context.index.module(cookie.place.file).map(|module| module.body.as_slice());
    bodies.chain(module).any(|body| is_given(body, name, &is_of_deployment))
}

/// Whether a statement of a body gives a name such a value.
fn is_given(body: &[Statement], name: &str, is_meant: &dyn Fn(&Expression) -> bool) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Assign { targets, value } => {
            targets.iter().any(|target| matches!(&target.kind, ExpressionKind::Name(known) if known == name)) && is_meant(value)
        }
        _ => walk::bodies(statement).into_iter().any(|inner| is_given(inner, name, is_meant)),
    })
}

/// A setting of a library that decides on its cookies.
fn configured(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    use ConfigurationMeaning::{CookieProtection, HttpOnlyCookie, SecureCookie, SecureTokenCookie, TokenLocation};
    let meaning = context.models.configuration(key)?.decides?;
    if context.is_test(place.file) || is_development_only(context, place) {
        return None;
    }
    let harm = match meaning {
        SecureCookie | SecureTokenCookie => "the cookie goes out in clear text with the first plain request",
        HttpOnlyCookie => "every script in the page can read the cookie",
        CookieProtection => "any other site can make the browser send requests that carry the cookie",
        TokenLocation => return secure_by_default(key, value, place, context),
        _ => return None,
    };
    let is_of_tokens = matches!(meaning, SecureTokenCookie | CookieProtection);
    if is_of_tokens && !may_travel_in_cookies(place, context) {
        return None;
    }
    // Settings for production are often another class or file.
    if value.as_boolean() != Some(false) || is_given_elsewhere(key, place, context) {
        return None;
    }
    let exception = match meaning {
        SecureCookie | SecureTokenCookie => "; where development has no TLS, switch it off there only",
        _ => "",
    };
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "switched off here")
        .message(format!("`{key}` is switched off: {harm}."))
        .help(format!("set `{key} = True`{exception}"))
        .fix(switch_on(key, place, context))
        .identity(key);
    Some(finding.build())
}

/// Whether anything in the project speaks of tokens in cookies, which is not where the library looks by default: it lists
/// `"cookies"` among their places, or calls what sets them.
fn may_travel_in_cookies(place: Place, context: &Context<'_, '_>) -> bool {
    let speaks = |text: &str| ["\"cookies\"", "'cookies'", "_cookies("].iter().any(|words| text.contains(words));
    context.files_naming(place.file, "cookies").any(|file| speaks(&context.index.program.source(file).text))
}

/// The setting as `True`.
fn switch_on(key: &str, place: Place, context: &Context<'_, '_>) -> Option<Fix> {
    let mut editor = Editor::new(context, place.file);
    let name = key.rsplit('.').next().unwrap_or(key);
    let written = context.expression_at(place).filter(|value| matches!(value.kind, ExpressionKind::Boolean(_)));
    editor.turn_on(written.or_else(|| context.value_given(name, place))?)?;
    editor.fix(format!("Switch `{name}` on"), false)
}

/// Tokens in cookies, and nothing that makes those secure.
fn secure_by_default(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    const FLAG: &str = "JWT_COOKIE_SECURE";
    let has_cookies = match &value.shape {
        Shape::Sequence(elements) => elements.iter().any(|element| element.as_text().is_some_and(|text| text == "cookies")),
        _ => value.as_text().is_some_and(|text| text == "cookies"),
    };
    if !has_cookies || context.files_naming(place.file, FLAG).next().is_some() {
        return None;
    }
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "tokens travel in cookies")
        .message(format!("`{key}` puts tokens into cookies and nothing sets `{FLAG}`, which is off by default: the cookies go out in clear text with the first plain request."))
        .help(format!("set `{FLAG} = True`"))
        .fix(set_beside(FLAG, place, context))
        .identity(FLAG);
    Some(finding.build())
}

/// A setting as `True` in a line of its own below the statement at a place, in the same form.
fn set_beside(key: &str, place: Place, context: &Context<'_, '_>) -> Option<Fix> {
    let statement = innermost(&context.index.module(place.file)?.body, place.span)?;
    let StatementKind::Assign { targets, .. } = &statement.kind else { return None };
    let [target] = targets.as_slice() else { return None };
    let mut editor = Editor::new(context, place.file);
    let setting = match &target.kind {
        ExpressionKind::Name(_) => key.to_owned(),
        ExpressionKind::Subscript { value, .. } => format!("{}[\"{key}\"]", editor.text(value.span.start, value.span.end)),
        _ => return None,
    };
    editor.add_line_below(statement, &format!("{setting} = True"))?;
    editor.fix(format!("Switch `{key}` on"), false)
}

/// Whether the application gives a key another value somewhere.
fn is_given_elsewhere(key: &str, place: Place, context: &Context<'_, '_>) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    context.files_naming(place.file, last).any(|file| {
        let text: &str = &context.index.program.source(file).text;
        text.match_indices(last).any(|(at, _)| {
            let rest = text.get(at + last.len()..).unwrap_or_default();
            let given = rest.lines().next().unwrap_or_default();
            let given = given.trim_start_matches(|letter: char| !letter.is_alphanumeric());
            !given.is_empty() && !given.starts_with("False")
        })
    })
}
