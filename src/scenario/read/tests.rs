//! Presets in, mirrors or drawn problems out.

use super::super::file::{Condition, Datum, Latency, Literal, Name, Outcome, ReplicaItem, Replicas, State};
use super::super::problem::Look;
use super::*;
use std::fmt::Write as _;

const SPLIT_BRAIN: &str = include_str!("tests/split-brain.yaml");

const EVERYTHING: &str = include_str!("tests/everything.yaml");

mod hostile;

/// The problems of `yaml`, drawn; or `fine`.
fn check(yaml: &str) -> String {
    match read_text("test.yaml", yaml.as_bytes()) {
        Ok(_) => "fine\n".to_owned(),
        Err(problems) => problems.render(Look::Plain),
    }
}

#[test]
fn a_preset_is_read_as_it_was_written() {
    let (preset, locations) = read_text("test.yaml", SPLIT_BRAIN.as_bytes()).unwrap();
    assert_eq!(preset.title, "Split brain");
    assert!(matches!(&preset.cluster.replicas, Some(Replicas::Listed(names)) if names.len() == 3));
    assert!(
        matches!(&preset.network.latency, Some(Latency::Fixed(latency)) if latency.parse() == Ok(80_000_000))
    );
    assert_eq!(preset.data["cart"], Datum::Plain(Literal::Text("tea".to_owned())));
    assert_eq!(preset.script[5].choices.as_ref().unwrap()["d"], Outcome::Nothing);
    assert_eq!(preset.script[8].until, Some(Condition::State(State::Converged)));
    let key = Path::root().key("script").index(1).key("write").key("key");
    assert_eq!((locations.value(&key).line, locations.value(&key).column), (18, 29));
}

#[test]
fn everything_that_can_be_said_is_read() {
    assert_eq!(check(SPLIT_BRAIN), "fine\n");
    assert_eq!(check(EVERYTHING), "fine\n");
    assert_eq!(check("title: 3\ncluster: {replicas: 5}\n"), "fine\n");
}

#[test]
fn a_name_that_looks_like_something_else_is_still_a_name() {
    let yaml = b"title: 3\ncluster: {replicas: [1, true, {name: 2.50}]}\n";
    let (preset, _) = read_text("test.yaml", yaml).unwrap();
    let Some(Replicas::Listed(replicas)) = preset.cluster.replicas else { panic!("a list was written") };
    assert_eq!(replicas[..2], ["1", "true"].map(|name| ReplicaItem::Name(Name(name.to_owned()))));
    assert!(matches!(&replicas[2], ReplicaItem::Described(replica) if replica.name == "2.50"));
}

#[test]
fn a_misspelt_setting_names_the_nearest() {
    assert_eq!(
        check("title: T\nnetwork:\n  latncy: 80ms\n"),
        r"error: unknown setting `latncy`
 --> test.yaml:3:3
  |
3 |   latncy: 80ms
  |   ^^^^^^
  |
  = help: did you mean `latency`?
"
    );
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    assert_eq!(
        check(
            "titel: T\ncluster: {replicas: many}\nclients:\n\
             script:\n  - write: {key: cart, valu: 1}\n  - {until: setled}\n  - {say: hi, heal: all}\n\
             system: dynamo\n"
        ),
        r"error: unknown setting `titel`
 --> test.yaml:1:1
  |
1 | titel: T
  | ^^^^^
  |
  = help: did you mean `title`?

error: expected a whole number or a list, found text
 --> test.yaml:2:21
  |
2 | cluster: {replicas: many}
  |                     ^^^^
  |
  = help: `replicas`: How many replicas, or their names, or a map for each. Default: 3, named `a`, `b`, `c`.

error: expected a list, found nothing
 --> test.yaml:3:1
  |
3 | clients:
  | ^^^^^^^
  |
  = help: `clients`: Who reads and writes. Default: one client named `you`, at the first replica.

error: unknown setting `valu`
 --> test.yaml:5:24
  |
5 |   - write: {key: cart, valu: 1}
  |                        ^^^^
  |
  = help: did you mean `value`?

error: `setled` is not a choice here
 --> test.yaml:6:13
  |
6 |   - {until: setled}
  |             ^^^^^^
  |
  = help: did you mean `settled`?

error: both `say` and `heal` are given: more than one action
 --> test.yaml:7:15
  |
7 |   - {say: hi, heal: all}
  |      ---      ^^^^
  |      |
  |      the first
  |
  = help: keep one of them here
"
    );
}

