//! `cited source add`, `impact` and `lock`: what is appended, what is refused, what rests on what.

use crate::harness::{Ran, TestSite};

const BIB: &str = r#"@article{felitti:2024,
  author = {Felitti, Antoine and {River Office}},
  title = {Deployment of {NASA} rafts: what does it tell us?},
  journaltitle = {The Paper},
  date = {2024-11-05},
  url = {https://example.org/rafts},
}
@report{nis, title = {On Mud \& Sand}, author = {Kim, Min}, institution = {Service}, type = {Report}, date = {2024}}
"#;

fn add(site: &TestSite, name: &str, text: &str, more: &[&str]) -> Ran {
    std::fs::write(site.outside().join(name), text).expect("a file can be written");
    let file = format!("../{name}");
    let args: Vec<&str> = ["source", "add", file.as_str()].into_iter().chain(more.iter().copied()).collect();
    site.run(&args)
}

/// The bibliography can be read, whatever else the site lacks.
fn codes(site: &TestSite) -> Vec<String> {
    site.run(&["check", "--format", "short"]).codes()
}

#[test]
fn bibtex_is_appended_behind_the_files_own_text() {
    let site = TestSite::copy("base");
    site.replace("content/sources.yaml", "council:\n", "# The council's own words.\ncouncil:   # and this\n");
    let old = site.read("content/sources.yaml");
    let ran = add(&site, "new.bib", BIB, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "felitti-2024\nnis\n"), "{}", ran.stderr);
    let new = site.read("content/sources.yaml");
    let added = new.strip_prefix(&old).expect("the file's own text stays as it was");
    for words in [
        "felitti-2024:\n",
        "Felitti, Antoine",
        "date: 2024-11-05",
        "https://example.org/rafts",
        "  evidence:\n    kind: #",
        "On Mud & Sand",
    ] {
        assert!(added.contains(words), "{words} is not in {added}");
    }
    // Two sources that nobody cites yet, and nothing else.
    assert_eq!(codes(&site), ["source-unused", "source-unused"]);
    let again = add(&site, "new.bib", BIB, &[]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("`felitti-2024` is the same work"), "{}", again.stderr);
    assert_eq!(site.read("content/sources.yaml"), new);
}

#[test]
fn ris_and_csl_json_give_the_same_work_as_bibtex() {
    let ris = "TY  - NEWS\r\nAU  - Felitti, Antoine\r\nTI  - Rafts\r\nT2  - The Paper\r\nDA  - 2024/11/05\r\nUR  - https://example.org/rafts\r\nLA  - English\r\nER  - \r\n";
    let json = r#"[{"id": "http://zotero.org/users/1/items/AB", "type": "article-newspaper", "title": "Rafts", "container-title": "The Paper",
        "author": [{"family": "Felitti", "given": "Antoine"}], "issued": {"date-parts": [["2024", 11, 5]]}, "URL": "https://example.org/rafts",
        "language": "English", "note": "x", "season": 3}]"#;
    let entry = |name: &str, text: &str| {
        let site = TestSite::copy("base");
        let old = site.read("content/sources.yaml");
        let ran = add(&site, name, text, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "felitti-2024\n"), "{}", ran.stderr);
        assert_eq!(codes(&site), ["source-unused"]);
        site.read("content/sources.yaml")[old.len()..].to_owned()
    };
    assert_eq!(entry("a.RIS", ris), entry("a.json", json));
}

#[test]
fn keys_that_are_taken_or_unsafe_are_changed() {
    let site = TestSite::copy("base");
    let bib = "@book{Survey, title={Other}, author={Doe, Jane}, date={2020}}\n";
    let ran = add(&site, "x.bib", bib, &[]);
    assert_eq!(ran.stdout, "Survey-2\n", "{}", ran.stderr);
    let json = r#"[{"id": "a/b c", "type": "book", "title": "X", "issued": {"date-parts": [[2021]]}}, {"id": 7, "type": "book", "title": "Seven Rivers"}]"#;
    assert_eq!(add(&site, "x.json", json, &[]).stdout, "a-b-c\nseven-rivers\n");
}

#[test]
fn a_text_becomes_an_archived_source_with_a_given_key() {
    let site = TestSite::copy("base");
    site.write("archive/flood.txt", "# The flood: \"a report\"\n\nThe water stood high for nine days.\n");
    let ran = site.run(&["source", "add", "archive/flood.txt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--key"), "{}", ran.stderr);
    for (key, why) in [("survey", "is taken"), ("a b", "cannot be")] {
        let ran = site.run(&["source", "add", "archive/flood.txt", "--key", key]);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{}", ran.stderr);
    }
    let ran = site.run(&["source", "add", "archive/flood.txt", "--key", "flood"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "flood\n"), "{}", ran.stderr);
    assert!(site.read("content/sources.yaml").contains("title: 'The flood: \"a report\"'"), "{}", site.read("content/sources.yaml"));
    let cited = site.run(&["cite", "flood", "water stood high"]);
    assert!(cited.code == 0 && cited.stdout.contains("source: flood"), "{}{}", cited.stdout, cited.stderr);
    let again = site.run(&["source", "add", "archive/flood.txt", "--key", "flood2"]);
    assert!(again.code == 2 && again.stderr.contains("archived text of `flood`"), "{}", again.stderr);
}

