//! Bad input through the whole program: each gives its finding, and changes nothing on disk.

use crate::harness::TestSite;

/// Build once, spoil the site, build again: the finding is there, the exit code is 1, and public/ is as it was.
fn refused(code: &str, spoil: impl FnOnce(&TestSite)) {
    let site = TestSite::copy("base");
    site.build();
    let before = site.tree("public");
    spoil(&site);
    let inputs = site.tree("content");
    let ran = site.run(&["build", "--format", "short"]);
    assert!(ran.codes().iter().any(|c| c == code), "no {code} in:\n{}", ran.stderr);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(site.tree("public"), before, "public/ changed");
    assert_eq!(site.tree("content"), inputs, "content/ changed");
}

#[test]
fn a_folder_without_a_site_is_told_and_left_alone() {
    let site = TestSite::empty();
    let ran = site.run(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("error[config-missing]"), "{}", ran.stderr);
    assert!(site.tree("").is_empty());
}

#[test]
fn a_missing_config_is_told() {
    refused("config-missing", |site| site.remove("site.yaml"));
}

#[test]
fn a_wrong_type_is_told() {
    refused("value-invalid", |site| site.write("content/bad.md", "---\ntitle: Bad\nweight: heavy\n---\n"));
}

#[test]
fn front_matter_that_does_not_close_is_told() {
    refused("front-matter-unclosed", |site| site.write("content/bad.md", "---\ntitle: Bad\n\nText.\n"));
}

#[test]
fn an_unknown_source_is_told() {
    refused("source-unknown", |site| {
        site.write("content/bad.md", "---\ntitle: Bad\ncitations:\n  - { id: a, source: nobody }\n---\nText [@a].\n")
    });
}

#[test]
fn a_key_that_cannot_be_an_address_is_told() {
    for key in ["con", "a:b", &"k".repeat(300)] {
        refused("path-outside", |site| {
            site.write("content/sources.yaml", format!("{}{key}: {{ type: web, title: Odd }}\n", site.read("content/sources.yaml")));
        });
    }
}

#[test]
fn sources_and_questions_that_differ_in_case_alone_are_told() {
    refused("route-collision", |site| {
        let two = "Flood: { type: web, title: One }\nflood: { type: web, title: Two }\n";
        site.write("content/sources.yaml", format!("{}{two}", site.read("content/sources.yaml")));
    });
    refused("route-collision", |site| {
        let two = "- { id: Fish, title: One, unit: fish, counts: [all] }\n- { id: fish, title: Two, unit: fish, counts: [all] }\n";
        site.write("content/questions.yaml", format!("{}{two}", site.read("content/questions.yaml")));
    });
}

