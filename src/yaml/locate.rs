//! Where a field stands in a YAML text.
//!
//! In: a text and a path into it. Out: byte ranges. The text is read only when something is to be reported, so the good
//! case costs nothing, and once however much that is. Must never fail: at worst the range is `0..0`.

use std::cell::RefCell;
use std::ops::Range;

use super::Step;
use super::tree::{Kind, Tree};

/// The range up to the end of its first line.
pub(super) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = text[range.start..range.end].find('\n').map_or(range.end, |i| range.start + i);
    range.start..end
}

/// From an offset to the end of its line.
pub(super) fn to_line_end(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start..text[start..].find('\n').map_or(text.len(), |i| start + i)
}

/// Where `key:` is written within a range of the text.
pub(super) fn find_key(text: &str, range: Range<usize>, key: &str) -> Option<Range<usize>> {
    // An empty key stands everywhere.
    if key.is_empty() {
        return None;
    }
    // The place of a mapping may begin at its first key's value; look from the start of that line.
    let in_braces = text[range.start..].starts_with('{');
    let from = if in_braces { range.start } else { text[..range.start].rfind('\n').map_or(0, |i| i + 1) };
    let mut at = from;
    while let Some(found) = text[at..].find(key) {
        let start = at + found;
        let end = start + key.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].trim_start_matches(['"', '\'']).trim_start_matches(' ');
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '{' | ',' | '"' | '\'')) && after.starts_with(':') {
            return Some(start..end);
        }
        at = end;
    }
    None
}

thread_local! {
    /// The last text that was read: findings come by the file.
    static LAST: RefCell<Option<(String, Tree)>> = const { RefCell::new(None) };
}

/// The bytes of the value at `path`; if it does not exist, of its nearest existing parent. A key's value is given
/// where there is one, so `locate(text, ["title"])` points at the title itself. Never fails: at worst `0..0`.
pub fn locate(text: &str, path: &[Step]) -> Range<usize> {
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(kept, _)| kept != text) {
            *last = Some((text.to_owned(), Tree::parse(text)));
        }
        let found = last.as_ref().and_then(|(_, tree)| within(text, tree, path)).unwrap_or(0..0);
        let first = text.chars().next().map_or(0, char::len_utf8);
        if found.is_empty() { first_line(text, 0..first) } else { found }
    })
}

fn within(text: &str, tree: &Tree, path: &[Step]) -> Option<Range<usize>> {
    let mut node = tree.root()?;
    let mut best = None;
    for (depth, step) in path.iter().enumerate() {
        let child = match (&node.kind, step) {
            (Kind::Mapping(keys), Step::Key(key)) => keys.get(key).map(|(place, child)| (Some(place.clone()), *child)),
            (Kind::Sequence(items), Step::Item(item)) => items.get(*item).map(|child| (None, *child)),
            _ => None,
        };
        let Some((key, child)) = child else {
            // A parent that holds others is shown by its first line; of a single value, its key says more.
            let is_value = matches!(node.kind, Kind::Single) && best.is_some();
            return if depth == 0 || is_value { best } else { Some(to_line_end(text, node.start)) };
        };
        node = tree.node(child);
        best = key;
    }
    match node.end {
        Some(end) if end > node.start => Some(node.start..node.start + text[node.start..end].trim_end().len()),
        _ => best,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_never_ends_within_a_letter() {
        for text in ["\u{6b9}[: ?", "\u{654}a: [b\n", "é", "\u{1f600}: : :", "\u{feff}"] {
            for path in [vec![], vec![Step::from("a")], vec![Step::from("a"), Step::from("b")]] {
                let found = locate(text, &path);
                assert!(text.get(found.clone()).is_some(), "{text:?} {path:?}: {found:?}");
            }
        }
    }
}
