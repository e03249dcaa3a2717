//! The scenarios of SEMANTICS §13, run through the real simulation. Each test is named by its number, so
//! `cargo test --test scenarios scenario_05` runs what is said of the fifth.

mod anomalies;
mod background;
mod conflicts;
mod coordination;
mod primary;
mod regions;
mod sessions;
mod support;

#[test]
fn every_scenario_is_found_by_its_number() {
    let sources = [
        include_str!("background.rs"),
        include_str!("conflicts.rs"),
        include_str!("coordination.rs"),
        include_str!("primary.rs"),
        include_str!("regions.rs"),
        include_str!("sessions.rs"),
    ];
    for number in 1..=18 {
        let name = format!("#[test]\nfn scenario_{number:02}_");
        assert!(sources.iter().any(|source| source.contains(&name)), "nothing is named scenario_{number:02}");
    }
}
