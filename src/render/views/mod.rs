//! What templates see of claims and sources.
//!
//! In: the resolved and checked site. Out: plain values that serialise to the shapes of `docs/themes.md`. Paths are
//! relative to the site's root, so a view is the same on every page that shows it.
//! Must never hold HTML that was not escaped.

mod problem;
mod shape;
mod value;

pub use problem::ProblemView;
pub use shape::*;
pub use value::value_text;

use std::sync::{Arc, OnceLock};

use crate::archive::Quotation;
use crate::check::{Checked, Standing};
use crate::load::Inputs;
use crate::load::front_matter::{Mistake, Names};
use crate::load::sources::DateBasis;
use crate::resolve::Site;
use crate::resolve::claims::{Claim, ClaimKind, Disagreement, origin_name, origins_of};
use crate::resolve::routes;

/// Makes views of one site.
#[derive(Debug)]
pub struct Views {
    /// The site.
    pub site: Arc<Site>,
    /// What the checks found.
    pub checked: Arc<Checked>,
    sources: Arc<Sources>,
    /// Claims that were asked for before; none where they are not kept.
    claims: Vec<OnceLock<Shared<ClaimView>>>,
}

/// Views of so many claims are kept, some kilobytes each; a site with more makes each whenever it is asked for.
const KEPT: usize = 10_000;

/// What is shown of the sources, whatever the pages say.
#[derive(Debug)]
struct Sources {
    briefs: Vec<Shared<SourceBrief>>,
    /// For each source, where its statements first came from.
    origins: Vec<(Option<String>, usize)>,
    /// For each source, the quotes of its known problems, made ready when they are first looked for.
    problems: Vec<OnceLock<Vec<Option<Quotation>>>>,
}

impl Views {
    /// Prepare what many views share.
    pub fn new(checked: Arc<Checked>) -> Self {
        let site = checked.site().clone();
        let briefs = (0..site.inputs.sources.all.len()).map(|i| Shared::new(brief(&site, i))).collect();
        let origins = site.inputs.sources.all.iter().map(|s| origin_of_source(&s.key, &site.inputs)).collect();
        let problems = site.inputs.sources.all.iter().map(|_| OnceLock::new()).collect();
        let claims = if site.claims.all.len() <= KEPT { site.claims.all.iter().map(|_| OnceLock::new()).collect() } else { Vec::new() };
        Self { site, checked, sources: Arc::new(Sources { briefs, origins, problems }), claims }
    }

    /// The same of a state of the site in which sources, actors and the theme's words are those of this one. Of such a state few
    /// claims are ever seen.
    pub fn following(&self, checked: Arc<Checked>) -> Self {
        Self { site: checked.site().clone(), checked, sources: self.sources.clone(), claims: Vec::new() }
    }

    /// A source in short.
    pub fn source(&self, number: usize) -> &SourceBrief {
        &self.sources.briefs[number]
    }

    /// A source in short, as a template's value.
    pub fn source_value(&self, number: usize) -> tera::Value {
        self.sources.briefs[number].value().clone()
    }

    /// A link to a page.
    pub fn page(&self, number: usize) -> PageLink {
        PageLink { title: self.site.inputs.pages[number].front.title.clone(), path: self.site.routes.pages[number].path.clone() }
    }

    /// An actor.
    pub fn actor(&self, number: usize) -> ActorView {
        let actor = &self.site.inputs.actors.all[number];
        let party = actor.party.as_ref().map(|p| self.site.inputs.actors.get(p).map_or_else(|| p.clone(), |a| a.name.clone()));
        ActorView { id: actor.id.clone(), name: actor.name.clone(), kind: actor.kind, party }
    }

    /// The locator of a citation: as written, else as found.
    pub fn locator(&self, page: usize, citation: usize) -> Option<String> {
        let written = &self.site.inputs.pages[page].front.citations[citation].locator;
        written.as_deref().map(str::to_owned).or_else(|| self.checked.standing(page)[citation].paragraph().map(|n| format!("para. {n}")))
    }

    /// Where the words of a quote stand in its source, as an address; none if there is no page that could show them.
    pub fn passage(&self, source: usize, quote: Option<&str>) -> Option<String> {
        let source = &self.site.inputs.sources.all[source];
        let is_there = !source.is_gone() || source.archived_url().is_some();
        crate::archive::passage(&source.url().filter(|_| is_there)?, quote?)
    }

