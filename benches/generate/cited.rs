//! The site as `cited` reads it.
//!
//! In: sources and pages. Out: `site.yaml`, `content/`, `archive/` and the theme `explainer`. Must never differ from the
//! other generators' sites in words, links or quotes.

use std::fmt::Write as _;
use std::path::Path;

use crate::page::{Markup, Page, SECTION, path};
use crate::words::{Random, Source, name};
use crate::{NAV, Options, write};

struct Pandoc;

impl Markup for Pandoc {
    fn cite(&mut self, citation: usize, _: usize) -> String {
        format!("[@c{citation}]")
    }

    fn link(&mut self, text: &str, page: usize) -> String {
        format!("[{text}](../{}.md)", path(page))
    }
}

pub fn site(root: &Path, options: &Options, sources: &[Source], random: &mut Random) -> std::io::Result<()> {
    let mut config = "title: A large site\nbase_url: https://example.org/\ntheme: explainer\nlanguage: en\n# The other generators draw none.\ncards: false\n".to_owned();
    if options.archive {
        config.push_str("archive: archive\n");
    }
    if let Some(style) = &options.style {
        let _ = writeln!(config, "citation_style: {style}");
    }
    if !options.cite_pages {
        config.push_str("theme_settings: { cite_pages: false }\n");
    }
    write(&root.join("site.yaml"), &config)?;
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/explainer"), &root.join("themes/explainer"))?;
    let mut bibliography = String::new();
    for source in sources {
        let Source { key, title, author, date, text, .. } = source;
        write(&root.join(format!("archive/{key}.txt")), text)?;
        let _ = write!(
            bibliography,
            "{key}:\n  type: article\n  title: {title}\n  author: {author}\n  date: {date}\n  evidence: {{ kind: news, trust: moderate, archive: {key}.txt }}\n"
        );
    }
    write(&root.join("content/sources.yaml"), &bibliography)?;
    write(&root.join("content/_index.md"), "---\ntitle: A large site\n---\n\nFor measuring.\n")?;
    for section in 0..options.pages.div_ceil(SECTION) {
        let nav = if section < NAV { "" } else { "extra: { nav: false }\n" };
        let index = format!("---\ntitle: Section {}\n{nav}---\n\nPages for measuring.\n", name(section));
        write(&root.join(format!("content/s{section:04}/_index.md")), &index)?;
    }
    for number in 0..options.pages {
        let page = Page::new(number, options.pages, options.cites, sources, random, &mut Pandoc);
        let mut text = format!("---\ntitle: {}\nsummary: {}\ndate: {}\ncitations:\n", page.title, page.summary, page.date);
        for (id, citation) in page.citations.iter().enumerate() {
            let _ = writeln!(text, "  - {{ id: c{id}, source: {}, quote: \"{}\" }}", sources[citation.source].key, citation.quote);
        }
        let _ = write!(text, "---\n\n{}", page.body);
        write(&root.join(format!("content/{}.md", path(page.number))), &text)?;
    }
    Ok(())
}

/// Copy a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy(&entry.path(), &target)? } else { std::fs::copy(entry.path(), target).map(drop)? }
    }
    Ok(())
}
