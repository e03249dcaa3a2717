//! Marked moments: `m` marks the one that the playhead stands at, `B` lists them beside the branches.

use crate::{
    base::Position,
    drive::{Request, Snapshot},
};

use super::{Effect, Entry, Id, List, Overlay, Purpose, Ui, versus::beside_branches};

/// A moment worth coming back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Mark {
    /// Its name, from 1 to 9.
    pub(in crate::tui) number: u8,
    /// The line that it was set on.
    line: u64,
    pub(in crate::tui) at: Position,
}

impl Ui {
    /// Marks the moment, or takes its mark away.
    pub(super) fn mark(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let (line, at) = (snapshot.bar.line, snapshot.view.position);
        if let Some(place) = self.marks.iter().position(|mark| (mark.line, mark.at) == (line, at)) {
            let gone = self.marks.remove(place);
            self.say(format!("mark {} is taken away", gone.number));
            return Vec::new();
        }
        let Some(number) = (1..=9).find(|number| self.marks.iter().all(|mark| mark.number != *number)) else {
            return self.no("there are nine marks; m at a marked moment takes it away (B lists them)".into());
        };
        self.marks.push(Mark { number, line, at });
        self.marks.sort_unstable_by_key(|mark| mark.number);
        self.say(format!("{} is mark {number}: B goes back there", at.at));
        Vec::new()
    }

    /// The list of what one can go over to: branches and marks.
    pub(super) fn open_branches(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if snapshot.branches.is_empty() && self.marks.is_empty() {
            return self.no(
                "no branches yet: step back (,) and give a command to start one; m marks a moment".into(),
            );
        }
        let heading = |text: &str| Entry { id: Id::Heading, head: text.into(), text: String::new() };
        let mut entries = List::branches(snapshot).entries;
        if !entries.is_empty() {
            entries.insert(0, heading("Branches"));
            entries.push(heading("Side by side with this line"));
            entries.extend(beside_branches(snapshot));
        }
        if !self.marks.is_empty() {
            entries.push(heading("Marks"));
            entries.extend(self.marks.iter().map(|mark| Entry {
                id: Id::Mark(mark.number),
                head: mark.number.to_string(),
                text: place_of(*mark, snapshot),
            }));
        }
        self.overlay = Overlay::Choice(Purpose::Branch, List::new(entries));
        Vec::new()
    }

    pub(super) fn go_to_mark(&mut self, number: u8, snapshot: &Snapshot) -> Vec<Effect> {
        let Some(mark) = self.marks.iter().find(|mark| mark.number == number).copied() else {
            return self.no(format!("there is no mark {number}"));
        };
        if mark.at.at > snapshot.head.at {
            return self.no(format!("this line ends at {}, before mark {number}", snapshot.head.at));
        }
        self.say(format!("mark {number}, at {}", mark.at.at));
        // On another line the step may be another one: the time is what they share.
        let same = mark.line == snapshot.bar.line;
        let request = if same { Request::Seek(mark.at) } else { Request::SeekTime(mark.at.at) };
        vec![Effect::Ask(request)]
    }
}

/// Where a mark lies, in words.
fn place_of(mark: Mark, snapshot: &Snapshot) -> String {
    let (at, here) = (mark.at.at, snapshot.view.position.at);
    let beyond = at > snapshot.head.at;
    let where_it_is = match at.cmp(&here) {
        _ if beyond => "this line has not come that far".into(),
        std::cmp::Ordering::Less => format!("{} ago", here.since(at)),
        std::cmp::Ordering::Equal => "now".into(),
        std::cmp::Ordering::Greater => format!("{} ahead", at.since(here)),
    };
    format!("a mark at {at}: {where_it_is}")
}
