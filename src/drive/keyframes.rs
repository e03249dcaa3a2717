//! Keyframes: moments kept whole, so that a seek re-executes little. They thin with age: close together
//! near the playhead, far apart long ago, and never more than a fixed number. The more there is to copy, the
//! rarer they are, so that copying stays a small part of the cost of running.

use super::Moment;

#[derive(Debug, Clone)]
pub(super) struct Keyframe {
    pub(super) moment: Moment,
    /// How many commands of the log had been applied.
    pub(super) cursor: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Keyframes {
    /// By step; the first is the beginning and is never dropped.
    frames: Vec<Keyframe>,
    /// The step of the newest.
    last: u64,
}

/// Steps between two fresh keyframes; where a moment weighs more, twice as many as it weighs.
const INTERVAL: u64 = 1_024;
const MAX_FRAMES: usize = 48;
/// All frames together weigh at most this (some 50 MB), where that leaves [`MIN_FRAMES`].
const MAX_WEIGHT: u64 = 1 << 20;
const MIN_FRAMES: usize = 3;

impl Keyframe {
    pub(super) fn step(&self) -> u64 {
        self.moment.simulation.position().step
    }

    fn weight(&self) -> u64 {
        self.moment.weight()
    }
}

impl Keyframes {
    pub(super) fn new(beginning: Keyframe) -> Self {
        Self { last: beginning.step(), frames: vec![beginning] }
    }

    /// Whether this state is worth keeping.
    pub(super) fn wants(&self, moment: &Moment) -> bool {
        let ago = moment.simulation.position().step.saturating_sub(self.last);
        ago >= INTERVAL && ago >= 2 * moment.weight()
    }

    pub(super) fn push(&mut self, frame: Keyframe) {
        self.last = frame.step();
        self.frames.push(frame);
        while self.frames.len() > MAX_FRAMES || (self.frames.len() > MIN_FRAMES && self.weight() > MAX_WEIGHT)
        {
            self.thin();
        }
    }

    fn weight(&self) -> u64 {
        self.frames.iter().map(Keyframe::weight).sum()
    }

    /// Drops the frame that is missed least: the one whose gap would be smallest for its age.
    fn thin(&mut self) {
        let newest = self.frames.last().map_or(0, Keyframe::step);
        let cost = |i: &usize| {
            let gap = self.frames[i + 1].step() - self.frames[i - 1].step();
            let age = newest - self.frames[*i].step() + INTERVAL;
            // Gap over age, as a fraction that orders exactly.
            u128::from(gap) * 1_000_000_000 / u128::from(age)
        };
        if let Some(least) = (1..self.frames.len() - 1).min_by_key(cost) {
            self.frames.remove(least);
        }
    }

    /// Index of the newest frame that is not after `step`.
    pub(super) fn before(&self, step: u64) -> usize {
        self.frames.partition_point(|frame| frame.step() <= step).saturating_sub(1)
    }

    pub(super) fn get(&self, index: usize) -> &Keyframe {
        &self.frames[index]
    }

    /// Forgets every frame after `step`: that future has changed.
    pub(super) fn truncate_after(&mut self, step: u64) {
        let kept = self.frames.partition_point(|frame| frame.step() <= step).max(1);
        self.frames.truncate(kept);
        self.last = self.frames.last().map_or(0, Keyframe::step);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::Seed,
        check::{Ledger, run_history::Recorder},
        sim::Simulation,
    };

    #[test]
    fn gaps_stay_small_for_their_age() {
        let mut simulation = Simulation::new(Arc::new(crate::scenario::Scenario::of(3)), Seed(1));
        let moment = |simulation: &Simulation| {
            let ledger = Ledger::new(simulation);
            let (meters, recorder) = (crate::check::Meters::default(), Recorder::of_newest());
            Moment { simulation: simulation.clone(), ledger, meters, recorder }
        };
        let mut frames = Keyframes::new(Keyframe { moment: moment(&simulation), cursor: 0 });
        let name = |i: u64| crate::action::Command::Skew {
            node: crate::base::NodeId(0),
            offset: i64::try_from(i).unwrap(),
        };
        for i in 0..200_000 {
            simulation.apply(&name(i), &mut Vec::new()).unwrap();
            let moment = moment(&simulation);
            if frames.wants(&moment) {
                frames.push(Keyframe { moment, cursor: 0 });
            }
        }
        assert!(frames.frames.len() <= MAX_FRAMES);
        for pair in frames.frames.windows(2) {
            let (gap, age) = (pair[1].step() - pair[0].step(), 200_000 - pair[0].step());
            assert!(gap <= INTERVAL.max(age / 3), "a gap of {gap} at an age of {age}");
        }
    }
}
