//! Draws problems with the lines of the file they stand in.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{MOST_PROBLEMS, Place, Problem, Source};

/// Problems beyond this many are only counted.
const MOST_SHOWN: usize = 20;

/// Columns that a drawing may take.
const WIDTH: usize = 100;

/// Whether a drawing may hold colour escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Text only, for files, pipes and tests.
    Plain,
    /// With ANSI colours, for terminals.
    Styled,
}

pub(super) fn render(source: &Source, problems: &[Problem], look: Look) -> String {
    let renderer = match look {
        Look::Plain => Renderer::plain(),
        Look::Styled => Renderer::styled(),
    }
    .term_width(WIDTH);
    let shown = problems.iter().take(MOST_SHOWN);
    let mut drawn: Vec<String> =
        shown.map(|problem| renderer.render(&[group(source, problem)]).trim_end().to_owned()).collect();
    if problems.len() > MOST_SHOWN {
        let at_least = if problems.len() < MOST_PROBLEMS { "" } else { "at least " };
        drawn.push(format!("and {at_least}{} more problems in {}", problems.len() - MOST_SHOWN, source.name));
    }
    drawn.join("\n\n") + "\n"
}

fn group<'a>(source: &'a Source, problem: &'a Problem) -> Group<'a> {
    let group = Group::with_title(Level::ERROR.primary_title(&problem.message));
    let group = match problem.place {
        None => group,
        Some(place) => group.element(snippet(source, place, problem.other.as_ref())),
    };
    match &problem.help {
        None => group,
        Some(help) => group.element(Level::HELP.message(help)),
    }
}

/// The first line of the place, and of the other one; what lies between is folded.
fn snippet<'a>(
    source: &'a Source,
    place: Place,
    other: Option<&'a (Place, String)>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (_, end_of_first) = line_around(&source.text, place);
    let other_place = other.map_or(place, |(place, _)| *place);
    let (start, line) = [place, other_place]
        .map(|place| (line_around(&source.text, place).0, place.line))
        .into_iter()
        .min()
        .unwrap_or((0, 1));
    let end = end_of_first.max(line_around(&source.text, other_place).1);
    let within = |place: Place| {
        let (_, line_end) = line_around(&source.text, place);
        place.start - start..place.end.min(line_end).max(place.start) - start
    };
    let snippet = Snippet::source(&source.text[start..end])
        .path(source.name.as_str())
        .line_start(line)
        .annotation(AnnotationKind::Primary.span(within(place)));
    match other {
        None => snippet,
        Some((place, why)) => {
            snippet.annotation(AnnotationKind::Context.span(within(*place)).label(why.as_str()))
        }
    }
}

/// Where the line that `place` starts in begins and ends, its line break excluded.
fn line_around(text: &str, place: Place) -> (usize, usize) {
    let start = text[..place.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[place.start..].find('\n').map_or(text.len(), |newline| place.start + newline);
    (start, start + text[start..end].trim_end_matches('\r').len().max(place.start - start))
}
