//! The configuration file: `$XDG_CONFIG_HOME/laggard/config.yaml`, else `~/.config/laggard/config.yaml`. That it is
//! missing is fine; one that says something we do not understand is refused with its place before the screen opens,
//! because a screen that looks otherwise than its owner wrote would be a riddle.

use std::{
    ffi::OsString,
    fmt,
    path::{Path as FilePath, PathBuf},
};

use crate::scenario::{
    locate::Locations,
    path::Path,
    problem::{Look, Problem, Problems, Report, Source, nearest, quoted},
    read,
};

use super::settings::{SETTINGS, Setting, Wishes, variable};

/// Why what people keep could not be used.
#[derive(Debug)]
pub(super) enum Refused {
    File(Problems),
    /// A variable of the environment has no such word.
    Variable(String),
}

impl Refused {
    /// What to print, and what to do about it.
    pub(super) fn render(&self, look: Look) -> String {
        match self {
            Self::File(problems) => format!(
                "{}\nthe screen was not opened: correct {} or move it away; every setting in it is optional",
                problems.render(look).trim_end(),
                problems.source().name
            ),
            Self::Variable(text) => text.clone(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.render(Look::Plain))
    }
}

/// What the environment and the file say, the environment first.
pub(super) fn kept(read: impl Fn(&str) -> Option<OsString> + Copy) -> Result<Wishes, Refused> {
    let environment = environment(read).map_err(Refused::Variable)?;
    let file = match place(read) {
        Some(path) => file(&path).map_err(Refused::File)?,
        None => Wishes::default(),
    };
    Ok(environment.over(without_colour(file, read)))
}

/// `NO_COLOR` is the environment's own word for `color: never`.
fn without_colour(file: Wishes, read: impl Fn(&str) -> Option<OsString>) -> Wishes {
    let unwanted = read("NO_COLOR").is_some_and(|value| !value.is_empty());
    if unwanted { Wishes { color: None, ..file } } else { file }
}

fn environment(read: impl Fn(&str) -> Option<OsString>) -> Result<Wishes, String> {
    let mut wishes = Wishes::default();
    for Setting { key, words, .. } in &SETTINGS {
        let name = variable(key);
        let Some(word) = read(&name).filter(|word| !word.is_empty()) else { continue };
        let word = word.to_string_lossy();
        if !wishes.set(key, &word) {
            let words = words();
            let near = nearest(&word, words.iter().map(String::as_str));
            let help = near.map_or_else(|| words.join(", "), |near| format!("did you mean {near}?"));
            return Err(format!("error: {name}: {} is not a choice here\nhelp: {help}", quoted(&word)));
        }
    }
    Ok(wishes)
}

/// Where the file belongs; a relative path is to be ignored (XDG Base Directory Specification).
fn place(read: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| read(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("laggard").join("config.yaml"))
}

fn file(path: &FilePath) -> Result<Wishes, Problems> {
    let name = path.display().to_string();
    match std::fs::metadata(path) {
        Err(error) if is_missing(&error) => return Ok(Wishes::default()),
        // To open a pipe would wait for a writer.
        Ok(about) if !about.is_file() && !about.is_dir() => {
            let source = Source { name: name.clone(), text: String::new() };
            let problem = Problem::new(Path::root(), format!("{} is no file", quoted(&name)));
            return Err(Problems::one(source, problem));
        }
        Ok(_) | Err(_) => {}
    }
    understand(&name, &read::read_bytes(path)?)
}

fn is_missing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// What a file says; everything that is wrong with it at once.
fn understand(name: &str, text: &[u8]) -> Result<Wishes, Problems> {
    let mut wishes = Wishes::default();
    if says_nothing(text) {
        return Ok(wishes);
    }
    let locations = Locations::new(name, text)?;
    let mut report = Report::new(&locations);
    let root = Path::root();
    if !locations.is_map() {
        report.value(&root, "a map of settings is wanted here").help =
            Some("one a line, such as `theme: light`".to_owned());
    }
    for key in locations.keys_in_order(&root) {
        if report.is_full() {
            break;
        }
        let path = root.key(key);
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let problem = report.key(&path, format!("unknown setting {}", quoted(key)));
            *problem = problem.clone().did_you_mean(key, SETTINGS.iter().map(|setting| setting.key));
            continue;
        };
        let words = (setting.words)();
        let choices = words.iter().map(String::as_str);
        match locations.word(&path) {
            Some(word) if wishes.set(key, &word) => {}
            Some(word) => {
                let problem = report.value(&path, format!("{} is not a choice here", quoted(&word)));
                *problem = problem.clone().did_you_mean(&word, choices);
            }
            None => {
                let problem = report.value(&path, "a word is wanted here");
                *problem = problem.clone().did_you_mean("", choices);
            }
        }
    }
    report.finish()?;
    Ok(wishes)
}

