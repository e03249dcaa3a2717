//! Judging the one grammar of conditions over a simulation and its ledger.

use crate::{
    action::{Condition, Count, Holding, ReadClaim},
    base::{Position, Ppm, Span},
    data::{Held, Value},
    sim::Simulation,
};

use super::{Evidence, Ledger, Verdict};

impl Ledger {
    /// Whether `condition` holds, without saying why not: quick for what scripts wait for.
    pub fn meets(&self, condition: &Condition, simulation: &Simulation) -> bool {
        match condition {
            Condition::Settled => simulation.settled(),
            Condition::Converged { within: None } => simulation.converged(),
            Condition::Diverged => !simulation.converged(),
            _ => self.judge(condition, simulation).holds(),
        }
    }

    /// Judges `condition` at the present instant.
    pub fn judge(&self, condition: &Condition, simulation: &Simulation) -> Verdict {
        let at = simulation.position();
        let claim = |holds: bool, text: String| Verdict::from_evidence((!holds).then_some(text), at);
        let count = |what: &str, wanted: &Count, got: u64| {
            claim(wanted.admits(got), format!("{what}: {got}, expected {wanted}"))
        };
        match condition {
            Condition::Settled => {
                claim(simulation.settled(), "something is still on its way that changes data".into())
            }
            Condition::Converged { within } => self.judge_converged(*within, simulation),
            Condition::Diverged => claim(!simulation.converged(), "all replicas hold the same".into()),
            Condition::Replica { node, key, holding } => {
                let held = simulation.held(*node, *key);
                let name = &simulation.scenario().replicas[node.index()].name;
                let key = &simulation.keys()[key.index()];
                claim(
                    holds(held, holding),
                    format!("{name} holds {key} = {}, expected {}", show(held), want(holding)),
                )
            }
            Condition::Primary(node) => {
                let name = &simulation.scenario().replicas[node.index()].name;
                let is_primary = simulation.primaries().any(|primary| primary == *node);
                claim(is_primary, format!("{name} does not take itself for the primary"))
            }
            Condition::LastRead(read) => self.judge_read(read, simulation),
            Condition::InFlight(wanted) => {
                count("messages in flight", wanted, simulation.messages().count() as u64)
            }
            Condition::StaleReads(wanted) => count("stale reads", wanted, self.tally.stale_reads),
            Condition::LostWrites(wanted) => count("lost writes", wanted, self.lost_writes(simulation)),
            Condition::Refused(wanted) => count("refused operations", wanted, self.tally.refused),
            Condition::TimedOut(wanted) => count("operations timed out", wanted, self.tally.timed_out),
            Condition::Upholds { guarantee, by } => self.guarantee(*guarantee, *by),
            Condition::Violated { guarantee, by } => match self.guarantee(*guarantee, *by) {
                Verdict::Violated(_) => Verdict::Holds,
                Verdict::Holds => claim(false, format!("{} was upheld", guarantee.name())),
                unknown @ Verdict::Unknown(_) => unknown,
            },
            Condition::Available(share) => self.judge_availability(*share, at),
            Condition::TimeToConsistency { quantile, at_most } => {
                let Some(time) = self.time_to_consistency(*quantile) else {
                    return Verdict::Unknown("no write has reached every replica".into());
                };
                claim(
                    time <= *at_most,
                    format!("time to consistency at {quantile}: {time}, expected at most {at_most}"),
                )
            }
            Condition::Elapsed(span) => {
                claim(at.at.0 >= span.0, format!("{} have passed, expected {span}", Span(at.at.0)))
            }
            Condition::All(parts) => self.judge_all(parts, simulation),
            Condition::Any(parts) => self.judge_any(parts, simulation),
            Condition::Not(inner) => match self.judge(inner, simulation) {
                Verdict::Holds => claim(false, "the opposite of what was expected holds".into()),
                Verdict::Violated(_) => Verdict::Holds,
                unknown @ Verdict::Unknown(_) => unknown,
            },
        }
    }

    fn judge_availability(&self, share: Ppm, at: Position) -> Verdict {
        let (ok, all) = self.availability();
        if all == 0 {
            return Verdict::Unknown("no operation has finished".into());
        }
        let enough = u128::from(ok) * 1_000_000 >= u128::from(all) * u128::from(share.parts());
        let few = || format!("{ok} of {all} operations were answered, expected at least {share}");
        Verdict::from_evidence((!enough).then(few), at)
    }

