//! laggard
