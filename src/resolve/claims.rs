//! Claims: estimates, events, responses and motives, resolved to actors, questions, citations and origins.
//!
//! In: the records of all pages. Out: [`Claim`]s in the order of pages and records, and [`Disagreement`]s computed
//! from estimates. A citation's origin is its own `origin`, else what its source is derived from, else its source.
//! Must never average, and never drop a claim.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::cites::Keys;
pub use super::disagreements::Disagreement;
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::front_matter::{Estimate, Names};
use crate::load::sources::Kind;
use crate::load::{Inputs, PageInput};
use crate::pieces::Pieces;
use crate::yaml::Step;
use crate::yaml_path;

/// The four kinds of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum ClaimKind {
    Estimate,
    Event,
    Response,
    Motive,
}

impl ClaimKind {
    /// The key of the list in the front matter.
    pub fn list(self) -> &'static str {
        match self {
            ClaimKind::Estimate => "estimates",
            ClaimKind::Event => "events",
            ClaimKind::Response => "responses",
            ClaimKind::Motive => "motives",
        }
    }

    /// One of them.
    pub fn name(self) -> &'static str {
        match self {
            ClaimKind::Estimate => "estimate",
            ClaimKind::Event => "event",
            ClaimKind::Response => "response",
            ClaimKind::Motive => "motive",
        }
    }
}

/// A record, resolved.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it is.
    pub kind: ClaimKind,
    /// Its page.
    pub page: usize,
    /// Its number in its list of the front matter.
    pub record: usize,
    /// Its id, given or made; unique in the site. The anchor is `claim-ID`.
    pub id: String,
    /// Citations of its page, by number.
    pub cites: Vec<usize>,
    /// Actors who say so.
    pub by: Vec<usize>,
    /// For responses and motives: whose.
    pub actor: Option<usize>,
    /// Names of the origins of its citations, each once.
    pub origins: BTreeSet<String>,
    /// The parties that say so, each once.
    pub parties: BTreeSet<String>,
    /// What readers must know about what it rests on.
    pub flags: Vec<Flag>,
}

/// What readers must know about a claim's evidence (rule 7 of the chain).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Flag {
    SingleOrigin,
    OneParty,
    OpinionOnly,
    MachineWritten,
    Unarchived,
}

impl Flag {
    /// As templates and data name it.
    pub fn name(self) -> &'static str {
        match self {
            Flag::SingleOrigin => "single-origin",
            Flag::OneParty => "one-party",
            Flag::OpinionOnly => "opinion-only",
            Flag::MachineWritten => "machine-written",
            Flag::Unarchived => "unarchived",
        }
    }
}

/// All claims of a site.
#[derive(Debug, Default)]
pub struct Claims {
    /// In the order of pages and records.
    pub all: Vec<Claim>,
    /// Claim id → number.
    pub by_id: HashMap<String, usize>,
    /// Page → its claims.
    pub by_page: Vec<Vec<usize>>,
    /// Question → its estimates, by date.
    pub by_question: Vec<Vec<usize>>,
    /// What disagrees.
    pub disagreements: Vec<Disagreement>,
    /// What was found in them.
    pub found: Report,
}

impl Claims {
    /// Gather and resolve the claims of all pages.
    pub fn find(inputs: &Inputs, keys: &Pieces<Arc<Keys>>) -> Self {
        let mut found = Report::default();
        let report = &mut found;
        let mut claims = Self {
            by_page: vec![Vec::new(); inputs.pages.len()],
            by_question: vec![Vec::new(); inputs.questions.all.len()],
            ..Self::default()
        };
        for (number, page) in inputs.pages.iter().enumerate() {
            claims.gather(number, page, inputs, &keys[number], report);
        }
        for estimates in &mut claims.by_question {
            estimates.sort_by_key(|c| {
                let claim = &claims.all[*c];
                (inputs.pages[claim.page].front.estimates[claim.record].as_of, *c)
            });
        }
        claims.disagreements = claims.numeric_disagreements(inputs);
        claims.explicit_disagreements(inputs, report);
        claims.found = found;
        claims
    }

