//! Pages that are made when they are asked for: once in each state, never in the way of others, and let go afterwards.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, Weak};

use serde_json::json;

use super::*;
use crate::output::{Digests, PageSummary};

/// A site that makes a page of `content/NAME` when it is asked for: `{TEMPLATE}` becomes the content of
/// `templates/page.html`, which pages are made with. A page with `BROKEN` cannot be made, `PANIC` is a fault, `SLOW`
/// takes a tenth of a second.
#[derive(Debug)]
struct Lazy {
    texts: BTreeMap<String, String>,
    template: String,
    made: Mutex<HashMap<String, Arc<OnceLock<Output>>>>,
    counts: Arc<Counts>,
}

/// What was asked of all states.
#[derive(Debug, Default)]
struct Counts {
    /// How often each page was made, by state and path.
    made: Mutex<BTreeMap<(usize, String), usize>>,
    /// The most pages that were being made at one moment, and the names of the threads that did.
    now: AtomicUsize,
    most: AtomicUsize,
    states: Mutex<Vec<Weak<Lazy>>>,
    /// What the build was told of.
    told: Mutex<Vec<Option<Vec<String>>>>,
}

impl Counts {
    /// How often each page was made in the newest state.
    fn latest(&self) -> BTreeMap<String, usize> {
        let made = self.made.lock().expect("sound");
        let newest = self.states.lock().expect("sound").len();
        made.iter().filter(|((state, _), _)| *state == newest).map(|((_, path), n)| (path.clone(), *n)).collect()
    }

    fn living_states(&self) -> usize {
        self.states.lock().expect("sound").iter().filter(|state| state.strong_count() > 0).count()
    }
}

impl Files for Lazy {
    fn file(&self, path: &str) -> Result<Option<Output>, Arc<Report>> {
        let Some(text) = self.texts.get(path) else { return Ok(None) };
        let cell = self.made.lock().expect("sound").entry(path.to_owned()).or_default().clone();
        assert!(!text.contains("PANIC"), "a fault in making a page");
        if let Some(at) = text.find("BROKEN") {
            let file = TextFile::new(format!("content/{path}"), text.clone());
            let span = Span::new(&file, at..at + "BROKEN".len());
            return Err(Arc::new(std::iter::once(Diagnostic::at(Code::TemplateError, span, "it fails").help("mend it")).collect()));
        }
        let output = cell.get_or_init(|| {
            let state = self.counts.states.lock().expect("sound").len();
            *self.counts.made.lock().expect("sound").entry((state, path.to_owned())).or_default() += 1;
            self.counts.most.fetch_max(self.counts.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if text.contains("SLOW") {
                std::thread::sleep(Duration::from_millis(100));
            }
            let bytes: Arc<[u8]> = text.replace("{TEMPLATE}", &self.template).into_bytes().into();
            self.counts.now.fetch_sub(1, Ordering::SeqCst);
            Output { digest: xxhash_rust::xxh3::xxh3_128(&bytes), content: Content::Bytes(bytes) }
        });
        Ok(Some(output.clone()))
    }

    fn loose(&self) -> Arc<Digests> {
        let loose = self.texts.iter().filter(|(path, _)| !path.ends_with(".html"));
        Arc::new(loose.map(|(path, text)| (path.clone(), xxhash_rust::xxh3::xxh3_128(text.as_bytes()))).collect())
    }

    fn page_file(&self, path: &str) -> Option<String> {
        self.texts.contains_key(path).then(|| format!("content/{path}"))
    }

    fn page_summary(&self, path: &str) -> Option<PageSummary> {
        let text = self.texts.get(path)?;
        Some(PageSummary { draft: text.contains("DRAFT"), claims: text.matches("claim").count(), ..PageSummary::default() })
    }
}

/// A preview of such a site.
fn lazy(files: &[(&str, &str)]) -> (TestPreview, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let of_build = counts.clone();
    let site = TestPreview::built_by(files, Limits::default(), move |root, changed| {
        let counts = of_build.clone();
        let told = changed.map(|paths| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect());
        counts.told.lock().expect("sound").push(told);
        let content = root.join("content");
        let mut texts = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&content).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()) {
            let name = entry.path().strip_prefix(&content).expect("below").to_string_lossy().into_owned();
            if let Ok(text) = fs::read_to_string(entry.path())
                && !name.ends_with(".tmp")
            {
                texts.insert(name, text);
            }
        }
        let template = fs::read_to_string(root.join("templates/page.html")).unwrap_or_default();
        let pages = texts.len();
        let files = Arc::new(Lazy { texts, template, made: Mutex::default(), counts: counts.clone() });
        counts.states.lock().expect("sound").push(Arc::downgrade(&files));
        Outcome { files: Some(files), report: Arc::default(), machine_error: None, pages }
    });
    site.until("/nothing.txt", |r| r.status == 404);
    (site, counts)
}

