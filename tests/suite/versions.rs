//! Dated copies of the site: `cited export --snapshot DATE`, and what later builds make of them.
//!
//! In: the base site in the themes of this repository. Out: a copy that stands alone and says what it is, the latest
//! page that leads to it, and builds that never change it.

use std::process::Command;

use serde_json::Value;

use super::harness::TestSite;

fn site(theme: &str) -> TestSite {
    let site = TestSite::copy("base");
    site.lay(&format!("../../themes/{theme}"), &format!("themes/{theme}"));
    site.replace("site.yaml", "theme: minimal", &format!("theme: {theme}"));
    site.replace("site.yaml", "https://example.org/", "https://example.org/sub/");
    site.write(
        "content/flood.md",
        "---\ntitle: The flood\ndate: 2024-06-10\naliases: [old/flood/]\n---\n\nSee [the river](_index.md).\n\n![A map](map.svg)\n",
    );
    site.write("content/map.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"4\"/>");
    site
}

fn snapshot(site: &TestSite, date: &str) {
    let ran = site.run(&["export", "--snapshot", date]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

fn json_ld(html: &str) -> Value {
    let json = html.split("application/ld+json\">").nth(1).and_then(|h| h.split("</script>").next()).expect("JSON-LD");
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn a_copy_says_what_it_is_and_leads_to_the_latest_site() {
    for theme in ["explainer", "plain"] {
        let site = site(theme);
        snapshot(&site, "2024-07-01");
        for (page, latest) in [
            ("index.html", "./../../"),
            ("flood/index.html", "../../../flood/"),
            ("sources/survey/index.html", "../../../../sources/survey/"),
        ] {
            let html = site.read(&format!("versions/2024-07-01/{page}"));
            assert!(html.contains("This is the version of <time datetime=\"2024-07-01\">1 July 2024</time>"), "{theme}: {page}: {html}");
            assert!(html.contains(&format!("<a href=\"{latest}\">Read the latest version</a>")), "{theme}: {page}: {html}");
            let folder = page.trim_end_matches("index.html");
            assert!(html.contains(&format!("<link rel=\"canonical\" href=\"https://example.org/sub/{folder}\">")), "{theme}: {page}");
            assert!(html.contains("<meta name=\"robots\" content=\"noindex\">") && !html.contains("atom.xml"), "{theme}: {page}");
        }
        let html = site.read("versions/2024-07-01/flood/index.html");
        assert!(html.contains("content=\"https://example.org/sub/versions/2024-07-01/flood/\""), "{theme}: it is cited by its own address");
        assert_eq!(json_ld(&html)["@graph"][0]["version"], "2024-07-01");
        let files: Vec<String> = site.tree("versions/2024-07-01").into_keys().collect();
        for absent in ["sitemap.xml", "robots.txt", "404.html", "old/flood/index.html"] {
            assert!(!files.iter().any(|f| f == absent), "{theme}: {absent} makes no sense in a copy");
        }
        for present in ["map.svg", "search-index.json.gz", "data/claims.json", "SHA256SUMS"] {
            assert!(files.iter().any(|f| f == present), "{theme}: {present} is missing: {files:?}");
        }
    }
}

#[test]
fn the_copy_is_cited_as_a_version() {
    let site = site("explainer");
    snapshot(&site, "2024-07-01");
    let read = |file: &str| site.read(&format!("versions/2024-07-01/flood/{file}"));
    assert!(
        read("cite.bib").contains("version = {2024-07-01}") && read("cite.bib").contains("/versions/2024-07-01/flood/"),
        "{}",
        read("cite.bib")
    );
    assert!(read("cite.json").contains("\"version\": \"2024-07-01\""), "{}", read("cite.json"));
    assert!(read("index.html").contains("10 June 2024. Version of 1 July 2024. https://example.org/sub/versions/2024-07-01/flood/"));
    site.build();
    assert!(!site.output("flood/cite.bib").contains("version") && !site.output("flood/cite.json").contains("version"));
}

#[test]
fn builds_publish_copies_as_they_are_and_lead_to_them() {
    for theme in ["explainer", "plain"] {
        let site = site(theme);
        snapshot(&site, "2024-07-01");
        let kept = site.tree("versions/2024-07-01");
        site.replace("content/flood.md", "The flood", "The great flood");
        site.replace(&format!("themes/{theme}/strings/en.yaml"), "Read the latest version", "Go on");
        snapshot(&site, "2024-08-01");
        site.write("content/later.md", "---\ntitle: Later\ndate: 2024-09-01\n---\n\nWe [wrote so](/versions/2024-07-01/flood/).\n");
        site.build();
        assert_eq!(site.tree("versions/2024-07-01"), kept, "{theme}: a copy is never changed");
        assert_eq!(site.tree("public/versions/2024-07-01"), kept, "{theme}: it is published as it is");
        let html = site.output("flood/index.html");
        assert!(html.contains("Permanent copies"), "{theme}: {html}");
        let places: Vec<_> = ["2024-08-01", "2024-07-01"].map(|d| html.find(&format!("href=\"../versions/{d}/flood/\""))).into();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{theme}: the newest comes first: {html}");
        assert!(!site.output("later/index.html").contains("Permanent copies"), "{theme}: it has none yet");
        assert_eq!(
            json_ld(&html)["@graph"][0]["archivedAt"],
            serde_json::json!(["https://example.org/sub/versions/2024-08-01/flood/", "https://example.org/sub/versions/2024-07-01/flood/"])
        );
        for file in ["sitemap.xml", "atom.xml", "feed.json"] {
            assert!(
                !site.output(file).contains("/versions/2024-07-01/index") && !site.output(file).contains("versions/2024-08"),
                "{theme}: {file}"
            );
        }
        assert!(site.output("later/index.html").contains("href=\"../versions/2024-07-01/flood/\""), "{theme}");
        // In a copy the same link leads beside it.
        snapshot(&site, "2024-09-02");
        let html = site.read("versions/2024-09-02/later/index.html");
        assert!(html.contains("href=\"../../../versions/2024-07-01/flood/\""), "{theme}: {html}");
        assert!(!site.tree("versions/2024-09-02").keys().any(|p| p.starts_with("versions/")), "{theme}: no copies in a copy");
    }
}

#[test]
fn a_page_that_moved_finds_its_copies_by_its_former_address() {
    let site = site("explainer");
    site.rename("content/flood.md", "content/high-water.md");
    site.replace("content/high-water.md", "aliases: [old/flood/]", "aliases: [flood/]");
    site.rename("content/high-water.md", "content/flood.md");
    site.replace("content/flood.md", "aliases: [flood/]", "aliases: []");
    snapshot(&site, "2024-07-01");
    site.rename("content/flood.md", "content/high-water.md");
    site.replace("content/high-water.md", "aliases: []", "aliases: [flood/]");
    site.build();
    assert!(site.output("high-water/index.html").contains("href=\"../versions/2024-07-01/flood/\""));
}

#[test]
fn the_same_site_gives_the_same_copy() {
    let (one, other) = (site("explainer"), site("explainer"));
    snapshot(&one, "2024-07-01");
    snapshot(&other, "2024-07-01");
    assert_eq!(one.tree("versions"), other.tree("versions"));
    if cfg!(target_os = "linux") {
        let folder = one.root().join("versions/2024-07-01");
        let sums = Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(folder).status();
        assert!(sums.expect("sha256sum runs").success(), "readers can check the sums");
    }
}

#[test]
fn what_cannot_be_kept_is_refused_and_leaves_nothing() {
    let site = site("explainer");
    snapshot(&site, "2024-07-01");
    let kept = site.tree("versions");
    let refused = |args: &[&str], code: i32, why: &str| {
        let ran = site.run(args);
        assert!(ran.code == code && ran.stderr.contains(why), "{args:?}: {}", ran.stderr);
        assert_eq!(site.tree("versions"), kept, "{args:?}");
    };
    refused(&["export", "--snapshot", "2024-07-01"], 2, "versions never change");
    refused(&["export", "--snapshot", "2024-07"], 2, "a version is of one day");
    refused(&["export", "--snapshot", "yesterday"], 2, "invalid value");
    refused(&["export"], 2, "required");
    refused(&["export", "--snapshot", "2024-08-01", "--bundle", "a.zip"], 2, "cannot be used with");
    refused(&["build", "--output-dir", "versions/2024-07-01"], 2, "what the site is made from");
    site.replace("content/_index.md", "carried 40 tonnes of mud in April", "carried 41 tonnes of mud in April");
    refused(&["export", "--snapshot", "2024-08-01"], 1, "quote-not-found");
    site.replace("content/_index.md", "carried 41 tonnes of mud in April", "carried 40 tonnes of mud in April");
    site.replace("themes/explainer/templates/base.html", "{{ page.latest }}", "");
    refused(&["export", "--snapshot", "2024-08-01"], 2, "print `page.latest`");
}

#[test]
fn what_is_no_copy_is_told() {
    let site = site("explainer");
    snapshot(&site, "2024-07-01");
    let found = |site: &TestSite| -> Vec<(String, String)> {
        let ran = site.run(&["check", "--format", "short"]);
        ran.findings().into_iter().map(|f| (f.place, f.code)).collect()
    };
    assert_eq!(found(&site), vec![]);
    site.write("versions/notes.txt", "x");
    assert_eq!(found(&site), vec![("versions/notes.txt:1:1".to_owned(), "value-invalid".to_owned())]);
    site.remove("versions/notes.txt");
    site.write("versions/2024-07-01/more.html", "x");
    assert_eq!(found(&site), vec![("versions/2024-07-01/more.html:1:1".to_owned(), "version-changed".to_owned())]);
    site.remove("versions/2024-07-01/more.html");
    site.remove("versions/2024-07-01/flood/index.html");
    assert_eq!(found(&site), vec![("versions/2024-07-01/flood/index.html:1:1".to_owned(), "version-changed".to_owned())]);
    site.remove("versions/2024-07-01/SHA256SUMS");
    assert_eq!(found(&site), vec![("versions/2024-07-01/SHA256SUMS:1:1".to_owned(), "version-changed".to_owned())]);
    site.remove("versions/2024-07-01");
    site.write("content/later.md", "---\ntitle: Later\n---\n\nWe [wrote so](/versions/2024-07-01/flood/).\n");
    assert_eq!(found(&site), vec![("content/later.md:5:4".to_owned(), "link-broken".to_owned())]);
}

#[cfg(unix)]
#[test]
fn nothing_is_kept_outside_the_site() {
    let site = site("explainer");
    std::fs::create_dir(site.outside().join("elsewhere")).expect("made");
    std::os::unix::fs::symlink(site.outside().join("elsewhere"), site.root().join("versions")).expect("linked");
    let ran = site.run(&["export", "--snapshot", "2024-07-01"]);
    assert_ne!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(site.outside().join("elsewhere")).expect("there").count(), 0);
}
