//! A stage for tests: the screen, the actor, and a clock that only the test moves.

use std::{sync::Arc, time::Duration};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    style::{Color, Modifier, Style},
};

use crate::{
    action::{AntiEntropy, Style as Exchange},
    base::{KeyId, Span},
    data::Value,
    drive::{FirstStaleRead, Handle, Snapshot, Start, spawn},
    net::{Delay, LinkProfile, Network},
    scenario::Scenario,
    tui::{
        draw,
        registry::{self, Action, Layer, lookup},
        screen::Screen,
        theme::{Depth, Glyphs, Kind, Theme, UNICODE},
        ui::{Effect, Ui},
    },
};

pub(in crate::tui) struct Stage {
    runtime: tokio::runtime::Runtime,
    handle: Handle,
    pub(in crate::tui) ui: Ui,
    pub(in crate::tui) screen: Screen<Vec<u8>>,
    /// What else keys asked for: quit, repaint, open.
    pub(in crate::tui) effects: Vec<Effect>,
}

/// The favourite colour: blue everywhere, two seconds from replica to replica, gossip every three.
pub(in crate::tui) fn favourite_colour(replicas: usize) -> Scenario {
    let mut scenario = Scenario::of(replicas);
    for (replica, name) in scenario.replicas.iter_mut().zip(["ams", "lon", "nyc"]) {
        replica.name = name.into();
    }
    scenario.title = "Favourite colour".into();
    scenario.keys = vec!["user123".into()];
    scenario.initial = vec![(KeyId(0), Value::text("blue"))];
    scenario.network = Network::new(replicas, LinkProfile::plain(Delay::Fixed(Span::millis(2_000))));
    scenario.settings.timeout = Span::secs(30);
    scenario.settings.anti_entropy = Some(AntiEntropy {
        every: Span::secs(3),
        style: Exchange::PushPull,
        fan_out: 1,
        digest: crate::action::Digest::Full,
    });
    scenario
}

impl Stage {
    pub(in crate::tui) fn new(scenario: Scenario) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let start = Start { seed: scenario.seed, first_stale_read: FirstStaleRead::Pauses };
        let (handle, _task) = runtime.block_on(async { spawn(Arc::new(scenario), start) });
        let ui = Ui::new(Theme::new(Kind::Dark, Depth::Indexed), &UNICODE);
        let screen = Screen::new(Vec::new(), Size::new(80, 24));
        let mut stage = Self { runtime, handle, ui, screen, effects: Vec::new() };
        stage.settle();
        stage
    }

    /// A stage with the favourite colour on it, after these keys.
    pub(in crate::tui) fn after(replicas: usize, keys: &str) -> Self {
        let mut stage = Self::new(favourite_colour(replicas));
        stage.keys(keys);
        stage
    }

    pub(in crate::tui) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.handle.snapshots.borrow())
    }

    /// Lets the actor answer, in no time.
    fn settle(&mut self) {
        self.runtime.block_on(async {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        });
        let snapshot = self.snapshot();
        self.ui.observe(&snapshot);
    }

    pub(in crate::tui) fn wait(&mut self, millis: u64) {
        self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(millis)).await });
        self.settle();
    }

    /// What a picture in between is: the present instant.
    pub(in crate::tui) fn frame(&mut self) {
        let _ = self.handle.requests.send(crate::drive::Request::Frame);
        self.settle();
    }

    pub(in crate::tui) fn obey(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.handle.requests.send(request).expect("the actor lives"),
                other => self.effects.push(other),
            }
        }
        self.settle();
    }

    pub(in crate::tui) fn press(&mut self, key: KeyEvent) {
        let snapshot = self.snapshot();
        let effects = match lookup(self.ui.layer(), key) {
            Some(action) => self.ui.act(action, &snapshot),
            None => match registry::text(key) {
                Some(text) if self.ui.is_typing() => self.ui.type_text(&text.to_string(), &snapshot),
                _ => Vec::new(),
            },
        };
        self.obey(effects);
    }

    /// Presses characters; `⏎` is Enter, `⎋` Esc, `⇥` Tab, and a bar lets a second pass.
    pub(in crate::tui) fn keys(&mut self, keys: &str) {
        for character in keys.chars() {
            match character {
                '|' => self.wait(1_000),
                '⏎' => self.code(KeyCode::Enter),
                '⎋' => self.code(KeyCode::Esc),
                '⇥' => self.code(KeyCode::Tab),
                other => self.code(KeyCode::Char(other)),
            }
        }
    }

    pub(in crate::tui) fn code(&mut self, code: KeyCode) {
        self.press(KeyEvent::new(code, KeyModifiers::NONE));
    }

    /// Presses the first key of an action in a layer.
    pub(in crate::tui) fn act(&mut self, layer: Layer, action: Action) {
        let key = key_event(layer, action);
        assert_eq!(self.ui.layer(), layer, "the layer that {action:?} is pressed in");
        self.press(key);
    }

    pub(in crate::tui) fn status(&self) -> String {
        self.ui.status.as_ref().map_or_else(String::new, |status| status.text.clone())
    }

    pub(in crate::tui) fn buffer(&mut self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let snapshot = self.snapshot();
        draw(&mut self.ui, &snapshot, &mut buffer);
        if self.run_errands() {
            return self.buffer(width, height);
        }
        buffer
    }

    /// The screen as text.
    pub(in crate::tui) fn text(&mut self, width: u16, height: u16) -> String {
        rows(&self.buffer(width, height)).join("\n")
    }

    /// The screen as text, and below it a letter for the style of every cell.
    pub(in crate::tui) fn picture(&mut self, width: u16, height: u16) -> String {
        styled(&self.buffer(width, height))
    }

    pub(in crate::tui) fn glyphs(&mut self, glyphs: &'static Glyphs) {
        self.ui.glyphs = glyphs;
        // Lists that are open have theirs in them.
        let snapshot = self.snapshot();
        self.ui.observe(&snapshot);
    }

    pub(in crate::tui) fn theme(&mut self, kind: Kind, depth: Depth) {
        self.ui.theme = Theme::new(kind, depth);
    }

    /// Asks the actor for what the last picture lacked; says whether it lacked anything.
    fn run_errands(&mut self) -> bool {
        let errands = self.ui.errands();
        let lacked = !errands.is_empty();
        self.obey(errands);
        lacked
    }

    /// Draws through the terminal's own path; gives the bytes written.
    pub(in crate::tui) fn show(&mut self) -> usize {
        let snapshot = self.snapshot();
        let ui = &mut self.ui;
        let bytes = self.screen.draw(|buffer| draw(ui, &snapshot, buffer)).expect("memory");
        if self.run_errands() { bytes + self.show() } else { bytes }
    }
}

