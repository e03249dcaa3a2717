//! A text: `get`, `put`, `append`. A state is a chain of appended pieces; one whose content somebody read or put is
//! always that content's own root, so that equal numbers are all that a `get` compares.

use std::collections::BTreeMap;

use super::{Act, Machine, Op};

const NOBODY: u32 = u32::MAX;
/// A prime below 2^61 for the fingerprints of texts. They only ever say no; a yes is checked byte by byte.
const PRIME: u64 = (1 << 61) - 1;
/// As many values read are compared to tell whether a state can still be seen.
const MOST_LOOKED_AT: usize = 64;
const BASE: u64 = 0x1f3d_5b79_a2c4_e681 % PRIME;

#[derive(Debug, Clone, Copy)]
struct Piece {
    /// The state it was appended to; `NOBODY` for a root.
    parent: u32,
    /// The text appended, or of the root.
    text: u32,
    length: u64,
    print: u64,
    /// The value that this state was last compared with, and whether the state begins it.
    compared: (u32, bool),
}

#[derive(Debug)]
pub(in super::super) struct Text<'a> {
    texts: &'a [String],
    /// The first are the roots, one for each text.
    pieces: Vec<Piece>,
    after: BTreeMap<(u32, u32), u32>,
    by_print: BTreeMap<(u64, u64), Vec<u32>>,
    powers: Vec<u64>,
    /// What somebody reads, unless that is too much to look through.
    read: Option<Vec<u32>>,
    state: u32,
    before: Vec<u32>,
}

fn product(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b) % u128::from(PRIME);
    u64::try_from(wide).unwrap_or(0)
}

fn print_of(text: &str) -> (u64, u64) {
    let step = |(print, power): (u64, u64), byte: u8| {
        ((product(print, BASE) + u64::from(byte) + 1) % PRIME, product(power, BASE))
    };
    text.bytes().fold((0, 1), step)
}

impl<'a> Text<'a> {
    pub(in super::super) fn new(texts: &'a [String], initial: u32, ops: &[Op]) -> Self {
        let mut read: Vec<u32> = ops
            .iter()
            .filter_map(|op| match op.act {
                Act::Read(value) | Act::Cas(value, _) => Some(value),
                Act::Write(_) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => None,
            })
            .collect();
        read.sort_unstable();
        read.dedup();
        let mut pieces = Vec::with_capacity(texts.len());
        let mut powers = Vec::with_capacity(texts.len());
        let mut by_print: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (number, text) in (0_u32..).zip(texts) {
            let (print, power) = print_of(text);
            let length = text.len() as u64;
            pieces.push(Piece { parent: NOBODY, text: number, length, print, compared: (NOBODY, false) });
            powers.push(power);
            by_print.entry((length, print)).or_default().push(number);
        }
        Self {
            texts,
            pieces,
            after: BTreeMap::new(),
            by_print,
            powers,
            read: Some(read).filter(|read| read.len() <= MOST_LOOKED_AT),
            state: initial,
            before: Vec::new(),
        }
    }

