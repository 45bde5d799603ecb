//! The site's shared records: actors, questions and glossary.
//!
//! In: `content/actors.yaml`, `questions.yaml` and `glossary.yaml`; each may be missing. Out: typed lists with places.
//! Must never judge: whether an id is known is `resolve`'s to say.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::files::{self, ReadError};
use crate::diag::{Code, Diagnostic, Report};
use crate::html::slug;
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// A state, body or person that says or does something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// What records name.
    pub id: String,
    /// What readers see.
    pub name: String,
    /// What it is.
    pub kind: ActorKind,
    /// Whose side it speaks for.
    #[serde(default)]
    pub party: Option<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ActorKind {
    State,
    #[serde(rename = "government body")]
    GovernmentBody,
    Military,
    Intelligence,
    Person,
    Organisation,
}

/// What several estimates answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What estimates name.
    pub id: String,
    /// The question as readers see it.
    pub title: String,
    /// What is counted, in the plural: `soldiers`.
    pub unit: String,
    /// Other words for the unit, which mark a number as a figure.
    #[serde(default)]
    pub units: Vec<String>,
    /// What may be counted: estimates that count different things are not set against each other.
    #[serde(default)]
    pub counts: Vec<String>,
    /// Estimates that differ by more than this share disagree. Default 0.1.
    #[serde(default = "ten_per_cent")]
    pub tolerance: f64,
    /// Estimates dated within so many days of each other are compared. Default 31.
    #[serde(default = "a_month")]
    pub window: u32,
}

fn ten_per_cent() -> f64 {
    0.1
}

fn a_month() -> u32 {
    31
}

/// A term and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The term.
    pub term: String,
    /// What sort of thing it is: Organisation, Process, Concept, …
    #[serde(default)]
    pub kind: Option<String>,
    /// What it means; plain text.
    pub definition: String,
    /// Other forms of it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What the definition rests on.
    #[serde(default)]
    pub cites: Vec<TermCite>,
}

/// What a definition rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TermCite {
    /// A key of the bibliography.
    pub source: String,
    /// A short exact quote.
    #[serde(default)]
    pub quote: Option<String>,
    /// Where in the source.
    #[serde(default)]
    pub locator: Option<String>,
}

/// A list of records that are told apart by an id, and where each stands.
#[derive(Debug, Clone, Default)]
pub struct Records<T> {
    /// In the order of the file.
    pub all: Vec<T>,
    /// The file, if there is one.
    pub yaml: Option<Yaml>,
    /// Whether the file could not be read: what is not in the list may be in the file.
    pub broken: bool,
    by_id: HashMap<String, usize>,
}

impl<T> Records<T> {
    /// The record with an id.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.by_id.get(id).map(|i| &self.all[*i])
    }

    /// The number of a record in [`Records::all`].
    pub fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// The place of a field of the record at `index`.
    pub fn place(&self, index: usize, field: &str) -> Option<Span> {
        self.yaml.as_ref().map(|yaml| yaml.place(&yaml_path![index, field]))
    }
}

/// The three lists, and what was found in them.
pub(super) struct Named {
    pub actors: Records<Actor>,
    pub questions: Records<Question>,
    pub glossary: Records<Term>,
    /// The files that were read.
    pub texts: Vec<Arc<TextFile>>,
    pub found: Report,
}

impl Named {
    pub fn read(root: &Path) -> Result<Self, ReadError> {
        let (mut texts, mut found) = (Vec::new(), Report::default());
        let mut file = |name: &str, report: &mut Report| {
            let file = files::read_text(root, &format!("content/{name}"), report)?;
            texts.extend(file.clone());
            Ok::<_, ReadError>(file)
        };
        let actors = Records::read(file("actors.yaml", &mut found)?.as_ref(), "id", |a: &Actor| &a.id, &mut found);
        let questions = Records::read(file("questions.yaml", &mut found)?.as_ref(), "id", |q: &Question| &q.id, &mut found);
        let glossary = Records::read(file("glossary.yaml", &mut found)?.as_ref(), "term", |t: &Term| &t.term, &mut found);
        check_tolerances(&questions, &mut found);
        check_addresses(&glossary, &mut found);
        Ok(Self { actors, questions, glossary, texts, found })
    }
}

/// Each term has an address on the page of the glossary, `#term-weir`, and two may not share one.
fn check_addresses(glossary: &Records<Term>, report: &mut Report) {
    let mut first: HashMap<String, &Term> = HashMap::new();
    for (i, term) in glossary.all.iter().enumerate() {
        let address = slug(&term.term);
        match first.get(&address) {
            // The same word was reported when the file was read.
            Some(other) if other.term != term.term => {
                let message = format!("`{}` and `{}` would have one address, #term-{address}", other.term, term.term);
                let mut found = Diagnostic::bare(Code::IdDuplicate, message).help("put them together, or name one of them otherwise");
                found.span = glossary.place(i, "term");
                report.push(found);
            }
            Some(_) => {}
            None => {
                first.insert(address, term);
            }
        }
    }
}

fn check_tolerances(questions: &Records<Question>, report: &mut Report) {
    for (i, question) in questions.all.iter().enumerate() {
        if !(question.tolerance.is_finite() && question.tolerance >= 0.0)
            && let Some(place) = questions.place(i, "tolerance")
        {
            report.push(
                Diagnostic::at(Code::ValueInvalid, place, "the tolerance is not a share of 0 or more").help("write 0.1 for ten per cent"),
            );
        }
    }
}

impl<T: DeserializeOwned> Records<T> {
    /// Read a file that is a list of records; `field` holds the id, which `id` gives.
    pub fn read(file: Option<&Arc<TextFile>>, field: &str, id: impl Fn(&T) -> &str, report: &mut Report) -> Self {
        let Some(file) = file else { return Self { all: Vec::new(), yaml: None, broken: false, by_id: HashMap::new() } };
        let yaml = Yaml::whole(file);
        let blank = yaml.text().lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'));
        let mut broken = false;
        let all: Vec<T> = match if blank { Ok(Vec::new()) } else { yaml.read() } {
            Ok(all) => all,
            Err(diagnostic) => {
                report.push(diagnostic);
                broken = true;
                Vec::new()
            }
        };
        let mut by_id = HashMap::new();
        for (i, record) in all.iter().enumerate() {
            if id(record).trim().is_empty() {
                report.push(
                    Diagnostic::at(Code::ValueInvalid, yaml.place(&yaml_path![i, field]), format!("`{field}` is empty"))
                        .help("write what other files name it by"),
                );
            }
            if let Some(first) = by_id.insert(id(record).to_owned(), i) {
                report.push(
                    Diagnostic::at(Code::IdDuplicate, yaml.place(&yaml_path![i, field]), format!("`{}` is defined twice", id(record)))
                        .related(yaml.place(&yaml_path![first, field]), "first defined here")
                        .help("give one of them another id, or remove it"),
                );
                by_id.insert(id(record).to_owned(), first);
            }
        }
        Self { all, yaml: Some(yaml), broken, by_id }
    }
}