/// The first key of an action in a layer, pressed.
pub(in crate::tui) fn key_event(layer: Layer, action: Action) -> KeyEvent {
    use crate::tui::registry::Chord;
    let entry = registry::entry(action).expect("in the table");
    let chord = *entry.keys_in(layer).first().expect("a key in this layer");
    match chord {
        Chord::Key(code) => KeyEvent::new(code, KeyModifiers::NONE),
        Chord::Control(letter) => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL),
        Chord::Run(first, _) => KeyEvent::new(KeyCode::Char(first), KeyModifiers::NONE),
    }
}

/// A picture as text, and below it a letter for the style of every cell.
pub(in crate::tui) fn styled(buffer: &Buffer) -> String {
    let mut styles: Vec<Style> = Vec::new();
    let mut letters = Vec::new();
    for y in 0..buffer.area.height {
        let row: String =
            (0..buffer.area.width).map(|x| letter(&mut styles, buffer[(x, y)].style())).collect();
        letters.push(row.trim_end_matches('.').to_owned());
    }
    let legend: Vec<String> = (b'a'..)
        .zip(&styles)
        .map(|(name, style)| format!("{} {}", char::from(name), words(*style)))
        .collect();
    format!("{}\n\n{}\n\n{}", rows(buffer).join("\n"), letters.join("\n"), legend.join("\n"))
}

/// The text of each row, without what a wide character covers.
pub(in crate::tui) fn rows(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        let mut text = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).expect("a cell");
        }
        text.trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}

fn letter(styles: &mut Vec<Style>, style: Style) -> char {
    let style = Style { add_modifier: style.add_modifier, ..style };
    if is_plain(style) {
        return '.';
    }
    let place = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
        styles.push(style);
        styles.len() - 1
    });
    char::from(b'a' + u8::try_from(place).expect("few styles"))
}

fn is_plain(style: Style) -> bool {
    let reset = |colour: Option<Color>| colour.is_none_or(|colour| colour == Color::Reset);
    reset(style.fg) && reset(style.bg) && style.add_modifier.is_empty()
}

fn words(style: Style) -> String {
    let colour = |colour: Option<Color>| match colour {
        None | Some(Color::Reset) => "-".to_owned(),
        Some(colour) => colour.to_string(),
    };
    let modifiers: Vec<String> =
        style.add_modifier.iter_names().map(|(name, _): (&str, Modifier)| name.to_lowercase()).collect();
    format!("{} on {} {}", colour(style.fg), colour(style.bg), modifiers.join(" ")).trim_end().to_owned()
}