    fn gather(&mut self, number: usize, page: &PageInput, inputs: &Inputs, keys: &Keys, report: &mut Report) {
        let front = &page.front;
        let mut counts: BTreeMap<ClaimKind, usize> = BTreeMap::new();
        let rows = front
            .estimates
            .iter()
            .enumerate()
            .map(|(i, r)| (ClaimKind::Estimate, i, &r.id, &r.by, &r.cites, None))
            .chain(front.events.iter().enumerate().map(|(i, r)| (ClaimKind::Event, i, &r.id, &r.by, &r.cites, None)))
            .chain(front.responses.iter().enumerate().map(|(i, r)| (ClaimKind::Response, i, &r.id, &r.by, &r.cites, Some(&r.actor))))
            .chain(front.motives.iter().enumerate().map(|(i, r)| (ClaimKind::Motive, i, &r.id, &r.by, &r.cites, Some(&r.actor))));
        for (kind, record, id, by, cited, actor) in rows {
            *counts.entry(kind).or_default() += 1;
            let id = id.clone().unwrap_or_else(|| {
                let page_part = crate::load::markdown::slug(page_name(page.path()));
                format!("{}-{}-{}", if page_part.is_empty() { "home" } else { &page_part }, kind.name(), counts[&kind])
            });
            if id.chars().any(|c| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))) || id.is_empty() {
                report.push(
                    Diagnostic::at(
                        Code::ValueInvalid,
                        page.place(&yaml_path![kind.list(), record, "id"]),
                        format!("`{id}` cannot be a claim's id"),
                    )
                    .help("use letters, digits, hyphens, underscores, dots and colons"),
                );
            }
            let actors = resolve_actors(by, inputs, page, &yaml_path![kind.list(), record, "by"], report);
            let actor = actor.and_then(|name| {
                let found = inputs.actors.index(name);
                if found.is_none() {
                    unknown_actor(name, inputs, page, &yaml_path![kind.list(), record, "actor"], report);
                }
                found
            });
            if kind == ClaimKind::Estimate {
                self.question(&front.estimates[record], record, page, inputs, report);
            }
            let cite_numbers: Vec<usize> = cited.iter().filter_map(|c| keys.find(page, c)).collect();
            let mut claim = Claim {
                kind,
                page: number,
                record,
                id: id.clone(),
                cites: cite_numbers,
                by: actors,
                actor,
                origins: BTreeSet::new(),
                parties: BTreeSet::new(),
                flags: Vec::new(),
            };
            claim.weigh(inputs, page, keys);
            let index = self.all.len();
            if let Some(first) = self.by_id.insert(id.clone(), index) {
                let other = &self.all[first];
                report.push(
                    Diagnostic::at(
                        Code::IdDuplicate,
                        page.place(&yaml_path![kind.list(), record, "id"]),
                        format!("the claim `{id}` is defined twice"),
                    )
                    .related(inputs.pages[other.page].place(&yaml_path![other.kind.list(), other.record, "id"]), "first defined here")
                    .help("give one of them another id"),
                );
                self.by_id.insert(id, first);
            }
            self.by_page[number].push(index);
            if kind == ClaimKind::Estimate
                && let Some(question) = inputs.questions.index(&front.estimates[record].question)
            {
                self.by_question[question].push(index);
            }
            self.all.push(claim);
        }
    }

    fn question(&self, estimate: &Estimate, record: usize, page: &PageInput, inputs: &Inputs, report: &mut Report) {
        let at = |field: &str| page.place(&yaml_path!["estimates", record, field]);
        match inputs.questions.get(&estimate.question) {
            None if inputs.questions.broken => {}
            None => report.push(
                Diagnostic::at(Code::QuestionUnknown, at("question"), format!("there is no question `{}`", estimate.question))
                    .help(did_you_mean(&estimate.question, inputs.questions.ids(), || "define it in content/questions.yaml".to_owned())),
            ),
            Some(question) => match &estimate.counts {
                Some(counts) if !question.counts.contains(counts) => report.push(
                    Diagnostic::at(Code::QuestionUnknown, at("counts"), format!("the question `{}` has no count `{counts}`", question.id))
                        .help(did_you_mean(counts, question.counts.iter().map(String::as_str), || {
                            format!("its counts: {}", question.counts.join(", "))
                        })),
                ),
                None if question.counts.len() > 1 => report.push(
                    Diagnostic::at(
                        Code::QuestionUnknown,
                        page.place(&yaml_path!["estimates", record]),
                        "the estimate does not say what it counts",
                    )
                    .help(format!("add `counts:` with one of: {}", question.counts.join(", "))),
                ),
                _ => {}
            },
        }
        if estimate.value.is_none() && estimate.low.is_none() && estimate.high.is_none() {
            report.push(
                Diagnostic::at(Code::ValueInvalid, page.place(&yaml_path!["estimates", record]), "the estimate has no value")
                    .help("add `value:`, or `low:` and/or `high:`"),
            );
        }
        if estimate.value.is_some() && (estimate.low.is_some() || estimate.high.is_some()) {
            report.push(
                Diagnostic::at(Code::ValueInvalid, at("value"), "an estimate has either `value` or `low` and `high`")
                    .help("remove one of them"),
            );
        }
        if let (Some(low), Some(high)) = (estimate.low, estimate.high)
            && low > high
        {
            report.push(Diagnostic::at(Code::ValueInvalid, at("low"), "`low` is greater than `high`").help("exchange them"));
        }
        for (field, value) in [("value", estimate.value), ("low", estimate.low), ("high", estimate.high)] {
            if value.is_some_and(|v| !v.is_finite()) {
                report.push(Diagnostic::at(Code::ValueInvalid, at(field), format!("`{field}` is not a number")).help("write digits"));
            }
        }
    }
}

