//! The manual and the program say the same: findings, schemas, the lesson that `init` makes.
//!
//! In: the codes that the program knows, the manual's sections, and the fixtures of `tests/diagnostics/`. The three
//! lists are equal, and every example of the manual stands word for word in the fixture of its code.

use std::collections::BTreeSet;
use std::path::Path;

use cited::diag::{Code, Sort};

use crate::errors::Fixture;
use crate::harness::TestSite;

fn manual() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md")).expect("the manual is there")
}

/// Heading and text of each section.
fn sections(manual: &str) -> Vec<(&str, &str)> {
    manual.split("\n## ").skip(1).map(|section| section.split_once('\n').expect("a heading")).collect()
}

#[test]
fn codes_sections_and_fixtures_are_the_same() {
    let manual = manual();
    let known: Vec<&str> = Code::ALL.iter().map(|c| c.name()).collect();
    let told: Vec<&str> = sections(&manual).iter().map(|(heading, _)| *heading).collect();
    assert_eq!(told, known, "docs/diagnostics.md has other sections than there are codes, or in another order");
    let fixtures: BTreeSet<String> = Fixture::all().into_iter().map(|f| f.name).filter(|n| !n.contains("--")).collect();
    let known: BTreeSet<String> = known.into_iter().map(str::to_owned).collect();
    assert_eq!(fixtures, known, "tests/diagnostics/ has other fixtures than there are codes");
    for fixture in Fixture::all() {
        assert!(known.contains(&fixture.code), "{}: no such code", fixture.name);
    }
}

#[test]
fn the_program_explains_every_code() {
    let site = TestSite::empty();
    let manual = manual();
    let listed = site.run(&["explain"]);
    assert_eq!(listed.code, 0);
    let names: Vec<&str> = listed.stdout.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(names, Code::ALL.iter().map(|c| c.name()).collect::<Vec<_>>());
    for (code, text) in sections(&manual) {
        let ran = site.run(&["explain", code]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(ran.stdout.starts_with(&format!("{code}: ")), "{}", ran.stdout);
        assert!(ran.stdout.trim_end().ends_with(text.trim()), "{code}: {}", ran.stdout);
    }
    let ran = site.run(&["explain", "number-uncitd"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `number-uncited`?"), "{}", ran.stderr);
}

/// Fenced blocks of a section: the language and the text.
fn blocks(section: &str) -> Vec<(&str, &str)> {
    section.split("```").skip(1).step_by(2).map(|block| block.split_once('\n').expect("a fence has a line")).collect()
}

#[test]
fn examples_are_those_of_the_fixtures() {
    let manual = manual();
    let fixtures = Fixture::all();
    for (code, section) in sections(&manual) {
        let fixture = fixtures.iter().find(|f| f.name == code).expect("a fixture");
        let blocks = blocks(section);
        assert!(blocks.len() >= 2, "{code}: an example that fails, and the mended one");
        let mended = fixture.mended.iter().chain(&fixture.faulty).collect::<Vec<_>>();
        let faulty = fixture.faulty.iter().collect::<Vec<_>>();
        for (i, (language, text)) in blocks.iter().enumerate().filter(|(_, (language, _))| *language != "console") {
            let files = if i == 0 { &faulty } else { &mended };
            assert!(files.iter().any(|(_, file)| file.contains(text)), "{code}: the fixture has no such {language}:\n{text}");
        }
        let failing_and_mended_differ = blocks[0].1 != blocks[1].1;
        assert!(failing_and_mended_differ, "{code}: the two examples are the same");
    }
}

#[test]
fn sections_are_short_and_say_how_to_set_a_level() {
    let manual = manual();
    for (heading, section) in sections(&manual) {
        let code: Code = heading.parse().expect("a code");
        let prose = section.split("```").next().unwrap_or("");
        let sentences = prose.split_inclusive(['.', '?']).filter(|s| s.trim().len() > 15).count();
        assert!((2..=6).contains(&sentences), "{heading}: {sentences} sentences");
        let after = section.rsplit("```").next().unwrap_or("");
        let says_level = ["checks:", "level"].iter().any(|word| after.contains(word)) || after.contains("switch the check off");
        assert_eq!(says_level, code.sort() == Sort::Unpublishable, "{heading}: only unpublishable findings have levels");
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

/// The files that a chapter gives: a line "`path`:" and, after an empty line, a block of code.
fn files_of_chapter(manual: &str, heading: &str) -> Vec<(String, String)> {
    let chapter = manual.split("\n## ").find(|c| c.starts_with(heading)).expect("the chapter");
    let mut files = Vec::new();
    for (i, _) in chapter.match_indices("\n`themes/") {
        let (line, rest) = chapter[i + 1..].split_once("\n\n```").expect("a block of code after the path");
        let path = line.trim_end_matches(':').trim_matches('`').to_owned();
        let (_, code) = rest.split_once('\n').expect("code");
        files.push((path, code.split("\n```").next().unwrap_or_default().to_owned() + "\n"));
    }
    files
}

#[test]
fn the_theme_of_the_manual_builds_the_lesson() {
    let site = TestSite::empty();
    assert_eq!(site.run(&["init", "lesson"]).code, 0);
    let files = files_of_chapter(include_str!("../../docs/themes.md"), "Write a theme in half an hour");
    assert!(files.len() >= 10, "only {} files were found", files.len());
    for (path, text) in &files {
        site.write(&format!("lesson/{path}"), text);
    }
    site.replace("lesson/site.yaml", "theme: explainer", "theme: mine");
    let ran = site.run(&["build", "--root", "lesson", "--format", "short"]);
    assert_eq!((ran.code, ran.findings()), (0, Vec::new()), "{}", ran.stderr);
    let page = site.read("lesson/public/river/index.html");
    for there in
        ["id=\"cite-survey-count\"", "id=\"use-survey-count-1\"", "id=\"claim-est-survey\"", "id=\"claim-ev-count\"", "role=\"img\""]
    {
        assert_eq!(page.matches(there).count(), 1, "{there}");
    }
    assert!(site.read("lesson/public/sources/index.html").contains("sources/survey-2024/"));
    assert!(site.read("lesson/public/sources/survey-2024/index.html").contains("river/#claim-est-survey"));
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
