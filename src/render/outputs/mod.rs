//! Files that are not pages: feeds, sitemap, data, references to cite a page.
//!
//! In: the renderer. Out: entries of the output tree at fixed paths. Every date comes from the pages' front matter.

mod data;
mod feed;
mod references;
mod search;
mod sitemap;

pub use references::{CiteThis, cite_this};
pub use search::{entry as search_entry, is_searched_in_full};

use super::{File, Renderer};

/// Add all of them.
pub fn add(renderer: &Renderer, entries: &[Option<String>], files: &mut Vec<File>) {
    let mut put = |path: &str, text: String| files.push((path.to_owned(), text.into_bytes().into()));
    put("atom.xml", feed::atom(renderer));
    put("feed.json", feed::json(renderer));
    if let Some(text) = feed::corrections(renderer) {
        put("corrections.xml", text);
    }
    put("sitemap.xml", sitemap::sitemap(renderer));
    put("robots.txt", sitemap::robots(renderer));
    put("search-index.json", search::index(renderer, entries));
    for (path, text) in data::files(renderer) {
        put(path, text);
    }
    for (path, text) in data::questions(renderer) {
        put(&path, text);
    }
}
