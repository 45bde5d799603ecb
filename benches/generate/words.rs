//! Made words, the same for the same seed.
//!
//! In: a seed. Out: numbers, words, and sentences of an archived text that can be quoted. Must never use real words of a
//! source.

use std::fmt::Write as _;

/// Words of an archived text.
const SOURCE_WORDS: usize = 5_000;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    /// A made word of two or three syllables.
    pub fn word(&mut self) -> String {
        const SYLLABLES: [&str; 24] = [
            "ba", "del", "fo", "gan", "hu", "ja", "kel", "lo", "mir", "na", "por", "qua", "ras", "sol", "tu", "vel", "wa", "xen", "yor",
            "zu", "bri", "cla", "dro", "fle",
        ];
        (0..2 + self.below(2)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    pub fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A sentence of an archived text that can be quoted: its figure and the words around it.
pub struct Sentence {
    pub quote: String,
    pub figure: String,
}

/// One work.
pub struct Source {
    pub key: String,
    pub title: String,
    pub author: String,
    /// `2024-10-05`.
    pub date: String,
    /// The archived text, five sentences a paragraph, each with a figure.
    pub text: String,
    pub sentences: Vec<Sentence>,
}

impl Source {
    pub fn new(number: usize, random: &mut Random) -> Self {
        let (mut text, mut sentences, mut words) = (String::new(), Vec::new(), 0);
        while words < SOURCE_WORDS {
            let figure = format!("{},{:03}", 1 + random.below(900), random.below(1000));
            let quote = format!("{} {figure} {}", random.words(4), random.words(4));
            let _ = write!(text, "The {} {quote} {}.", random.word(), random.words(2));
            words += 13;
            sentences.push(Sentence { quote, figure });
            text.push_str(if sentences.len() % 5 == 0 { "\n\n" } else { " " });
        }
        text.push('\n');
        let author = random.word();
        Self {
            key: format!("source-{number:03}"),
            title: random.words(6),
            author: format!("{author}, {author}"),
            date: format!("2024-10-{:02}", 1 + number % 28),
            text,
            sentences,
        }
    }
}

/// A number in letters: digits in a title would have to be cited.
pub fn name(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(b'A' + (digit - b'0'))).collect()
}
