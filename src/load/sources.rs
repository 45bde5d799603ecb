//! The bibliography: what is cited, and how far to trust it.
//!
//! In: the files that `bibliography:` names: Hayagriva's YAML with an `evidence` block, or those of `foreign`. Out:
//! [`Source`]s by key, in the order of the files. Keys, field names and the evidence block are checked here, since
//! the CSL engine takes misspelt fields in silence.
//! Must never let bibliography data reach HTML unescaped: nothing here writes HTML.

mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hayagriva::Entry;
use serde::{Deserialize, Serialize};

use super::foreign::{self, ForeignEntry};
use super::front_matter::Names;
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report, Severity, did_you_mean};
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;

/// One work that is cited.
#[derive(Debug, Clone)]
pub struct Source {
    /// The key that citations name.
    pub key: String,
    /// For the CSL engine.
    pub entry: Entry,
    /// What it is and how far to trust it.
    pub evidence: Evidence,
    /// Where it is defined, for findings.
    pub place: Span,
    /// The YAML that holds the evidence block, if there is one.
    pub yaml: Option<Yaml>,
    /// Where the original was, if it is gone and an archived copy stands in its place.
    pub gone_url: Option<String>,
}

/// The `evidence` block of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What sort of text it is.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Whether a machine wrote it.
    #[serde(default)]
    pub machine_written: bool,
    /// Whose side it speaks for, if any: an actor's id.
    #[serde(default)]
    pub party: Option<String>,
    /// The sources or actors it retells.
    #[serde(default)]
    pub derived_from: Names,
    /// How far to trust it.
    #[serde(default)]
    pub trust: Option<Trust>,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether its date is printed on it or inferred.
    #[serde(default)]
    pub date_basis: Option<DateBasis>,
    /// The name of its text in the archive folder.
    #[serde(default)]
    pub archive: Option<String>,
    /// The line where the text proper begins, from 1.
    #[serde(default)]
    pub text_starts: Option<u32>,
    /// A public archived copy.
    #[serde(default)]
    pub archived_url: Option<String>,
    /// When that copy was made.
    #[serde(default)]
    pub archived_on: Option<Date>,
    /// Whether the original can still be read at its address.
    #[serde(default)]
    pub original: Original,
    /// What is wrong in it.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// Something that a source gets wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What is wrong.
    pub wrong: String,
    /// How we know.
    #[serde(default)]
    pub how: String,
    /// The words it touches.
    #[serde(default)]
    pub quote: Option<String>,
}

/// What sort of text a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    News,
    Analysis,
    Opinion,
    Official,
    Dataset,
    Aggregate,
}

/// How far to trust a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Trust {
    High,
    Moderate,
    Low,
}

/// Whether the original of a source can still be read at its address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Original {
    #[default]
    Live,
    Gone,
}

/// Where a source's date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum DateBasis {
    Printed,
    Inferred,
}

impl Source {
    /// The title as plain text; the key when there is none.
    pub fn title(&self) -> String {
        self.entry.title().map_or_else(|| self.key.clone(), |t| t.value.to_string())
    }

    /// Who published it: its own publisher, else the newspaper, journal or site that it stands in.
    pub fn publisher(&self) -> Option<String> {
        let own = self.entry.publisher().and_then(|publisher| publisher.name());
        own.map(|name| name.value.to_string()).or_else(|| self.container())
    }

    /// The title of what it stands in.
    pub fn container(&self) -> Option<String> {
        self.entry.parents().iter().find_map(|parent| parent.title()).map(|title| title.value.to_string())
    }

    /// Who wrote it, as running text names them: `Ng`, `Ng and Ito`, `Ng et al.`; the title when nobody is named. `and`
    /// and `et_al` are the words of the site's language.
    pub fn named(&self, and: &str, et_al: &str) -> String {
        match self.entry.authors().unwrap_or_default() {
            [] => self.title(),
            [one] => one.name.clone(),
            [one, other] => format!("{} {and} {}", one.name, other.name),
            [first, ..] => format!("{} {et_al}", first.name),
        }
    }

    /// The date, as far as it is known.
    pub fn date(&self) -> Option<Date> {
        let date = self.entry.date_any()?;
        let text = match (date.month, date.day) {
            (Some(m), Some(d)) => format!("{:04}-{:02}-{:02}", date.year, m + 1, d + 1),
            (Some(m), None) => format!("{:04}-{:02}", date.year, m + 1),
            _ => format!("{:04}", date.year),
        };
        Date::parse(&text)
    }

