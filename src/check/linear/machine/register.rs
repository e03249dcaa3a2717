//! One value: `read`, `write`, `cas`.

use super::{Act, Machine};

#[derive(Debug)]
pub(in super::super) struct Register {
    value: u32,
    before: Vec<u32>,
}

impl Register {
    pub(in super::super) fn new(initial: u32) -> Self {
        Self { value: initial, before: Vec::new() }
    }

    fn brings(act: Act) -> Option<u32> {
        match act {
            Act::Write(value) | Act::Cas(_, value) => Some(value),
            Act::Read(_) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => None,
        }
    }

    fn needs(due: Act) -> Option<u32> {
        match due {
            Act::Read(value) | Act::Cas(value, _) => Some(value),
            Act::Write(_) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => None,
        }
    }
}

impl Machine for Register {
    const LOOKS_AHEAD: bool = false;
    const DEFERS: bool = true;
    const COMMUTES: bool = false;

    fn apply(&mut self, act: Act) -> bool {
        let next = match act {
            Act::Write(value) => value,
            Act::Cas(from, to) if from == self.value => to,
            Act::Cas(..) | Act::Read(_) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => return false,
        };
        self.before.push(self.value);
        self.value = next;
        true
    }

    fn undo(&mut self) {
        if let Some(value) = self.before.pop() {
            self.value = value;
        }
    }

    fn state(&mut self) -> u64 {
        u64::from(self.value)
    }

    fn shows(&self, value: u32) -> bool {
        self.value == value
    }

    fn helps(&self, act: Act, due: Act) -> bool {
        let need = Self::needs(due);
        need.is_some() && Self::brings(act) == need
    }

    fn hopeful(&self, due: Act, before: &[Act]) -> bool {
        match Self::needs(due) {
            Some(need) if need != self.value => before.iter().any(|act| Self::brings(*act) == Some(need)),
            _ => true,
        }
    }

    fn fits(&mut self, _: u32) -> bool {
        true
    }

    fn wanted(&self) -> bool {
        true
    }

    fn takes_away(_: Act) -> bool {
        true
    }

    fn bytes(&self) -> usize {
        self.before.capacity() * size_of::<u32>()
    }
}
