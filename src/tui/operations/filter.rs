//! Words that an operation has to have, all of them: `client:bob kind:read stale`.

use super::row::{Field, Row};

/// What was typed, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    words: Vec<(Option<Field>, String)>,
}

impl Filter {
    pub(super) fn of(typed: &str) -> Self {
        let word = |word: &str| {
            let word = word.to_lowercase();
            let (field, rest) = match word.split_once(':') {
                Some(("client" | "process" | "by" | "who", rest)) => (Some(Field::Who), rest),
                Some(("key", rest)) => (Some(Field::Key), rest),
                Some(("kind" | "op", rest)) => (Some(Field::Kind), rest),
                Some(("outcome" | "result", rest)) => (Some(Field::Outcome), rest),
                Some(_) | None => (None, &*word),
            };
            (field, rest.to_owned())
        };
        Self { words: typed.split_whitespace().map(word).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Who and what kind must match as a whole word begins; everything else anywhere.
    pub(super) fn lets_through(&self, row: &Row) -> bool {
        self.words.iter().all(|(field, word)| match field {
            Some(field @ (Field::Who | Field::Kind | Field::Outcome)) => {
                row.field(*field).to_lowercase().starts_with(word)
            }
            Some(Field::Key) => {
                let key = row.field(Field::Key).to_lowercase();
                key == *word || key.trim_matches('"').starts_with(word)
            }
            None => row.cells.iter().any(|cell| {
                let text: String = cell.iter().map(|(text, _)| &**text).collect();
                text.to_lowercase().contains(word)
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{Interval, Look, Mark};
    use super::*;
    use crate::tui::theme::Role;

    fn row() -> Row {
        let plain = |text: &str| vec![(text.to_owned(), Look::Plain(Role::Text))];
        Row {
            cells: vec![plain("8-9"), plain("bob"), plain("read Blue"), plain("STALE by 1")],
            fields: vec![
                (Field::Who, "bob".into()),
                (Field::Key, "\"cart\"".into()),
                (Field::Kind, "read".into()),
                (Field::Outcome, "ok".into()),
            ],
            interval: Interval { from: 0, to: None },
            mark: Mark::Nothing,
        }
    }

    #[test]
    fn every_word_must_match_and_a_field_only_where_it_is_named() {
        let passes = |typed: &str| Filter::of(typed).lets_through(&row());
        assert!(passes("") && Filter::of("  ").is_empty());
        for typed in
            ["blue", "stale", "BLUE Stale", "client:bob", "process:b kind:read key:cart", "outcome:ok"]
        {
            assert!(passes(typed), "{typed}");
        }
        for typed in
            ["green", "blue green", "client:read", "kind:bob", "key:bob", "outcome:failed", "color:red"]
        {
            assert!(!passes(typed), "{typed}");
        }
    }
}
