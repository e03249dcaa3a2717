//! Anti-entropy by digests: names of contents travel first, contents only where the names differ.
//!
//! ```text
//! vector   A ── the name of each key's contents ──► B                        then what differs
//! merkle   A ── root ──► B ── its children ──► A ── theirs that differ ──► … leaves, then what differs
//! ```
//!
//! Merkle trees as Dynamo (§4.7) and Cassandra's repair have them: binary, over the keys that both replicate,
//! compared level by level, descending only where the hashes differ. Neither side remembers a comparison: all
//! there is to know of it is in its messages. What a replica holds of keys that it does not replicate is in no
//! tree; it offers that by name.

use std::sync::Arc;

use crate::{
    action::Style,
    base::{KeyId, NodeId, mix},
    data::{Held, Merge},
};

use super::{Body, Exchange, Output, Placement, Replica, Surroundings, message::Contents, store::Store};

/// One message of a comparison.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub round: u64,
    /// What its sender wants done about what differs.
    pub exchange: Exchange,
    pub digests: Digests,
}

#[derive(Debug, Clone)]
pub enum Digests {
    /// The names of what the sender holds, sorted by key: of all that may concern the receiver.
    Keys(Arc<[(KeyId, u64)]>),
    /// Some nodes of one level of the tree, from the left, with their hashes. The root is level 0, the leaves
    /// are level `depth`; a key is in the leaf that its lowest `depth` bits say.
    Nodes { depth: u8, level: u8, hashes: Arc<[(u32, u64)]> },
}

/// Some of the keys.
#[derive(Debug, Clone)]
pub enum Part {
    /// These, sorted.
    Keys(Arc<[KeyId]>),
    /// Those that both replicate below these nodes, sorted.
    Below { depth: u8, level: u8, nodes: Arc<[u32]> },
}

impl Comparison {
    /// How many digests it carries.
    pub fn len(&self) -> usize {
        match &self.digests {
            Digests::Keys(names) => names.len(),
            Digests::Nodes { hashes, .. } => hashes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether its receiver knows which keys differ.
    pub fn is_last(&self) -> bool {
        match self.digests {
            Digests::Keys(_) => true,
            Digests::Nodes { depth, level, .. } => level == depth,
        }
    }

    /// Whether it opens the comparison of two trees.
    pub fn is_root(&self) -> bool {
        matches!(self.digests, Digests::Nodes { level: 0, .. })
    }

    /// Tells the messages of one round over one link apart.
    pub(super) fn step(&self) -> u32 {
        match self.digests {
            Digests::Keys(_) => 0,
            Digests::Nodes { level, .. } => u32::from(level),
        }
    }

    /// Whether its sender said what it holds of `key`, by itself or in a hash.
    pub fn lists(&self, key: KeyId) -> bool {
        match &self.digests {
            Digests::Keys(names) => named(names, key).is_some(),
            Digests::Nodes { .. } => true,
        }
    }
}

impl Part {
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Keys(keys) => keys.is_empty(),
            Self::Below { nodes, .. } => nodes.is_empty(),
        }
    }

    /// Whether `key` belongs to it, between these two.
    pub fn covers(&self, key: KeyId, pair: (NodeId, NodeId), placement: Placement<'_>) -> bool {
        match self {
            Self::Keys(keys) => keys.binary_search(&key).is_ok(),
            Self::Below { depth, level, nodes } => {
                both_replicate(pair, key, placement)
                    && nodes.binary_search(&(leaf_of(key, *depth) >> (depth - level))).is_ok()
            }
        }
    }
}

impl Exchange {
    pub(super) fn of(style: Style) -> Self {
        match style {
            Style::Push => Self::Tell,
            Style::Pull => Self::Ask,
            Style::PushPull => Self::TellAndAsk,
        }
    }

    pub fn tells(self) -> bool {
        self != Self::Ask
    }

    pub fn asks(self) -> bool {
        self != Self::Tell
    }

