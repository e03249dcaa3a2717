//! Quantities as numbers, within their bounds.

use crate::action::{Count, Freshness, Level, Settings};
use crate::base::{Ppm, Span};
use crate::scenario::file::{self, Bounds, DurationText, Limit, ShareText, SignedDurationText};
use crate::scenario::limits::MOST_SPAN;
use crate::scenario::path::Trail;
use crate::scenario::units::UnitError;

use super::Resolver;
use super::regions::named_freshness;

/// What a level is for, as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Write,
    Read,
    /// A client's own level, for both.
    Both,
}

impl Resolver<'_> {
    pub(super) fn span(&mut self, text: &DurationText, at: &Trail<'_>) -> Span {
        let span = Span(self.parsed(text.parse(), at));
        if span > MOST_SPAN {
            self.wrong(at, format!("`{}` is too long", text.0), "3650d is the longest");
            return Span::ZERO;
        }
        span
    }

    /// A span that must not be zero.
    pub(super) fn some_time(&mut self, text: &DurationText, what: &str, at: &Trail<'_>) -> Span {
        self.no_less(text, Span(1), what, at)
    }

    /// A span that must be at least `least`.
    pub(super) fn no_less(&mut self, text: &DurationText, least: Span, what: &str, at: &Trail<'_>) -> Span {
        let span = self.span(text, at);
        if span >= least {
            return span;
        }
        if !self.is_reported(at) {
            let message = format!("{what} of `{}` is too short", text.0);
            let help = if least == Span(1) {
                "it must be longer than 0".to_owned()
            } else {
                format!("{least} is the shortest")
            };
            self.wrong(at, message, help);
        }
        least.max(Span::millis(1))
    }

    /// Whether the newest problem is already about this value.
    fn is_reported(&self, at: &Trail<'_>) -> bool {
        self.report.latest().is_some_and(|problem| problem.path == at.path())
    }

    /// Nanoseconds, either way.
    pub(super) fn offset(&mut self, text: &SignedDurationText, at: &Trail<'_>) -> i64 {
        let offset = self.parsed(text.parse(), at);
        if offset.unsigned_abs() > MOST_SPAN.0 {
            self.wrong(at, format!("`{}` is too far", text.0), "3650d either way is the furthest");
            return 0;
        }
        offset
    }

    pub(super) fn share(&mut self, text: &ShareText, at: &Trail<'_>) -> Ppm {
        Ppm::new(self.parsed(text.parse(), at)).unwrap_or(Ppm::ALWAYS)
    }

    pub(super) fn parsed<T: Default>(&mut self, parsed: Result<T, UnitError>, at: &Trail<'_>) -> T {
        parsed.unwrap_or_else(|error| {
            let help = error.help();
            self.report.value(&at.path(), error.to_string()).help = help;
            T::default()
        })
    }

    /// A number without a unit, within bounds.
    pub(super) fn real(
        &mut self,
        number: f64,
        bounds: std::ops::RangeInclusive<f64>,
        what: &str,
        at: &Trail<'_>,
    ) -> f64 {
        if bounds.contains(&number) {
            return number;
        }
        let help = format!("it goes from {} to {}", bounds.start(), bounds.end());
        self.wrong(at, format!("{what} of {number} is out of range"), help);
        *bounds.start()
    }

    pub(super) fn level(&mut self, level: file::Level, used: Use, at: &Trail<'_>) -> Level {
        use crate::scenario::file::LevelName;
        let level = match level {
            file::Level::Named(LevelName::Any) => Level::Any,
            file::Level::Named(LevelName::One) => Level::One,
            file::Level::Named(LevelName::Two) => Level::Two,
            file::Level::Named(LevelName::Three) => Level::Three,
            file::Level::Named(LevelName::Quorum) => Level::Quorum,
            file::Level::Named(LevelName::All) => Level::All,
            file::Level::Named(LevelName::LocalOne) => Level::LocalOne,
            file::Level::Named(LevelName::LocalQuorum) => Level::LocalQuorum,
            file::Level::Named(LevelName::EachQuorum) => Level::EachQuorum,
            file::Level::Named(
                name @ (LevelName::Strong
                | LevelName::BoundedStaleness
                | LevelName::Session
                | LevelName::ConsistentPrefix
                | LevelName::Eventual),
            ) => {
                let level = named_freshness(name).unwrap_or(Freshness::Eventual);
                return self.fresh_level(level, used, at);
            }
            file::Level::Count(count) => Level::Exactly(u16::try_from(count).unwrap_or(u16::MAX)),
        };
        if self.regions.is_some() {
            return self.counting_level(used, at);
        }
        let mut settings = Settings::plain(1);
        settings.set_copies(&self.copies);
        let copies = settings.copies;
        let required = level.required(copies);
        let letter = match used {
            Use::Write => "W",
            Use::Read => "R",
            Use::Both => "a level",
        };
        if self.writers == super::Writers::Primary && used == Use::Read {
            let help = "remove it: `reads_from` says who answers";
            self.wrong(at, "under a primary a read asks one replica", help);
            return Level::One;
        }
        if required == 0 {
            let help = format!("write a number from 1 to {copies}, or one, quorum or all");
            self.wrong(at, "no replica would take part", help);
        } else if level == Level::Any && used != Use::Write {
            let message = "ANY is for writes only: a hint cannot be read";
            self.wrong(at, message, "write `one`, or give `any` to single writes");
        } else if level.needs_zones() && settings.per_zone.is_empty() {
            let message = format!("{level} speaks of zones, and N = {copies} does not");
            self.wrong(at, message, "give N for each zone: `n: {eu: 3, us: 3}`");
        } else if required > copies {
            let message = format!("{letter} = {required} cannot be met by N = {copies}");
            self.wrong(at, message, format!("write a number up to {copies}, or one, quorum or all"));
        } else if required > 1 && used != Use::Read && self.gossips() {
            let message = format!("{letter} = {required} cannot be met where writes travel by gossip");
            let help = "only the coordinator has stored a write when it answers: write `one`, or set `replicate: direct`";
            self.wrong(at, message, help);
        } else {
            return level;
        }
        Level::One
    }

    pub(super) fn count(&mut self, limit: &Limit<u64>, at: &Trail<'_>) -> Count {
        match limit {
            Limit::Exactly(count) => Count::exactly(*count),
            Limit::Within(Bounds { at_least, at_most }) => {
                let count = Count { at_least: at_least.unwrap_or(0), at_most: at_most.unwrap_or(u64::MAX) };
                self.in_order(count.at_least, count.at_most, at);
                count
            }
        }
    }

    /// Bounds on a quantity: at least, at most.
    pub(super) fn bounds<T, Q: Copy + Ord>(
        &mut self,
        bounds: &Bounds<T>,
        at: &Trail<'_>,
        read: impl Fn(&mut Self, &T, &Trail<'_>) -> Q,
    ) -> (Option<Q>, Option<Q>) {
        let at_least = bounds.at_least.as_ref().map(|bound| read(self, bound, &at.key("at_least")));
        let at_most = bounds.at_most.as_ref().map(|bound| read(self, bound, &at.key("at_most")));
        if let (Some(least), Some(most)) = (at_least, at_most) {
            self.in_order(least, most, at);
        }
        (at_least, at_most)
    }

    fn in_order<Q: Copy + Ord>(&mut self, at_least: Q, at_most: Q, at: &Trail<'_>) {
        if at_least > at_most {
            self.wrong(at, "nothing is within these bounds", "`at_least` must not exceed `at_most`");
        }
    }
}
