//! Finds the quotations of a block: what stands between a pair of quotation marks.
//!
//! In: a [`Reading`]. Out: [`Quotation`]s, outermost ones, in order. Entry point: [`find`]. Double marks of any sort and
//! guillemets count; single marks only where they cannot be apostrophes. A mark without its partner opens nothing.
//! This file must never judge what is quoted.

use std::ops::Range;

use super::token::{Kind, Reading};

/// A pair of quotation marks and what is between.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quotation {
    /// The token of the opening mark.
    pub open: usize,
    /// The token of the closing mark.
    pub close: usize,
    /// Bytes between the marks, without white space at the ends.
    pub range: Range<usize>,
    /// How many words are in it, divided by white space.
    pub words: usize,
    /// Whether sentences may be cut inside: true of single marks that may be a scare quote and an apostrophe.
    pub loose: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Open(char),
    Close,
    None,
}

/// All quotations that stand in no other.
pub(super) fn find(reading: &Reading) -> Vec<Quotation> {
    let mut found = Vec::new();
    // The last double and the last single mark that wait for their partner.
    let mut double: Option<(usize, char)> = None;
    let mut single: Option<usize> = None;
    for index in 0..reading.tokens.len() {
        let Kind::Sign(sign) = reading.tokens[index].kind else { continue };
        if !matches!(sign, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' | '‚') {
            continue;
        }
        if matches!(sign, '‘' | '’' | '\'' | '‚') {
            if double.is_some() {
                continue;
            }
            match single {
                Some(open) if closes_single(reading, index, sign) => {
                    push(reading, open, index, true, &mut found);
                    single = None;
                }
                _ if opens_single(reading, index, sign) => single = Some(index),
                _ => {}
            }
            continue;
        }
        match (mark(reading, index, sign, double), double) {
            (Mark::Close, Some((open, _))) => {
                // A double mark outranks the single ones inside it.
                while found.last().is_some_and(|inner: &Quotation| inner.close > open) {
                    found.pop();
                }
                push(reading, open, index, false, &mut found);
                (double, single) = (None, None);
            }
            (Mark::Open(sign), _) => {
                double = Some((index, sign));
            }
            _ => {}
        }
    }
    found
}

fn mark(reading: &Reading, index: usize, sign: char, open: Option<(usize, char)>) -> Mark {
    match sign {
        '“' if open.is_some_and(|(_, opening)| opening == '„') => Mark::Close,
        '«' if open.is_some_and(|(_, opening)| opening == '»') => Mark::Close,
        '“' | '„' | '«' => Mark::Open(sign),
        '»' if open.is_none() && !reading.glued(index) && reading.glued(index + 1) => Mark::Open(sign),
        '”' | '»' => Mark::Close,
        // A straight mark opens after white space or an opening bracket, when something follows it closely.
        _ => {
            let after_space =
                !reading.glued(index) || matches!(reading.sign(index.wrapping_sub(1)), Some('(' | '[' | '—' | '–' | '\u{E000}'));
            if after_space && reading.glued(index + 1) {
                Mark::Open(sign)
            } else if open.is_some() && reading.glued(index) {
                Mark::Close
            } else {
                Mark::None
            }
        }
    }
}

fn opens_single(reading: &Reading, index: usize, sign: char) -> bool {
    let before = !reading.glued(index) || matches!(reading.sign(index.wrapping_sub(1)), Some('(' | '[' | '—' | '–'));
    sign != '’' && before && reading.glued(index + 1) && reading.sign(index + 1).is_none()
}

/// A single mark after something and before no letter, other than the apostrophe of a plural before a word.
fn closes_single(reading: &Reading, index: usize, sign: char) -> bool {
    sign != '‘' && sign != '‚' && reading.glued(index) && !(reading.glued(index + 1) && reading.sign(index + 1).is_none())
}

fn push(reading: &Reading, open: usize, close: usize, single: bool, found: &mut Vec<Quotation>) {
    let (Some(first), Some(last)) = (reading.token(open + 1), close.checked_sub(1).and_then(|last| reading.token(last))) else {
        return;
    };
    if close <= open + 1 {
        return;
    }
    let range = first.start..last.end;
    let has_letters = |token: usize| !matches!(reading.tokens[token].kind, Kind::Sign(_));
    // A word is a run of tokens without white space between that has a letter or a digit.
    let (mut words, mut counted) = (0, false);
    for token in open + 1..close {
        if !reading.glued(token) || token == open + 1 {
            counted = false;
        }
        if has_letters(token) && !counted {
            words += 1;
            counted = true;
        }
    }
    let at_stop = matches!(reading.sign(close - 1), Some('.' | ',' | '!' | '?' | '…'));
    found.push(Quotation { open, close, range, words, loose: single && !at_stop });
}
