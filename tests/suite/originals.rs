//! The way from a quote to the original: the passage itself, the archived copy, and what is said where the original is
//! gone; and who checked a page.
//!
//! In: the base site with addresses for its sources, in both themes. Out: what readers and machines get. No page may
//! lead readers to what is gone without saying so.

use serde_json::Value;

use super::harness::TestSite;

const ORIGINAL: &str = "https://council.example/minutes";
const COPY: &str = "https://archive.example/2024/minutes";

/// The base site in a theme of this repository. `evidence`: more of what is known about the council's minutes.
fn site(theme: &str, url: &str, evidence: &str) -> TestSite {
    let site = TestSite::copy("base");
    site.lay(&format!("../../themes/{theme}"), &format!("themes/{theme}"));
    site.replace("site.yaml", "theme: minimal", &format!("theme: {theme}"));
    let from = "  date: 2024-06-02\n  evidence:\n";
    site.replace("content/sources.yaml", from, &format!("  date: 2024-06-02\n  url: {url}\n  evidence:\n{evidence}"));
    site
}

fn json(site: &TestSite, path: &str) -> Value {
    serde_json::from_str(&site.output(path)).expect("JSON")
}

#[test]
fn a_quote_leads_to_its_passage_in_the_original() {
    for theme in ["explainer", "plain"] {
        let site = site(theme, ORIGINAL, "");
        site.build();
        let passage = format!("href=\"{ORIGINAL}#:~:text=Two%20villages%20lost%20their%20bridge\"");
        for page in ["index.html", "sources/council/index.html"] {
            assert!(site.output(page).contains(&passage), "{theme}: {page} does not lead to the passage");
        }
        assert!(!site.output("sources/survey/index.html").contains(":~:"), "a source without an address has no passage");
    }
    for address in ["https://council.example/minutes.pdf", "https://council.example/\"#/minutes\"", "mailto:clerk@council.example"] {
        let address = address.replace('"', "");
        let site = site("explainer", &format!("\"{address}\""), "");
        site.build();
        assert!(!site.output("index.html").contains(":~:"), "{address} takes no text fragment");
        assert!(site.output("sources/council/index.html").contains(&format!("href=\"{address}\"")), "{address} is linked as it is");
    }
}

#[test]
fn the_archived_copy_stands_behind_the_original() {
    for theme in ["explainer", "plain"] {
        let site = site(theme, ORIGINAL, &format!("    archived_url: {COPY}\n    archived_on: 2024-06-09\n"));
        site.build();
        for page in ["index.html", "sources/council/index.html"] {
            let html = site.output(page);
            let (original, copy) = (html.find(&format!("href=\"{ORIGINAL}")), html.find(&format!("href=\"{COPY}\"")));
            assert!(original.is_some() && copy.is_some() && original < copy, "{theme}: {page}: the original comes first");
            assert!(html.contains("9 June 2024") && !html.contains("gone"), "{theme}: {page}");
        }
        let source = &json(&site, "data/sources.json")[1];
        assert_eq!(source["URL"], ORIGINAL);
        assert_eq!(source["custom"], serde_json::json!({ "archived_url": COPY, "archived_on": "2024-06-09" }));
    }
}

#[test]
fn where_the_original_is_gone_the_copy_takes_its_place() {
    for theme in ["explainer", "plain"] {
        let site = site(theme, ORIGINAL, &format!("    original: gone\n    archived_url: {COPY}\n"));
        site.build();
        for page in ["index.html", "sources/council/index.html"] {
            let html = site.output(page);
            assert!(!html.contains(&format!("href=\"{ORIGINAL}")), "{theme}: {page} leads readers to what is gone");
            assert!(
                html.contains(&format!("href=\"{COPY}\"")) && html.contains(&format!("{COPY}#:~:text=Two%20villages")),
                "{theme}: {page}"
            );
            let told = html.find("original is gone").expect("it is said");
            assert!(
                html[told..].starts_with("original is gone") && html[told..told + 120].contains(ORIGINAL),
                "{theme}: {page} names where it was"
            );
        }
        let source = &json(&site, "data/sources.json")[1];
        assert_eq!(source["URL"], COPY);
        let custom = serde_json::json!({ "archived_url": COPY, "original": "gone", "gone_url": ORIGINAL });
        assert_eq!(source["custom"], custom);
        let graph = json(&site, "data/claims.jsonld");
        let work = graph["@graph"][0]["citation"].as_array().expect("works").iter().find(|w| w["name"] == "Minutes of the council");
        let work = work.expect("the minutes");
        assert_eq!((&work["url"], &work["archivedAt"], &work["identifier"]), (&COPY.into(), &COPY.into(), &ORIGINAL.into()));
    }
}

