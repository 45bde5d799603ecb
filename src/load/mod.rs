//! Stage 1: files become typed inputs.
//!
//! In: the site's root. Out: [`Inputs`]: configuration, pages with the records at their heads, sources, records, theme
//! and files to copy, and a report. Entry point: [`load`]. Pages are read in parallel; a page whose text has not changed
//! since the last build is taken from [`Reuse`]. A page's Markdown is parsed when somebody asks ([`PageInput::parse_body`]).
//! Must never look at two pages together: names are resolved in the next stage.

mod active;
pub mod again;
pub mod archived;
mod bib;
pub mod cite_syntax;
pub mod copies;
mod csl_json;
pub mod drawing;
mod evidence;
pub mod files;
pub mod foreign;
pub mod front_matter;
pub mod markdown;
mod page;
pub mod prose;
pub mod records;
pub mod ris;
mod sanitise;
pub mod settings;
pub mod shortcodes;
pub mod sources;
pub mod stamp;
pub mod style;
pub mod theme;
pub mod versions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::config::{CONFIG_FILE, Config, stays_inside};
use crate::date::Date;
use crate::diag::{Code, Diagnostic, Report};
use crate::pieces::Pieces;
use crate::reuse::Reuse;
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use archived::Archive;
use copies::Copied;
use evidence::Evidence;
pub use files::ReadError;
use front_matter::FrontMatter;
use markdown::Body;
pub use page::read_front;
use page::{drop_drafts, read_pages};
use records::{Actor, Named, Question, Records, Term};
use sources::Sources;
use style::CitationStyle;
use theme::Theme;
use versions::Versions;

/// What the command line says about a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The site's root.
    pub root: PathBuf,
    /// Overrides `base_url`.
    pub base_url: Option<String>,
    /// Build drafts too.
    pub drafts: bool,
    /// Overrides `archive`.
    pub archive: Option<PathBuf>,
    /// Rendering for a preview: findings of evidence do not stop it.
    pub preview: bool,
    /// The day from which to see what is due for review; the site's `as_of` when absent.
    pub as_of: Option<Date>,
    /// Make the version of this day: a dated copy of the site, with an address of its own.
    pub version: Option<Date>,
}

/// Everything that was read. Cheap to clone, so that two states of a site share what did not change between them.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// `site.yaml`.
    pub config: Arc<Config>,
    /// In the order of their paths.
    pub pages: Pieces<Arc<PageInput>>,
    /// Paths below `content/` of pages that exist but could not be read.
    pub unread: Arc<BTreeSet<String>>,
    /// Paths below `content/` of the drafts that are left out.
    pub drafts: Arc<BTreeSet<String>>,
    /// The bibliography.
    pub sources: Arc<Sources>,
    /// `actors.yaml`.
    pub actors: Arc<Records<Actor>>,
    /// `questions.yaml`.
    pub questions: Arc<Records<Question>>,
    /// `glossary.yaml`.
    pub glossary: Arc<Records<Term>>,
    /// Files beside pages, to be copied: content path and place on disk.
    pub copies: Arc<Vec<Copied>>,
    /// The citation style, if it could be read.
    pub style: Option<Arc<CitationStyle>>,
    /// Texts and lock that quotes are checked against.
    pub archive: Arc<Archive>,
    /// The theme; none if it cannot be used.
    pub theme: Option<Arc<Theme>>,
    /// The day from which to see what is due for review; without one, nothing is.
    pub as_of: Option<Date>,
    /// The dated copies that are published with the site, and not in a copy.
    pub versions: Arc<Versions>,
    /// What was found in all of these but the pages that could be read, and the theme.
    pub found: Arc<Report>,
    /// What was found in the theme.
    pub found_in_theme: Arc<Report>,
    /// Whether some file is reached by a link: one that changes then changes under several names.
    pub has_links: bool,
    /// Digest of everything but the pages.
    digest: u128,
}

impl Inputs {
    /// Whether nothing differs from what was read before, when the same pages were taken from one store.
    pub fn is_same(&self, before: &Self) -> bool {
        let same = |(a, b): (&Arc<PageInput>, &Arc<PageInput>)| Arc::ptr_eq(a, b);
        self.digest == before.digest && self.pages.len() == before.pages.len() && self.pages.iter().zip(&before.pages).all(same)
    }

