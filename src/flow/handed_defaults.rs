//! Defaults that a program's own reader of settings is handed: `setting("API_KEY", "literal")`. Evaluates nothing.

use super::interpreter::Branches;
use super::origin::{Origin, OriginKind, Origins, Store};
use super::value::{Nullness, Value};
use crate::program::vocabulary;
use crate::source::Place;
use crate::syntax::tree::Name;

/// What a function of the program gave: where that is a secret setting or else a literal of the very call, the literal is what
/// takes the place of the setting.
pub(super) fn named(mut branches: Branches<'_>, call: Place) -> Branches<'_> {
    let mut settings = branches.iter().filter_map(|(_, value)| value.origins.setting_name());
    let Some(name) = settings.next().filter(|name| vocabulary::is_secret(name)).cloned() else { return branches };
    if settings.all(|other| *other == name) {
        for (_, value) in &mut branches {
            if let Some(origins) = with_default(value, &name, call) {
                *value = Value::from_origins(origins, value.nullness.and(Nullness::PRESENT));
            }
        }
    }
    branches
}

/// The origins of a value whose literals stand in the call, as defaults of a setting.
fn with_default(value: &Value<'_>, setting: &Name, call: Place) -> Option<Origins> {
    let is_handed = |origin: &Origin| {
        let at = origin.trail.root().place;
        let is_literal = matches!(&origin.kind, OriginKind::Setting { store: Store::Literal, name } if name.is_empty());
        is_literal && at.file == call.file && call.span.contains(at.span)
    };
    let all = value.origins.union(&value.literal_origin());
    if !all.iter().any(is_handed) || value.as_text().is_some_and(smol_str::SmolStr::is_empty) {
        return None;
    }
    Some(all.filter_map(|origin| {
        let named = || OriginKind::Setting { store: Store::Literal, name: setting.clone() };
        let kind = if is_handed(origin) { named() } else { origin.kind.clone() };
        Some(Origin { kind, ..origin.clone() })
    }))
}
