//! Who the caller is, as a library or the program itself says after a verification that lets callers pass who show nothing:
//! where somebody asked, and where what was answered decided something. Only that it was looked at, never what should follow.

use super::interpreter::Interpreter;
use super::origin::{OriginKind, Origins};
use super::value::{Nullness, Shape, Value};
use crate::finding::Confidence;
use crate::models::Meaning;
use crate::source::Place;

impl<'p> Interpreter<'p, '_> {
    /// What a library says of the verified caller; nothing where there is none.
    pub(super) fn identity(place: Place) -> Value<'p> {
        let words = "who the caller is, where a token came, is asked here";
        Value::from_origins(Origins::one(OriginKind::Identity, Confidence::High, place, words), Nullness::ANY)
    }

    /// Something is read that tells who the verified caller is, called or not.
    pub(super) fn identity_is_read(&mut self, value: &Value<'p>, place: Place) {
        if self.is_loud() && self.is_library_identity(value) {
            self.facts.identity_reads.insert(place);
        }
    }

    /// What tells who the caller is decides something, or is handed to what nobody can see into. Claims tell it too.
    pub(super) fn identity_is_looked_at(&mut self, value: &Value<'p>, place: Place) {
        if !self.is_loud() {
            return;
        }
        let tells = |kind: &OriginKind| {
            matches!(
                kind,
                OriginKind::Identity
                    | OriginKind::Claims { is_verified: true, .. }
                    | OriginKind::Claim { is_verified: true, .. }
            )
        };
        if self.is_library_identity(value) || value.deep_origins().any(tells) {
            let by_handler = self.entry.is_some_and(|entry| self.running.contains(&entry));
            *self.facts.identity_looks.entry(place).or_default() |= by_handler;
        }
    }

    fn is_library_identity(&self, value: &Value<'p>) -> bool {
        let Shape::External(path) = &value.shape else { return false };
        matches!(self.models.meaning(path), Some(Meaning::Identity))
    }
}
