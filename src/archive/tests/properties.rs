//! Properties of random texts: what is cut from a text is found in it, what is changed is not.
//! `PROPTEST_CASES=100000` tries harder.

use super::quotation_in_quote;
use crate::archive::boundary::inside_word;
use crate::archive::fold::Folded;
use crate::archive::{ArchivedText, Find, Locator, Lock, Quotation, fold_digest, vet};
use proptest::prelude::*;

/// Pieces that fold, join and cut in every way the rules speak of.
const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n",
    "\u{A0}",
    "\u{202F}",
    "\t",
    "\u{AD}",
    "\u{200B}",
    "\u{FEFF}",
    ", ",
    ". ",
    ",",
    ".",
    "...",
    "…",
    ". . .",
    "[…]",
    "[",
    "]",
    "(",
    ")",
    "-",
    "–",
    " — ",
    "--",
    "'",
    "’",
    "\"",
    "“",
    "”",
    "«",
    "»",
    "« ",
    " »",
    "!",
    " ?",
    " ;",
    " %",
    "%",
    "$",
    "€",
    "+",
    "/",
    ":",
    "&",
    "*",
    "\\",
    "not",
    "no",
    "troops",
    "North",
    "Korean",
    "Russia",
    "war",
    "October",
    "thousand",
    "million",
    "U.S.",
    "don’t",
    "11",
    "3",
    "000",
    "12,000",
    "3, 000",
    "500",
    "2024",
    "1.5",
    "0",
    "5",
    "café",
    "cafe\u{301}",
    "\u{E5}",
    "\u{212B}",
    "ﬁre",
    "１１",
    "，",
    "북한군",
    "\u{1112}\u{1161}\u{11AB}",
    "війська",
    "й",
    "\u{438}\u{306}",
    "الجيش",
    "朝",
    "鲜",
    "一",
    "万",
    "ロシア",
    "に",
    "10²",
    "½",
    "ทหาร",
    "x",
    "A",
    "z",
];

/// Accents and vowels without a letter.
const STRAYS: &[&str] = &["\u{301}", "\u{1161}", "\u{1161}\u{301}", "\u{FB01}", "\u{FDFA}", "\u{FF9E}", "\u{958}"];

fn stray_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(PIECES), 1 => prop::sample::select(STRAYS)];
    prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 1..40).prop_map(|pieces| pieces.concat())
}

fn short_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(PIECES), 1 => prop::sample::select(STRAYS)];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn stands(source: &str, quote: &str) -> bool {
    let Ok(text) = ArchivedText::new(source.as_bytes(), 1) else {
        return false;
    };
    matches!(text.find(quote, None), Find::Found(_) | Find::Ambiguous(_))
}

