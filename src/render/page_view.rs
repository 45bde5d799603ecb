//! The shape of `page`, as `docs/themes.md` gives it.
//!
//! In: the renderer, for a page that says nothing of itself. Out: a type that serialises, for templates and for the key of what they make.

use std::collections::BTreeMap;

use serde::Serialize;

use super::outputs::CiteThis;
use super::views::PageLink;
use super::{Renderer, latest_of};
use crate::author::Author;
use crate::date::Date;

/// A page as templates see it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PageView<'a> {
    /// `home`, `section`, `page`, `source` or `not-found`.
    pub kind: &'static str,
    pub title: &'a str,
    pub nav_title: String,
    pub summary: Option<&'a str>,
    pub path: &'a str,
    pub url: String,
    /// The page of the menu that this one is below.
    pub nav_path: &'a str,
    pub date: Option<Date>,
    pub updated: Option<Date>,
    pub review_after: Option<Date>,
    pub authors: &'a [Author],
    pub reviewers: &'a [Author],
    pub tags: &'a [String],
    pub extra: &'a BTreeMap<String, serde_json::Value>,
    pub toc: Vec<TocEntry<'a>>,
    pub words: usize,
    pub reading_minutes: usize,
    pub breadcrumbs: Vec<PageLink>,
    pub prev: Option<PageLink>,
    pub next: Option<PageLink>,
    pub siblings: Vec<Neighbour<'a>>,
    pub draft: bool,
    pub corrections: Vec<Corrected<'a>>,
    pub counts: Counts,
    pub findings: Vec<String>,
    pub latest: Option<String>,
    pub versions: Vec<Version>,
    pub cite: Option<CiteThis>,
    pub head: String,
    // The long lists stand in the engine's own values: they are made once, not copied from one form into another.
    pub references: tera::Value,
    pub estimates: tera::Value,
    pub events: tera::Value,
    pub responses: tera::Value,
    pub motives: tera::Value,
}

/// A heading of the contents, with those below it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct TocEntry<'a> {
    pub level: u8,
    pub id: &'a str,
    /// HTML.
    pub title: String,
    pub children: Vec<TocEntry<'a>>,
}

/// A page of the same section.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Neighbour<'a> {
    pub title: &'a str,
    pub path: &'a str,
    pub summary: Option<&'a str>,
}

/// A correction.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Corrected<'a> {
    pub date: Date,
    pub was: &'a str,
    pub now: &'a str,
    pub why: &'a str,
    /// The page that it stands on.
    pub page: PageLink,
}

/// What a page has of what can be checked.
#[derive(Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub claims: usize,
    pub citations: usize,
    pub sources: usize,
    pub quotes_checked: usize,
    pub quotes_unarchived: usize,
}

/// A dated copy of a page.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Version {
    pub date: Date,
    pub path: String,
}

/// A page in a list: `pages`, and in `sections` with those below it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PageCard {
    pub title: String,
    pub nav_title: String,
    pub summary: Option<String>,
    pub path: String,
    pub date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<Vec<PageCard>>,
}

static NOTHING: BTreeMap<String, serde_json::Value> = BTreeMap::new();

impl<'a> PageView<'a> {
    /// A page that says nothing of itself but its name and address.
    pub fn bare(renderer: &Renderer, kind: &'static str, title: &'a str, nav_title: String, path: &'a str) -> Self {
        let config = &renderer.site.inputs.config;
        let none = || tera::Value::from(Vec::<tera::Value>::new());
        Self {
            kind,
            title,
            nav_title,
            summary: None,
            path,
            url: format!("{}{path}", config.base_url),
            nav_path: "",
            date: None,
            updated: None,
            review_after: None,
            authors: &[],
            reviewers: &[],
            tags: &[],
            extra: &NOTHING,
            toc: Vec::new(),
            words: 0,
            reading_minutes: 1,
            breadcrumbs: Vec::new(),
            prev: None,
            next: None,
            siblings: Vec::new(),
            draft: false,
            corrections: Vec::new(),
            counts: Counts::default(),
            findings: Vec::new(),
            latest: config.version.as_ref().map(|_| latest_of(path)),
            versions: Vec::new(),
            cite: None,
            head: String::new(),
            references: none(),
            estimates: none(),
            events: none(),
            responses: none(),
            motives: none(),
        }
    }
}
