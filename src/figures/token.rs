//! Cuts a block of text into tokens: words, numbers in digits, number words, single signs.
//!
//! In: one block of running text. Out: a [`Reading`], the list of tokens that every other file here works on, with
//! look-around by token number, so that nothing scans the text twice. Entry point: [`Reading::new`].
//! White space makes no token; it is known from two tokens not being [glued](Reading::glued). Web and mail addresses
//! become [`Kind::Code`] as they are read. This file must never judge what a number means.

use super::numeral::{self, Numeral, Spacing};
use super::spelled::{self, Spelled};

/// One token: a byte range of the text and what stands there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Letters, with apostrophes between letters: `Kim’s` is one word, `two-week` is two and a sign.
    Word,
    /// A word that has a part in numbers: `twelve`, `hundred`, `half`.
    Spelled(Spelled),
    /// A number in digits with its separators; the index into [`Reading::numerals`].
    Digits(usize),
    /// Looks like a number and is none: a designation, a piece of an address, part of a listed name.
    Code,
    /// Any other single character, the stand-ins for citations and shortcodes included.
    Sign(char),
}

/// A word in lower case with straight apostrophes, for looking up in tables. Empty for a word that no table can hold
/// (longer than 24 bytes, or with letters beyond ASCII).
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded {
    bytes: [u8; 24],
    length: usize,
}

impl Folded {
    const EMPTY: Self = Self { bytes: [0; 24], length: 0 };

    fn new(word: &str) -> Self {
        let mut folded = Self::EMPTY;
        for character in word.chars() {
            let byte = match character {
                '’' => b'\'',
                _ if character.is_ascii() => character.to_ascii_lowercase() as u8,
                _ => return Self::EMPTY,
            };
            if folded.length == folded.bytes.len() {
                return Self::EMPTY;
            }
            folded.bytes[folded.length] = byte;
            folded.length += 1;
        }
        folded
    }
}

impl std::ops::Deref for Folded {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
}

/// A block of text with its tokens.
pub(super) struct Reading<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    pub numerals: Vec<Numeral>,
    /// The tokens that are digits or number words, in order.
    pub numeric: Vec<usize>,
}

impl<'a> Reading<'a> {
    /// Reads `text`. `spacing` says whether `3 000` and `3, 000` are one number.
    pub fn new(text: &'a str, spacing: Spacing) -> Self {
        let mut reading = Self { text, tokens: Vec::with_capacity(text.len() / 5 + 4), numerals: Vec::new(), numeric: Vec::new() };
        reading.scan(spacing);
        reading
    }

