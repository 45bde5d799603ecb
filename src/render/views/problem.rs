//! Known problems of a source, as templates see them.
//!
//! In: problems as their source's entry has them. Out: the same, with the sources that `how` names by their keys cut
//! out, so that readers see titles. Must never change the words of a problem.

use serde::Serialize;

use super::Views;
use crate::archive::Quotation;
use crate::load::sources::Problem;

/// Something that a source gets wrong.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct ProblemView {
    pub wrong: String,
    pub how: String,
    /// `how` in pieces: words, and sources that it names.
    pub how_parts: Vec<Part>,
    pub quote: Option<String>,
}

/// Words, or a source in their place.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Part {
    pub text: String,
    pub source: Option<SourceLink>,
}

/// A link to a source's page.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SourceLink {
    pub title: String,
    pub path: String,
}

impl Views {
    /// All problems of a source.
    pub fn problems(&self, source: usize) -> Vec<ProblemView> {
        self.site.inputs.sources.all[source].evidence.problems.iter().map(|p| self.problem(p)).collect()
    }

    /// The problems of a source that touch a quote: those whose own quote overlaps it.
    pub fn problems_touching(&self, source: usize, quote: Option<&str>) -> Vec<ProblemView> {
        let Some(quote) = quote else { return Vec::new() };
        let problems = &self.site.inputs.sources.all[source].evidence.problems;
        if problems.is_empty() {
            return Vec::new();
        }
        let quoted = self.sources.problems[source]
            .get_or_init(|| problems.iter().map(|problem| problem.quote.as_deref().map(Quotation::new)).collect());
        let quote = Quotation::new(quote);
        let overlaps = |words: &Quotation| words.stands_in(&quote) || quote.stands_in(words);
        let touching = problems.iter().zip(quoted).filter(|(_, words)| words.as_ref().is_some_and(overlaps));
        touching.map(|(problem, _)| self.problem(problem)).collect()
    }

    fn problem(&self, problem: &Problem) -> ProblemView {
        ProblemView {
            wrong: problem.wrong.clone(),
            how: problem.how.clone(),
            how_parts: self.parts(&problem.how),
            quote: problem.quote.clone(),
        }
    }

    fn parts(&self, how: &str) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut words = String::new();
        let is_part_of_key = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        let mut rest = how;
        while let Some(c) = rest.chars().next() {
            let end = rest.find(|c| !is_part_of_key(c)).unwrap_or(rest.len());
            let token = rest[..end].trim_end_matches(['.', ':']);
            // A key is told from a word by a hyphen or a digit.
            let looks_like_key = token.contains('-') || token.contains(|c: char| c.is_ascii_digit());
            match self.site.inputs.sources.index(token).filter(|_| looks_like_key) {
                Some(source) => {
                    if !words.is_empty() {
                        parts.push(Part { text: std::mem::take(&mut words), source: None });
                    }
                    let brief = self.source(source);
                    let link = SourceLink { title: brief.title.clone(), path: brief.path.clone() };
                    parts.push(Part { text: token.to_owned(), source: Some(link) });
                    rest = &rest[token.len()..];
                }
                None => {
                    let taken = end.max(c.len_utf8());
                    words.push_str(&rest[..taken]);
                    rest = &rest[taken..];
                }
            }
        }
        if !words.is_empty() {
            parts.push(Part { text: words, source: None });
        }
        parts
    }
}