fn save_template(site: &TestPreview, text: &str) {
    save(&site.dir.path().join("templates"), "../../templates/page.html", text);
}

#[test]
fn nothing_is_made_before_it_is_asked_for() {
    let many: Vec<(String, String)> = (0..500).map(|n| (format!("p{n}/index.html"), page("{TEMPLATE}"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (site, counts) = lazy(&many);
    assert_eq!(counts.latest(), BTreeMap::new());
    let mut open = site.open("/p7/");
    site.get("/p7/");
    assert_eq!(counts.latest(), BTreeMap::from([("p7/index.html".to_owned(), 1)]));
    site.save("p9/index.html", &page("other"));
    open.within(SILENCE);
    let made = counts.latest();
    assert!(made.keys().all(|path| path == "p7/index.html") && made.values().all(|n| *n == 1), "only what is open: {made:?}");
}

#[test]
fn two_hundred_streams_on_twenty_pages_are_told_and_each_page_is_made_once() {
    let pages: Vec<(String, String)> = (0..20).map(|n| (format!("p{n}/index.html"), page("{TEMPLATE} SLOW"))).collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (site, counts) = lazy(&pages);
    save_template(&site, "first");
    let mut open: Vec<Stream> = (0..20)
        .flat_map(|n| {
            let path = format!("/p{n}/");
            site.until(&path, |r| r.text().contains("first"));
            let version = site.version(&path);
            (0..10).map(|_| site.stream(&path, &version, &[])).collect::<Vec<_>>()
        })
        .collect();
    open.iter_mut().for_each(|stream| assert_eq!(stream.next().expect("a first event")["reload"], false));
    let start = Instant::now();
    save_template(&site, "second");
    // Of two saves seen apart, the second is the one that counts.
    open.iter_mut().for_each(|stream| {
        stream.until("the template", |m| m["reload"] == true);
    });
    let took = start.elapsed();
    assert!(took < SOON, "{took:?}");
    let made = counts.latest();
    assert_eq!(made.len(), 20, "{made:?}");
    assert!(made.values().all(|n| *n == 1), "{made:?}");
    let most = counts.most.load(Ordering::SeqCst);
    assert!((2..=THREADS_BESIDE).contains(&most), "{most} at once");
}

#[test]
fn a_slow_page_does_not_hold_up_others() {
    let pages: Vec<(String, String)> = (0..6).map(|n| (format!("slow{n}/index.html"), page("SLOW"))).collect();
    let mut files: Vec<(&str, &str)> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let quick = page("quick");
    files.push(("index.html", &quick));
    let (site, counts) = lazy(&files);
    let address = site.address();
    let asked: Vec<TcpStream> = (0..6)
        .map(|n| {
            let mut stream = TcpStream::connect(address).expect("connected");
            stream.write_all(format!("GET /slow{n}/ HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).expect("sent");
            stream
        })
        .collect();
    let end = Instant::now() + SOON;
    while counts.now.load(Ordering::SeqCst) == 0 && Instant::now() < end {
        std::thread::yield_now();
    }
    assert!(site.get("/").text().contains("quick"));
    assert!(counts.most.load(Ordering::SeqCst) > 1, "they are made beside each other");
    drop(asked);
}

#[test]
fn a_page_that_cannot_be_made_stays_as_it_was_and_the_others_go_on() {
    let (site, _) = lazy(&[("index.html", &page("home")), ("a/index.html", &page("good a"))]);
    let (mut home, mut a) = (site.open("/"), site.open("/a/"));
    site.save("a/index.html", &page("BROKEN"));
    let told = a.until("trouble", |m| m["trouble"] != json!(null));
    assert_eq!(told["reload"], false, "{told}");
    assert_eq!(told["trouble"]["title"], "This page cannot be built: 1 error");
    assert_eq!(told["trouble"]["findings"][0]["file"], "content/a/index.html");
    let reply = site.get("/a/");
    assert!(reply.status == 200 && reply.text().contains("good a"), "the last good page: {}", reply.text());
    let told = home.within(SILENCE);
    assert!(told.as_ref().is_none_or(|m| m["trouble"] == json!(null) && m["reload"] == false), "{told:?}");
    site.save("index.html", &page("new home"));
    assert_eq!(home.until("the others go on", |m| m["reload"] == true)["trouble"], json!(null));

    site.save("a/index.html", &page("mended"));
    assert_eq!(a.until("mended", |m| m["reload"] == true)["trouble"], json!(null));
    assert!(site.get("/a/").text().contains("mended"));
    // Undone to the very bytes that are open: the overlay goes, and nothing reloads.
    let mut a = site.open("/a/");
    site.save("a/index.html", &page("BROKEN"));
    a.until("trouble", |m| m["trouble"] != json!(null));
    site.save("a/index.html", &page("mended"));
    assert_eq!(a.until("undone", |m| m["trouble"] == json!(null))["reload"], false);
}

#[test]
fn what_keeps_a_page_from_being_made_is_printed_once() {
    let (site, _) = lazy(&[("index.html", &page("home")), ("a/index.html", &page("BROKEN"))]);
    let printed = || site.printed.lock().expect("sound").iter().filter(|text| text.contains("it fails")).count();
    assert_eq!(printed(), 0, "nobody has asked for the page");
    site.get("/a/");
    assert_eq!(printed(), 1);
    let mut a = site.open("/a/");
    site.save("index.html", &page("new"));
    site.until("/", |r| r.text().contains("new"));
    site.get("/a/");
    assert_eq!(printed(), 1, "the same fault in another state");
    site.save("a/index.html", &page("good"));
    a.until("mended", |m| m["reload"] == true);
    site.save("a/index.html", &page("BROKEN"));
    a.until("broken again", |m| m["trouble"] != json!(null));
    assert_eq!(printed(), 2);
}

#[test]
fn a_fault_in_making_a_page_leaves_it_as_it_was() {
    let (site, _) = lazy(&[("index.html", &page("home")), ("a/index.html", &page("good a"))]);
    let mut a = site.open("/a/");
    site.save("a/index.html", &page("PANIC"));
    let told = a.until("the fault", |m| m["trouble"] != json!(null));
    assert_eq!((&told["reload"], &told["trouble"]["title"]), (&json!(false), &json!("This is a fault of cited, not of your site")));
    assert!(site.get("/a/").text().contains("good a"));
    assert_eq!(site.get("/").status, 200);
}

#[test]
fn a_page_that_never_could_be_made_is_its_report() {
    let (site, _) = lazy(&[("index.html", &page("home")), ("a/index.html", &page("BROKEN")), ("b/index.html", &page("PANIC"))]);
    let reply = site.get("/a/");
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("This page cannot be built") && reply.text().contains("content/a/index.html:1:"), "{}", reply.text());
    assert_eq!(site.get("/a").status, 307);
    assert!(site.get("/b/").text().contains("a fault in making a page"));
    let (mut a, mut b) = (site.open("/a/"), site.open("/b/"));
    site.save("a/index.html", &page("good"));
    assert_eq!(a.until("mended", |m| m["reload"] == true)["trouble"], json!(null));
    site.save("b/index.html", &page("good"));
    assert_eq!(b.until("mended", |m| m["reload"] == true)["trouble"], json!(null));
    assert_eq!((site.get("/a/").status, site.get("/b/").status), (200, 200));
}

#[test]
fn states_that_are_over_are_let_go() {
    let (site, counts) = lazy(&[("index.html", &page("{TEMPLATE}")), ("a/index.html", &page("a"))]);
    let (mut home, _a) = (site.open("/"), site.open("/a/"));
    for n in 0..5 {
        save_template(&site, &format!("state {n}"));
        home.until("the state", |m| m["reload"] == true);
        assert!(site.get("/").text().contains(&format!("state {n}")));
    }
    let end = Instant::now() + SOON;
    while counts.living_states() > 1 {
        assert!(Instant::now() < end, "{} states are kept", counts.living_states());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_browser_that_does_not_read_keeps_no_state() {
    // Names so long that each change of all files is more than a megabyte to tell.
    let folder = vec!["x".repeat(240); 7].join("/");
    let many: Vec<String> = (0..900).map(|n| format!("{folder}/{n}.txt")).collect();
    let home = page("{TEMPLATE}");
    let mut files: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), "first")).collect();
    files.push(("index.html", &home));
    let (site, counts) = lazy(&files);
    let lazy_browser = site.open("/");
    // More than the system keeps for a connection.
    for n in 0..10 {
        let states = counts.states.lock().expect("sound").len();
        for path in &many {
            fs::write(site.dir.path().join("content").join(path), format!("save {n}")).expect("saved");
        }
        let end = Instant::now() + SOON;
        while counts.states.lock().expect("sound").len() == states && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    save_template(&site, "last");
    site.until("/", |r| r.text().contains("last"));
    let end = Instant::now() + SOON;
    while counts.living_states() > 1 {
        assert!(Instant::now() < end, "{} states are kept", counts.living_states());
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(lazy_browser);
}

#[test]
fn the_build_is_told_what_was_touched() {
    let (site, counts) = lazy(&[("index.html", &page("home"))]);
    let mut home = site.open("/");
    site.save("index.html", &page("new"));
    home.until("the save", |m| m["reload"] == true);
    let told = counts.told.lock().expect("sound").clone();
    assert_eq!(told.first(), Some(&None), "everything is read at first");
    if cfg!(target_os = "linux") {
        assert_eq!(told.last(), Some(&Some(vec!["content/index.html".to_owned()])));
    }
}

#[test]
fn what_was_counted_on_a_page_comes_with_its_findings() {
    let (site, _) = lazy(&[("index.html", &page("home")), ("a/index.html", &page("a claim, a claim DRAFT")), ("x.png", "1")]);
    let checks = |path: &str| -> serde_json::Value {
        serde_json::from_slice(&site.get(&format!("/__cited/checks?path={path}")).body).expect("JSON")
    };
    let summary = &checks("/a/")["summary"];
    assert_eq!((&summary["draft"], &summary["claims"], &summary["citations"]), (&json!(true), &json!(2), &json!(0)));
    assert_eq!(checks("/nothing/"), json!({ "file": null, "summary": null, "findings": [] }));
    // Counted otherwise, though the page's bytes are the same to the browser.
    let mut a = site.open("/a/");
    site.save("a/index.html", &page("a claim, a claim, a claim DRAFT"));
    assert_eq!(a.until("the save", |m| m["reload"] == true)["checks"], true);
}
