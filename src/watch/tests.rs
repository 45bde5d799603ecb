//! Saves as editors make them, folders that come and go, and what must not wake anyone.

use std::fs;
use std::sync::mpsc;

use super::*;

/// A site with a watcher that waits in a thread of its own.
struct Waiting {
    dir: tempfile::TempDir,
    root: PathBuf,
    wakes: mpsc::Receiver<(Wake, Instant)>,
    also: Also,
    ender: Ender,
}

/// Long enough for a busy machine, short enough for a test that expects silence.
const SOON: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_millis(200);

impl Waiting {
    fn begin(poll: bool) -> Self {
        let dir = tempfile::tempdir().expect("temporary folder");
        let root = dir.path().join("site");
        for path in ["site.yaml", "content/_index.md", "content/numbers/troops.md", "public/index.html"] {
            save(&root.join(path), "first");
        }
        let ignored = vec![PathBuf::from("public"), PathBuf::from("content/out")];
        let mut watcher = Watcher::new(Watched { root: root.clone(), ignored, poll }).expect("watched");
        let (also, ender) = (watcher.also(), watcher.ender());
        let (sender, wakes) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let wake = watcher.wait();
                let ended = wake == Wake::Ended;
                if sender.send((wake, Instant::now())).is_err() || ended {
                    return;
                }
            }
        });
        std::thread::sleep(Duration::from_millis(30));
        Self { dir, root, wakes, also, ender }
    }

    fn expect(&self, what: &str) -> Instant {
        let (wake, at) = self.wakes.recv_timeout(SOON).unwrap_or_else(|_| panic!("nothing came after: {what}"));
        assert!(matches!(wake, Wake::Changed(_)), "{what}: {wake:?}");
        at
    }

    /// What one save leads to: every path that is named until nothing more comes; none if a wake named nothing.
    fn names(&self, what: &str) -> Option<Vec<String>> {
        let (first, _) = self.wakes.recv_timeout(SOON).unwrap_or_else(|_| panic!("nothing came after: {what}"));
        let mut names = Some(BTreeSet::new());
        let mut wake = Ok(first);
        while let Ok(Wake::Changed(paths)) = wake {
            names = names.zip(paths).map(|(mut names, paths)| {
                names.extend(paths);
                names
            });
            wake = self.wakes.recv_timeout(SILENCE).map(|(wake, _)| wake).map_err(|_| ());
        }
        names.map(|names| names.into_iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect())
    }

    fn settle(&self) {
        while self.wakes.recv_timeout(SILENCE).is_ok() {}
    }

    fn expect_silence(&self, what: &str) {
        assert_eq!(self.wakes.recv_timeout(SILENCE).map(|w| w.0).ok(), None, "{what}");
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.ender.end();
    }
}

fn save(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("has a parent")).expect("folder");
    fs::write(path, text).expect("file");
}

