//! Faults of the machine, made for real: full and read-only disks, refused files, too few handles and watches, files
//! and folders that change while they are used, and a kill at any moment.
//!
//! In: the built program and a small site. Out: a clear message and exit code 2, with the old site as it was; after a
//! kill, the old site or the new one, and nothing else. Private mounts and limits come from `unshare` (a user namespace),
//! so that nothing outside the test is touched; where the system refuses one, the test fails and says so.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{TestSite, read_tree};

type Files = BTreeMap<String, Vec<u8>>;

/// A site of some pages that all say which version they are of.
fn write_version(site: &TestSite, version: &str, pages: usize) {
    for page in 0..pages {
        site.write(&format!("content/p{page}.md"), format!("---\ntitle: Page {page} of {version}\n---\nWords of {version}.\n"));
    }
    site.write("content/note.txt", version);
}

fn versioned(version: &str, pages: usize) -> TestSite {
    let site = TestSite::copy("base");
    write_version(&site, version, pages);
    site
}

/// What a build writes, without the program's own notes.
fn published(folder: &Path) -> Files {
    read_tree(folder).into_iter().filter(|(path, _)| !path.starts_with(".cited-")).collect()
}

/// Run a script with `CITED` and `SITE` set; its exit code and what it printed.
fn script(site: &TestSite, program: &[&str], script: &str) -> (i32, String) {
    let output = Command::new(program[0])
        .args(&program[1..])
        .args(["sh", "-c", script])
        .current_dir(site.root())
        .env("CITED", env!("CARGO_BIN_EXE_cited"))
        .output()
        .unwrap_or_else(|e| panic!("{} cannot be started: {e}", program[0]));
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.code().unwrap_or(-1), text)
}

const MOUNTS: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];

#[test]
fn a_full_disk_leaves_the_old_site() {
    let site = versioned("one", 3);
    let big = "word ".repeat(10_000);
    site.write("new/big.md", format!("---\ntitle: Big\n---\n{}", format!("{big}\n\n").repeat(30)));
    // The disk has room for the old site and not for both; what is left is copied out before the mount is gone.
    let (code, text) = script(
        &site,
        &MOUNTS,
        "set -e; mkdir disk kept; mount -t tmpfs -o size=1m tmpfs disk; $CITED build --output-dir disk/public; \
         cp -r disk/public kept/before; cp new/big.md content/big.md; set +e; $CITED build --output-dir disk/public; code=$?; \
         cp -r disk/public kept/after; ls -A disk > kept/beside; exit $code",
    );
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("free some space, then build again") && text.contains("the old site is untouched"), "{text}");
    let (before, after) = (read_tree(&site.root().join("kept/before")), read_tree(&site.root().join("kept/after")));
    assert!(before.len() > 5 && before == after, "the old site changed");
    assert_eq!(site.read("kept/beside"), "public\n", "something is left over");
}

#[test]
fn a_read_only_disk_leaves_the_old_site() {
    let site = versioned("one", 3);
    let (code, text) = script(
        &site,
        &MOUNTS,
        "set -e; mkdir disk kept; mount -t tmpfs -o size=9m tmpfs disk; $CITED build --output-dir disk/public; cp -r disk/public kept/before; \
         mount -o remount,ro disk; echo two > content/note.txt; set +e; $CITED build --output-dir disk/public; code=$?; cp -r disk/public kept/after; exit $code",
    );
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("Read-only file system") && text.contains("make the folder writable"), "{text}");
    assert_eq!(read_tree(&site.root().join("kept/before")), read_tree(&site.root().join("kept/after")));
}

/// As the superuser, another user is what permissions hold for.
fn unprivileged(site: &TestSite) -> Vec<&'static str> {
    let id = Command::new("id").arg("-u").output().expect("id can be started");
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return vec!["env"];
    }
    let owned = Command::new("chown").args(["-R", "65534:65534"]).arg(site.outside()).status().expect("chown can be started");
    assert!(owned.success());
    vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
}

#[test]
fn refused_permissions_leave_the_old_site() {
    // The program must lie where another user may run it.
    let program = tempfile::Builder::new().prefix("cited-bin-").tempdir_in("/tmp").expect("a temporary folder");
    let copy = program.path().join("cited");
    fs::copy(env!("CARGO_BIN_EXE_cited"), &copy).expect("copied");
    let open = |path: &Path| Command::new("chmod").arg("755").arg(path).status().expect("chmod can be started");
    assert!(open(program.path()).success() && open(&copy).success());
    for (forbid, words) in [
        ("chmod 000 content/p1.md", "make it readable"),
        ("chmod 000 content/note.txt", "make it readable"),
        ("chmod 000 themes/minimal/templates/page.html", "make it readable"),
        ("mkdir content/sub; chmod 000 content/sub", "make it readable"),
        ("chmod 555 .", "make the folder writable"),
    ] {
        let site = versioned("one", 3);
        let user = unprivileged(&site);
        let path = copy.display();
        let run = format!(
            "set -e; {path} build; cp -r public ../before; echo two >> content/p2.md; {forbid}; set +e; {path} build; code=$?; chmod -R u+rwX . ; exit $code"
        );
        let (code, text) = script(&site, &user, &run);
        assert_eq!(code, 2, "{forbid}: {text}");
        assert!(text.contains(words) && text.contains("Permission denied"), "{forbid}: {text}");
        assert_eq!(read_tree(&site.root().join("public")), read_tree(&site.outside().join("before")), "{forbid}");
    }
}

