//! Cuts a block into sentences.
//!
//! In: a [`Reading`], its quotations, and how many tokens are the block's own number. Out: ranges of tokens that
//! together cover the block. Entry point: [`split`]. A sentence ends after `.`, `!`, `?` or `…` with the closing marks
//! and the citations that follow it; not after an abbreviation, not before a small letter, not within a quotation.
//! This file must never look at numbers beyond asking whether one follows.

use std::ops::Range;

use super::quotation::Quotation;
use super::token::{Kind, Reading};
use super::words::{Set, is_in};

/// The sentences, as ranges of tokens; none is empty.
pub(super) fn split(reading: &Reading, quotations: &[Quotation], numbering: usize) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut at = numbering;
    let mut inside = quotations.iter().filter(|quotation| !quotation.loose).peekable();
    while at < reading.tokens.len() {
        let Kind::Sign(sign) = reading.tokens[at].kind else {
            at += 1;
            continue;
        };
        if !is_stop(sign) {
            at += 1;
            continue;
        }
        while inside.next_if(|quotation| quotation.close < at).is_some() {}
        let quotation = inside.peek().filter(|quotation| quotation.open < at).copied();
        match ending(reading, at, quotation) {
            Ending::At(end) => {
                sentences.push(start..end);
                start = end;
                at = end;
            }
            Ending::Not(next) => at = next,
        }
    }
    if start < reading.tokens.len() {
        // Stray citations and signs at the end belong to the last sentence.
        let stray = reading.tokens[start..].iter().all(|token| matches!(token.kind, Kind::Sign(sign) if sign != '\u{E001}'));
        match sentences.last_mut() {
            Some(last) if stray => last.end = reading.tokens.len(),
            _ => sentences.push(start..reading.tokens.len()),
        }
    }
    sentences
}

enum Ending {
    /// The sentence ends before this token.
    At(usize),
    /// It goes on; look again from this token.
    Not(usize),
}

fn is_stop(sign: char) -> bool {
    matches!(sign, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '‽')
}

fn is_closer(sign: char) -> bool {
    matches!(sign, ')' | ']' | '}' | '”' | '’' | '"' | '\'' | '»' | '›' | '“')
}

/// Whether the sentence ends with the stop at `at`, inside `quotation` if there is one.
fn ending(reading: &Reading, at: usize, quotation: Option<&Quotation>) -> Ending {
    let mut end = at + 1;
    while reading.glued(end) && reading.sign(end).is_some_and(is_stop) {
        end += 1;
    }
    let stops = end - at;
    while reading.glued(end) && reading.sign(end).is_some_and(is_closer) {
        end += 1;
    }
    let closed = end > at + stops;
    // A stop within a quotation ends nothing, unless the quotation ends with it.
    if quotation.is_some_and(|quotation| end <= quotation.close) {
        return Ending::Not(end);
    }
    let before_marks = end;
    let marks_glued = reading.glued(end);
    while matches!(reading.sign(end), Some('\u{E000}' | '\u{E003}')) {
        end += 1;
    }
    let marked = end > before_marks;
    if reading.token(end).is_none() {
        return Ending::At(end);
    }
    if reading.glued(end) && !closed && !marked {
        return Ending::Not(before_marks);
    }
    let next = Next::at(reading, end);
    if next == Next::Small {
        // `Nobody knew. [@a] speaks of 11,000`: the citation opens the next sentence.
        let opens = marked && !marks_glued && !shortened(reading, at, stops, Next::Other);
        return if opens { Ending::At(before_marks) } else { Ending::Not(end) };
    }
    if next == Next::Other && !marked {
        return Ending::Not(end);
    }
    let single = stops == 1 && reading.sign(at) == Some('.');
    if single && shortened(reading, at, stops, next) {
        return Ending::Not(before_marks);
    }
    let dots = reading.sign(at) == Some('…') || (stops > 1 && reading.sign(at) == Some('.'));
    if dots && matches!(next, Next::Number | Next::Amount) && !marked {
        return Ending::Not(end);
    }
    // “How many?” Rutte asked.
    let asked = closed && !marked && matches!(reading.sign(at + stops - 1), Some('!' | '?' | '…'));
    if asked && speech_follows(reading, end) {
        return Ending::Not(end);
    }
    Ending::At(end)
}

