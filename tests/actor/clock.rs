//! Wall time and virtual time: arrivals, knobs, pause, speed.

use laggard::{
    action::Command,
    base::{NodeId, Span},
    drive::{Clock, Request, Speed},
    net::{Delay, LinkChange, Scope},
};

use crate::stage::{Stage, all_held, held, latency, lines, ms, three, wall_ms, write};

#[tokio::test(start_paused = true)]
async fn a_write_shows_here_at_once_and_elsewhere_when_its_message_arrives() {
    let mut stage = Stage::new(three());
    let first = stage.give(write(0, "jam")).await;
    assert_eq!((all_held(&first), first.view.position.at), ("jam tea tea".into(), ms(0)));
    assert_eq!(stage.wall_millis(), 0);
    let arrived = stage.until(|snapshot| held(snapshot, 1) == "jam").await;
    assert_eq!((stage.wall_millis(), arrived.view.position.at), (80, ms(80)));
    assert_eq!(all_held(&arrived), "jam jam jam");
    assert_eq!(
        lines(&arrived),
        ["0s n1 write x=jam (w1)", "80ms n2 has x=jam (w1)", "80ms n3 has x=jam (w1)"]
    );
}

async fn a_knob_moves_only_what_is_sent_afterwards(knob: Command) {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    tokio::time::sleep(wall_ms(30)).await;
    stage.give(knob).await;
    stage.give(write(0, "fig")).await;
    stage.until(|snapshot| held(snapshot, 2) == "jam").await;
    assert_eq!(stage.wall_millis(), 80, "on its way already");
    let end = stage.until(|snapshot| held(snapshot, 2) == "fig").await;
    assert_eq!(stage.wall_millis(), 270, "sent at 30 ms with 240 ms to go");
    let fig = lines(&end).into_iter().filter(|line| line.contains("has x=fig")).collect::<Vec<_>>();
    assert_eq!(fig, ["270ms n2 has x=fig (w2)", "270ms n3 has x=fig (w2)"]);
}

#[tokio::test(start_paused = true)]
async fn latency_turned_up_does_not_move_a_message_on_its_way() {
    a_knob_moves_only_what_is_sent_afterwards(latency(300)).await;
}

#[tokio::test(start_paused = true)]
async fn a_links_delay_changed_does_not_move_a_message_on_its_way() {
    let change = LinkChange::Delay(Delay::Fixed(Span::millis(240)));
    a_knob_moves_only_what_is_sent_afterwards(Command::SetLink { scope: Scope::All, change }).await;
}

#[tokio::test(start_paused = true)]
async fn one_links_delay_moves_that_link_alone() {
    let mut stage = Stage::new(three());
    let scope = Scope::Between(NodeId(0), NodeId(2));
    let change = LinkChange::Delay(Delay::Fixed(Span::millis(7)));
    stage.give(Command::SetLink { scope, change }).await;
    stage.give(write(0, "jam")).await;
    let end = stage.until(|snapshot| all_held(snapshot) == "jam jam jam").await;
    let expected = ["7ms n3 has x=jam (w1)", "80ms n2 has x=jam (w1)"];
    assert_eq!(lines(&end)[2..], expected);
}

#[tokio::test(start_paused = true)]
async fn latency_turned_while_idle_is_that_of_the_next_message() {
    let mut stage = Stage::new(three());
    assert_eq!(stage.published_in(wall_ms(5_000)).await, 0);
    let turned = stage.give(latency(50)).await;
    assert_eq!(turned.view.position.at, ms(5_000), "the clock has counted on in silence");
    assert_eq!(stage.published_in(wall_ms(5_000)).await, 0, "a knob alone wakes nobody");
    stage.give(write(0, "jam")).await;
    let arrived = stage.until(|snapshot| held(snapshot, 2) == "jam").await;
    assert_eq!((stage.wall_millis(), arrived.view.position.at), (10_040, ms(10_040)));
}

#[tokio::test(start_paused = true)]
async fn while_paused_virtual_time_stands() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    tokio::time::sleep(wall_ms(30)).await;
    let paused = stage.ask(Request::Pause).await;
    assert_eq!((paused.clock, paused.view.position.at), (Clock::Stopped, ms(30)));
    let later = stage.after(3_600_000).await;
    assert_eq!((later.view.position.at, all_held(&later)), (ms(30), "jam tea tea".into()));
    let given = stage.give(write(1, "fig")).await;
    assert_eq!((given.view.position.at, all_held(&given)), (ms(30), "jam fig tea".into()));
    stage.ask(Request::Play).await;
    let arrived = stage.until(|snapshot| held(snapshot, 2) == "jam").await;
    assert_eq!((stage.wall_millis(), arrived.view.position.at), (3_600_080, ms(80)));
}

#[tokio::test(start_paused = true)]
async fn speed_changed_half_way_through_a_flight_moves_its_arrival_in_wall_time_alone() {
    for (speed, wall) in [(Speed::NORMAL.faster(), 60), (Speed::NORMAL.slower(), 120)] {
        let mut stage = Stage::new(three());
        stage.give(write(0, "jam")).await;
        tokio::time::sleep(wall_ms(40)).await;
        let turned = stage.ask(Request::SetSpeed(speed)).await;
        assert_eq!((turned.speed, turned.view.position.at), (speed, ms(40)));
        let arrived = stage.until(|snapshot| held(snapshot, 1) == "jam").await;
        assert_eq!((stage.wall_millis(), arrived.view.position.at), (wall, ms(80)), "{speed}");
    }
}

#[tokio::test(start_paused = true)]
async fn speed_may_be_changed_while_paused() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    stage.ask(Request::Pause).await;
    stage.ask(Request::SetSpeed(Speed::NORMAL.slower())).await;
    let still = stage.after(1_000).await;
    assert_eq!((still.clock, still.view.position.at), (Clock::Stopped, ms(0)));
    stage.ask(Request::Play).await;
    stage.until(|snapshot| held(snapshot, 1) == "jam").await;
    assert_eq!(stage.wall_millis(), 1_160);
}

#[tokio::test(start_paused = true)]
async fn playing_twice_is_playing() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    for _ in 0..7 {
        tokio::time::sleep(wall_ms(10)).await;
        stage.ask(Request::Play).await;
    }
    stage.until(|snapshot| held(snapshot, 1) == "jam").await;
    assert_eq!(stage.wall_millis(), 80);
}
