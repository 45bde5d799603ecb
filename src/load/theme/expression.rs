//! Expressions of templates: what in them can build more than it was given.
//!
//! In: the tokens of an expression. Out: pieces that measure what `~`, lists, slices and filters build, before it is
//! used to build more. Follows the engine's own grammar; what binds how tightly matters only where a piece is added, and
//! there the filter `|` binds tightest.
//! Must never pass over a sign that it does not know.

use super::graph::Node;
use super::limits::FILTERS;
use super::tokens::{Kind, Odd};
use super::walk::Walk;

/// What an expression is.
#[derive(Debug, Clone, Default)]
pub(super) struct Value<'a> {
    /// It stands in the template as it is.
    pub(super) is_literal: bool,
    /// It is a text, and not an index.
    is_text: bool,
    /// It is a name or a part of one: which.
    root: Option<&'a str>,
    /// It is one component: the call.
    pub(super) component: Option<usize>,
}

/// What stands between two operators.
struct Operand<'a> {
    value: Value<'a>,
    start: usize,
    end: usize,
    /// Its length has been counted.
    is_counted: bool,
}

/// Expressions in one another. The engine takes fewer.
const DEEPEST: usize = 64;

/// Texts in templates that are longer are counted as others are.
const SHORT: usize = 64;

impl<'a> Walk<'a> {
    /// An expression; `ternary` says whether `a if b else c` may stand here.
    pub(super) fn expression(&mut self, ternary: bool) -> Result<Value<'a>, Odd> {
        if self.depth == DEEPEST {
            return Err(self.odd());
        }
        self.depth += 1;
        let value = self.operations(ternary);
        self.depth -= 1;
        value
    }

    fn operations(&mut self, ternary: bool) -> Result<Value<'a>, Odd> {
        let mut last = self.operand()?;
        let mut value = last.value.clone();
        loop {
            let sign = self.peek();
            match sign {
                "~" => {
                    self.count(&mut last);
                    self.skip();
                    last = self.operand()?;
                    self.count(&mut last);
                    value = Value { is_text: true, ..Value::default() };
                    continue;
                }
                "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" => {
                    let short = last.value.is_literal && sign != "in";
                    self.skip();
                    last = self.operand()?;
                    if !short && !last.value.is_literal {
                        self.piece(last.end, " | __seen", last.start..last.end);
                    }
                }
                "not" => {
                    self.skip();
                    if self.peek() != "in" {
                        return Err(self.odd());
                    }
                    continue;
                }
                "is" => {
                    self.skip();
                    self.take("not");
                    let test = self.name()?;
                    if test == "containing" && !last.value.is_literal {
                        self.piece(last.end, " | __seen", last.start..last.end);
                    }
                    self.arguments()?;
                    last = Operand { value: Value::default(), start: last.start, end: self.end(), is_counted: false };
                }
                "*" | "/" | "//" | "%" | "+" | "-" | "**" | "and" | "or" => {
                    self.skip();
                    last = self.operand()?;
                }
                "|" => {
                    self.skip();
                    self.filter()?;
                    last = Operand { value: Value::default(), start: last.start, end: self.end(), is_counted: false };
                }
                "if" if ternary => {
                    self.skip();
                    self.expression(true)?;
                    self.expect("else")?;
                    self.expression(true)?;
                    return Ok(Value::default());
                }
                _ => return Ok(value),
            }
            value = Value::default();
        }
    }

    /// Measure a side of `~`.
    fn count(&mut self, operand: &mut Operand<'a>) {
        let short = operand.value.is_literal && operand.end - operand.start <= SHORT;
        if !short && !operand.is_counted {
            self.piece(operand.end, " | __text", operand.start..operand.end);
        }
        operand.is_counted = true;
    }

    /// What stands between two operators: a value with its parts and filters.
    fn operand(&mut self) -> Result<Operand<'a>, Odd> {
        let mut signed = false;
        while self.take("-") || self.take("not") {
            signed = true;
        }
        let start = self.at();
        let mut value = self.primary()?;
        if signed {
            value = Value { is_literal: value.is_literal, ..Value::default() };
        }
        loop {
            match self.peek() {
                "." | "?." => {
                    self.skip();
                    self.name()?;
                }
                "[" | "?[" => {
                    self.subscript(start)?;
                    value.root = None;
                }
                "|" => {
                    self.skip();
                    self.filter()?;
                    value.root = None;
                }
                _ => return Ok(Operand { value, start, end: self.end(), is_counted: false }),
            }
            value = Value { root: value.root, ..Value::default() };
        }
    }

    fn primary(&mut self) -> Result<Value<'a>, Odd> {
        let (mark, start) = (self.seen.pieces.len(), self.at());
        match self.kind() {
            Some(Kind::Text) => {
                self.skip();
                Ok(Value { is_literal: true, is_text: true, ..Value::default() })
            }
            Some(Kind::Number) => {
                self.skip();
                Ok(Value { is_literal: true, ..Value::default() })
            }
            Some(Kind::Name) => {
                let name = self.name()?;
                if self.peek() == "(" {
                    self.arguments()?;
                    match name {
                        // What `super()` writes is collected first.
                        "super" => {
                            let block = self.graph.name(self.node);
                            self.graph.call(self.node, block, true);
                        }
                        "range" => self.measured(mark, start),
                        _ => {}
                    }
                    return Ok(Value::default());
                }
                match name {
                    "true" | "True" | "false" | "False" | "none" | "None" | "null" => Ok(Value { is_literal: true, ..Value::default() }),
                    // Everything there is, what was built included; a part of it is what it was.
                    "__tera_context" if !matches!(self.peek(), "." | "?.") => {
                        self.measured(mark, start);
                        Ok(Value::default())
                    }
                    _ => Ok(Value { root: Some(name), ..Value::default() }),
                }
            }
            _ if self.take("(") => {
                let inner = self.expression(true)?;
                self.expect(")")?;
                Ok(Value { is_literal: inner.is_literal, is_text: inner.is_text, ..Value::default() })
            }
            _ if self.take("[") => self.list(mark, start),
            _ if self.take("{") => self.map(mark, start),
            _ if self.take("<") => {
                let call = self.component("/>")?;
                Ok(Value { component: Some(call), ..Value::default() })
            }
            _ => Err(self.odd()),
        }
    }

    /// Measure the list or map that was just read.
    fn measured(&mut self, mark: usize, start: usize) {
        let end = self.end();
        self.before(mark, start, "(");
        self.piece(end, " | __list)", start..end);
    }

    /// After `[`: a list, or one made from another.
    fn list(&mut self, mark: usize, start: usize) -> Result<Value<'a>, Odd> {
        let mut literal = true;
        let mut first = true;
        while !self.take("]") {
            if !first {
                self.expect(",")?;
                if self.take("]") {
                    break;
                }
            }
            let spread = self.take("...");
            let item = self.expression(true)?;
            literal &= item.is_literal && !spread;
            if first && self.take("for") {
                return self.comprehension(mark, start, &item);
            }
            first = false;
        }
        if !literal {
            self.measured(mark, start);
        }
        Ok(Value { is_literal: literal, ..Value::default() })
    }

    /// After `[ITEM for`.
    fn comprehension(&mut self, mark: usize, start: usize, item: &Value<'a>) -> Result<Value<'a>, Odd> {
        let mut names = vec![self.name()?];
        if self.take(",") {
            names.push(self.name()?);
        }
        self.expect("in")?;
        self.loop_over(false)?;
        if self.take("if") {
            self.expression(false)?;
        }
        self.expect("]")?;
        // A choice of another list, or of parts of its items, is no larger than that one.
        if !item.root.is_some_and(|root| names.contains(&root)) {
            self.measured(mark, start);
        }
        Ok(Value::default())
    }

    /// After `{`: a map.
    fn map(&mut self, mark: usize, start: usize) -> Result<Value<'a>, Odd> {
        let mut literal = true;
        let mut first = true;
        while !self.take("}") {
            if !std::mem::replace(&mut first, false) {
                self.expect(",")?;
                if self.take("}") {
                    break;
                }
            }
            if self.take("...") {
                literal = false;
            } else {
                if !matches!(self.kind(), Some(Kind::Text | Kind::Number)) && !matches!(self.peek(), "true" | "True" | "false" | "False") {
                    return Err(self.odd());
                }
                self.skip();
                self.expect(":")?;
            }
            literal &= self.expression(true)?.is_literal;
        }
        if !literal {
            self.measured(mark, start);
        }
        Ok(Value { is_literal: literal, ..Value::default() })
    }

    /// `[…]` after a value that starts at `start`. Of a text, an index and a slice read all of it.
    fn subscript(&mut self, start: usize) -> Result<(), Odd> {
        let subject = start..self.end();
        // What is repeated must not make a template many times as long.
        self.repeated += subject.len();
        if self.repeated > 1024 + self.text.len() {
            return Err(self.odd());
        }
        let of = |what: &str| format!(" | __{what}(of={})", &self.text[subject.clone()]);
        let (index, slice) = (of("index"), of("slice"));
        self.skip();
        if self.peek() == ":" {
            self.piece(self.at(), &format!("none{slice}"), subject);
        } else {
            let (mark, start) = (self.seen.pieces.len(), self.at());
            let value = self.expression(true)?;
            let counts = if self.peek() == ":" { slice } else { index };
            // No text is read at a place that is a text itself.
            if !value.is_text || self.peek() == ":" {
                self.before(mark, start, "(");
                self.piece(self.end(), &format!("){counts}"), subject);
            }
        }
        if self.take(":") {
            if !matches!(self.peek(), ":" | "]") {
                self.expression(true)?;
            }
            if self.take(":") {
                self.expression(true)?;
            }
        }
        self.expect("]")
    }

    /// `NAME(…)` after `|`. The filters that count stand in place of the engine's own.
    pub(super) fn filter(&mut self) -> Result<(), Odd> {
        let start = self.at();
        let name = self.name()?;
        if FILTERS.contains(&name) {
            self.piece(start, "__", start..self.end());
        }
        self.arguments()
    }

    /// `(name=value, …)`, if there are any.
    fn arguments(&mut self) -> Result<(), Odd> {
        if !self.take("(") {
            return Ok(());
        }
        let mut first = true;
        while !self.take(")") {
            if !std::mem::replace(&mut first, false) {
                self.expect(",")?;
                if self.take(")") {
                    break;
                }
            }
            self.name()?;
            self.expect("=")?;
            self.expression(true)?;
        }
        Ok(())
    }

    /// A name with dots.
    pub(super) fn dotted(&mut self) -> Result<String, Odd> {
        let mut name = self.name()?.to_owned();
        while self.take(".") {
            name.push('.');
            name.push_str(self.name()?);
        }
        Ok(name)
    }

    /// After `<`: a component's name and arguments, up to `end`. Collected, until somebody says otherwise.
    pub(super) fn component(&mut self, end: &str) -> Result<usize, Odd> {
        let name = self.dotted()?;
        loop {
            if self.take("{") {
                self.expect("...")?;
                self.expression(true)?;
                self.expect("}")?;
            } else if self.kind() == Some(Kind::Name) {
                self.skip();
                if self.take("=") {
                    if self.kind() == Some(Kind::Text) {
                        self.skip();
                    } else {
                        self.expect("{")?;
                        self.expression(true)?;
                        self.expect("}")?;
                    }
                }
            } else {
                break;
            }
        }
        if end == "/>" {
            self.expect("/")?;
        }
        self.expect(">")?;
        Ok(self.graph.call(self.node, Node::Component(name), true))
    }
}
