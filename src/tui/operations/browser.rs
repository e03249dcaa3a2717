//! Which operations are shown, which is chosen, and how far the table is scrolled. Operations are known by their
//! names, so the choice stays where it is while others come and go.

use super::{filter::Filter, row::Source};

/// Looked through at a time: a picture and a key come between.
pub(in crate::tui) const SLICE: usize = 20_000;

#[derive(Debug, Clone)]
pub(in crate::tui) struct Browser {
    /// `None`: the newest, whichever that is.
    chosen: Option<u64>,
    /// The first place that the last picture showed.
    top: usize,
    /// How many rows it had.
    page: usize,
    typed: String,
    filter: Filter,
    /// The names of what the filter lets through, as far as it was asked.
    found: Vec<u64>,
    /// How many it was asked about.
    asked: usize,
}

impl Browser {
    /// Nothing filtered; on the newest.
    pub(in crate::tui) fn new() -> Self {
        Self {
            chosen: None,
            top: 0,
            page: 10,
            typed: String::new(),
            filter: Filter::default(),
            found: Vec::new(),
            asked: 0,
        }
    }

    /// What was typed to filter.
    pub(in crate::tui) fn typed(&self) -> &str {
        &self.typed
    }

    pub(in crate::tui) fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Filters by what was typed, from the first operation on.
    pub(in crate::tui) fn filter(&mut self, typed: &str) {
        typed.clone_into(&mut self.typed);
        self.filter = Filter::of(typed);
        self.rewind();
    }

    /// Asks about every operation again: they may have changed.
    pub(in crate::tui) fn rewind(&mut self) {
        (self.asked, self.found) = (0, Vec::new());
    }

    /// Looks through some more operations. Says whether there are still more.
    pub(in crate::tui) fn look_on(&mut self, source: &dyn Source, some: usize) -> bool {
        let count = source.count();
        if !self.is_filtered() {
            return false;
        }
        let end = count.min(self.asked.saturating_add(some));
        for place in self.asked..end {
            if self.filter.lets_through(&source.row(place)) {
                self.found.push(source.id(place));
            }
        }
        self.asked = end;
        end < count
    }

    /// How much of all has been looked through, in percent, while it has not all been.
    pub(in crate::tui) fn progress(&self, source: &dyn Source) -> Option<usize> {
        let count = source.count();
        (self.is_filtered() && self.asked < count).then(|| self.asked * 100 / count)
    }

    /// How many are shown.
    pub(in crate::tui) fn count(&self, source: &dyn Source) -> usize {
        if self.is_filtered() { self.found.len() } else { source.count() }
    }

    /// The place in the source of the `shown`-th that is shown.
    pub(super) fn place(&self, source: &dyn Source, shown: usize) -> Option<usize> {
        if !self.is_filtered() {
            return (shown < source.count()).then_some(shown);
        }
        let id = *self.found.get(shown)?;
        let place = places(source, id);
        (place < source.count() && source.id(place) == id).then_some(place)
    }

    /// Where the chosen one stands among the shown: itself, or where it would.
    pub(super) fn at(&self, source: &dyn Source) -> usize {
        let last = self.count(source).saturating_sub(1);
        let Some(chosen) = self.chosen else { return last };
        let at = if self.is_filtered() {
            self.found.partition_point(|id| *id < chosen)
        } else {
            places(source, chosen)
        };
        at.min(last)
    }

    /// The place of the chosen operation in the source.
    pub(in crate::tui) fn chosen(&self, source: &dyn Source) -> Option<usize> {
        self.place(source, self.at(source))
    }

    /// Chooses an operation of the source; a filter that hides it is dropped.
    pub(in crate::tui) fn choose(&mut self, source: &dyn Source, place: usize) {
        if place >= source.count() {
            return;
        }
        let id = source.id(place);
        self.chosen = Some(id);
        if self.is_filtered() && self.found.binary_search(&id).is_err() {
            self.filter("");
        }
    }

    /// Moves the choice; at the end it follows the newest.
    pub(in crate::tui) fn step(&mut self, source: &dyn Source, by: isize) {
        let last = self.count(source).saturating_sub(1);
        let to = self.at(source).saturating_add_signed(by).min(last);
        let whole = !self.is_filtered() || self.asked >= source.count();
        self.chosen = match self.place(source, to) {
            Some(place) if to < last || !whole => Some(source.id(place)),
            Some(_) | None => None,
        };
    }

