//! What differs between two sites.
//!
//! In: two output trees. Out: [`Change`]: the files that are no pages, the styles that can be swapped in place, and
//! whether a page differs in nothing but the names of its styles.
//! Must never read a file: digests decide, and pages are compared in memory.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::output::{Content, Output, OutputTree};

/// A style sheet and what took its place; the names are equal where names carry no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Swap {
    /// Output path in the site before.
    pub old: String,
    /// Output path now.
    pub new: String,
}

/// From one site to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Styles to swap, in order of their old names.
    pub styles: Vec<Swap>,
    /// Other files but pages that came, went or differ; output paths in order.
    pub files: Vec<String>,
    /// How many files came, went or differ in all.
    pub count: usize,
}

impl Change {
    /// Compare two trees by their digests.
    pub fn between(old: &OutputTree, new: &OutputTree) -> Self {
        let mut change = Self::default();
        let (mut gone, mut came): (BTreeMap<String, Vec<String>>, BTreeMap<String, Vec<String>>) = Default::default();
        for (path, output) in old.iter() {
            match new.get(path) {
                Some(now) if now.digest == output.digest => {}
                Some(_) if path.ends_with(".css") => {
                    change.styles.push(Swap { old: path.to_owned(), new: path.to_owned() });
                    change.count += 1;
                }
                Some(_) => change.note(path),
                None if path.ends_with(".css") => gone.entry(stem(path)).or_default().push(path.to_owned()),
                None => change.note(path),
            }
        }
        for (path, _) in new.iter().filter(|(path, _)| old.get(path).is_none()) {
            if path.ends_with(".css") {
                came.entry(stem(path)).or_default().push(path.to_owned());
            } else {
                change.note(path);
            }
        }
        for (stem, old) in gone {
            // One that went and one that came under the same name are one file with a new fingerprint.
            match (old.as_slice(), came.remove(&stem).as_deref()) {
                ([old], Some([new])) => {
                    change.styles.push(Swap { old: old.clone(), new: new.clone() });
                    change.count += 1;
                }
                (old, new) => old.iter().chain(new.unwrap_or_default()).for_each(|path| change.note(path)),
            }
        }
        came.into_values().flatten().for_each(|path| change.note(&path));
        change.styles.sort_by(|a, b| a.old.cmp(&b.old));
        change.files.sort();
        change
    }

    fn note(&mut self, path: &str) {
        self.count += 1;
        if !path.ends_with(".html") {
            self.files.push(path.to_owned());
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether two versions of a page differ in nothing but the names of swapped styles.
    pub fn only_styles(&self, old: &Output, new: &Output) -> bool {
        if old.digest == new.digest {
            return true;
        }
        let (Some(mut text), Some(wanted)) = (text(old), text(new)) else {
            return false;
        };
        for Swap { old, new } in self.styles.iter().filter(|swap| swap.old != swap.new) {
            text = text.replace(name(old), name(new));
        }
        text == wanted
    }
}

fn text(output: &Output) -> Option<String> {
    match &output.content {
        Content::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Content::File(_) | Content::Later(_) => None,
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path without a fingerprint: `site.0123abcd.css` and `site-0123abcd.css` are both `site.css`.
fn stem(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((base, ending)) = name.rsplit_once('.') else {
        return path.to_owned();
    };
    let is_fingerprint = |part: &str| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let plain = match base.rsplit_once(['.', '-']) {
        Some((plain, fingerprint)) if is_fingerprint(fingerprint) => plain,
        _ => base,
    };
    format!("{folder}/{plain}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> OutputTree {
        let mut tree = OutputTree::default();
        files.iter().for_each(|(path, text)| tree.add(*path, text.as_bytes().to_vec()));
        tree
    }

    #[test]
    fn styles_are_paired_by_their_name_without_fingerprint() {
        let old = tree(&[("a/index.html", "1"), ("s/site.0123abcd.css", "x"), ("s/print.css", "p"), ("x.png", "1")]);
        let new = tree(&[("a/index.html", "2"), ("s/site.89abcdef.css", "y"), ("s/print.css", "q"), ("y.png", "1")]);
        let change = Change::between(&old, &new);
        let swap = |old: &str, new: &str| Swap { old: old.to_owned(), new: new.to_owned() };
        assert_eq!(change.styles, [swap("s/print.css", "s/print.css"), swap("s/site.0123abcd.css", "s/site.89abcdef.css")]);
        assert_eq!(change.files, ["x.png", "y.png"]);
        assert_eq!(change.count, 5);
        assert!(Change::between(&old, &old).is_empty());
        assert!(Change::between(&tree(&[("a.css", "")]), &tree(&[("b.css", "")])).styles.is_empty());
    }

    #[test]
    fn a_page_that_differs_only_in_its_style_s_name_is_the_same() {
        let old = tree(&[("a.html", "<link href=s/site.0123abcd.css>text"), ("s/site.0123abcd.css", "x")]);
        let new = tree(&[("a.html", "<link href=s/site.89abcdef.css>text"), ("s/site.89abcdef.css", "y")]);
        let other = tree(&[("a.html", "<link href=s/site.89abcdef.css>other"), ("s/site.89abcdef.css", "y")]);
        let page = |tree: &OutputTree| tree.get("a.html").cloned().expect("there");
        assert!(Change::between(&old, &new).only_styles(&page(&old), &page(&new)));
        assert!(!Change::between(&old, &other).only_styles(&page(&old), &page(&other)));
    }
}
