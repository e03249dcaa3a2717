//! Standard output and error. A reader that went away (`laggard run … | head`) ends the program quietly.

use std::io::{self, BufWriter, IsTerminal as _, Write};

#[derive(Debug)]
pub(super) struct Output {
    out: BufWriter<io::Stdout>,
}

impl Default for Output {
    fn default() -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout()) }
    }
}

impl Output {
    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        leave_unless(&self.out.write_all(bytes));
    }

    /// Lets whoever reads have what was said so far.
    pub(super) fn flush(&mut self) {
        leave_unless(&self.out.flush());
    }

    /// To standard error, after everything that was said before.
    pub(super) fn error(&mut self, text: &str) {
        leave_unless(&self.out.flush());
        let newline = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(io::stderr(), "{text}{newline}");
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        leave_unless(&self.out.flush());
    }
}

/// A result that cannot be written is of no use to go on for. Only a reader who left is no error.
fn leave_unless(written: &io::Result<()>) {
    if let Err(error) = written {
        if error.kind() == io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        let _ = writeln!(io::stderr(), "error: standard output could not be written: {error}");
        std::process::exit(i32::from(super::REFUSED));
    }
}

/// Whether messages to standard error may be coloured.
pub(super) fn is_coloured() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
