//! Addresses: which page is served where, and what lies in what.
//!
//! In: the pages' paths and front matter. Out: a route for each page, the tree of sections, and a finding for every
//! address that two things want. Addresses are compared without case and normalised (NFC), as file systems may do.
//! Must never make an address that leads out of the output folder, or that some system cannot store.

mod names;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

pub use self::names::{PREVIEW, check_part, question_csv};
use self::names::{alias_output, fold};
use crate::diag::{Code, Diagnostic, Report};
use crate::load::{Inputs, PageInput};
use crate::text::{Span, TextFile};
use crate::yaml_path;

/// Where a page is served and what is around it. Pages are named by their number in [`Inputs::pages`].
#[derive(Debug, Clone, Default)]
pub struct Routed {
    /// `numbers/troops/`; empty for the home page.
    pub path: String,
    /// The section it lies in; none for the home page, and for pages of a site without one.
    pub parent: Option<usize>,
    /// Former addresses, as paths of the output.
    pub aliases: Vec<String>,
}

/// The addresses of a site, and the order of its pages. Dereferences to the addresses.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    addresses: Arc<Addresses>,
    /// All pages in reading order: each section, then its pages.
    pub order: Arc<[usize]>,
    /// For each page, its place in that order.
    pub positions: Arc<[usize]>,
    /// For each page that has any: the pages in it, by weight, then title.
    children: BTreeMap<usize, Arc<[usize]>>,
}

/// Addresses; they stay when a page's words change.
#[derive(Debug, Default)]
pub struct Addresses {
    /// For each page.
    pub pages: Vec<Routed>,
    /// The home page.
    pub home: Option<usize>,
    /// All pages, by their routes.
    by_path: Box<[usize]>,
    /// Former address, as a path of the output → page.
    pub by_alias: HashMap<String, usize>,
    /// Output path → number in [`Inputs::copies`], by path.
    pub copies: Vec<(String, usize)>,
}

impl Deref for Routes {
    type Target = Addresses;

    fn deref(&self) -> &Addresses {
        &self.addresses
    }
}

/// Output paths that the generator writes itself.
pub const FIXED: &[&str] =
    &["atom.xml", "feed.json", "sitemap.xml", "robots.txt", "404.html", "search-index.json.gz", "corrections.xml", ".cited-manifest"];

/// Output paths that the generator writes unless the author has a file there.
pub const REPLACEABLE: &[&str] = &[FAVICON, MANIFEST];
/// Where browsers and feed readers look for an icon unasked.
pub const FAVICON: &str = "favicon.ico";
/// The web manifest.
pub const MANIFEST: &str = "site.webmanifest";

/// The data files of every site.
pub const DATA_FILES: &[&str] = &[
    "data/claims.json",
    "data/claims.jsonld",
    "data/estimates.csv",
    "data/events.csv",
    "data/responses.csv",
    "data/motives.csv",
    "data/sources.json",
    "data/disagreements.json",
];

