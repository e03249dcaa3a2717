//! The index against hand-made texts, hostile ones, and the typed reader's own idea of a document.

use super::super::problem::Look;
use super::*;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_yaml::Value;

/// The text found at each path of `yaml`, one line each: path, key, value.
fn check(yaml: &str) -> String {
    match Locations::new("test.yaml", yaml.as_bytes()) {
        Err(problems) => problems.render(Look::Plain),
        Ok(locations) => {
            let text = &locations.source().text;
            let shown =
                |place: Place| format!("{}:{} {:?}", place.line, place.column, &text[place.start..place.end]);
            let line = |path: &Path| {
                format!("{path} | {} | {}\n", shown(locations.key(path)), shown(locations.value(path)))
            };
            locations.paths().iter().skip(1).map(line).collect::<Vec<_>>().concat()
        }
    }
}

#[test]
fn every_key_and_value_has_its_place() {
    assert_eq!(
        check("a: 1\nb:\n  - x\n  - {c: 'y z', d: }\ne: |\n  long\n  text\nf:\n"),
        r#"a | 1:1 "a" | 1:4 "1"
b | 2:1 "b" | 3:3 "- x\n  - {c: 'y z', d: }"
b[1] | 3:5 "x" | 3:5 "x"
b[2] | 4:5 "{c: 'y z', d: }" | 4:5 "{c: 'y z', d: }"
b[2].c | 4:6 "c" | 4:9 "'y z'"
b[2].d | 4:16 "d" | 4:16 "d"
e | 5:1 "e" | 6:3 "long\n  text\n"
f | 8:1 "f" | 8:1 "f"
"#
    );
}

#[test]
fn wide_characters_windows_lines_and_a_byte_order_mark_do_not_shift_places() {
    assert_eq!(
        check("\u{feff}h\u{e9}: \u{1f600}\r\n\"\u{e9}\u{e9}\":\t[\u{e9}, b]\r\nc: d\r\n"),
        "c | 3:1 \"c\" | 3:4 \"d\"\n\
         h\u{e9} | 1:1 \"h\u{e9}\" | 1:5 \"\u{1f600}\"\n\
         \u{e9}\u{e9} | 2:1 \"\\\"\u{e9}\u{e9}\\\"\" | 2:7 \"[\u{e9}, b]\"\n\
         \u{e9}\u{e9}[1] | 2:8 \"\u{e9}\" | 2:8 \"\u{e9}\"\n\
         \u{e9}\u{e9}[2] | 2:11 \"b\" | 2:11 \"b\"\n"
    );
}

#[test]
fn an_alias_stands_where_it_is_used_and_unfolds_into_what_it_stands_for() {
    assert_eq!(
        check("a: &x {b: 1}\nc: *x\n"),
        "a | 1:1 \"a\" | 1:4 \"&x {b: 1}\"\n\
         a.b | 1:8 \"b\" | 1:11 \"1\"\n\
         c | 2:1 \"c\" | 2:4 \"*x\"\n\
         c.b | 1:8 \"b\" | 1:11 \"1\"\n"
    );
}

#[test]
fn a_path_that_leads_nowhere_falls_back_to_its_nearest_ancestor() {
    let locations = Locations::new("test.yaml", b"a: {b: 1}\n").unwrap();
    let missing = Path::root().key("a").key("nope").index(3);
    assert_eq!(locations.value(&missing), locations.value(&Path::root().key("a")));
    assert_eq!(locations.key(&missing), locations.key(&Path::root().key("a")));
    assert_eq!(locations.written(&missing), None);
}

