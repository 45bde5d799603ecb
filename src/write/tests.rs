//! What a user of the output folder sees: after each mode, with foreign files, refusals, a second writer, kills.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::output::{Content, Output};

const MODES: [Mode; 2] = [Mode::Switch, Mode::InPlace];

fn tree(files: &[(&str, &str)]) -> OutputTree {
    let mut tree = OutputTree::default();
    for (path, text) in files {
        tree.add(*path, text.as_bytes().to_vec());
    }
    tree
}

/// Every file below a folder with its text; links as `-> target`, empty folders as `/`.
fn listing(folder: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(|e| e.expect("readable"));
    entries
        .filter_map(|e| {
            let path = e.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            if e.file_type().is_dir() {
                let empty = fs::read_dir(e.path()).expect("readable").next().is_none();
                return empty.then(|| (path, "/".to_owned()));
            }
            if e.path_is_symlink() {
                return Some((path, format!("-> {}", fs::read_link(e.path()).expect("link").display())));
            }
            Some((path, fs::read_to_string(e.path()).expect("text")))
        })
        .collect()
}

/// The same without our manifest.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = listing(folder);
    files.remove(manifest::NAME);
    files
}

fn texts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn save(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().expect("has a parent")).expect("folder");
    fs::write(file, text).expect("file");
}

fn temp() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("temporary folder");
    let out = dir.path().canonicalize().expect("real").join("site/public");
    (dir, out)
}

/// No stage, no lock, nothing half-made.
fn assert_tidy(out: &Path) {
    let beside: Vec<_> = fs::read_dir(out.parent().expect("parent")).expect("readable").collect();
    let names: Vec<_> = beside.iter().map(|e| e.as_ref().expect("entry").file_name()).collect();
    assert_eq!(names, [out.file_name().expect("name")], "only the output folder is left");
    assert!(!out.join(in_place::FRESH).exists());
}

#[test]
fn a_folder_comes_to_hold_one_tree_after_another() {
    for mode in MODES {
        let (_dir, out) = temp();
        let first = [("a/index.html", "a"), ("b/c/index.html", "c"), ("index.html", "home"), ("site.css", "css")];
        let written = write(&tree(&first), &out, mode).expect("written");
        assert_eq!(written.created, ["a/index.html", "b/c/index.html", "index.html", "site.css"]);
        assert_eq!(files(&out), texts(&first));
        assert_tidy(&out);

        let second = [("a/index.html", "a2"), ("d/index.html", "d"), ("index.html", "home")];
        let written = write(&tree(&second), &out, mode).expect("written");
        assert_eq!(files(&out), texts(&second), "{mode:?}");
        let words = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let expected = Written {
            created: words(&["d/index.html"]),
            changed: words(&["a/index.html"]),
            unchanged: words(&["index.html"]),
            removed: words(&["b/c/index.html", "site.css"]),
        };
        assert_eq!(written, expected);
        assert_tidy(&out);
    }
}

#[test]
fn both_modes_and_two_places_give_the_same_bytes() {
    let trees = [tree(&[("x/y", "1"), ("z.html", "2")]), tree(&[("x", "file where a folder was"), ("z.html/index.html", "3")])];
    let mut seen = Vec::new();
    for mode in MODES {
        let (_dir, out) = temp();
        for tree in &trees {
            write(tree, &out, mode).expect("written");
        }
        seen.push(listing(&out));
    }
    let (_dir, out) = temp();
    write(&trees[1], &out, Mode::Switch).expect("written");
    seen.push(listing(&out));
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    assert!(seen[0].contains_key(manifest::NAME));
}

#[test]
fn what_is_right_already_is_not_rewritten() {
    let stamp = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).expect("time");
    for mode in MODES {
        let (_dir, out) = temp();
        let site = tree(&[("a.html", "a"), ("b.html", "b")]);
        write(&site, &out, mode).expect("written");
        let before = (stamp(&out), stamp(&out.join("a.html")), stamp(&out.join(manifest::NAME)));
        std::thread::sleep(Duration::from_millis(20));
        let written = write(&site, &out, mode).expect("written");
        assert_eq!((written.created.len(), written.changed.len(), written.unchanged.len()), (0, 0, 2));
        assert_eq!(before, (stamp(&out), stamp(&out.join("a.html")), stamp(&out.join(manifest::NAME))));
        write(&tree(&[("a.html", "a"), ("b.html", "new")]), &out, mode).expect("written");
        assert_eq!(before.1, stamp(&out.join("a.html")), "{mode:?}: an unchanged file keeps its time");
    }
}

