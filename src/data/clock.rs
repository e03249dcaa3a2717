//! Clocks that stamp writes: by the wall, by Lamport's rule, or both at once (hybrid).
//!
//! ```text
//!            local event or send            receive m
//! lamport    t + 1                          max(t, m) + 1
//! hlc        l = max(l', pt)                l = max(l', l.m, pt)
//!            c = c' + 1 if l = l', else 0   c = max(c', c.m) + 1, c' + 1, c.m + 1 or 0, as l came about
//! ```
//!
//! Lamport, "Time, clocks, and the ordering of events in a distributed system" (1978); Kulkarni, Demirbas,
//! Madappa, Avva and Leone, "Logical physical clocks" (OPODIS 2014), algorithm of figure 5.

use crate::base::LocalTime;

use super::Stamp;

/// How replicas stamp their writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clocks {
    /// By the coordinator's own clock, as it stands, never twice the same.
    #[default]
    Physical,
    /// Hybrid logical clocks: physical time, pushed ahead by whatever is heard.
    Hlc,
    /// Counters that every message pushes ahead; they tell no time.
    Lamport,
}

/// The clock of one replica: the last stamp that it gave, sent or heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampClock {
    last: Stamp,
}

impl Default for StampClock {
    fn default() -> Self {
        Self { last: Stamp::at(i64::MIN) }
    }
}

impl StampClock {
    /// The last stamp given, sent or heard: what a message carries.
    pub fn last(self) -> Stamp {
        self.last
    }

    /// The stamp of a write made now. By physical clocks: the local clock, but never twice the same, as
    /// Cassandra's coordinators do; a clock set back is noticed by others, not by this node's own writes.
    pub fn write(&mut self, clocks: Clocks, physical: LocalTime) -> Stamp {
        match clocks {
            Clocks::Physical => {
                self.last = Stamp::at(physical.0.max(self.last.time.saturating_add(1)));
                self.last
            }
            Clocks::Hlc | Clocks::Lamport => self.event(clocks, physical),
        }
    }

    /// As [`Self::write`], and later than `last`.
    pub fn write_after(&mut self, last: Option<Stamp>, clocks: Clocks, physical: LocalTime) -> Stamp {
        let stamp = self.write(clocks, physical);
        if let Some(last) = last.filter(|last| stamp <= *last) {
            self.last = last.next();
        }
        self.last
    }

    /// A local event, such as sending a message. Physical clocks take no notice.
    pub fn event(&mut self, clocks: Clocks, physical: LocalTime) -> Stamp {
        match clocks {
            Clocks::Physical => {}
            Clocks::Lamport => self.last = Stamp::at(self.last.time.max(0).saturating_add(1)),
            Clocks::Hlc => {
                let before = self.last;
                let time = before.time.max(physical.0);
                let count = if time == before.time { before.count.saturating_add(1) } else { 0 };
                self.last = Stamp { time, count };
            }
        }
        self.last
    }

    /// A message, or a client, came with `heard`. Physical clocks take no notice.
    pub fn hear(&mut self, clocks: Clocks, heard: Stamp, physical: LocalTime) {
        match clocks {
            Clocks::Physical => {}
            Clocks::Lamport => {
                self.last = Stamp::at(self.last.time.max(heard.time).max(0).saturating_add(1));
            }
            Clocks::Hlc => {
                let before = self.last;
                let time = before.time.max(heard.time).max(physical.0);
                let count = match (time == before.time, time == heard.time) {
                    (true, true) => before.count.max(heard.count).saturating_add(1),
                    (true, false) => before.count.saturating_add(1),
                    (false, true) => heard.count.saturating_add(1),
                    (false, false) => 0,
                };
                self.last = Stamp { time, count };
            }
        }
    }

    /// A crash: a physical clock goes on, and what was stamped last is forgotten. A logical clock is kept
    /// with the data, or it would run back.
    pub fn crash(&mut self, clocks: Clocks) {
        match clocks {
            Clocks::Physical => *self = Self::default(),
            Clocks::Hlc | Clocks::Lamport => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: i64, count: u32) -> Stamp {
        Stamp { time, count }
    }

    #[test]
    fn lamport_counts_and_leaps() {
        let mut clock = StampClock::default();
        assert_eq!(clock.event(Clocks::Lamport, LocalTime(99)), at(1, 0));
        clock.hear(Clocks::Lamport, at(7, 0), LocalTime(99));
        assert_eq!(clock.last(), at(8, 0));
        clock.hear(Clocks::Lamport, at(3, 0), LocalTime(99));
        assert_eq!(clock.write(Clocks::Lamport, LocalTime(0)), at(10, 0));
    }

    #[test]
    fn hlc_follows_every_branch_of_its_rule() {
        let hear = |mine, theirs, physical| {
            let mut clock = StampClock { last: mine };
            clock.hear(Clocks::Hlc, theirs, LocalTime(physical));
            clock.last()
        };
        assert_eq!(hear(at(5, 2), at(5, 4), 3), at(5, 5), "l = l' = l.m");
        assert_eq!(hear(at(5, 2), at(4, 9), 3), at(5, 3), "l = l'");
        assert_eq!(hear(at(4, 2), at(5, 4), 3), at(5, 5), "l = l.m");
        assert_eq!(hear(at(4, 2), at(5, 4), 6), at(6, 0), "physical time leads");
        let mut clock = StampClock { last: at(5, 2) };
        assert_eq!(clock.event(Clocks::Hlc, LocalTime(4)), at(5, 3));
        assert_eq!(clock.event(Clocks::Hlc, LocalTime(6)), at(6, 0));
    }

    #[test]
    fn a_physical_clock_hears_nothing_and_never_gives_a_stamp_twice() {
        let mut clock = StampClock::default();
        assert_eq!(clock.write(Clocks::Physical, LocalTime(5)), at(5, 0));
        clock.hear(Clocks::Physical, at(90, 0), LocalTime(5));
        assert_eq!(clock.write(Clocks::Physical, LocalTime(5)), at(6, 0));
        clock.crash(Clocks::Physical);
        assert_eq!(clock.write(Clocks::Physical, LocalTime(2)), at(2, 0));
    }
}