#[test]
fn saves_of_every_editor_wake() {
    let site = Waiting::begin(false);
    let page = site.root.join("content/numbers/troops.md");
    let beside = |name: &str| page.with_file_name(name);

    fs::write(&page, "in place, as VS Code").expect("saved");
    site.expect("write in place");
    site.settle();

    // vim: probe, rename the old one away, write anew, remove the backup.
    save(&beside("4913"), "");
    fs::remove_file(beside("4913")).expect("removed");
    fs::rename(&page, beside("troops.md~")).expect("renamed");
    fs::write(&page, "by vim").expect("saved");
    fs::remove_file(beside("troops.md~")).expect("removed");
    site.expect("vim");
    site.settle();

    // Emacs and most others: write beside, rename over.
    fs::write(beside(".#troops.md.new"), "by Emacs").expect("saved");
    fs::rename(beside(".#troops.md.new"), &page).expect("renamed");
    site.expect("rename over");
    site.settle();

    // Delete, then create 10 ms later: one wake, after the file is back. A busy machine may sleep longer.
    for _ in 0..10 {
        let gone = Instant::now();
        fs::remove_file(&page).expect("removed");
        std::thread::sleep(Duration::from_millis(10));
        let back = Instant::now();
        fs::write(&page, "again").expect("saved");
        if gone.elapsed() < Duration::from_millis(20) {
            assert!(site.expect("delete and create") >= back);
            site.expect_silence("one save is one wake");
            return;
        }
        site.settle();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_save_touched_is_named_and_nothing_else() {
    let site = Waiting::begin(false);
    let page = site.root.join("content/numbers/troops.md");
    let beside = |name: &str| page.with_file_name(name);
    let troops = || Some(vec!["content/numbers/troops.md".to_owned()]);

    fs::write(&page, "in place").expect("saved");
    assert_eq!(site.names("write in place"), troops());

    // vim, as it saves by default: swap file, probe, old one away, new one written, backup removed.
    save(&beside(".troops.md.swp"), "x");
    save(&beside("4913"), "");
    fs::remove_file(beside("4913")).expect("removed");
    fs::rename(&page, beside("troops.md~")).expect("renamed");
    fs::write(&page, "by vim").expect("saved");
    fs::remove_file(beside("troops.md~")).expect("removed");
    fs::remove_file(beside(".troops.md.swp")).expect("removed");
    assert_eq!(site.names("vim"), troops());

    // Emacs: auto-save and lock beside it, then written in place.
    save(&beside("#troops.md#"), "x");
    std::os::unix::fs::symlink("me@here.1", beside(".#troops.md")).expect("linked");
    fs::write(&page, "by Emacs").expect("saved");
    fs::remove_file(beside(".#troops.md")).expect("removed");
    fs::remove_file(beside("#troops.md#")).expect("removed");
    assert_eq!(site.names("Emacs"), troops());

    // Others write beside it and rename over it; a name that could be a page's is named too.
    fs::write(beside("troops.md.tmp"), "by others").expect("saved");
    fs::rename(beside("troops.md.tmp"), &page).expect("renamed");
    assert_eq!(site.names("rename over"), troops());
    fs::write(beside("sedX1y2"), "by sed").expect("saved");
    fs::rename(beside("sedX1y2"), &page).expect("renamed");
    let both = Some(vec!["content/numbers/sedX1y2".to_owned(), "content/numbers/troops.md".to_owned()]);
    assert_eq!(site.names("sed -i"), both);

    fs::write(beside("new.md"), "x").expect("saved");
    assert_eq!(site.names("created"), Some(vec!["content/numbers/new.md".to_owned()]));
    fs::rename(beside("new.md"), site.root.join("content/moved.md")).expect("renamed");
    let moved = Some(vec!["content/moved.md".to_owned(), "content/numbers/new.md".to_owned()]);
    assert_eq!(site.names("renamed"), moved);
    fs::remove_file(&page).expect("removed");
    assert_eq!(site.names("removed"), troops());
    fs::write(site.root.join("site.yaml"), "title: x").expect("saved");
    assert_eq!(site.names("site.yaml"), Some(vec!["site.yaml".to_owned()]));
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_named_in_full_is_not_named_at_all() {
    let site = Waiting::begin(false);
    let content = site.root.join("content");
    fs::create_dir(content.join("new")).expect("folder");
    assert_eq!(site.names("a new folder"), None);
    fs::write(content.join("new/page.md"), "x").expect("saved");
    assert_eq!(site.names("a file in it"), Some(vec!["content/new/page.md".to_owned()]));
    fs::rename(content.join("new"), content.join("moved")).expect("renamed");
    assert_eq!(site.names("a folder renamed"), None);
    // A folder that went stands for all that was in it.
    fs::rename(content.join("moved"), site.root.join("elsewhere")).expect("renamed");
    assert_eq!(site.names("a folder moved out"), Some(vec!["content/moved".to_owned()]));
    fs::rename(site.root.join("elsewhere"), content.join("moved")).expect("renamed");
    assert_eq!(site.names("a folder moved in"), None);
    fs::remove_dir_all(content.join("moved")).expect("removed");
    let removed = site.names("a folder removed").expect("named");
    assert!(removed.iter().any(|name| name == "content/moved"), "{removed:?}");

    // Events were lost: what else was touched is not known.
    site.ender.signals.send(Signal::Lost).expect("sent");
    fs::write(content.join("_index.md"), "x").expect("saved");
    assert_eq!(site.names("lost events"), None);

    // What lies outside the root has no name in it.
    let bibliography = site.dir.path().join("library.bib");
    save(&bibliography, "x");
    site.also.set(vec![bibliography.clone()]);
    fs::write(content.join("_index.md"), "y").expect("saved");
    site.settle();
    fs::write(&bibliography, "y").expect("saved");
    assert_eq!(site.names("the bibliography"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_queue_that_overflows_names_nothing() {
    let dir = tempfile::tempdir().expect("temporary folder");
    save(&dir.path().join("content/_index.md"), "x");
    let watched = Watched { root: dir.path().to_path_buf(), ignored: Vec::new(), poll: false };
    let mut watcher = Watcher::new(watched).expect("watched");
    // Nobody waits meanwhile, as during a long build.
    for n in 0..QUEUE {
        fs::write(dir.path().join("content/_index.md"), format!("{n}")).expect("saved");
    }
    assert_eq!(watcher.wait(), Wake::Changed(None));
}

#[test]
fn polling_names_nothing() {
    let site = Waiting::begin(true);
    fs::write(site.root.join("content/_index.md"), "other").expect("saved");
    assert_eq!(site.names("save"), None);
}

#[test]
fn a_wait_comes_back_when_asked_though_nothing_was_touched() {
    let dir = tempfile::tempdir().expect("temporary folder");
    save(&dir.path().join("content/_index.md"), "x");
    let watched = Watched { root: dir.path().to_path_buf(), ignored: Vec::new(), poll: false };
    let mut watcher = Watcher::new(watched).expect("watched");
    watcher.waker().wake();
    assert_eq!(watcher.wait(), Wake::Changed(Some(BTreeSet::new())));
}

#[test]
fn a_save_every_few_milliseconds_is_looked_at_again_and_again() {
    let site = Waiting::begin(false);
    let start = Instant::now();
    let saves = 60;
    for n in 0..saves {
        fs::write(site.root.join("content/_index.md"), format!("save {n}")).expect("saved");
        std::thread::sleep(Duration::from_millis(10));
    }
    let done = Instant::now();
    let mut wakes = Vec::new();
    while let Ok((_, at)) = site.wakes.recv_timeout(SILENCE) {
        wakes.push(at);
    }
    let longest = wakes.windows(2).map(|two| two[1] - two[0]).max().unwrap_or_default();
    assert!(wakes.len() >= saves / 10, "{} wakes in {:?}", wakes.len(), done - start);
    assert!(longest <= Duration::from_millis(600), "nothing for {longest:?}");
}

#[test]
fn a_save_wakes_within_a_few_milliseconds() {
    let site = Waiting::begin(false);
    let mut waits: Vec<Duration> = (0..9)
        .map(|n| {
            let start = Instant::now();
            fs::write(site.root.join("content/_index.md"), format!("save {n}")).expect("saved");
            let wait = site.expect("save") - start;
            site.settle();
            wait
        })
        .collect();
    // The quickest of all: other programs may hold the machine up, but not every time.
    waits.sort();
    assert!(waits[0] < Duration::from_millis(5), "{waits:?}");
}

#[test]
fn what_is_no_input_wakes_nobody() {
    for poll in [false, true] {
        let site = Waiting::begin(poll);
        for path in [
            "public/index.html",
            "public/new/page.html",
            ".git/index",
            "content/.troops.md.swp",
            "content/troops.md~",
            "content/#troops.md#",
            "content/x.tmp",
            "content/.hidden/page.md",
            "target/x",
            "notes.txt",
            "content/out/x.html",
            ".public.cited-stage/a",
        ] {
            save(&site.root.join(path), "x");
        }
        // The folder itself appears beside the pages, so it may wake; what is in it must not.
        site.settle();
        save(&site.root.join("content/out/y.html"), "x");
        let _ = fs::read(site.root.join("content/_index.md"));
        std::thread::sleep(if poll { REST_TWICE } else { Duration::ZERO });
        site.expect_silence("nothing that counts");
    }
}

const REST_TWICE: Duration = Duration::from_millis(600);

#[test]
fn folders_come_go_and_move() {
    let site = Waiting::begin(false);
    let content = site.root.join("content");
    save(&content.join("new/deep/page.md"), "x");
    site.expect("new folders");
    site.settle();
    fs::write(content.join("new/deep/page.md"), "y").expect("saved");
    site.expect("a file in a new folder");
    site.settle();

    fs::rename(content.join("new"), content.join("moved")).expect("renamed");
    site.expect("folder renamed");
    site.settle();
    fs::write(content.join("moved/deep/page.md"), "z").expect("saved");
    site.expect("a file in the renamed folder");
    site.settle();

    // The watched folder itself is removed and made anew, as by a branch switch.
    fs::remove_dir_all(&content).expect("removed");
    site.expect("content removed");
    site.settle();
    save(&content.join("again.md"), "x");
    site.expect("content made anew");
    site.settle();
    fs::write(content.join("again.md"), "y").expect("saved");
    site.expect("a file in the new content folder");
    site.settle();

    fs::rename(&content, site.root.join("elsewhere")).expect("renamed");
    site.expect("content moved away");
    site.settle();
    fs::write(site.root.join("elsewhere/again.md"), "z").expect("saved");
    site.expect_silence("it is no input there");
    fs::rename(site.root.join("elsewhere"), &content).expect("renamed");
    site.expect("content moved back");
    site.settle();
    fs::write(content.join("again.md"), "w").expect("saved");
    site.expect("a file in it");
    site.settle();

    // A folder that did not exist at the start.
    save(&site.root.join("assets/site.css"), "x");
    site.expect("assets appear");
    site.settle();
    fs::write(site.root.join("assets/site.css"), "y").expect("saved");
    site.expect("a file in it");
}

#[test]
fn the_archive_and_the_bibliography_are_watched_once_named() {
    let site = Waiting::begin(false);
    let archive = site.dir.path().join("shared/sources");
    let bibliography = site.dir.path().join("refs/library.bib");
    save(&bibliography, "x");
    site.also.set(vec![PathBuf::from("../shared/sources"), bibliography.clone()]);
    // The next wait takes them up; this one is ended by a save.
    fs::write(site.root.join("site.yaml"), "x").expect("saved");
    site.expect("site.yaml");
    site.settle();

    fs::write(&bibliography, "y").expect("saved");
    site.expect("bibliography");
    site.settle();
    save(&bibliography.with_file_name("other.txt"), "x");
    site.expect_silence("a neighbour of the bibliography");
    save(&archive.join("a.txt"), "x");
    site.expect("the archive appears");
    site.settle();
    fs::write(archive.join("a.txt"), "y").expect("saved");
    site.expect("a text of the archive");
}

#[test]
fn a_storm_is_gathered() {
    let site = Waiting::begin(false);
    for n in 0..1000 {
        save(&site.root.join(format!("content/storm/{}/{n}.md", n % 10)), "x");
    }
    let done = Instant::now();
    let mut wakes = 0;
    let mut last = None;
    while let Ok((_, at)) = site.wakes.recv_timeout(SILENCE) {
        wakes += 1;
        last = Some(at);
    }
    assert!(last.is_some_and(|at| at >= done), "the last look comes after the last change");
    assert!(wakes <= 12, "{wakes} wakes");
}

#[test]
fn polling_sees_what_events_would_tell() {
    let site = Waiting::begin(true);
    let page = site.root.join("content/_index.md");
    fs::write(&page, "other").expect("saved");
    site.expect("save");
    site.settle();
    // Same size, and the same time as before: only the content differs.
    let time = fs::metadata(&page).and_then(|m| m.modified()).expect("time");
    fs::write(&page, "thing").expect("saved");
    fs::File::options().append(true).open(&page).and_then(|f| f.set_modified(time)).expect("time set");
    site.expect("same size, same time");
    site.settle();
    save(&site.root.join("templates/new/page.html"), "x");
    site.expect("new file");
    site.settle();
    fs::remove_dir_all(site.root.join("content")).expect("removed");
    site.expect("removed");
}

#[test]
fn when_the_system_has_no_watches_left_it_is_polled() {
    let site = Waiting::begin(false);
    site.ender.signals.send(Signal::Exhausted("OS file watch limit reached.".to_owned())).expect("sent");
    let (wake, _) = site.wakes.recv_timeout(SOON).expect("woken");
    let Wake::Polling(notice) = wake else { panic!("{wake:?}") };
    assert!(notice.contains("(OS file watch limit reached)") && notice.contains("max_user_watches"), "{notice}");
    fs::write(site.root.join("content/_index.md"), "saved later").expect("saved");
    site.expect("seen by polling");
}

#[test]
fn a_wait_can_be_ended_and_a_missing_root_is_said() {
    let site = Waiting::begin(false);
    site.ender.end();
    assert_eq!(site.wakes.recv_timeout(SOON).map(|w| w.0), Ok(Wake::Ended));
    let missing = site.root.join("missing");
    let error = Watcher::new(Watched { root: missing, ignored: Vec::new(), poll: false }).expect_err("missing");
    assert!(error.to_string().contains("--root"), "{error}");
}