    /// The page with a path below `content/`.
    pub fn page(&self, path: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.pages.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.pages[middle].path().cmp(path) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Digest of everything but the pages: `texts` are the files that were read whole.
    fn digest_rest(&self, texts: &[Arc<TextFile>]) -> u128 {
        let mut digest = Xxh3::new();
        for file in texts {
            digest.update(file.path.as_bytes());
            digest.update(&file.text.len().to_le_bytes());
            digest.update(file.text.as_bytes());
        }
        digest.update(&self.theme.as_ref().map_or(0, |theme| theme.digest).to_le_bytes());
        for copied in &*self.copies {
            digest.update(copied.path.as_bytes());
            digest.update(&copied.digest.to_le_bytes());
        }
        for (path, _, file) in self.versions.files() {
            digest.update(path.as_bytes());
            digest.update(&file.to_le_bytes());
        }
        for source in 0..self.sources.all.len() {
            digest.update(self.archive.sha256(source).unwrap_or("none").as_bytes());
        }
        // A file that is missing, or that cannot be read, says so here.
        let found = self.found.iter().chain(self.found_in_theme.iter()).map(|d| (d.code, &d.message, d.place()));
        digest.update(format!("{:?}{:?}{:?}", self.unread, self.drafts, found.collect::<Vec<_>>()).as_bytes());
        digest.digest128()
    }

    /// Tell everything that was found.
    pub fn tell(&self, report: &mut Report) {
        report.extend((*self.found).clone());
        report.extend((*self.found_in_theme).clone());
        self.pages.iter().filter(|p| !p.found.is_empty()).for_each(|p| report.extend(p.found.clone()));
    }
}

/// One Markdown file.
#[derive(Debug)]
pub struct PageInput {
    /// The file.
    pub file: Arc<TextFile>,
    /// The record at its head.
    pub front: FrontMatter,
    /// Where that record stands.
    pub yaml: Yaml,
    /// The byte of the file where its Markdown begins.
    pub body_at: usize,
    /// Digest of the file's text.
    pub digest: u128,
    /// What was found in its record.
    pub found: Report,
}

impl PageInput {
    /// Below `content/`, with forward slashes: `numbers/troops.md`.
    pub fn path(&self) -> &str {
        self.file.path.strip_prefix("content/").unwrap_or(&self.file.path)
    }

    /// Parse the Markdown. The result is not kept: a site's bodies together are many times larger than its records.
    pub fn parse_body(&self, trusted_html: bool, report: &mut Report) -> Body {
        markdown::parse(&self.file, self.body_at, trusted_html, report)
    }

    /// The place of a field of the front matter.
    pub fn place(&self, path: &[crate::yaml::Step]) -> Span {
        self.yaml.place(path)
    }

