//! `content/sources.lock`: which words were found in which text.
//!
//! In: archived texts with the quotes cited from them, or a lock file (read in `lock_parse`). Out:
//! the lock as text ([`Lock::write`]), and answers for a clone without the archive
//! ([`Lock::verify`]). One block for each source, in order of key, each with its own check line, so
//! that changes to two sources merge without a conflict. Every place of a quote is recorded, so the
//! lock does not depend on locators. Never: holds more of a quote than its first words.

use super::find::Find;
use super::locator::Locator;
use super::text::{ArchivedText, hex};
use super::vet::{QuoteProblem, fold_number, vet};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The version of the format and of the folding rules that digests depend on.
pub(super) const VERSION: u32 = 1;

/// First line of the file, for readers.
pub(super) const HEADING: &str = "# written by `cited source lock`; do not edit";

/// Last line of the file: without it, the file was cut off.
pub(super) const END: &str = "end of lock";

/// How much of a quote is shown to the reviewer.
const OPENING_WORDS: usize = 5;
const OPENING_CHARS: usize = 40;

/// The content of `sources.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    pub(super) sources: BTreeMap<String, LockedSource>,
}

/// What was verified against one archived text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedSource {
    /// Name of the file in the archive folder.
    pub archive: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Line where the text proper begins.
    pub text_starts: u32,
    /// The quotes that stand in it, by [`super::fold_digest`] as a number: a large site has some hundred thousand.
    pub quotes: BTreeMap<u128, LockedQuote>,
}

/// A quote that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedQuote {
    /// The paragraphs where it begins, in order; never empty.
    pub paragraphs: Box<[u32]>,
    /// Its first words, for whoever reviews the diff.
    pub opening: Box<str>,
}

/// A quote that [`LockedSource::new`] could not lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlocked {
    /// Refused by [`vet()`].
    Unfit { quote: String, problem: QuoteProblem },
    /// Not found in the text.
    Unfound { quote: String, find: Find },
}

/// What the lock says of one citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These words were found, beginning in this paragraph.
    Verified { paragraph: u32 },
    /// The lock knows nothing of the source.
    NoSource,
    /// The lock knows the source, but not these words.
    NoQuote,
    /// The words stand in these paragraphs, and no locator says which.
    Ambiguous(Vec<u32>),
    /// The words stand in these paragraphs, not where the locator says.
    WrongPlace(Vec<u32>),
}

/// How an archived text differs from the one that was locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextChange {
    /// Other bytes: digest and length as locked, then as they are now.
    Bytes { locked: (String, u64), now: (String, u64) },
    /// The same bytes, but paragraphs are counted from another line.
    TextStarts { locked: u32, now: u32 },
}

impl LockedSource {
    /// Locks `quotes` against `text`, and returns those that cannot be locked.
    pub fn new<'q>(archive: &str, text: &ArchivedText, quotes: impl IntoIterator<Item = &'q str>) -> (Self, Vec<Unlocked>) {
        let mut locked = LockedSource {
            archive: archive.to_owned(),
            sha256: text.sha256().to_owned(),
            bytes: text.byte_len(),
            text_starts: text.text_starts(),
            quotes: BTreeMap::new(),
        };
        let mut refused = Vec::new();
        for quote in quotes {
            if let Some(problem) = vet(quote) {
                refused.push(Unlocked::Unfit { quote: quote.to_owned(), problem });
                continue;
            }
            let places = match text.find(quote, None) {
                Find::Found(place) => vec![place],
                Find::Ambiguous(places) => places,
                find => {
                    refused.push(Unlocked::Unfound { quote: quote.to_owned(), find });
                    continue;
                }
            };
            let paragraphs = places.iter().map(|place| place.paragraph).collect();
            let found = LockedQuote { paragraphs, opening: opening(quote).into() };
            // Two spellings of one quote: the same line, whichever is seen first.
            let known = locked.quotes.entry(fold_number(quote)).or_insert_with(|| found.clone());
            if found.opening < known.opening {
                *known = found;
            }
        }
        (locked, refused)
    }

    /// How `text` differs from what was locked; `None` if it does not.
    pub fn change(&self, text: &ArchivedText) -> Option<TextChange> {
        if self.sha256 != text.sha256() || self.bytes != text.byte_len() {
            let locked = (self.sha256.clone(), self.bytes);
            let now = (text.sha256().to_owned(), text.byte_len());
            return Some(TextChange::Bytes { locked, now });
        }
        let (locked, now) = (self.text_starts, text.text_starts());
        (locked != now).then_some(TextChange::TextStarts { locked, now })
    }
}

impl Lock {
    /// Records a source, in place of what was recorded under its key.
    pub fn insert(&mut self, key: &str, source: LockedSource) {
        self.sources.insert(key.to_owned(), source);
    }

