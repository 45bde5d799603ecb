//! Reads the value of one number as it stands in the text: digits with their scale, or number words.
//!
//! In: a [`Reading`] and the token where a number begins. Out: a [`Phrase`]: its tokens and its value. Entry point:
//! [`read`]. `1.2 million`, `40bn`, `two hundred and fifty thousand`, `a dozen`, `half a million`, `two and a half
//! million` are each one phrase. This file must never ask what is counted.

use super::money;
use super::share;
use super::spelled::Spelled;
use super::token::{Kind, Reading};
use super::words::{Set, is_in};

/// A number and the tokens that spell it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Phrase {
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    pub value: f64,
    /// Digits after the decimal point, as printed.
    pub decimals: u8,
    /// What its leading number was multiplied by: `1e9` for `40bn`. 1 when there is no scale.
    pub scale: f64,
    /// Digits of a plain number: no separator, decimals or scale. Else 0.
    pub plain: usize,
    /// Written in words.
    pub spelled: bool,
    /// A share of something, in per cent: `two thirds`, `one in five`.
    pub share: bool,
    /// Followed by a close `m` that may mean metres (as `value` has it) or millions.
    pub metres: bool,
}

impl Phrase {
    /// A word below ten (`two`), which most often counts nothing.
    pub fn small(&self) -> bool {
        self.spelled && self.value < 10.0 && self.scale <= 1.0 && !self.share
    }

    /// Plain digits that can be a year.
    pub fn like_a_year(&self) -> bool {
        self.plain == 4 && (1000.0..2200.0).contains(&self.value)
    }
}

/// Reads the number whose first digits or word stand at `token`; none for vague words (`several thousand`) and for
/// words that only look like numbers (`a third party`).
pub(super) fn read(reading: &Reading, token: usize) -> Option<Phrase> {
    match reading.token(token)?.kind {
        Kind::Digits(_) => share::of_digits(reading, token).or_else(|| digits(reading, token)),
        Kind::Spelled(_) => share::of_words(reading, token).or_else(|| half_scale(reading, token)).or_else(|| {
            let phrase = spelled(reading, token)?;
            Some(share::out_of(reading, phrase).unwrap_or(phrase))
        }),
        _ => None,
    }
}

/// `11,000`, `1.2 million`, `40bn`, `12 hundred thousand`.
pub(super) fn digits(reading: &Reading, token: usize) -> Option<Phrase> {
    let numeral = reading.numeral(token)?;
    let mut phrase = Phrase {
        first: token,
        last: token,
        value: numeral.value,
        decimals: numeral.decimals,
        scale: 1.0,
        plain: numeral.plain,
        spelled: false,
        share: false,
        metres: false,
    };
    let money = money::symbol_before(reading, token).is_some();
    // At most two: `12 hundred thousand`.
    for _ in 0..2 {
        let next = phrase.last + 1 + usize::from(reading.hyphen(phrase.last + 1));
        let Some(scale) = scale_at(reading, next, money, &phrase) else { break };
        phrase.scale *= scale;
        phrase.value *= scale;
        phrase.last = next;
        phrase.plain = 0;
    }
    phrase.metres = phrase.scale <= 1.0 && reading.slice(phrase.last + 1) == "m" && reading.glued(phrase.last + 1);
    Some(phrase)
}