    /// A citation of a record.
    pub fn cite(&self, page: usize, citation: usize) -> Option<CiteView> {
        let record = &self.site.inputs.pages[page].front.citations[citation];
        let source = self.site.keys[page].sources[citation]?;
        Some(CiteView {
            id: record.id().to_owned(),
            href: format!("{}#cite-{}", self.site.routes.pages[page].path, record.id()),
            n: self.site.facts(page).number(source),
            source: self.sources.briefs[source].clone(),
            quote: record.quote.clone(),
            locator: self.locator(page, citation),
            status: self.checked.standing(page)[citation].name(),
        })
    }

    /// A claim.
    pub fn claim(&self, number: usize) -> Shared<ClaimView> {
        let make = || Shared::new(self.claim_anew(number));
        self.claims.get(number).map_or_else(make, |kept| kept.get_or_init(make).clone())
    }

    fn claim_anew(&self, number: usize) -> ClaimView {
        let inputs = &*self.site.inputs;
        let claim = &self.site.claims.all[number];
        let front = &inputs.pages[claim.page].front;
        let cites: Vec<CiteView> = claim.cites.iter().filter_map(|c| self.cite(claim.page, *c)).collect();
        let mut sources: Vec<&str> = cites.iter().map(|c| c.source.key.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        let reports = sources.len();
        let mut mistake = None;
        let (note, text, own) = match claim.kind {
            ClaimKind::Estimate => {
                let e = &front.estimates[claim.record];
                let question = inputs.questions.get(&e.question);
                let unit = question.map_or("", |q| &q.unit);
                let value_text = value_text(e.value, e.low, e.high, e.about, unit);
                let own = OwnView::Estimate {
                    question: e.question.clone(),
                    question_title: question.map_or_else(String::new, |q| q.title.clone()),
                    unit: unit.to_owned(),
                    value_text: value_text.clone(),
                    value: e.value,
                    low: e.low,
                    high: e.high,
                    about: e.about,
                    as_of: e.as_of,
                    counts: e.counts.clone(),
                    review_after: e.review_after,
                };
                (e.note.clone(), value_text, own)
            }
            ClaimKind::Event => {
                let e = &front.events[claim.record];
                let own =
                    OwnView::Event { date: e.date, until: e.until, planned: e.planned, place: e.place.clone(), title: e.title.clone() };
                mistake = e.mistake;
                (e.note.clone(), self.told(mistake, &e.title), own)
            }
            ClaimKind::Response => {
                let r = &front.responses[claim.record];
                let own = OwnView::Response {
                    actor: claim.actor.map(|a| self.actor(a)),
                    date: r.date,
                    stance: r.stance,
                    action: r.action.clone(),
                };
                mistake = r.mistake;
                (r.note.clone(), self.told(mistake, &r.action), own)
            }
            ClaimKind::Motive => {
                let m = &front.motives[claim.record];
                let own = OwnView::Motive { actor: claim.actor.map(|a| self.actor(a)), title: m.title.clone(), status: m.status };
                (m.note.clone(), m.title.clone(), own)
            }
        };
        let party_name = |p: &String| inputs.actors.get(p).map_or_else(|| p.clone(), |a| a.name.clone());
        ClaimView {
            kind: claim.kind.name(),
            id: claim.id.clone(),
            anchor: format!("claim-{}", claim.id),
            href: format!("{}#claim-{}", self.site.routes.pages[claim.page].path, claim.id),
            page: self.page(claim.page),
            by: claim.by.iter().map(|a| self.actor(*a)).collect(),
            note,
            cites,
            reports,
            origins: claim.origins.len(),
            origin_names: claim.origins.iter().map(|o| origin_name(o, inputs)).collect(),
            parties: claim.parties.iter().map(party_name).collect(),
            flags: claim.flags.iter().map(|f| f.name()).collect(),
            text,
            mistake,
            own,
        }
    }

    /// Words of a record away from where it is shown as a mistake: they say so themselves.
    fn told(&self, mistake: Option<Mistake>, words: &str) -> String {
        let Some((key, fallback)) = mistake.map(Mistake::word) else { return words.to_owned() };
        let word = self.site.inputs.theme.as_ref().map_or(fallback, |theme| theme.word(key, fallback));
        format!("{word}: {words}")
    }

    /// A disagreement in words and as data.
    pub fn disagreement(&self, disagreement: &Disagreement) -> DisagreementView {
        let inputs = &*self.site.inputs;
        let (a, b) = (self.claim(disagreement.pair.0), self.claim(disagreement.pair.1));
        let question = disagreement.question.map(|q| &inputs.questions.all[q]);
        let counts = disagreement.question.and_then(|_| estimate_counts(&self.site, &self.site.claims.all[disagreement.pair.0]));
        let said = |claim: &ClaimView| {
            let who: Vec<&str> = claim.by.iter().map(|a| a.name.as_str()).collect();
            let who = if who.is_empty() { "one source".to_owned() } else { who.join(" and ") };
            let when = match &claim.own {
                OwnView::Estimate { as_of, .. } => format!(" (as of {})", as_of.text()),
                OwnView::Event { date, .. } => format!(" ({})", date.text()),
                OwnView::Response { date: Some(date), .. } => format!(" ({})", date.text()),
                _ => String::new(),
            };
            (who, when)
        };
        let ((who_a, when_a), (who_b, when_b)) = (said(&a), said(&b));
        let text = match question {
            Some(_) => format!(
                "{who_a} said {}{when_a}; {who_b} said {}{when_b}{}.",
                a.text,
                b.text,
                counts.as_ref().map(|c| format!(". Both count: {c}")).unwrap_or_default()
            ),
            None => format!("{who_a}: {}{when_a}. {who_b}: {}{when_b}.", a.text.trim_end_matches('.'), b.text.trim_end_matches('.')),
        };
        DisagreementView {
            question: question.map(|q| QuestionBrief { id: q.id.clone(), title: q.title.clone() }),
            counts,
            text,
            a,
            b,
            ratio: disagreement.ratio.filter(|r| r.is_finite()).map(|r| (r * 100.0).round() / 100.0),
        }
    }

    /// A question with its estimates grouped by what they count.
    pub fn question(&self, number: usize) -> QuestionView {
        let question = &self.site.inputs.questions.all[number];
        let mut groups: Vec<Group> = Vec::new();
        let order = |counts: &str| question.counts.iter().position(|c| c == counts).unwrap_or(usize::MAX);
        for claim in &self.site.claims.by_question[number] {
            let counts =
                estimate_counts(&self.site, &self.site.claims.all[*claim]).or_else(|| question.counts.first().cloned()).unwrap_or_default();
            let view = self.claim(*claim);
            match groups.iter_mut().find(|g| g.counts == counts) {
                Some(group) => group.estimates.push(view),
                None => groups.push(Group { counts, estimates: vec![view] }),
            }
        }
        groups.sort_by_key(|g| order(&g.counts));
        let disagreements =
            self.site.claims.disagreements.iter().filter(|d| d.question == Some(number)).map(|d| self.disagreement(d)).collect();
        QuestionView {
            id: question.id.clone(),
            title: question.title.clone(),
            unit: question.unit.clone(),
            counts: question.counts.clone(),
            tolerance: question.tolerance,
            window_days: question.window,
            groups,
            chart: None,
            cites: Vec::new(),
            csv_path: Some(routes::question_csv(&question.id)),
            disagreements,
        }
    }

    /// A source in full.
    pub fn source_in_full(&self, number: usize, html: String) -> SourceView {
        let inputs = &*self.site.inputs;
        let source = &inputs.sources.all[number];
        let citations = self
            .site
            .uses(number)
            .iter()
            .map(|(page, citation)| {
                let record = &inputs.pages[*page].front.citations[*citation];
                SourceUse {
                    id: record.id().to_owned(),
                    quote: record.quote.clone(),
                    locator: self.locator(*page, *citation),
                    lang: record.lang.clone(),
                    passage: self.passage(number, record.quote.as_deref()),
                    status: self.checked.standing(*page)[*citation].name(),
                    page: self.page(*page),
                    href: format!("{}#cite-{}", self.site.routes.pages[*page].path, record.id()),
                    problems: self.problems_touching(number, record.quote.as_deref()),
                }
            })
            .collect();
        let rests = |claim: &Claim| claim.cites.iter().any(|c| self.site.keys[claim.page].sources[*c] == Some(number));
        let only = |claim: &Claim| claim.cites.iter().all(|c| self.site.keys[claim.page].sources[*c] == Some(number));
        // Only the claims of pages that cite the source can rest on it.
        let mut pages: Vec<usize> = self.site.uses(number).iter().map(|(page, _)| *page).collect();
        pages.dedup();
        let claims = pages
            .iter()
            .flat_map(|p| &self.site.claims.by_page[*p])
            .map(|c| &self.site.claims.all[*c])
            .filter(|c| rests(c))
            .map(|claim| SourceClaim {
                kind: claim.kind.name(),
                title: self.claim_title(claim),
                href: format!("{}#claim-{}", self.site.routes.pages[claim.page].path, claim.id),
                only_support: only(claim),
            })
            .collect();
        SourceView {
            brief: (*self.sources.briefs[number]).clone(),
            html,
            url: source.url(),
            derived_from: names(&source.evidence.derived_from).iter().map(|n| origin_name(n, inputs)).collect(),
            problems: self.problems(number),
            digest: inputs
                .archive
                .sha256(number)
                .map(str::to_owned)
                .or_else(|| inputs.archive.lock.as_ref().and_then(|l| l.source(&source.key)).map(|s| s.sha256.clone())),
            citations,
            claims,
        }
    }

    fn claim_title(&self, claim: &Claim) -> String {
        let front = &self.site.inputs.pages[claim.page].front;
        match claim.kind {
            ClaimKind::Estimate => {
                let e = &front.estimates[claim.record];
                let question = self.site.inputs.questions.get(&e.question);
                let title = question.map_or("", |q| &q.title);
                format!("{title} {} ({})", value_text(e.value, e.low, e.high, e.about, question.map_or("", |q| &q.unit)), e.as_of.text())
            }
            ClaimKind::Event => self.told(front.events[claim.record].mistake, &front.events[claim.record].title),
            ClaimKind::Response => self.told(front.responses[claim.record].mistake, &front.responses[claim.record].action),
            ClaimKind::Motive => front.motives[claim.record].title.clone(),
        }
    }

    /// Where a citation's statement first came from, for readers; none when that is its source.
    pub fn origin(&self, page: usize, citation: usize) -> (Option<String>, usize) {
        let inputs = &*self.site.inputs;
        let record = &inputs.pages[page].front.citations[citation];
        if let Some(origin) = &record.origin {
            return (Some(origin_name(origin, inputs)), 1);
        }
        match self.site.keys[page].sources[citation] {
            Some(source) => self.sources.origins[source].clone(),
            None => origin_of_source(&record.source, inputs),
        }
    }
}

/// Where a source's statements first came from, for readers; none when that is the source itself.
fn origin_of_source(key: &str, inputs: &Inputs) -> (Option<String>, usize) {
    let origins = origins_of(key, inputs);
    let own = origins.len() == 1 && origins.contains(key);
    let names: Vec<String> = origins.iter().map(|o| origin_name(o, inputs)).collect();
    ((!own).then(|| names.join(", ")), origins.len())
}

fn names(names: &Names) -> Vec<String> {
    names.iter().map(str::to_owned).collect()
}

fn estimate_counts(site: &Site, claim: &Claim) -> Option<String> {
    site.inputs.pages[claim.page].front.estimates.get(claim.record).and_then(|e| e.counts.clone())
}

fn brief(site: &Site, number: usize) -> SourceBrief {
    let inputs = &*site.inputs;
    let source = &inputs.sources.all[number];
    let word = |prefix: &str, name: &str| {
        inputs.theme.as_ref().map_or_else(|| name.to_owned(), |t| t.word(&format!("{prefix}_{name}"), name).to_owned())
    };
    let kind = source.evidence.kind.map(|k| format!("{k:?}").to_lowercase());
    let trust = source.evidence.trust.map(|t| format!("{t:?}").to_lowercase());
    let authors: Vec<String> = source.entry.authors().unwrap_or_default().iter().map(|p| p.name.clone()).collect();
    SourceBrief {
        key: source.key.clone(),
        title: source.title(),
        path: format!("sources/{}/", source.key),
        kind: source.evidence.kind,
        kind_text: kind.map_or_else(|| word("kind", "unknown"), |k| word("kind", &k)),
        trust: source.evidence.trust,
        trust_text: trust.map_or_else(|| word("trust", "unrated"), |t| word("trust", &t)),
        note: source.evidence.note.clone(),
        machine_written: source.evidence.machine_written,
        party: source.evidence.party.as_ref().map(|p| inputs.actors.get(p).map_or_else(|| p.clone(), |a| a.name.clone())),
        date: source.date(),
        date_inferred: source.evidence.date_basis == Some(DateBasis::Inferred),
        author: (!authors.is_empty()).then(|| authors.join(", ")),
        publisher: source.publisher(),
        archived_url: source.archived_url().map(str::to_owned),
        archived_on: source.evidence.archived_on.filter(|_| source.archived_url().is_some()),
        original_gone: source.is_gone(),
        gone_url: source.gone_url.clone(),
        archived: source.is_archived(),
    }
}

/// For the views of standing.
pub fn is_verified(standing: &Standing) -> bool {
    matches!(standing, Standing::Archive(_) | Standing::Lock(_))
}