    /// What was locked of the source `key`.
    pub fn source(&self, key: &str) -> Option<&LockedSource> {
        self.sources.get(key)
    }

    /// All sources, in order of key.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &LockedSource)> {
        self.sources.iter().map(|(key, source)| (key.as_str(), source))
    }

    /// What the lock says of a quote from source `key`; the same answer as [`ArchivedText::find`]
    /// would give of the text that was locked (up to `MAX_PLACES` paragraphs of a quote are recorded).
    pub fn verify(&self, key: &str, quote: &str, locator: Option<&Locator>) -> Verdict {
        let Some(source) = self.sources.get(key) else {
            return Verdict::NoSource;
        };
        let Some(locked) = source.quotes.get(&fold_number(quote)) else {
            return Verdict::NoQuote;
        };
        let paragraphs = &locked.paragraphs;
        match locator.filter(|locator| matches!(locator, Locator::Paragraphs(_))) {
            Some(locator) => match paragraphs.iter().find(|&&n| locator.covers(n) == Some(true)) {
                Some(&paragraph) => Verdict::Verified { paragraph },
                None => Verdict::WrongPlace(paragraphs.to_vec()),
            },
            None => match &paragraphs[..] {
                [paragraph] => Verdict::Verified { paragraph: *paragraph },
                _ => Verdict::Ambiguous(paragraphs.to_vec()),
            },
        }
    }

    /// The lock as a file: sources in order of key, quotes in order of place, LF line ends.
    pub fn write(&self) -> String {
        let mut text = format!("{HEADING}\nversion {VERSION}\n");
        for (key, source) in &self.sources {
            let block = block(key, source);
            let check = check(&block);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{block}  check {check}\n");
        }
        let _ = write!(text, "\n{END}\n");
        text
    }
}

fn block(key: &str, source: &LockedSource) -> String {
    let LockedSource { archive, sha256, bytes, text_starts, quotes } = source;
    let mut block = format!(
        "source {}\n  archive {}\n  sha256 {sha256}\n  bytes {bytes}\n  text-starts {text_starts}\n",
        escape(key),
        escape(archive),
    );
    let mut quotes: Vec<_> = quotes.iter().collect();
    quotes.sort_unstable_by_key(|(digest, quote)| (&quote.paragraphs, *digest));
    for (digest, quote) in quotes {
        let paragraphs: Vec<_> = quote.paragraphs.iter().map(u32::to_string).collect();
        let _ = writeln!(block, "  quote {digest:032x} at {}: {}", paragraphs.join(","), escape(&quote.opening));
    }
    block
}

/// The check of a block: 16 hex digits over its lines, each with its line end.
pub(super) fn check(block: &str) -> String {
    hex(&Sha256::digest(block.as_bytes())[..8])
}

/// The first words of a quote on one line.
fn opening(quote: &str) -> String {
    let shown = quote.chars().filter(|c| c.is_whitespace() || !c.is_control());
    let shown: String = shown.filter(|&c| !super::letters::is_invisible(c)).collect();
    let mut words = shown.split_whitespace();
    let mut opening = words.by_ref().take(OPENING_WORDS).collect::<Vec<_>>().join(" ");
    let mut cut = words.next().is_some();
    if let Some((at, _)) = opening.char_indices().nth(OPENING_CHARS) {
        opening.truncate(at);
        cut = true;
    }
    if cut {
        opening.push_str(" …");
    }
    opening
}

/// Keeps a name on its line: `\` and control characters are escaped, and so is a space at an end.
pub(super) fn escape(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(name.len());
    for (at, c) in name.chars().enumerate() {
        let edge = at == 0 || at == last;
        if c == '\\' || c.is_control() || (c.is_whitespace() && (c != ' ' || edge)) {
            let _ = write!(escaped, "\\{:x};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Undoes [`escape`]; `None` where it is not one.
pub(super) fn unescape(written: &str) -> Option<String> {
    let mut parts = written.split('\\');
    let mut name = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';')?;
        name.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        name.push_str(rest);
    }
    Some(name)
}

/// Why a lock file cannot be used, with the line and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockError {
    /// The line, counted from 1.
    pub line: u32,
    /// Which of the faults it is; each has a test.
    pub fault: LockFault,
    /// One line, for the author.
    pub message: String,
    /// What to do.
    pub next_step: &'static str,
}

/// What can be wrong with a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockFault {
    /// No content at all.
    Empty,
    /// Lines of an unfinished merge.
    Conflict,
    /// Not a lock file, or of a version that this program does not know.
    Version,
    /// Cut off before its last line.
    Truncated,
    /// A block that is not what its check line says: edited by hand, or merged line by line.
    Edited,
    /// A line that does not belong.
    Malformed,
    /// A source or a quote that is there twice.
    Duplicate,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.message, self.next_step)
    }
}

impl std::error::Error for LockError {}
