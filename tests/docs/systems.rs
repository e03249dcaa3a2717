//! The tables of `docs/systems.md`, from the profiles.

use std::fmt::Write as _;

use laggard::{
    action::Level,
    scenario::{
        Scenario, builtin_text,
        systems::{PROFILES, Profile, Source, settings},
    },
};

use super::{check_part, root};

fn cell(profile: &Profile, path: &str) -> String {
    profile.setting(path).map_or_else(
        || "-".to_owned(),
        |setting| match setting.source {
            Source::Documented(_) => format!("`{}`", setting.value),
            Source::Ours(_) => format!("`{}`*", setting.value),
        },
    )
}

#[test]
fn the_table_of_systems_is_that_of_the_program() {
    let mut table = String::from("\n| |");
    for profile in PROFILES {
        let _ = write!(table, " {} |", profile.name);
    }
    let _ = writeln!(table, "\n|---|{}", "---|".repeat(PROFILES.len()));
    for setting in settings() {
        let cells: Vec<String> = PROFILES.iter().map(|profile| cell(profile, setting.path)).collect();
        let _ = writeln!(table, "| `{}` | {} |", setting.short(), cells.join(" | "));
    }
    table.push('\n');
    check_part("docs/systems.md", "table", &table);
}

#[test]
fn every_default_is_documented_with_its_source() {
    for profile in PROFILES {
        let mut text = format!("\nRead: {}.\n\n| setting | default | source |\n|---|---|---|\n", profile.of);
        for setting in profile.defaults {
            let _ = writeln!(text, "| `{}` | `{}` | {} |", setting.path, setting.value, setting.source);
        }
        if !profile.presets.is_empty() {
            let names: Vec<String> = profile.presets.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(text, "\nPresets: {}.", names.join(", "));
        }
        text.push('\n');
        check_part("docs/systems.md", profile.name, &text);
    }
}

#[test]
fn every_preset_that_a_profile_names_is_built_in() {
    for profile in PROFILES {
        for preset in profile.presets {
            assert!(builtin_text(preset).is_some(), "{preset}");
        }
    }
}

#[test]
fn every_system_has_a_paragraph_about_what_is_simplified() {
    let text = std::fs::read_to_string(root().join("docs/systems.md")).expect("the document");
    for profile in PROFILES {
        let (before, _) = text.split_once(&format!("<!-- {} -->", profile.name)).expect("its table");
        let section = before.rsplit("\n## ").next().expect("its section");
        assert!(section.contains("**Simplified.**"), "{}: {section}", profile.name);
    }
}

#[test]
fn the_preset_that_overrides_a_default_can_be_run() {
    let text = std::fs::read_to_string(root().join("docs/systems.md")).expect("the document");
    let yaml = text.split("```yaml\n").nth(1).expect("an example").split("```").next().unwrap_or_default();
    let scenario = Scenario::from_text("docs/systems.md", yaml.as_bytes());
    let settings = scenario.unwrap_or_else(|problems| panic!("{problems}")).settings;
    assert_eq!((settings.write, settings.read), (Level::Quorum, Level::Quorum));
}
