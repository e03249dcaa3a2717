//! From bytes to text: what is no plain UTF-8 text is refused here, before any parser sees it.

use super::super::path::Path;
use super::super::problem::{Problem, Problems, Source};
use super::MOST_BYTES;

/// The text without its byte order mark.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Source, Problems> {
    let refuse =
        |text: String, problem: Problem| Problems::one(Source { name: name.to_owned(), text }, problem);
    if bytes.len() > MOST_BYTES {
        let problem = Problem::new(Path::root(), format!("`{name}` is too large"))
            .help("at most 1 MiB of text is read");
        return Err(refuse(String::new(), problem));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let problem = Problem::new(Path::root(), format!("`{name}` is UTF-16 text")).help("save it as UTF-8");
        return Err(refuse(String::new(), problem));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, fault) = match str::from_utf8(bytes) {
        Ok(text) => (text, text.char_indices().find(|(_, c)| forbidden(*c)).map(control)),
        Err(error) => {
            let valid = &bytes[..error.valid_up_to()];
            let fault = format!("byte 0x{:02x} is not UTF-8 text", bytes[valid.len()]);
            // The first fault of either kind is the one worth naming.
            let text = str::from_utf8(valid).unwrap_or_default();
            let first = text.char_indices().find(|(_, c)| forbidden(*c)).map(control);
            (text, Some(first.unwrap_or((valid.len(), fault))))
        }
    };
    let source = Source { name: name.to_owned(), text: text.to_owned() };
    let Some((offset, message)) = fault else { return Ok(source) };
    let place = source.place(offset, offset + 1);
    // Only the text before the fault is shown: the rest may be anything.
    let source = Source { text: text[..place.start].to_owned(), ..source };
    let problem = Problem::new(Path::root(), message)
        .at(place)
        .help("YAML text in UTF-8 is wanted; is this a binary file?");
    Err(Problems::one(source, problem))
}

fn control((offset, c): (usize, char)) -> (usize, String) {
    (offset, format!("the control character U+{:04X} is not allowed", u32::from(c)))
}

/// What YAML forbids or what its two versions read differently (line breaks other than those of ASCII).
fn forbidden(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        c => c.is_control(),
    }
}
