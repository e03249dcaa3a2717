//! `laggard`: a laboratory for eventual consistency. *A laggard is the replica that has not caught up yet.*
//!
//! The map of the house. Each floor imports only lower ones (`tests/floors.rs` holds it to that):
//!
//! ```text
//! 7  cli        arguments, choice of driver, error printing, exit codes
//! 6  tui        the screen: terminal, keymap (one registry), theme, panels
//! 5  drive      timeline (log, journal, keyframes, branches), scripts, headless runs, the network actor
//!    export     runs written down for ShiViz, Jepsen, JSON and spreadsheets
//!    histories  files of histories recorded elsewhere, read into operations
//! 4  check      the ledger: staleness, lost writes, guarantees, conditions, the story of a
//!               stale replica; histories and their linearizability
//! 3  sim        the discrete-event simulation: queue, step, facts, view
//! 2  scenario   YAML → a checked Scenario, or located problems
//!    session    what a client remembers
//!    replica    the replica, sans IO
//! 1  action     what can be asked; conditions
//!    net        links, delays, cuts
//!    data       values, versions, vectors, merging
//! 0  base       time, ids, chance, randomness
//! ```
//!
//! One deterministic simulation lies under everything: the same preset, seed and commands give the same
//! facts, bit for bit. Only the network actor in `drive` and the terminal in `tui` touch the world.

pub mod action;
pub mod base;
pub mod check;
pub mod cli;
pub mod data;
pub mod drive;
pub mod export;
pub mod histories;
pub mod net;
pub mod replica;
pub mod scenario;
pub mod session;
pub mod sim;
pub mod tui;
