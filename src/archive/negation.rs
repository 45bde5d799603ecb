//! Words that turn a statement round, so that no omission drops one.
//!
//! In: a text and the range that an omission mark stands for. Out: the first negation among those that belong
//! to the same sentence as the words kept on either side. "North Korea did … send troops" must not
//! be made of "did not send troops". English first, and the chief words of the languages that
//! sources on this subject are written in. Never: judges words that the quote keeps.

use super::letters::{is_apostrophe, is_word};
use std::ops::Range;

const WORDS: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "neither",
    "none",
    "nobody",
    "nothing",
    "nowhere",
    "without",
    "cannot",
    "denied",
    "denies",
    "deny",
    "denying",
    "не",
    "ні",
    "ни",
    "нет",
    "немає",
    "ніколи",
    "никогда",
    "без",
    "안",
    "못",
    "لا",
    "لم",
    "لن",
    "ليس",
    "ليست",
    "بدون",
    "nicht",
    "nie",
    "niemals",
    "kein",
    "keine",
    "keinen",
    "keiner",
    "ohne",
    "ne",
    "pas",
    "jamais",
    "aucun",
    "aucune",
    "sans",
    "ningún",
    "nunca",
    "sin",
];

/// Parts of words, for languages that join the negation to other syllables.
const SYLLABLES: &[&str] = &["않", "없", "아니", "못하", "못했", "不", "没", "沒", "未", "无", "ない", "なかっ", "ません"];

/// The negation that leaving the bytes `omitted` out of `text` would drop from the sentences that
/// are quoted in part; whole sentences in between may hold any.
pub(super) fn dropped_negation(text: &str, omitted: Range<usize>) -> Option<String> {
    let words = text.get(omitted.clone())?;
    let mut ends = sentence_ends(text, omitted.clone());
    let Some(first) = ends.next() else {
        return first_negation(words);
    };
    let last = ends.last().unwrap_or(first);
    first_negation(&text[omitted.start..first]).or_else(|| first_negation(&text[last..omitted.end]))
}

fn first_negation(text: &str) -> Option<String> {
    let words = text.split(|c: char| !is_word(c) && !is_apostrophe(c)).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).find(|word| {
        let ends_in_nt = word.strip_suffix('t').is_some_and(|w| w.strip_suffix(is_apostrophe).is_some_and(|w| w.ends_with('n')));
        let bare = word.trim_matches(is_apostrophe);
        ends_in_nt || WORDS.contains(&bare) || SYLLABLES.iter().any(|part| word.contains(part))
    })
}

/// Offsets in `text` after the marks in `within` that end a sentence. The full stop of an
/// abbreviation ("U.S.") is none: it follows fewer than two small letters or digits.
fn sentence_ends(text: &str, within: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let marks = text[within.clone()].char_indices();
    marks.filter_map(move |(at, c)| {
        let at = within.start + at;
        let end = at + c.len_utf8();
        let goes_on = text[end..].chars().next().is_some_and(is_word);
        let ends = match c {
            '\n' | '。' | '！' | '？' => true,
            '!' | '?' | '؟' => !goes_on,
            '.' => {
                let before = text[..at].chars().rev().take(2);
                !goes_on && before.filter(|&c| is_word(c) && !c.is_uppercase()).count() == 2
            }
            _ => false,
        };
        ends.then_some(end)
    })
}
