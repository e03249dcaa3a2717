//! Histories from the literature, and the small cases that a checker gets wrong.

use super::*;

/// A history in a line: `a:w x1 0-1` is a write by session a, `b:r x1 2-3` a read of what it wrote, `x0` what was there
/// at the beginning; without an end the outcome is unknown.
fn calls(text: &str) -> Vec<Call> {
    let mut names: Vec<(String, u32)> = Vec::new();
    let mut calls = Vec::new();
    for (place, line) in (0..).zip(text.split(',').map(str::trim)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (session, verb) = words[0].split_once(':').expect("a session");
        let key = u32::from(words[1].as_bytes()[0] - b'x');
        let (invoked, returned) = words[2].split_once('-').expect("an interval");
        let did = if verb == "w" {
            names.push((words[1].to_owned(), place));
            Did::Write
        } else {
            Did::Read(names.iter().find(|(name, _)| name == words[1]).map(|(_, place)| *place))
        };
        calls.push(Call {
            session: u32::from(session.as_bytes()[0] - b'a'),
            key,
            did,
            invoked: invoked.parse().expect("a moment"),
            returned: returned.parse().ok(),
        });
    }
    calls
}

/// The strongest of the models that holds, linearizable included.
fn strongest(text: &str) -> &'static str {
    let calls = calls(text);
    for model in Model::ALL {
        assert_eq!(found(&calls, model), by_definition(&calls, Kept::Model(model)), "{model:?} of {text}");
    }
    if by_definition(&calls, Kept::RealTime) {
        "linearizable"
    } else if found(&calls, Model::Sequential) {
        "sequential"
    } else if found(&calls, Model::Causal) {
        "causal"
    } else if found(&calls, Model::Pram) {
        "PRAM"
    } else {
        "none"
    }
}

#[test]
fn independent_reads_of_independent_writes_are_causal_and_no_more() {
    let iriw = "a:w x1 0-9, b:w y1 0-9, c:r x1 10-11, c:r y0 12-13, d:r y1 10-11, d:r x0 12-13";
    assert_eq!(strongest(iriw), "causal");
    let agreed = "a:w x1 0-9, b:w y1 0-9, c:r x1 10-11, c:r y1 12-13, d:r y1 10-11, d:r x1 12-13";
    assert_eq!(strongest(agreed), "linearizable");
}

#[test]
fn a_stale_read_of_another_session_is_sequential() {
    assert_eq!(strongest("a:w x1 0-1, b:r x0 2-3"), "sequential");
    assert_eq!(strongest("a:w x1 0-1, b:r x1 2-3"), "linearizable");
}

#[test]
fn a_session_that_misses_its_own_write_has_nothing() {
    assert_eq!(strongest("a:w x1 0-1, a:r x0 2-3"), "none");
    assert_eq!(strongest("a:w x1 0-1, b:w x2 0-1, a:r x2 2-3, a:r x1 4-5"), "none");
    assert_eq!(strongest("a:w x1 0-1, b:r x1 2-3, b:r x0 4-5"), "none");
}

#[test]
fn a_reply_without_its_post_breaks_causal_and_not_pram() {
    let reply = "a:w x1 0-1, b:r x1 2-3, b:w y1 4-5, c:r y1 6-7, c:r x0 8-9";
    assert_eq!(strongest(reply), "PRAM");
    assert_eq!(strongest("a:w x1 0-1, b:r x1 2-3, b:w y1 4-5, c:r y1 6-7, c:r x1 8-9"), "linearizable");
}

#[test]
fn writes_of_one_session_that_are_seen_out_of_order_break_pram() {
    assert_eq!(strongest("a:w x1 0-1, a:w y1 2-3, b:r y1 4-5, b:r x0 6-7"), "none");
}

#[test]
fn concurrent_writes_seen_in_different_orders_are_causal() {
    let differ = "a:w x1 0-9, b:w x2 0-9, c:r x1 10-11, c:r x2 12-13, d:r x2 10-11, d:r x1 12-13";
    assert_eq!(strongest(differ), "causal");
    // Once one was written by somebody who knew the other, that is an order.
    let known = "a:w x1 0-1, b:r x1 2-3, b:w x2 4-5, c:r x1 6-7, c:r x2 8-9, d:r x2 6-7, d:r x1 8-9";
    assert_eq!(strongest(known), "PRAM");
}

#[test]
fn what_no_single_read_shows_the_causes_of_several_show() {
    // No cycle of causes, yet b's reads leave no order (Bouajjani et al. 2017, Figure 3b: causally consistent in the
    // weak sense and no causal memory).
    let memory = "a:w x1 0-1, b:w x2 0-1, b:r x1 2-3, b:r x2 4-5";
    assert_eq!(strongest(memory), "none");
    let store_buffers = "a:w x1 0-1, b:w y1 0-1, a:r y0 2-3, b:r x0 2-3";
    assert_eq!(strongest(store_buffers), "causal");
}

#[test]
fn an_unknown_outcome_may_have_come_at_any_time_or_never() {
    assert_eq!(strongest("a:w x1 0-, b:r x0 2-3, b:r x1 4-5"), "linearizable");
    assert_eq!(strongest("a:w x1 0-, b:r x0 2-3, a:r x0 4-5"), "linearizable");
    assert_eq!(strongest("a:w x1 0-, b:r x1 2-3, b:r x0 4-5"), "none");
    // Its session's later operations need not know of it.
    assert_eq!(
        strongest("a:w x1 0-, a:r x0 2-3, a:w y1 4-5, b:r y1 6-7, b:r x0 8-9, b:r x1 10-11"),
        "linearizable"
    );
}

#[test]
fn equal_endpoints_are_concurrent_even_within_a_session() {
    assert_eq!(strongest("a:w x1 0-5, a:r x0 5-6"), "linearizable");
    assert_eq!(strongest("a:w x1 0-4, a:r x0 5-6"), "none");
    assert_eq!(strongest("a:w x1 0-5, b:r x0 5-6"), "linearizable");
}

#[test]
fn two_things_at_a_time_of_one_session_are_in_no_order() {
    assert_eq!(strongest("a:w x1 0-9, a:r x0 1-2, a:r x1 3-4"), "linearizable");
    assert_eq!(strongest("b:w x1 0-1, a:r x1 2-9, a:r x0 3-4"), "sequential");
}
