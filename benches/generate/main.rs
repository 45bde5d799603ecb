//! A large site for measuring, for `cited` or, with the same words, for Hugo:
//! `cargo run --profile bench --example generate -- DIR --pages 10000 --sources 500 --cites 5`.
//!
//! In: a folder that does not exist, and numbers. Out: a site with sections of 50 pages of about 500 words (lists, a
//! table, three footnotes, links, a figure in each cited sentence) and sources of 5,000 words, quotes of which stand in
//! the pages. The same numbers give the same site. Must never use real words of a source.
//!
//! - `--for hugo`: the site for Hugo. `--source-pages` adds a page for each source to it, as `cited` always makes.
//! - `--archive`: `site.yaml` names the archive, so that every build of `cited` reads it; without, write the lock first:
//!   `cited source lock --archive DIR/archive`.
//! - `--style NAME`: the citation style. `--cite-pages`: three files for each page, to cite it.

mod cited;
mod hugo;
mod page;
mod words;

use std::path::{Path, PathBuf};

use words::{Random, Source};

/// Sections in the menu that every page shows.
pub const NAV: usize = 8;

const USAGE: &str = "name a folder that does not exist: generate DIR [--for cited|hugo] [--pages N] [--sources N] [--cites N] [--archive] \
                     [--style NAME] [--cite-pages] [--source-pages]";

pub struct Options {
    pub root: PathBuf,
    pub hugo: bool,
    pub pages: usize,
    pub sources: usize,
    pub cites: usize,
    pub archive: bool,
    pub style: Option<String>,
    pub cite_pages: bool,
    pub source_pages: bool,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        root: PathBuf::new(),
        hugo: false,
        pages: 1000,
        sources: 500,
        cites: 5,
        archive: false,
        style: None,
        cite_pages: false,
        source_pages: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} takes a value"));
        let number = |text: String| text.parse().ok().filter(|n| *n > 0).ok_or(format!("`{text}` is no number above 0"));
        match argument.as_str() {
            "--for" => options.hugo = value()? == "hugo",
            "--pages" => options.pages = number(value()?)?,
            "--sources" => options.sources = number(value()?)?,
            "--cites" => options.cites = number(value()?)?,
            "--style" => options.style = Some(value()?),
            "--archive" => options.archive = true,
            "--cite-pages" => options.cite_pages = true,
            "--source-pages" => options.source_pages = true,
            folder if !folder.starts_with('-') && options.root.as_os_str().is_empty() => options.root = folder.into(),
            _ => return Err(USAGE.to_owned()),
        }
    }
    if options.root.as_os_str().is_empty() || options.root.exists() {
        return Err(USAGE.to_owned());
    }
    Ok(options)
}

/// Write a file, and the folders above it.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options()?;
    let mut random = Random(1);
    let sources: Vec<Source> = (0..options.sources).map(|number| Source::new(number, &mut random)).collect();
    if options.hugo {
        hugo::site(&options.root, &options, &sources, &mut random)?;
    } else {
        cited::site(&options.root, &options, &sources, &mut random)?;
    }
    println!("{} pages, {} quotes, {} sources", options.pages, options.pages * options.cites, options.sources);
    Ok(())
}
