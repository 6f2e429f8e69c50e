//! `token-in-insecure-cookie`: a token is set in a cookie that goes over plain HTTP or that scripts can read.

use super::shared::sending::is_credential;
use super::shared::surroundings::is_development_only;
use super::shared::Context;
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{CookieCall, Event};
use crate::flow::origin::CredentialKind;
use crate::flow::value::{Shape, Value};
use crate::models::schema::ConfigurationMeaning;
use crate::program::vocabulary;
use crate::source::{FileId, Place};

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
    let is_skipped = cookie.is_open || context.is_test(cookie.place.file) || is_development_only(context, cookie.place);
    let missing = match (is_off(cookie.is_secure.as_ref()), is_off(cookie.is_http_only.as_ref())) {
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
        .identity(name);
    Some(finding.build())
}

/// A flag that is not given, or given as false; one that something decides counts as set.
fn is_off(flag: Option<&Value<'_>>) -> bool {
    flag.is_none_or(|value| value.as_boolean() == Some(false) || value.is_none())
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
    // Settings for production are often another class or file.
    if value.as_boolean() != Some(false) || is_given_elsewhere(key, place, context) {
        return None;
    }
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "switched off here")
        .message(format!("`{key}` is switched off: {harm}."))
        .help(format!("set `{key} = True`; where development has no TLS, switch it off there only"))
        .identity(key);
    Some(finding.build())
}

/// Tokens in cookies, and nothing that makes those secure.
fn secure_by_default(key: &str, value: &Value<'_>, place: Place, context: &Context<'_, '_>) -> Option<Finding> {
    const FLAG: &str = "JWT_COOKIE_SECURE";
    let has_cookies = match &value.shape {
        Shape::Sequence(elements) => elements.iter().any(|element| element.as_text().is_some_and(|text| text == "cookies")),
        _ => value.as_text().is_some_and(|text| text == "cookies"),
    };
    if !has_cookies || files_with(FLAG, place.file, context).next().is_some() {
        return None;
    }
    let finding = FindingBuilder::new(RULE, Severity::Warning, place, "tokens travel in cookies")
        .message(format!("`{key}` puts tokens into cookies and nothing sets `{FLAG}`, which is off by default: the cookies go out in clear text with the first plain request."))
        .help(format!("set `{FLAG} = True`"))
        .identity(FLAG);
    Some(finding.build())
}

/// Whether the application gives a key another value somewhere.
fn is_given_elsewhere(key: &str, place: Place, context: &Context<'_, '_>) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    files_with(last, place.file, context).any(|file| {
        let text: &str = &context.index.program.source(file).text;
        text.match_indices(last).any(|(at, _)| {
            let rest = text.get(at + last.len()..).unwrap_or_default();
            let given = rest.lines().next().unwrap_or_default();
            let given = given.trim_start_matches(|letter: char| !letter.is_alphanumeric());
            !given.is_empty() && !given.starts_with("False")
        })
    })
}

fn files_with<'a>(word: &'a str, near: FileId, context: &'a Context<'_, '_>) -> impl Iterator<Item = FileId> + 'a {
    let index = context.index;
    index.program.files().filter(move |file| {
        (*file == near || index.is_same_project(near, *file)) && index.program.source(*file).text.contains(word)
    })
}
