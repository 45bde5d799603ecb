//! Hides the numbers that are part of something else: listed names, designations, ordinals, codes, list numbers.
//!
//! In: a [`Reading`] and the site's [`Lexicon`]. Out: the same reading in which such tokens are [`Kind::Code`], so that
//! no later step takes them for numbers. Entry point: [`hide`]. Everything here is told from the characters next to the
//! number; what needs its meaning (dates, durations) is `uncounted`'s. This file must never hide a number for the
//! sentence it stands in.

use super::lexicon::Lexicon;
use super::money;
use super::spelled::Spelled;
use super::token::{Kind, Reading, is_hyphen};
use super::words::{Set, is_in};

/// Hides what is no number.
pub(super) fn hide(reading: &mut Reading, lexicon: &Lexicon) {
    for index in 0..reading.numeric.len() {
        let token = reading.numeric[index];
        if let Some(name) = lexicon.name_at(reading, token) {
            for part in name {
                reading.hide(part);
            }
        }
    }
    hide_numbering(reading);
    for index in 0..reading.numeric.len() {
        let token = reading.numeric[index];
        let hidden = match reading.tokens[token].kind {
            Kind::Digits(_) => digits_hidden(reading, token),
            Kind::Spelled(spelled) => spelled_hidden(reading, token, spelled),
            _ => Hidden::Keep,
        };
        match hidden {
            Hidden::Keep => {}
            Hidden::This => reading.hide(token),
            Hidden::Through(last) => (token..=last).for_each(|part| reading.hide(part)),
        }
    }
    reading.numeric.retain(|&token| matches!(reading.tokens[token].kind, Kind::Digits(_) | Kind::Spelled(_)));
}

/// How many tokens at the start of the block are its own number (`1.`, `2.1`, `3-1.`, `4)`).
pub(super) fn numbering(reading: &Reading) -> usize {
    // A bullet that was pasted with its item.
    let start = usize::from(matches!(reading.sign(0), Some('•' | '·' | '*' | '–' | '§')));
    let Some(first) = reading.numeral(start) else { return 0 };
    if first.spaced || first.value >= 100.0 {
        return 0;
    }
    let mut end = start + 1;
    while reading.hyphen(end) && reading.numeral(end + 1).is_some_and(|part| part.plain > 0 && part.plain < 3) {
        end += 2;
    }
    let closed = matches!(reading.sign(end), Some('.' | ')')) && reading.glued(end) && !reading.glued(end + 1);
    if closed && reading.token(end + 1).is_some() && (first.plain > 0 || first.chain || first.decimals > 0) {
        return end + 1;
    }
    // `2.1 What the treaty says`, but not `2.1 Million`.
    let title = start + 1;
    let heading = (first.decimals > 0 || first.chain) && !reading.glued(title) && reading.capital(title);
    if heading && reading.spelled(title).is_none() { title } else { 0 }
}

fn hide_numbering(reading: &mut Reading) {
    for token in 0..numbering(reading) {
        reading.hide(token);
    }
}

enum Hidden {
    Keep,
    This,
    Through(usize),
}

fn digits_hidden(reading: &Reading, token: usize) -> Hidden {
    let Some(numeral) = reading.numeral(token) else { return Hidden::Keep };
    if let Some(hidden) = digits_after(reading, token) {
        return hidden;
    }
    if numeral.chain || numeral.padded || sign_before(reading, token) || letters_before(reading, token) {
        return Hidden::This;
    }
    // A telephone number: three or more numbers with nothing but spaces between.
    let run = (token..token + 16).take_while(|&next| reading.numeral(next).is_some_and(|part| part.plain > 0)).count();
    if run > 2 {
        return Hidden::Through(token + run - 1);
    }
    if letters_after(reading, token) || listed(reading, token) {
        return Hidden::This;
    }
    Hidden::Keep
}

/// `#5`, `№ 5`, `§ 4`, `_3`, `@3`, `10(2)`, `’24`.
fn sign_before(reading: &Reading, token: usize) -> bool {
    let Some(sign) = reading.sign(token.wrapping_sub(1)) else { return false };
    let glued = reading.glued(token);
    let plain = reading.numeral(token).map_or(0, |numeral| numeral.plain);
    match sign {
        '#' | '№' | '§' | '¶' => true,
        '_' | '@' | '\\' => glued,
        // `[1]`, a reference; `10(2)`, a paragraph of a paragraph.
        '[' => plain > 0 && reading.sign(token + 1) == Some(']'),
        '(' => glued && reading.glued(token - 1) && hidden_or_digits(reading, token.wrapping_sub(2)) && plain > 0,
        '’' => glued && plain == 2 && !letters(reading, token.wrapping_sub(2)),
        // Smart punctuation takes the apostrophe of '24 for an opening quotation mark.
        '‘' | '\'' => glued && plain == 2 && (decade(reading, token + 1) || !closes_soon(reading, token)),
        _ => false,
    }
}

