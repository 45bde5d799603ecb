//! Where a text may be cut without breaking a word or a figure.
//!
//! In: a text as written and a byte offset. Out: whether a cut there would fall inside a word
//! ([`inside_word`]), and the words and marks of a text ([`pieces`]). Stricter than a dictionary:
//! `11,000`, `$40bn`, `20 %`, `3, 000`, `-5`, `don't` and `non-lethal` cannot be cut, because the
//! rest would say something else. Looks at a bounded number of characters. Never: folds or compares.

use super::letters::{
    is_apostrophe, is_blank, is_currency, is_dash, is_hyphen, is_invisible, is_numeral, is_quote_mark, is_space, is_word, stands_alone,
    starts_cluster,
};
use super::numerals::{digits_at_end, digits_at_start, is_spaced_group, is_spaced_thousands, starts_with_magnitude, trim_end, trim_start};
use std::ops::Range;

/// How many characters, invisible ones included, are looked at on each side.
const REACH: usize = 32;

/// Would a quote that begins or ends at byte `at` cut a word or a figure in two? True also where
/// `at` is not the start of a character.
pub(super) fn inside_word(text: &str, at: usize) -> bool {
    inside_piece(text, at) || parts_magnitude(text, at)
}

/// The words and marks of a text, as byte ranges, white space left out.
pub(super) fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let cuts = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]);
    for at in cuts.filter(|&at| at > 0) {
        if at < text.len() && inside_piece(text, at) {
            continue;
        }
        let piece = text[start..at].trim_end_matches(is_blank);
        let from = start + piece.len() - piece.trim_start_matches(is_blank).len();
        if from < start + piece.len() {
            found.push(from..start + piece.len());
        }
        start = at;
    }
    found
}

/// [`inside_word`], but "11 thousand" counts as two.
fn inside_piece(text: &str, at: usize) -> bool {
    let (Some(left), Some(right)) = (text.get(..at), text.get(at..)) else {
        return true;
    };
    let mut before = left.chars().rev().take(REACH).filter(|&c| !is_invisible(c));
    let mut after = right.chars().take(REACH).filter(|&c| !is_invisible(c));
    let (Some(l), Some(r)) = (before.next(), after.next()) else {
        return false;
    };
    if l.is_ascii_alphanumeric() && r.is_ascii_alphanumeric() {
        return true;
    }
    // Most cuts that are asked for lie between a letter and a space, where nothing belongs together.
    if matches!((l, r), (' ', letter) | (letter, ' ') if letter.is_ascii_alphabetic()) {
        return false;
    }
    if !starts_cluster(r) && !is_space(l) {
        return true;
    }
    if is_word(l) && is_word(r) {
        let free = stands_alone(l) || stands_alone(r);
        return !free || (is_numeral(l) && is_numeral(r));
    }
    let (l2, r2) = (before.next(), after.next());
    if is_word(l) && r2.is_some_and(|r2| connects(l2, l, r, r2)) {
        return true;
    }
    if is_word(r) && l2.is_some_and(|l2| connects(before.next(), l2, l, r)) {
        return true;
    }
    splits_sign(l2, l, r, r2) || splits_gap(left, right) || splits_mark(left, right)
}

/// Does `mark`, tight between `a` and `b`, make one word of them? `before_a` tells "U.S" from a
/// full stop whose space was lost.
fn connects(before_a: Option<char>, a: char, mark: char, b: char) -> bool {
    if !is_word(a) || !is_word(b) {
        return false;
    }
    if is_hyphen(mark) || is_apostrophe(mark) || mark == '&' {
        return true;
    }
    if a.is_numeric() && b.is_numeric() {
        return is_dash(mark) || matches!(mark, '.' | ',' | ':' | '/' | '\u{66B}' | '\u{66C}' | '，' | '．');
    }
    mark == '.' && (b.is_lowercase() || !before_a.is_some_and(is_word))
}

/// A cut between a digit and the sign that belongs to it: `$|40`, `20|%`, `-|5`, `10,000|+`.
fn splits_sign(l2: Option<char>, l: char, r: char, r2: Option<char>) -> bool {
    let prefix = |c: char| is_currency(c) || matches!(c, '±' | '≤' | '≥' | '<' | '>' | '~' | '≈');
    let minus = |c: char| matches!(c, '-' | '\u{2212}');
    if r.is_numeric() {
        return prefix(l) || (minus(l) && !l2.is_some_and(is_dash));
    }
    if l.is_numeric() && (matches!(r, '%' | '‰' | '+' | '٪' | '％') || is_currency(r)) {
        return true;
    }
    is_word(l) && is_currency(r) && r2.is_some_and(char::is_numeric)
}

/// A cut at or beside white space within a figure: `3|, 000`, `11| 000`, `20| %`.
fn splits_gap(left: &str, right: &str) -> bool {
    let (lt, rt) = (trim_end(left), trim_start(right));
    let gap = (left.len() - lt.len()) + (right.len() - rt.len());
    if let Some(figure) = lt.strip_suffix(',') {
        return gap > 0 && is_spaced_thousands(figure, rt);
    }
    if digits_at_end(lt) == 0 {
        return false;
    }
    if let Some(after) = right.strip_prefix(',') {
        let group = trim_start(after);
        return group.len() < after.len() && lt.len() == left.len() && is_spaced_thousands(lt, group);
    }
    if gap == 0 {
        return false;
    }
    if digits_at_start(rt) > 0 {
        let one = left[lt.len()..].chars().chain(right[..right.len() - rt.len()].chars()).count() == 1;
        return one && is_spaced_group(lt, rt);
    }
    let mut after = rt.chars();
    match after.next() {
        Some('%' | '‰' | '٪') => true,
        Some(c) if is_currency(c) => !after.next().is_some_and(char::is_numeric),
        _ => false,
    }
}

/// A cut inside what folds to one mark: an ellipsis with its brackets, a run of dashes or of
/// quotation marks.
fn splits_mark(left: &str, right: &str) -> bool {
    let dot = |c: char| matches!(c, '.' | '…');
    let (lt, rt) = (trim_end(left), trim_start(right));
    match (lt.chars().next_back(), rt.chars().next()) {
        (Some(l), Some(r)) if dot(l) && dot(r) => true,
        (Some(l), Some(r)) if is_dash(l) && is_dash(r) => true,
        (Some(l), Some(r)) if is_quote_mark(l) && is_quote_mark(r) => true,
        (Some('[' | '('), Some(r)) => dot(r),
        (Some(l), Some(']' | ')')) => dot(l),
        _ => false,
    }
}

/// A cut between digits and the word that multiplies them: `11| thousand`, `11 |thousand`.
fn parts_magnitude(text: &str, at: usize) -> bool {
    let (Some(left), Some(right)) = (text.get(..at), text.get(at..)) else {
        return true;
    };
    let (lt, rt) = (trim_end(left), trim_start(right));
    digits_at_end(lt) > 0 && lt.len() + rt.len() < text.len() && starts_with_magnitude(rt)
}
