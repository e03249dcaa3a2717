//! Dense identifiers. Each is an index into the vector that owns the thing, or a running number.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl $name {
            /// As an index into a dense vector.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

id!(
    /// A replica, by its place in the scenario.
    NodeId(u16), "n"
);
id!(
    /// A zone of replicas (a data centre), by the order of its name.
    ZoneId(u16), "z"
);
id!(
    /// A client, by its place in the scenario.
    ClientId(u16), "c"
);
id!(
    /// A key, by the order in which it first appeared.
    KeyId(u32), "k"
);
id!(
    /// A write, by the order of acceptance: leaderless replicas have no counter that all agree on, so a
    /// value is named by its write (`w17`).
    WriteId(u32), "w"
);
id!(
    /// An operation of a client, by the order of submission.
    OpId(u32), "op"
);
id!(
    /// A message, by the order of sending.
    MessageId(u32), "m"
);
id!(
    /// A cut, by the order of cutting.
    CutId(u32), "cut"
);

impl NodeId {
    /// The node at an index of the scenario; presets bound the number of replicas far below `u16::MAX`.
    pub fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }
}
