//! Where the site can be changed, and how.
//!
//! In: the loaded site. Out: [`Place`]s: byte ranges of its files, each with the sort of slip that can be made there.

use std::ops::Range;

use cited::diag::Report;
use cited::figures::{self, Lexicon};
use cited::load::{self, Inputs, Options, PageInput};
use cited::reuse::Reuse;
use cited::text::Span;
use cited::yaml_path;

use super::Random;

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A digit of a figure in the running text.
    TextFigure,
    /// A digit of an estimate's value.
    RecordFigure,
    /// A word of a quote becomes another word of the site's quotes.
    Word,
    /// A letter of a source key.
    KeySlip,
    /// A citation names another source.
    OtherKey,
    /// The date of a record or a source.
    Date,
    /// What a source is derived from.
    DerivedFrom,
}

/// A place that can be changed.
#[derive(Debug)]
pub struct Place {
    pub sort: Sort,
    pub path: String,
    pub range: Range<usize>,
}

/// What another name can be.
#[derive(Debug)]
pub struct Names {
    keys: Vec<String>,
    origins: Vec<String>,
}

/// All places, in the order of the files, and the names of the site.
pub fn find(options: &Options, reuse: &Reuse) -> (Vec<Place>, Names) {
    let inputs = load::load(options, reuse, &mut Report::default()).expect("the copy can be read").expect("the copy is a site");
    let terms = inputs.glossary.all.iter().flat_map(|t| std::iter::once(&t.term).chain(&t.aliases));
    let units = inputs.questions.all.iter().flat_map(|q| std::iter::once(&q.unit).chain(&q.units));
    let lexicon = Lexicon::new(inputs.config.names.iter().chain(terms).map(String::as_str), units.map(String::as_str));
    let mut places = Vec::new();
    for page in &inputs.pages {
        in_text(page, &lexicon, &mut places);
        in_records(page, &inputs, &mut places);
    }
    for source in &inputs.sources.all {
        let Some(yaml) = &source.yaml else { continue };
        if source.date().is_some() {
            push(Sort::Date, yaml.place(&yaml_path![source.key.as_str(), "date"]), &mut places);
        }
        if source.evidence.derived_from.iter().next().is_some() {
            push(Sort::DerivedFrom, yaml.place(&yaml_path![source.key.as_str(), "evidence", "derived_from"]), &mut places);
        }
    }
    let keys: Vec<String> = inputs.sources.keys().map(str::to_owned).collect();
    let actors = inputs.actors.all.iter().map(|a| a.id.clone());
    let origins = keys.iter().cloned().chain(actors).collect();
    (places, Names { keys, origins })
}

fn push(sort: Sort, span: Span, places: &mut Vec<Place>) {
    let digits = matches!(sort, Sort::TextFigure | Sort::RecordFigure | Sort::Date);
    if !digits || span.slice().bytes().any(|b| b.is_ascii_digit()) {
        places.push(Place { sort, path: span.file.path.clone(), range: span.start..span.end });
    }
}

fn in_text(page: &PageInput, lexicon: &Lexicon, places: &mut Vec<Place>) {
    for block in &page.parse_body(false, &mut Report::default()).prose {
        for figure in figures::figures(&block.text, lexicon) {
            push(Sort::TextFigure, Span::new(&page.file, block.source(figure.range)), places);
        }
    }
}

fn in_records(page: &PageInput, inputs: &Inputs, places: &mut Vec<Place>) {
    let mut at = |sort: Sort, path: &[cited::yaml::Step]| push(sort, page.place(path), places);
    let front = &page.front;
    for (i, citation) in front.citations.iter().enumerate() {
        at(Sort::KeySlip, &yaml_path!["citations", i, "source"]);
        if citation.quote.is_some() {
            at(Sort::Word, &yaml_path!["citations", i, "quote"]);
        }
        // Where nobody has the text, no machine can tell one source from another.
        if inputs.sources.get(&citation.source).is_some_and(|s| s.is_archived()) {
            at(Sort::OtherKey, &yaml_path!["citations", i, "source"]);
        }
    }
    for (i, estimate) in front.estimates.iter().enumerate() {
        for (name, value) in [("value", estimate.value), ("low", estimate.low), ("high", estimate.high)] {
            if value.is_some() {
                at(Sort::RecordFigure, &yaml_path!["estimates", i, name]);
            }
        }
        at(Sort::Date, &yaml_path!["estimates", i, "as_of"]);
    }
    for i in 0..front.events.len() {
        at(Sort::Date, &yaml_path!["events", i, "date"]);
    }
    for (i, response) in front.responses.iter().enumerate() {
        if response.date.is_some() {
            at(Sort::Date, &yaml_path!["responses", i, "date"]);
        }
    }
}

