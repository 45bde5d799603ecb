//! What open pages are told, and what is served meanwhile.

use serde_json::json;

use super::*;

#[test]
fn only_the_page_that_changed_reloads() {
    let site = TestPreview::of(&[("index.html", &page("home")), ("a/index.html", &page("a")), ("x.png", "1")]);
    let (mut home, mut a) = (site.open("/"), site.open("/a/"));
    site.save("a/index.html", &page("new a"));
    let told = a.next().expect("an event");
    assert_eq!(told["reload"], true);
    assert!(site.get("/a/").text().contains("new a"), "what is told is already served");
    let told = home.within(SILENCE);
    assert!(told.as_ref().is_none_or(|m| m["reload"] == false && m["files"] == json!([])), "{told:?}");

    site.save("x.png", "2");
    let told = home.until("the image", |m| m["files"] == json!(["x.png"]));
    assert_eq!(told["reload"], false, "the script knows whether it uses the image");
}

#[test]
fn an_edit_is_served_within_a_few_milliseconds() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let mut home = site.open("/");
    let mut waits: Vec<Duration> = (0..9)
        .map(|n| {
            std::thread::sleep(Duration::from_millis(60));
            let start = Instant::now();
            site.save("index.html", &page(&format!("save {n}")));
            home.until("the save", |m| m["reload"] == true);
            start.elapsed()
        })
        .collect();
    // The quickest of all: other programs may hold the machine up, but not every time.
    waits.sort();
    assert!(waits[0] < Duration::from_millis(30), "{waits:?}");
}

#[test]
fn styles_are_swapped_in_place() {
    let with = |style: &str, text: &str| page(&format!("<link rel=stylesheet href=/s/{style}>{text}"));
    let (old, new) = ("site.0123abcd.css", "site.89abcdef.css");
    let site = TestPreview::of(&[("index.html", &with(old, "home")), ("s/site.0123abcd.css", "a"), ("plain.css", "p")]);
    let mut home = site.open("/");
    site.save("plain.css", "q");
    let told = home.next().expect("an event");
    assert_eq!(told["styles"], json!([{ "old": "plain.css", "new": "plain.css" }]));
    assert_eq!((&told["reload"], &told["files"]), (&json!(false), &json!([])));

    // A new fingerprint changes the page's bytes as well; three saves are one change to the browser.
    let fresh = site.dir.path().join("fresh");
    fs::create_dir_all(fresh.join("s")).expect("folder");
    fs::write(fresh.join("s").join(new), "b").expect("file");
    fs::write(fresh.join("index.html"), with(new, "home")).expect("file");
    let away = site.dir.path().join("away");
    fs::rename(site.dir.path().join("content"), away).expect("moved");
    fs::rename(&fresh, site.dir.path().join("content")).expect("moved");
    let told = home.until("the new style", |m| m["styles"] != json!([]));
    let swap = json!({ "old": format!("s/{old}"), "new": format!("s/{new}") });
    assert!(told["styles"].as_array().expect("a list").contains(&swap), "{told}");
    assert_eq!(told["reload"], false, "{told}");
    // What the browser has now is known: coming back with the last id changes nothing.
    let mut again = site.stream("/", "stale", &[("Last-Event-ID", &home.id)]);
    assert_eq!(again.next().expect("an event")["reload"], false);
}

#[test]
fn who_comes_back_late_catches_up() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let old = site.version("/");
    site.save("index.html", &page("new"));
    site.until("/", |r| r.text().contains("new"));
    assert_eq!(site.stream("/", &old, &[]).next().expect("an event")["reload"], true);
    assert_eq!(site.stream("/", &site.version("/"), &[]).next().expect("an event")["reload"], false);
    assert_eq!(site.stream("/", "", &[]).next().expect("an event")["reload"], false, "no circles");
}

