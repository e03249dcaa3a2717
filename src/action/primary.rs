//! How one replica takes the writes and streams them to the others.

/// The rules of a primary and its replicas.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PrimaryPolicy {}
