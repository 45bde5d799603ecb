//! The place in a text that is most like a quote that is not there, and what differs.
//!
//! In: an archived text and a quote that `find` has refused. Out: [`Nearest`]: the place, its words,
//! and a word-level difference, which print on two lines. The quote's rarest words vote for where it
//! would begin; the few best places are aligned word by word. Bounded, however long the text.
//! Never: on the accepting path; that something is near says nothing for the quote.

use super::boundary::{inside_word, pieces};
use super::find::{Needle, Place};
use super::fold::Folded;
use super::letters::{first_bytes, is_word};
use super::text::ArchivedText;
use std::fmt;
use std::ops::Range;

/// Bounds of the search: bytes and words of the quote, words that vote, votes of each, places that
/// are aligned, bytes of each such place.
const QUOTE_BYTES: usize = 2000;
const QUOTE_WORDS: usize = 80;
const VOTERS: usize = 12;
const VOTES_EACH: usize = 2000;
const ALIGNED: usize = 4;
const PLACE_BYTES: usize = 4000;

/// Words shown on either side of a difference, and characters of the excerpt.
const CONTEXT_WORDS: usize = 4;
const EXCERPT_CHARS: usize = 240;

/// The place in the text that is most like a quote that does not stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// Where it is.
    pub place: Place,
    /// Its words, white space collapsed, cut after 240 characters.
    pub excerpt: String,
    /// What is the same and what differs, in order.
    pub diff: Vec<DiffPart>,
}

/// One stretch of a word-level difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffPart {
    /// In both; spelt as in the text.
    Same(String),
    /// In the quote, not in the text.
    Missing(String),
    /// In the text, not in the quote.
    Extra(String),
}

impl Nearest {
    /// First line: where, and the words there.
    pub fn excerpt_line(&self) -> String {
        format!("nearest: {}, line {}: \"{}\"", self.place.locator(), self.place.line, self.excerpt)
    }

    /// Second line: `[-in the quote only-] {+in the text only+}`, with a few words around.
    pub fn diff_line(&self) -> String {
        let last = self.diff.len().saturating_sub(1);
        let parts = self.diff.iter().enumerate().map(|(at, part)| match part {
            DiffPart::Missing(words) => format!("[-{words}-]"),
            DiffPart::Extra(words) => format!("{{+{words}+}}"),
            DiffPart::Same(words) => shorten(words, at == 0, at == last),
        });
        let line = parts.collect::<Vec<_>>().join(" ");
        format!("differs: {line}  ([-quote-] {{+text+}})")
    }
}

impl fmt::Display for Nearest {
    /// Both lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.excerpt_line(), self.diff_line())
    }
}

/// The place of the text proper that is most like `quote`; none where less than a third of it,
/// weighed by length of word, is anywhere together.
pub(super) fn nearest(text: &ArchivedText, quote: &str) -> Option<Nearest> {
    let quote = first_bytes(quote, QUOTE_BYTES);
    let needle = Needle::new(quote);
    let wanted = units(quote, 0..quote.len());
    let mut best: Option<(i32, Aligned, Vec<Unit>)> = None;
    for window in likely_windows(text, &needle) {
        let there = units(text.text(), window);
        let (score, aligned) = align(&wanted, &there);
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, aligned, there));
        }
    }
    let (_, aligned, there) = best?;
    let matched: i32 = aligned.pairs.iter().map(|&(_, at)| there[at].weight).sum();
    let total: i32 = wanted.iter().map(|unit| unit.weight).sum();
    if matched * 3 < total || matched < 3 {
        return None;
    }
    Some(describe(text, quote, &wanted, &there, &aligned))
}

/// A word or mark: where it is, its folded form, and how much it counts.
#[derive(Debug)]
struct Unit {
    range: Range<usize>,
    key: String,
    weight: i32,
}

/// Which units of the quote are which of the text, in order.
struct Aligned {
    pairs: Vec<(usize, usize)>,
}

