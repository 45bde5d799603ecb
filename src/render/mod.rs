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
mod head;
mod icons;
mod images;
pub mod outputs;
mod page;
mod pictures;
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
use crate::diag::Report;
use crate::load::markdown::Word;
use crate::load::theme::{Collection, Theme};
use crate::output::{Content, Output, OutputTree};
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::reuse::Reuse;
use views::Views;

/// What every template of a build sees, and its digest.
#[derive(Debug)]
pub struct Common {
    /// `site`, `settings`, `t`, `assets`, `nav`.
    pub context: tera::Context,
    /// Digest of it and of the theme.
    pub digest: u128,
    /// Whether there is a feed of corrections.
    pub has_corrections: bool,
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
    pub common: Common,
    /// The glossary, for links in running text.
    terms: Option<terms::Terms>,
    /// Whether this is for a preview.
    pub preview: bool,
    /// Whether the search index holds whole texts.
    searched_in_full: bool,
    assets: Vec<(String, Arc<[u8]>)>,
    /// Pictures in the text.
    images: images::Images,
    /// Icons, and the lines of the head that name them.
    icons: icons::Icons,
    /// The home page's card, once it is rendered: that of pages which no file stands behind.
    site_card: OnceLock<Option<cards::Card>>,
    drawn: pictures::Drawn,
    reuse: Reuse,
    collections: [OnceLock<(tera::Value, u128)>; 12],
    positions: OnceLock<Vec<Option<usize>>>,
}

impl Renderer {
    /// Prepare to render. `None` if the theme cannot be used.
    pub fn new(checked: &Arc<Checked>, preview: bool, reuse: &Reuse) -> Option<Self> {
        let site = checked.site().clone();
        let theme = site.inputs.theme.clone()?;
        let (asset_names, asset_files) = assets::fingerprint(&theme);
        Some(Self {
            views: Views::new(checked.clone()),
            common: common(&site, &theme, &asset_names),
            terms: terms::Terms::of(&site),
            searched_in_full: outputs::is_searched_in_full(&site),
            assets: asset_files,
            images: images::Images::of(&site),
            icons: icons::Icons::of(&theme, &asset_names),
            site_card: OnceLock::new(),
            drawn: pictures::Drawn::default(),
            theme,
            site,
            preview,
            reuse: reuse.clone(),
            collections: Default::default(),
            positions: OnceLock::new(),
        })
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

    /// Assets, icons, and files to copy: as they are, or without their metadata. What a preview makes later comes too.
    pub fn loose<'a>(&'a self, report: &'a mut Report) -> impl Iterator<Item = (String, Output)> + 'a {
        let assets = self.assets.iter().map(|(path, bytes)| (path.clone(), Output::of_bytes(bytes.clone())));
        let icons = icons::outputs(self, report);
        let later = self.drawn.later();
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
        assets.chain(icons).chain(later).chain(copies).chain(versions)
    }

    /// Everything that is no page of its own and no asset: the page for what is not found, feeds, data, the search index
    /// from the entries of all pages, in the order of the pages.
    pub fn rest(&self, entries: &[Option<String>], report: &mut Report) -> Vec<File> {
        let mut files = bare_pages::render_not_found(self, report);
        outputs::add(self, entries, &mut files);
        files
    }

    /// A page's entry of the search index.
    pub fn search_entry(&self, page: usize, text: &PageText) -> Option<String> {
        outputs::search_entry(self, page, text)
    }

    /// What is made from the finished pages: the index of Pagefind, where the site asks for it, and files for hosts.
    pub fn last(&self, tree: &mut OutputTree, report: &mut Report) {
        outputs::in_pieces(self, tree, report);
        self.reuse.forget_pictures(&self.drawn.used());
        outputs::for_hosts(self, tree);
    }
}

fn common(site: &Site, theme: &Theme, assets: &BTreeMap<String, String>) -> Common {
    let config = &site.inputs.config;
    let nav: Vec<_> = site
        .routes
        .home
        .map(|home| site.routes.pages[home].children.clone())
        .unwrap_or_default()
        .into_iter()
        .filter(|p| site.inputs.pages[*p].front.extra.get("nav") != Some(&json!(false)))
        .map(|p| json!({ "title": nav_title(site, p), "path": site.routes.pages[p].path }))
        .collect();
    let values = json!({
        "site": {
            "title": config.title, "description": config.description, "base_url": config.base_url, "language": config.language,
            "authors": config.authors, "license": config.license, "as_of": config.as_of, "search": config.search, "extra": config.extra,
            "version": config.version.as_ref().map(|v| v.date),
        },
        "settings": settings::shown(site, theme),
        "t": theme.strings,
        "assets": assets,
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
    let has_corrections = site.inputs.pages.iter().any(|p| !p.front.corrections.is_empty());
    Common { context, digest: hasher.digest128(), has_corrections }
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
                hasher.update(&self.collection(*collection).1.to_le_bytes());
            }
        }
        hasher.digest128()
    }

    fn collection(&self, collection: Collection) -> &(tera::Value, u128) {
        self.collections[collection as usize].get_or_init(|| {
            let value = collections::build(self, collection);
            let digest = xxhash_rust::xxh3::xxh3_128(value.to_string().as_bytes());
            (tera::Value::from_serializable(&value), digest)
        })
    }

    /// For each page, its place in the reading order.
    pub fn positions(&self) -> &[Option<usize>] {
        self.positions.get_or_init(|| {
            let mut positions = vec![None; self.site.inputs.pages.len()];
            for (i, page) in self.site.routes.order.iter().enumerate() {
                positions[*page] = Some(i);
            }
            positions
        })
    }
}