impl Claim {
    /// Origins, parties and flags.
    fn weigh(&mut self, inputs: &Inputs, page: &PageInput, keys: &Keys) {
        let mut kinds = Vec::new();
        let mut unarchived = false;
        for cite in &self.cites {
            let Some(source) = keys.sources[*cite].map(|s| &inputs.sources.all[s]) else { continue };
            match &page.front.citations[*cite].origin {
                Some(origin) => {
                    self.origins.insert(origin.to_string());
                }
                None => self.origins.extend(origins_of(&source.key, inputs)),
            }
            kinds.push((source.evidence.kind, source.evidence.machine_written));
            unarchived |= !source.is_archived();
        }
        self.parties = self.by.iter().filter_map(|a| inputs.actors.all[*a].party.clone()).collect();
        let neutral = self.by.iter().any(|a| inputs.actors.all[*a].party.is_none());
        if self.origins.len() == 1 {
            self.flags.push(Flag::SingleOrigin);
        }
        if self.parties.len() == 1 && !neutral {
            self.flags.push(Flag::OneParty);
        }
        if !kinds.is_empty() && kinds.iter().all(|(kind, _)| *kind == Some(Kind::Opinion)) {
            self.flags.push(Flag::OpinionOnly);
        }
        if !kinds.is_empty() && kinds.iter().all(|(_, machine)| *machine) {
            self.flags.push(Flag::MachineWritten);
        }
        if unarchived {
            self.flags.push(Flag::Unarchived);
        }
    }
}

/// The path of a page without what may change while it stays the same page: `bridge.md` may become `bridge/index.md`.
fn page_name(path: &str) -> &str {
    let name = path.trim_end_matches(".md");
    let folder = name.strip_suffix("_index").or_else(|| name.strip_suffix("index").filter(|rest| rest.is_empty() || rest.ends_with('/')));
    folder.unwrap_or(name)
}

/// Where a source's statements come from: what it is derived from, followed to the end; else the source itself.
/// A circle, which the check reports, ends where it began.
pub fn origins_of(key: &str, inputs: &Inputs) -> BTreeSet<String> {
    let mut origins = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![key.to_owned()];
    while let Some(key) = open.pop() {
        if !seen.insert(key.clone()) {
            origins.insert(key);
            continue;
        }
        let derived: Vec<String> =
            inputs.sources.get(&key).map(|s| s.evidence.derived_from.iter().map(str::to_owned).collect()).unwrap_or_default();
        if derived.is_empty() {
            origins.insert(key);
        } else {
            open.extend(derived);
        }
    }
    origins
}

/// The name of an origin for readers: an actor's name, or a source's title.
pub fn origin_name(id: &str, inputs: &Inputs) -> String {
    inputs
        .actors
        .get(id)
        .map(|a| a.name.clone())
        .or_else(|| inputs.sources.get(id).map(crate::load::sources::Source::title))
        .unwrap_or_else(|| id.to_owned())
}

/// Lowest and highest value of an estimate; an open end is infinite.
pub fn range(estimate: &Estimate) -> (f64, f64) {
    match estimate.value {
        Some(value) => (value, value),
        None => (estimate.low.unwrap_or(f64::NEG_INFINITY), estimate.high.unwrap_or(f64::INFINITY)),
    }
}

fn resolve_actors(names: &Names, inputs: &Inputs, page: &PageInput, path: &[Step], report: &mut Report) -> Vec<usize> {
    let many = matches!(names, Names::Many(_));
    names
        .iter()
        .enumerate()
        .filter_map(|(k, name)| {
            let found = inputs.actors.index(name);
            if found.is_none() {
                let mut path = path.to_vec();
                if many {
                    path.push(Step::Item(k));
                }
                unknown_actor(name, inputs, page, &path, report);
            }
            found
        })
        .collect()
}

fn unknown_actor(name: &str, inputs: &Inputs, page: &PageInput, path: &[Step], report: &mut Report) {
    if inputs.actors.broken {
        return;
    }
    report.push(Diagnostic::at(Code::ActorUnknown, page.place(path), format!("there is no actor `{name}`")).help(did_you_mean(
        name,
        inputs.actors.ids(),
        || "define it in content/actors.yaml: `- { id: …, name: …, kind: … }`".to_owned(),
    )));
}

/// The date that a claim is about.
pub fn claim_date(claim: &Claim, inputs: &Inputs) -> Option<Date> {
    let front = &inputs.pages[claim.page].front;
    match claim.kind {
        ClaimKind::Estimate => Some(front.estimates[claim.record].as_of),
        ClaimKind::Event => Some(front.events[claim.record].date),
        ClaimKind::Response => front.responses[claim.record].date,
        ClaimKind::Motive => None,
    }
}