#[test]
fn too_few_file_handles_leave_a_whole_site() {
    let site = versioned("one", 20);
    site.build();
    let old = published(&site.root().join("public"));
    write_version(&site, "two", 20);
    let reference = versioned("two", 20);
    reference.build();
    let new = published(&reference.root().join("public"));
    let mut refused = 0;
    for handles in [4, 5, 6, 7, 8, 10, 12, 16, 24] {
        let (code, text) = script(&site, &["env"], &format!("ulimit -n {handles}; exec \"$CITED\" build"));
        let now = published(&site.root().join("public"));
        match code {
            0 => assert_eq!(now, new, "{handles} handles"),
            2 | 127 => assert!(now == old || now == new, "{handles} handles: neither site\n{text}"),
            _ => panic!("{handles} handles: {code}\n{text}"),
        }
        if code == 2 && text.contains("ulimit -n") {
            refused += 1;
        }
    }
    assert!(refused > 0, "no number of handles was too small");
}

#[test]
fn without_watches_the_program_polls() {
    let site = versioned("one", 3);
    let mut child = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", "echo 1 > /proc/sys/user/max_inotify_watches && exec \"$CITED\" build --watch"])
        .current_dir(site.root())
        .env("CITED", env!("CARGO_BIN_EXE_cited"))
        .stderr(fs::File::create(site.outside().join("said")).expect("a file"))
        .stdout(Stdio::null())
        .spawn()
        .expect("unshare can be started");
    let said = || fs::read_to_string(site.outside().join("said")).unwrap_or_default();
    let until = |what: &str, is: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !is() && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(50));
        }
        is().then_some(()).ok_or_else(|| format!("{what}: {}", said()))
    };
    let result = until("the system's refusal is told", &|| said().contains("several times a second")).and_then(|()| {
        write_version(&site, "two", 3);
        let page = site.root().join("public/p0/index.html");
        until("a change is seen", &|| fs::read_to_string(&page).is_ok_and(|text| text.contains("Words of two")))
    });
    let _ = child.kill();
    let _ = child.wait();
    result.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn files_and_folders_that_change_while_they_are_used_do_no_harm() {
    let site = versioned("one", 10);
    site.build();
    let stop = AtomicBool::new(false);
    let root = site.root();
    std::thread::scope(|scope| {
        // A file that comes, grows and goes; a page that is cut off halfway; the output folder taken away.
        scope.spawn(|| {
            let mut round = 0usize;
            while !stop.load(Ordering::SeqCst) {
                round += 1;
                let _ = fs::write(root.join("content/comes.txt"), "x".repeat(round % 50_000));
                let _ = fs::write(root.join("content/p1.md"), &"---\ntitle: Half a page\n---\nWords.\n"[..round % 34]);
                if round.is_multiple_of(7) {
                    let _ = fs::remove_file(root.join("content/comes.txt"));
                    let _ = fs::remove_file(root.join("content/p1.md"));
                }
                if round.is_multiple_of(50) {
                    let _ = fs::rename(root.join("public"), root.join(format!("taken-{round}")));
                    let _ = fs::create_dir(root.join("public"));
                    let _ = fs::write(root.join("public/mine.txt"), "mine");
                }
                std::thread::sleep(Duration::from_micros(500));
            }
        });
        for _ in 0..12 {
            let ran = site.run(&["build"]);
            assert!(matches!(ran.code, 0..=2) && !ran.stderr.contains("panicked"), "{}", ran.stderr);
        }
        stop.store(true, Ordering::SeqCst);
    });
    write_version(&site, "one", 10);
    let _ = fs::remove_file(root.join("content/comes.txt"));
    assert_eq!(site.run(&["build"]).code, 0, "the next build mends what is left");
    let reference = versioned("one", 10);
    reference.build();
    let mut now = published(&root.join("public"));
    if let Some(mine) = now.remove("mine.txt") {
        assert_eq!(mine, b"mine");
    }
    assert_eq!(now, published(&reference.root().join("public")));
}

