//! Reads one number written in digits: `11,000`, `11 000`, `3, 000`, `1,50,000`, `3.5`, `2½`, `1.2.3`.
//!
//! In: the text, the place of a digit, and whether spaces may separate thousands. Out: a [`Numeral`]: where it ends,
//! its value, and how it was written. Entry point: [`read`]. This file must never look at the words around a number.

/// Whether white space may stand between groups of three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spacing {
    /// `11 000` is one number, and so is `3, 000`, but not `4, 217`: for a page's own text.
    Careful,
    /// All of them are one: for a source's text, where the other reading is tried too.
    Loose,
    /// None is.
    Never,
}

/// A number in digits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Numeral {
    /// Byte offset after its last character.
    pub end: usize,
    pub value: f64,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// Digits of the integer part when it is written plainly: no separator, no decimals, no fraction. Else 0.
    pub plain: usize,
    /// White space separates its thousands, so that another reading is possible.
    pub spaced: bool,
    /// Begins with a needless zero (`004`, `0600`): a code, not a count.
    pub padded: bool,
    /// More than one point (`10.2.14`): a version, a date, an address.
    pub chain: bool,
}

/// The value of a character such as `½`.
pub(super) fn vulgar_fraction(character: char) -> Option<f64> {
    Some(match character {
        '½' => 1.0 / 2.0,
        '⅓' => 1.0 / 3.0,
        '⅔' => 2.0 / 3.0,
        '¼' => 1.0 / 4.0,
        '¾' => 3.0 / 4.0,
        '⅕' => 1.0 / 5.0,
        '⅖' => 2.0 / 5.0,
        '⅗' => 3.0 / 5.0,
        '⅘' => 4.0 / 5.0,
        '⅙' => 1.0 / 6.0,
        '⅚' => 5.0 / 6.0,
        '⅛' => 1.0 / 8.0,
        '⅜' => 3.0 / 8.0,
        '⅝' => 5.0 / 8.0,
        '⅞' => 7.0 / 8.0,
        _ => return None,
    })
}

/// Reads the number that begins at `start` (a digit or a vulgar fraction).
pub(super) fn read(text: &str, start: usize, spacing: Spacing) -> Numeral {
    let whole = digits_end(text, start);
    let (mut end, spaced) = groups_end(text, start, whole, spacing);
    let grouped = end > whole;
    let mut numeral = Numeral {
        end,
        value: 0.0,
        decimals: 0,
        plain: if grouped { 0 } else { whole - start },
        spaced,
        padded: !grouped && whole - start > 1 && text.as_bytes()[start] == b'0',
        chain: false,
    };
    // Decimals, or the further parts of `10.2.14`.
    let mut points = 0;
    let mut thousands = !grouped && whole - start <= 3;
    while let Some(point) = decimal_point(text, end) {
        let part = digits_end(text, end + point);
        thousands &= part - (end + point) == 3;
        numeral.decimals = u8::try_from(part - (end + point)).unwrap_or(u8::MAX);
        numeral.plain = 0;
        end = part;
        points += 1;
    }
    numeral.end = end;
    if points > 1 {
        // `1.250.000` is a number as Germans write it; `10.2.14` is not.
        numeral.chain = !thousands;
        numeral.decimals = 0;
    }
    let digits: String = text[start..end]
        .chars()
        .filter_map(|character| match character {
            '.' | '·' if points > 1 => None,
            '·' => Some('.'),
            _ => (character.is_ascii_digit() || character == '.').then_some(character),
        })
        .collect();
    numeral.value = digits.parse().unwrap_or(0.0);
    if points == 0 {
        add_fraction(text, &mut numeral);
    }
    numeral
}

/// Adds the fraction of `2½`, `2 1/2` and `5-1/2`.
fn add_fraction(text: &str, numeral: &mut Numeral) {
    let Some(character) = text[numeral.end..].chars().next() else { return };
    let (fraction, length) = match (vulgar_fraction(character), &text.as_bytes()[numeral.end..]) {
        (Some(fraction), _) => (fraction, character.len_utf8()),
        (None, &[b' ' | b'-', part @ b'1'..=b'7', b'/', whole @ b'2'..=b'8', ref rest @ ..])
            if part < whole && numeral.plain > 0 && !rest.first().is_some_and(|next| next.is_ascii_digit() || *next == b'/') =>
        {
            (f64::from(part - b'0') / f64::from(whole - b'0'), 4)
        }
        _ => return,
    };
    numeral.value += fraction;
    numeral.plain = 0;
    numeral.decimals = 2;
    numeral.end += length;
}

/// The end of the run of digits at `at`.
fn digits_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    at + run
}

/// The length of a decimal point at `at` that has a digit after it.
fn decimal_point(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let point = rest.chars().next().filter(|&point| point == '.' || point == '·')?;
    let length = point.len_utf8();
    rest.as_bytes().get(length)?.is_ascii_digit().then_some(length)
}

/// The end of the thousands that follow the digits `start..whole`, and whether white space separates them.
fn groups_end(text: &str, start: usize, whole: usize, spacing: Spacing) -> (usize, bool) {
    let first = whole - start;
    if !(1..=3).contains(&first) {
        return (whole, false);
    }
    let Some(separator) = separator(text, whole, spacing) else { return (whole, false) };
    if text.as_bytes()[start] == b'0' && separator != "," {
        return (whole, false);
    }
    if separator == ","
        && first <= 2
        && let Some(end) = indian_end(text, whole)
    {
        return (end, false);
    }
    let mut end = whole;
    let mut groups = 0;
    // With `, ` bounded, so that a long list is not read again from each of its members.
    while text[end..].starts_with(separator) && (separator != ", " || groups < 5) {
        groups += 1;
        let next = end + separator.len();
        let group = digits_end(text, next);
        if group - next != 3 {
            break;
        }
        end = group;
    }
    let spaced = end > whole && separator.starts_with([' ', ',']) && separator != ",";
    // `3, 000` is one number; `4, 217 and 318` is a list, and in `on May 12, 600 men` are two.
    if spacing == Spacing::Careful && separator.starts_with(", ") && !text[whole..end].ends_with("000") {
        return (whole, false);
    }
    (end, spaced)
}

/// The sign between thousands that stands at `at`, when three digits follow it.
fn separator(text: &str, at: usize, spacing: Spacing) -> Option<&'static str> {
    const SIGNS: [&str; 6] = [",", "\u{A0}", "\u{202F}", "\u{2009}", "’", "'"];
    const SPACED: [&str; 3] = [" ", ", ", ",\u{A0}"];
    let rest = &text[at..];
    let spaced = if spacing == Spacing::Never { &[] } else { &SPACED[..] };
    // The longest that fits: a comma and a space before a comma.
    spaced
        .iter()
        .rev()
        .chain(&SIGNS)
        .copied()
        .find(|sign| {
            rest.strip_prefix(sign).is_some_and(|after| {
                let after = after.as_bytes();
                after.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count() == 3
            })
        })
        .or_else(|| rest.starts_with(',').then_some(","))
}

/// The end of `,50,000` (groups of two, then one of three), if that is what stands at `at`.
fn indian_end(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    let mut pairs = 0;
    loop {
        let next = end + text[end..].starts_with(',').then_some(1)?;
        let group = digits_end(text, next);
        match group - next {
            // Bounded, so that a long list of pairs is not read again from each of its members.
            2 if pairs < 4 => pairs += 1,
            3 if pairs > 0 => return Some(group),
            _ => return None,
        }
        end = group;
    }
}