#[test]
fn a_removed_page_is_missing_at_once_and_may_come_back() {
    let site = TestPreview::of(&[("index.html", "home"), ("404.html", "none"), ("a/index.html", "a")]);
    let mut a = site.open("/a/");
    site.remove("a/index.html");
    assert_eq!(a.next().expect("an event")["reload"], true);
    assert_eq!(site.get("/a/").status, 404);
    let mut missing = site.open("/a/");
    site.save("a/index.html", "back");
    assert_eq!(missing.next().expect("an event")["reload"], true);
    assert_eq!(site.get("/a/").status, 200);
}

#[test]
fn while_nothing_can_be_built_the_last_good_site_stays() {
    let site = TestPreview::of(&[("index.html", &page("home")), ("a/index.html", &page("a"))]);
    let mut home = site.open("/");
    site.save("a/index.html", &page("UNBUILDABLE"));
    let told = home.until("trouble", |m| m["trouble"] != json!(null));
    assert_eq!(told["reload"], false);
    let trouble = &told["trouble"];
    assert_eq!(trouble["title"], "The site cannot be built: 1 error");
    let finding = &trouble["findings"][0];
    assert_eq!((&finding["file"], &finding["line"]), (&json!("content/a/index.html"), &json!(1)));
    let text = finding["text"].as_str().expect("text");
    assert!(text.contains("error[template-error]: the template `<b>` fails") && text.contains("mend it"), "{text}");
    let link = finding["link"].as_str().expect("a link");
    assert!(link.starts_with("vscode://file/") && link.ends_with("/content/a/index.html:1:34"), "{link}");
    assert!(site.get("/a/").text().contains(">a<"), "the last good page");
    // Whoever opens a page now sees the overlay too.
    let mut late = site.stream("/a/", &site.version("/a/"), &[]);
    assert_eq!(late.next().expect("an event")["trouble"]["title"], trouble["title"]);

    site.save("a/index.html", &page("mended"));
    assert_eq!(home.until("mended", |m| m["trouble"] == json!(null))["reload"], false);
    assert_eq!(late.until("mended", |m| m["trouble"] == json!(null))["reload"], true);
    assert!(site.get("/a/").text().contains("mended"));
}

#[test]
fn before_any_good_build_the_report_is_the_page() {
    let site = TestPreview::of(&[("index.html", &page("UNBUILDABLE <script>alert(1)</script>"))]);
    let reply = site.get("/any/path");
    assert_eq!((reply.status, reply.field("content-type")), (503, "text/html; charset=utf-8"));
    let text = reply.text();
    assert!(text.contains("The site cannot be built: 1 error") && text.contains("content/index.html:1:"), "{text}");
    assert!(text.contains("the template `&lt;b&gt;` fails") && !text.contains("<script>alert"), "{text}");
    let mut open = site.open("/");
    site.save("index.html", &page("good"));
    assert_eq!(open.until("good", |m| m["reload"] == true)["trouble"], json!(null));
    assert!(site.get("/").text().contains("good"));
}

#[test]
fn a_panic_in_the_build_is_shown_and_survived() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let mut home = site.open("/");
    site.save("a.html", &page("PANIC"));
    let told = home.until("the fault", |m| m["trouble"] != json!(null));
    assert_eq!(told["trouble"]["title"], "This is a fault of cited, not of your site");
    assert!(told["trouble"]["note"].as_str().is_some_and(|n| n.contains("a fault in the test's build")), "{told}");
    assert_eq!(site.get("/").status, 200);
    site.save("a.html", &page("fine"));
    home.until("mended", |m| m["trouble"] == json!(null));
    assert_eq!(site.get("/a.html").status, 200);
}

#[test]
fn what_the_machine_refuses_is_shown() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let mut home = site.open("/");
    site.save("a.html", &page("REFUSED"));
    let told = home.until("the refusal", |m| m["trouble"] != json!(null));
    assert_eq!(told["trouble"]["note"], "cannot read content: too many open files");
    assert_eq!(site.get("/a.html").status, 404, "half a tree is not shown");
}

