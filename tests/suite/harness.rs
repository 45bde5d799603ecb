//! A site in a fresh folder, and the program run on it.
//!
//! In: one text with many files (txtar: `-- path --`, then the file), or a folder of `tests/sites/`. Out:
//! [`TestSite`], whose folder vanishes with it, and [`Ran`], what a run of the program printed and returned.
//! Must never write outside its own folder.

#![allow(dead_code, reason = "two test binaries share it, and each uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// One text with many files.
#[derive(Debug, Default, Clone)]
pub struct Archive {
    /// What stands before the first file.
    pub comment: String,
    /// Paths and texts, in order.
    pub files: Vec<(String, String)>,
}

impl Archive {
    /// Read the txtar form: a file begins with a line `-- path --` and ends where the next begins.
    pub fn parse(text: &str) -> Self {
        let mut archive = Self::default();
        for line in text.split_inclusive('\n') {
            let name = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --")).map(str::trim);
            match (name, archive.files.last_mut()) {
                (Some(name), _) => archive.files.push((name.to_owned(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => archive.comment.push_str(line),
            }
        }
        archive
    }
}

/// A site in a folder of its own.
#[derive(Debug)]
pub struct TestSite {
    folder: TempDir,
}

/// What a run of the program printed and returned.
#[derive(Debug, Clone)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestSite {
    /// An empty folder.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("cited-test-").tempdir().expect("a temporary folder can be made");
        let site = Self { folder };
        fs::create_dir(site.root()).expect("a folder can be made");
        site
    }

    /// The files of a text, with the minimal theme beneath them.
    pub fn of(text: &str) -> Self {
        let site = Self::empty();
        site.lay("minimal-theme", "themes/minimal");
        site.overlay(text);
        site
    }

    /// A site of `tests/sites/`, with the minimal theme beneath it.
    pub fn copy(name: &str) -> Self {
        let site = Self::empty();
        site.lay("minimal-theme", "themes/minimal");
        site.lay(name, "");
        site
    }

    /// The explainer in this repository, as a clone without the archive has it.
    pub fn of_this_repository() -> Self {
        let site = Self::empty();
        for part in ["content", "themes", "templates", "assets", "strings"] {
            site.lay(&format!("../../{part}"), part);
        }
        site.write("site.yaml", fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("site.yaml")).expect("the site is there"));
        site
    }

    /// Copy a folder of `tests/sites/`.
    pub fn lay(&self, name: &str, below: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites").join(name);
        for (path, bytes) in read_tree(&from) {
            self.write(&Path::new(below).join(path).to_string_lossy(), bytes);
        }
    }

    /// Write the files of a text over what is there.
    pub fn overlay(&self, text: &str) {
        for (path, text) in Archive::parse(text).files {
            self.write(&path, text);
        }
    }

    /// The site's root.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// The folder that holds the site alone: a place outside its root.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(&path, bytes).unwrap_or_else(|e| panic!("cannot write {}: {e}", path.display()));
    }

    pub fn remove(&self, path: &str) {
        let full = self.root().join(path);
        if full.is_dir() { fs::remove_dir_all(&full) } else { fs::remove_file(&full) }
            .unwrap_or_else(|e| panic!("cannot remove {path}: {e}"));
    }

    pub fn rename(&self, from: &str, to: &str) {
        let to = self.root().join(to);
        fs::create_dir_all(to.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::rename(self.root().join(from), &to).unwrap_or_else(|e| panic!("cannot rename {from}: {e}"));
    }

    /// The text of a file of the site.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|e| panic!("cannot read {path}: {e}"))
    }

    /// Replace a passage of a file; it must stand there.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, text.replace(from, to));
    }

    /// Run the program in the site's root.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_cited"))
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .output()
            .expect("the program can be started");
        Ran {
            code: output.status.code().expect("the program was not killed"),
            stdout: String::from_utf8(output.stdout).expect("the program prints UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("the program prints UTF-8"),
        }
    }

    /// Build, which must succeed without a finding.
    pub fn build(&self) {
        let ran = self.run(&["build", "--format", "short"]);
        assert!(ran.code == 0 && ran.findings().is_empty(), "the site does not build cleanly:\n{}", ran.stderr);
    }

    /// A file of the output.
    pub fn output(&self, path: &str) -> String {
        self.read(&format!("public/{path}"))
    }

    /// The paths of the output, sorted; without those of the program's own keeping.
    pub fn outputs(&self) -> Vec<String> {
        read_tree(&self.root().join("public")).into_keys().filter(|p| !is_own(p)).collect()
    }

    /// Every file below a folder of the site.
    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        read_tree(&self.root().join(folder))
    }

    /// A text with the site's own place replaced by `SITE`, for snapshots.
    pub fn redact(&self, text: &str) -> String {
        let real = self.root().canonicalize().expect("the site exists");
        text.replace(&*real.to_string_lossy(), "SITE").replace(&*self.root().to_string_lossy(), "SITE")
    }
}

/// What the program keeps in the output folder for itself.
fn is_own(path: &str) -> bool {
    path == ".cited-manifest" || path == ".gitignore"
}

/// Every file below a folder, by its path; none if there is no such folder.
pub fn read_tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()) {
        let relative = entry.path().strip_prefix(folder).expect("the walk stays below the folder");
        let parts: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        files.insert(parts.join("/"), fs::read(entry.path()).expect("the file can be read"));
    }
    files
}

/// One line of `--format short`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `path:line:column`, or `-`.
    pub place: String,
    pub severity: String,
    pub code: String,
    pub message: String,
}

impl Ran {
    /// The findings of a run with `--format short`, in the order printed.
    pub fn findings(&self) -> Vec<Finding> {
        self.stderr.lines().filter_map(Finding::parse).collect()
    }

    /// The codes found, in the order printed.
    pub fn codes(&self) -> Vec<String> {
        self.findings().into_iter().map(|f| f.code).collect()
    }
}

impl Finding {
    fn parse(line: &str) -> Option<Self> {
        let (at, severity) =
            ["error", "warning"].into_iter().filter_map(|s| Some((line.find(&format!("{s}["))?, s))).min_by_key(|(at, _)| *at)?;
        let place = line[..at].strip_suffix(": ").or((at == 0).then_some("-"))?;
        let (code, message) = line[at + severity.len() + 1..].split_once("]: ")?;
        Some(Self { place: place.to_owned(), severity: severity.to_owned(), code: code.to_owned(), message: message.to_owned() })
    }
}
