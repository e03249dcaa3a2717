//! The network actor under a paused clock: it is no ticker. What happens, happens at exact virtual times;
//! between, nothing does.

#[path = "support/stage.rs"]
mod stage;

#[path = "actor/clock.rs"]
mod clock;
#[path = "actor/history.rs"]
mod history;
#[path = "actor/idle.rs"]
mod idle;
#[path = "actor/lesson.rs"]
mod lesson;
#[path = "actor/purpose.rs"]
mod purpose;
