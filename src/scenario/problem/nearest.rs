//! The valid name that a misspelt one most likely stands for.

use strsim::damerau_levenshtein;

/// A list of valid names longer than this is no help.
const MOST_NAMES: usize = 24;

/// Names longer than this are cut when quoted.
const MOST_QUOTED: usize = 40;

/// The valid name nearest to `written`, if one is near: at most a third of its letters differ (or the one letter of
/// a short name), or one is the start of the other. Of equals, the first.
pub fn nearest<'a>(written: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let folded = fold(written);
    if folded.chars().count() > MOST_QUOTED {
        return None;
    }
    valid
        .into_iter()
        .filter_map(|name| {
            let candidate = fold(name);
            let distance = damerau_levenshtein(&folded, &candidate);
            let near =
                distance <= (candidate.chars().count() / 3).max(1) && distance < candidate.chars().count();
            let begins = folded.chars().count() >= 3
                && (candidate.starts_with(&folded) || folded.starts_with(&candidate) && candidate.len() >= 3);
            (near || begins).then_some((!near, distance, name))
        })
        .min_by_key(|(far, distance, _)| (*far, *distance))
        .map(|(.., name)| name)
}

/// "did you mean `latency`?", or the whole list if no name is near and the list is short.
pub(super) fn suggestion<'a>(
    written: &str,
    valid: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = nearest(written, valid.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let names: Vec<String> = valid.into_iter().take(MOST_NAMES + 1).map(quoted).collect();
    match names.as_slice() {
        [] => None,
        [only] => Some(format!("the only choice here is {only}")),
        names if names.len() > MOST_NAMES => None,
        names => Some(format!("the choices here are {}", names.join(", "))),
    }
}

/// A name from the file between backquotes, cut if very long, with anything unprintable escaped.
pub fn quoted(name: &str) -> String {
    let mut shown: String = name.chars().take(MOST_QUOTED).collect();
    if shown.len() < name.len() {
        shown.push('\u{2026}');
    }
    let shown: String = shown
        .chars()
        .flat_map(|c| {
            let plain = !c.is_control();
            plain.then_some(c).into_iter().chain((!plain).then(|| c.escape_default()).into_iter().flatten())
        })
        .collect();
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_name() {
        let valid = ["latency", "loss", "duplicate", "reorder", "read", "at"];
        let found = ["latncy", "lost", "Latency", "dup", "re-order", "reorderd", "raed", "xyz", "a", "t", ""]
            .map(|written| nearest(written, valid).unwrap_or("-"));
        assert_eq!(
            found,
            ["latency", "loss", "latency", "duplicate", "reorder", "reorder", "read", "-", "at", "at", "-"]
        );
    }

    #[test]
    fn a_quoted_name_cannot_move_the_cursor() {
        assert_eq!(quoted("a\u{1b}[2Jb\n"), r"`a\u{1b}[2Jb\n`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), 43);
    }
}