#[test]
fn a_quantity_that_is_wrong_says_what_to_write() {
    assert_eq!(
        check("title: T\nnetwork: {latency: -80ms, loss: 5, reorder: maybe}\n"),
        r"error: `-80ms` is negative, and a duration cannot be
 --> test.yaml:2:20
  |
2 | network: {latency: -80ms, loss: 5, reorder: maybe}
  |                    ^^^^^
  |
  = help: write `80ms`

error: `5` has no unit
 --> test.yaml:2:33
  |
2 | network: {latency: -80ms, loss: 5, reorder: maybe}
  |                                 ^
  |
  = help: write `5%` if that is what is meant

error: expected true or false, found text
 --> test.yaml:2:45
  |
2 | network: {latency: -80ms, loss: 5, reorder: maybe}
  |                                             ^^^^^
  |
  = help: `reorder`: Whether a message may overtake an earlier one on the same link. Default: true.
"
    );
}

#[test]
fn wrong_kinds_say_what_was_expected_and_what_was_found() {
    assert_eq!(
        check(
            "title: T\ncluster: {replicas: {a: b}}\nclients: {name: alice}\ndata: {cart: 1.5, b: true}\nnetwork: 80ms\n"
        ),
        r"error: expected a whole number or a list, found a map
 --> test.yaml:2:21
  |
2 | cluster: {replicas: {a: b}}
  |                     ^^^^^^
  |
  = help: `replicas`: How many replicas, or their names, or a map for each. Default: 3, named `a`, `b`, `c`.

error: expected a list, found a map
 --> test.yaml:3:10
  |
3 | clients: {name: alice}
  |          ^^^^^^^^^^^^^
  |
  = help: `clients`: Who reads and writes. Default: one client named `you`, at the first replica.

error: expected text or a whole number or a map, found `1.5`
 --> test.yaml:4:14
  |
4 | data: {cart: 1.5, b: true}
  |              ^^^
  |
  = help: put it in quotes if it is text

error: expected text or a whole number or a map, found `true`
 --> test.yaml:4:22
  |
4 | data: {cart: 1.5, b: true}
  |                      ^^^^
  |
  = help: put it in quotes if it is text

error: expected a map, found text
 --> test.yaml:5:10
  |
5 | network: 80ms
  |          ^^^^
  |
  = help: `network`: How messages travel. Default: every link takes 80ms and loses nothing.
"
    );
}

#[test]
fn settings_that_belong_together_are_missed() {
    assert_eq!(
        check(
            "title: T\nscript:\n  - {at: 3s}\n  - {say: a, answer: b, within: 3s}\n  - {predict: What?}\n  - set: {}\n\
             expect:\n  - {replica: a}\n  - {holds: 3}\n"
        ),
        r"error: this names no action
 --> test.yaml:3:5
  |
3 |   - {at: 3s}
  |     ^^^^^^^^
  |
  = help: give exactly one of `write`, `read`, `delete`, `increment`, `decrement`, `add`, `remove`, `new_key`, `partition`, `isolate`, `cut`, `heal`, `crash`, `restart`, `destroy`, `repair`, `freeze`, `thaw`, `skew`, `message`, `set`, `promote`, `workload`, `say`, `note`, `predict`, `goal`, `hint`, `pause`, `until`

error: `answer` only makes sense beside `read`
 --> test.yaml:4:14
  |
4 |   - {say: a, answer: b, within: 3s}
  |              ^^^^^^

error: `within` only makes sense beside `when` or `until`
 --> test.yaml:4:25
  |
4 |   - {say: a, answer: b, within: 3s}
  |                         ^^^^^^

error: `predict` needs `choices`
 --> test.yaml:5:6
  |
5 |   - {predict: What?}
  |      ^^^^^^^

error: a setting is missing in `script[4].set`
 --> test.yaml:6:5
  |
6 |   - set: {}
  |     ^^^
  |
  = help: give at least one of `anti_entropy`, `at`, `by`, `client`, `duplicate`, `guarantees`, `hints`, `latency`, `latency_percent`, `link`, `loss`, `max_lag`, `min_replicas`, `n`, `read`, `read_repair`, `reads_from`, `reorder`, `route`, `timeout`, `when_unable`, `write`

error: `replica` needs `holds` or `lacks` or `siblings`
 --> test.yaml:8:6
  |
8 |   - {replica: a}
  |      ^^^^^^^

error: `replica` needs `key`
 --> test.yaml:8:6
  |
8 |   - {replica: a}
  |      ^^^^^^^

error: `holds` only makes sense beside `replica`
 --> test.yaml:9:6
  |
9 |   - {holds: 3}
  |      ^^^^^
"
    );
}

#[test]
fn a_link_has_two_ends() {
    assert_eq!(
        check("title: T\nnetwork: {links: [{from: a}, {between: [a]}]}\n"),
        r"error: `from` needs `to`
 --> test.yaml:2:20
  |
2 | network: {links: [{from: a}, {between: [a]}]}
  |                    ^^^^

error: expected a list of 2 items, found 1
 --> test.yaml:2:40
  |
2 | network: {links: [{from: a}, {between: [a]}]}
  |                                        ^^^
"
    );
}

