//! `network`: what every link does, and which links differ.

use crate::base::{NodeId, Ppm, Span};
use crate::net::{self, Delay, LinkChange, LinkProfile, Order};
use crate::scenario::file::{Latency, Link, Network, ShareText};
use crate::scenario::limits::{MOST_LINK_ENDS, MOST_LINKS};
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::{Problem, quoted};

use super::Resolver;

/// How long a message takes if the preset does not say.
const LATENCY: Span = Span::millis(80);

/// The two ends of a link as they are written.
#[derive(Clone, Copy)]
pub(super) enum Ends<'a> {
    Between(&'a [String; 2]),
    OneWay { from: &'a str, to: &'a str },
}

impl<'a> Ends<'a> {
    pub(super) fn of(
        between: Option<&'a [String; 2]>,
        from: Option<&'a String>,
        to: Option<&'a String>,
    ) -> Self {
        let side = |name: Option<&'a String>| name.map(String::as_str).unwrap_or_default();
        between.map_or_else(|| Self::OneWay { from: side(from), to: side(to) }, Self::Between)
    }
}

/// The knobs of a link as they are written.
pub(super) struct LinkKnobs<'a> {
    pub(super) latency: Option<&'a Latency>,
    pub(super) loss: Option<&'a ShareText>,
    pub(super) duplicate: Option<&'a ShareText>,
    pub(super) reorder: Option<bool>,
}

impl Resolver<'_> {
    pub(super) fn network(&mut self, network: &Network, at: &Trail<'_>) -> net::Network {
        let latency = &network.latency;
        let profile = LinkProfile {
            delay: latency.as_ref().map_or(Delay::Fixed(LATENCY), |l| self.delay(l, &at.key("latency"))),
            loss: network.loss.as_ref().map_or(Ppm::NEVER, |loss| self.share(loss, &at.key("loss"))),
            duplicate: network
                .duplicate
                .as_ref()
                .map_or(Ppm::NEVER, |duplicate| self.share(duplicate, &at.key("duplicate"))),
            order: network.reorder.map_or(Order::MayOvertake, order),
        };
        let mut built = net::Network::new(self.replicas.list().len(), profile);
        let at = at.key("links");
        self.at_most(network.links.len(), MOST_LINKS, "links", &at);
        let mut named = 0;
        for (index, link) in network.links.iter().enumerate().take(MOST_LINKS) {
            let at = at.index(index);
            let Link { between, from, to, latency, loss, duplicate, reorder } = link;
            let pairs = self.ends(Ends::of(between.as_ref(), from.as_ref(), to.as_ref()), &at);
            let knobs = LinkKnobs {
                latency: latency.as_ref(),
                loss: loss.as_ref(),
                duplicate: duplicate.as_ref(),
                reorder: *reorder,
            };
            let changes = self.link_changes(&knobs, &at);
            if changes.is_empty() {
                let help = "give at least one of `latency`, `loss`, `duplicate`, `reorder`";
                self.wrong(&at, "this link does not differ from the rest", help);
            }
            named += pairs.len();
            if named > MOST_LINK_ENDS {
                self.wrong(
                    &at,
                    "these entries name too many links",
                    "set what most links share for the whole network",
                );
                break;
            }
            built.change_links(pairs, &changes);
        }
        built
    }

    pub(super) fn link_changes(&mut self, knobs: &LinkKnobs<'_>, at: &Trail<'_>) -> Vec<LinkChange> {
        let mut changes = Vec::new();
        changes
            .extend(knobs.latency.map(|latency| LinkChange::Delay(self.delay(latency, &at.key("latency")))));
        changes.extend(knobs.loss.map(|loss| LinkChange::Loss(self.share(loss, &at.key("loss")))));
        changes.extend(
            knobs.duplicate.map(|share| LinkChange::Duplicate(self.share(share, &at.key("duplicate")))),
        );
        changes.extend(knobs.reorder.map(|reorder| LinkChange::Order(order(reorder))));
        changes
    }

    /// The directed links between two replicas or zones; none after a problem.
    pub(super) fn ends(&mut self, ends: Ends<'_>, at: &Trail<'_>) -> Vec<(NodeId, NodeId)> {
        let key = at.key("between");
        let (first, second, places, both) = match ends {
            Ends::Between([first, second]) => {
                (first.as_str(), second.as_str(), [key.index(0), key.index(1)], true)
            }
            Ends::OneWay { from, to } => (from, to, [at.key("from"), at.key("to")], false),
        };
        let sides = [self.end(first, &places[0]), self.end(second, &places[1])];
        let [Some(left), Some(right)] = sides else { return Vec::new() };
        let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
        for from in &left {
            for to in right.iter().filter(|to| *to != from) {
                pairs.push((*from, *to));
                if both && first != second {
                    pairs.push((*to, *from));
                }
            }
        }
        if pairs.is_empty() {
            let message = format!("a link from {} to itself", quoted(first));
            self.wrong(&places[1], message, "a link needs two different ends");
        }
        pairs
    }

    /// The replicas that the name of a replica or zone stands for.
    pub(super) fn end(&mut self, name: &str, at: &Trail<'_>) -> Option<Vec<NodeId>> {
        if let Some(index) = self.replicas.find(name) {
            return Some(vec![NodeId::at(index)]);
        }
        if let Some(nodes) = self.zones.get(name) {
            return Some(nodes.clone());
        }
        let what = if self.zones.is_empty() { "replica" } else { "replica or zone" };
        let valid = self.replicas.iter().chain(self.zones.keys().map(|zone| &**zone));
        let problem = Problem::new(Path::root(), format!("no {what} is called {}", quoted(name)))
            .did_you_mean(name, valid);
        self.unknown(problem, at);
        None
    }
}

#[expect(clippy::fn_params_excessive_bools, reason = "the file says `reorder: true`; here it gets its name")]
fn order(may_overtake: bool) -> Order {
    if may_overtake { Order::MayOvertake } else { Order::Fifo }
}
