//! Builds the index from the parser's events, without recursion.

use std::collections::BTreeMap;
use std::collections::btree_map;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::super::path::Path;
use super::super::problem::{MOST_PROBLEMS, Problem, Problems, Source, quoted};
use super::scalar::resolve;
use super::{Child, Content, Entry, Locations, MOST_NESTING, MOST_VALUES, Node, Range};

/// A list or map that has begun and not ended.
struct Open {
    content: Content,
    start: usize,
    /// Where the last thing in it ended: where it ends itself, if nothing closes it.
    end: usize,
    anchor: usize,
    values: usize,
    /// The key whose value comes next; `None` if a key comes next, or always in a list.
    key: Option<(String, Range)>,
}

/// What ends the reading.
type Refused = Box<Problem>;

struct Builder {
    source: Source,
    /// Byte offset of each character, if some character is longer than a byte.
    offsets: Option<Vec<usize>>,
    nodes: Vec<Node>,
    /// What each anchor stands for; `None` until it has ended.
    anchors: BTreeMap<usize, usize>,
    open: Vec<Open>,
    root: Option<Child>,
    /// Keys set twice: the reading goes on, so that all of them are told.
    repeated: Vec<Problem>,
}

pub(super) fn build(source: Source) -> Result<Locations, Problems> {
    let text = source.text.clone();
    let offsets = (!text.is_ascii())
        .then(|| text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect::<Vec<_>>());
    let mut builder = Builder {
        source,
        offsets,
        nodes: Vec::new(),
        anchors: BTreeMap::new(),
        open: Vec::new(),
        root: None,
        repeated: Vec::new(),
    };
    match builder.run(&text) {
        Err(problem) => builder.repeated.push(*problem),
        Ok(()) if builder.root.is_none() => builder.repeated.push(*builder.empty()),
        Ok(()) => {}
    }
    let Builder { source, nodes, root, repeated, .. } = builder;
    match (Problems::new(source.clone(), repeated), root) {
        (None, Some(root)) => {
            let after = |(newline, _)| newline + 1;
            let lines = [0].into_iter().chain(source.text.match_indices('\n').map(after)).collect();
            Ok(Locations { source, nodes, root, lines, implied: None })
        }
        (Some(problems), _) => Err(problems),
        (None, None) => unreachable!("a document without a root has been reported as empty"),
    }
}

