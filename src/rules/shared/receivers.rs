//! What a webhook receiver is: by its path, its name, its file, or a sender that the providers' models know.

use super::Context;
use crate::flow::event::{EntryInfo, EntryKind};
use crate::models::schema::ProviderModel;
use crate::program::vocabulary;
use crate::source::FileId;
use crate::syntax::tree::{Expression, ExpressionKind, Statement, StatementKind};

/// Words for what senders deliver.
const DELIVERIES: &[&str] = &[
    "webhook",
    "webhooks",
    "hook",
    "hooks",
    "callback",
    "event",
    "events",
    "ipn",
    "notify",
    "notification",
    "notifications",
    "delivery",
    "command",
    "commands",
    "interaction",
    "interactions",
    "interactive",
];

/// Verbs of routes that manage webhooks and receive none.
const MANAGES: &[&str] = &[
    "create",
    "add",
    "delete",
    "remove",
    "list",
    "get",
    "update",
    "register",
    "unregister",
    "set",
    "send",
    "subscribe",
    "unsubscribe",
    "edit",
    "new",
    "setup",
    "configure",
    "enable",
    "disable",
    "toggle",
    "manage",
    "show",
    "test",
    "install",
    "rotate",
    "save",
    "resend",
    "retry",
];

/// Keys that senders put into a delivery.
const DELIVERED_KEYS: &[&str] = &[
    "ref",
    "repository",
    "commits",
    "action",
    "event",
    "event_type",
    "eventType",
    "object_kind",
    "pusher",
    "sender",
    "webhookEvent",
    "hook_id",
    "push_data",
];

/// The sender that a route's path or name speaks of.
pub(in crate::rules) fn provider<'i>(entry: &EntryInfo, context: &Context<'i, '_>) -> Option<&'i ProviderModel> {
    let words = words(entry);
    let is_receiver = words.iter().any(|word| DELIVERIES.contains(&word.as_str()));
    context
        .models
        .providers()
        .iter()
        .find(|provider| is_receiver && provider.words.iter().any(|word| words.contains(word)))
}

/// Whether an entry receives deliveries that some other system posts.
pub(in crate::rules) fn is_receiver(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    if entry.kind != EntryKind::Route || !entry.methods.iter().any(|method| method == "POST") {
        return false;
    }
    let name = entry.name.rsplit('.').next().unwrap_or_default();
    let manages = vocabulary::words(&entry.name)
        .iter()
        .chain(vocabulary::words(name).first())
        .any(|word| MANAGES.contains(&word.as_str()));
    let says_webhook = |word: &String| matches!(word.as_str(), "webhook" | "webhooks");
    let is_named = words(entry).iter().any(says_webhook) || provider(entry, context).is_some();
    (is_named && !manages) || (is_file_of_receivers(entry.place.file, context) && reads_a_delivery(entry, context))
}

fn words(entry: &EntryInfo) -> Vec<String> {
    let mut words = vocabulary::words(&entry.name).to_vec();
    words.extend(vocabulary::words(entry.path.as_deref().unwrap_or_default()));
    words
}

/// `webhooks.py`: its routes receive deliveries, whatever their paths.
fn is_file_of_receivers(file: FileId, context: &Context<'_, '_>) -> bool {
    let path = &context.index.program.source(file).path;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    vocabulary::words(&stem).iter().any(|word| matches!(word.as_str(), "webhook" | "webhooks"))
}

fn reads_a_delivery(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_at(entry.place) else { return false };
    let mut reads = false;
    crate::syntax::visit::expressions(&function.body, &mut |expression| {
        if let ExpressionKind::String(text) = &expression.kind {
            reads |= DELIVERED_KEYS.contains(&text.as_str());
        }
    });
    reads
}

/// Calls that only read, convert, report or answer.
const HARMLESS: &[&str] = &[
    "get_json",
    "get_data",
    "get",
    "json",
    "jsonify",
    "dumps",
    "loads",
    "print",
    "pprint",
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "log",
    "abort",
    "len",
    "str",
    "int",
    "float",
    "bool",
    "dict",
    "list",
    "set",
    "tuple",
    "repr",
    "format",
    "make_response",
    "Response",
    "JSONResponse",
    "PlainTextResponse",
    "HttpResponse",
    "JsonResponse",
    "isinstance",
    "startswith",
    "endswith",
    "split",
    "strip",
    "lower",
    "upper",
    "items",
    "keys",
    "values",
    "now",
    "utcnow",
    "time",
    "decode",
    "encode",
    "join",
    "to_dict",
    "getenv",
    "redirect",
    "url_for",
    "render_template",
    "body",
    "read",
    "form",
    "sorted",
    "type",
    "getLogger",
    "replace",
    "isoformat",
    "sleep",
    "HTTPException",
    "enumerate",
    "range",
    "zip",
    "any",
    "all",
    "min",
    "max",
    "sum",
    "hasattr",
    "getattr",
    "iter",
    "next",
    "parse_qs",
    "b64decode",
    "fromtimestamp",
    "strftime",
];

/// Whether a handler does something with what it is sent: a call that is more than reading and answering, or a change of
/// something that outlives it. What only logs and answers has nothing to protect.
pub(in crate::rules) fn acts(entry: &EntryInfo, context: &Context<'_, '_>) -> bool {
    let Some(function) = context.function_at(entry.place) else { return false };
    let mut acts = changes(&function.body);
    crate::syntax::visit::expressions(&function.body, &mut |expression| acts |= is_act(expression));
    acts
}

fn is_act(expression: &Expression) -> bool {
    let ExpressionKind::Call { callee, .. } = &expression.kind else { return false };
    match &callee.kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => !HARMLESS.contains(&name.as_str()),
        _ => true,
    }
}

/// Whether statements change something by key or attribute, or a global.
fn changes(body: &[Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Assign { targets, .. } => targets
            .iter()
            .any(|target| matches!(target.kind, ExpressionKind::Subscript { .. } | ExpressionKind::Attribute { .. })),
        StatementKind::Global(_) | StatementKind::Delete(_) => true,
        _ => crate::flow::walk::bodies(statement).into_iter().any(changes),
    })
}

/// Whether a call stands alone as a statement: its answer decides nothing.
pub(in crate::rules) fn is_bare_statement(place: crate::source::Place, context: &Context<'_, '_>) -> bool {
    let Some(module) = context.index.module(place.file) else { return false };
    stands_alone(&module.body, place.span)
}

fn stands_alone(body: &[Statement], span: crate::source::Span) -> bool {
    body.iter().filter(|statement| statement.span.contains(span)).any(|statement| match &statement.kind {
        StatementKind::Expression(expression) => match &expression.kind {
            ExpressionKind::Await(inner) => inner.span == span,
            _ => expression.span == span,
        },
        _ => crate::flow::walk::bodies(statement).into_iter().any(|inner| stands_alone(inner, span)),
    })
}
