//! Where a quote stands in an archived text: the accepting path.
//!
//! In: an [`ArchivedText`], a quote, a locator if the citation gives one. Out: [`Find`]. A quote
//! stands where its folded form (see `fold`) equals that of the text, byte for byte, and neither end
//! cuts a word or a figure (see `boundary`). An omission mark stands for at most
//! [`MAX_OMITTED_CHARS`] characters that end in the same paragraph or the next. Never: accepts by
//! likeness; `nearest` is asked only once the answer is no.

use super::boundary::inside_word;
use super::ellipsis::omission_parts;
use super::fold::Folded;
use super::index::{Word, words_of};
use super::letters::is_word;
use super::locator::Locator;
use super::nearest::{Nearest, nearest};
use super::negation::dropped_negation;
use super::text::ArchivedText;
use memchr::memmem;
use std::ops::Range;
use std::sync::OnceLock;

/// The most characters that one omission mark may stand for.
pub const MAX_OMITTED_CHARS: usize = 600;

/// The most places that are told of one quote; one for each paragraph.
pub const MAX_PLACES: usize = 64;

/// The longest quote that is looked for, in bytes: far more than `vet` lets pass, and a bound for
/// what is not a quote.
const MAX_QUOTE_BYTES: usize = 8 << 10;

/// The most places of one part that are tried when a quote has omissions.
const MAX_PART_PLACES: usize = 100_000;

/// What came of looking for a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Find {
    /// It stands in one paragraph, or in the one that the locator names.
    Found(Place),
    /// It stands in several paragraphs, and no locator says which.
    Ambiguous(Vec<Place>),
    /// It stands, but not where the locator says.
    WrongPlace { given: Locator, found: Vec<Place> },
    /// The words are there, but may not be quoted so.
    Refused { why: Refusal, places: Vec<Place> },
    /// It does not stand in the text; with the place most like it, if any is.
    NotFound(Option<Nearest>),
}

/// Why words that are in the text are refused all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// They stand only before `text_starts`, among the headings and menus.
    BeforeText,
    /// The parts around an omission mark are all there, but out of order or too far apart.
    PartsApart,
    /// The omission drops this negation from a sentence that is quoted in part.
    DropsNegation(String),
}

/// A stretch of an archived text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Paragraph where it begins, counted from 1; 0 before `text_starts`.
    pub paragraph: u32,
    /// Paragraph where it ends: the same, unless the quote runs on across a line end.
    pub last_paragraph: u32,
    /// Line of the file where it begins, counted from 1.
    pub line: u32,
    /// Offset of its first byte in the file.
    pub start: usize,
    /// Offset after its last byte in the file.
    pub end: usize,
}

impl Place {
    /// The locator that names this place: its paragraph or paragraphs.
    pub fn locator(&self) -> Locator {
        Locator::Paragraphs(vec![(self.paragraph, self.last_paragraph.max(self.paragraph))])
    }
}

impl Refusal {
    /// One line that says why, for the author.
    pub fn message(&self) -> String {
        match self {
            Self::BeforeText => "the quote stands only before the line where the text begins".to_owned(),
            Self::PartsApart => format!(
                "the parts of the quote stand too far apart or in another order; an omission may span {MAX_OMITTED_CHARS} characters"
            ),
            Self::DropsNegation(word) => format!("the omission drops `{word}` from the sentence"),
        }
    }

    /// What the author can do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::BeforeText => "quote the text proper, or set the source's `text_starts` to an earlier line",
            Self::PartsApart => "make one citation of each part",
            Self::DropsNegation(_) => "quote the words in full",
        }
    }
}

/// A quote, or a part of one, made ready to be looked for.
#[derive(Debug)]
pub(super) struct Needle {
    folded: Folded,
    words: Vec<Word>,
    finder: memmem::Finder<'static>,
}

impl Needle {
    pub(super) fn new(quote: &str) -> Self {
        let folded = Folded::new(quote);
        let words = words_of(folded.text());
        let finder = memmem::Finder::new(folded.text()).into_owned();
        Needle { folded, words, finder }
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }
}

impl ArchivedText {
    /// Where `quote` stands: verbatim, case included, but for white space, quotation marks, dashes,
    /// invisible characters, Unicode normalisation and "3, 000"-like thousands. `…`, `...` and `[…]`
    /// in the quote mark an omission, unless they stand in the text just so. A `locator` that names
    /// paragraphs must cover the paragraph where the quote begins.
    pub fn find(&self, quote: &str, locator: Option<&Locator>) -> Find {
        if quote.len() > MAX_QUOTE_BYTES {
            return Find::NotFound(nearest(self, quote));
        }
        let locator = locator.filter(|locator| matches!(locator, Locator::Paragraphs(_)));
        let needle = Needle::new(quote);
        let mut standing = self.sort_places(self.occurrences(&needle), locator);
        let mut refused = None;
        if standing.nowhere() && needle.folded.text().contains('…') {
            match self.find_parts(&omission_parts(quote)) {
                Ok(ranges) => standing = self.sort_places(ranges.into_iter(), locator),
                Err(find) => refused = Some(find),
            }
        }
        match (standing.here.first(), locator) {
            (Some(&place), Some(_)) => return Find::Found(place),
            (Some(&place), None) if standing.here.len() == 1 => return Find::Found(place),
            (Some(_), None) => return Find::Ambiguous(standing.here),
            (None, _) => {}
        }
        if let (false, Some(given)) = (standing.elsewhere.is_empty(), locator) {
            return Find::WrongPlace { given: given.clone(), found: standing.elsewhere };
        }
        if !standing.before.is_empty() {
            return Find::Refused { why: Refusal::BeforeText, places: standing.before };
        }
        refused.unwrap_or_else(|| Find::NotFound(nearest(self, quote)))
    }

