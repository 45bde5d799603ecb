//! Trees become files; what is not ours stays; what must not be touched is not.

use std::time::Duration;

use super::*;
use crate::output::{Content, Output};

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
