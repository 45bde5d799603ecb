//! Stage 2: names become things.
//!
//! In: [`Inputs`]. Out: [`Site`]: addresses, citations of the front matter, claims with their origins; and, page by page
//! when asked for, texts with their links and marks ([`text`]). An unknown name is reported here, with a near match.
//! Entry point: [`resolve`].
//! Must never judge evidence: that is the next stage's.

mod cite_html;
pub mod cites;
pub mod claims;
pub mod csl;
pub mod disagreements;
pub mod links;
mod revise;
pub mod routes;
pub mod text;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::config::Search;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::Inputs;
use crate::pieces::Pieces;
use crate::reuse::Reuse;
use crate::text::Span;
use crate::yaml::Step;
use crate::yaml_path;
use cites::Keys;
use claims::Claims;
use csl::Style;
use routes::Routes;
use text::Slot;

/// The site with its names resolved. Pages, sources and claims are named by their numbers.
#[derive(Debug)]
pub struct Site {
    /// What was read.
    pub inputs: Arc<Inputs>,
    /// Addresses.
    pub routes: Routes,
    /// For each page, the citations of its front matter.
    pub keys: Pieces<Arc<Keys>>,
    /// Estimates, events, responses and motives.
    pub claims: Arc<Claims>,
    /// The citation style, if it could be read.
    pub style: Option<Style>,
    /// What the engine of citations has to know of the sources together.
    pub entries: Arc<csl::Entries>,
    /// What was found in the style, the addresses, the bibliography and the glossary.
    pub found: Arc<Report>,
    texts: Pieces<Arc<Slot>>,
    uses: OnceLock<Vec<Vec<(usize, usize)>>>,
    reuse: Reuse,
}

impl Site {
    /// The template that a page asks for: its own, else that of its kind.
    pub fn template(&self, page: usize) -> &str {
        let input = &self.inputs.pages[page];
        match &input.front.template {
            Some(name) => name,
            None if self.routes.home == Some(page) => "index.html",
            None if input.is_section() => "section.html",
            None => "page.html",
        }
    }

    /// For each source, where it is cited: page and citation. Asks every page for its text the first time.
    pub fn uses(&self, source: usize) -> &[(usize, usize)] {
        let all = self.uses.get_or_init(|| {
            let mut uses = vec![Vec::new(); self.inputs.sources.all.len()];
            for (page, keys) in self.keys.iter().enumerate() {
                for (citation, source) in keys.sources.iter().enumerate() {
                    if let (Some(source), true) = (source, self.is_used(page, citation)) {
                        uses[*source].push((page, citation));
                    }
                }
            }
            uses
        });
        &all[source]
    }
}

/// Resolve the names of a site, and tell what was found.
pub fn resolve(inputs: Arc<Inputs>, reuse: &Reuse, report: &mut Report) -> Site {
    let site = Site::of(inputs, reuse);
    site.tell(report);
    site
}

impl Site {
    /// Resolve the names of a site; what was found stands with what was resolved.
    pub fn of(inputs: Arc<Inputs>, reuse: &Reuse) -> Self {
        let mut found = Report::default();
        let keys_of = |page: usize| Arc::new(cites::keys(&inputs.pages[page], &inputs));
        let keys = || (0..inputs.pages.len()).into_par_iter().map(keys_of).collect::<Vec<_>>();
        let routes = || Routes::find(&inputs, &mut found);
        let entries = || Arc::new(csl::Entries::of(&inputs.sources));
        let style = || inputs.style.as_deref().map(Style::of);
        let ((routes, style), (keys, entries)) = rayon::join(|| rayon::join(routes, style), || rayon::join(keys, entries));
        let keys: Pieces<Arc<Keys>> = keys.into_iter().collect();
        let claims = Arc::new(Claims::find(&inputs, &keys));
        names_of_sources(&inputs, &mut found);
        let texts = inputs.pages.iter().map(|_| Arc::default()).collect();
        let found = Arc::new(found);
        Self { inputs, routes, keys, claims, style, entries, found, texts, uses: OnceLock::new(), reuse: reuse.clone() }
    }

