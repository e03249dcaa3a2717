//! A picture of a run without a terminal: an instant, a view, a size.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect, Size},
};

use crate::{
    base::KeyId,
    drive::{Timeline, still},
};

use super::{
    draw,
    theme::{Glyphs, Theme},
    ui::{Layout, Mode, Modes, Ui, View},
};

/// What a picture looks like.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub size: Size,
    pub theme: Theme,
    pub glyphs: &'static Glyphs,
    pub view: View,
    pub layout: Layout,
    pub big: Mode,
}

/// The instant that the playhead stands at, as the screen shows it.
pub fn picture(timeline: &Timeline, focus: KeyId, look: Look) -> Buffer {
    let mut ui = Ui::new(look.theme, look.glyphs).in_modes(Modes { big: look.big, ..Modes::default() });
    (ui.view, ui.layout) = (look.view, look.layout);
    let mut buffer = Buffer::empty(Rect::from((Position::ORIGIN, look.size)));
    let mut snapshot = still(timeline, focus, None);
    draw(&mut ui, &snapshot, &mut buffer);
    if let Some(width) = ui.chart.0 {
        snapshot = still(timeline, focus, Some(width));
        buffer.reset();
        draw(&mut ui, &snapshot, &mut buffer);
    }
    buffer
}
