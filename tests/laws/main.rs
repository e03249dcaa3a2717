//! The laws of the simulation, tried on random clusters under random faults.
//!
//! ```text
//! generate   draws → scenario, commands, moves: every command there is
//! replay     the same log gives the same run; seeking, undoing and branching lose nothing
//! network    laws of SEMANTICS §14: overlap, convergence, stable randomness, no going back
//! quorums    what quorums, read repair and N promise, and the counter-example to each
//! merging    commutative, associative, idempotent over versions that really occur
//! sessions   guarantees that are asked for hold, and logical clocks keep cause before effect
//! scenarios  SEMANTICS §13, by number
//! crdt       the laws of counters and sets, and what they promise
//! digests    what replicas compare changes nothing about where they end
//! honesty    what the ledger and `settled` say, against a naive reading of the facts
//! replication a primary and its replicas: offsets, logs, majorities, settling, convergence
//! regions    one table in several regions: converging, and what each level of a read promises
//! bounded    nothing grows with the length of a run
//! ```
//!
//! Runs are fixed: each property names its seed, and a failure prints the draws it shrank to.

mod bounded;
mod crdt;
mod digests;
mod generate;
mod honesty;
mod merging;
mod network;
mod quorums;
mod regions;
mod replay;
mod replication;
mod scenarios;
mod sessions;
