//! What holds of `figures` for any text at all.
//!
//! In: arbitrary strings, and strings made of the pieces that the scanner knows. Out: nothing panics, ranges are in the
//! text and in order, every mark belongs to exactly one sentence, and time grows with the text and not with its square.

use cited::figures::{Stated, calc, figures, sentences, supports};
use proptest::prelude::*;
use std::time::{Duration, Instant};

use crate::fuzzed::{lexicon, numbers_hold as holds};

/// Pieces of text that mean something to the scanner.
const PIECES: &[&str] = &[
    "1", "2", "12", "500", "000", "2024", "1953", "0", "3.5", ",", ".", " ", " ", " ", "-", "–", "—", "/", ":", "(", ")", "%", "$", "€",
    "’", "‘", "'", "\"", "“", "”", "…", "!", "?", "\u{A0}", "\u{E000}", "\u{E001}", "\u{E002}", "\u{E003}", "½", "+", "#", "one", "two",
    "ten", "twenty", "hundred", "thousand", "million", "dozen", "half", "third", "thirds", "a", "and", "of", "to", "or", "in", "out",
    "between", "from", "per", "cent", "percent", "points", "bn", "k", "m", "st", "th", "s", "US", "dollars", "October", "May", "days",
    "years", "soldiers", "Article", "page", "no", "p", "Mr", "U", "S", "The", "Kim", "said", "the", "é", "世界", "://", "www", "@", "km",
    "mm", "shells", "aged", "\u{301}", "\u{AD}", "\n", "•", "×", "BC", "\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_bytes_are_read(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_mixture_of_pieces_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        holds(&pieces.concat());
    }

    #[test]
    fn any_mixture_of_words_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        holds(&pieces.join(" "));
    }

    #[test]
    fn any_count_is_found_and_stands_in_itself(count in prop_oneof![1u32..3000, 1u32..100_000_000]) {
        let grouped = grouped(count);
        let text = format!("They counted {grouped} of them.");
        let found = figures(&text, &lexicon());
        prop_assert_eq!(found.len(), 1);
        prop_assert!((found[0].low - f64::from(count)).abs() < 0.5);
        prop_assert!(supports(&text, &found[0]));
        prop_assert!(supports(&text.replace(',', " "), &found[0]));
        prop_assert!(supports(&text.replace(',', ", "), &found[0]));
        let plain = format!("some {count} men");
        prop_assert!(supports(&plain, &found[0]));
        let narrow = text.replace(',', "\u{202F}");
        prop_assert!(supports(&narrow, &found[0]));
        prop_assert!(supports(&format!("{} men", spelled(count)), &found[0]), "{}", spelled(count));
    }

    #[test]
    fn a_changed_digit_is_noticed(count in prop_oneof![10u32..3000, 10u32..100_000_000], place in 0usize..8, by in 1u32..10) {
        let mut digits: Vec<u32> = count.to_string().bytes().map(|byte| u32::from(byte - b'0')).collect();
        let place = place % digits.len();
        digits[place] = (digits[place] + by) % 10;
        prop_assume!(digits[0] != 0);
        let changed: u32 = digits.iter().fold(0, |number, digit| number * 10 + digit);
        prop_assume!(changed != count);
        let found = figures(&format!("They counted {} of them.", grouped(changed)), &lexicon());
        let quote = format!("a count of {} men", grouped(count));
        prop_assert!(!supports(&quote, &found[0]));
        prop_assert!(!supports(&spelled(count), &found[0]));
    }

    #[test]
    fn a_quotient_is_recomputed(part in 1u32..100_000, whole in 1u32..100_000) {
        let percent = f64::from(part) / f64::from(whole) * 100.0;
        let from = format!("{part}/{}", grouped(whole));
        prop_assert_eq!(calc(&format!("{percent:.1}%"), &from), Ok(vec![f64::from(part), f64::from(whole)]));
        let wrong = calc(&format!("{:.1}%", percent + 0.2), &from);
        prop_assert!(wrong.is_err());
    }
}

fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number in English words.
fn spelled(count: u32) -> String {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let rest = |large: u32, word: &str, and: &str| {
        let (first, after) = (count / large, count % large);
        let after = match after {
            0 => String::new(),
            _ if after < 100 => format!(" {and}{}", spelled(after)),
            _ => format!(" {}", spelled(after)),
        };
        format!("{} {word}{after}", spelled(first))
    };
    match count {
        0..20 => UNITS[count as usize].to_owned(),
        20..100 if count.is_multiple_of(10) => TENS[count as usize / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[count as usize / 10], UNITS[count as usize % 10]),
        100..1000 => rest(100, "hundred", "and "),
        1000..1_000_000 => rest(1000, "thousand", "and "),
        _ => rest(1_000_000, "million", "and "),
    }
}

/// A megabyte of digits, quotation marks, commas and other mixtures, a fifth of that of every other piece; the bound
/// leaves room for a busy machine, and is far below what anything quadratic would take (hours).
#[test]
fn time_grows_with_the_text() {
    let lexicon = lexicon();
    let mixtures = ["1, ", "111,", "1 or ", "10 to ", "“1” ", "a. ", "one in ", "Mr. ", "’24 ", "1-", "$1–", "soldiers, 1 ", "“", "‘a"];
    let large = ["1", "500", ",", "\"", "“", "”", "’", ".", "-", " "];
    for piece in PIECES.iter().chain(&mixtures) {
        let size = if large.contains(piece) || mixtures.contains(piece) { 1_000_000 } else { 200_000 };
        let text = piece.repeat(size / piece.len());
        let start = Instant::now();
        let count = sentences(&text, &lexicon).len();
        let stated = Stated::new(&text);
        let _ = calc(&text, &text);
        let took = start.elapsed();
        drop((count, stated));
        assert!(took < Duration::from_secs(30), "{piece:?} repeated took {took:?}");
    }
}
