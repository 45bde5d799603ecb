//! A new source as text for `content/sources.yaml`.
//!
//! In: an entry from elsewhere and the sources that are there. Out: a key that can be cited, whether the work is there
//! already, and the YAML to append. Must never touch the disk, and never guess what kind of source it is or how far to
//! trust it: the skeleton leaves that to a person.

use hayagriva::Entry;

use crate::load::cite_syntax::id_length;
use crate::load::markdown::slug;
use crate::load::ris::made_id;
use crate::load::sources::Source;

/// A key that is safe in addresses, ids and citations, and that `taken` does not know (which is asked in lower case).
pub fn key(wanted: &str, entry: &Entry, taken: impl Fn(&str) -> bool) -> String {
    let cleaned: String = wanted.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' }).collect();
    let cleaned: Vec<&str> = cleaned.split('-').map(|p| p.trim_matches(['.', '_'])).filter(|p| !p.is_empty()).collect();
    let mut key = cleaned.join("-");
    // An address or a number is no name for people.
    if wanted.contains("://") || !key.chars().any(char::is_alphabetic) || id_length(&key) != key.len() || key.len() > 80 {
        let author = entry.authors().and_then(|a| a.first()).map(|p| p.name.as_str());
        let title = entry.title().map(|t| t.value.to_string());
        key = made_id(author, title.as_deref(), entry.date_any().map(|d| i64::from(d.year)));
    }
    if !taken(&key.to_lowercase()) {
        return key;
    }
    (2..).map(|n| format!("{key}-{n}")).find(|k| !taken(&k.to_lowercase())).unwrap_or(key)
}

/// Whether two entries describe one work: the same DOI, the same address, or the same title, year and authors.
pub fn same_work(a: &Entry, b: &Entry) -> bool {
    let doi = |e: &Entry| e.doi().map(|d| d.to_lowercase().trim_start_matches("https://doi.org/").to_owned());
    let url = |e: &Entry| {
        let url = e.url_any()?.value.to_string().to_lowercase();
        let bare = url.split('#').next()?.split_once("://")?.1.trim_end_matches('/');
        Some(bare.trim_start_matches("www.").to_owned())
    };
    let same = |a: Option<String>, b: Option<String>| a.is_some() && a == b;
    if same(doi(a), doi(b)) || same(url(a), url(b)) {
        return true;
    }
    let title = |e: &Entry| e.title().map(|t| slug(&t.value.to_string())).filter(|t| !t.is_empty());
    let year = |e: &Entry| e.date_any().map(|d| d.year);
    let authors = |e: &Entry| -> Vec<String> { e.authors().unwrap_or_default().iter().map(|p| slug(&p.name)).collect() };
    same(title(a), title(b)) && year(a) == year(b) && authors(a) == authors(b)
}

/// The source that describes the same work, if there is one.
pub fn double<'s>(entry: &Entry, sources: &'s [Source]) -> Option<&'s Source> {
    sources.iter().find(|s| same_work(&s.entry, entry))
}

/// The lines to append: the entry's fields, and an `evidence` block to fill in. `archive` is the name of its text.
pub fn yaml(key: &str, entry: &Entry, archive: Option<&str>) -> Result<String, String> {
    let quoted = |text: &str| serde_yaml::to_string(text).map(|t| t.trim_end().to_owned()).map_err(|e| e.to_string());
    let fields = serde_yaml::to_string(entry).map_err(|e| e.to_string())?;
    let mut text = format!("{}:\n", quoted(key)?);
    for line in fields.lines() {
        text.push_str(if line.is_empty() { "" } else { "  " });
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("  evidence:\n");
    text.push_str("    kind: # news, analysis, opinion, official, dataset or aggregate\n");
    text.push_str("    trust: # high, moderate or low\n");
    text.push_str("    note: # why\n");
    text.push_str("    # machine_written: true\n");
    text.push_str("    # party: whose side it speaks for, an id of actors.yaml\n");
    text.push_str("    # derived_from: the source or actor that it retells\n");
    match archive {
        Some(name) => text.push_str(&format!("    archive: {}\n    text_starts: 1\n", quoted(name)?)),
        None => text.push_str("    # archive: the name of its text in the archive folder\n"),
    }
    Ok(text)
}

/// The file with the new lines after its own, which stay as they are, byte for byte.
pub fn append(old: &str, new: &str) -> String {
    let new = if old.contains("\r\n") { new.replace('\n', "\r\n") } else { new.to_owned() };
    let end = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = old.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    if !text.trim_start_matches('\u{feff}').is_empty() {
        text.push_str(end);
    }
    text + &new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(yaml: &str) -> Entry {
        hayagriva::io::from_yaml_str(yaml).unwrap().nth(0).unwrap().clone()
    }

    #[test]
    fn keys_are_safe_and_new() {
        let felitti = entry("x: { type: article, title: A Title, author: 'Felitti, Antoine', date: 2024-11 }");
        let untitled = entry("x: { type: web }");
        let of = |wanted: &str, entry: &Entry| key(wanted, entry, |k| k == "taken" || k == "taken-2");
        assert_eq!(of("felitti_2024a", &felitti), "felitti_2024a");
        assert_eq!(of("DBLP:conf/x y", &felitti), "DBLP-conf-x-y");
        assert_eq!(of("http://zotero.org/users/1/items/ABC", &felitti), "felitti-2024");
        assert_eq!(of("12345", &felitti), "felitti-2024");
        assert_eq!(of("", &untitled), "source");
        assert_eq!(of("Taken", &felitti), "Taken-3");
    }

    #[test]
    fn one_work_is_told_from_another() {
        let a = entry("x: { type: web, title: One, url: 'https://www.example.org/a/#part' }");
        let b = entry("x: { type: web, title: Two, url: 'http://example.org/a' }");
        let c = entry("x: { type: web, title: Two, url: 'http://example.org/b' }");
        assert!(same_work(&a, &b) && !same_work(&a, &c));
        assert!(same_work(&b, &c), "the same title without any date or author");
    }
}