    /// The smallest time that at least this share of the recent writes stayed within.
    fn time_to_consistency(&self, quantile: Ppm) -> Option<Span> {
        let mut times: Vec<Span> = self.times_to_consistency().collect();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        let rank = (times.len() as u64 * u64::from(quantile.parts())).div_ceil(1_000_000);
        Some(times[usize::try_from(rank.saturating_sub(1)).unwrap_or(last).min(last)])
    }

    fn judge_converged(&self, within: Option<Span>, simulation: &Simulation) -> Verdict {
        let at = simulation.position();
        if !simulation.converged() {
            return Verdict::from_evidence(Some("the replicas do not all hold the same".into()), at);
        }
        let (Some(within), Some(since)) = (within, self.converged_since) else {
            return Verdict::Holds;
        };
        let took = since.since(self.disturbed);
        let late = || format!("converged after {took}, expected within {within}");
        Verdict::from_evidence((took > within).then(late), at)
    }

    fn judge_read(&self, claim: &ReadClaim, simulation: &Simulation) -> Verdict {
        let Some(read) = &self.last_read else {
            return Verdict::Unknown("nothing has been read".into());
        };
        match claim {
            ReadClaim::Returns(values) => {
                let other = || {
                    let wanted: Vec<String> = values.iter().map(ToString::to_string).collect();
                    let wanted = if wanted.is_empty() { "nothing".to_owned() } else { wanted.join(" and ") };
                    format!("the last read returned {}, expected {wanted}", show(&read.found))
                };
                Verdict::from_evidence((!same_values(&read.found, values)).then(other), read.at)
            }
            ReadClaim::Stale(wanted) => {
                let behind = read.staleness.as_ref().map_or(0, |staleness| staleness.versions);
                let at = simulation.position();
                let other = || format!("the last read was {behind} versions behind, expected {wanted}");
                Verdict::from_evidence((!wanted.admits(behind)).then(other), at)
            }
        }
    }

    fn judge_all(&self, parts: &[Condition], simulation: &Simulation) -> Verdict {
        let verdicts: Vec<Verdict> = parts.iter().map(|part| self.judge(part, simulation)).collect();
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut unknown = None;
        for verdict in verdicts {
            match verdict {
                Verdict::Holds => {}
                Verdict::Violated(more) => evidence.extend(more),
                Verdict::Unknown(why) => unknown = unknown.or(Some(why)),
            }
        }
        match (evidence.is_empty(), unknown) {
            (false, _) => Verdict::Violated(evidence),
            (true, Some(why)) => Verdict::Unknown(why),
            (true, None) => Verdict::Holds,
        }
    }

    fn judge_any(&self, parts: &[Condition], simulation: &Simulation) -> Verdict {
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut unknown = None;
        for part in parts {
            match self.judge(part, simulation) {
                Verdict::Holds => return Verdict::Holds,
                Verdict::Violated(more) => evidence.extend(more),
                Verdict::Unknown(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Verdict::Violated(evidence), Verdict::Unknown)
    }
}

fn holds(held: &Held, holding: &Holding) -> bool {
    match holding {
        Holding::Holds(value) if held.state().is_some() => same_values(held, std::slice::from_ref(value)),
        Holding::Holds(value) => matches!(held.versions(), [one] if one.value == *value),
        Holding::Lacks(value) => held
            .versions()
            .iter()
            .all(|version| version.value != *value && !version.value.parts().contains(value)),
        Holding::Siblings(values) => same_values(held, values),
        Holding::SiblingCount(wanted) => {
            wanted.admits(held.versions().iter().filter(|v| !v.value.is_tombstone()).count() as u64)
        }
    }
}

/// Whether exactly these values are held, in any order; those of a set are its elements. A tombstone alone
/// reads as nothing.
fn same_values(held: &Held, values: &[Value]) -> bool {
    let mut mine: Vec<String> =
        held.versions().iter().flat_map(|v| v.value.parts()).map(ToString::to_string).collect();
    let mut theirs: Vec<String> = values.iter().flat_map(Value::parts).map(ToString::to_string).collect();
    mine.sort_unstable();
    theirs.sort_unstable();
    mine == theirs
}

fn show(held: &Held) -> String {
    let values: Vec<String> = held.versions().iter().map(|v| v.value.to_string()).collect();
    if values.is_empty() { "nothing".into() } else { values.join(" and ") }
}

fn want(holding: &Holding) -> String {
    match holding {
        Holding::Holds(value) => value.to_string(),
        Holding::Lacks(value) => format!("anything but {value}"),
        Holding::Siblings(values) if values.is_empty() => "nothing".to_owned(),
        Holding::Siblings(values) => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "),
        Holding::SiblingCount(wanted) => format!("{wanted} values"),
    }
}
