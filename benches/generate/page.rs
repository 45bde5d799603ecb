//! One page, whoever builds it.
//!
//! In: the sources, a source of chance, and how citations and links are written. Out: its front matter's values and its
//! Markdown: about 500 words, four headings, links, a list, a table, three footnotes. Must never draw other words for one
//! generator than for another.

use std::fmt::Write as _;

use crate::words::{Random, Source, name};

/// Pages of a section, its own page not counted.
pub const SECTION: usize = 50;

/// A quote that the page takes from a source.
pub struct Citation<'a> {
    pub source: usize,
    pub quote: &'a str,
    pub figure: &'a str,
    /// How often the text uses it.
    pub uses: usize,
}

pub struct Page<'a> {
    pub number: usize,
    pub title: String,
    pub summary: String,
    pub date: String,
    pub citations: Vec<Citation<'a>>,
    pub body: String,
}

/// How one generator writes what the others write otherwise.
pub trait Markup {
    /// A mark for the citation at this place of the page's list.
    fn cite(&mut self, citation: usize, source: usize) -> String;
    /// A link to a page.
    fn link(&mut self, text: &str, page: usize) -> String;
}

/// `s0001/p000050`
pub fn path(number: usize) -> String {
    format!("s{:04}/p{number:06}", number / SECTION)
}

impl<'a> Page<'a> {
    pub fn new(number: usize, pages: usize, cites: usize, sources: &'a [Source], random: &mut Random, markup: &mut impl Markup) -> Self {
        let (title, summary) = (format!("Page {}", name(number)), format!("{}.", random.words(12)));
        let mut citations: Vec<Citation> = (0..cites)
            .map(|cite| {
                // The first pages cite each source once, so that none is unused; a warning for each would be work too.
                let drawn = random.below(sources.len());
                let source = if number * cites + cite < sources.len() { number * cites + cite } else { drawn };
                let sentence = &sources[source].sentences[random.below(sources[source].sentences.len())];
                Citation { source, quote: &sentence.quote, figure: &sentence.figure, uses: 0 }
            })
            .collect();
        let mut cite = |at: usize| {
            let citation = &mut citations[at % cites];
            citation.uses += 1;
            (citation.figure, markup.cite(at % cites, citation.source))
        };
        let mut body = String::new();
        // Links are drawn first: one closure at a time may write marks.
        let mut parts = Vec::new();
        for part in 0..4 {
            let heading = random.words(3);
            let cited: Vec<String> = [(part, 20), (part + 1, 25)]
                .into_iter()
                .map(|(at, words)| {
                    let (before, last) = (random.words(words), random.word());
                    let (figure, mark) = cite(at);
                    format!("The {before} had {figure} {last} {mark}.")
                })
                .collect();
            let rest = random.words(18);
            let links = [(random.words(2), random.below(pages)), (random.words(2), random.below(pages))];
            parts.push((heading, cited.join(" "), rest, links));
        }
        let mut list = String::new();
        for item in 0..4 {
            let _ = writeln!(list, "- {} *{}* **{}** {}", random.words(14), random.word(), random.word(), cite(item).1);
        }
        let mut table = String::from("| Name | Figure | Source |\n| --- | ---: | --- |\n");
        for row in 0..cites {
            let (figure, mark) = cite(row);
            let _ = writeln!(table, "| {} | {figure} | {mark} |", random.words(2));
        }
        let mut notes = String::new();
        for note in 1..=3 {
            let _ = write!(notes, "[^{note}]: {} {}.\n\n", random.words(12), cite(note).1);
        }
        for (part, (heading, cited, rest, [one, two])) in parts.into_iter().enumerate() {
            let (one, two) = (markup.link(&one.0, one.1), markup.link(&two.0, two.1));
            let _ = write!(body, "## {heading}\n\n{cited}\n\nThe {rest} {one}. See {two}.[^{}]\n\n", 1 + part % 3);
        }
        let _ = write!(body, "{list}\n{table}\n{notes}");
        Self { number, title, summary, date: format!("2024-11-{:02}", 1 + number % 28), citations, body }
    }
}