#[test]
fn a_file_of_ours_that_was_changed_by_hand_is_mended() {
    for mode in MODES {
        let (_dir, out) = temp();
        let site = tree(&[("a.html", "a")]);
        write(&site, &out, mode).expect("written");
        fs::write(out.join("a.html"), "b").expect("changed by hand");
        assert_eq!(write(&site, &out, mode).expect("written").changed, ["a.html"]);
        assert_eq!(files(&out), texts(&[("a.html", "a")]));
    }
}

#[test]
fn foreign_files_stay() {
    for mode in MODES {
        let (_dir, out) = temp();
        save(&out, ".gitignore", "*\n");
        save(&out, "numbers/mine.txt", "mine");
        fs::create_dir_all(out.join("empty")).expect("folder");
        #[cfg(unix)]
        std::os::unix::fs::symlink("/nowhere", out.join("link")).expect("link");
        let foreign = [(".gitignore", "*\n"), ("empty", "/"), ("link", "-> /nowhere"), ("numbers/mine.txt", "mine")];
        let with = |ours: &[(&str, &str)]| texts(&[&foreign, ours].concat());

        write(&tree(&[("numbers/index.html", "n")]), &out, mode).expect("written");
        assert_eq!(files(&out), with(&[("numbers/index.html", "n")]), "{mode:?}");
        let written = write(&tree(&[("index.html", "home")]), &out, mode).expect("written");
        assert_eq!(written.removed, ["numbers/index.html"]);
        assert_eq!(files(&out), with(&[("index.html", "home")]), "{mode:?}");
        write(&tree(&[]), &out, mode).expect("written");
        assert_eq!(files(&out), with(&[]));
        assert_tidy(&out);
    }
}

