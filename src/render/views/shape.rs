//! The shapes that templates and data files see, as `docs/themes.md` and `docs/data.md` give them.
//!
//! In: nothing. Out: types that serialise. Paths are relative to the site's root.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use super::ProblemView;
use crate::date::Date;
use crate::load::front_matter::Mistake;
use crate::load::records::ActorKind;
use crate::load::sources::{Kind, Trust};

/// A link to a page.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct PageLink {
    pub title: String,
    pub path: String,
}

/// An actor.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct ActorView {
    pub id: String,
    pub name: String,
    pub kind: ActorKind,
    pub party: Option<String>,
}

/// A source in short.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SourceBrief {
    pub key: String,
    pub title: String,
    pub path: String,
    pub kind: Option<Kind>,
    pub kind_text: String,
    pub trust: Option<Trust>,
    pub trust_text: String,
    pub note: Option<String>,
    pub machine_written: bool,
    pub party: Option<String>,
    pub date: Option<Date>,
    pub date_inferred: bool,
    pub author: Option<String>,
    pub publisher: Option<String>,
    pub archived_url: Option<String>,
    pub archived_on: Option<Date>,
    pub original_gone: bool,
    pub gone_url: Option<String>,
    pub archived: bool,
}

/// A view that others share: templates get one value for all of them, made when it is first asked for.
#[derive(Debug)]
pub struct Shared<T>(Arc<(T, OnceLock<tera::Value>)>);

impl<T: Serialize> Shared<T> {
    /// Share it from now on.
    pub fn new(view: T) -> Self {
        Self(Arc::new((view, OnceLock::new())))
    }

    /// The value of the template engine.
    pub fn value(&self) -> &tera::Value {
        let (view, value) = &*self.0;
        value.get_or_init(|| tera::Value::from_serializable(view))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.0
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The template engine takes a value of its own as it is; to others it says what the view itself would.
        self.value().serialize(serializer)
    }
}

/// A citation of a record.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct CiteView {
    pub id: String,
    pub href: String,
    pub n: Option<usize>,
    pub source: Shared<SourceBrief>,
    pub quote: Option<Box<str>>,
    pub locator: Option<String>,
    pub status: &'static str,
}

/// What all claims have.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct ClaimView {
    pub kind: &'static str,
    pub id: String,
    pub anchor: String,
    pub href: String,
    pub page: PageLink,
    pub by: Vec<ActorView>,
    pub note: Option<String>,
    pub cites: Vec<CiteView>,
    pub reports: usize,
    pub origins: usize,
    pub origin_names: Vec<String>,
    pub parties: Vec<String>,
    pub flags: Vec<&'static str>,
    /// What it says, in a line; of a mistake, that it is one.
    pub text: String,
    /// How a source is wrong about it: then nobody but that source claims it.
    pub mistake: Option<Mistake>,
    #[serde(flatten)]
    pub own: OwnView,
}

/// What a kind of claim has of its own.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum OwnView {
    Estimate {
        question: String,
        question_title: String,
        unit: String,
        value_text: String,
        value: Option<f64>,
        low: Option<f64>,
        high: Option<f64>,
        about: bool,
        as_of: Date,
        counts: Option<String>,
        review_after: Option<Date>,
    },
    Event {
        date: Date,
        until: Option<Date>,
        planned: bool,
        place: Option<String>,
        title: String,
    },
    Response {
        actor: Option<ActorView>,
        date: Option<Date>,
        stance: crate::load::front_matter::Stance,
        action: String,
    },
    Motive {
        actor: Option<ActorView>,
        title: String,
        status: crate::load::front_matter::Status,
    },
}

/// What a question's estimates say.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct QuestionView {
    pub id: String,
    pub title: String,
    pub unit: String,
    pub counts: Vec<String>,
    pub tolerance: f64,
    pub window_days: u32,
    pub groups: Vec<Group>,
    pub chart: Option<String>,
    /// One citation for each source of what the chart shows, in the chart's order.
    pub cites: Vec<CiteView>,
    pub csv_path: Option<String>,
    pub disagreements: Vec<DisagreementView>,
}

/// Estimates that count the same.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Group {
    pub counts: String,
    pub estimates: Vec<Shared<ClaimView>>,
}

/// Two claims side by side.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct DisagreementView {
    pub question: Option<QuestionBrief>,
    pub counts: Option<String>,
    pub text: String,
    pub a: Shared<ClaimView>,
    pub b: Shared<ClaimView>,
    pub ratio: Option<f64>,
}

/// A question in short.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct QuestionBrief {
    pub id: String,
    pub title: String,
}

/// A source in full, for its own page.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SourceView {
    #[serde(flatten)]
    pub brief: SourceBrief,
    pub html: String,
    pub url: Option<String>,
    pub derived_from: Vec<String>,
    pub problems: Vec<ProblemView>,
    pub digest: Option<String>,
    pub citations: Vec<SourceUse>,
    pub claims: Vec<SourceClaim>,
}

/// A citation of a source, seen from the source.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SourceUse {
    pub id: String,
    pub quote: Option<Box<str>>,
    pub locator: Option<String>,
    pub lang: Option<Box<str>>,
    /// The address of the words in the original.
    pub passage: Option<String>,
    pub status: &'static str,
    pub page: PageLink,
    pub href: String,
    pub problems: Vec<ProblemView>,
}

/// A claim that rests on a source.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct SourceClaim {
    pub kind: &'static str,
    pub title: String,
    pub href: String,
    pub only_support: bool,
}
