//! Where a field stands in a YAML text.
//!
//! In: a text and a path into it. Out: byte ranges. The text is read event by event and not kept, so the good case,
//! in which nothing is reported, costs nothing. Must never fail: at worst the range is `0..0`.

use std::ops::Range;

use saphyr_parser::{Event, Parser};

use super::Step;

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

fn byte_of(text: &str, char_index: usize) -> usize {
    text.char_indices().nth(char_index).map_or(text.len(), |(i, _)| i)
}

/// The bytes of the value at `path`; if it does not exist, of its nearest existing parent. A key's value is given
/// where there is one, so `locate(text, ["title"])` points at the title itself. Never fails: at worst `0..0`.
pub fn locate(text: &str, path: &[Step]) -> Range<usize> {
    struct Open {
        /// How many steps of the path lead here, if this collection lies on the path.
        on_path: Option<usize>,
        mapping: bool,
        item: usize,
        key: Option<String>,
    }
    let mut stack: Vec<Open> = Vec::new();
    let mut best = 0..0;
    let mut best_depth = 0;
    let mut whole_of: Option<(usize, usize)> = None; // (stack depth, start) of the collection that is the target
    let ascii = text.is_ascii();
    let byte = |index: usize| if ascii { index.min(text.len()) } else { byte_of(text, index) };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let opens = matches!(event, Event::MappingStart(..) | Event::SequenceStart(..));
        match event {
            Event::MappingEnd | Event::SequenceEnd => {
                stack.pop();
                if let Some((depth, start)) = whole_of
                    && stack.len() == depth
                {
                    let end = byte(span.end.index());
                    let end = start + text[start..end.max(start)].trim_end().len();
                    return start..end;
                }
                if let Some(top) = stack.last_mut() {
                    top.advance();
                }
            }
            Event::Scalar(..) | Event::Alias(..) | Event::MappingStart(..) | Event::SequenceStart(..) => {
                let (start, end) = (byte(span.start.index()), byte(span.end.index()));
                let depth = match stack.last_mut() {
                    None => Some(0),
                    Some(top) if top.mapping && top.key.is_none() => {
                        let key = if let Event::Scalar(value, ..) = &event { value.to_string() } else { String::new() };
                        if let (Some(d), Some(Step::Key(wanted))) = (top.on_path, path.get(top.on_path.unwrap_or(0)))
                            && *wanted == key
                            && d + 1 > best_depth
                        {
                            (best, best_depth) = (start..end, d + 1);
                        }
                        top.key = Some(key);
                        if opens {
                            stack.push(Open { on_path: None, mapping: matches!(event, Event::MappingStart(..)), item: 0, key: None });
                        }
                        continue;
                    }
                    Some(top) => {
                        let step = if top.mapping { top.key.clone().map(Step::Key) } else { Some(Step::Item(top.item)) };
                        top.on_path.filter(|d| path.get(*d) == step.as_ref()).map(|d| d + 1)
                    }
                };
                if let Some(d) = depth {
                    if d == path.len() {
                        if opens {
                            whole_of = Some((stack.len(), start));
                        } else if end > start {
                            return start..start + text[start..end].trim_end().len();
                        } else {
                            return best;
                        }
                    } else if d > best_depth || (d == best_depth && !matches!(event, Event::Scalar(..)) && d > 0) {
                        (best, best_depth) = (to_line_end(text, start), d);
                    }
                }
                if opens {
                    stack.push(Open { on_path: depth, mapping: matches!(event, Event::MappingStart(..)), item: 0, key: None });
                } else if let Some(top) = stack.last_mut() {
                    top.advance();
                }
            }
            _ => {}
        }
    }
    impl Open {
        fn advance(&mut self) {
            // A key that is itself a collection has just ended when no key is held yet.
            if self.mapping && self.key.is_none() {
                self.key = Some(String::new());
            } else {
                self.key = None;
                self.item += 1;
            }
        }
    }
    if best.is_empty() && !text.is_empty() { first_line(text, 0..text.len().min(1)) } else { best }
}
