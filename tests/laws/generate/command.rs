//! Random moves and commands: every command there is.

use std::sync::Arc;

use laggard::{
    action::{Act, Ask, Command, Context, Mend, Operation, Setting, Switch},
    base::{CutId, KeyId, NodeId, Ppm, Span},
    data::{Stamp, Update, Value},
    net::{CutShape, LinkChange, Order, Scope},
    scenario::Scenario,
};

use super::{
    Dice, Move, node,
    scenario::{
        any_client_change, any_client_id, any_copies, any_delay, any_level, any_read_repair,
        some_anti_entropy, some_hints,
    },
    two_nodes,
};

/// A move. Half of them let something happen.
pub(crate) fn any_move(dice: &mut Dice<'_>, scenario: &Scenario) -> Move {
    match dice.below(6) {
        0 | 1 => Move::Advance(Span::micros(1 + dice.below_u64(65_000) * 10)),
        2 => Move::Steps(dice.below_u64(12)),
        _ => Move::Give(any_command(dice, scenario)),
    }
}

/// Of these numbers each kind of command has at least one; asking and writing are more common.
pub(crate) const COMMAND_KINDS: usize = 15;

pub(crate) fn any_command(dice: &mut Dice<'_>, scenario: &Scenario) -> Command {
    let kind = dice.below(COMMAND_KINDS * 2);
    command_of_kind(if kind < COMMAND_KINDS { kind } else { 0 }, dice, scenario)
}

pub(crate) fn command_kind(command: &Command) -> usize {
    match command {
        Command::Submit(_) => 0,
        Command::NameKey(_) => 1,
        Command::Cut { .. } => 2,
        Command::Heal(_) => 3,
        Command::Crash(_) => 4,
        Command::Restart(_) => 5,
        Command::Freeze(_) => 6,
        Command::Thaw(_) => 7,
        Command::Skew { .. } => 8,
        Command::SetLink { .. } => 9,
        Command::Set(_) => 10,
        Command::Workload(_) => 11,
        Command::Destroy(_) => 12,
        Command::Repair(_) => 13,
        Command::SetClient { .. } => 14,
        Command::Message { .. } => {
            unreachable!("which messages there are depends on the run: see its own tests")
        }
        Command::Promote(_) => unreachable!("only a replica set has a primary: see `replication`"),
    }
}

pub(crate) fn command_of_kind(kind: usize, dice: &mut Dice<'_>, scenario: &Scenario) -> Command {
    match kind {
        0 => Command::Submit(any_ask(dice, scenario)),
        1 => Command::NameKey(format!("k{}", dice.below(8)).into()),
        2 => Command::Cut { name: any_cut_name(dice), shape: any_cut_shape(dice, scenario) },
        3 => Command::Heal(any_mend(dice)),
        4 => Command::Crash(node(dice, scenario)),
        5 => Command::Restart(node(dice, scenario)),
        6 => Command::Freeze(node(dice, scenario)),
        7 => Command::Thaw(node(dice, scenario)),
        8 => Command::Skew { node: node(dice, scenario), offset: dice.signed(60_000) * 1_000_000 },
        9 => Command::SetLink { scope: any_scope(dice, scenario), change: any_link_change(dice) },
        10 => Command::Set(any_setting(dice, scenario)),
        11 => Command::Workload(dice.pick(&[Switch::Start, Switch::Stop])),
        12 => Command::Destroy(node(dice, scenario)),
        13 => Command::Repair(dice.one_in(2).then(|| node(dice, scenario))),
        14 => Command::SetClient {
            client: any_client_id(dice, scenario),
            change: any_client_change(dice, scenario),
        },
        _ => unreachable!("COMMAND_KINDS counts the arms above"),
    }
}

fn any_ask(dice: &mut Dice<'_>, scenario: &Scenario) -> Ask {
    let act = match dice.below(3) {
        0 => Act::Read,
        _ => Act::Write {
            value: any_value(dice),
            context: dice.pick(&[Context::Last, Context::None]),
            stamp: dice.one_in(8).then(|| Stamp::at(dice.signed(3_000) * 1_000_000)),
        },
    };
    let ask = ask_for(dice, scenario, act);
    let kind = scenario.settings.kind(ask.key);
    match &ask.act {
        Act::Write { .. } if kind.is_state() => Ask { act: Act::Update(any_update(dice)), ..ask },
        Act::Read | Act::Write { .. } | Act::Update(_) => ask,
    }
}

fn ask_for(dice: &mut Dice<'_>, scenario: &Scenario, act: Act) -> Ask {
    let operation = act.operation();
    Ask {
        client: any_client_id(dice, scenario),
        at: dice.one_in(2).then(|| node(dice, scenario)),
        // One beyond those of the scenario: named on the way, or refused.
        key: KeyId(u32::from(dice.small(u16::try_from(scenario.keys.len()).expect("few") + 1))),
        act,
        level: dice.one_in(3).then(|| any_level(dice, &scenario.settings, operation)),
        wait: None,
    }
}

pub(crate) fn any_value(dice: &mut Dice<'_>) -> Value {
    let kind = dice.below(4);
    let value = match kind {
        0 => Value::Number(i64::from(dice.small(120)) - 10),
        1 => Value::text(&format!("{}", dice.below(40) * 7)),
        2 => Value::text(&format!("{}a", dice.below(120))),
        _ => Value::Tombstone,
    };
    match value {
        Value::Number(_) | Value::Text(_) | Value::Tombstone => value,
        Value::Set(_) | Value::Update(_) => unreachable!("nobody writes one"),
    }
}

