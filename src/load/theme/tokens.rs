//! Templates as tokens.
//!
//! In: the text of a template. Out: its tokens with their places, or the place where it is no template. Cuts as the
//! template engine's own lexer does, character for character: what it takes for a string or a comment is one here too.
//! Must never take a text that the engine cuts otherwise; what it does not know, it refuses.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What is written as it stands.
    Content,
    /// `{{` or `{%`, and whether the white space before it goes.
    Open {
        /// `{%`.
        tag: bool,
        /// `{%-`.
        trims: bool,
    },
    /// `}}` or `%}`, and whether the white space after it goes.
    Close {
        /// `-%}`.
        trims: bool,
    },
    /// A name or a keyword.
    Name,
    /// A quoted text.
    Text,
    /// A number.
    Number,
    /// Anything else: an operator, a bracket, a comma.
    Sign,
}

/// A token and its place.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// Where a template could not be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    /// The byte.
    pub at: usize,
}

/// Cut a template into tokens. Comments are left out.
pub fn tokens(text: &str) -> Result<Vec<Token>, Odd> {
    let mut cut = Cut { text, at: 0, tokens: Vec::new() };
    while cut.at < text.len() {
        cut.outside()?;
    }
    Ok(cut.tokens)
}

struct Cut<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'a> Cut<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token { kind, range: self.at..self.at + length });
        self.at += length;
    }

    /// What stands outside of tags, up to and with the next one.
    fn outside(&mut self) -> Result<(), Odd> {
        let rest = self.rest();
        let trims = rest.as_bytes().get(2) == Some(&b'-');
        let opening = if trims { 3 } else { 2 };
        match rest.get(..2) {
            Some("{{") => {
                self.push(Kind::Open { tag: false, trims }, opening);
                self.inside("}}")
            }
            Some("{%") => {
                if let Some(start) = named(&rest[opening..], "raw") {
                    let range = raw(rest, opening + start).ok_or(Odd { at: self.at })?;
                    self.tokens.push(Token { kind: Kind::Content, range: self.at + range.start..self.at + range.end });
                    self.at += range.end;
                    return self.after_raw();
                }
                self.push(Kind::Open { tag: true, trims }, opening);
                self.inside("%}")
            }
            Some("{#") => match rest[opening..].find("#}") {
                Some(end) => {
                    self.at += opening + end + 2;
                    Ok(())
                }
                None => Err(Odd { at: self.at }),
            },
            _ => {
                let next = rest.as_bytes().windows(2).position(|w| matches!(w, b"{{" | b"{%" | b"{#"));
                self.push(Kind::Content, next.unwrap_or(rest.len()));
                Ok(())
            }
        }
    }

    /// The tag that ends raw text.
    fn after_raw(&mut self) -> Result<(), Odd> {
        let rest = self.rest();
        let end = named(&rest[2.min(rest.len())..], "endraw").ok_or(Odd { at: self.at })?;
        self.at += 2 + end;
        Ok(())
    }

    /// What stands in a tag, up to and with its end.
    fn inside(&mut self, end: &str) -> Result<(), Odd> {
        loop {
            let rest = self.rest();
            let Some(skipped) = rest.bytes().position(|b| !b.is_ascii_whitespace()) else {
                self.at = self.text.len();
                return Ok(()); // The engine tells that the tag has no end.
            };
            self.at += skipped;
            let rest = self.rest();
            if rest.starts_with('-') && rest.get(1..3) == Some(end) {
                self.push(Kind::Close { trims: true }, 3);
                return Ok(());
            }
            if rest.get(..2) == Some(end) {
                self.push(Kind::Close { trims: false }, 2);
                return Ok(());
            }
            let (kind, length) = one(rest).ok_or(Odd { at: self.at })?;
            self.push(kind, length);
        }
    }
}

/// The first token of what stands in a tag, and its length.
fn one(rest: &str) -> Option<(Kind, usize)> {
    let bytes = rest.as_bytes();
    if bytes.starts_with(b"...") {
        return Some((Kind::Sign, 3));
    }
    if let Some(b"//" | b"**" | b"==" | b"!=" | b">=" | b"<=" | b"</" | b"?." | b"?[") = bytes.get(..2) {
        return Some((Kind::Sign, 2));
    }
    match *bytes.first()? {
        quote @ (b'\'' | b'"' | b'`') => text_length(bytes, quote).map(|length| (Kind::Text, length)),
        b'0'..=b'9' => {
            let mut point = false;
            let digits = bytes.iter().take_while(|b| b.is_ascii_digit() || (**b == b'.' && !std::mem::replace(&mut point, true)));
            Some((Kind::Number, digits.count()))
        }
        b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
            Some((Kind::Name, bytes.iter().take_while(|b| **b == b'_' || b.is_ascii_alphanumeric()).count()))
        }
        b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'.' | b',' | b':' | b'~' | b'|' | b'=' | b'>' | b'<' | b'(' | b')' | b'[' | b']'
        | b'{' | b'}' | b'@' => Some((Kind::Sign, 1)),
        _ => None,
    }
}

/// The length of a quoted text with its quotation marks.
fn text_length(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b if b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Raw text from a place up to its tag `endraw`.
fn raw(rest: &str, start: usize) -> Option<Range<usize>> {
    let mut at = start;
    loop {
        let end = at + rest.get(at..)?.find("{%")?;
        if named(&rest[end + 2..], "endraw").is_some() {
            return Some(start..end);
        }
        at = end + 2;
    }
}

/// The length of `-? NAME -?%}`.
fn named(rest: &str, name: &str) -> Option<usize> {
    let spaces = |c: char| c.is_ascii_whitespace();
    let after = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(spaces).strip_prefix(name)?.trim_start_matches(spaces);
    let after = after.strip_prefix('-').unwrap_or(after).strip_prefix("%}")?;
    Some(rest.len() - after.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).unwrap().iter().map(|t| &text[t.range.clone()]).collect()
    }

    #[test]
    fn a_template_is_cut() {
        assert_eq!(
            cut("a {%- if x.y == \"%}\" -%} b{{ 1.5 // f(a=[1]) }}"),
            [
                "a ", "{%-", "if", "x", ".", "y", "==", "\"%}\"", "-%}", " b", "{{", "1.5", "//", "f", "(", "a", "=", "[", "1", "]", ")",
                "}}"
            ]
        );
    }

    #[test]
    fn comments_and_raw_text_hold_no_tags() {
        assert_eq!(cut("a{# {% for #}b{% raw %}{{ x }}{%- endraw -%}c"), ["a", "b", "{{ x }}", "c"]);
        assert_eq!(cut("{%- raw -%}{% x %}{% endraw %}"), ["{% x %}"]);
    }

    #[test]
    fn texts_may_hold_quotation_marks() {
        assert_eq!(cut(r#"{{ "a\"b" ~ 'c"' ~ `d'` }}"#), ["{{", r#""a\"b""#, "~", "'c\"'", "~", "`d'`", "}}"]);
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for (text, at) in [("{{ ; }}", 3), ("{# a", 0), ("{{ \"a", 3), ("{{ é }}", 3), ("a{% raw %}b{% endfor %}", 1)] {
            assert_eq!(tokens(text).unwrap_err(), Odd { at }, "{text}");
        }
    }
}
