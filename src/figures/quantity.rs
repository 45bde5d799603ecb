//! Reads a number with what it measures, and joins two numbers to a range.
//!
//! In: a [`Reading`] and the token where a number begins. Out: a [`Quantity`]: one number or two, with per cent or a
//! currency. Entry point: [`read`]. `$40bn-$50bn`, `between eight and twelve thousand`, `5 to 10 per cent` are each one
//! quantity; in `rose from 9 to 12 per cent` the two ends stay apart. This file must never decide whether a quantity
//! counts something.

use super::money::{self, Currency};
use super::phrase::{self, Phrase};
use super::token::{Kind, Reading, is_hyphen};
use super::words::{Set, is_in};

/// What a number measures, as far as the characters next to it tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    Bare,
    Percent,
    Points,
    Money(Currency),
}

/// One number, or the two ends of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantity {
    /// First token, a currency sign included.
    pub first: usize,
    /// Last token, a per cent sign or a currency's name included.
    pub last: usize,
    pub low: Phrase,
    pub high: Option<Phrase>,
    pub measure: Measure,
    /// Two numbers that share their measure and are no range: a score, a change.
    pub apart: bool,
}

impl Quantity {
    /// Whether it is nothing but digits, so that it may be a date, a page or a year.
    pub fn plain(&self) -> bool {
        self.measure == Measure::Bare && self.low.plain > 0 && self.high.is_none_or(|high| high.plain > 0)
    }

    /// Whether the words around may make it a day of a month.
    pub fn like_a_day(&self) -> bool {
        let day = |phrase: &Phrase| phrase.plain > 0 && (1.0..=31.0).contains(&phrase.value);
        self.measure == Measure::Bare && day(&self.low) && self.high.as_ref().is_none_or(day)
    }

    /// Whether each end is a word below ten.
    pub fn small(&self) -> bool {
        self.measure == Measure::Bare && self.low.small() && self.high.is_none_or(|high| high.small())
    }
}

/// One number with its measure.
struct Side {
    first: usize,
    last: usize,
    phrase: Phrase,
    measure: Measure,
}

/// Reads the quantity whose first number begins at `token`.
pub(super) fn read(reading: &Reading, token: usize) -> Option<Quantity> {
    let low = side(reading, token)?;
    if let Some(pair) = pair(reading, &low) {
        return Some(pair);
    }
    Some(Quantity { first: low.first, last: low.last, low: low.phrase, high: None, measure: low.measure, apart: false })
}

fn side(reading: &Reading, token: usize) -> Option<Side> {
    let mut phrase = phrase::read(reading, token)?;
    if phrase.share {
        return Some(Side { first: phrase.first, last: phrase.last, phrase, measure: Measure::Percent });
    }
    if let Some((currency, first)) = money::symbol_before(reading, phrase.first) {
        return Some(Side { first, last: phrase.last, phrase, measure: Measure::Money(currency) });
    }
    let first = phrase.first;
    let next = phrase.last + 1;
    let after = next + usize::from(reading.hyphen(next));
    if let Some((measure, last)) = percent(reading, after) {
        return Some(Side { first, last, phrase, measure });
    }
    // `in constant 2015 dollars` names no amount.
    let before = reading.folded(first.wrapping_sub(1));
    let year = phrase.like_a_year() && ["in", "constant", "real", "of"].contains(&&*before);
    if let Some((currency, end, parts)) = money::name_after(reading, after, phrase.value).filter(|_| !year) {
        phrase.value /= parts;
        return Some(Side { first, last: end - 1, phrase, measure: Measure::Money(currency) });
    }
    Some(Side { first, last: phrase.last, phrase, measure: Measure::Bare })
}

/// `%`, `per cent`, `percent`, `percentage points` at `token`, and the last token of it.
fn percent(reading: &Reading, token: usize) -> Option<(Measure, usize)> {
    let points = |at: usize| reading.is(at, "point") || reading.is(at, "points");
    let last = match reading.token(token)?.kind {
        Kind::Sign('%' | '％') => token,
        Kind::Word => match &*reading.folded(token) {
            "percent" | "pct" | "pc" => token,
            "per" if reading.is(token + 1, "cent") => token + 1,
            "percentage" if points(token + 1 + usize::from(reading.hyphen(token + 1))) => {
                return Some((Measure::Points, token + 1 + usize::from(reading.hyphen(token + 1))));
            }
            "pp" => return Some((Measure::Points, token)),
            _ => return None,
        },
        _ => return None,
    };
    Some(if points(last + 1) { (Measure::Points, last + 1) } else { (Measure::Percent, last) })
}

/// What joins two numbers.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    Dash,
    To,
    And,
    Or,
}

