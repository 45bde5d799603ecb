//! Numbers in the text, and by `quotations` the words that it gives as a source's (rules 1, 3 and 4 of the chain).
//!
//! In: the running text of a page and its citations' quotes. Out: findings, each at the number. What a number is, and
//! whether a quote states it, `figures` knows; this file knows which citations cover a sentence.
//! Must never count a date, a name or a label: those are dropped in `figures`.

mod quotations;

use std::cell::OnceCell;
use std::ops::Range;

use super::entries::{self, Entries};
use crate::config::CitesCover;
use crate::diag::{Code, Diagnostic, Report};
use crate::figures::{self, Figure, Lexicon, Sentence, Stated};
use crate::load::PageInput;
use crate::load::front_matter::Citation;
use crate::load::prose::{Block, BlockKind};
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::text::Span;
use crate::yaml::Step;
use crate::yaml_path;

/// The numbers of a page.
#[derive(Debug, Default)]
pub struct Counts {
    /// That count something.
    pub numbers: usize,
    /// Of these, in a sentence with a citation.
    pub cited: usize,
}

/// The words of the site that decide what counts.
pub fn lexicon(site: &Site) -> Lexicon {
    let inputs = &*site.inputs;
    let terms = inputs.glossary.all.iter().flat_map(|t| std::iter::once(&t.term).chain(&t.aliases));
    let units = inputs.questions.all.iter().flat_map(|q| std::iter::once(&q.unit).chain(&q.units));
    Lexicon::new(inputs.config.names.iter().chain(terms).map(String::as_str), units.map(String::as_str))
}

/// The quotes of one citation.
struct Cited<'a> {
    citation: &'a Citation,
    /// What they state in numbers; read when a figure first asks.
    stated: OnceCell<Vec<Stated>>,
    /// Whether its source's text is archived, so that its quote can be held against a figure.
    archived: bool,
}

impl Cited<'_> {
    fn quotes(&self) -> impl Iterator<Item = &str> {
        self.citation.quote.iter().chain(&self.citation.translation).map(|words| &**words)
    }

    fn stated(&self) -> &[Stated] {
        self.stated.get_or_init(|| self.quotes().map(Stated::new).collect())
    }
}

struct Page<'a> {
    site: &'a Site,
    input: &'a PageInput,
    number: usize,
    text: &'a PageText,
    lexicon: &'a Lexicon,
    entries: &'a Entries,
    cited: Vec<Cited<'a>>,
}

/// Check the text, the title, the summary and the records of a page.
pub fn check_page(site: &Site, number: usize, text: &PageText, lexicon: &Lexicon, entries: &Entries, report: &mut Report) -> Counts {
    let input = &*site.inputs.pages[number];
    let cited = input
        .front
        .citations
        .iter()
        .enumerate()
        .map(|(i, citation)| {
            let archived = site.keys[number].sources[i].is_some_and(|s| site.inputs.sources.all[s].is_archived());
            Cited { citation, stated: OnceCell::new(), archived }
        })
        .collect();
    let page = Page { site, input, number, text, lexicon, entries, cited };
    let mut counts = Counts::default();
    let alike = |a: &Block, b: &Block| a.enclosed_by == b.enclosed_by && page.is_quotation(a) == page.is_quotation(b);
    for run in text.body.prose.chunk_by(alike) {
        if page.is_quotation(&run[0]) {
            page.quotation(run, &mut counts, report);
            continue;
        }
        for block in run {
            if block.kind == BlockKind::Heading && block.cites.is_empty() {
                page.apart(&block.text, |r| Span::new(&input.file, block.source(r)), None, "the heading", report);
            } else {
                page.block(block, &mut counts, report);
            }
        }
    }
    page.front_matter(report);
    counts
}

