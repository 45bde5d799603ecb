//! `cited build --watch`: the folder follows the site, file by file, and ends as a clean build leaves it.
//!
//! In: a site, the program in a process of its own, and changes on disk. Out: the files of the output folder, against those of
//! a clean build beside it. How quickly is the benchmark's business; bounds here are loose, for busy machines.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::harness::{TestSite, read_tree};

const PATIENCE: Duration = Duration::from_secs(60);

/// `cited build --watch` on a site; it ends with this value.
struct Watched<'a> {
    site: &'a TestSite,
    process: Child,
    lines: Receiver<String>,
}

impl<'a> Watched<'a> {
    fn of(site: &'a TestSite) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_cited"))
            .args(["build", "--watch", "--format", "short"])
            .current_dir(site.root())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let said = BufReader::new(process.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
        let (sender, lines) = channel();
        std::thread::spawn(move || said.for_each(|line| drop(sender.send(line))));
        let watched = Self { site, process, lines };
        watched.says("watching ");
        watched
    }

    /// Wait until a line is printed that begins so, or holds it.
    fn says(&self, words: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("it does not say {words:?}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Wait until the folder holds what a clean build gives, and nothing else.
    fn is_a_clean_build(&self, what: &str) {
        let clean = self.site.outside().join("clean");
        let _ = std::fs::remove_dir_all(&clean);
        let ran = self.site.run(&["build", "--output-dir", "../clean"]);
        assert_eq!(ran.code, 0, "{what}: {}", ran.stderr);
        let wanted = read_tree(&clean);
        let end = Instant::now() + PATIENCE;
        loop {
            // What is being replaced may vanish under the walk.
            let now = std::panic::catch_unwind(|| read_tree(&self.site.root().join("public"))).unwrap_or_default();
            if now == wanted {
                return;
            }
            let differs = wanted.keys().chain(now.keys()).find(|path| wanted.get(*path) != now.get(*path));
            assert!(Instant::now() < end, "{what}: {differs:?} is not as in a clean build");
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn page(title: &str, words: &str) -> String {
    format!("---\ntitle: {title}\n---\n\n{words}\n")
}

#[test]
fn the_folder_follows_the_site() {
    let site = TestSite::copy("base");
    site.write("content/a.md", page("A", "First words."));
    site.write("content/b.md", page("B", "A link to [a](a.md)."));
    let watched = Watched::of(&site);
    watched.is_a_clean_build("start");
    site.write("content/a.md", page("A", "Other words."));
    watched.is_a_clean_build("words");
    site.write("content/a.md", page("Another title", "Other words."));
    watched.is_a_clean_build("a title that lists show");
    site.write("content/a.md", page("Another title", "## A heading\n\nWords."));
    site.write("content/b.md", page("B", "A link to [a place](a.md#a-heading)."));
    watched.is_a_clean_build("a heading and a link to it");
    site.write("content/c/_index.md", page("A section", "Words."));
    site.rename("content/b.md", "content/c/b.md");
    site.write("content/c/b.md", page("B", "A link to [a](../a.md)."));
    watched.is_a_clean_build("moved");
    site.write("assets/site.css", "p { color: red }\n");
    watched.is_a_clean_build("a style");
    site.remove("content/c");
    watched.is_a_clean_build("removed");
}

#[test]
fn nothing_is_written_while_there_are_errors() {
    let site = TestSite::copy("base");
    site.write("content/a.md", page("A", "First words."));
    let watched = Watched::of(&site);
    watched.is_a_clean_build("start");
    let before = read_tree(&site.root().join("public"));
    for (what, text) in [
        ("unbuildable", page("A", "Second words. [@nobody]")),
        ("no front matter", "Third words.".to_owned()),
        ("unpublishable", page("A", "Fourth words: 1,240 fish.")),
    ] {
        site.write("content/a.md", text);
        let line = watched.says("content/a.md:");
        assert!(line.contains("error["), "{what}: {line}");
        watched.says("nothing is written");
        assert_eq!(read_tree(&site.root().join("public")), before, "{what}");
    }
    site.write("content/a.md", page("A", "Last words."));
    watched.is_a_clean_build("mended");
}

#[test]
fn a_save_every_few_milliseconds_ends_as_the_last_one() {
    let site = TestSite::copy("base");
    site.write("content/a.md", page("A", "First words."));
    let watched = Watched::of(&site);
    for n in 0..60 {
        site.write("content/a.md", page("A", &format!("Save {}.", ["one", "two", "three"][n % 3])));
        std::thread::sleep(Duration::from_millis(15));
    }
    watched.is_a_clean_build("the last save");
}
