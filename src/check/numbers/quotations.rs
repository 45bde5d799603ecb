//! Words that a page gives as a source's: in quotation marks, or set apart.
//!
//! In: blocks and sentences of a page, and what they cite. Out: findings, where the words stand in no quote that is cited.
//! Must never compare but as quotes are compared with their texts.

use std::ops::Range;

use super::{Counts, Page};
use crate::archive::{Quotation, is_quote_mark};
use crate::diag::{Code, Diagnostic, Report};
use crate::figures;
use crate::load::prose::Block;
use crate::text::Span;

/// What is said of words that cite nothing, and of those that cite other words: the message, and the next step.
type Words = [(&'static str, &'static str); 2];

const SPOKEN: Words = [
    (
        "words in quotation marks stand in a sentence without a citation",
        "cite the quote that holds them, behind them or after the full stop",
    ),
    (
        "these words in quotation marks stand in none of the quotes that their sentence cites",
        "quote exactly what the cited `quote:` has, or cite another",
    ),
];

const SET_APART: Words = [
    (
        "words that are set apart as a quotation cite nothing",
        "end them with `[@id]` of the quote that holds them; your own words stand in no quotation (`> [!NOTE]` is a box)",
    ),
    (
        "words that are set apart as a quotation stand in none of the quotes that it cites",
        "quote exactly what the cited `quote:` has, or cite another; your own words stand in no quotation",
    ),
];

impl Page<'_> {
    /// Whether a block is words of a source that are set apart.
    pub(super) fn is_quotation(&self, block: &Block) -> bool {
        let theme = self.site.inputs.theme.as_ref();
        let encloses = |call: usize| {
            let call = &self.text.body.calls[call].call;
            theme.and_then(|theme| theme.shortcodes.get(&call.name)).is_some_and(|shortcode| shortcode.quotation)
        };
        block.in_quotation || block.enclosed_by.is_some_and(encloses)
    }

    /// Words that are set apart as a source's: each paragraph must stand in a quote that is cited somewhere in the quotation.
    pub(super) fn quotation(&self, blocks: &[Block], counts: &mut Counts, report: &mut Report) {
        let mut citations = Vec::new();
        self.citations(&mut blocks.iter().flat_map(|block| &block.cites), &mut citations);
        for block in blocks {
            for mut sentence in figures::sentences(&block.text, self.lexicon) {
                sentence.quotations.clear();
                self.sentence(block, &sentence, &citations, counts, report);
            }
            let whole = 0..block.text.trim_end().len();
            let words = bare(&block.text);
            // Who said it, and where.
            let is_attribution = words.trim_start().starts_with(['\u{2014}', '\u{2013}', '-']);
            if !is_attribution && words.split_whitespace().count() >= 3 {
                let words = words.trim_matches(|c: char| c.is_whitespace() || is_quote_mark(c));
                self.hold(words, block, whole, &citations, SET_APART, report);
            }
        }
    }

    /// Words in quotation marks in a sentence.
    pub(super) fn spoken(&self, block: &Block, quotation: &Range<usize>, citations: &[usize], report: &mut Report) {
        let words = bare(&block.text[quotation.clone()]);
        self.hold(words.trim(), block, quotation.clone(), citations, SPOKEN, report);
    }

    /// Hold words, which stand at a range of a block, against the quotes of some citations.
    fn hold(&self, words: &str, block: &Block, range: Range<usize>, citations: &[usize], said: Words, report: &mut Report) {
        let spoken = Quotation::new(words);
        if citations.iter().any(|c| self.cited[*c].quotes().any(|quote| spoken.stands_in(&Quotation::new(quote)))) {
            return;
        }
        let (message, help) = said[usize::from(!citations.is_empty())];
        let mut found = Diagnostic::at(Code::QuotationUnsupported, Span::new(&self.input.file, block.source(range)), message);
        if !citations.is_empty() {
            found = found.note(self.quotes_of(citations));
        }
        report.push(found.help(help));
    }
}

/// Text without the marks that stand for citations and the like.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{e000}'..='\u{e003}')).collect()
}
