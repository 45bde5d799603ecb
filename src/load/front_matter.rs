//! A page's front matter: the fence, and the typed record behind it.
//!
//! In: a page's whole text. Out: [`FrontMatter`] and where the body begins. The keys are those of `docs/front-matter.md`.
//! Must never guess: an unknown key, a missing title or a date that is none is a finding with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::{Span, TextFile};
pub use crate::yaml::Names;
use crate::yaml::Yaml;

/// The record at the head of a page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// The page's heading; plain text.
    pub title: String,
    /// One paragraph; shown on cards, in feeds and to search engines.
    #[serde(default)]
    pub summary: Option<String>,
    /// When the page was first published.
    #[serde(default)]
    pub date: Option<Date>,
    /// When it was last changed.
    #[serde(default)]
    pub updated: Option<Date>,
    /// Who wrote it; the site's authors when empty. `Ng, Ada` is a person.
    #[serde(default)]
    pub authors: Vec<Author>,
    /// The people who checked it; the site's reviewers when absent.
    #[serde(default)]
    pub reviewers: Option<Vec<Author>>,
    /// The last part of its address; the file's name when absent.
    #[serde(default)]
    pub slug: Option<String>,
    /// Lower comes first in its section; pages without a weight come last, by title.
    #[serde(default)]
    pub weight: Option<i64>,
    /// Former addresses, which lead here.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Left out unless `--drafts` is given.
    #[serde(default)]
    pub draft: bool,
    /// A template of the theme, such as `timeline.html`.
    #[serde(default)]
    pub template: Option<String>,
    /// Free keywords.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether a table of contents is shown; the theme decides when absent.
    #[serde(default)]
    pub toc: Option<bool>,
    /// When the page should be looked at again.
    #[serde(default)]
    pub review_after: Option<Date>,
    /// Levels of checks on this page, each with a reason.
    #[serde(default)]
    pub checks: BTreeMap<String, PageCheck>,
    /// Anything, for templates.
    #[serde(default)]
    pub extra: BTreeMap<String, serde_json::Value>,
    /// What the page's statements rest on.
    #[serde(default)]
    pub citations: Vec<Citation>,
    /// Figures.
    #[serde(default)]
    pub estimates: Vec<Estimate>,
    /// What happened.
    #[serde(default)]
    pub events: Vec<Event>,
    /// What actors did or said about it.
    #[serde(default)]
    pub responses: Vec<Response>,
    /// Reasons ascribed to actors.
    #[serde(default)]
    pub motives: Vec<Motive>,
    /// What the page had wrong.
    #[serde(default)]
    pub corrections: Vec<Correction>,
}

/// A page's own level for a check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageCheck {
    /// `error`, `warning` or `off`.
    pub level: Severity,
    /// Why; readers of the page's source see it.
    #[serde(default)]
    pub reason: String,
}

/// What ties a statement to a place in a source. Its words take no room to grow in: a large site has some hundred thousand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Used in the text as `[@id]`; the source's key when absent.
    #[serde(default)]
    pub id: Option<Box<str>>,
    /// A key of the bibliography.
    pub source: Box<str>,
    /// A short exact quote.
    #[serde(default)]
    pub quote: Option<Box<str>>,
    /// Where in the source: `para. 4`. Found by `cited source lock`, verified when given.
    #[serde(default)]
    pub locator: Option<Box<str>>,
    /// Where the statement first came from: an actor or a source.
    #[serde(default)]
    pub origin: Option<Box<str>>,
    /// BCP 47 tag of the quote's language, when it differs from the site's.
    #[serde(default)]
    pub lang: Option<Box<str>>,
    /// The quote in the site's language.
    #[serde(default)]
    pub translation: Option<Box<str>>,
}

impl Citation {
    /// The id, or the source's key.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.source)
    }
}

/// A figure that answers a question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Gives the claim its anchor, `#claim-ID`.
    #[serde(default)]
    pub id: Option<String>,
    /// An id of `questions.yaml`.
    pub question: String,
    /// The figure; or `low` and/or `high`.
    #[serde(default)]
    pub value: Option<f64>,
    /// Alone: at least.
    #[serde(default)]
    pub low: Option<f64>,
    /// Alone: at most.
    #[serde(default)]
    pub high: Option<f64>,
    /// Whether the source says "about".
    #[serde(default)]
    pub about: bool,
    /// The date the figure holds for.
    pub as_of: Date,
    /// Who says so: ids of `actors.yaml`.
    #[serde(default)]
    pub by: Names,
    /// One of the question's counts.
    #[serde(default)]
    pub counts: Option<String>,
    /// Citations of this page.
    #[serde(default)]
    pub cites: Vec<String>,
    /// When the figure should be looked at again.
    #[serde(default)]
    pub review_after: Option<Date>,
    /// Claims that say otherwise.
    #[serde(default)]
    pub contradicts: Vec<String>,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
}

/// How a source is wrong about what it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Mistake {
    Error,
    Doubtful,
    Misleading,
    Unsupported,
}

