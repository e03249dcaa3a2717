//! The part of a replica in a replica set: who it is in it, and how far behind.

use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::{
    replica::primary::{LinkState, Role as Part},
    sim::{MemberView, Status},
    tui::{paint::Paint, theme::Role},
};

use super::{Subject, replica};

/// In a word; that of a primary stands out.
pub(super) fn part(subject: Subject<'_>) -> Option<&'static str> {
    let member = replica(subject).member.as_ref()?;
    Some(match (member.role, &member.region) {
        (Part::Primary, None) => "PRIMARY",
        (Part::Primary, Some(_)) => "LEADER",
        (Part::Replica { of: Some(_) }, _) => "replica",
        (Part::Replica { of: None }, None) => "no primary",
        (Part::Replica { of: None }, Some(_)) => "no leader",
    })
}

/// In a word and in less; nothing of one that follows another, which goes without saying.
pub(super) fn distinction(subject: Subject<'_>) -> Option<(&'static str, &'static str)> {
    let member = replica(subject).member.as_ref()?;
    let short = match (member.role, &member.region) {
        (Part::Primary, None) => "PRIM",
        (Part::Primary, Some(_)) => "LEAD",
        (Part::Replica { of: None }, _) => "none",
        (Part::Replica { of: Some(_) }, _) => return None,
    };
    Some((part(subject)?, short))
}

/// `PRIMARY @240`, or `replica @200 -40`: where it stands in the stream, and how many bytes are missing.
pub(super) fn line(paint: &Paint<'_>, subject: Subject<'_>, width: usize) -> Option<Line<'static>> {
    let member = replica(subject).member.as_ref()?;
    let part = part(subject)?;
    let behind = match member.behind {
        Some(0) => String::new(),
        Some(bytes) => format!(" -{bytes}"),
        None if member.role == Part::Primary => String::new(),
        None => " apart".into(),
    };
    let role = if member.role == Part::Primary { Role::Title } else { Role::Dim };
    let told = format!("{part} @{}{behind}", member.offset);
    // What it lacks says more than what it has.
    let told = if told.width() <= width { told } else { format!("{part}{behind}") };
    Some(Line::from(paint.span(told, role)))
}

/// Of a large card: whom it follows, and when that one heard from it.
pub(super) fn link(paint: &Paint<'_>, subject: Subject<'_>, width: usize) -> Option<Line<'static>> {
    let (.., snapshot) = subject;
    let view = replica(subject);
    let member = view.member.as_ref()?;
    let text = match member.role {
        Part::Primary => format!("term {}", member.term),
        Part::Replica { of: None } => format!("follows nobody, term {}", member.term),
        Part::Replica { of: Some(of) } => {
            let state = match (view.status, member.link) {
                (Status::Up, LinkState::Up) => heard(member),
                (Status::Up, LinkState::Connecting) => ", connecting".into(),
                (Status::Up, LinkState::Down) | (Status::Crashed | Status::Frozen, _) => ", no link".into(),
            };
            let of = paint.clip(snapshot.replica_name(of), 9);
            let told = format!("of {of}{state}");
            if told.width() <= width { told } else { format!("of {of}") }
        }
    };
    Some(Line::from(paint.span(text, Role::Dim)))
}

fn heard(member: &MemberView) -> String {
    member.lag.map_or_else(String::new, |lag| format!(", heard {lag} ago"))
}
