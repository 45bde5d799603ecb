//! Stage 4: the site becomes an output tree.
//!
//! In: the resolved and checked site. Out: [`File`]s: paths of the output and their bytes. Entry point: [`Renderer`],
//! which makes the files of one page, or of what belongs to no page, when asked. A page whose context has not changed
//! since the last build is taken from [`Reuse`]: the key is the digest of everything its template can see, so nothing
//! has to be invalidated.
//! Must never let a template see more than its context, nor let a context grow with the number of pages except on the
//! pages that list them.

mod assets;
mod bare_pages;
mod body;
mod bounded;
mod cards;
mod chart;
mod collections;
mod fields;
mod head;
mod icons;
mod images;
pub mod outputs;
mod page;
mod page_view;
mod pictures;
mod references;
mod schema_org;
mod settings;
mod stylesheet;
mod terms;
pub mod views;

pub use page::File;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::json;
use xxhash_rust::xxh3::Xxh3;

use crate::check::Checked;
use crate::config::Search;
use crate::diag::Report;
use crate::load::markdown::Word;
use crate::load::theme::{Collection, Theme};
use crate::output::{Content, Output, OutputTree};
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::reuse::Reuse;
use views::Views;

/// Takes files as they are made: their paths and bytes.
pub type Put<'a> = &'a (dyn Fn(&str, &[u8]) + Sync);

/// What every template of a build sees, and its digest.
#[derive(Debug)]
pub struct Common {
    /// `site`, `settings`, `t`, `assets`, `nav`.
    pub context: tera::Context,
    /// Digest of it and of the theme.
    pub digest: u128,
    /// Whether there is a feed of corrections.
    pub has_corrections: bool,
    /// The menu in it, as made.
    nav: Vec<serde_json::Value>,
}

/// The theme's files: name → fingerprinted path, and path and bytes of each.
#[derive(Debug)]
struct Assets {
    names: BTreeMap<String, String>,
    files: Vec<(String, Arc<[u8]>)>,
}

/// What two states of a site may share.
struct Shared {
    theme: Arc<Theme>,
    common: Arc<Common>,
    terms: Option<Arc<terms::Terms>>,
    assets: Arc<Assets>,
    icons: Arc<icons::Icons>,
}

/// Everything that rendering needs.
#[derive(Debug)]
pub struct Renderer {
    /// The site.
    pub site: Arc<Site>,
    /// The theme.
    pub theme: Arc<Theme>,
    /// Claims and sources as templates see them.
    pub views: Views,
    /// What all pages share.
    pub common: Arc<Common>,
    /// The glossary, for links in running text.
    terms: Option<Arc<terms::Terms>>,
    /// Whether this is for a preview.
    pub preview: bool,
    /// Whether the search index holds whole texts.
    searched_in_full: OnceLock<bool>,
    assets: Arc<Assets>,
    /// Pictures in the text.
    images: images::Images,
    /// Icons, and the lines of the head that name them.
    icons: Arc<icons::Icons>,
    /// The home page's card, once it is rendered: that of pages which no file stands behind.
    site_card: OnceLock<Option<cards::Card>>,
    drawn: pictures::Drawn,
    reuse: Reuse,
    /// Each with its digest, which only a preview asks for.
    collections: [OnceLock<(tera::Value, OnceLock<u128>)>; 12],
}

impl Renderer {
    /// Prepare to render. `None` if the theme cannot be used.
    pub fn new(checked: &Arc<Checked>, preview: bool, reuse: &Reuse) -> Option<Self> {
        let site = checked.site().clone();
        let theme = site.inputs.theme.clone()?;
        let (names, files) = assets::fingerprint(&theme);
        let assets = Arc::new(Assets { names, files });
        let icons = Arc::new(icons::Icons::of(&theme, &assets.names));
        let common = Arc::new(common(&site, &theme, &assets, nav(&site), has_corrections(&site)));
        let terms = terms::Terms::of(&site).map(Arc::new);
        let shared = Shared { theme, common, terms, assets, icons };
        Some(Self::of(Views::new(checked.clone()), shared, preview, reuse))
    }

    /// Prepare to render the state of a site that followed that of `self` by [`Site::revised`]. `None` if its theme cannot be
    /// used.
    pub fn following(&self, checked: &Arc<Checked>) -> Option<Self> {
        let site = checked.site().clone();
        let theme = site.inputs.theme.clone()?;
        let is_same_theme = Arc::ptr_eq(&theme, &self.theme);
        let (assets, icons) = if is_same_theme {
            (self.assets.clone(), self.icons.clone())
        } else {
            let (names, files) = assets::fingerprint(&theme);
            let icons = icons::Icons::of(&theme, &names);
            (Arc::new(Assets { names, files }), Arc::new(icons))
        };
        let nav = nav(&site);
        let common = if is_same_theme && nav == self.common.nav {
            self.common.clone()
        } else {
            Arc::new(common(&site, &theme, &assets, nav, self.common.has_corrections))
        };
        // Words for kinds of sources are the theme's.
        let views = if is_same_theme { self.views.following(checked.clone()) } else { Views::new(checked.clone()) };
        let shared = Shared { theme, common, terms: self.terms.clone(), assets, icons };
        Some(Self::of(views, shared, self.preview, &self.reuse))
    }

