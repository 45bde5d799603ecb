//! Two states of a site, compared record by record.
//!
//! In: two resolved sites. Out: [`Changes`]: claims, citations and corrections that were added, removed or changed,
//! with what was and what is now; in words ([`Changes::text`]) and, by serialising, as data. Flow: `record -> pair ->
//! words`. Must never compare lines: moving a record or writing its YAML otherwise is no change.

mod pair;
mod record;
mod words;

use serde::Serialize;

use crate::resolve::Site;
use record::Record;

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Estimates, events, responses and motives.
    pub claims: Vec<Change>,
    /// Citations of the front matter.
    pub citations: Vec<Change>,
    /// Corrections.
    pub corrections: Vec<Change>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `added`, `removed` or `changed`.
    pub change: What,
    /// `estimate`, `event`, `response`, `motive`, `citation` or `correction`.
    pub kind: &'static str,
    /// The record's id as it is now.
    pub id: String,
    /// The page's file, below `content/`.
    pub page: String,
    /// What the record says, in a line.
    pub title: String,
    /// For a changed record, the fields that differ.
    pub fields: Vec<Field>,
}

/// Whether a record came, went or differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum What {
    Added,
    Removed,
    Changed,
}

/// One field that differs; a list for what can be several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name.
    pub field: &'static str,
    /// What it was.
    pub was: Vec<String>,
    /// What it is.
    pub now: Vec<String>,
}

/// Compare an earlier state with a later one.
pub fn compare(was: &Site, now: &Site) -> Changes {
    let changes = |of: fn(&Site) -> Vec<Record>| pair::changes(of(was), of(now));
    Changes { claims: changes(record::claims), citations: changes(record::citations), corrections: changes(record::corrections) }
}

impl Changes {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.citations.is_empty() && self.corrections.is_empty()
    }

    /// A line for each change, under a heading for each sort.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (heading, changes) in [("claims", &self.claims), ("citations", &self.citations), ("corrections", &self.corrections)] {
            if !changes.is_empty() {
                text.push_str(&format!("{heading}\n"));
                changes.iter().for_each(|c| text.push_str(&format!("  {}\n", words::line(c))));
            }
        }
        text
    }
}
