//! The shape of a YAML text with the place of every value.
//!
//! In: a text. Out: [`Tree`], of as much as can be read, and where its aliases would stand for too much.
//! Must never recurse, nor copy what an alias stands for.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser};

/// All aliases of a text together may stand for so many values.
pub(super) const MOST_ALIASED: usize = 100_000;

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    pub start: usize,
    /// None if the text cannot be read to there.
    pub end: Option<usize>,
    pub kind: Kind,
    /// How many values it is, itself and aliases included.
    size: usize,
}

/// What a value is; children are numbers of nodes.
#[derive(Debug)]
pub(super) enum Kind {
    /// A scalar, or an alias.
    Single,
    Sequence(Vec<usize>),
    /// The place of each key and its value; of a key that stands twice, the first.
    Mapping(HashMap<String, (Range<usize>, usize)>),
}

/// A text as nodes.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: Option<usize>,
    /// The first alias with which all of them stand for more than [`MOST_ALIASED`] values.
    pub excess: Option<usize>,
}

/// A collection that is being read.
struct Open {
    node: usize,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, Range<usize>)>,
    /// Whether it is itself a key.
    is_key: bool,
}

/// Characters counted up to a byte; places only ever go forward, or a little back.
struct Bytes<'a> {
    text: &'a str,
    ascii: bool,
    characters: usize,
    bytes: usize,
}

impl Bytes<'_> {
    /// The byte at which a character stands.
    fn of(&mut self, character: usize) -> usize {
        if self.ascii {
            return character.min(self.text.len());
        }
        while self.characters > character {
            let Some(before) = self.text[..self.bytes].chars().next_back() else { break };
            self.bytes -= before.len_utf8();
            self.characters -= 1;
        }
        while self.characters < character {
            let Some(next) = self.text[self.bytes..].chars().next() else { break };
            self.bytes += next.len_utf8();
            self.characters += 1;
        }
        self.bytes
    }
}

impl Tree {
    /// Read a text up to its end, or its first fault.
    pub fn parse(text: &str) -> Self {
        let mut tree = Self { nodes: Vec::new(), root: None, excess: None };
        let mut bytes = Bytes { text, ascii: text.is_ascii(), characters: 0, bytes: 0 };
        let mut open: Vec<Open> = Vec::new();
        let mut anchored: HashMap<usize, usize> = HashMap::new();
        let mut aliased = 0usize;
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let (start, end) = (bytes.of(span.start.index()), bytes.of(span.end.index()));
            let (kind, anchor, size) = match &event {
                Event::Scalar(_, _, anchor, _) => (Kind::Single, *anchor, 1),
                Event::Alias(anchor) => {
                    // One that stands for what it is part of has no size.
                    let size = anchored.get(anchor).copied().unwrap_or(MOST_ALIASED + 1);
                    aliased = aliased.saturating_add(size);
                    if aliased > MOST_ALIASED {
                        tree.excess.get_or_insert(start);
                    }
                    (Kind::Single, 0, size)
                }
                Event::SequenceStart(anchor, _) => (Kind::Sequence(Vec::new()), *anchor, 1),
                Event::MappingStart(anchor, _) => (Kind::Mapping(HashMap::new()), *anchor, 1),
                Event::SequenceEnd | Event::MappingEnd => {
                    let Some(ended) = open.pop() else { break };
                    let node = &mut tree.nodes[ended.node];
                    node.end = Some(end.max(node.start));
                    let (start, size) = (node.start, node.size);
                    anchored.insert(ended.anchor, size);
                    if let Some(above) = open.last_mut() {
                        tree.nodes[above.node].size = tree.nodes[above.node].size.saturating_add(size);
                        above.key = ended.is_key.then(|| (String::new(), start..end.max(start)));
                    }
                    continue;
                }
                _ => continue,
            };
            let collection = !matches!(kind, Kind::Single);
            let number = tree.nodes.len();
            tree.nodes.push(Node { start, end: (!collection).then_some(end), kind, size });
            let mut is_key = false;
            match open.last_mut() {
                None => {
                    tree.root.get_or_insert(number);
                }
                Some(above) => {
                    let parent = above.node;
                    match (&mut tree.nodes[parent].kind, above.key.take()) {
                        (Kind::Sequence(items), _) => items.push(number),
                        (Kind::Mapping(keys), Some((key, place))) => {
                            keys.entry(key).or_insert((place, number));
                        }
                        (Kind::Mapping(_), None) if collection => is_key = true,
                        (Kind::Mapping(_), None) => {
                            let key = if let Event::Scalar(text, ..) = &event { text.to_string() } else { String::new() };
                            above.key = Some((key, start..end));
                        }
                        (Kind::Single, _) => {}
                    }
                    if !collection {
                        tree.nodes[parent].size = tree.nodes[parent].size.saturating_add(size);
                    }
                }
            }
            if collection {
                open.push(Open { node: number, anchor, key: None, is_key });
            } else if anchor > 0 {
                anchored.insert(anchor, size);
            }
        }
        tree
    }

    /// The value that the text is.
    pub fn root(&self) -> Option<&Node> {
        self.root.map(|number| self.node(number))
    }

    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }
}
