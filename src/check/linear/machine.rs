//! The object that a search runs forward and back: what it holds, which acts it allows, and what is needed next.

mod register;
mod set;
mod text;

use super::problem::{Act, Op};
pub(super) use register::Register;
pub(super) use set::Members;
pub(super) use text::Text;

/// An object with one state. Every `apply` that says yes can be taken back once, the last first.
pub(super) trait Machine {
    /// Whether an open read bounds what may come before it, so that `fits` is worth asking.
    const LOOKS_AHEAD: bool;

    /// Whether an act that need not have happened is of use only to an answer that is open when it takes effect: it
    /// might as well come later, or never, otherwise.
    const DEFERS: bool;

    /// Whether acts that one open read needs may come in any order.
    const COMMUTES: bool;

    /// Lets a mutator take effect; no if it would not have returned what it returned.
    fn apply(&mut self, act: Act) -> bool;

    /// Takes the last applied act back.
    fn undo(&mut self);

    /// The state as a number: equal numbers mean equal states, if the same operations of known outcome took effect.
    fn state(&mut self) -> u64;

    /// Whether a read of `value` returns now what it returned.
    fn shows(&self, value: u32) -> bool;

    /// Whether `act` would bring what the operation `due` needs.
    fn helps(&self, act: Act, due: Act) -> bool;

    /// Whether `due` may still be reached if exactly the given acts may come first. A yes may be wrong.
    fn hopeful(&self, due: Act, before: &[Act]) -> bool;

    /// Whether a read of `value` may still come, if nothing that takes away comes before it. A yes may be wrong.
    fn fits(&mut self, value: u32) -> bool;

    /// Whether an act that need not have happened can be of use in leaving this state. A yes may be wrong.
    fn wanted(&self) -> bool;

    /// Whether an act takes away what others brought.
    fn takes_away(act: Act) -> bool;

    /// Bytes that the machine keeps.
    fn bytes(&self) -> usize;
}