proptest! {
    #[test]
    fn what_is_cut_at_word_boundaries_is_found(source in any_text(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let cuts: Vec<usize> = (0..=source.len()).filter(|&at| !inside_word(&source, at)).collect();
        let (a, b) = (cuts[a.index(cuts.len())], cuts[b.index(cuts.len())]);
        let quote = &source[a.min(b)..a.max(b)];
        let says = quote.chars().any(|c| c.is_alphanumeric());
        prop_assert!(!says || stands(&source, quote), "{quote:?} not in {source:?}");
    }

    #[test]
    fn what_is_found_folds_to_the_quote(source in stray_text(), quote in short_text()) {
        let Ok(text) = ArchivedText::new(source.as_bytes(), 1) else { return Ok(()) };
        if let (Find::Found(place), false) = (text.find(&quote, None), Folded::new(&quote).text().contains('…')) {
            let words = text.words_at(&place);
            let (there, here) = (Folded::new(words), Folded::new(&quote));
            prop_assert_eq!(there.text(), here.text());
            prop_assert!(!inside_word(&source, place.start) && !inside_word(&source, place.end));
        }
    }

    #[test]
    fn a_changed_letter_or_digit_is_not_found(
        words in prop::collection::vec("[a-z]{2,9}|[0-9]{1,6}|[а-я]{2,9}|[가-힣]{2,5}", 3..30),
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(&['q', 'Q', '7', '0', 'ж', '각', '字', 'é'][..]),
    ) {
        let source = words.join(" ");
        let letters: Vec<(usize, char)> = source.char_indices().filter(|(_, c)| c.is_alphanumeric()).collect();
        let (at, old) = letters[at.index(letters.len())];
        let with = if old == with { 'x' } else { with };
        let changed = format!("{}{with}{}", &source[..at], &source[at + old.len_utf8()..]);
        prop_assert!(stands(&source, &source));
        prop_assert!(!stands(&source, &changed), "{changed:?} in {source:?}");
        prop_assert!(!quotation_in_quote(&changed, &source) || at == 0);
        prop_assert_ne!(fold_digest(&source), fold_digest(&changed));
    }

    #[test]
    fn a_word_more_or_less_is_not_found(words in prop::collection::vec("[a-z]{3,9}", 4..30), at in any::<prop::sample::Index>()) {
        let mut apart = words.clone();
        apart.sort();
        apart.dedup();
        if apart.len() < words.len() {
            return Ok(());
        }
        let source = words.join(" ");
        let at = 1 + at.index(words.len() - 2);
        let mut less = words.clone();
        less.remove(at);
        let mut more = words.clone();
        more.insert(at, "not".to_owned());
        prop_assert!(!stands(&source, &less.join(" ")));
        prop_assert!(!stands(&source, &more.join(" ")));
    }

    #[test]
    fn a_quotation_is_never_ruled_out_where_it_stands(
        source in any_text(),
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        capital in any::<bool>(),
        end in prop::sample::select(&["", ".", "?!", "…", ". ", ","][..]),
    ) {
        let mut at: Vec<usize> = source.char_indices().map(|(at, _)| at).chain([source.len()]).collect();
        at.dedup();
        let (one, other) = (at[cut.0.index(at.len())], at[cut.1.index(at.len())]);
        let words = &source[one.min(other)..one.max(other)];
        let mut letters = words.chars();
        let first = letters.next().filter(|_| capital).map(|c| c.to_uppercase().collect::<String>());
        let quotation = format!("{}{end}", first.map_or_else(|| words.to_owned(), |first| first + letters.as_str()));
        for (a, b) in [(&quotation, &source), (&source, &quotation)] {
            let (a, b) = (Quotation::new(a), Quotation::new(b));
            prop_assert!(a.may_stand_in(&b) || !a.stands_word_for_word_in(&b), "{a:?} in {b:?}");
        }
    }

    #[test]
    fn folding_is_the_same_twice(source in any_text()) {
        // A full stop before a bracketed ellipsis would, without the bracket, be a dot of it; and
        // only plain digits have spaced thousands.
        let source = source.replace(['[', ']', '(', ')', '\u{FF11}', '\u{AD}', '\u{200B}', '\u{FEFF}'], "");
        let once = Folded::new(&source);
        let twice = Folded::new(once.text());
        prop_assert_eq!(once.text(), twice.text());
        let canonical = once.canonical();
        prop_assert_eq!(Folded::new(&canonical).canonical(), canonical);
    }

    #[test]
    fn nothing_panics(source in stray_text(), bytes in prop::collection::vec(any::<u8>(), 0..200), quote in stray_text(), odd in "\\PC{0,60}", starts in 0u32..5) {
        for text in [ArchivedText::new(source.as_bytes(), starts), ArchivedText::new(&bytes, starts), ArchivedText::new(odd.as_bytes(), starts)] {
            for quote in [&quote, &odd, &source] {
                let _ = vet(quote);
                let _ = fold_digest(quote);
                let _ = quotation_in_quote(quote, &source);
                let _ = Locator::parse(quote);
                let _ = Lock::parse(quote);
                let Ok(text) = &text else { continue };
                match text.find(quote, Some(&Locator::paragraph(2))) {
                    Find::NotFound(Some(nearest)) => prop_assert_eq!(nearest.to_string().lines().count(), 2),
                    Find::Found(place) => prop_assert!(!text.words_at(&place).is_empty()),
                    _ => {}
                }
                let _ = text.find(quote, None);
            }
        }
    }
}