#[test]
fn a_key_set_twice_shows_both() {
    assert_eq!(
        check("title: T\nseed: 1\nabout: x\nkey: a\nclients: []\ntitle: U\n"),
        r"error: `title` is set twice
 --> test.yaml:6:1
  |
1 | title: T
  | ----- first set here
...
6 | title: U
  | ^^^^^
"
    );
}

#[test]
fn a_file_that_is_no_preset_gets_one_clear_problem() {
    let files =
        ["", "- a\n", "just text\n", "title: T\0\n", "\0\u{1}\u{2}", "title: [T\n", "title: T\n---\na: b\n"];
    assert_eq!(
        files.map(check).join("\n"),
        r"error: `test.yaml` is empty
 |
 = help: a preset needs at least a title, such as `title: Split brain`

error: expected a map, found a list
 --> test.yaml:1:1
  |
1 | - a
  | ^^^
  |
  = help: a preset is a map of settings, such as `title: Split brain`

error: expected a map, found text
 --> test.yaml:1:1
  |
1 | just text
  | ^^^^^^^^^
  |
  = help: a preset is a map of settings, such as `title: Split brain`

error: the control character U+0000 is not allowed
 --> test.yaml:1:9
  |
1 | title: T
  |         ^
  |
  = help: YAML text in UTF-8 is wanted; is this a binary file?

error: the control character U+0000 is not allowed
 --> test.yaml:1:1
  |
1 |
  | ^
  |
  = help: YAML text in UTF-8 is wanted; is this a binary file?

error: this is not YAML: while parsing a flow sequence, expected ',' or ']'
 --> test.yaml:2:1
  |
2 |
  | ^

error: a second document begins here
 --> test.yaml:2:1
  |
2 | ---
  | ^^^
  |
  = help: one document is wanted: remove this line, or put the rest into a file of its own
"
    );
}

#[test]
fn what_only_the_typed_reader_refuses_has_its_place_too() {
    assert_eq!(
        check("title: T\u{e9}\u{1f600}\nscript: [{predict: P, choices: {a: 1, b:}}]\n"),
        r"error: this is not YAML: found unexpected ':'
 --> test.yaml:2:40
  |
2 | script: [{predict: P, choices: {a: 1, b:}}]
  |                                        ^
"
    );
}

#[test]
fn a_bomb_is_refused_at_once() {
    let mut yaml = "title: T\na0: &a0 ha\n".to_owned();
    for level in 1..=9 {
        let laughs = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(yaml, "a{level}: &a{level} [{laughs}]").unwrap();
    }
    let deep = "[".repeat(100_000);
    let large = " ".repeat(100_000_000);
    assert_eq!(
        [yaml, deep, large].map(|yaml| check(&yaml)).join("\n"),
        r"error: this file unfolds into more than 100000 values
 --> test.yaml:8:15
  |
8 | a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
  |               ^^^
  |
  = help: use fewer aliases, or fewer values

error: lists and maps are nested more than 64 deep here
 --> test.yaml:1:256
  |
1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
  |                                                ^

error: `test.yaml` is too large
 |
 = help: at most 1 MiB of text is read
"
    );
}

#[test]
fn a_path_that_cannot_be_read_says_why() {
    let folder = std::env::temp_dir().join(format!("laggard-read-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("split-brain.yaml"), SPLIT_BRAIN).unwrap();
    std::fs::write(folder.join("huge.yaml"), vec![b' '; MOST_BYTES * 3]).unwrap();
    let check = |name: &str| match read_path(&folder.join(name)) {
        Ok((preset, _)) => preset.title,
        Err(problems) => problems.render(Look::Plain).replace(&folder.display().to_string(), "DIR"),
    };
    assert_eq!(check("split-brain.yaml"), "Split brain");
    let drawn = ["split_brian.yaml", "nothing-like-it", ".", "huge.yaml"].map(check).join("\n");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        drawn,
        r"error: there is no file `DIR/split_brian.yaml`
 |
 = help: did you mean `DIR/split-brain.yaml`?

error: there is no file `DIR/nothing-like-it`

error: `DIR/.` is a directory
 |
 = help: a file is wanted, such as `split-brain.yaml`

error: `DIR/huge.yaml` is too large
 |
 = help: at most 1 MiB of text is read
"
    );
}

#[cfg(unix)]
#[test]
fn an_endless_file_is_refused_at_once() {
    assert!(read_path(FilePath::new("/dev/zero")).is_err());
}

/// A thousand steps.
#[test]
fn a_long_script_is_read() {
    let steps = "  - {at: 1s, write: {by: alice, key: cart, value: jam}, claim: {replica: a, key: cart, holds: jam}}\n";
    let yaml = format!("title: Long\nscript:\n{}", steps.repeat(1000));
    assert_eq!(check(&yaml), "fine\n");
}
