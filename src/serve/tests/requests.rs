//! What a browser gets.

use super::*;

#[test]
fn a_page_comes_with_the_script_and_the_policy() {
    let site = TestPreview::of(&[("index.html", &page("home")), ("numbers/troops/index.html", &page("troops"))]);
    let reply = site.get("/");
    assert_eq!((reply.status, reply.field("content-type")), (200, "text/html; charset=utf-8"));
    let text = reply.text();
    let script = "</main><script src=\"/__cited/preview.js\" defer data-page=\"";
    assert!(text.contains(script) && text.ends_with("\"></script></body></html>"), "{text}");
    assert_eq!(reply.field("content-length"), text.len().to_string());
    assert_eq!(reply.field("cache-control"), "no-cache");
    assert_eq!(reply.field("x-content-type-options"), "nosniff");
    assert_eq!(reply.field("cross-origin-resource-policy"), "same-origin");
    assert_eq!(
        reply.field("content-security-policy"),
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    assert!(site.get("/numbers/troops/").text().contains("troops"));
    assert!(site.get("/numbers/troops/index.html").text().contains("troops"));
    for own in ["/__cited/preview.js", "/__cited/preview.css"] {
        let reply = site.get(own);
        assert_eq!(reply.status, 200, "{own}");
        assert_eq!(site.ask("GET", own, &[("If-None-Match", reply.field("etag"))]).status, 304);
    }
    assert_eq!(site.get("/__cited/other").status, 404);
    let entries = fs::read_dir(site.dir.path()).expect("readable").count();
    assert_eq!(entries, 2, "the preview writes nothing into the site: content and site.yaml");
}

#[test]
fn folders_lead_to_their_slash_and_nothing_leads_elsewhere() {
    let site = TestPreview::of(&[("index.html", "home"), ("a/index.html", "a"), ("café/index.html", "c")]);
    let reply = site.get("/a?x=1");
    assert_eq!((reply.status, reply.field("location")), (307, "/a/?x=1"));
    assert_eq!(site.get("/caf%C3%A9").field("location"), "/caf%C3%A9/");
    assert!(site.get("/caf%C3%A9/").text().starts_with("c<script"));
    assert_eq!(site.get("//evil.example/a").status, 404);
    assert_eq!(site.get("/a/index.html/").status, 404);
}

#[test]
fn what_is_missing_is_said_with_the_site_s_own_page() {
    let site = TestPreview::of(&[("index.html", "home"), ("404.html", &page("own words"))]);
    let reply = site.ask("GET", "/nothing/", &[("If-None-Match", "*")]);
    assert_eq!((reply.status, reply.field("content-type")), (404, "text/html; charset=utf-8"));
    assert!(reply.text().contains("own words") && reply.text().contains("/__cited/preview.js"));
    site.remove("404.html");
    let reply = site.until("/nothing/", |r| !r.text().contains("own words"));
    assert!(reply.status == 404 && reply.text().contains("There is no page here"), "{}", reply.text());
}

#[test]
fn types_are_told_and_never_guessed() {
    let files = [
        ("site.css", "text/css; charset=utf-8"),
        ("site.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("font.woff2", "font/woff2"),
        ("data/a.csv", "text/csv; charset=utf-8"),
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("CNAME", "text/plain; charset=utf-8"),
        ("odd.xyz", "application/octet-stream"),
    ];
    let site = TestPreview::of(&files.map(|(path, _)| (path, "x")));
    for (path, kind) in files {
        let reply = site.get(&format!("/{path}"));
        assert_eq!((reply.status, reply.field("content-type"), reply.text().as_str()), (200, kind, "x"), "{path}");
        assert!(reply.fields.contains_key("content-security-policy"));
    }
}

#[test]
fn known_versions_are_not_sent_again() {
    let site = TestPreview::of(&[("index.html", &page("home")), ("a.css", "one")]);
    for path in ["/", "/a.css"] {
        let tag = site.get(path).field("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let reply = site.ask("GET", path, &[("If-None-Match", &known)]);
            assert_eq!((reply.status, reply.body.len(), reply.field("etag")), (304, 0, tag.as_str()));
        }
        assert_eq!(site.ask("GET", path, &[("If-None-Match", "\"other\"")]).status, 200);
    }
    let tag = site.get("/a.css").field("etag").to_owned();
    site.save("a.css", "two");
    site.until("/a.css", |r| r.text() == "two");
    assert_eq!(site.ask("GET", "/a.css", &[("If-None-Match", &tag)]).status, 200);
}

#[test]
fn ranges_are_served_from_memory_and_from_disk() {
    let site = TestPreview::of(&[("a.txt", "0123456789"), ("b.copy.mp4", "0123456789"), ("empty.txt", "")]);
    for path in ["/a.txt", "/b.copy.mp4"] {
        for (range, status, body, content_range) in [
            ("bytes=2-4", 206, "234", "bytes 2-4/10"),
            ("bytes=7-", 206, "789", "bytes 7-9/10"),
            ("bytes=0-", 206, "0123456789", "bytes 0-9/10"),
            ("bytes=-2", 206, "89", "bytes 8-9/10"),
            ("bytes=8-99", 206, "89", "bytes 8-9/10"),
            ("bytes=10-", 416, "", "bytes */10"),
            ("bytes=4-2", 200, "0123456789", ""),
            ("bytes=0-0,2-2", 200, "0123456789", ""),
            ("lines=1-2", 200, "0123456789", ""),
        ] {
            let reply = site.ask("GET", path, &[("Range", range)]);
            let seen = (reply.status, reply.text(), reply.field("content-range").to_owned());
            assert_eq!(seen, (status, body.to_owned(), content_range.to_owned()), "{path} {range}");
        }
        let tag = site.get(path).field("etag").to_owned();
        assert_eq!(site.ask("GET", path, &[("Range", "bytes=0-1"), ("If-Range", &tag)]).status, 206);
        assert_eq!(site.ask("GET", path, &[("Range", "bytes=0-1"), ("If-Range", "\"old\"")]).status, 200);
        let head = site.ask("HEAD", path, &[]);
        assert_eq!((head.status, head.body.len(), head.field("content-length")), (200, 0, "10"));
        assert_eq!(head.field("accept-ranges"), "bytes");
    }
    assert_eq!(site.ask("GET", "/empty.txt", &[("Range", "bytes=0-")]).status, 416);
    assert_eq!(site.get("/empty.txt").status, 200);
}

#[test]
fn head_is_get_without_the_body() {
    let site = TestPreview::of(&[("index.html", &page("home")), ("404.html", "none")]);
    for path in ["/", "/nothing", "/__cited/preview.js", "/__cited/events"] {
        let (head, get) = (site.ask("HEAD", path, &[]), (path != "/__cited/events").then(|| site.get(path)));
        assert!(head.body.is_empty(), "{path}");
        if let Some(get) = get {
            assert_eq!((head.status, head.field("content-length")), (get.status, get.field("content-length")), "{path}");
        }
    }
}

#[test]
fn a_file_that_vanished_is_an_answer_too() {
    let site = TestPreview::of(&[("index.html", "home"), ("b.copy.txt", "x")]);
    assert_eq!(site.get("/b.copy.txt").text(), "x");
    fs::remove_file(site.dir.path().join("content/b.copy.txt")).expect("removed");
    let reply = site.get("/b.copy.txt");
    assert!(matches!(reply.status, 404 | 500), "{}", reply.status);
}

#[test]
fn a_port_in_use_says_what_to_do() {
    let site = TestPreview::of(&[("index.html", "home")]);
    let root = site.dir.path().to_path_buf();
    let watcher = Watcher::new(Watched { root: root.clone(), ignored: Vec::new(), poll: false }).expect("watched");
    let port = site.address().port();
    let options = ServeOptions { interface: Ipv4Addr::LOCALHOST.into(), port, open: false, root, editor: None };
    let error = serve(options, watcher, |_| panic!("nothing is built"), |_| ()).expect_err("in use").to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("--port"), "{error}");
}
