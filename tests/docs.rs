//! What the documents say is what the program says: where two say the same, one is made from the other.
//! `UPDATE_DOCS=1 cargo test --test docs` writes the generated parts anew.

#[path = "docs/pictures.rs"]
mod pictures;
#[path = "docs/preset_reference.rs"]
mod preset_reference;
#[path = "docs/systems.rs"]
mod systems;

use std::{env, fs, path::Path};

use laggard::tui::registry;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Holds the part of `file` between two comments to `expected`.
fn check_part(file: &str, name: &str, expected: &str) {
    let path = root().join(file);
    let text = fs::read_to_string(&path).expect("the document");
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).expect("the part begins") + open.len();
    let end = start + text[start..].find(&close).expect("the part ends");
    if env::var_os("UPDATE_DOCS").is_some() {
        let new = format!("{}{expected}{}", &text[..start], &text[end..]);
        fs::write(&path, new).expect("writable");
    } else {
        assert_eq!(&text[start..end], expected, "run UPDATE_DOCS=1 cargo test --test docs");
    }
}

#[test]
fn the_keys_of_the_readme_are_those_of_the_registry() {
    check_part("README.md", "keys", &registry::markdown_table());
}

#[test]
fn the_readme_names_the_commands_that_run_and_test_in_their_order() {
    let text = fs::read_to_string(root().join("README.md")).expect("the document");
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("the README lacks {what}"));
    assert!(at("cargo run --release") < at("cargo test"));
    assert!(at("cargo test") < at("<!-- keys -->"));
    assert!(at("<!-- /keys -->") < at("## A preset explained"));
}

#[test]
fn the_settings_of_the_documentation_are_those_of_the_program() {
    check_part("docs/configuration.md", "settings", &laggard::cli::settings_table());
}
