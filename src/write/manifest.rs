//! The manifest: which files of the output folder are ours.
//!
//! In: a tree, or the text of an earlier manifest. Out: the other one of the two. One line a file: the digest of its
//! bytes (XXH3, 128 bits, hexadecimal), two spaces, its path with `\`, line feed and carriage return escaped.
//! Must never hold a time, a machine's path, or a path that leads out of the folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use super::WriteError;
use crate::output::OutputTree;

/// The manifest's name in the output folder.
pub const NAME: &str = ".cited-manifest";

const HEADER: &str = "# The files that cited wrote here. It replaces and removes no others.\n";

/// Paths of our files and the digests they were written with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// By path.
    pub files: BTreeMap<String, u128>,
}

impl Manifest {
    /// What will be ours once the tree is written.
    pub fn of(tree: &OutputTree) -> Self {
        Self { files: tree.iter().map(|(path, output)| (path.to_owned(), output.digest)).collect() }
    }

    /// What an earlier write left in `folder`; empty if there was none. A line that cannot be read is passed over:
    /// its file then counts as not ours, which at worst keeps it.
    pub fn read(folder: &Path) -> Result<Self, WriteError> {
        let path = folder.join(NAME);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Self::default()),
            Err(e) => Err(WriteError::io("read", &path, e)),
        }
    }

    /// From its text.
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (digest, path) = line.split_once("  ")?;
            let digest = u128::from_str_radix(digest, 16).ok()?;
            Some(unescape(path)).filter(|p| is_safe(p)).map(|p| (p, digest))
        };
        Self { files: text.lines().filter_map(line).collect() }
    }

    /// The bytes on disk.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(HEADER.len() + self.files.len() * 72);
        text.push_str(HEADER);
        for (path, digest) in &self.files {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{digest:032x}  {}", escape(path));
        }
        text
    }
}

/// Whether a path stays inside the folder and means the same file on every system we write on.
pub fn is_safe(path: &str) -> bool {
    !path.contains(['\0', '\\'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path
            .split('/')
            .next()
            .is_some_and(|first| matches!(first, NAME | super::in_place::FRESH | super::stage::UNFINISHED | super::place::LOCK))
}

fn escape(path: &str) -> String {
    path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut tree = OutputTree::default();
        for path in ["a.html", "b c/ü.css", "new\nline.txt"] {
            tree.add(path, path.as_bytes().to_vec());
        }
        let manifest = Manifest::of(&tree);
        assert_eq!(Manifest::parse(&manifest.text()), manifest);
        assert_eq!(manifest.text().lines().count(), 4);
    }

    #[test]
    fn lines_that_lead_outside_are_passed_over() {
        let text = "0  ../x\n0  /etc/passwd\nzz  a\n\n1  good\n0  a//b\n0  .cited-manifest\n";
        assert_eq!(Manifest::parse(text).files.into_keys().collect::<Vec<_>>(), ["good"]);
    }
}
