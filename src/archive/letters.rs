//! What a single character is to a quote: part of a word, a mark that may differ, or nothing.
//!
//! In: one `char`. Out: yes or no. These lists are the whole of what "verbatim but for quotation
//! marks, dashes and invisible characters" means; a change here changes every digest in
//! `sources.lock`, so it needs a new lock version. Never: looks at a neighbour.

use std::iter;
use unicode_normalization::{IsNormalized, UnicodeNormalization, char as ucd, is_nfc_quick};

/// Takes no room on the page: soft hyphen, zero-width spaces and joiners, direction marks,
/// variation selectors, byte order mark. Dropped from texts and quotes alike.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// A quotation mark or apostrophe of any script and shape, single or double: writers change
/// `"` to `'` when they nest quotations. The primes ′ and ″ are not here: they are units.
pub fn is_quote_mark(c: char) -> bool {
    is_apostrophe(c)
        || matches!(
            c,
            '"' | '«'
                | '»'
                | '`'
                | '\u{5F4}'
                | '\u{201A}'
                | '\u{201C}'..='\u{201F}'
                | '\u{2039}'
                | '\u{203A}'
                | '\u{275B}'..='\u{275E}'
                | '\u{2E42}'
                | '\u{300C}'..='\u{300F}'
                | '\u{301D}'..='\u{301F}'
                | '\u{FE41}'..='\u{FE44}'
                | '\u{FF02}'
                | '\u{FF40}'
                | '\u{FF62}'
                | '\u{FF63}'
        )
}

/// A mark that, standing tight between two letters, belongs to the word: `don't`, `п'ять`.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '´' | '\u{2BB}' | '\u{2BC}' | '\u{5F3}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{FF07}')
}

/// A hyphen, dash or minus sign of any length.
pub(super) fn is_dash(c: char) -> bool {
    is_hyphen(c) || matches!(c, '\u{2012}'..='\u{2015}' | '\u{2212}' | '\u{2E3A}' | '\u{2E3B}' | '\u{FE58}')
}

/// A dash that, standing tight between two letters, belongs to the word: `non-lethal`.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{FE63}' | '\u{FF0D}')
}

/// A sign of money: `$`, `€`, and the rest of Unicode's category Sc in use.
pub(super) fn is_currency(c: char) -> bool {
    matches!(
        c,
        '$' | '¢'..='¥' | '\u{58F}' | '\u{60B}' | '\u{E3F}' | '\u{20A0}'..='\u{20C0}'
            | '\u{FF04}' | '\u{FFE0}' | '\u{FFE1}' | '\u{FFE5}' | '\u{FFE6}'
    )
}

/// White space, line ends included.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// White space, or nothing to be seen.
pub(super) fn is_blank(c: char) -> bool {
    is_space(c) || is_invisible(c)
}

/// A letter, digit, combining mark or `_`: what words are made of.
pub(super) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    (c.is_alphanumeric() || ucd::is_combining_mark(c)) && !is_quote_mark(c) && !is_invisible(c)
}

/// A letter of a script that writes words without spaces between them (Han, Hiragana, Thai, Lao,
/// Khmer, Myanmar): each is a word of its own here. Hangul and Katakana are not among them.
pub(super) fn stands_alone(c: char) -> bool {
    let listed = matches!(
        c,
        '\u{E00}'..='\u{EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3041}'..='\u{309F}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    );
    listed && (c == '〇' || !c.is_numeric()) && is_word(c)
}

/// A digit of any script, or a Han numeral: two of them side by side are one figure.
pub(super) fn is_numeral(c: char) -> bool {
    c.is_numeric()
        || matches!(
            c,
            '〇' | '一'
                | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '百'
                | '千'
                | '万'
                | '萬'
                | '億'
                | '亿'
                | '兆'
                | '两'
                | '兩'
        )
}

/// Can `c` begin a unit of normalisation, whatever stands before it? If not, it combines with what
/// precedes: an accent written apart, a vowel or final consonant of a decomposed Hangul syllable.
pub(super) fn starts_cluster(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let free = |c| ucd::canonical_combining_class(c) == 0 && is_nfc_quick(iter::once(c)) == IsNormalized::Yes;
    if is_compatible(c) {
        return iter::once(c).nfkd().next().is_none_or(free);
    }
    free(c) || iter::once(c).nfd().next().is_none_or(|first| first != c && free(first))
}

/// Another shape of the same letters, folded by compatibility: `ﬁ`, full-width `１１`, Arabic
/// presentation forms. Superscripts, fractions and circled digits are not here, since `10²` is
/// not 102.
pub(super) fn is_compatible(c: char) -> bool {
    matches!(
        c,
        '\u{FB00}'..='\u{FB17}'
            | '\u{FB50}'..='\u{FDFC}'
            | '\u{FE50}'..='\u{FE6F}'
            | '\u{FE70}'..='\u{FEFC}'
            | '\u{FF01}'..='\u{FFEE}'
    )
}

/// Is `c`, on its own, already what normalisation would make of it?
pub(super) fn is_normal(c: char) -> bool {
    c.is_ascii() || (!is_compatible(c) && is_nfc_quick(iter::once(c)) == IsNormalized::Yes)
}

/// The start of `text`, cut before the character that would pass `bytes` bytes.
pub(super) fn first_bytes(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
