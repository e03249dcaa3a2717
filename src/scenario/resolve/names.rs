//! Names: what they may look like, and what each stands for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{ClientId, KeyId, NodeId};
use crate::scenario::limits::MOST_NAME;
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::{Problem, quoted};

use super::{Lines, Resolver, key_id};

/// Names in the order in which they were given, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<Arc<str>>,
    index: BTreeMap<Arc<str>, usize>,
}

impl Names {
    /// Adds a name if it is new, and says which it is.
    pub(super) fn add(&mut self, name: &str) -> usize {
        if let Some(index) = self.find(name) {
            return index;
        }
        let name: Arc<str> = name.into();
        self.index.insert(Arc::clone(&name), self.list.len());
        self.list.push(name);
        self.list.len() - 1
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(super) fn list(&self) -> &[Arc<str>] {
        &self.list
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.list.iter().map(|name| &**name)
    }
}

impl Resolver<'_> {
    /// The replica called `name`; the first, after a problem, if there is none.
    pub(super) fn node(&mut self, name: &str, at: &Trail<'_>) -> NodeId {
        if let Some(index) = self.replicas.find(name) {
            return NodeId::at(index);
        }
        let problem = Problem::new(Path::root(), format!("no replica is called {}", quoted(name)));
        let problem = problem.did_you_mean(name, self.replicas.iter());
        self.unknown(problem, at);
        NodeId(0)
    }

    /// The client called `name`, or the first if nobody is named.
    pub(super) fn client(&mut self, name: Option<&str>, at: &Trail<'_>) -> ClientId {
        name.map_or(ClientId(0), |name| self.client_called(name, &at.key("by")))
    }

    /// The client called `name`, which stands at `at`.
    pub(super) fn client_called(&mut self, name: &str, at: &Trail<'_>) -> ClientId {
        if let Some(index) = self.clients.find(name) {
            return ClientId(u16::try_from(index).unwrap_or(0));
        }
        let problem = Problem::new(Path::root(), format!("no client is called {}", quoted(name)));
        let problem = problem.did_you_mean(name, self.clients.iter());
        self.unknown(problem, at);
        ClientId(0)
    }

    /// The key called `name`, which something else must have named before.
    pub(super) fn key(&mut self, name: &str, at: &Trail<'_>) -> KeyId {
        if let Some(index) = self.keys.find(name) {
            return key_id(index);
        }
        let problem = Problem::new(Path::root(), format!("nothing here has a key {}", quoted(name)))
            .help("name it under `data`, write it in the script, or make it the `key` of the preset")
            .did_you_mean(name, self.keys.iter());
        self.unknown(problem, at);
        KeyId(0)
    }

    pub(super) fn unknown(&mut self, problem: Problem, at: &Trail<'_>) {
        let place = self.report.locations().value(&at.path());
        self.report.add(Problem { path: at.path(), ..problem }.at(place));
    }

    /// Problems with how a new name of a replica, zone, client or cut looks.
    pub(super) fn name(&mut self, what: &str, name: &str, at: &Trail<'_>) {
        if name.trim().is_empty() {
            self.wrong(at, format!("the name of a {what} is empty"), "give it at least one letter");
        } else if name.chars().count() > MOST_NAME {
            let message = format!("this name of a {what} is longer than {MOST_NAME} characters");
            self.wrong(at, message, "a short name fits on the screen");
        }
        self.text(name, at, Lines::One);
    }

    /// A name given a second time, and where it was given first.
    pub(super) fn given_twice(&mut self, name: &str, first: &Path, at: &Trail<'_>) {
        let other = self.report.locations().value(first);
        let problem = self.report.value(&at.path(), format!("the name {} is given twice", quoted(name)));
        problem.other = Some((other, "first given here".to_owned()));
        problem.help = Some("replicas, zones and clients need different names".to_owned());
    }
}
