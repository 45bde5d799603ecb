//! The manual and the program say the same: codes, commands, the lesson that `init` makes.

use crate::harness::TestSite;

#[test]
fn every_code_is_explained_with_an_example() {
    let site = TestSite::empty();
    let list = site.run(&["explain"]).stdout;
    let codes: Vec<&str> = list.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert!(codes.len() > 40, "{list}");
    for code in codes {
        let text = site.run(&["explain", code]).stdout;
        assert!(text.starts_with(code) && text.contains("```"), "no example of {code} in docs/diagnostics.md:\n{text}");
    }
}

#[test]
fn init_makes_a_site_that_builds_at_once_and_is_a_lesson() {
    let site = TestSite::empty();
    let ran = site.run(&["init", "lesson"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = site.run(&["build", "--root", "lesson", "--format", "short"]);
    assert_eq!((ran.code, ran.findings()), (0, Vec::new()), "{}", ran.stderr);
    let page = site.read("lesson/public/river/index.html");
    assert!(page.contains("we counted 1,240 adult salmon at Weir 3"), "the quote is shown");
    // Without the archive the lock vouches for the same quotes.
    site.remove("lesson/archive");
    assert_eq!(site.run(&["check", "--root", "lesson", "--format", "short"]).findings(), Vec::new());
    // What the lesson asks the reader to try.
    site.replace("lesson/content/_index.md", "counted 1,240 adult salmon in", "counted 1,241 adult salmon in");
    assert_eq!(site.run(&["check", "--root", "lesson", "--format", "short"]).codes(), ["number-unsupported"]);
    assert_eq!(site.run(&["init", "lesson"]).code, 2, "a folder with files is refused");
}

#[test]
fn new_makes_a_draft_that_is_sound() {
    let site = TestSite::copy("base");
    assert_eq!(site.run(&["new", "rivers/new-page.md", "--title", "A \"new\" page"]).code, 0);
    assert!(site.read("content/rivers/new-page.md").contains("A \\\"new\\\" page"));
    assert_eq!(site.run(&["check", "--drafts", "--format", "short"]).code, 0);
    assert_eq!(site.run(&["new", "rivers/new-page.md"]).code, 2, "a page that exists is not replaced");
    assert_eq!(site.run(&["new", "../outside.md"]).code, 2);
}

#[test]
fn every_kind_of_file_has_a_schema() {
    let site = TestSite::empty();
    for file in ["site", "page", "actors", "questions", "glossary", "evidence", "theme"] {
        let ran = site.run(&["schema", file]);
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a schema is JSON");
        assert!(schema.get("$schema").is_some(), "{file}");
    }
}
