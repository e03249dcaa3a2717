//! The laws of the simulation, tried on random clusters under random faults.
//!
//! ```text
//! generate   draws → scenario, commands, moves: every command there is
//! replay     the same log gives the same run; seeking, undoing and branching lose nothing
//! schedule   words to write a schedule by hand in, and a naive reading of its facts
//! overlap    where read and write sets overlap no read misses an acknowledged write, and what breaks that
//! linearizable  what is linearizable, and what is not once a premise is given up
//! randomness what a knob or a person does moves no other message
//! convergence once quiet, whatever the policy, the style and the system; and never, for the reason that is told
//! network    no going back, order on links
//! quorums    what quorums, read repair and N do, message by message
//! merging    commutative, associative, idempotent over versions that really occur
//! sessions   guarantees that are asked for hold, and logical clocks keep cause before effect
//! scenarios  SEMANTICS §13, by number
//! crdt       the laws of counters and sets, and what they promise
//! digests    what replicas compare changes nothing about where they end
//! honesty    what the ledger and `settled` say, against a naive reading of the facts
//! anomalies  what the log of anomalies says, against a naive reading of the facts
//! replication a primary and its replicas: offsets, logs, majorities, settling, convergence
//! regions    one table in several regions: converging, and what each level of a read promises
//! bounded    nothing grows with the length of a run
//! ```
//!
//! Runs are fixed: each property names its seed, and a failure prints the draws it shrank to.

mod anomalies;
mod bounded;
mod convergence;
mod crdt;
mod digests;
mod generate;
mod honesty;
mod linearizable;
mod merging;
mod network;
mod overlap;
mod quorums;
mod randomness;
mod regions;
mod replay;
mod replication;
mod scenarios;
mod schedule;
mod sessions;