    fn of(views: Views, shared: Shared, preview: bool, reuse: &Reuse) -> Self {
        let Shared { theme, common, terms, assets, icons } = shared;
        Self {
            images: images::Images::of(&views.site),
            site: views.site.clone(),
            theme,
            views,
            common,
            terms,
            preview,
            searched_in_full: OnceLock::new(),
            assets,
            icons,
            site_card: OnceLock::new(),
            drawn: pictures::Drawn::default(),
            reuse: reuse.clone(),
            collections: Default::default(),
        }
    }

    /// The card of pages which no file stands behind: the home page's. A build renders the home page before; a preview may
    /// be asked for such a page first.
    fn site_card(&self) -> Option<&cards::Card> {
        match self.site.routes.home.filter(|_| self.preview) {
            Some(home) => self.site_card.get_or_init(|| page::card(self, home)).as_ref(),
            None => self.site_card.get().and_then(Option::as_ref),
        }
    }

    /// Whether a dated copy of the site is made, and not the latest site.
    pub fn is_copy(&self) -> bool {
        self.site.inputs.config.version.is_some()
    }

    /// The files of an author's page.
    pub fn page(&self, page: usize, text: &PageText, report: &mut Report) -> Vec<File> {
        page::render(self, page, text, report)
    }

    /// The files of a source's page.
    pub fn source(&self, source: usize, report: &mut Report) -> Vec<File> {
        bare_pages::render_source(self, source, report)
    }

    /// Assets, icons, and files to copy: as they are, or without their metadata.
    pub fn loose<'a>(&'a self, report: &'a mut Report) -> impl Iterator<Item = (String, Output)> + 'a {
        let assets = self.assets.files.iter().map(|(path, bytes)| (path.clone(), Output::of_bytes(bytes.clone())));
        let icons = icons::outputs(self, report);
        let copies = self.site.routes.copies.iter().filter_map(|(path, number)| {
            let copied = &self.site.inputs.copies[*number];
            let output = if copied.picture.as_ref().is_some_and(|p| p.littered && p.fault.is_none()) {
                images::cleaned(self, copied, report)?
            } else {
                Output { content: Content::File(copied.on_disk.clone()), digest: copied.digest }
            };
            Some((path.clone(), output))
        });
        let versions = self.site.inputs.versions.files().filter(|_| !self.is_copy());
        let versions = versions.map(|(path, on_disk, digest)| (path.to_owned(), Output { content: Content::File(on_disk), digest }));
        assets.chain(icons).chain(copies).chain(versions)
    }

    /// Pictures of the pages rendered since this was last asked, which a preview makes when a browser asks for them.
    pub fn later(&self) -> Vec<(String, Output)> {
        self.drawn.later()
    }

    /// Everything that is no page of its own and no asset: the page for what is not found, feeds, data, the search index
    /// from the entries of all pages, in the order of the pages.
    pub fn rest(&self, entries: Vec<Option<Box<str>>>, report: &mut Report, put: Put<'_>) {
        let not_found = || self.not_found(report).into_iter().for_each(|(path, bytes)| put(&path, &bytes));
        // What the index is made of is forgotten with it: the other files are large, too.
        let index = move || {
            if self.is_searched() {
                put(outputs::SEARCH_INDEX, &self.search_index(&entries));
            }
        };
        rayon::join(|| rayon::join(not_found, || self.listed(put)), index);
    }

    /// The page for what is not found.
    pub fn not_found(&self, report: &mut Report) -> Vec<File> {
        bare_pages::render_not_found(self, report)
    }

    /// Feeds, sitemap, data: made of the heads of pages alone.
    pub fn listed(&self, put: Put<'_>) {
        outputs::listed(self, put);
    }

    /// The search index, packed.
    pub fn search_index(&self, entries: &[Option<Box<str>>]) -> Vec<u8> {
        outputs::search_index(self, entries)
    }

    /// Whether the search index holds whole texts.
    fn is_searched_in_full(&self) -> bool {
        *self.searched_in_full.get_or_init(|| outputs::is_searched_in_full(&self.site))
    }

    /// Whether there is a search index.
    pub fn is_searched(&self) -> bool {
        self.site.inputs.config.search != Search::None
    }

