//! A value as a history has it: what was written, read or compared. Compared by content only, printed as EDN.

use std::fmt;

/// What a history says was written or read. Nested at most as deep as its reader allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    Nil,
    Bool(bool),
    Integer(i64),
    /// A number beyond 64 bits, a fraction or a decimal: its text, so that nothing is rounded.
    Number(String),
    Text(String),
    /// A keyword, symbol or character, with its mark.
    Word(String),
    List(Vec<Self>),
    /// Sorted, each member once: build it with [`Term::set`].
    Set(Vec<Self>),
    /// Sorted by key: build it with [`Term::map`].
    Map(Vec<(Self, Self)>),
    Tagged(String, Box<Self>),
}

impl Term {
    pub fn set(mut members: Vec<Self>) -> Self {
        members.sort_unstable();
        members.dedup();
        Self::Set(members)
    }

    pub fn map(mut pairs: Vec<(Self, Self)>) -> Self {
        pairs.sort_unstable();
        Self::Map(pairs)
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(text) | Self::Word(text) => f.write_str(text),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(members) => between(f, "[", members, "]"),
            Self::Set(members) => between(f, "#{", members, "}"),
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (n, (key, value)) in pairs.iter().enumerate() {
                    let comma = if n == 0 { "" } else { ", " };
                    write!(f, "{comma}{key} {value}")?;
                }
                f.write_str("}")
            }
            Self::Tagged(tag, value) => write!(f, "#{tag} {value}"),
        }
    }
}

fn between(f: &mut fmt::Formatter<'_>, open: &str, members: &[Term], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (n, member) in members.iter().enumerate() {
        let space = if n == 0 { "" } else { " " };
        write!(f, "{space}{member}")?;
    }
    f.write_str(close)
}

#[cfg(test)]
mod tests {
    use super::Term;

    #[test]
    fn sets_and_maps_are_equal_whatever_their_order() {
        let numbers = |numbers: [i64; 3]| Term::set(numbers.map(Term::Integer).to_vec());
        assert_eq!(numbers([3, 1, 2]), numbers([2, 3, 1]));
        assert_eq!(Term::set(vec![Term::Nil, Term::Nil]).to_string(), "#{nil}");
        let pair = |a: &str, b| (Term::text(a), Term::Integer(b));
        assert_eq!(Term::map(vec![pair("b", 1), pair("a", 2)]).to_string(), r#"{"a" 2, "b" 1}"#);
    }

    #[test]
    fn a_number_and_its_text_are_two_things() {
        assert_ne!(Term::Integer(1), Term::text("1"));
    }
}
