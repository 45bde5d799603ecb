//! What a user of the output folder sees: after each mode, with foreign files, refusals, faults, a second writer, kills.

mod faults;
mod kills;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

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
