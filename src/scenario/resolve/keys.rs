//! Keys: every one that the preset names is declared before the run, in the order in which it first appears.
//!
//! The data, a read, a write, a delete, the workload and the preset's own `key` declare; a condition only asks.

use std::{collections::BTreeSet, sync::Arc};

use crate::scenario::file::{Keys, Preset};
use crate::scenario::limits::{MOST_KEY, MOST_KEYS, MOST_STEPS};
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::quoted;

use super::{Lines, Resolver, grouped};

/// The one key of a preset that names none.
const ONLY: &str = "x";

impl Resolver<'_> {
    pub(super) fn gather_keys(&mut self, preset: &Preset) {
        let top = Trail::Top;
        if let Some(key) = &preset.key {
            self.declare(key, &top.key("key"));
        }
        for (index, key) in preset.keys.iter().enumerate() {
            self.declare(key, &top.key("keys").index(index));
        }
        let data = top.key("data");
        let locations = self.report.locations();
        for key in locations.keys_in_order(&Path::root().key("data")) {
            self.declare(key, &data.key(key));
        }
        let script = top.key("script");
        let steps = || preset.script.iter().take(MOST_STEPS);
        let named: BTreeSet<&str> = steps().filter_map(|step| step.new_key.as_deref()).collect();
        for (index, step) in preset.script.iter().enumerate().take(MOST_STEPS) {
            let at = script.index(index);
            let write = step.write.as_ref().map(|write| (&write.key, "write"));
            let read = step.read.as_ref().map(|read| (&read.key, "read"));
            let delete = step.delete.as_ref().map(|delete| (&delete.key, "delete"));
            let change = step.increment.as_ref().map(|change| (&change.key, "increment"));
            let change = change.or(step.decrement.as_ref().map(|change| (&change.key, "decrement")));
            let element = step.add.as_ref().map(|element| (&element.key, "add"));
            let element = element.or(step.remove.as_ref().map(|element| (&element.key, "remove")));
            let used = write.or(read).or(delete).or(change).or(element);
            if let Some((key, action)) = used.filter(|(key, _)| !named.contains(key.as_str())) {
                self.declare(key, &at.key(action).key("key"));
            }
        }
        if let Some(keys) = preset.workload.as_ref().and_then(|workload| workload.keys.as_ref()) {
            self.declare_workload(keys, &top.key("workload").key("keys"));
        }
        if self.keys.list().is_empty() {
            self.keys.add(ONLY);
        }
    }

    /// The keys that a step names: nothing knows them before.
    pub(super) fn gather_new_keys(&mut self, preset: &Preset) {
        let script = Trail::Top.key("script");
        for (index, step) in preset.script.iter().enumerate().take(MOST_STEPS) {
            let Some(name) = &step.new_key else { continue };
            let step = script.index(index);
            let at = step.key("new_key");
            if self.keys.find(name).is_some() {
                self.wrong(&at, format!("there is a key {} already", quoted(name)), "name another one");
            }
            self.declare(name, &at);
        }
    }

    fn declare_workload(&mut self, keys: &Keys, at: &Trail<'_>) {
        match keys {
            Keys::Count(count) => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                self.at_most(count, MOST_KEYS, "keys", at);
                // Those that are too many are told above, once.
                for number in (1..=count).take_while(|_| count <= MOST_KEYS) {
                    self.declare(&numbered(number), at);
                }
            }
            Keys::Named(names) => {
                for (index, name) in names.iter().enumerate() {
                    self.declare(name, &at.index(index));
                }
            }
        }
    }

    fn declare(&mut self, key: &str, at: &Trail<'_>) {
        if self.keys.find(key).is_some() {
            return;
        }
        let count = self.keys.list().len();
        if count >= MOST_KEYS {
            // Told once; the name stays unknown, and nothing looks at a scenario with problems.
            let message = format!("there are more than {} keys", grouped(MOST_KEYS));
            if self.report.latest().is_none_or(|problem| problem.message != message) {
                self.wrong(at, message, "a run has no more keys than that");
            }
            return;
        }
        if key.trim().is_empty() {
            self.wrong(at, "the name of a key is empty", "give it at least one letter");
        } else if key.chars().count() > MOST_KEY {
            let message = format!("this key is longer than {MOST_KEY} characters");
            self.wrong(at, message, "a short name fits on the screen");
        }
        self.text(key, at, Lines::One);
        self.keys.add(key);
    }

    /// The keys that a workload touches: those it names, or all there are.
    pub(super) fn workload_keys(&mut self, keys: Option<&Keys>, at: &Trail<'_>) -> Vec<crate::base::KeyId> {
        let names: Vec<Arc<str>> = match keys {
            None => self.keys.list().to_vec(),
            Some(Keys::Count(count)) => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX).min(MOST_KEYS);
                (1..=count).map(|number| numbered(number).into()).collect()
            }
            Some(Keys::Named(names)) => names.iter().map(|name| name.as_str().into()).collect(),
        };
        if names.is_empty() {
            self.wrong(at, "the workload touches no key", "name at least one, or leave `keys` out");
        }
        let mut ids: Vec<_> =
            names.iter().filter_map(|name| self.keys.find(name)).map(super::key_id).collect();
        let count = ids.len();
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        if ids.len() < count {
            self.wrong(
                at,
                "a key is named twice",
                "name each key once; `skew` makes some more likely than others",
            );
        }
        ids
    }
}

fn numbered(number: usize) -> String {
    format!("k{number}")
}
