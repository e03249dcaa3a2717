//! Presets in, scenarios or drawn problems out.
