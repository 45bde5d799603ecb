//! Marks and references: ten styles, three forms of bibliography, and data that is not to be trusted.
//!
//! In: the small site below, one page of which cites. Out: for each style a snapshot of what the page's text and its
//! list of references say, with `⟦…⟧` for the link that a mark is; and tests of ids, back links and escaping.

use super::harness::TestSite;

const SITE: &str = r##"
-- site.yaml --
title: Cites
base_url: https://example.org/
theme: minimal
bibliography: [references.bib, items.json, content/sources.yaml]
citation_style: STYLE
checks: { cite-unarchived: off }
-- references.bib --
@article{doe-mud,
  author = {Doe, Jane and Roe, Richard},
  title = {Mud in rivers},
  journal = {Journal of Silt},
  volume = {12}, number = {3}, pages = {100--120},
  date = {2021-03},
  doi = {10.1000/mud},
}
@article{doe-sand,
  author = {Doe, Jane and Roe, Richard},
  title = {Sand in rivers},
  journal = {Journal of Silt},
  volume = {12}, number = {4}, pages = {200--210},
  date = {2021-09},
}
-- items.json --
[
  { "id": "weir", "type": "book", "title": "The weir & its keepers", "author": [{ "family": "Ng", "given": "Ana" }],
    "publisher": "Bank Press", "publisher-place": "Millbridge", "issued": { "date-parts": [[2019]] } },
  { "id": "office", "type": "webpage", "title": "Water levels", "author": [{ "literal": "River Office" }],
    "container-title": "River Office", "URL": "https://example.org/levels?a=1&b=2",
    "issued": { "date-parts": [[2024, 5, 20]] }, "accessed": { "date-parts": [[2024, 6, 1]] } }
]
-- content/sources.yaml --
council:
  type: report
  title: Minutes of the council
  author: Town Council
  date: 2024-06-02
-- content/_index.md --
---
title: Home
---
-- content/text.md --
---
title: Text
citations:
  - { id: mud, source: doe-mud }
  - { id: sand, source: doe-sand }
  - { id: keepers, source: weir }
  - { id: levels, source: office }
  - { source: council }
---

One work, with a page [@mud, p. 104].

One author, one year [@sand; @mud, pp. 110-112].

As @keepers says, the weir leaks.

Ng says so too [-@keepers, ch. 3].

Others agree [see @levels, para. 4; @council, and the annex].

Again the first [@mud].
"##;

fn site(style: &str) -> TestSite {
    TestSite::of(&SITE.replace("STYLE", style))
}

fn text(site: &TestSite) -> String {
    site.output("text/index.html")
}

/// Text and references, without what is the same in every style.
fn shown(html: &str) -> String {
    let from = html.find("<p>One work").expect("the text begins");
    let to = html.rfind("</ol>").expect("the references end");
    let mut out = String::new();
    let mut rest = &html[from..to];
    while let Some(at) = rest.find("<a class=\"cite\"") {
        out.push_str(&rest[..at]);
        let (_, inside) = rest[at..].split_once("</span>").expect("a mark begins with its hidden word");
        let (mark, after) = inside.split_once("</a>").expect("a mark is closed");
        out.push_str(&format!("⟦{mark}⟧"));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn style(name: &str) {
    let site = site(name);
    site.build();
    insta::assert_snapshot!(format!("style-{name}"), shown(&text(&site)));
}

macro_rules! styles {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            style($name);
        })*
    };
}

styles! {
    ieee: "ieee",
    apa: "apa",
    chicago_author_date: "chicago-author-date",
    chicago_notes: "chicago-notes",
    modern_language_association: "modern-language-association",
    harvard_cite_them_right: "harvard-cite-them-right",
    vancouver: "vancouver",
    nature: "nature",
    american_medical_association: "american-medical-association",
    springer_basic: "springer-basic",
}

#[test]
fn ids_do_not_depend_on_the_style_and_lead_both_ways() {
    for name in ["ieee", "apa", "chicago-notes", "nature", "modern-language-association"] {
        let site = site(name);
        site.build();
        let html = text(&site);
        for (id, uses) in [("mud", 3), ("sand", 1), ("keepers", 2), ("levels", 1), ("council", 1)] {
            assert_eq!(html.matches(&format!("id=\"cite-{id}\"")).count(), 1, "{name}: {id}");
            for n in 1..=uses {
                assert_eq!(html.matches(&format!("id=\"use-{id}-{n}\"")).count(), 1, "{name}: use {n} of {id}");
                assert_eq!(html.matches(&format!("href=\"#use-{id}-{n}\"")).count(), 1, "{name}: the way back to use {n} of {id}");
                assert!(html.contains(&format!("href=\"#cite-{id}\"")), "{name}: nothing leads to the quote of {id}");
            }
            assert!(!html.contains(&format!("use-{id}-{}\"", uses + 1)), "{name}: {id} has more uses than the text");
        }
        for key in ["doe-mud", "doe-sand", "weir", "office", "council"] {
            assert_eq!(html.matches(&format!("id=\"ref-{key}\"")).count(), 1, "{name}: {key}");
        }
    }
}

