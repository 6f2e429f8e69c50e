//! Whether a value can be `None`, empty or full.

/// Which of none, falsy-but-not-`None` and truthy a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nullness(u8);

impl Nullness {
    /// It can be `None`.
    pub const NONE: Self = Self(1);
    /// It can be falsy without being `None`.
    pub const EMPTY: Self = Self(2);
    /// It can be truthy.
    pub const FULL: Self = Self(4);
    /// Anything.
    pub const ANY: Self = Self(7);
    /// Not `None`.
    pub const PRESENT: Self = Self(6);

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The opposite.
    #[must_use]
    pub const fn not(self) -> Self {
        Self(!self.0 & 7)
    }

    /// Whether any of the given possibilities is left.
    pub const fn may_be(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is possible: such a path does not exist.
    pub const fn is_impossible(self) -> bool {
        self.0 == 0
    }
}
