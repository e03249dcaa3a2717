//! `laggard judge`: a history from elsewhere, its verdict and its evidence. Prints, or opens the screen; what is
//! judged is in `histories` and `check`.

mod screen;
mod told;

use std::{
    fs::File,
    io::{self, Read as _},
    num::NonZeroUsize,
    sync::Arc,
};

use super::{
    REFUSED,
    args::{FormatArg, JudgeArgs, ModelArg},
    output::Output,
};
use crate::{
    check::{
        history::{Model, Term},
        linear::{Budget, judge as decide},
    },
    histories::{self, Format, MOST_BYTES},
    scenario::problem::quoted,
    tui::history::Book,
};
use told::Told;

pub(super) fn judge(args: &JudgeArgs, out: &mut Output) -> u8 {
    let name = if args.history == "-" { "standard input" } else { &args.history };
    let bytes = match bytes(&args.history) {
        Ok(bytes) => bytes,
        Err(error) => {
            out.error(&format!("error: {} cannot be read: {error}", quoted(name)));
            return REFUSED;
        }
    };
    let model = Model::from(args.model);
    let initial = match args.initial.as_deref().map(|text| initial(model, text)).transpose() {
        Ok(initial) => initial,
        Err(message) => {
            out.error(&message);
            return REFUSED;
        }
    };
    let read = histories::read(&bytes, args.format.format()).and_then(|recording| {
        let (format, skipped) = (recording.format, recording.skipped);
        Ok((histories::understand(recording, model, initial)?, format, skipped))
    });
    drop(bytes);
    let (history, format, skipped) = match read {
        Ok(read) => read,
        Err(wrong) => {
            let histories::Malformed { line, column, message, help } = wrong;
            out.error(&format!("error: {message}\n  --> {name}:{line}:{column}\nhelp: {help}"));
            return REFUSED;
        }
    };
    let budget = Budget { steps: args.steps, memory: (args.memory as usize) << 20 };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if args.screen {
        let book = Book { name: name.to_owned(), format, skipped, history: Arc::new(history) };
        return screen::run(book, budget, threads, &args.look, out);
    }
    let judged = decide(&history, budget, threads);
    let told = Told { name, format, skipped, history: &history, judged: &judged, budget };
    out.text(&if args.json { told.json() } else { told.text() });
    told.exit()
}

fn bytes(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than is allowed, so that the reader can say so.
    let most = MOST_BYTES as u64 + 1;
    if path == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// What `--initial` says, in the terms of the model.
fn initial(model: Model, text: &str) -> Result<Term, String> {
    let value = histories::value(text);
    match (model, value) {
        (Model::Register | Model::CasRegister, value) => Ok(value),
        (Model::Kv, Term::Text(text)) => Ok(Term::Text(text)),
        (Model::Kv, Term::Nil) => Ok(Term::Text(String::new())),
        (Model::Kv, _) => Ok(Term::text(text)),
        (Model::Set, Term::List(members) | Term::Set(members)) => Ok(Term::set(members)),
        (Model::Set, Term::Nil) => Ok(Term::set(Vec::new())),
        (Model::Set, _) => {
            let shown = quoted(text);
            Err(format!(
                "error: a set starts as its members, and --initial is {shown}\nhelp: write --initial '#{{1 2}}'"
            ))
        }
    }
}

impl From<ModelArg> for Model {
    fn from(arg: ModelArg) -> Self {
        match arg {
            ModelArg::Register => Self::Register,
            ModelArg::CasRegister => Self::CasRegister,
            ModelArg::Kv => Self::Kv,
            ModelArg::Set => Self::Set,
        }
    }
}

impl FormatArg {
    fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Edn => Some(Format::Edn),
            Self::JepsenLog => Some(Format::JepsenLog),
            Self::Json => Some(Format::Json),
        }
    }
}