    /// Whether this is a section's own page, `_index.md`.
    pub fn is_section(&self) -> bool {
        self.path() == "_index.md" || self.path().ends_with("/_index.md")
    }
}

/// A page as it came out of the parser, reused while the text stays the same; or why its front matter cannot be read.
pub type ParsedPage = Result<Arc<PageInput>, Arc<Report>>;

/// Whether other programs take a file for Markdown by its name.
fn is_misnamed(path: &str) -> bool {
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
    ["md", "markdown", "mdown", "mkd", "mdx"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Names at the top of `content/` that are records, not files to copy.
const RECORD_FILES: [&str; 4] = ["actors.yaml", "questions.yaml", "glossary.yaml", "sources.lock"];

/// Read the site, and tell what was found. The error is the machine's; everything the author can mend is in the report.
pub fn load(options: &Options, reuse: &Reuse, report: &mut Report) -> Result<Option<Inputs>, ReadError> {
    Ok(match read(options, reuse)? {
        Ok(inputs) => {
            inputs.tell(report);
            Some(inputs)
        }
        Err(found) => {
            report.extend(found);
            None
        }
    })
}

/// Read the site; what was found stands with what was read. Without a configuration that can be read there is only that.
pub fn read(options: &Options, reuse: &Reuse) -> Result<Result<Inputs, Report>, ReadError> {
    let root = &options.root;
    let mut found = Report::default();
    let report = &mut found;
    let Some(config_file) = files::read_text(root, CONFIG_FILE, report)? else {
        if report.is_empty() {
            report.push(
                Diagnostic::bare(Code::ConfigMissing, format!("there is no {CONFIG_FILE} in {}", root.display()))
                    .help("run the command in a site's folder, name it with `--root DIR`, or make a site with `cited init DIR`"),
            );
        }
        return Ok(Err(found));
    };
    let mut texts = vec![config_file.clone()];
    let config = Config::read(&config_file, options.base_url.as_deref(), report).map(|c| c.at_version(options.version));
    let trusted_html = config.as_ref().is_some_and(|c| c.trusted_html);
    let mut has_links = false;
    let paths = files::below(root, "content", &mut has_links, report)?;
    let (page_paths, other_paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|p| p.ends_with(".md"));
    // What does not need each other is read side by side: first what is in one piece, last what is in many, the pages, so
    // that no thread waits for another.
    let parsed = || read_pages(options, &page_paths, trusted_html, reuse);
    let theme = || config.as_ref().map(|config| ThemeRead::of(root, config)).transpose();
    let style = || config.as_ref().map(|config| StyleRead::of(root, config)).transpose();
    let evidence = || {
        let mut named = Named::read(root)?;
        // One run tells of everything: of a lock beside a configuration that cannot be read, too.
        let lock = files::read_lock(root, "content/sources.lock", &mut named.found)?;
        named.texts.extend(lock.clone());
        Ok((named, config.as_ref().map(|config| Evidence::read(options, config, lock)).transpose()?))
    };
    let ((evidence, style), (theme, parsed)) = rayon::join(|| rayon::join(evidence, style), || rayon::join(theme, parsed));
    let mut pages: Vec<Arc<PageInput>> = Vec::new();
    let mut unread = BTreeSet::new();
    for (path, parsed) in page_paths.iter().zip(parsed?) {
        match parsed {
            Ok(page) => pages.push(page),
            Err(found) => {
                report.extend((*found).clone());
                unread.insert(path["content/".len()..].to_owned());
            }
        }
    }
    let (named, evidence) = evidence?;
    report.extend(named.found);
    texts.extend(named.texts);
    reuse.forget_pages(|path| page_paths.binary_search_by(|p| p.as_str().cmp(path)).is_ok());

    let (Some(config), Some(theme), Some(evidence), Some(style)) = (config, theme?, evidence, style?) else {
        pages.iter().for_each(|page| report.extend(page.found.clone()));
        return Ok(Err(found));
    };
    let drafts = if options.drafts { BTreeSet::new() } else { drop_drafts(&mut pages, report) };
    has_links |= theme.has_links;
    report.extend(evidence.found);
    report.extend(style.found);
    texts.extend(evidence.texts);
    texts.extend(style.file);
    let copied = |path: &String| !RECORD_FILES.contains(&&path["content/".len()..]) && !config.bibliography.contains(path);
    for path in other_paths.iter().filter(|path| is_misnamed(path)) {
        let file = TextFile::new(path.clone(), "");
        report.push(
            Diagnostic::file(
                Code::FileUnreadable,
                &file,
                "the name is one of Markdown, and pages end in `.md`: this would be published as it is",
            )
            .help("rename it to end in `.md`"),
        );
    }
    let copies = copies::read(root, other_paths.into_iter().filter(copied).collect())?;
    for (copied, why) in copies.iter().filter(|_| !trusted_html).filter_map(|c| Some((c, c.active.as_ref()?))) {
        let file = TextFile::new(format!("content/{}", copied.path), "");
        report.push(
            Diagnostic::file(Code::FileActive, &file, why.clone())
                .help("remove it, or set `trusted_html: true` in site.yaml if every author of the site is trusted"),
        );
    }
    let versions = Arc::new(Versions::read(root, !options.preview, &mut has_links, report)?);
    let mut inputs = Inputs {
        versions,
        as_of: options.as_of.or(config.as_of),
        config: Arc::new(config),
        pages: pages.into_iter().collect(),
        unread: Arc::new(unread),
        drafts: Arc::new(drafts),
        sources: Arc::new(evidence.sources),
        actors: Arc::new(named.actors),
        questions: Arc::new(named.questions),
        glossary: Arc::new(named.glossary),
        copies: Arc::new(copies),
        style: style.style.map(Arc::new),
        archive: Arc::new(evidence.archive),
        theme: theme.theme,
        found: Arc::new(found),
        found_in_theme: Arc::new(theme.found),
        has_links,
        digest: 0,
    };
    inputs.digest = inputs.digest_rest(&texts);
    Ok(Ok(inputs))
}

/// The citation style, its file if it has its own, and what was found in it.
struct StyleRead {
    style: Option<CitationStyle>,
    file: Option<Arc<TextFile>>,
    found: Report,
}

impl StyleRead {
    fn of(root: &Path, config: &Config) -> Result<Self, ReadError> {
        let mut read = Self { style: None, file: None, found: Report::default() };
        // A path that leads out of the site is reported with the configuration.
        if stays_inside(Path::new(&config.citation_style)) {
            if config.citation_style.ends_with(".csl") {
                read.file = files::read_text(root, &config.citation_style, &mut read.found)?;
            }
            read.style = CitationStyle::find(config, read.file.as_ref()).map_err(|diagnostic| read.found.push(diagnostic)).ok();
        }
        Ok(read)
    }
}

/// The theme, and what was found in it.
struct ThemeRead {
    theme: Option<Arc<Theme>>,
    found: Report,
    has_links: bool,
}

impl ThemeRead {
    fn of(root: &Path, config: &Config) -> Result<Self, ReadError> {
        let mut read = Self { theme: None, found: Report::default(), has_links: false };
        read.theme = theme::read(root, config, &mut read.has_links, &mut read.found)?.map(Arc::new);
        Ok(read)
    }
}