impl Page<'_> {
    fn block(&self, block: &Block, counts: &mut Counts, report: &mut Report) {
        let sentences = figures::sentences(&block.text, self.lexicon);
        let whole_block = block.kind == BlockKind::Row || self.site.inputs.config.cites_cover == CitesCover::Paragraph;
        let mut citations = Vec::new();
        for sentence in &sentences {
            let nothing_to_check = sentence.figures.is_empty() && sentence.calcs.is_empty() && sentence.quotations.is_empty();
            if nothing_to_check {
                continue;
            }
            let mut of_sentence = sentence.marks.iter().filter_map(|mark| block.cites.get(*mark));
            let groups: &mut dyn Iterator<Item = &usize> = if whole_block { &mut block.cites.iter() } else { &mut of_sentence };
            self.citations(groups, &mut citations);
            self.sentence(block, sentence, &citations, counts, report);
        }
        self.uncited_paragraph(block, &sentences, report);
    }

    /// The citations of some groups of the body, each once, in order.
    fn citations(&self, groups: &mut dyn Iterator<Item = &usize>, citations: &mut Vec<usize>) {
        let cites = &self.text.cites;
        citations.clear();
        citations.extend(groups.filter_map(|group| cites.groups.get(*group)).flatten().flatten());
        citations.sort_unstable();
        citations.dedup();
    }

    /// What the quotes of some citations state.
    fn stated<'s>(&'s self, citations: &'s [usize]) -> impl Iterator<Item = &'s Stated> + Clone {
        citations.iter().flat_map(|c| self.cited[*c].stated())
    }

    fn sentence(&self, block: &Block, sentence: &Sentence, citations: &[usize], counts: &mut Counts, report: &mut Report) {
        let place = |range: &Range<usize>| Span::new(&self.input.file, block.source(range.clone()));
        counts.numbers += sentence.figures.len();
        if !citations.is_empty() {
            counts.cited += sentence.figures.len();
        }
        for figure in &sentence.figures {
            let words = &block.text[figure.range.clone()];
            if citations.is_empty() {
                report.push(
                    Diagnostic::at(Code::NumberUncited, place(&figure.range), format!("the number `{words}` stands in a sentence without a citation"))
                        .help("write `[@id]` in the sentence or right after its full stop; list names that hold numbers under `names:` in site.yaml"),
                );
            } else if !self.supported(figure, citations) {
                self.unsupported(block, figure, citations, report);
            }
        }
        for calc in &sentence.calcs {
            if let Some(call) = block.calls.get(*calc) {
                self.calc(*call, citations, report);
            }
        }
        for quotation in &sentence.quotations {
            self.spoken(block, quotation, citations, report);
        }
    }

    /// Whether a figure stands in a quote that its sentence cites.
    fn supported(&self, figure: &Figure, citations: &[usize]) -> bool {
        Stated::support(self.stated(citations), figure)
    }

    /// A figure that stands in no quote: of a source without an archived text it must stand in a second place.
    fn unsupported(&self, block: &Block, figure: &Figure, citations: &[usize], report: &mut Report) {
        let source = block.source(figure.range.clone());
        let unarchived = entries::unarchived(self.site, self.number, citations.iter().copied());
        if self.entries.confirm(&unarchived, entries::in_text(self.number, source.start), figure.low, figure.high) {
            return;
        }
        let words = &block.text[figure.range.clone()];
        let diagnostic = match self.names(&unarchived) {
            None => Diagnostic::at(
                Code::NumberUnsupported,
                Span::new(&self.input.file, source),
                format!("the number `{words}` stands in none of the quotes that its sentence cites"),
            )
            .help("cite a quote that gives the figure, or write `{{ calc(value=\"…\", from=\"…\") }}` for your own arithmetic"),
            Some(names) => Diagnostic::at(
                Code::NumberUnsupported,
                Span::new(&self.input.file, source),
                format!("the number `{words}` stands in no quote, and nothing else on the site gives it as a figure of {names}"),
            )
            .help("a figure of a source without an archived text is entered twice: give it in a record that cites the source too"),
        };
        report.push(diagnostic.note(self.quotes_of(citations)));
    }

    /// The keys of some sources, for a message; none if there are none.
    fn names(&self, sources: &[usize]) -> Option<String> {
        let names: Vec<String> = sources.iter().map(|s| format!("`{}`", self.site.inputs.sources.all[*s].key)).collect();
        (!names.is_empty()).then(|| names.join(" or "))
    }

    fn quotes_of(&self, citations: &[usize]) -> String {
        let quotes: Vec<String> = citations.iter().flat_map(|c| self.cited[*c].quotes()).map(|q| format!("\"{q}\"")).collect();
        if quotes.is_empty() { "it cites no quote".to_owned() } else { format!("cited: {}", quotes.join("; ")) }
    }

    /// The author's own arithmetic: it comes out, and its inputs are cited.
    fn calc(&self, call: usize, citations: &[usize], report: &mut Report) {
        let placed = &self.text.body.calls[call];
        if placed.call.name != "calc" {
            return;
        }
        let place = Span::new(&self.input.file, placed.range.clone());
        let argument = |name: &str| {
            placed.call.args.get(name).and_then(|v| v.as_str().map(str::to_owned).or_else(|| v.as_f64().map(|n| n.to_string())))
        };
        let (Some(value), Some(from)) = (argument("value"), argument("from")) else { return };
        match figures::calc(&value, &from) {
            Err(error) => report.push(
                Diagnostic::at(Code::CalcWrong, place, format!("`{from}` does not give `{value}`: {error}"))
                    .help("correct the value or the arithmetic"),
            ),
            Ok(_) if citations.is_empty() => report.push(
                Diagnostic::at(Code::NumberUncited, place, "the inputs of this calculation are not cited")
                    .help("cite the quotes that give them, in the same sentence"),
            ),
            Ok(inputs) => {
                let checkable = citations.iter().all(|c| self.cited[*c].archived);
                for input in inputs {
                    let stated = self.stated(citations).any(|s| s.supports_value(Some(input), Some(input)));
                    // A hundred makes per cent; it is nobody's figure.
                    if checkable && !stated && input != 100.0 {
                        report.push(
                            Diagnostic::at(
                                Code::NumberUnsupported,
                                place.clone(),
                                format!("the input {input} stands in none of the quotes that its sentence cites"),
                            )
                            .note(self.quotes_of(citations))
                            .help("cite the quote that gives it"),
                        );
                    }
                }
            }
        }
    }

    /// Rule 2: a paragraph of statements without any citation.
    fn uncited_paragraph(&self, block: &Block, sentences: &[Sentence], report: &mut Report) {
        let text = block.text.trim();
        let statement = block.kind == BlockKind::Paragraph
            && text.ends_with(['.', '!', '\u{201d}', ')'])
            && block.cites.is_empty()
            && block.calls.is_empty()
            && !sentences.is_empty()
            && block.words() >= 20;
        if statement {
            let first = sentences[0].range.clone();
            report.push(
                Diagnostic::at(Code::ParagraphUncited, Span::new(&self.input.file, block.source(first)), "this paragraph cites nothing")
                    .help("cite what it rests on; for a page about the site itself, switch the check off with a reason under `checks:`"),
            );
        }
    }

    /// Title, summary and records.
    fn front_matter(&self, report: &mut Report) {
        let front = &self.input.front;
        let place = |path: &[Step]| self.input.place(path);
        self.apart(&front.title, |_| place(&yaml_path!["title"]), None, "the title", report);
        if let Some(summary) = &front.summary {
            self.apart(summary, |_| place(&yaml_path!["summary"]), None, "the summary", report);
        }
        for number in &self.site.claims.by_page[self.number] {
            let claim = &self.site.claims.all[*number];
            let (list, i) = (claim.kind.list(), claim.record);
            let mut cites = claim.cites.clone();
            cites.sort_unstable();
            cites.dedup();
            let texts: Vec<(&str, Option<&String>)> = match claim.kind {
                crate::resolve::claims::ClaimKind::Estimate => vec![("note", front.estimates[i].note.as_ref())],
                crate::resolve::claims::ClaimKind::Event => {
                    vec![("title", Some(&front.events[i].title)), ("note", front.events[i].note.as_ref())]
                }
                crate::resolve::claims::ClaimKind::Response => {
                    vec![("action", Some(&front.responses[i].action)), ("note", front.responses[i].note.as_ref())]
                }
                crate::resolve::claims::ClaimKind::Motive => {
                    vec![("title", Some(&front.motives[i].title)), ("note", front.motives[i].note.as_ref())]
                }
            };
            for (field, text) in texts {
                if let Some(text) = text {
                    self.apart(
                        text,
                        |_| place(&yaml_path![list, i, field]),
                        Some(&cites),
                        &format!("the {} `{}`", claim.kind.name(), claim.id),
                        report,
                    );
                }
            }
            if claim.kind == crate::resolve::claims::ClaimKind::Estimate {
                self.estimate(i, &cites, report);
            }
        }
    }

    /// Numbers that stand apart from citations must equal a cited figure of the page (or of the record).
    fn apart(&self, text: &str, place: impl Fn(Range<usize>) -> Span, own: Option<&[usize]>, what: &str, report: &mut Report) {
        for figure in figures::figures(text, self.lexicon) {
            let all: Vec<usize> = (0..self.cited.len()).filter(|c| self.site.is_used(self.number, *c)).collect();
            let cites = own.unwrap_or(&all);
            let unarchived = own.is_some_and(|own| own.iter().any(|c| !self.cited[*c].archived));
            let as_estimate = self.input.front.estimates.iter().any(|e| {
                let (low, high) = crate::resolve::claims::range(e);
                (low == figure.low || high == figure.low) && (high == figure.high || low == figure.high)
            });
            if unarchived || as_estimate || Stated::repeated(self.stated(cites), &figure) || Stated::repeated(self.stated(&all), &figure) {
                continue;
            }
            let words = &text[figure.range.clone()];
            report.push(
                Diagnostic::at(
                    Code::NumberUncited,
                    place(figure.range.clone()),
                    format!("the number `{words}` in {what} is no cited figure of this page"),
                )
                .help("use a figure that a quote of the page gives, or leave it out"),
            );
        }
    }

    /// Rule 4, for estimates an error.
    fn estimate(&self, record: usize, cites: &[usize], report: &mut Report) {
        let estimate = &self.input.front.estimates[record];
        let (low, high) = match estimate.value {
            Some(value) => (Some(value), Some(value)),
            None => (estimate.low, estimate.high),
        };
        let supported = self.stated(cites).any(|s| s.supports_value(low, high));
        let unarchived = entries::unarchived(self.site, self.number, cites.iter().copied());
        let (from, to) = crate::resolve::claims::range(estimate);
        let confirmed = || self.entries.confirm(&unarchived, entries::in_estimate(self.number, record), from, to);
        // Without a value there is a finding already.
        let valueless = low.is_none() && high.is_none();
        if valueless || cites.is_empty() || supported || confirmed() {
            return;
        }
        let field = match (estimate.value, estimate.low) {
            (Some(_), _) => "value",
            (None, Some(_)) => "low",
            _ => "high",
        };
        let place = self.input.place(&yaml_path!["estimates", record, field]);
        let diagnostic = match self.names(&unarchived) {
            None => Diagnostic::at(Code::EstimateUnsupported, place, "the estimate's value stands in none of its quotes")
                .help("cite a quote that gives the figure, or correct the value"),
            // Nobody can say that it is wrong, only that nothing confirms it.
            Some(names) => Diagnostic::at(
                Code::NumberUnsupported,
                place,
                format!("the estimate's value stands in no quote, and nothing else on the site gives it as a figure of {names}"),
            )
            .help("a figure of a source without an archived text is entered twice: say it in a sentence that cites the source too"),
        };
        report.push(diagnostic.note(self.quotes_of(cites)));
    }
}
