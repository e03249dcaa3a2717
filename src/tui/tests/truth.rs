//! What the screen says of the cluster is what is so: by laws over all states, without a picture to compare with.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    base::{NodeId, SimTime, Span},
    drive::Snapshot,
    sim::Status,
    tui::{
        theme::Role,
        ui::{Fog, Layout, Overlay, View},
    },
};

use super::{
    pictures::states,
    stage::{Stage, favourite_colour},
};

/// The text of a part of a picture.
fn text_of(buffer: &Buffer, area: Rect) -> String {
    let row = |y| (area.x..area.right()).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (area.y..area.bottom()).map(row).collect::<Vec<_>>().join("\n")
}

/// The mark that a replica has to have.
fn role(snapshot: &Snapshot, index: usize) -> Option<Role> {
    let replica = &snapshot.view.replicas[index];
    match replica.status {
        Status::Crashed => Some(Role::Crashed),
        Status::Frozen => Some(Role::Frozen),
        Status::Up if !replica.owns[snapshot.focus.index()] => None,
        Status::Up if snapshot.staleness[index].is_some() => Some(Role::Stale),
        Status::Up => Some(Role::Fresh),
    }
}

#[test]
fn every_card_tile_and_cell_tells_whether_its_replica_is_fresh_stale_frozen_or_down() {
    let mut seen = [0; 4];
    let all = [Role::Fresh, Role::Stale, Role::Frozen, Role::Crashed];
    for (name, mut stage) in states() {
        if !matches!(stage.ui.overlay, Overlay::None) || stage.ui.fog != Fog::Lifted {
            continue;
        }
        stage.ui.view = View::Cluster;
        for layout in Layout::ALL {
            stage.ui.layout = layout;
            for (width, height) in [(80, 24), (120, 36), (200, 55)] {
                let buffer = stage.buffer(width, height);
                let snapshot = stage.snapshot();
                for (index, card) in stage.ui.cards.clone().into_iter().enumerate() {
                    let text = text_of(&buffer, card);
                    let expected = role(&snapshot, index);
                    // The heat map's narrowest cells have no room for both the value and the mark.
                    if card.width < 2 || expected.is_none() {
                        continue;
                    }
                    for (place, role) in all.into_iter().enumerate() {
                        let place_of = format!("{name}, {layout:?} at {width}x{height}, {index}:\n{text}");
                        let shown = text.contains(stage.ui.glyphs.mark(role));
                        assert_eq!(shown, expected == Some(role), "{role:?} {place_of}");
                        seen[place] += usize::from(shown);
                    }
                    let stale_in_words = text.contains("STALE");
                    assert!(card.height < 3 || stale_in_words || expected != Some(Role::Stale), "{text}");
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

/// `next: …`, as the cluster's rule has it on the projector.
fn next(stage: &mut Stage) -> String {
    let text = stage.text(120, 36);
    let at = text.find("next: ").unwrap_or_else(|| panic!("nothing is said of what comes next\n{text}"));
    text[at..].split(['─', '╮']).next().unwrap_or_default().trim().to_owned()
}

#[test]
fn what_is_said_to_come_next_comes_next() {
    // The first write arrives a second before the second.
    let mut stage = Stage::after(3, "w|2w");
    assert_eq!(next(&mut stage), "next: w1 → lon in 1s");
    stage.keys("|");
    assert_eq!(stage.snapshot().view.position.at, SimTime(Span::secs(2).0));
    stage.keys("|");
    assert!(stage.snapshot().staleness.iter().all(Option::is_none), "w2 came a second later");
}

#[test]
fn what_comes_next_says_what_will_become_of_it() {
    let quiet = |keys: &str| {
        let mut scenario = favourite_colour(3);
        scenario.settings.anti_entropy = None;
        let mut stage = Stage::new(scenario);
        stage.keys(keys);
        next(&mut stage)
    };
    assert_eq!(quiet(""), "next: nothing is on its way");
    assert_eq!(quiet("2c1w|"), "next: w1 → lon, which is down");
    assert_eq!(quiet("2p1w|"), "next: w1 → lon, dies at the wall");
    assert_eq!(quiet("2z1w|"), "next: w1 → lon in 1s, to wait there: frozen");
}

#[test]
fn a_view_without_the_cluster_names_who_is_stale_down_and_frozen_and_the_wall() {
    let mut stage = Stage::after(6, "2c3z4p1w|||⇥⇥");
    let text = stage.text(80, 24);
    let snapshot = stage.snapshot();
    let behind = snapshot.staleness.iter().filter(|stale| stale.is_some()).count();
    assert!(behind > 0);
    for words in ["down lon", "frozen nyc", "wall n4"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let row = text.lines().find(|line| line.contains("frozen nyc")).unwrap_or_default();
    assert!(row.contains(&format!("stale {behind}")) || row.contains("stale lon"), "{row}");
}

#[test]
fn no_message_is_drawn_beyond_the_wall_it_will_die_at() {
    // Far fewer than the messages: whose way crosses the wall stays on the side it came from.
    let mut stage = Stage::after(2, "2p1w");
    for _ in 0..19 {
        stage.wait(100);
        stage.frame();
        for (width, height) in [(80, 24), (120, 36), (200, 55)] {
            let buffer = stage.buffer(width, height);
            let (ams, lon) = (stage.ui.cards[0], stage.ui.cards[1]);
            let row = Rect { x: ams.right(), y: ams.y, width: lon.x - ams.right(), height: ams.height };
            let street = text_of(&buffer, row);
            let mut drawn = false;
            for line in street.lines() {
                let wall = line.find('▒').unwrap_or_else(|| panic!("no wall at {width}x{height}\n{street}"));
                assert!(!line[wall..].contains("w1"), "{street}");
                drawn |= line[..wall].contains("w1") || line[..wall].contains('▲');
            }
            assert!(drawn, "at {width}x{height}, {}\n{street}", stage.snapshot().view.position.at);
        }
    }
    stage.wait(150);
    stage.frame();
    let buffer = stage.buffer(120, 36);
    let (ams, lon) = (stage.ui.cards[0], stage.ui.cards[1]);
    let street = Rect { x: ams.right(), y: ams.y, width: lon.x - ams.right(), height: ams.height };
    assert!(text_of(&buffer, street).contains('✕'), "where it died");
}

#[test]
fn the_hero_counts_lost_writes_and_those_who_disagree() {
    let mut stage = Stage::after(3, "2pw1w|||Pg||||||||||");
    assert_eq!(stage.snapshot().lost_writes, 1);
    assert!(stage.text(80, 24).contains("1 write LOST"), "{}", stage.text(80, 24));
    let mut stage = Stage::after(3, "2pw1w|||");
    let sizes: Vec<usize> = stage.snapshot().agreement.groups.iter().map(|(_, nodes)| nodes.len()).collect();
    let text = stage.text(80, 24);
    assert!(sizes.iter().all(|size| text.contains(&format!("×{size}"))) && sizes.len() == 2, "{text}");
}

#[test]
fn fog_shows_what_was_said_and_not_what_is() {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    // lon tells ams of green; then it takes red, which ams is never told, for a wall stands between.
    stage.keys("2w|||2p2w|||1v");
    let snapshot = stage.snapshot();
    let held = |node: NodeId| format!("{:?}", snapshot.view.replicas[node.index()].held[0]);
    assert_ne!(held(NodeId(0)), held(NodeId(1)), "they differ");
    let buffer = stage.buffer(80, 24);
    let text = text_of(&buffer, stage.ui.cards[1]);
    assert!(text.contains("green") || text.contains("never heard of"), "{text}");
    assert!(!text.contains("red"), "{text}");
}
