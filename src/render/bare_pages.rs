//! Pages that no file of the author's stands behind: a source's, the one for what is not found, former addresses.
//!
//! In: the renderer. Out: their files.

use xxhash_rust::xxh3::Xxh3;

use super::page::File;
use super::page_view::PageView;
use super::views::PageLink;
use super::{Renderer, bounded, head, nav_title, root_of};
use crate::diag::Report;
use crate::html::escape;

/// The page of a source.
pub fn render_source(renderer: &Renderer, source: usize, report: &mut Report) -> Vec<File> {
    let site = &*renderer.site;
    let record = &site.inputs.sources.all[source];
    let path = format!("sources/{}/", record.key);
    let html = match &site.style {
        Some(style) => style.reference(&site.inputs, &site.entries, source, &renderer.reuse),
        None => escape(&record.title()),
    };
    let view = renderer.views.source_in_full(source, html);
    let home = site.routes.home.map_or_else(|| site.inputs.config.title.clone(), |h| nav_title(site, h));
    let title = view.brief.title.as_str();
    let mut page = PageView::bare(renderer, "source", title, title.to_owned(), &path);
    page.breadcrumbs.push(PageLink { title: home, path: String::new() });
    if let Some(list) = site.routes.page("sources/") {
        page.breadcrumbs.push(PageLink { title: nav_title(site, list), path: "sources/".to_owned() });
        page.nav_path = "sources/";
    }
    page.head = head::of_source(renderer, &view, &page);
    let key = || {
        let mut key = Xxh3::new();
        key.update(&renderer.common.digest.to_le_bytes());
        key.update(&serde_json::to_vec(&(&view, &page)).unwrap_or_default());
        key.update(&renderer.collections_digest(std::iter::once("source.html")).to_le_bytes());
        key.digest128()
    };
    let output = format!("{path}index.html");
    let rendered = renderer.reuse.rendered(&output, key, || {
        let mut context = renderer.common.context.clone();
        context.insert("root", &root_of(&path));
        context.insert("page", &page);
        context.insert("source", &view);
        context.insert_value("content", tera::Value::safe_string(""));
        context.insert_value("collections", renderer.collections_for("source.html"));
        bounded::file(&renderer.theme, "source.html", &context, &format!("the page of the source `{}`", record.key))
    });
    match rendered {
        Ok(html) => vec![(output, html)],
        Err(finding) => {
            report.push(finding);
            Vec::new()
        }
    }
}

/// 404.html: served at any depth, so its paths begin at the host.
pub fn render_not_found(renderer: &Renderer, report: &mut Report) -> Vec<File> {
    let title = renderer.theme.word("not_found", "Page not found").to_owned();
    let mut page = PageView::bare(renderer, "not-found", &title, title.clone(), "404.html");
    let root = if renderer.preview { "/" } else { renderer.site.inputs.config.base_path() };
    page.head = format!("<meta name=\"robots\" content=\"noindex\">\n{}", renderer.icons.head(root));
    let mut context = renderer.common.context.clone();
    context.insert("root", root);
    context.insert("page", &page);
    context.insert_value("content", tera::Value::safe_string(""));
    context.insert_value("collections", renderer.collections_for("404.html"));
    match bounded::file(&renderer.theme, "404.html", &context, "404.html") {
        Ok(html) => vec![("404.html".to_owned(), html)],
        Err(finding) => {
            report.push(finding);
            Vec::new()
        }
    }
}

/// A page that leads to another at once, for browsers and for readers without scripts.
pub(super) fn redirect(root: &str, path: &str, base_url: &str) -> Vec<u8> {
    let target = escape(&format!("{root}{path}"));
    let canonical = escape(&format!("{base_url}{path}"));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Moved</title>\n<meta http-equiv=\"refresh\" content=\"0; url={target}\">\n<link rel=\"canonical\" href=\"{canonical}\">\n<meta name=\"robots\" content=\"noindex\">\n</head>\n<body><p>This page has moved: <a href=\"{target}\">here</a>.</p></body>\n</html>\n"
    )
    .into_bytes()
}
