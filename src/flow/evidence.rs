//! What a path has established about its caller so far.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::state::hash_of;
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
    /// A secret was found unset: this path exists where the deployment lacks it.
    Unset,
    /// This path exists in development or tests only.
    Development,
    /// This path exists for requests that only ask: `GET`, `HEAD`, `OPTIONS`.
    Reading,
    /// A validator of the program that accepts everything.
    Stub,
    /// A verification failed on this path and the path went on.
    FailedVerification,
    /// The handler of its exception ran.
    Caught,
    /// An unknown function, decorator or collection saw the credential, or a bound was reached.
    Opaque,
}

impl CheckKind {
    /// Whether it says something about the caller beyond the form of what was sent. What nobody could see may have.
    pub fn is_proof(self) -> bool {
        !matches!(
            self,
            Self::Presence
                | Self::Scheme
                | Self::Shape
                | Self::Rejected
                | Self::Reading
                | Self::Unset
                | Self::Development
                | Self::FailedVerification
                | Self::Caught
        )
    }

    /// Whether it says something about what was sent and nothing about the caller: beside a proof it decides nothing.
    pub fn is_of_form(self) -> bool {
        matches!(self, Self::Presence | Self::Scheme | Self::Shape | Self::Rejected | Self::Reading)
    }

    /// Whether it says that a proof on the same path may be worth less than it seems.
    fn is_doubt(self) -> bool {
        matches!(
            self,
            Self::Unset
                | Self::Development
                | Self::FailedVerification
                | Self::Caught
                | Self::Stub
                | Self::UnverifiedClaim
                | Self::Opaque
        )
    }
}

/// A check and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Check {
    /// What was checked.
    pub kind: CheckKind,
    /// Where.
    pub place: Place,
}

/// The checks of one path, in the order in which they were made. Two paths that made the same checks in another order
/// know the same, so they are equal.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    checks: Rc<Vec<Check>>,
    /// The sum of the hashes of all checks: independent of their order.
    fingerprint: u64,
    /// The same of those that still decide something once a path has a proof; what nobody could see is one, wherever it is.
    weight: u64,
    /// Whether the callers of the function that made them had a proof before.
    is_behind_proof: bool,
}

/// Checks kept apart on one path.
const MAX_CHECKS: usize = 40;

impl PartialEq for Evidence {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && self.checks.len() == other.checks.len()
            && (Rc::ptr_eq(&self.checks, &other.checks) || self.iter().all(|check| other.checks.contains(check)))
    }
}

impl Eq for Evidence {}

impl Hash for Evidence {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

impl<'a> IntoIterator for &'a Evidence {
    type Item = &'a Check;
    type IntoIter = std::slice::Iter<'a, Check>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Evidence {
    /// What a function begins with that is called on this path: nothing of its own.
    #[must_use]
    pub fn of_callee(&self) -> Self {
        Self { is_behind_proof: self.is_proved(), ..Self::default() }
    }

    /// Whether the caller of the route was looked at, on this path or before the running function was called.
    pub fn is_proved(&self) -> bool {
        self.is_behind_proof || self.has_proof()
    }

    /// Adds a check.
    pub fn add(&mut self, kind: CheckKind, place: Place) {
        let check = Check { kind, place };
        if !self.checks.contains(&check) && (self.checks.len() < MAX_CHECKS || kind == CheckKind::Opaque) {
            self.fingerprint = self.fingerprint.wrapping_add(hash_of(&check));
            let weight = match kind {
                CheckKind::Opaque if self.has(kind) => 0,
                CheckKind::Opaque => hash_of(&kind),
                _ if kind.is_of_form() => 0,
                _ => hash_of(&check),
            };
            self.weight = self.weight.wrapping_add(weight);
            Rc::make_mut(&mut self.checks).push(check);
        }
    }

    /// Drops the checks that no longer say anything.
    pub fn forget(&mut self, is_over: impl Fn(&Check) -> bool) {
        if !self.iter().any(&is_over) {
            return;
        }
        let kept: Vec<Check> = self.iter().filter(|check| !is_over(check)).copied().collect();
        *self = Self { is_behind_proof: self.is_behind_proof, ..Self::default() };
        kept.into_iter().for_each(|check| self.add(check.kind, check.place));
    }

    /// Adds every check of another path's evidence, after those that are here.
    pub fn add_all(&mut self, other: &Self) {
        if self.checks.is_empty() {
            self.clone_from(other);
            return;
        }
        for check in other {
            self.add(check.kind, check.place);
        }
    }

    /// The checks of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        if self != other {
            all.add_all(other);
        }
        all
    }

    /// The checks of one path that stands for two. Of the form only what both tested is kept: what one of them tested the
    /// other may still take apart carelessly.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        let mut joined = Self { is_behind_proof: self.is_behind_proof && other.is_behind_proof, ..Self::default() };
        let own = self.iter().filter(|check| !check.kind.is_of_form() || other.has(check.kind));
        let others = other.iter().filter(|check| !check.kind.is_of_form() || self.has(check.kind));
        own.chain(others).for_each(|check| joined.add(check.kind, check.place));
        joined
    }

    /// Whether it makes no difference which of two paths was taken: they made the same checks, or both have the same proofs
    /// and doubts, so that what was tested of the form no longer matters.
    pub fn is_like(&self, other: &Self) -> bool {
        self == other || (self.weight == other.weight && self.is_proved() && other.is_proved())
    }

    /// Whether two paths established the same kinds of things, wherever they did.
    pub fn is_of_same_kinds(&self, other: &Self) -> bool {
        self.kinds(|_| true) == other.kinds(|_| true)
    }

    /// Whether two paths proved something, by whatever means, and the same kinds of doubts remain.
    pub fn proves_as_much(&self, other: &Self) -> bool {
        self.has_proof() && other.has_proof() && self.kinds(CheckKind::is_doubt) == other.kinds(CheckKind::is_doubt)
    }

    /// Whether neither proved anything, and the same kinds of doubts remain: what was tested of the form may differ.
    pub fn proves_as_little(&self, other: &Self) -> bool {
        !self.has_proof() && !other.has_proof() && self.kinds(CheckKind::is_doubt) == other.kinds(CheckKind::is_doubt)
    }

    /// The wanted kinds among those of the checks, a bit for each.
    fn kinds(&self, is_wanted: impl Fn(CheckKind) -> bool) -> u32 {
        let kinds = self.iter().map(|check| check.kind).filter(|kind| is_wanted(*kind));
        kinds.fold(0, |all, kind| all | 1 << kind as u32)
    }

    /// Each check.
    pub fn iter(&self) -> std::slice::Iter<'_, Check> {
        self.checks.iter()
    }

    /// Whether anything was established about the caller, or may have been where nobody can see.
    pub fn has_proof(&self) -> bool {
        self.iter().any(|check| check.kind.is_proof())
    }

    /// Whether a check of this kind was made.
    pub fn has(&self, kind: CheckKind) -> bool {
        self.checks.iter().any(|check| check.kind == kind)
    }
}
