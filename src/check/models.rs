//! Models over all keys together: sequential (Lamport 1979), causal (causal memory: Ahamad et al. 1995) and PRAM (Lipton
//! and Sandberg 1988). They do not compose key by key. And k-atomicity (Aiyer et al. 2005), which does.
//!
//! ```text
//! calls         operations on registers, each read with the write that it read from
//! relation      who must come before whom, closed under transitivity
//! constrain     what such a relation forces when reads are to make sense
//! order         a search for one order of everything
//! decide        a verdict on one model
//! atomic        the smallest k
//! shrink        the fewest calls that show a violation
//! live          verdicts on the recorded history of a run
//! words         evidence in plain words
//! ```
//!
//! Every write has a name of its own, so a read tells which write it read from. Then PRAM and causal are decided by
//! closing a relation (Bouajjani, Enea, Guerraoui, Hamza, "On verifying causal consistency", 2017: no cycle, no read of
//! what was overwritten, within the causes of any one process), in polynomial time; sequential is looked for
//! by search within a budget, after the same closing has found most of what is impossible.
//!
//! All of this stays true when operations are forgotten: without some writes, and the reads that read from them, an
//! order of the rest is still an order. So what a part of a history shows, the whole shows.

mod atomic;
mod calls;
mod constrain;
mod decide;
mod live;
mod order;
mod relation;
mod shrink;
mod words;

pub(crate) use atomic::{Undecided, atomic, smallest_k};
pub(crate) use calls::{Call, Calls, Did};
pub use decide::Model;
pub(crate) use decide::{Found, decide};
pub use live::{Judge, MOST_K};
pub(crate) use shrink::shrink;

#[cfg(test)]
mod tests;