#[test]
fn a_new_citation_before_them_changes_no_id_of_the_others() {
    let ids = |html: &str| -> Vec<String> {
        let found = html.split("id=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or("").to_owned());
        let mut found: Vec<String> = found.filter(|id| !id.contains("council")).collect();
        found.sort();
        found
    };
    let site = site("ieee");
    site.build();
    let before = ids(&text(&site));
    site.replace("content/text.md", "One work, with", "The council first [@council].\n\nOne work, with");
    site.build();
    assert_eq!(ids(&text(&site)), before);
}

#[test]
fn words_around_a_citation_are_shown_in_every_style() {
    for name in ["ieee", "apa", "chicago-notes", "nature"] {
        let site = site(name);
        site.build();
        let html = shown(&text(&site));
        assert!(html.contains("see ") || html.contains("See "), "{name} loses the words before:\n{html}");
        assert!(html.contains("and the annex"), "{name} loses the words after:\n{html}");
    }
}

#[test]
fn a_style_file_of_the_site_is_used() {
    let site = site("own.csl");
    site.write("own.csl", OWN_STYLE);
    site.build();
    let html = shown(&text(&site));
    assert!(html.contains("⟦{Mud in rivers}⟧"), "{html}");
    assert!(html.contains("Mud in rivers &lt;own&gt;"), "what a style adds is text too:\n{html}");
}

const OWN_STYLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>Own</title><id>own</id><updated>2024-01-01T00:00:00+00:00</updated><category citation-format="author"/></info>
  <citation><layout prefix="{" suffix="}" delimiter="; "><text variable="title"/></layout></citation>
  <bibliography><layout><text variable="title" suffix=" &lt;own&gt;"/></layout></bibliography>
</style>
"#;

#[test]
fn a_bibliography_cannot_bring_markup_or_addresses_that_run() {
    for name in ["ieee", "apa", "chicago-notes", "vancouver"] {
        let site = site(name);
        site.write("references.bib", BAD_BIB);
        site.write("items.json", BAD_JSON);
        site.write("content/sources.yaml", BAD_YAML);
        let ran = site.run(&["build", "--format", "short"]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        for (path, bytes) in site.tree("public").into_iter().filter(|(p, _)| p.ends_with(".html") || p.ends_with(".xml")) {
            let html = String::from_utf8_lossy(&bytes);
            for bad in ["<script>", "<img", "<b onclick", "href=\"javascript:", "href=\"data:", "\" onmouseover=\""] {
                assert!(!html.contains(bad), "{name}: {path} holds {bad}:\n{html}");
            }
        }
        assert!(text(&site).contains("&lt;script&gt;"), "{name}: what was written is shown as text");
    }
}

const BAD_BIB: &str = r#"
@article{doe-mud, author = {Doe <script>alert(1)</script>, Jane}, title = {Mud <script>alert(1)</script>}, journal = {J <img src=x onerror=alert(1)>}, date = {2021}, url = {javascript:alert(1)}}
@article{doe-sand, author = {Doe, Jane}, title = {Sand " onmouseover="alert(1)}, journal = {J}, date = {2021}, doi = {10.1000/"><script>alert(1)</script>}}
"#;

const BAD_JSON: &str = r#"[
  { "id": "weir", "type": "book", "title": "<b onclick=alert(1)>Weir</b>", "author": [{ "family": "<script>alert(1)</script>" }], "issued": { "date-parts": [[2019]] } },
  { "id": "office", "type": "webpage", "title": "Levels", "URL": "javascript:alert(1)", "issued": { "date-parts": [[2024]] } }
]"#;

const BAD_YAML: &str = r#"
council:
  type: web
  title: "Minutes <script>alert(1)</script>"
  author: "Council <img src=x>"
  date: 2024-06-02
  url: "https://example.org/\"onmouseover=\"alert(1)"
"#;

#[test]
fn every_style_names_the_authors() {
    for name in ["vancouver", "nlm-citation-sequence-superscript", "elsevier-vancouver", "ieee", "apa", "nature"] {
        let site = site(name);
        site.build();
        let html = text(&site);
        let references: Vec<&str> = html.split("<li id=\"ref-").skip(1).collect();
        assert_eq!(references.len(), 5, "{name}");
        for (key, author) in [("doe-mud", "Doe"), ("weir", "Ng"), ("council", "Town Council")] {
            let reference = references.iter().find(|r| r.starts_with(key)).expect("a reference");
            let shown = reference.split("<q").next().unwrap_or("");
            assert!(shown.contains(author), "{name}: {key} does not name {author}: {shown}");
        }
    }
}

#[test]
fn a_note_for_several_quotes_leads_to_each() {
    let site = site("chicago-notes");
    site.build();
    let html = text(&site);
    // The fifth group: `[see @levels, para. 4; @council, and the annex]`.
    assert!(html.contains("id=\"use-levels-1\" href=\"#note-5\""), "{html}");
    let note = html.split("<li id=\"note-5\">").nth(1).and_then(|n| n.split("</li>").next()).expect("the note");
    assert!(note.contains("href=\"#cite-levels\"") && note.contains("href=\"#cite-council\""), "{note}");
    assert!(html.contains("id=\"use-mud-1\" href=\"#cite-mud\""), "a single quote is one click away: {html}");
}