/// The scale written at `token`, after the digits of `phrase`.
fn scale_at(reading: &Reading, token: usize, money: bool, phrase: &Phrase) -> Option<f64> {
    match reading.token(token)?.kind {
        Kind::Spelled(Spelled::Hundred) => Some(100.0),
        Kind::Spelled(Spelled::Dozen) => Some(12.0),
        Kind::Spelled(Spelled::Scale(power)) => Some(10f64.powi(i32::from(power))),
        Kind::Word if phrase.scale > 1.0 => None,
        Kind::Word => {
            let glued = reading.glued(token);
            let letters = reading.folded(token);
            match &*letters {
                // `21 millions`; but `in 2024 millions fled`, `by May 12 thousands of them`.
                "thousands" | "millions" | "billions" if phrase.plain > 3 || reading.is(token + 1, "of") => None,
                "thousands" => Some(1e3),
                "mn" | "mln" | "millions" => Some(1e6),
                "bn" | "bln" | "billions" => Some(1e9),
                "tn" | "trn" => Some(1e12),
                "k" if glued || money => Some(1e3),
                "m" if money || (glued && (reading.capital(token) || millions(reading, token))) => Some(1e6),
                "b" if money => Some(1e9),
                "t" if money && glued => Some(1e12),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether `m` at `token` means millions: things follow (`9.7m people`), and not a race (`100m hurdles`).
fn millions(reading: &Reading, token: usize) -> bool {
    let word = reading.folded(token + 1);
    !reading.glued(token + 1) && super::lexicon::plural(&word) && !["hurdles", "sprints", "races"].contains(&&*word)
}

/// `half a million`, `half a dozen`, `half-million`, `a quarter of a million`.
fn half_scale(reading: &Reading, token: usize) -> Option<Phrase> {
    let Some(Spelled::Part(parts, plural)) = reading.spelled(token) else { return None };
    let mut at = token + 1;
    if reading.hyphen(at) {
        at += 1;
    } else if parts != 2 && reading.is(at, "of") && reading.is(at + 1, "a") {
        at += 2;
    } else if parts == 2 && reading.is(at, "a") {
        at += 1;
    }
    if parts > 5 || plural || (at == token + 1 && parts != 2) {
        return None;
    }
    let scale = match reading.spelled(at)? {
        Spelled::Scale(power) => 10f64.powi(i32::from(power)),
        Spelled::Dozen => 12.0,
        Spelled::Hundred => 100.0,
        _ => return None,
    };
    let first = if reading.is(token.wrapping_sub(1), "a") { token - 1 } else { token };
    Some(Phrase {
        first,
        last: at,
        value: scale / f64::from(parts),
        decimals: 0,
        scale,
        plain: 0,
        spelled: true,
        share: false,
        metres: false,
    })
}

/// What the number words so far allow next.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Start,
    Unit,
    Tens,
    Hundred,
    Scale,
}

/// `eleven thousand`, `two hundred and fifty`, `twenty-five`, `a dozen`, `two and a half million`.
pub(super) fn spelled(reading: &Reading, token: usize) -> Option<Phrase> {
    let (mut total, mut group, mut scale) = (0.0, 0.0, 1.0);
    let (mut after, mut ceiling, mut last, mut first) = (After::Start, u8::MAX, token, token);
    let mut at = token;
    while let Some(word) = reading.spelled(at) {
        match word {
            Spelled::Unit(unit) => {
                let fits = match after {
                    After::Start | After::Hundred | After::Scale => true,
                    After::Tens => (1..10).contains(&unit),
                    After::Unit => false,
                };
                if !fits {
                    break;
                }
                group += f64::from(unit);
                after = After::Unit;
            }
            Spelled::Tens(tens) => {
                if matches!(after, After::Unit | After::Tens) {
                    break;
                }
                group += f64::from(tens);
                after = After::Tens;
            }
            Spelled::Hundred | Spelled::Dozen => {
                match after {
                    After::Start => {
                        first = one_before(reading, token, at)?;
                        group = 1.0;
                    }
                    After::Unit | After::Tens if group < 100.0 => {}
                    _ => break,
                }
                group *= if word == Spelled::Hundred { 100.0 } else { 12.0 };
                after = After::Hundred;
            }
            Spelled::Scale(power) => {
                match after {
                    After::Start => {
                        first = one_before(reading, token, at)?;
                        group = 1.0;
                    }
                    After::Scale => break,
                    _ => {}
                }
                if power >= ceiling || group <= 0.0 {
                    break;
                }
                scale = 10f64.powi(i32::from(power));
                total += group * scale;
                (group, ceiling, after) = (0.0, power, After::Scale);
            }
            Spelled::Part(..) => break,
        }
        last = at;
        (at, group, total) = step(reading, at, after, group, total, scale, &mut last);
        if at == usize::MAX {
            break;
        }
    }
    if after == After::Start {
        return None;
    }
    Some(Phrase { first, last, value: total + group, decimals: 0, scale, plain: 0, spelled: true, share: false, metres: false })
}

/// Where the next number word may stand after the one at `at`: past a hyphen or an `and`; `and a half` is added here.
fn step(reading: &Reading, at: usize, after: After, group: f64, total: f64, scale: f64, last: &mut usize) -> (usize, f64, f64) {
    let next = at + 1;
    let a_half = reading.is(next, "and") && reading.is(next + 1, "a") && reading.spelled(next + 2) == Some(Spelled::Part(2, false));
    if a_half && matches!(after, After::Unit | After::Tens) {
        *last = next + 2;
        return (next + 3, group + 0.5, total);
    }
    if a_half && after == After::Scale {
        *last = next + 2;
        return (usize::MAX, group, total + scale / 2.0);
    }
    if reading.hyphen(next) {
        return (next + 1, group, total);
    }
    let joins = matches!(after, After::Hundred | After::Scale) && reading.is(next, "and");
    let counts = matches!(reading.spelled(next + 1), Some(Spelled::Unit(_) | Spelled::Tens(_)));
    if joins && counts {
        return (next + 1, group, total);
    }
    (next, group, total)
}

/// The first token of `a hundred`, `another dozen`; none when nothing makes it one (`several hundred`, `a few dozen`,
/// `are thousand`) or when it is a figure of speech (`a million-dollar question`).
fn one_before(reading: &Reading, token: usize, at: usize) -> Option<usize> {
    let before = token.checked_sub(1)?;
    let word = reading.folded(before);
    if is_in(Set::Vague, &word) || !is_in(Set::One, &word) {
        return None;
    }
    if reading.hyphen(at + 1) && money::noun(&reading.folded(at + 2)).is_some() {
        return None;
    }
    Some(if word.eq("a") { before } else { token })
}
