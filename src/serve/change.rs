//! What differs between two sites in the files that pages load.
//!
//! In: those files' digests. Out: [`Change`]: the files, the styles that can be swapped in place, and whether a page
//! differs in nothing but the names of its styles.
//! Must never look at pages it is not asked about, nor read a file: digests decide, and pages are compared in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::output::{Content, Digests, Output};

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
    /// Other files that came, went or differ; output paths in order.
    pub files: Vec<String>,
}

impl Change {
    /// Compare two states.
    pub fn between(old: &Arc<Digests>, new: &Arc<Digests>) -> Self {
        let mut change = Self::default();
        if Arc::ptr_eq(old, new) {
            return change;
        }
        let (mut gone, mut came): (BTreeMap<String, Vec<String>>, BTreeMap<String, Vec<String>>) = Default::default();
        for (path, digest) in &**old {
            let is_style = path.ends_with(".css");
            match new.get(path) {
                Some(now) if now == digest => {}
                Some(_) if is_style => change.styles.push(Swap { old: path.clone(), new: path.clone() }),
                None if is_style => gone.entry(stem(path)).or_default().push(path.clone()),
                _ => change.files.push(path.clone()),
            }
        }
        for path in new.keys().filter(|path| !old.contains_key(*path)) {
            if path.ends_with(".css") {
                came.entry(stem(path)).or_default().push(path.clone());
            } else {
                change.files.push(path.clone());
            }
        }
        for (stem, old) in gone {
            // One that went and one that came under the same name are one file with a new fingerprint.
            match (old.as_slice(), came.remove(&stem).as_deref()) {
                ([old], Some([new])) => change.styles.push(Swap { old: old.clone(), new: new.clone() }),
                (old, new) => change.files.extend(old.iter().chain(new.unwrap_or_default()).cloned()),
            }
        }
        change.files.extend(came.into_values().flatten());
        change.styles.sort_by(|a, b| a.old.cmp(&b.old));
        change.files.sort_unstable();
        change
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.styles.is_empty() && self.files.is_empty()
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

    fn digests(files: &[(&str, u128)]) -> Arc<Digests> {
        Arc::new(files.iter().map(|(path, digest)| ((*path).to_owned(), *digest)).collect())
    }

    #[test]
    fn styles_are_paired_by_their_name_without_fingerprint() {
        let old = digests(&[("s/site.0123abcd.css", 1), ("s/print.css", 1), ("x.png", 1), ("same.js", 1)]);
        let new = digests(&[("s/site.89abcdef.css", 2), ("s/print.css", 2), ("y.png", 1), ("same.js", 1)]);
        let change = Change::between(&old, &new);
        let swap = |old: &str, new: &str| Swap { old: old.to_owned(), new: new.to_owned() };
        assert_eq!(change.styles, [swap("s/print.css", "s/print.css"), swap("s/site.0123abcd.css", "s/site.89abcdef.css")]);
        assert_eq!(change.files, ["x.png", "y.png"]);
        assert!(Change::between(&old, &old).is_empty());
        assert!(Change::between(&digests(&[("a.css", 1)]), &digests(&[("b.css", 1)])).styles.is_empty());
    }

    #[test]
    fn a_page_that_differs_only_in_its_style_s_name_is_the_same() {
        let change = Change::between(&digests(&[("s/site.0123abcd.css", 1)]), &digests(&[("s/site.89abcdef.css", 2)]));
        let page =
            |text: &str| Output { content: Content::Bytes(text.as_bytes().into()), digest: xxhash_rust::xxh3::xxh3_128(text.as_bytes()) };
        let old = page("<link href=s/site.0123abcd.css>text");
        assert!(change.only_styles(&old, &page("<link href=s/site.89abcdef.css>text")));
        assert!(!change.only_styles(&old, &page("<link href=s/site.89abcdef.css>other")));
    }
}