impl Mistake {
    /// As the front matter has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Doubtful => "doubtful",
            Self::Misleading => "misleading",
            Self::Unsupported => "unsupported",
        }
    }

    /// The theme's word for it, and the one where the theme has none.
    pub fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::Error => ("mistake_error", "Error in a source"),
            Self::Doubtful => ("mistake_doubtful", "Doubtful in a source"),
            Self::Misleading => ("mistake_misleading", "Misleading in a source"),
            Self::Unsupported => ("mistake_unsupported", "Not borne out"),
        }
    }
}

/// Something that happened, or is planned.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Gives the claim its anchor.
    #[serde(default)]
    pub id: Option<String>,
    /// When.
    pub date: Date,
    /// Its last day, when it lasted.
    #[serde(default)]
    pub until: Option<Date>,
    /// Not yet happened when it was reported.
    #[serde(default)]
    pub planned: bool,
    /// Where.
    #[serde(default)]
    pub place: Option<String>,
    /// What, in a few words.
    pub title: String,
    /// Set when this is not what happened, but what a source gets wrong.
    #[serde(default)]
    pub mistake: Option<Mistake>,
    /// Who says so.
    #[serde(default)]
    pub by: Names,
    /// Citations of this page.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Claims that say otherwise.
    #[serde(default)]
    pub contradicts: Vec<String>,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where an actor stands in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Stance {
    Condemns,
    Warns,
    Supports,
    Denies,
    Confirms,
    Thanks,
    Acts,
    Considers,
    Silent,
    Other,
}

/// What an actor did or said about it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Gives the claim its anchor.
    #[serde(default)]
    pub id: Option<String>,
    /// An id of `actors.yaml`.
    pub actor: String,
    /// When.
    #[serde(default)]
    pub date: Option<Date>,
    /// Where the actor stands.
    pub stance: Stance,
    /// What it did or said, in a sentence.
    pub action: String,
    /// Set when this is not what it did or said, but what a source gets wrong.
    #[serde(default)]
    pub mistake: Option<Mistake>,
    /// Who says so.
    #[serde(default)]
    pub by: Names,
    /// Citations of this page.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Claims that say otherwise.
    #[serde(default)]
    pub contradicts: Vec<String>,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
}

/// How far a motive is established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Status {
    Reported,
    Promised,
    Inferred,
    Denied,
}

/// A reason ascribed to an actor.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Motive {
    /// Gives the claim its anchor.
    #[serde(default)]
    pub id: Option<String>,
    /// An id of `actors.yaml`.
    pub actor: String,
    /// The reason, in a few words.
    pub title: String,
    /// How far it is established.
    pub status: Status,
    /// Who says so.
    #[serde(default)]
    pub by: Names,
    /// Citations of this page.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Claims that say otherwise.
    #[serde(default)]
    pub contradicts: Vec<String>,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a page had wrong, and what it says now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// When it was corrected.
    pub date: Date,
    /// What the page said.
    pub was: String,
    /// What it says now.
    pub now: String,
    /// Why.
    pub why: String,
}

/// Where the fence closes and the body begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fences {
    /// The YAML between the fences.
    pub yaml: Range<usize>,
    /// The first byte of the body.
    pub body: usize,
}

/// Find the fences. A byte-order mark before the first is passed over.
pub fn split(file: &Arc<TextFile>) -> Result<Fences, Diagnostic> {
    let text = &file.text;
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let is_fence = |line: &str| line.trim_end_matches(['\n', '\r', ' ', '\t']) == "---";
    let mut lines = text[bom..].split_inclusive('\n');
    let first = lines.next().unwrap_or("");
    if !is_fence(first) {
        return Err(Diagnostic::at(
            Code::FrontMatterMissing,
            Span::new(file, bom..bom + first.trim_end().len()),
            "the page does not begin with front matter",
        )
        .help("begin the file with `---`, a `title:` line, and `---`"));
    }
    let start = bom + first.len();
    let mut at = start;
    for line in lines {
        if is_fence(line) {
            return Ok(Fences { yaml: start..at, body: at + line.len() });
        }
        at += line.len();
    }
    Err(Diagnostic::at(Code::FrontMatterUnclosed, Span::new(file, bom..bom + 3), "the front matter is not closed")
        .label("opened here")
        .help("add a line with `---` alone where the front matter ends"))
}

/// Read the typed record.
pub fn read(file: &Arc<TextFile>, fences: &Fences) -> Result<FrontMatter, Diagnostic> {
    Yaml { file: file.clone(), range: fences.yaml.clone() }.read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_found_with_any_line_ending() {
        for text in ["---\ntitle: x\n---\nbody", "---\r\ntitle: x\r\n---\r\nbody", "\u{feff}---\ntitle: x\n---\nbody"] {
            let file = TextFile::new("a.md", text);
            let fences = split(&file).unwrap();
            assert_eq!(&text[fences.body..], "body");
            assert_eq!(read(&file, &fences).unwrap().title, "x");
        }
        let code = |text: &str| split(&TextFile::new("a.md", text)).unwrap_err().code;
        assert_eq!(code("title: x\n"), Code::FrontMatterMissing);
        assert_eq!(code("---\ntitle: x\n"), Code::FrontMatterUnclosed);
        assert_eq!(code(""), Code::FrontMatterMissing);
    }
}