    fn text(&self, number: u32) -> &'a str {
        &self.texts[number as usize]
    }

    /// The state behind `state` once `tail` is appended.
    fn appended(&mut self, state: u32, tail: u32) -> u32 {
        if let Some(known) = self.after.get(&(state, tail)) {
            return *known;
        }
        let Piece { length, print, .. } = self.pieces[state as usize];
        let grown = length + self.text(tail).len() as u64;
        let print = (product(print, self.powers[tail as usize]) + self.pieces[tail as usize].print) % PRIME;
        let piece = Piece { parent: state, text: tail, length: grown, print, compared: (NOBODY, false) };
        let alike = self.by_print.get(&(grown, print)).map_or(&[][..], Vec::as_slice);
        let known = alike.iter().copied().find(|value| self.is_text(piece, self.text(*value)));
        let next = known.unwrap_or_else(|| {
            let next = u32::try_from(self.pieces.len()).unwrap_or(NOBODY);
            self.pieces.push(piece);
            next
        });
        self.after.insert((state, tail), next);
        next
    }

    /// Whether a state's content is `text`, compared from its end.
    fn is_text(&self, mut piece: Piece, text: &str) -> bool {
        let mut rest = text.as_bytes();
        loop {
            let Some(before) = rest.strip_suffix(self.text(piece.text).as_bytes()) else { return false };
            if piece.parent == NOBODY {
                return before.is_empty();
            }
            rest = before;
            piece = self.pieces[piece.parent as usize];
        }
    }

    /// Whether the state begins the text of `value`.
    fn begins(&self, state: u32, value: u32) -> bool {
        let whole = self.text(value).as_bytes();
        let piece = self.pieces[state as usize];
        if piece.compared.0 == value {
            return piece.compared.1;
        }
        let Ok(length) = usize::try_from(piece.length) else { return false };
        let Some(head) = whole.get(..length) else { return false };
        let mut state = piece;
        let mut rest = head;
        loop {
            let Some(before) = rest.strip_suffix(self.text(state.text).as_bytes()) else { return false };
            if state.parent == NOBODY {
                return before.is_empty();
            }
            rest = before;
            state = self.pieces[state.parent as usize];
            if state.compared.0 == value {
                return state.compared.1;
            }
        }
    }

    fn rest(&self, value: u32) -> Option<&'a [u8]> {
        let length = usize::try_from(self.pieces[self.state as usize].length).ok()?;
        self.text(value).as_bytes().get(length..)
    }
}

impl Machine for Text<'_> {
    const LOOKS_AHEAD: bool = true;

    fn apply(&mut self, act: Act) -> bool {
        let next = match act {
            Act::Write(value) => value,
            Act::Append(tail) => self.appended(self.state, tail),
            Act::Cas(from, to) if from == self.state => to,
            Act::Cas(..) | Act::Read(_) | Act::Add(_) | Act::Remove(_) => return false,
        };
        self.before.push(self.state);
        self.state = next;
        true
    }

    fn undo(&mut self) {
        if let Some(state) = self.before.pop() {
            self.state = state;
        }
    }

    fn state(&mut self) -> u32 {
        self.state
    }

    fn shows(&self, value: u32) -> bool {
        self.state == value
    }

    fn helps(&self, act: Act, due: Act) -> bool {
        let Act::Read(value) = due else { return false };
        match act {
            Act::Write(put) => put == value,
            Act::Append(tail) => {
                self.rest(value).is_some_and(|rest| rest.starts_with(self.text(tail).as_bytes()))
            }
            Act::Read(_) | Act::Cas(..) | Act::Add(_) | Act::Remove(_) => false,
        }
    }

    fn hopeful(&self, due: Act, before: &[Act]) -> bool {
        let Act::Read(value) = due else { return true };
        let mut continued = false;
        for act in before.iter().copied() {
            match act {
                Act::Append(_) => continued = continued || self.helps(act, due),
                Act::Write(_) | Act::Cas(..) => return true,
                Act::Read(_) | Act::Add(_) | Act::Remove(_) => {}
            }
        }
        continued && self.begins(self.state, value)
    }

    fn fits(&mut self, value: u32) -> bool {
        let fits = self.begins(self.state, value);
        self.pieces[self.state as usize].compared = (value, fits);
        fits
    }

    fn wanted(&self) -> bool {
        let Some(read) = &self.read else { return true };
        read.iter().any(|value| self.begins(self.state, *value))
    }

    fn takes_away(act: Act) -> bool {
        matches!(act, Act::Write(_) | Act::Cas(..))
    }

    fn bytes(&self) -> usize {
        self.pieces.capacity() * size_of::<Piece>()
            + self.after.len() * 40
            + self.before.capacity() * size_of::<u32>()
    }
}