fn hidden_or_digits(reading: &Reading, token: usize) -> bool {
    matches!(reading.token(token).map(|token| token.kind), Some(Kind::Code | Kind::Digits(_)))
}

fn letters(reading: &Reading, token: usize) -> bool {
    reading.is_word(token) && reading.glued(token + 1)
}

/// The s of `'80s` and `'80's`.
fn decade(reading: &Reading, token: usize) -> bool {
    let apostrophe = usize::from(matches!(reading.sign(token), Some('’' | '\'')));
    reading.is(token + apostrophe, "s") && reading.glued(token + apostrophe)
}

fn closes_soon(reading: &Reading, token: usize) -> bool {
    (token + 1..token + 12).any(|next| matches!(reading.sign(next), Some('’' | '\'')))
}

/// `E38`, `Su-35`, `mid-2025`, `F/A-18`, `troops.2024`, `v1.3`; not `US$5` (a sign stands between) and not `USD5`.
fn letters_before(reading: &Reading, token: usize) -> bool {
    if !reading.glued(token) {
        return false;
    }
    let before = token - 1;
    let grouped = reading.numeral(token).is_some_and(|numeral| numeral.plain == 0 && numeral.decimals == 0);
    match reading.token(before).map(|token| token.kind) {
        Some(Kind::Word) => money::code(reading.slice(before)).is_none(),
        Some(Kind::Code) => true,
        Some(Kind::Sign(sign)) if is_hyphen(sign) => {
            let part = before.wrapping_sub(1);
            reading.glued(before) && !grouped && matches!(reading.token(part).map(|token| token.kind), Some(Kind::Word | Kind::Code))
        }
        Some(Kind::Sign('/')) => {
            let part = before.wrapping_sub(1);
            reading.glued(before) && matches!(reading.token(part).map(|token| token.kind), Some(Kind::Word | Kind::Code))
        }
        Some(Kind::Sign('.')) => {
            let word = reading.folded(before.wrapping_sub(1));
            let about = ["c", "ca", "approx", "est"].contains(&&*word);
            reading.glued(before) && !grouped && !about && reading.is_word(before.wrapping_sub(1))
        }
        Some(Kind::Sign('+')) => {
            let first = reading.numeral(before.wrapping_sub(1));
            reading.glued(before) && first.is_some_and(|numeral| numeral.plain == 1)
                || hidden_or_digits(reading, before.wrapping_sub(1)) && reading.glued(before)
        }
        _ => false,
    }
}

/// `14:30`, `2024-10-28`, `28/10`, `1950-53`, `2+2`: several numbers that belong together and count nothing.
fn digits_after(reading: &Reading, token: usize) -> Option<Hidden> {
    let sign = reading.sign(token + 1)?;
    if !reading.glued(token + 1) || !reading.glued(token + 2) {
        return None;
    }
    let first = reading.numeral(token)?;
    if sign == '(' {
        return None;
    }
    let second = reading.numeral(token + 2)?;
    let joined = |sign: char, place: usize| {
        reading.sign(place) == Some(sign) && reading.glued(place) && reading.glued(place + 1) && reading.numeral(place + 1).is_some()
    };
    let mut last = token + 2;
    // Bounded; what follows a hidden number by the same sign is hidden in its turn.
    while joined(sign, last + 1) && last < token + 16 {
        last += 2;
    }
    let parts = (last - token) / 2 + 1;
    let year = first.plain == 4 && (1000.0..2200.0).contains(&first.value);
    let hidden = match sign {
        ':' => second.plain == 2 && second.value < 60.0 && first.plain > 0 && first.plain < 3,
        '/' => !share(reading, token, last),
        '+' => first.plain == 1 && second.plain == 1,
        '-' | '–' | '\u{2010}' | '\u{2011}' => parts > 2 || (year && second.plain == 2) || (year && second.padded),
        _ => false,
    };
    hidden.then_some(Hidden::Through(last))
}

/// Whether `2/3` or `9/10` at `token..=last` is a share of something.
fn share(reading: &Reading, token: usize, last: usize) -> bool {
    let (Some(part), Some(whole)) = (reading.numeral(token), reading.numeral(last)) else { return false };
    let of_something = reading.is(last + 1, "of") || reading.is(last + 1, "majority");
    let tenths = part.value < whole.value && [10.0, 100.0].contains(&whole.value);
    last == token + 2 && part.plain > 0 && whole.plain > 0 && (of_something || tenths)
}

