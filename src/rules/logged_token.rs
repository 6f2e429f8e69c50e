//! `logged-token`: a token, key or other secret reaches a log.

use super::logged_authorization_header::is_header;
use super::shared::answers::is_after_failure;
use super::shared::trial::is_made_for_a_try;
use super::shared::{Context, capitalised, held, leaked, lower, redaction, root, spelled, steps};
use crate::circumstance::asks_for_main;
use crate::finding::{Confidence, Finding, FindingBuilder, Severity};
use crate::flow::event::{Event, Facts};
use crate::flow::origin::{Channel, Credential, CredentialKind, Origin, OriginKind, Part, Step, Store, Trail};
use crate::flow::{relevant, walk};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use crate::syntax::visit;

const RULE: &str = "logged-token";

/// Settings that one written value may come from before it is no setting in particular.
const MAX_SETTINGS: usize = 2;

pub(super) fn judge(event: &Event<'_, '_>, context: &Context<'_, '_>) -> Vec<Finding> {
    if let Event::EntryEnd { facts, .. } = event {
        return logged_keys(facts, context);
    }
    let Event::Log { sink, value, position, place, confidence } = event else { return Vec::new() };
    // What a test prints are tokens of the test.
    if context.is_test(place.file) && !context.is_strict(place.file) {
        return Vec::new();
    }
    let origins = value.deep_origins();
    if origins.any(is_header) {
        return Vec::new();
    }
    // What is a secret by its name alone must be written near where it has that name: further away it says too little.
    let is_near = |origin: &Origin| origin.trail.root().place.file == place.file && origin.trail.is_local();
    // A parameter of the very function, as it was handed over and by its own name: not the exception of a call that saw it.
    let is_own = |origin: &Origin| {
        let Step::Passed { parameter, .. } = &origin.trail.step else { return false };
        let at = |place: Place| context.function_around(place).map(|function| function.span);
        let mut words = context.index.text(*place).split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.any(|word| word == parameter.as_str()) && at(origin.trail.root().place) == at(*place)
    };
    let settings = origins.iter().filter(|origin| matches!(&origin.kind, OriginKind::Setting { store, .. } if *store != Store::Literal));
    // A value that may be any of many settings comes from a general getter: which one it is here, nobody knows.
    let is_any_setting = settings.count() > MAX_SETTINGS;
    let is_sure = |origin: &Origin| match &origin.kind {
        OriginKind::Setting { name, .. } => {
            // An attribute called `token` is as often an object or a public id.
            let is_telling = !matches!(name.as_str(), "token" | "key" | "secret");
            !is_any_setting && (origin.confidence == Confidence::High || (is_near(origin) && is_telling))
        }
        // A parameter that is a credential by its name alone may be an object; a few calls on, nobody knows.
        OriginKind::Credential(Credential { channel: Channel::Parameter, kind, .. }) => {
            is_near(origin) || (matches!(kind, CredentialKind::Password | CredentialKind::ApiKey) && is_own(origin))
        }
        _ => true,
    };
    let Some(origin) = origins.iter().find(|origin| is_token(origin) && is_sure(origin)) else { return Vec::new() };
    if is_decoded_part(origin) || is_redacted(origin) || is_called_an_address(origin) {
        return Vec::new();
    }
    if origin.kind == OriginKind::IssuedToken && is_made_for_a_try(context, origin.trail.root().place) {
        return Vec::new();
    }
    if origin.kind == OriginKind::TokenResponse && is_after_failure(context, *place) {
        return Vec::new();
    }
    if sink.target == "standard output" && is_shown_on_purpose(origin) && is_in_command(*place, context) {
        return Vec::new();
    }
    let what = leaked(origin);
    let finding = FindingBuilder::new(RULE, Severity::Warning, *place, "it is written here")
        .message(format!("{} is written to {}: whoever can read it can use it.", capitalised(&what), sink.target))
        .help(format!("log an id, a hash or at most the last four characters instead of {}", spelled(origin, context)))
        .confidence(lower(origin.confidence, *confidence))
        .related(root(origin), origin.trail.root().step_text())
        .flow(steps(origin, *place, "written to the log"))
        .fix(redaction::fix(context, *place, *position, origin))
        .about(*place)
        .identity(what);
    vec![finding.build()]
}

/// Settings without a telling name that the same entry uses as a key.
fn logged_keys(facts: &Facts<'_>, context: &Context<'_, '_>) -> Vec<Finding> {
    let is_key = |origin: &Origin| {
        matches!(&origin.kind, OriginKind::Setting { name, .. } if facts.key_settings.contains(name)) && !relevant::is_secret(origin)
    };
    let keys = facts.logged_settings.iter().filter(|(origin, ..)| is_key(origin));
    keys.map(|(origin, target, place)| {
        FindingBuilder::new(RULE, Severity::Warning, *place, "it is written here")
            .message(format!("{}, which is used as a key, is written to {target}: whoever can read it can use it.", capitalised(&leaked(origin))))
            .help(format!("drop {} from the output, or log only whether it is set", spelled(origin, context)))
            .confidence(origin.confidence)
            .related(root(origin), origin.trail.root().step_text())
            .flow(steps(origin, *place, "written to the log"))
            .identity(held(origin))
            .build()
    })
    .collect()
}

