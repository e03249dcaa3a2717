//! Commands in the words of a preset's script.

use std::sync::Arc;

use crate::{
    action::{
        Act, AntiEntropy, Ask, ClientChange, Command, Context, Copies, Digest, HintHolder, HintRules, Level,
        Mend, Proviso, ReadsFrom, Setting, Style, Surgery, Switch, Wait,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Span},
    data::{Update, Value},
    net::{CutShape, Delay, LinkChange, Order, Scope},
    scenario::{
        Scenario,
        units::{write_duration, write_share, write_signed_duration},
    },
};

/// What commands speak of, as far as the session has come.
pub(super) struct Words<'a> {
    scenario: &'a Scenario,
    keys: Vec<Arc<str>>,
    /// How far each clock is ahead: a script moves clocks, a command sets them.
    skews: Vec<i64>,
}

impl<'a> Words<'a> {
    pub(super) fn of(scenario: &'a Scenario) -> Self {
        let skews = scenario.replicas.iter().map(|replica| replica.skew).collect();
        Self { scenario, keys: scenario.keys.clone(), skews }
    }

    /// `write: {…}` and the like; `None` where there are no words.
    pub(super) fn action(&mut self, command: &Command) -> Option<String> {
        Some(match command {
            Command::Submit(ask) => self.ask(ask)?,
            Command::NameKey(name) => {
                self.keys.push(Arc::clone(name));
                format!("new_key: {}", plain(name))
            }
            Command::Cut { name, shape } => self.cut(name.as_deref(), shape)?,
            Command::Heal(Mend::All) => "heal: all".into(),
            Command::Heal(Mend::One(id)) => format!("heal: \"#{}\"", id.0),
            Command::Heal(Mend::Named(name)) => format!("heal: {}", plain(name)),
            Command::Crash(node) => format!("crash: {}", self.node(*node)?),
            Command::Restart(node) => format!("restart: {}", self.node(*node)?),
            Command::Destroy(node) => format!("destroy: {}", self.node(*node)?),
            Command::Freeze(node) => format!("freeze: {}", self.node(*node)?),
            Command::Thaw(node) => format!("thaw: {}", self.node(*node)?),
            Command::Promote(node) => format!("promote: {}", self.node(*node)?),
            Command::Repair(None) => "repair: all".into(),
            Command::Repair(Some(node)) => format!("repair: {}", self.node(*node)?),
            Command::Skew { node, offset } => {
                let ahead = self.skews.get_mut(node.index())?;
                let by = offset.checked_sub(*ahead)?;
                *ahead = *offset;
                let by = write_signed_duration(by);
                format!("skew: {{replica: {}, by: {}}}", self.node(*node)?, plain(&by))
            }
            Command::SetLink { scope, change } => self.link(*scope, change)?,
            Command::Set(setting) => format!("set: {{{}}}", self.setting(setting)),
            Command::SetClient { client, change } => self.client_change(*client, change)?,
            Command::Workload(Switch::Start) => "workload: start".into(),
            Command::Workload(Switch::Stop) => "workload: stop".into(),
            Command::Message { id, surgery } => {
                let surgery = match surgery {
                    Surgery::Deliver => "deliver".into(),
                    Surgery::Drop => "drop".into(),
                    Surgery::Duplicate => "duplicate".into(),
                    Surgery::Hold => "hold".into(),
                    Surgery::Delay(by) => format!("delay, by: {}", span(*by)),
                };
                format!("message: {{number: {}, do: {surgery}}}", id.0)
            }
        })
    }

    fn node(&self, node: NodeId) -> Option<String> {
        self.scenario.replicas.get(node.index()).map(|replica| plain(&replica.name))
    }

    fn client(&self, client: ClientId) -> Option<String> {
        self.scenario.clients.get(usize::from(client.0)).map(|client| plain(&client.name))
    }

    fn key(&self, key: KeyId) -> Option<String> {
        self.keys.get(key.index()).map(|key| plain(key))
    }

