//! Social cards: for each page a picture that shows what it is about where a link to it is shared.
//!
//! In: a page as templates see it, and the theme's `card.svg`. Out: [`Card`]: the picture's path and the words that stand
//! for it, and the pictures themselves. The template writes the words into `<title>`, so that drawing and words come from
//! the same values. Equal drawings are one file.
//! Must never be drawn while somebody waits for a page: a preview draws a card when it is asked for.

use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use super::page_view::PageView;
use super::{File, Renderer, bounded, pictures, root_of};
use crate::diag::{Code, Diagnostic, Report};
use crate::load::drawing::rgb;
use crate::load::settings::Kind;
use crate::output::Later;
use crate::picture::draw::{Frame, draw};
use crate::text::Span;

/// The template that draws a card.
pub const TEMPLATE: &str = "card.svg";
/// What the networks ask for: 1.91 to 1.
pub const WIDTH: u32 = 1200;
/// See [`WIDTH`].
pub const HEIGHT: u32 = 630;

/// A page's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its path in the output.
    pub path: String,
    /// What it shows, in words.
    pub alt: String,
}

/// The card of a page; none if the site or its theme has none.
pub fn of_page(renderer: &Renderer, page: &PageView<'_>, files: &mut Vec<File>, report: &mut Report) -> Option<Card> {
    if !renderer.site.inputs.config.cards || !renderer.theme.templates.contains_key(TEMPLATE) {
        return None;
    }
    let path = page.path;
    // Of the page what a card may show: an edit of the text alone draws no new card.
    let shown = json!({
        "kind": page.kind, "title": page.title, "nav_title": page.nav_title, "summary": page.summary, "path": path, "date": page.date,
        "updated": page.updated, "authors": page.authors, "tags": page.tags, "extra": page.extra, "breadcrumbs": page.breadcrumbs,
        "counts": page.counts,
    });
    let key = || {
        let mut key = Xxh3::new();
        key.update(&renderer.common.digest.to_le_bytes());
        key.update(shown.to_string().as_bytes());
        key.digest128()
    };
    let drawn = renderer.reuse.rendered(&format!("{TEMPLATE} {path}"), key, || {
        let mut context = renderer.common.context.clone();
        context.insert("root", &root_of(path));
        context.insert("page", &shown);
        context.insert("card", &json!({ "width": WIDTH, "height": HEIGHT }));
        context.insert("settings", &settings(renderer));
        context.insert_value("collections", renderer.collections_for(TEMPLATE));
        bounded::file(&renderer.theme, TEMPLATE, &context, &format!("the card of /{path}"))
    });
    let svg = match drawn {
        Ok(svg) => String::from_utf8_lossy(&svg).into_owned(),
        Err(finding) => {
            report.push(finding);
            return None;
        }
    };
    let mut digest = Xxh3::new();
    digest.update(svg.as_bytes());
    digest.update(&renderer.theme.fonts.digest.to_le_bytes());
    digest.update(env!("CARGO_PKG_VERSION").as_bytes());
    let digest = digest.digest128();
    let alt = words(&svg).unwrap_or_else(|| page.title.to_owned());
    let path = format!("assets/cards/{}.png", &format!("{digest:032x}")[..16]);
    let (fonts, frame) = (renderer.theme.fonts.clone(), Frame { width: WIDTH, height: HEIGHT, share: 1.0, ground: Some([255, 255, 255]) });
    let made = pictures::file(renderer, &path, digest, || Later::new(move || draw(&svg, frame, &fonts)), files);
    if let Err(why) = made
        && let Some(file) = renderer.theme.templates.get(TEMPLATE)
    {
        report.push(
            Diagnostic::at(Code::TemplateError, Span::whole(file), format!("what the template makes cannot be drawn: {why}"))
                .note(format!("while drawing the card of {}", page.url))
                .help("docs/themes.md says what a card may hold; `cards: false` in site.yaml makes none"),
        );
    }
    Some(Card { path, alt })
}

/// The theme's settings, with colours as every drawing program reads them.
fn settings(renderer: &Renderer) -> Value {
    let declared = &renderer.theme.declared;
    let shown = renderer.theme.settings.iter().map(|(name, value)| {
        let is_colour = declared.get(name).is_some_and(|s| s.kind == Kind::Colour);
        let colour = value.as_str().filter(|_| is_colour).and_then(rgb);
        (name.clone(), colour.map_or_else(|| value.clone(), |[r, g, b]| json!(format!("#{r:02x}{g:02x}{b:02x}"))))
    });
    shown.collect::<serde_json::Map<_, _>>().into()
}

/// What the drawing's `<title>` says.
fn words(svg: &str) -> Option<String> {
    let document = roxmltree::Document::parse(svg).ok()?;
    let title = document.root_element().children().find(|n| n.is_element() && n.tag_name().name() == "title")?;
    let words: Vec<&str> = title.text()?.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
