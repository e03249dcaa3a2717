//! Quantities with a unit, kept as they were written; [`units`](crate::scenario::units) reads them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::scenario::units::{
    Rate, UnitError, parse_drift, parse_duration, parse_duration_or_off, parse_rate, parse_share,
    parse_signed_duration, parse_size,
};

/// A scalar as it was written, whatever YAML takes it for.
struct AsWritten;

impl Visitor<'_> for AsWritten {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, or a number with its unit")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }
}

/// A name: text, even if YAML takes it for a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AsWritten).map(Self)
    }
}

impl JsonSchema for Name {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $parsed:ty, $parse:ident, $unit:literal, $pattern:literal, $bare:expr, $shown:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// The exact value.
            pub fn parse(&self) -> Result<$parsed, UnitError> {
                $parse(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(AsWritten).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).trim_end_matches("Text").into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $shown,
                    "anyOf": [{ "type": "string", "pattern": $pattern }, { "enum": $bare }],
                    "x-unit": $unit,
                })
            }
        }
    };
}

quantity!(
    /// A span of time as written; [`parse`](Self::parse) gives nanoseconds.
    DurationText, u64, parse_duration, "duration",
    r"^\+?([0-9]+(\.[0-9]+)? *(ns|us|µs|μs|ms|s|m|min|h|d)|0)$", [0],
    "A span of time with its unit (ns, us, ms, s, min, h, d), such as 80ms, 1.5s or 3h; 0 needs none."
);

quantity!(
    /// A number of bytes, as written; [`parse`](Self::parse) gives it.
    SizeText, u64, parse_size, "size", r"^\+?([0-9]+(\.[0-9]+)? *(B|kB|KiB|MB|MiB|GB|GiB)|0)$", [0],
    "A number of bytes with its unit (B, kB, KiB, MB, MiB, GB, GiB), such as 512B or 1MiB."
);

quantity!(
    /// A span of time or `off`, as written; [`parse`](Self::parse) gives nanoseconds, or none for `off`.
    DurationOrOffText, Option<u64>, parse_duration_or_off, "duration-or-off",
    r"^(off|\+?([0-9]+(\.[0-9]+)? *(ns|us|µs|μs|ms|s|m|min|h|d)|0))$", [0],
    "A span of time with its unit (ns, us, ms, s, min, h, d), such as 500ms; or `off`."
);

quantity!(
    /// A span of time that may be negative, as written; [`parse`](Self::parse) gives nanoseconds.
    SignedDurationText, i64, parse_signed_duration, "signed-duration",
    r"^[-+]?([0-9]+(\.[0-9]+)? *(ns|us|µs|μs|ms|s|m|min|h|d)|0)$", [0],
    "A span of time with its unit (ns, us, ms, s, min, h, d) that may be negative, such as +2s or -250ms."
);

quantity!(
    /// A part of a whole as written; [`parse`](Self::parse) gives parts per million.
    ShareText, u32, parse_share, "share",
    r"^\+?([0-9]+(\.[0-9]+)? *%|0|1)$", [0, 1],
    "A share from 0% to 100%, such as 5% or 0.25%."
);

quantity!(
    /// Events per time as written; [`parse`](Self::parse) gives an exact ratio.
    RateText, Rate, parse_rate, "rate",
    r"^\+?([0-9]+(\.[0-9]+)? */ *([0-9]+(\.[0-9]+)? *)?(ns|us|µs|μs|ms|s|m|min|h|d)|0)$", [0],
    "Events per time, such as 50/s, 2/min or 1/20ms."
);

quantity!(
    /// How much faster a clock runs than true time, as written; [`parse`](Self::parse) gives parts per million.
    DriftText, i32, parse_drift, "drift",
    r"^[-+]?([0-9]+ *ppm|0)$", [0],
    "How much faster (or slower, if negative) a clock runs, in parts per million, such as +200ppm or -50ppm."
);