#[test]
fn a_request_waits_for_the_first_build() {
    let limits = Limits { first_build: Duration::from_millis(100), ..Limits::default() };
    let dir = tempfile::tempdir().expect("temporary folder");
    let root = dir.path().to_path_buf();
    let watcher = Watcher::new(Watched { root: root.clone(), ignored: Vec::new(), poll: false }).expect("watched");
    let options = ServeOptions { interface: Ipv4Addr::LOCALHOST.into(), port: 0, open: false, root: root.clone(), editor: None };
    save(&root, "index.html", "home");
    let slow = move |_: Option<&BTreeSet<PathBuf>>| {
        std::thread::sleep(Duration::from_millis(400));
        build(&root)
    };
    let running = start(options, limits, watcher, slow, |_| ()).expect("started");
    let site = TestPreview { running, dir, printed: Arc::default() };
    let reply = site.get("/");
    assert_eq!((reply.status, reply.field("refresh")), (503, "1"));
    assert!(site.until("/", |r| r.status == 200).text().starts_with("home"));
}

#[test]
fn findings_of_a_page_come_with_the_words_they_are_about() {
    let before = "Reports speak of **many** men [@a, p. 2], others say";
    let site = TestPreview::of(&[("index.html", &page("home")), ("a/index.html", &page(&format!("{before} UNCITED 5,000 soldiers.")))]);
    let findings = |path: &str| -> serde_json::Value {
        let reply = site.get(&format!("/__cited/checks?path={}", path.replace('/', "%2F")));
        assert_eq!((reply.status, reply.field("content-type")), (200, "application/json; charset=utf-8"));
        serde_json::from_slice(&reply.body).expect("JSON")
    };
    site.until("/", |r| r.status == 200);
    let found = findings("/a/");
    assert_eq!(found["file"], "content/a/index.html");
    let finding = &found["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("number-uncited"), &json!("error")));
    assert_eq!((&finding["message"], &finding["help"]), (&json!("`5,000` has no citation"), &json!("cite it")));
    assert_eq!((&finding["line"], &finding["excerpt"]), (&json!(1), &json!("UNCITED 5,000")));
    assert!(finding["before"].as_str().is_some_and(|b| b.ends_with("**many** men , others say")), "{finding}");
    assert!(finding["after"].as_str().is_some_and(|a| a.starts_with("soldiers.")), "{finding}");
    for path in ["/", "/nothing/", "/../x", ""] {
        assert_eq!(findings(path)["findings"], json!([]), "{path}");
    }
    // Found elsewhere in the same build: pages ask again.
    let mut home = site.open("/");
    site.save("a/index.html", &page("cited"));
    assert_eq!(home.until("new findings", |m| m["checks"] == true)["reload"], false);
    assert_eq!(findings("/a/")["findings"], json!([]));
}

#[test]
fn two_hundred_pages_are_told_in_half_a_second() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let version = site.version("/");
    let mut open: Vec<Stream> = (0..200).map(|_| site.stream("/", &version, &[])).collect();
    open.iter_mut().for_each(|stream| assert_eq!(stream.next().expect("a first event")["reload"], false));
    let mut waits: Vec<Duration> = (0..3)
        .map(|n| {
            let start = Instant::now();
            site.save("index.html", &page(&format!("new {n}")));
            open.iter_mut().for_each(|stream| assert_eq!(stream.next().expect("an event")["reload"], true));
            start.elapsed()
        })
        .collect();
    waits.sort();
    assert!(waits[0] < Duration::from_millis(500), "{waits:?}");
}

#[test]
fn a_storm_ends_with_what_a_clean_build_gives() {
    let site = TestPreview::of(&[("index.html", "home")]);
    for n in 0..1000 {
        site.save(&format!("s{}/p{n}/index.html", n % 10), &format!("first {n}"));
    }
    for n in 0..500 {
        site.remove(&format!("s{}/p{n}/index.html", n % 10));
    }
    let start = Instant::now();
    site.until("/s9/p999/", |r| r.status == 200);
    site.until("/s9/p499/", |r| r.status == 404);
    site.until("/s0/p0/", |r| r.status == 404);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_preview_ends_at_once_even_with_open_pages() {
    let site = TestPreview::of(&[("index.html", "home")]);
    let mut open = site.open("/");
    let start = Instant::now();
    drop(site);
    assert!(open.next().is_none() && start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