fn any_update(dice: &mut Dice<'_>) -> Update {
    let amount = u32::from(1 + dice.small(5));
    let element = Value::Number(i64::from(dice.small(4)));
    let kind = dice.below(4);
    let update = match kind {
        0 => Update::Increment(amount),
        1 => Update::Decrement(amount),
        2 => Update::Add(element),
        _ => Update::Remove(element),
    };
    let generated = match &update {
        Update::Increment(_) => 0,
        Update::Decrement(_) => 1,
        Update::Add(_) => 2,
        Update::Remove(_) => 3,
    };
    assert_eq!(kind, generated, "every update is generated");
    update
}

fn any_cut_name(dice: &mut Dice<'_>) -> Option<Arc<str>> {
    dice.one_in(2).then(|| format!("wall {}", dice.below(2)).into())
}

fn any_cut_shape(dice: &mut Dice<'_>, scenario: &Scenario) -> CutShape {
    let kind = dice.below(4);
    let shape = match kind {
        0 => {
            let mut groups = vec![Vec::new(); 1 + dice.below(3)];
            for index in 0..scenario.replicas.len() {
                let group = dice.below(groups.len() + 1);
                if let Some(group) = groups.get_mut(group) {
                    group.push(NodeId::at(index));
                }
            }
            CutShape::Groups(groups)
        }
        1 => CutShape::Isolate(node(dice, scenario)),
        2 => {
            let (a, b) = two_nodes(dice, scenario);
            CutShape::Link(a, b)
        }
        _ => {
            let (from, to) = two_nodes(dice, scenario);
            CutShape::OneWay { from, to }
        }
    };
    let generated = match &shape {
        CutShape::Groups(_) => 0,
        CutShape::Isolate(_) => 1,
        CutShape::Link(..) => 2,
        CutShape::OneWay { .. } => 3,
    };
    assert_eq!(kind, generated, "every shape is generated");
    shape
}

fn any_mend(dice: &mut Dice<'_>) -> Mend {
    let kind = dice.below(3);
    let mend = match kind {
        0 => Mend::All,
        1 => Mend::One(CutId(u32::from(dice.small(6)))),
        _ => Mend::Named(format!("wall {}", dice.below(2)).into()),
    };
    let generated = match &mend {
        Mend::All => 0,
        Mend::One(_) => 1,
        Mend::Named(_) => 2,
    };
    assert_eq!(kind, generated, "every mend is generated");
    mend
}

pub(super) fn any_scope(dice: &mut Dice<'_>, scenario: &Scenario) -> Scope {
    let kind = dice.below(3);
    let (a, b) = two_nodes(dice, scenario);
    let scope = match kind {
        0 => Scope::All,
        1 => Scope::Between(a, b),
        _ => Scope::OneWay { from: a, to: b },
    };
    let generated = match scope {
        Scope::All => 0,
        Scope::Between(..) => 1,
        Scope::OneWay { .. } => 2,
    };
    assert_eq!(kind, generated, "every scope is generated");
    scope
}

pub(super) fn any_link_change(dice: &mut Dice<'_>) -> LinkChange {
    let kind = dice.below(4);
    let change = match kind {
        0 => LinkChange::Delay(any_delay(dice)),
        1 => LinkChange::Loss(Ppm::percent(u32::from(dice.small(101)))),
        2 => LinkChange::Duplicate(Ppm::percent(u32::from(dice.small(101)))),
        _ => LinkChange::Order(dice.pick(&[Order::Fifo, Order::MayOvertake])),
    };
    let generated = match &change {
        LinkChange::Delay(_) => 0,
        LinkChange::Loss(_) => 1,
        LinkChange::Duplicate(_) => 2,
        LinkChange::Order(Order::Fifo | Order::MayOvertake) => 3,
    };
    assert_eq!(kind, generated, "every change is generated");
    change
}

fn any_setting(dice: &mut Dice<'_>, scenario: &Scenario) -> Setting {
    let kind = dice.below(8);
    let settings = &scenario.settings;
    let setting = match kind {
        0 => Setting::LatencyPercent(u32::from(dice.small(400))),
        1 => Setting::WriteLevel(any_level(dice, settings, Operation::Write)),
        2 => Setting::ReadLevel(any_level(dice, settings, Operation::Read)),
        3 => Setting::AntiEntropy(dice.one_in(2).then(|| some_anti_entropy(dice))),
        4 => Setting::Timeout(Span::millis(dice.below_u64(3_000))),
        5 => Setting::Copies(any_copies(dice, scenario)),
        6 => Setting::Hints(dice.one_in(2).then(|| some_hints(dice))),
        _ => Setting::ReadRepair(any_read_repair(dice)),
    };
    let generated = match &setting {
        Setting::LatencyPercent(_) => 0,
        Setting::WriteLevel(_) => 1,
        Setting::ReadLevel(_) => 2,
        Setting::AntiEntropy(_) => 3,
        Setting::Timeout(_) => 4,
        Setting::Copies(_) => 5,
        Setting::Hints(_) => 6,
        Setting::ReadRepair(_) => 7,
        Setting::MinReplicas(_) | Setting::MaxLag(_) | Setting::ReadsFrom(_) => {
            unreachable!("only a replica set has a primary: see `replication`")
        }
    };
    assert_eq!(kind, generated, "every setting is generated");
    setting
}

#[test]
fn every_kind_of_command_is_generated() {
    let scenario = Scenario::of(4);
    for kind in 0..COMMAND_KINDS {
        let draws = [1; 14];
        assert_eq!(command_kind(&command_of_kind(kind, &mut Dice::new(&draws), &scenario)), kind);
    }
}
