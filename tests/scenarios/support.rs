//! What the scenarios share: a preset's text in, a finished run out.

use std::sync::Arc;

use laggard::{
    base::{KeyId, NodeId},
    data::Held,
    drive::{self, Report},
    scenario::{Scenario, problem::Look},
    sim::Simulation,
};

/// The scenario of a preset's text.
pub(crate) fn scenario(yaml: &str) -> Scenario {
    Scenario::from_text("scenario.yaml", yaml.as_bytes())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Look::Plain)))
}

/// Runs a preset to its end; every claim and expectation of it must hold.
pub(crate) fn play(yaml: &str) -> Report {
    let scenario = scenario(yaml);
    let seed = scenario.seed;
    let report = drive::run(&Arc::new(scenario), seed, |_, _| {});
    assert_eq!(report.exit_code(), 0, "{:#?}", report.findings);
    report
}

/// What a replica holds of the key, as sorted text.
pub(crate) fn values(held: &Held) -> Vec<String> {
    let mut values: Vec<String> = held.versions().iter().map(|version| version.value.to_string()).collect();
    values.sort();
    values
}

pub(crate) fn at<'a>(simulation: &'a Simulation, replica: &str, key: &str) -> &'a Held {
    let node = simulation.scenario().node_named(replica).expect("a replica");
    let key = simulation.keys().iter().position(|name| &**name == key).expect("a key");
    simulation.held(node, KeyId(u32::try_from(key).expect("few")))
}

/// What every replica holds of the key; they must agree.
pub(crate) fn everywhere(simulation: &Simulation, key: &str) -> Vec<String> {
    let names: Vec<String> =
        simulation.scenario().replicas.iter().map(|replica| replica.name.to_string()).collect();
    let first = values(at(simulation, &names[0], key));
    for name in &names {
        assert_eq!(values(at(simulation, name, key)), first, "{name} holds the same of {key}");
    }
    first
}

/// Ids of nodes by letter: `a` is the first.
pub(crate) fn node(letter: char) -> NodeId {
    NodeId(u16::try_from(u32::from(letter) - u32::from('a')).expect("a letter"))
}
