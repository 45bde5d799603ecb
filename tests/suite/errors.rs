//! Every finding: where it is shown, what it costs, and that the mended site is clean.
//!
//! In: `tests/diagnostics/CODE.txt`, one for each code, and `CODE--VARIANT.txt`: lines `# key: value`, then files laid over the site
//! `tests/sites/base`, then the files that mend it, below `mended/`. Keys: `expects` (place and code; one line for each
//! finding of the run), `only` (`build`: rendering alone shows it), `level` (when it is not the table's), `remove` and
//! `mend-remove` (a file), `latin-1` (a file that is written so), `first` and `mend` (a command before, and after, the
//! files).
//! The snapshots hold the whole wording of typical findings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cited::diag::{Code, Severity};
use rayon::prelude::*;

use super::harness::{Archive, Ran, TestSite};

/// A fixture, taken apart.
#[derive(Debug)]
pub struct Fixture {
    /// The file's name, without `.txt`.
    pub name: String,
    /// The code that it is about.
    pub code: String,
    keys: Vec<(String, String)>,
    /// What makes the site faulty.
    pub faulty: Vec<(String, String)>,
    /// What mends it.
    pub mended: Vec<(String, String)>,
}

impl Fixture {
    /// All fixtures, by code.
    pub fn all() -> Vec<Self> {
        let mut paths: Vec<PathBuf> = folder().read_dir().expect("the fixtures are there").map(|e| e.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().map(|p| Self::read(p)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a fixture is text");
        let Archive { comment, files } = Archive::parse(&text);
        let keys = comment
            .lines()
            .filter_map(|l| l.strip_prefix("# ")?.split_once(": "))
            .filter(|(key, _)| KEYS.contains(key))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let (mended, faulty): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path.starts_with("mended/"));
        let mended = mended.into_iter().map(|(path, text)| (path["mended/".len()..].to_owned(), text)).collect();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let code = name.split("--").next().expect("a part").to_owned();
        Self { name, code, keys, faulty, mended }
    }

    fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    fn write(&self, site: &TestSite, files: &[(String, String)]) {
        for (path, text) in files {
            if self.values("latin-1").any(|p| p == path) && std::ptr::eq(files, &*self.faulty) {
                site.write(path, text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect::<Vec<u8>>());
            } else {
                site.write(path, text);
            }
        }
    }

    /// The site with the fault.
    pub fn site(&self) -> TestSite {
        let site = TestSite::copy("base");
        for command in self.values("first") {
            let ran = site.run(&command.split(' ').collect::<Vec<_>>());
            assert_eq!(ran.code, 0, "{}: {command}: {}", self.name, ran.stderr);
        }
        for path in self.values("remove") {
            site.remove(path);
        }
        self.write(&site, &self.faulty);
        site
    }

    /// Mend it.
    fn mend(&self, site: &TestSite) {
        for path in self.values("mend-remove") {
            site.remove(path);
        }
        self.write(site, &self.mended);
        for command in self.values("mend") {
            let ran = site.run(&command.split(' ').collect::<Vec<_>>());
            assert_eq!(ran.code, 0, "{}: {command}: {}", self.name, ran.stderr);
        }
    }

    /// Place, severity and code of each finding that the run must have, in order.
    fn expected(&self) -> Vec<(String, String, String)> {
        self.values("expects")
            .map(|line| {
                let (place, name) = line.split_once(' ').expect("a place and a code");
                let severity = match name.parse::<Code>().expect("a code").severity() {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Off => "off",
                };
                let severity = self.values("level").next().filter(|_| name == self.code).unwrap_or(severity);
                (place.to_owned(), severity.to_owned(), name.to_owned())
            })
            .collect()
    }
}

const KEYS: [&str; 8] = ["expects", "only", "level", "remove", "latin-1", "first", "mend", "mend-remove"];

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

fn found(ran: &Ran) -> Vec<(String, String, String)> {
    ran.findings().into_iter().map(|f| (f.place, f.severity, f.code)).collect()
}

/// What is wrong with a fixture, or nothing.
fn try_fixture(fixture: &Fixture) -> String {
    let mut wrong = String::new();
    let expected = fixture.expected();
    if !expected.iter().any(|(.., code)| *code == fixture.code) {
        return format!("{}: the fixture does not expect its own code\n", fixture.name);
    }
    let is_error = expected.iter().any(|(_, severity, _)| severity == "error");
    let site = fixture.site();
    site.write("public/old/index.html", "the old site");
    let before = site.tree("public");
    let commands: &[&str] = if fixture.values("only").any(|o| o == "build") { &["build"] } else { &["check", "build"] };
    for command in commands {
        let ran = site.run(&[command, "--format", "short"]);
        if found(&ran) != expected {
            let expected: String = expected.iter().map(|(place, severity, code)| format!("{place}: {severity}[{code}]\n")).collect();
            let _ = writeln!(wrong, "\n{}: {command}: expected\n{expected}but got\n{}", fixture.name, ran.stderr);
        }
        if ran.code != i32::from(is_error) {
            let _ = writeln!(wrong, "{}: {command}: exit code {}", fixture.name, ran.code);
        }
        let untouched = site.tree("public") == before;
        if (is_error || *command == "check") && !untouched {
            let _ = writeln!(wrong, "{}: {command} changed public/ in spite of the error", fixture.name);
        }
        if !is_error && *command == "build" && untouched {
            let _ = writeln!(wrong, "{}: a warning kept the site from being built", fixture.name);
        }
    }
    fixture.mend(&site);
    let ran = site.run(&["build", "--format", "short"]);
    if ran.code != 0 || !ran.findings().is_empty() {
        let _ = writeln!(wrong, "{}: the mended site has findings:\n{}", fixture.name, ran.stderr);
    }
    wrong
}

#[test]
fn every_fixture_is_found_at_its_place_and_its_mended_form_is_clean() {
    let wrong: String = Fixture::all().par_iter().map(try_fixture).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_base_site_is_clean() {
    TestSite::copy("base").build();
}

/// The typical findings whose whole wording is held fast.
const TYPICAL: [&str; 22] = [
    "archive-changed",
    "calc-wrong",
    "cite-unknown",
    "config-missing",
    "estimate-unsupported",
    "file-unreadable",
    "front-matter-unclosed",
    "id-duplicate",
    "key-unknown",
    "link-broken",
    "lock-missing",
    "number-uncited",
    "quote-ambiguous",
    "quote-not-found",
    "route-collision",
    "route-collision--file",
    "source-invalid--field",
    "template-error",
    "template-error--shortcode",
    "value-invalid",
    "value-invalid--type",
    "yaml-invalid",
];

#[test]
fn wording() {
    let texts: BTreeMap<&str, String> = Fixture::all()
        .par_iter()
        .filter_map(|fixture| {
            let name = TYPICAL.into_iter().find(|t| *t == fixture.name)?;
            let site = fixture.site();
            let ran = site.run(&["build"]);
            Some((name, site.redact(&ran.stderr)))
        })
        .collect();
    assert_eq!(texts.len(), TYPICAL.len());
    for (name, text) in texts {
        insta::assert_snapshot!(name, text);
    }
}