    pub(in crate::tui) fn page(&mut self, source: &dyn Source, pages: isize) {
        let page = isize::try_from(self.page.saturating_sub(1).max(1)).unwrap_or(1);
        self.step(source, page.saturating_mul(pages));
    }

    /// Whether the choice follows the newest.
    pub(in crate::tui) fn follows(&self) -> bool {
        self.chosen.is_none()
    }

    /// The places to draw on so many rows: the chosen one among them, and where it can be a row around it.
    pub(super) fn window(&mut self, source: &dyn Source, rows: usize) -> std::ops::Range<usize> {
        let (count, at) = (self.count(source), self.at(source));
        self.page = rows;
        let margin = usize::from(rows > 4);
        let highest = at.saturating_sub(margin);
        let lowest = (at + margin + 1).saturating_sub(rows);
        self.top = self.top.clamp(lowest.min(highest), highest).min(count.saturating_sub(rows));
        self.top..count.min(self.top + rows)
    }
}

/// Where the operation of a name stands, or would.
fn places(source: &dyn Source, id: u64) -> usize {
    let (mut low, mut high) = (0, source.count());
    while low < high {
        let middle = usize::midpoint(low, high);
        if source.id(middle) < id {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::row::{Column, Fault, Interval, Look, Mark, Row};
    use super::*;
    use crate::tui::theme::Role;

    /// Operations named by numbers; each says its name.
    struct Numbers(Vec<u64>);

    impl Source for Numbers {
        fn count(&self) -> usize {
            self.0.len()
        }
        fn columns(&self) -> &[Column] {
            &[]
        }
        fn row(&self, place: usize) -> Row {
            Row {
                cells: vec![vec![(self.0[place].to_string(), Look::Plain(Role::Text))]],
                fields: Vec::new(),
                interval: Interval { from: 0, to: None },
                mark: Mark::Nothing,
            }
        }
        fn id(&self, place: usize) -> u64 {
            self.0[place]
        }
        fn faults(&self, _: u64, _: u64) -> Vec<Fault> {
            Vec::new()
        }
        fn end(&self) -> u64 {
            0
        }
        fn moment(&self, _: u64) -> Option<String> {
            None
        }
    }

    #[test]
    fn the_newest_is_followed_until_another_is_chosen_and_a_choice_outlives_what_is_forgotten() {
        let mut browser = Browser::new();
        let few = Numbers((0..5).collect());
        assert_eq!(browser.chosen(&few), Some(4));
        let more = Numbers((0..9).collect());
        assert_eq!(browser.chosen(&more), Some(8));
        browser.step(&more, -2);
        assert!(!browser.follows());
        let later = Numbers((5..20).collect());
        assert_eq!(browser.chosen(&later), Some(1), "6 is still chosen");
        let much_later = Numbers((10..20).collect());
        assert_eq!(browser.chosen(&much_later), Some(0), "the nearest that is left");
        browser.step(&much_later, 100);
        assert!(browser.follows());
        assert_eq!(browser.chosen(&Numbers(Vec::new())), None);
    }

    #[test]
    fn a_filter_is_asked_in_slices_and_gives_way_to_a_choice_that_it_hides() {
        let all = Numbers((0..100).collect());
        let mut browser = Browser::new();
        browser.filter("7");
        assert!(browser.look_on(&all, 50));
        assert_eq!((browser.progress(&all), browser.count(&all)), (Some(50), 5));
        assert!(!browser.look_on(&all, 50));
        assert_eq!((browser.progress(&all), browser.count(&all)), (None, 19));
        browser.choose(&all, 71);
        assert_eq!((browser.is_filtered(), browser.chosen(&all)), (true, Some(71)));
        browser.choose(&all, 50);
        assert_eq!((browser.is_filtered(), browser.chosen(&all)), (false, Some(50)));
    }

    #[test]
    fn the_chosen_one_is_always_on_the_page() {
        for count in [0, 1, 5, 200] {
            let all = Numbers((0..count).collect());
            for rows in [0, 1, 2, 5, 30, 500] {
                let mut browser = Browser::new();
                for by in [0, -3, 1, -100, 7, 1_000, -1, isize::MIN, isize::MAX] {
                    browser.step(&all, by);
                    let window = browser.window(&all, rows);
                    assert!(window.len() <= rows);
                    let at = browser.at(&all);
                    assert!(count == 0 || rows == 0 || window.contains(&at), "{at} in {window:?} of {count}");
                }
            }
        }
    }
}