#[test]
fn what_the_preview_keeps_for_itself_is_told() {
    refused("path-outside", |site| site.write("content/__cited/_index.md", "---\ntitle: Own\n---\n\nText.\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    for name in [&b"content/caf\xe9.md"[..], b"content/caf\xe9.txt", b"assets/caf\xe9.css"] {
        refused("file-unreadable", |site| {
            let path = site.root().join(std::ffi::OsStr::from_bytes(name));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            std::fs::write(path, "---\ntitle: Odd\n---\n\nText.\n").expect("it can be written");
        });
    }
}

/// The base site in a theme of this repository, with more at the end of its home page. Out: what `check` says.
fn said(text: &str, theme: &str) -> String {
    let site = TestSite::copy("base");
    site.lay(&format!("../../themes/{theme}"), &format!("themes/{theme}"));
    site.replace("site.yaml", "theme: minimal", &format!("theme: {theme}"));
    site.write("content/_index.md", site.read("content/_index.md") + "\n\n" + text + "\n");
    site.run(&["check", "--format", "short"]).stderr
}

#[test]
fn a_shortcode_that_would_show_nothing_is_told() {
    for theme in ["explainer", "plain"] {
        for (text, words) in [
            (
                "{{ estimates(question=\"mu\") }}",
                "_index.md:15:1: error[question-unknown]: there is no question `mu` (did you mean `mud`?)",
            ),
            ("{{ estimates(qestion=\"mud\") }}", "takes no argument `qestion` (did you mean `question`?)"),
            ("{{ estimates() }}", "the shortcode `estimates` lacks the argument `question`"),
            ("{% estimates(question=\"mud\") %}\nLost.\n{% end %}", "the shortcode `estimates` encloses no text"),
            ("{{ note() }}", "the shortcode `note` encloses text"),
            ("{{ responses(actor=\"nobody\") }}", "error[actor-unknown]: there is no actor `nobody`"),
            ("{{ responses(stance=\"condemn\") }}", "cannot be `condemn` (did you mean `condemns`?)"),
            ("{{ events(page=\"floods/\") }}", "error[shortcode-invalid]: there is no page `floods/`"),
        ] {
            let found = said(text, theme);
            assert!(found.contains(words), "{theme}, {text}:\n{found}");
        }
        let fine = said("{{ estimates(question=\"mud\", show=\"table\") }}\n\n{% note(title=\"So\") %}\nWords.\n{% end %}", theme);
        assert!(!fine.contains("error["), "{theme}: {fine}");
    }
}

#[test]
fn a_citation_that_is_not_closed_is_told() {
    let found = said("This is it [@mud and goes on.", "explainer");
    assert!(found.contains("_index.md:15:12: error[cite-syntax]: the citation is not closed"), "{found}");
    let fine = said("Braces for \\[@mud] and of @mud.", "explainer");
    assert!(!fine.contains("cite-syntax"), "{fine}");
}

#[test]
fn what_a_template_lacks_is_told_in_its_place() {
    for (template, words) in [
        ("<p>\n{{ site.title | uper }}\n", "templates/page.html:2:17: error[template-error]: unknown filter"),
        ("<p>\n{{ foo() }}\n", "templates/page.html:2:4: error[template-error]: unknown function"),
        ("<p>\n{% if site is bogus %}{% endif %}\n", "templates/page.html:2:15: error[template-error]: unknown test"),
        ("<p>\n{% include \"parts/nope.html\" %}\n", "templates/page.html:2:13: error[template-error]"),
        ("{% extends \"bse.html\" %}\n", "templates/page.html:1:13: error[template-error]"),
    ] {
        let site = TestSite::copy("base");
        site.write("templates/page.html", template);
        let found = site.run(&["check", "--format", "short"]).stderr;
        assert!(found.contains(words) && !found.contains("error: error") && !found.contains(": error: "), "{template}:\n{found}");
    }
}

#[test]
fn drafts_are_counted_and_links_to_them_are_told() {
    let site = TestSite::copy("base");
    let ran = site.run(&["new", "flood.md"]);
    assert!(ran.stderr.contains("it is a draft"), "{}", ran.stderr);
    let ran = site.run(&["build"]);
    assert!(ran.stderr.contains("1 draft left out (`--drafts` takes drafts in)"), "{}", ran.stderr);
    assert!(site.run(&["check"]).stderr.contains("no findings, 1 draft left out"), "{}", site.run(&["check"]).stderr);
    assert!(!site.run(&["check", "--drafts"]).stderr.contains("left out"));
    site.write("content/_index.md", site.read("content/_index.md") + "\n\nSee [the flood](flood.md).\n");
    let found = site.run(&["check", "--format", "short"]).stderr;
    assert!(found.contains("error[link-broken]: content/flood.md is a draft, which is not published"), "{found}");
    site.write("content/deep/page.md", "---\ntitle: Deep\n---\n\nSee [the flood](../flood.md).\n");
    let found = site.run(&["check", "--format", "short"]).stderr;
    assert!(found.contains("content/deep/page.md:5:5: error[link-broken]: content/flood.md is a draft"), "{found}");
}

#[test]
fn github_gets_paths_from_the_repository() {
    let site = TestSite::empty();
    site.lay("base", "river");
    site.write("river/content/bad.md", "---\ntitle: Bad\n---\n\nText [@nobody].\n");
    let ran = site.run(&["check", "--root", "./river", "--format", "github"]);
    assert!(ran.stderr.contains("::error file=river/content/bad.md,line=5,"), "{}", ran.stderr);
    let root = site.root().join("river");
    let ran = site.run(&["check", "--root", &root.to_string_lossy(), "--format", "github"]);
    assert!(ran.stderr.contains("::error file=river/content/bad.md,line=5,"), "{}", ran.stderr);
    let ran = site.run(&["check", "--root", "./river", "--format", "short"]);
    assert!(ran.stderr.contains("\ncontent/bad.md:5:") || ran.stderr.starts_with("content/bad.md:5:"), "{}", ran.stderr);
}

#[test]
fn terms_with_one_address_are_told() {
    refused("id-duplicate", |site| {
        site.write("content/glossary.yaml", "- { term: weir, definition: A wall. }\n- { term: Weir, definition: A low wall. }\n");
    });
}

#[test]
fn a_key_figure_that_does_not_exist_is_told() {
    refused("claim-unknown", |site| {
        site.replace("content/_index.md", "title: The river", "title: The river\nextra: { key_figures: [est-mud] }")
    });
}

#[test]
fn a_comma_that_ends_a_value_is_told() {
    let site = TestSite::copy("base");
    let events = "title: The river\nevents:\n  - { id: e, date: 2024, title: The count ends, at last, cites: [mud] }";
    site.replace("content/_index.md", "title: The river", events);
    let found = site.run(&["check", "--format", "short"]).stderr;
    assert!(found.contains("unknown key `at last`") && found.contains("put a value that holds a comma in quotes"), "{found}");
}

#[test]
fn a_citation_is_ready_only_if_it_would_pass() {
    let site = TestSite::copy("base");
    let ran = site.run(&["cite", "survey", "mud"]);
    assert!(ran.code == 2 && ran.stdout.is_empty() && ran.stderr.contains("one word"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn an_id_that_is_used_twice_is_told() {
    refused("id-duplicate", |site| {
        let entry = "twice: { type: web, title: Twice }\n";
        site.write("content/sources.yaml", format!("{}{entry}{entry}", site.read("content/sources.yaml")));
    });
}

#[test]
fn two_pages_for_one_address_are_told() {
    refused("route-collision", |site| {
        site.write("content/One.md", "---\ntitle: One\n---\n");
        site.write("content/one/index.md", "---\ntitle: One\n---\n");
    });
}

#[test]
fn a_template_that_fails_is_told_with_the_page() {
    let site = TestSite::copy("base");
    site.write("content/a.md", "---\ntitle: A\n---\n");
    site.write("templates/page.html", "{{ page.nothing }}");
    let ran = site.run(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("templates/page.html:1:") && ran.stderr.contains("while rendering content/"), "{}", ran.stderr);
}

#[test]
fn a_missing_theme_is_told() {
    refused("theme-missing", |site| site.replace("site.yaml", "theme: minimal", "theme: minimol"));
}

#[test]
fn invalid_utf_8_is_told() {
    refused("file-unreadable", |site| site.write("content/bad.md", b"---\ntitle: Bad\n---\n\xff\xfe\n"));
}

#[test]
fn a_file_that_is_too_large_is_told() {
    refused("file-unreadable", |site| site.write("content/bad.md", "---\ntitle: Bad\n---\n".to_owned() + &"word ".repeat(1_000_000)));
}

#[test]
fn deep_yaml_and_deep_markdown_are_told_at_once() {
    refused("yaml-invalid", |site| site.write("content/bad.md", format!("---\ntitle: {}\n---\n", "[".repeat(60_000))));
    for deep in [">".repeat(100_000), "- ".repeat(100_000) + "x", "[".repeat(100_000)] {
        refused("file-unreadable", |site| site.write("content/bad.md", format!("---\ntitle: Bad\n---\n{deep}\n")));
    }
}

#[test]
fn one_run_tells_everything() {
    let site = TestSite::copy("base");
    site.write("content/bad.md", "---\ntitel: Bad\n---\n");
    site.write("content/worse.md", "---\ntitle: Worse\n---\n[x](nowhere.md) and 5,000 people.\n\n{{ nothing() }}\n");
    site.write("content/actors.yaml", "- { id: a }\n");
    let codes = site.run(&["build", "--format", "short"]).codes();
    for code in ["key-unknown", "link-broken", "number-uncited", "shortcode-invalid", "value-invalid"] {
        assert!(codes.iter().any(|c| c == code), "no {code} in {codes:?}");
    }
}

#[test]
fn a_fault_is_told_once_at_its_place() {
    let site = TestSite::copy("base");
    site.write("content/other.md", "---\ntitel: Other\n---\n");
    site.write("content/linking.md", "---\ntitle: Linking\n---\nSee [the other](other.md).\n");
    assert_eq!(site.run(&["check", "--format", "short"]).codes().iter().filter(|c| *c == "link-broken").count(), 0);
}

#[test]
fn usage_and_machine_end_with_2() {
    let site = TestSite::copy("base");
    for args in
        [vec!["build", "--nonsense"], vec!["build", "--deny", "nonsense"], vec!["explain", "nonsense"], vec!["build", "--output-dir", "."]]
    {
        assert_eq!(site.run(&args).code, 2, "{args:?}");
    }
}
