//! HTML that authors write, taken apart as far as the checks need it.
//!
//! In: a piece of HTML. Out: its text, tags and comments, in order. Must never decide what may be published: that is the
//! sanitiser's business.

use std::ops::Range;

/// A part of some HTML, with its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Text between tags, character references and all.
    Text(Range<usize>),
    /// `<a href="x">` or `</a>`.
    Tag(Tag<'a>),
}

/// A tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// As written.
    pub name: &'a str,
    /// Whether it opens an element.
    pub opens: bool,
    /// Names as written, and the bytes of their values without quotes.
    pub attributes: Vec<(&'a str, Range<usize>)>,
}

impl Tag<'_> {
    /// Whether it is one of some elements.
    pub fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of an attribute's value.
    pub fn value(&self, name: &str) -> Option<&Range<usize>> {
        self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, range)| range)
    }
}

/// Elements whose text is no running text.
const APART: [&str; 7] = ["script", "style", "code", "pre", "textarea", "kbd", "samp"];

/// The parts of some HTML; comments are left out, and the text of code and scripts.
pub(super) fn parts(html: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    let mut apart: Option<&str> = None;
    while at < html.len() {
        let next = next_tag(html, at);
        if next > at && apart.is_none() {
            parts.push(Part::Text(at..next));
        }
        if html[next..].starts_with("<!--") {
            at = html[next + 4..].find("-->").map_or(html.len(), |end| next + 4 + end + 3);
        } else if next < html.len() {
            let (tag, end) = tag(html, next);
            match apart {
                None if tag.opens && tag.is(&APART) => apart = Some(tag.name),
                Some(name) if !tag.opens && tag.is(&[name]) => apart = None,
                _ => {}
            }
            parts.push(Part::Tag(tag));
            at = end;
        } else {
            at = next;
        }
    }
    parts
}

/// Where the next tag or comment begins, or the end.
fn next_tag(html: &str, from: usize) -> usize {
    let begins = |at: &usize| {
        let rest = &html.as_bytes()[*at + 1..];
        let letter = |i: usize| rest.get(i).is_some_and(u8::is_ascii_alphabetic);
        letter(0) || (rest.first() == Some(&b'/') && letter(1)) || matches!(rest.first(), Some(b'!' | b'?'))
    };
    html[from..].match_indices('<').map(|(at, _)| from + at).find(begins).unwrap_or(html.len())
}

/// The tag at `start`, and where it ends (WHATWG HTML, 13.1.2).
fn tag(html: &str, start: usize) -> (Tag<'_>, usize) {
    let bytes = html.as_bytes();
    let opens = bytes[start + 1] != b'/';
    let from = start + 1 + usize::from(!opens);
    let until = |from: usize, stop: &dyn Fn(u8) -> bool| (from..bytes.len()).find(|i| stop(bytes[*i])).unwrap_or(bytes.len());
    let ends_name = |b: u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/');
    let mut at = until(from, &ends_name);
    let mut tag = Tag { name: &html[from..at], opens, attributes: Vec::new() };
    loop {
        at = until(at, &|b| !(b.is_ascii_whitespace() || b == b'/'));
        if at >= bytes.len() || bytes[at] == b'>' {
            return (tag, (at + 1).min(bytes.len()));
        }
        let end = until(at + 1, &|b| ends_name(b) || b == b'=');
        let name = &html[at..end];
        at = until(end, &|b| !b.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            tag.attributes.push((name, end..end));
            continue;
        }
        at = until(at + 1, &|b| !b.is_ascii_whitespace());
        let value = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => at + 1..until(at + 1, &|b| b == *quote),
            _ => at..until(at, &|b| b.is_ascii_whitespace() || b == b'>'),
        };
        at = value.end + usize::from(value.start > at);
        tag.attributes.push((name, value));
    }
}

/// A value of an attribute, its commonest character references resolved.
pub(super) fn unescaped(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(html: &str) -> Vec<String> {
        let part = |part: Part<'_>| match part {
            Part::Text(range) => html[range].to_owned(),
            Part::Tag(tag) => {
                let attributes: String = tag.attributes.iter().map(|(name, value)| format!(" {name}={}", &html[value.clone()])).collect();
                format!("<{}{}{attributes}>", if tag.opens { "" } else { "/" }, tag.name)
            }
        };
        parts(html).into_iter().map(part).collect()
    }

    #[test]
    fn text_and_tags_are_told_apart() {
        assert_eq!(shown("<p class=a id='b c' hidden>1 < 2</p>"), ["<p class=a id=b c hidden=>", "1 < 2", "</p>"]);
        assert_eq!(shown("<a\nhref = \"x>y\"/>z"), ["<a href=x>y>", "z"]);
        assert_eq!(shown("a <!-- <b> 5 men --> b"), ["a ", " b"]);
        assert_eq!(shown("<pre>5 <b>men</b></pre> 6"), ["<pre>", "<b>", "</b>", "</pre>", " 6"]);
        assert_eq!(shown("<img src=a.png"), ["<img src=a.png>"]);
        assert_eq!(shown("<!doctype html>a<"), ["<!doctype html=>", "a<"]);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart(html in "[<>/=\"'a!\\- é\n-]{0,40}") {
            for part in parts(&html) {
                if let Part::Tag(tag) = part {
                    prop_assert!(tag.attributes.iter().all(|(_, value)| html.get(value.clone()).is_some()));
                }
            }
        }
    }
}
