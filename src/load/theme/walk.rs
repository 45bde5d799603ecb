//! A template, tag by tag: what has to be added so that it cannot go on for ever.
//!
//! In: its tokens. Out: the pieces to add, what it includes and extends, and its part of the graph of calls. Loops count
//! what they go over, includes and components count their calls, each by the length of what they repeat.
//! Must never let a tag through that it does not know.

use std::ops::Range;

use super::graph::{Graph, Node};
use super::pieces::{Collected, Piece, SOURCE_OF_A_STEP, STEPS_OF_A_CALL, What};
use super::tokens::{Kind, Odd, Token};

/// What is known of a template.
#[derive(Debug, Default)]
pub struct Seen {
    /// What is added.
    pub pieces: Vec<Piece>,
    /// The templates that it includes, each with its place.
    pub includes: Vec<(String, Range<usize>)>,
    /// The template that it extends.
    pub extends: Option<(String, Range<usize>)>,
}

/// A tag that waits for its end.
enum Open {
    If,
    /// A loop: its piece, where its body starts, and how much text stands before it.
    Loop {
        piece: usize,
        body: usize,
        content: usize,
    },
    /// `set`, `filter`, or a component with a body.
    Collecting,
    /// A block or a component: who wrote around it, and as above.
    Part {
        around: usize,
        piece: usize,
        body: usize,
        content: usize,
    },
}

pub(super) struct Walk<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    next: usize,
    pub(super) seen: Seen,
    pub(super) graph: &'a mut Graph,
    /// Whose output this is.
    pub(super) node: usize,
    /// How many tags that collect output are open.
    collecting: usize,
    open: Vec<Open>,
    /// Bytes outside of tags, so far.
    content: usize,
    /// Bytes of the author's that were repeated in pieces, so far.
    pub(super) repeated: usize,
    /// Expressions in one another.
    pub(super) depth: usize,
}

/// Walk through a template. `length` tells the length of another one.
pub fn walk(name: &str, text: &str, tokens: &[Token], graph: &mut Graph, length: &dyn Fn(&str) -> usize) -> Result<Seen, Odd> {
    let node = graph.node(Node::File(name.to_owned()));
    let mut walk = Walk {
        text,
        tokens,
        next: 0,
        seen: Seen::default(),
        graph,
        node,
        collecting: 0,
        open: Vec::new(),
        content: 0,
        repeated: 0,
        depth: 0,
    };
    while let Some(token) = walk.tokens.get(walk.next) {
        match token.kind {
            Kind::Content => {
                walk.content += token.range.len();
                walk.next += 1;
            }
            Kind::Open { tag: false, .. } => walk.output()?,
            Kind::Open { tag: true, trims } => walk.tag(trims, length)?,
            _ => return Err(walk.odd()),
        }
    }
    if walk.open.is_empty() { Ok(walk.seen) } else { Err(Odd { at: text.len() }) }
}

