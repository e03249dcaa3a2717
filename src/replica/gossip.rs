//! Anti-entropy: in every round a replica exchanges what it holds with a few others.
//!
//! ```text
//! push        A ── contents ──► B
//! pull        A ── contents, to compare ──► B ── what A lacks ──► A
//! push-pull   A ── contents ──► B ── what A lacks ──► A
//! ```
//!
//! Whole contents travel, unless digests are compared first: see [`super::compare`].

use std::sync::Arc;

use crate::{
    action::{AntiEntropy, Digest},
    base::{NodeId, Purpose},
};

use super::{Body, Exchange, Output, Part, Replica, Surroundings, message::Contents};

impl Replica {
    pub(super) fn start_round(
        &mut self,
        settings: AntiEntropy,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        // The round is named by its opener and number, so that its peers are stable.
        let round = (u64::from(self.id.0) << 40) | self.round;
        self.round += 1;
        let exchange = Exchange::of(settings.style);
        let peers = self.peers(round, settings.fan_out, around);
        match settings.digest {
            Digest::Full => self.send_all(&peers, (round, exchange), out),
            Digest::Vector => {
                for to in peers {
                    self.compare_names(to, (round, exchange), around.placement, out);
                }
            }
            Digest::Merkle => {
                for to in peers {
                    self.compare_trees(to, (round, exchange), around.placement, out);
                }
            }
        }
    }

    fn send_all(&self, peers: &[NodeId], (round, exchange): (u64, Exchange), out: &mut Vec<Output>) {
        let contents: Contents = self
            .store
            .contents()
            .filter(|(_, held)| !held.is_nothing())
            .map(|(k, h)| (k, h.clone()))
            .collect();
        if contents.is_empty() && exchange == Exchange::Tell {
            return;
        }
        for to in peers {
            out.push(Output::Send {
                to: *to,
                body: Body::Sync { round, exchange, contents: Arc::clone(&contents) },
            });
        }
    }

    /// A full exchange with every other replica, both ways, now (Cassandra's `nodetool repair`).
    pub fn repair(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        // Named apart from the rounds, so that their peers stay what they were.
        let round = (1 << 63) | (u64::from(self.id.0) << 40) | self.repairs;
        self.repairs += 1;
        let contents: Contents = self
            .store
            .contents()
            .filter(|(_, held)| !held.is_nothing())
            .map(|(k, h)| (k, h.clone()))
            .collect();
        for to in (0..usize::from(around.placement.nodes)).map(NodeId::at).filter(|node| *node != self.id) {
            let body = Body::Sync { round, exchange: Exchange::TellAndAsk, contents: Arc::clone(&contents) };
            out.push(Output::Send { to, body });
        }
    }

    /// `fan_out` different peers, each as likely as the next.
    fn peers(&self, round: u64, fan_out: u16, around: &Surroundings<'_>) -> Vec<NodeId> {
        let others = usize::from(around.placement.nodes - 1);
        let mut stream = around.seed.stream(Purpose::GossipPeers, [u64::from(self.id.0), round]);
        let mut picked: Vec<NodeId> = Vec::new();
        while picked.len() < usize::from(fan_out).min(others) {
            let other = stream.index(others);
            let node = NodeId::at(if other >= self.id.index() { other + 1 } else { other });
            if !picked.contains(&node) {
                picked.push(node);
            }
        }
        picked
    }

    pub(super) fn answer_sync(
        &mut self,
        from: NodeId,
        round: u64,
        exchange: Exchange,
        contents: &Contents,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        if exchange.tells() {
            for (key, held) in contents.iter() {
                self.absorb(*key, held, around, out);
            }
        }
        if !exchange.asks() {
            return;
        }
        let lacking = self.lacking(from, contents, None, around);
        Self::send_lacking(from, round, lacking, out);
    }

    /// What differs came, and with it perhaps a wish for more.
    pub(super) fn take_reply(
        &mut self,
        from: NodeId,
        round: u64,
        (contents, wanted): (&Contents, Option<&Part>),
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        for (key, held) in contents.iter() {
            self.absorb(*key, held, around, out);
        }
        if let Some(wanted) = wanted {
            let lacking = self.lacking(from, contents, Some(wanted), around);
            Self::send_lacking(from, round, lacking, out);
        }
    }

    fn send_lacking(to: NodeId, round: u64, contents: Contents, out: &mut Vec<Output>) {
        if !contents.is_empty() {
            out.push(Output::Send { to, body: Body::SyncReply { round, contents, wanted: None } });
        }
    }
}
