//! The command palette: everything that can be asked for, by name: actions, views, themes, presets.

use crate::{
    drive::Snapshot,
    tui::{
        app::Motion,
        guard::Mouse,
        registry::{self, Action, Group, Layer},
        theme::{Kind, Theme},
    },
};

use super::{Effect, Entry, Id, Layout, List, Overlay, Purpose, Ui, View};

impl Ui {
    pub(super) fn open_palette(&mut self) -> Vec<Effect> {
        let actions = Group::ALL
            .into_iter()
            .flat_map(registry::group)
            .filter(|entry| {
                !entry.keys_in(Layer::Main).is_empty() && !matches!(entry.action, Action::Pick(_))
            })
            .map(|entry| Entry {
                id: Id::Action(entry.action),
                head: entry.name.into(),
                text: format!(
                    "{}  {}",
                    registry::key_in(Layer::Main, entry.action).unwrap_or_default(),
                    entry.doc
                ),
            });
        let views = View::ALL.into_iter().map(|view| Entry {
            id: Id::View(view),
            head: "view".into(),
            text: format!("view {}", view.name()),
        });
        let layouts = Layout::ALL.into_iter().map(|layout| Entry {
            id: Id::Layout(layout),
            head: "layout".into(),
            text: format!("layout {}", layout.name()),
        });
        let themes = Kind::ALL.into_iter().map(|kind| Entry {
            id: Id::Theme(kind),
            head: "theme".into(),
            text: format!("theme {}", kind.name()),
        });
        let presets = crate::scenario::builtin().map(|(name, text)| Entry {
            id: Id::Name(name.into()),
            head: "open".into(),
            text: format!("open {name}: {text}"),
        });
        let looks = views.chain(layouts).chain(themes).chain(self.manners());
        let entries = actions.chain(looks).chain(presets).collect();
        self.overlay = Overlay::Choice(Purpose::Palette, List::new(entries));
        Vec::new()
    }

    /// What moves, and which of remote and mouse is heeded.
    fn manners(&self) -> impl Iterator<Item = Entry> {
        let motions = Motion::ALL.into_iter().map(|motion| Entry {
            id: Id::Motion(motion),
            head: "motion".into(),
            text: format!("motion {}: {}", motion.name(), motion.doc()),
        });
        let remote = self.modes.remote.other();
        let remote = Entry {
            id: Id::Remote(remote),
            head: "remote".into(),
            text: format!(
                "presenter's remote: {} (PageDown forward, PageUp back, . and b pause)",
                remote.word()
            ),
        };
        let mouse = match self.modes.mouse {
            Mouse::On => Entry {
                id: Id::Mouse(Mouse::Off),
                head: "mouse".into(),
                text: "mouse off: leave it to the terminal's own selection".into(),
            },
            Mouse::Off => Entry {
                id: Id::Mouse(Mouse::On),
                head: "mouse".into(),
                text: "mouse on: clicks pick and press, the wheel scrolls".into(),
            },
        };
        motions.chain([remote, mouse])
    }

    pub(super) fn run_from_palette(&mut self, id: Id, snapshot: &Snapshot) -> Vec<Effect> {
        match id {
            Id::Action(action) => self.act(action, snapshot),
            Id::View(view) => {
                self.view = view;
                Vec::new()
            }
            Id::Layout(layout) => self.arrange(layout, snapshot),
            Id::Theme(kind) => {
                self.theme = Theme::new(kind, self.theme.depth());
                self.say(format!("theme: {}", kind.name()));
                Vec::new()
            }
            Id::Motion(motion) => {
                self.modes.motion = motion;
                self.say(format!("motion {}: {}", motion.name(), motion.doc()));
                Vec::new()
            }
            Id::Remote(mode) => self.set_remote(mode),
            Id::Mouse(mouse) => {
                self.modes.mouse = mouse;
                self.say(match mouse {
                    Mouse::On => "mouse on: clicks pick and press, the wheel scrolls",
                    Mouse::Off => "mouse off: it is the terminal's",
                });
                vec![Effect::Mouse(mouse)]
            }
            Id::Name(name) => vec![Effect::Open(name)],
            _ => Vec::new(),
        }
    }
}
