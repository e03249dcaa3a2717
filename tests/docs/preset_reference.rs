//! The reference of presets, from the schema and the limits.

use std::fmt::Write as _;

use laggard::scenario::{Scenario, limits, problem::Look, schema::schema};
use serde_json::Value;

use super::{check_part, root};

/// The maps in the order in which a reader meets them.
const SECTIONS: &[&str] = &[
    "Cluster",
    "Versioning",
    "Replica",
    "Clock",
    "Replication",
    "Leaderless",
    "Primary",
    "Failover",
    "Election",
    "Snapshot",
    "MultiRegion",
    "Bound",
    "Gossip",
    "HintRules",
    "Heartbeats",
    "TombstoneRules",
    "Network",
    "Link",
    "Distribution",
    "Uniform",
    "Exponential",
    "Normal",
    "Lognormal",
    "Pareto",
    "Part",
    "Empirical",
    "Quantile",
    "OfKind",
    "Client",
    "Workload",
    "Step",
    "Write",
    "Wait",
    "Read",
    "Delete",
    "Change",
    "Element",
    "Cut",
    "Skew",
    "Message",
    "Knobs",
    "Ends",
    "Test",
    "Converged",
    "Versions",
    "TimeToConsistency",
    "BoundsOfuint64",
    "BoundsOfDuration",
    "BoundsOfShare",
];

fn one_line(text: &Value) -> String {
    text.as_str().unwrap_or_default().replace("\n\n", " ").replace('\n', " ").replace('|', "\\|")
}

fn section(text: &mut String, title: &str, definition: &Value) {
    let _ = writeln!(
        text,
        "### {title}\n\n{}\n\n| setting | meaning |\n|---|---|",
        one_line(&definition["description"])
    );
    let required: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, setting) in definition["properties"].as_object().expect("settings") {
        let needed = if required.contains(&name.as_str()) { " **Required.**" } else { "" };
        let _ =
            writeln!(text, "| `{name}` | {}{needed}{} |", one_line(&setting["description"]), words(setting));
    }
    text.push('\n');
}

/// The words that a setting may be, where it is one of a few.
fn words(setting: &Value) -> String {
    let schema = schema();
    let Some(name) = setting["$ref"].as_str().and_then(|name| name.rsplit('/').next()) else {
        return String::new();
    };
    let choices: Vec<&str> = schema["$defs"][name]["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|choice| choice["const"].as_str())
        .collect();
    if choices.is_empty() { String::new() } else { format!(" One of `{}`.", choices.join("`, `")) }
}

fn reference() -> String {
    let schema = schema();
    let mut text = String::from("\n");
    section(&mut text, "The preset", &schema);
    for name in SECTIONS {
        let title = match *name {
            "Gossip" => "Anti-entropy",
            "HintRules" => "Hints",
            "Heartbeats" => "Failure detector",
            "TombstoneRules" => "Tombstones",
            "Versioning" => "Versions of a key",
            "OfKind" => "Data of a kind",
            "Change" => "Increment and decrement",
            "Element" => "Add and remove",
            "Knobs" => "Set",
            "Part" => "Part of a mixture",
            "Test" => "Condition",
            "TimeToConsistency" => "Time to consistency",
            "BoundsOfuint64" => "Bounds on a number",
            "BoundsOfDuration" => "Bounds on a span of time",
            "BoundsOfShare" => "Bounds on a share",
            name => name,
        };
        section(&mut text, title, &schema["$defs"][*name]);
    }
    text
}

#[test]
fn the_reference_of_presets_is_that_of_the_schema() {
    check_part("docs/presets.md", "reference", &reference());
}

#[test]
fn no_map_of_the_schema_is_left_out_of_the_reference() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    let maps = definitions.iter().filter(|(_, definition)| definition.get("properties").is_some());
    for (name, _) in maps {
        assert!(SECTIONS.contains(&name.as_str()), "{name} has no section");
    }
}

#[test]
fn the_limits_of_presets_are_those_of_the_program() {
    let rows = [
        ("replicas", format!("1 to {}", limits::MOST_REPLICAS)),
        ("clients", limits::MOST_CLIENTS.to_string()),
        ("keys", limits::MOST_KEYS.to_string()),
        ("steps of a script", limits::MOST_STEPS.to_string()),
        ("expectations", limits::MOST_EXPECTATIONS.to_string()),
        ("entries of `network.links`", limits::MOST_LINKS.to_string()),
        ("links that one `set` turns", limits::MOST_SET_LINKS.to_string()),
        ("samples, quantiles or parts of a distribution", limits::MOST_POINTS.to_string()),
        ("letters of a name, a key, a value", {
            format!("{}, {}, {}", limits::MOST_NAME, limits::MOST_KEY, limits::MOST_VALUE)
        }),
        ("elements that a set starts with", limits::MOST_ELEMENTS.to_string()),
        ("what a counter counts at once", limits::MOST_AMOUNT.to_string()),
        ("any span of time", format!("{}d", limits::MOST_SPAN.0 / 86_400_000_000_000)),
        ("the period of anti-entropy", format!("{} or more", limits::LEAST_PERIOD)),
        ("the rate of a workload", format!("{}/s", 1_000_000_000 / limits::LEAST_GAP.0)),
        ("the `skew` of a workload", format!("0 to {}", limits::MOST_SKEW)),
        ("the `sigma` of a lognormal distribution", format!("0 to {}", limits::MOST_SIGMA)),
        ("the `shape` of a Pareto distribution", {
            format!("{} to {}", limits::SHAPES.start(), limits::SHAPES.end())
        }),
    ];
    let mut table = String::from("\n| | at most |\n|---|---|\n");
    for (what, most) in rows {
        let _ = writeln!(table, "| {what} | {most} |");
    }
    table.push('\n');
    check_part("docs/presets.md", "limits", &table);
}

#[test]
fn the_preset_that_is_explained_can_be_run() {
    let text = std::fs::read_to_string(root().join("docs/presets.md")).expect("the document");
    let mut examples = 0;
    for block in text.split("```yaml\n").skip(1) {
        let yaml = block.split("```").next().unwrap_or_default();
        let scenario = Scenario::from_text("docs/presets.md", yaml.as_bytes());
        let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(Look::Plain)));
        let seed = scenario.seed;
        let report = laggard::drive::run(&std::sync::Arc::new(scenario), seed, |_, _| {});
        assert_eq!(report.exit_code(), 0, "{:?}", report.findings);
        examples += 1;
    }
    assert_eq!(examples, 1);
}
