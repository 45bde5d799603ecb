//! Footnotes: numbered by first mention, listed at the end of the body, with a way back to every mention.
//!
//! In: mentions and definitions, in any order. Out: marks, and the section of notes.

use std::collections::HashMap;

use super::Word;
use super::holes::hole;
use super::walk::Walk;

#[derive(Default)]
pub(super) struct Footnotes {
    /// Label → number, in order of first mention.
    numbers: HashMap<String, usize>,
    /// How often each number is mentioned.
    mentions: Vec<usize>,
    /// How many mentions there are of all.
    pub(super) mentioned: usize,
    /// Number → its HTML.
    pub(super) notes: Vec<(usize, String)>,
}

impl Footnotes {
    pub(super) fn number(&mut self, label: &str) -> usize {
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        self.mentions.push(0);
        self.numbers.insert(label.to_owned(), self.mentions.len());
        self.mentions.len()
    }
}

impl Walk<'_, '_, '_> {
    pub(super) fn footnote_mention(&mut self, label: &str) {
        let number = self.footnotes.number(label);
        self.footnotes.mentions[number - 1] += 1;
        self.footnotes.mentioned += 1;
        let mention = self.footnotes.mentions[number - 1];
        self.prose.footnote();
        self.push_html(format!(
            "<sup class=\"fn\"><a id=\"fnref-{number}-{mention}\" href=\"#fn-{number}\" role=\"doc-noteref\"><span class=\"vh\">{} </span>{number}</a></sup>",
            hole(Word::Note)
        ));
    }

    /// The notes, at the end of the body.
    pub(super) fn footnotes_section(&mut self) {
        if !self.footnotes.notes.is_empty() {
            self.footnotes.notes.sort_by_key(|(number, _)| *number);
            let mut section = format!("<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"{}\">\n<ol>\n", hole(Word::Notes));
            for (number, html) in &self.footnotes.notes {
                let links: String = (1..=self.footnotes.mentions[number - 1])
                    .map(|k| {
                        format!(
                            " <a href=\"#fnref-{number}-{k}\" role=\"doc-backlink\">\u{21a9}\u{fe0e}<span class=\"vh\"> {}</span></a>",
                            hole(Word::BackToNote)
                        )
                    })
                    .collect();
                let html = html.trim_end();
                let html = match html.strip_suffix("</p>") {
                    Some(open) => format!("{open}{links}</p>"),
                    None => format!("{html}{links}"),
                };
                section.push_str(&format!("<li id=\"fn-{number}\">{html}</li>\n"));
            }
            section.push_str("</ol>\n</section>\n");
            self.push_block(section);
        }
    }
}
