//! The length of a `pause`, which may be left out.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::quantity::DurationText;

/// How long to pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pause {
    /// As long as people usually need: 1s.
    Usual,
    /// So long.
    For(DurationText),
}

struct PauseVisitor;

impl<'de> Visitor<'de> for PauseVisitor {
    type Value = Pause;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration or nothing")
    }

    fn visit_none<E: Error>(self) -> Result<Pause, E> {
        Ok(Pause::Usual)
    }

    fn visit_unit<E: Error>(self) -> Result<Pause, E> {
        Ok(Pause::Usual)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Pause, D::Error> {
        DurationText::deserialize(deserializer).map(Pause::For)
    }
}

/// Reads a `pause` that is there, with or without a length.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pause>, D::Error> {
    deserializer.deserialize_option(PauseVisitor).map(Some)
}

impl JsonSchema for Pause {
    fn schema_name() -> Cow<'static, str> {
        "Pause".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time with its unit, or nothing for 1s.",
            "anyOf": [generator.subschema_for::<DurationText>(), { "type": "null", "x-unit": "nothing" }],
        })
    }
}