    /// The words at `place`, as they are written.
    pub fn words_at(&self, place: &Place) -> &str {
        self.text().get(place.start..place.end).unwrap_or_default()
    }

    /// Every stretch of the text that is `needle` verbatim, in order; none for a needle without a word. Going through
    /// the whole text for its bytes takes microseconds; an index of its words takes longer to make than it ever saves.
    fn occurrences<'a>(&'a self, needle: &'a Needle) -> impl Iterator<Item = Range<usize>> + 'a {
        let folded = self.folded();
        let finder = &needle.finder;
        let mut from = if needle.words.is_empty() { folded.text().len() } else { 0 };
        let next = move || {
            let at = from + finder.find(folded.text().as_bytes().get(from..)?)?;
            // Places may overlap.
            from = at + 1;
            Some(at)
        };
        std::iter::from_fn(next).filter_map(move |at| stands_at(folded, self.text(), needle, at))
    }

    /// The stretches that run from the first of `parts` to the last.
    fn find_parts(&self, parts: &[&str]) -> Result<Vec<Range<usize>>, Find> {
        let mut chains: Vec<Range<usize>> = Vec::new();
        let mut seen = Vec::new();
        let mut why = Refusal::PartsApart;
        let mut broken = false;
        for (number, part) in parts.iter().enumerate() {
            let needle = Needle::new(part);
            let found: Vec<_> = self.occurrences(&needle).take(MAX_PART_PLACES).collect();
            let Some(first) = found.iter().find(|range| range.start >= self.body()).or(found.first()) else {
                return Err(Find::NotFound(nearest(self, part)));
            };
            seen.push(self.place(first.clone()));
            chains = if number == 0 { found } else { found.into_iter().filter_map(|next| self.join(&chains, next, &mut why)).collect() };
            chains.dedup_by_key(|chain| chain.start);
            broken |= chains.is_empty();
        }
        if broken || parts.is_empty() {
            return Err(match seen.is_empty() {
                true => Find::NotFound(None),
                false => Find::Refused { why, places: seen },
            });
        }
        Ok(chains)
    }

    /// The closest of `chains` (in order) that ends before `next`, made longer by it, if nothing
    /// but an allowed omission lies between.
    fn join(&self, chains: &[Range<usize>], next: Range<usize>, why: &mut Refusal) -> Option<Range<usize>> {
        let before = chains.partition_point(|chain| chain.end <= next.start);
        let chain = chains.get(before.checked_sub(1)?)?;
        let omitted = self.text().get(chain.end..next.start)?;
        if omitted.len() > 4 * MAX_OMITTED_CHARS || omitted.chars().count() > MAX_OMITTED_CHARS {
            return None;
        }
        let (_, from) = self.line_and_paragraph(chain.end.saturating_sub(1));
        let (_, to) = self.line_and_paragraph(next.start);
        if to > from + 1 {
            return None;
        }
        if let Some(word) = dropped_negation(self.text(), chain.end..next.start) {
            *why = Refusal::DropsNegation(word);
            return None;
        }
        Some(chain.start..next.end)
    }

    /// Turns stretches of the text into places, one for each paragraph, and sorts them by whether
    /// the locator means them.
    fn sort_places(&self, ranges: impl Iterator<Item = Range<usize>>, locator: Option<&Locator>) -> Standing {
        let mut standing = Standing::default();
        for range in ranges {
            let place = self.place(range);
            let covered = locator.and_then(|locator| locator.covers(place.paragraph)).unwrap_or(true);
            let list = match place.start < self.body() {
                true => &mut standing.before,
                false if covered => &mut standing.here,
                false => &mut standing.elsewhere,
            };
            let new = list.last().is_none_or(|last| last.paragraph != place.paragraph);
            if new && list.len() < MAX_PLACES {
                list.push(place);
            }
            if standing.here.len() == MAX_PLACES || (locator.is_some() && !standing.here.is_empty()) {
                break;
            }
        }
        standing
    }

    /// The place of a stretch of the text.
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        let (line, paragraph) = self.line_and_paragraph(range.start);
        let (_, last_paragraph) = self.line_and_paragraph(range.end.saturating_sub(1));
        Place { paragraph, last_paragraph, line, start: range.start, end: range.end }
    }
}

