//! Files that are not pages: feeds, sitemap, data, references to cite a page.
//!
//! In: the renderer. Out: entries of the output tree at fixed paths. Every date comes from the pages' front matter.

mod data;
mod feed;
mod hosts;
#[cfg(feature = "full")]
mod pagefind;
mod references;
mod search;
mod sitemap;

pub use data::data_paths;
pub use hosts::{add as for_hosts, all_redirect, is_one as is_for_hosts};
pub use references::{CiteThis, cite_this};
pub use search::{PATH as SEARCH_INDEX, entry as search_entry, index as search_index, is_searched_in_full};

use super::{Put, Renderer};
use crate::diag::Report;
use crate::output::OutputTree;

/// Feeds, sitemap, data.
pub fn listed(renderer: &Renderer, put: Put<'_>) {
    let put = |path: &str, text: String| put(path, text.as_bytes());
    put("atom.xml", feed::atom(renderer));
    put("feed.json", feed::json(renderer));
    if let Some(text) = feed::corrections(renderer) {
        put("corrections.xml", text);
    }
    put("sitemap.xml", sitemap::sitemap(renderer));
    put("robots.txt", sitemap::robots(renderer));
    data::files(renderer, put);
    data::questions(renderer, put);
}

/// Whether a path may be one of Pagefind's index.
pub fn is_in_pieces(renderer: &Renderer, path: &str) -> bool {
    path.starts_with("pagefind/") && renderer.site.inputs.config.search == crate::config::Search::Pagefind
}

/// The index of Pagefind, where the site asks for it. Without the feature `full` the configuration refuses.
#[cfg(feature = "full")]
pub fn in_pieces(renderer: &Renderer, tree: &mut OutputTree, report: &mut Report) {
    use crate::diag::{Code, Diagnostic};
    let config = &renderer.site.inputs.config;
    if config.search != crate::config::Search::Pagefind {
        return;
    }
    match pagefind::files(renderer, tree) {
        Ok(files) => files.into_iter().for_each(|(path, bytes)| tree.add(path, bytes)),
        Err(error) => {
            let place = crate::yaml::Yaml::whole(&config.file).place(&crate::yaml_path!["search"]);
            let finding = Diagnostic::at(Code::ValueInvalid, place, format!("Pagefind cannot index the site: {error}"));
            report.push(finding.help("set `search: small`, and tell us what it said"));
        }
    }
}

#[cfg(not(feature = "full"))]
pub fn in_pieces(_: &Renderer, _: &mut OutputTree, _: &mut Report) {}
