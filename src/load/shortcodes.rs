//! Shortcodes in Markdown: `{{ name(key="value") }}` and `{% name(key="value") %} … {% end %}`.
//!
//! In: the source text of a page's body. Out: the tags with their arguments and byte ranges, and a copy of the body
//! in which each tag is masked by an HTML comment of the same length, so that the Markdown parser keeps every offset,
//! takes a tag on its own line for a block, and leaves tags in code alone.
//! Must never expand anything: what a tag becomes is `render`'s business, after Markdown.

use std::ops::Range;

use serde_json::{Map, Value};

/// One tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// What it does.
    pub kind: TagKind,
    /// Bytes of the body, braces included.
    pub range: Range<usize>,
}

/// The three sorts of tags.
#[derive(Debug, Clone, PartialEq)]
pub enum TagKind {
    /// `{{ name(…) }}`.
    Inline(Call),
    /// `{% name(…) %}`.
    Open(Call),
    /// `{% end %}`.
    Close,
}

/// A shortcode's name and arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The template is `shortcodes/NAME.html`.
    pub name: String,
    /// Strings, numbers, booleans, and lists of them.
    pub args: Map<String, Value>,
}

/// A tag that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the body.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
}

/// Find all tags. Text that merely holds braces (`{{` without a call) is left alone.
pub fn scan(body: &str) -> (Vec<Tag>, Vec<Fault>) {
    let (mut tags, mut faults) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(found) = body[at..].find('{') {
        let start = at + found;
        at = start + 1;
        let block = match body.as_bytes().get(start + 1) {
            Some(b'{') => false,
            Some(b'%') => true,
            _ => continue,
        };
        let mut reader = Reader { text: body, at: start + 2 };
        reader.space();
        let Some(name) = reader.name() else { continue };
        reader.space();
        let close = if block { "%}" } else { "}}" };
        if block && name == "end" && reader.take(close) {
            tags.push(Tag { kind: TagKind::Close, range: start..reader.at });
            at = reader.at;
            continue;
        }
        if !reader.take("(") {
            continue;
        }
        match reader.arguments() {
            Ok(args) => {
                reader.space();
                if reader.take(close) {
                    let call = Call { name: name.to_owned(), args };
                    let kind = if block { TagKind::Open(call) } else { TagKind::Inline(call) };
                    tags.push(Tag { kind, range: start..reader.at });
                } else {
                    faults.push(Fault { range: start..reader.at, message: format!("the shortcode `{name}` is not closed by `{close}`") });
                }
            }
            Err(message) => faults.push(Fault { range: start..reader.at, message: format!("shortcode `{name}`: {message}") }),
        }
        at = reader.at.max(at);
    }
    (tags, faults)
}

/// The tags that lie within a range of the body; `tags` are in its order.
pub fn within<'t>(tags: &'t [Tag], range: &Range<usize>) -> &'t [Tag] {
    let from = tags.partition_point(|tag| tag.range.start < range.start);
    let to = from + tags[from..].partition_point(|tag| tag.range.end <= range.end);
    &tags[from..to]
}

/// The body with each tag masked by an HTML comment of the same length.
pub fn mask(body: &str, tags: &[Tag]) -> String {
    let mut masked = String::with_capacity(body.len());
    let mut at = 0;
    for tag in tags {
        masked.push_str(&body[at..tag.range.start]);
        masked.push_str("<!--");
        masked.extend(std::iter::repeat_n('x', tag.range.len() - 7));
        masked.push_str("-->");
        at = tag.range.end;
    }
    masked.push_str(&body[at..]);
    masked
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.at += end;
        Some(&rest[..end])
    }

    fn arguments(&mut self) -> Result<Map<String, Value>, String> {
        let mut args = Map::new();
        loop {
            self.space();
            if self.take(")") {
                return Ok(args);
            }
            let key = self.name().ok_or("expected an argument such as `key=\"value\"`, or `)`")?;
            self.space();
            if !self.take("=") {
                return Err(format!("expected `=` after `{key}`"));
            }
            let value = self.value(key, 0)?;
            if args.insert(key.to_owned(), value).is_some() {
                return Err(format!("the argument `{key}` is given twice"));
            }
            self.space();
            if !self.take(",") && !self.rest().starts_with(')') {
                return Err(format!("expected `,` or `)` after the value of `{key}`"));
            }
        }
    }

    fn value(&mut self, key: &str, depth: usize) -> Result<Value, String> {
        self.space();
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            self.at += 1;
            let end = self.rest().find(quote).ok_or_else(|| format!("the value of `{key}` lacks its closing quote"))?;
            let value = &self.rest()[..end];
            self.at += end + 1;
            return Ok(Value::String(value.to_owned()));
        }
        if depth == 0 && self.take("[") {
            let mut items = Vec::new();
            loop {
                self.space();
                if self.take("]") {
                    return Ok(Value::Array(items));
                }
                items.push(self.value(key, depth + 1)?);
                self.space();
                if !self.take(",") && !self.rest().starts_with(']') {
                    return Err(format!("expected `,` or `]` in the list of `{key}`"));
                }
            }
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        match word {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => word
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| word.parse::<f64>().map(Value::from))
                .map_err(|_| format!("the value of `{key}` must be a string in quotes, a number, true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_their_arguments_are_read() {
        let body = "a {{ x(a=\"b c\", n=2, t=true, l=['p', 'q']) }} b\n{% note() %}\n{% end %} {{ not a call }} {{";
        let (tags, faults) = scan(body);
        assert!(faults.is_empty(), "{faults:?}");
        let TagKind::Inline(call) = &tags[0].kind else { panic!() };
        assert_eq!(serde_json::to_string(&call.args).unwrap(), r#"{"a":"b c","n":2,"t":true,"l":["p","q"]}"#);
        assert!(matches!(tags[1].kind, TagKind::Open(_)) && matches!(tags[2].kind, TagKind::Close));
        let masked = mask(body, &tags);
        assert_eq!(masked.len(), body.len());
        assert!(masked.starts_with("a <!--xxx"));
    }

    #[test]
    fn faults_are_placed() {
        for (body, words) in [
            ("{{ x(a=) }}", "must be"),
            ("{{ x(a=\"b }}", "closing quote"),
            ("{{ x(a=1 }}", "expected `,`"),
            ("{{ x(a=1) %}", "not closed"),
        ] {
            let (tags, faults) = scan(body);
            assert!(tags.is_empty());
            assert!(faults[0].message.contains(words), "{:?}", faults);
        }
    }
}