/// Places of a quote: where the locator says, elsewhere in the text, and before the text begins.
#[derive(Default)]
struct Standing {
    here: Vec<Place>,
    elsewhere: Vec<Place>,
    before: Vec<Place>,
}

impl Standing {
    fn nowhere(&self) -> bool {
        self.here.is_empty() && self.elsewhere.is_empty() && self.before.is_empty()
    }
}

/// Does `needle` stand in `original` (folded: `folded`) from the folded offset `at`? If so, where.
fn stands_at(folded: &Folded, original: &str, needle: &Needle, at: usize) -> Option<Range<usize>> {
    let quote = needle.folded.text();
    let end = at.checked_add(quote.len())?;
    if quote.is_empty() || folded.text().as_bytes().get(at..end)? != quote.as_bytes() {
        return None;
    }
    if !folded.gaps_agree(at, &needle.folded) {
        return None;
    }
    let range = folded.original(at..end)?;
    let cut = inside_word(original, range.start) || inside_word(original, range.end);
    (!cut).then_some(range)
}

/// A quotation or a quote, made ready to be held against others.
#[derive(Debug)]
pub struct Quotation {
    text: String,
    folded: Folded,
    /// Its first letters, but for the very first.
    opening: Option<memmem::Finder<'static>>,
    /// Parts that must stand in a quote, one after the other: any of these will do. Made when they are first asked for.
    readings: OnceLock<Vec<Vec<Needle>>>,
}

impl Quotation {
    /// Make it ready.
    pub fn new(text: &str) -> Self {
        let folded = Folded::new(if text.len() > MAX_QUOTE_BYTES { "" } else { text });
        Self { text: text.to_owned(), opening: opening(folded.text()), folded, readings: OnceLock::new() }
    }

    /// Whether it stands in a quote: by the same rules as a quote in a text, omissions included, but its final punctuation may
    /// differ ("American style," as here), and it may begin with a capital where the quote has a small letter. Nothing else.
    pub fn stands_in(&self, quote: &Self) -> bool {
        if self.text.len() > MAX_QUOTE_BYTES || quote.text.len() > MAX_QUOTE_BYTES {
            return false;
        }
        self.may_stand_in(quote) && self.stands_word_for_word_in(quote)
    }

    /// Whether its opening is anywhere in a quote: for most pairs that says no, and no needle has to be made.
    pub(super) fn may_stand_in(&self, quote: &Self) -> bool {
        self.opening.as_ref().is_none_or(|opening| opening.find(quote.folded.text().as_bytes()).is_some())
    }

    pub(super) fn stands_word_for_word_in(&self, quote: &Self) -> bool {
        self.readings.get_or_init(|| readings(&self.text)).iter().any(|parts| stand_in_order(&quote.folded, &quote.text, parts))
    }
}

/// How many bytes are looked for before a quotation is.
const OPENING: usize = 8;

/// Of a quotation with omissions, those of its longest part: all must stand in a quote, together or one after the other.
fn opening(folded: &str) -> Option<memmem::Finder<'static>> {
    // As in `omission_parts`: what holds no letter is no part.
    let parts = folded.split('…').filter(|part| part.chars().any(is_word));
    let part = parts.max_by_key(|part| part.len()).unwrap_or_default();
    let mut letters = part.trim_start().trim_end_matches(is_closing).chars();
    letters.next();
    let letters = letters.as_str().as_bytes();
    (!letters.is_empty()).then(|| memmem::Finder::new(&letters[..letters.len().min(OPENING)]).into_owned())
}

/// What may differ at the end of a quotation.
fn is_closing(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…')
}

fn readings(quotation: &str) -> Vec<Vec<Needle>> {
    let bare = quotation.trim_end_matches(is_closing);
    let bare = bare.trim_start();
    let mut rest = bare.chars();
    let small = rest.next().filter(|c| c.is_uppercase()).map(|c| c.to_lowercase().chain(rest).collect::<String>());
    let mut readings = Vec::new();
    for words in [Some(bare), small.as_deref()].into_iter().flatten() {
        readings.push(vec![Needle::new(words)]);
        let parts = omission_parts(words);
        if parts.len() > 1 {
            readings.push(parts.iter().map(|part| Needle::new(part)).collect());
        }
    }
    readings
}

/// Do all of `parts` stand in `original`, one after the other, without dropping a negation? The
/// first place of each will do, since it leaves most room for the next.
fn stand_in_order(folded: &Folded, original: &str, parts: &[Needle]) -> bool {
    let mut from = 0;
    let mut kept_to = None;
    parts.iter().all(|needle| {
        let words = needle.folded.text();
        if needle.words.is_empty() {
            return false;
        }
        while let Some(at) = folded.text().get(from..).and_then(|text| needle.finder.find(text.as_bytes())) {
            let at = from + at;
            if let Some(range) = stands_at(folded, original, needle, at) {
                from = at + words.len();
                let omitted = kept_to.replace(range.end).map(|end| end..range.start);
                return omitted.and_then(|omitted| dropped_negation(original, omitted)).is_none();
            }
            from = at + folded.text()[at..].chars().next().map_or(1, char::len_utf8);
        }
        false
    })
}
