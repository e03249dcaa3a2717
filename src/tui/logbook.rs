//! The session on disk while it runs: after each command the whole of it, as a preset, in the state folder. A kill
//! leaves it there, and the next start offers to resume it; a normal end takes it away.
//!
//! ```text
//! $XDG_STATE_HOME/laggard/session-4711.yaml      else ~/.local/state; 4711: the process
//! ```
//!
//! It is written beside and then moved into place, so that a kill at any byte leaves the session of the last command
//! or of the one before, never half of one. Nothing here stops the laboratory: what cannot be written is told once.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

use crate::{
    drive::{Logged, Snapshot, restored, saved},
    scenario::Scenario,
};

/// A larger file is no session of ours.
const MOST_BYTES: u64 = 1 << 24;

#[derive(Debug)]
pub(super) struct Logbook {
    /// None where there is no place for state.
    folder: Option<PathBuf>,
    own: Option<PathBuf>,
    written: Arc<[Logged]>,
    /// What is told once was told.
    told: bool,
    left: Option<LeftBehind>,
}

/// The session of a process that is gone.
#[derive(Debug, Clone)]
pub(super) struct LeftBehind {
    path: PathBuf,
    pub(super) scenario: Arc<Scenario>,
    /// The person took it up again: once it is written as this session's own, it goes.
    taken: bool,
}

impl Logbook {
    /// Looks for a session that was cut short; writes nothing yet.
    pub(super) fn open(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let folder = state(variable);
        let left = folder.as_deref().and_then(left_behind);
        Self { folder, own: None, written: Arc::from([]), told: false, left }
    }

    /// The session that was cut short, if there is one.
    pub(super) fn left(&self) -> Option<&LeftBehind> {
        self.left.as_ref().filter(|left| !left.taken)
    }

    /// The session that was cut short is taken up again.
    pub(super) fn take(&mut self) -> Option<Arc<Scenario>> {
        let left = self.left.as_mut().filter(|left| !left.taken)?;
        left.taken = true;
        Some(Arc::clone(&left.scenario))
    }

    /// Writes the session if a command was given or taken back.
    ///
    /// # Errors
    ///
    /// A sentence, once, where it cannot be written.
    pub(super) fn keep(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        if Arc::ptr_eq(&self.written, &snapshot.session) || self.written == snapshot.session {
            return Ok(());
        }
        self.written = Arc::clone(&snapshot.session);
        if snapshot.session.is_empty() {
            self.drop_own();
            return Ok(());
        }
        match self.write(snapshot) {
            Ok(()) => {
                let resumed =
                    |left: &mut LeftBehind| left.taken && Arc::ptr_eq(&left.scenario, &snapshot.scenario);
                if let Some(left) = self.left.take_if(resumed) {
                    let _ = fs::remove_file(left.path);
                }
                Ok(())
            }
            Err(_) if self.told => Ok(()),
            Err(why) => {
                self.told = true;
                Err(format!("a kill would lose this session: {why}"))
            }
        }
    }

    fn write(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let text = saved(&snapshot.scenario, snapshot.seed, &snapshot.session, snapshot.head)?;
        let told = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(told)?;
        let own = self.own.get_or_insert_with(|| free(folder));
        let beside = own.with_extension("new");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, own)).map_err(|error| {
            // Half a file helps nobody.
            let _ = fs::remove_file(&beside);
            told(error)
        })
    }

    fn drop_own(&mut self) {
        if let Some(own) = self.own.take() {
            let _ = fs::remove_file(own);
        }
    }

    /// The screen is left as people leave it: nothing is to be resumed.
    pub(super) fn close(mut self) {
        self.drop_own();
    }
}

/// Where state belongs; a relative path is to be ignored (XDG Base Directory Specification).
fn state(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("laggard"))
}

/// A name for this process that nobody has: a number may have been another process's before.
fn free(folder: &Path) -> PathBuf {
    let process = std::process::id();
    let name = |more: u32| folder.join(format!("session-{process}{}.yaml", "+".repeat(more as usize)));
    (0..64).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(64))
}

/// The newest session whose process is gone and that can be read.
fn left_behind(folder: &Path) -> Option<LeftBehind> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .take(1_000)
        .filter_map(|entry| {
            let about = entry.metadata().ok().filter(|about| about.is_file() && about.len() < MOST_BYTES)?;
            is_orphan(&entry.file_name().into_string().ok()?).then(|| (about.modified().ok(), entry.path()))
        })
        .collect();
    found.sort();
    found.into_iter().rev().find_map(|(_, path)| {
        let scenario = restored(&fs::read_to_string(&path).ok()?)?;
        Some(LeftBehind { path, scenario, taken: false })
    })
}

/// Whether it is the session of a process that is gone. This process has none yet.
fn is_orphan(name: &str) -> bool {
    let process = name.strip_prefix("session-").and_then(|name| name.strip_suffix(".yaml"));
    let process = process.and_then(|number| number.trim_end_matches('+').parse().ok());
    let Some(process) = process.filter(|process| *process > 0).and_then(Pid::from_raw) else { return false };
    let own = i32::try_from(std::process::id()).ok().and_then(Pid::from_raw);
    own == Some(process) || test_kill_process(process) == Err(Errno::SRCH)
}
