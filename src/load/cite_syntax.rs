//! Pandoc's citation syntax.
//!
//! In: the text between the brackets of `[see @a, para. 4; -@b]`, or the key of a narrative `@a`. Out: [`CiteGroup`]
//! with byte ranges in the file. The manual of Pandoc, "Citation syntax", is the reference.
//! Must never decide whether an id exists: that is `resolve`'s.

use std::ops::Range;

/// Citations that stand together in one pair of brackets, or one narrative citation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CiteGroup {
    /// In order of writing; never empty.
    pub items: Vec<CiteItem>,
    /// `@id` in running text, where the author's name belongs to the sentence.
    pub narrative: bool,
    /// Bytes of the file, brackets included.
    pub range: Range<usize>,
}

/// One citation of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CiteItem {
    /// The citation's id.
    pub id: String,
    /// Bytes of the id in the file.
    pub range: Range<usize>,
    /// Words before it, such as `see`.
    pub prefix: String,
    /// `-@id`: the author's name is left out.
    pub suppress_author: bool,
    /// `para. 4`, as written, when the author gives one.
    pub locator: Option<Locator>,
    /// Words after the locator.
    pub suffix: String,
}

/// A place in a source as the author writes it: a CSL locator term and its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locator {
    /// The CSL term (`paragraph`, `page`, …).
    pub term: &'static str,
    /// Such as `4` or `33-35`.
    pub value: String,
}

/// Abbreviations and words for CSL's locator terms (CSL 1.0.2, appendix IV).
const TERMS: &[(&str, &str)] = &[
    ("paragraphs", "paragraph"),
    ("paragraph", "paragraph"),
    ("paras.", "paragraph"),
    ("para.", "paragraph"),
    ("paras", "paragraph"),
    ("para", "paragraph"),
    ("¶¶", "paragraph"),
    ("¶", "paragraph"),
    ("pages", "page"),
    ("page", "page"),
    ("pp.", "page"),
    ("p.", "page"),
    ("chapters", "chapter"),
    ("chapter", "chapter"),
    ("chaps.", "chapter"),
    ("chap.", "chapter"),
    ("ch.", "chapter"),
    ("sections", "section"),
    ("section", "section"),
    ("secs.", "section"),
    ("sec.", "section"),
    ("§§", "section"),
    ("§", "section"),
    ("volumes", "volume"),
    ("volume", "volume"),
    ("vols.", "volume"),
    ("vol.", "volume"),
    ("figures", "figure"),
    ("figure", "figure"),
    ("figs.", "figure"),
    ("fig.", "figure"),
    ("columns", "column"),
    ("column", "column"),
    ("cols.", "column"),
    ("col.", "column"),
    ("lines", "line"),
    ("line", "line"),
    ("ll.", "line"),
    ("l.", "line"),
    ("notes", "note"),
    ("note", "note"),
    ("nn.", "note"),
    ("n.", "note"),
    ("parts", "part"),
    ("part", "part"),
    ("pts.", "part"),
    ("pt.", "part"),
    ("verses", "verse"),
    ("verse", "verse"),
    ("vv.", "verse"),
    ("v.", "verse"),
    ("books", "book"),
    ("book", "book"),
    ("bks.", "book"),
    ("bk.", "book"),
    ("folios", "folio"),
    ("folio", "folio"),
    ("fols.", "folio"),
    ("fol.", "folio"),
    ("issues", "issue"),
    ("issue", "issue"),
    ("nos.", "issue"),
    ("no.", "issue"),
    ("opus", "opus"),
    ("op.", "opus"),
    ("sub verbo", "sub-verbo"),
    ("s.v.", "sub-verbo"),
];

impl Locator {
    /// As a reader reads it: `p. 104`, `pp. 33–35`, `para. 4`.
    pub fn text(&self) -> String {
        let several = self.value.contains(['-', '–', ',']);
        let word = match (self.term, several) {
            ("page", false) => "p.",
            ("page", true) => "pp.",
            ("paragraph", false) => "para.",
            ("paragraph", true) => "paras.",
            ("chapter", _) => "ch.",
            ("section", _) => "sec.",
            ("volume", _) => "vol.",
            ("figure", _) => "fig.",
            ("column", _) => "col.",
            ("issue", _) => "no.",
            ("sub-verbo", _) => "s.v.",
            (term, _) => term,
        };
        format!("{word} {}", self.value.replace('-', "–"))
    }

    /// Read `para. 4`, `pp. 33-35`, or a bare number (a page). The rest of the text is returned beside it.
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        if text.is_empty() {
            return None;
        }
        let (term, rest) = TERMS
            .iter()
            .find_map(|(word, term)| {
                let rest = text.strip_prefix(word)?;
                (rest.starts_with([' ', '\u{a0}']) || rest.starts_with(|c: char| c.is_ascii_digit())).then_some((*term, rest))
            })
            .or_else(|| text.starts_with(|c: char| c.is_ascii_digit()).then_some(("page", text)))?;
        let rest = rest.trim_start_matches([' ', '\u{a0}']);
        // A value is digits or roman numerals, with ranges and lists of them.
        let mut end = 0;
        let mut seen_digit = false;
        for (i, c) in rest.char_indices() {
            let roman = matches!(c, 'i' | 'v' | 'x' | 'l' | 'c' | 'I' | 'V' | 'X' | 'L' | 'C') && !rest[end..].starts_with("v.");
            if c.is_ascii_digit() || roman {
                seen_digit = true;
                end = i + c.len_utf8();
            } else if !matches!(c, '-' | '–' | ',' | ' ' | ':' | '.') {
                // A letter that ends a number (`4a`) belongs to it; a word does not.
                if c.is_ascii_lowercase() && end == i && seen_digit && !rest[i + 1..].starts_with(|c: char| c.is_alphanumeric()) {
                    end = i + 1;
                }
                break;
            }
        }
        if !seen_digit {
            return None;
        }
        // Roman letters at the start of a word are the word, not a number.
        if rest[end..].starts_with(|c: char| c.is_alphabetic()) {
            return None;
        }
        Some((Self { term, value: rest[..end].to_owned() }, &rest[end..]))
    }
}