impl Routes {
    /// Give every page its address.
    pub fn find(inputs: &Inputs, report: &mut Report) -> Self {
        let mut routes = Addresses { pages: vec![Routed::default(); inputs.pages.len()], ..Addresses::default() };
        let mut taken = Taken::default();
        for name in FIXED.iter().chain(DATA_FILES).chain(REPLACEABLE) {
            taken.insert(fold(name), ("the program itself".to_owned(), None));
        }
        for (i, question) in inputs.questions.all.iter().enumerate() {
            let (output, who) = (question_csv(&question.id), format!("the figures of the question `{}`", question.id));
            // Whoever has no file of its own shares that of all estimates.
            if !DATA_FILES.contains(&output.as_str()) {
                let place = inputs.questions.yaml.as_ref().map(|yaml| yaml.place(&yaml_path![i, "id"]));
                claim(&mut taken, &output, &who, who.clone(), place, "give one of them another `id:`", report);
            }
        }
        for source in &inputs.sources.all {
            let who = format!("the page of the source `{}`", source.key);
            let place = source.place.clone();
            if let Err(why) = check_part(&source.key) {
                let message = format!("{who} cannot have its key as its address: {why}");
                report.push(Diagnostic::at(Code::PathOutside, place, message).help("give the source another key"));
                continue;
            }
            let output = format!("sources/{}/index.html", source.key);
            claim(&mut taken, &output, &who, who.clone(), Some(place), "give one of them another key", report);
        }
        for (path, ..) in inputs.versions.files() {
            taken.insert(fold(path), (format!("the file {path}"), None));
        }
        for (i, page) in inputs.pages.iter().enumerate() {
            let path = route(page, inputs, report);
            let place = if page.front.slug.is_some() { page.place(&yaml_path!["slug"]) } else { Span::whole(&page.file) };
            let who = format!("the page content/{}", page.path());
            let help = "give one of them another `slug:`, or rename a file";
            claim(&mut taken, &format!("{path}index.html"), "the page", who, Some(place), help, report);
            for (k, alias) in page.front.aliases.iter().enumerate() {
                let place = page.place(&yaml_path!["aliases", k]);
                if let Some(output) = alias_output(alias, &place, report) {
                    let who = format!("an alias of content/{}", page.path());
                    claim(&mut taken, &output, "the alias", who, Some(place), "remove the alias, or write another", report);
                    routes.by_alias.entry(output.clone()).or_insert(i);
                    routes.pages[i].aliases.push(output);
                }
            }
            if path.is_empty() {
                routes.home = Some(i);
            }
            routes.pages[i].path = path;
        }
        let mut by_path: Vec<usize> = (0..routes.pages.len()).collect();
        // Two pages may want one route; the first has it.
        by_path.sort_unstable_by(|a, b| (&routes.pages[*a].path, a).cmp(&(&routes.pages[*b].path, b)));
        routes.by_path = by_path.into();
        for (number, copied) in inputs.copies.iter().enumerate() {
            let content_path = &copied.path;
            let output = routes.copy_output(content_path, inputs);
            // The file's content does not matter here, and may not be text: its path is its place.
            let place = Span::whole(&TextFile::new(format!("content/{content_path}"), ""));
            if let Some(why) = output.split('/').find_map(|part| check_part(part).err()) {
                report.push(
                    Diagnostic::at(Code::PathOutside, place, format!("the file's path cannot be an address: {why}"))
                        .help("rename the file or its folder"),
                );
                continue;
            }
            if let Some((what, _)) = taken.get(&fold(&output)).filter(|_| !REPLACEABLE.contains(&output.as_str())) {
                report.push(
                    Diagnostic::at(Code::RouteCollision, place, format!("the file wants the address /{output}, which {what} has"))
                        .help("rename the file"),
                );
                continue;
            }
            taken.insert(fold(&output), (format!("the file content/{content_path}"), Some(place)));
            routes.copies.push((output, number));
        }
        folders(&taken, report);
        routes.copies.sort_unstable();
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, page) in inputs.pages.iter().enumerate() {
            routes.pages[i].parent = parent_section(page.path(), inputs);
            if let Some(parent) = routes.pages[i].parent {
                children.entry(parent).or_default().push(i);
            }
        }
        let children = children.into_iter().map(|(section, pages)| (section, sorted(pages, inputs))).collect();
        let mut found = Self { addresses: Arc::new(routes), children, ..Self::default() };
        found.put_in_order(inputs);
        found
    }

    /// The pages in a page, by weight, then title.
    pub fn children(&self, page: usize) -> &[usize] {
        self.children.get(&page).map_or(&[], |pages| pages)
    }

    /// The same addresses, with the pages beside `page` put in order anew, because its title or its weight changed.
    #[must_use]
    pub fn reordered(&self, page: usize, inputs: &Inputs) -> Self {
        let mut routes = self.clone();
        if let Some(beside) = self.pages[page].parent.and_then(|parent| routes.children.get_mut(&parent)) {
            let now = sorted(beside.to_vec(), inputs);
            if now == *beside {
                return routes;
            }
            *beside = now;
        }
        routes.put_in_order(inputs);
        routes
    }

    fn put_in_order(&mut self, inputs: &Inputs) {
        let roots: Vec<usize> = (0..inputs.pages.len()).filter(|i| self.pages[*i].parent.is_none()).collect();
        let mut roots = sorted(roots, inputs).to_vec();
        roots.sort_by_key(|i| Some(*i) != self.home);
        let mut stack: Vec<usize> = roots.into_iter().rev().collect();
        let mut order = Vec::with_capacity(inputs.pages.len());
        let mut positions = vec![0; inputs.pages.len()];
        while let Some(page) = stack.pop() {
            positions[page] = order.len();
            order.push(page);
            stack.extend(self.children(page).iter().rev());
        }
        (self.order, self.positions) = (order.into(), positions.into());
    }
}

impl Addresses {
    /// The page with a route.
    pub fn page(&self, route: &str) -> Option<usize> {
        let first = self.by_path.partition_point(|page| self.pages[*page].path.as_str() < route);
        self.by_path.get(first).copied().filter(|page| self.pages[*page].path == route)
    }

