//! Which replicas hold which key.
//!
//! ```text
//! one ring          the key's place, then clockwise:   [A] [B] [C]  D   E       N = 3
//! a ring per zone   eu:  [A] [B]  C     us:  [D]  E                  N = {eu: 2, us: 1}
//! ```
//!
//! Dynamo's preference list without virtual nodes; per zone as Cassandra's `NetworkTopologyStrategy`, which
//! walks each data centre's part of the ring by itself.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    action::{Settings, quorum},
    base::{KeyId, NodeId, ZoneId, mix},
};

/// Where the replicas stand. Does not change while a cluster runs.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    names: Vec<Arc<str>>,
    /// By node: its zone, and its place among the zone's nodes.
    places: Vec<Option<(ZoneId, u16)>>,
    /// By zone.
    members: Vec<Vec<NodeId>>,
}

/// Which replicas hold which key, as N is now.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    pub nodes: u16,
    pub copies: u16,
    topology: &'a Topology,
    per_zone: &'a [u16],
}

impl Topology {
    /// From the zone of each replica. Zones are numbered in the order of their names.
    pub fn new<'a>(zones: impl Iterator<Item = Option<&'a Arc<str>>> + Clone) -> Self {
        let names: Vec<Arc<str>> =
            zones.clone().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let mut topology = Self { members: vec![Vec::new(); names.len()], names, places: Vec::new() };
        for (index, name) in zones.enumerate() {
            let zone = name.and_then(|name| topology.names.binary_search(name).ok());
            topology.places.push(zone.map(|zone| {
                let members = &mut topology.members[zone];
                let place = NodeId::at(members.len()).0;
                members.push(NodeId::at(index));
                (ZoneId(NodeId::at(zone).0), place)
            }));
        }
        topology
    }

    pub fn zone_of(&self, node: NodeId) -> Option<ZoneId> {
        self.places.get(node.index()).copied().flatten().map(|(zone, _)| zone)
    }

    /// The names of the zones, by zone.
    pub fn zones(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The replicas that stand in a zone.
    pub fn members(&self, zone: ZoneId) -> &[NodeId] {
        self.members.get(usize::from(zone.0)).map_or(&[], Vec::as_slice)
    }
}

/// Where a key's walk begins on a ring of `length` nodes of which `copies` hold it.
fn first(key: KeyId, copies: u16, length: u16) -> u16 {
    if copies >= length {
        return 0;
    }
    u16::try_from(mix(u64::from(key.0) + 1) % u64::from(length)).unwrap_or(0)
}

impl<'a> Placement<'a> {
    pub fn new(topology: &'a Topology, settings: &'a Settings) -> Self {
        let nodes = u16::try_from(topology.places.len()).unwrap_or(u16::MAX);
        Self { nodes, copies: settings.copies, topology, per_zone: &settings.per_zone }
    }

    pub fn topology(self) -> &'a Topology {
        self.topology
    }

    /// Whether every replica holds every key.
    pub fn is_everywhere(self) -> bool {
        self.copies == self.nodes
    }

    pub fn is_owner(self, node: NodeId, key: KeyId) -> bool {
        let (place, copies, length) = if self.is_everywhere() {
            return true;
        } else if self.per_zone.is_empty() {
            (node.0, self.copies, self.nodes)
        } else if let Some((zone, place)) = self.topology.places[node.index()] {
            let length = self.topology.members(zone).len();
            (place, self.per_zone[usize::from(zone.0)], u16::try_from(length).unwrap_or(u16::MAX))
        } else {
            return false;
        };
        (place + length - first(key, copies, length)) % length < copies
    }

    /// By zone that holds any copies: a majority of them.
    pub fn quorums(self) -> impl Iterator<Item = (ZoneId, u16)> + use<'a> {
        let zones = self.per_zone.iter().enumerate().filter(|(_, copies)| **copies > 0);
        zones.map(|(zone, copies)| (ZoneId(NodeId::at(zone).0), quorum(*copies)))
    }

    /// How many rings there are.
    fn rings(self) -> usize {
        if self.per_zone.is_empty() { 1 } else { self.per_zone.len() }
    }

    /// Ring by ring, all nodes in the order of preference for `key`: those that hold it, then those that
    /// would stand in for them.
    pub fn preference(self, key: KeyId) -> impl Iterator<Item = Vec<(NodeId, bool)>> + use<'a> {
        (0..self.rings()).map(move |ring| self.walk(ring, key).collect())
    }

    /// One ring, from the key's place on: each node, and whether it holds the key.
    fn walk(self, ring: usize, key: KeyId) -> impl Iterator<Item = (NodeId, bool)> + use<'a> {
        let members = if self.per_zone.is_empty() { None } else { Some(&self.topology.members[ring]) };
        let length = members.map_or(self.nodes, |members| u16::try_from(members.len()).unwrap_or(u16::MAX));
        let copies = self.per_zone.get(ring).copied().unwrap_or(self.copies);
        let first = first(key, copies, length);
        (0..length).map(move |step| {
            let place = (first + step) % length;
            (members.map_or(NodeId(place), |members| members[usize::from(place)]), step < copies)
        })
    }
}

/// The replicas of `key`, in order of preference; zone by zone where each has a ring of its own.
pub fn owners(placement: Placement<'_>, key: KeyId) -> impl Iterator<Item = NodeId> + '_ {
    let ring = move |ring| placement.walk(ring, key).take_while(|(_, holds)| *holds);
    (0..placement.rings()).flat_map(ring).map(|(node, _)| node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Copies;

    fn zoned(zones: &str) -> Topology {
        let names: Vec<Arc<str>> = zones.chars().map(|zone| zone.to_string().into()).collect();
        Topology::new(names.iter().map(Some))
    }

    #[test]
    fn each_zone_holds_as_many_copies_as_it_is_told() {
        let topology = zoned("abbaabb");
        let mut settings = Settings::plain(1);
        settings.set_copies(&Copies::PerZone(vec![2, 3]));
        let placement = Placement::new(&topology, &settings);
        for key in (0..50).map(KeyId) {
            let owners: Vec<NodeId> = owners(placement, key).collect();
            let count = |zone| owners.iter().filter(|n| topology.zone_of(**n) == Some(ZoneId(zone))).count();
            assert_eq!((count(0), count(1), owners.len()), (2, 3, 5));
            for node in (0..7).map(NodeId) {
                assert_eq!(placement.is_owner(node, key), owners.contains(&node));
            }
        }
    }

    #[test]
    fn who_holds_a_key_of_few_copies_holds_it_of_more() {
        let topology = zoned("aaaaa");
        for key in (0..50).map(KeyId) {
            let holding = |copies| {
                let settings = Settings::plain(copies);
                owners(Placement::new(&topology, &settings), key).collect::<Vec<_>>()
            };
            for copies in 1..5 {
                let more = holding(copies + 1);
                assert!(holding(copies).iter().all(|node| more.contains(node)), "{key} at N = {copies}");
            }
        }
    }
}
