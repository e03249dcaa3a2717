//! What `y` copies: what is chosen, as a sentence or a few; and the command that does it all again.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    drive::{Cause, Snapshot},
    tui::{cluster, operations::Live, paint::Paint, panels},
};

use super::{Effect, List, Overlay, Side, Ui, View};

/// The columns of a copied line: more than any screen's.
const WIDTH: u16 = 400;

impl Ui {
    /// Copies what is chosen.
    pub(super) fn copy(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        match self.selected(snapshot) {
            Some((what, text)) => vec![Effect::Copy { what, text }],
            None => self.no("nothing is chosen that could be copied".into()),
        }
    }

    fn selected(&self, snapshot: &Snapshot) -> Option<(String, String)> {
        if let Overlay::Help(list) | Overlay::Choice(_, list) = &self.overlay {
            return chosen_line(list);
        }
        let name = snapshot.replica_name(self.picked);
        if self.side == Side::Story && !snapshot.story_lines.is_empty() {
            return Some((format!("the explanation of {name}"), snapshot.story_lines.join("\n")));
        }
        match self.view {
            View::Operations => {
                let live = Live::of(snapshot);
                let place = self.operations.chosen(&live)?;
                let lines = live.explained(Some(place)).into_iter().map(|(line, _)| line);
                Some(("the chosen operation".into(), lines.collect::<Vec<_>>().join("\n")))
            }
            View::Events => {
                let event = snapshot.events.get(self.scroll)?;
                let key = event.cause.as_ref().map_or_else(String::new, |cause| format!(" [{cause}]"));
                Some(("the topmost event".into(), format!("{} {}{key}", event.at.at, event.text)))
            }
            View::Details => Some((format!("all about {name}"), self.inspected(snapshot))),
            _ if self.side == Side::Inspector => {
                Some((format!("all about {name}"), self.inspected(snapshot)))
            }
            View::Cluster | View::SpaceTime | View::Metrics | View::Knobs | View::Compare => {
                let line =
                    self.written(|paint| vec![cluster::summary(paint, (self, snapshot), self.picked, WIDTH)]);
                Some((format!("the line of {name}"), line))
            }
        }
    }

    fn inspected(&self, snapshot: &Snapshot) -> String {
        self.written(|paint| panels::detail_lines(paint, WIDTH, self, snapshot))
    }

    /// Drawn lines as text.
    fn written(&self, lines: impl FnOnce(&Paint<'_>) -> Vec<ratatui::text::Line<'static>>) -> String {
        let mut buffer = Buffer::empty(Rect::ZERO);
        let theme = self.theme;
        let paint = Paint { buffer: &mut buffer, theme: &theme, glyphs: self.glyphs };
        let lines: Vec<String> =
            lines(&paint).iter().map(|line| line.to_string().trim().to_owned()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Copies the command line that shows this again, if one does.
    pub(super) fn copy_command(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let (given, _) = snapshot.commands;
        let by_hand = snapshot.session.iter().take(given).filter(|logged| logged.cause != Cause::Program);
        let by_hand = by_hand.filter(|logged| !matches!(logged.cause, Cause::Script(_))).count();
        if by_hand > 0 {
            let commands = if by_hand == 1 { "1 command was" } else { &format!("{by_hand} commands were") };
            return self.no(format!("{commands} given by hand: s saves a preset that does it all again"));
        }
        let Some(preset) = &self.preset else {
            return self.no("this preset has no name on the command line: s saves it under one".into());
        };
        let text = format!("laggard {} --seed {}", shell_word(preset), snapshot.seed.0);
        vec![Effect::Copy { what: "the command that begins this run again".into(), text }]
    }
}

fn chosen_line(list: &List) -> Option<(String, String)> {
    let entry = *list.shown().get(list.at)?;
    let text = format!("{}  {}", entry.head, entry.text).trim().to_owned();
    Some(("the chosen line".into(), text))
}

/// A word that a shell takes for itself.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:@%,".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    let guarded = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    format!("'{}'", guarded.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_every_name_for_one_word() {
        assert_eq!(shell_word("favorite-color"), "favorite-color");
        assert_eq!(shell_word("my presets/a b.yaml"), "'my presets/a b.yaml'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("--x.yaml"), "'./--x.yaml'");
    }
}
