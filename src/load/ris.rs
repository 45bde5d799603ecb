//! RIS bibliographies, as reference managers and libraries export them.
//!
//! In: tagged lines (`TY  - JOUR` … `ER  - `), with any line ends. Out: the same works as CSL-JSON items, so that one
//! reader (`csl_json`) makes Hayagriva fields of both. An item's id is its `ID`, else the first author's family name
//! and the year. Must never fail on a tag it does not know: every exporter has its own.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::markdown::slug;
use crate::diag::{Code, Diagnostic};
use crate::text::{Span, TextFile};

/// RIS types and the CSL types they become; any other is a `document`.
const TYPES: &[(&str, &str)] = &[
    ("JOUR", "article-journal"),
    ("JFULL", "article-journal"),
    ("EJOUR", "article-journal"),
    ("INPR", "article-journal"),
    ("MGZN", "article-magazine"),
    ("NEWS", "article-newspaper"),
    ("BOOK", "book"),
    ("EBOOK", "book"),
    ("EDBOOK", "book"),
    ("CHAP", "chapter"),
    ("ECHAP", "chapter"),
    ("CONF", "paper-conference"),
    ("CPAPER", "paper-conference"),
    ("RPRT", "report"),
    ("GOVDOC", "report"),
    ("THES", "thesis"),
    ("ELEC", "webpage"),
    ("WEB", "webpage"),
    ("BLOG", "post-weblog"),
    ("VIDEO", "motion_picture"),
    ("MPCT", "motion_picture"),
    ("BILL", "legislation"),
    ("STAT", "legislation"),
    ("CASE", "legal_case"),
    ("DATA", "dataset"),
    ("UNPB", "manuscript"),
    ("MANSCPT", "manuscript"),
    ("ENCYC", "entry-encyclopedia"),
    ("DICT", "entry-dictionary"),
    ("PAT", "patent"),
];

/// One work: its CSL-JSON item, and where its record begins.
#[derive(Debug)]
pub struct Item {
    /// As `csl_json::fields` takes it; always with an `id`.
    pub csl: Json,
    /// The first line of the record.
    pub range: Range<usize>,
}

/// One tagged line with what was continued below it.
struct Tagged<'a> {
    tag: &'a str,
    value: String,
}

/// Read the records of a file. The first that is not well-formed ends the reading: nothing is guessed past it.
pub fn read(file: &Arc<TextFile>) -> Result<Vec<Item>, Diagnostic> {
    let bad = |range: Range<usize>, message: String, help: &str| {
        Err(Diagnostic::at(Code::SourceInvalid, Span::new(file, range), format!("the bibliography is not RIS: {message}")).help(help))
    };
    let mut items = Vec::new();
    let mut open: Option<(Range<usize>, Vec<Tagged<'_>>)> = None;
    let mut at = 0;
    for line in file.text.split_inclusive(['\n', '\r']) {
        let range = at..at + line.trim_end().len();
        at += line.len();
        let line = line.trim_start_matches('\u{feff}').trim_end();
        match (tagged(line), &mut open) {
            (Some(("TY", _)), Some((first, _))) => {
                return bad(first.clone(), "a record is not closed".to_owned(), "end it with a line `ER  - `");
            }
            (Some(("TY", value)), None) => open = Some((range, vec![Tagged { tag: "TY", value: value.to_owned() }])),
            (Some(("ER", _)), Some(_)) => {
                if let Some((range, lines)) = open.take() {
                    items.push(Item { csl: item(&lines), range });
                }
            }
            (Some((tag, value)), Some((_, lines))) => lines.push(Tagged { tag, value: value.to_owned() }),
            (None, Some((_, lines))) if !line.trim().is_empty() => {
                if let Some(last) = lines.last_mut() {
                    last.value = format!("{} {}", last.value, line.trim()).trim().to_owned();
                }
            }
            (None, _) if line.trim().is_empty() => {}
            _ => return bad(range, "a line stands outside every record".to_owned(), "begin each record with a line such as `TY  - NEWS`"),
        }
    }
    match open {
        Some((range, _)) => bad(range, "the last record is not closed".to_owned(), "end it with a line `ER  - `"),
        None => Ok(items),
    }
}

/// `AU  - Felitti, Antoine` → tag and value. One space too few, or none after the hyphen, is taken as well.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let tag = line.get(..2).filter(|t| t.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let second = tag.as_bytes()[1];
    if !(second.is_ascii_uppercase() || second.is_ascii_digit()) {
        return None;
    }
    let rest = line[2..].strip_prefix(' ')?.trim_start_matches(' ').strip_prefix('-')?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| (tag, rest.trim()))
}

