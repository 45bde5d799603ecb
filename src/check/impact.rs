//! What rests on a source, and what would fall if it were withdrawn.
//!
//! In: a resolved site and a source. Out: [`Impact`], page by page: claims, statements of the running text, definitions.
//! What retells a source, by its own word (`derived_from`, `origin`), rests on it too.
//! Must never count a support that itself leads back to the source.

use std::collections::BTreeSet;

use serde::Serialize;

use super::numbers::lexicon;
use crate::config::CitesCover;
use crate::figures::{self, Lexicon};
use crate::load::prose::{Block, BlockKind};
use crate::resolve::Site;
use crate::resolve::claims::Claim;
use crate::resolve::text::PageText;
use crate::text::Span;

/// What rests on one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// The source's key.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Other sources that retell it, however far.
    pub retold_by: Vec<String>,
    /// Citations in use of it, or of a source that retells it.
    pub citations: usize,
    /// Pages in the order of their paths; only those that something rests on it.
    pub pages: Vec<PageImpact>,
    /// Terms of the glossary that cite nothing else.
    pub definitions: Vec<String>,
}

/// What rests on it on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageImpact {
    /// The page's file.
    pub file: String,
    /// Its address.
    pub path: String,
    /// Claim records that cite it.
    pub claims: Vec<ClaimImpact>,
    /// Sentences that cite nothing else.
    pub statements: Vec<Statement>,
}

/// A claim record that cites it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimImpact {
    /// `estimate`, `event`, `response` or `motive`.
    pub kind: &'static str,
    /// The claim's id; its anchor is `claim-ID`.
    pub id: String,
    /// Whether nothing else supports it.
    pub falls: bool,
    /// The sources that it would keep.
    pub keeps: Vec<String>,
    /// How many origins it would keep.
    pub origins: usize,
}

/// A sentence that cites nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Its line in the page's file.
    pub line: usize,
    /// Its words.
    pub text: String,
}

impl Impact {
    /// How many claims would fall.
    pub fn falling_claims(&self) -> usize {
        self.pages.iter().flat_map(|p| &p.claims).filter(|c| c.falls).count()
    }

    /// How many statements would fall.
    pub fn falling_statements(&self) -> usize {
        self.pages.iter().map(|p| p.statements.len()).sum()
    }
}

/// Find what rests on a source.
pub fn impact(site: &Site, source: usize) -> Impact {
    let inputs = &*site.inputs;
    let key = inputs.sources.all[source].key.as_str();
    let gone = retellers(site, key);
    let lexicon = lexicon(site);
    let mut impact = Impact {
        source: key.to_owned(),
        title: inputs.sources.all[source].title(),
        retold_by: gone.iter().filter(|k| **k != key).map(|k| (*k).to_owned()).collect(),
        citations: 0,
        pages: Vec::new(),
        definitions: Vec::new(),
    };
    for page in 0..inputs.pages.len() {
        let rests: Vec<bool> = (0..inputs.pages[page].front.citations.len()).map(|c| rests(site, page, c, &gone)).collect();
        let used = rests.iter().enumerate().filter(|(c, rests)| **rests && site.is_used(page, *c)).count();
        if used == 0 {
            continue;
        }
        impact.citations += used;
        let claims = site.claims.by_page[page].iter().map(|c| &site.claims.all[*c]);
        let claims = claims.filter(|c| c.cites.iter().any(|c| rests[*c])).map(|c| claim_impact(site, c, &rests)).collect();
        let text = site.text(page);
        impact.pages.push(PageImpact {
            file: inputs.pages[page].file.path.clone(),
            path: site.routes.pages[page].path.clone(),
            claims,
            statements: text.body.prose.iter().flat_map(|block| statements(site, page, &text, block, &rests, &lexicon)).collect(),
        });
    }
    for term in &inputs.glossary.all {
        if !term.cites.is_empty() && term.cites.iter().all(|c| gone.contains(c.source.as_str())) {
            impact.definitions.push(term.term.clone());
        }
    }
    impact
}

/// The source and those that are derived from it, however far.
fn retellers<'s>(site: &'s Site, key: &'s str) -> BTreeSet<&'s str> {
    let mut gone = BTreeSet::from([key]);
    loop {
        let before = gone.len();
        for source in &site.inputs.sources.all {
            let mut origins = source.evidence.derived_from.iter().peekable();
            // A source that also draws on another keeps that support.
            if origins.peek().is_some() && origins.all(|o| gone.contains(o)) {
                gone.insert(&source.key);
            }
        }
        if gone.len() == before {
            return gone;
        }
    }
}

/// Whether a citation leads to a source that is gone.
fn rests(site: &Site, page: usize, citation: usize, gone: &BTreeSet<&str>) -> bool {
    let citation = &site.inputs.pages[page].front.citations[citation];
    gone.contains(&*citation.source) || citation.origin.as_deref().is_some_and(|o| gone.contains(o))
}

fn claim_impact(site: &Site, claim: &Claim, rests: &[bool]) -> ClaimImpact {
    let citations = &site.inputs.pages[claim.page].front.citations;
    let kept: Vec<usize> = claim.cites.iter().copied().filter(|c| !rests[*c]).collect();
    let keeps: BTreeSet<String> = kept.iter().map(|c| citations[*c].source.to_string()).collect();
    let origins: BTreeSet<String> = kept
        .iter()
        .flat_map(|c| match &citations[*c].origin {
            Some(origin) => BTreeSet::from([origin.to_string()]),
            None => crate::resolve::claims::origins_of(&citations[*c].source, &site.inputs),
        })
        .collect();
    ClaimImpact {
        kind: claim.kind.name(),
        id: claim.id.clone(),
        falls: kept.is_empty(),
        keeps: keeps.into_iter().collect(),
        origins: origins.len(),
    }
}

/// The sentences of a block whose every citation is gone.
fn statements(site: &Site, page: usize, text: &PageText, block: &Block, rests: &[bool], lexicon: &Lexicon) -> Vec<Statement> {
    let groups = &text.cites.groups;
    let of_mark = |mark: &usize| block.cites.get(*mark).and_then(|g| groups.get(*g)).into_iter().flatten().flatten().copied();
    let all: Vec<usize> = (0..block.cites.len()).collect();
    if !all.iter().flat_map(of_mark).any(|c| rests[c]) {
        return Vec::new();
    }
    let together = block.kind == BlockKind::Row || site.inputs.config.cites_cover == CitesCover::Paragraph;
    let file = &site.inputs.pages[page].file;
    figures::sentences(&block.text, lexicon)
        .iter()
        .filter(|sentence| {
            let cited: Vec<usize> = if together { &all } else { &sentence.marks }.iter().flat_map(of_mark).collect();
            !cited.is_empty() && cited.iter().all(|c| rests[*c])
        })
        .map(|sentence| {
            let text: String = block.text[sentence.range.clone()].chars().filter(|c| !matches!(c, '\u{e000}'..='\u{e003}')).collect();
            let line = file.position(Span::new(file, block.source(sentence.range.clone())).start).0;
            // Where a citation stood before a full stop, its space is left.
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = [".", ",", ";", ":", "?", "!"].iter().fold(text, |text, sign| text.replace(&format!(" {sign}"), sign));
            Statement { line, text }
        })
        .collect()
}
