//! Choosing by words where the screen has a list: the entry's head, its place, or words that only it has. A list that
//! opens another, or that stays up, takes several choices in one line.
//!
//! ```text
//! > cut-link nyc
//! > messages 1, drop
//! > groups lon, nyc, cut
//! ```

use crate::{
    drive::{Cause, Request, Snapshot},
    tui::{
        knobs::{Dial, Knob, Turn},
        registry::Action,
        ui::{Effect, Entry, Id, List, Overlay, Until, understand_until},
    },
};

use super::{Linear, Say};

impl Linear {
    /// Chooses from the list that is up, and from those that it opens.
    pub(super) fn choose(
        &mut self,
        name: &str,
        words: &str,
        snapshot: &Snapshot,
        say: Say<'_>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut wanted = words.split(',').map(str::trim).filter(|word| !word.is_empty());
        let mut word = wanted.next().unwrap_or_default();
        while let Overlay::Choice(_, list) | Overlay::Help(list) = &mut self.ui.overlay {
            match chosen(list, word) {
                Ok(place) => {
                    list.at = place;
                    effects.extend(self.ui.act(Action::Accept, snapshot));
                }
                Err(lines) => {
                    say(&format!("{name} takes one of these:"));
                    say(&lines.join("\n"));
                    return effects;
                }
            }
            let stays = self.ui.status.is_some() || !effects.is_empty();
            match wanted.next() {
                Some(next) => word = next,
                None if stays => break,
                None => word = "",
            }
        }
        effects
    }

    pub(super) fn run_until(&mut self, rest: &str, snapshot: &Snapshot, say: Say<'_>) {
        if [" holds ", " lacks "].iter().any(|verb| rest.contains(verb)) {
            match understand_until(rest, snapshot) {
                Ok(condition) => self.ask(Request::RunUntil(condition), say),
                Err(why) => say(&why),
            }
            return;
        }
        let mut list = List::run_until(self.ui.picked, snapshot);
        // There is no clock to stop, and what a replica holds is said in the line itself.
        list.entries.retain(|entry| ![Until::Nothing, Until::Holds].map(Id::Until).contains(&entry.id));
        match chosen(&list, rest) {
            Ok(place) => {
                if let Some(Id::Until(until)) = list.entries.get(place).map(|entry| entry.id.clone()) {
                    let effects = self.ui.run_until(until, snapshot);
                    self.perform(effects, say);
                }
            }
            Err(lines) => {
                say("run until takes one of these:");
                say(&lines.join("\n"));
            }
        }
    }

    /// `set loss 5%`, `set read repair next`.
    pub(super) fn set(&mut self, rest: &str, snapshot: &Snapshot, say: Say<'_>) {
        let known = Knob::ALL.iter().filter(|knob| {
            let name = knob.name().trim();
            rest == name || rest.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
        });
        let Some(knob) = known.max_by_key(|knob| knob.name().trim().len()) else {
            say(
                "set takes a knob and a value, such as set loss 5% or set read repair next; knobs lists them",
            );
            return;
        };
        let name = knob.name().trim();
        let value = rest.get(name.len()..).unwrap_or_default().trim();
        let command = match (knob.dial(snapshot), knob.typed()) {
            (Dial::Missing(why), _) => Err(format!("{name}: {why}")),
            (Dial::Here(reading), _) if value == "next" => {
                let next = reading.turned(Turn::Round).cloned();
                next.ok_or_else(|| format!("{name}: only a preset sets it, before the run begins"))
            }
            (Dial::Here(_), Some(typed)) => (typed.understand)(value, snapshot),
            (Dial::Here(_), None) => Err(format!("{name} goes from value to value: set {name} next")),
        };
        match command {
            Ok(command) => self.ask(Request::Do(vec![command], Cause::Program), say),
            Err(why) => say(&why),
        }
    }
}

/// The place of the one entry that words mean; else the lines of those that they may mean, of all if they mean none.
fn chosen(list: &List, words: &str) -> Result<usize, Vec<String>> {
    let real = || list.entries.iter().enumerate().filter(|(_, entry)| entry.id != Id::Heading);
    let wanted = words.to_lowercase();
    let is = |text: &str| !wanted.is_empty() && text.trim().to_lowercase() == wanted;
    let named = |entry: &Entry| is(&entry.head) || is(entry.text.split(':').next().unwrap_or_default());
    let places = |means: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
        real().filter(|(_, entry)| means(entry)).map(|(place, _)| place).collect()
    };
    if let [place] = places(&named)[..] {
        return Ok(place);
    }
    // Numbers of their own would be mistaken for places.
    let counted = !real().any(|(_, entry)| entry.head.trim().parse::<usize>().is_ok());
    let number = wanted.parse::<usize>().ok().filter(|_| counted);
    if let Some((place, _)) = number.and_then(|number| real().nth(number.checked_sub(1)?)) {
        return Ok(place);
    }
    let found = places(&|entry| format!("{} {}", entry.head, entry.text).to_lowercase().contains(&wanted));
    match found[..] {
        [place] if !wanted.is_empty() => Ok(place),
        _ => Err(real()
            .zip(1..)
            .filter(|((place, _), _)| found.is_empty() || found.contains(place))
            .map(|((_, entry), number)| {
                let number = if counted { format!("{number}. ") } else { String::new() };
                format!("  {number}{} {}", entry.head.trim(), entry.text.trim())
            })
            .collect()),
    }
}
