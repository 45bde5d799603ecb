//! A write is killed at any moment: readers see whole files, with `build` a whole site, and the next write mends the rest.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::output::Output;

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
    let Some(out) = std::env::var_os(KILLED_OUT) else {
        return;
    };
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
                .args(["--exact", "write::tests::kills::writes_until_killed", "--ignored", "--test-threads=1"])
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
