//! The same site as Hugo reads it.
//!
//! In: sources and pages. Out: `hugo.yaml`, `content/`, and the layouts of `benches/hugo/`, which do the work of the
//! theme `explainer`. Citations are numbered links, with a list of references in the front matter: Hugo checks nothing.
//! Must never give Hugo more to do than the other sites hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::cited::copy;
use crate::page::{Markup, Page, SECTION, path};
use crate::words::{Random, Source, name};
use crate::{NAV, Options, write};

/// Numbers the sources of a page in the order in which it cites them.
#[derive(Default)]
struct Numbered {
    numbers: BTreeMap<usize, usize>,
    order: Vec<usize>,
}

impl Markup for Numbered {
    fn cite(&mut self, _: usize, source: usize) -> String {
        let number = *self.numbers.entry(source).or_insert_with(|| {
            self.order.push(source);
            self.order.len()
        });
        format!("[\\[{number}\\]](#ref-source-{source:03})")
    }

    fn link(&mut self, text: &str, page: usize) -> String {
        format!("[{text}](/{}/)", path(page))
    }
}

pub fn site(root: &Path, options: &Options, sources: &[Source], random: &mut Random) -> std::io::Result<()> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/hugo");
    copy(&bench.join("layouts"), &root.join("layouts"))?;
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/explainer/assets"), &root.join("assets"))?;
    let mut config = std::fs::read_to_string(bench.join("hugo.yaml"))?;
    config.push_str(if options.source_pages { "taxonomies: { source: sources }\n" } else { "disableKinds: [taxonomy, term]\n" });
    write(&root.join("hugo.yaml"), &config)?;
    write(&root.join("content/_index.md"), "---\ntitle: A large site\n---\n\nFor measuring.\n")?;
    for section in 0..options.pages.div_ceil(SECTION) {
        let nav = if section < NAV { format!("menus: {{ main: {{ weight: {} }} }}\n", section + 1) } else { String::new() };
        let index = format!("---\ntitle: Section {}\n{nav}---\n\nPages for measuring.\n", name(section));
        write(&root.join(format!("content/s{section:04}/_index.md")), &index)?;
    }
    for number in 0..options.pages {
        let mut numbered = Numbered::default();
        let page = Page::new(number, options.pages, options.cites, sources, random, &mut numbered);
        let mut text = format!("---\ntitle: {}\nsummary: {}\ndate: {}\nreferences:\n", page.title, page.summary, page.date);
        for number in &numbered.order {
            let source = &sources[*number];
            let line = format!("{}, <em>{}</em>, {}.", source.author, source.title, source.date);
            let _ = write!(text, "  - id: {}\n    text: \"{line}\"\n    kind: news\n    trust: moderate\n    quotes:\n", source.key);
            for (id, citation) in page.citations.iter().enumerate().filter(|(_, c)| c.source == *number) {
                let _ = writeln!(text, "      - {{ id: c{id}, quote: \"{}\", uses: {} }}", citation.quote, citation.uses);
            }
        }
        if options.source_pages {
            let keys: Vec<&str> = numbered.order.iter().map(|n| sources[*n].key.as_str()).collect();
            let _ = writeln!(text, "sources: [{}]", keys.join(", "));
        }
        let _ = write!(text, "---\n\n{}", page.body);
        write(&root.join(format!("content/{}.md", path(page.number))), &text)?;
    }
    Ok(())
}