impl<'a> Walk<'a> {
    /// The next token, as it is written.
    pub(super) fn peek(&self) -> &'a str {
        self.tokens.get(self.next).map_or("", |token| &self.text[token.range.clone()])
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.next).map(|token| token.kind)
    }

    /// Where the next token starts.
    pub(super) fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |token| token.range.start)
    }

    /// Where the last token ended.
    pub(super) fn end(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.range.end)
    }

    pub(super) fn odd(&self) -> Odd {
        Odd { at: self.at() }
    }

    pub(super) fn skip(&mut self) {
        self.next += 1;
    }

    /// Take a sign or a keyword, if it is the next.
    pub(super) fn take(&mut self, what: &str) -> bool {
        let is = self.peek() == what;
        self.next += usize::from(is);
        is
    }

    pub(super) fn expect(&mut self, what: &str) -> Result<(), Odd> {
        if self.take(what) { Ok(()) } else { Err(self.odd()) }
    }

    pub(super) fn name(&mut self) -> Result<&'a str, Odd> {
        if self.kind() != Some(Kind::Name) {
            return Err(self.odd());
        }
        let name = self.peek();
        self.skip();
        Ok(name)
    }

    /// The end of a tag, and whether it trims.
    fn close(&mut self) -> Result<bool, Odd> {
        let Some(Kind::Close { trims }) = self.kind() else { return Err(self.odd()) };
        self.skip();
        Ok(trims)
    }

    pub(super) fn collected(&self) -> Collected {
        Collected { node: self.node, within: self.collecting > 0 }
    }

    pub(super) fn piece(&mut self, at: usize, text: &str, about: Range<usize>) {
        self.seen.pieces.push(Piece { at, what: What::Plain(text.to_owned()), about, only: None });
    }

    /// A piece for what starts at `at`, before every piece from `mark` on.
    pub(super) fn before(&mut self, mark: usize, at: usize, text: &str) {
        self.seen.pieces.insert(mark, Piece { at, what: What::Plain(text.to_owned()), about: at..at, only: None });
    }

    /// `{{ … }}`: counted only where it is collected. A component writes by itself.
    fn output(&mut self) -> Result<(), Odd> {
        self.skip();
        let (mark, start) = (self.seen.pieces.len(), self.at());
        let shown = self.expression(true)?;
        let (end, collected) = (self.end(), self.collected());
        self.close()?;
        match shown.component {
            Some(call) => self.graph.direct(call, collected.within),
            None if shown.is_literal => {}
            None => {
                self.before(mark, start, "(");
                self.piece(end, ") | __out", start..end);
                let last = self.seen.pieces.len() - 1;
                for piece in [mark, last] {
                    self.seen.pieces[piece].only = Some(collected);
                }
            }
        }
        Ok(())
    }

    fn tag(&mut self, trims: bool, length: &dyn Fn(&str) -> usize) -> Result<(), Odd> {
        let start = self.at();
        self.skip();
        let at = self.odd();
        let word = self.peek();
        self.skip();
        match word {
            "if" => {
                self.expression(true)?;
                self.close()?;
                self.open.push(Open::If);
            }
            "elif" => {
                self.expression(true)?;
                self.close()?;
            }
            "else" | "break" | "continue" => {
                self.close()?;
            }
            "for" => self.start_loop()?,
            "set" | "set_global" => self.set()?,
            "filter" => {
                self.filter()?;
                while self.take("|") {
                    self.filter()?;
                }
                self.close()?;
                self.collect();
            }
            "include" => {
                let name = self.quoted()?;
                let range = start..self.end();
                let steps = STEPS_OF_A_CALL + length(&name) / SOURCE_OF_A_STEP;
                self.graph.call(self.node, Node::File(name.clone()), self.collecting > 0);
                let what = What::Step { steps, bytes: length(&name), collected: self.collected(), trims, before: true };
                self.seen.pieces.push(Piece { at: start, what, about: range.clone(), only: None });
                self.seen.includes.push((name, range));
                self.close()?;
            }
            "extends" => {
                let name = self.quoted()?;
                self.seen.extends = Some((name, start..self.end()));
                self.close()?;
            }
            "block" => self.start_block(start)?,
            "component" => self.start_component(start)?,
            "<" => {
                let call = self.component(">")?;
                self.graph.direct(call, self.collecting > 0);
                self.close()?;
                self.collect();
            }
            "</" => {
                self.dotted()?;
                self.expect(">")?;
                self.end_tag(at)?;
            }
            "endif" | "endfor" | "endset" | "endfilter" => self.end_tag(at)?,
            "endblock" | "endcomponent" => {
                if self.kind() == Some(Kind::Name) {
                    self.dotted()?;
                }
                self.end_tag(at)?;
            }
            _ => return Err(at),
        }
        Ok(())
    }

    fn collect(&mut self) {
        self.open.push(Open::Collecting);
        self.collecting += 1;
    }

    /// The name of a template.
    fn quoted(&mut self) -> Result<String, Odd> {
        let word = self.peek();
        if self.kind() != Some(Kind::Text) || word.contains('\\') {
            return Err(self.odd());
        }
        self.skip();
        Ok(word[1..word.len() - 1].to_owned())
    }

    fn start_loop(&mut self) -> Result<(), Odd> {
        self.name()?;
        if self.take(",") {
            self.name()?;
        }
        self.expect("in")?;
        let piece = self.loop_over(true)?;
        self.close()?;
        self.open.push(Open::Loop { piece, body: self.end(), content: self.content });
        Ok(())
    }

    /// What a loop goes over; the number of the piece that counts it.
    pub(super) fn loop_over(&mut self, ternary: bool) -> Result<usize, Odd> {
        let (mark, start) = (self.seen.pieces.len(), self.at());
        self.expression(ternary)?;
        let end = self.end();
        self.before(mark, start, "(");
        let what = What::Loop { steps: 1, bytes: 0, collected: self.collected() };
        self.seen.pieces.push(Piece { at: end, what, about: start..end, only: None });
        Ok(self.seen.pieces.len() - 1)
    }

    fn set(&mut self) -> Result<(), Odd> {
        self.name()?;
        if self.take("=") {
            self.expression(true)?;
            self.close()?;
            return Ok(());
        }
        while self.take("|") {
            self.filter()?;
        }
        self.close()?;
        self.collect();
        Ok(())
    }

    fn start_block(&mut self, start: usize) -> Result<(), Odd> {
        let name = self.name()?;
        let trims = self.close()?;
        let within = self.collecting > 0;
        let call = self.graph.call(self.node, Node::Block(name.to_owned()), within);
        let node = self.graph.target(call);
        let around = std::mem::replace(&mut self.node, node);
        // A block is written once, but for `super()`, which collects it.
        let what = What::Step { steps: STEPS_OF_A_CALL, bytes: 0, collected: self.collected(), trims, before: false };
        let only = Some(Collected { node, within: false });
        self.seen.pieces.push(Piece { at: self.end(), what, about: start..self.end(), only });
        self.start_part(around);
        Ok(())
    }

    fn start_component(&mut self, start: usize) -> Result<(), Odd> {
        let name = self.dotted()?;
        let mut rest = None;
        while !matches!(self.kind(), Some(Kind::Close { .. }) | None) {
            if self.take("...") {
                rest = Some(self.name()?);
            } else {
                self.skip();
            }
        }
        let trims = self.close()?;
        let about = start..self.end();
        let node = self.graph.node(Node::Component(name));
        let around = std::mem::replace(&mut self.node, node);
        if let Some(rest) = rest {
            let dash = if trims { "-" } else { "" };
            self.piece(self.end(), &format!("{{% if __rest(of={rest}) %}}{{% endif {dash}%}}"), about.clone());
        }
        let what = What::Step { steps: STEPS_OF_A_CALL, bytes: 0, collected: self.collected(), trims, before: false };
        self.seen.pieces.push(Piece { at: self.end(), what, about, only: None });
        self.start_part(around);
        Ok(())
    }

    /// The last piece counts the part that starts here.
    fn start_part(&mut self, around: usize) {
        let piece = self.seen.pieces.len() - 1;
        self.open.push(Open::Part { around, piece, body: self.end(), content: self.content });
    }

    fn end_tag(&mut self, at: Odd) -> Result<(), Odd> {
        self.close()?;
        match self.open.pop() {
            None => return Err(at),
            Some(Open::If) => {}
            Some(Open::Collecting) => self.collecting -= 1,
            Some(Open::Loop { piece, body, content }) => self.weigh(piece, at.at - body, content),
            Some(Open::Part { around, piece, body, content }) => {
                self.weigh(piece, at.at - body, content);
                self.node = around;
            }
        }
        Ok(())
    }

    /// How long what is repeated is.
    fn weigh(&mut self, piece: usize, source: usize, content_before: usize) {
        if let What::Loop { steps, bytes, .. } | What::Step { steps, bytes, .. } = &mut self.seen.pieces[piece].what {
            *steps += source / SOURCE_OF_A_STEP;
            *bytes = self.content - content_before;
        }
    }
}