/// The problems of `yaml`, without the drawing: line, column, message.
fn refused(yaml: impl AsRef<[u8]>) -> String {
    let problems = Locations::new("test.yaml", yaml.as_ref()).unwrap_err();
    let lines: Vec<String> = problems
        .list()
        .iter()
        .map(|problem| match problem.place {
            None => problem.message.clone(),
            Some(place) => format!("{}:{} {}", place.line, place.column, problem.message),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn what_no_preset_may_hold_is_refused_with_its_place() {
    assert_eq!(refused(""), "`test.yaml` is empty");
    assert_eq!(refused("# only a comment\n"), "`test.yaml` is empty");
    assert_eq!(refused("---\n"), "`test.yaml` is empty");
    assert_eq!(refused("a: 1\nb: 2\na: 3\nb: 4\n"), "3:1 `a` is set twice\n4:1 `b` is set twice");
    assert_eq!(refused("a: {1: x, '1': y}\n"), "1:11 `1` is set twice");
    assert_eq!(refused("a: 1\n---\nb: 2\n"), "2:1 a second document begins here");
    assert_eq!(refused("a: !!str 1\n"), "1:4 tags such as `!!str` are not used here");
    assert_eq!(refused("a: &x {b: 1}\nc: {<<: *x}\n"), "2:5 merge keys (`<<`) are not used here");
    assert_eq!(refused("a: &x [1, *x]\n"), "1:11 this alias stands for a value that it is part of");
    assert_eq!(refused("{[1, 2]: x}\n"), "1:2 a key must be plain text, not a list or a map");
    assert_eq!(refused("a: {b\nc: d}\n"), "1:5 a key must stand on one line with its `:`");
    assert_eq!(refused("a: {b\n: d}\n"), "1:5 a key must stand on one line with its `:`");
    assert_eq!(refused(": x\n"), "1:1 a key is missing before this `:`");
    assert_eq!(refused("a: b: c\n"), "1:5 this is not YAML: mapping values are not allowed in this context");
    assert_eq!(refused("a: \0\n"), "1:4 the control character U+0000 is not allowed");
    assert_eq!(refused(b"a: 1\nb: \xff\n"), "2:4 byte 0xff is not UTF-8 text");
    assert_eq!(refused(b"\xff\xfea\0:\0"), "`test.yaml` is UTF-16 text");
    assert_eq!(refused(b"\x7fELF\x02\x01\x01\0"), "1:1 the control character U+007F is not allowed");
}

#[test]
fn deep_nesting_is_refused_where_it_gets_too_deep() {
    let deepest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Locations::new("test.yaml", deepest(MOST_NESTING).as_bytes()).is_ok());
    assert_eq!(refused(deepest(MOST_NESTING + 1)), "1:65 lists and maps are nested more than 64 deep here");
    assert_eq!(refused("[".repeat(MOST_BYTES)), "1:256 lists and maps are nested more than 64 deep here");
    assert_eq!(
        refused("{a: ".repeat(MOST_BYTES / 4)),
        "1:1021 lists and maps are nested more than 64 deep here"
    );
    assert_eq!(
        refused("- ".repeat(MOST_BYTES / 2)),
        "1:129 lists and maps are nested more than 64 deep here"
    );
}

/// Nine levels of nine aliases each: 387,420,489 values in a few lines.
fn billion_laughs() -> String {
    let mut yaml = "a0: &a0 ha\n".to_owned();
    for level in 1..=9 {
        let laughs = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(yaml, "a{level}: &a{level} [{laughs}]").unwrap();
    }
    yaml
}

#[test]
fn an_alias_bomb_is_refused_before_it_unfolds() {
    assert_eq!(refused(billion_laughs()), "7:15 this file unfolds into more than 100000 values");
    let many = format!("[{}]", "1,".repeat(MOST_VALUES));
    assert_eq!(refused(many), "1:200000 this file unfolds into more than 100000 values");
}

#[test]
fn a_text_beyond_the_limit_is_refused_unread() {
    assert_eq!(refused(vec![b'a'; MOST_BYTES + 1]), "`test.yaml` is too large");
    assert_eq!(refused(vec![0; 100_000_000]), "`test.yaml` is too large");
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    Block,
    Flow,
}

/// A document to print.
#[derive(Debug, Clone)]
enum Tree {
    Scalar(String, u8),
    List(Vec<Self>, Style),
    Map(BTreeMap<String, Self>, Style),
}

fn tree() -> impl Strategy<Value = Tree> {
    let doubtful = prop::sample::select(DOUBTFUL).prop_map(str::to_owned);
    let text = prop_oneof!["[a-z0-9 :#\u{e9}\u{1f600}\"'\\-]{0,8}", doubtful];
    let scalar = (text, 0..3_u8).prop_map(|(text, style)| Tree::Scalar(text, style));
    scalar.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..5), prop_oneof![Just(Style::Block), Just(Style::Flow)])
                .prop_map(|(items, flow)| Tree::List(items, flow)),
            (
                prop::collection::btree_map("[a-z\u{e9}]{1,6}", inner, 0..5),
                prop_oneof![Just(Style::Block), Just(Style::Flow)]
            )
                .prop_map(|(entries, flow)| Tree::Map(entries, flow)),
        ]
    })
}