#[test]
fn a_foreign_file_in_the_way_is_refused_unless_it_is_the_same() {
    for mode in MODES {
        for (theirs, ours) in [("a.html", "a.html"), ("a", "a/index.html"), ("a/b.txt", "a")] {
            let (_dir, out) = temp();
            save(&out, theirs, "theirs");
            let error = write(&tree(&[(ours, "ours"), ("z", "z")]), &out, mode).expect_err("refused").to_string();
            assert!(error.starts_with("will not replace ") && error.contains("cited did not write it"), "{error}");
            assert!(error.contains(out.join(theirs.split('/').next().expect("a name")).to_str().expect("text")), "{error}");
            assert_eq!(listing(&out), texts(&[(theirs, "theirs")]));
            assert_tidy(&out);
        }
        let (_dir, out) = temp();
        save(&out, "a.html", "same");
        assert_eq!(write(&tree(&[("a.html", "same")]), &out, mode).expect("adopted").unchanged, ["a.html"]);
        assert!(write(&tree(&[]), &out, mode).expect("written").removed == ["a.html"], "it is ours from then on");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nothing_outside() {
    for mode in MODES {
        let (dir, out) = temp();
        let elsewhere = dir.path().join("elsewhere");
        save(&elsewhere, "index.html", "theirs");
        write(&tree(&[("a/index.html", "ours"), ("b", "b")]), &out, mode).expect("written");
        fs::remove_dir_all(out.join("a")).expect("removed");
        std::os::unix::fs::symlink(&elsewhere, out.join("a")).expect("link");
        let error = write(&tree(&[("a/index.html", "new"), ("b", "b")]), &out, mode).expect_err("refused");
        assert_eq!(error.path(), out.join("a"));
        // A link in the place of a file of ours is replaced, not followed; a removal does not go through a link.
        fs::remove_file(out.join("b")).expect("removed");
        std::os::unix::fs::symlink(elsewhere.join("index.html"), out.join("b")).expect("link");
        write(&tree(&[("b", "new b")]), &out, mode).expect("written");
        assert_eq!(fs::read_to_string(elsewhere.join("index.html")).expect("there"), "theirs");
        assert_eq!(fs::read_to_string(out.join("b")).expect("there"), "new b");
        assert!(out.join("a").is_symlink(), "not ours, so it stays");
        // The output folder itself may be a link: what it points to is switched.
        let link = dir.path().join("linked");
        std::os::unix::fs::symlink(&out, &link).expect("link");
        write(&tree(&[("b", "newer")]), &link, mode).expect("written");
        assert_eq!(fs::read_to_string(out.join("b")).expect("there"), "newer");
        assert!(link.is_symlink());
    }
}

#[test]
fn files_to_copy_are_checked_while_they_are_copied() {
    for mode in MODES {
        let (dir, out) = temp();
        let source = dir.path().join("photo.jpg");
        fs::write(&source, "pixels").expect("file");
        let output = |digest| Output { content: Content::File(source.clone()), digest };
        let mut site = OutputTree::default();
        site.add_output("photo.jpg", output(xxhash_rust::xxh3::xxh3_128(b"pixels")));
        write(&site, &out, mode).expect("written");
        assert_eq!(files(&out), texts(&[("photo.jpg", "pixels")]));

        let mut site = OutputTree::default();
        site.add_output("photo.jpg", output(1));
        let error = write(&site, &out, mode).expect_err("differs").to_string();
        assert!(error.contains("changed while the site was being built"), "{error}");
        assert_eq!(files(&out), texts(&[("photo.jpg", "pixels")]), "the old file is as it was");

        fs::remove_file(&source).expect("vanishes");
        let error = write(&site, &out, mode).expect_err("gone").to_string();
        assert!(error.starts_with("cannot read ") && error.contains("photo.jpg"), "{error}");
        assert_tidy(&out);
    }
}

#[test]
fn paths_that_lead_outside_are_refused() {
    for path in ["../x", "/etc/x", "a//b", "a/./b", "", "a\\b", ".cited-manifest"] {
        let (_dir, out) = temp();
        assert!(write(&tree(&[(path, "x")]), &out, Mode::Switch).is_err(), "{path}");
        assert!(!out.exists());
    }
}

/// A folder in which nothing can be created. For the superuser, to whom permissions mean nothing, one of the kernel's.
fn read_only(dir: &Path) -> Option<PathBuf> {
    let folder = dir.join("locked");
    fs::create_dir(&folder).expect("folder");
    let mut permissions = fs::metadata(&folder).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&folder, permissions).expect("set");
    let candidates = [folder, PathBuf::from("/sys/kernel")];
    candidates.into_iter().find(|f| f.is_dir() && fs::write(f.join("cited-probe"), "").is_err())
}

#[test]
fn a_read_only_folder_says_what_to_do() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let Some(folder) = read_only(dir.path()) else { return };
    for mode in MODES {
        let error = write(&tree(&[("a", "a")]), &folder.join("public"), mode).expect_err("refused").to_string();
        assert!(error.starts_with("cannot ") && error.contains(folder.to_str().expect("text")), "{error}");
        assert!(error.contains("make the folder writable"), "{error}");
    }
}

#[test]
fn a_file_where_the_folder_should_be_is_refused() {
    let (dir, out) = temp();
    save(dir.path(), "site/public", "a file");
    let error = write(&tree(&[("a", "a")]), &out, Mode::Switch).expect_err("refused").to_string();
    assert!(error.contains("it is a file, not a folder"), "{error}");
    let error = write(&tree(&[("a", "a")]), &out.join("deeper"), Mode::Switch).expect_err("refused").to_string();
    assert!(error.contains("move it away"), "{error}");
}

