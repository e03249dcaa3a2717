//! Values that may be written in two ways, short or long, told apart by their kind.
//!
//! Serde's untagged enums forget which way failed and where; these readers look at the kind once and then read one
//! way only, so that an error names its own place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

/// A scalar, or a list or map.
pub(super) enum Either<S, C> {
    Scalar(S),
    Collection(C),
}

struct EitherVisitor<S, C>(PhantomData<(S, C)>);

impl<'de, S: Deserialize<'de>, C: Deserialize<'de>> Deserialize<'de> for Either<S, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EitherVisitor(PhantomData))
    }
}

impl<'de, S: Deserialize<'de>, C: Deserialize<'de>> Visitor<'de> for EitherVisitor<S, C> {
    type Value = Either<S, C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value in its short or its long form")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Either::Scalar)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Either::Scalar)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Either::Scalar)
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Self::Value, E> {
        S::deserialize(value.to_string().into_deserializer()).map(Either::Scalar)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Self::Value, E> {
        S::deserialize(value.to_string().into_deserializer()).map(Either::Scalar)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Either::Scalar)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        S::deserialize(value.into_deserializer()).map(Either::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        C::deserialize(SeqAccessDeserializer::new(items)).map(Either::Collection)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        C::deserialize(MapAccessDeserializer::new(entries)).map(Either::Collection)
    }
}

/// A list, or a map.
pub(super) enum ListOrMap<L, M> {
    List(L),
    Map(M),
}

struct ListOrMapVisitor<L, M>(PhantomData<(L, M)>);

impl<'de, L: Deserialize<'de>, M: Deserialize<'de>> Deserialize<'de> for ListOrMap<L, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrMapVisitor(PhantomData))
    }
}

impl<'de, L: Deserialize<'de>, M: Deserialize<'de>> Visitor<'de> for ListOrMapVisitor<L, M> {
    type Value = ListOrMap<L, M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a map")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        L::deserialize(SeqAccessDeserializer::new(items)).map(ListOrMap::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        M::deserialize(MapAccessDeserializer::new(entries)).map(ListOrMap::Map)
    }
}

/// A whole number, or text.
pub(super) enum NumberOr<N, T> {
    Number(N),
    Text(T),
}

struct NumberOrVisitor<N, T>(PhantomData<(N, T)>);

impl<'de, N: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for NumberOr<N, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrVisitor(PhantomData))
    }
}

impl<'de, N: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for NumberOrVisitor<N, T> {
    type Value = NumberOr<N, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number or text")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        N::deserialize(value.into_deserializer()).map(NumberOr::Number)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        N::deserialize(value.into_deserializer()).map(NumberOr::Number)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(NumberOr::Text)
    }
}

/// An enum of a short and a long form: its reader and its schema.
///
/// ```text
/// either!(Scalar, Latency, Fixed(DurationText) | Collection, Drawn(Distribution), "What an editor shows.");
/// ```
macro_rules! either {
    ($name:ident: $reader:ident { $first:ident => $short:ident($a:ty), $second:ident => $long:ident($b:ty) }, $doc:literal) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use crate::scenario::file::either::$reader;
                $reader::<$a, $b>::deserialize(deserializer).map(|either| match either {
                    $reader::$first(value) => Self::$short(value),
                    $reader::$second(value) => Self::$long(value),
                })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $doc,
                    "anyOf": [generator.subschema_for::<$a>(), generator.subschema_for::<$b>()],
                })
            }
        }
    };
}

pub(super) use either;
