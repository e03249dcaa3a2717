//! A reader of EDN forms with their places. Goes over the text once; nests no deeper than the limit.

use crate::{
    check::history::Term,
    histories::{MOST_DIGITS, MOST_NESTED, Malformed, malformed::quoted, pair::Place},
};

#[derive(Debug)]
pub(in super::super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_start: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(in super::super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0, depth: 0 }
    }

    /// A reader of the rest of one line, from the byte `at` on.
    pub(in super::super) fn line(text: &'a str, at: usize, line: usize) -> Self {
        Self { text, at, line, line_start: 0, depth: 0 }
    }

    pub(in super::super) fn place(&self) -> Place {
        let before = self.text.get(self.line_start..self.at).unwrap_or("");
        Place { line: self.line, column: before.chars().count() + 1 }
    }

    pub(in super::super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.line_start = self.at;
        }
        Some(c)
    }

    fn bump_if(&mut self, wanted: char) -> bool {
        let is = self.peek() == Some(wanted);
        if is {
            self.bump();
        }
        is
    }

    /// Goes past blanks, commas, comments and discarded forms.
    pub(in super::super) fn skip(&mut self) -> Result<(), Malformed> {
        loop {
            match self.peek() {
                Some(c) if c.is_whitespace() || c == ',' => {
                    self.bump();
                }
                Some(';') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                Some('#') if self.text[self.at..].starts_with("#_") => {
                    self.at += 2;
                    self.form()?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Opens the vector or list that holds all events, if there is one. Gives where.
    pub(in super::super) fn open_history(&mut self) -> Option<Place> {
        self.skip().ok()?;
        let inside = self.text[self.at..].strip_prefix(['[', '('])?;
        let inside = inside.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if !inside.is_empty() && !inside.starts_with(['{', '#', '[', '(', ']', ')', ';']) {
            return None;
        }
        let place = self.place();
        self.bump();
        Some(place)
    }

    pub(in super::super) fn close_history(&mut self) -> bool {
        self.bump_if(']') || self.bump_if(')')
    }

    /// The next form, if there is one.
    pub(in super::super) fn next_form(&mut self) -> Result<Option<Term>, Malformed> {
        self.skip()?;
        if self.is_at_end() { Ok(None) } else { self.form().map(Some) }
    }

    pub(in super::super) fn form(&mut self) -> Result<Term, Malformed> {
        self.depth += 1;
        if self.depth > MOST_NESTED {
            let place = self.place();
            let message = format!("brackets nest more than {MOST_NESTED} deep here");
            return Err(
                place.wrong(message, "no value of a history is that deep: is the file what it should be?")
            );
        }
        self.skip()?;
        let form = self.form_at(self.place());
        self.depth -= 1;
        form
    }

    fn form_at(&mut self, place: Place) -> Result<Term, Malformed> {
        match self.peek() {
            None => {
                Err(place.wrong("the file ends inside a form".to_owned(), "the file is cut: get the rest"))
            }
            Some('"') => self.string(place).map(Term::Text),
            Some('[') => self.members(']', place).map(Term::List),
            Some('(') => self.members(')', place).map(Term::List),
            Some('{') => self.map(place),
            Some('#') => self.dispatch(place),
            Some('^') => {
                self.bump();
                self.form()?;
                self.form()
            }
            Some('\\') => Ok(self.character()),
            Some(c @ (']' | ')' | '}')) => {
                Err(place
                    .wrong(format!("`{c}` closes nothing here"), "is a bracket missing, or one too many?"))
            }
            Some(_) => self.token(place),
        }
    }

    /// Forms up to `close`; the opening bracket is next.
    fn members(&mut self, close: char, place: Place) -> Result<Vec<Term>, Malformed> {
        self.bump();
        let mut members = Vec::new();
        loop {
            self.skip()?;
            if self.bump_if(close) {
                return Ok(members);
            }
            if self.is_at_end() {
                let message = format!("the file ends before the `{close}` of what begins here");
                return Err(place.wrong(message, "the file is cut: get the rest"));
            }
            members.push(self.form()?);
        }
    }

    fn map(&mut self, place: Place) -> Result<Term, Malformed> {
        let mut members = self.members('}', place)?.into_iter();
        let mut pairs = Vec::new();
        while let Some(key) = members.next() {
            let Some(value) = members.next() else {
                let message = "this map has a key without a value".to_owned();
                return Err(place.wrong(message, "a map is {key value, key value}"));
            };
            pairs.push((key, value));
        }
        Ok(Term::map(pairs))
    }

    /// What follows a `#`: a set, a tag, or `##Inf`.
    fn dispatch(&mut self, place: Place) -> Result<Term, Malformed> {
        self.bump();
        match self.peek() {
            Some('{') => self.members('}', place).map(Term::set),
            Some('#') => {
                self.bump();
                Ok(Term::Word(format!("##{}", self.run())))
            }
            Some(c) if is_part(c) => {
                let tag = self.run().to_owned();
                Ok(Term::Tagged(tag, Box::new(self.form()?)))
            }
            _ => Err(place.wrong("nothing that EDN knows follows this `#`".to_owned(), "a set is #{1 2}")),
        }
    }

    fn character(&mut self) -> Term {
        let start = self.at;
        self.bump();
        self.bump();
        self.run();
        Term::Word(self.text[start..self.at].to_owned())
    }

    /// Everything up to a blank, a comma, a bracket or a quote.
    fn run(&mut self) -> &'a str {
        let start = self.at;
        let rest = &self.text[start..];
        self.at += rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        &self.text[start..self.at]
    }

    fn token(&mut self, place: Place) -> Result<Term, Malformed> {
        let token = self.run();
        match token {
            "nil" => return Ok(Term::Nil),
            "true" => return Ok(Term::Bool(true)),
            "false" => return Ok(Term::Bool(false)),
            "" => {
                let c = self.peek().map(String::from).unwrap_or_default();
                return Err(
                    place.wrong(format!("{} begins nothing that EDN knows", quoted(&c)), "is the file text?")
                );
            }
            _ => {}
        }
        let unsigned = token.strip_prefix(['+', '-']).unwrap_or(token);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            return number(token, unsigned, place);
        }
        Ok(Term::Word(token.to_owned()))
    }

    fn string(&mut self, place: Place) -> Result<String, Malformed> {
        self.bump();
        let mut text = String::new();
        loop {
            let escape = self.place();
            match self.bump() {
                None => {
                    let message = "the file ends inside the text that begins here".to_owned();
                    return Err(place.wrong(message, "the file is cut, or a quote is missing"));
                }
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped(escape)?),
                Some(c) => text.push(c),
            }
        }
    }

    fn escaped(&mut self, place: Place) -> Result<char, Malformed> {
        let known = match self.bump() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some(c @ ('"' | '\\' | '\'')) => Some(c),
            Some('u') => {
                let code = self.text.get(self.at..self.at + 4);
                let c = code.and_then(|code| u32::from_str_radix(code, 16).ok()).map(|code| {
                    // Half of a surrogate pair is no character.
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                });
                if c.is_some() {
                    self.at += 4;
                }
                c
            }
            _ => None,
        };
        known.ok_or_else(|| {
            let message = "this escape is none that EDN knows".to_owned();
            place.wrong(message, r#"a text has \n, \t, \r, \", \\ and \u0041"#)
        })
    }
}

/// Whether a character can be inside a number, keyword or symbol.
fn is_part(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"[](){}\",;\\^".contains(c)
}

/// An integer, or a number kept as its text.
fn number(token: &str, unsigned: &str, place: Place) -> Result<Term, Malformed> {
    if token.len() > MOST_DIGITS {
        let message = format!("this number has more than {MOST_DIGITS} digits: {}", quoted(token));
        return Err(place.wrong(message, "a longer one can stand as a text, in quotes"));
    }
    let digits = unsigned.strip_suffix('N').unwrap_or(unsigned);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let negative = token.starts_with('-');
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        let signed = if negative && digits != "0" { format!("-{digits}") } else { digits.to_owned() };
        return Ok(signed.parse().map_or(Term::Number(signed), Term::Integer));
    }
    let allowed = |byte: u8| byte.is_ascii_digit() || b".eE+-/MxXabcdfABCDF".contains(&byte);
    if unsigned.bytes().all(allowed) {
        return Ok(Term::Number(token.trim_start_matches('+').to_owned()));
    }
    let message = format!("{} is no number", quoted(token));
    Err(place.wrong(message, "a name does not begin with a digit; a text stands in quotes"))
}