/// Prints a tree in the styles it asks for, lines ended by `newline`.
fn print(tree: &Tree, indent: usize, around: Style, newline: &str, out: &mut String) {
    let start = format!("{newline}{}", " ".repeat(indent));
    let flow = |style: Style, empty: bool| empty || [style, around].contains(&Style::Flow);
    match tree {
        Tree::Scalar(text, 0) if text.chars().all(char::is_alphanumeric) && !text.is_empty() => *out += text,
        Tree::Scalar(text, 0) if DOUBTFUL.contains(&text.as_str()) => *out += text,
        Tree::Scalar(text, 2) => write!(out, "\"{}\"", text.replace('"', "\\\"")).unwrap(),
        Tree::Scalar(text, _) => write!(out, "'{}'", text.replace('\'', "''")).unwrap(),
        Tree::List(items, style) if flow(*style, items.is_empty()) => {
            out.push('[');
            for item in items {
                print(item, indent, Style::Flow, newline, out);
                *out += ", ";
            }
            out.push(']');
        }
        Tree::List(items, _) => {
            for item in items {
                *out += &start;
                *out += "- ";
                print(item, indent + 2, Style::Block, newline, out);
            }
        }
        Tree::Map(entries, style) if flow(*style, entries.is_empty()) => {
            out.push('{');
            for (key, value) in entries {
                *out += key;
                *out += ": ";
                print(value, indent, Style::Flow, newline, out);
                *out += ", ";
            }
            out.push('}');
        }
        Tree::Map(entries, _) => {
            for (key, value) in entries {
                *out += &start;
                *out += key;
                *out += ": ";
                print(value, indent + 1, Style::Block, newline, out);
            }
        }
    }
}

/// Scalars that are easily taken for something else.
const DOUBTFUL: &[&str] = &[
    "~",
    "null",
    "Null",
    "NULL",
    "nULL",
    "true",
    "False",
    "TRUE",
    "yes",
    "off",
    "0",
    "-0",
    "+5",
    "-5",
    "007",
    "1_000",
    "0x1F",
    "0o17",
    "0b101",
    "-0x1",
    "1.",
    ".5",
    "1.5",
    "-1.50",
    "1e3",
    "1e",
    "1.5E-3",
    ".inf",
    "-.Inf",
    ".nan",
    "NaN",
    "inf",
    "12:30",
    "80ms",
    "5%",
    "1.2.3",
    "+",
    ".",
    "...x",
    "18446744073709551615",
    "2026-01-01",
];

fn same(locations: &Locations, found: Child, value: &Value) -> bool {
    match (locations.content(found), value) {
        (Content::List(found), Value::Sequence(items)) => {
            found.len() == items.len()
                && found.iter().zip(items).all(|(found, item)| same(locations, *found, item))
        }
        (Content::Map(found), Value::Mapping(entries)) => {
            found.len() == entries.len()
                && entries.iter().all(|(key, value)| {
                    let key = match key {
                        Value::Null => "null".to_owned(),
                        Value::Bool(truth) => truth.to_string(),
                        key => key.as_str().unwrap().to_owned(),
                    };
                    found.get(&key).is_some_and(|found| same(locations, found.value, value))
                })
        }
        (Content::Scalar(found), value) => found == value,
        _ => false,
    }
}

#[test]
fn a_number_beyond_all_bounds_is_still_a_number() {
    for text in ["18446744073709551616", "-9223372036854775809", "0xffffffffffffffffff"] {
        assert!(scalar::resolve(text, saphyr_parser::ScalarStyle::Plain).is_f64(), "{text}");
    }
}

proptest! {
    #[test]
    fn the_index_and_the_typed_reader_see_the_same_tree(tree in tree(), windows: bool) {
        let mut yaml = String::new();
        print(&tree, 0, Style::Block, if windows { "\r\n" } else { "\n" }, &mut yaml);
        let locations = Locations::new("test.yaml", yaml.as_bytes()).unwrap();
        let value: Value = serde_yaml::from_str(&yaml).unwrap();
        prop_assert!(same(&locations, locations.root(), &value), "{yaml}\n{value:?}\n{locations:?}");
    }

    #[test]
    fn no_bytes_make_the_index_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Locations::new("test.yaml", &bytes);
    }

    #[test]
    fn no_near_yaml_makes_the_index_panic(text in "[-a:?!&*<>|%@`'\"#,\\[\\]{} \t\n\r\\.~\u{e9}0]{0,60}") {
        if let Err(problems) = Locations::new("test.yaml", text.as_bytes()) {
            prop_assert!(!problems.render(Look::Plain).is_empty());
        }
    }
}
