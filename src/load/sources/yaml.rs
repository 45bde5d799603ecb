//! Sources in Hayagriva's YAML, each with its `evidence` block.
//!
//! In: one file. Out: sources, and a finding for each field, key and value that is wrong, in its place. The CSL engine takes
//! misspelt fields in silence, so they are looked at here.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_yaml::{Mapping, Value};

use super::{Evidence, Source, Sources};
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::foreign;
use crate::text::{Span, TextFile};
use crate::yaml::{Step, Yaml};
use crate::yaml_path;

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

pub(super) fn read(file: &Arc<TextFile>, sources: &mut Sources, report: &mut Report) {
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
            .map_or_else(|| yaml.key_place(&yaml_path![key.as_str()]), |i| Span::new(file, keys.remove(i).1));
        sources.written.insert(key.clone());
        let Value::Mapping(mut fields) = value else {
            report.push(
                Diagnostic::at(Code::SourceInvalid, place, format!("the source `{key}` is not a mapping"))
                    .help("write its fields below it, indented: `type:`, `title:`, `author:`, `date:`"),
            );
            continue;
        };
        let mut sound = true;
        for path in unknown_fields(&fields, &yaml_path![key.as_str()]) {
            sound = false;
            let Some(Step::Key(name)) = path.last() else { continue };
            report.push(
                Diagnostic::at(Code::KeyUnknown, yaml.key_place(&path), format!("unknown field `{name}` in the source `{key}`"))
                    .help(did_you_mean(name, FIELDS.iter().copied(), || format!("known fields: {}", FIELDS.join(", ")))),
            );
        }
        let evidence = match fields.remove("evidence") {
            None => Evidence::default(),
            Some(value) => match serde_yaml::from_value(value.clone()).or_else(|_| {
                // Read again as text: of a value, the reader does not say which of its fields is at fault.
                serde_yaml::to_string(&value).and_then(|text| serde_yaml::from_str(&text))
            }) {
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
                Ok(entry) => sources.add(Source { key, entry, evidence, place, yaml: Some(yaml.clone()), gone_url: None }, report),
                Err(message) => report.push(field_fault(&yaml, &key, &message)),
            }
        }
    }
}

/// The fields that no entry has, of an entry and of the works that contain it: the CSL engine takes them in silence.
fn unknown_fields(fields: &Mapping, above: &[Step]) -> Vec<Vec<Step>> {
    let below = |step: Step| above.iter().cloned().chain([step]).collect::<Vec<_>>();
    let mut unknown = Vec::new();
    for (name, value) in fields.iter().filter_map(|(name, value)| Some((name.as_str()?, value))) {
        let path = below(Step::from(name));
        if !FIELDS.contains(&name) {
            unknown.push(path);
        } else if name == "parent" {
            match value {
                Value::Mapping(parent) => unknown.extend(unknown_fields(parent, &path)),
                Value::Sequence(parents) => {
                    for (i, parent) in parents.iter().enumerate() {
                        let path: Vec<Step> = path.iter().cloned().chain([Step::Item(i)]).collect();
                        unknown.extend(parent.as_mapping().map_or_else(Vec::new, |parent| unknown_fields(parent, &path)));
                    }
                }
                _ => {}
            }
        }
    }
    unknown
}

/// The finding for a field that the CSL engine cannot read, at that field.
fn field_fault(yaml: &Yaml, key: &str, message: &str) -> Diagnostic {
    let mut diagnostic = yaml.fault_at(&yaml_path![key], message);
    diagnostic.code = Code::SourceInvalid;
    let is_date = message.starts_with("date") || message.contains(".date");
    let help =
        if is_date { "write the date as 2024, 2024-10 or 2024-10-28" } else { "docs/citing.md has the fields of a source and their forms" };
    diagnostic.help.get_or_insert_with(|| help.to_owned());
    diagnostic
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
