//! Whatever bytes come, the reader answers with a preset or with problems that can be drawn.

use super::*;
use proptest::prelude::*;
use serde_yaml::Value;

/// Texts of the largest size that is read, each the worst case of something.
#[test]
fn the_largest_texts_are_answered_without_delay() {
    let full = |piece: &str| piece.repeat(MOST_BYTES / piece.len());
    let numbered = |line: fn(usize) -> String| (0..60_000).map(line).collect::<String>();
    let texts = [
        full("\n"),
        full("a: 1\n"),
        full("- a\n"),
        full("? a\n"),
        full("&a "),
        full("*a "),
        full("\"\\n"),
        full("'"),
        full("a: {b: [c, {d: e}]}, "),
        full("#"),
        full("%"),
        full("---\n"),
        full("|\n "),
        full("!"),
        full("a "),
        full("\t"),
        full(" "),
        format!("title: [{}]", "1,".repeat(90_000)),
        format!("script: [{}]", "{},".repeat(90_000)),
        format!("data: {{{}}}", numbered(|index| format!("k{index}: ,"))),
        numbered(|index| format!("k{index}: 1\n")),
        format!("{{{}}}", numbered(|index| format!("k{index}: 1, "))),
        format!("about: {}", "x".repeat(MOST_BYTES - 10)),
        format!("about: '{}'", "\u{e9}".repeat(MOST_BYTES / 2 - 10)),
    ];
    for text in texts {
        let problems = read_text("test.yaml", text.as_bytes()).unwrap_err();
        assert!(problems.render(Look::Plain).len() < 100_000, "{:?}", &text[..40]);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_text("test.yaml", &bytes);
    }

    /// Bytes of valid presets replaced, removed and repeated: whatever comes of it, it is a preset, or has problems
    /// that can be drawn, and the shape check finds everything that serde would.
    #[test]
    fn a_mangled_preset_is_read_or_refused(
        everything: bool,
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[-a-z0-9:{}\\[\\],' \n&*!~%.]{0,3}", 0..4_usize), 1..6),
    ) {
        let mut text = if everything { EVERYTHING } else { SPLIT_BRAIN }.to_owned();
        for (at, new, removed) in edits {
            let start = at.index(text.len());
            let end = (start + removed).min(text.len());
            text.replace_range(start..end, &new);
        }
        if let Err(problems) = read_text("test.yaml", text.as_bytes()) {
            let drawn = problems.render(Look::Plain);
            prop_assert!(!drawn.contains("this cannot be read"), "{drawn}\n{text}");
        }
    }

    /// A value somewhere in a valid preset replaced by one of another kind: the shape check alone must find whatever
    /// serde would object to.
    #[test]
    fn the_shape_check_leaves_nothing_for_serde_to_find(
        everything: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..3),
    ) {
        let mut preset: Value = serde_yaml::from_str(if everything { EVERYTHING } else { SPLIT_BRAIN }).unwrap();
        let pool: Vec<Value> = serde_yaml::from_str(POOL).unwrap();
        for (at, new) in changes {
            replace(&mut preset, &mut at.index(150), new.get(&pool));
        }
        let yaml = serde_yaml::to_string(&preset).unwrap();
        if let Err(problems) = read_text("test.yaml", yaml.as_bytes()) {
            let drawn = problems.render(Look::Plain);
            prop_assert!(!drawn.contains("this cannot be read"), "{drawn}\n{yaml}");
        }
    }
}

/// Values of every kind, some of which fit somewhere.
const POOL: &str = "[~, true, 0, 3, -1, 1.5, .inf, 18446744073709551615, '', x, '3', 80ms, 5%, off, one, settled, last, [], [1], \
    [a, b], [[a]], {}, {a: 1}, {at_least: 1}, {at_most: 3s}, {between: [a, b]}, {every: 1s}, {versions: 2}, {name: x}]";

/// Puts `new` in the place of the value that is reached after `countdown` others.
fn replace(value: &mut Value, countdown: &mut usize, new: &Value) {
    if *countdown == 0 {
        *value = new.clone();
        *countdown = usize::MAX;
        return;
    }
    *countdown -= 1;
    let inner: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Sequence(items) => Box::new(items.iter_mut()),
        Value::Mapping(entries) => Box::new(entries.values_mut()),
        _ => return,
    };
    for value in inner {
        if *countdown != usize::MAX {
            replace(value, countdown, new);
        }
    }
}
