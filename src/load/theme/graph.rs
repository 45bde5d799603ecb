//! Whose output is collected in memory before it is written.
//!
//! In: files, blocks and components, and which of them another one includes, holds or calls. Out: which of them may
//! write into a text that a template keeps (`{% set x %}`, `{% filter f %}`, `super()`, a component within an expression)
//! rather than into the file that is made, whose length is counted anyway. Must never miss one: what is collected and not
//! counted may grow without end.

use std::collections::BTreeMap;

/// What can write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A template, when it is included.
    File(String),
    /// A block, by its name in all templates.
    Block(String),
    /// A component.
    Component(String),
}

/// All templates of a theme.
#[derive(Debug, Default)]
pub struct Graph {
    numbers: BTreeMap<Node, usize>,
    nodes: Vec<Node>,
    /// From whom, to whom, and whether what is written there is collected.
    calls: Vec<(usize, usize, bool)>,
    collected: Vec<bool>,
}

impl Graph {
    /// The number of a node.
    pub fn node(&mut self, node: Node) -> usize {
        *self.numbers.entry(node).or_insert_with_key(|node| {
            self.nodes.push(node.clone());
            self.nodes.len() - 1
        })
    }

    /// The node of a number.
    pub fn name(&self, node: usize) -> Node {
        self.nodes[node].clone()
    }

    /// Note that one calls another; the number of the call.
    pub fn call(&mut self, from: usize, to: Node, collected: bool) -> usize {
        let to = self.node(to);
        self.calls.push((from, to, collected));
        self.calls.len() - 1
    }

    /// Who is called.
    pub fn target(&self, call: usize) -> usize {
        self.calls[call].1
    }

    /// That call writes where its caller writes: what it writes is collected only if `within` says so.
    pub fn direct(&mut self, call: usize, within: bool) {
        self.calls[call].2 = within;
    }

    /// Find out what is collected, when all calls are known.
    pub fn settle(&mut self) {
        let mut reached = vec![Vec::new(); self.numbers.len()];
        let mut waiting = Vec::new();
        for (from, to, collected) in &self.calls {
            reached[*from].push(*to);
            if *collected {
                waiting.push(*to);
            }
        }
        self.collected = vec![false; self.numbers.len()];
        while let Some(node) = waiting.pop() {
            if !std::mem::replace(&mut self.collected[node], true) {
                waiting.append(&mut reached[node]);
            }
        }
    }

    /// Whether the output of a node is collected.
    pub fn is_collected(&self, node: usize) -> bool {
        self.collected.get(node).copied().unwrap_or(true)
    }
}
