//! Recordings of the screen as asciicast, version 2 or 3: a header, then a line for each picture, written as it comes,
//! so that whatever was recorded before a crash plays.
//!
//! ```text
//! {"version":2,"width":80,"height":24,…}      version 3: {"version":3,"term":{"cols":80,"rows":24},…}
//! [1.500000,"o","…"]   seconds since the start     version 3: since the line before
//! [2.000000,"m","What will bob read?"]            a marker      "r": resized
//! ```

use std::{fmt::Write as _, time::Duration};

use ratatui::layout::Size;

/// Which of the two formats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    #[default]
    Two,
    Three,
}

impl Version {
    pub(super) const ALL: [Self; 2] = [Self::Two, Self::Three];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Two => "asciicast 2",
            Self::Three => "asciicast 3",
        }
    }
}

/// Writes the lines of one recording.
#[derive(Debug, Clone)]
pub struct Cast {
    version: Version,
    last: Duration,
}

impl Cast {
    pub fn new(version: Version) -> Self {
        Self { version, last: Duration::ZERO }
    }

    /// The first line.
    pub fn header(&self, size: Size, title: &str) -> String {
        let (width, height) = (size.width, size.height);
        let header = match self.version {
            Version::Two => serde_json::json!({
                "version": 2, "width": width, "height": height, "title": title,
                "env": {"TERM": "xterm-256color"},
            }),
            Version::Three => serde_json::json!({
                "version": 3, "term": {"cols": width, "rows": height, "type": "xterm-256color"}, "title": title,
            }),
        };
        format!("{header}\n")
    }

    /// What was written to the terminal, `at` after the start.
    pub fn output(&mut self, at: Duration, bytes: &[u8]) -> String {
        self.line(at, "o", &String::from_utf8_lossy(bytes))
    }

    pub fn resized(&mut self, at: Duration, size: Size) -> String {
        self.line(at, "r", &format!("{}x{}", size.width, size.height))
    }

    /// Where a player can jump to.
    pub fn marker(&mut self, at: Duration, label: &str) -> String {
        self.line(at, "m", label)
    }

    fn line(&mut self, at: Duration, code: &str, data: &str) -> String {
        // Time never goes back in a recording.
        let at = at.max(self.last);
        let shown = match self.version {
            Version::Two => at,
            Version::Three => at.saturating_sub(self.last),
        };
        self.last = at;
        let data = serde_json::Value::from(data);
        let mut line = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(line, "[{}.{:06},\"{code}\",{data}]", shown.as_secs(), shown.subsec_micros());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(version: Version) -> Vec<serde_json::Value> {
        let mut cast = Cast::new(version);
        let mut text = cast.header(Size::new(80, 24), "a \"title\"");
        text += &cast.output(Duration::from_millis(1_500), b"\x1b[2Jhello \xe2\x96\xb2");
        text += &cast.marker(Duration::from_secs(2), "What now?");
        text += &cast.resized(Duration::from_secs(1), Size::new(100, 30));
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn version_two_counts_from_the_start() {
        let lines = lines(Version::Two);
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"], &lines[0]["title"]),
            (&2.into(), &80.into(), &"a \"title\"".into())
        );
        assert_eq!(lines[1], serde_json::json!([1.5, "o", "\u{1b}[2Jhello ▲"]));
        assert_eq!(lines[2], serde_json::json!([2.0, "m", "What now?"]));
        assert_eq!(lines[3], serde_json::json!([2.0, "r", "100x30"]), "time does not go back");
    }

    #[test]
    fn version_three_counts_from_the_line_before() {
        let lines = lines(Version::Three);
        assert_eq!((&lines[0]["version"], &lines[0]["term"]["cols"]), (&3.into(), &80.into()));
        let times: Vec<f64> = lines[1..].iter().map(|line| line[0].as_f64().expect("a number")).collect();
        assert_eq!(times, [1.5, 0.5, 0.0]);
    }
}