    fn ask(&self, ask: &Ask) -> Option<String> {
        let mut of = vec![format!("by: {}", self.client(ask.client)?)];
        if let Some(node) = ask.at {
            of.push(format!("at: {}", self.node(node)?));
        }
        of.push(format!("key: {}", self.key(ask.key)?));
        let verb = match &ask.act {
            Act::Read => "read",
            Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None } => "delete",
            Act::Write { value, context, stamp } => {
                of.push(format!("value: {}", literal(value)?));
                of.extend(match context {
                    Context::Last => None,
                    Context::None => Some("context: none".to_owned()),
                    Context::Provided(Proviso::Absent) => Some("if_absent: true".to_owned()),
                    Context::Provided(Proviso::LastRead) => Some("if_version: last".to_owned()),
                });
                of.extend(stamp.map(|stamp| format!("stamp: {}", plain(&write_signed_duration(stamp.time)))));
                "write"
            }
            Act::Update(update) => match update {
                Update::Increment(amount) | Update::Decrement(amount) => {
                    of.push(format!("amount: {amount}"));
                    if matches!(update, Update::Increment(_)) { "increment" } else { "decrement" }
                }
                Update::Add(value) => {
                    of.push(format!("value: {}", literal(value)?));
                    "add"
                }
                Update::Remove(value) => {
                    of.push(format!("value: {}", literal(value)?));
                    "remove"
                }
            },
        };
        of.extend(ask.level.map(|asked| format!("level: {}", level(asked))));
        if let Some(Wait { replicas, timeout }) = ask.wait {
            of.push(format!("wait: {{replicas: {replicas}, timeout: {}}}", span(timeout)));
        }
        Some(format!("{verb}: {{{}}}", of.join(", ")))
    }

    fn cut(&self, name: Option<&str>, shape: &CutShape) -> Option<String> {
        let ends = match shape {
            CutShape::Groups(_) if name.is_some() => return None,
            CutShape::Groups(groups) => {
                let side = |side: &Vec<NodeId>| -> Option<String> {
                    let names: Option<Vec<String>> = side.iter().map(|node| self.node(*node)).collect();
                    Some(format!("[{}]", names?.join(", ")))
                };
                let sides: Option<Vec<String>> = groups.iter().map(side).collect();
                return Some(format!("partition: [{}]", sides?.join(", ")));
            }
            CutShape::Isolate(node) if name.map(plain) == self.node(*node) => {
                return Some(format!("isolate: {}", self.node(*node)?));
            }
            CutShape::Isolate(node) => format!("around: {}", self.node(*node)?),
            CutShape::Link(a, b) => format!("between: [{}, {}]", self.node(*a)?, self.node(*b)?),
            CutShape::OneWay { from, to } => format!("from: {}, to: {}", self.node(*from)?, self.node(*to)?),
        };
        let name = name.map_or_else(String::new, |name| format!(", name: {}", plain(name)));
        Some(format!("cut: {{{ends}{name}}}"))
    }

    fn link(&self, scope: Scope, change: &LinkChange) -> Option<String> {
        let link = match scope {
            Scope::All => String::new(),
            Scope::Between(a, b) => format!("link: {{between: [{}, {}]}}, ", self.node(a)?, self.node(b)?),
            Scope::OneWay { from, to } => {
                format!("link: {{from: {}, to: {}}}, ", self.node(from)?, self.node(to)?)
            }
        };
        let change = match change {
            LinkChange::Delay(of) => format!("latency: {}", delay(of)),
            LinkChange::Loss(share) => format!("loss: {}", write_share(share.parts())),
            LinkChange::Duplicate(share) => format!("duplicate: {}", write_share(share.parts())),
            LinkChange::Order(Order::MayOvertake) => "reorder: true".into(),
            LinkChange::Order(Order::Fifo) => "reorder: false".into(),
        };
        Some(format!("set: {{{link}{change}}}"))
    }

    fn setting(&self, setting: &Setting) -> String {
        match setting {
            Setting::LatencyPercent(percent) => format!("latency_percent: {percent}"),
            Setting::Copies(Copies::InAll(copies)) => format!("n: {copies}"),
            Setting::Copies(Copies::PerZone(copies)) => {
                let mut zones: Vec<&Arc<str>> =
                    self.scenario.replicas.iter().filter_map(|replica| replica.zone.as_ref()).collect();
                zones.sort_unstable();
                zones.dedup();
                let each: Vec<String> =
                    zones.iter().zip(copies).map(|(zone, n)| format!("{}: {n}", plain(zone))).collect();
                format!("n: {{{}}}", each.join(", "))
            }
            Setting::WriteLevel(asked) => format!("write: {}", level(*asked)),
            Setting::ReadLevel(asked) => format!("read: {}", level(*asked)),
            Setting::AntiEntropy(None) => "anti_entropy: \"off\"".into(),
            Setting::AntiEntropy(Some(AntiEntropy { every, style, fan_out, digest })) => {
                let style = match style {
                    Style::Push => "push",
                    Style::Pull => "pull",
                    Style::PushPull => "push_pull",
                };
                let digest = match digest {
                    Digest::Full => "full",
                    Digest::Vector => "vector",
                    Digest::Merkle => "merkle",
                };
                let every = span(*every);
                format!(
                    "anti_entropy: {{every: {every}, style: {style}, fan_out: {fan_out}, digest: {digest}}}"
                )
            }
            Setting::Timeout(timeout) => format!("timeout: {}", span(*timeout)),
            Setting::MinReplicas(count) => format!("min_replicas: {count}"),
            Setting::MaxLag(lag) => format!("max_lag: {}", span(*lag)),
            Setting::ReadsFrom(ReadsFrom::Primary) => "reads_from: primary".into(),
            Setting::ReadsFrom(ReadsFrom::Any) => "reads_from: any".into(),
            Setting::Hints(None) => "hints: \"off\"".into(),
            Setting::Hints(Some(HintRules { window, holder, replay_every })) => {
                let holder = match holder {
                    HintHolder::Coordinator => "coordinator",
                    HintHolder::Next => "next",
                };
                let (window, every) = (span(*window), span(*replay_every));
                format!("hints: {{window: {window}, holder: {holder}, replay_every: {every}}}")
            }
            Setting::ReadRepair(repair) => format!("read_repair: \"{}\"", repair.name()),
        }
    }

    fn client_change(&self, client: ClientId, change: &ClientChange) -> Option<String> {
        let mut of = vec![format!("client: {}", self.client(client)?)];
        let ClientChange { at, guarantees, by, when_unable, route } = change;
        if let Some(node) = at {
            of.push(format!("at: {}", self.node(*node)?));
        }
        if let Some(guarantees) = guarantees {
            let names: Vec<&str> = guarantees.iter().map(|guarantee| guarantee.name()).collect();
            of.push(format!("guarantees: [{}]", names.join(", ")));
        }
        of.extend(by.map(|by| format!("by: {}", by.name())));
        of.extend(when_unable.map(|when| format!("when_unable: {}", when.name())));
        of.extend(route.map(|route| format!("route: {}", route.name())));
        Some(format!("set: {{{}}}", of.join(", ")))
    }
}

