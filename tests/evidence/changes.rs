//! `cited changes --since REV`: records are compared, not lines, and the repository is left alone.

use std::process::Command;

use crate::harness::TestSite;

const PAGE: &str = r#"
-- content/flood.md --
---
title: The flood
citations:
  - { id: mud, source: survey, quote: carried 40 tonnes of mud in April }
  - { id: bridge, source: council, quote: Two villages lost their bridge }
estimates:
  - { id: office-april, question: mud, value: 10000, as_of: 2024-04, by: office, counts: in April, cites: [mud] }
  - { question: mud, value: 40, as_of: 2024-04, by: office, counts: in April, cites: [mud] }
  - { question: mud, value: 50, as_of: 2024-05, by: council, counts: in May, cites: [bridge] }
corrections:
  - { date: 2024-06-01, was: thirty, now: forty, why: A slip. }
---

Text [@mud; @bridge].
"#;

fn git(site: &TestSite, args: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(site.outside())
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(args)
        .output()
        .expect("git can be run");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A site below the root of its repository, committed.
fn committed() -> TestSite {
    let site = TestSite::copy("base");
    site.overlay(PAGE);
    git(&site, &["init", "-q"]);
    git(&site, &["add", "-A"]);
    git(&site, &["commit", "-q", "-m", "first"]);
    site
}

fn lines(site: &TestSite) -> Vec<String> {
    let ran = site.run(&["changes", "--since", "HEAD"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.lines().map(|l| l.trim().to_owned()).collect()
}

#[test]
fn a_changed_value_and_a_new_source_are_told_in_one_line() {
    let site = committed();
    assert!(lines(&site).is_empty());
    site.replace(
        "content/flood.md",
        "value: 10000, as_of: 2024-04, by: office, counts: in April, cites: [mud]",
        "value: 11000, as_of: 2024-04, by: office, counts: in April, cites: [mud, bridge]",
    );
    assert_eq!(lines(&site), ["claims", "~ estimate office-april: 10,000 → 11,000; one source more; one origin more"]);
}

#[test]
fn moving_reordering_and_rewriting_are_no_changes() {
    let site = committed();
    site.replace("content/flood.md", "question: mud, value: 40,", "value: 4e1, question: 'mud',");
    site.replace("content/flood.md", "cites: [mud] }\n  - { value", "cites: [ mud ] }\n  # a remark\n\n  - { value");
    assert!(lines(&site).is_empty(), "{:?}", lines(&site));
    // A record put first shifts the made ids of those behind it.
    site.replace(
        "content/flood.md",
        "estimates:\n",
        "estimates:\n  - { question: mud, value: 7, as_of: 2024-03, by: council, counts: in May, cites: [bridge] }\n",
    );
    assert_eq!(lines(&site), ["claims", "+ estimate flood-estimate-1: How much mud did the river carry? 7 (March 2024)"]);
    // And one of those may change at the same time.
    site.replace("content/flood.md", "value: 50, as_of: 2024-05", "value: 55, as_of: 2024-05");
    assert_eq!(lines(&site)[2], "~ estimate flood-estimate-4: 50 → 55");
}

#[test]
fn citations_corrections_and_removals_are_told() {
    let site = committed();
    site.replace("content/flood.md", "quote: Two villages lost their bridge", "quote: villages lost their bridge");
    site.replace("content/flood.md", "corrections:\n", "corrections:\n  - { date: 2024-07-01, was: three, now: two, why: Miscounted. }\n");
    site.replace(
        "content/flood.md",
        "  - { question: mud, value: 50, as_of: 2024-05, by: council, counts: in May, cites: [bridge] }\n",
        "",
    );
    assert_eq!(
        lines(&site),
        [
            "claims",
            "- estimate flood-estimate-3: How much mud did the river carry? 50 (May 2024)",
            "citations",
            "~ citation bridge of flood.md: other words are quoted",
            "corrections",
            "+ correction 2024-07-01 of flood.md: three → two",
        ]
    );
    let ran = site.run(&["changes", "--since", "HEAD", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("the output is JSON");
    assert_eq!(value["claims"][0]["change"], "removed");
    assert_eq!(value["citations"][0]["fields"][0]["now"][0], "villages lost their bridge");
    assert_eq!(value["corrections"][0]["title"], "three → two");
    assert_eq!(value["since"].as_str().map(str::len), Some(12));
}

#[test]
fn a_renamed_page_keeps_its_records() {
    let site = committed();
    site.rename("content/flood.md", "content/water.md");
    let lines = lines(&site);
    assert!(lines.contains(&"~ estimate office-april: page flood.md → water.md".to_owned()), "{lines:?}");
    assert!(lines.iter().all(|l| !l.starts_with(['+', '-'])), "{lines:?}");
}

#[test]
fn the_repository_is_left_as_it_was_and_bad_revisions_are_refused() {
    let site = committed();
    site.write("content/new.md", "---\ntitle: Untracked\n---\n");
    let before = (git(&site, &["status", "--porcelain"]), site.tree(""), std::fs::read(site.outside().join(".git/index")).ok());
    lines(&site);
    assert_eq!(before, (git(&site, &["status", "--porcelain"]), site.tree(""), std::fs::read(site.outside().join(".git/index")).ok()));
    for (since, why) in [("nowhere", "no revision `nowhere`"), ("HEAD:site", "no revision")] {
        let ran = site.run(&["changes", "--since", since]);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{}", ran.stderr);
    }
    let ran = site.run(&["changes", "--since=--output=x"]);
    assert!(ran.code == 2 && ran.stderr.contains("is no revision"), "{}", ran.stderr);
    let alone = TestSite::copy("base");
    let ran = alone.run(&["changes", "--since", "HEAD"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}
