//! What a command says when part of the site cannot be read, or when what it is given is wrong: nothing false, nothing
//! that misleads, and no secret.
//!
//! In: the base site, broken in one way. Out: the findings and answers of a command.

use super::harness::TestSite;

/// The base site with an estimate that the home page shows, on a page of its own.
fn site() -> TestSite {
    let site = TestSite::copy("base");
    site.write(
        "content/mud.md",
        "---\ntitle: Mud\nreview_after: 2024-06-01\ncitations:\n  - { id: mud, source: survey, quote: carried 40 tonnes of mud }\nestimates:\n  - { id: est-mud, question: mud, value: 40, as_of: 2024-04, cites: [mud] }\n---\n\nThe river carried 40 tonnes of mud [@mud].\n",
    );
    site.write("content/questions.yaml", "- { id: mud, title: How much mud?, unit: tonnes }\n");
    site.replace("content/_index.md", "title: The river\n", "title: The river\nextra: { key_figures: [est-mud] }\n");
    site
}

#[test]
fn what_cannot_be_read_is_not_left_out_of_an_answer() {
    let site = site();
    assert_eq!(site.run(&["source", "lock"]).code, 0);
    let locked = site.read("content/sources.lock");
    for args in [&["source", "impact", "survey"][..], &["source", "show", "survey"], &["stale", "--as-of", "2025-01-01"]] {
        assert_eq!(site.run(args).code, 0, "{args:?}");
    }
    site.replace("content/mud.md", "title: Mud\n", "title: Mud\nweight: ten\n");
    for args in [
        &["source", "lock"][..],
        &["source", "impact", "survey"],
        &["source", "show", "survey"],
        &["source", "list"],
        &["stale", "--as-of", "2025-01-01"],
    ] {
        let ran = site.run(args);
        assert_eq!(ran.code, 1, "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("content/mud.md:3") && ran.stdout.is_empty(), "{args:?}: {}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(site.read("content/sources.lock"), locked);
}

#[test]
fn a_fault_in_one_file_is_no_fault_in_another() {
    let found = |site: &TestSite| {
        let ran = site.run(&["check", "--format", "short"]);
        ran.findings().into_iter().map(|f| f.place).collect::<Vec<_>>()
    };
    let broken = site();
    broken.replace("content/mud.md", "title: Mud\n", "title: Mud\nweight: ten\n");
    assert_eq!(found(&broken), ["content/mud.md:3:9"]);
    let broken = site();
    broken.write("content/sources.yaml", b"survey:\n  title: M\xfcll\n");
    assert_eq!(found(&broken), ["content/sources.yaml:2:11"]);
    let broken = site();
    broken.lay("../../themes/plain", "themes/plain");
    broken.replace("site.yaml", "theme: minimal", "theme: plain");
    broken.replace("themes/plain/theme.yaml", "license:", "licence:");
    let places = found(&broken);
    assert!(places.len() == 1 && places[0].starts_with("themes/plain/theme.yaml:"), "{places:?}");
}

#[test]
fn a_credential_is_in_no_message() {
    let site = site();
    let config = site.read("site.yaml");
    site.write("site.yaml", config + "deploy:\n  targets:\n    live: { git: \"https://me:s3cret@example.org/x.git\" }\n");
    for args in [&["check"][..], &["deploy", "-n"], &["build", "--format", "json"], &["build", "--format", "sarif"]] {
        let ran = site.run(args);
        assert!(ran.code != 0 && !(ran.stdout.clone() + &ran.stderr).contains("s3cret"), "{args:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn only_templates_of_pages_make_pages() {
    for template in ["components.html", "parts/toc.html", "source.html", "404.html", "card.svg", "shortcodes/note.html", "no.html"] {
        let site = site();
        site.lay("../../themes/explainer", "themes/explainer");
        site.replace("site.yaml", "theme: minimal", "theme: explainer");
        site.replace("content/mud.md", "title: Mud\n", &format!("title: Mud\ntemplate: {template}\n"));
        let ran = site.run(&["build", "--format", "short"]);
        assert_eq!(ran.codes(), ["template-missing"], "{template}: {}", ran.stderr);
        assert!(ran.findings()[0].place.starts_with("content/mud.md:3:11"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("parts/") || template.starts_with("parts/"), "only templates of pages are offered: {}", ran.stderr);
    }
}

#[test]
fn values_that_would_be_passed_over_are_told() {
    let base = |from: &str, to: &str| {
        let site = site();
        site.lay("../../themes/explainer", "themes/explainer");
        site.replace("site.yaml", "theme: minimal", "theme: explainer");
        site.replace("content/_index.md", from, to);
        let ran = site.run(&["check", "--format", "short"]);
        (ran.codes(), ran.stderr)
    };
    let event = "- { id: ev, date: 2024-05, until: 2024-04, title: The flood, cites: [mud] }\n";
    for (from, to, code) in [
        ("[est-mud]", "est-mud", "value-invalid"),
        ("title: The river\n", &*format!("title: The river\nevents:\n  {event}"), "value-invalid"),
        ("The river carried", "{{ events(from=\"Nov 2024\") }}\n\nThe river carried", "shortcode-invalid"),
        ("The river carried", "{{ events(to=\"2024-11-31\") }}\n\nThe river carried", "shortcode-invalid"),
        ("The river carried", "{{ events(from=2024) }}\n\nThe river carried", "shortcode-invalid"),
    ] {
        let (codes, said) = base(from, to);
        assert_eq!(codes, [code], "{to}: {said}");
    }
}

#[test]
fn a_page_by_another_ending_is_told() {
    for name in ["a.markdown", "A.MD", "flood/b.mdx"] {
        let site = site();
        site.write(&format!("content/{name}"), "---\ntitle: A\n---\n");
        let ran = site.run(&["build", "--format", "short"]);
        assert_eq!((ran.code, ran.codes()), (1, vec!["file-unreadable".to_owned()]), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_tag_that_is_no_language_is_told() {
    let site = site();
    site.replace("content/_index.md", "    quote: Two", "    lang: german!\n    quote: Two");
    let ran = site.run(&["check", "--format", "short"]);
    assert_eq!(ran.codes(), ["value-invalid"], "{}", ran.stderr);
}

#[test]
fn the_argument_is_named_and_not_the_file() {
    let ran = site().run(&["build", "--base-url", "example.org", "--format", "short"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("`--base-url`") && !ran.stderr.contains("site.yaml"), "{}", ran.stderr);
}

#[test]
fn a_new_page_takes_the_citation_that_is_printed_for_it() {
    let site = site();
    assert_eq!(site.run(&["new", "flood.md"]).code, 0);
    let cited = site.run(&["cite", "survey", "40 tonnes of mud"]);
    assert_eq!(cited.code, 0, "{}", cited.stderr);
    site.replace("content/flood.md", "citations:\n", &format!("citations:\n{}", cited.stdout));
    let ran = site.run(&["check", "--drafts", "--format", "short"]);
    assert_eq!(ran.codes(), ["cite-unused"], "{}{}", cited.stdout, ran.stderr);
}

#[test]
fn every_format_says_where_the_first_one_stands() {
    let site = site();
    site.replace("content/_index.md", "  - id: bridge\n", "  - id: mud\n");
    for format in ["human", "short", "json", "sarif", "github"] {
        let ran = site.run(&["check", "--format", format]);
        assert!((ran.stdout + &ran.stderr).contains("first defined here"), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_who_has_enough_and_a_full_disk_are_no_panic() {
    use std::process::{Command, Stdio};
    let run = |args: &[&str], out: Stdio| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cited")).args(args).stdout(out).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    };
    for args in [&["completions", "bash"][..], &["schema", "page"], &["explain"]] {
        assert_eq!(run(args, Stdio::piped()), (Some(0), String::new()), "{args:?}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let (code, said) = run(args, full.into());
        assert!(code == Some(2) && said.starts_with("error: the output cannot be written: "), "{args:?}: {code:?} {said}");
    }
}