    /// The same, as the other side would say it.
    fn mirrored(self) -> Self {
        match self {
            Self::Tell => Self::Ask,
            Self::Ask => Self::Tell,
            Self::TellAndAsk => Self::TellAndAsk,
        }
    }
}

fn both_replicate((a, b): (NodeId, NodeId), key: KeyId, placement: Placement<'_>) -> bool {
    placement.is_owner(a, key) && placement.is_owner(b, key)
}

fn leaf_of(key: KeyId, depth: u8) -> u32 {
    key.0 & ((1 << depth) - 1)
}

fn named(names: &[(KeyId, u64)], key: KeyId) -> Option<u64> {
    names.binary_search_by_key(&key, |(k, _)| *k).ok().map(|index| names[index].1)
}

/// Rounds that offer what belongs to no tree are named apart from the others.
fn beside(round: u64) -> u64 {
    round | 1 << 62
}

impl Replica {
    /// Opens a comparison of every key's name with `to`.
    pub(super) fn compare_names(
        &self,
        to: NodeId,
        (round, exchange): (u64, Exchange),
        placement: Placement<'_>,
        out: &mut Vec<Output>,
    ) {
        let concerns = |key| {
            exchange.tells() && placement.is_owner(to, key)
                || exchange.asks() && placement.is_owner(self.id, key)
        };
        self.send_names(to, (round, exchange), concerns, out);
    }

    /// Opens a comparison of trees with `to`.
    pub(super) fn compare_trees(
        &self,
        to: NodeId,
        (round, exchange): (u64, Exchange),
        placement: Placement<'_>,
        out: &mut Vec<Output>,
    ) {
        let depth = self.store.depth();
        let shared =
            |(key, held): (KeyId, &Held)| !held.is_nothing() && both_replicate((self.id, to), key, placement);
        if exchange.asks() || self.store.contents().any(shared) {
            let root = self.level(to, (depth, 0), placement)[0];
            let digests = Digests::Nodes { depth, level: 0, hashes: [(0, root)].into() };
            compare(to, Comparison { round, exchange, digests }, out);
        }
        if exchange.tells() {
            self.offer_the_rest(to, round, placement, out);
        }
    }

    /// Tells `to`, by name, what this one holds of keys that only the other replicates.
    fn offer_the_rest(&self, to: NodeId, round: u64, placement: Placement<'_>, out: &mut Vec<Output>) {
        let rest = |key| placement.is_owner(to, key) && !placement.is_owner(self.id, key);
        self.send_names(to, (beside(round), Exchange::Tell), rest, out);
    }

    fn send_names(
        &self,
        to: NodeId,
        (round, exchange): (u64, Exchange),
        concerns: impl Fn(KeyId) -> bool,
        out: &mut Vec<Output>,
    ) {
        let names: Arc<[_]> = self
            .store
            .contents()
            .filter(|(key, held)| !held.is_nothing() && concerns(*key))
            .map(|(key, held)| (key, held.content()))
            .collect();
        if exchange.asks() || !names.is_empty() {
            compare(to, Comparison { round, exchange, digests: Digests::Keys(names) }, out);
        }
    }

    /// All hashes of one level of the tree over the keys that this one and `other` replicate.
    fn level(&self, other: NodeId, (depth, level): (u8, u8), placement: Placement<'_>) -> Vec<u64> {
        let mut hashes = vec![0; 1 << depth];
        for (key, held) in self.store.contents() {
            if both_replicate((self.id, other), key, placement) {
                hashes[leaf_of(key, depth) as usize] ^= Store::mark(key, held.content());
            }
        }
        for _ in level..depth {
            hashes = hashes.chunks(2).map(|pair| mix(mix(pair[0]) ^ pair[1])).collect();
        }
        hashes
    }

