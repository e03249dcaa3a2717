//! Where every key and value of a YAML text stands.
//!
//! The typed reader forgets places once a value is read; this index keeps them, so that a problem found later (an
//! unknown replica, a quorum too large) can still point at its line. Building the index also refuses, at once and
//! within stated bounds of time and memory, what no preset may hold: other encodings, control characters, several
//! documents, keys set twice, tags, merge keys, deep nesting, and aliases that unfold into very many values. It
//! knows nothing of presets.

mod build;
mod scalar;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::path::{Path, Segment};
use super::problem::{Place, Problems, Source};

/// The longest text that is read, in bytes: 1 MiB.
pub const MOST_BYTES: usize = 1 << 20;

/// How many lists and maps may lie inside each other.
pub const MOST_NESTING: usize = 64;

/// How many values a document may hold, each alias counted as all that it stands for.
pub const MOST_VALUES: usize = 100_000;

/// The tree of a document's values with their places.
#[derive(Debug)]
pub struct Locations {
    source: Source,
    nodes: Vec<Node>,
    root: Child,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    /// Paths that this text brings in without writing them, and the range of the value that does.
    implied: Option<(Range, BTreeSet<Path>)>,
}

/// A value: an alias shares the node of what it stands for.
#[derive(Debug)]
struct Node {
    content: Content,
    /// How many values are in here, itself included, aliases unfolded.
    values: usize,
}

/// What is written in one place.
#[derive(Debug)]
pub(super) enum Content {
    /// What the typed reader will take it for.
    Scalar(Value),
    List(Vec<Child>),
    Map(BTreeMap<String, Entry>),
}

/// Bytes of the text, from and to.
type Range = (usize, usize);

/// A value in its place, to be looked into with [`Locations::content`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Child {
    node: usize,
    /// Of the alias itself, not of what it stands for.
    range: Range,
}

/// A value under a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    key: Range,
    pub(super) value: Child,
}

/// Where a path ended.
struct Found {
    key: Option<Range>,
    value: Child,
}

impl Locations {
    /// Indexes `text`, which is called `name` in problems.
    pub fn new(name: &str, text: &[u8]) -> Result<Self, Problems> {
        build::build(text::decode(name, text)?)
    }

    /// The name and the text.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The place of the value at `path`, or of its nearest ancestor that exists. A value that was left empty is where
    /// its key is.
    pub fn value(&self, path: &Path) -> Place {
        if let Some(place) = self.implied_at(path) {
            return place;
        }
        let found = self.find(path);
        let (start, end) = match found {
            Found { key: Some(key), value: Child { range: (start, end), .. } } if start == end => key,
            Found { value, .. } => value.range,
        };
        self.source.place(start, end)
    }

    /// The place of the key that `path` ends in; of the value, if it ends in a position or the key does not exist.
    pub fn key(&self, path: &Path) -> Place {
        if let Some(place) = self.implied_at(path) {
            return place;
        }
        let found = self.find(path);
        let (start, end) = found.key.unwrap_or(found.value.range);
        self.source.place(start, end)
    }

    /// The text of the value at `path` as it stands in the file, quotes and all; `None` if there is no such value.
    pub fn written(&self, path: &Path) -> Option<&str> {
        let mut found = self.top();
        for segment in &path.0 {
            found = self.step(&found, segment)?;
        }
        let (start, end) = found.value.range;
        self.source.text.get(start..end)
    }

    /// The text at `path` of a scalar that YAML takes for something else than text, such as a number: where text is
    /// wanted `2.50` is not `2.5`. `None` if it is text, or an alias stands there.
    pub fn unlike_text(&self, path: &Path) -> Option<&str> {
        let mut found = self.top();
        for segment in &path.0 {
            found = self.step(&found, segment)?;
        }
        match self.content(found.value) {
            Content::Scalar(Value::String(_)) | Content::List(_) | Content::Map(_) => None,
            Content::Scalar(_) => {
                Some(self.written_at(found.value)).filter(|text| !text.is_empty() && !text.starts_with('*'))
            }
        }
    }

    /// The scalar at `path` as text, without its quotes; `None` if there is none, or nothing, a list or a map.
    pub fn word(&self, path: &Path) -> Option<String> {
        let mut found = self.top();
        for segment in &path.0 {
            found = self.step(&found, segment)?;
        }
        match self.content(found.value) {
            Content::Scalar(Value::String(text)) => Some(text.clone()),
            Content::Scalar(Value::Bool(truth)) => Some(truth.to_string()),
            Content::Scalar(Value::Number(number)) => Some(number.to_string()),
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// Whether the document is a map of settings.
    pub fn is_map(&self) -> bool {
        matches!(self.content(self.root), Content::Map(_))
    }

    /// The line that the value at `path` begins on, from one: quicker than a whole place.
    pub fn line(&self, path: &Path) -> usize {
        let (start, _) = self.find(path).value.range;
        self.lines.partition_point(|line| *line <= start)
    }

    /// The keys of the map at `path` in the order of the file; none if there is no map.
    pub fn keys_in_order(&self, path: &Path) -> Vec<&str> {
        let mut found = self.top();
        for segment in &path.0 {
            let Some(next) = self.step(&found, segment) else { return Vec::new() };
            found = next;
        }
        let Content::Map(entries) = self.content(found.value) else { return Vec::new() };
        let mut keys: Vec<(Range, &str)> =
            entries.iter().map(|(key, entry)| (entry.key, key.as_str())).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// Every path of the document, aliases unfolded.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut open = vec![(Path::root(), self.root.node)];
        while let Some((path, node)) = open.pop() {
            match &self.nodes[node].content {
                Content::Scalar(_) => {}
                Content::List(items) => {
                    open.extend(items.iter().enumerate().map(|(index, item)| (path.index(index), item.node)));
                }
                Content::Map(entries) => {
                    open.extend(entries.iter().map(|(key, entry)| (path.key(key), entry.value.node)));
                }
            }
            paths.push(path);
        }
        paths.sort();
        paths
    }

    /// From now on the value under the top-level `key` is the place of the `paths` that are not written themselves.
    pub(super) fn imply(&mut self, key: &str, paths: BTreeSet<Path>) {
        let (start, end) = self.find(&Path::root().key(key)).value.range;
        self.implied = Some(((start, end), paths));
    }

    fn implied_at(&self, path: &Path) -> Option<Place> {
        let ((start, end), paths) = self.implied.as_ref()?;
        (paths.contains(path) && self.written(path).is_none()).then(|| self.source.place(*start, *end))
    }

    /// A value's text as it stands in the file, quotes and all.
    pub(super) fn written_at(&self, value: Child) -> &str {
        let (start, end) = value.range;
        self.source.text.get(start..end).unwrap_or_default()
    }

    /// The document itself.
    pub(super) const fn root(&self) -> Child {
        self.root
    }

    /// What is inside a value, aliases unfolded.
    pub(super) fn content(&self, value: Child) -> &Content {
        &self.nodes[value.node].content
    }

    const fn top(&self) -> Found {
        Found { key: None, value: self.root }
    }

    fn find(&self, path: &Path) -> Found {
        let mut found = self.top();
        for segment in &path.0 {
            match self.step(&found, segment) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    fn step(&self, from: &Found, segment: &Segment) -> Option<Found> {
        match (&self.nodes[from.value.node].content, segment) {
            (Content::Map(entries), Segment::Key(key)) => {
                entries.get(key).map(|entry| Found { key: Some(entry.key), value: entry.value })
            }
            (Content::List(items), Segment::Index(index)) => {
                items.get(*index).map(|item| Found { key: None, value: *item })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
