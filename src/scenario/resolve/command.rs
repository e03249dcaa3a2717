//! The steps of a script that are commands: operations, cuts, crashes, clocks.

use std::collections::BTreeMap;

use crate::action::{Act, Ask, Command, Context, Proviso, Surgery};
use crate::base::{KeyId, MessageId, NodeId, Span};
use crate::data::{Stamp, Value};
use crate::net::CutShape;
use crate::scenario::file::{self, Delete, Level, Read, Step, Write};
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::quoted;

use super::Resolver;
use super::data::Verb;
use super::quantity::Use;
use super::script::Course;

/// The parts of an operation that reads, writes and deletes share.
pub(super) struct Operation<'a> {
    pub(super) by: Option<&'a str>,
    pub(super) at: Option<&'a str>,
    pub(super) key: &'a str,
    pub(super) level: Option<Level>,
    pub(super) used: Use,
}

impl Resolver<'_> {
    pub(super) fn command(&mut self, step: &Step, course: &mut Course, at: &Trail<'_>) -> Option<Command> {
        if let Some(write) = &step.write {
            Some(self.write(write, &at.key("write")))
        } else if let Some(delete) = &step.delete {
            Some(self.delete(delete, &at.key("delete")))
        } else if let Some(change) = &step.increment {
            Some(self.counted(change, Verb::Increment, &at.key("increment")))
        } else if let Some(change) = &step.decrement {
            Some(self.counted(change, Verb::Decrement, &at.key("decrement")))
        } else if let Some(element) = &step.add {
            Some(self.changed(element, Verb::Add, &at.key("add")))
        } else if let Some(element) = &step.remove {
            Some(self.changed(element, Verb::Remove, &at.key("remove")))
        } else if let Some(name) = &step.new_key {
            Some(Command::NameKey(name.as_str().into()))
        } else if let Some(groups) = &step.partition {
            let shape = self.partition(groups, &at.key("partition"));
            Some(Command::Cut { name: None, shape })
        } else if let Some(name) = &step.isolate {
            let shape = CutShape::Isolate(self.node(name, &at.key("isolate")));
            Some(Command::Cut { name: Some(name.as_str().into()), shape })
        } else if let Some(cut) = &step.cut {
            Some(self.cut(cut, &at.key("cut")))
        } else if let Some(name) = &step.heal {
            Some(self.healed(name, &at.key("heal")))
        } else if let Some(name) = &step.crash {
            Some(Command::Crash(self.node(name, &at.key("crash"))))
        } else if let Some(name) = &step.restart {
            Some(Command::Restart(self.node(name, &at.key("restart"))))
        } else if let Some(name) = &step.destroy {
            Some(Command::Destroy(self.node(name, &at.key("destroy"))))
        } else if let Some(name) = &step.repair {
            let one = (name != "all").then(|| self.node(name, &at.key("repair")));
            Some(Command::Repair(one))
        } else if let Some(name) = &step.freeze {
            Some(Command::Freeze(self.node(name, &at.key("freeze"))))
        } else if let Some(name) = &step.thaw {
            Some(Command::Thaw(self.node(name, &at.key("thaw"))))
        } else if let Some(skew) = &step.skew {
            Some(self.skewed(skew, course, &at.key("skew")))
        } else if let Some(message) = &step.message {
            Some(self.message(message, &at.key("message")))
        } else if let Some(name) = &step.promote {
            Some(self.promoted(name, &at.key("promote")))
        } else {
            step.workload.map(|switch| self.switched(switch, course, &at.key("workload")))
        }
    }

    fn write(&mut self, write: &Write, at: &Trail<'_>) -> Command {
        self.must_be_register(&write.key, "written", at);
        let value = self.value(&write.value, &at.key("value"));
        let context = match (write.context, write.if_absent, write.if_version) {
            (_, Some(true), _) => self.proviso(Proviso::Absent, &at.key("if_absent")),
            (_, _, Some(file::IfVersion::Last)) => self.proviso(Proviso::LastRead, &at.key("if_version")),
            (None | Some(file::Context::Last), ..) => Context::Last,
            (Some(file::Context::None), ..) => Context::None,
        };
        let stamp = write.stamp.as_ref().map(|stamp| Stamp::at(self.offset(stamp, &at.key("stamp"))));
        let Write { by, at: replica, key, level, .. } = write;
        let operation =
            Operation { by: by.as_deref(), at: replica.as_deref(), key, level: *level, used: Use::Write };
        let mut command = self.submit(&operation, Act::Write { value, context, stamp }, at);
        if let (Command::Submit(ask), Some(wait)) = (&mut command, &write.wait) {
            ask.wait = Some(self.wait(wait, &at.key("wait")));
        }
        command
    }

    /// A conditional write needs somebody who judges the condition.
    fn proviso(&mut self, proviso: Proviso, at: &Trail<'_>) -> Context {
        if self.writers == super::Writers::Any {
            let message = "a conditional write needs a primary that judges it";
            let help = "replicate by `primary` or `multi_region`: lightweight transactions are not modelled";
            self.wrong(at, message, help);
        }
        Context::Provided(proviso)
    }

    pub(super) fn read(&mut self, read: &Read, at: &Trail<'_>) -> Command {
        let Read { by, at: replica, key, level } = read;
        let (by, replica) = (by.as_deref(), replica.as_deref());
        let operation = Operation { by, at: replica, key, level: *level, used: Use::Read };
        self.submit(&operation, Act::Read, at)
    }

    fn delete(&mut self, delete: &Delete, at: &Trail<'_>) -> Command {
        self.must_be_register(&delete.key, "deleted", at);
        let Delete { by, at: replica, key, level } = delete;
        let (by, replica) = (by.as_deref(), replica.as_deref());
        let operation = Operation { by, at: replica, key, level: *level, used: Use::Write };
        let act = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
        self.submit(&operation, act, at)
    }

    pub(super) fn submit(&mut self, operation: &Operation<'_>, act: Act, at: &Trail<'_>) -> Command {
        let Operation { by, at: replica, key, level, used } = *operation;
        Command::Submit(Ask {
            client: self.client(by, at),
            at: replica.map(|name| self.node(name, &at.key("at"))),
            key: self.keys.find(key).map_or(KeyId(0), super::key_id),
            act,
            level: level.map(|level| self.level(level, used, &at.key("level"))),
            wait: None,
        })
    }

    fn partition(&mut self, groups: &[Vec<String>], at: &Trail<'_>) -> CutShape {
        let mut sides: Vec<Vec<NodeId>> = Vec::new();
        let mut seen: BTreeMap<NodeId, Path> = BTreeMap::new();
        let mut strangers = 0;
        for (index, names) in groups.iter().enumerate() {
            let at = at.index(index);
            if names.is_empty() {
                self.wrong(&at, "this group is empty", "name its replicas or zones, or remove it");
            }
            let mut side = Vec::new();
            for (index, name) in names.iter().enumerate() {
                let at = at.index(index);
                let Some(nodes) = self.end(name, &at) else {
                    strangers += 1;
                    continue;
                };
                if let Some((node, first)) = nodes.iter().find_map(|node| Some((*node, seen.get(node)?))) {
                    let other = self.report.locations().value(first);
                    let replica = quoted(&self.replicas.list()[node.index()]);
                    let message = format!("{replica} is in a group already");
                    let problem = self.report.value(&at.path(), message);
                    problem.other = Some((other, "here".to_owned()));
                    problem.help = Some("a replica can only be on one side of a partition".to_owned());
                    continue;
                }
                seen.extend(nodes.iter().map(|node| (*node, at.path())));
                side.extend(nodes);
            }
            sides.push(side);
        }
        let everybody = seen.len() == self.replicas.list().len();
        if strangers == 0
            && sides.iter().filter(|side| !side.is_empty()).count() + usize::from(!everybody) < 2
        {
            let help = "name two groups, or one that leaves some replicas out";
            self.wrong(at, "this partition separates nobody", help);
        }
        CutShape::Groups(sides)
    }

    fn message(&mut self, message: &file::Message, at: &Trail<'_>) -> Command {
        let number = u32::try_from(message.number).unwrap_or_else(|_| {
            self.wrong(&at.key("number"), "no run sends so many messages", "look its number up in a trace");
            0
        });
        let by = message.by.as_ref().map(|by| self.some_time(by, "a delay", &at.key("by")));
        if by.is_some() && message.operate != file::Operate::Delay {
            self.wrong(&at.key("by"), "only a delay takes a time", "write `do: delay`, or leave it out");
        }
        let surgery = match message.operate {
            file::Operate::Deliver => Surgery::Deliver,
            file::Operate::Drop => Surgery::Drop,
            file::Operate::Duplicate => Surgery::Duplicate,
            file::Operate::Hold => Surgery::Hold,
            file::Operate::Delay => Surgery::Delay(by.unwrap_or(Span::secs(1))),
        };
        Command::Message { id: MessageId(number), surgery }
    }

    fn cut(&mut self, cut: &file::Cut, at: &Trail<'_>) -> Command {
        if let Some(name) = &cut.name {
            let named_at = at.key("name");
            self.name("cut", name, &named_at);
            if name == "all" {
                self.wrong(
                    &named_at,
                    "a cut cannot be called `all`",
                    "`heal: all` means every cut: use another name",
                );
            }
        }
        if let Some(name) = &cut.around {
            let shape = CutShape::Isolate(self.node(name, &at.key("around")));
            return Command::Cut { name: cut.name.as_deref().map(Into::into), shape };
        }
        let between = at.key("between");
        let (one, other, places) = match (&cut.between, &cut.from, &cut.to) {
            (Some([one, other]), ..) => (one.as_str(), other.as_str(), [between.index(0), between.index(1)]),
            (None, from, to) => (
                from.as_deref().unwrap_or_default(),
                to.as_deref().unwrap_or_default(),
                [at.key("from"), at.key("to")],
            ),
        };
        let (from, to) = (self.node(one, &places[0]), self.node(other, &places[1]));
        if one == other {
            let message = format!("a link from {} to itself", quoted(one));
            self.wrong(&places[1], message, "a link needs two different ends");
        }
        let shape =
            if cut.between.is_some() { CutShape::Link(from, to) } else { CutShape::OneWay { from, to } };
        Command::Cut { name: cut.name.as_deref().map(Into::into), shape }
    }
}
