//! A second build of a site in which nothing changed does nothing, and says what the first said. One in which anything
//! changed, however well hidden, is a whole build.
//!
//! In: a site that is built again and again. Out: times of the files in the output folder, and what was printed.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime};

use crate::harness::{TestSite, read_tree};

/// Longer than the system's clock is coarse, and than the margin within which a change may have been overlooked.
const LATER: Duration = Duration::from_millis(120);

fn built(site: &TestSite, args: &[&str]) -> String {
    std::thread::sleep(LATER);
    let ran = site.run(&[&["build"], args].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stderr
}

/// Of each file of the output: when it was made, as nobody can set it.
fn made(site: &TestSite) -> BTreeMap<String, SystemTime> {
    let public = site.root().join("public");
    let time = |path: &String| fs::metadata(public.join(path)).and_then(|meta| meta.modified()).expect("a time");
    read_tree(&public).into_keys().map(|path| (path.clone(), time(&path))).collect()
}

fn site() -> TestSite {
    let site = TestSite::copy("base");
    // A finding, which must be said every time.
    site.write("content/extra.md", "---\ntitle: Extra\ncitations:\n  - { source: loose }\n---\n\nWords. [@loose]\n");
    let sources = site.read("content/sources.yaml");
    site.write("content/sources.yaml", format!("{sources}\nloose:\n  type: report\n  title: Loose\n  author: Someone\n  date: 2024\n"));
    site
}

#[test]
fn a_second_build_writes_nothing_and_says_the_same() {
    let site = site();
    let first = built(&site, &[]);
    assert!(first.contains("cite-unarchived"), "{first}");
    let before = made(&site);
    let second = built(&site, &[]);
    assert_eq!(made(&site), before);
    let files = before.len() - 1;
    assert!(second.contains(&format!("{files} files: 0 new, 0 changed, {files} as they were, 0 removed; 1 warning")), "{second}");
    let findings = |said: &str| said.lines().filter(|l| !l.contains(" files: ")).collect::<Vec<_>>().join("\n");
    assert_eq!(findings(&first), findings(&second));
    let short = built(&site, &["--format", "short"]);
    assert!(short.contains("content/extra.md:4:") && !short.contains("-->"), "{short}");
}

#[test]
fn whatever_changed_is_built() {
    let site = site();
    built(&site, &[]);
    // As many bytes, and the time of before.
    let page = site.root().join("content/extra.md");
    let time = fs::metadata(&page).and_then(|meta| meta.modified()).expect("a time");
    let text = site.read("content/extra.md").replace("Words.", "Sword.");
    site.write("content/extra.md", text);
    fs::File::options().write(true).open(&page).and_then(|file| file.set_modified(time)).expect("set");
    let said = built(&site, &[]);
    assert!(site.read("public/extra/index.html").contains("Sword."), "{said}");
    // What was written is spoilt, or gone.
    fs::write(site.root().join("public/extra/index.html"), "spoilt").expect("written");
    built(&site, &[]);
    assert!(site.read("public/extra/index.html").contains("Sword."));
    fs::remove_file(site.root().join("public/atom.xml")).expect("removed");
    let said = built(&site, &[]);
    assert!(said.contains(" 1 new, 0 changed"), "{said}");
    // Files that come, and go.
    site.write("content/news.md", "---\ntitle: News\n---\n\nNew.\n");
    built(&site, &[]);
    assert!(site.read("public/news/index.html").contains("New."));
    site.remove("content/news.md");
    built(&site, &[]);
    assert!(!site.root().join("public/news").exists());
    // Other options.
    built(&site, &["--base-url", "https://other.example/"]);
    assert!(site.read("public/sitemap.xml").contains("https://other.example/"));
    built(&site, &[]);
    assert!(!site.read("public/sitemap.xml").contains("https://other.example/"));
    // A finding that has become an error.
    std::thread::sleep(LATER);
    assert_eq!(site.run(&["build", "--deny", "warnings"]).code, 1);
    assert_eq!(site.run(&["build", "--deny", "warnings"]).code, 1);
}

#[test]
fn the_archive_outside_the_site_counts() {
    let site = TestSite::copy("base");
    fs::rename(site.root().join("archive"), site.outside().join("texts")).expect("moved");
    built(&site, &["--archive", "../texts"]);
    let before = made(&site);
    let said = built(&site, &["--archive", "../texts"]);
    assert!(said.contains("0 changed") && made(&site) == before, "{said}");
    let text = fs::read_dir(site.outside().join("texts")).expect("a folder").next().expect("a text").expect("readable").path();
    fs::write(&text, "Other words altogether.\n").expect("written");
    std::thread::sleep(LATER);
    assert_eq!(site.run(&["build", "--archive", "../texts"]).code, 1);
}