/// How often the program is killed; `tests/soak` asks for more.
fn kills() -> u32 {
    std::env::var("CITED_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(50)
}

/// Build, and kill after a while: how long the program ran, and whether the kill ended it.
fn killed_after(site: &TestSite, moment: Duration) -> (Duration, bool) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_cited"))
        .args(["build"])
        .current_dir(site.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be started");
    while start.elapsed() < moment && child.try_wait().expect("asked").is_none() {
        std::thread::sleep(Duration::from_micros(500).min(moment.saturating_sub(start.elapsed())));
    }
    let ran = start.elapsed();
    child.kill().expect("killed");
    (ran, child.wait().expect("it has ended").signal() == Some(9))
}

#[test]
fn a_killed_build_leaves_the_old_site_or_the_new_one() {
    let pages = 30;
    let whole = |version| {
        let site = versioned(version, pages);
        site.build();
        published(&site.root().join("public"))
    };
    let sites = [whole("one"), whole("two")];
    let site = versioned("one", pages);
    let start = Instant::now();
    site.build();
    // How long a build takes now: a busy machine makes it longer, an idle one shorter, and the kills follow.
    let mut usual = start.elapsed();
    site.write("public/mine.txt", "mine");
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut seen = [0u32; 2];
    let (mut killed, mut ended) = (0, 0);
    while killed < kills() {
        let round = killed + ended;
        assert!(ended <= kills(), "the program had ended before {ended} of {round} kills");
        write_version(&site, if round.is_multiple_of(2) { "two" } else { "one" }, pages);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Most moments are in the second half, when files are written and the folders are exchanged.
        let share = 0.2 + 0.85 * (seed >> 11) as f64 / (1u64 << 53) as f64;
        let (ran, by_the_kill) = killed_after(&site, usual.mul_f64(share));
        if by_the_kill {
            killed += 1;
            usual = usual.max(ran);
        } else {
            ended += 1;
            usual = (usual * 3 + ran) / 4;
        }
        let mut now = published(&site.root().join("public"));
        assert_eq!(now.remove("mine.txt").as_deref(), Some(&b"mine"[..]), "round {round}: a file that is not ours is gone");
        let which = sites.iter().position(|whole| *whole == now);
        let which = which.unwrap_or_else(|| panic!("round {round}: neither the old site nor the new one: {:?}", now.keys()));
        seen[which] += 1;
    }
    println!("kills while the program ran: {killed}, after its end: {ended}; {seen:?} times the one site and the other; none torn");
    write_version(&site, "one", pages);
    assert_eq!(site.run(&["build"]).code, 0);
    let mut now = published(&site.root().join("public"));
    now.remove("mine.txt");
    assert_eq!(now, sites[0], "the next build mends what is left");
    let beside: Vec<String> = fs::read_dir(site.root()).expect("read").filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
    assert!(!beside.iter().any(|name| name.contains("cited-stage")), "{beside:?}");
}

#[test]
fn what_is_no_file_is_told_at_once() {
    for path in [
        "content/actors.yaml",
        "content/sources.yaml",
        "content/sources.lock",
        "archive/council.txt",
        "themes/minimal/theme.yaml",
        "site.yaml",
    ] {
        let site = TestSite::copy("base");
        let full = site.root().join(path);
        let _ = fs::remove_file(&full);
        assert!(Command::new("mkfifo").arg(&full).status().expect("mkfifo can be started").success());
        let start = Instant::now();
        // A pipe that is waited for is waited for without end.
        let (code, text) = script(&site, &["timeout", "60"], "exec \"$CITED\" build --format short");
        assert_eq!(code, 1, "{path}: {text} after {:?}", start.elapsed());
        assert!(text.contains("file-unreadable") || text.contains("archive-missing"), "{path}: {text}");
    }
    let site = TestSite::copy("base");
    let archived = fs::File::create(site.root().join("archive/council.txt")).expect("a file");
    archived.set_len(1 << 30).expect("a gigabyte of nothing");
    let (code, text) = script(&site, &["env"], "ulimit -v 2000000; exec \"$CITED\" check --format short");
    assert!(code == 1 && text.contains("archived text is too long"), "{code}: {text}");
}

#[test]
fn a_lock_that_cannot_be_read_is_told_beside_a_broken_configuration() {
    let site = TestSite::copy("base");
    fs::write(site.root().join("site.yaml"), "title: [\n").expect("site.yaml can be written");
    fs::write(site.root().join("content/sources.lock"), b"source \xff\n").expect("the lock can be written");
    let ran = site.run(&["build", "--format", "short"]);
    assert_eq!(ran.code, 1);
    for file in ["site.yaml:", "content/sources.lock:"] {
        assert!(ran.stderr.lines().any(|line| line.starts_with(file)), "{file} in:\n{}", ran.stderr);
    }
}
