//! Every preset that is shipped, played through on the screen.

use crate::{
    scenario::{Scenario, builtin, builtin_text},
    tui::registry::Layer,
};

use super::stage::Stage;

const SIZES: [(u16, u16); 4] = [(60, 18), (80, 24), (120, 36), (200, 55)];
/// More presses without getting on, and something waits in vain.
const PATIENCE: usize = 60;

/// What must stand on every picture whatever else is to be said: the name, the time, whether replicas agree.
fn look(name: &str, stage: &mut Stage) {
    for (width, height) in SIZES {
        let text = stage.text(width, height);
        let mut rows = text.lines();
        let header = rows.next().unwrap_or_default();
        let whole = header.starts_with(" laggard ") && header.contains("  t=") && !header.contains("  …");
        assert!(whole, "{name} at {width}x{height}\n{text}");
        // A question may lie over everything else on a small terminal.
        let agree = rows.any(|row| row.contains("≡ CONVERGED") || row.contains("≠ DIVERGED"));
        assert!(agree || stage.ui.layer() != Layer::Main, "{name} at {width}x{height}\n{text}");
        if stage.snapshot().view.settings.regions().is_some() {
            assert!(!text.to_lowercase().contains("primar"), "{name} at {width}x{height}\n{text}");
        }
    }
}

#[test]
fn every_preset_can_be_played_through_and_looked_at_at_every_size() {
    for (name, _) in builtin() {
        let text = builtin_text(name).expect("built in");
        let mut stage = Stage::new(Scenario::from_text(name, text.as_bytes()).expect("valid"));
        let steps = stage.snapshot().script.steps;
        let mut stuck = 0;
        look(name, &mut stage);
        while stage.snapshot().script.next < steps {
            let next = stage.snapshot().script.next;
            stage.keys(if stage.ui.layer() == Layer::Question { "⏎" } else { "n" });
            stage.wait(1_500);
            stuck = if stage.snapshot().script.next == next { stuck + 1 } else { 0 };
            assert!(stuck < PATIENCE, "{name} does not get on at step {next}\n{}", stage.text(80, 24));
            // A stale read stops the clock.
            if stuck % 3 == 2 && !stage.snapshot().is_running() {
                stage.keys(" ");
            }
            if next.is_multiple_of(4) {
                look(name, &mut stage);
            }
        }
        look(name, &mut stage);
    }
}
