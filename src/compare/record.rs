//! Claims, citations and corrections as plain fields that can be compared.
//!
//! In: a resolved site. Out: [`Record`]s in the order of pages. A field that can be several is a sorted list, so that
//! its order in the file is no difference.

use super::Field;
use crate::load::front_matter::{Mistake, Names};
use crate::render::views::value_text;
use crate::resolve::Site;
use crate::resolve::claims::{Claim, ClaimKind, origins_of};

/// One record.
#[derive(Debug, Clone)]
pub struct Record {
    pub kind: &'static str,
    pub id: String,
    /// Whether the author gave the id; a made one depends on the record's place.
    pub named: bool,
    pub page: String,
    pub title: String,
    /// Name and value of each field, always in the same order for one kind; empty where the author wrote nothing.
    pub fields: Vec<(&'static str, Vec<String>)>,
}

impl Record {
    /// The fields that differ from those of an earlier state.
    pub fn differences(&self, was: &Record) -> Vec<Field> {
        let mut fields: Vec<Field> = self
            .fields
            .iter()
            .zip(&was.fields)
            .filter(|((_, now), (_, was))| now != was)
            .map(|((field, now), (_, was))| Field { field, was: was.clone(), now: now.clone() })
            .collect();
        if self.page != was.page {
            fields.push(Field { field: "page", was: vec![was.page.clone()], now: vec![self.page.clone()] });
        }
        if self.named && was.named && self.id != was.id {
            fields.push(Field { field: "id", was: vec![was.id.clone()], now: vec![self.id.clone()] });
        }
        fields
    }

    /// How many fields are equal and not empty in both.
    pub fn likeness(&self, other: &Record) -> usize {
        self.fields.iter().zip(&other.fields).filter(|(a, b)| a == b && !a.1.is_empty()).count()
    }

    /// How many fields the author filled in.
    pub fn filled(&self) -> usize {
        self.fields.iter().filter(|(_, value)| !value.is_empty()).count()
    }
}

fn one(text: impl ToString) -> Vec<String> {
    vec![text.to_string()]
}

fn maybe<T: ToString>(text: Option<T>) -> Vec<String> {
    text.iter().map(T::to_string).collect()
}

fn sorted<'a>(items: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut items: Vec<String> = items.map(str::to_owned).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn by(names: &Names) -> Vec<String> {
    sorted(names.iter())
}

/// Every estimate, event, response and motive.
pub fn claims(site: &Site) -> Vec<Record> {
    site.claims.all.iter().map(|c| claim(site, c)).collect()
}

fn claim(site: &Site, claim: &Claim) -> Record {
    let inputs = &*site.inputs;
    let page = &inputs.pages[claim.page];
    let front = &page.front;
    let lower = |debug: String| one(debug.to_lowercase());
    let (given, title, own, by_, contradicts, note) = match claim.kind {
        ClaimKind::Estimate => {
            let e = &front.estimates[claim.record];
            let question = inputs.questions.get(&e.question);
            let value = value_text(e.value, e.low, e.high, e.about, question.map_or("", |q| &q.unit));
            let title = format!("{} {value} ({})", question.map_or(e.question.as_str(), |q| &q.title), e.as_of.text());
            let own = vec![
                ("value", one(&value)),
                ("question", one(&e.question)),
                ("counts", maybe(e.counts.as_ref())),
                ("as_of", one(e.as_of)),
                ("review_after", maybe(e.review_after)),
            ];
            (&e.id, title, own, &e.by, &e.contradicts, &e.note)
        }
        ClaimKind::Event => {
            let e = &front.events[claim.record];
            let own = vec![
                ("title", one(&e.title)),
                ("date", one(e.date)),
                ("until", maybe(e.until)),
                ("planned", one(e.planned)),
                ("place", maybe(e.place.as_ref())),
                ("mistake", maybe(e.mistake.map(Mistake::name))),
            ];
            (&e.id, e.title.clone(), own, &e.by, &e.contradicts, &e.note)
        }
        ClaimKind::Response => {
            let r = &front.responses[claim.record];
            let own = vec![
                ("action", one(&r.action)),
                ("actor", one(&r.actor)),
                ("date", maybe(r.date)),
                ("stance", lower(format!("{:?}", r.stance))),
                ("mistake", maybe(r.mistake.map(Mistake::name))),
            ];
            (&r.id, format!("{}: {}", r.actor, r.action), own, &r.by, &r.contradicts, &r.note)
        }
        ClaimKind::Motive => {
            let m = &front.motives[claim.record];
            let own = vec![("title", one(&m.title)), ("actor", one(&m.actor)), ("status", lower(format!("{:?}", m.status)))];
            (&m.id, format!("{}: {}", m.actor, m.title), own, &m.by, &m.contradicts, &m.note)
        }
    };
    let cited = || claim.cites.iter().map(|c| &front.citations[*c]);
    let mut fields = own;
    fields.extend([
        ("by", by(by_)),
        ("sources", sorted(cited().map(|c| &*c.source))),
        ("quotes", sorted(cited().filter_map(|c| c.quote.as_deref()))),
        ("origins", sorted(claim.origins.iter().map(String::as_str))),
        ("contradicts", sorted(contradicts.iter().map(String::as_str))),
        ("note", maybe(note.as_ref())),
    ]);
    Record { kind: claim.kind.name(), id: claim.id.clone(), named: given.is_some(), page: page.path().to_owned(), title, fields }
}

/// Every citation of every front matter.
pub fn citations(site: &Site) -> Vec<Record> {
    let pages = site.inputs.pages.iter();
    pages
        .flat_map(|page| {
            page.front.citations.iter().map(move |c| Record {
                kind: "citation",
                id: c.id().to_owned(),
                // Ids of citations are unique on their page alone.
                named: false,
                page: page.path().to_owned(),
                title: c.quote.as_ref().map_or_else(|| c.source.to_string(), |quote| format!("{}, \u{201c}{quote}\u{201d}", c.source)),
                fields: vec![
                    ("id", one(c.id())),
                    ("source", one(&c.source)),
                    ("quote", maybe(c.quote.as_ref())),
                    ("locator", maybe(c.locator.as_ref())),
                    ("origin", maybe(c.origin.as_ref())),
                    ("origins", sorted(origins_of(&c.source, &site.inputs).iter().map(String::as_str))),
                    ("lang", maybe(c.lang.as_ref())),
                    ("translation", maybe(c.translation.as_ref())),
                ],
            })
        })
        .collect()
}

/// Every correction of every page.
pub fn corrections(site: &Site) -> Vec<Record> {
    let pages = site.inputs.pages.iter();
    pages
        .flat_map(|page| {
            page.front.corrections.iter().map(move |c| Record {
                kind: "correction",
                id: c.date.to_string(),
                named: false,
                page: page.path().to_owned(),
                title: format!("{} → {}", c.was, c.now),
                fields: vec![("date", one(c.date)), ("was", one(&c.was)), ("now", one(&c.now)), ("why", one(&c.why))],
            })
        })
        .collect()
}