/// `b64decode(token.split(".")[1])`: header or claims of a token that the program holds, without the signature that makes it one;
/// or `b64decode(token)[8:16]`: a field of one.
fn is_decoded_part(origin: &Origin) -> bool {
    let mut steps = steps_back(origin);
    let goes_through = |trail: &Trail, names: &[&str]| matches!(&trail.step, Step::Derived(name) if names.contains(&name.as_str()));
    let is_decoded = steps.any(|trail| goes_through(trail, &["b64decode", "urlsafe_b64decode", "base64url_decode"]));
    is_decoded
        && match &origin.kind {
            OriginKind::Credential(credential) => {
                credential.part == Part::Fragment && !steps.any(|trail| goes_through(trail, &["split"]))
            }
            _ => steps.any(|trail| goes_through(trail, &["split"])),
        }
}

/// `db_host = fetch_secret(…)`: secret stores also keep settings that are none, which only what they are called says.
fn is_called_an_address(origin: &Origin) -> bool {
    let is_stored = matches!(&origin.kind, OriginKind::Setting { store: Store::SecretStore, name } if name.is_empty());
    is_stored && origin.trail.names().any(|name| vocabulary::names_an_address(name))
}

/// `redact_token(token)`: what a function gives back that says it hides what it is given.
fn is_redacted(origin: &Origin) -> bool {
    let hides = |name: &str| {
        vocabulary::words(name).iter().any(|word| {
            ["redact", "mask", "sanitiz", "sanitis", "scrub", "obfuscat", "censor", "fingerprint"].iter().any(|start| word.starts_with(start))
        })
    };
    steps_back(origin).any(|trail| matches!(&trail.step, Step::Returned(name) if hides(name)))
}

/// The steps of a value, the last one first.
fn steps_back(origin: &Origin) -> impl Iterator<Item = &Trail> {
    std::iter::successors(Some(origin.trail.as_ref()), |trail| trail.previous.as_deref())
}

/// A token that was just made or obtained.
fn is_shown_on_purpose(origin: &Origin) -> bool {
    matches!(origin.kind, OriginKind::IssuedToken | OriginKind::TokenResponse)
}

/// Whether this is a command of a command line (`@cli.command()`, a script with arguments), or a function of the same file that
/// one calls: whoever runs it is shown what they asked for.
fn is_in_command(place: Place, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_around(place) else { return false };
    let Some(module) = context.index.module(place.file) else { return false };
    if is_script(place, &module.body, context) {
        return true;
    }
    let is_called_by = |command: &Function| {
        let mut is_called = false;
        visit::expressions(&command.body, &mut |expression| {
            is_called |= matches!(&expression.kind, ExpressionKind::Call { callee, .. } if is_named(callee, &function.name));
        });
        is_called
    };
    let mut functions = walk::functions(place.file, &module.body).into_iter().map(|site| site.function);
    is_command(function) || functions.any(|other| is_command(other) && is_called_by(other))
}

/// A file that is started by hand, reads its command line and serves nothing.
fn is_script(place: Place, body: &[Statement], context: &Context<'_, '_>) -> bool {
    let asks = |statement: &Statement| match &statement.kind {
        StatementKind::If { branches, .. } => branches.iter().any(|(test, _)| asks_for_main(test)),
        _ => false,
    };
    let text = &context.index.program.source(place.file).text;
    let reads_arguments = ["argparse", "sys.argv", "SystemExit(main(", "sys.exit(main("].iter().any(|words| text.contains(words));
    let serves = |decorator: &Expression| {
        let called = if let ExpressionKind::Call { callee, .. } = &decorator.kind { callee } else { decorator };
        ["route", "get", "post", "put", "patch", "delete"].iter().any(|name| is_named(called, name))
    };
    let mut functions = walk::functions(place.file, body).into_iter();
    body.iter().any(asks) && reads_arguments && !functions.any(|site| site.function.decorators.iter().any(serves))
}

fn is_command(function: &Function) -> bool {
    function.decorators.iter().any(|decorator| {
        let called = if let ExpressionKind::Call { callee, .. } = &decorator.kind { callee } else { decorator };
        is_named(called, "command")
    })
}

fn is_named(expression: &Expression, wanted: &str) -> bool {
    matches!(&expression.kind, ExpressionKind::Attribute { name, .. } | ExpressionKind::Name(name) if name == wanted)
}

fn is_token(origin: &Origin) -> bool {
    match &origin.kind {
        OriginKind::Credential(Credential { channel, kind, name, part }) => {
            let is_secret_part = matches!(part, Part::Whole | Part::Token | Part::Fragment);
            // A parameter called `token` is as often a word of a grammar as a credential.
            let is_telling = *channel != Channel::Parameter || !matches!(name.as_str(), "token" | "tok" | "key" | "secret");
            is_secret_part && is_telling && *kind != CredentialKind::Signature
        }
        OriginKind::IssuedToken | OriginKind::TokenResponse => true,
        _ => relevant::is_secret(origin),
    }
}
