//! What a source gets wrong: records with `mistake`.
//!
//! In: the base site with an event and a response of which sources tell something wrong, in both themes. Out: a label
//! wherever the words stand, for readers and for machines. Such a record is never counted as what happened.

use serde_json::Value;

use super::harness::TestSite;

const RECORDS: &str = "events:
  - { id: ev-flood, date: 2024-04-10, title: The river floods, cites: [mud] }
  - { id: ev-may, date: 2024-05-10, title: The river is said to flood in May, mistake: error, cites: [bridge], contradicts: [ev-flood] }
responses:
  - { id: resp-denied, actor: council, date: 2024-05-11, stance: denies, action: It denied the flood., mistake: misleading, cites: [bridge] }
";

fn site(theme: &str) -> TestSite {
    let site = TestSite::copy("base");
    site.lay(&format!("../../themes/{theme}"), &format!("themes/{theme}"));
    site.replace("site.yaml", "theme: minimal", &format!("theme: {theme}"));
    site.replace("content/_index.md", "title: The river\n", &format!("title: The river\n{RECORDS}"));
    site.write("content/when.md", "---\ntitle: When\ntemplate: timeline.html\n---\n");
    site.write("content/who.md", "---\ntitle: Who\ntemplate: responses.html\n---\n");
    site
}

/// The text of a page between two words of its markup, without tags.
fn told(html: &str, from: &str, to: &str) -> String {
    let rest = &html[html.find(from).unwrap_or_else(|| panic!("no {from}"))..];
    let part = rest.split_inclusive('>').skip(1).collect::<String>();
    let text: String =
        part[..part.find(to).unwrap_or_else(|| panic!("no {to}"))].split('<').filter_map(|t| t.split('>').next_back()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn readers_see_that_a_source_is_wrong_wherever_its_words_stand() {
    for theme in ["explainer", "plain"] {
        let site = site(theme);
        site.build();
        let home = site.output("index.html");
        assert!(
            told(&home, "id=\"claim-ev-may\"", "</li>").contains("Error in a source: The river is said to flood in May"),
            "{theme}: {home}"
        );
        assert!(told(&home, "id=\"claim-resp-denied\"", "</li>").contains("Misleading in a source: It denied the flood."), "{theme}");
        assert!(!told(&home, "id=\"claim-ev-flood\"", "</li>").contains("in a source"), "{theme}: what happened is no mistake");
        // The page of the source that has it.
        let source = site.output("sources/council/index.html");
        assert!(source.contains("Error in a source: The river is said to flood in May"), "{theme}: {source}");
    }
}

#[test]
fn a_mistake_is_listed_and_not_counted() {
    let site = site("explainer");
    site.build();
    let when = site.output("when/index.html");
    assert!(when.contains("One event, 10 April 2024."), "the chart counts what happened: {when}");
    assert_eq!(when.matches("class=\"tl-event").count(), 2, "both are listed");
    assert_eq!(when.matches("class=\"tl-event wrong\"").count(), 1);
    let who = site.output("who/index.html");
    assert!(who.contains("It denied the flood.") && !who.contains("class=\"dot\""), "{who}");
}

#[test]
fn machines_learn_it_too() {
    let site = site("explainer");
    site.build();
    let claims: Value = serde_json::from_str(&site.output("data/claims.json")).expect("JSON");
    let fields: Vec<_> = claims["claims"].as_array().expect("claims").iter().map(|c| (&c["text"], &c["mistake"])).collect();
    let words = |text: &str, mistake: Option<&str>| (Value::from(text), mistake.map_or(Value::Null, Value::from));
    let expected = [
        words("The river floods", None),
        words("Error in a source: The river is said to flood in May", Some("error")),
        words("Misleading in a source: It denied the flood.", Some("misleading")),
    ];
    assert_eq!(fields, expected.iter().map(|(text, mistake)| (text, mistake)).collect::<Vec<_>>());
    let events = site.output("data/events.csv");
    let last: Vec<_> = events.lines().map(|line| line.rsplit(',').next().unwrap_or_default()).collect();
    assert_eq!(last, ["mistake", "", "error"]);
    let graph = site.output("data/claims.jsonld");
    assert!(graph.contains("Error in a source: The river is said to flood in May (10 May 2024)"), "{graph}");
}

#[test]
fn an_unknown_kind_of_mistake_is_refused_with_its_place() {
    let site = site("explainer");
    site.replace("content/_index.md", "mistake: error", "mistake: eror");
    let ran = site.run(&["build", "--format", "short"]);
    assert_eq!(ran.code, 1);
    assert!(ran.findings()[0].place.starts_with("content/_index.md:5:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("misleading"), "the words that may stand there are named: {}", ran.stderr);
}
