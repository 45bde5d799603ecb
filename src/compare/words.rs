//! One change in one line: `~ estimate gur-oct: 10,000 → 11,000; one source more`.
//!
//! In: a [`Change`]. Out: a line for people. Must never hold a line break: notes and quotes are told of, not printed.

use super::{Change, Field, What};

/// The line of a change.
pub fn line(change: &Change) -> String {
    let name = match change.kind {
        "citation" | "correction" => format!("{} {} of {}", change.kind, change.id, change.page),
        kind => format!("{kind} {}", change.id),
    };
    let line = match change.change {
        What::Added => format!("+ {name}: {}", change.title),
        What::Removed => format!("- {name}: {}", change.title),
        What::Changed => {
            let told: Vec<String> = change.fields.iter().filter(|f| is_told(f, &change.fields)).map(field).collect();
            format!("~ {name}: {}", told.join("; "))
        }
    };
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Quotes that change with their sources, and origins that do, are not told twice.
fn is_told(field: &Field, all: &[Field]) -> bool {
    let counts_alike = field.was.len() == field.now.len();
    !(matches!(field.field, "quotes") || field.field == "origins" && counts_alike)
        || !all.iter().any(|f| matches!(f.field, "sources" | "source"))
}

fn field(field: &Field) -> String {
    let (was, now) = (field.was.join(", "), field.now.join(", "));
    match field.field {
        "sources" => several(field, "source", "sources"),
        "origins" => several(field, "origin", "origins"),
        "quotes" | "quote" => "other words are quoted".to_owned(),
        "note" | "why" | "translation" => match (field.was.is_empty(), field.now.is_empty()) {
            (true, _) => format!("{} added", field.field),
            (_, true) => format!("{} removed", field.field),
            _ => format!("{} changed", field.field),
        },
        "value" | "title" | "action" => format!("{was} → {now}"),
        name => match (was.as_str(), now.as_str()) {
            ("", now) => format!("{name} {now}"),
            (was, "") => format!("no {name} any more (it was {was})"),
            (was, now) => format!("{name} {was} → {now}"),
        },
    }
}

/// `one source more`, `two origins fewer`, `the source a in place of b`.
fn several(field: &Field, singular: &str, plural: &str) -> String {
    let noun = |n: usize| format!("{} {}", number(n), if n == 1 { singular } else { plural });
    match field.now.len().cmp(&field.was.len()) {
        std::cmp::Ordering::Greater => format!("{} more", noun(field.now.len() - field.was.len())),
        std::cmp::Ordering::Less => format!("{} fewer", noun(field.was.len() - field.now.len())),
        std::cmp::Ordering::Equal => {
            let only = |a: &[String], b: &[String]| a.iter().filter(|x| !b.contains(x)).cloned().collect::<Vec<_>>().join(", ");
            format!("{singular} {} in place of {}", only(&field.now, &field.was), only(&field.was, &field.now))
        }
    }
}

fn number(n: usize) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    WORDS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}
