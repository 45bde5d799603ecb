//! What is wrong with a quote before any text is read, and the digest that stands for it.
//!
//! In: a quote as the author wrote it. Out: [`QuoteProblem`] or nothing; [`fold_digest`]. A quote is
//! two to [`MAX_QUOTE_WORDS`] words: one word proves nothing, and more is not a short quote (the
//! style guide asks for under 25; the hard limit leaves room for a long sentence). In scripts without
//! spaces two characters count as a word. Never: looks at a source.

use super::boundary::pieces;
use super::ellipsis::omission_parts;
use super::fold::Folded;
use super::letters::{is_word, stands_alone};
use super::text::hex;
use sha2::{Digest, Sha256};
use std::fmt;

/// The most words of a quote.
pub const MAX_QUOTE_WORDS: usize = 50;

/// The most characters of a quote, for languages with long words and words without spaces.
pub const MAX_QUOTE_CHARS: usize = 600;

/// Why a quote is refused whatever the source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuoteProblem {
    /// No letter and no digit.
    Empty,
    /// One word (or fewer than four characters of a script without spaces).
    TooShort,
    /// More than [`MAX_QUOTE_WORDS`] words.
    TooLong { words: usize },
    /// More than [`MAX_QUOTE_CHARS`] characters.
    TooManyChars { chars: usize },
    /// This part, beside an omission mark, is one word: sentences could be made of such parts.
    PartTooShort(String),
}

/// What is wrong with a quote, if anything is.
pub fn vet(quote: &str) -> Option<QuoteProblem> {
    if is_plainly_fit(quote) { None } else { reckon(quote) }
}

/// What is wrong with a quote, by the letter.
fn reckon(quote: &str) -> Option<QuoteProblem> {
    // Folding what nobody reads as a short quote would be wasted work.
    let chars = match quote.len() > 4 * MAX_QUOTE_CHARS {
        true => quote.chars().count(),
        false => collapsed_chars(quote),
    };
    if !quote.chars().any(is_word) {
        return Some(QuoteProblem::Empty);
    }
    if quote.len() <= 64 * MAX_QUOTE_CHARS {
        let halves = half_words(quote);
        if halves < 4 {
            return Some(QuoteProblem::TooShort);
        }
        if halves > 2 * MAX_QUOTE_WORDS {
            return Some(QuoteProblem::TooLong { words: halves.div_ceil(2) });
        }
    }
    if chars > MAX_QUOTE_CHARS {
        return Some(QuoteProblem::TooManyChars { chars });
    }
    let parts = omission_parts(quote);
    if parts.len() < 2 {
        return None;
    }
    let short = parts.into_iter().find(|part| half_words(part) < 4)?;
    Some(QuoteProblem::PartTooShort(short.trim().to_owned()))
}

/// First 32 hex digits of the SHA-256 of the folded quote: equal for two quotes exactly when they
/// differ in nothing but white space, quotation marks, dashes, invisible characters, Unicode form,
/// the shape of an ellipsis, and the space in "3, 000".
pub fn fold_digest(quote: &str) -> String {
    hex(&folded_sha256(quote))
}

/// [`fold_digest`] as a number.
pub(super) fn fold_number(quote: &str) -> u128 {
    u128::from_be_bytes(folded_sha256(quote))
}

/// The first half of the digest.
fn folded_sha256(quote: &str) -> [u8; 16] {
    let digest = Sha256::digest(Folded::new(quote).canonical().as_bytes());
    std::array::from_fn(|at| digest[at])
}

/// Whether it needs no counting: a short quote without omissions, in ASCII but for quotation marks and dashes. Two letters
/// with a space between are of two words, and there are at most as many words as runs of letters and digits.
fn is_plainly_fit(quote: &str) -> bool {
    let bytes = quote.as_bytes();
    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_plain = |c: char| c.is_ascii() || matches!(c, '‘' | '’' | '“' | '”' | '–' | '—');
    quote.len() <= MAX_QUOTE_CHARS
        && quote.chars().all(is_plain)
        && bytes.iter().filter(|byte| **byte == b'.').count() < 3
        && bytes.windows(3).any(|three| matches!(three, [a, b' ', b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic()))
        && bytes.chunk_by(|a, b| in_word(a) == in_word(b)).filter(|run| in_word(&run[0])).count() <= MAX_QUOTE_WORDS
}

fn collapsed_chars(quote: &str) -> usize {
    let words = quote.split_whitespace();
    let (words, letters) = words.fold((0, 0), |(w, l), word| (w + 1, l + word.chars().count()));
    letters + usize::saturating_sub(words, 1)
}

/// Two for each word, one for each letter of a script without spaces.
fn half_words(quote: &str) -> usize {
    let halves = pieces(quote).into_iter().map(|piece| {
        let letters = quote[piece].chars().filter(|&c| is_word(c));
        let alone = letters.clone().filter(|&c| stands_alone(c) && c.is_alphabetic()).count();
        match alone {
            0 if letters.clone().next().is_some() => 2,
            alone => alone,
        }
    });
    halves.sum()
}

impl fmt::Display for QuoteProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the quote is empty"),
            Self::TooShort => f.write_str("the quote is one word, which proves nothing"),
            Self::TooLong { words } => {
                write!(f, "the quote has {words} words; a short quote has at most {MAX_QUOTE_WORDS}")
            }
            Self::TooManyChars { chars } => {
                write!(f, "the quote has {chars} characters; a short quote has at most {MAX_QUOTE_CHARS}")
            }
            Self::PartTooShort(part) => {
                write!(f, "`{part}`, beside an omission mark, is one word; parts of a quote have two or more")
            }
        }
    }
}

impl std::error::Error for QuoteProblem {}

impl QuoteProblem {
    /// What the author can do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Empty => "find words with `cited cite KEY \"words\"`, or remove the quote of an unarchived source",
            Self::TooShort => "quote two or more words, with the words around it",
            Self::TooLong { .. } | Self::TooManyChars { .. } => "quote only the words that carry the claim",
            Self::PartTooShort(_) => "quote more words around the omission, or make two citations",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plainly_fit_quote_is_fit_by_the_letter(quote in "[a-c1-3 .,_$%'()\\[\\]‘’“”–—-]{0,40}") {
            prop_assert!(!is_plainly_fit(&quote) || reckon(&quote).is_none());
        }
    }

    #[test]
    fn an_ordinary_quote_is_plainly_fit() {
        assert!(is_plainly_fit("at least 11,000 soldiers were sent"));
        assert!(is_plainly_fit("Russia’s “special operation” – so called"));
        assert!(!is_plainly_fit(&"word ".repeat(51)) && !is_plainly_fit("one") && !is_plainly_fit("one ... two"));
    }
}
