//! Ellipses: the marks `…`, `...`, `. . .`, `[…]`, and the parts of a quote between them.
//!
//! In: any string. Out: how long the ellipsis at its start is ([`ellipsis_len`]), and the parts of a
//! quote between its omission marks ([`omission_parts`]). Four dots or more, and dots with white
//! space between them, are one ellipsis. Never: judges whether an omission is allowed; `find` does.

use super::letters::{is_invisible, is_word};
use super::numerals::trim_start;

/// The parts of a quote between its omission marks; one part where there is none. Parts without
/// any letter or digit are left out.
pub(super) fn omission_parts(quote: &str) -> Vec<&str> {
    // The first bytes of all dots.
    if memchr::memchr2(b'.', 0xE2, quote.as_bytes()).is_none() {
        return if quote.chars().any(is_word) { vec![quote] } else { Vec::new() };
    }
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = quote[at..].chars().next() {
        match ellipsis_len(&quote[at..]) {
            Some(len) => {
                parts.push(&quote[start..at]);
                at += len;
                start = at;
            }
            None => at += c.len_utf8(),
        }
    }
    parts.push(&quote[start..]);
    parts.retain(|part| part.chars().any(is_word));
    parts
}

/// Length of the ellipsis at the start of `text`, its brackets included: `…`, `...`, `. . .`,
/// `....`, `[…]`, `(...)`.
pub(super) fn ellipsis_len(text: &str) -> Option<usize> {
    let open = text.bytes().next()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'.' | 0xE2 => return dots_len(text),
        _ => return None,
    };
    let inner = trim_start(&text[1..]);
    let rest = trim_start(&inner[dots_len(inner)?..]);
    (rest.as_bytes().first() == Some(&close)).then(|| text.len() - rest.len() + 1)
}

/// Length of three or more dots, or one `…`, with or without white space between them.
fn dots_len(text: &str) -> Option<usize> {
    let (mut dots, mut end) = (0, 0);
    loop {
        let next = if dots == 0 { &text[end..] } else { trim_start(&text[end..]) };
        let from = text.len() - next.len();
        match next.chars().next() {
            Some('.') => dots += 1,
            Some('…') => dots += 3,
            Some(c) if dots > 0 && is_invisible(c) => {
                end = from + c.len_utf8();
                continue;
            }
            _ => break,
        }
        end = from + next.chars().next().map_or(0, char::len_utf8);
    }
    (dots >= 3).then_some(end)
}
