//! What a build publishes: whole pages, whole lists of files, and what a second build leaves alone.
//!
//! In: the small site below. Out: snapshots of its pages, of the files made for every site, and of the list of all
//! output; and tests that say what each part must do. Read a snapshot's diff before accepting it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::harness::{Ran, TestSite};

const SITE: &str = r##"
-- site.yaml --
title: River & Weir
description: What the river <does>.
base_url: https://example.org/sub/
theme: minimal
archive: archive
authors: [River Desk]
license: { name: CC BY 4.0, url: "https://creativecommons.org/licenses/by/4.0/" }
-- archive/survey.txt --
The river carried 40 tonnes of mud in April.
-- content/sources.yaml --
survey:
  type: report
  title: Survey of the river
  author: River Office
  date: 2024-05-20
  url: https://example.org/survey
  evidence: { kind: official, trust: high, note: They count., archive: survey.txt }
-- content/_index.md --
---
title: The river
---

Read [about the floods](floods/spring.md#what-was-counted), or [the map](floods/bank/map.svg).
-- content/about.md --
---
title: About <us>
slug: who
aliases: [old/about/, former.html]
template: long.html
---

## Who *we* are

A desk.[^desk] It has a note[^long] and another mention.[^desk]

[^desk]: By the river, see [the shore](floods/bank/index.md).
[^long]: Two paragraphs.

    The second.

### Where

Here `[@code]` cites nothing, and {{ note(title="no <b>") }} stands in a line.

## Who we are

{% note(title="Look") %}
A *note* with a [link](floods/_index.md).
{% end %}

{{ pages() }}

<div onclick="steal()" class="kept">Raw <b>HTML</b><script>alert(1)</script></div>

Some <a href="_index.md" onmouseover="x()">raw link</a> and <img onerror="alert(1)" alt="raw">.

| Place | State |
|---|---|
| Weir | closed |

> [!NOTE]
> The weir is closed.

- [x] read
- [ ] unread

Term
: Its definition.

## Own name {#own}

Mail <desk@example.org>, and [ourselves](about.md#own), and [elsewhere](https://example.org/a?b=1&c=2 "A \"title\"").
-- content/floods/_index.md --
---
title: Floods
weight: 1
summary: High water.
---
-- content/floods/spring.md --
---
title: The spring flood
summary: The river rose & carried <mud>.
date: 2024-06-01
updated: 2024-06-09
tags: [mud, water]
weight: 1
citations:
  - { id: mud, source: survey, quote: carried 40 tonnes of mud }
---

## What was counted

The river carried 40 tonnes of mud [@mud]. Go [up](_index.md), [home](../_index.md) or to [us](../about.md#who-we-are-2).

## Where
-- content/floods/bank/index.md --
---
title: The bank
slug: shore
date: 2024-05-01
weight: 2
---

![A map of the bank](map.svg "The map") and [a list](lists/stones.txt). Back to [the flood](../spring.md).
-- content/floods/bank/map.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"/>
-- content/floods/bank/lists/stones.txt --
granite
-- content/draft.md --
---
title: Not yet
date: 2024-07-01
draft: true
---

Soon.
-- content/later/_index.md --
---
title: Later
draft: true
---
-- content/later/child.md --
---
title: In a draft
---
-- templates/long.html --
{% extends "page.html" %}
{% block main %}{% for h in page.toc %}<p class="toc"><a href="#{{ h.id }}">{{ h.title | safe }}</a>{% for c in h.children %} / <a href="#{{ c.id }}">{{ c.title | safe }}</a>{% endfor %}</p>
{% endfor %}{{ content | safe }}{% endblock main %}
"##;

fn site() -> TestSite {
    TestSite::of(SITE)
}

fn built() -> TestSite {
    let site = site();
    site.build();
    site
}

/// Values of the attributes that hold addresses.
fn addresses(html: &str) -> Vec<String> {
    ["href=\"", "src=\"", "url="]
        .iter()
        .flat_map(|start| html.split(start).skip(1).map(|rest| rest.split('"').next().unwrap_or("").replace("&amp;", "&")))
        .collect()
}

fn is_elsewhere(address: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|s| address.starts_with(s))
}

/// The output file that a relative address leads to from a page.
fn target(page: &str, address: &str) -> (String, Option<String>) {
    let (path, fragment) = address.split_once('#').map_or((address, None), |(p, f)| (p, Some(f.to_owned())));
    if path.is_empty() {
        return (page.to_owned(), fragment);
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{page}: {address} leads out of the site"),
            _ => parts.push(part),
        }
    }
    let found = parts.join("/");
    let found = if found.is_empty() || found.ends_with('/') { format!("{found}index.html") } else { found };
    (found, fragment)
}

#[test]
fn whole_pages_are_as_they_were() {
    let site = built();
    for (name, path) in [
        ("home", "index.html"),
        ("about", "who/index.html"),
        ("section", "floods/index.html"),
        ("cited", "floods/spring/index.html"),
        ("colocated", "floods/shore/index.html"),
        ("source", "sources/survey/index.html"),
        ("not-found", "404.html"),
        ("redirect", "old/about/index.html"),
        ("atom", "atom.xml"),
        ("json-feed", "feed.json"),
        ("sitemap", "sitemap.xml"),
        ("robots", "robots.txt"),
    ] {
        insta::assert_snapshot!(format!("page-{name}"), site.output(path));
    }
}

#[test]
fn the_list_of_files_is_as_it_was() {
    insta::assert_snapshot!("files", built().outputs().join("\n"));
}

#[test]
fn every_relative_link_leads_to_a_file_and_every_fragment_to_an_id() {
    let followed = follow(&built());
    assert!(followed > 40, "only {followed} links were followed");
}

#[test]
fn every_link_of_the_explainer_leads_somewhere() {
    let site = TestSite::of_this_repository();
    let ran = site.run(&["build", "--format", "short"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let followed = follow(&site);
    assert!(followed > 2000, "only {followed} links were followed");
}

#[test]
fn a_site_without_search_has_no_index_and_no_way_to_it() {
    let site = TestSite::of_this_repository();
    let config = site.read("site.yaml");
    let search = |site: &TestSite| {
        assert_eq!(site.run(&["build"]).code, 0);
        let linked = site.output("index.html").contains("search-link");
        let form = site.output("search/index.html").contains("<form");
        (site.outputs().contains(&"search-index.json.gz".to_owned()), linked, form)
    };
    assert_eq!(search(&site), (true, true, true));
    site.write("site.yaml", format!("{config}\nsearch: none\n"));
    assert_eq!(search(&site), (false, false, false));
}

/// Follow every link of every page inside the output, and count them.
fn follow(site: &TestSite) -> usize {
    let outputs: BTreeSet<String> = site.outputs().into_iter().collect();
    let mut followed = 0;
    for page in outputs.iter().filter(|p| p.ends_with(".html") && *p != "404.html") {
        for address in addresses(&site.output(page)) {
            // The raw image of the fixture is the author's own affair.
            if is_elsewhere(&address) || address == "x.png" {
                continue;
            }
            assert!(!address.starts_with('/'), "{page}: {address} is not relative");
            let (path, fragment) = target(page, &address);
            assert!(outputs.contains(&path), "{page}: {address} leads to {path}, which does not exist");
            if let Some(fragment) = fragment {
                assert!(site.output(&path).contains(&format!("id=\"{fragment}\"")), "{page}: {address}: no such id");
            }
            followed += 1;
        }
    }
    followed
}

#[test]
fn the_base_address_changes_absolute_addresses_alone() {
    let below = built();
    let top = site();
    let ran = top.run(&["build", "--base-url", "https://river.example", "--format", "short"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (below, top) = (below.tree("public"), top.tree("public"));
    assert_eq!(below.keys().collect::<Vec<_>>(), top.keys().collect::<Vec<_>>());
    for (path, bytes) in below.iter().filter(|(p, _)| *p != ".cited-manifest") {
        let moved = String::from_utf8_lossy(bytes).replace("https://example.org/sub/", "https://river.example/");
        let moved = if path == "404.html" { moved.replace("\"/sub/", "\"/") } else { moved };
        assert_eq!(moved, String::from_utf8_lossy(&top[path]), "{path}");
    }
}

#[test]
fn the_page_for_what_is_not_found_works_at_any_depth() {
    let html = built().output("404.html");
    let found = addresses(&html);
    assert!(found.len() >= 3, "{found:?}");
    assert!(found.iter().all(|a| a.starts_with("/sub/")), "{found:?}");
    assert!(html.contains("noindex") && html.contains("Nothing here"));
}

#[test]
fn feeds_sitemap_and_canonical_are_absolute_and_list_what_they_should() {
    let site = built();
    let at = "https://example.org/sub/";
    assert!(site.output("who/index.html").contains(&format!("<link rel=\"canonical\" href=\"{at}who/\">")));
    assert!(site.output("sources/survey/index.html").contains(&format!("<link rel=\"canonical\" href=\"{at}sources/survey/\">")));
    let sitemap = site.output("sitemap.xml");
    let listed: BTreeSet<&str> = sitemap.split("<loc>").skip(1).map(|l| l.split('<').next().unwrap_or("")).collect();
    for page in ["", "who/", "floods/", "floods/spring/", "floods/shore/", "sources/survey/"] {
        assert!(listed.contains(format!("{at}{page}").as_str()), "{page}: {listed:?}");
    }
    assert!(listed.iter().all(|l| l.starts_with(at) && !l.contains("old") && !l.contains("404")), "{listed:?}");
    assert!(site.output("robots.txt").contains(&format!("Sitemap: {at}sitemap.xml")));
    let feed: serde_json::Value = serde_json::from_str(&site.output("feed.json")).expect("the feed is JSON");
    let urls: Vec<&str> = feed["items"].as_array().expect("items").iter().filter_map(|i| i["url"].as_str()).collect();
    assert_eq!(urls, [format!("{at}floods/spring/"), format!("{at}floods/shore/")], "dated pages, the newest first");
    let atom = site.output("atom.xml");
    assert_eq!(atom.matches("<entry>").count(), 2);
    assert!(atom.contains(&format!("{at}floods/spring/")) && atom.contains("River &amp; Weir"));
}

#[test]
fn former_addresses_lead_to_the_page() {
    let site = built();
    for (alias, to) in [("old/about/index.html", "../../who/"), ("former.html", "./who/")] {
        let html = site.output(alias);
        assert!(html.contains(&format!("content=\"0; url={to}\"")) && html.contains(&format!("<a href=\"{to}\">")), "{html}");
        assert!(html.contains("noindex"));
    }
    assert!(!site.outputs().iter().any(|p| p.starts_with("about/")), "the slug replaces the file's name");
}

#[test]
fn drafts_are_left_out_unless_asked_for() {
    let site = built();
    let without = site.tree("public");
    for word in ["Not yet", "In a draft", "Later"] {
        for (path, bytes) in &without {
            assert!(!String::from_utf8_lossy(bytes).contains(word), "{path} speaks of the draft {word:?}");
        }
    }
    let ran = site.run(&["build", "--drafts", "--format", "short"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let outputs = site.outputs();
    for path in ["draft/index.html", "later/index.html", "later/child/index.html"] {
        assert!(outputs.iter().any(|p| p == path), "{path} is missing");
    }
    site.build();
    assert_eq!(site.tree("public"), without, "the next build without drafts removes them");
}

#[test]
fn files_beside_a_page_are_copied_to_its_address() {
    let site = built();
    for (from, to) in [("map.svg", "map.svg"), ("lists/stones.txt", "lists/stones.txt")] {
        assert_eq!(site.read(&format!("content/floods/bank/{from}")), site.output(&format!("floods/shore/{to}")));
    }
    let html = site.output("floods/shore/index.html");
    assert!(html.contains("src=\"../../floods/shore/map.svg\"") && html.contains("alt=\"A map of the bank\""), "{html}");
    assert!(html.contains("href=\"../../floods/shore/lists/stones.txt\""), "{html}");
    assert!(!site.outputs().iter().any(|p| p.ends_with(".md") || p.ends_with(".yaml")), "what pages are made from is not published");
}

#[test]
fn assets_are_named_by_what_they_hold() {
    let site = built();
    let asset = |stem: &str| {
        let found: Vec<String> = site.outputs().into_iter().filter(|p| p.starts_with(&format!("assets/{stem}."))).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    };
    let (sheet, dot) = (asset("site"), asset("dot"));
    assert!(site.output(&sheet).contains(dot.trim_start_matches("assets/")), "the sheet loads the image under its published name");
    assert!(site.output("floods/spring/index.html").contains(&format!("href=\"../../{sheet}\"")));
    // The image changes: so do its name, the name of the sheet that loads it, and the old files are gone.
    site.replace("themes/minimal/assets/dot.svg", "width=\"1\"", "width=\"2\"");
    site.build();
    assert!(asset("site") != sheet && asset("dot") != dot);
    assert!(site.output("index.html").contains(&asset("site")));
}

#[test]
fn contents_name_the_headings() {
    let html = built().output("who/index.html");
    for line in [
        "<p class=\"toc\"><a href=\"#who-we-are\">Who we are</a> / <a href=\"#where\">Where</a></p>",
        "<p class=\"toc\"><a href=\"#who-we-are-2\">Who we are</a></p>",
        "<p class=\"toc\"><a href=\"#own\">Own name</a></p>",
    ] {
        assert!(html.contains(line), "{line} is missing:\n{html}");
    }
    let site = site();
    site.replace("content/about.md", "slug: who", "slug: who\ntoc: false");
    site.build();
    assert!(!site.output("who/index.html").contains("class=\"toc\""), "a page can do without");
}

#[test]
fn links_to_files_become_links_to_pages() {
    let site = built();
    assert!(site.output("index.html").contains("href=\"./floods/spring/#what-was-counted\""));
    let spring = site.output("floods/spring/index.html");
    for link in ["href=\"../../floods/\">up", "href=\"../../\">home", "href=\"../../who/#who-we-are-2\">us"] {
        assert!(spring.contains(link), "{link} is missing:\n{spring}");
    }
    let about = site.output("who/index.html");
    assert!(about.contains("href=\"#own\">ourselves") && about.contains("href=\"https://example.org/a?b=1&amp;c=2\""), "{about}");
}

#[test]
fn markup_that_runs_is_taken_out_unless_the_authors_are_trusted() {
    let site = built();
    let html = site.output("who/index.html");
    let main = &html[html.find("<p class=\"toc\">").expect("the body begins with its contents")..];
    for word in ["<script", "onclick", "onerror", "onmouseover", "javascript:", "alert(1)"] {
        assert!(!main.contains(word), "{word} came through:\n{main}");
    }
    assert!(main.contains("<div class=\"kept\">Raw <b>HTML</b></div>"), "{main}");
    assert!(main.contains("<a href=\"../\">raw link</a>"), "{main}");
    // An address that runs is told, and not published even where the author switches that off.
    let unsafe_link = "---\ntitle: Raw\nCHECKS---\n\nA <a href=\"javascript:alert(1)\">link</a>.\n";
    site.write("content/raw.md", unsafe_link.replace("CHECKS", ""));
    assert_eq!(site.run(&["build", "--format", "short"]).codes(), ["link-unsafe"]);
    site.write("content/raw.md", unsafe_link.replace("CHECKS", "checks: { link-unsafe: { level: off, reason: A test. } }\n"));
    site.build();
    assert!(!site.output("raw/index.html").contains("javascript:"));
    site.replace("site.yaml", "theme: minimal", "theme: minimal\ntrusted_html: true");
    site.build();
    assert!(site.output("who/index.html").contains("<script>alert(1)</script>"));
}

#[test]
fn shortcodes_are_rendered_after_markdown_and_escape() {
    let html = built().output("who/index.html");
    assert!(html.contains("<aside>no &lt;b&gt;: </aside>"), "{html}");
    assert!(html.contains("<aside>Look: \n<p>A <em>note</em> with a <a href=\"../floods/\">link</a>.</p>"), "{html}");
    assert!(html.contains("<li><a href=\"../who/\">About &lt;us&gt;</a></li>"), "{html}");
}

#[test]
fn footnotes_are_numbered_and_lead_back_to_every_mention() {
    let html = built().output("who/index.html");
    for id in ["fnref-1-1", "fnref-2-1", "fnref-1-2", "fn-1", "fn-2"] {
        assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        assert!(html.contains(&format!("href=\"#{id}\"")), "nothing leads to {id}");
    }
}

#[test]
fn what_others_put_into_the_output_stays() {
    let site = site();
    site.write("public/.gitignore", "*\n!.gitignore\n");
    site.write("public/CNAME", "river.example\n");
    site.write("public/floods/mine.txt", "mine");
    site.build();
    site.remove("content/floods");
    site.write("content/sources.yaml", "{}\n");
    site.write("content/_index.md", "---\ntitle: The river\n---\n");
    site.replace("content/about.md", ", see [the shore](floods/bank/index.md)", "");
    site.replace("content/about.md", "(floods/_index.md)", "(_index.md)");
    site.build();
    assert_eq!(site.output(".gitignore"), "*\n!.gitignore\n");
    assert_eq!(site.output("CNAME"), "river.example\n");
    assert_eq!(site.output("floods/mine.txt"), "mine");
    let left: Vec<String> = site.outputs().into_iter().filter(|p| p.starts_with("floods/")).collect();
    assert_eq!(left, ["floods/mine.txt"], "what earlier builds wrote is removed");
}

#[test]
fn a_foreign_file_in_the_way_is_never_replaced() {
    let site = site();
    site.write("public/who/index.html", "mine");
    let Ran { code, stderr, .. } = site.run(&["build"]);
    assert_ne!(code, 0);
    assert!(stderr.contains("who/index.html"), "{stderr}");
    assert_eq!(site.output("who/index.html"), "mine");
    assert_eq!(site.outputs(), ["who/index.html"], "nothing else is written either");
}

#[test]
fn errors_leave_the_old_site_as_it_was() {
    let site = built();
    let before = site.tree("public");
    site.replace("content/floods/spring.md", "[@mud]", "[@silt]");
    assert_ne!(site.run(&["build"]).code, 0);
    assert_eq!(site.tree("public"), before);
}

/// When each file was written, and which file it is.
fn stamps(folder: &Path) -> BTreeMap<String, (std::time::SystemTime, u64)> {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt as _;
    let files = walkdir::WalkDir::new(folder).into_iter().map(|e| e.expect("the output can be read"));
    files
        .filter(|e| e.file_type().is_file())
        .map(|e| {
            let meta = e.metadata().expect("a file has metadata");
            #[cfg(unix)]
            let file = meta.ino();
            #[cfg(not(unix))]
            let file = 0;
            (e.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned(), (meta.modified().expect("a time"), file))
        })
        .collect()
}

#[test]
fn a_build_that_changes_nothing_touches_nothing() {
    let site = built();
    let public = site.root().join("public");
    let before = stamps(&public);
    std::thread::sleep(std::time::Duration::from_millis(20));
    site.build();
    assert_eq!(stamps(&public), before);
    // One page changes: what does not depend on it keeps its time.
    site.replace("content/about.md", "A desk.", "A small desk.");
    site.build();
    let after = stamps(&public);
    let newer: Vec<&String> = after.iter().filter(|(path, stamp)| before[*path].0 != stamp.0).map(|(path, _)| path).collect();
    assert!(newer.iter().any(|p| *p == "who/index.html"), "{newer:?}");
    assert!(!newer.iter().any(|p| p.starts_with("floods/") || p.starts_with("assets/") || *p == "404.html"), "{newer:?}");
}