    /// Files beside `troops/index.md` move with the page when it has a slug; others keep their path.
    pub(super) fn copy_output(&self, content_path: &str, inputs: &Inputs) -> String {
        let mut folder = content_path;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            for index in ["index.md", "_index.md"] {
                if let Some(page) = inputs.page(&format!("{parent}/{index}")) {
                    return format!("{}{}", self.pages[page].path, &content_path[parent.len() + 1..]);
                }
            }
            folder = parent;
        }
        content_path.to_owned()
    }

    /// The copied file at a path of the output, by its number in [`Inputs::copies`].
    pub fn copied(&self, output: &str) -> Option<usize> {
        let at = self.copies.binary_search_by(|(path, _)| path.as_str().cmp(output)).ok()?;
        Some(self.copies[at].1)
    }

    /// Whether a path of the output is that of a copied file.
    pub fn is_copied(&self, output: &str) -> bool {
        self.copied(output).is_some()
    }
}

type SortKey<'a> = (i64, &'a str, &'a str);

fn sort_key(page: &PageInput) -> SortKey<'_> {
    (page.front.weight.unwrap_or(i64::MAX), &page.front.title, page.path())
}

fn sorted(mut pages: Vec<usize>, inputs: &Inputs) -> Arc<[usize]> {
    pages.sort_by(|a, b| sort_key(&inputs.pages[*a]).cmp(&sort_key(&inputs.pages[*b])));
    pages.into()
}

/// The nearest section above a content path.
fn parent_section(path: &str, inputs: &Inputs) -> Option<usize> {
    if path == "_index.md" {
        return None;
    }
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // A section's own page, and a page in a folder of its own, lie in the folder above.
    if path.ends_with("/_index.md") || path.ends_with("/index.md") {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    loop {
        let candidate = if folder.is_empty() { "_index.md".to_owned() } else { format!("{folder}/_index.md") };
        if let Some(section) = inputs.page(&candidate) {
            return Some(section);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn route(page: &PageInput, inputs: &Inputs, report: &mut Report) -> String {
    let stem = page.path().strip_suffix(".md").unwrap_or(page.path());
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let mut parts: Vec<String> = Vec::new();
    // A section's slug renames its folder for every page below it.
    let mut at = String::new();
    let own_folder = name == "_index" || name == "index";
    for part in folder.split('/').filter(|p| !p.is_empty()) {
        if !at.is_empty() {
            at.push('/');
        }
        at.push_str(part);
        let renamed = ["_index.md", "index.md"]
            .iter()
            .filter_map(|index| inputs.page(&format!("{at}/{index}")))
            .find_map(|i| inputs.pages[i].front.slug.clone());
        let is_own = own_folder && at == folder;
        let slug = if is_own { page.front.slug.clone() } else { renamed };
        parts.push(slug.unwrap_or_else(|| part.to_owned()));
    }
    if !own_folder {
        parts.push(page.front.slug.clone().unwrap_or_else(|| name.to_owned()));
    }
    let place = || if page.front.slug.is_some() { page.place(&yaml_path!["slug"]) } else { Span::whole(&page.file) };
    for part in &mut parts {
        if let Err(why) = check_part(part) {
            report.push(
                Diagnostic::at(Code::PathOutside, place(), format!("`{part}` cannot be a part of an address: {why}"))
                    .help("give the page another `slug:` or file name"),
            );
            *part = "invalid".to_owned();
        }
    }
    parts.iter().map(|p| format!("{p}/")).collect()
}

/// A file whose path is also a folder of other files cannot be stored.
fn folders(taken: &Taken, report: &mut Report) {
    let mut reported = HashSet::new();
    let mut paths: Vec<&String> = taken.keys().collect();
    paths.sort_unstable();
    for path in paths {
        for (end, _) in path.match_indices('/') {
            let Some((what, place)) = taken.get(&path[..end]) else { continue };
            if !reported.insert(&path[..end]) {
                continue;
            }
            let (other, other_place) = &taken[path];
            let message = format!("/{} would be a file ({what}) and a folder ({other})", &path[..end]);
            let mut diagnostic = Diagnostic::bare(Code::RouteCollision, message).help("rename one of them");
            diagnostic.span = place.clone().or_else(|| other_place.clone());
            report.push(diagnostic);
        }
    }
}

/// Folded output path → who has it, and where that is written.
type Taken = HashMap<String, (String, Option<Span>)>;

/// Take an address, or tell who has it. `what` wants it, known as `who` from then on.
fn claim(taken: &mut Taken, output: &str, what: &str, who: String, place: Option<Span>, help: &str, report: &mut Report) {
    let Some((other, other_place)) = taken.get(&fold(output)) else {
        taken.insert(fold(output), (who, place));
        return;
    };
    let message = format!("{what} wants the address /{}, which {other} has", output.trim_end_matches("index.html"));
    let mut diagnostic = Diagnostic::bare(Code::RouteCollision, message).help(help);
    diagnostic.span = place;
    if let Some(span) = other_place {
        diagnostic = diagnostic.related(span.clone(), "the other one");
    }
    report.push(diagnostic);
}
