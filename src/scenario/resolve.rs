//! From what a preset says to what it means: names become ids, texts become numbers, and what cannot be is told.
//!
//! ```text
//! cluster ──► network ──► keys ──► clients ──► workload ──► script ──► expect
//!    names of replicas and zones      names of clients     names of cuts, choices
//! ```
//!
//! Every problem of the file is collected; after one, a harmless stand-in lets the walk go on. Whatever passes without
//! a problem cannot make the simulation fail: see [`limits`](super::limits) for the bounds it keeps.

mod background;
mod clients;
mod cluster;
mod command;
mod condition;
mod data;
mod delay;
mod keys;
mod names;
mod network;
mod primary;
mod quantity;
mod regions;
mod script;

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use crate::action::{Copies, Propagation, Regions};
use crate::base::{KeyId, NodeId, Seed};
use crate::data::{Conflicts, Kind, Value};

use super::file::{Literal, Preset};
use super::limits::{MOST_EXPECTATIONS, MOST_VALUE};
use super::locate::Locations;
use super::path::{Path, Trail};
use super::problem::{Problems, Report, quoted};
use super::read::{read_path, read_text};
use super::{Expectation, Scenario};
use names::Names;

impl Scenario {
    /// The scenario of the preset `text`, which is called `name` in problems.
    pub fn from_text(name: &str, text: &[u8]) -> Result<Self, Problems> {
        let (preset, locations) = read_text(name, text)?;
        resolve(&preset, &locations)
    }

    /// The scenario of the preset in the file at `path`; `-` is standard input.
    pub fn from_path(path: &FilePath) -> Result<Self, Problems> {
        let (preset, locations) = read_path(path)?;
        resolve(&preset, &locations)
    }
}

/// What `preset`, whose values stand at `locations`, means.
pub(super) fn resolve(preset: &Preset, locations: &Locations) -> Result<Scenario, Problems> {
    let mut resolver = Resolver {
        report: Report::new(locations),
        replicas: Names::default(),
        zones: BTreeMap::new(),
        clients: Names::default(),
        keys: Names::default(),
        cuts: Names::default(),
        copies: Copies::InAll(1),
        propagation: Propagation::Direct,
        writers: Writers::Any,
        regions: None,
        has_workload: preset.workload.is_some(),
        tracking: Conflicts::Siblings,
        kinds: Vec::new(),
    };
    let scenario = resolver.preset(preset);
    resolver.report.finish()?;
    Ok(scenario)
}

/// Everything that a name may stand for, and the problems so far.
struct Resolver<'a> {
    report: Report<'a>,
    replicas: Names,
    zones: BTreeMap<Arc<str>, Vec<NodeId>>,
    clients: Names,
    keys: Names,
    /// Cuts that some step of the script names.
    cuts: Names,
    /// N, which levels are held against.
    copies: Copies,
    propagation: Propagation,
    writers: Writers,
    /// How several regions hold one table, where they do.
    regions: Option<Regions>,
    has_workload: bool,
    /// How siblings are told apart.
    tracking: Conflicts,
    /// What each key holds; none where all hold plain values.
    kinds: Vec<Kind>,
}

impl Resolver<'_> {
    fn preset(&mut self, preset: &Preset) -> Scenario {
        let top = Trail::Top;
        self.text(&preset.title, &top.key("title"), Lines::One);
        if preset.title.trim().is_empty() {
            self.wrong(&top.key("title"), "the title is empty", "say in a few words what the preset shows");
        }
        let about = preset.about.clone().unwrap_or_default();
        self.text(&about, &top.key("about"), Lines::Many);
        let replicas = self.replicas(preset.cluster.replicas.as_ref(), &top);
        let mut settings = self.settings(&preset.cluster, &top.key("cluster"));
        let network = self.network(&preset.network, &top.key("network"));
        self.gather_keys(preset);
        let clients = self.clients(&preset.clients, &top.key("clients"));
        let workload = preset.workload.as_ref().map(|w| self.workload(w, &top.key("workload")));
        let focus = preset.key.as_deref().and_then(|key| self.keys.find(key)).unwrap_or(0);
        let initial = self.initial(&preset.data, &top.key("data"));
        settings.kinds = self.kinds.as_slice().into();
        self.regions_hold_values(&settings.kinds.clone(), &top.key("data"));
        self.vector_needs_siblings(settings.conflicts, &top.key("cluster").key("versions").key("kind"));
        let keys = self.keys.list().to_vec();
        self.gather_new_keys(preset);
        let script = self.script(&preset.script, &replicas, &top.key("script"));
        let expect = self.expectations(preset, &top.key("expect"));
        Scenario {
            title: preset.title.clone(),
            text: self.report.locations().source().text.as_str().into(),
            about,
            seed: Seed(preset.seed.unwrap_or(0)),
            focus: key_id(focus),
            replicas,
            settings,
            network,
            clients,
            keys,
            initial,
            workload,
            script,
            expect,
        }
    }

    fn value(&mut self, literal: &Literal, at: &Trail<'_>) -> Value {
        match literal {
            Literal::Number(number) => Value::Number(*number),
            Literal::Text(text) => {
                if text.chars().count() > MOST_VALUE {
                    let message = format!("this value is longer than {MOST_VALUE} characters");
                    self.wrong(at, message, "a short word shows best");
                }
                self.text(text, at, Lines::One);
                Value::text(text)
            }
        }
    }

    fn expectations(&mut self, preset: &Preset, at: &Trail<'_>) -> Vec<Expectation> {
        self.at_most(preset.expect.len(), MOST_EXPECTATIONS, "expectations", at);
        let mut expectations = Vec::new();
        for (index, condition) in preset.expect.iter().enumerate().take(MOST_EXPECTATIONS) {
            let at = at.index(index);
            let (line, text) = self.written(&at.path());
            expectations.push(Expectation { condition: self.condition(condition, &at), line, text });
        }
        expectations
    }

    /// The line of a value and its text as written, its first line.
    fn written(&self, path: &Path) -> (usize, String) {
        let locations = self.report.locations();
        let mut lines = locations.written(path).unwrap_or_default().lines();
        let mut text = lines.next().unwrap_or_default().trim_end().to_owned();
        if lines.next().is_some() {
            text.push_str(" \u{2026}");
        }
        (locations.line(path), text)
    }

    /// Problems with text that would not stay in its place on a screen.
    fn text(&mut self, text: &str, at: &Trail<'_>, lines: Lines) {
        let out_of_place = |c: char| c.is_control() && !(c == '\n' && lines == Lines::Many);
        if let Some(c) = text.trim_end_matches('\n').chars().find(|c| out_of_place(*c)) {
            let message = match c {
                '\n' => "this text must stay on one line".to_owned(),
                c => format!("this text holds the control character U+{:04X}", u32::from(c)),
            };
            self.wrong(at, message, "write plain text");
        }
    }

    /// A problem with the value at `at`, and what to try.
    fn wrong(&mut self, at: &Trail<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.report.value(&at.path(), message).help = Some(help.into());
    }

    /// A problem if there are more than `most`.
    fn at_most(&mut self, count: usize, most: usize, what: &str, at: &Trail<'_>) {
        if count > most {
            let message = format!("{} {what} are too many", grouped(count));
            self.wrong(at, message, format!("{} are the most", grouped(most)));
        }
    }
}

/// Who takes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writers {
    Any,
    Primary,
}

/// Whether a text may have several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn key_id(index: usize) -> KeyId {
    KeyId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// A number with its thousands set apart: `10,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
