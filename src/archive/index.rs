//! Where each word of a text stands, for the nearest place of a quote that is not there.
//!
//! In: a folded text. Out: [`WordIndex`]: its words in order, and for any word the places that may
//! hold it. Words are found by a hash of their lower-case form, without order of hash in the
//! result; the reader compares the bytes. Never: decides whether a quote stands.

use super::letters::{is_word, stands_alone};
use xxhash_rust::xxh3::xxh3_64;

/// A word of a folded text: a run of letters and digits, or one letter of a script without spaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Offset of its first byte in the folded text.
    pub(super) start: u32,
    pub(super) hash: u32,
}

/// The words of one text, in order and by hash.
#[derive(Debug)]
pub(super) struct WordIndex {
    words: Vec<Word>,
    /// `places[starts[b]..starts[b + 1]]` are the words, in order, whose hash falls in bucket `b`.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl WordIndex {
    /// Indexes a folded text in two passes over its words.
    pub(super) fn new(folded: &str) -> Self {
        let words = words_of(folded);
        let buckets = words.len().next_power_of_two().max(2);
        let mut starts = vec![0u32; buckets + 1];
        for word in &words {
            starts[bucket(word.hash, buckets) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![0u32; words.len()];
        for (number, word) in words.iter().enumerate() {
            let slot = &mut next[bucket(word.hash, buckets)];
            places[*slot as usize] = number as u32;
            *slot += 1;
        }
        WordIndex { words, starts, places }
    }

    /// All words, in the order of the text.
    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Numbers of the words that may have this hash, in the order of the text; a few others may
    /// be among them.
    pub(super) fn candidates(&self, hash: u32) -> &[u32] {
        let bucket = bucket(hash, self.starts.len() - 1);
        &self.places[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }

    /// Numbers of the words that have this hash, in the order of the text.
    pub(super) fn places(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let candidates = self.candidates(hash).iter().copied();
        candidates.filter(move |&number| self.words[number as usize].hash == hash)
    }
}

fn bucket(hash: u32, buckets: usize) -> usize {
    hash as usize & (buckets - 1)
}

/// The words of a folded text or quote.
pub(super) fn words_of(folded: &str) -> Vec<Word> {
    let mut words = Vec::with_capacity(folded.len() / 6);
    let mut lower = String::new();
    let mut start = None;
    let mut at = 0;
    let bytes = folded.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            match (byte.is_ascii_alphanumeric() || byte == b'_', start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    words.push(word(folded, from, at, &mut lower));
                    start = None;
                }
                _ => {}
            }
            at += 1;
            continue;
        }
        let Some(c) = folded[at..].chars().next() else {
            break;
        };
        if stands_alone(c) {
            if let Some(from) = start.take() {
                words.push(word(folded, from, at, &mut lower));
            }
            words.push(word(folded, at, at + c.len_utf8(), &mut lower));
        } else if is_word(c) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            words.push(word(folded, from, at, &mut lower));
        }
        at += c.len_utf8();
    }
    if let Some(from) = start {
        words.push(word(folded, from, folded.len(), &mut lower));
    }
    words
}

fn word(folded: &str, start: usize, end: usize, lower: &mut String) -> Word {
    let text = &folded[start..end];
    lower.clear();
    if text.is_ascii() {
        lower.push_str(text);
        lower.make_ascii_lowercase();
    } else {
        lower.extend(text.chars().flat_map(char::to_lowercase));
    }
    let hash = xxh3_64(lower.as_bytes());
    Word { start: start as u32, hash: (hash ^ (hash >> 32)) as u32 }
}
