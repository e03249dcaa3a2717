//! Text for the clipboard of whoever sits at the terminal, over ssh too: the terminal is asked to take it (OSC 52). It
//! does not say whether it did; many ask their user, some are set to refuse.

/// More than this many bytes are not sent: terminals cut or drop what is longer.
const MOST: usize = 65_536;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What to write to the terminal.
///
/// # Errors
///
/// A sentence, where the text is empty or too long.
pub(super) fn request(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("there is nothing to copy".into());
    }
    if text.len() > MOST {
        return Err(format!("too long for a clipboard: {} bytes, at most {MOST}", text.len()));
    }
    Ok([b"\x1b]52;c;", &*base64(text.as_bytes()), b"\x07"].concat())
}

/// RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 0x3f) as usize];
            out.push(if place <= three.len() { digit } else { b'=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{3ff}>?", "z78+Pw=="),
        ] {
            assert_eq!(String::from_utf8(base64(text.as_bytes())).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn only_what_a_terminal_takes_is_sent() {
        assert_eq!(request("foo").as_deref(), Ok(&b"\x1b]52;c;Zm9v\x07"[..]));
        assert!(request("").is_err());
        assert!(request(&"x".repeat(MOST)).is_ok());
        assert!(request(&"x".repeat(MOST + 1)).is_err());
        // Nothing of a text reaches the terminal as it is.
        assert!(!request("\x1b[2J").expect("short").windows(2).skip(2).any(|two| two == b"\x1b["));
    }
}
