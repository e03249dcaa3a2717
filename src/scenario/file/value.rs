//! Values of keys: text, whole numbers, and the absence of both.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::either::{Either, NumberOr};

/// What a key holds: text or a whole number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Literal {
    /// Text; a number in quotes is text, too.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NumberOr::deserialize(deserializer).map(|either| match either {
            NumberOr::Number(number) => Self::Number(number),
            NumberOr::Text(text) => Self::Text(text),
        })
    }
}

impl JsonSchema for Literal {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a key holds: text or a whole number.",
            "type": ["string", "integer"],
            "x-unit": "value",
        })
    }
}

/// What a read gives or a replica holds: a value, several that were written at the same time, or nothing (`null`:
/// never written, or deleted).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// No value.
    Nothing,
    /// A value.
    Value(Literal),
    /// Siblings, in any order.
    Several(Vec<Literal>),
}

struct OutcomeVisitor;

impl<'de> Visitor<'de> for OutcomeVisitor {
    type Value = Outcome;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, a list of them, or null")
    }

    fn visit_none<E: Error>(self) -> Result<Outcome, E> {
        Ok(Outcome::Nothing)
    }

    fn visit_unit<E: Error>(self) -> Result<Outcome, E> {
        Ok(Outcome::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outcome, D::Error> {
        Either::<Literal, Vec<Literal>>::deserialize(deserializer).map(|either| match either {
            Either::Scalar(value) => Outcome::Value(value),
            Either::Collection(values) => Outcome::Several(values),
        })
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OutcomeVisitor)
    }
}

impl Outcome {
    /// Reads a field that is present: there, `null` means nothing, not that the field is missing.
    pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(deserializer).map(Some)
    }
}

impl JsonSchema for Outcome {
    fn schema_name() -> Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value (text or a whole number), a list of values written at the same time, or null for no value: never written, or deleted.",
            "anyOf": [
                { "type": ["string", "integer", "null"], "x-unit": "outcome" },
                { "type": "array", "items": generator.subschema_for::<Literal>() },
            ],
        })
    }
}