fn pair(reading: &Reading, low: &Side) -> Option<Quantity> {
    let (joint, at) = joint(reading, low)?;
    // The first token of the second number, past its currency.
    let start =
        (at..at + 3).find(|&token| matches!(reading.token(token).map(|token| token.kind), Some(Kind::Digits(_) | Kind::Spelled(_))));
    let start = if reading.is(at, "a") { at + 1 } else { start? };
    let high = side(reading, start)?;
    // Nothing but a currency or an article may stand between.
    if high.first != at && !(high.first > at && reading.is(at, "a")) || low.phrase.share || high.phrase.share {
        return None;
    }
    let measure = match (low.measure, high.measure) {
        (one, other) if one == other => one,
        (Measure::Bare, other) => other,
        (Measure::Money(one), Measure::Money(other)) if money::agree(one, other) => {
            if one.code() == "$" {
                high.measure
            } else {
                low.measure
            }
        }
        // `$40bn to 50bn`; but `$5 to 12 men` is no range.
        (Measure::Money(_), Measure::Bare) if joint == Joint::Dash || high.phrase.scale > 1.0 => low.measure,
        _ => return None,
    };
    // `in 2024 to 12,000`: a year is no end of a range of counts.
    let (one, other) = (&low.phrase, &high.phrase);
    let year = |phrase: &Phrase| phrase.plain == 4 && (1800.0..2100.0).contains(&phrase.value);
    if low.measure == Measure::Bare && year(one) && is_in(Set::YearFirm, &reading.folded(low.first.wrapping_sub(1))) && !year(other) {
        return None;
    }
    if measure == Measure::Bare && year(one) != year(other) && !(other.plain == 4 && joint == Joint::Dash) {
        return None;
    }
    let mut quantity = Quantity { first: low.first, last: high.last, low: low.phrase, high: Some(high.phrase), measure, apart: false };
    let change = joint == Joint::To && changes(reading, low.first);
    let scaled = share_scale(&mut quantity, change);
    let (one, other) = (quantity.low.value, quantity.high?.value);
    if change || one >= other {
        // A score or a fall: worth keeping together only where one measure or scale serves both.
        let shared = scaled || (low.measure == Measure::Bare && measure != Measure::Bare);
        if !(shared || (joint == Joint::Dash && one >= other)) {
            return None;
        }
        quantity.apart = true;
    }
    Some(quantity)
}

/// `forty to fifty billion`: the scale of the second number serves the first, when that makes the range ascend, or when
/// both are ends of a change (`fell from 1.5 to 1.2 million`). Says whether it did.
fn share_scale(quantity: &mut Quantity, change: bool) -> bool {
    let Some(high) = quantity.high else { return false };
    let low = &mut quantity.low;
    let fits = low.value < high.value / high.scale || (change && low.value < 1000.0);
    let bare = low.scale <= 1.0 && (low.plain > 0 || low.spelled || low.decimals > 0);
    if !(fits && bare && high.scale > 1.0) {
        return false;
    }
    low.value *= high.scale;
    low.scale = high.scale;
    low.plain = 0;
    true
}

/// The joint after `low` and the token after it.
fn joint(reading: &Reading, low: &Side) -> Option<(Joint, usize)> {
    let next = low.last + 1;
    if let Some(sign) = reading.sign(next) {
        let spaced = !reading.glued(next) || !reading.glued(next + 1);
        return match sign {
            // `ten- to twelve-day`.
            _ if is_hyphen(sign) && reading.glued(next) && (reading.is(next + 1, "to") || reading.is(next + 1, "or")) => {
                Some((Joint::To, next + 2))
            }
            '–' | '‒' => Some((Joint::Dash, next + 1)),
            '—' | '-' | '\u{2010}' | '\u{2011}' | '~' | '−' if !spaced => Some((Joint::Dash, next + 1)),
            _ => None,
        };
    }
    match &*reading.folded(next) {
        "to" => Some((Joint::To, next + 1)),
        "or" => Some((Joint::Or, next + 1)),
        "and" if reading.is(low.first.wrapping_sub(1), "between") => Some((Joint::And, next + 1)),
        _ => None,
    }
}

/// Whether a verb of change makes the number that begins at `token` the start or the size of a change: `rose last year
/// from 9`, `rose by 9`, `rose 9`.
fn changes(reading: &Reading, token: usize) -> bool {
    let before = token.wrapping_sub(1);
    let reach = if reading.is(before, "from") { 5 } else { 2 };
    (1..=reach)
        .map_while(|back| token.checked_sub(back))
        .take_while(|&word| reading.is_word(word))
        .filter(|&word| reach > 2 || word == before || reading.is(before, "by"))
        .any(|word| is_in(Set::Change, &reading.folded(word)))
}