impl Place {
    /// The file with this one place changed.
    pub fn mutate(&self, text: &str, names: &Names, random: &mut Random) -> String {
        let old = &text[self.range.clone()];
        let new = match self.sort {
            Sort::TextFigure | Sort::RecordFigure => other_digit(old, random),
            Sort::Date => other_date(old, random),
            Sort::Word => other_word(old, random),
            Sort::KeySlip => other_letter(old, random),
            Sort::OtherKey => other_name(old, &names.keys, random),
            Sort::DerivedFrom => other_name(old, &names.origins, random),
        };
        format!("{}{new}{}", &text[..self.range.start], &text[self.range.end..])
    }
}

fn other_digit(old: &str, random: &mut Random) -> String {
    let digits: Vec<usize> = old.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(i, _)| i).collect();
    let at = digits[random.below(digits.len())];
    let digit = old.as_bytes()[at] - b'0';
    // The first digit does not become 0: that would be another way to write a number, not another number.
    let first = at == digits[0];
    let others: Vec<u8> = (u8::from(first)..=9).filter(|d| *d != digit).collect();
    let new = others[random.below(others.len())];
    format!("{}{new}{}", &old[..at], &old[at + 1..])
}

/// A year, month or day earlier or later.
fn other_date(old: &str, random: &mut Random) -> String {
    let mut parts: Vec<u32> = old.split('-').filter_map(|p| p.trim_matches(['"', '\'']).parse().ok()).collect();
    let at = random.below(parts.len());
    let later = random.below(2) == 0;
    parts[at] = match (at, later) {
        (0, true) => parts[0] + 1,
        (0, false) => parts[0] - 1,
        (1, true) => parts[1] % 12 + 1,
        (1, false) => (parts[1] + 10) % 12 + 1,
        (_, true) => parts[2] % 28 + 1,
        (_, false) => (parts[2] + 26) % 28 + 1,
    };
    let words: Vec<String> = parts.iter().enumerate().map(|(i, p)| if i == 0 { format!("{p:04}") } else { format!("{p:02}") }).collect();
    words.join("-")
}

/// Words that stand in most of the archived texts: the hardest to tell.
const WORDS: [&str; 12] = ["the", "Russian", "North", "troops", "Korean", "about", "soldiers", "Ukraine", "and", "not", "have", "military"];

fn other_word(old: &str, random: &mut Random) -> String {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (i, c) in old.char_indices().chain([(old.len(), ' ')]) {
        match (c.is_ascii_alphabetic(), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                words.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    let word = words[random.below(words.len())].clone();
    let others: Vec<&str> = WORDS.into_iter().filter(|w| *w != &old[word.clone()]).collect();
    format!("{}{}{}", &old[..word.start], others[random.below(others.len())], &old[word.end..])
}

fn other_letter(old: &str, random: &mut Random) -> String {
    let letters: Vec<usize> = old.bytes().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric()).map(|(i, _)| i).collect();
    let at = letters[random.below(letters.len())];
    let new = if old.as_bytes()[at] == b'x' { 'y' } else { 'x' };
    format!("{}{new}{}", &old[..at], &old[at + 1..])
}

/// Another name that the site knows.
fn other_name(old: &str, names: &[String], random: &mut Random) -> String {
    let others: Vec<&String> = names.iter().filter(|n| *n != old).collect();
    others[random.below(others.len())].clone()
}