#[test]
fn a_failed_switch_leaves_the_old_site() {
    let (_dir, out) = temp();
    write(&tree(&[("a.html", "old")]), &out, Mode::Switch).expect("written");
    let long = format!("{}.html", "x".repeat(300));
    let error = write(&tree(&[("a.html", "new"), (&long, "x")]), &out, Mode::Switch).expect_err("too long").to_string();
    assert!(error.contains("choose a shorter slug") && error.contains("the old site is untouched"), "{error}");
    assert_eq!(files(&out), texts(&[("a.html", "old")]));
    assert_tidy(&out);
}

#[test]
fn a_second_writer_waits_or_says_who_holds_the_folder() {
    let (_dir, out) = temp();
    let site = tree(&[("a", "a")]);
    let place = Place::of(&out).expect("place");
    place.make_parent().expect("made");
    let held = lock::hold(&place.lock, Duration::ZERO).expect("free");
    let error = write_within(&site, &out, Mode::Switch, Duration::from_millis(80)).expect_err("held").to_string();
    assert!(error.contains(&format!("process {} is writing there", std::process::id())), "{error}");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| write(&site, &out, Mode::Switch));
        std::thread::sleep(Duration::from_millis(100));
        assert!(!out.exists());
        drop(held);
        waiting.join().expect("no panic").expect("written once the first is done");
    });
    assert_tidy(&out);
}

#[test]
fn many_writers_at_once_leave_one_whole_site() {
    let (_dir, out) = temp();
    let version = |n: usize| -> OutputTree {
        let mut tree = OutputTree::default();
        (0..20).for_each(|i| tree.add(format!("p{i}/index.html"), format!("version {n}").into_bytes()));
        tree
    };
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (out, version) = (&out, &version);
            let mode = MODES[n % 2];
            scope.spawn(move || write(&version(n), out, mode).expect("written"));
        }
    });
    let found: std::collections::BTreeSet<String> = files(&out).into_values().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_tidy(&out);
}

#[test]
fn a_lock_left_by_a_dead_process_holds_nothing_up() {
    let (_dir, out) = temp();
    let place = Place::of(&out).expect("place");
    place.make_parent().expect("made");
    fs::write(&place.lock, "999999").expect("left behind");
    let start = Instant::now();
    write(&tree(&[("a", "a")]), &out, Mode::Switch).expect("written");
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_tidy(&out);
}

#[test]
fn leftovers_of_killed_writes_are_cleared_and_foreign_files_come_back() {
    for mode in MODES {
        let (_dir, out) = temp();
        let site = tree(&[("a.html", "a")]);
        write(&site, &out, mode).expect("written");
        save(&out, "CNAME", "example.org");
        let place = Place::of(&out).expect("place");
        // Half a stage, with a foreign file that the folder still has and one that it lost.
        fs::create_dir(&place.stage).expect("stage");
        fs::write(place.stage.join(manifest::NAME), manifest::Manifest::of(&site).text()).expect("manifest");
        save(&place.stage, "a.html", "half");
        save(&place.stage, "CNAME", "stale");
        save(&place.stage, "sub/only-here.txt", "kept");
        save(&out, &format!("{}/3", in_place::FRESH), "half");
        write(&tree(&[("a.html", "b")]), &out, mode).expect("written");
        assert_eq!(files(&out), texts(&[("CNAME", "example.org"), ("a.html", "b"), ("sub/only-here.txt", "kept")]));
        assert_tidy(&out);
    }
}

#[test]
fn guarded_folders_are_refused() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let top = dir.path().canonicalize().expect("real");
    let root = top.join("repo/site");
    for path in ["content/a.md", "themes/x/theme.yaml", "site.yaml"] {
        save(&root, path, "");
    }
    fs::create_dir_all(top.join("other/.git")).expect("folder");
    let refused = |out: &Path| guard(out, &root).expect_err(&out.display().to_string()).to_string();
    for (out, why) in [
        (PathBuf::from("/"), "root of the file system"),
        (root.clone(), "the site itself"),
        (root.join("x/.."), "the site itself"),
        (top.join("repo"), "holds the site"),
        (top.clone(), "holds the site"),
        (root.join("content"), "`content`"),
        (root.join("content/public"), "`content`"),
        (root.join("new/../themes/y"), "`themes`"),
        (top.join("other"), "top of a repository"),
        (top.join("other/.git/public"), "`.git`"),
        (root.join("site.yaml"), "it is a file"),
    ] {
        let error = refused(&out);
        assert!(error.contains(why) && error.contains("--output-dir"), "{error}");
    }
    if let Some(home) = std::env::home_dir().filter(|h| h.is_dir()) {
        assert!(refused(&home).contains("home folder"));
        assert!(guard(&home.join("cited-public-test"), &root).is_ok());
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root.join("content"), top.join("link")).expect("link");
        assert!(refused(&top.join("link")).contains("`content`"));
    }
    for out in [root.join("public"), top.join("elsewhere/deep"), top.join("repo/public"), root.join("contents")] {
        assert!(guard(&out, &root).is_ok(), "{}", out.display());
    }
}