/// Whether a character may stand inside a citation id.
fn is_id_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Punctuation that may stand inside an id, but neither at its end nor twice in a row.
fn is_inner(c: char) -> bool {
    matches!(c, ':' | '.' | '#' | '$' | '%' | '&' | '-' | '+' | '?' | '<' | '>' | '~' | '/')
}

/// The length of the id at the start of `text`, 0 if there is none.
pub fn id_length(text: &str) -> usize {
    let mut end = 0;
    let mut inner = false;
    for (i, c) in text.char_indices() {
        if is_id_char(c) {
            end = i + c.len_utf8();
            inner = false;
        } else if is_inner(c) && i > 0 && !inner {
            inner = true;
        } else {
            break;
        }
    }
    end
}

/// Read what stands between brackets. `offset` is where `inner` begins in the file.
/// A fault is a range of the file and what is wrong there; the parts that can be read are given all the same.
pub fn parse_group(inner: &str, offset: usize) -> (Vec<CiteItem>, Vec<(Range<usize>, String)>) {
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    let mut at = 0;
    for part in inner.split(';') {
        match parse_item(part, offset + at) {
            Ok(item) => items.push(item),
            Err(fault) => faults.push(fault),
        }
        at += part.len() + 1;
    }
    (items, faults)
}

fn parse_item(part: &str, offset: usize) -> Result<CiteItem, (Range<usize>, String)> {
    let blank = part.trim().is_empty();
    let start = if blank { 0 } else { part.len() - part.trim_start().len() };
    let whole = offset + start..offset + if blank { part.len() } else { part.trim_end().len() };
    let mut search = 0;
    let at = loop {
        let Some(found) = part[search..].find('@') else {
            return Err((whole, "there is no `@id` in this part of the citation".to_owned()));
        };
        let at = search + found;
        // An `@` inside a word is a mail address, not a citation.
        let before = part[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric()) {
            break at;
        }
        search = at + 1;
    };
    let suppress_author = part[..at].ends_with('-');
    let prefix = part[..at].strip_suffix('-').unwrap_or(&part[..at]);
    let rest = &part[at + 1..];
    let (id, id_start, rest) = if let Some(braced) = rest.strip_prefix('{') {
        let Some(close) = braced.find('}') else {
            return Err((offset + at..whole.end, "the brace after `@` is not closed".to_owned()));
        };
        (&braced[..close], at + 2, &braced[close + 1..])
    } else {
        let end = id_length(rest);
        (&rest[..end], at + 1, &rest[end..])
    };
    if id.is_empty() {
        return Err((offset + at..offset + at + 1, "no id follows the `@`".to_owned()));
    }
    let after = rest.trim_start().strip_prefix(',').unwrap_or(rest);
    let (locator, suffix) = match Locator::parse(after) {
        Some((locator, suffix)) => (Some(locator), suffix),
        None => (None, after),
    };
    Ok(CiteItem {
        id: id.to_owned(),
        range: offset + id_start..offset + id_start + id.len(),
        prefix: prefix.trim().to_owned(),
        suppress_author,
        locator,
        suffix: suffix.trim().trim_start_matches(',').trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> CiteItem {
        parse_group(text, 0).0.remove(0)
    }

    #[test]
    fn pandocs_forms_are_read() {
        let item = one("see @felitti-2024, para. 4 and after");
        assert_eq!((item.id.as_str(), item.prefix.as_str(), item.suffix.as_str()), ("felitti-2024", "see", "and after"));
        assert_eq!(item.locator, Some(Locator { term: "paragraph", value: "4".into() }));
        assert!(one("-@a").suppress_author);
        assert_eq!(one("@a, pp. 33-35, 38").locator.unwrap().value, "33-35, 38");
        assert_eq!(one("@a p. 3").locator.unwrap().value, "3");
        assert_eq!(one("@a, 12").locator.unwrap().term, "page");
        assert_eq!(one("@a, my own view").suffix, "my own view");
        assert_eq!(one("@{https://example.org/x}, p. 3").id, "https://example.org/x");
        assert_eq!(parse_group("@a; see @b, p. iv", 10).0[1].range, 19..20);
        let (items, faults) = parse_group("@a; b; @c", 10);
        assert_eq!((items.len(), faults[0].0.clone()), (2, 14..15));
        assert_eq!(parse_group("@", 0).1.len(), 1);
    }

    #[test]
    fn ids_end_before_punctuation() {
        for (text, id) in [("doe99.", "doe99"), ("a.b.", "a.b"), ("a--b", "a"), ("a_b:c,", "a_b:c"), ("é1 x", "é1"), ("", "")] {
            assert_eq!(&text[..id_length(text)], id);
        }
    }
}