    /// Tell everything that was found while names were resolved, but for those in texts.
    pub fn tell(&self, report: &mut Report) {
        report.extend((*self.found).clone());
        report.extend(self.claims.found.clone());
        self.keys.iter().filter(|k| !k.found.is_empty()).for_each(|k| report.extend(k.found.clone()));
    }
}

impl Site {
    /// Whether something of the site stands at a path from its root, such as `about/#method`.
    pub fn leads_somewhere(&self, path: &str) -> bool {
        let path = path.split('#').next().unwrap_or("");
        let folder = if path.is_empty() || path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        self.routes.page(&folder).is_some()
            || is_generated(path, &self.inputs, &self.routes)
            || is_generated(&format!("{folder}index.html"), &self.inputs, &self.routes)
    }
}

/// Whether the generator makes a file at an output path.
pub fn is_generated(path: &str, inputs: &Inputs, routes: &Routes) -> bool {
    let is_made = match path {
        "corrections.xml" => inputs.pages.iter().any(|p| !p.front.corrections.is_empty()),
        "search-index.json.gz" => inputs.config.search != Search::None,
        _ => true,
    };
    routes::FIXED.contains(&path) && is_made
        || routes::DATA_FILES.contains(&path)
        || inputs.questions.all.iter().any(|q| routes::question_csv(&q.id) == path)
        || path.strip_prefix("sources/").and_then(|p| p.strip_suffix("/index.html")).is_some_and(|key| inputs.sources.get(key).is_some())
        || routes.is_copied(path)
        || inputs.versions.has(path)
}

/// Tell of the name of an origin that is neither an actor nor a source.
fn origin(name: &str, inputs: &Inputs, place: impl FnOnce() -> Span, report: &mut Report) {
    let is_known = inputs.actors.broken
        || inputs.actors.get(name).is_some()
        || inputs.sources.get(name).is_some()
        || inputs.sources.may_be_defined(name);
    if !is_known {
        report.push(Diagnostic::at(Code::SourceUnknown, place(), format!("there is no source or actor `{name}`")).help(did_you_mean(
            name,
            inputs.actors.ids().chain(inputs.sources.keys()),
            || "name an actor of actors.yaml or a source".to_owned(),
        )));
    }
}

/// Actors and sources that the bibliography and the glossary name.
fn names_of_sources(inputs: &Inputs, report: &mut Report) {
    for source in &inputs.sources.all {
        let place = |path: &[Step]| source.yaml.as_ref().map_or_else(|| source.place.clone(), |y| y.place(path));
        if let Some(party) = &source.evidence.party
            && inputs.actors.get(party).is_none()
            && !inputs.actors.broken
        {
            report.push(
                Diagnostic::at(
                    Code::ActorUnknown,
                    place(&yaml_path![source.key.as_str(), "evidence", "party"]),
                    format!("there is no actor `{party}`"),
                )
                .help(did_you_mean(party, inputs.actors.ids(), || "define it in content/actors.yaml".to_owned())),
            );
        }
        for name in source.evidence.derived_from.iter() {
            origin(name, inputs, || place(&yaml_path![source.key.as_str(), "evidence", "derived_from"]), report);
        }
    }
    for (i, term) in inputs.glossary.all.iter().enumerate() {
        for (k, cite) in term.cites.iter().enumerate() {
            if inputs.sources.get(&cite.source).is_none() && !inputs.sources.may_be_defined(&cite.source) {
                let place = inputs.glossary.yaml.as_ref().map(|y| y.place(&yaml_path![i, "cites", k, "source"]));
                let mut diagnostic = Diagnostic::bare(Code::SourceUnknown, format!("there is no source `{}`", cite.source))
                    .help(did_you_mean(&cite.source, inputs.sources.keys(), || "define it in the bibliography".to_owned()));
                diagnostic.span = place;
                report.push(diagnostic);
            }
        }
    }
}

/// The span of a citation of a page.
pub fn citation_place(site: &Site, page: usize, citation: usize, field: &str) -> Span {
    site.inputs.pages[page].place(&yaml_path!["citations", citation, field])
}