/// `21st`, `1990s`, `5G`, `3D`, `24h`, `2pm`, `10-K`, `troops-2024.md`, `51°N`; not `155mm`, `11k`, `12-member`.
fn letters_after(reading: &Reading, token: usize) -> bool {
    let next = token + 1;
    if !reading.glued(next) {
        return false;
    }
    match reading.token(next).map(|token| token.kind) {
        Some(Kind::Word) => {
            let word = reading.folded(next);
            let length = reading.slice(next).chars().count();
            if reading.glued(next + 1) && hidden_or_digits(reading, next + 1) {
                return true;
            }
            match &*word {
                "k" | "m" | "bn" | "tn" | "trn" | "mn" | "mln" | "bln" | "fold" => false,
                "b" => money::symbol_before(reading, token).is_none(),
                "g" => reading.capital(next),
                _ if is_in(Set::Measure, &word) || money::noun(&word).is_some() => false,
                // `5000troops` is a slip of the pen, `747s` and `12th` are not.
                _ => length < 4,
            }
        }
        Some(Kind::Sign(sign)) if is_hyphen(sign) && reading.glued(next + 1) => {
            let word = reading.slice(next + 1);
            reading.capital(next + 1) && word.chars().count() <= 3 && word.chars().all(char::is_uppercase) && money::code(word).is_none()
        }
        Some(Kind::Sign('.')) => reading.glued(next + 1) && reading.is_word(next + 1) && !reading.capital(next + 1),
        Some(Kind::Sign('_' | '@')) => true,
        Some(Kind::Sign('°')) => reading.glued(next + 1) && ["n", "s", "e", "w"].contains(&&*reading.folded(next + 1)),
        _ => false,
    }
}

/// `(1) money, (2) technology`: a number in parentheses that opens an item of a list within the sentence.
fn listed(reading: &Reading, token: usize) -> bool {
    let open = token.wrapping_sub(1);
    let small = reading.numeral(token).is_some_and(|numeral| numeral.plain > 0 && numeral.value <= 20.0);
    if !small || reading.sign(open) != Some('(') || reading.sign(token + 1) != Some(')') || !reading.is_word(token + 2) {
        return false;
    }
    match reading.token(open.wrapping_sub(1)).map(|token| token.kind) {
        None => true,
        Some(Kind::Sign(sign)) => matches!(sign, ',' | ';' | ':' | '.' | '–' | '—'),
        Some(_) => reading.is(open - 1, "and") || reading.is(open - 1, "or"),
    }
}

/// `twenty-first`, `fifty-fifty`, `twenty-something`, `multi-million`, `nineteen eighty-four`.
fn spelled_hidden(reading: &Reading, token: usize, spelled: Spelled) -> Hidden {
    let before = token.wrapping_sub(1);
    if reading.hyphen(before) {
        let part = before.wrapping_sub(1);
        let joins = match reading.token(part).map(|token| token.kind) {
            Some(Kind::Word) => !reading.is(part, "a"),
            Some(Kind::Code) => true,
            _ => false,
        };
        if joins {
            return Hidden::This;
        }
    }
    if reading.hyphen(token + 1) {
        let after = reading.folded(token + 2);
        let tens = matches!(spelled, Spelled::Tens(_));
        let large = tens || matches!(spelled, Spelled::Hundred | Spelled::Scale(_));
        if (large && is_in(Set::Ordinal, &after)) || (tens && (after.starts_with("something") || after.eq("ish"))) {
            return Hidden::Through(token + 2);
        }
        if tens && reading.spelled(token + 2) == Some(spelled) {
            return Hidden::Through(token + 2);
        }
    }
    // A year as it is spoken: no count is.
    let century = matches!(spelled, Spelled::Unit(16..) | Spelled::Tens(20));
    if century && !reading.glued(token + 1) && matches!(reading.spelled(token + 1), Some(Spelled::Tens(_))) {
        let single = token + 2 + usize::from(reading.hyphen(token + 2));
        let ends = matches!(reading.spelled(single), Some(Spelled::Unit(1..10)));
        return Hidden::Through(if ends { single } else { token + 1 });
    }
    // `the one hundred and first`, hidden from its hundred on; what stands before is too small to count.
    let large = matches!(spelled, Spelled::Hundred | Spelled::Scale(_));
    if large && reading.is(token + 1, "and") && is_in(Set::Ordinal, &reading.folded(token + 2)) {
        let parts = matches!(reading.spelled(token + 2), Some(Spelled::Part(..)));
        if !(parts && reading.is(token + 3, "of")) {
            return Hidden::Through(token + 2);
        }
    }
    Hidden::Keep
}