/// What a sentence would begin with.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Capital,
    /// A capital word that often begins sentences: `The`.
    Starter,
    Small,
    /// A plain number, which may be labelled: `no. 5`.
    Number,
    /// A number with separators or a currency, which is not.
    Amount,
    /// A shortcode or a code span.
    Piece,
    Other,
}

impl Next {
    fn at(reading: &Reading, token: usize) -> Self {
        let mut token = token;
        let mut quoted = false;
        while matches!(reading.sign(token), Some('“' | '„' | '‘' | '"' | '\'' | '«' | '(' | '[')) {
            quoted |= reading.sign(token) != Some('(');
            token += 1;
        }
        match reading.token(token).map(|token| token.kind) {
            Some(Kind::Word | Kind::Spelled(_)) => {
                let first = reading.slice(token).chars().next().unwrap_or(' ');
                if first.is_lowercase() {
                    Self::Small
                } else if quoted || is_in(Set::Starter, &reading.folded(token)) {
                    Self::Starter
                } else {
                    Self::Capital
                }
            }
            Some(Kind::Digits(_)) if reading.numeral(token).is_some_and(|part| part.plain == 0 && part.decimals == 0) => Self::Amount,
            Some(Kind::Digits(_) | Kind::Code) => Self::Number,
            Some(Kind::Sign('\u{E001}' | '\u{E002}')) => Self::Piece,
            Some(Kind::Sign('$' | '€' | '£' | '¥' | '₩' | '₽' | '₴' | '~' | '≈' | '+' | '−')) => Self::Amount,
            _ => Self::Other,
        }
    }
}

/// Whether the full stop at `at` belongs to a shortened word, so that `next` does not begin a sentence.
fn shortened(reading: &Reading, at: usize, stops: usize, next: Next) -> bool {
    if stops != 1 || reading.sign(at) != Some('.') || !reading.glued(at) {
        return false;
    }
    let Some(before) = at.checked_sub(1) else { return false };
    if !reading.is_word(before) {
        return false;
    }
    let word = reading.folded(before);
    let letters = reading.slice(before).chars().count();
    let dotted = reading.sign(before.wrapping_sub(1)) == Some('.') && reading.glued(before);
    if letters == 1 && dotted {
        // `e.g.` and `i.e.` never end a sentence; `a.m.` and `U.S.` do before a word that begins sentences.
        let first = reading.folded(before.wrapping_sub(2));
        let latin = (first.eq("e") && word.eq("g")) || (first.eq("i") && word.eq("e"));
        return latin || !matches!(next, Next::Starter | Next::Piece);
    }
    if letters == 1 && reading.capital(before) {
        // An initial; but `vitamin C. The`.
        return next != Next::Starter || reading.capital(before.wrapping_sub(1));
    }
    if letters == 1 || is_in(Set::LabelDotted, &word) {
        // `p. 4`, `no. 5`; `no.` may also end a sentence.
        if next == Next::Number {
            return true;
        }
    }
    if is_in(Set::Title, &word) && reading.capital(before) {
        // `St. Petersburg`; but `Larimer St. The`.
        return !(word.eq("st") && next == Next::Starter);
    }
    if is_in(Set::Shortened, &word) {
        return true;
    }
    if is_in(Set::Month, &word) && word.len() < 5 && next == Next::Number {
        return is_in(Set::ShortenedLast, &word);
    }
    is_in(Set::ShortenedLast, &word) && !matches!(next, Next::Starter | Next::Piece)
}

/// Whether the words from `token` on say who asked: `Rutte asked`, `the minister of defence wondered`.
fn speech_follows(reading: &Reading, token: usize) -> bool {
    (token..token + 5).take_while(|&word| reading.is_word(word)).any(|word| is_in(Set::Speech, &reading.folded(word)))
}
