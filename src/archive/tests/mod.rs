//! Tests of the archive, by what a user would try.
//!
//! Each file is a matter: quotes that must stand, quotes that must not, texts and quotes that are
//! bad input, the nearest place, locks, and properties of random texts. The functions here make
//! texts and ask short questions of them.

mod bad_input;
mod locks;
mod near;
mod properties;
mod refused;
mod stands;

use super::*;

/// Whether a quotation stands in a quote.
fn quotation_in_quote(quotation: &str, quote: &str) -> bool {
    Quotation::new(quotation).stands_in(&Quotation::new(quote))
}

/// A text whose first line is its first paragraph.
fn text(words: &str) -> ArchivedText {
    ArchivedText::new(words.as_bytes(), 1).expect("a text of the test")
}

/// The words of `source` that `quote` was found to be, if it was found.
fn found<'t>(source: &'t ArchivedText, quote: &str) -> Option<&'t str> {
    match source.find(quote, None) {
        Find::Found(place) => Some(source.words_at(&place)),
        _ => None,
    }
}

#[track_caller]
fn stands(words: &str, quote: &str) {
    let source = text(words);
    let find = source.find(quote, None);
    assert!(matches!(find, Find::Found(_)), "{quote:?} was not found in {words:?}: {find:?}");
}

#[track_caller]
fn falls(words: &str, quote: &str) {
    let find = text(words).find(quote, None);
    assert!(!matches!(find, Find::Found(_) | Find::Ambiguous(_)), "{quote:?} was found in {words:?}: {find:?}");
}
