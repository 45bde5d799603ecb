//! Where a figure goes on across white space: `3, 000`, `11 000`, `11 thousand`.
//!
//! In: the text before and after a gap. Out: whether both sides are one figure. Needed so that
//! "3, 000" equals "3,000", and so that no quote begins or ends inside a figure. Looks at a
//! bounded number of characters on each side. Never: reads a value; figures are understood elsewhere.

use super::letters::is_blank;

/// Words after which a number and a comma are a date or a label: "On October 5, 300 soldiers".
const LABELS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "article",
    "art",
    "chapter",
    "section",
    "page",
    "figure",
    "table",
    "part",
    "volume",
    "issue",
    "paragraph",
    "resolution",
    "order",
    "no",
    "nos",
];

/// Words that multiply the digits before them.
const MAGNITUDES: &[&str] = &[
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "dozen",
    "bn",
    "mn",
    "mln",
    "tn",
    "hundert",
    "tausend",
    "millionen",
    "milliarden",
    "mille",
    "millions",
    "milliards",
    "mil",
    "millones",
    "тис",
    "тисяч",
    "тисячі",
    "тысяч",
    "тысячи",
    "млн",
    "млрд",
    "мільйонів",
    "мільярдів",
    "миллионов",
    "миллиардов",
    "만",
    "천",
    "억",
    "ألف",
    "آلاف",
    "مليون",
    "مليار",
];

/// How many white-space characters, digits and letters to look at: enough for honest text, and a
/// bound for hostile text.
const SPACES: usize = 16;
const DIGITS: usize = 5;
const LONGEST_WORD: usize = 16;

/// In `before` + `, ` + `after` (white space after the comma, and neither comma nor white space
/// handed in), is the whole one figure with a stray space after its thousands comma?
/// Not so in lists ("1, 2, 300"), after a tight comma ("of 1,500, 300 died"), or in dates.
pub(super) fn is_spaced_thousands(before: &str, after: &str) -> bool {
    let (mut before, mut group) = (before, after);
    // "000" is never a number by itself, whatever stands before it.
    let certain = after.starts_with('0');
    // One turn for each group to the left: "1, 000, 000" is judged from its first group on.
    for _ in 0..8 {
        let left = digits_at_end(before);
        let right = digits_at_start(group);
        if !(1..=3).contains(&left) || right != 3 {
            return false;
        }
        if !group.starts_with('0') && !next_group_agrees(&group[right..]) {
            return false;
        }
        let rest = &before[..before.len() - left];
        let Some(earlier) = trim_end(rest).strip_suffix(',').filter(|e| digits_at_end(e) > 0) else {
            let decimal = rest.strip_suffix('.').is_some_and(|r| digits_at_end(r) > 0);
            let padded = left > 1 && before[rest.len()..].starts_with('0');
            return !decimal && !padded && (certain || !is_label(rest));
        };
        let tight = rest.ends_with(',');
        if tight || left != 3 {
            return false;
        }
        group = &before[rest.len()..];
        before = earlier;
    }
    false
}

/// What follows three digits: nothing of a number, or a comma, white space and three digits more.
fn next_group_agrees(rest: &str) -> bool {
    let Some(after) = rest.strip_prefix(',') else {
        return true;
    };
    let next = trim_start(after);
    match digits_at_start(next) {
        0 => true,
        3 => next.len() < after.len(),
        _ => false,
    }
}

/// In `before` + one white-space character + `after`, are both sides groups of one figure, as in
/// `11 000`?
pub(super) fn is_spaced_group(before: &str, after: &str) -> bool {
    let left = digits_at_end(before);
    let rest = &before[..before.len() - left];
    (1..=3).contains(&left) && digits_at_start(after) == 3 && !before[rest.len()..].starts_with('0') && !is_label(rest)
        || left == 3 && digits_at_start(after) == 3 && continues_group(rest)
}

fn continues_group(rest: &str) -> bool {
    let trimmed = trim_end(rest);
    trimmed.len() < rest.len() && (1..=3).contains(&digits_at_end(trimmed))
}

/// Does `after` begin with a word that multiplies the figure before it?
pub(super) fn starts_with_magnitude(after: &str) -> bool {
    let end = after.char_indices().take(LONGEST_WORD).find(|(_, c)| !c.is_alphabetic()).map_or(after.len(), |(at, _)| at);
    let word = after[..end].to_lowercase();
    MAGNITUDES.contains(&word.as_str())
}

fn is_label(before: &str) -> bool {
    let before = trim_end(before).trim_end_matches('.');
    let start = before.char_indices().rev().take(LONGEST_WORD).take_while(|(_, c)| c.is_alphabetic()).last();
    start.is_some_and(|(at, _)| LABELS.contains(&before[at..].to_lowercase().as_str()))
}

/// Number of ASCII digits at the end, counted up to five.
pub(super) fn digits_at_end(text: &str) -> usize {
    text.bytes().rev().take(DIGITS).take_while(u8::is_ascii_digit).count()
}

/// Number of ASCII digits at the start, counted up to five.
pub(super) fn digits_at_start(text: &str) -> usize {
    text.bytes().take(DIGITS).take_while(u8::is_ascii_digit).count()
}

/// Drops up to sixteen white-space or invisible characters from the end.
pub(super) fn trim_end(text: &str) -> &str {
    let cut = text.chars().rev().take(SPACES).take_while(|&c| is_blank(c)).map(char::len_utf8).sum::<usize>();
    &text[..text.len() - cut]
}

/// Drops up to sixteen white-space or invisible characters from the start.
pub(super) fn trim_start(text: &str) -> &str {
    let cut = text.chars().take(SPACES).take_while(|&c| is_blank(c)).map(char::len_utf8).sum::<usize>();
    &text[cut..]
}
