//! Operations as a table: a line each, with its interval as a bar on an axis of time where there is room. Where they
//! come from (a run, a file) is a [`Source`]'s affair; what they mean was judged below.
//!
//! ```text
//! row       one operation in cells, and who can give them
//! filter    words that an operation has to have
//! browser   which are shown, which is chosen, how far the table is scrolled
//! live      the operations of the run       story     one of them in sentences
//! table     cells in columns          axis   intervals as bars, faults as marks
//! ```

mod axis;
mod browser;
mod filter;
mod live;
mod row;
mod story;
mod table;

pub(super) use browser::{Browser, SLICE};
pub(super) use live::{Live, letters};
pub(super) use row::{Cell, Column, Fault, Field, Interval, Look, Mark, Row, Source, brief};
pub(super) use table::{Drawn, draw};
