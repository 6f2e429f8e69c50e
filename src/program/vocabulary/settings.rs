//! What names say of settings: of classes and objects that hold them.

use super::{has, words};

/// Whether an object of this name holds settings: `config`, `app_settings`.
pub fn names_settings(holder: &str) -> bool {
    has(&words(holder), &["config", "configuration", "settings", "conf", "cfg"])
}

/// Whether a class of this name holds the settings of an application: `DevelopmentConfig`, `Settings`. One that provides,
/// reads or shows settings only knows their names.
pub fn holds_settings(class: &str) -> bool {
    const ACTORS: &[&str] = &[
        "provider",
        "parser",
        "reader",
        "loader",
        "resolver",
        "writer",
        "manager",
        "handler",
        "builder",
        "factory",
        "validator",
        "checker",
        "helper",
        "view",
        "form",
        "flow",
        "entry",
        "page",
        "serializer",
        "schema",
        "error",
        "exception",
        "mapper",
        "importer",
        "exporter",
    ];
    let lower = class.to_ascii_lowercase();
    let acts = words(class).last().is_some_and(|word| ACTORS.contains(&word.as_str()));
    (lower.contains("config") || lower.contains("setting")) && !lower.contains("test") && !acts
}