    fn scan(&mut self, spacing: Spacing) {
        let text = self.text;
        let bytes = text.as_bytes();
        // The first token since the last white space, and whether an address was recognised since then.
        let (mut chunk, mut address) = (0, false);
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii_alphabetic() {
                let end = word_end(text, at);
                match spelled::number_word(&bytes[at..end]) {
                    Some(spelled) => self.push_number(at, end, Kind::Spelled(spelled)),
                    None => self.push(at, end, Kind::Word),
                }
                at = end;
            } else if byte == b' ' || byte.is_ascii_whitespace() {
                self.close_chunk(&mut chunk, &mut address);
                at += 1;
            } else if byte.is_ascii_digit() {
                at = self.push_numeral(at, spacing);
            } else if byte.is_ascii() {
                // `scheme://`, `www.`, `host.tld/` and `name@host` make the whole chunk an address.
                let rest = &bytes[at..];
                address |= rest.starts_with(b"://")
                    || (byte == b'.' && self.chunk_is_www(chunk))
                    || (byte == b'/' && self.chunk_is_host(chunk, at))
                    || (byte == b'@' && self.tokens.len() > chunk && rest.get(1).is_some_and(u8::is_ascii_alphanumeric));
                self.push(at, at + 1, Kind::Sign(byte as char));
                at += 1;
            } else {
                let character = text[at..].chars().next().unwrap_or(' ');
                let end = at + character.len_utf8();
                if character.is_whitespace() {
                    self.close_chunk(&mut chunk, &mut address);
                    at = end;
                } else if numeral::vulgar_fraction(character).is_some() {
                    at = self.push_numeral(at, spacing);
                } else if character.is_alphabetic() {
                    let end = word_end(text, at);
                    self.push(at, end, Kind::Word);
                    at = end;
                } else {
                    if is_stand_in(character) {
                        self.close_chunk(&mut chunk, &mut address);
                        chunk += 1;
                    }
                    self.push(at, end, Kind::Sign(character));
                    at = end;
                }
            }
        }
        self.close_chunk(&mut chunk, &mut address);
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) {
        self.tokens.push(Token { start, end, kind });
    }

    fn push_number(&mut self, start: usize, end: usize, kind: Kind) {
        self.numeric.push(self.tokens.len());
        self.push(start, end, kind);
    }

    fn push_numeral(&mut self, start: usize, spacing: Spacing) -> usize {
        let numeral = numeral::read(self.text, start, spacing);
        let end = numeral.end;
        self.push_number(start, end, Kind::Digits(self.numerals.len()));
        self.numerals.push(numeral);
        end
    }

    fn chunk_is_www(&self, chunk: usize) -> bool {
        chunk + 1 == self.tokens.len() && self.folded(chunk).eq("www")
    }

    /// Whether the chunk ends in `name.name`, as a host does.
    fn chunk_is_host(&self, chunk: usize, at: usize) -> bool {
        let [.., first, point, last] = &self.tokens[chunk..] else { return false };
        let word = |token: &Token| token.kind == Kind::Word;
        word(first) && point.kind == Kind::Sign('.') && word(last) && last.end == at
    }

    fn close_chunk(&mut self, chunk: &mut usize, address: &mut bool) {
        if *address {
            for token in &mut self.tokens[*chunk..] {
                if matches!(token.kind, Kind::Digits(_) | Kind::Spelled(_)) {
                    token.kind = Kind::Code;
                }
            }
            *address = false;
        }
        *chunk = self.tokens.len();
    }

    /// The token at `index`; none beyond either end (indexes are made with `wrapping_sub`).
    pub fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    /// The sign at `index`, if a sign stands there.
    pub fn sign(&self, index: usize) -> Option<char> {
        match self.token(index)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    /// The words of the text at `index`; empty beyond the ends.
    pub fn slice(&self, index: usize) -> &'a str {
        self.token(index).map_or("", |token| &self.text[token.start..token.end])
    }

    /// The word (or number word) at `index` in lower case; empty for everything else.
    pub fn folded(&self, index: usize) -> Folded {
        match self.token(index).map(|token| token.kind) {
            Some(Kind::Word | Kind::Spelled(_)) => Folded::new(self.slice(index)),
            _ => Folded::EMPTY,
        }
    }

    /// Whether the word at `index` is `word` (given in lower case).
    pub fn is(&self, index: usize, word: &str) -> bool {
        self.slice(index).eq_ignore_ascii_case(word)
    }

    /// Whether the token at `index` is a word or number word.
    pub fn is_word(&self, index: usize) -> bool {
        matches!(self.token(index).map(|token| token.kind), Some(Kind::Word | Kind::Spelled(_)))
    }

    /// Whether the token at `index` is an unhidden number in digits, and which.
    pub fn numeral(&self, index: usize) -> Option<&Numeral> {
        match self.token(index)?.kind {
            Kind::Digits(number) => self.numerals.get(number),
            _ => None,
        }
    }

    /// The number word at `index`.
    pub fn spelled(&self, index: usize) -> Option<Spelled> {
        match self.token(index)?.kind {
            Kind::Spelled(spelled) => Some(spelled),
            _ => None,
        }
    }

    /// Whether the token at `index` follows the one before it without white space.
    pub fn glued(&self, index: usize) -> bool {
        match (self.token(index.wrapping_sub(1)), self.token(index)) {
            (Some(before), Some(here)) => before.end == here.start,
            _ => false,
        }
    }

    /// Whether a hyphen stands at `index`, glued to what is on both sides of it.
    pub fn hyphen(&self, index: usize) -> bool {
        self.sign(index).is_some_and(is_hyphen) && self.glued(index) && self.glued(index + 1)
    }

    /// Whether the token at `index` begins with a capital letter.
    pub fn capital(&self, index: usize) -> bool {
        self.is_word(index) && self.slice(index).chars().next().is_some_and(char::is_uppercase)
    }

    /// Makes the token at `index` stop being a number.
    pub fn hide(&mut self, index: usize) {
        if let Some(token) = self.tokens.get_mut(index)
            && matches!(token.kind, Kind::Digits(_) | Kind::Spelled(_))
        {
            token.kind = Kind::Code;
        }
    }
}

/// Whether a sign joins two parts of a word: hyphen-minus, hyphen, non-breaking hyphen.
pub(super) fn is_hyphen(sign: char) -> bool {
    matches!(sign, '-' | '\u{2010}' | '\u{2011}')
}

/// Whether a sign is one of the characters that stand for a citation, a shortcode, a code span or a footnote mark.
pub(super) fn is_stand_in(sign: char) -> bool {
    matches!(sign, '\u{E000}'..='\u{E003}')
}

/// The end of the word that begins at `at`: letters, and apostrophes that have a letter after them.
fn word_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    loop {
        while end < bytes.len() && bytes[end].is_ascii_alphabetic() {
            end += 1;
        }
        // Most words end here, at a space or a sign.
        if bytes.get(end).is_none_or(|byte| byte.is_ascii() && *byte != b'\'') {
            return end;
        }
        let Some(character) = text[end..].chars().next() else { return end };
        let next = end + character.len_utf8();
        match character {
            '\'' | '’' => {
                if !text[next..].chars().next().is_some_and(char::is_alphabetic) {
                    return end;
                }
                end = next;
            }
            // A soft hyphen and combining marks belong to the word they stand in.
            '\u{AD}' | '\u{300}'..='\u{36F}' => end = next,
            _ if !character.is_ascii() && character.is_alphabetic() => end = next,
            _ => return end,
        }
    }
}
