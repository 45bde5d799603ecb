//! What a site says about numbers: the names that contain them, and the units that its questions count.
//!
//! In: the phrases of `names:` and of the glossary, the units of the questions. Out: a [`Lexicon`], built once for a
//! site and asked for each number of a text. Entry points: [`Lexicon::new`], [`Lexicon::name_at`],
//! [`Lexicon::unit_after`]. This file must never walk a whole text: it looks only around the number it is asked about.

use std::collections::HashMap;
use std::ops::Range;

use super::numeral::Spacing;
use super::spelled::Spelled;
use super::token::{Kind, Reading, is_hyphen};
use super::words::{Set, is_in};

/// How far a unit may stand from its number: `two wounded North Korean soldiers` needs three words between.
const UNIT_REACH: usize = 4;

/// What a site says about numbers. Built once, used for every block of text.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// The tokens of each name, in lower case.
    names: Vec<Vec<String>>,
    /// For each number in a name: which names have it, and at which token.
    by_number: HashMap<String, Vec<(usize, usize)>>,
    /// The words of each unit after its first, by the first; all in lower case, the last without its plural s.
    units: HashMap<String, Vec<Vec<String>>>,
}

/// A unit that was found after a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// `soldiers`.
    Things,
    /// `days`: what is otherwise a duration is a figure here.
    Time,
}

impl Lexicon {
    /// Builds the lexicon.
    ///
    /// `names` are phrases that contain numbers and count nothing: the site's `names:`, and the terms and aliases of
    /// its glossary (those without a number do no harm). A name that is nothing but one number is left out, because it
    /// would hide that number everywhere. `units` are the units of the site's questions, singular or plural.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, units: impl IntoIterator<Item = &'a str>) -> Self {
        let mut lexicon = Self::default();
        for name in names {
            lexicon.add_name(name);
        }
        for unit in units {
            let mut words: Vec<String> =
                unit.split_whitespace().map(|word| fold(word.trim_matches(|sign: char| !sign.is_alphabetic()))).collect();
            words.retain(|word| !word.is_empty());
            if let Some(last) = words.last_mut() {
                *last = singular(last).to_owned();
                let first = words.remove(0);
                lexicon.units.entry(first).or_default().push(words);
            }
        }
        lexicon
    }

    fn add_name(&mut self, name: &str) {
        let reading = Reading::new(name, Spacing::Never);
        if reading.tokens.len() < 2 {
            return;
        }
        for &token in &reading.numeric {
            self.by_number.entry(fold(reading.slice(token))).or_default().push((self.names.len(), token));
        }
        if !reading.numeric.is_empty() {
            self.names.push((0..reading.tokens.len()).map(|token| fold(reading.slice(token))).collect());
        }
    }

    /// The tokens of the listed name, if any, that the number at `token` is part of.
    pub(super) fn name_at(&self, reading: &Reading, token: usize) -> Option<Range<usize>> {
        if self.names.is_empty() {
            return None;
        }
        let places = self.by_number.get(&fold(reading.slice(token)))?;
        places.iter().find_map(|&(name, place)| {
            let start = token.checked_sub(place)?;
            let words = &self.names[name];
            let end = start + words.len();
            (end <= reading.tokens.len() && (start..end).zip(words).all(|(token, word)| same(reading, token, word))).then_some(start..end)
        })
    }

    /// The unit of a question that the number ending before `token` counts: `soldiers` in `two North Korean soldiers`,
    /// `two of the soldiers`. After `one`, which is mostly no number, only names and a few adjectives may stand between.
    pub(super) fn unit_after(&self, reading: &Reading, token: usize) -> Option<Unit> {
        if self.units.is_empty() {
            return None;
        }
        let one = token > 0 && reading.spelled(token - 1) == Some(Spelled::Unit(1));
        let mut at = token;
        if !one && reading.is(at, "of") && is_in(Set::AfterOf, &reading.folded(at + 1)) {
            at += 2;
        }
        for _ in 0..=UNIT_REACH {
            if reading.hyphen(at) {
                at += 1;
            }
            if reading.token(at)?.kind == Kind::Code {
                at += 1;
                continue;
            }
            if !matches!(reading.token(at)?.kind, Kind::Word) {
                return None;
            }
            if let Some(unit) = self.unit_at(reading, at) {
                return Some(unit);
            }
            let word = reading.folded(at);
            if is_in(Set::Stop, &word) || is_in(Set::Time, &word) || (!reading.capital(at) && plural(&word)) {
                return None;
            }
            if one && !reading.capital(at) && !["more", "single", "further", "wounded", "dead", "elite"].contains(&&*word) {
                return None;
            }
            at += 1;
        }
        None
    }

    fn unit_at(&self, reading: &Reading, token: usize) -> Option<Unit> {
        let word = fold(reading.slice(token));
        let lists = [word.as_str(), singular(&word)];
        let rest = lists.iter().filter_map(|word| self.units.get(*word)).flatten();
        let found = rest.into_iter().find(|rest| {
            rest.iter().enumerate().all(|(index, wanted)| {
                let word = fold(reading.slice(token + 1 + index));
                &word == wanted || singular(&word) == wanted
            })
        })?;
        let time = found.is_empty() && is_in(Set::Time, &word);
        Some(if time { Unit::Time } else { Unit::Things })
    }
}

/// Whether a word looks like a plural noun.
pub(super) fn plural(word: &str) -> bool {
    is_in(Set::Plural, word) || (word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !is_in(Set::NotPlural, word))
}

/// A word without the s of its plural.
fn singular(word: &str) -> &str {
    for ending in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(ending) {
            return &word[..word.len() - 2];
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// Lower case, straight apostrophes, one sort of hyphen.
fn fold(word: &str) -> String {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|character| match character {
            '’' | '‘' => '\'',
            '–' | '—' | '−' => '-',
            _ if is_hyphen(character) => '-',
            _ => character,
        })
        .collect()
}

fn same(reading: &Reading, token: usize, wanted: &str) -> bool {
    let word = fold(reading.slice(token));
    word == wanted || word.strip_suffix("'s") == Some(wanted)
}
