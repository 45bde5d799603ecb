//! Reads shares: `two thirds`, `a quarter of the grain`, `half the men`, `one in five`, `9 out of 10`, `2/3 of`.
//!
//! In: a [`Reading`] and the token where a number begins. Out: a [`Phrase`] whose value is in per cent. Entry points:
//! [`of_words`], [`of_digits`], [`out_of`]. A half that is a place or a time (`the first half of October`, `half an
//! hour`) is none, nor is an ordinal (`a third party`). This file must never read whole numbers.

use super::phrase::{self, Phrase};
use super::spelled::Spelled;
use super::token::Reading;
use super::words::{Set, is_in};

/// `half`, `a third`, `two thirds`, `three-quarters` at `token`.
pub(super) fn of_words(reading: &Reading, token: usize) -> Option<Phrase> {
    let (count, part) = match reading.spelled(token)? {
        Spelled::Part(..) => (None, token),
        Spelled::Unit(count) => (Some(count), token + 1 + usize::from(reading.hyphen(token + 1))),
        _ => return None,
    };
    let Some(Spelled::Part(parts, plural)) = reading.spelled(part) else { return None };
    let article = reading.is(token.wrapping_sub(1), "a");
    let followed = |word: &str| reading.is(part + 1, word);
    let stands = match (count, parts) {
        // `fell by half`, `half of the men`, `half the men`; `a half of` and `one half of` too.
        (None, 2) if !article && reading.is(token.wrapping_sub(1), "by") && closes(reading, token, part + 1) => true,
        (None, 2) => {
            let before = token.wrapping_sub(if article { 2 } else { 1 });
            is_in(Set::AfterHalf, &reading.folded(part + 1))
                && !is_in(Set::BeforeHalf, &reading.folded(before))
                && !reading.hyphen(token.wrapping_sub(1))
        }
        (Some(1), 2) => followed("of"),
        // `a third of`, `fell by a third`; `a third party` and `the third of May` are ordinals.
        (None, _) => article && !plural && (followed("of") || closes(reading, token - 1, part + 1)),
        (Some(1), _) => !plural && (followed("of") || reading.hyphen(token + 1) || reading.sign(part + 1).is_some()),
        // `two quarters` are half a year of a company; nobody writes them for a half.
        (Some(count), 4) => plural && count == 3,
        (Some(count), _) => plural && count < parts && count > 1,
    };
    if !stands || (plural && count.is_none()) || of_time(reading, part + 1) || scaled(reading, part + 1) {
        return None;
    }
    let value = 100.0 * f64::from(count.unwrap_or(1)) / f64::from(parts);
    Some(phrase_of(if article { token - 1 } else { token }, part, value))
}

/// Whether the share that begins at `first` is a measure of change that ends its clause: `fell by a third.`
fn closes(reading: &Reading, first: usize, after: usize) -> bool {
    let measured = is_in(Set::BeforeShare, &reading.folded(first.wrapping_sub(1)));
    measured && (reading.token(after).is_none() || reading.sign(after).is_some() || reading.is(after, "and"))
}

/// `of October`, `of 2024`, `of a century`, `the year`: the share of a time is a duration. And `half the battle`.
fn of_time(reading: &Reading, after: usize) -> bool {
    let mut at = after;
    if reading.is(at, "of") {
        at += 1;
    }
    if reading.numeral(at).is_some_and(|numeral| numeral.plain == 4) {
        return true;
    }
    let month = |at: usize| reading.capital(at) && is_in(Set::Month, &reading.folded(at));
    if month(at) {
        return true;
    }
    for word in ["a", "an", "the", "its", "his", "her", "their", "our", "this", "that", "all"] {
        if reading.is(at, word) {
            at += 1;
            break;
        }
    }
    let word = reading.folded(at);
    if is_in(Set::Idiom, &word) {
        return true;
    }
    is_in(Set::Time, word.strip_suffix("'s").unwrap_or(&word)) || month(at)
}

/// `a quarter of a million` is a count.
fn scaled(reading: &Reading, after: usize) -> bool {
    let scale = |at: usize| matches!(reading.spelled(at), Some(Spelled::Scale(_) | Spelled::Hundred | Spelled::Dozen));
    reading.is(after, "of") && reading.is(after + 1, "a") && scale(after + 2)
}

/// `2/3 of`, `9 out of 10`, `1 in 5`.
pub(super) fn of_digits(reading: &Reading, token: usize) -> Option<Phrase> {
    let count = phrase::digits(reading, token)?;
    if reading.sign(token + 1) == Some('/') && reading.glued(token + 1) && reading.glued(token + 2) {
        let whole = phrase::digits(reading, token + 2)?;
        return ratio(&count, &whole);
    }
    out_of(reading, count)
}

/// `one in five`, `nine out of ten`, whose first number is `count`.
pub(super) fn out_of(reading: &Reading, count: Phrase) -> Option<Phrase> {
    let next = count.last + 1;
    let (at, out) = match () {
        () if reading.is(next, "in") => (next + 1, false),
        () if reading.is(next, "out") && reading.is(next + 1, "of") => (next + 2, true),
        () => return None,
    };
    let at = at + usize::from(reading.is(at, "every"));
    let whole = match reading.spelled(at) {
        Some(_) => phrase::spelled(reading, at)?,
        None => phrase::digits(reading, at)?,
    };
    // `two in ten days`, `12 in 2024`, `3 in 12 October` are no shares.
    let after = reading.folded(whole.last + 1);
    let timed = is_in(Set::Time, &after) || is_in(Set::Month, &after) || reading.hyphen(whole.last + 1);
    let round = out || whole.value <= 10.0 || [12.0, 20.0, 50.0, 100.0, 1000.0].contains(&whole.value);
    if timed || !round || count.value > 20.0 || count.scale > 1.0 || whole.value > 1000.0 {
        return None;
    }
    ratio(&count, &whole)
}

fn ratio(count: &Phrase, whole: &Phrase) -> Option<Phrase> {
    let whole_number = |value: f64| value.fract() == 0.0 && value >= 1.0;
    if !whole_number(count.value) || !whole_number(whole.value) || count.value > whole.value {
        return None;
    }
    Some(phrase_of(count.first, whole.last, 100.0 * count.value / whole.value))
}

fn phrase_of(first: usize, last: usize, value: f64) -> Phrase {
    Phrase { first, last, value, decimals: 0, scale: 1.0, plain: 0, spelled: true, share: true, metres: false }
}