#[test]
fn a_copy_that_may_not_be_published_is_no_copy() {
    let site = site("explainer", ORIGINAL, "    original: gone\n    archived_url: \"javascript:alert(1)\"\n");
    let ran = site.run(&["build", "--format", "short"]);
    assert_eq!((ran.code, ran.codes()), (0, vec!["source-gone".to_owned()]), "{}", ran.stderr);
    assert!(ran.findings()[0].place.starts_with("content/sources.yaml:17:"), "{}", ran.stderr);
    let html = site.output("index.html");
    assert!(html.contains("the original is gone") && !html.contains("javascript:") && !html.contains(":~:"), "{html}");
}

#[test]
fn readers_and_machines_learn_who_checked_a_page() {
    for theme in ["explainer", "plain"] {
        let site = site(theme, ORIGINAL, "");
        site.replace("site.yaml", "archive: archive", "archive: archive\nauthors: [River Desk]\nreviewers: [Ada <Ng>, B. Ito]");
        site.write("content/own.md", "---\ntitle: Own\nreviewers: [C. Roe]\n---\n\nA page.\n");
        site.write("content/none.md", "---\ntitle: None\nreviewers: []\n---\n\nA page.\n");
        site.write("content/site.md", "---\ntitle: As the site\n---\n\nA page.\n");
        site.build();
        let reviewed = |page: &str| -> Value {
            let html = site.output(page);
            let json = html.split("application/ld+json\">").nth(1).and_then(|h| h.split("</script>").next()).expect("JSON-LD");
            let value: Value = serde_json::from_str(json).expect("JSON");
            value["@graph"][0]["mainEntityOfPage"]["reviewedBy"].clone()
        };
        assert!(site.output("site/index.html").contains("Reviewed by Ada &lt;Ng&gt;, B. Ito"), "{theme}");
        assert_eq!(reviewed("site/index.html")[0], serde_json::json!({ "@type": "Person", "name": "Ada <Ng>" }));
        assert!(site.output("own/index.html").contains("Reviewed by C. Roe"), "{theme}");
        assert_eq!(reviewed("own/index.html").as_array().map(Vec::len), Some(1));
        assert!(
            !site.output("none/index.html").contains("Reviewed by") && reviewed("none/index.html").is_null(),
            "{theme}: nobody is nobody"
        );
    }
}

#[test]
fn people_are_cited_as_people_and_bodies_as_bodies() {
    let site = site("explainer", ORIGINAL, "");
    site.write("content/both.md", "---\ntitle: Both\ndate: 2024-06-03\nauthors: [\"Ng, Ada\", River Desk]\n---\n\nA page.\n");
    site.build();
    let html = site.output("both/index.html");
    assert!(html.contains("Ada Ng, River Desk"), "{html}");
    let ld = html.split("application/ld+json\">").nth(1).and_then(|h| h.split("</script>").next()).expect("JSON-LD");
    let ld: Value = serde_json::from_str(ld).expect("JSON");
    let person = serde_json::json!({ "@type": "Person", "name": "Ada Ng", "givenName": "Ada", "familyName": "Ng" });
    assert_eq!(ld["@graph"][0]["author"], serde_json::json!([person, { "@type": "Organization", "name": "River Desk" }]));
    assert!(site.output("both/cite.bib").contains("author = {{Ng}, {Ada} and {River Desk}}"), "{}", site.output("both/cite.bib"));
    assert!(site.output("both/cite.ris").contains("AU  - Ng, Ada\r\nAU  - River Desk\r\n"), "{}", site.output("both/cite.ris"));
    let author = &json(&site, "both/cite.json")[0]["author"];
    assert_eq!(author, &serde_json::json!([{ "family": "Ng", "given": "Ada" }, { "literal": "River Desk" }]));
    assert!(site.output("atom.xml").contains("<author><name>Ada Ng</name></author>"), "{}", site.output("atom.xml"));
}

#[test]
fn the_method_page_is_named_where_there_is_one() {
    let site = site("explainer", ORIGINAL, "");
    site.write("content/about.md", "---\ntitle: About\n---\n\nA page.\n");
    site.replace(
        "site.yaml",
        "archive: archive",
        "archive: archive\ntheme_settings: { method_path: about/, report_url: \"mailto:a@example.org?body={page}\" }",
    );
    site.build();
    let html = site.output("about/index.html");
    assert!(html.contains("\"publishingPrinciples\":\"https://example.org/about/\"") && html.contains(">How we work</a>"), "{html}");
    assert!(html.contains("href=\"mailto:a@example.org?body=https://example.org/about/\""), "the report names the page: {html}");
    site.replace("site.yaml", "method_path: about/", "method_path: abuot/");
    let ran = site.run(&["build", "--format", "short"]);
    assert_eq!((ran.code, ran.codes()), (1, vec!["link-broken".to_owned()]), "{}", ran.stderr);
}
