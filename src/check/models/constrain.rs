//! What a relation forces when reads are to make sense: in every order, between a write and a read of it no other write
//! of the same key takes effect.
//!
//! ```text
//! r reads from s, and w is another write of that key:
//!     w before r   ⟹   w before s
//!     s before w   ⟹   r before w
//! ```
//!
//! For the reads of one process, which stand in a row, closing under these finds every impossibility (Bouajjani et al.
//! 2017: what they call happened-before of an operation); for other sets of reads most of them.

use super::{
    calls::{Call, Did},
    relation::{Cycle, Relation},
};

/// Each session's order, as far as it is one.
pub(super) fn session_order(calls: &[Call]) -> Result<Relation, Cycle> {
    let mut relation = Relation::new(calls.len());
    let mut by_call: Vec<usize> = (0..calls.len()).collect();
    by_call.sort_by_key(|call| calls[*call].invoked);
    for (place, b) in by_call.iter().enumerate() {
        // The latest first: what comes before those is known by then.
        for a in by_call[..place].iter().rev() {
            if calls[*a].precedes(&calls[*b]) {
                relation.add(*a, *b)?;
            }
        }
    }
    Ok(relation)
}

/// Writes before those who read from them, for the given reads.
pub(super) fn add_sources(
    relation: &mut Relation,
    calls: &[Call],
    reads: impl Iterator<Item = usize>,
) -> Result<(), Cycle> {
    for read in reads {
        if let Did::Read(Some(source)) = calls[read].did {
            relation.add(source as usize, read)?;
        }
    }
    Ok(())
}

/// Closes the relation under what the given reads force.
pub(super) fn close(relation: &mut Relation, calls: &[Call], reads: &[usize]) -> Result<(), Cycle> {
    loop {
        let mut grew = false;
        for read in reads {
            let Did::Read(source) = calls[*read].did else { continue };
            let others = (0..calls.len()).filter(|call| {
                calls[*call].is_write()
                    && calls[*call].key == calls[*read].key
                    && source.is_none_or(|source| source as usize != *call)
            });
            for write in others {
                match source.map(|source| source as usize) {
                    // What was there at the beginning was there before every write.
                    None => grew |= relation.add(*read, write)?,
                    Some(source) => {
                        if relation.has(write, *read) {
                            grew |= relation.add(write, source)?;
                        }
                        if relation.has(source, write) {
                            grew |= relation.add(*read, write)?;
                        }
                    }
                }
            }
        }
        if !grew {
            return Ok(());
        }
    }
}
