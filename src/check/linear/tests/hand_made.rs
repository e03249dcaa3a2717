//! Histories made by hand, both ways for every model.
