//! Names that can stand in addresses, on every system.
//!
//! In: parts of paths, ids, former addresses. Out: whether they can be stored and served, and as what. Must never let a name
//! through that some system cannot store.

use unicode_normalization::UnicodeNormalization;

use crate::diag::{Code, Diagnostic, Report};
use crate::text::Span;

/// Where the estimates of a question are as CSV. An id that is no plain file name shares the file of all estimates.
pub fn question_csv(question: &str) -> String {
    let plain = question.starts_with(|c: char| c.is_ascii_alphanumeric())
        && question.len() <= 100
        && question.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let stored = !RESERVED.contains(&question.split('.').next().unwrap_or_default().to_ascii_lowercase().as_str());
    if plain && stored { format!("data/questions/{question}.csv") } else { "data/estimates.csv".to_owned() }
}

/// The first part of the addresses that the preview keeps for itself.
pub const PREVIEW: &str = "__cited";

/// Names that Windows cannot store.
const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4",
    "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Whether a name can be a part of an address on every system.
pub fn check_part(part: &str) -> Result<(), String> {
    if part.is_empty() || part == "." || part == ".." {
        return Err("it leads elsewhere".to_owned());
    }
    if let Some(c) = part.chars().find(|c| c.is_control() || matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' | '#' | '%'))
    {
        return Err(format!("it holds `{}`", c.escape_default()));
    }
    if part.ends_with(['.', ' ']) || part.starts_with([' ', '.']) {
        return Err("it begins or ends with a dot or a space".to_owned());
    }
    let stem = part.split('.').next().unwrap_or(part).to_lowercase();
    if RESERVED.contains(&stem.as_str()) {
        return Err("Windows reserves that name".to_owned());
    }
    if part.eq_ignore_ascii_case(PREVIEW) {
        return Err("the preview keeps that name for itself".to_owned());
    }
    if part.len() > 200 {
        return Err("it is longer than 200 bytes".to_owned());
    }
    Ok(())
}

pub(super) fn alias_output(alias: &str, place: &Span, report: &mut Report) -> Option<String> {
    let trimmed = alias.trim_start_matches('/');
    let (folder, file) = match trimmed.rsplit_once('/') {
        Some((folder, "")) => (folder, "index.html"),
        Some((folder, file)) if file.contains('.') => (folder, file),
        None if trimmed.contains('.') => ("", trimmed),
        _ => (trimmed, "index.html"),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    parts.push(file);
    for part in &parts {
        if let Err(why) = check_part(part) {
            report.push(
                Diagnostic::at(Code::PathOutside, place.clone(), format!("the alias `{alias}` cannot be an address: {why}"))
                    .help("write it as `old/path/`"),
            );
            return None;
        }
    }
    Some(parts.join("/"))
}

/// A path as a file system may compare it: without case, in one form of Unicode.
pub(super) fn fold(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::question_csv;

    #[test]
    fn a_question_whose_id_is_no_file_name_shares_the_file_of_all() {
        assert_eq!(question_csv("troops-sent"), "data/questions/troops-sent.csv");
        for id in ["", "..", "con.x", "../x", "a/b", "a b", ".hidden", "über", &"x".repeat(300)] {
            assert_eq!(question_csv(id), "data/estimates.csv", "{id}");
        }
    }
}