fn units(text: &str, within: Range<usize>) -> Vec<Unit> {
    let slice = &text[within.clone()];
    let units = pieces(slice).into_iter().map(|piece| {
        let key = Folded::new(&slice[piece.clone()]).canonical();
        let letters = key.chars().filter(|&c| is_word(c)).count() as i32;
        let weight = if letters > 0 { 2 + letters.min(8) } else { 1 };
        Unit { range: within.start + piece.start..within.start + piece.end, key, weight }
    });
    units.filter(|unit| !unit.key.is_empty()).collect()
}

/// The stretches of the text where the quote's rarest words stand as far apart as in the quote.
fn likely_windows(text: &ArchivedText, needle: &Needle) -> Vec<Range<usize>> {
    let index = text.index();
    let start_of = |word: u32| text.folded().origin(word as usize);
    let first = index.words().partition_point(|word| start_of(word.start) < text.body());
    let wanted = &needle.words()[..needle.words().len().min(QUOTE_WORDS)];
    let mut voters: Vec<_> = wanted.iter().enumerate().collect();
    voters.retain(|(_, word)| !index.candidates(word.hash).is_empty());
    voters.sort_by_key(|(_, word)| index.candidates(word.hash).len());

    // A vote: the number that the quote's first word would have in the text, and its weight.
    let mut votes: Vec<(i64, u64)> = Vec::new();
    for (number, word) in voters.into_iter().take(VOTERS) {
        let places = index.places(word.hash).filter(|&place| place as usize >= first).take(VOTES_EACH);
        let weight = 1 + 64 / index.candidates(word.hash).len().max(1) as u64;
        votes.extend(places.map(|place| (i64::from(place) - number as i64, weight)));
    }
    votes.sort_unstable();

    let slack = 4 + wanted.len() as i64 / 4;
    let mut sums: Vec<(u64, i64)> = Vec::with_capacity(votes.len());
    let (mut end, mut sum) = (0, 0);
    for at in 0..votes.len() {
        while votes.get(end).is_some_and(|vote| vote.0 <= votes[at].0 + slack) {
            sum += votes[end].1;
            end += 1;
        }
        sums.push((sum, votes[at].0));
        sum -= votes[at].1;
    }
    sums.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));

    let mut chosen: Vec<i64> = Vec::new();
    for (_, start) in sums {
        if chosen.len() == ALIGNED {
            break;
        }
        if chosen.iter().all(|other| (other - start).abs() > slack) {
            chosen.push(start);
        }
    }
    chosen.sort_unstable();
    let words = index.words();
    let windows = chosen.into_iter().filter_map(|start| {
        let from = (start - slack).max(first as i64) as usize;
        let to = (start + wanted.len() as i64 + 2 * slack).max(0) as usize;
        let begin = start_of(words.get(from)?.start);
        let end = words.get(to).map_or(text.text().len(), |word| start_of(word.start));
        let end = first_bytes(text.text(), end.min(begin + PLACE_BYTES)).len();
        Some(begin..end.max(begin))
    });
    windows.collect()
}

/// Aligns the quote's units with those of a place: the matches that weigh most, less one for each
/// unit of the text that they leave out between them.
fn align(wanted: &[Unit], there: &[Unit]) -> (i32, Aligned) {
    let wide = there.len() + 1;
    let mut score = vec![0i32; (wanted.len() + 1) * wide];
    for (i, unit) in wanted.iter().enumerate() {
        for (j, other) in there.iter().enumerate() {
            let mut most = score[i * wide + j + 1].max(score[(i + 1) * wide + j] - 1);
            if unit.key == other.key {
                most = most.max(score[i * wide + j] + unit.weight);
            }
            score[(i + 1) * wide + j + 1] = most;
        }
    }
    let last = &score[wanted.len() * wide..];
    let best = last.iter().copied().max().unwrap_or(0);
    let (mut i, mut j) = (wanted.len(), last.iter().position(|&s| s == best).unwrap_or(0));
    let mut pairs = Vec::new();
    while i > 0 && j > 0 {
        let here = score[i * wide + j];
        if here == score[(i - 1) * wide + j] {
            i -= 1;
        } else if here == score[i * wide + j - 1] - 1 {
            j -= 1;
        } else {
            (i, j) = (i - 1, j - 1);
            pairs.push((i, j));
        }
    }
    pairs.reverse();
    (best, Aligned { pairs })
}