    /// Whether its text is in the archive.
    pub fn is_archived(&self) -> bool {
        self.evidence.archive.is_some()
    }

    /// The public address of an archived copy, if there is one that may be published.
    pub fn archived_url(&self) -> Option<&str> {
        self.evidence.archived_url.as_deref().filter(|u| crate::address::is_publishable(u))
    }

    /// Whether the original is gone from its address.
    pub fn is_gone(&self) -> bool {
        self.evidence.original == Original::Gone
    }

    /// The public address, if it is one that may be published: that of the archived copy where the original is gone.
    pub fn url(&self) -> Option<String> {
        self.entry.url_any().map(|u| u.value.to_string()).filter(|u| crate::address::is_publishable(u))
    }
}

/// Read one file of the bibliography into `sources`.
pub fn read(file: &Arc<TextFile>, sources: &mut Sources, report: &mut Report) {
    if !foreign::is_foreign(&file.path) {
        return yaml::read(file, sources, report);
    }
    let before = report.count(Severity::Error);
    let entries = foreign::read(file, report);
    sources.broken |= report.count(Severity::Error) > before;
    for ForeignEntry { key, entry, place } in entries {
        sources.add(Source { key, entry, evidence: Evidence::default(), place, yaml: None, gone_url: None }, report);
    }
}

/// The sources of a site, and the evidence blocks that wait for an entry defined in a later file.
#[derive(Debug, Default)]
pub struct Sources {
    /// In the order of definition.
    pub all: Vec<Source>,
    /// Keys that are written in the bibliography, sound or not: a fault in one entry is told once, at the entry.
    written: BTreeSet<String>,
    /// Whether a whole file of the bibliography could not be read, or is not there.
    pub(super) broken: bool,
    by_key: BTreeMap<String, usize>,
    waiting: Vec<(String, Evidence, Span, Yaml)>,
}

impl Sources {
    /// The source with a key.
    pub fn get(&self, key: &str) -> Option<&Source> {
        self.by_key.get(key).map(|i| &self.all[*i])
    }

    /// The number of a source in [`Sources::all`].
    pub fn index(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// Whether some file of the bibliography could not be read: sources may be missing.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether a key may be defined though its entry could not be read.
    pub fn may_be_defined(&self, key: &str) -> bool {
        self.broken || self.written.contains(key)
    }

    /// All keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }

    /// Join the evidence blocks to entries of other files, and put archived copies in the place of what is gone.
    pub fn finish(&mut self, report: &mut Report) {
        for (key, evidence, place, yaml) in std::mem::take(&mut self.waiting) {
            if let Some(i) = self.by_key.get(&key) {
                self.all[*i].evidence = evidence;
                self.all[*i].yaml = Some(yaml);
            } else {
                let help = did_you_mean(&key, self.keys(), || {
                    "add `type:` and `title:`, or define the entry in a .bib, .ris or CSL-JSON file".to_owned()
                });
                report.push(Diagnostic::at(Code::SourceInvalid, place, format!("`{key}` has an evidence block but no entry")).help(help));
            }
        }
        for source in self.all.iter_mut().filter(|s| s.is_gone()) {
            // What formats references knows one address only: the one that still leads somewhere.
            if let Some(archived) = source.archived_url().and_then(|u| u.parse().ok()) {
                source.gone_url = source.url();
                source.entry.set_url(archived);
            }
        }
    }

    fn add(&mut self, source: Source, report: &mut Report) {
        let key = source.key.clone();
        if let Some(first) = self.get(&key) {
            report.push(
                Diagnostic::at(Code::IdDuplicate, source.place.clone(), format!("the source `{key}` is defined twice"))
                    .related(first.place.clone(), "first defined here")
                    .help("give one of them another key, or remove it"),
            );
            return;
        }
        if !is_key(&key) {
            report.push(
                Diagnostic::at(Code::SourceInvalid, source.place.clone(), format!("`{key}` cannot be a source's key"))
                    .help("use letters, digits, hyphens, underscores, colons and dots, beginning with a letter or digit"),
            );
            return;
        }
        self.by_key.insert(key, self.all.len());
        self.all.push(source);
    }
}

/// A key is safe in an address, in HTML ids and in citations.
pub fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '+'))
        && !key.ends_with('.')
}
