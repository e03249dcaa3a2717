//! How a file is written, told by how it begins.

use super::Malformed;

/// How a history is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Jepsen, Knossos, porcupine's key-value lines.
    Edn,
    /// Lines of Jepsen's log.
    JepsenLog,
    Json,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Edn => "edn",
            Self::JepsenLog => "jepsen-log",
            Self::Json => "json",
        }
    }

    /// Brackets, then a quoted name: JSON. Brackets otherwise: EDN. `jepsen.util` somewhere: a log.
    pub(super) fn of(text: &str) -> Result<Self, Malformed> {
        let start = text.trim_start();
        if start.starts_with(['[', '(', '{', '#', ';']) {
            let inside = start.trim_start_matches(|c: char| c.is_whitespace() || "[({".contains(c));
            return Ok(if inside.starts_with('"') { Self::Json } else { Self::Edn });
        }
        if text.lines().any(|line| line.contains(super::jepsen::MARK)) {
            return Ok(Self::JepsenLog);
        }
        let line = text.len() - start.len();
        let line = text[..line].matches('\n').count() + 1;
        let message = if start.is_empty() {
            "this file is empty"
        } else {
            "this is neither EDN, JSON nor a Jepsen log"
        };
        let help = "a history is maps {:process 0, :type :invoke, :f :read, :value nil}, the same in JSON, or lines \
                    `INFO jepsen.util - 0 :invoke :read nil`";
        Err(Malformed::new(line, 1, message.to_owned(), help.to_owned()))
    }
}
