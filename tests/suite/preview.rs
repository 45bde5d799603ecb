//! The preview of the built program: after storms, moves and hasty saves it serves what a clean build gives.
//!
//! In: a site, `cited serve` on it as its own process, and changes on disk as editors and version control make them. Out:
//! every file of a clean build over HTTP, byte for byte but for the preview's script, and 404 for what is gone. How
//! quickly is the benchmark's business; bounds here are loose, for busy machines.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::harness::TestSite;

/// Long enough for a program without optimisation on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cited serve` on a site; it ends with this value.
struct Preview<'a> {
    site: &'a TestSite,
    process: Child,
    address: String,
    /// What it printed.
    said: Arc<Mutex<String>>,
}

impl<'a> Preview<'a> {
    fn of(site: &'a TestSite) -> Self {
        Self::with(site, &[])
    }

    fn with(site: &'a TestSite, args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cited"))
            .args(["serve", "--port", "0", "--base-url", "https://example.org/"])
            .args(args)
            .current_dir(site.root())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.strip_prefix("preview at http://")?.split('/').next()?.to_owned())).expect("an address");
        // What is printed later must go somewhere, or the program would wait for a reader.
        let said = Arc::new(Mutex::new(String::new()));
        let kept = said.clone();
        std::thread::spawn(move || lines.for_each(|line| kept.lock().expect("sound").push_str(&(line + "\n"))));
        Self { site, process, address: url, said }
    }

    /// Status and body of a page.
    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let head = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
        let status = String::from_utf8_lossy(&answer[9..12]).parse().expect("a status");
        (status, answer.split_off(head + 4))
    }

    fn until(&self, what: &str, happened: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !happened(self) {
            assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Wait until everything that a clean build gives is served, then look that nothing of `gone` is.
    fn is_a_clean_build(&self, what: &str, gone: &[&str]) {
        let _ = fs::remove_dir_all(self.site.outside().join("clean"));
        let ran = self.site.run(&["build", "--drafts", "--base-url", "https://example.org/", "--output-dir", "../clean"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut clean = crate::harness::read_tree(&self.site.outside().join("clean"));
        clean.retain(|path, _| !path.starts_with(".cited-") && path != ".gitignore" && path != "404.html");
        let differs = |preview: &Self| {
            clean.iter().find(|(path, bytes)| {
                let (status, body) = preview.get(path.strip_suffix("index.html").unwrap_or(path));
                status != 200 || without_script(&body) != **bytes
            })
        };
        let end = Instant::now() + PATIENCE;
        while let Some((path, _)) = differs(self) {
            assert!(Instant::now() < end, "{what}: {path} is not what a clean build gives");
            std::thread::sleep(Duration::from_millis(50));
        }
        for path in gone {
            self.until(&format!("{what}: {path} answers 404"), |preview| preview.get(path).0 == 404);
        }
    }
}

impl Drop for Preview<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A page without the tag that the preview puts into it.
fn without_script(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let Some((before, rest)) = text.split_once("<script src=\"/__cited/preview.js\"") else { return body.to_vec() };
    let (_, after) = rest.split_once("</script>").expect("the tag ends");
    format!("{before}{after}").into_bytes()
}

fn page(words: &str) -> String {
    format!("---\ntitle: A page\nsummary: About {words}.\n---\n\nIt says {words}.\n")
}

fn section(title: &str) -> String {
    format!("---\ntitle: {title}\n---\n\nPages.\n")
}

/// A site with sections of ten pages.
fn site_of(sections: usize, pages: usize) -> TestSite {
    let site = TestSite::copy("base");
    for s in 0..sections {
        site.write(&format!("content/s{s}/_index.md"), section("A section"));
        for p in 0..pages {
            site.write(&format!("content/s{s}/p{p}.md"), page("first words"));
        }
    }
    site
}

#[test]
fn a_branch_switch_ends_as_a_clean_build() {
    let site = site_of(10, 110);
    let preview = Preview::of(&site);
    preview.is_a_clean_build("start", &[]);
    // As version control writes: a thousand files change, some go, some come, a folder takes another name.
    for s in 0..10 {
        for p in 0..90 {
            site.write(&format!("content/s{s}/p{p}.md"), page("other words"));
        }
        (90..100).for_each(|p| site.remove(&format!("content/s{s}/p{p}.md")));
        (200..210).for_each(|p| site.write(&format!("content/s{s}/p{p}.md"), page("new words")));
    }
    site.rename("content/s9", "content/t9");
    preview.is_a_clean_build("branch switch", &["s0/p90/", "s8/p99/", "s9/", "s9/p0/"]);
}

#[test]
fn folders_and_pages_move_away_and_back() {
    let site = site_of(2, 3);
    let preview = Preview::of(&site);
    preview.is_a_clean_build("start", &[]);
    site.rename("content/s0", "content/other");
    preview.is_a_clean_build("folder renamed", &["s0/", "s0/p1/"]);
    site.rename("content/other", "content/s0");
    preview.is_a_clean_build("folder renamed back", &["other/", "other/p1/"]);
    // Out of the site and back at once: the page is there in the end.
    for _ in 0..20 {
        fs::rename(site.root().join("content/s0/p1.md"), site.outside().join("p1.md")).expect("moved");
        fs::rename(site.outside().join("p1.md"), site.root().join("content/s0/p1.md")).expect("moved back");
    }
    preview.is_a_clean_build("moved away and back", &[]);
    site.rename("content/s0/p1.md", "content/s1/p9.md");
    preview.is_a_clean_build("page moved", &["s0/p1/"]);
    site.remove("content/s1");
    preview.is_a_clean_build("folder removed", &["s1/", "s1/p9/", "s1/p0/"]);
    site.write("content/s1/_index.md", section("Again"));
    site.write("content/s1/p9.md", page("words again"));
    preview.is_a_clean_build("folder made anew", &["s1/p0/"]);
}

#[test]
fn hasty_and_roundabout_saves_are_shown_in_the_end() {
    let site = site_of(1, 3);
    let preview = Preview::of(&site);
    preview.is_a_clean_build("start", &[]);
    for n in 0..60 {
        site.write("content/s0/p0.md", page(&format!("save S{n}")));
        std::thread::sleep(Duration::from_millis(10));
    }
    preview.is_a_clean_build("a save every 10 ms", &[]);
    assert!(String::from_utf8_lossy(&preview.get("s0/p0/").1).contains("save S59"));
    let file = |name: &str| site.root().join("content/s0").join(name);
    for n in 0..20 {
        // vim: a probe, the old file renamed away, a new one in its place, with a swap file beside it.
        fs::write(file(".p1.md.swp"), "swap").expect("written");
        fs::write(file("4913"), "").expect("written");
        fs::remove_file(file("4913")).expect("removed");
        fs::rename(file("p1.md"), file("p1.md~")).expect("renamed");
        fs::write(file("p1.md"), page(&format!("by vim V{n}"))).expect("written");
        fs::remove_file(file("p1.md~")).expect("removed");
        // Others: written beside it, then renamed over it; Emacs keeps the old text in `#name#`.
        fs::write(file("#p2.md#"), page("not yet saved")).expect("written");
        fs::write(file(".p2.md.tmp"), page(&format!("by others W{n}"))).expect("written");
        fs::rename(file(".p2.md.tmp"), file("p2.md")).expect("renamed");
    }
    preview.is_a_clean_build("editors", &["s0/4913", "s0/p1.md~", "s0/.p1.md.swp", "s0/%23p2.md%23"]);
    assert!(String::from_utf8_lossy(&preview.get("s0/p1/").1).contains("by vim V19"));
    assert!(String::from_utf8_lossy(&preview.get("s0/p2/").1).contains("by others W19"));
}

#[test]
fn more_events_than_fit_lose_nothing() {
    let site = site_of(1, 100);
    let preview = Preview::of(&site);
    preview.is_a_clean_build("start", &[]);
    // Each save is several events; a build in between leaves them unread.
    for round in 0..30 {
        for p in 0..100 {
            site.write(&format!("content/s0/p{p}.md"), page(&format!("round R{round}")));
        }
    }
    preview.is_a_clean_build("a flood of events", &[]);
    assert!(String::from_utf8_lossy(&preview.get("s0/p0/").1).contains("round R29"));
}

#[test]
#[cfg(unix)]
fn a_site_behind_a_link_and_one_that_is_polled_are_kept_up_to_date() {
    let site = site_of(2, 2);
    std::os::unix::fs::symlink(site.root(), site.outside().join("link")).expect("linked");
    for args in [["--root", "../link"].as_slice(), &["--poll"]] {
        let preview = Preview::with(&site, args);
        preview.is_a_clean_build("start", &[]);
        site.write("content/s0/p0.md", page(&format!("words for {}", args[0])));
        site.rename("content/s1", "content/t1");
        preview.is_a_clean_build(args[0], &["s1/p1/"]);
        site.rename("content/t1", "content/s1");
        preview.is_a_clean_build(args[0], &["t1/p1/"]);
    }
}

#[test]
fn a_template_that_never_ends_is_told_and_the_preview_lives_on() {
    let site = site_of(1, 2);
    let preview = Preview::of(&site);
    preview.is_a_clean_build("start", &[]);
    let good = site.read("themes/minimal/templates/base.html");
    for (endless, words) in [
        (
            "{% set_global x = \"a\" %}{% for i in range(end=100) %}{% set_global x = x ~ x %}{% endfor %}",
            "`base.html` builds more than 256 MB",
        ),
        // Searching a long text is many steps, so that the bound is near for an unoptimised program too.
        (
            "{% set_global x = \"a\" %}{% for i in range(end=24) %}{% set_global x = x ~ x %}{% endfor %}{% for i in range(end=100000) %}{% if \"b\" in x %}{% endif %}{% endfor %}",
            "`base.html` takes more than 10000000 steps",
        ),
    ] {
        site.write("themes/minimal/templates/base.html", format!("{good}{endless}"));
        // A page is made when somebody looks.
        preview.until(words, |preview| {
            let (status, body) = preview.get("s0/p0/");
            assert!(status == 200 && String::from_utf8_lossy(&body).contains("first words"), "the last good page is shown");
            preview.said.lock().expect("sound").contains(words)
        });
        site.write("themes/minimal/templates/base.html", &good);
        preview.is_a_clean_build("mended", &[]);
    }
}