#[test]
fn what_cannot_be_read_whole_changes_nothing() {
    let site = TestSite::copy("base");
    let old = site.read("content/sources.yaml");
    for (name, text) in [
        ("bad.bib", "@article{x, title = {A"),
        ("bad.ris", "TY  - JOUR\nTI  - never closed\n"),
        ("bad.json", "{\"id\": 1}"),
        ("empty.bib", ""),
        ("empty.json", "[]"),
        ("binary.ris", "\u{0}\u{1}"),
    ] {
        let ran = add(&site, name, text, &[]);
        assert_eq!(ran.code, 2, "{name}: {}", ran.stderr);
        assert_eq!(site.read("content/sources.yaml"), old, "{name}");
    }
    // Behind a mapping in braces nothing can be appended.
    site.write("content/sources.yaml", "{survey: {type: report, title: S}}\n");
    let ran = add(&site, "new.bib", BIB, &[]);
    assert!(ran.code == 2 && ran.stderr.contains("read back"), "{}", ran.stderr);
    assert_eq!(site.read("content/sources.yaml"), "{survey: {type: report, title: S}}\n");
}

#[test]
fn line_ends_stay_and_a_missing_file_is_made() {
    let site = TestSite::copy("base");
    let dos = site.read("content/sources.yaml").replace('\n', "\r\n");
    site.write("content/sources.yaml", dos.trim_end());
    assert_eq!(add(&site, "new.bib", BIB, &[]).code, 0);
    let new = site.read("content/sources.yaml");
    assert!(new.starts_with(dos.trim_end()) && new.replace("\r\n", "").find(['\r', '\n']).is_none());
    site.remove("content/sources.yaml");
    site.write("content/_index.md", "---\ntitle: River\n---\nText.\n");
    let ran = add(&site, "new.bib", BIB, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(site.read("content/sources.yaml").starts_with("felitti-2024:\n"));
}

#[test]
fn a_ris_file_is_a_bibliography_too() {
    let site = TestSite::copy("base");
    site.replace("site.yaml", "archive: archive\n", "archive: archive\nbibliography: [content/sources.yaml, content/more.ris]\n");
    site.write("content/more.ris", "TY  - RPRT\nID  - flood\nTI  - Flood\nPY  - 2024\nER  - \n");
    site.replace("content/_index.md", "  - id: bridge\n", "  - source: flood\n  - id: bridge\n");
    site.replace("content/_index.md", "[@bridge].", "[@bridge]. It rose [@flood].");
    assert_eq!(codes(&site), ["cite-unarchived"]);
    site.write("content/more.ris", "TY  - RPRT\nID  - flood\n");
    assert!(codes(&site).contains(&"source-invalid".to_owned()));
}

/// A page with claims and statements that rest on one source or on two.
const IMPACT: &str = r#"
-- content/flood.md --
---
title: The flood
citations:
  - { id: mud, source: survey, quote: carried 40 tonnes of mud in April }
  - { id: bridge, source: council, quote: Two villages lost their bridge }
estimates:
  - { id: alone, question: mud, value: 40, as_of: 2024-04, by: office, counts: in April, cites: [mud] }
events:
  - { id: both, date: 2024-04, title: The river rises, by: office, cites: [mud, bridge] }
---

The river carried 40 tonnes of mud [@mud]. Both saw it [@mud; @bridge]. A village lost its bridge [@bridge].
-- content/glossary.yaml --
- { term: Mud, definition: What a river carries., cites: [{ source: survey, quote: 40 tonnes of mud }] }
"#;

#[test]
fn impact_tells_what_falls_from_what_keeps_a_support() {
    let site = TestSite::copy("base");
    site.overlay(IMPACT);
    let ran = site.run(&["source", "impact", "survey"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in [
        "2 citations on 2 pages; 2 claims rest on it",
        "would fall: 1 claim, 2 statements, 1 definition",
        "  estimate alone: falls",
        "  event both: keeps council (1 origin)",
        "  line 12 falls: The river carried 40 tonnes of mud.",
        "glossary: Mud falls",
    ] {
        assert!(ran.stdout.contains(line), "{line} is not in\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("Both saw it"));
    // When the council only retells the survey, all of it falls.
    site.replace("content/sources.yaml", "    trust: moderate\n", "    trust: moderate\n    derived_from: survey\n");
    let ran = site.run(&["source", "impact", "survey", "--format", "json"]);
    let impact: serde_json::Value = serde_json::from_str(&ran.stdout).expect("the output is JSON");
    assert_eq!(impact["retold_by"], serde_json::json!(["council"]));
    assert_eq!(impact["pages"][1]["claims"][1]["falls"], true, "{impact}");
    assert_eq!(impact["pages"][1]["statements"].as_array().map(Vec::len), Some(3));
    let ran = site.run(&["source", "impact", "surwey"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `survey`?"), "{}", ran.stderr);
}

#[test]
fn the_lock_is_not_rewritten_while_a_text_is_missing() {
    let site = TestSite::copy("base");
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    let lock = site.read("content/sources.lock");
    site.remove("archive/council.txt");
    let ran = site.run(&["source", "lock"]);
    assert!(ran.code == 2 && ran.stderr.contains("archive-missing"), "{}", ran.stderr);
    assert_eq!(site.read("content/sources.lock"), lock);
}