/// Whether there are only comments.
fn says_nothing(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::super::args::{ColorArg, Switch, ThemeArg};
    use super::*;

    fn understood(text: &str) -> Result<Wishes, String> {
        understand("config.yaml", text.as_bytes()).map_err(|problems| problems.to_string())
    }

    #[test]
    fn every_setting_has_its_word() {
        let text = "# how I like it\ntheme: high-contrast\ncolor: 256\nglyphs: ascii\nmotion: off\nmouse: off\nbig: true\nremote: on\n";
        let wishes = understood(text).expect("right");
        assert_eq!((wishes.theme, wishes.color), (Some(ThemeArg::HighContrast), Some(ColorArg::Indexed)));
        assert_eq!(
            (wishes.mouse, wishes.big, wishes.remote),
            (Some(Switch::Off), Some(Switch::On), Some(Switch::On))
        );
        assert_eq!(understood("color: '16'\n").expect("right").color, Some(ColorArg::Sixteen));
    }

    #[test]
    fn an_empty_file_chooses_nothing() {
        for text in ["", "\n\n", "# theme: light\n"] {
            assert_eq!(understood(text), Ok(Wishes::default()));
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_place() {
        let told = understood("thme: light\ntheme: lihgt\nmotion: [full]\nbig:\n").expect_err("wrong");
        insta::assert_snapshot!(told);
        let told = understood("light\n").expect_err("wrong");
        assert!(told.contains("config.yaml:1:1") && told.contains("such as `theme: light`"), "{told}");
        let told = understood("theme: dark\ntheme: light\n").expect_err("wrong");
        assert!(told.contains("config.yaml:2"), "{told}");
    }

    #[test]
    fn no_text_at_all_panics_or_is_taken_for_settings() {
        for text in
            [&b"\xff\xfe\x00"[..], b"\x00", b"theme: \xff", b"{", b"- theme", b"a: &a [*a]", b"!!map {}"]
        {
            assert!(understand("config.yaml", text).is_err(), "{text:?}");
        }
        assert!(understand("config.yaml", &vec![b'#'; 3 << 20][..]).is_ok(), "a long comment");
        assert!(understand("config.yaml", &vec![b'a'; 3 << 20][..]).is_err());
    }

    #[test]
    fn the_file_is_where_xdg_says() {
        let with = |pairs: &'static [(&str, &str)]| {
            place(move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        let at = |text: &str| Some(PathBuf::from(text));
        assert_eq!(with(&[("XDG_CONFIG_HOME", "/c"), ("HOME", "/h")]), at("/c/laggard/config.yaml"));
        assert_eq!(with(&[("XDG_CONFIG_HOME", "c"), ("HOME", "/h")]), at("/h/.config/laggard/config.yaml"));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn the_environment_goes_over_the_file() {
        let with = |pairs: &'static [(&str, &str)]| {
            kept(move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        assert_eq!(with(&[("LAGGARD_THEME", "light")]).expect("right").theme, Some(ThemeArg::Light));
        let told = with(&[("LAGGARD_THEME", "lihgt")]).expect_err("wrong").to_string();
        assert!(told.contains("LAGGARD_THEME") && told.contains("did you mean light?"), "{told}");
        let file = Wishes { color: Some(ColorArg::Truecolor), ..Wishes::default() };
        assert_eq!(without_colour(file, |_| Some("1".into())).color, None);
        assert_eq!(without_colour(file, |_| Some(String::new().into())).color, file.color);
    }
}
