//! The words that spell numbers: `twelve`, `hundred`, `thirds`.
//!
//! In: one word. Out: the part that it has in a number ([`Spelled`]). Entry point: [`number_word`], which is asked for
//! every word of a text and is made to say no quickly. This file must never put words together: that is `phrase`'s.

/// The part that a word has in a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spelled {
    /// `zero` to `nineteen`.
    Unit(u8),
    /// `twenty` to `ninety`.
    Tens(u8),
    /// `hundred`.
    Hundred,
    /// `thousand`, `million`, `lakh`: the power of ten.
    Scale(u8),
    /// `dozen`.
    Dozen,
    /// `half`, `third`, `quarters`: the denominator, and whether it is a plural.
    Part(u8, bool),
}

/// The number that a word spells, whatever its capitals: `twelve`, also `twelvefold`.
pub(super) fn number_word(word: &[u8]) -> Option<Spelled> {
    // Few words begin with two such letters and have a fitting length; all others leave here.
    if !(3..=12).contains(&word.len()) || !begins(word[0], word[1]) {
        return None;
    }
    let packed = pack(word);
    // `tenfold`: the four last letters off.
    if word.len() > 6 && word[word.len() - 4..].eq_ignore_ascii_case(b"fold") {
        return lookup(word.len() - 4, packed & ((1 << (8 * (word.len() - 4))) - 1));
    }
    lookup(word.len(), packed)
}

/// Up to twelve letters in lower case as one number, so that a comparison is one instruction.
const fn pack(word: &[u8]) -> u128 {
    let (mut packed, mut index) = (0, 0);
    while index < word.len() {
        packed |= ((word[index] | 0x20) as u128) << (8 * index);
        index += 1;
    }
    packed
}

fn lookup(length: usize, packed: u128) -> Option<Spelled> {
    use Spelled::{Dozen, Hundred, Part, Scale, Tens, Unit};
    const THREE: &[(u128, Spelled)] =
        &[(pack(b"one"), Unit(1)), (pack(b"two"), Unit(2)), (pack(b"six"), Unit(6)), (pack(b"ten"), Unit(10))];
    const FOUR: &[(u128, Spelled)] = &[
        (pack(b"four"), Unit(4)),
        (pack(b"five"), Unit(5)),
        (pack(b"nine"), Unit(9)),
        (pack(b"half"), Part(2, false)),
        (pack(b"zero"), Unit(0)),
        (pack(b"lakh"), Scale(5)),
    ];
    const FIVE: &[(u128, Spelled)] = &[
        (pack(b"three"), Unit(3)),
        (pack(b"seven"), Unit(7)),
        (pack(b"eight"), Unit(8)),
        (pack(b"third"), Part(3, false)),
        (pack(b"dozen"), Dozen),
        (pack(b"forty"), Tens(40)),
        (pack(b"fifty"), Tens(50)),
        (pack(b"sixty"), Tens(60)),
        (pack(b"fifth"), Part(5, false)),
        (pack(b"sixth"), Part(6, false)),
        (pack(b"tenth"), Part(10, false)),
        (pack(b"lakhs"), Scale(5)),
        (pack(b"crore"), Scale(7)),
    ];
    const SIX: &[(u128, Spelled)] = &[
        (pack(b"twenty"), Tens(20)),
        (pack(b"thirty"), Tens(30)),
        (pack(b"eighty"), Tens(80)),
        (pack(b"ninety"), Tens(90)),
        (pack(b"eleven"), Unit(11)),
        (pack(b"twelve"), Unit(12)),
        (pack(b"thirds"), Part(3, true)),
        (pack(b"fourth"), Part(4, false)),
        (pack(b"fifths"), Part(5, true)),
        (pack(b"sixths"), Part(6, true)),
        (pack(b"eighth"), Part(8, false)),
        (pack(b"tenths"), Part(10, true)),
        (pack(b"crores"), Scale(7)),
    ];
    const SEVEN: &[(u128, Spelled)] = &[
        (pack(b"hundred"), Hundred),
        (pack(b"million"), Scale(6)),
        (pack(b"billion"), Scale(9)),
        (pack(b"quarter"), Part(4, false)),
        (pack(b"fifteen"), Unit(15)),
        (pack(b"sixteen"), Unit(16)),
        (pack(b"seventy"), Tens(70)),
        (pack(b"seventh"), Part(7, false)),
        (pack(b"fourths"), Part(4, true)),
        (pack(b"eighths"), Part(8, true)),
    ];
    const EIGHT: &[(u128, Spelled)] = &[
        (pack(b"thousand"), Scale(3)),
        (pack(b"trillion"), Scale(12)),
        (pack(b"quarters"), Part(4, true)),
        (pack(b"thirteen"), Unit(13)),
        (pack(b"fourteen"), Unit(14)),
        (pack(b"eighteen"), Unit(18)),
        (pack(b"nineteen"), Unit(19)),
        (pack(b"sevenths"), Part(7, true)),
    ];
    const NINE: &[(u128, Spelled)] = &[(pack(b"seventeen"), Unit(17))];
    let words = match length {
        3 => THREE,
        4 => FOUR,
        5 => FIVE,
        6 => SIX,
        7 => SEVEN,
        8 => EIGHT,
        9 => NINE,
        _ => return None,
    };
    words.iter().find(|(word, _)| *word == packed).map(|(_, spelled)| *spelled)
}

/// Whether a number word begins with these two letters, whatever their case.
fn begins(first: u8, second: u8) -> bool {
    // For each first letter its second ones, a bit each.
    const SECOND: [u32; 26] = pairs(b"bicrdoeielfifohahulaminionqusesitethtrtwze");
    let (first, second) = ((first | 0x20).wrapping_sub(b'a'), (second | 0x20).wrapping_sub(b'a'));
    second < 26 && SECOND.get(usize::from(first)).is_some_and(|seconds| seconds & (1 << second) != 0)
}

const fn pairs(letters: &[u8]) -> [u32; 26] {
    let mut table = [0; 26];
    let mut index = 0;
    while index + 1 < letters.len() {
        table[(letters[index] - b'a') as usize] |= 1 << (letters[index + 1] - b'a');
        index += 2;
    }
    table
}
