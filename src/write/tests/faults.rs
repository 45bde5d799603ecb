//! The system refuses, another writer is at work, an earlier write was cut off.

use std::time::{Duration, Instant};

use super::*;

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
    let held = lock::hold(&place.lock, &place.out, Duration::ZERO).expect("free");
    let error =
        write_within(&site, &out, Mode::Switch, Duration::from_millis(80), |_| Ok::<(), WriteError>(())).expect_err("held").to_string();
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
fn a_write_in_place_that_was_killed_is_completed() {
    let (_dir, out) = temp();
    let site = tree(&[("a.html", "a")]);
    write(&site, &out, Mode::InPlace).expect("written");
    // Killed after the folder of a new page was made; the manifest knows the page already.
    let mut both = manifest::Manifest::of(&site);
    both.files.insert("new/deep/index.html".to_owned(), 1);
    fs::write(out.join(manifest::NAME), both.text()).expect("manifest");
    fs::create_dir_all(out.join("new/deep")).expect("folder");
    fs::create_dir_all(out.join("theirs")).expect("folder");
    write(&site, &out, Mode::InPlace).expect("written");
    assert_eq!(files(&out), texts(&[("a.html", "a"), ("theirs", "/")]));
    // Killed after the last step but one: nothing differs, and yet there is something to clear.
    save(&out, &format!("{}/0", in_place::FRESH), "half");
    for mode in MODES {
        write(&site, &out, mode).expect("written");
        assert_tidy(&out);
    }
}
