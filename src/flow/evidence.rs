//! What a path has established about its caller so far.

use std::rc::Rc;

use crate::source::Place;

/// One thing a path did with the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// The credential is there.
    Presence,
    /// It begins with a scheme word.
    Scheme,
    /// Its length, characters or form were tested.
    Shape,
    /// It was found wanting: this path is the negative side of a test.
    Rejected,
    /// Equal to a static secret, compared plainly.
    StaticComparison,
    /// Equal to a static secret, compared in constant time.
    ConstantTimeComparison,
    /// A signature over the delivery equals the computed one.
    DeliverySignature,
    /// A token's signature was verified.
    Signature,
    /// Its audience was constrained.
    Audience,
    /// Its issuer was constrained.
    Issuer,
    /// Its expiry was checked.
    Expiry,
    /// A scope, role or other claim of a verified token was tested.
    Scope,
    /// An authorization server was asked.
    Introspection,
    /// A session or identity of a framework was tested.
    Identity,
    /// A claim of an unverified token was tested.
    UnverifiedClaim,
    /// A validator of the program that accepts everything.
    Stub,
    /// A verification failed on this path and the path went on.
    FailedVerification,
    /// An unknown function, decorator or collection saw the credential, or a bound was reached.
    Opaque,
}

/// A check and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Check {
    /// What was checked.
    pub kind: CheckKind,
    /// Where.
    pub place: Place,
}

/// The checks of one path, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Evidence(Rc<Vec<Check>>);

/// Checks kept apart on one path.
const MAX_CHECKS: usize = 40;

impl<'a> IntoIterator for &'a Evidence {
    type Item = &'a Check;
    type IntoIter = std::slice::Iter<'a, Check>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Evidence {
    /// Adds a check.
    pub fn add(&mut self, kind: CheckKind, place: Place) {
        let check = Check { kind, place };
        if let Err(at) = self.0.binary_search(&check)
            && (self.0.len() < MAX_CHECKS || kind == CheckKind::Opaque)
        {
            Rc::make_mut(&mut self.0).insert(at, check);
        }
    }

    /// Adds every check of another path's evidence.
    pub fn add_all(&mut self, other: &Self) {
        for check in other {
            self.add(check.kind, check.place);
        }
    }

    /// Each check.
    pub fn iter(&self) -> std::slice::Iter<'_, Check> {
        self.0.iter()
    }

    /// Whether a check of this kind was made.
    pub fn has(&self, kind: CheckKind) -> bool {
        self.0.iter().any(|check| check.kind == kind)
    }
}
