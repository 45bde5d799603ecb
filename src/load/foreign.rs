//! Bibliographies in the formats of other programs: BibLaTeX, CSL-JSON, RIS.
//!
//! In: a `.bib`, `.json` or `.ris` file. Out: [`ForeignEntry`]s in the order of the file, whatever their keys look
//! like; `sources` decides which keys may be cited, `cited source add` makes safe ones.
//! Must never drop an entry in silence.

use std::sync::Arc;

use hayagriva::Entry;
use serde_yaml::{Mapping, Value};

use super::{bib, csl_json, ris};
use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, TextFile};

/// One work as another program describes it.
#[derive(Debug, Clone)]
pub struct ForeignEntry {
    /// Its key there.
    pub key: String,
    /// For the CSL engine.
    pub entry: Entry,
    /// Where it stands in the file.
    pub place: Span,
}

/// Whether a file's name says that it holds such a bibliography.
pub fn is_foreign(path: &str) -> bool {
    [".bib", ".json", ".ris"].iter().any(|end| path.ends_with(end))
}

/// Read a file by what its name ends with.
pub fn read(file: &Arc<TextFile>, report: &mut Report) -> Vec<ForeignEntry> {
    if file.path.ends_with(".bib") {
        return bib(file, report);
    }
    let fields: Result<Vec<(String, Mapping, Span)>, Diagnostic> = if file.path.ends_with(".ris") {
        ris::read(file).map(|items| {
            let places = items.iter().map(|i| Span::new(file, i.range.clone()));
            let fields = items.iter().filter_map(|i| csl_json::fields(&i.csl));
            fields.zip(places).map(|((key, fields), place)| (key, fields, place)).collect()
        })
    } else {
        csl_json::read(file)
            .map(|items| items.into_iter().map(|(key, fields)| (key.clone(), fields, key_in(file, &format!("\"{key}\"")))).collect())
    };
    let mut entries = Vec::new();
    match fields {
        Err(diagnostic) => report.push(diagnostic),
        Ok(fields) => {
            for (key, fields, place) in fields {
                match entry(&key, fields) {
                    Ok(entry) => entries.push(ForeignEntry { key, entry, place }),
                    Err(message) => report.push(unreadable(&key, &message, place)),
                }
            }
        }
    }
    entries
}

/// A Hayagriva entry from its fields, or what is wrong with them.
pub fn entry(key: &str, fields: Mapping) -> Result<Entry, String> {
    let mut library = Mapping::new();
    library.insert(Value::from(key), Value::Mapping(fields));
    let text = serde_yaml::to_string(&library).map_err(|e| e.to_string())?;
    let entries = hayagriva::io::from_yaml_str(&text).map_err(|e| {
        let message = e.to_string();
        let message = message.split(" at line ").next().unwrap_or("");
        let within = message.strip_prefix(key).and_then(|rest| rest.strip_prefix('.').or_else(|| rest.strip_prefix(": ")));
        within.unwrap_or(message).to_owned()
    })?;
    entries.iter().next().cloned().ok_or_else(|| "it is empty".to_owned())
}

/// The finding for an entry of a foreign file whose fields do not fit.
pub fn unreadable(key: &str, message: &str, place: Span) -> Diagnostic {
    Diagnostic::at(Code::SourceInvalid, place, format!("the source `{key}` cannot be read: {message}"))
        .help("see docs/citing.md for the fields of a source and their forms")
}

fn bib(file: &Arc<TextFile>, report: &mut Report) -> Vec<ForeignEntry> {
    match bib::read(file) {
        Ok(library) => library
            .iter()
            .map(|entry| ForeignEntry { key: entry.key().to_owned(), entry: entry.clone(), place: key_in(file, entry.key()) })
            .collect(),
        Err(found) => {
            found.into_iter().for_each(|diagnostic| report.push(diagnostic));
            Vec::new()
        }
    }
}

fn key_in(file: &Arc<TextFile>, key: &str) -> Span {
    let at = file.text.find(key).unwrap_or(0);
    Span::new(file, at..at + key.len())
}
