//! `sitemap.xml` (sitemaps.org 0.9) and `robots.txt` (RFC 9309).
//!
//! In: addresses and dates. Out: their text. A page's `lastmod` is the date its readers see.

use crate::date::Date;
use crate::load::markdown::escape;
use crate::render::Renderer;

/// `sitemap.xml`.
pub fn sitemap(renderer: &Renderer) -> String {
    let site = &*renderer.site;
    let base = &site.inputs.config.base_url;
    let mut entries: Vec<(String, Option<Date>)> = site
        .routes
        .pages
        .iter()
        .zip(&site.inputs.pages)
        .map(|(routed, page)| {
            let date = page.front.updated.or(page.front.date).filter(|d| d.day().is_some());
            (format!("{base}{}", percent(&routed.path)), date)
        })
        .chain(site.inputs.sources.all.iter().map(|s| (format!("{base}sources/{}/", percent(&s.key)), None)))
        .collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut xml = String::with_capacity(entries.iter().map(|(url, _)| url.len() + 80).sum::<usize>() + 128);
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (url, date) in entries {
        let date = date.map(|d| format!("<lastmod>{d}</lastmod>")).unwrap_or_default();
        xml.push_str(&format!("<url><loc>{}</loc>{date}</url>\n", escape(&url)));
    }
    xml.push_str("</urlset>\n");
    xml
}

/// `robots.txt`.
pub fn robots(renderer: &Renderer) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {}sitemap.xml\n", renderer.site.inputs.config.base_url)
}

/// A path with everything but unreserved characters and slashes escaped (RFC 3986).
pub(super) fn percent(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}