/// Writes the difference out. Where the quote's first or last words are missing, as many words of
/// the text stand against them.
fn describe(text: &ArchivedText, quote: &str, wanted: &[Unit], there: &[Unit], aligned: &Aligned) -> Nearest {
    let (first, last) = match (aligned.pairs.first(), aligned.pairs.last()) {
        (Some(&first), Some(&last)) => (first, last),
        _ => ((0, 0), (0, 0)),
    };
    let from = first.1 - first.0.min(first.1);
    let to = (last.1 + wanted.len() - last.0).min(there.len());
    let mut diff = Diff { quote, text: text.text(), parts: Vec::new() };
    let (mut i, mut j) = (0, from);
    for &(pair_i, pair_j) in aligned.pairs.iter() {
        diff.change(&wanted[i..pair_i], &there[j..pair_j]);
        diff.same(&there[pair_j]);
        (i, j) = (pair_i + 1, pair_j + 1);
    }
    diff.change(&wanted[i..], &there[j.min(to)..to]);
    let range = match (there.get(from), there.get(to.saturating_sub(1))) {
        (Some(a), Some(b)) => a.range.start..b.range.end,
        _ => 0..0,
    };
    diff.show_cut_ends(there, from, to, &range);
    let parts = diff.parts.into_iter().map(|(kind, range)| match kind {
        Kind::Same => DiffPart::Same(collapse(&text.text()[range])),
        Kind::Extra => DiffPart::Extra(collapse(&text.text()[range])),
        Kind::Missing => DiffPart::Missing(collapse(&quote[range])),
    });
    let diff = parts.collect();
    let mut excerpt = collapse(&text.text()[range.clone()]);
    if let Some((cut, _)) = excerpt.char_indices().nth(EXCERPT_CHARS) {
        excerpt.truncate(cut);
        excerpt.push('…');
    }
    Nearest { place: text.place(range), excerpt, diff }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Missing,
    Extra,
}

/// A difference in the making: stretches of the text, or for `Missing` of the quote.
struct Diff<'a> {
    quote: &'a str,
    text: &'a str,
    parts: Vec<(Kind, Range<usize>)>,
}

impl Diff<'_> {
    fn same(&mut self, unit: &Unit) {
        self.add(Kind::Same, unit.range.clone());
    }

    fn change(&mut self, missing: &[Unit], extra: &[Unit]) {
        for (kind, units) in [(Kind::Missing, missing), (Kind::Extra, extra)] {
            if let (Some(a), Some(b)) = (units.first(), units.last()) {
                self.add(kind, a.range.start..b.range.end);
            }
        }
    }

    fn add(&mut self, kind: Kind, range: Range<usize>) {
        match self.parts.last_mut() {
            Some((last, stretch)) if *last == kind => stretch.end = range.end,
            _ => self.parts.push((kind, range)),
        }
    }

    /// Where every word agrees, the quote was refused because it cuts a figure: shows its other half.
    fn show_cut_ends(&mut self, there: &[Unit], from: usize, to: usize, range: &Range<usize>) {
        if self.parts.iter().any(|(kind, _)| *kind != Kind::Same) || self.quote.is_empty() {
            return;
        }
        if inside_word(self.text, range.end)
            && let Some(next) = there.get(to)
        {
            self.add(Kind::Extra, next.range.clone());
        }
        let before = from.checked_sub(1).and_then(|at| there.get(at));
        if inside_word(self.text, range.start)
            && let Some(before) = before
        {
            self.parts.insert(0, (Kind::Extra, before.range.clone()));
        }
    }
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keeps the words of an unchanged stretch that stand next to a change.
fn shorten(words: &str, first: bool, last: bool) -> String {
    let all: Vec<&str> = words.split(' ').collect();
    let head = if first { 0 } else { CONTEXT_WORDS };
    let tail = if last { 0 } else { CONTEXT_WORDS };
    if all.len() <= head + tail || (first && last) {
        return words.to_owned();
    }
    let mut kept: Vec<&str> = all[..head].to_vec();
    kept.push("…");
    kept.extend(&all[all.len() - tail..]);
    kept.join(" ")
}