fn delay(of: &Delay) -> String {
    match of {
        Delay::Fixed(fixed) => span(*fixed),
        Delay::Uniform { min, max } => format!("{{uniform: {{min: {}, max: {}}}}}", span(*min), span(*max)),
        Delay::Exponential { mean } => format!("{{exponential: {{mean: {}}}}}", span(*mean)),
        Delay::Normal { mean, deviation } => {
            format!("{{normal: {{mean: {}, deviation: {}}}}}", span(*mean), span(*deviation))
        }
        Delay::Lognormal { median, sigma } => {
            format!("{{lognormal: {{median: {}, sigma: {sigma:?}}}}}", span(*median))
        }
        Delay::Pareto { scale, shape } => {
            format!("{{pareto: {{scale: {}, shape: {shape:?}}}}}", span(*scale))
        }
        Delay::Mixture(parts) => {
            let part = |(weight, of): &(Ppm, Delay)| {
                format!("{{weight: {}, of: {}}}", write_share(weight.parts()), delay(of))
            };
            format!("{{mixture: [{}]}}", parts.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        Delay::Empirical(samples) => {
            let samples: Vec<String> = samples.iter().map(|sample| span(*sample)).collect();
            format!("{{empirical: {{samples: [{}]}}}}", samples.join(", "))
        }
        Delay::Quantiles(points) => {
            let point =
                |(at, is): &(Ppm, Span)| format!("{{at: {}, is: {}}}", write_share(at.parts()), span(*is));
            let points: Vec<String> = points.iter().map(point).collect();
            format!("{{empirical: {{quantiles: [{}]}}}}", points.join(", "))
        }
    }
}

fn span(of: Span) -> String {
    write_duration(of.0)
}

fn level(of: Level) -> String {
    of.to_string().to_lowercase()
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(quoted(text)),
        Value::Set(_) | Value::Update(_) | Value::Tombstone => None,
    }
}

/// A name as it may stand in YAML: in quotes unless nobody could take it for anything else.
pub(super) fn plain(name: &str) -> String {
    const WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"];
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !WORDS.contains(&name.to_ascii_lowercase().as_str());
    if letters && is_word { name.to_owned() } else { quoted(name) }
}

/// In quotes as JSON has them, which YAML reads.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