    /// What differs between what this one holds and what `from` says in a comparison, as far as it goes.
    pub fn unequal(&self, from: NodeId, comparison: &Comparison, placement: Placement<'_>) -> Part {
        match &comparison.digests {
            Digests::Keys(names) => {
                let mine = self.store.contents().filter(|(_, held)| !held.is_nothing()).map(|(key, _)| key);
                let mut keys: Vec<KeyId> = names.iter().map(|(key, _)| *key).chain(mine).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.retain(|key| named(names, *key).unwrap_or(0) != self.held(*key).content());
                Part::Keys(keys.into())
            }
            Digests::Nodes { depth, level, hashes } => {
                let mine = self.level(from, (*depth, *level), placement);
                let differs = |(node, hash): &&(u32, u64)| mine.get(*node as usize) != Some(hash);
                let nodes = hashes.iter().filter(differs).map(|(node, _)| *node).collect();
                Part::Below { depth: *depth, level: *level, nodes }
            }
        }
    }

    /// One message of a comparison came.
    pub(super) fn go_on_comparing(
        &self,
        from: NodeId,
        comparison: &Comparison,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let placement = around.placement;
        let &Comparison { round, exchange, .. } = comparison;
        if comparison.is_root() && exchange.asks() {
            self.offer_the_rest(from, round, placement, out);
        }
        let unequal = self.unequal(from, comparison, placement);
        if unequal.is_empty() {
            return;
        }
        match unequal {
            Part::Below { depth, level, nodes } if level < depth => {
                let mine = self.level(from, (depth, level + 1), placement);
                let children = nodes.iter().flat_map(|node| [2 * node, 2 * node + 1]);
                let hashes = children.map(|node| (node, mine[node as usize])).collect();
                let digests = Digests::Nodes { depth, level: level + 1, hashes };
                compare(from, Comparison { round, exchange: exchange.mirrored(), digests }, out);
            }
            Part::Below { .. } => {
                self.settle(from, (round, exchange), (&unequal, unequal.clone()), out, around);
            }
            Part::Keys(ref keys) => {
                let wanted = |key: &&KeyId| comparison.lists(**key) && placement.is_owner(self.id, **key);
                let wanted = Part::Keys(keys.iter().filter(wanted).copied().collect());
                self.settle(from, (round, exchange), (&unequal, wanted), out, around);
            }
        }
    }

    /// Gives and asks for what differs, as the exchange is meant.
    fn settle(
        &self,
        from: NodeId,
        (round, exchange): (u64, Exchange),
        (unequal, wanted): (&Part, Part),
        out: &mut Vec<Output>,
        around: &Surroundings<'_>,
    ) {
        let nothing: Contents = Arc::new([]);
        let contents =
            if exchange.asks() { self.lacking(from, &nothing, Some(unequal), around) } else { nothing };
        let wanted = (exchange.tells() && !wanted.is_empty()).then_some(wanted);
        if wanted.is_some() || !contents.is_empty() {
            out.push(Output::Send { to: from, body: Body::SyncReply { round, contents, wanted } });
        }
    }

    /// What `from`, who holds `theirs`, would learn of what this one holds: of all, or of a part.
    pub(super) fn lacking(
        &self,
        from: NodeId,
        theirs: &Contents,
        part: Option<&Part>,
        around: &Surroundings<'_>,
    ) -> Contents {
        // Contents come sorted by key.
        let theirs = |key| match theirs.binary_search_by_key(&key, |(k, _)| *k) {
            Ok(index) => theirs[index].1.clone(),
            Err(_) => Held::Nothing,
        };
        let placement = around.placement;
        let lacks = |key, mine: &Held| {
            placement.is_owner(from, key)
                && part.is_none_or(|part| part.covers(key, (self.id, from), placement))
                && matches!(theirs(key).merge(mine, around.settings.conflicts_of(key)), Merge::Stored { .. })
        };
        self.store
            .contents()
            .filter(|(key, mine)| lacks(*key, mine))
            .map(|(key, mine)| (key, mine.clone()))
            .collect()
    }
}

fn compare(to: NodeId, comparison: Comparison, out: &mut Vec<Output>) {
    out.push(Output::Send { to, body: Body::Compare(Arc::new(comparison)) });
}
