//! Reading again what was touched, and nothing else.
//!
//! In: what was read before, and the paths that were touched since. Out: [`Again`]: the same inputs with those pages, and
//! the theme, read anew; or the answer that everything has to be read. Entry point: [`read`].
//! Must never guess: a path whose part in the site is not known for certain means that everything is read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{self, ReadError, is_ignored};
use super::{Inputs, Options, theme};
use crate::diag::Report;
use crate::reuse::Reuse;

/// What came of it.
#[derive(Debug)]
pub enum Again {
    /// Everything has to be read: files came or went, or the change may reach further than can be told here.
    All,
    /// What was touched cannot be read as it is now: what was found there.
    Broken(Report),
    /// The inputs as they are now.
    Read {
        /// With everything that was not touched shared with those before.
        inputs: Box<Inputs>,
        /// Numbers of the pages that differ.
        pages: Vec<usize>,
        /// Whether the theme differs.
        theme: bool,
    },
}

/// Read the files at `changed`, paths relative to the root, of which nothing is known but that something happened there.
///
/// # Errors
/// When the machine refuses to read one.
pub fn read(options: &Options, before: &Inputs, changed: &BTreeSet<PathBuf>, reuse: &Reuse) -> Result<Again, ReadError> {
    // A link and the file that it leads to change together, and only one of them is named.
    if before.has_links {
        return Ok(Again::All);
    }
    let mut inputs = before.clone();
    let (mut pages, mut anew, mut is_theme, mut broken) = (Vec::new(), Vec::new(), false, Report::default());
    for path in changed {
        match Part::of(path, before) {
            Part::Nothing => {}
            Part::Theme => is_theme = true,
            Part::Page(number) => {
                let path = &before.pages[number].file.path;
                let Some(file) = files::read_text(&options.root, path, &mut broken)? else {
                    if broken.is_empty() {
                        return Ok(Again::All);
                    }
                    continue;
                };
                let digest = xxhash_rust::xxh3::xxh3_128(file.text.as_bytes());
                if digest == before.pages[number].digest {
                    continue;
                }
                match super::page::take_page(&file, digest, before.config.trusted_html, reuse) {
                    Ok(page) if page.front.draft != before.pages[number].front.draft => return Ok(Again::All),
                    Ok(page) => {
                        anew.push((number, page));
                        pages.push(number);
                    }
                    Err(found) => broken.extend((*found).clone()),
                }
            }
            Part::Else => return Ok(Again::All),
        }
    }
    inputs.pages = before.pages.with(anew);
    if is_theme {
        let (mut found, mut has_links) = (Report::default(), false);
        inputs.theme = theme::read(&options.root, &before.config, &mut has_links, &mut found)?.map(Arc::new);
        inputs.has_links |= has_links;
        // What it is of is not at hand here: the next time that everything is read, everything differs.
        inputs.digest = 0;
        if inputs.theme.is_none() {
            broken.extend(found.clone());
        }
        inputs.found_in_theme = Arc::new(found);
    }
    Ok(match (broken.is_empty(), pages.is_empty()) {
        (true, _) => Again::Read { inputs: Box::new(inputs), pages, theme: is_theme },
        (false, true) => Again::Broken(broken),
        // What the checks find on the pages that can be read is told too, and needs the whole site.
        (false, false) => Again::All,
    })
}

/// What a path is to the site.
enum Part {
    /// A page that is known.
    Page(usize),
    /// Something of the theme.
    Theme,
    /// Nothing: an editor's swap file, or another theme.
    Nothing,
    Else,
}

impl Part {
    fn of(path: &Path, before: &Inputs) -> Self {
        let names: Option<Vec<&str>> = path.components().map(|c| c.as_os_str().to_str()).collect();
        let Some(names) = names else { return Self::Else };
        // A folder of such a name is passed over with all that is in it.
        if names.iter().any(|name| is_ignored(name)) {
            return Self::Nothing;
        }
        match names.as_slice() {
            ["content", below @ ..] if names.last().is_some_and(|name| name.ends_with(".md")) => {
                let below = below.join("/");
                before.page(&below).map_or(Self::Else, Self::Page)
            }
            ["themes", name, _, ..] if *name == before.config.theme => Self::Theme,
            ["themes", _, _, ..] => Self::Nothing,
            ["templates" | "assets" | "strings", _, ..] => Self::Theme,
            _ => Self::Else,
        }
    }
}