fn item(lines: &[Tagged<'_>]) -> Json {
    let all = |tags: &[&str]| -> Vec<&str> {
        lines.iter().filter(|l| tags.contains(&l.tag) && !l.value.is_empty()).map(|l| l.value.as_str()).collect()
    };
    // The tags of a list are alternatives: the first that is there counts.
    let first = |tags: &[&str]| tags.iter().find_map(|t| all(&[t]).first().copied());
    let kind = first(&["TY"]).unwrap_or("");
    let csl_type = TYPES.iter().find(|(ris, _)| *ris == kind).map_or("document", |(_, csl)| *csl);
    let mut csl = json!({ "type": csl_type });
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            csl[name] = json!(value);
        }
    };
    put("title", first(&["TI", "T1", "CT"]));
    put("container-title", first(&["T2", "JO", "JF", "JA", "BT"]));
    put("publisher", first(&["PB"]));
    put("publisher-place", first(&["CY", "PP"]));
    put("volume", first(&["VL"]));
    put("issue", first(&["IS"]));
    put("edition", first(&["ET"]));
    put("language", first(&["LA"]));
    put("abstract", first(&["AB", "N2"]));
    put("URL", first(&["UR", "L2", "LK"]));
    put("DOI", first(&["DO"]).map(bare_doi));
    // SN holds an ISSN for what appears in a series, an ISBN for a book.
    put(if csl_type.starts_with("article") { "ISSN" } else { "ISBN" }, first(&["SN"]));
    let pages = match (first(&["SP"]), first(&["EP"])) {
        (Some(start), Some(end)) if !start.contains('-') && start != end => Some(format!("{start}-{end}")),
        (Some(start), _) => Some(start.to_owned()),
        _ => None,
    };
    put("page", pages.as_deref());
    let people = |tags: &[&str]| -> Vec<Json> { all(tags).into_iter().map(person).collect() };
    for (name, tags) in [("author", &["AU", "A1"][..]), ("editor", &["ED", "A2"][..])] {
        let people = people(tags);
        if !people.is_empty() {
            csl[name] = Json::Array(people);
        }
    }
    // DA is the fuller of the two where both are given.
    for (name, tags) in [("issued", &["DA", "PY", "Y1"][..]), ("accessed", &["Y2"][..])] {
        if let Some(date) = tags.iter().filter_map(|t| first(&[t])).find_map(date) {
            csl[name] = date;
        }
    }
    let id = first(&["ID"]).map_or_else(
        || {
            let author = &csl["author"][0];
            made_id(
                author["family"].as_str().or_else(|| author["literal"].as_str()),
                csl["title"].as_str(),
                csl["issued"]["date-parts"][0][0].as_i64(),
            )
        },
        str::to_owned,
    );
    csl["id"] = json!(id);
    csl
}

/// `Felitti, Antoine` or `Felitti, Antoine, Jr.`; without a comma it is a body's name.
fn person(name: &str) -> Json {
    match name.split_once(',') {
        None => json!({ "literal": name }),
        Some((family, given)) => json!({ "family": family.trim(), "given": given.trim() }),
    }
}

/// `2024/11/05/note`, `2024-11-05`, `2024` → CSL date; none if there is no year.
fn date(text: &str) -> Option<Json> {
    let mut parts = text.split(['/', '-', ' ']).map_while(|p| p.parse::<u16>().ok());
    let year = parts.next().filter(|y| (1..=9999).contains(y))?;
    let month = parts.next().filter(|m| (1..=12).contains(m));
    let day = month.and_then(|_| parts.next()).filter(|d| (1..=31).contains(d));
    let numbers: Vec<u16> = std::iter::once(year).chain(month).chain(day).collect();
    Some(json!({ "date-parts": [numbers] }))
}

fn bare_doi(doi: &str) -> &str {
    doi.find("10.").map_or(doi, |at| &doi[at..])
}

/// `felitti-2024` from the first author, or from the first words of the title, and the year.
pub fn made_id(author: Option<&str>, title: Option<&str>, year: Option<i64>) -> String {
    let words = slug(author.or(title).unwrap_or(""));
    let words: Vec<&str> = words.split('-').filter(|w| !w.is_empty()).take(if author.is_some() { 2 } else { 4 }).collect();
    let name = if words.is_empty() { "source".to_owned() } else { words.join("-") };
    year.map_or_else(|| name.clone(), |year| format!("{name}-{year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Json {
        read(&TextFile::new("a.ris", text)).unwrap().remove(0).csl
    }

    #[test]
    fn a_record_is_read_with_any_line_end_and_spacing() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [
                "\u{feff}TY  - NEWS",
                "AU  - Felitti, Antoine",
                "AU - Reuters",
                "TI  - Soldiers in",
                "  Kursk",
                "T2  - The Paper",
                "DA  - 2024/11/05/",
                "PY  - 2024",
                "UR  - https://example.org/a",
                "XX  - whatever",
                "ER  -",
                "",
            ]
            .join(end);
            let item = one(&text);
            assert_eq!(item["type"], "article-newspaper");
            assert_eq!(item["title"], "Soldiers in Kursk");
            assert_eq!(item["author"][0]["family"], "Felitti");
            assert_eq!(item["author"][1]["literal"], "Reuters");
            assert_eq!(item["issued"]["date-parts"], json!([[2024, 11, 5]]));
            assert_eq!(item["id"], "felitti-2024");
        }
    }

    #[test]
    fn an_id_is_kept_and_a_title_stands_in_for_an_author() {
        assert_eq!(one("TY  - RPRT\nID  - nis-report\nTI  - X\nER  - \n")["id"], "nis-report");
        assert_eq!(one("TY  - RPRT\nTI  - On the Losses of Armies in War\nPY  - 2025\nER  - \n")["id"], "on-the-losses-of-2025");
        assert_eq!(one("TY  - RPRT\nER  - \n")["id"], "source");
        assert_eq!(one("TY  - JOUR\nSP  - 12\nEP  - 19\nDO  - https://doi.org/10.1/x\nER  - \n")["page"], "12-19");
    }

    #[test]
    fn what_is_not_ris_is_said_with_its_place() {
        for (text, line) in [("hello\n", 1), ("TY  - JOUR\nTI  - a\n\nTY  - JOUR\nER  - \n", 1), ("\n\nTY  - JOUR\n", 3), ("TI  - a\n", 1)]
        {
            let error = read(&TextFile::new("a.ris", text)).unwrap_err();
            assert_eq!((error.code, error.place().unwrap().1), (Code::SourceInvalid, line), "{text}");
        }
        assert!(read(&TextFile::new("a.ris", "")).unwrap().is_empty());
    }
}