const KILLED_OUT: &str = "CITED_TEST_KILLED_OUT";
const KILLED_MODE: &str = "CITED_TEST_KILLED_MODE";

/// Pages and assets of one version, in several folders; each version has a page and an asset of its own.
fn version(n: u32) -> OutputTree {
    let mut tree = OutputTree::default();
    for i in 0..120 {
        tree.add(format!("s{}/p{i}/index.html", i % 7), format!("version {n}, page {i}, style.{n}.css").into_bytes());
    }
    tree.add(format!("style.{n}.css"), format!("version {n}").into_bytes());
    tree.add(format!("only-{n}/index.html"), format!("version {n}").into_bytes());
    tree
}

/// Not a test: the process that the next test kills. It writes two versions in turn until then.
#[test]
#[ignore = "started by `a_kill_at_any_moment_leaves_a_whole_site`"]
fn writes_until_killed() {
    let Some(out) = std::env::var_os(KILLED_OUT) else { return };
    let mode = if std::env::var(KILLED_MODE).is_ok_and(|m| m == "in-place") { Mode::InPlace } else { Mode::Switch };
    for n in 0.. {
        write(&version(n % 2), Path::new(&out), mode).expect("written");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_site() {
    for (mode, name) in [(Mode::Switch, "switch"), (Mode::InPlace, "in-place")] {
        let (_dir, out) = temp();
        write(&version(0), &out, mode).expect("written");
        save(&out, "mine/notes.txt", "mine");
        for round in 0..50_u64 {
            let mut child = Command::new(std::env::current_exe().expect("this binary"))
                .args(["--exact", "write::tests::writes_until_killed", "--ignored", "--test-threads=1"])
                .env(KILLED_OUT, &out)
                .env(KILLED_MODE, name)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("started");
            std::thread::sleep(Duration::from_micros(4_000 + (round * 7_919) % 40_000));
            child.kill().expect("killed");
            child.wait().expect("ended");
            let now = files(&out);
            assert_eq!(now.get("mine/notes.txt").map(String::as_str), Some("mine"), "round {round}");
            if mode == Mode::Switch {
                let whole = |n| -> BTreeMap<String, String> {
                    let text = |o: &Output| String::from_utf8_lossy(&o.bytes().expect("bytes")).into_owned();
                    version(n).iter().map(|(path, output)| (path.to_owned(), text(output))).collect()
                };
                let mut ours = now.clone();
                ours.remove("mine/notes.txt");
                assert!(ours == whole(0) || ours == whole(1), "round {round}: neither site");
            } else {
                for (path, text) in now.iter().filter(|(path, _)| path.ends_with(".html")) {
                    assert!(text.starts_with("version "), "round {round}: {path} is torn");
                    let style = text.rsplit(", ").next().filter(|s| s.starts_with("style."));
                    assert!(style.is_none_or(|s| now.contains_key(s)), "round {round}: {path} lacks its asset");
                }
            }
        }
        write(&version(2), &out, mode).expect("the next write mends it");
        let paths: Vec<String> = files(&out).into_keys().collect();
        let mut expected: Vec<String> = version(2).iter().map(|(path, _)| path.to_owned()).collect();
        expected.push("mine/notes.txt".to_owned());
        expected.sort();
        assert_eq!(paths, expected);
        assert_tidy(&out);
    }
}