    /// A page's entry of the search index.
    pub fn search_entry(&self, page: usize, text: &PageText) -> Option<Box<str>> {
        if self.is_searched() { outputs::search_entry(self, page, text) } else { None }
    }

    /// What is made from the finished pages: the index of Pagefind, where the site asks for it, and files for hosts.
    pub fn last(&self, tree: &mut OutputTree, report: &mut Report) {
        outputs::in_pieces(self, tree, report);
        self.forget_pictures();
        outputs::for_hosts(self, tree);
    }

    /// Whether [`Renderer::last`] makes the file at a path, if the site has it.
    pub fn is_of_all(&self, path: &str) -> bool {
        outputs::is_in_pieces(self, path) || outputs::is_for_hosts(self, path)
    }

    /// Forget pictures that the pages rendered by this had no use for.
    pub fn forget_pictures(&self) {
        self.reuse.forget_pictures(&self.drawn.used());
    }
}

/// The menu: the pages in the home page, but for those that do not want to stand there.
fn nav(site: &Site) -> Vec<serde_json::Value> {
    let below = site.routes.home.map_or(&[][..], |home| site.routes.children(home));
    below
        .iter()
        .filter(|p| site.inputs.pages[**p].front.extra.get("nav") != Some(&json!(false)))
        .map(|p| json!({ "title": nav_title(site, *p), "path": site.routes.pages[*p].path }))
        .collect()
}

fn has_corrections(site: &Site) -> bool {
    site.inputs.pages.iter().any(|p| !p.front.corrections.is_empty())
}

fn common(site: &Site, theme: &Theme, assets: &Assets, nav: Vec<serde_json::Value>, has_corrections: bool) -> Common {
    let config = &site.inputs.config;
    let values = json!({
        "site": {
            "title": config.title, "description": config.description, "base_url": config.base_url, "language": config.language,
            "authors": config.authors, "license": config.license, "as_of": config.as_of, "search": config.search, "extra": config.extra,
            "version": config.version.as_ref().map(|v| v.date),
        },
        "settings": settings::shown(site, theme),
        "t": theme.strings,
        "assets": assets.names,
        "nav": nav,
    });
    let mut hasher = Xxh3::new();
    hasher.update(values.to_string().as_bytes());
    hasher.update(&theme.digest.to_le_bytes());
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    let mut context = tera::Context::new();
    if let serde_json::Value::Object(map) = values {
        for (key, value) in map {
            context.insert(key, &value);
        }
    }
    Common { context, digest: hasher.digest128(), has_corrections, nav }
}

/// The short name of a page in menus: `extra.nav_title`, else its title.
pub fn nav_title(site: &Site, page: usize) -> String {
    let front = &site.inputs.pages[page].front;
    front.extra.get("nav_title").and_then(|v| v.as_str()).unwrap_or(&front.title).to_owned()
}

/// The way from a path of the output to the site's root: `./` or `../../`.
pub fn root_of(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

/// From the root of a dated copy, the same page of the latest site.
pub fn latest_of(path: &str) -> String {
    format!("../../{path}")
}

/// A path below a root, for an attribute.
pub fn relative(root: &str, path: &str) -> String {
    format!("{root}{path}")
}

impl Renderer {
    /// The way from a page to the site's root.
    pub fn root(&self, page: usize) -> String {
        root_of(&self.site.routes.pages[page].path)
    }

    /// An interface word for a body.
    pub fn word(&self, word: Word) -> &str {
        let (key, fallback) = word.key();
        self.theme.word(key, fallback)
    }

    /// The collections that a template declared, by name.
    pub fn collections_for(&self, template: &str) -> tera::Value {
        let needs = self.theme.needs.get(template).map_or(&[][..], Vec::as_slice);
        let map: tera::Map = needs.iter().map(|c| (tera::value::Key::Str(collections::name(*c)), self.collection(*c).0.clone())).collect();
        map.into()
    }

    /// A digest of the collections that a page's template, and the shortcodes of its body, declared.
    pub fn collections_digest<'t>(&self, templates: impl Iterator<Item = &'t str>) -> u128 {
        let mut hasher = Xxh3::new();
        for template in templates {
            for collection in self.theme.needs.get(template).map_or(&[][..], Vec::as_slice) {
                let (value, digest) = self.collection(*collection);
                let digest = digest.get_or_init(|| xxhash_rust::xxh3::xxh3_128(&serde_json::to_vec(value).unwrap_or_default()));
                hasher.update(&digest.to_le_bytes());
            }
        }
        hasher.digest128()
    }

    fn collection(&self, collection: Collection) -> &(tera::Value, OnceLock<u128>) {
        self.collections[collection as usize].get_or_init(|| (collections::build(self, collection), OnceLock::new()))
    }
}