impl Builder {
    fn run(&mut self, text: &str) -> Result<(), Refused> {
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let offset = self.offset(error.marker().index());
                let message = match error.info() {
                    // The scanner looks ahead and meets a limit of its own before the nesting is counted here.
                    "recursion limit exceeded" => too_deep(),
                    info => format!("this is not YAML: {info}"),
                };
                self.refuse((offset, offset + 1), message)
            })?;
            if matches!(event, Event::DocumentStart(_)) {
                documents += 1;
                if documents > 1 {
                    return Err(helped(
                        self.refuse(self.range(span), "a second document begins here"),
                        "one document is wanted: remove this line, or put the rest into a file of its own",
                    ));
                }
            }
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Refused> {
        let range = self.range(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.no_tag(tag.as_deref(), range)?;
                self.scalar(&text, style, anchor, range)
            }
            Event::SequenceStart(anchor, tag) => {
                self.no_tag(tag.as_deref(), range)?;
                self.begin(Content::List(Vec::new()), anchor, range)
            }
            Event::MappingStart(anchor, tag) => {
                self.no_tag(tag.as_deref(), range)?;
                self.begin(Content::Map(BTreeMap::new()), anchor, range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range),
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, range: Range) -> Result<(), Refused> {
        let Some(map) = self.open.last_mut().filter(|open| open.expects_key()) else {
            if self.open.is_empty() && text.is_empty() && style == ScalarStyle::Plain {
                return Err(self.empty());
            }
            return self.finish(Content::Scalar(resolve(text, style)), 1, anchor, range);
        };
        map.key = Some((text.to_owned(), range));
        map.end = range.1;
        if self.source.text[range.0..range.1].contains('\n') {
            // The two versions of YAML read this differently.
            return Err(self.refuse(range, "a key must stand on one line with its `:`"));
        }
        if style != ScalarStyle::Plain {
            return Ok(());
        }
        match text {
            "<<" => Err(helped(
                self.refuse(range, "merge keys (`<<`) are not used here"),
                "write the settings out, or share a whole value with `&name` and `*name`",
            )),
            "" => Err(self.refuse(range, "a key is missing before this `:`")),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, content: Content, anchor: usize, (start, end): Range) -> Result<(), Refused> {
        if self.open.last().is_some_and(Open::expects_key) {
            return Err(self.refuse((start, end), "a key must be plain text, not a list or a map"));
        }
        if self.open.len() == MOST_NESTING {
            return Err(self.refuse((start, end), too_deep()));
        }
        self.open.push(Open { content, start, end, anchor, values: 1, key: None });
        Ok(())
    }

    fn end(&mut self, (_, end): Range) -> Result<(), Refused> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        // Nothing closes a block: the parser ends it where the next thing begins.
        let closed = self.source.text[..end].ends_with([']', '}']) && end > open.end;
        let range = (open.start, if closed { end } else { open.end });
        self.finish(open.content, open.values, open.anchor, range)
    }

    fn finish(
        &mut self,
        content: Content,
        values: usize,
        anchor: usize,
        range: Range,
    ) -> Result<(), Refused> {
        let node = self.nodes.len();
        self.nodes.push(Node { content, values });
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        self.place(Child { node, range })
    }

    fn alias(&mut self, anchor: usize, range: Range) -> Result<(), Refused> {
        if self.open.last().is_some_and(Open::expects_key) {
            return Err(self.refuse(range, "a key must be plain text, not an alias"));
        }
        match self.anchors.get(&anchor) {
            Some(node) => self.place(Child { node: *node, range }),
            None => Err(self.refuse(range, "this alias stands for a value that it is part of")),
        }
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, child: Child) -> Result<(), Refused> {
        let values = self.nodes[child.node].values;
        let Some(open) = self.open.last_mut() else {
            self.root = Some(child);
            return Ok(());
        };
        open.values = open.values.saturating_add(values);
        open.end = open.end.max(child.range.1);
        let too_many = open.values > MOST_VALUES;
        match &mut open.content {
            Content::Scalar(_) => {}
            Content::List(items) => items.push(child),
            Content::Map(entries) => {
                let Some((key, range)) = open.key.take() else { return Ok(()) };
                let between = self.source.text.get(range.1..child.range.0).unwrap_or_default();
                if between.split(':').next().is_some_and(|before| before.contains('\n'))
                    && between.contains(':')
                {
                    return Err(self.refuse(range, "a key must stand on one line with its `:`"));
                }
                match entries.entry(key) {
                    btree_map::Entry::Vacant(entry) => {
                        entry.insert(Entry { key: range, value: child });
                    }
                    btree_map::Entry::Occupied(entry) => {
                        let first = entry.get().key;
                        let message = format!("{} is set twice", quoted(entry.key()));
                        let [first, second] =
                            [first, range].map(|(start, end)| self.source.place(start, end));
                        self.repeated.push(
                            Problem::new(Path::root(), message).at(second).other(first, "first set here"),
                        );
                    }
                }
            }
        }
        if self.repeated.len() >= MOST_PROBLEMS {
            return Err(self.refuse(child.range, "too many keys are set twice to read on"));
        }
        if too_many {
            let message = format!("this file unfolds into more than {MOST_VALUES} values");
            return Err(helped(self.refuse(child.range, message), "use fewer aliases, or fewer values"));
        }
        Ok(())
    }

    fn no_tag(&self, tag: Option<&Tag>, range: Range) -> Result<(), Refused> {
        match tag {
            None => Ok(()),
            Some(tag) => {
                let handle = if tag.is_yaml_core_schema() { "!!" } else { tag.handle.as_str() };
                let shown = quoted(&format!("{handle}{}", tag.suffix));
                let message = format!("tags such as {shown} are not used here");
                Err(helped(self.refuse(range, message), "remove the tag and write the value alone"))
            }
        }
    }

    fn empty(&self) -> Refused {
        let message = format!("`{}` is empty", self.source.name);
        let help = "a preset needs at least a title, such as `title: Split brain`";
        Box::new(Problem::new(Path::root(), message).help(help))
    }

    fn refuse(&self, (start, end): Range, message: impl Into<String>) -> Refused {
        Box::new(Problem::new(Path::root(), message).at(self.source.place(start, end)))
    }

    /// Bytes of a span, which the parser counts in characters.
    fn range(&self, span: Span) -> Range {
        let start = self.offset(span.start.index());
        (start, self.offset(span.end.index()).max(start))
    }

    fn offset(&self, characters: usize) -> usize {
        match &self.offsets {
            None => characters.min(self.source.text.len()),
            Some(offsets) => offsets.get(characters).copied().unwrap_or(self.source.text.len()),
        }
    }
}

fn helped(mut problem: Refused, help: &str) -> Refused {
    problem.help = Some(help.to_owned());
    problem
}

fn too_deep() -> String {
    format!("lists and maps are nested more than {MOST_NESTING} deep here")
}

impl Open {
    const fn expects_key(&self) -> bool {
        matches!(self.content, Content::Map(_)) && self.key.is_none()
    }
}
