//! The presets that come with the program, and how an argument finds one of them or a file.

use std::path::{MAIN_SEPARATOR, Path as FilePath};

use super::Scenario;
use super::path::Path;
use super::problem::{Problem, Problems, Source, quoted};

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../presets/", $name, ".yaml")))),*]
    };
}

/// Name and text, in the order in which they are best met.
const PRESETS: &[(&str, &str)] = presets![
    "favorite-color",
    "cart",
    "split-brain",
    "quorum",
    "siblings",
    "sibling-explosion",
    "cart-siblings",
    "cart-or-set",
    "counter",
    "riak-siblings",
    "dynamo-sloppy",
    "cassandra-hints",
    "cassandra-zombie",
    "cassandra-multi-dc",
    "dynamodb-stale-read",
    "clock-skew",
    "hlc",
    "sessions",
    "comments",
    "lossy-network",
    "redis-wait",
    "redis-failover",
    "mongodb-rollback",
    "dynamodb-global",
    "cosmos-levels",
    "sixty-four",
];

/// The built-in presets, by name and title.
pub fn builtin() -> impl Iterator<Item = (&'static str, String)> {
    PRESETS.iter().map(|(name, text)| (*name, title(text)))
}

/// The text of a built-in preset.
pub fn builtin_text(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Scenario {
    /// The scenario that an argument means: `-` is standard input; what looks like a path, or is one, is a file; all else
    /// is the name of a built-in preset.
    pub fn find(argument: &str) -> Result<Self, Problems> {
        let path = FilePath::new(argument);
        if argument == "-" || path.is_file() {
            return Self::from_path(path);
        }
        if let Some(text) = builtin_text(shipped(argument).unwrap_or(argument)) {
            return Self::from_text(argument, text.as_bytes());
        }
        let is_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if is_yaml || argument.contains(['/', MAIN_SEPARATOR]) || path.exists() {
            return Self::from_path(path);
        }
        let message = format!("no preset is called {}", quoted(argument));
        let problem =
            Problem::new(Path::root(), message).did_you_mean(argument, PRESETS.iter().map(|(name, _)| *name));
        Err(Problems::one(Source { name: argument.to_owned(), text: String::new() }, problem))
    }
}

/// The built-in preset whose place in the sources this is, for where the sources are not.
fn shipped(argument: &str) -> Option<&str> {
    argument.trim_start_matches("./").strip_prefix("presets/")?.strip_suffix(".yaml")
}

fn title(text: &str) -> String {
    let title = text.lines().find_map(|line| line.strip_prefix("title:")).unwrap_or_default();
    title.trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::problem::Look;

    #[test]
    fn every_built_in_preset_is_found_by_its_name() {
        assert_eq!(builtin().next().unwrap().0, "favorite-color");
        for (name, title) in builtin() {
            let scenario =
                Scenario::find(name).unwrap_or_else(|problems| panic!("{}", problems.render(Look::Plain)));
            assert_eq!(scenario.title, title);
            assert!(Scenario::find(&format!("presets/{name}.yaml")).is_ok());
        }
    }

    #[test]
    fn no_preset_is_left_out() {
        let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("presets");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".yaml", ""))
            .collect();
        files.sort();
        let mut names: Vec<&str> = builtin().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(files, names);
    }

    #[test]
    fn a_misspelt_name_finds_the_nearest() {
        let told = |argument: &str| Scenario::find(argument).unwrap_err().render(Look::Plain);
        assert_eq!(
            told("split_brian"),
            "error: no preset is called `split_brian`\n |\n = help: did you mean `split-brain`?\n"
        );
        assert!(told("xyzzy").starts_with("error: no preset is called `xyzzy`"), "{}", told("xyzzy"));
        assert!(told("nowhere/split-brain.yaml").contains("there is no file `nowhere/split-brain.yaml`"));
        assert!(told("presets/split-brian.yaml").contains("did you mean `presets/split-brain.yaml`?"));
    }
}
