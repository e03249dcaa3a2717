//! laggard
pub mod action;
pub mod base;
pub mod check;
pub mod data;
pub mod drive;
pub mod net;
pub mod replica;
pub mod scenario;
pub mod session;
pub mod sim;
