//! What a client wants promised, and how its requests find a replica.

use crate::base::NodeId;

use super::Guarantee;

/// A client's session rules: what a preset states and a command may change while it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientPolicy {
    /// In the order of the enumeration, each once.
    pub guarantees: Vec<Guarantee>,
    pub by: Means,
    pub when_unable: WhenUnable,
    pub route: Route,
}

/// By what a client gets its guarantees (Terry et al. 1994, §4; SEMANTICS §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Means {
    /// It carries what it must see; a replica that does not reflect it is not eligible.
    #[default]
    Token,
    /// It stays with one server, which remembers its session. Lost with the server: a client that is bound
    /// to another begins anew, and nobody checks its reads.
    Sticky,
    /// Its reads and writes take a quorum where they name no level. Nobody checks anything.
    Quorum,
}

/// What becomes of an operation whose replica is not eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenUnable {
    /// It fails; nothing was done.
    #[default]
    Fail,
    /// The other replicas are asked, the nearest first, each once.
    Redirect,
    /// It waits at this one until that is eligible, or the client's time is over.
    Wait,
}

/// Which replica an operation goes to where it does not name one itself. A client reaches every replica
/// without delay: which one serves it is a matter of where the data is, not of the way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Route {
    /// The client's own, up or down.
    #[default]
    Fixed,
    /// A load balancer's sticky session: the one it is bound to, at first its own. Once that is found down it
    /// is bound to the nearest that is up, and stays there.
    Sticky,
    /// Its own, or while that is down the nearest that is up, by typical latency.
    Nearest,
    /// One after the other, beginning with its own; those that are down are passed over.
    RoundRobin,
    /// Any that is up, each as likely as the next.
    Random,
}

/// New session rules for a client; what is none stays. Every field is absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientChange {
    /// Where its requests come from: its own replica. A sticky session is bound to it anew.
    pub at: Option<NodeId>,
    pub guarantees: Option<Vec<Guarantee>>,
    pub by: Option<Means>,
    pub when_unable: Option<WhenUnable>,
    pub route: Option<Route>,
}

impl ClientPolicy {
    /// Whether reads and writes are held to the guarantees by what the client carries.
    pub fn promises(&self, guarantee: Guarantee) -> bool {
        self.guarantees.contains(&guarantee)
    }

    /// Takes on what `change` says, but for the client's place.
    pub fn change(&mut self, change: &ClientChange) {
        if let Some(guarantees) = &change.guarantees {
            self.guarantees.clone_from(guarantees);
        }
        self.by = change.by.unwrap_or(self.by);
        self.when_unable = change.when_unable.unwrap_or(self.when_unable);
        self.route = change.route.unwrap_or(self.route);
    }

    /// By its means: a session that one server remembers is bound to it.
    pub fn effective_route(&self) -> Route {
        match (self.by, self.route) {
            (Means::Sticky, Route::Fixed) if !self.guarantees.is_empty() => Route::Sticky,
            (Means::Token | Means::Sticky | Means::Quorum, route) => route,
        }
    }
}

impl Means {
    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Sticky => "sticky",
            Self::Quorum => "quorum",
        }
    }
}

impl WhenUnable {
    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Redirect => "redirect",
            Self::Wait => "wait",
        }
    }
}

impl Route {
    pub const ALL: [Self; 5] = [Self::Fixed, Self::Sticky, Self::Nearest, Self::RoundRobin, Self::Random];

    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Sticky => "sticky",
            Self::Nearest => "nearest",
            Self::RoundRobin => "round_robin",
            Self::Random => "random",
        }
    }
}
