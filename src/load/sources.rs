//! The bibliography: what is cited, and how far to trust it.
//!
//! In: the files that `bibliography:` names: Hayagriva's YAML with an `evidence` block, or those of `foreign`. Out:
//! [`Source`]s by key, in the order of the files. Keys, field names and the evidence block are checked here, since
//! the CSL engine takes misspelt fields in silence.
//! Must never let bibliography data reach HTML unescaped: nothing here writes HTML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use hayagriva::Entry;
use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_yaml::Value;

use super::foreign::{self, ForeignEntry};
use super::front_matter::Names;
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report, Severity, did_you_mean};
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

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
}

/// The `evidence` block of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
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
    /// What is wrong in it.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// Something that a source gets wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Trust {
    High,
    Moderate,
    Low,
}

/// Where a source's date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
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

    /// The public address, if it is one that may be published.
    pub fn url(&self) -> Option<String> {
        self.entry.url_any().map(|u| u.value.to_string()).filter(|u| crate::address::is_publishable(u))
    }
}

/// The fields of a Hayagriva entry (its file-format documentation, 0.10).
const FIELDS: &[&str] = &[
    "type",
    "title",
    "author",
    "date",
    "editor",
    "affiliated",
    "publisher",
    "location",
    "organization",
    "issue",
    "chapter",
    "volume",
    "volume-total",
    "edition",
    "page-range",
    "page-total",
    "time-range",
    "runtime",
    "url",
    "serial-number",
    "serial",
    "language",
    "archive",
    "archive-location",
    "call-number",
    "note",
    "abstract",
    "genre",
    "parent",
    "evidence",
];

/// Read one file of the bibliography into `sources`.
pub fn read(file: &Arc<TextFile>, sources: &mut Sources, report: &mut Report) {
    if !foreign::is_foreign(&file.path) {
        return read_yaml(file, sources, report);
    }
    let before = report.count(Severity::Error);
    let entries = foreign::read(file, report);
    sources.broken |= report.count(Severity::Error) > before;
    for ForeignEntry { key, entry, place } in entries {
        sources.add(Source { key, entry, evidence: Evidence::default(), place, yaml: None }, report);
    }
}

/// The sources of a site, and the evidence blocks that wait for an entry defined in a later file.
#[derive(Debug, Default)]
pub struct Sources {
    /// In the order of definition.
    pub all: Vec<Source>,
    /// Keys that are written in the bibliography, sound or not: a fault in one entry is told once, at the entry.
    written: BTreeSet<String>,
    /// Whether a whole file of the bibliography could not be read.
    broken: bool,
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

    /// Whether a key may be defined though its entry could not be read.
    pub fn may_be_defined(&self, key: &str) -> bool {
        self.broken || self.written.contains(key)
    }

    /// All keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }

    /// Join the evidence blocks to entries of other files.
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

/// A mapping with its doubles, in order.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping from keys to sources")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

fn read_yaml(file: &Arc<TextFile>, sources: &mut Sources, report: &mut Report) {
    let yaml = Yaml::whole(file);
    let Pairs(pairs) = match yaml.read() {
        Ok(pairs) => pairs,
        Err(diagnostic) => {
            sources.broken = true;
            return report.push(diagnostic);
        }
    };
    let mut keys = key_lines(&file.text);
    for (key, value) in pairs {
        let place = keys
            .iter()
            .position(|(k, _)| *k == key)
            .map_or_else(|| yaml.place(&yaml_path![key.as_str()]), |i| Span::new(file, keys.remove(i).1));
        sources.written.insert(key.clone());
        let Value::Mapping(mut fields) = value else {
            report.push(
                Diagnostic::at(Code::SourceInvalid, place, format!("the source `{key}` is not a mapping"))
                    .help("write its fields below it, indented: `type:`, `title:`, `author:`, `date:`"),
            );
            continue;
        };
        let mut sound = true;
        for name in fields.keys().filter_map(Value::as_str) {
            if !FIELDS.contains(&name) {
                sound = false;
                let span = find_field(file, &place, name).unwrap_or_else(|| place.clone());
                report.push(
                    Diagnostic::at(Code::KeyUnknown, span, format!("unknown field `{name}` in the source `{key}`")).help(did_you_mean(
                        name,
                        FIELDS.iter().copied(),
                        || format!("known fields: {}", FIELDS.join(", ")),
                    )),
                );
            }
        }
        let evidence = match fields.remove("evidence") {
            None => Evidence::default(),
            Some(value) => match serde_yaml::from_value(value) {
                Ok(evidence) => evidence,
                Err(error) => {
                    report.push(yaml.diagnose_at(&yaml_path![key.as_str(), "evidence"], &error));
                    continue;
                }
            },
        };
        if !sound {
            continue;
        }
        if fields.is_empty() {
            sources.waiting.push((key, evidence, place, yaml.clone()));
        } else if fields.get("type").is_none() {
            report.push(
                Diagnostic::at(Code::SourceInvalid, place, format!("the source `{key}` has no `type`"))
                    .help("add `type: web`, `article`, `report`, `book`, `newspaper` or another of Hayagriva's types"),
            );
        } else {
            match foreign::entry(&key, fields) {
                Ok(entry) => sources.add(Source { key, entry, evidence, place, yaml: Some(yaml.clone()) }, report),
                Err(message) => report.push(foreign::unreadable(&key, &message, place)),
            }
        }
    }
}

/// The keys at the left margin of a YAML mapping, with their places: doubles are told apart by their order.
fn key_lines(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut keys = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '#' | '-'))
            && let Some((key, _)) = line.split_once(':')
        {
            let key = key.trim().trim_matches(['"', '\'']);
            let start = at + line.find(key).unwrap_or(0);
            keys.push((key.to_owned(), start..start + key.len()));
        }
        at += line.len();
    }
    keys
}

fn find_field(file: &Arc<TextFile>, from: &Span, name: &str) -> Option<Span> {
    let mut at = from.end;
    for line in file.text[from.end..].split_inclusive('\n') {
        let trimmed = line.trim_start();
        if at != from.end && trimmed.len() == line.len() && !trimmed.trim().is_empty() && !trimmed.starts_with('#') {
            return None;
        }
        if trimmed.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            let start = at + line.len() - trimmed.len();
            return Some(Span::new(file, start..start + name.len()));
        }
        at += line.len();
    }
    None
}
