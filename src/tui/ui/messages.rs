//! The messages on their way, as a list, and what a hand can do to one of them.

use crate::{
    action::{Command, Surgery},
    base::{MessageId, Span},
    drive::{Request, Snapshot},
    sim::{Doom, MessageView},
    tui::registry::Action,
};

use super::{Effect, Entry, Id, List, Overlay, Purpose, Ui, commands::by};

impl Ui {
    /// Stops the clock, so that what is listed stays on its way.
    pub(super) fn open_messages(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if snapshot.view.messages.is_empty() {
            return self.no("nothing is on its way that would teach anybody anything".into());
        }
        let mut messages: Vec<&MessageView> = snapshot.view.messages.iter().collect();
        messages.sort_by_key(|message| (message.arrives, message.id));
        let entries = messages.into_iter().map(|message| entry(message, snapshot)).collect();
        self.overlay = Overlay::Choice(Purpose::Messages, List::new(entries));
        if snapshot.is_running() { vec![Effect::Ask(Request::Pause)] } else { Vec::new() }
    }

    /// What can be done to the message that was chosen.
    pub(super) fn open_surgery(&mut self, id: MessageId, snapshot: &Snapshot) -> Vec<Effect> {
        let Some(message) = snapshot.view.messages.iter().find(|message| message.id == id) else {
            return self.no("that message is not on its way any more".into());
        };
        let delay = snapshot.view.links.delay.unwrap_or(Span::secs(1)).0.max(1_000_000);
        let entries = [
            ("deliver", "it arrives now, if no wall stands in its way".to_owned(), Surgery::Deliver),
            ("drop", "it is lost".to_owned(), Surgery::Drop),
            ("duplicate", "a copy arrives when it does".to_owned(), Surgery::Duplicate),
            ("delay", format!("it comes {} later", Span(delay)), Surgery::Delay(Span(delay))),
            ("hold", "it stays where it is until you deliver, delay or drop it".to_owned(), Surgery::Hold),
        ];
        let entries = entries.map(|(head, text, surgery)| Entry {
            id: Id::Surgery(message.id, surgery),
            head: head.into(),
            text,
        });
        self.overlay = Overlay::Choice(Purpose::Surgery, List::new(entries.into()));
        Vec::new()
    }

    pub(super) fn operate(&mut self, id: MessageId, surgery: Surgery, snapshot: &Snapshot) -> Vec<Effect> {
        self.promise(snapshot, "done; space lets time go on, u undoes".into());
        by(Action::Messages, vec![Command::Message { id, surgery }])
    }
}

fn entry(message: &MessageView, snapshot: &Snapshot) -> Entry {
    let way = format!("{}→{}", snapshot.replica_name(message.from), snapshot.replica_name(message.to));
    let carries = message.carries.map_or_else(String::new, |write| format!(" {write}"));
    let left = message.arrives.since(snapshot.view.position.at);
    let due = match message.held_since() {
        Some(_) => "held by hand".to_owned(),
        None => format!("due in {left}"),
    };
    let doom = match message.doom {
        None | Some(Doom::Held(_)) => String::new(),
        Some(Doom::Loss) => ": the link will lose it".to_owned(),
        Some(Doom::Wall) => ": it will die at a wall".to_owned(),
    };
    Entry {
        id: Id::Message(message.id),
        head: way,
        text: format!("{}{carries}, {due}{doom}", message.kind.name()),
    }
}
