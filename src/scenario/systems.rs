//! The profiles of real systems: what each has set when nobody sets anything, and where it is documented.
//!
//! One table. `system: cassandra` in a preset lays the preset over the profile, `laggard systems` prints it, and
//! `docs/systems.md` is made from it; so what is printed is what is applied. Where a system documents nothing, or
//! leaves the choice to its user, the value is ours and says why.

mod cassandra;
mod cosmos;
mod dynamo;
mod dynamodb;
mod merge;
mod mongodb;
mod redis;
mod riak;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::file::{Preset, System};
use super::locate::Locations;
use super::path::Path;
use super::problem::{Problem, Problems};

/// What a system has set when nobody sets anything.
#[derive(Debug)]
pub struct Profile {
    /// As `system` takes it.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// What was read: which edition of which documents.
    pub of: &'static str,
    /// In the order of the reference of presets.
    pub defaults: &'static [Setting],
    /// Built-in presets that show what the system is known for.
    pub presets: &'static [&'static str],
}

/// One default.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Where it stands in a preset, from the top, with dots. `client` stands for each of the clients.
    pub path: &'static str,
    /// As a preset writes it.
    pub value: &'static str,
    pub source: Source,
}

/// Why a default is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The system documents it: where.
    Documented(&'static str),
    /// Nothing is documented, or the user has to say: why we chose so.
    Ours(&'static str),
}

impl Source {
    /// Where it is documented, or why it was chosen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Documented(words) | Self::Ours(words) => words,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documented(words) => f.write_str(words),
            Self::Ours(words) => write!(f, "chosen here: {words}"),
        }
    }
}

const fn documented(path: &'static str, value: &'static str, source: &'static str) -> Setting {
    Setting { path, value, source: Source::Documented(source) }
}

const fn ours(path: &'static str, value: &'static str, why: &'static str) -> Setting {
    Setting { path, value, source: Source::Ours(why) }
}

/// Every profile, in the order in which they are listed.
pub static PROFILES: [&Profile; 8] = [
    &dynamo::PROFILE,
    &cassandra::PROFILE,
    &riak::PROFILE,
    &redis::PROFILE,
    &mongodb::PROFILE,
    &dynamodb::PROFILE,
    &dynamodb::GLOBAL,
    &cosmos::PROFILE,
];

/// The profile of a system.
pub fn profile(system: System) -> &'static Profile {
    match system {
        System::Dynamo => &dynamo::PROFILE,
        System::Cassandra => &cassandra::PROFILE,
        System::Riak => &riak::PROFILE,
        System::Dynamodb => &dynamodb::PROFILE,
        System::DynamodbGlobal => &dynamodb::GLOBAL,
        System::Cosmos => &cosmos::PROFILE,
        System::Redis => &redis::PROFILE,
        System::Mongodb => &mongodb::PROFILE,
    }
}

/// The profile that `system` calls `name`.
pub fn named(name: &str) -> Option<&'static Profile> {
    PROFILES.into_iter().find(|profile| profile.name == name)
}

impl Setting {
    /// The path without what all of its kind begin with: `leaderless.n`.
    pub fn short(&self) -> &'static str {
        let path = self.path.strip_prefix("cluster.").unwrap_or(self.path);
        path.strip_prefix("replication.").unwrap_or(path)
    }

    /// Whether `path` lies inside this setting, if it were a map.
    fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.path).is_some_and(|rest| rest.starts_with('.'))
    }
}

impl Profile {
    /// The setting at `path`, from the top, or the one that `path` lies in (`anti_entropy: off`); `None` if this system
    /// has no such setting.
    pub fn setting(&self, path: &str) -> Option<&'static Setting> {
        self.defaults.iter().find(|setting| setting.path == path || setting.holds(path))
    }

    /// The profile as a piece of a preset: YAML on one line.
    pub fn yaml(&self) -> String {
        let mut top = Node::default();
        for setting in self.defaults {
            let mut node = &mut top;
            for key in setting.path.split('.') {
                node = node.inside.entry(key).or_default();
            }
            node.value = Some(setting.value);
        }
        let mut text = String::new();
        top.write(&mut text);
        text
    }
}

/// A map on its way to YAML, or a value.
#[derive(Default)]
struct Node {
    value: Option<&'static str>,
    inside: BTreeMap<&'static str, Self>,
}

impl Node {
    fn write(&self, text: &mut String) {
        if let Some(value) = self.value {
            text.push_str(value);
            return;
        }
        text.push('{');
        for (at, (key, node)) in self.inside.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(key);
            text.push_str(": ");
            node.write(text);
        }
        text.push('}');
    }
}

/// Every setting that some profile has, each once: in the order of the first profile that has it, after the
/// setting before it there. What is a map in one profile and a word in another is listed by what is in the map.
pub fn settings() -> Vec<&'static Setting> {
    let mut all: Vec<&Setting> = Vec::new();
    for profile in PROFILES {
        let mut after = None;
        for setting in profile.defaults {
            let known = all.iter().position(|known| known.path == setting.path);
            let at = known.unwrap_or_else(|| {
                let at = after.unwrap_or(all.len());
                all.insert(at, setting);
                at
            });
            after = Some(at + 1);
        }
    }
    let maps: Vec<bool> = all.iter().map(|outer| all.iter().any(|inner| outer.holds(inner.path))).collect();
    all.into_iter().zip(maps).filter(|(_, is_map)| !is_map).map(|(setting, _)| setting).collect()
}

/// Lays `preset` over the profile of its system. Problems with what the preset leaves out are told where it
/// names the system.
pub(super) fn fill(system: System, preset: &mut Preset, locations: &mut Locations) -> Result<(), Problems> {
    let profile = profile(system);
    let below = Locations::new(profile.name, profile.yaml().as_bytes())?;
    let refused = |error: serde_yaml::Error| {
        let problem = Problem::new(Path::root().key("system"), format!("this cannot be merged: {error}"));
        let place = locations.value(&problem.path);
        Problems::one(locations.source().clone(), problem.at(place))
    };
    if let Some(text) = merge::merged(locations, &below, "cluster") {
        preset.cluster = serde_yaml::from_str(&text).map_err(refused)?;
    }
    if let Some(text) = merge::clients(locations, &below) {
        preset.clients = serde_yaml::from_str(&text).map_err(refused)?;
    }
    let paths: BTreeSet<Path> = below.paths().into_iter().collect();
    locations.imply("system", paths);
    Ok(())
}

#[cfg(test)]
mod tests;
